package main

import (
	"strings"
	"testing"
	"time"

	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"buffet/internal/matrixtest"
	"buffet/store"
)

// settled is a bot that is logged in and runs in a plain and an encrypted
// room, with offers.
func settled(t *testing.T) (h *house, plain, encrypted id.RoomID, p *process) {
	t.Helper()
	h = newHouse(t)
	plain, encrypted, p = h.settle()
	return h, plain, encrypted, p
}

func (h *house) settle() (plain, encrypted id.RoomID, p *process) {
	h.t.Helper()
	plain, encrypted = h.room(false), h.room(true)
	h.configure(plain, encrypted)
	h.write("programm.ics", calendar(12))
	if out := h.must("login"); !strings.Contains(out, "Recovery key") {
		h.t.Errorf("login shows no recovery key:\n%s", out)
	}
	h.must("import", h.dir+"/programm.ics", "--network", "DigIT")
	p = h.start()
	h.joined(plain)
	h.joined(encrypted)
	return plain, encrypted, p
}

func TestAnswersInPlainAndEncryptedRooms(t *testing.T) {
	h, plain, encrypted, p := settled(t)
	for _, room := range []id.RoomID{plain, encrypted} {
		secret := room == encrypted
		intro := h.from(h.anke, room, "Buffet")
		if intro.Mautrix.WasEncrypted != secret {
			t.Errorf("introduction encrypted: %v, want %v", intro.Mautrix.WasEncrypted, secret)
		}
		a := h.says(h.anke, room, "!angebote", "Kollegiale Beratung 1", "angebote")
		if a.Mautrix.WasEncrypted != secret {
			t.Errorf("answer encrypted: %v, want %v", a.Mautrix.WasEncrypted, secret)
		}
		if c := a.Content.AsMessage(); c.MsgType != event.MsgNotice || c.Mentions == nil || len(c.Mentions.UserIDs) > 0 {
			t.Errorf("answer is %s with mentions %v, want a notice that mentions nobody", c.MsgType, c.Mentions)
		}
		h.says(h.anke, room, "/offers week", "Kollegiale Beratung 1")
		h.says(h.anke, room, "!angebot 2", "Kollegiale Beratung 2", "https://example.org/2")
		h.says(h.anke, room, "!angebtoe", "angebote")
		h.says(h.anke, room, "!angebot 999", "999")
		long := 12_000 // 60 kB; encryption adds a third to what an event may hold
		if secret {
			long = 8_000
		}
		h.says(h.anke, room, "!angebote "+strings.Repeat("lang ", long), "2000")
		mention := matrixtest.Must(h.anke.Mention(h.ctx, room, h.user, "hilfe"))(t)
		matrixtest.Must(h.anke.WaitReply(h.ctx, mention))(t)
		reply := matrixtest.Must(h.anke.Reply(h.ctx, room, a.ID, "angebot 1"))(t)
		matrixtest.Must(h.anke.WaitReply(h.ctx, reply))(t)
		root := matrixtest.Must(h.anke.Send(h.ctx, room, "ein Faden"))(t)
		inThread := matrixtest.Must(h.anke.ThreadReply(h.ctx, room, root, "!angebot 1"))(t)
		if got := matrixtest.Must(h.anke.WaitReply(h.ctx, inThread))(t).Content.AsMessage().RelatesTo.GetThreadParent(); got != root {
			t.Errorf("the answer is in thread %q, want %q", got, root)
		}
	}
	p.stop()
	missed := matrixtest.Must(h.anke.Send(h.ctx, encrypted, "!angebot 3"))(t) // while it is down
	h.start()
	matrixtest.Must(h.anke.WaitReply(h.ctx, missed))(t)
	h.says(h.anke, encrypted, "!angebot 4", "Kollegiale Beratung 4")
	for _, evt := range h.anke.Messages(encrypted) {
		if evt.Sender == h.user && !evt.Mautrix.WasEncrypted {
			t.Errorf("plaintext in an encrypted room: %s", evt.ID)
		}
	}
	if out := h.must("check"); strings.Contains(out, "✗") {
		t.Errorf("check:\n%s", out)
	}
}

