package main

import (
	"strings"
	"testing"
	"time"

	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"buffet/internal/matrixtest"
	"buffet/offers"
)

// The file for a calendar comes where the offer was asked for: as a reply in
// the room, in the thread, in the direct chat; encrypted where they are.
func TestOfferFile(t *testing.T) {
	h, plain, encrypted, _ := settled(t)
	dm := matrixtest.Must(h.anke.CreateRoom(h.ctx, matrixtest.RoomOptions{Encrypted: true, Direct: true, Invite: []id.UserID{h.user}}))(t)
	h.joined(dm)
	for room, text := range map[id.RoomID]string{plain: "!angebot 2", encrypted: "!angebot 2", dm: "angebot 2"} {
		asked := matrixtest.Must(h.anke.Send(h.ctx, room, text))(t)
		h.offerFile(asked, room, room != plain, "")
	}
	for _, room := range []id.RoomID{plain, encrypted} {
		root := matrixtest.Must(h.anke.Send(h.ctx, room, "ein Faden"))(t)
		asked := matrixtest.Must(h.anke.ThreadReply(h.ctx, room, root, "!angebot 2"))(t)
		h.offerFile(asked, room, room == encrypted, root)
	}
	for _, evt := range h.anke.Events() {
		if evt.Type == event.StateMember && evt.Sender == h.user && evt.GetStateKey() == string(h.anke.UserID) {
			t.Errorf("the bot opened a chat for a file: %s", evt.RoomID)
		}
	}
}

// offerFile waits for the answer to "angebot 2" and its file, and reads it.
func (h *house) offerFile(asked id.EventID, room id.RoomID, secret bool, thread id.EventID) {
	h.t.Helper()
	if c := matrixtest.Must(h.anke.WaitReply(h.ctx, asked))(h.t).Content.AsMessage(); c.MsgType != event.MsgNotice {
		h.t.Errorf("first comes %s, want the text", c.MsgType)
	}
	evt := matrixtest.Must(h.anke.WaitFrom(h.ctx, 0, func(evt *event.Event) bool { return isFileTo(evt, asked) }))(h.t)
	c := evt.Content.AsMessage()
	if evt.Sender != h.user || evt.RoomID != room || evt.Mautrix.WasEncrypted != secret || (c.File != nil) != secret || (c.URL == "") != secret {
		h.t.Fatalf("in %s, encrypted %v: %+v", evt.RoomID, evt.Mautrix.WasEncrypted, c)
	}
	if c.RelatesTo.GetThreadParent() != thread || c.RelatesTo.GetNonFallbackReplyTo() != asked {
		h.t.Errorf("relates to %+v, want a reply to %s in thread %q", c.RelatesTo, asked, thread)
	}
	if c.GetFileName() != "angebot-2-kollegiale-beratung-2.ics" || c.GetInfo().MimeType != "text/calendar" ||
		c.Body != "Kollegiale Beratung 2 für deinen Kalender" || c.Mentions == nil || len(c.Mentions.UserIDs) > 0 {
		h.t.Errorf("got %+v", c)
	}
	cal, err := offers.ReadCalendar(strings.NewReader(h.download(h.anke, c)), offers.ReadOptions{Zone: time.UTC, Now: time.Now()})
	if err != nil || len(cal.Entries) != 1 || len(cal.Skipped) > 0 {
		h.t.Fatalf("%v, %+v", err, cal)
	}
	want := time.Now().UTC().AddDate(0, 0, 2).Format("20060102") + "T130000Z"
	if e := cal.Entries[0]; e.UID != "offer-2@example.org" || e.Title != "Kollegiale Beratung 2" || e.URL != "https://example.org/2" || e.Recurrence.Start != want {
		h.t.Errorf("read back as %+v, want the start %s", e, want)
	}
}

// isFileTo tells whether an event is a file that came with the answer to another.
func isFileTo(evt *event.Event, asked id.EventID) bool {
	c, ok := evt.Content.Parsed.(*event.MessageEventContent)
	return ok && c.MsgType == event.MsgFile && c.RelatesTo.GetReplyTo() == asked
}

// download is a file as the member gets it, decrypted if it is encrypted.
func (h *house) download(m *matrixtest.Member, c *event.MessageEventContent) string {
	h.t.Helper()
	url := c.URL
	if c.File != nil {
		url = c.File.URL
	}
	raw := matrixtest.Must(m.Client.DownloadBytes(h.ctx, matrixtest.Must(url.Parse())(h.t)))(h.t)
	if c.File == nil {
		return string(raw)
	}
	if strings.Contains(string(raw), "BEGIN:") {
		h.t.Error("the file lies in clear on the homeserver")
	}
	if err := c.File.PrepareForDecryption(); err != nil {
		h.t.Fatal(err)
	}
	if err := c.File.DecryptInPlace(raw); err != nil {
		h.t.Fatal(err)
	}
	return string(raw)
}
