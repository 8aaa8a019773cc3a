package commands

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"maunium.net/go/mautrix/id"

	"buffet/lang"
	"buffet/store"
)

// bring adds an offer without dates.
func (h *house) bring(o store.Offer) (n int64) {
	h.t.Helper()
	h.write(func(ctx context.Context, tx *store.Tx) error {
		_, highest, err := store.OfferMarks(ctx, tx, o.Network)
		if err != nil {
			return err
		}
		w, err := tx.OfferWriter(ctx)
		if err != nil {
			return err
		}
		defer w.Close()
		o.Number, o.UID, o.Source, o.Recurrence, o.Kind = highest+1, fmt.Sprintf("h%d", highest), "member", "{}", "help"
		o.Status, o.Changed, o.Expanded = store.OfferActive, h.now.AddDate(0, 0, -3), h.now.AddDate(1, 0, 0)
		err = w.Insert(ctx, &o)
		n = o.ID
		return err
	})
	return n
}

// gather adds a contribution.
func (h *house) gather(c store.Contribution) store.Contribution {
	h.t.Helper()
	if c.Network == "" {
		c.Network = "Nord"
	}
	if c.Room == "" {
		c.Room = room
	}
	if c.Audience == "" {
		c.Audience = store.AudienceRoom
	}
	if c.Sent.IsZero() {
		c.Sent = h.now.Add(-time.Hour)
	}
	talked++
	c.Event, c.EventRoom, c.Author, c.Kept = id.EventID(fmt.Sprintf("$g%d", talked)), c.Room, another, true
	h.write(func(ctx context.Context, tx *store.Tx) (err error) {
		c, _, err = tx.AddContribution(ctx, c)
		return err
	})
	return c
}

// rich lays the table: of each kind there is something.
func (h *house) rich() {
	for i, text := range []string{"Wer verleiht uns ein Lastenrad?", "Wo gibt es **günstige** Räume @room?", "Wie sucht ihr Ehrenamtliche?"} {
		h.gather(store.Contribution{Kind: store.Question, Body: text, Sent: h.now.Add(time.Duration(-i-1) * time.Hour)})
	}
	h.gather(store.Contribution{Kind: store.Experience, Body: "Der Fahrdienst läuft, seit wir Schichten online planen.", Sent: h.now.AddDate(0, 0, -2)})
	h.gather(store.Contribution{Kind: store.Experience, Body: "Das Sommerfest klappt besser ohne Strom.", Sent: h.now.AddDate(0, -4, 0)})
	h.bring(store.Offer{Network: "Nord", Help: store.HelpNeed, Title: "Fahrerin für Samstag", Host: "Anke", Description: "Ein Kleinbus ist da."})
	h.bring(store.Offer{Network: "Nord", Help: store.HelpGive, Title: "Drei Pavillons <b>gratis</b> @room"})
}

// plainly takes the events' random numbers out of links.
func plainly(s string) string {
	fields := strings.Fields(s)
	for _, f := range fields {
		if i := strings.Index(f, "https://matrix.to/#/"); i >= 0 {
			s = strings.ReplaceAll(s, f[i:], "[link]")
		}
	}
	return s
}

// TestBuffetGolden shows plates for rich, thin and empty networks, by day and place.
func TestBuffetGolden(t *testing.T) {
	scripts := map[string][]string{
		lang.German:  {"buffet", "neu", "offen", "angebote hilfe", "angebote hilfe pavillons", "angebote hilfe seite 9", "angebot 3", "angebot 4", "suche pavillons", "hilfe buffet", "hilfe neu"},
		lang.English: {"buffet", "new", "open", "offers help", "offer 3", "search pavillons", "help buffet", "help new"},
	}
	for language, script := range scripts {
		t.Run(language, func(t *testing.T) {
			var b strings.Builder
			for _, network := range []string{"rich", "thin", "empty"} {
				h := newTalk(t)
				switch network {
				case "rich":
					h.rich()
					h.published("Nord", room, store.AudienceRoom, "Eine Woche in einem Satz.")
				case "thin":
					h.gather(store.Contribution{Kind: store.Question, Body: "Nur diese eine?"})
					h.now = h.now.AddDate(2, 0, 0) // its offers are over
				case "empty":
					h.now = h.now.AddDate(2, 0, 0)
				}
				for _, line := range script {
					if network == "rich" || !strings.ContainsAny(line, " ") {
						fmt.Fprintf(&b, "> [%s] %s\n%s\n\n", network, line, plainly(h.in(language, line)))
					}
				}
				for day := range 6 {
					if network == "rich" {
						h.now = h.now.AddDate(0, 0, 1)
						fmt.Fprintf(&b, "> [day %d, direct] buffet\n%s\n\n", day+1, plainly(h.direct(language, "buffet")))
					}
				}
			}
			golden(t, "buffet."+language+".txt", b.String())
		})
	}
}

