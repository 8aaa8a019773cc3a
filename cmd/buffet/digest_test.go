package main

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"buffet/internal/matrixtest"
	"buffet/schedule"
	"buffet/store"
)

// dueNow stops the bot, makes the digests of these rooms due, and starts it
// again: what a schedule missed by a moment is made up for at the start.
func (c *circle) dueNow(rooms ...id.RoomID) {
	c.t.Helper()
	c.p.stop()
	err := c.st.Write(c.ctx, func(tx *store.Tx) error {
		for _, room := range rooms {
			list, err := tx.Schedules(c.ctx, room)
			if err != nil {
				return err
			}
			for _, s := range list {
				if s.Kind != schedule.Digest || !s.Enabled {
					continue
				}
				s.Next = time.Now().Add(time.Second).Truncate(time.Second) // after all that was said
				if err := tx.PutSchedule(c.ctx, s); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		c.t.Fatal(err)
	}
	c.p = c.start()
}

// digested waits for a message of the bot that is a digest of a room, as
// somebody gets it.
func (c *circle) digested(m *matrixtest.Member, room id.RoomID, from int, want ...string) *event.Event {
	c.t.Helper()
	defer func() {
		for _, evt := range m.Messages(room) {
			if c.t.Failed() && evt.Sender == c.user {
				c.t.Logf("what came:\n%s", evt.Content.AsMessage().Body)
			}
		}
	}()
	return c.soon("no digest with "+strings.Join(want, ", "), func(ctx context.Context) (*event.Event, error) {
		return m.WaitFrom(ctx, from, func(evt *event.Event) bool {
			if evt.Sender != c.user || evt.RoomID != room || evt.Type != event.EventMessage {
				return false
			}
			body := evt.Content.AsMessage().Body
			return !slices.ContainsFunc(want, func(w string) bool { return !strings.Contains(body, w) })
		})
	})
}

// A week is drafted, released without one item, posted, sent to who wants it,
// and stays true when people take back what they said.
func TestWeeklyDigest(t *testing.T) {
	c := newCircle(t)
	said := map[id.RoomID]map[string]id.EventID{}
	for _, room := range []id.RoomID{c.plain, c.encrypted} {
		kind := map[bool]string{false: "offen", true: "verschlüsselt"}[room == c.encrypted]
		e := map[string]id.EventID{}
		e["q"] = c.say(c.ben, room, "!frage Wer verleiht einen Beamer ("+kind+")?")
		e["a"] = matrixtest.Must(c.cem.ThreadReply(c.ctx, room, e["q"], "Das Stadtteilbüro verleiht einen ("+kind+"), Anmeldung eine Woche vorher."))(t)
		e["o"] = c.say(c.cem, room, "!frage Wer kennt eine Förderung für Dolmetschende ("+kind+")?")
		e["x"] = c.say(c.ben, room, "!erfahrung Unser Lastenrad ("+kind+") spart uns jede Woche zwei Autofahrten.")
		e["t"] = c.say(c.ben, room, "Unsere Küche ("+kind+") ist ab Montag gesperrt, der Mittagstisch braucht einen anderen Ort.")
		e["t1"] = matrixtest.Must(c.cem.ThreadReply(c.ctx, room, e["t"], "Der Gemeindesaal ("+kind+") hat eine Küche und ist mittags frei."))(t)
		e["t2"] = matrixtest.Must(c.anke.ThreadReply(c.ctx, room, e["t"], "Dann nehmen wir den Saal ("+kind+") bis Ende Dezember."))(t)
		c.done(c.anke, room)
		said[room] = e
		c.says(c.ben, room, "!digest", "noch kein Digest")
		matrixtest.Must(c.ben.Send(c.ctx, room, "!digest abo"))(t)
	}
	c.toldFrom(c.ben, 0, "Abonniert")
	mark := c.anke.Mark()
	c.dueNow(c.plain, c.encrypted)
	chat := map[*matrixtest.Member]id.RoomID{c.anke: c.chat(c.anke), c.ben: c.chat(c.ben)}

	for _, room := range []id.RoomID{c.plain, c.encrypted} {
		kind := map[bool]string{false: "offen", true: "verschlüsselt"}[room == c.encrypted]
		e := said[room]
		draft := c.digested(c.anke, chat[c.anke], mark, "Beamer ("+kind+")", "Stadtteilbüro verleiht einen ("+kind+")", "Dolmetschende ("+kind+")",
			"Lastenrad ("+kind+")", "Saal ("+kind+")", "freigabe")
		body := draft.Content.AsMessage().Body
		t.Logf("draft:\n%s", body)
		number := ""
		for line := range strings.Lines(body) {
			for _, words := range []string{"Beamer (", "Stadtteilbüro", "Dolmetschende", "Lastenrad"} {
				if strings.Contains(line, words) && !strings.Contains(line, "“ – ein Mitglied · ") {
					t.Errorf("names who did not agree: %s", line)
				}
			}
			if strings.Contains(line, "Lastenrad") {
				number, _, _ = strings.Cut(line, " ")
			}
		}
		for text, want := range map[string]string{"freigabe ohne 99": "Nummer 99", "freigabe ohne": "Welche Nummern", "freigabe morgen": "verstehe ich nicht"} {
			c.says(c.anke, room, "!"+text, want)
		}
		pos, ben := c.anke.Mark(), c.ben.Mark()
		if got := c.ask(c.ben, room, "!freigabe").Content.AsMessage().Body; !strings.Contains(got, "Organisierenden") {
			t.Errorf("a member may release it: %s", got)
		}
		c.says(c.anke, room, "!freigabe ohne "+number, "Freigegeben")
		post := c.digested(c.anke, room, pos, "Beamer ("+kind+")", "Saal ("+kind+")")
		got := post.Content.AsMessage()
		t.Logf("post:\n%s\n%s", got.Body, got.FormattedBody)
		if got.MsgType != event.MsgText || strings.Contains(got.Body, "Lastenrad") || strings.Contains(got.Body, "freigabe") {
			t.Errorf("published:\n%s", got.Body)
		}
		if post.Mautrix.WasEncrypted != (room == c.encrypted) {
			t.Errorf("encrypted: %v", post.Mautrix.WasEncrypted)
		}
		if got.Mentions == nil || len(got.Mentions.UserIDs) > 0 || got.Mentions.Room {
			t.Errorf("mentions: %+v", got.Mentions)
		}
		copied := c.digested(c.ben, chat[c.ben], ben, "Beamer ("+kind+")")
		if copied.Content.AsMessage().Body != got.Body {
			t.Errorf("the subscriber gets\n%s", copied.Content.AsMessage().Body)
		}
		c.says(c.cem, room, "!digest", "Beamer ("+kind+")", "Saal ("+kind+")")
		c.says(c.anke, room, "!freigabe", "kein Digest auf eine Freigabe")

		for _, gone := range []struct {
			what  id.EventID
			who   *matrixtest.Member
			words string
		}{{e["a"], c.cem, "Stadtteilbüro verleiht"}, {e["t2"], c.anke, "nehmen wir den Saal"}} {
			pos = c.anke.Mark()
			c.redact(gone.who, room, gone.what)
			mended := c.soon("not mended", func(ctx context.Context) (*event.Event, error) {
				return c.anke.WaitFrom(ctx, pos, func(evt *event.Event) bool {
					return evt.Sender == c.user && evt.RoomID == room && evt.Type == event.EventMessage && evt.Content.AsMessage().RelatesTo.GetReplaceID() == post.ID
				})
			})
			if body := mended.Content.AsMessage().NewContent.Body; strings.Contains(body, gone.words) {
				t.Errorf("still says what was taken back:\n%s", body)
			}
		}
	}
	c.p.stop()
	out := c.must("digest")
	if !strings.Contains(out, "published") || strings.Count(out, "\n") != 3 {
		t.Errorf("digest:\n%s", out)
	}
	if out := c.must("digest", "--last", "--markdown"); !strings.Contains(out, "Dolmetschende") || strings.Contains(out, "Lastenrad") || strings.Contains(out, "Stadtteilbüro verleiht") {
		t.Errorf("markdown:\n%s", out)
	}
	if out := c.must("digest", "--last", "--html", "--without-names"); !strings.Contains(out, "<html") || strings.Contains(out, " – "+c.anke.UserID.Localpart()) {
		t.Errorf("html:\n%s", out)
	}
}
