package bot

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"buffet/digest"
	"buffet/internal/matrixtest"
	"buffet/store"
)

func texts(h *digest.History) (list []string) {
	for _, m := range h.Messages {
		list = append(list, m.Text)
	}
	return list
}

// readsAll reads until the keys are here.
func (l *live) readsAll(read func() (*digest.History, error)) *digest.History {
	l.t.Helper()
	for range 100 {
		h, err := read()
		if err != nil {
			l.t.Fatal(err)
		}
		if h.Unreadable == 0 {
			return h
		}
		time.Sleep(50 * time.Millisecond)
	}
	l.t.Fatal("messages stay unreadable")
	return nil
}

// What is read is what people said to each other, as it reads now.
func TestReadsHistory(t *testing.T) {
	l, plain, encrypted := start(t)
	ctx, anke := l.ctx, l.anke
	must := matrixtest.Must[id.EventID]
	for _, room := range []id.RoomID{plain, encrypted} {
		began, name := time.Now(), anke.UserID.Localpart()
		root := must(anke.Send(ctx, room, "Wie geht das?"))(t)
		must(anke.Send(ctx, room, "Etwas anderes."))(t)
		one := must(anke.ThreadReply(ctx, room, root, "eins, falsch"))(t)
		must(anke.Edit(ctx, room, one, "eins, auch falsch"))(t)
		must(anke.Edit(ctx, room, one, "eins"))(t)
		gone := must(anke.ThreadReply(ctx, room, root, "zurückgenommen"))(t)
		must(anke.Redact(ctx, room, gone, ""))(t)
		inThread := func(c *event.MessageEventContent) id.EventID {
			c.RelatesTo = (&event.RelatesTo{}).SetThread(root, one)
			return must(anke.SendContent(ctx, room, event.EventMessage, c))(t)
		}
		inThread(&event.MessageEventContent{MsgType: event.MsgNotice, Body: "von einem Bot"})
		inThread(&event.MessageEventContent{MsgType: event.MsgImage, Body: "bild.jpg", URL: "mxc://x/y"})
		emote := inThread(&event.MessageEventContent{MsgType: event.MsgEmote, Body: "nickt"})
		inThread(&event.MessageEventContent{MsgType: event.MsgText, Body: "!angebote"})
		asked := inThread(&event.MessageEventContent{MsgType: event.MsgText, Body: "!frage Wer weiß mehr?"})
		l.send(store.Message{Key: "mine" + room.String(), Room: room, Thread: root, Plain: "von uns"})
		own, _ := l.wait("mine" + room.String())
		must(anke.Reply(ctx, room, own, "Danke, du Bot"))(t)
		quoted := &event.MessageEventContent{MsgType: event.MsgText, Body: "> <@x:y> Wie geht das?\n\nSo."}
		quoted.RelatesTo = (&event.RelatesTo{}).SetReplyTo(one)
		reply := must(anke.SendContent(ctx, room, event.EventMessage, quoted))(t)
		must(anke.Reply(ctx, room, reply, "Genau."))(t)
		must(anke.React(ctx, room, one, "👍"))(t)
		must(anke.React(ctx, room, one, "🎉"))(t)
		taken := must(anke.React(ctx, room, reply, "👍"))(t)
		must(anke.Redact(ctx, room, taken, ""))(t)
		last := must(anke.React(ctx, room, root, "❓"))(t)
		matrixtest.Must(anke.WaitEvent(ctx, last))(t)

		h := l.readsAll(func() (*digest.History, error) { return l.ReadThread(ctx, room, root, nil) })
		if want := []string{"Wie geht das?", "eins", "* " + name + " nickt", "Wer weiß mehr?", "So.", "Genau."}; !slices.Equal(texts(h), want) {
			t.Fatalf("thread: %q, want %q", texts(h), want)
		}
		m := h.Messages
		if m[0].ID != root.String() || m[0].Thread != root.String() || !m[0].Question || m[0].Name != name || m[0].Sender != anke.UserID.String() {
			t.Errorf("root: %+v", m[0])
		}
		if m[1].Thread != root.String() || m[1].ReplyTo != "" || m[1].Reactions != 1 || m[1].Question {
			t.Errorf("in thread: %+v", m[1])
		}
		if m[2].ID != emote.String() || m[3].ID != asked.String() || m[4].ReplyTo != one.String() || m[4].Thread != "" || m[4].Reactions != 0 {
			t.Errorf("replies: %+v", m[2:])
		}
		if h := l.readsAll(func() (*digest.History, error) { return l.ReadThread(ctx, room, one, nil) }); !slices.Equal(texts(h), []string{"eins", "So.", "Genau."}) {
			t.Errorf("tree of replies: %q", texts(h))
		}
		h = l.readsAll(func() (*digest.History, error) { return l.ReadSince(ctx, room, began, time.Now().Add(time.Hour), nil) })
		if want := []string{"Wie geht das?", "Etwas anderes.", "eins", "* " + name + " nickt", "Wer weiß mehr?", "So.", "Genau."}; !slices.Equal(texts(h), want) || h.Cut {
			t.Errorf("room: %q, want %q", texts(h), want)
		}
		if h := matrixtest.Must(l.ReadSince(ctx, room, began, h.Messages[2].Sent, nil))(t); len(h.Messages) != 2 {
			t.Errorf("until: %q", texts(h))
		}
		if err := l.Store.Write(ctx, func(tx *store.Tx) error { return tx.SetForgotten(ctx, tx.HashPerson(anke.UserID), time.Now()) }); err != nil {
			t.Fatal(err)
		}
		if h := matrixtest.Must(l.ReadThread(ctx, room, root, nil))(t); len(h.Messages) != 0 || h.Unreadable != 0 {
			t.Errorf("of somebody who is forgotten: %q", texts(h))
		}
		if err := l.Store.Write(ctx, func(tx *store.Tx) error { return tx.UnsetForgotten(ctx, tx.HashPerson(anke.UserID)) }); err != nil {
			t.Fatal(err)
		}
	}
}

