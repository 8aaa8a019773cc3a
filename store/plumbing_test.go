package store_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"maunium.net/go/mautrix/id"
	"maunium.net/go/mautrix/sqlstatestore"

	"buffet/store"
)

// withMatrix is a store with the Matrix library's tables of rooms.
func withMatrix(t *testing.T) *store.Store {
	t.Helper()
	s := openJobs(t)
	if err := sqlstatestore.NewSQLStateStore(s.Matrix(), nil, false).Upgrade(t.Context()); err != nil {
		t.Fatal(err)
	}
	inJobs(t, s, func(tx *store.Tx) error { // DropRoom wipes it as well
		_, err := tx.ExecContext(t.Context(), `CREATE TABLE crypto_megolm_outbound_session (room_id TEXT)`)
		return err
	})
	return s
}

func member(t *testing.T, s *store.Store, room id.RoomID, user id.UserID, membership, name string) {
	t.Helper()
	inJobs(t, s, func(tx *store.Tx) error {
		_, err := tx.ExecContext(t.Context(), `INSERT INTO mx_user_profile (room_id, user_id, membership, displayname) VALUES ($1, $2, $3, $4)`,
			room, user, membership, name)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(t.Context(), `INSERT INTO mx_room_state (room_id, members_fetched) VALUES ($1, true) ON CONFLICT DO NOTHING`, room)
		return err
	})
}

