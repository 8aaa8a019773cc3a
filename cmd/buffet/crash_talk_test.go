package main

import (
	"fmt"

	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"buffet/internal/matrixtest"
	"buffet/knowledge"
)

// talk is what members say to each other while the bot is killed.
type talk struct {
	*circle
	rooms    []id.RoomID
	asked    []given // with !frage, by Ben
	marked   []given // by Anke, marked by Ben with ❓
	answered []given // in the threads of the former, by Anke
	gone     []id.EventID
}

// given is a message that is to be gathered.
type given struct {
	room  id.RoomID
	event id.EventID
	who   *matrixtest.Member
}

// newTalk lets Ben into the rooms.
func (h *house) newTalk(rooms ...id.RoomID) *talk {
	h.t.Helper()
	c := &circle{house: h, whole: h.t, ben: matrixtest.MemberFor(h.t, "ben"), direct: map[id.UserID]id.RoomID{}}
	for _, room := range rooms {
		if err := h.anke.Invite(h.ctx, room, c.ben.UserID); err != nil {
			h.t.Fatal(err)
		}
		matrixtest.Must(c.ben.Join(h.ctx, room.String()))(h.t)
		c.in(c.ben, room)
	}
	return &talk{circle: c, rooms: rooms}
}

// goOn is the i-th step.
func (k *talk) goOn(i int) {
	k.t.Helper()
	room := k.rooms[i/8%2]
	switch i % 8 {
	case 1:
		k.asked = append(k.asked, given{room, k.send(k.ben, room, fmt.Sprintf("!frage Wer hat Erfahrung mit der Sache %d?", i)), k.ben})
	case 3:
		e := k.send(k.anke, room, fmt.Sprintf("Wie macht ihr das mit dem Ding %d?", i))
		k.again(func() error { _, err := k.ben.React(k.ctx, room, e, "❓"); return err })
		k.marked = append(k.marked, given{room, e, k.anke})
	case 5:
		q := k.asked[len(k.asked)-1]
		var e id.EventID
		k.again(func() (err error) {
			e, err = k.anke.ThreadReply(k.ctx, room, q.event, fmt.Sprintf("Ding %d hat sich bei uns sehr bewährt.", i))
			return err
		})
		k.answered = append(k.answered, given{room, e, k.anke})
	case 7:
		if i/8%3 != 0 {
			return
		}
		last := len(k.marked) - 1
		k.delete(k.marked[last])
		k.marked = k.marked[:last]
		extra := given{room, k.send(k.ben, room, fmt.Sprintf("!frage Wer löscht die Sache %d?", i)), k.ben}
		k.delete(extra)
	}
}

func (k *talk) delete(g given) {
	k.t.Helper()
	k.again(func() error { _, err := g.who.Redact(k.ctx, g.room, g.event, ""); return err })
	k.gone = append(k.gone, g.event)
}

// again does as people do if the homeserver says that it is busy.
func (k *talk) again(f func() error) {
	k.t.Helper()
	var err error
	for range 5 {
		if err = f(); err == nil {
			return
		}
		k.t.Log(err)
	}
	k.t.Fatal(err)
}

// count finds each gathered once, each author asked once, what was deleted
// gone.
func (k *talk) count() {
	k.t.Helper()
	k.st = k.database()
	for _, m := range []*matrixtest.Member{k.anke, k.ben} {
		for _, room := range k.rooms {
			k.done(m, room)
		}
	}
	for _, part := range []struct {
		name string
		list []given
		ack  int
	}{{"asked", k.asked, 1}, {"marked", k.marked, 1}, {"answered", k.answered, 0}} {
		for i, g := range part.list {
			if got := k.kept(g.event); len(got) != 1 {
				k.t.Errorf("%s %d: kept %d times", part.name, i, len(got))
				continue
			}
			if n := k.signs(k.anke, g.event, knowledge.Ack); n != part.ack {
				k.t.Errorf("%s %d: %d × %s", part.name, i, n, knowledge.Ack)
			}
			k.soon(fmt.Sprintf("%s %d: its author is not asked", part.name, i), k.asksAbout(g.who, g.event))
		}
	}
	for _, g := range append(append(k.asked, k.marked...), k.answered...) {
		if n := k.asks(g); n != 1 {
			k.t.Errorf("%s: its author was asked %d times", g.event, n)
		}
	}
	taken := map[id.EventID]bool{}
	for _, evt := range k.anke.Events() {
		if evt.Type == event.EventRedaction {
			to, _ := evt.Content.Raw["redacts"].(string)
			taken[evt.Redacts], taken[id.EventID(to)] = true, true
		}
	}
	for _, e := range k.gone {
		if got := k.kept(e); len(got) > 0 {
			k.t.Errorf("deleted, and kept: %+v", got)
		}
		for _, evt := range k.anke.Events() {
			if k.isSign(evt, e, knowledge.Ack) && !taken[evt.ID] {
				k.t.Errorf("%s stands on what was deleted: %s", knowledge.Ack, e)
			}
		}
	}
	var n int
	if err := k.st.Reader().QueryRowContext(k.ctx, `SELECT count(*) FROM contribution`).Scan(&n); err != nil || n != len(k.asked)+len(k.marked)+len(k.answered) {
		k.t.Errorf("%d contributions, want %d, %v", n, len(k.asked)+len(k.marked)+len(k.answered), err)
	}
	k.t.Logf("%d asked, %d marked, %d answered, %d deleted", len(k.asked), len(k.marked), len(k.answered), len(k.gone))
}

// asks counts the questions who may see a message.
func (k *talk) asks(g given) (n int) {
	key := k.askKey(g.event)
	for _, evt := range g.who.Messages(k.direct[g.who.UserID]) {
		if got, err := k.keyOf(evt.ID); err == nil && got == key {
			n++
		}
	}
	return n
}
