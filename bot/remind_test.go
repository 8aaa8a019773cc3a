package bot

import (
	"encoding/json"
	"path/filepath"
	"testing"
	"time"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"buffet/internal/matrixtest"
	"buffet/store"
)

// asking is a bot without a homeserver whose announcement $root has the line
// $line under it, and $other that is no line.
func asking(t *testing.T, now time.Time) *Bot {
	t.Helper()
	st := matrixtest.Must(store.Open(t.Context(), filepath.Join(t.TempDir(), "buffet.db")))(t)
	t.Cleanup(func() { _ = st.Close() })
	err := st.Write(t.Context(), func(tx *store.Tx) error {
		for key, e := range map[string]id.EventID{"post": "$root", "after": "$line", "other": "$other"} {
			if _, err := tx.Send(t.Context(), store.Message{Key: key, Room: "!a:x", Plain: "x"}, now); err != nil {
				return err
			}
			if err := tx.Sent(t.Context(), key, e, now); err != nil {
				return err
			}
		}
		return tx.PutAfterword(t.Context(), store.Afterword{Line: "after", Post: "post", Room: "!a:x", Offer: 1, Key: now, At: now.Add(-time.Hour)})
	})
	if err != nil {
		t.Fatal(err)
	}
	return &Bot{Store: st, name: "Buffet", Account: &Account{Client: &mautrix.Client{UserID: "@buffet:x"}},
		Networks: []Network{{Name: "n", Lang: "de", Zone: time.UTC, Prefix: "!"}}}
}

// What answers the line after a date is no command, with threads or without,
// unless it calls us.
func TestRepliesToTheLineAfter(t *testing.T) {
	now := time.Now()
	b := asking(t, now)
	plain := func(to id.EventID) *event.RelatesTo { return (&event.RelatesTo{}).SetReplyTo(to) }
	thread := func(to id.EventID) *event.RelatesTo {
		return &event.RelatesTo{Type: event.RelThread, EventID: "$root", InReplyTo: &event.InReplyTo{EventID: to}}
	}
	for _, tt := range []struct {
		name, text string
		to         *event.RelatesTo
		at         time.Time
		kind       string
	}{
		{"in the thread", "Neu für mich war die Checkliste.", thread("$line"), now, store.InReply},
		{"without threads", "Offen blieb die Frage der Finanzierung.", plain("$line"), now, store.InReply},
		{"our name first", "Wir nehmen mit: so ein Buffet ist praktisch.", plain("$line"), now, store.InReply},
		{"a command", "!offen", plain("$line"), now, store.InMessage},
		{"by name", "Buffet: offen", thread("$line"), now, store.InMessage},
		{"to another message of ours", "offen", thread("$other"), now, store.InMessage},
		{"weeks later", "offen", plain("$line"), now.Add(15 * 24 * time.Hour), store.InMessage},
	} {
		c := &event.MessageEventContent{MsgType: event.MsgText, Body: tt.text, RelatesTo: tt.to,
			Mentions: &event.Mentions{UserIDs: []id.UserID{"@buffet:x"}}} // as clients do in replies to us
		raw := matrixtest.Must(json.Marshal(c))(t)
		evt := &event.Event{Type: event.EventMessage, ID: "$1", RoomID: "!a:x", Sender: "@ann:x", Content: event.Content{VeryRaw: raw, Parsed: c}}
		in := &store.Incoming{Event: evt.ID, Room: evt.RoomID, Sender: evt.Sender, Sent: tt.at}
		got, err := b.message(t.Context(), store.Room{ID: "!a:x", Network: "n"}, in, evt, false)
		if err != nil || got == nil || got.Kind != tt.kind {
			t.Errorf("%s: %+v, %v, want %s", tt.name, got, err, tt.kind)
		}
	}
	at := func(r replied, room id.RoomID, sent time.Time) bool {
		_, err := afterwordOf(t.Context(), b.Store.Reader(), room, r, sent)
		if store.Ignore(err) != nil {
			t.Error(err)
		}
		return err == nil
	}
	if !at(replied{ReplyTo: "$line"}, "!a:x", now) || at(replied{ReplyTo: "$line"}, "!b:x", now) || at(replied{ReplyTo: "$other"}, "!a:x", now) ||
		at(replied{ReplyTo: "$unknown"}, "!a:x", now) || at(replied{}, "!a:x", now) {
		t.Error("which message is the line")
	}
}