// TestBuffetSame: a plate stays the same all day, and is another one elsewhere or later.
func TestBuffetSame(t *testing.T) {
	h := newTalk(t)
	h.rich()
	first := h.in(lang.German, "buffet")
	h.now = h.now.Add(50 * time.Minute)
	if again := h.in(lang.German, "buffet"); again != first {
		t.Errorf("within an hour:\n%s\n--- and\n%s", first, again)
	}
	plates := map[string]bool{}
	for range 14 {
		h.now = h.now.AddDate(0, 0, 1)
		plates[h.direct(lang.German, "buffet")] = true
	}
	if len(plates) < 7 {
		t.Errorf("%d plates in two weeks", len(plates))
	}
}

// TestOwnWord: our name is a command, too, where we need not be called.
func TestOwnWord(t *testing.T) {
	h := newTalk(t)
	h.rich()
	for text, want := range map[string]string{
		"buffet": "Ein Teller", "Buffet!": "Ein Teller", "!buffet": "Ein Teller", "@buffet buffet": "Ein Teller", "buffet buffet": "Ein Teller", "Buffet, buffet": "Ein Teller",
		"@buffet": "!hilfe alle", "buffet offen": "offene Fragen", "Buffet: angebote": "Angebote in", "@buffet:example.org": "hilfe alle", "buffett": "Meintest du buffet?",
	} {
		got := h.direct(lang.German, text)
		if !strings.Contains(strings.ReplaceAll(got, "!", ""), strings.ReplaceAll(want, "!", "")) {
			t.Errorf("direct %q: %s", text, got)
		}
	}
	for _, test := range []struct {
		in           Incoming
		text         string
		named, meant bool
	}{
		{Incoming{Body: "buffet"}, "", true, true}, // in a room, that calls us
		{Incoming{Body: "buffet", ReplyToMe: true}, "buffet", false, true},
		{Incoming{Body: "buffet", ReplyToMe: true, Mentions: []id.UserID{"@buffet:example.org"}}, "buffet", false, true},
		{Incoming{Body: "buffet", Direct: true, Mentions: []id.UserID{"@buffet:example.org"}}, "", true, true},
		{Incoming{Body: "Buffet", Direct: true, HTML: `<a href="https://matrix.to/#/@buffet:example.org">Buffet</a>`}, "", true, true},
		{Incoming{Body: "buffet Nord", Direct: true}, "buffet Nord", false, true},
		{Incoming{Body: "buffet hilfe", Direct: true}, "hilfe", true, true},
		{Incoming{Body: "@buffet buffet"}, "buffet", true, true},
		{Incoming{Body: "!buffet"}, "buffet", false, true},
		{Incoming{Body: "das buffet"}, "", false, false},
	} {
		test.in.Me, test.in.MyName = "@buffet:example.org", "Buffet"
		if text, named, ok := Address(test.in); text != test.text || named != test.named || ok != test.meant {
			t.Errorf("%+v: %q %v %v", test.in, text, named, ok)
		}
	}
}

// TestBuffetWhich: with several networks one is asked for, and stands behind
// every command that is shown.
func TestBuffetWhich(t *testing.T) {
	h := newTalk(t)
	h.rich()
	req := Request{Event: "$w", Room: askerDM, Sender: asker, Direct: true, Networks: []Network{h.network(lang.German), h.network(lang.German)}, Now: h.now}
	req.Networks[1].Name = "Süd West"
	req.Text = "buffet"
	if got := h.say(req); !strings.Contains(got, "buffet Nord") || !strings.Contains(got, `buffet "Süd West"`) {
		t.Errorf("which: %s", got)
	}
	req.Text = "buffet Nord"
	if got := h.say(req); !strings.Contains(got, "angebot 3 Nord") {
		t.Errorf("Nord: %s", got)
	}
	req.Text = `buffet "Süd West"`
	if got := h.say(req); !strings.Contains(got, "noch leer") || !strings.Contains(got, `angebote "Süd West"`) {
		t.Errorf("Süd West: %s", got)
	}
	req.Text = "neu Nord"
	if got := h.say(req); !strings.Contains(got, "Willkommen in »Nord«") {
		t.Errorf("neu: %s", got)
	}
	req.Text = "offen"
	if got := h.say(req); !strings.Contains(got, "Gesucht · Nord") {
		t.Errorf("offen: %s", got)
	}
}

