package store_test

import (
	"testing"
	"time"

	"maunium.net/go/mautrix/id"

	"buffet/store"
)

// Of several chats with a person the one that they are in is used, else the newest.
func TestDirectRoomTheyAreIn(t *testing.T) {
	s, ctx, now := withMatrix(t), t.Context(), time.Now()
	const ben = id.UserID("@ben:x")
	inJobs(t, s, func(tx *store.Tx) error {
		for n, r := range []id.RoomID{"!1", "!2", "!3"} {
			if err := tx.PutRoom(ctx, store.Room{ID: r, Direct: ben, Joined: now.Add(time.Duration(n) * time.Hour)}); err != nil {
				return err
			}
		}
		return nil
	})
	check := func(want id.RoomID) {
		t.Helper()
		r, err := s.DirectRoom(ctx, ben)
		of, fault := store.DirectRoomOf(ctx, s.Reader(), s.HashPerson, s.HashPerson(ben))
		if err != nil || fault != nil || r.ID != want || of.ID != want {
			t.Errorf("%s, %v; by hash %s, %v; want %s", r.ID, err, of.ID, fault, want)
		}
	}
	check("!3")
	member(t, s, "!1", ben, "join", "")
	member(t, s, "!3", ben, "invite", "")
	check("!1")
	member(t, s, "!2", ben, "join", "")
	check("!2")
}