func TestPersonHash(t *testing.T) {
	ctx, path := t.Context(), filepath.Join(t.TempDir(), "buffet.db")
	open := func() *store.Store {
		t.Helper()
		s, err := store.Open(ctx, path)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	s := open()
	hash := s.HashPerson("@a:b")
	if len(hash) != 64 || hash == s.HashPerson("@a:c") {
		t.Errorf("hash %q", hash)
	}
	inJobs(t, s, func(tx *store.Tx) error {
		if tx.HashPerson("@a:b") != hash {
			t.Error("another hash in a transaction")
		}
		return errors.Join(tx.SetForgotten(ctx, hash, time.Now()), tx.SetForgotten(ctx, hash, time.Now()))
	})
	_ = s.Close()
	key := filepath.Join(filepath.Dir(path), "person.key")
	if info, err := os.Stat(key); err != nil || info.Mode().Perm() != 0o600 || info.Size() != 32 {
		t.Errorf("person.key: %v, %v", info, err)
	}
	if parts, _ := filepath.Glob(key + ".*"); len(parts) > 0 {
		t.Errorf("left over: %v", parts)
	}
	s = open()
	if s.HashPerson("@a:b") != hash {
		t.Error("another hash after a restart")
	}
	if is, err := store.Forgotten(ctx, s.Reader(), hash); err != nil || !is {
		t.Errorf("forgotten: %v, %v", is, err)
	}
	inJobs(t, s, func(tx *store.Tx) error { return tx.UnsetForgotten(ctx, hash) })
	if is, err := store.Forgotten(ctx, s.Reader(), hash); err != nil || is {
		t.Errorf("forgotten after it was taken back: %v, %v", is, err)
	}
	_ = s.Close()
	if err := os.WriteFile(key, []byte("short"), 0o600); err != nil {
		t.Fatal(err)
	}
	if s, err := store.Open(ctx, path); err == nil {
		_ = s.Close()
		t.Error("a damaged person.key was taken")
	}
	_ = os.Remove(key)
	other := open()
	defer other.Close()
	if other.HashPerson("@a:b") == hash {
		t.Error("the same hash with another key")
	}
}

func TestHandledWipesSender(t *testing.T) {
	s, ctx, now := openJobs(t), t.Context(), time.Now()
	inJobs(t, s, func(tx *store.Tx) error {
		if err := tx.Keep(ctx, store.Incoming{Event: "$e", Room: "!r", Sender: "@a:b", Kind: store.InMessage, Content: "text"}, now); err != nil {
			return err
		}
		ok, err := tx.Handled(ctx, 1)
		if !ok {
			t.Error("not handled")
		}
		return err
	})
	var text string
	if err := s.Reader().QueryRowContext(ctx, `SELECT sender || content FROM inbox`).Scan(&text); err != nil || text != "" {
		t.Errorf("left: %q, %v", text, err)
	}
}

func TestReactionsGoBehindTheirMessage(t *testing.T) {
	s, ctx, now := openJobs(t), t.Context(), time.Now()
	m := store.Message{Key: "ask", User: "@a:b", Plain: "?", Reactions: []string{"1️⃣", "2️⃣"}, IfThere: true,
		File: &store.File{Name: "x.txt", Type: "text/plain", Data: []byte("hallo")}}
	for _, want := range []bool{true, false} {
		inJobs(t, s, func(tx *store.Tx) error {
			added, err := tx.Send(ctx, m, now)
			if added != want {
				t.Errorf("added %v, want %v", added, want)
			}
			return err
		})
	}
	var got []store.Outgoing
	for range 4 {
		list, _, err := s.Unsent(ctx, now, 10)
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range list {
			got = append(got, o)
			if err := s.Sent(ctx, o.Key, id.EventID("$"+o.Key), now); err != nil {
				t.Fatal(err)
			}
		}
	}
	if len(got) != 3 || got[0].Plain != "?" || got[0].File == nil || string(got[0].File.Data) != "hallo" {
		t.Fatalf("got %+v", got)
	}
	for i, o := range got[1:] {
		if o.Key != store.ReactionKey("ask", i+1) || o.Reaction != m.Reactions[i] || o.ReactTo != "ask" || o.User != m.User || !o.IfThere {
			t.Errorf("reaction %d: %+v", i, o)
		}
	}
}

func TestMembers(t *testing.T) {
	s, ctx := withMatrix(t), t.Context()
	inJobs(t, s, func(tx *store.Tx) error {
		return errors.Join(
			tx.PutRoom(ctx, store.Room{ID: "!a", Network: "N", Joined: time.Now()}),
			tx.PutRoom(ctx, store.Room{ID: "!b", Network: "N", Joined: time.Now()}),
			tx.PutRoom(ctx, store.Room{ID: "!c", Network: "N"}), // we are not in
			tx.PutRoom(ctx, store.Room{ID: "!d", Direct: "@u:one", Joined: time.Now()}))
	})
	for _, r := range []id.RoomID{"!a", "!c", "!d", "!strange"} {
		member(t, s, r, "@u:one", "join", "Ute")
	}
	member(t, s, "!b", "@u:one", "leave", "")
	rooms := func() (list []id.RoomID) {
		t.Helper()
		got, err := store.JoinedRooms(ctx, s.Reader(), "@u:one")
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range got {
			list = append(list, r.ID)
		}
		return list
	}
	if got := rooms(); !slices.Equal(got, []id.RoomID{"!a", "!d"}) {
		t.Errorf("joined rooms %v", got)
	}
	inJobs(t, s, func(tx *store.Tx) error { return tx.ForgetMembers(ctx, "!a") })
	if got := rooms(); !slices.Equal(got, []id.RoomID{"!d"}) {
		t.Errorf("joined rooms while members are unknown: %v", got)
	}
	for _, u := range []id.UserID{"@1:two", "@2:two", "@1:three", "@2:three", "@3:three", "@1:four", "@bot:own"} {
		member(t, s, "!a", u, "join", "")
	}
	member(t, s, "!a", "@1:left", "leave", "")
	if got, err := store.Via(ctx, s.Reader(), "!a", "own"); err != nil || !slices.Equal(got, []string{"own", "three", "two"}) {
		t.Errorf("via %v, %v", got, err)
	}
	if got, err := store.Via(ctx, s.Reader(), "!none", "own"); err != nil || !slices.Equal(got, []string{"own"}) {
		t.Errorf("via of an unknown room %v, %v", got, err)
	}
	for user, want := range map[id.UserID]string{"@u:one": "Ute", "@1:two": "1", "@nobody:two": "nobody"} {
		if got, err := store.DisplayName(ctx, s.Reader(), "!a", user); err != nil || got != want {
			t.Errorf("name of %s: %q, %v", user, got, err)
		}
	}
}

func TestSettingsMoveAndStay(t *testing.T) {
	s, ctx, now := withMatrix(t), t.Context(), time.Now()
	get := func(room id.RoomID, key string) string {
		t.Helper()
		v, err := store.Setting(ctx, s.Reader(), room, key)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	var c store.Contribution
	inJobs(t, s, func(tx *store.Tx) (err error) {
		for _, v := range []string{"no", "yes", "gone"} {
			if err := errors.Join(tx.SetSetting(ctx, "!a", "gather", v), tx.SetSetting(ctx, "!a", "off", v)); err != nil {
				return err
			}
		}
		if err := errors.Join(tx.SetSetting(ctx, "!a", "gather", "yes"), tx.SetSetting(ctx, "!a", "off", ""),
			tx.SetSetting(ctx, "!a", "both", "old"), tx.SetSetting(ctx, "!b", "both", "new")); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `INSERT INTO mark (event_id, room_id, sender, what, at) VALUES ('$m', '!a', '@u:one', 'quiet', 1)`); err != nil {
			return err
		}
		c, _, err = tx.AddContribution(ctx, store.Contribution{Network: "N", Kind: store.Question, Room: "!a", Event: "$e", EventRoom: "!a", Author: "@u:one", Body: "?", Sent: now})
		return err
	})
	if all, err := store.Settings(ctx, s.Reader(), "!a"); err != nil || len(all) != 2 || all["gather"] != "yes" || get("!a", "off") != "" {
		t.Errorf("settings %v, %v", all, err)
	}
	inJobs(t, s, func(tx *store.Tx) error {
		return errors.Join(tx.MoveRoom(ctx, "!a", "!b"), tx.DropRoom(ctx, "!a", now))
	})
	if get("!b", "gather") != "yes" || get("!b", "both") != "new" || get("!a", "gather") != "" || get("!a", "both") != "" {
		t.Error("settings did not move as they should")
	}
	c, err := store.ContributionByID(ctx, s.Reader(), c.ID)
	if err != nil || c.Room != "!b" || c.EventRoom != "!a" {
		t.Errorf("contribution %+v, %v", c, err)
	}
	var room string
	if err := s.Reader().QueryRowContext(ctx, `SELECT room_id FROM mark`).Scan(&room); err != nil || room != "!b" {
		t.Errorf("mark in %q, %v", room, err)
	}
	inJobs(t, s, func(tx *store.Tx) error { return tx.DropRoom(ctx, "!b", now) })
	if c, err := store.ContributionByID(ctx, s.Reader(), c.ID); err != nil || c.Room != "!b" || get("!b", "gather") != "yes" {
		t.Errorf("after the room was dropped: %+v, %v", c, err)
	}
}
