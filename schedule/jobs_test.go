package schedule

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"

	"buffet/store"
)

const monday = "2026-11-23T08:00:00Z"

// start runs a queue until the function it returns is called.
func start(t *testing.T, q *Queue) (stop func()) {
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		q.Run(ctx)
	}()
	return func() {
		cancel()
		<-done
	}
}

func add(t *testing.T, s *store.Store, key string, at time.Time) (added bool) {
	t.Helper()
	write(t, s, func(tx *store.Tx) (err error) {
		added, err = Add(t.Context(), tx, key, "k", map[string]string{"key": key}, at)
		return err
	})
	return added
}

func state(t *testing.T, s *store.Store, key string) store.Job {
	t.Helper()
	j, err := s.Job(t.Context(), key)
	if err != nil {
		t.Fatalf("job %s: %v", key, err)
	}
	return j
}

func TestJobOncePerKey(t *testing.T) {
	inBubble(t, monday, func(t *testing.T, open func() *store.Store) {
		s := open()
		var mu sync.Mutex
		var ran []string
		sofar := func() []string {
			mu.Lock()
			defer mu.Unlock()
			return slices.Clone(ran)
		}
		q := New(s, 1, map[string]Handler{"k": {Run: func(_ context.Context, j *Job) error {
			var args struct{ Key string }
			if err := j.Decode(&args); err != nil {
				return err
			}
			mu.Lock()
			defer mu.Unlock()
			ran = append(ran, args.Key)
			return nil
		}}}, zerolog.Nop())
		stop := start(t, q)
		synctest.Wait()
		if !add(t, s, "a", time.Time{}) || add(t, s, "a", time.Time{}) {
			t.Error("added twice")
		}
		synctest.Wait() // woken by the bell: no time has passed
		if j := state(t, s, "a"); j.State != store.JobDone {
			t.Errorf("not woken: %+v", j)
		}
		if add(t, s, "a", time.Time{}) {
			t.Error("added again when done")
		}
		add(t, s, "b", time.Now().Add(100*time.Second))
		time.Sleep(100*time.Second - time.Millisecond)
		synctest.Wait()
		if !slices.Equal(sofar(), []string{"a"}) {
			t.Errorf("ran %v", sofar())
		}
		time.Sleep(time.Millisecond)
		synctest.Wait()
		if !slices.Equal(sofar(), []string{"a", "b"}) {
			t.Errorf("ran %v", sofar())
		}
		if j := state(t, s, "a"); j.State != store.JobDone || j.Attempts != 1 || j.Args != "" || j.Finished.IsZero() {
			t.Errorf("%+v", j)
		}
		stop()
		time.Sleep(keepFinished - 2*sweepEvery)
		defer start(t, q)()
		synctest.Wait()
		state(t, s, "a")
		time.Sleep(3*sweepEvery + maxSleep)
		synctest.Wait()
		if _, err := s.Job(t.Context(), "a"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("not swept: %v", err)
		}
	})
}

func TestJobRollback(t *testing.T) {
	inBubble(t, monday, func(t *testing.T, open func() *store.Store) {
		s := open()
		oops := errors.New("oops")
		err := s.Write(t.Context(), func(tx *store.Tx) error {
			if _, err := Add(t.Context(), tx, "a", "k", nil, time.Time{}); err != nil {
				return err
			}
			return oops
		})
		if _, gone := s.Job(t.Context(), "a"); !errors.Is(err, oops) || !errors.Is(gone, store.ErrNotFound) {
			t.Errorf("%v, %v", err, gone)
		}
	})
}

