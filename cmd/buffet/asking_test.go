package main

import (
	"context"
	"slices"
	"strings"
	"testing"

	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"buffet/internal/matrixtest"
	"buffet/knowledge"
)

// A question is asked, answered, found, closed and opened again.
func TestAskedAndAnswered(t *testing.T) {
	c := newCircle(t)
	c.both(t, func(t *testing.T, room id.RoomID) {
		q := c.say(c.ben, room, "!frage Wer hat Erfahrung mit einem Fahrdienst für ältere Leute?")
		c.signed(c.ben, 0, q, knowledge.Ack)
		ask := c.soon("not asked", c.asksAbout(c.ben, q))
		for _, sign := range []string{"1️⃣", "2️⃣", "3️⃣", "👤", "❌"} {
			c.signed(c.ben, 0, ask.ID, sign)
		}
		if body := ask.Content.AsMessage().Body; !strings.Contains(body, "Fahrdienst") || !strings.Contains(body, "Wer darf sie finden") {
			t.Errorf("asked:\n%s", body)
		}
		c.says(c.anke, room, "!offen", "Fahrdienst für ältere Leute")

		stranger := c.react(c.cem, room, q, "✅")
		c.done(c.cem, room)
		if n := c.signs(c.cem, q, "✅"); n != 0 || !c.question(q).Closed.IsZero() {
			t.Error("a stranger closed it")
		}
		c.redact(c.cem, room, stranger)

		inThread := matrixtest.Must(c.cem.ThreadReply(c.ctx, room, q, "Wir nutzen den Bürgerbus der Gemeinde, das klappt seit Jahren."))(t)
		c.soon("cem is not asked", c.asksAbout(c.cem, inThread))
		thanks := matrixtest.Must(c.anke.ThreadReply(c.ctx, room, q, "Danke!"))(t)
		plain := matrixtest.Must(c.anke.Reply(c.ctx, room, q, "Bei uns fahren die Malteser, Anmeldung am Vortag."))(t)
		c.soon("anke is not asked", c.asksAbout(c.anke, plain))
		c.done(c.anke, room)
		if got := c.answers(q); len(got) != 2 || !strings.Contains(got[0], "Bürgerbus") || !strings.Contains(got[1], "Malteser") || len(c.kept(thanks)) != 0 {
			t.Errorf("answers: %q", got)
		}
		found := c.finds(c.cem, room, "fahrdienst", "Fahrdienst", true).Content.AsMessage()
		link := knowledge.Link(room, q, []string{"buffet.test"})
		if !strings.Contains(found.Body, "↳ ") || !strings.Contains(found.Body, link) || !strings.Contains(found.FormattedBody, link) {
			t.Errorf("found without its answer or %s:\n%s\n%s", link, found.Body, found.FormattedBody)
		}
		c.finds(c.cem, room, "bürgerbus", "Bürgerbus", true)
		if body := c.ask(c.anke, room, "!offen").Content.AsMessage().Body; strings.Contains(body, "Fahrdienst") {
			t.Errorf("still open:\n%s", body)
		}

		for _, closer := range []struct {
			who *matrixtest.Member
			on  id.EventID
		}{{c.cem, q}, {c.ben, plain}, {c.anke, inThread}} {
			mark := c.ben.Mark()
			e := c.react(closer.who, room, closer.on, "✅")
			ours := c.signed(c.ben, mark, q, "✅")
			if c.question(q).Closed.IsZero() {
				t.Errorf("%s did not close it", closer.who.Name)
			}
			c.redact(closer.who, room, e)
			c.unsaid(c.ben, ours.ID)
			if !c.question(q).Closed.IsZero() {
				t.Errorf("%s did not open it again", closer.who.Name)
			}
		}
		mark := c.ben.Mark()
		word := matrixtest.Must(c.ben.ThreadReply(c.ctx, room, q, "!erledigt"))(t)
		c.signed(c.ben, mark, q, "✅")
		c.signed(c.ben, mark, word, "✅")
		c.finds(c.cem, room, "fahrdienst", "gelöst", true)
		if n := c.signs(c.ben, q, knowledge.Ack); n != 1 {
			t.Errorf("%d × %s", n, knowledge.Ack)
		}
	})
}