// TestHelpClosed: what is closed is nowhere.
func TestHelpClosed(t *testing.T) {
	h := newTalk(t)
	n := h.bring(store.Offer{Network: "Nord", Help: store.HelpNeed, Title: "Fahrerin für Samstag"})
	shown := func(want bool) {
		t.Helper()
		for _, text := range []string{"offen", "angebote hilfe", "suche fahrerin", "buffet"} {
			if got := h.in(lang.German, text); strings.Contains(got, "Fahrerin für") != want {
				t.Errorf("%s: %s", text, got)
			}
		}
	}
	shown(true)
	h.write(func(ctx context.Context, tx *store.Tx) error { return tx.WithdrawOffer(ctx, n, h.now) })
	shown(false)
	if got := h.in(lang.German, "angebot 3"); !strings.Contains(got, "Erledigt") {
		t.Error(got)
	}
	for i := range 5 {
		h.bring(store.Offer{Network: "Nord", Help: store.HelpNeed, Title: fmt.Sprintf("Nummer %d", i)})
	}
	if got := h.in(lang.German, "offen"); !strings.Contains(got, "+ 2 weitere: !angebote hilfe") || strings.Count(got, "Nummer") != 4 {
		t.Error(got)
	}
	for range 5 {
		h.bring(store.Offer{Network: "Nord", Help: store.HelpGive, Title: "Ding"})
	}
	if got := h.in(lang.German, "angebote hilfe"); strings.Count(got, "Ding") != 3 || !strings.Contains(got, "+ 2 weitere: !angebote monat hilfe seite 2") {
		t.Error(got)
	}
	if got := h.in(lang.German, "angebote hilfe seite 2"); strings.Count(got, "Ding") != 2 || strings.Contains(got, "weitere") {
		t.Error(got)
	}
}

// TestNewIsPrivate: the answer goes to the direct chat, and says nothing there that a guest may not see.
func TestNewIsPrivate(t *testing.T) {
	h := newTalk(t)
	h.rich()
	h.published("Nord", room, store.AudienceRoom, "Nur für den Raum.")
	req := h.request(lang.German, "neu")
	req.Sender, req.Event = asker, "$neu"
	reply, err := h.run(req)
	if err != nil || !reply.Private || reply.React != done || reply.Then == nil || !strings.Contains(reply.Then.Plain(), "Nur für den Raum") ||
		!strings.Contains(reply.Text.Plain(), "Lastenrad") {
		t.Fatalf("%+v, %v", reply, err)
	}
	var user, in string
	if err := h.store.Reader().QueryRowContext(t.Context(), `SELECT user_id, room_id FROM digest_post WHERE outbox_key = $1`, ThenKey("$neu")).Scan(&user, &in); err != nil || user != asker.String() || in != "" {
		t.Errorf("copy kept for %q in %q: %v", user, in, err)
	}
	h.write(func(ctx context.Context, tx *store.Tx) error {
		return member(ctx, tx, askerDM, "@guest:example.org", "join")
	})
	req.Event = "$neu2"
	reply, err = h.run(req)
	if err != nil || reply.Then != nil || strings.Contains(reply.Text.Plain(), "Lastenrad") {
		t.Errorf("with a guest in the chat: %+v, %v", reply.Text.Plain(), err)
	}
}

// TestHelpHarmless: foreign titles are text in both bodies.
func TestHelpHarmless(t *testing.T) {
	h := newTalk(t)
	h.bring(store.Offer{Network: "Nord", Help: store.HelpGive, Title: "Pavillon <b>gratis</b> @room **x** `y`", Host: "<i>Anke</i> @room"})
	for _, text := range []string{"offen", "angebote hilfe", "angebot 3", "buffet", "suche pavillon"} {
		reply, err := h.run(h.request(lang.German, text))
		if err != nil {
			t.Fatal(err)
		}
		html := reply.Text.HTML()
		if strings.Contains(html, "<b>gratis") || strings.Contains(html, "<i>Anke") || strings.Contains(html+reply.Text.Plain(), "@room") || text != "buffet" && !strings.Contains(html, "gratis") {
			t.Errorf("%s: %s", text, html)
		}
	}
}
