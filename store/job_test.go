package store_test

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"buffet/store"
)

func openJobs(t *testing.T) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "buffet.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func inJobs(t *testing.T, s *store.Store, f func(tx *store.Tx) error) {
	t.Helper()
	if err := s.Write(t.Context(), f); err != nil {
		t.Fatal(err)
	}
}

func TestDueJobs(t *testing.T) {
	s := openJobs(t)
	now := time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)
	inJobs(t, s, func(tx *store.Tx) error {
		for key, after := range map[string]time.Duration{"c": -time.Hour, "a": -time.Minute, "b": -time.Minute, "d": time.Minute, "e": time.Hour} {
			if ok, err := tx.AddJob(t.Context(), store.Job{Key: key, Kind: "k", RunAt: now.Add(after)}); err != nil || !ok {
				t.Errorf("%s: %v, %v", key, ok, err)
			}
		}
		_, err := tx.AddJob(t.Context(), store.Job{Key: "x", Kind: "odd", RunAt: now})
		return err
	})
	select {
	case <-s.JobsRing():
	default:
		t.Error("the bell did not ring")
	}
	list, err := s.DueJobs(t.Context(), now, []string{"k", "l"}, 10)
	var keys string
	for _, j := range list {
		keys += j.Key
	}
	if err != nil || keys != "cab" {
		t.Errorf("due: %s, %v", keys, err)
	}
	kinds, err := s.JobKinds(t.Context(), now)
	if err != nil || len(kinds) != 2 || kinds[0] != (store.JobKind{Kind: "k", Next: now.Add(time.Minute)}) || kinds[1] != (store.JobKind{Kind: "odd"}) {
		t.Errorf("kinds: %v, %v", kinds, err)
	}
	if list, err := s.DueJobs(t.Context(), now, nil, 10); err != nil || list != nil {
		t.Errorf("due of no kind: %v, %v", list, err)
	}
}

// A job only changes for the one who knows its latest state.
func TestJobChangesOnce(t *testing.T) {
	s := openJobs(t)
	now := time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)
	inJobs(t, s, func(tx *store.Tx) error {
		ctx, j := t.Context(), store.Job{Key: "a", Kind: "k", Args: "{}", RunAt: now}
		expect := func(what string, want bool) func(bool, error) {
			return func(did bool, err error) {
				t.Helper()
				if err != nil || did != want {
					t.Errorf("%s: %v, %v", what, did, err)
				}
			}
		}
		old := j
		expect("add", true)(tx.AddJob(ctx, j))
		expect("add twice", false)(tx.AddJob(ctx, j))
		expect("start", true)(tx.StartJob(ctx, j))
		expect("start twice", false)(tx.StartJob(ctx, j))
		j.Attempts++
		expect("finish an older attempt", false)(tx.FinishJob(ctx, old, now))
		expect("retry", true)(tx.RetryJob(ctx, j, now.Add(time.Hour), errors.New(strings.Repeat("ü", 1000))))
		expect("return", true)(tx.ReturnJob(ctx, j))
		expect("start again", true)(tx.StartJob(ctx, old))
		expect("re-arm", true)(tx.RearmJob(ctx, j, now))
		expect("finish what was re-armed", false)(tx.FinishJob(ctx, j, now))
		expect("start once more", true)(tx.StartJob(ctx, old))
		expect("fail", true)(tx.FailJob(ctx, j, now, errors.New("x"+strings.Repeat("ü", 1000))))
		expect("finish what failed", false)(tx.FinishJob(ctx, j, now))
		return tx.SweepJobs(ctx, now)
	})
	j, err := s.Job(t.Context(), "a")
	if err != nil || j.State != store.JobFailed || j.Error != "x"+strings.Repeat("ü", 249) || !j.Finished.Equal(now) || j.Args != "{}" {
		t.Errorf("%+v, %v", j, err)
	}
	inJobs(t, s, func(tx *store.Tx) error { return tx.SweepJobs(t.Context(), now.Add(time.Millisecond)) })
	if _, err := s.Job(t.Context(), "a"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("swept: %v", err)
	}
}
