package bot

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"buffet/internal/matrixtest"
	"buffet/lang"
	"buffet/offers"
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
	b := &Bot{Store: st, Account: &Account{Client: &mautrix.Client{UserID: "@buffet:x"}},
		Networks: []Network{{Name: "n", Lang: "de", Zone: time.UTC, Prefix: "!"}}}
	b.name.Store(new("Buffet"))
	return b
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

// On the question which date is meant, only what means coming is a yes; ⏰ asks
// to be reminded, and anything else does nothing.
func TestSignsOnWhich(t *testing.T) {
	now := time.Now()
	b := asking(t, now)
	b.Phrases = matrixtest.Must(lang.Load())(t)
	const ben, dm = id.UserID("@ben:x"), id.RoomID("!dm:x")
	start := now.Add(48 * time.Hour).Truncate(time.Millisecond)
	which := "which/" + b.Store.HashPerson(ben) + "/post"
	err := b.Store.Write(t.Context(), func(tx *store.Tx) error {
		if err := tx.PutRoom(t.Context(), store.Room{ID: dm, Direct: ben, Joined: now}); err != nil {
			return err
		}
		w, err := tx.OfferWriter(t.Context())
		if err != nil {
			return err
		}
		defer w.Close()
		var items []store.AnnouncementItem
		for n, days := range []int{0, -4} { // the second is over
			o := store.Offer{Network: "n", Number: n + 1, UID: fmt.Sprint(n), Status: store.OfferActive, Kind: offers.KindExchange, Title: "x"}
			if err := w.Insert(t.Context(), &o); err != nil {
				return err
			}
			d := store.Occurrence{Offer: o.ID, Key: start.AddDate(0, 0, days), Start: start.AddDate(0, 0, days), End: start.AddDate(0, 0, days).Add(time.Hour)}
			if err := w.PutDate(t.Context(), d); err != nil {
				return err
			}
			items = append(items, store.AnnouncementItem{Offer: o.ID, Key: d.Key, Start: d.Start, Status: o.Status, Seat: n + 1})
		}
		if err := tx.PutAnnouncement(t.Context(), store.Announcement{Key: "post", Room: "!a:x", Filter: "{}", From: now, To: start}, items); err != nil {
			return err
		}
		if _, err := tx.Send(t.Context(), store.Message{Key: which, User: ben, Plain: "x"}, now); err != nil {
			return err
		}
		return tx.Sent(t.Context(), which, "$which", now)
	})
	if err != nil {
		t.Fatal(err)
	}
	react := func(sign string) {
		t.Helper()
		in := store.Incoming{Event: id.EventID("$" + sign), Room: dm, Sender: ben, Sent: now}
		in = *keepAs(&in, store.InReaction, reacted{Sign: sign, Target: "$which"})
		if err := b.Store.Write(t.Context(), func(tx *store.Tx) error { return tx.Keep(t.Context(), in, now) }); err != nil {
			t.Fatal(err)
		}
		list, _, err := b.Store.Ready(t.Context(), now, 9)
		if err != nil || len(list) != 1 {
			t.Fatal(list, err)
		}
		if err := b.marking(t.Context(), list[0]); err != nil {
			t.Fatal(err)
		}
	}
	stands := func() string {
		signups := matrixtest.Must(store.SignupsBy(t.Context(), b.Store.Reader(), ben))(t)
		alarms := matrixtest.Must(store.RemindersOf(t.Context(), b.Store.Reader(), ben))(t)
		own := 0
		for _, r := range alarms {
			if !r.Standard {
				own++
			}
		}
		return fmt.Sprint(len(signups), own)
	}
	for _, step := range [][2]string{{"❌", "0 0"}, {"❓", "0 0"}, {offers.SignAlarm, "0 1"}, {"👍", "1 1"}} {
		if react(step[0]); stands() != step[1] {
			t.Errorf("after %s: %s, want %s", step[0], stands(), step[1])
		}
	}
}
