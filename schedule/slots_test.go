package schedule

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"

	"buffet/store"
)

// inBubble runs f with a store on a clock of its own, which begins at start.
// f may close and open the file with the function it is given.
func inBubble(t *testing.T, start string, f func(t *testing.T, open func() *store.Store)) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(utc(t, start)))
		var s *store.Store
		shut := func() {
			if s != nil {
				if err := s.Close(); err != nil {
					t.Error(err)
				}
			}
		}
		defer func() { shut() }()
		f(t, func() *store.Store {
			shut()
			var err error
			if s, err = store.Open(t.Context(), filepath.Join(dir, "buffet.db")); err != nil {
				t.Fatal(err)
			}
			return s
		})
	})
}

func write(t *testing.T, s *store.Store, f func(tx *store.Tx) error) {
	t.Helper()
	if err := s.Write(t.Context(), f); err != nil {
		t.Fatal(err)
	}
}

// addSchedule stores a schedule whose next slot is the first after now.
func addSchedule(t *testing.T, s *store.Store, spec, zone string, grace time.Duration) (n int64) {
	t.Helper()
	next := line(t, spec, zone).Next(time.Now())
	write(t, s, func(tx *store.Tx) (err error) {
		n, err = tx.AddSchedule(t.Context(), store.Schedule{Room: "!a:b", Kind: "announcement", Origin: store.FromRoom,
			Spec: spec, Zone: zone, Grace: grace, Next: next, Enabled: true})
		return err
	})
	return n
}

// notes is a planner that keeps what it was asked to do.
type notes struct {
	Planner
	planned []string
	missed  [][]time.Time
	fail    map[int64]error
}

func newNotes(s *store.Store) *notes {
	p := &notes{fail: map[int64]error{}}
	p.Store, p.Log = s, zerolog.Nop()
	p.Plan = func(ctx context.Context, tx *store.Tx, s store.Schedule, slot time.Time) error {
		if _, err := Add(ctx, tx, SlotKey(s, slot), "announce", s.ID, slot); err != nil {
			return err
		}
		p.planned = append(p.planned, SlotKey(s, slot))
		return p.fail[s.ID]
	}
	p.Missed = func(_ context.Context, _ *store.Tx, _ store.Schedule, slots []time.Time) error {
		p.missed = append(p.missed, slots)
		return nil
	}
	return p
}

func (p *notes) tick(t *testing.T) {
	t.Helper()
	if err := p.Tick(t.Context(), time.Now()); err != nil {
		t.Fatal(err)
	}
}

func TestSlotsOnceOverRestarts(t *testing.T) {
	inBubble(t, "2026-03-19T12:00:00Z", func(t *testing.T, open func() *store.Store) {
		s := open()
		n := addSchedule(t, s, "30 2 * * *", "Europe/Berlin", 6*time.Hour)
		var planned []string
		for i := range 20 { // ten days, past the gap on the 29th; each run ends in the middle of something
			s = open()
			p := newNotes(s)
			ctx, cancel := context.WithCancel(t.Context())
			done := make(chan struct{})
			go func() {
				defer close(done)
				p.Run(ctx)
			}()
			time.Sleep(12*time.Hour - time.Duration(i)*time.Minute)
			cancel()
			<-done
			planned = append(planned, p.planned...)
			if len(p.missed) > 0 {
				t.Errorf("missed %v", p.missed)
			}
		}
		slots, err := s.Slots(t.Context(), n)
		if err != nil {
			t.Fatal(err)
		}
		if len(planned) != 10 || len(slots) != 10 {
			t.Fatalf("%d planned, %d slots, want 10: %v", len(planned), len(slots), planned)
		}
		for i, at := range line(t, "30 2 * * *", "Europe/Berlin").NextN(utc(t, "2026-03-19T12:00:00Z"), 10) {
			want := SlotKey(store.Schedule{ID: n}, at)
			if planned[i] != want || !slots[i].At.Equal(at) || slots[i].State != store.SlotPlanned {
				t.Errorf("slot %d: got %s, %+v, want %s", i, planned[i], slots[i], want)
			}
			if late := slots[i].Fired.Sub(at); late > time.Second {
				t.Errorf("slot %d: %s late", i, late)
			}
			if _, err := s.Job(t.Context(), want); err != nil {
				t.Errorf("job %s: %v", want, err)
			}
		}
	})
}

