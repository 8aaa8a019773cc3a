package commands

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"maunium.net/go/mautrix/id"

	"buffet/knowledge"
	"buffet/lang"
	"buffet/store"
)

// newTalk is a house with a room and a direct chat that the asker is in.
func newTalk(t *testing.T) *house {
	t.Helper()
	h := newHouse(t)
	h.write(func(ctx context.Context, tx *store.Tx) error {
		return errors.Join(tx.PutRoom(ctx, store.Room{ID: room, Network: "Nord", Joined: h.now}), member(ctx, tx, room, asker, "join"),
			tx.PutRoom(ctx, store.Room{ID: askerDM, Direct: asker, Joined: h.now}), member(ctx, tx, askerDM, asker, "join"))
	})
	return h
}

var talked = 0

// direct is what the asker says to us alone; "!" before it as Address takes it.
func (h *house) direct(language, text string) string {
	h.t.Helper()
	talked++
	text, named, _ := Address(Incoming{Body: text, Direct: true, Me: "@buffet:example.org", MyName: "Buffet"})
	return h.say(Request{Event: id.EventID(fmt.Sprintf("$t%d", talked)), Room: askerDM, Sender: asker, Direct: true, Named: named,
		Networks: []Network{h.network(language)}, Text: text, Now: h.now})
}

func (h *house) in(language, text string) string {
	h.t.Helper()
	talked++
	req := h.request(language, text)
	req.Sender, req.Event = asker, id.EventID(fmt.Sprintf("$t%d", talked))
	return h.say(req)
}

// restart opens the file anew, with a new table.
func (h *house) restart() {
	h.t.Helper()
	var seq, name, path string
	if err := h.store.Reader().QueryRowContext(h.t.Context(), `PRAGMA database_list`).Scan(&seq, &name, &path); err != nil {
		h.t.Fatal(err)
	}
	err := h.store.Close()
	phrases, err2 := lang.Load()
	if err := errors.Join(err, err2); err != nil {
		h.t.Fatal(err)
	}
	if h.table, err = New(phrases); err != nil {
		h.t.Fatal(err)
	}
	if h.store, err = store.Open(h.t.Context(), path); err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) bodies(kind string) string {
	h.t.Helper()
	list, err := store.Collect(h.t.Context(), h.store.Reader(), func(scan func(...any) error) (s string, err error) { return s, scan(&s) },
		`SELECT body FROM contribution WHERE kind = $1 ORDER BY id`, kind)
	if err != nil {
		h.t.Fatal(err)
	}
	return strings.Join(list, "|")
}

// talk says the lines one by one; each answer has to have what follows "=>".
func (h *house) talk(language string, lines ...string) {
	h.t.Helper()
	for _, line := range lines {
		text, want, _ := strings.Cut(line, " => ")
		if text == "[restart]" {
			h.restart()
			continue
		}
		if got := h.direct(language, text); !strings.Contains(got, want) {
			h.t.Fatalf("%q: got %q, want %q in it", text, got, want)
		}
	}
}