// attempts runs one job to its end and returns after how many seconds each
// attempt was made.
func attempts(t *testing.T, s *store.Store, h Handler, failed func(error)) (seconds []int) {
	begin := time.Now()
	run := h.Run
	h.Run = func(ctx context.Context, j *Job) error {
		seconds = append(seconds, int(time.Since(begin).Seconds()))
		return run(ctx, j)
	}
	q := New(s, 2, map[string]Handler{"k": h}, zerolog.Nop())
	q.Failed = func(_ context.Context, _ *store.Tx, j store.Job, cause error) error {
		if j.Key != "a" || j.Args != `{"key":"a"}` {
			t.Errorf("told of %+v", j)
		}
		failed(cause)
		return nil
	}
	add(t, s, "a", time.Time{})
	defer start(t, q)()
	time.Sleep(4 * time.Hour)
	synctest.Wait()
	return seconds
}

func TestJobRetries(t *testing.T) {
	oops := errors.New("oops")
	for _, c := range []struct {
		name    string
		run     func(ctx context.Context, j *Job) error
		max     int
		seconds []int
		failed  string // the cause that Failed was told
	}{
		{"backoff", func(context.Context, *Job) error { return oops }, 12,
			[]int{0, 10, 30, 70, 150, 310, 630, 1270, 2550, 5110, 8710, 12310}, "oops"},
		{"default", func(context.Context, *Job) error { return oops }, 0,
			[]int{0, 10, 30, 70, 150, 310, 630, 1270, 2550, 5110}, "oops"},
		{"permanent", func(context.Context, *Job) error { return fmt.Errorf("read: %w", Permanent(oops)) }, 0, []int{0}, "read: oops"},
		{"panic", func(context.Context, *Job) error { panic("ouch") }, 2, []int{0, 10}, "panic: ouch"},
		{"arguments", func(_ context.Context, j *Job) error { return j.Decode(new(int)) }, 0, []int{0}, "read arguments of job"},
		{"timeout", func(ctx context.Context, _ *Job) error { <-ctx.Done(); return ctx.Err() }, 2, []int{0, 70}, "deadline exceeded"},
		{"better later", func(_ context.Context, j *Job) error {
			if j.Attempts < 3 {
				return oops
			}
			return nil
		}, 0, []int{0, 10, 30}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			inBubble(t, monday, func(t *testing.T, open func() *store.Store) {
				s := open()
				var told []string
				got := attempts(t, s, Handler{Run: c.run, Max: c.max}, func(err error) { told = append(told, err.Error()) })
				if !slices.Equal(got, c.seconds) {
					t.Errorf("attempts after %v s, want %v", got, c.seconds)
				}
				j := state(t, s, "a")
				if c.failed == "" {
					if j.State != store.JobDone || told != nil {
						t.Errorf("%+v, told %v", j, told)
					}
					return
				}
				if j.State != store.JobFailed || j.Attempts != len(c.seconds) || len(told) != 1 || !strings.Contains(told[0], c.failed) || j.Error != told[0] {
					t.Errorf("%+v, told %v", j, told)
				}
			})
		})
	}
}

func TestJobDoneInOwnTransaction(t *testing.T) {
	inBubble(t, monday, func(t *testing.T, open func() *store.Store) {
		s := open()
		var runs int
		q := New(s, 1, map[string]Handler{"k": {Run: func(ctx context.Context, j *Job) error {
			runs++
			err := s.Write(ctx, func(tx *store.Tx) error { // rolled back: neither effect nor tick
				if err := j.Done(ctx, tx); err != nil {
					return err
				}
				if _, err := tx.Tell(ctx, fmt.Sprint("try ", runs), time.Now()); err != nil {
					return err
				}
				if runs == 1 {
					return errors.New("oops")
				}
				return nil
			})
			if runs == 2 {
				err = errors.Join(err, errors.New("after the commit")) // too late to matter
			}
			return err
		}}}, zerolog.Nop())
		add(t, s, "a", time.Time{})
		defer start(t, q)()
		time.Sleep(time.Hour)
		synctest.Wait()
		var told int
		if err := s.Reader().QueryRowContext(t.Context(), `SELECT count(*) FROM told`).Scan(&told); err != nil {
			t.Fatal(err)
		}
		if j := state(t, s, "a"); runs != 2 || told != 1 || j.State != store.JobDone {
			t.Errorf("%d runs, %d effects, %+v", runs, told, j)
		}
		gone := Job{Job: state(t, s, "a")}
		err := s.Write(t.Context(), func(tx *store.Tx) error { return gone.Done(t.Context(), tx) })
		again := s.Write(t.Context(), func(tx *store.Tx) error { return gone.Again(t.Context(), tx, time.Now()) })
		if !errors.Is(err, ErrNotReady) || !errors.Is(again, ErrNotReady) {
			t.Errorf("done twice: %v, %v", err, again)
		}
	})
}

