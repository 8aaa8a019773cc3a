package store_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"maunium.net/go/mautrix/id"

	"buffet/store"
)

// What a room's event waits for holds up those after it, but not for long.
func TestReadyPassesBy(t *testing.T) {
	s, ctx, now := openJobs(t), t.Context(), time.Now()
	inJobs(t, s, func(tx *store.Tx) error {
		for _, e := range []id.EventID{"$1", "$2", "$3"} {
			if err := tx.Keep(ctx, store.Incoming{Event: e, Room: "!a", Kind: store.InReaction, Sent: now}, now); err != nil {
				return err
			}
		}
		return nil
	})
	ready := func(at time.Time) (list []id.EventID) {
		t.Helper()
		rows, _, err := s.Ready(ctx, at, 9)
		if err != nil {
			t.Fatal(err)
		}
		for _, in := range rows {
			list = append(list, in.Event)
		}
		return list
	}
	for n := range store.Tries {
		if got := ready(now.Add(time.Hour)); !slices.Equal(got, []id.EventID{"$1"}) {
			t.Errorf("after %d tries: %v", n, got)
		}
		list, _, err := s.Ready(ctx, now.Add(time.Hour), 1)
		if err != nil || len(list) != 1 {
			t.Fatal(list, err)
		}
		if err := s.Retry(ctx, list[0].Seq, now.Add(time.Minute)); err != nil {
			t.Fatal(err)
		}
	}
	if a, b := fmt.Sprint(ready(now)), fmt.Sprint(ready(now.Add(time.Hour))); a != "[$2]" || b != "[$1 $2]" {
		t.Errorf("after that %s, and when it is due %s", a, b)
	}
}
