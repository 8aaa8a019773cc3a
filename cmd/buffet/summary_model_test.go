package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"buffet/internal/matrixtest"
	"buffet/internal/modeltest"
)

// talk is a thread of three that is worth a summary.
func (c *circle) talk(room id.RoomID) (root id.EventID) {
	c.t.Helper()
	root = c.say(c.ben, room, "Wer fährt die Bewohner am Dienstag zum Arzt?")
	c.inThread(c.cem, room, root, "Ich fahre am Dienstag, der Bus hat acht Plätze.")
	c.inThread(c.anke, room, root, "Die Küche bleibt am Freitag wegen der Reparatur zu.")
	c.inThread(c.ben, room, root, "Fragt sonst @"+c.cem.UserID.Localpart()+" oder ruft 0341 5556677 an.")
	return root
}

// A model writes where organisers want it, of people whom it does not get to
// know; whatever is wrong with it, there is an answer. In simple language
// organisers read it first.
func TestSummaryByModel(t *testing.T) {
	s := modeltest.New(t)
	c := newCircleBy(t, func(h *house) {
		h.extra = fmt.Sprintf("model:\n  url: %s\n  model: m\n  timeout: 1s\n", s.Endpoint())
	})
	asked := 0
	asker := func() *matrixtest.Member { // each may only ask so often
		asked++
		return []*matrixtest.Member{c.ben, c.cem, c.anke}[asked%3]
	}
	modes := map[bool][]string{true: {"prose", "invent"}, false: {"429", "hangs"}}
	c.both(t, func(t *testing.T, room id.RoomID) {
		s.Script(modeltest.Good)
		root, before := c.talk(room), len(s.Requests())
		if _, body := c.short(asker(), room, root, "!kurz"); strings.Contains(body, "Sprachmodell") {
			t.Errorf("a model wrote before it may:\n%s", body)
		}
		if n := len(s.Requests()); n != before {
			t.Errorf("%d requests before it may", n-before)
		}
		c.says(c.anke, room, "!einstellungen modell an", "127.0.0.1")
		_, body := c.short(asker(), room, root, "!kurz")
		if !strings.Contains(body, "Von einem Sprachmodell verfasst (127.0.0.1)") || !strings.Contains(body, "Bus hat acht Plätze") || !strings.Contains(body, c.ben.UserID.Localpart()) {
			t.Errorf("by the model:\n%s", body)
		}
		for name, bad := range map[string]struct {
			reply modeltest.Reply
			note  string
		}{
			"429":    {modeltest.Status(429, "rate_limit_exceeded", "0"), "zu viel zu tun"},
			"hangs":  {modeltest.Hang, "zu lange gebraucht"},
			"prose":  {modeltest.Say("Gerne! Der Vorstand tritt zurück."), "nichts anfangen"},
			"invent": {modeltest.Say(`{"lines":[{"text":"Der Vorstand tritt zurück: https://boese.example @room","sources":[77],"role":"said","open":false}]}`), "nicht belegt"},
		} {
			if !slices.Contains(modes[room == c.encrypted], name) {
				continue
			}
			s.Script(bad.reply)
			c.inThread(c.cem, room, root, "Und noch etwas: Der Keller ist wieder trocken ("+name+").")
			_, body := c.short(asker(), room, root, "!kurz")
			if !strings.Contains(body, bad.note) || !strings.Contains(body, "„") || strings.Contains(body, "Vorstand") || strings.Contains(body, "boese") {
				t.Errorf("%s:\n%s", name, body)
			}
		}
		for _, r := range s.Requests() {
			for _, secret := range []string{"buffet.test", c.ben.UserID.Localpart(), c.cem.UserID.Localpart(), c.anke.UserID.Localpart(), "5556677", string(root)} {
				if strings.Contains(r.Raw, secret) {
					t.Errorf("the model gets %q: %s", secret, r.Raw)
				}
			}
		}
	})
	if t.Failed() {
		return
	}
	s.Script(modeltest.Good)
	c.both(t, func(t *testing.T, room id.RoomID) { c.simpleSummary(t, room, asker) })
}

// simpleSummary asks twice in simple language: one is released, one is not.
func (c *circle) simpleSummary(t *testing.T, room id.RoomID, asker func() *matrixtest.Member) {
	root := c.talk(room)
	for _, end := range []struct{ word, says, then string }{
		{"freigabe ohne 1", "Freigegeben", "Kurz gefasst, in einfacher Sprache"},
		{"freigabe nie", "Verworfen", "nicht freigegeben"},
	} {
		mark := c.anke.Mark()
		c.inThread(c.cem, room, root, "Der Keller ist seit "+end.word+" wieder trocken und aufgeräumt.")
		who := asker()
		asked := c.inThread(who, room, root, "!kurz einfach")
		c.soon("nothing said of organisers", func(ctx context.Context) (*event.Event, error) {
			return who.WaitFrom(ctx, 0, func(evt *event.Event) bool {
				return evt.Sender == c.user && evt.RoomID == room && evt.Type == event.EventMessage && evt.Content.AsMessage().RelatesTo.GetReplyTo() == asked
			})
		})
		chat := c.chat(c.anke)
		draft := c.digested(c.anke, chat, mark, "Entwurf", "\n1 · ", "freigabe", "Sprachmodell verfasst")
		first := ""
		for line := range strings.Lines(draft.Content.AsMessage().Body) {
			if rest, ok := strings.CutPrefix(line, "1 · "); ok {
				first, _, _ = strings.Cut(rest, " · ")
			}
		}
		mark = c.anke.Mark()
		matrixtest.Must(c.anke.Reply(c.ctx, chat, draft.ID, end.word))(t)
		c.toldFrom(c.anke, mark, end.says)
		post := c.digested(c.anke, room, mark, end.then)
		m := post.Content.AsMessage()
		if m.RelatesTo.GetThreadParent() != root || m.MsgType != event.MsgNotice || strings.Contains(m.Body, "Entwurf") || first == "" || strings.Contains(m.Body, first) {
			t.Errorf("after %s, without %q: %+v", end.word, first, m)
		}
		if post.Mautrix.WasEncrypted != (room == c.encrypted) {
			t.Error("not encrypted as the room is")
		}
	}
	time.Sleep(100 * time.Millisecond)
	n := 0
	for _, evt := range c.anke.Messages(room) {
		if evt.Sender == c.user && strings.Contains(evt.Content.AsMessage().Body, "Kurz gefasst, in einfacher Sprache") {
			n++
		}
	}
	if n != 1 {
		t.Errorf("%d posts", n)
	}
}