func TestAnnouncesOncePerRoom(t *testing.T) {
	h, plain, encrypted, p := settled(t)
	h.says(h.anke, plain, `!plan ankuendigung mo 9:00`, "Montag", "09:00")
	h.says(h.anke, encrypted, `!plan ankuendigung mo 9:00`, "Montag")
	h.says(h.anke, plain, `!plan "* * * * *"`, "Stunde")
	h.says(h.anke, plain, `!plan ankuendigung "CRON_TZ=UTC 0 9 * * 1"`, "Zeitzone")
	ben := matrixtest.MemberFor(t, "ben")
	if err := h.anke.Invite(h.ctx, plain, ben.UserID); err != nil {
		t.Fatal(err)
	}
	matrixtest.Must(ben.Join(h.ctx, plain.String()))(t)
	h.says(ben, plain, "!plan ankuendigung di 9:00", string(h.anke.UserID))
	p.stop()
	h.makeDue(h.now(), plain, encrypted)
	p = h.start()
	a := h.from(h.anke, plain, "Das Buffet diese Woche")
	if c := a.Content.AsMessage(); c.MsgType != event.MsgText {
		t.Errorf("an announcement is %s, want m.text", c.MsgType)
	}
	if b := h.from(h.anke, encrypted, "Das Buffet diese Woche"); !b.Mautrix.WasEncrypted {
		t.Error("the announcement is not encrypted")
	}
	p.stop()
	h.start()
	h.says(h.anke, plain, "!plan", "Montag")
	h.says(h.anke, encrypted, "!plan", "Montag")
	for _, room := range []id.RoomID{plain, encrypted} {
		n := 0
		for _, evt := range h.anke.Messages(room) {
			if strings.Contains(evt.Content.AsMessage().Body, "Das Buffet diese Woche") {
				n++
			}
		}
		if n != 1 {
			t.Errorf("announced %d times, want once", n)
		}
	}
	pre := matrixtest.Must(h.anke.Send(h.ctx, plain, "!vorschau"))(t)
	matrixtest.Must(h.anke.Wait(h.ctx, func(evt *event.Event) bool {
		return evt.Type == event.EventReaction && evt.Content.AsReaction().RelatesTo.EventID == pre
	}))(t)
	dm := matrixtest.Must(h.anke.WaitFrom(h.ctx, 0, func(evt *event.Event) bool {
		return evt.Type == event.StateMember && evt.Sender == h.user && evt.GetStateKey() == string(h.anke.UserID) &&
			evt.Content.AsMember().Membership == event.MembershipInvite
	}))(t)
	matrixtest.Must(h.anke.Join(h.ctx, dm.RoomID.String()))(t)
	h.says(h.anke, dm.RoomID, "angebot 2", "Kollegiale Beratung 2")
}

// makeDue lets the schedules of these rooms be due at that time.
func (h *house) makeDue(at time.Time, rooms ...id.RoomID) {
	h.t.Helper()
	st := h.database()
	err := st.Write(h.ctx, func(tx *store.Tx) error {
		for _, room := range rooms {
			list, err := tx.Schedules(h.ctx, room)
			if err != nil {
				return err
			}
			for _, s := range list {
				s.Next = at
				if err := tx.PutSchedule(h.ctx, s); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		h.t.Fatal(err)
	}
}

func TestInvitesUpgradesAndRemoval(t *testing.T) {
	h, plain, _, p := settled(t)
	ben := matrixtest.MemberFor(t, "ben")
	foreign := matrixtest.Must(ben.CreateRoom(h.ctx, matrixtest.RoomOptions{Name: "fremd", Invite: []id.UserID{h.user}}))(t)
	if err := ben.WaitMember(h.ctx, foreign, h.user, event.MembershipLeave); err != nil {
		t.Errorf("a stranger's invitation is not declined: %v", err)
	}
	h.says(h.anke, plain, "!plan ankuendigung di 10:00 14 tage", "10:00")
	next := matrixtest.Must(h.anke.Upgrade(h.ctx, plain, "11"))(t)
	if err := h.anke.Invite(h.ctx, next, h.user); err != nil {
		t.Log(err) // the homeserver may have let it in already
	}
	h.joined(next)
	h.says(h.anke, next, "!plan", "10:00")
	if err := h.anke.Kick(h.ctx, next, h.user, "Test"); err != nil {
		t.Fatal(err)
	}
	p.stop()
	h.start() // takes the removal in, at the latest now
	st := h.database()
	for h.ctx.Err() == nil {
		list, err := st.Schedules(h.ctx, next)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := st.Room(h.ctx, next); err != nil && len(list) == 0 {
			break
		}
		select {
		case <-h.ctx.Done():
			t.Fatal("traces stay of a room that the bot was removed from")
		case <-time.After(50 * time.Millisecond): // another process's database has no bell for us
		}
	}
}

func TestDirectChatAndOldMessages(t *testing.T) {
	h := newHouse(t)
	room := h.room(true)
	h.configure(room)
	old := matrixtest.Must(h.anke.Send(h.ctx, room, "!hilfe"))(t) // before the bot came
	h.must("login")
	h.start()
	h.joined(room)
	h.says(h.anke, room, "!angebote")
	for _, evt := range h.anke.Messages(room) {
		if rel := evt.Content.AsMessage().RelatesTo; evt.Sender == h.user && rel.GetReplyTo() == old {
			t.Error("a message from before the join was answered")
		}
	}
	dm := matrixtest.Must(h.anke.CreateRoom(h.ctx, matrixtest.RoomOptions{Encrypted: true, Direct: true, Invite: []id.UserID{h.user}}))(t)
	h.joined(dm)
	h.says(h.anke, dm, "hilfe", "angebote")
	h.says(h.anke, dm, "offers")
}

// now is a slot that has just passed.
func (h *house) now() time.Time { return time.Now().Add(-time.Minute) }