func TestJobAgain(t *testing.T) {
	inBubble(t, monday, func(t *testing.T, open func() *store.Store) {
		s := open()
		var runs int
		got := attempts(t, s, Handler{Max: 2, Run: func(ctx context.Context, j *Job) error {
			if runs++; runs == 1 || runs == 3 {
				return errors.New("oops")
			}
			if runs == 2 {
				return s.Write(ctx, func(tx *store.Tx) error { return j.Again(ctx, tx, time.Now().Add(50*time.Second)) })
			}
			return nil
		}}, func(err error) { t.Errorf("failed: %v", err) })
		if want := []int{0, 10, 60, 70}; !slices.Equal(got, want) {
			t.Errorf("attempts after %v s, want %v", got, want)
		}
		if j := state(t, s, "a"); j.State != store.JobDone || j.Attempts != 2 {
			t.Errorf("%+v", j)
		}
	})
}

func TestJobSurvivesStop(t *testing.T) {
	inBubble(t, monday, func(t *testing.T, open func() *store.Store) {
		s := open()
		add(t, s, "a", time.Time{})
		var runs int
		handlers := map[string]Handler{"k": {Max: 1, Run: func(ctx context.Context, _ *Job) error {
			if runs++; runs == 1 {
				<-ctx.Done()
				return ctx.Err()
			}
			return nil
		}}}
		stop := start(t, New(s, 1, handlers, zerolog.Nop()))
		synctest.Wait()
		stop()
		if j := state(t, s, "a"); j.State != store.JobReady || j.Attempts != 0 {
			t.Errorf("stopped: %+v", j)
		}
		s = open()
		defer start(t, New(s, 1, handlers, zerolog.Nop()))()
		synctest.Wait()
		if j := state(t, s, "a"); j.State != store.JobDone || runs != 2 {
			t.Errorf("%d runs, %+v", runs, j)
		}
	})
}

