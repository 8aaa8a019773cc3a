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

func TestBringStepByStep(t *testing.T) {
	t.Run("de", func(t *testing.T) {
		h := newTalk(t)
		h.talk(lang.German, "bring => Schritt 1 von 7", "weiter => Einen Titel braucht es", "Von Haus zu Haus => Schritt 2 von 7", "[restart]", "31.2. => Diesen Tag gibt es nicht",
			"25 Uhr => Diese Uhrzeit gibt es nicht", "gestern => vorbei", "10.12. 16–14 Uhr => Das Ende", "weiter => Ein Datum braucht es", "!hilfe => angebote", "10.12. 18–20 Uhr => Schritt 3 von 7",
			"zurück => Jetzt steht da: Donnerstag, 10. Dezember 2026", "weiter => Schritt 3", "Platz der Republik 1 => Schritt 4", "quatsch => Diese Art", "2 => Schritt 5", "titel Von Tür zu Tür => Schritt 5",
			"[restart]", "Pflege, Nachbarschaft und Ehrenamt => Schritt 6", "viele => Wie viele Plätze?", "0 => Schritt 7", "zurück => Schritt 6", "dabei 1 => Meinst du den Befehl? Dann schreib !dabei 1", "angebot #2 => !angebot #2", "!angebot 1 => Kollegiale Beratung", "-1 => So viele Plätze", "1000000000 => So viele Plätze", "12 => Schritt 7",
			"Für alle, die: neugierig sind => Titel: Von Tür zu Tür")
		got := h.direct(lang.German, "wann 11.12. 18 Uhr")
		for _, want := range []string{"Von Tür zu Tür", "Freitag, 11. Dezember 2026, 18:00 Uhr (kein Ende gesagt)", "Ort: Platz der Republik 1", "Art: Fortbildung", "Themen: Pflege, Nachbarschaft, Ehrenamt",
			"Plätze: 12", "Von: ask", "Beschreibung: Für alle, die: neugierig sind", "Schreib ja oder nein"} {
			if !strings.Contains(got, want) {
				t.Errorf("%q is not in\n%s", want, got)
			}
		}
		h.talk(lang.German, "zurück => Schritt 7 von 7", "keine => Nicht gesagt: Beschreibung", "ort => Das ändern wir:", "Art déco Museum => Ort: Art déco Museum", "ort => Das ändern wir:", "[restart]", "https://zoom.us/j/1 => Ort: online, https://zoom.us/j/1", "ohne Namen => Nicht gesagt: Von",
			"12.12. 15 Uhr => Samstag, 12. Dezember 2026, 15:00 Uhr", "angebote => Brandschutz", "[restart]", "ja => 3 · Von Tür zu Tür", "titel Anders => angebote")
		if o := h.offer(3); o.Host != "" || o.Capacity != 12 || o.Room != "" || o.Author != asker || o.Location != "https://zoom.us/j/1" || o.Description != "" {
			t.Errorf("%+v", o)
		}
		if h.offerCount() != 3 {
			t.Errorf("%d offers", h.offerCount())
		}
		h.talk(lang.German, "bring => Schritt 1", "abbruch => nichts davon", "12.12. 15 Uhr => angebote", "bring => Schritt 1", "Chor, 11.12. 19 Uhr, Aula => Ort: Aula", "nein => daraus wird nichts", "wann 12.12. => angebote",
			"bring => Schritt 1", "Chor, 11.12. um 7, Aula => Meinst du 07:00", "19 Uhr => An welchem Tag", "11.12. 19 Uhr => Ort: Aula", "bring Kino, 13.12. 20 Uhr => Titel: Kino", "abbruch => daraus wird nichts")
		h.talk(lang.German, "bring Kochkurs, 31.2., Küche => Diesen Tag gibt es nicht", "[restart]", "14.12. 17 Uhr => Ort: Küche", "ja => 4 · Kochkurs",
			"bring "+strings.Repeat("Kochkurs ", 30)+", 14.12. 18 Uhr, Küche => Der Titel ist zu lang", "Kochen => Ort: Küche", "nein => daraus wird nichts")
		h.talk(lang.German, "bring => Schritt 1", "Lesung am 15.12. um 7 => Meinst du 07:00", "15.12. 19 Uhr => Schritt 3 von 7", "abbruch => nichts davon", "bring => Schritt 1", "Lesung am 15.12. um 19 Uhr => Schritt 3 von 7", "zurück => Jetzt steht da: Dienstag, 15. Dezember 2026, 19:00 Uhr", "zurück => Jetzt steht da: Lesung", "abbruch => nichts davon")
		h.talk(lang.German, "bring => Schritt 1")
		h.now = h.now.Add(25 * time.Hour)
		h.talk(lang.German, "Nähtreff => angebote")
	})
	t.Run("en", func(t *testing.T) {
		h := newTalk(t)
		h.talk(lang.English, "bring => Step 1 of 7", "Book club => Step 2", "yesterday => over", "10 December 6pm-8pm => Step 3", "Library => Step 4", "exchange => Step 5", "skip => Step 6", "no limit => Step 7", "back => Step 6",
			"8 => Step 7", "[restart]", "skip => Places: 8", "without name => Not said: Topics, By, Description", "when 11 December 7pm => Friday, 11 December 2026, 19:00", "yes => It is on the table: 3 · Book club")
		if o := h.offer(3); o.Host != "" || o.Capacity != 8 || o.Kind != "exchange" {
			t.Errorf("%+v", o)
		}
	})
}

