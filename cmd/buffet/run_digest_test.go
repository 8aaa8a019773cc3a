package main

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"testing"

	"maunium.net/go/mautrix/id"
	"maunium.net/go/mautrix/sqlstatestore"

	"buffet/digest"
	"buffet/store"
)

// Where a model writes it hears of all members of the rooms, so that it sees
// none of their names; and it writes only where all rooms turned it on.
func TestSummariserOfRooms(t *testing.T) {
	st, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "buffet.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	if err := sqlstatestore.NewSQLStateStore(st.Matrix(), nil, false).Upgrade(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := st.Write(t.Context(), func(tx *store.Tx) error { return rooms(t.Context(), tx) }); err != nil {
		t.Fatal(err)
	}
	d := &daemon{store: st, model: digest.NewModel(digest.ModelConfig{URL: "http://127.0.0.1:1/v1", Model: "m"})}
	for _, c := range []struct {
		rooms []id.RoomID
		names []string // nil: no model
	}{
		{[]id.RoomID{"!a:x"}, []string{"Anke A"}}, {[]id.RoomID{"!a:x", "!b:x"}, []string{"Anke A", "Bernd B"}},
		{[]id.RoomID{"!a:x", "!off:x"}, nil}, {[]id.RoomID{"!a:x", ""}, nil}, {nil, nil},
	} {
		by, err := d.summariser(t.Context(), st.Reader(), c.rooms)
		if err != nil {
			t.Fatal(err)
		}
		discreet, model := by.(*digest.Discreet)
		if model != (c.names != nil) {
			t.Errorf("%v: %T writes", c.rooms, by)
		} else if model && (discreet.Summariser != d.model || !slices.Equal(discreet.Names, c.names)) {
			t.Errorf("%v: it knows of %q", c.rooms, discreet.Names)
		}
	}
}

// rooms keeps rooms with a member each, two of them with a model.
func rooms(ctx context.Context, tx *store.Tx) error {
	for _, r := range []struct {
		room id.RoomID
		name string
		on   string
	}{{"!a:x", "Anke A", store.On}, {"!b:x", "Bernd B", store.On}, {"!off:x", "Carla C", store.Off}} {
		if err := tx.SetSetting(ctx, r.room, store.SetModel, r.on); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `INSERT INTO mx_user_profile (room_id, user_id, membership, displayname) VALUES ($1, $2, 'join', $3)`,
			r.room, "@"+r.name[:1]+":x", r.name); err != nil {
			return fmt.Errorf("keep member: %w", err)
		}
	}
	return nil
}
