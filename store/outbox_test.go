package store_test

import (
	"errors"
	"testing"
	"time"

	"buffet/store"
)

// What is withdrawn before it is handed over is not sent even by whoever has it
// in their hands, nor are its reactions; what may have arrived stays.
func TestWithdraw(t *testing.T) {
	s, ctx, now := openJobs(t), t.Context(), time.Now()
	for _, user := range []string{"a", "b"} {
		inJobs(t, s, func(tx *store.Tx) error {
			_, err := tx.Send(ctx, store.Message{Key: user, Room: "!r:b", Plain: "?", Reactions: []string{"✅"}}, now)
			return err
		})
		list, _, err := s.Unsent(ctx, now, 10)
		if err != nil || len(list) != 1 || list[0].Key != user {
			t.Fatalf("%+v, %v", list, err)
		}
		if user == "b" {
			if err := s.Trying(ctx, list[0].Seq, now); err != nil {
				t.Fatal(err)
			}
		}
		inJobs(t, s, func(tx *store.Tx) error { return tx.Withdraw(ctx, user, now) })
		if err := s.Trying(ctx, list[0].Seq, now); errors.Is(err, store.ErrNotFound) != (user == "a") || err != nil && user == "b" {
			t.Errorf("%s: %v", user, err)
		}
	}
	list, _, err := s.Unsent(ctx, now, 10)
	if err != nil || len(list) != 1 || list[0].Key != "b" || list[0].Plain != "?" {
		t.Errorf("left: %+v, %v", list, err)
	}
}