func TestCard(t *testing.T) {
	t.Run("de", func(t *testing.T) {
		h := newTalk(t)
		h.talk(lang.German, "erfahrung => Schritt 1 von 4", "Es fuhr kein Bus => Schritt 2", "[restart]", "!hilfe => angebote", "!offen => Keine offene Frage",
			"weiter => Schritt 3", "- => Schritt 4", "Ute => So würde ich", "Unsinn => Situation: Es fuhr kein Bus\nKontakt: Ute",
			"1 => Schritt 1 von 4", "[restart]", "Es fuhr nie ein Bus => So würde ich es festhalten", "4 => Schritt 4", "weiter => Situation: Es fuhr nie ein Bus",
			"2 => Schritt 2", "Einen **geliehen** @room => Was wir gemacht haben: Einen **geliehen**", "ja => Festgehalten als E1")
		if got := h.bodies(store.Experience); got != "Situation: Es fuhr nie ein Bus\nWas wir gemacht haben: Einen **geliehen** @room" {
			t.Errorf("kept %q", got)
		}
		if got := h.direct(lang.German, "suche bus"); !strings.Contains(got, "Erfahrung E1") || strings.Contains(got, "matrix.to") {
			t.Errorf("found: %s", got)
		}
		if got := h.in(lang.German, "suche bus"); strings.Contains(got, "E1") {
			t.Errorf("found by the room: %s", got)
		}
		h.talk(lang.German, "netzwerk mit namen => im ganzen Netzwerk, mit dem Namen ask")
		if got := h.in(lang.German, "suche bus"); !strings.Contains(got, "E1") {
			t.Errorf("not found by the room: %s", got)
		}
		// "nein" and "1" are about the card that is being filled in, not about what was asked before it
		h.talk(lang.German, "erfahrung => Schritt 1", "Zweite => Schritt 2", "abbruch => nichts davon", "erfahrung => Schritt 1", "Zweite => Schritt 2", "weiter => 3", "weiter => 4",
			"weiter => So würde", "1 => Schritt 1", "Dritte => Situation: Dritte", "nein => nichts davon", "erfahrung => Schritt 1", "weiter => 2", "weiter => 3", "weiter => 4", "weiter => leer")
		if got := h.bodies(store.Experience); strings.Count(got, "|") != 0 || !strings.Contains(got, "geliehen") {
			t.Errorf("kept %q", got)
		}
		h.talk(lang.German, "erfahrung => Schritt 1")
		h.now = h.now.Add(25 * time.Hour)
		h.talk(lang.German, "suche geliehen => E1", "raum => angebote", "nein => angebote", "suche geliehen => E1") // bare words so late are about something else
	})
	t.Run("en", func(t *testing.T) {
		h := newTalk(t)
		h.talk(lang.English, "share => Step 1 of 4", "No bus => Step 2", "We lent one => Step 3", "!help => offers", "skip => Step 4", "SKIP => Situation: No bus\nWhat we did: We lent one",
			"[restart]", "3 => Step 3", "It runs => Result: It runs", "yes => Kept as E1", "share => Step 1", "cancel => nothing of it", "share => Step 1", "a => 2", "b => 3", "c => 4", "d => This is how", "no => nothing of it")
		if got := h.bodies(store.Experience); got != "Situation: No bus\nWhat we did: We lent one\nResult: It runs" {
			t.Errorf("kept %q", got)
		}
	})
}

// TestHostileSearch gets an answer whatever is typed.
func TestHostileSearch(t *testing.T) {
	h := newTalk(t)
	for _, typed := range []string{
		"", `"`, `""`, `"""`, "*", "**", "*a", "a*", "-", "--", "-a", `-"`, `-"a"`, `"a`, `a"b`, "«»", "„a“", "' OR 1=1 --", "'; DROP TABLE contribution; --",
		"a AND b", "a OR", "NOT", "NEAR(a b, 2)", "title:a", "a^2", "(", ")", "{a b}", "col : x", "+a", "a\x00b", "\x00", "\xff\xfe", "😀", "😀😀 🍽️", "%", "_", "\\", "$1",
		strings.Repeat("wort ", 2000), strings.Repeat("x", 10_000), strings.Repeat("ä", 5_000), strings.Repeat(`"a" `, 2500), strings.Repeat("a* ", 3000), strings.Repeat("-a ", 3000),
		"frage:", "frage: ", "frage: *", "erfahrung: \"", "seite 2", "a seite 999", "a seite -1", "a seite 99999999999999999999", "beratung seite 2", "ﬁ", "\u202eabc", "İ", "a\u0300*",
	} {
		for _, ask := range []func(string, string) string{h.direct, h.in} {
			for _, word := range []string{"suche ", "wer "} {
				if got := ask(lang.German, word+typed); got == "" || got == "[silence]" || len(got) > 2000 {
					t.Errorf("%.40q: %d bytes: %.200q", word+typed, len(got), got)
				}
			}
		}
	}
	if got := h.in(lang.German, "suche beratung"); !strings.Contains(got, "Kollegiale") {
		t.Errorf("afterwards: %s", got)
	}
}

