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
	"buffet/store"
)

// dayAhead is a day as people in these rooms type it.
func dayAhead(days int) string { return time.Now().AddDate(0, 0, days).Format("2.1.2006") }

// offersCalled counts the offers of a title.
func (c *circle) offersCalled(title string) (n int) {
	c.t.Helper()
	if err := c.st.Reader().QueryRowContext(c.ctx, `SELECT count(*) FROM offer WHERE title = $1`, title).Scan(&n); err != nil {
		c.t.Fatal(err)
	}
	return n
}

// answered is the bot's answer to a message: of its own, if that was reacted to.
func (c *circle) answered(m *matrixtest.Member, to id.EventID, want ...string) *event.Event {
	c.t.Helper()
	evt := c.soon("no answer of the bot", func(ctx context.Context) (*event.Event, error) {
		return m.WaitFrom(ctx, 0, func(evt *event.Event) bool {
			content, ok := evt.Content.Parsed.(*event.MessageEventContent)
			return ok && evt.Sender == c.user && content.RelatesTo.GetReplyTo() == to
		})
	})
	for _, w := range want {
		if body := evt.Content.AsMessage().Body; !strings.Contains(body, w) {
			c.t.Errorf("the answer does not say %q:\n%s", w, body)
		}
	}
	return evt
}

// A member brings an offer in one line; only their own yes puts it on the table,
// and only once.
func TestBrings(t *testing.T) {
	c := newCircle(t)
	c.both(t, func(t *testing.T, room id.RoomID) {
		title := map[bool]string{false: "Lesekreis", true: "Nähtreff"}[room == c.encrypted]
		echo := c.says(c.ben, room, fmt.Sprintf("!bring %s, %s 18–20 Uhr, Bibliothek, 12 Plätze", title, dayAhead(9)),
			"Titel: "+title, "18:00–20:00 Uhr", "Ort: Bibliothek", "Plätze: 12", "Von: "+c.ben.UserID.Localpart(), "das ganze Netzwerk")
		c.signed(c.ben, 0, echo.ID, "✅")
		c.signed(c.ben, 0, echo.ID, "❌")
		c.react(c.cem, room, echo.ID, "✅")
		matrixtest.Must(c.cem.Reply(c.ctx, room, echo.ID, "ja"))(t)
		c.done(c.cem, room)
		if n := c.offersCalled(title); n != 0 {
			t.Fatalf("a stranger's yes: %d offers", n)
		}
		c.react(c.ben, room, echo.ID, "✅")
		c.answered(c.ben, echo.ID, "Steht auf dem Buffet", title)
		again := matrixtest.Must(c.ben.Reply(c.ctx, room, echo.ID, "ja"))(t)
		c.answered(c.ben, again, "schon entschieden")
		c.done(c.ben, room)
		if n := c.offersCalled(title); n != 1 {
			t.Errorf("%d offers", n)
		}
		c.says(c.anke, room, "!angebote 14 tage", title, "Bibliothek")

		echo = c.says(c.ben, room, fmt.Sprintf("!bring Film über %s, %s 20 Uhr, Kino", title, dayAhead(9)), "Von: ")
		change := matrixtest.Must(c.ben.Reply(c.ctx, room, echo.ID, "nein, am "+dayAhead(10)+" um 19 Uhr"))(t)
		echo = c.answered(c.ben, change, "19:00 Uhr", "Ort: Kino")
		change = matrixtest.Must(c.ben.Reply(c.ctx, room, echo.ID, "ohne Namen"))(t)
		echo = c.answered(c.ben, change, "Nicht gesagt: Themen, Plätze, Von")
		yes := matrixtest.Must(c.ben.Reply(c.ctx, room, echo.ID, "Ja, danke!"))(t)
		c.answered(c.ben, yes, "Film über "+title)

		c.says(c.ben, room, "!bring Kochkurs, 31.2. 14 Uhr, Küche", "Diesen Tag gibt es nicht", "!bring Kochkurs", "Küche")
		need := c.says(c.ben, room, "!brauche einen Beamer für "+title, "Du suchst Hilfe")
		c.react(c.ben, room, need.ID, "✅")
		c.answered(c.ben, need.ID, "Notiert", "erledigt")
		c.says(c.cem, room, "!offen", "einen Beamer für "+title)
	})
}