// A thread of 5,000 messages is read with its edits, and without a request
// for each of them.
func TestReadsVeryLongThread(t *testing.T) {
	l, _, _ := start(t)
	l.stop()
	r := new(longRoom)
	root := r.say(1, "Frage", nil)
	const count = 5000
	for i := range count {
		e := r.say(i%7, "Nachricht "+strconv.Itoa(i), map[string]any{"rel_type": "m.thread", "event_id": root})
		if i%3 == 0 {
			r.edit(i%7, e, "geändert "+strconv.Itoa(i))
		}
		if i%5 == 0 {
			r.edit(i%7+1, e, "untergeschoben")
		}
		if i%4 == 0 {
			r.say(9, "Nebengespräch", nil)
		}
	}
	room := l.reading(r)
	told, part := 0, 0.0
	began := time.Now()
	h := matrixtest.Must(l.ReadThread(l.ctx, room, id.EventID(root), func(n int, p float64) { told, part = n, p }))(t)
	t.Logf("read %d messages in %v with %d requests", len(h.Messages), time.Since(began), r.asked.Load())
	if len(h.Messages) != count+1 || h.Cut || h.Unreadable != 0 {
		t.Fatalf("%d messages, cut %v", len(h.Messages), h.Cut)
	}
	for i, m := range h.Messages[1:] {
		want := "Nachricht " + strconv.Itoa(i)
		if i%3 == 0 {
			want = "geändert " + strconv.Itoa(i)
		}
		if m.Text != want {
			t.Fatalf("message %d: %q, want %q", i, m.Text, want)
		}
	}
	if n := r.asked.Load(); n > 110 {
		t.Errorf("%d requests", n)
	}
	if told != len(r.list) || part < 0.9 {
		t.Errorf("told of %d events, %v of the way", told, part)
	}
	h = matrixtest.Must(l.ReadSince(l.ctx, room, time.Now().Add(-24*time.Hour), time.Now(), nil))(t)
	if len(h.Messages) != count+1+count/4 || h.Cut {
		t.Errorf("of the room: %d messages, cut %v", len(h.Messages), h.Cut)
	}
}