func TestSettings(t *testing.T) {
	h := newTalk(t)
	get := func(key string) string {
		t.Helper()
		v, err := store.Setting(t.Context(), h.store.Reader(), room, key)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	for _, text := range []string{"einstellungen erkennen an", "settings retention 3", "einstellungen quatsch"} {
		if got := h.say(h.request(lang.German, text)); !strings.Contains(got, "@anna:example.org") || !strings.Contains(got, "[problem") {
			t.Errorf("%s by a member: %s", text, got)
		}
	}
	doubtful := h.organiser(lang.German, "einstellungen erkennen an")
	doubtful.Doubtful = true
	if got := h.say(doubtful); !strings.Contains(got, "[problem") || get(store.SetDetect) != "" {
		t.Errorf("from a device that is not shown to be theirs: %s", got)
	}
	if got := h.say(h.request(lang.German, "einstellungen")); !strings.Contains(got, "24 Monate") || !strings.Contains(got, "erkennen: aus") {
		t.Errorf("card: %s", got)
	}
	h.write(func(ctx context.Context, tx *store.Tx) error {
		for _, u := range []id.UserID{"@1:b", "@2:b", "@3:b", "@4:b"} {
			if _, err := tx.AddMark(ctx, store.Mark{Event: id.EventID("$" + u), Room: room, Sender: u, What: store.MarkQuiet, At: h.now}); err != nil {
				return err
			}
		}
		return nil
	})
	for _, one := range []struct{ text, want, key, value string }{
		{"einstellungen", "Hinweise auf frühere Fragen: aus", store.SetHints, ""},
		{"einstellungen erkennen an", "erkennen: an", store.SetDetect, store.On},
		{"einstellungen erkennen an", "Gespeichert: erkennen an", store.SetDetect, store.On},
		{"einstellungen erkennen aus quatsch", "[problem set_too_much] »quatsch«", store.SetDetect, store.On},
		{"einstellungen aufbewahrung 13 Monate", "Gespeichert: aufbewahrung 13 Monate", store.SetRetention, "13"},
		{"einstellungen aufbewahrung 12 Monate mehr", "[problem set_too_much] »mehr«", store.SetRetention, "13"},
		{"einstellungen ERKENNEN Aus", "erkennen: aus", store.SetDetect, store.Off},
		{"einstellungen hinweise an", "Hinweise auf frühere Fragen: an", store.SetHints, store.On},
		{"settings hints off", "Hinweise auf frühere Fragen: aus", store.SetHints, store.Off},
		{"einstellungen aufbewahrung 12", "12 Monate", store.SetRetention, "12"},
		{"einstellungen aufbewahrung 0", "[problem set_months]", store.SetRetention, "12"},
		{"einstellungen aufbewahrung 121", "[problem set_months]", store.SetRetention, "12"},
		{"einstellungen aufbewahrung", "[problem set_months]", store.SetRetention, "12"},
		{"einstellungen erkennen vielleicht", "[problem set_on_off]", store.SetDetect, store.Off},
		{"einstellungen erkennen", "[problem set_on_off]", store.SetDetect, store.Off},
		{"einstellungen farbe rot", "[problem set_what]", store.SetDetect, store.Off},
	} {
		if got := h.say(h.organiser(lang.German, one.text)); !strings.Contains(got, one.want) || get(one.key) != one.value {
			t.Errorf("%s: %q = %q\n%s", one.text, one.key, get(one.key), got)
		}
	}
}

func TestWho(t *testing.T) {
	h := newTalk(t)
	for _, one := range []struct{ text, want string }{
		{"wer", "[problem know_who_empty]"}, {"wer fahrdienst", "noch niemand"}, {"wer ich: Fahrdienste im  Winter", "ask kennt sich aus mit »Fahrdienste im Winter«"},
		{"wer ich: Fahrdienste im Winter", "ask kennt sich aus"}, {"wer fahrdienst", "• ask · Fahrdienste im Winter"}, {"who winter", "• ask"}, {"wer pflege", "noch niemand"},
		{"wer ich:", "[problem know_who_topic]"}, {"wer ich: " + strings.Repeat("x", 61), "[problem know_who_topic]"}, {"wer ich nicht: anderes", "[problem know_who_not_there]"},
		{"wer ich nicht: fahrdienste im winter", "Gestrichen"}, {"wer fahrdienst", "noch niemand"},
	} {
		if got := h.in(lang.German, one.text); !strings.Contains(got, one.want) {
			t.Errorf("%s: %s", one.text, got)
		}
	}
	for i := range maxTopics {
		h.in(lang.German, fmt.Sprintf("wer ich: thema%c", 'a'+rune(i)))
	}
	if got := h.in(lang.German, "wer ich: nochwas"); !strings.Contains(got, "[problem know_who_many]") {
		t.Errorf("one too many: %s", got)
	}
	h.write(func(ctx context.Context, tx *store.Tx) error { return member(ctx, tx, room, asker, "leave") })
	if got := h.in(lang.German, "wer themaa"); !strings.Contains(got, "noch niemand") {
		t.Errorf("who has left is named: %s", got)
	}
}

func TestOpenOrder(t *testing.T) {
	h := newTalk(t)
	h.write(func(ctx context.Context, tx *store.Tx) error {
		k := &knowledge.Keeper{Phrases: h.table.phrases}
		p := knowledge.Place{Network: "Nord", Lang: lang.German, Prefix: "!", Room: room}
		for i := range 14 {
			e := id.EventID(fmt.Sprintf("$q%d", i))
			q, _, err := k.Gather(ctx, tx, p, store.Question, knowledge.Said{Event: e, Author: "@u:b", Text: fmt.Sprintf("Frage %c?", 'A'+rune(i)),
				Sent: h.now.Add(time.Duration(-i) * time.Hour)}, "@u:b", e, h.now)
			if err != nil {
				return err
			}
			switch i {
			case 2: // closed
				_, err = k.Close(ctx, tx, p, q.ID, "@u:b", false, "$ok", nil, h.now)
			case 3: // answered
				err = k.Answer(ctx, tx, p, q.ID, knowledge.Said{Event: "$a3", Author: "@v:b", Text: "Im Rathaus", Sent: h.now}, h.now)
			case 4, 1: // quiet for long; answered does not matter then
				q.Nudged = h.now
				if err = tx.PutContribution(ctx, q); err == nil && i == 4 {
					err = k.Answer(ctx, tx, p, q.ID, knowledge.Said{Event: "$a4", Author: "@v:b", Text: "Im Keller", Sent: h.now}, h.now)
				}
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	order := func(said string) (s string) {
		for _, line := range strings.Split(said, "\n") {
			if _, q, ok := strings.Cut(line, "· Frage "); ok {
				s += q[:1]
			}
		}
		return s
	}
	for text, want := range map[string]string{"offen": "EBNML", "offen seite 2": "KJIHG", "offen seite 3": "FA", "offen seite 4": ""} {
		said := h.in(lang.German, text)
		if got := order(said); got != want || text == "offen" && (!strings.Contains(said, "12 offene Fragen") || !strings.Contains(said, "+ 7 weitere: !offen seite 2") || strings.Count(said, "seit einer Woche still") != 2) {
			t.Errorf("%s: %s in\n%s", text, got, said)
		}
		if more := strings.Contains(said, "weitere"); more != (text == "offen" || text == "offen seite 2") {
			t.Errorf("%s:\n%s", text, said)
		}
	}
	if got := h.in(lang.English, "open"); !strings.Contains(got, "!open page 2") || !strings.Contains(got, "Q14") {
		t.Errorf("in English: %s", got)
	}
	if got := h.in(lang.German, "suche frage"); !strings.Contains(got, "!suche frage seite 2") {
		t.Errorf("pages of a search: %s", got)
	}
}