func TestBringsInEnglish(t *testing.T) {
	c := newCircleBy(t, func(h *house) { h.lang = "en" })
	c.both(t, func(t *testing.T, room id.RoomID) {
		title := map[bool]string{false: "Book club", true: "Choir"}[room == c.encrypted]
		day := time.Now().AddDate(0, 0, 9).Format("2 January 2006")
		echo := c.says(c.ben, room, fmt.Sprintf("!bring %s, %s 6pm-8pm, library, up to 12 people", title, day), "Title: "+title, "18:00–20:00", "Places: 12", "all of the network")
		no := c.says(c.ben, room, fmt.Sprintf("!bring %s, %s 6pm-8pm, library", title+" two", day))
		yes := matrixtest.Must(c.ben.Reply(c.ctx, room, echo.ID, "Yes please"))(t)
		c.answered(c.ben, yes, "It is on the table", title)
		c.react(c.ben, room, no.ID, "❌")
		c.answered(c.ben, no.ID, "nothing comes of it")
		c.says(c.anke, room, "!offers 14 days", title)
		if n := c.offersCalled(title + " two"); n != 0 {
			t.Errorf("%d offers after a no", n)
		}
		give := c.says(c.ben, room, "!give Proofreading for "+title+", without name", "You offer help", "Not said: Topics, By")
		c.react(c.ben, room, give.ID, "👍")
		c.answered(c.ben, give.ID, "Noted")
	})
}

// Step by step in a direct chat, with a restart in the middle.
func TestBringsStepByStep(t *testing.T) {
	c := newCircle(t)
	dm := matrixtest.Must(c.ben.CreateRoom(c.ctx, matrixtest.RoomOptions{Encrypted: true, Direct: true, Invite: []id.UserID{c.user}}))(t)
	if err := c.ben.WaitMember(c.ctx, dm, c.user, event.MembershipJoin); err != nil {
		t.Fatal(err)
	}
	c.says(c.ben, dm, "bring", "Schritt 1 von 7")
	c.says(c.ben, dm, "Kollegiale Beratung", "Schritt 2 von 7")
	c.p.stop()
	when := c.say(c.ben, dm, "gestern") // while it is down
	c.p = c.start()
	c.answered(c.ben, when, "vorbei")
	c.says(c.ben, dm, dayAhead(9)+" 14 Uhr", "Schritt 3")
	c.says(c.ben, dm, "https://meet.jit.si/beratung", "Schritt 4")
	c.says(c.ben, dm, "Fortbildung", "Schritt 5")
	c.says(c.ben, dm, "titel Kollegiale Fallberatung", "Schritt 5")
	c.says(c.ben, dm, "Pflege", "Schritt 6")
	c.says(c.ben, dm, "weiter", "Schritt 7")
	c.p.stop()
	c.p = c.start()
	echo := c.says(c.ben, dm, "weiter", "Titel: Kollegiale Fallberatung", "Ort: online, https://meet.jit.si/beratung", "Art: Fortbildung", "Themen: Pflege")
	c.signed(c.ben, 0, echo.ID, "✅")
	c.says(c.ben, dm, "ohne namen", "Nicht gesagt: Plätze, Von")
	c.p.stop()
	c.p = c.start()
	c.says(c.ben, dm, "ja", "Steht auf dem Buffet", "Kollegiale Fallberatung")
	c.says(c.anke, c.plain, "!angebote 14 tage", "Kollegiale Fallberatung")
	if n := c.offersCalled("Kollegiale Fallberatung"); n != 1 {
		t.Errorf("%d offers", n)
	}
}