// A job that killed the process in its last attempt is given up, once the
// organisers could be told.
func TestJobThatKills(t *testing.T) {
	inBubble(t, monday, func(t *testing.T, open func() *store.Store) {
		s := open()
		add(t, s, "a", time.Time{})
		for n := range 2 { // what a killed process leaves
			write(t, s, func(tx *store.Tx) error {
				ok, err := tx.StartJob(t.Context(), store.Job{Key: "a", Attempts: n})
				if !ok {
					t.Error("not started")
				}
				return err
			})
		}
		q := New(s, 1, map[string]Handler{"k": {Max: 2, Run: func(context.Context, *Job) error {
			t.Error("it ran")
			return nil
		}}}, zerolog.Nop())
		var told atomic.Int32
		q.Failed = func(context.Context, *store.Tx, store.Job, error) error {
			if told.Add(1) == 1 {
				return errors.New("cannot tell")
			}
			return nil
		}
		defer start(t, q)()
		synctest.Wait()
		if j := state(t, s, "a"); j.State != store.JobReady || told.Load() != 1 {
			t.Errorf("told %d times, %+v", told.Load(), j)
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		if j := state(t, s, "a"); j.State != store.JobFailed || told.Load() != 2 {
			t.Errorf("told %d times, %+v", told.Load(), j)
		}
	})
}

func TestJobsOfUnknownKind(t *testing.T) {
	inBubble(t, monday, func(t *testing.T, open func() *store.Store) {
		s := open()
		var log bytes.Buffer
		var runs int
		q := New(s, 1, map[string]Handler{"k": {Run: func(context.Context, *Job) error { runs++; return nil }}}, zerolog.New(&log))
		write(t, s, func(tx *store.Tx) error {
			for i := range 5 {
				if _, err := Add(t.Context(), tx, fmt.Sprint("odd", i), "odd", nil, time.Time{}); err != nil {
					return err
				}
			}
			return nil
		})
		stop := start(t, q)
		time.Sleep(time.Hour)
		add(t, s, "a", time.Time{}) // not held up by the others
		synctest.Wait()
		stop()
		if n := strings.Count(log.String(), `"kind":"odd"`); n != 1 || runs != 1 {
			t.Errorf("%d runs, logged %d times:\n%s", runs, n, log.String())
		}
		if j := state(t, s, "odd0"); j.State != store.JobReady || j.Attempts != 0 {
			t.Errorf("%+v", j)
		}
	})
}

func TestJobsSideBySide(t *testing.T) {
	inBubble(t, monday, func(t *testing.T, open func() *store.Store) {
		s := open()
		gate := make(chan struct{})
		began := make(chan string, 20)
		q := New(s, 3, map[string]Handler{"k": {Run: func(_ context.Context, j *Job) error {
			began <- j.Key
			<-gate
			return nil
		}}}, zerolog.Nop())
		for i := range 10 {
			add(t, s, fmt.Sprint(i), time.Now().Add(time.Duration(i)*time.Millisecond))
		}
		time.Sleep(time.Second)
		defer start(t, q)()
		synctest.Wait()
		if len(began) != 3 {
			t.Errorf("%d at once, want 3", len(began))
		}
		close(gate)
		synctest.Wait()
		seen := map[string]bool{}
		for len(began) > 0 {
			key := <-began
			if seen[key] {
				t.Errorf("%s ran twice", key)
			}
			seen[key] = true
		}
		if len(seen) != 10 {
			t.Errorf("%d jobs ran, want 10", len(seen))
		}
	})
}

// A kind with a share leaves room for others, however many of it wait.
func TestJobsShare(t *testing.T) {
	inBubble(t, monday, func(t *testing.T, open func() *store.Store) {
		s := open()
		gate := make(chan struct{})
		began := make(chan string, 40)
		run := func(_ context.Context, j *Job) error {
			began <- j.Kind
			<-gate
			return nil
		}
		q := New(s, 3, map[string]Handler{"slow": {Run: run, Share: 2}, "quick": {Run: run}}, zerolog.Nop())
		write(t, s, func(tx *store.Tx) error {
			for i := range 20 {
				if _, err := Add(t.Context(), tx, fmt.Sprint(i), "slow", nil, time.Now()); err != nil {
					return err
				}
			}
			_, err := Add(t.Context(), tx, "last", "quick", nil, time.Now().Add(time.Millisecond))
			return err
		})
		time.Sleep(time.Second)
		defer start(t, q)()
		synctest.Wait()
		count := map[string]int{}
		for len(began) > 0 {
			count[<-began]++
		}
		if count["slow"] != 2 || count["quick"] != 1 {
			t.Errorf("at once: %v, want 2 slow and 1 quick", count)
		}
		close(gate)
		synctest.Wait()
		for len(began) > 0 {
			count[<-began]++
		}
		if count["slow"] != 20 {
			t.Errorf("in all: %v", count)
		}
	})
}

func TestPanicIsLogged(t *testing.T) {
	inBubble(t, monday, func(t *testing.T, open func() *store.Store) {
		s := open()
		var log bytes.Buffer
		q := New(s, 1, map[string]Handler{"k": {Max: 1, Run: func(context.Context, *Job) error { panic("ouch") }}}, zerolog.New(&log))
		add(t, s, "a", time.Time{})
		stop := start(t, q)
		synctest.Wait()
		stop()
		if text := log.String(); !strings.Contains(text, "jobs_test.go") || !strings.Contains(text, `"job":"a"`) {
			t.Errorf("log: %s", text)
		}
	})
}
