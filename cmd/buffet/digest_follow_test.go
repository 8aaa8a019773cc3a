package main

import (
	"context"
	"strings"
	"testing"
	"time"

	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"buffet/internal/matrixtest"
)

// weekOf has something said that makes a digest: a question with an answer, an
// experience, and a thread that nobody gathers.
func (c *circle) weekOf(room id.RoomID, kind string) map[string]id.EventID {
	c.t.Helper()
	e := map[string]id.EventID{}
	e["q"] = c.say(c.ben, room, "!frage Wer verleiht einen Beamer ("+kind+")?")
	e["a"] = matrixtest.Must(c.cem.ThreadReply(c.ctx, room, e["q"], "Das Stadtteilbüro verleiht einen ("+kind+"), Anmeldung eine Woche vorher."))(c.t)
	e["x"] = c.say(c.ben, room, "!erfahrung Unser Lastenrad ("+kind+") spart uns jede Woche zwei Autofahrten.")
	e["t"] = c.say(c.cem, room, "Unsere Küche ("+kind+") ist ab Montag gesperrt, der Mittagstisch braucht einen anderen Ort.")
	e["t1"] = matrixtest.Must(c.ben.ThreadReply(c.ctx, room, e["t"], "Der Gemeindesaal ("+kind+") hat eine Küche und ist mittags frei."))(c.t)
	e["t2"] = matrixtest.Must(c.anke.ThreadReply(c.ctx, room, e["t"], "Dann nehmen wir den Saal ("+kind+") bis Ende Dezember."))(c.t)
	c.done(c.anke, room)
	return e
}

// mended waits for an edit of a message of the bot that does not say something
// any more, and gives the text.
func (c *circle) mended(m *matrixtest.Member, from int, of *event.Event, gone ...string) string {
	c.t.Helper()
	var body string
	c.soon("still says "+strings.Join(gone, ", "), func(ctx context.Context) (*event.Event, error) {
		return m.WaitFrom(ctx, from, func(evt *event.Event) bool {
			if evt.Sender != c.user || evt.Type != event.EventMessage || evt.Content.AsMessage().RelatesTo.GetReplaceID() != of.ID {
				return false
			}
			body = evt.Content.AsMessage().NewContent.Body
			for _, w := range gone {
				if strings.Contains(body, w) {
					return false
				}
			}
			return true
		})
	})
	return body
}

