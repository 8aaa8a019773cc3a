package schedule

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/rs/zerolog"

	"buffet/store"
)

const (
	maxSleep  = 30 * time.Second // so that suspend and steps of the clock are noticed
	tickRetry = 5 * time.Second
	minGrace  = time.Minute // a tick is never quite on time
	maxMissed = 100         // slots in one report
)

// Planner turns the slots of schedules into work, each of them once.
type Planner struct {
	Store *store.Store
	// Plan plans the work of a slot in the transaction that writes the slot
	// down, usually by Add with the key that SlotKey makes.
	Plan func(ctx context.Context, tx *store.Tx, s store.Schedule, slot time.Time) error
	// Missed is told of slots that came to nothing, oldest first, the newest
	// 100 of them at most; of none if the schedule was disabled because its
	// line cannot be read or never comes again.
	Missed func(ctx context.Context, tx *store.Tx, s store.Schedule, slots []time.Time) error
	Log    zerolog.Logger
}

// SlotArgs are the arguments of the job that does what a slot is for.
type SlotArgs struct {
	Schedule int64     `json:"schedule"`
	Slot     time.Time `json:"slot"`
}

// SlotKey is the key for the work of a slot: "12/2026-11-23T08:00:00Z".
func SlotKey(s store.Schedule, slot time.Time) string {
	return fmt.Sprintf("%d/%s", s.ID, slot.UTC().Format(time.RFC3339))
}

// Run ticks whenever a slot is due, until ctx ends.
func (p *Planner) Run(ctx context.Context) {
	for ctx.Err() == nil {
		wait := maxSleep
		if err := p.Tick(ctx, time.Now()); err != nil {
			if ctx.Err() == nil {
				p.Log.Error().Err(err).Msg("Plan slots")
			}
			wait = tickRetry
		} else if next, err := p.Store.NextSchedule(ctx); err != nil {
			p.Log.Error().Err(err).Msg("Read next slot")
			wait = tickRetry
		} else if !next.IsZero() {
			wait = min(wait, time.Until(next))
		}
		rest(ctx, wait, p.Store.SchedulesRing())
	}
}

// rest waits until the time is up, the bell rings or ctx ends.
func rest(ctx context.Context, wait time.Duration, ring <-chan struct{}) {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-ring:
	case <-timer.C:
	}
}

// Tick plans what is due at now, in one transaction. Of several slots of one
// schedule only the latest counts: it is planned if it is within its grace,
// of which there is always a minute; else it is written down as missed.
//
// A schedule whose Plan or Missed returns an error stays due; the others do
// not suffer from it. The error names all of these.
func (p *Planner) Tick(ctx context.Context, now time.Time) error {
	var faults []error
	err := p.Store.Write(ctx, func(tx *store.Tx) error {
		faults = nil
		due, err := tx.DueSchedules(ctx, now)
		if err != nil {
			return err
		}
		for _, s := range due {
			if _, err := tx.ExecContext(ctx, `SAVEPOINT schedule`); err != nil {
				return fmt.Errorf("begin schedule: %w", err)
			}
			end := `RELEASE schedule`
			if err := p.fire(ctx, tx, s, now); err != nil {
				faults = append(faults, fmt.Errorf("plan schedule %d: %w", s.ID, err))
				end = `ROLLBACK TO schedule; RELEASE schedule`
			}
			if _, err := tx.ExecContext(ctx, end); err != nil {
				return fmt.Errorf("end schedule: %w", err)
			}
		}
		return nil
	})
	return errors.Join(append(faults, err)...)
}

// fire deals with one due schedule.
func (p *Planner) fire(ctx context.Context, tx *store.Tx, s store.Schedule, now time.Time) error {
	line, err := ParseLine(s.Spec, s.Zone)
	if err != nil {
		p.Log.Warn().Int64("schedule", s.ID).Err(err).Msg("Schedule disabled")
		return p.disable(ctx, tx, s)
	}
	slots := dueSlots(line, s.Next, now)
	slot := slots[len(slots)-1]
	inTime := now.Sub(slot) <= max(s.Grace, minGrace)
	row := store.Slot{Schedule: s.ID, At: slot, State: store.SlotMissed, Fired: now}
	if inTime {
		row.State = store.SlotPlanned
	}
	added, err := tx.AddSlot(ctx, row)
	switch {
	case err != nil:
		return err
	case added && inTime:
		err = p.Plan(ctx, tx, s, slot)
	case added:
		err = p.Missed(ctx, tx, s, slots)
	}
	if err != nil {
		return err
	}
	next := line.Next(now)
	if next.IsZero() {
		return p.disable(ctx, tx, s)
	}
	return tx.AdvanceSchedule(ctx, s.ID, next)
}

func (p *Planner) disable(ctx context.Context, tx *store.Tx, s store.Schedule) error {
	if err := tx.AdvanceSchedule(ctx, s.ID, time.Time{}); err != nil {
		return err
	}
	return p.Missed(ctx, tx, s, nil)
}

// dueSlots are the slots from first, which is one, until now: the newest.
func dueSlots(line *Line, first, now time.Time) []time.Time {
	if far := now.AddDate(0, 0, -1); line.TooOften() && first.Before(far) {
		if t := line.Next(far); !t.IsZero() && !t.After(now) { // thousands a day; a day of them is enough
			first = t
		}
	}
	list := []time.Time{first.UTC()}
	for t := line.Next(first); !t.IsZero() && !t.After(now); t = line.Next(t) {
		list = append(list, t.UTC())
		list = list[max(0, len(list)-maxMissed):]
	}
	return list
}