// Where organisers release what members bring, the first of them decides, and
// who is none any more does not.
func TestBringsAfterApproval(t *testing.T) {
	c := newCircle(t)
	if err := c.anke.SetPower(c.ctx, c.plain, c.cem.UserID, 50); err != nil {
		t.Fatal(err)
	}
	c.says(c.anke, c.plain, "!einstellungen angebote freigabe", "für das ganze Netzwerk", "nach Freigabe")
	c.both(t, func(t *testing.T, room id.RoomID) {
		title := map[bool]string{false: "Lesekreis", true: "Nähtreff"}[room == c.encrypted]
		propose := func(title string) *event.Event {
			t.Helper()
			echo := c.says(c.ben, room, fmt.Sprintf("!bring %s, %s 18–20 Uhr, Bibliothek", title, dayAhead(9)), "geht es an die Organisierenden")
			c.react(c.ben, room, echo.ID, "✅")
			c.answered(c.ben, echo.ID, "Ich frage jetzt die Organisierenden")
			return echo
		}
		propose(title)
		mine, other := c.told(c.anke, "Titel: "+title), c.told(c.cem, "Titel: "+title)
		if body := mine.Content.AsMessage().Body; !strings.Contains(body, c.ben.UserID.String()) || len(mine.Content.AsMessage().Mentions.UserIDs) > 0 {
			t.Errorf("asked:\n%s", body)
		}
		c.signed(c.anke, 0, mine.ID, "✅")
		if n := c.offersCalled(title); n != 0 {
			t.Errorf("%d offers before an organiser's yes", n)
		}
		c.react(c.anke, c.chat(c.anke), mine.ID, "✅")
		c.answered(c.anke, mine.ID, "Freigegeben", title)
		c.told(c.ben, "freigegeben")
		if body := c.mended(c.cem, 0, other, "Titel:"); !strings.HasPrefix(strings.TrimPrefix(body, "* "), "Freigegeben von ") || !strings.Contains(body, " ("+c.anke.UserID.String()+"): ") {
			t.Errorf("the other organiser reads:\n%s", body)
		}
		late := matrixtest.Must(c.cem.Reply(c.ctx, c.chat(c.cem), other.ID, "nein"))(t)
		c.answered(c.cem, late, "schon entschieden")
		if n := c.offersCalled(title); n != 1 {
			t.Errorf("%d offers", n)
		}

		second := title + " am Abend"
		propose(second)
		other = c.told(c.cem, "Titel: "+second)
		no := matrixtest.Must(c.cem.Reply(c.ctx, c.chat(c.cem), other.ID, "nein, da ist das Fest"))(t)
		c.answered(c.cem, no, "erscheint nicht")
		c.told(c.ben, "»"+second+"« nicht freigegeben: da ist das Fest")
		if n := c.offersCalled(second); n != 0 {
			t.Errorf("%d offers after a refusal", n)
		}

		third := title + " am Morgen"
		line := propose(third).Content.AsMessage().RelatesTo.GetReplyTo()
		other = c.told(c.cem, "Titel: "+third)
		c.redact(c.ben, room, line)
		if body := c.mended(c.cem, 0, other, "Titel:"); !strings.Contains(body, "Zurückgezogen") {
			t.Errorf("its message was deleted, and the organiser reads:\n%s", body)
		}
		late = matrixtest.Must(c.cem.Reply(c.ctx, c.chat(c.cem), other.ID, "ja"))(t)
		c.answered(c.cem, late, "schon entschieden")
		if n := c.offersCalled(third); n != 0 {
			t.Errorf("%d offers of a message that was deleted", n)
		}
	})
	echo := c.says(c.ben, c.plain, fmt.Sprintf("!bring Kino, %s 20 Uhr", dayAhead(9)))
	c.react(c.ben, c.plain, echo.ID, "✅")
	ask := c.told(c.cem, "Titel: Kino")
	if err := c.anke.SetPower(c.ctx, c.plain, c.cem.UserID, 0); err != nil {
		t.Fatal(err)
	}
	c.done(c.anke, c.plain)
	c.react(c.cem, c.chat(c.cem), ask.ID, "✅")
	c.answered(c.cem, ask.ID, "Das dürfen nur die Organisierenden")
	if n := c.offersCalled("Kino"); n != 0 {
		t.Errorf("%d offers by somebody who is no organiser any more", n)
	}
	anke := c.told(c.anke, "Titel: Kino")
	word := matrixtest.Must(c.anke.Reply(c.ctx, c.chat(c.anke), anke.ID, "freigabe"))(t)
	c.answered(c.anke, word, "Freigegeben", "Kino")
	if o, err := store.OfferByNumber(c.ctx, c.st.Reader(), "DigIT", 3); err != nil || o.Author != c.ben.UserID || o.Title != "Kino" {
		t.Errorf("%+v, %v", o, err)
	}
}