// A draft is released by a reaction, by a reply and by a word in the direct
// chat; what changes while the bot is away, or unseen, changes in it, and so
// does what somebody who is forgotten said.
func TestDigestFollows(t *testing.T) {
	c := newCircle(t)
	kinds := map[id.RoomID]string{c.plain: "offen", c.encrypted: "verschlüsselt"}
	said := map[id.RoomID]map[string]id.EventID{}
	for room, kind := range kinds {
		said[room] = c.weekOf(room, kind)
	}
	mark := c.anke.Mark()
	c.dueNow(c.plain, c.encrypted)
	chat := c.chat(c.anke)
	drafts := map[id.RoomID]*event.Event{}
	for room, kind := range kinds {
		drafts[room] = c.digested(c.anke, chat, mark, "Beamer ("+kind+")", "Küche ("+kind+")", "Lastenrad ("+kind+")", "freigabe")
	}
	c.says(c.anke, chat, "freigabe", "Es warten 2 Entwürfe")
	if got := c.ask(c.cem, c.plain, "!freigabe").Content.AsMessage().Body; !strings.Contains(got, "Organisierenden") {
		t.Errorf("a member may release it: %s", got)
	}

	// while nobody looks, a source is deleted and another one edited
	c.p.stop()
	for room, kind := range kinds {
		c.redact(c.anke, room, said[room]["t2"])
		matrixtest.Must(c.cem.Edit(c.ctx, room, said[room]["a"], "Das war einmal ("+kind+")."))(t)
	}
	mark = c.anke.Mark()
	c.begin()
	for room, kind := range kinds {
		body := c.mended(c.anke, mark, drafts[room], "nehmen wir den Saal ("+kind+")", "verleiht einen ("+kind+")")
		if !strings.Contains(body, "inzwischen weg") || !strings.Contains(body, "Lastenrad ("+kind+")") {
			t.Errorf("draft:\n%s", body)
		}
	}

	posts, mark := map[id.RoomID]*event.Event{}, c.anke.Mark()
	c.react(c.anke, chat, drafts[c.plain].ID, "✅")
	c.toldFrom(c.anke, mark, "Freigegeben")
	posts[c.plain] = c.digested(c.anke, c.plain, mark, "Lastenrad (offen)", "Küche (offen)")
	mark2 := c.anke.Mark()
	matrixtest.Must(c.anke.Reply(c.ctx, chat, drafts[c.plain].ID, "freigabe nie"))(t)
	c.toldFrom(c.anke, mark2, "schon entschieden")
	matrixtest.Must(c.anke.Reply(c.ctx, chat, drafts[c.encrypted].ID, "freigabe"))(t)
	posts[c.encrypted] = c.digested(c.anke, c.encrypted, mark, "Lastenrad (verschlüsselt)", "Küche (verschlüsselt)")
	for room, kind := range kinds {
		body := posts[room].Content.AsMessage().Body
		for _, gone := range []string{"nehmen wir den Saal (" + kind + ")", "verleiht einen (" + kind + ")", "freigabe"} {
			if strings.Contains(body, gone) {
				t.Errorf("published with %q:\n%s", gone, body)
			}
		}
	}
	time.Sleep(200 * time.Millisecond) // a second post would come now
	for room := range kinds {
		n := 0
		for _, evt := range c.anke.Messages(room) {
			if evt.Sender == c.user && strings.HasPrefix(evt.Content.AsMessage().Body, "Digest, ") {
				n++
			}
		}
		if n != 1 {
			t.Errorf("%d posts", n)
		}
	}

	// shown elsewhere, too
	answers := map[id.RoomID]*event.Event{}
	for room, kind := range kinds {
		answers[room] = c.says(c.cem, room, "!digest", "Küche ("+kind+")")
	}
	c.say(c.cem, c.encrypted, "!digest datei")
	c.chat(c.cem)
	c.soon("no file", func(ctx context.Context) (*event.Event, error) {
		return c.cem.WaitFrom(ctx, 0, func(evt *event.Event) bool {
			return evt.Sender == c.user && evt.RoomID == c.direct[c.cem.UserID] && evt.Type == event.EventMessage && strings.HasSuffix(evt.Content.AsMessage().GetFileName(), ".html")
		})
	})

	// a gap that nobody fills: edited in it, and not gathered
	c.p.stop()
	mark = c.anke.Mark()
	for room := range kinds {
		matrixtest.Must(c.cem.Edit(c.ctx, room, said[room]["t"], "Die Küche ist doch nicht gesperrt."))(t)
	}
	c.recheck(c.plain, c.encrypted)
	c.begin()
	for room, kind := range kinds {
		for _, of := range []*event.Event{posts[room], answers[room]} {
			if body := c.mended(c.anke, mark, of, "Küche ("+kind+")"); !strings.Contains(body, "Lastenrad") {
				t.Errorf("mended too much:\n%s", body)
			}
		}
	}
	c.soon("the file is still there", func(ctx context.Context) (*event.Event, error) {
		return c.cem.WaitFrom(ctx, 0, func(evt *event.Event) bool {
			return evt.Sender == c.user && evt.RoomID == c.direct[c.cem.UserID] && evt.Type == event.EventRedaction
		})
	})

	mark = c.anke.Mark()
	dm := c.chat(c.ben)
	c.says(c.ben, dm, "vergissmich", "Sicher?")
	c.says(c.ben, dm, "vergissmich ja", "Erledigt")
	for room := range kinds {
		c.mended(c.anke, mark, posts[room], "Lastenrad", "Beamer", "Gemeindesaal")
		c.mended(c.anke, mark, answers[room], "Lastenrad", "Beamer", "Gemeindesaal")
	}
	if c.stored("Lastenrad") {
		t.Error("still in the files")
	}
}
