package main

import (
	"strings"
	"testing"

	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"buffet/internal/matrixtest"
	"buffet/internal/modeltest"
)

// In an English house all is in English, also what goes wrong.
func TestModelInEnglish(t *testing.T) {
	c, s := modelled(t, "", func(h *house) { h.lang = "en" })
	const by = "Written by a language model (127.0.0.1)."
	c.both(t, func(t *testing.T, room id.RoomID) {
		s.Script(modeltest.Good)
		c.says(c.anke, room, "!settings", "No language model is used.", "127.0.0.1")
		c.says(c.anke, room, "!settings model on", "Language model: on.", "go to 127.0.0.1")
		root := c.say(c.ben, room, "Who knows a good transport service for our older members?")
		c.inThread(c.cem, room, root, "We use the community bus, which runs on Tuesdays and Fridays.")
		c.inThread(c.anke, room, root, "The town pays half of each ticket until the end of March.")
		evt, body := c.short(c.ben, room, root, "!summary")
		for _, want := range []string{"This thread in short: 3 messages by 3 people", "asks: Who knows a good transport service", "writes: We use the community bus", "to the message: ", by} {
			if !strings.Contains(body, want) {
				t.Errorf("does not say %q:\n%s", want, body)
			}
		}
		c.harmless(evt, room)
		if n := c.linked(body); n != 3 {
			t.Errorf("%d lines:\n%s", n, body)
		}
		asked := s.Requests()
		if last := asked[len(asked)-1]; !strings.Contains(last.System(), "Language: English") {
			t.Errorf("told:\n%s", last.System())
		}
		s.Script(modeltest.Say(`{"lines":[{"text":"P2 nutzt den Bus der Gemeinde, der immer dienstags und freitags fährt.","sources":[2],"role":"said","open":false}]}`))
		c.inThread(c.cem, room, root, "The driver waits for ten minutes at the town hall.")
		evt, body = c.short(c.cem, room, root, "!summary")
		if !strings.Contains(body, "had no source, so these are the members' own sentences.") || !strings.Contains(body, "“We use the community bus") || strings.Contains(body, "nutzt") ||
			strings.Contains(body, "Written by") {
			t.Errorf("of a model that writes German:\n%s", body)
		}
		c.harmless(evt, room)
		c.says(c.anke, room, "!settings model off", "No language model is used.")
	})
}

// In simple language it is what organisers released, in the thread, until
// something that it rests on is taken back.
func TestModelInSimpleLanguage(t *testing.T) {
	c, s := modelled(t, "", func(*house) {})
	c.both(t, func(t *testing.T, room id.RoomID) {
		s.Script(modeltest.Good)
		c.says(c.anke, room, "!einstellungen modell an", "127.0.0.1")
		root := c.say(c.ben, room, "Wer fährt am Dienstag mit zum Konzert?")
		bus := c.inThread(c.cem, room, root, "Der Bürgerbus hat noch vier freie Plätze.")
		c.inThread(c.anke, room, root, "Die Karten liegen ab Montag im Büro.")
		mark := c.anke.Mark()
		_, body := c.short(c.ben, room, root, "!kurz einfach")
		if !strings.Contains(body, "zuerst an die Organisierenden") || strings.Contains(body, "Bürgerbus") {
			t.Errorf("who asks gets:\n%s", body)
		}
		chat := c.chat(c.anke)
		draft := c.digested(c.anke, chat, mark, "Entwurf", "Bürgerbus hat noch vier freie Plätze", "Karten", "freigabe", byModel)
		if !draft.Mautrix.WasEncrypted {
			t.Error("the draft is not encrypted")
		}
		c.harmless(draft, room)
		if list := s.Requests(); !strings.Contains(list[len(list)-1].System(), "Write in simple German") {
			t.Errorf("told:\n%s", list[len(list)-1].System())
		}
		mark = c.anke.Mark()
		matrixtest.Must(c.anke.Reply(c.ctx, chat, draft.ID, "freigabe"))(t)
		post := c.digested(c.anke, room, mark, "Kurz gefasst, in einfacher Sprache", "Bürgerbus hat noch vier freie Plätze", byModel)
		m := post.Content.AsMessage()
		t.Log(m.Body)
		if m.RelatesTo.GetThreadParent() != root || m.MsgType != event.MsgNotice || strings.Contains(m.Body, "freigabe") || c.linked(m.Body) != 3 {
			t.Errorf("posted %s in %+v:\n%s", m.MsgType, m.RelatesTo, m.Body)
		}
		c.harmless(post, room)
		if words := c.tables("freie Plätze"); len(words) > 0 {
			t.Errorf("kept in %v", words)
		}
		c.redact(c.cem, room, bus)
		c.unsaid(c.ben, post.ID)
		s.Script(modeltest.Hang)
		c.inThread(c.cem, room, root, "Jetzt fährt leider nur noch die Straßenbahn.")
		_, body = c.short(c.cem, room, root, "!kurz einfach")
		if !strings.Contains(body, "In einfacher Sprache ging es diesmal nicht") || !strings.Contains(body, "„") {
			t.Errorf("of a model that says nothing:\n%s", body)
		}
	})
}

// Where there is no model, nobody turns one on.
func TestNoModelToTurnOn(t *testing.T) {
	c := newCircle(t)
	c.says(c.anke, c.encrypted, "!einstellungen modell an", "Ein Sprachmodell gibt es hier nicht")
	c.says(c.anke, c.encrypted, "!einstellungen einfach an", "Ein Sprachmodell gibt es hier nicht")
}
