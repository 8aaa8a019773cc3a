package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"buffet/internal/matrixtest"
	"buffet/knowledge"
	"buffet/store"
)

// Nothing leaves its room without its author's yes, and it comes back when
// that is taken back. Another network, and who left the room, find nothing.
func TestConsent(t *testing.T) {
	c := &circle{house: newHouse(t), whole: t, direct: map[id.UserID]id.RoomID{}}
	c.ben, c.cem = matrixtest.MemberFor(t, "ben"), matrixtest.MemberFor(t, "cem")
	c.plain, c.encrypted = c.hall(false), c.hall(true)
	near, far := c.room(true), c.room(false)
	c.extra = fmt.Sprintf("  - name: Andere\n    language: de\n    timezone: Europe/Berlin\n    rooms: [%q]\n", far)
	c.configure(c.plain, c.encrypted, near)
	c.must("login")
	c.begin(c.plain, c.encrypted)
	c.joined(near)
	c.joined(far)
	c.both(t, func(t *testing.T, room id.RoomID) {
		topic := map[bool]string{false: "Honorarverträge", true: "Raumbelegungspläne"}[room == c.encrypted]
		name := c.ben.UserID.Localpart()
		q := c.say(c.ben, room, "!frage Wer hat Muster für "+topic+"?")
		ask := c.soon("not asked", c.asksAbout(c.ben, q))
		c.finds(c.anke, near, topic, "Muster", false)
		if got := c.ask(c.anke, near, "!suche "+topic).Content.AsMessage().Body; strings.Contains(got, "1") {
			t.Errorf("says how much is hidden:\n%s", got)
		}
		c.finds(c.cem, room, topic, "Muster", true)

		dm := c.chat(c.ben)
		mark := c.ben.Mark()
		two := c.react(c.ben, dm, ask.ID, "2️⃣")
		c.toldFrom(c.ben, mark, "im ganzen Netzwerk, ohne Namen")
		c.finds(c.anke, near, topic, "Muster", true)
		c.finds(c.anke, near, topic, name, false)
		c.finds(c.anke, far, topic, "Muster", false)
		mark = c.ben.Mark()
		named := c.react(c.ben, dm, ask.ID, "👤")
		c.toldFrom(c.ben, mark, "mit dem Namen "+name)
		c.finds(c.anke, near, topic, name, true)

		mark = c.ben.Mark()
		three := c.react(c.ben, dm, ask.ID, "3️⃣")
		c.toldFrom(c.ben, mark, "öffentlich")
		c.redact(c.ben, dm, three) // the network stands
		c.done(c.ben, dm)
		if got := c.question(q).Audience; got != store.AudienceNetwork {
			t.Errorf("with the network's sign still standing it is %s", got)
		}
		c.redact(c.ben, dm, two)
		c.redact(c.ben, dm, named)
		c.done(c.ben, dm)
		if got := c.question(q); got.Audience != store.AudienceRoom || got.Name != "" {
			t.Errorf("taken back, it is %s, %q", got.Audience, got.Name)
		}
		c.finds(c.anke, near, topic, "Muster", false)
		c.finds(c.cem, room, topic, "Muster", true)

		word := matrixtest.Must(c.ben.Reply(c.ctx, dm, ask.ID, "netzwerk mit namen"))(t)
		if body := matrixtest.Must(c.ben.WaitReply(c.ctx, word))(t).Content.AsMessage().Body; !strings.Contains(body, "im ganzen Netzwerk, mit dem Namen "+name) {
			t.Errorf("by word:\n%s", body)
		}
		c.finds(c.anke, near, topic, name, true)
		c.finds(c.anke, far, topic, "Muster", false)
		c.redact(c.ben, dm, word)
		c.done(c.ben, dm)
		if got := c.question(q); got.Audience != store.AudienceRoom || got.Name != "" {
			t.Errorf("with the word taken back, it is %s, %q", got.Audience, got.Name)
		}

		answer := matrixtest.Must(c.cem.ThreadReply(c.ctx, room, q, "Unsere Vorlage liegt beim Landesverband."))(t)
		c.soon("cem is not asked", c.asksAbout(c.cem, answer))
		c.finds(c.cem, c.chat(c.cem), topic, "Muster", true)
		if err := c.anke.Kick(c.ctx, room, c.cem.UserID, ""); err != nil {
			t.Fatal(err)
		}
		c.done(c.anke, room)
		c.finds(c.cem, c.chat(c.cem), topic, "Muster", false)
		c.finds(c.ben, dm, topic, "Muster", true)
		mark = c.ben.Mark()
		c.react(c.ben, dm, ask.ID, "❌")
		c.toldFrom(c.ben, mark, "Gelöscht")
		c.finds(c.anke, room, topic, "Muster", false)
	})
}

