package bot

import (
	"fmt"
	"testing"
	"time"

	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"buffet/lang"
	"buffet/store"
)

// An answer stands until something is said that it is about.
func TestTalksChange(t *testing.T) {
	const room, root = id.RoomID("!a"), id.EventID("$root")
	said := func(rel *event.RelatesTo) *event.Event {
		return &event.Event{RoomID: room, Type: event.EventMessage, Content: event.Content{Raw: map[string]any{"body": "x"},
			Parsed: &event.MessageEventContent{MsgType: event.MsgText, Body: "x", RelatesTo: rel}}}
	}
	of := func(kind event.Type) *event.Event { return &event.Event{RoomID: room, Type: kind} }
	heard := func(text string) *store.Incoming {
		return keepAs(&store.Incoming{}, store.InMessage, heard{Text: text})
	}
	key := ""
	state := of(event.StateTopic)
	state.StateKey = &key
	member := func(before, now event.Membership) *event.Event {
		raw := func(m event.Membership) event.Content {
			return event.Content{Raw: map[string]any{"membership": string(m)}}
		}
		prev := raw(before)
		return &event.Event{RoomID: room, Type: event.StateMember, StateKey: &key, Content: raw(now), Unsigned: event.Unsigned{PrevContent: &prev}}
	}
	for name, one := range map[string]struct {
		evt          *event.Event
		kept         *store.Incoming
		inRoom, here bool // does it change what is said of the room, and of the thread?
		mends        bool
	}{
		"a message":        {evt: said(nil), inRoom: true},
		"in the thread":    {evt: said((&event.RelatesTo{}).SetThread(root, "")), inRoom: true, here: true},
		"in another":       {evt: said((&event.RelatesTo{}).SetThread("$other", "")), inRoom: true},
		"a reply":          {evt: said((&event.RelatesTo{}).SetReplyTo("$x")), inRoom: true, here: true},
		"an edit":          {evt: said((&event.RelatesTo{}).SetReplace("$x")), inRoom: true, here: true, mends: true},
		"a reaction":       {evt: of(event.EventReaction), inRoom: true, here: true},
		"a redaction":      {evt: of(event.EventRedaction), inRoom: true, here: true, mends: true},
		"a command":        {evt: said((&event.RelatesTo{}).SetThread(root, "")), kept: heard("kurz")},
		"one that gives":   {evt: said((&event.RelatesTo{}).SetThread(root, "")), kept: heard("frage Wer?"), inRoom: true, here: true},
		"a topic":          {evt: state},
		"a newcomer":       {evt: member(event.MembershipInvite, event.MembershipJoin), inRoom: true, here: true, mends: true},
		"a new name":       {evt: member(event.MembershipJoin, event.MembershipJoin)},
		"a farewell":       {evt: member(event.MembershipJoin, event.MembershipLeave)},
		"in another room ": {evt: &event.Event{RoomID: "!b", Type: event.EventReaction}},
	} {
		var l talks
		now := time.Now()
		whole, thread := question{of: room}, question{of: room, root: root, moving: true}
		for _, q := range []question{whole, thread} {
			s, _, ok := l.begin(room, q.root)
			if !ok {
				t.Fatal("it is being read")
			}
			l.end(room)
			l.keep(q, answer{text: new(lang.Text), state: s}, now)
		}
		_, mended := l.again(room, "")
		l.note(one.evt, one.kept)
		if kept := len(l.answers); (kept == 0) != one.mends {
			t.Errorf("%s: %d answers are kept", name, kept)
		}
		if _, ok := l.known(whole, now); ok == one.inRoom {
			t.Errorf("%s: the room's answer stands: %v", name, ok)
		}
		if _, ok := l.known(thread, now); ok == one.here {
			t.Errorf("%s: the thread's answer stands: %v", name, ok)
		}
		if _, ok := l.known(thread, now.Add(answerMoving+time.Second)); ok {
			t.Errorf("%s: an answer about the last hours stands for ever", name)
		}
		if l.mendedSince(room, mended) != one.mends {
			t.Errorf("%s: mended: %v", name, !one.mends)
		}
	}
}

func TestTalksAreBounded(t *testing.T) {
	var l talks
	now := time.Now()
	if _, _, ok := l.begin("!a", ""); !ok || !l.beingRead("!a") {
		t.Error("not begun")
	}
	if _, _, ok := l.begin("!a", "$x"); ok {
		t.Error("read twice at once")
	}
	if _, _, ok := l.begin("!b", ""); !ok {
		t.Error("another room waits")
	}
	s, _ := l.again("!a", "$x")
	l.keep(question{of: "!a", root: "$x"}, answer{state: s}, now)
	for i := range threadsMarked + 1 {
		evt := &event.Event{RoomID: "!a", Type: event.EventMessage, Content: event.Content{Raw: map[string]any{"body": "x"}, Parsed: &event.MessageEventContent{
			RelatesTo: (&event.RelatesTo{}).SetThread(id.EventID(fmt.Sprint("$", i)), "")}}}
		l.note(evt, nil)
	}
	if _, ok := l.known(question{of: "!a", root: "$x"}, now); ok || len(l.threads) > threadsMarked {
		t.Errorf("an answer of a talk that is forgotten stands; %d threads", len(l.threads))
	}
	s, _ = l.again("!a", "")
	for i := range answersKept + 5 {
		l.keep(question{of: "!a", since: int64(i)}, answer{state: s}, now)
	}
	if len(l.answers) != 5 {
		t.Errorf("%d answers", len(l.answers))
	}
	l.keep(question{of: "!a", moving: true}, answer{state: s}, now)
	if l.sweep(now.Add(answerMoving + time.Second)); len(l.answers) != 5 {
		t.Errorf("%d answers are kept, and one was over", len(l.answers))
	}
	l.changed("!a")
	if l.keep(question{of: "!a"}, answer{state: s}, now); len(l.answers) != 0 {
		t.Errorf("%d answers are kept of a talk that changed", len(l.answers))
	}
	for i := range summariesEach {
		if _, _, ok := l.allow("@ben:x", "!a", now.Add(time.Duration(i)*time.Second)); !ok {
			t.Fatal("too soon")
		}
	}
	again, person, ok := l.allow("@ben:x", "!a", now.Add(time.Minute))
	if ok || !person || !again.Equal(now.Add(summariesEachIn)) {
		t.Errorf("one too many: %v, %v, %v", again, person, ok)
	}
	if _, _, ok := l.allow("@ben:x", "!a", again.Add(time.Millisecond)); !ok {
		t.Error("not again")
	}
	for i := range summariesRoom {
		if _, _, ok := l.allow(id.UserID(fmt.Sprint("@", i, ":x")), "!c", now); !ok {
			t.Fatal("too soon for a room")
		}
	}
	if again, person, ok = l.allow("@last:x", "!c", now); ok || person || !again.Equal(now.Add(summariesRoomIn)) {
		t.Errorf("one too many in a room: %v, %v, %v", again, person, ok)
	}
	l.allow("@later:x", "!d", now.Add(time.Hour))
	if len(l.people) != 1 {
		t.Errorf("%d people are remembered", len(l.people))
	}
}