func TestMonthsOfDowntime(t *testing.T) {
	for _, c := range []struct {
		name            string
		spec            string
		down, grace     time.Duration
		planned, missed int // missed: slots in the one report
	}{
		{"the latest is within its grace", "0 9 * * *", 90*24*time.Hour - 2*time.Hour, 6 * time.Hour, 1, 0},
		{"it is too late for the latest", "0 9 * * *", 90 * 24 * time.Hour, 2 * time.Hour, 0, 90},
		{"an hour late, within", "0 13 * * *", 2 * time.Hour, time.Hour, 1, 0},
		{"an hour and a bit late", "0 13 * * *", 2*time.Hour + time.Millisecond, time.Hour, 0, 1},
		{"without grace a tick has a minute", "0 13 * * *", time.Hour + time.Minute, 0, 1, 0},
		{"and no more", "0 13 * * *", time.Hour + time.Minute + time.Millisecond, 0, 0, 1},
		{"many", "30 * * * *", 300 * 24 * time.Hour, 10 * time.Minute, 0, 100},
		{"very many", "*/2 9 * * *", 3000 * 24 * time.Hour, time.Hour, 0, 30},
	} {
		t.Run(c.name, func(t *testing.T) {
			inBubble(t, "2026-01-10T12:00:00Z", func(t *testing.T, open func() *store.Store) {
				s := open()
				n := addSchedule(t, s, c.spec, "UTC", c.grace)
				time.Sleep(c.down)
				p := newNotes(open())
				for range 3 {
					p.tick(t)
				}
				slots, err := p.Store.Slots(t.Context(), n)
				if err != nil || len(slots) != 1 {
					t.Fatalf("slots %v, %v", slots, err)
				}
				var missed int
				for _, list := range p.missed {
					missed += len(list)
					if last := list[len(list)-1]; !last.Equal(slots[0].At) {
						t.Errorf("reported up to %s, wrote %s", last, slots[0].At)
					}
				}
				if len(p.planned) != c.planned || missed != c.missed || len(p.missed) > 1 {
					t.Errorf("planned %v, missed %d in %d reports", p.planned, missed, len(p.missed))
				}
				next, err := p.Store.NextSchedule(t.Context())
				if want := line(t, c.spec, "UTC").Next(time.Now()); err != nil || !next.Equal(want) {
					t.Errorf("next %s, %v, want %s", next, err, want)
				}
			})
		})
	}
}

func TestSlotWrittenDownBefore(t *testing.T) {
	inBubble(t, "2026-01-10T12:00:00Z", func(t *testing.T, open func() *store.Store) {
		p := newNotes(open())
		n := addSchedule(t, p.Store, "0 13 * * *", "UTC", time.Hour)
		time.Sleep(time.Hour)
		p.tick(t)
		write(t, p.Store, func(tx *store.Tx) error { // as if the clock had been set back
			return tx.AdvanceSchedule(t.Context(), n, utc(t, "2026-01-10T13:00:00Z"))
		})
		p.tick(t)
		time.Sleep(2 * time.Hour)
		p.tick(t)
		if len(p.planned) != 1 || len(p.missed) != 0 {
			t.Errorf("planned %v, missed %v", p.planned, p.missed)
		}
	})
}