// asksAbout waits until an author is asked who may see a message.
func (c *circle) asksAbout(m *matrixtest.Member, e id.EventID) func(context.Context) (*event.Event, error) {
	room := c.chat(m)
	return func(ctx context.Context) (*event.Event, error) {
		return m.WaitFrom(ctx, 0, func(evt *event.Event) bool {
			return evt.Sender == c.user && evt.RoomID == room && evt.Type == event.EventMessage &&
				strings.Contains(evt.Content.AsMessage().Body, e.String()[1:])
		})
	}
}

// What others mark is gathered as it reads now, with the replies it has; its
// author is told and has the last word.
func TestMarkedByOthers(t *testing.T) {
	c := newCircle(t)
	c.both(t, func(t *testing.T, room id.RoomID) {
		msg := c.say(c.ben, room, "Wie macht ihr das mit den Vertretungen?")
		inThread := matrixtest.Must(c.cem.ThreadReply(c.ctx, room, msg, "Wir haben einen Springerpool mit dem Nachbarort."))(t)
		matrixtest.Must(c.anke.Reply(c.ctx, room, msg, "Bei uns hilft eine Zeitarbeitsfirma aus, leider teuer."))(t)
		matrixtest.Must(c.ben.Edit(c.ctx, room, msg, "Wie organisiert ihr Vertretungen in der Ferienzeit?"))(t)
		c.done(c.ben, room)
		if list := c.kept(msg); len(list) != 0 {
			t.Fatalf("kept before anybody marked it: %+v", list)
		}
		mark := c.react(c.cem, room, msg, "❓")
		ack := c.signed(c.cem, 0, msg, knowledge.Ack)
		if q := c.question(msg); q.Body != "Wie organisiert ihr Vertretungen in der Ferienzeit?" || q.Author != c.ben.UserID || q.Kept {
			t.Errorf("kept: %+v", q)
		}
		both := func() bool {
			got := c.answers(msg)
			return len(got) == 2 && slices.ContainsFunc(got, func(s string) bool { return strings.Contains(s, "Springerpool") }) &&
				slices.ContainsFunc(got, func(s string) bool { return strings.Contains(s, "Zeitarbeit") })
		}
		if !both() {
			t.Errorf("answers: %q", c.answers(msg))
		}
		told := c.soon("ben is not told", c.asksAbout(c.ben, msg)).Content.AsMessage().Body
		if !strings.Contains(told, "Jemand in deinem Raum") {
			t.Errorf("ben is told:\n%s", told)
		}
		c.redact(c.cem, room, mark) // before ben said yes
		c.unsaid(c.cem, ack.ID)
		if list := c.kept(msg); len(list) != 0 {
			t.Errorf("kept without the mark: %+v", list)
		}
		pos := c.cem.Mark()
		c.react(c.anke, room, msg, "❓")
		c.signed(c.cem, pos, msg, knowledge.Ack)
		if !both() {
			t.Errorf("answers of what was marked again: %q", c.answers(msg))
		}
		key := c.askKey(msg)
		var asked id.EventID
		c.until("ben is not asked again", func() (is bool) {
			asked, _ = c.st.SentEvent(c.ctx, key)
			return asked != ""
		})
		matrixtest.Must(c.ben.WaitEvent(c.ctx, asked))(t)
		pos = c.ben.Mark()
		c.react(c.ben, c.chat(c.ben), asked, "❌")
		c.toldFrom(c.ben, pos, "behalte es auch nicht wieder")
		if list := c.kept(msg); len(list) != 0 {
			t.Errorf("kept after a no: %+v", list)
		}
		c.react(c.cem, room, msg, "❓")
		c.done(c.cem, room)
		if n := c.signs(c.cem, msg, knowledge.Ack); n != 2 || len(c.kept(msg)) != 0 {
			t.Errorf("marked again after a no: %d × %s", n, knowledge.Ack)
		}

		c.react(c.ben, room, inThread, "📌") // an answer may be an experience as well
		c.signed(c.ben, 0, inThread, knowledge.Ack)
		c.finds(c.anke, room, "erfahrung: springerpool", "Springerpool", true)
		other := c.say(c.anke, room, "Wo bekommt man eigentlich günstige Übungsräume her?")
		word := matrixtest.Must(c.cem.Reply(c.ctx, room, other, "!frage"))(t)
		c.signed(c.cem, 0, other, knowledge.Ack)
		if c.question(other).Author != c.anke.UserID {
			t.Error("it is not its author's")
		}
		c.redact(c.cem, room, word) // the word was the mark
		c.done(c.cem, room)
		if list := c.kept(other); len(list) != 0 {
			t.Errorf("kept without the word: %+v", list)
		}
	})
}
