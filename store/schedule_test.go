package store_test

import (
	"errors"
	"testing"
	"time"

	"buffet/store"
)

func TestSchedules(t *testing.T) {
	s, ctx := openJobs(t), t.Context()
	now := time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)
	want := store.Schedule{Room: "!a:b", Kind: "announcement", Origin: store.FromRoom, Spec: "0 9 * * 1", Zone: "Europe/Berlin",
		Filter: "{}", Grace: 90 * time.Minute, Next: now, Enabled: true}
	inJobs(t, s, func(tx *store.Tx) (err error) {
		if want.ID, err = tx.AddSchedule(ctx, want); err != nil {
			return err
		}
		_, err = tx.AddSchedule(ctx, store.Schedule{Room: "!c:d", Next: now}) // asleep
		return err
	})
	select {
	case <-s.SchedulesRing():
	default:
		t.Error("the bell did not ring")
	}
	if got, err := s.Schedule(ctx, want.ID); err != nil || got != want {
		t.Errorf("got %+v, %v", got, err)
	}
	all, err := s.Schedules(ctx, "")
	mine, err2 := s.Schedules(ctx, want.Room)
	if err != nil || err2 != nil || len(all) != 2 || len(mine) != 1 || all[1].Filter != "{}" || all[1].Enabled {
		t.Errorf("all %+v, mine %+v, %v, %v", all, mine, err, err2)
	}
	inJobs(t, s, func(tx *store.Tx) error {
		early, err := tx.DueSchedules(ctx, now.Add(-time.Millisecond))
		due, err2 := tx.DueSchedules(ctx, now)
		if err != nil || err2 != nil || len(early) != 0 || len(due) != 1 || due[0] != want {
			t.Errorf("early %+v, due %+v, %v, %v", early, due, err, err2)
		}
		slot := store.Slot{Schedule: want.ID, At: now, State: store.SlotPlanned, Fired: now}
		if added, err := tx.AddSlot(ctx, slot); err != nil || !added {
			t.Errorf("slot: %v, %v", added, err)
		}
		slot.State = store.SlotMissed
		if added, err := tx.AddSlot(ctx, slot); err != nil || added {
			t.Errorf("slot twice: %v, %v", added, err)
		}
		return tx.AdvanceSchedule(ctx, want.ID, now.Add(time.Hour))
	})
	if next, err := s.NextSchedule(ctx); err != nil || !next.Equal(now.Add(time.Hour)) {
		t.Errorf("next %s, %v", next, err)
	}
	want.Spec, want.Enabled = "0 10 * * 1", false
	inJobs(t, s, func(tx *store.Tx) error { return tx.PutSchedule(ctx, want) })
	if got, err := s.Schedule(ctx, want.ID); err != nil || got != want {
		t.Errorf("changed: %+v, %v", got, err)
	}
	if next, err := s.NextSchedule(ctx); err != nil || !next.IsZero() {
		t.Errorf("next of nothing: %s, %v", next, err)
	}
	slots, err := s.Slots(ctx, want.ID)
	if err != nil || len(slots) != 1 || slots[0].State != store.SlotPlanned {
		t.Errorf("slots %+v, %v", slots, err)
	}
	inJobs(t, s, func(tx *store.Tx) error {
		if err := tx.RemoveSchedule(ctx, want.ID); err != nil {
			return err
		}
		if err := tx.RemoveSchedule(ctx, want.ID); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("removed twice: %v", err)
		}
		if err := tx.PutSchedule(ctx, want); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("changed what is gone: %v", err)
		}
		return nil
	})
	if slots, err := s.Slots(ctx, want.ID); err != nil || len(slots) != 0 {
		t.Errorf("slots of nothing: %+v, %v", slots, err)
	}
}