// A thread of long ago in a room that talks of other things is read by itself.
func TestReadsOldThread(t *testing.T) {
	l, _, _ := start(t)
	l.stop()
	for _, recurse := range []bool{false, true} {
		r := &longRoom{recurse: recurse}
		root := r.say(1, "Frage, falsch", nil)
		thread := map[string]any{"rel_type": "m.thread", "event_id": root}
		one := r.say(2, "alt", thread)
		r.edit(2, one, "neu")
		r.edit(1, root, "Frage")
		r.add("m.reaction", 3, map[string]any{"m.relates_to": map[string]any{"rel_type": "m.annotation", "event_id": one, "key": "👍"}})
		plain := r.say(4, "einfache Antwort", map[string]any{"m.in_reply_to": map[string]any{"event_id": root}})
		for range 2 * nearEvents {
			r.say(9, "anderes", nil)
		}
		two := r.say(3, "spät", thread)
		r.edit(3, two, "später")
		room := l.reading(r)
		h := matrixtest.Must(l.ReadThread(l.ctx, room, id.EventID(root), nil))(t)
		if want := []string{"Frage", "neu", "einfache Antwort", "später"}; !slices.Equal(texts(h), want) || h.Cut || h.Messages[1].Reactions != 1 {
			t.Errorf("recurse %v: %q, want %q; %+v", recurse, texts(h), want, h.Messages)
		}
		if n := r.asked.Load(); n > 25 {
			t.Errorf("recurse %v: %d requests", recurse, n)
		}
		h = matrixtest.Must(l.ReadThread(l.ctx, room, id.EventID(plain), nil))(t)
		if !slices.Equal(texts(h), []string{"einfache Antwort"}) || !h.Cut {
			t.Errorf("replies: %q, cut %v", texts(h), h.Cut)
		}
	}
	r := new(longRoom)
	for range farEvents + 200 {
		r.say(1, "viel", nil)
	}
	room := l.reading(r)
	h := matrixtest.Must(l.ReadSince(l.ctx, room, time.UnixMilli(1), time.Now(), nil))(t)
	if len(h.Messages) != farEvents || !h.Cut {
		t.Errorf("%d messages, cut %v", len(h.Messages), h.Cut)
	}
	ctx, cancel := context.WithCancel(l.ctx)
	cancel()
	if _, err := l.ReadSince(ctx, room, time.UnixMilli(1), time.Now(), nil); err == nil {
		t.Error("read without an answer")
	}
}

// However long the messages of an old thread are, only so much of it is kept
// in memory.
func TestReadsOldThreadOfLongMessages(t *testing.T) {
	l, _, _ := start(t)
	l.stop()
	long := strings.Repeat("x", 60_000)
	for _, recurse := range []bool{false, true} {
		r := &longRoom{recurse: recurse}
		root := r.say(1, "Frage", nil)
		for range 600 {
			r.edit(1, r.say(1, long, map[string]any{"rel_type": "m.thread", "event_id": root}), long)
		}
		for range nearEvents {
			r.say(9, "anderes", nil)
		}
		room := l.reading(r)
		p := newPassage(l.Account.Client, room, nil)
		cut, err := l.readOldThread(l.ctx, p, id.EventID(root), func([]*event.Event) bool { return false })
		if err != nil || !cut || p.bytes > 2*passageBytes+passagePage*2*len(long) {
			t.Errorf("recurse %v: keeps %d MB, cut %v, %v", recurse, p.bytes>>20, cut, err)
		}
		if list, _, _, err := l.threadOf(l.ctx, room, id.EventID(root)); err != nil || len(list)*len(long) > passageBytes+readPage*2*len(long) {
			t.Errorf("recurse %v: reads %d messages at once, %v", recurse, len(list), err)
		}
	}
	r := new(longRoom)
	e := r.say(1, strings.Repeat("ä", maxSaid), nil)
	if text, ok, err := l.TextNow(l.ctx, l.reading(r), id.EventID(e)); err != nil || !ok || text != strings.Repeat("ä", maxSaid/2) {
		t.Errorf("a message of %d bytes, %v, %v", len(text), ok, err)
	}
}

// What many answers hide is read: the edits of the root that came after them,
// and the reactions to it.
func TestReadsLateEditOfRoot(t *testing.T) {
	l, _, _ := start(t)
	l.stop()
	r := new(longRoom)
	root := r.say(1, "Frage, falsch", nil)
	for i := range maxEdits + 50 {
		r.say(i%7, "Antwort", map[string]any{"rel_type": "m.thread", "event_id": root})
	}
	r.edit(1, root, "Frage")
	r.add("m.reaction", 3, map[string]any{"m.relates_to": map[string]any{"rel_type": "m.annotation", "event_id": root, "key": "👍"}})
	for range nearEvents + 500 { // so that the thread is read by itself
		r.say(9, "anderes", nil)
	}
	room := l.reading(r)
	if text, ok, err := l.TextNow(l.ctx, room, id.EventID(root)); text != "Frage" || !ok || err != nil {
		t.Errorf("now it says %q, %v, %v", text, ok, err)
	}
	p := newPassage(l.Account.Client, room, nil)
	if err := l.takeRelated(l.ctx, p, id.EventID(root)); err != nil || len(p.edits[id.EventID(root)]) != 1 || len(p.reactions[id.EventID(root)]) != 1 {
		t.Errorf("%v; edits %v, reactions %v", err, p.edits, p.reactions)
	}
	h := matrixtest.Must(l.ReadThread(l.ctx, room, id.EventID(root), nil))(t)
	if len(h.Messages) != maxEdits+51 || h.Messages[0].Text != "Frage" || h.Messages[0].Reactions != 1 {
		t.Errorf("%d messages, the first %+v", len(h.Messages), h.Messages[0])
	}
}
