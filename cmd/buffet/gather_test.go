package main

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"buffet/internal/matrixtest"
	"buffet/knowledge"
	"buffet/store"
)

// circle is a house whose rooms have members: Ben and Cem, and a database to
// look into.
type circle struct {
	*house
	whole            testing.TB
	ben, cem         *matrixtest.Member
	plain, encrypted id.RoomID
	p                *process
	st               *store.Store
	direct           map[id.UserID]id.RoomID
}

// newCircle is one with a bot that runs in a plain and an encrypted room.
func newCircle(t *testing.T) *circle {
	t.Helper()
	return newCircleBy(t, func(*house) {})
}

// newCircleBy is one whose house is changed before the bot moves in.
func newCircleBy(t *testing.T, change func(h *house)) *circle {
	t.Helper()
	c := &circle{house: newHouse(t), whole: t, direct: map[id.UserID]id.RoomID{}}
	change(c.house)
	c.ben, c.cem = matrixtest.MemberFor(t, "ben"), matrixtest.MemberFor(t, "cem")
	c.plain, c.encrypted = c.hall(false), c.hall(true)
	c.configure(c.plain, c.encrypted)
	c.must("login")
	c.begin(c.plain, c.encrypted)
	return c
}

// hall is a room of all three.
func (c *circle) hall(encrypted bool) id.RoomID {
	c.t.Helper()
	room := c.room(encrypted, c.ben.UserID, c.cem.UserID)
	for _, m := range []*matrixtest.Member{c.ben, c.cem} {
		matrixtest.Must(m.Join(c.ctx, room.String()))(c.t)
		c.in(m, room)
	}
	return room
}

// in waits until the others' clients know that somebody is in a room: only
// then they can read what is said there.
func (c *circle) in(m *matrixtest.Member, room id.RoomID) {
	c.t.Helper()
	if err := c.anke.WaitMember(c.ctx, room, m.UserID, event.MembershipJoin); err != nil {
		c.t.Fatal(err)
	}
}

func (c *circle) begin(rooms ...id.RoomID) {
	c.t.Helper()
	one := c.t
	c.t = c.whole // the bot outlives the part of the test that starts it
	defer func() { c.t = one }()
	c.p = c.start()
	for _, room := range rooms {
		for _, m := range []*matrixtest.Member{c.anke, c.ben, c.cem} {
			if err := m.WaitMember(c.ctx, room, c.user, event.MembershipJoin); err != nil {
				c.t.Fatal(err)
			}
		}
	}
	if c.st == nil {
		c.st = c.database()
	}
	for _, room := range rooms { // what was said before the bot noted it is in no digest
		c.until("the bot has not noted that it is in "+room.String(), func() bool {
			r, err := c.st.Room(c.ctx, room)
			return err == nil && !r.Joined.IsZero()
		})
	}
}

// both runs a test in a plain and in an encrypted room.
func (c *circle) both(t *testing.T, f func(t *testing.T, room id.RoomID)) {
	t.Helper()
	for name, room := range map[string]id.RoomID{"plain": c.plain, "encrypted": c.encrypted} {
		t.Run(name, func(t *testing.T) {
			outer := c.t
			c.t = t
			defer func() { c.t = outer }()
			f(t, room)
			for _, evt := range c.anke.Messages(c.encrypted) {
				if evt.Sender == c.user && !evt.Mautrix.WasEncrypted {
					t.Errorf("plaintext in the encrypted room: %s", evt.ID)
				}
			}
		})
	}
}

// say sends a text.
func (c *circle) say(m *matrixtest.Member, room id.RoomID, text string) id.EventID {
	c.t.Helper()
	return matrixtest.Must(m.Send(c.ctx, room, text))(c.t)
}

// done waits until the bot has handled what was sent to a room before, and
// sent what it had to say there.
func (c *circle) done(m *matrixtest.Member, room id.RoomID) {
	c.t.Helper()
	word := "!hilfe"
	if room == c.direct[m.UserID] {
		word = "hilfe"
	}
	c.ask(m, room, word)
}

// react puts a reaction.
func (c *circle) react(m *matrixtest.Member, room id.RoomID, to id.EventID, sign string) id.EventID {
	c.t.Helper()
	return matrixtest.Must(m.React(c.ctx, room, to, sign))(c.t)
}

func (c *circle) redact(m *matrixtest.Member, room id.RoomID, e id.EventID) {
	c.t.Helper()
	matrixtest.Must(m.Redact(c.ctx, room, e, ""))(c.t)
}

// soon bounds a wait, so that a test that fails says where.
func (c *circle) soon(what string, wait func(context.Context) (*event.Event, error)) *event.Event {
	c.t.Helper()
	return c.soonFor(30*time.Second, what, wait)
}

func (c *circle) soonFor(most time.Duration, what string, wait func(context.Context) (*event.Event, error)) *event.Event {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(c.ctx, most)
	defer cancel()
	evt, err := wait(ctx)
	if err != nil {
		c.t.Fatalf("%s: %v", what, err)
	}
	return evt
}

// isSign tells whether an event is the bot's reaction of that sort to another.
func (c *circle) isSign(evt *event.Event, to id.EventID, sign string) bool {
	if evt.Type != event.EventReaction || evt.Sender != c.user {
		return false
	}
	r, ok := evt.Content.Parsed.(*event.ReactionEventContent)
	return ok && r.RelatesTo.EventID == to && knowledge.Sign(r.RelatesTo.Key) == knowledge.Sign(sign)
}