// What is plainly a question gets the bot's ❓, and nothing of it is stored
// before its author taps that.
func TestRecognised(t *testing.T) {
	c := newCircle(t)
	c.both(t, func(t *testing.T, room id.RoomID) {
		text := map[bool]string{
			false: "Wer hat Erfahrung mit Schwerbehindertenausweisen im Ehrenamt?",
			true:  "Hat jemand Erfahrung mit Übungsleiterpauschalen im Verein?",
		}[room == c.encrypted]
		word := strings.Fields(text)[len(strings.Fields(text))-3]
		off := c.say(c.ben, room, text)
		c.says(c.anke, room, "!einstellungen erkennen an", "Fragen erkennen: an")
		q := c.say(c.ben, room, text)
		c.signed(c.ben, 0, q, "❓")
		statement := c.say(c.ben, room, "Wir treffen uns morgen im Gemeindehaus, bringt Kuchen mit.")
		thanks := c.say(c.ben, room, "Wie schön ist das denn?!")
		c.done(c.ben, room)
		for _, e := range []id.EventID{off, statement, thanks} {
			if c.signs(c.ben, e, "❓") > 0 {
				t.Errorf("%s was taken for a question", e)
			}
		}
		if c.stored(word) || len(c.kept(q)) > 0 {
			t.Error("its text is stored before its author said so")
		}
		c.react(c.ben, room, q, "❓")
		c.signed(c.ben, 0, q, knowledge.Ack)
		if got := c.question(q); got.Body != text || !got.Kept {
			t.Errorf("kept as %+v", got)
		}
		if !c.stored(word) {
			t.Error("the look into the file sees nothing")
		}
	})
}

// stored tells whether the bot's files hold a text anywhere.
func (c *circle) stored(text string) bool {
	c.t.Helper()
	for _, name := range []string{"buffet.db", "buffet.db-wal"} {
		raw, err := os.ReadFile(filepath.Join(c.dir, "data", name)) //nolint:gosec // our own
		if err != nil && !os.IsNotExist(err) {
			c.t.Fatal(err)
		}
		if strings.Contains(string(raw), text) {
			return true
		}
	}
	return false
}

// What was asked before is named, once, in the new question's thread; 👎s make
// the room quiet, and so does its setting.
func TestAskedBefore(t *testing.T) {
	c := newCircle(t)
	dora := matrixtest.MemberFor(t, "dora")
	for _, room := range []id.RoomID{c.plain, c.encrypted} {
		if err := c.anke.Invite(c.ctx, room, dora.UserID); err != nil {
			t.Fatal(err)
		}
		matrixtest.Must(dora.Join(c.ctx, room.String()))(t)
		c.in(dora, room)
	}
	c.both(t, func(t *testing.T, room id.RoomID) {
		first := c.say(c.ben, room, "!frage Wer hat Erfahrung mit einem Fahrdienst für ältere Menschen?")
		c.signed(c.ben, 0, first, knowledge.Ack)
		second := c.say(c.cem, room, "!frage Hat jemand Erfahrung mit Fahrdiensten für ältere Menschen?")
		hint := c.soon("no hint", c.hinted(second))
		body := hint.Content.AsMessage()
		if body.RelatesTo.GetThreadParent() != second || strings.Count(body.Body, "https://matrix.to/") != 1 ||
			!strings.Contains(body.Body, knowledge.Link(room, first, []string{"buffet.test"})) {
			t.Errorf("hint in thread %s:\n%s", body.RelatesTo.GetThreadParent(), body.Body)
		}
		c.says(c.anke, room, "!einstellungen hinweise aus", "frühere Fragen: aus")
		third := c.say(c.anke, room, "!frage Kennt sich jemand aus mit Fahrdiensten für ältere Menschen, wer hat Erfahrung?")
		c.signed(c.anke, 0, third, knowledge.Ack)
		c.says(c.anke, room, "!einstellungen hinweise an", "frühere Fragen: an")
		for _, m := range []*matrixtest.Member{c.anke, c.ben, c.cem, dora} {
			c.react(m, room, hint.ID, "👎")
		}
		fourth := c.say(c.ben, room, "!frage Hat jemand Erfahrung mit Fahrdiensten für ältere Menschen?")
		c.signed(c.ben, 0, fourth, knowledge.Ack)
		c.done(c.ben, room)
		for _, e := range []id.EventID{third, fourth} {
			if slices.ContainsFunc(c.anke.Messages(room), func(evt *event.Event) bool { return c.isHint(evt, e) }) {
				t.Errorf("a hint although the room is quiet: %s", e)
			}
		}
		c.says(c.anke, room, "!einstellungen", "frühere Fragen: aus")
	})
}

func (c *circle) isHint(evt *event.Event, q id.EventID) bool {
	return evt.Type == event.EventMessage && evt.Sender == c.user && evt.Content.AsMessage().RelatesTo.GetThreadParent() == q &&
		strings.Contains(evt.Content.AsMessage().Body, "so ähnlich schon gefragt")
}

func (c *circle) hinted(q id.EventID) func(context.Context) (*event.Event, error) {
	return func(ctx context.Context) (*event.Event, error) {
		return c.anke.WaitFrom(ctx, 0, func(evt *event.Event) bool { return c.isHint(evt, q) })
	}
}
