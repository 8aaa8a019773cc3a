package store_test

import (
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"buffet/store"
)

func TestModelUse(t *testing.T) {
	ctx := t.Context()
	s, err := store.Open(ctx, filepath.Join(t.TempDir(), "x.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	month := store.ModelMonth(time.Date(2026, 12, 1, 0, 30, 0, 0, time.FixedZone("", 3600))) // still November in UTC
	reserve := func(network string, u store.ModelUse, tokens, cost int64) bool {
		var ok bool
		if err := s.Write(ctx, func(tx *store.Tx) (err error) {
			ok, err = tx.ReserveModelUse(ctx, network, month, u, tokens, cost)
			return err
		}); err != nil {
			t.Error(err)
		}
		return ok
	}
	used := func(network string) store.ModelUse {
		u, err := store.ModelUseOf(ctx, s.Reader(), network, month)
		if err != nil {
			t.Error(err)
		}
		return u
	}
	one := store.ModelUse{In: 70, Out: 30, Cost: 5}
	// of many at once no more get through than there is room for
	var through atomic.Int32
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			if reserve("A", one, 950, 0) {
				through.Add(1)
			}
		})
	}
	all.Wait()
	if got := used("A"); month != "2026-11" || through.Load() != 9 || got != (store.ModelUse{In: 630, Out: 270, Cost: 45}) {
		t.Errorf("%s: %d got through, used %+v", month, through.Load(), got)
	}
	if reserve("A", one, 0, 49) || !reserve("A", one, 0, 50) || !reserve("B", one, 100, 5) {
		t.Error("a limit of cost, or that of another network, does not hold")
	}
	if err := s.Write(ctx, func(tx *store.Tx) error {
		return tx.SettleModelUse(ctx, "B", month, one, store.ModelUse{In: 60, Out: 1, Cost: 2})
	}); err != nil {
		t.Error(err)
	}
	if got := used("B"); got != (store.ModelUse{In: 60, Out: 1, Cost: 2}) {
		t.Errorf("settled: %+v", got)
	}
}
