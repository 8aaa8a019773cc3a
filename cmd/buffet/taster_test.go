package main

import (
	"strings"
	"testing"
	"time"

	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"buffet/digest"
	"buffet/internal/matrixtest"
	"buffet/store"
)

// twoSources has the bot find the same title at the same time in two
// calendars, of two hosts.
func (c *circle) twoSources() {
	c.t.Helper()
	c.p.stop()
	for name, host := range map[string]string{"one": "Caritas", "two": "Diakonie"} {
		own := strings.NewReplacer("UID:offer", "UID:"+name, "https://example.org", "https://"+name+".example.org",
			"SUMMARY:", "ORGANIZER;CN="+host+":mailto:x@example.org\r\nSUMMARY:")
		c.write(name+".ics", own.Replace(calendar(1)))
	}
	c.must("import", c.dir+"/one.ics", "--network", "DigIT")
	c.must("import", c.dir+"/two.ics", "--network", "DigIT")
	c.p = c.start()
}

// bookDigest puts a digest of a room into the books that was published yesterday.
func (c *circle) bookDigest(room id.RoomID, text string) {
	c.t.Helper()
	day := time.Now().AddDate(0, 0, -1)
	err := c.st.Write(c.ctx, func(tx *store.Tx) error {
		_, err := tx.AddDigest(c.ctx, store.Digest{Kind: store.DigestWeekly, Network: "DigIT", Room: room, Audience: store.AudienceRoom, State: store.DigestPublished,
			Lang: c.lang, From: day.AddDate(0, 0, -7), To: day, Made: day, Decided: day},
			[]store.DigestLine{{Seq: 1, Number: 1, Section: digest.Experiences, Text: text, Who: "Dana"}})
		return err
	})
	if err != nil {
		c.t.Fatal(err)
	}
}

// decided waits for the bot's answer to a message or to what stands under it.
func (c *circle) decided(m *matrixtest.Member, to id.EventID, want ...string) *event.Event {
	c.t.Helper()
	evt := matrixtest.Must(m.WaitReply(c.ctx, to))(c.t)
	for _, w := range want {
		if body := evt.Content.AsMessage().Body; !strings.Contains(body, w) {
			c.t.Errorf("the answer does not say %q:\n%s", w, body)
		}
	}
	return evt
}

// TestTastes: a plate in a room and in the direct chat; a first plate for one
// alone; who looks for help is listed; two offers that may be one are asked about.
func TestTastes(t *testing.T) {
	for language, w := range map[string]struct {
		ask, share, need, buffet, fresh, open, offer, helps                        string
		plate, wanted, question, experience, welcome, join, answer, decided, after string
	}{
		"de": {"!frage Wer verleiht ein Lastenrad für den Markt?", "!erfahrung Das Sommerfest klappt besser ohne Strom.", "!brauche Fahrerin für Samstag", "buffet", "!neu", "!offen", "!angebot 2", "!angebote hilfe",
			"Ein Teller vom Buffet", "Gesucht", "Offene Frage", "Erfahrung", "Willkommen in »DigIT«", "Ist das dasselbe?", "✅", "ein Angebot: Nr. 1", "dasselbe wie Nr. 1"},
		"en": {"!ask Who lends us a cargo bike for the market?", "!share The summer party works better without electricity.", "!need A driver on Saturday", "buffet", "!new", "!open", "!offer 2", "!offers help",
			"A plate from the buffet", "Wanted", "Open question", "Experience", "Welcome to “DigIT”", "Are these the same?", "no", "stay two offers", "Kollegiale Beratung 1"},
	} {
		t.Run(language, func(t *testing.T) {
			c := newCircleBy(t, func(h *house) { h.lang = language })
			c.t, c.whole = t, t
			c.twoSources()
			c.both(t, func(t *testing.T, room id.RoomID) {
				c.say(c.ben, room, w.ask)
				c.say(c.cem, room, w.share)
				title := strings.TrimPrefix(strings.TrimPrefix(w.need, "!brauche "), "!need ")
				need := c.says(c.ben, room, w.need, title)
				c.react(c.ben, room, need.ID, "✅")
				c.decided(c.ben, need.ID)
				c.says(c.cem, room, "!"+w.buffet, w.plate, "Kollegiale Beratung 1", w.question, w.experience, w.wanted, title)
				c.says(c.cem, room, w.open, w.wanted, title)
				c.says(c.cem, room, w.helps, w.wanted, title)
				c.bookDigest(room, "In "+title+" steckt die Woche.")
				mark := c.cem.Mark()
				e := c.say(c.cem, room, w.fresh)
				c.signed(c.cem, 0, e, "✅")
				c.toldFrom(c.cem, mark, w.welcome)
				c.toldFrom(c.cem, mark, "In "+title+" steckt die Woche.")
				c.says(c.cem, c.chat(c.cem), w.buffet, w.plate, w.wanted)
				for _, evt := range c.cem.Messages(room) {
					if evt.Sender == c.user && strings.Contains(evt.Content.AsMessage().Body, w.welcome) {
						t.Errorf("the first plate was shown to the room: %s", evt.ID)
					}
				}
			})
			ask := c.told(c.anke, w.join)
			if body := ask.Content.AsMessage().Body; !strings.Contains(body, "Caritas") || !strings.Contains(body, "Diakonie") {
				t.Errorf("asked:\n%s", body)
			}
			c.signed(c.anke, 0, ask.ID, "✅")
			c.says(c.ben, c.plain, w.offer, "Kollegiale Beratung 1", "Diakonie")
			on := ask.ID
			if w.answer == "✅" {
				c.react(c.anke, c.chat(c.anke), ask.ID, "✅")
			} else {
				on = matrixtest.Must(c.anke.Reply(c.ctx, c.chat(c.anke), ask.ID, w.answer))(t)
			}
			c.decided(c.anke, on, w.decided)
			c.says(c.ben, c.encrypted, w.offer, w.after)
		})
	}
}