func TestMissedIsReportedOnce(t *testing.T) {
	inBubble(t, "2026-01-10T12:00:00Z", func(t *testing.T, open func() *store.Store) {
		p := newNotes(open())
		n := addSchedule(t, p.Store, "0 13 * * *", "UTC", time.Hour)
		time.Sleep(5 * time.Hour)
		p.tick(t)
		write(t, p.Store, func(tx *store.Tx) error { // as if the clock had been set back
			return tx.AdvanceSchedule(t.Context(), n, utc(t, "2026-01-10T13:00:00Z"))
		})
		p.tick(t)
		if len(p.planned) != 0 || len(p.missed) != 1 {
			t.Errorf("planned %v, missed %v", p.planned, p.missed)
		}
	})
}

func TestBrokenSchedules(t *testing.T) {
	inBubble(t, "2026-01-10T12:00:00Z", func(t *testing.T, open func() *store.Store) {
		p := newNotes(open())
		var log bytes.Buffer
		p.Log = zerolog.New(&log)
		bad := addSchedule(t, p.Store, "0 13 * * *", "UTC", time.Hour)
		never := addSchedule(t, p.Store, "0 13 * * *", "UTC", time.Hour)
		write(t, p.Store, func(tx *store.Tx) error {
			_, err := tx.ExecContext(t.Context(), `UPDATE schedule SET spec = CASE id WHEN $1 THEN 'nonsense' ELSE '0 9 31 2 *' END`, bad)
			return err
		})
		time.Sleep(time.Hour)
		p.tick(t)
		p.tick(t)
		if len(p.missed) != 2 || p.missed[0] != nil || p.missed[1] != nil {
			t.Errorf("missed %v", p.missed)
		}
		for _, n := range []int64{bad, never} {
			if c, err := p.Store.Schedule(t.Context(), n); err != nil || c.Enabled {
				t.Errorf("%+v, %v", c, err)
			}
		}
		if len(p.planned) != 1 { // its last slot was due, after all
			t.Errorf("planned %v", p.planned)
		}
	})
}

func TestOneFailingPlanDoesNotStopOthers(t *testing.T) {
	inBubble(t, "2026-01-10T12:00:00Z", func(t *testing.T, open func() *store.Store) {
		p := newNotes(open())
		ill := addSchedule(t, p.Store, "0 13 * * *", "UTC", time.Hour)
		well := addSchedule(t, p.Store, "0 13 * * *", "UTC", time.Hour)
		slot := utc(t, "2026-01-10T13:00:00Z")
		oops := errors.New("oops")
		p.fail[ill] = oops
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() {
			defer close(done)
			p.Run(ctx)
		}()
		time.Sleep(time.Hour + time.Second)
		synctest.Wait()
		if _, err := p.Store.Job(t.Context(), SlotKey(store.Schedule{ID: well}, slot)); err != nil {
			t.Errorf("the other: %v", err)
		}
		if _, err := p.Store.Job(t.Context(), SlotKey(store.Schedule{ID: ill}, slot)); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("what failed left something: %v", err)
		}
		if err := p.Tick(t.Context(), time.Now()); !errors.Is(err, oops) {
			t.Errorf("tick says %v", err)
		}
		cancel()
		<-done
		delete(p.fail, ill)
		p.tick(t)
		if _, err := p.Store.Job(t.Context(), SlotKey(store.Schedule{ID: ill}, slot)); err != nil {
			t.Errorf("tried again: %v", err)
		}
	})
}

func TestRunWakesForNewSchedule(t *testing.T) {
	inBubble(t, "2026-01-10T12:59:50Z", func(t *testing.T, open func() *store.Store) {
		p := newNotes(open())
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		go p.Run(ctx)
		synctest.Wait()
		n := addSchedule(t, p.Store, "0 13 * * *", "UTC", time.Hour)
		time.Sleep(10 * time.Second) // less than Run would have slept
		synctest.Wait()
		if want := fmt.Sprintf("%d/2026-01-10T13:00:00Z", n); len(p.planned) != 1 || p.planned[0] != want {
			t.Errorf("planned %v, want %s", p.planned, want)
		}
		cancel()
		synctest.Wait()
	})
}
