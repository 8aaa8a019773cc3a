package main

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"maunium.net/go/mautrix/id"
	"maunium.net/go/mautrix/sqlstatestore"

	"buffet/digest"
	"buffet/lang"
	"buffet/store"
)

// Where a model writes it hears of all members of the rooms, so that it sees
// none of their names; and it writes only where all rooms turned it on, and
// who their members are can be known.
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
	d := &daemon{store: st, model: digest.NewModel(digest.ModelConfig{URL: "http://127.0.0.1:1/v1", Model: "m"}),
		digests: &digest.Publisher{KnowMembers: func(ctx context.Context, room id.RoomID) error {
			names := map[id.RoomID]string{"!a:x": "Anke A", "!b:x": "Bernd B", "!off:x": "Carla C"} // nobody has spoken before
			if names[room] == "" {
				return errors.New("M_FORBIDDEN")
			}
			return st.Write(ctx, func(tx *store.Tx) error {
				_, err := tx.ExecContext(ctx, `INSERT OR IGNORE INTO mx_user_profile (room_id, user_id, membership, displayname) VALUES ($1, $2, 'join', $3)`,
					room, "@"+names[room][:1]+":x", names[room])
				return err
			})
		}}}
	for _, c := range []struct {
		rooms []id.RoomID
		names []string // nil: no model
		note  string
	}{
		{[]id.RoomID{"!a:x"}, []string{"Anke A"}, ""}, {[]id.RoomID{"!a:x", "!b:x"}, []string{"Anke A", "Bernd B"}, ""},
		{[]id.RoomID{"!a:x", "!off:x"}, nil, ""}, {[]id.RoomID{"!a:x", ""}, nil, ""}, {nil, nil, ""},
		{[]id.RoomID{"!a:x", "!left:x"}, nil, ""}, {[]id.RoomID{"!a:x", "!invited:x"}, nil, ""},
		{[]id.RoomID{"!a:x", "!shut:x"}, nil, "digest_note_failed"},
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
		if model {
			continue
		}
		sum, err := by.Summarise(t.Context(), digest.Request{Talk: digest.Talk{Lang: lang.German, Messages: []digest.Message{
			{ID: "$1", Sender: "@a:x", Text: "Der Schlüssel liegt ab Montag im Büro der Geschäftsstelle."}}}})
		if err != nil {
			t.Fatal(err)
		}
		if note := sum.Note; c.note == "" && note != nil || c.note != "" && (note == nil || note.Key != c.note) {
			t.Errorf("%v: note %v", c.rooms, note)
		}
	}
}

// rooms keeps rooms, all but one with a model; "!left:x" is not ours any more,
// and its settings stay.
func rooms(ctx context.Context, tx *store.Tx) error {
	for _, r := range []struct {
		room id.RoomID
		in   bool
		on   string
	}{{"!a:x", true, store.On}, {"!b:x", true, store.On}, {"!off:x", true, store.Off}, {"!left:x", false, store.On},
		{"!invited:x", false, store.On}, {"!shut:x", true, store.On}} {
		if err := tx.SetSetting(ctx, r.room, store.SetModel, r.on); err != nil {
			return err
		}
		if r.room == "!left:x" {
			continue
		}
		room := store.Room{ID: r.room, Network: "Nord"}
		if r.in {
			room.Joined = time.Now()
		}
		if err := tx.PutRoom(ctx, room); err != nil {
			return err
		}
	}
	return nil
}
