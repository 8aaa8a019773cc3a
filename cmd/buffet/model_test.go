package main

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"buffet/internal/matrixtest"
	"buffet/internal/modeltest"
)

const byModel = "Von einem Sprachmodell verfasst (127.0.0.1)."

// modelled is a circle with a model, more being further keys of it.
func modelled(t *testing.T, more string, change func(h *house)) (*circle, *modeltest.Server) {
	t.Helper()
	s := modeltest.New(t)
	return newCircleBy(t, func(h *house) {
		h.extra = modelKeys(s, more)
		change(h)
	}), s
}

func modelKeys(s *modeltest.Server, more string) string {
	return fmt.Sprintf("model:\n  url: %s\n  model: m\n  timeout: 1s\n%s", s.Endpoint(), more)
}

// anew starts the bot again: how often somebody asked is forgotten with the
// process.
func (c *circle) anew(rooms ...id.RoomID) {
	c.t.Helper()
	c.p.stop()
	c.begin(rooms...)
}

// called gives a member a name that others see.
func (c *circle) called(m *matrixtest.Member, name string) {
	c.t.Helper()
	if err := m.Client.SetDisplayName(c.ctx, name); err != nil {
		c.t.Fatal(err)
	}
	for _, room := range []id.RoomID{c.plain, c.encrypted} {
		c.soon("not called "+name, func(ctx context.Context) (*event.Event, error) {
			return c.anke.WaitFrom(ctx, 0, func(evt *event.Event) bool {
				return evt.Type == event.StateMember && evt.RoomID == room && evt.Sender == m.UserID && evt.Content.AsMember().Displayname == name
			})
		})
		c.done(c.anke, room)
	}
}

// seen is a text without what nobody sees.
func seen(text string) string { return strings.ReplaceAll(text, "\u200b", "") }

var leads = regexp.MustCompile(`[a-z]+://[^\s"<>)]+`)

// harmless checks that a message leads nowhere but to messages of a room, and
// calls nobody.
func (c *circle) harmless(evt *event.Event, room id.RoomID) {
	c.t.Helper()
	m := evt.Content.AsMessage()
	if m.Mentions == nil || len(m.Mentions.UserIDs) > 0 || m.Mentions.Room {
		c.t.Errorf("mentions %+v", m.Mentions)
	}
	for _, text := range []string{m.Body, m.FormattedBody} {
		for _, link := range leads.FindAllString(text, -1) {
			if !strings.HasPrefix(link, "https://matrix.to/#/"+strings.Replace(room.String(), "!", "%21", 1)) {
				c.t.Errorf("leads to %s", link)
			}
		}
		for _, bad := range []string{"@room", "<img", "<script", "matrix.to/#/@", "matrix.to/#/%40", "boese"} {
			if strings.Contains(text, bad) {
				c.t.Errorf("says %q:\n%s", bad, text)
			}
		}
	}
}

// linked checks that each line of a summary, "• …" or "↳ …", has its link.
func (c *circle) linked(body string) (lines int) {
	c.t.Helper()
	for line := range strings.Lines(body) {
		if strings.HasPrefix(line, "• ") || strings.HasPrefix(line, "↳ ") {
			lines++
			if !strings.Contains(line, "https://matrix.to/#/") {
				c.t.Errorf("a line without a link: %s", line)
			}
		}
	}
	return lines
}

