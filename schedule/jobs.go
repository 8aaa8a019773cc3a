package schedule

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"github.com/rs/zerolog"

	"buffet/store"
)

const (
	defaultTimeout  = time.Minute
	defaultAttempts = 10 // the last one about three quarters of an hour after the first
	firstBackoff    = 10 * time.Second
	longestBackoff  = time.Hour
	keepFinished    = 7 * 24 * time.Hour
	sweepEvery      = time.Hour
	settleTime      = 10 * time.Second
)

// ErrNotReady means that a job was finished or re-armed in the meantime.
var ErrNotReady = errors.New("the job is not ready any more")

// Handler does the work of one kind of jobs.
type Handler struct {
	// Run does the work. It is called at least once for a job, and not again
	// after the job was ticked off: by Done in the transaction that holds the
	// effects, or by the queue when Run returns nil. An error means another
	// attempt later, unless it is Permanent.
	Run     func(ctx context.Context, j *Job) error
	Timeout time.Duration // of one attempt; zero: a minute
	Max     int           // attempts; zero: 10
	Share   int           // how many jobs of the kind at once, so that slow ones leave room for others; zero: all
}

// Job is a job in the hands of its handler.
type Job struct {
	store.Job
	settled bool // by Done or Again
}

// Decode reads the job's arguments into v. Its error is permanent.
func (j *Job) Decode(v any) error {
	if err := json.Unmarshal([]byte(j.Args), v); err != nil {
		return Permanent(fmt.Errorf("read arguments of job: %w", err))
	}
	return nil
}

// Done ticks the job off in the handler's own transaction, so that the work
// and its end are one. ErrNotReady if that happened before: return it, so that
// the work is undone.
func (j *Job) Done(ctx context.Context, tx *store.Tx) error {
	return j.ready(tx.FinishJob(ctx, j.Job, time.Now()))
}

// Again arms the job anew for at, as if it had never run, instead of ticking
// it off. ErrNotReady as for Done.
func (j *Job) Again(ctx context.Context, tx *store.Tx, at time.Time) error {
	return j.ready(tx.RearmJob(ctx, j.Job, at))
}

func (j *Job) ready(did bool, err error) error {
	if err == nil && !did {
		return ErrNotReady
	}
	j.settled = err == nil
	return err
}

type permanentError struct{ error }

func (e permanentError) Unwrap() error { return e.error }

// Permanent marks an error that another attempt would not help.
func Permanent(err error) error { return permanentError{err} }

// Add puts a job in, to run at at or, if that is zero, now. args becomes JSON.
// It is false, and nothing changes, if there is a job of that key, or was one
// within the last seven days.
func Add(ctx context.Context, tx *store.Tx, key, kind string, args any, at time.Time) (added bool, err error) {
	text, err := json.Marshal(args)
	if err != nil {
		return false, fmt.Errorf("write arguments of job: %w", err)
	}
	if at.IsZero() {
		at = time.Now()
	}
	return tx.AddJob(ctx, store.Job{Key: key, Kind: kind, Args: string(text), RunAt: at})
}

// Queue does the jobs of a store. There must be one Queue at a time for a
// store: which jobs are being done is only in its memory.
type Queue struct {
	// Failed, if set before Run, is called in the transaction that gives a
	// job up. While it returns an error the job is not given up.
	Failed func(ctx context.Context, tx *store.Tx, job store.Job, cause error) error

	store    *store.Store
	workers  int
	handlers map[string]Handler
	kinds    []string
	log      zerolog.Logger
}

// New is a queue that does up to workers jobs at once. Jobs of a kind that
// has no handler are left alone.
func New(s *store.Store, workers int, handlers map[string]Handler, log zerolog.Logger) *Queue {
	return &Queue{store: s, workers: max(workers, 1), handlers: maps.Clone(handlers), kinds: slices.Sorted(maps.Keys(handlers)), log: log}
}

// Run works until ctx ends and the handlers, whose context ends with it, have
// returned.
func (q *Queue) Run(ctx context.Context) {
	var workers sync.WaitGroup
	defer workers.Wait()
	finished := make(chan string, q.workers)
	running, unknown := map[string]string{}, map[string]bool{}
	var swept time.Time
	for ctx.Err() == nil {
		now := time.Now()
		if now.Sub(swept) >= sweepEvery {
			q.sweep(ctx, now)
			swept = now
		}
		due, err := q.due(ctx, now, running)
		for _, j := range due {
			running[j.Key] = j.Kind
			workers.Go(func() {
				q.work(ctx, &Job{Job: j})
				finished <- j.Key
			})
		}
		wait := maxSleep
		if err == nil && len(running) < q.workers { // else the end of one comes first
			if len(due) > 0 {
				continue // what came first may have used up the share of its kind
			}
			wait, err = q.wait(ctx, now, unknown)
		}
		if err != nil && ctx.Err() == nil {
			q.log.Error().Err(err).Msg("Look for jobs")
			wait = tickRetry
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
		case <-q.store.JobsRing():
		case <-timer.C:
		case key := <-finished:
			delete(running, key)
		}
		timer.Stop()
	}
}