// In a direct chat with several networks, the network is asked for first.
func TestBringWhichNetwork(t *testing.T) {
	h := newTalk(t)
	say := func(text string) string {
		t.Helper()
		req := h.request(lang.German, text)
		talked++
		req.Sender, req.Room, req.Direct, req.Event = asker, askerDM, true, id.EventID("$n"+text)
		south := h.network(lang.German)
		south.Name = "Süd West"
		req.Networks = append(req.Networks, south)
		return h.say(req)
	}
	for _, one := range [][2]string{
		{line, "In welchem Netzwerk?"}, {"Ost", "In welchem Netzwerk?"}, {"süd west", "Titel: Lesekreis"}, {"ja", "1 · Lesekreis"},
		{"bring Nord trifft Süd, 10.12. 18 Uhr, Süd West, Bibliothek", "Titel: Nord trifft Süd"}, {"JA", "2 · Nord trifft Süd"},
		{"brauche einen Beamer", "In welchem Netzwerk?"}, {"1", "Du suchst Hilfe"}, {"Ja.", "3 · einen Beamer"},
		{"bring", "In welchem Netzwerk?"}, {"abbruch", "nichts davon"},
	} {
		if got := say(one[0]); !strings.Contains(got, one[1]) {
			t.Fatalf("%s: %s, want %s", one[0], got, one[1])
		}
	}
	o, err := store.OfferByNumber(t.Context(), h.store.Reader(), "Süd West", 2)
	if err != nil || o.Location != "Bibliothek" {
		t.Errorf("%+v, %v", o, err)
	}
}

func TestBringHostile(t *testing.T) {
	h := newTalk(t)
	var topics []string
	for i := range 300 {
		topics = append(topics, fmt.Sprint("t", i))
	}
	for text, want := range map[string]string{
		"bring " + strings.Repeat("Ä", 10_000) + ", 10.12. 18 Uhr":                   "cmd_too_long",
		"bring " + strings.Repeat("Ä", 1500) + ", 10.12. 18 Uhr":                     "native_title_long",
		"bring Kochkurs, 10.12. 18 Uhr, themen: " + strings.Join(topics, ","):        "native_topics",
		"bring Kochkurs, 10.12. 18 Uhr, link: javascript:alert(1)":                   "native_link",
		"bring Kochkurs, 10.12. 18 Uhr, link: https://matrix.to/#/@anna:example.org": "native_link",
		"bring":                 "bring_how",
		"bring , , ,":           "bring_how",
		"bring 10.12. 18 Uhr":   "native_no_title",
		"brauche":               "bring_help_empty",
		"brauche \u202e\u200b ": "bring_help_empty",
	} {
		if got := h.in(lang.German, text); !strings.Contains(got, want) || h.offerCount() != 2 {
			t.Errorf("%.60s: %.200s, want %s", text, got, want)
		}
	}
	req := h.request(lang.German, "bring <b>Kochen</b> @room \u202eegnal\u202c `rm` **fett**, 10.12. 18 Uhr, <script>alert(1)</script> Küche, von @anna:example.org")
	req.Sender = asker
	reply, err := h.run(req)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []string{reply.Text.Plain(), reply.Text.HTML()} {
		for _, bad := range []string{"@room", "\u202e", "<script", "<b>Kochen", "<code>rm", "<b>fett"} {
			if strings.Contains(s, bad) && (bad[0] != '<' || s == reply.Text.HTML()) {
				t.Errorf("%q stands in %s", bad, s)
			}
		}
	}
}

func TestHolidaysOfBring(t *testing.T) {
	h := newTalk(t)
	h.write(func(ctx context.Context, tx *store.Tx) error {
		return tx.SetNetworkSetting(ctx, "Nord", store.SetHolidays, "DE-NW")
	})
	for text, want := range map[string]bool{"bring Chor, jeden Montag 19 Uhr": true, "bring Chor, jeden Montag 19 Uhr, auch an Feiertagen": false, "bring Chor, jeden Montag 19 Uhr außer an Feiertagen": true, "bring Chor, 7.12. 19 Uhr": false} {
		if got := h.in(lang.German, text); strings.Contains(got, "nicht an Feiertagen (Nordrhein-Westfalen)") != want {
			t.Errorf("%s: %s", text, got)
		}
	}
	if got := h.in(lang.English, "bring Choir, every Monday 7pm"); !strings.Contains(got, "not on public holidays (North Rhine-Westphalia)") {
		t.Error(got)
	}
}

// What is decided in a room, or on what was shown before, does not end a
// conversation about another offer in the direct chat.
func TestBringGoesOn(t *testing.T) {
	h := newTalk(t)
	h.talk(lang.German, "Bring Tanz, 16.12. 15 Uhr => Stimmt das so?", "bring => Schritt 1", "Titelvorschlag => Schritt 2")
	h.reply(lang.German, "ja", h.brings(lang.German, line))
	h.reply(lang.German, "nein", h.brings(lang.German, "bring Chor, 11.12. 19 Uhr"))
	if h.offerCount() != 3 {
		t.Fatalf("%d offers", h.offerCount())
	}
	h.talk(lang.German, "18.12. 15 uhr => Schritt 3")
}