// Nothing of a room leaves before its organisers say so, nothing of another
// room after it, nothing at all after they took it back; what leaves names
// nobody.
func TestModelWritesWhereItMay(t *testing.T) {
	c, s := modelled(t, "", func(*house) {})
	c.called(c.ben, "Bärbel Zöllner")
	c.called(c.cem, "Tomek Wiśniewski")
	names := []string{"Bärbel", "Zöllner", "Tomek", "Wiśniewski", "Ulrike", "Kretschmann", "fahrdienst.example", "1234567", "boot.example"}
	for _, m := range []*matrixtest.Member{c.anke, c.ben, c.cem} {
		names = append(names, m.UserID.Localpart())
	}
	names = append(names, "buffet.test", "matrix.to", c.user.Localpart())
	roots := map[id.RoomID]id.EventID{}
	for _, room := range []id.RoomID{c.plain, c.encrypted} {
		kind := map[bool]string{false: "offen", true: "geheim"}[room == c.encrypted]
		root := c.say(c.ben, room, "Wer fährt im Advent unsere älteren Mitglieder zum Konzert ("+kind+")?")
		c.inThread(c.cem, room, root, "Die Telefonnummer vom Fahrdienst ist 0341 1234567, sagt Bärbel Zöllner.")
		c.inThread(c.anke, room, root, "Anfragen nimmt Frau Kretschmann unter ulrike@fahrdienst.example entgegen, montags und mittwochs.")
		c.inThread(c.ben, room, root, "Den Schlüssel vom Kleinbus hat "+c.cem.UserID.String()+" noch bis Sonntag.")
		c.inThread(c.cem, room, root, "Alle Fahrpläne stehen bei https://boot.example/plan/7 im Netz, auch für Rollstühle.")
		roots[room] = root
	}
	for i, room := range []id.RoomID{c.plain, c.encrypted} {
		other := []id.RoomID{c.encrypted, c.plain}[i]
		sent := len(s.Requests())
		none := func(when string) {
			t.Helper()
			if n := len(s.Requests()); n != sent {
				t.Fatalf("%s: %d requests", when, n-sent)
			}
		}
		c.says(c.anke, room, "!einstellungen", "Ein Sprachmodell wird nicht benutzt.", "!einstellungen modell an", "127.0.0.1")
		if _, body := c.short(c.ben, room, roots[room], "!kurz"); !strings.Contains(body, "„") || strings.Contains(body, "Sprachmodell") {
			t.Errorf("without a model:\n%s", body)
		}
		if body := c.ask(c.ben, room, "!einstellungen modell an").Content.AsMessage().Body; !strings.Contains(body, "Organisierenden") {
			t.Errorf("a member may turn it on:\n%s", body)
		}
		c.short(c.cem, room, "", "!kurz 24h")
		none("before it may")
		c.says(c.anke, room, "!einstellungen modell an", "Sprachmodell: an", "gehen dafür an 127.0.0.1")
		c.says(c.cem, other, "!einstellungen", "Ein Sprachmodell wird nicht benutzt.")
		none("when it is turned on")

		evt, body := c.short(c.ben, room, roots[room], "!kurz")
		t.Logf("%s\n%s", body, evt.Content.AsMessage().FormattedBody)
		for _, want := range []string{fmt.Sprintf("%d Nachrichten von 3 Personen", 5+i), "Bärbel Zöllner fragt: ", "zum Konzert", "Tomek Wiśniewski schreibt: ", "ulrike@fahrdienst.example", "Kretschmann",
			"0341 1234567, sagt Bärbel Zöllner.", c.cem.UserID.String(), byModel} {
			if !strings.Contains(seen(body), want) {
				t.Errorf("does not say %q", want)
			}
		}
		if n := c.linked(body); n < 4 || strings.Contains(body, "[") {
			t.Errorf("%d lines:\n%s", n, body)
		}
		c.harmless(evt, room)
		if evt.Mautrix.WasEncrypted != (room == c.encrypted) {
			t.Error("not encrypted as the room is")
		}
		if len(s.Requests()) != sent+1 {
			t.Errorf("%d requests for one summary", len(s.Requests())-sent)
		}
		kind := map[bool]string{false: "offen", true: "geheim"}[room == c.encrypted]
		for _, r := range s.Requests()[sent:] {
			for _, name := range append(names, roots[room].String(), room.String()) {
				if strings.Contains(r.Raw, name) {
					t.Errorf("%q leaves: %s", name, r.User())
				}
			}
			if !strings.Contains(r.User(), "zum Konzert ("+kind+")?") || !strings.Contains(r.User(), "(to 1)") && !strings.Contains(r.User(), "[5] P") {
				t.Errorf("asked:\n%s", r.User())
			}
		}

		sent = len(s.Requests())
		c.inThread(c.ben, other, roots[other], "Nebenan bleibt alles unter uns, das steht so in der Satzung.")
		if _, body := c.short(c.ben, other, roots[other], "!kurz"); strings.Contains(body, "Sprachmodell") {
			t.Errorf("in the other room:\n%s", body)
		}
		none("of the other room")
		c.says(c.anke, room, "!einstellungen modell aus", "Ein Sprachmodell wird nicht benutzt.")
		c.inThread(c.cem, room, roots[room], "Ab heute fährt der Bus eine halbe Stunde früher los.")
		if _, body := c.short(c.cem, room, roots[room], "!kurz"); strings.Contains(body, "Sprachmodell") || !strings.Contains(body, "„") {
			t.Errorf("after it was turned off:\n%s", body)
		}
		none("after it was turned off")
		c.anew()
	}
}