// due are jobs to start now, one at least if any can start. running names
// those at work, with their kinds, and was written before these are read, so
// that a job which ends meanwhile is not taken for a new one.
func (q *Queue) due(ctx context.Context, now time.Time, running map[string]string) ([]store.Job, error) {
	free := q.workers - len(running)
	if free <= 0 {
		return nil, nil
	}
	count := map[string]int{}
	for _, kind := range running {
		count[kind]++
	}
	kinds := slices.DeleteFunc(slices.Clone(q.kinds), func(kind string) bool {
		share := q.handlers[kind].Share
		return share > 0 && count[kind] >= share
	})
	list, err := q.store.DueJobs(ctx, now, kinds, q.workers)
	list = slices.DeleteFunc(list, func(j store.Job) bool {
		if _, is := running[j.Key]; is {
			return true
		}
		count[j.Kind]++
		share := q.handlers[j.Kind].Share
		return share > 0 && count[j.Kind] > share
	})
	return list[:min(len(list), free)], err
}

// wait is how long until the next job is due. Kinds that nobody handles are
// logged once.
func (q *Queue) wait(ctx context.Context, now time.Time, unknown map[string]bool) (time.Duration, error) {
	kinds, err := q.store.JobKinds(ctx, now)
	wait := maxSleep
	for _, k := range kinds {
		if _, ok := q.handlers[k.Kind]; ok {
			if !k.Next.IsZero() {
				wait = min(wait, max(k.Next.Sub(now), 0))
			}
		} else if !unknown[k.Kind] {
			unknown[k.Kind] = true
			q.log.Warn().Str("kind", k.Kind).Msg("Jobs that nobody handles")
		}
	}
	return wait, err
}

func (q *Queue) sweep(ctx context.Context, now time.Time) {
	err := q.store.Write(ctx, func(tx *store.Tx) error { return tx.SweepJobs(ctx, now.Add(-keepFinished)) })
	if err != nil && ctx.Err() == nil {
		q.log.Error().Err(err).Msg("Sweep jobs")
	}
}

// work makes one attempt at a job.
func (q *Queue) work(ctx context.Context, j *Job) {
	h := q.handlers[j.Kind]
	log := q.log.With().Str("job", j.Key).Str("kind", j.Kind).Logger()
	cause := Permanent(errors.New("the process ended during the last attempt"))
	if j.Attempts < cmp.Or(h.Max, defaultAttempts) {
		ok, err := q.start(ctx, j)
		if err != nil {
			q.later(ctx, &log, err)
		}
		if !ok {
			return
		}
		run, cancel := context.WithTimeout(log.WithContext(ctx), cmp.Or(h.Timeout, defaultTimeout))
		cause = call(run, &log, h, j)
		cancel()
		if cause == nil && j.settled {
			return
		}
	}
	// what was done is written down even while we stop
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleTime)
	defer cancel()
	if err := q.settle(end, &log, j, cause, ctx.Err() != nil); err != nil {
		q.later(ctx, &log, err)
	}
}

// later logs what cannot be written down, and keeps the job from being taken
// up again at once.
func (q *Queue) later(ctx context.Context, log *zerolog.Logger, err error) {
	if ctx.Err() == nil {
		log.Error().Err(err).Msg("Write down the state of a job")
		rest(ctx, firstBackoff, nil)
	}
}

// start counts the attempt; it is false if the job was taken back.
func (q *Queue) start(ctx context.Context, j *Job) (ok bool, err error) {
	err = q.store.Write(ctx, func(tx *store.Tx) error {
		ok, err = tx.StartJob(ctx, j.Job)
		return err
	})
	if err != nil {
		return false, err
	}
	j.Attempts++
	return ok, nil
}

func call(ctx context.Context, log *zerolog.Logger, h Handler, j *Job) (err error) {
	defer func() {
		if p := recover(); p != nil {
			log.Error().Bytes("stack", debug.Stack()).Msg("A job panicked")
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	return h.Run(ctx, j)
}

// settle writes down what became of an attempt.
func (q *Queue) settle(ctx context.Context, log *zerolog.Logger, j *Job, cause error, stopping bool) error {
	_, permanent := errors.AsType[permanentError](cause)
	var note *zerolog.Event
	err := q.store.Write(ctx, func(tx *store.Tx) error {
		var did bool
		var err error
		switch now := time.Now(); {
		case cause == nil:
			_, err = tx.FinishJob(ctx, j.Job, now) // false: by Done or Again
		case permanent || !stopping && j.Attempts >= cmp.Or(q.handlers[j.Kind].Max, defaultAttempts):
			if did, err = tx.FailJob(ctx, j.Job, now, cause); did && q.Failed != nil {
				err = q.Failed(ctx, tx, j.Job, cause)
			}
			note = log.Error().Bool("for_good", true)
		case stopping: // not the job's fault
			_, err = tx.ReturnJob(ctx, j.Job)
		default:
			_, err = tx.RetryJob(ctx, j.Job, now.Add(backoff(j.Attempts)), cause)
			note = log.Warn().Bool("for_good", false)
		}
		return err
	})
	if err == nil && note != nil {
		note.Err(cause).Int("attempt", j.Attempts).Msg("Job went wrong")
	}
	return err
}

// backoff is how long to wait after the n-th attempt: 10 s, 20 s, up to an hour.
func backoff(n int) time.Duration {
	return min(firstBackoff<<min(n-1, 20), longestBackoff)
}
