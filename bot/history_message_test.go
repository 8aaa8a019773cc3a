package bot

import (
	"encoding/json"
	"errors"
	"path/filepath"
	"testing"

	"github.com/rs/zerolog"
	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"buffet/internal/matrixtest"
	"buffet/store"
)

// That the database cannot be read does not make a message unreadable: it
// would be taken for one that is gone.
func TestDatabaseErrorIsNotUnreadable(t *testing.T) {
	ctx, room := t.Context(), id.RoomID("!a")
	st := matrixtest.Must(store.Open(ctx, filepath.Join(t.TempDir(), "buffet.db")))(t)
	cli := matrixtest.Must(newClient(&Session{Homeserver: "http://localhost", UserID: "@buffet:x"}))(t)
	cli.StateStore = mautrix.NewMemoryStateStore()
	b := &Bot{Store: st, Account: &Account{Client: cli}, Log: zerolog.Nop()}
	b.guard.client = cli
	b.guard.asked.Store(room, false)
	r := &reader{Bot: b, passage: newPassage(cli, room, nil), people: map[id.UserID]*person{"@anke:x": {name: "Anke"}}}
	if err := st.Close(); err != nil {
		t.Fatal(err)
	}
	raw := []byte(`{"type": "m.room.message", "event_id": "$e", "sender": "@anke:x", "content": {"msgtype": "m.text", "body": "Danke",
		"m.relates_to": {"m.in_reply_to": {"event_id": "$of"}}}}`)
	evt := new(event.Event)
	if err := json.Unmarshal(raw, evt); err != nil {
		t.Fatal(err)
	}
	if m, err := r.message(ctx, evt); err == nil || errors.Is(err, errUnreadable) {
		t.Errorf("%+v, %v", m, err)
	}
}