// budget is what the month's use comes to, as the operator sees it.
func (c *circle) budget() (tokens int) {
	c.t.Helper()
	m := regexp.MustCompile(`DigIT (\d+) tokens`).FindStringSubmatch(c.must("check"))
	if m == nil {
		c.t.Fatal("check does not say what was used")
	}
	_, _ = fmt.Sscan(m[1], &tokens)
	return tokens
}

// When the month's budget is used up nothing leaves any more, and people get
// their summaries all the same.
func TestModelBudget(t *testing.T) {
	const most = 5000
	c, s := modelled(t, fmt.Sprintf("  tokens_per_month: %d\n", most), func(*house) {})
	const note = "Das Budget für das Sprachmodell ist für diesen Monat aufgebraucht, deshalb stehen hier die Sätze der Mitglieder."
	for _, room := range []id.RoomID{c.plain, c.encrypted} {
		c.says(c.anke, room, "!einstellungen modell an", "127.0.0.1")
		root := c.say(c.ben, room, "Wer fährt im Advent unsere älteren Mitglieder zum Konzert?")
		c.inThread(c.cem, room, root, "Der Bürgerbus fährt dienstags und freitags bis vor die Tür.")
		for n := 1; ; n++ {
			c.inThread(c.anke, room, root, fmt.Sprintf("Im Ort Nummer %d haben wir dazu schon etwas aufgeschrieben.", n))
			evt, body := c.short([]*matrixtest.Member{c.anke, c.ben, c.cem}[n%3], room, root, "!kurz")
			c.harmless(evt, room)
			if strings.Contains(body, byModel) && room == c.plain && n < 9 {
				continue
			}
			if n == 1 && room == c.plain || !strings.Contains(body, note) || !strings.Contains(body, "„Der Bürgerbus fährt dienstags") || strings.Contains(body, "verfasst") {
				t.Errorf("%s, the %dth:\n%s", room, n, body)
			}
			break
		}
	}
	sent := len(s.Requests())
	if used := c.budget(); sent == 0 || used == 0 || used > most {
		t.Errorf("%d requests, %d tokens", sent, used)
	}
	c.extra = modelKeys(s, "  tokens_per_month: 0\n") // no limit
	c.configure(c.plain, c.encrypted)
	c.anew()
	root := c.say(c.ben, c.encrypted, "Wer hat für Samstag noch Bierbänke übrig?")
	c.inThread(c.cem, c.encrypted, root, "Im Keller stehen zwölf Bierbänke, der Schlüssel liegt bei mir.")
	if _, body := c.short(c.ben, c.encrypted, root, "!kurz"); !strings.Contains(body, byModel) {
		t.Errorf("with more budget:\n%s", body)
	}
}
