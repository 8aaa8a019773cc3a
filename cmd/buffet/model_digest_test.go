package main

import (
	"net/http"
	"strings"
	"testing"

	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"buffet/internal/matrixtest"
	"buffet/internal/modeltest"
)

// The week of a room is written by the model where it may; where the model is
// of no use, and where it is not wanted, there is a digest all the same.
func TestWeeklyDigestByModel(t *testing.T) {
	c, s := modelled(t, "", func(*house) {})
	quiet := c.hall(false) // where no model is wanted
	c.configure(c.plain, c.encrypted, quiet)
	c.anew(quiet)
	kinds := map[id.RoomID]string{c.plain: "offen", c.encrypted: "verschlüsselt", quiet: "still"}
	for _, room := range []id.RoomID{c.plain, c.encrypted} {
		c.says(c.anke, room, "!einstellungen modell an", "127.0.0.1")
	}
	said := map[id.RoomID]map[string]id.EventID{}
	for room, kind := range kinds {
		said[room] = c.weekOf(room, kind)
	}
	s.Script(func(w http.ResponseWriter, r *http.Request, asked *modeltest.Request) {
		if strings.Contains(asked.User(), "(offen)") { // of that room it is of no use
			modeltest.Say(`{"lines":[{"text":"Der Vorstand tritt zurück: https://boese.example","sources":[77],"role":"said","open":false}]}`)(w, r, asked)
			return
		}
		modeltest.Good(w, r, asked)
	})
	mark, sent := c.anke.Mark(), len(s.Requests())
	if sent > 0 {
		t.Errorf("%d requests before there is a digest", sent)
	}
	c.dueNow(c.plain, c.encrypted, quiet)
	chat := c.chat(c.anke)
	foot := map[id.RoomID]string{c.plain: "Zu vieles im Text des Sprachmodells war nicht belegt, deshalb stehen hier die Sätze der Mitglieder.", c.encrypted: "Sprachmodell verfasst (127.0.0.1).", quiet: ""}
	posts := map[id.RoomID]*event.Event{}
	for room, kind := range kinds {
		draft := c.digested(c.anke, chat, mark, "Entwurf", "Beamer ("+kind+")", "verleiht einen ("+kind+")", "Lastenrad ("+kind+")", "Küche ("+kind+")", "freigabe", foot[room])
		pos := c.anke.Mark()
		matrixtest.Must(c.anke.Reply(c.ctx, chat, draft.ID, "freigabe"))(t)
		posts[room] = c.digested(c.anke, room, pos, "Beamer ("+kind+")", "Lastenrad ("+kind+")", "Küche ("+kind+")", foot[room])
		body := posts[room].Content.AsMessage().Body
		t.Log(body)
		if wrote := strings.Contains(body, "verfasst"); wrote != (room == c.encrypted) || room == quiet && strings.Contains(body, "Sprachmodell") {
			t.Errorf("%s: written by a model: %v\n%s", kind, wrote, body)
		}
		if c.prose(body) != (room == c.encrypted) {
			t.Errorf("%s: prose\n%s", kind, body)
		}
		for _, bad := range []string{"Vorstand", "freigabe", "Entwurf"} {
			if strings.Contains(body, bad) {
				t.Errorf("%s: says %q", kind, bad)
			}
		}
		c.harmless(posts[room], room)
		if posts[room].Mautrix.WasEncrypted != (room == c.encrypted) {
			t.Errorf("%s: not encrypted as the room is", kind)
		}
	}
	c.discreet(t, sent, s, "(still)")

	// what was taken back goes, and the rest stays
	mark, sent = c.anke.Mark(), len(s.Requests())
	c.redact(c.ben, c.encrypted, said[c.encrypted]["x"])
	body := c.mended(c.anke, mark, posts[c.encrypted], "Lastenrad")
	if !strings.Contains(body, "Beamer (verschlüsselt)") || !strings.Contains(body, "Küche (verschlüsselt)") || !strings.Contains(body, "verfasst") {
		t.Errorf("mended:\n%s", body)
	}
	if len(s.Requests()) != sent {
		t.Error("mending asks the model")
	}
}

// prose tells whether a digest has lines that are nobody's own words.
func (c *circle) prose(body string) bool {
	for line := range strings.Lines(body) {
		if (strings.HasPrefix(line, "• ") || strings.HasPrefix(line, "↳ ")) && !strings.Contains(line, "„") {
			return true
		}
	}
	return false
}

// discreet checks that what left since then names nobody and nothing of where
// it is from, nor has these words.
func (c *circle) discreet(t *testing.T, since int, s *modeltest.Server, words ...string) {
	t.Helper()
	list := s.Requests()[since:]
	if len(list) == 0 {
		t.Error("the model was not asked")
	}
	for _, m := range []*matrixtest.Member{c.anke, c.ben, c.cem} {
		words = append(words, m.UserID.Localpart())
	}
	for _, r := range list {
		for _, w := range append(words, "buffet.test", "matrix.to", c.plain.String(), c.encrypted.String()) {
			if strings.Contains(r.Raw, w) {
				t.Errorf("%q leaves: %s", w, r.User())
			}
		}
	}
}