// signed waits for the bot's reaction to an event, from a mark on.
func (c *circle) signed(m *matrixtest.Member, mark int, to id.EventID, sign string) *event.Event {
	c.t.Helper()
	return c.soon("no "+sign+" on "+to.String(), func(ctx context.Context) (*event.Event, error) {
		return m.WaitFrom(ctx, mark, func(evt *event.Event) bool { return c.isSign(evt, to, sign) })
	})
}

// signs counts the bot's reactions of that sort to an event, also those that
// were taken back.
func (c *circle) signs(m *matrixtest.Member, to id.EventID, sign string) (n int) {
	for _, evt := range m.Events() {
		if c.isSign(evt, to, sign) {
			n++
		}
	}
	return n
}

// unsaid waits until an event is redacted.
func (c *circle) unsaid(m *matrixtest.Member, e id.EventID) {
	c.t.Helper()
	c.soon("not taken back: "+e.String(), func(ctx context.Context) (*event.Event, error) {
		return m.WaitFrom(ctx, 0, func(evt *event.Event) bool {
			to, _ := evt.Content.Raw["redacts"].(string)
			return evt.Type == event.EventRedaction && (evt.Redacts == e || id.EventID(to) == e)
		})
	})
}

// chat is a member's direct chat with the bot, which has asked them in.
func (c *circle) chat(m *matrixtest.Member) id.RoomID {
	c.t.Helper()
	if room := c.direct[m.UserID]; room != "" {
		return room
	}
	evt := c.soon("no direct chat with "+m.Name, func(ctx context.Context) (*event.Event, error) {
		return m.WaitFrom(ctx, 0, func(evt *event.Event) bool {
			return evt.Type == event.StateMember && evt.Sender == c.user && evt.GetStateKey() == string(m.UserID) &&
				evt.Content.AsMember().Membership == event.MembershipInvite
		})
	})
	room := matrixtest.Must(m.Join(c.ctx, evt.RoomID.String()))(c.t)
	c.direct[m.UserID] = room
	return room
}

// told waits for the bot's message to a member that contains a text.
func (c *circle) told(m *matrixtest.Member, text string) *event.Event {
	c.t.Helper()
	return c.toldFrom(m, 0, text)
}

func (c *circle) toldFrom(m *matrixtest.Member, mark int, text string) *event.Event {
	c.t.Helper()
	room := c.chat(m)
	evt := c.soon(m.Name+" is not told of "+text, func(ctx context.Context) (*event.Event, error) {
		return m.WaitFrom(ctx, mark, func(evt *event.Event) bool {
			return evt.Sender == c.user && evt.RoomID == room && evt.Type == event.EventMessage && strings.Contains(evt.Content.AsMessage().Body, text)
		})
	})
	if !evt.Mautrix.WasEncrypted {
		c.t.Errorf("the direct chat is not encrypted: %s", evt.ID)
	}
	return evt
}

// tellings counts the bot's messages to a member that contain a text.
func (c *circle) tellings(m *matrixtest.Member, text string) (n int) {
	for _, evt := range m.Messages(c.direct[m.UserID]) {
		if evt.Sender == c.user && strings.Contains(evt.Content.AsMessage().Body, text) {
			n++
		}
	}
	return n
}

// change writes into the bot's database.
func (c *circle) change(f func(tx *store.Tx) error) {
	c.t.Helper()
	if err := c.st.Write(c.ctx, f); err != nil {
		c.t.Fatal(err)
	}
}

// kept is what the database has of a message.
func (c *circle) kept(e id.EventID) []store.Contribution {
	c.t.Helper()
	return matrixtest.Must(store.ContributionsOf(c.ctx, c.st.Reader(), e))(c.t)
}

// question is the question that a message was kept as.
func (c *circle) question(e id.EventID) store.Contribution {
	c.t.Helper()
	list := c.kept(e)
	if len(list) != 1 || list[0].Kind != store.Question {
		c.t.Fatalf("%s is kept as %+v, want one question", e, list)
	}
	return list[0]
}

func (c *circle) answers(e id.EventID) (bodies []string) {
	c.t.Helper()
	for _, a := range matrixtest.Must(store.AnswersTo(c.ctx, c.st.Reader(), c.question(e).ID))(c.t) {
		bodies = append(bodies, a.Body)
	}
	return bodies
}

// finds searches and checks whether what is found contains a text.
func (c *circle) finds(m *matrixtest.Member, room id.RoomID, words, text string, want bool) *event.Event {
	c.t.Helper()
	word := "!suche "
	if room == c.direct[m.UserID] {
		word = "suche "
	}
	evt := c.ask(m, room, word+words)
	body := evt.Content.AsMessage().Body
	if strings.Contains(body, text) != want {
		c.t.Errorf("%s searches %q: shows %q? want %v\n%s", m.Name, words, text, want, body)
	}
	return evt
}

// keyOf is the outbox key of a message of the bot.
func (c *circle) keyOf(e id.EventID) (string, error) { return store.KeyOf(c.ctx, c.st.Reader(), e) }

// askKey is the outbox key of the question who may see a message.
func (c *circle) askKey(e id.EventID) string {
	list := c.kept(e)
	if len(list) == 0 {
		return "none"
	}
	return fmt.Sprintf("consent/%d", list[0].ID)
}
