package offers

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"buffet/lang"
	"buffet/store"
)

func TestParseFilter(t *testing.T) {
	zone, _ := time.LoadLocation("Europe/Berlin")
	now := time.Date(2026, 12, 3, 22, 30, 0, 0, zone) // a Thursday
	for _, c := range []struct{ words, from, to, kind, rest string }{
		{"", "3.12. 22:30", "2.1. 22:30", "", ""},
		{"heute", "3.12. 22:30", "4.12. 00:00", "", ""},
		{"Today", "3.12. 22:30", "4.12. 00:00", "", ""},
		{"morgen", "4.12. 00:00", "5.12. 00:00", "", ""},
		{"woche", "3.12. 22:30", "10.12. 22:30", "", ""},
		{"nächste Woche", "7.12. 00:00", "14.12. 00:00", "", ""},
		{"naechste woche", "7.12. 00:00", "14.12. 00:00", "", ""},
		{"this week", "3.12. 22:30", "10.12. 22:30", "", ""},
		{"die nächsten 14 Tage", "3.12. 22:30", "17.12. 22:30", "", ""},
		{"MONAT", "3.12. 22:30", "2.1. 22:30", "", ""},
		{"14 tage", "3.12. 22:30", "17.12. 22:30", "", ""},
		{"14tage", "3.12. 22:30", "17.12. 22:30", "", ""},
		{"3 wochen", "3.12. 22:30", "24.12. 22:30", "", ""},
		{"1 week", "3.12. 22:30", "10.12. 22:30", "", ""},
		{"Fortbildungen 3 weeks Leitung", "3.12. 22:30", "24.12. 22:30", KindTraining, "Leitung"},
		{"leitung heute austausch personal", "3.12. 22:30", "4.12. 00:00", KindExchange, "leitung personal"},
		{"infos", "3.12. 22:30", "2.1. 22:30", KindInformation, ""},
		{"help", "3.12. 22:30", "2.1. 22:30", KindHelp, ""},
		{"haushalt 2027", "3.12. 22:30", "2.1. 22:30", "", "haushalt 2027"},
		{"die kita", "3.12. 22:30", "2.1. 22:30", "", "die kita"},
	} {
		q, err := ParseFilter(strings.Fields(c.words), lang.German, now, zone)
		if err != nil {
			t.Errorf("%q: %v", c.words, err)
			continue
		}
		const f = "2.1. 15:04"
		if from, to := q.From.In(zone).Format(f), q.To.In(zone).Format(f); from != c.from || to != c.to {
			t.Errorf("%q: %s to %s, want %s to %s", c.words, from, to, c.from, c.to)
		}
		if rest := strings.Join(q.Filter.Words, " "); q.Filter.Kind != c.kind || rest != c.rest {
			t.Errorf("%q: kind %q, words %q", c.words, q.Filter.Kind, rest)
		}
	}
}

func TestParseFilterProblems(t *testing.T) {
	phrases, err := lang.Load()
	if err != nil {
		t.Fatal(err)
	}
	for words, key := range map[string]string{
		"0 tage": "offer_days_range", "401 tage": "offer_days_range", "58 wochen": "offer_days_range",
		"99999999999999999999 tage": "offer_days_range", "14": "offer_bare_number", "seite 0": "offer_page_range",
		"seite x": "offer_page_range", "a b c d e f g h i": "offer_too_many_words",
	} {
		_, err := ParseFilter(strings.Fields(words), lang.German, time.Now(), time.UTC)
		p, ok := lang.AsProblem(err)
		if !ok || p.Key != key {
			t.Errorf("%q: %v", words, err)
			continue
		}
		for _, l := range languages {
			if s := phrases.Say(l, p.Key, p.Values); s == p.Key || strings.Contains(s, "<no value>") {
				t.Errorf("%q: says %q", words, s)
			}
		}
	}
}

func TestListFindsWords(t *testing.T) {
	tb := newTable(t)
	tb.load(testSource, ev("a", "20261203T140000", "Förderung für Maßnahmen", "CATEGORIES:Finanzen", "LOCATION:Café Größe"),
		ev("b", "20261204T140000", "Foerdermittel", "DESCRIPTION:zuerst das Geld", "ORGANIZER;CN=Ulla Ünal:mailto:u@example.org"))
	for words, want := range map[string]int{
		"förder": 2, "foerder": 2, "FÖRDERUNG": 1, "forderung": 1, "foerderung": 1, "massnahmen": 1, "maßnahmen": 1, "cafe": 1,
		"groesse": 1, "größe": 1, "grosse": 1, "finanzen": 1, "zue": 1, "unal": 1, "ünal": 1, "Fo\u0308rder": 2, "förder geld": 1,
		"geld finanzen": 0, "%": 0, "_": 0,
	} {
		if got := tb.titles(strings.Fields(words)...); len(got) != want {
			t.Errorf("%q finds %v, want %d", words, got, want)
		}
	}
	q := Query{From: tb.now, To: tb.now.AddDate(0, 0, 30), Filter: Filter{Topics: []string{"finanzen", "recht"}}}
	_, n, err := List(t.Context(), tb.store.Reader(), testNetwork, q, -1)
	if err != nil || n != 1 {
		t.Errorf("topics: %d, %v", n, err)
	}
}

func TestListShowsWhatIsOn(t *testing.T) {
	tb := newTable(t)
	tb.load(testSource, ev("run", "20261130T083000", "Running"), ev("over", "20261130T070000", "Over"),
		ev("off", "20261205T140000", "Off soon", "STATUS:CANCELLED"), ev("later", "20261220T140000", "Off later", "STATUS:CANCELLED"),
		ev("train", "20261206T140000", "Train", "CATEGORIES:Fortbildung"), ev("year", "20271101T140000", "Next year"))
	tb.equal("list", tb.titles(), []string{"Running", "Off soon", "Train"})
	tb.equal("kind", tb.titles("fortbildung"), []string{"Train"})
	tb.equal("wide", tb.titles("400", "tage"), []string{"Running", "Off soon", "Train", "Next year"})
	tb.equal("today", tb.titles("heute"), []string{"Running"})
	tb.now = tb.now.Add(time.Hour)
	tb.equal("at its end", tb.titles("heute"), []string(nil))
}

// The command that a list names for more really shows the rest.
func TestMoreShowsMore(t *testing.T) {
	tb := newTable(t)
	var events []string
	for i := range 20 {
		events = append(events, ev(string(rune('a'+i)), "20261203T140000", "Offer "+string(rune('A'+i)), "CATEGORIES:Austausch"))
	}
	tb.load(testSource, events...)
	for _, l := range languages {
		seen := map[string]bool{}
		words := []string{"austausch"}
		for range 3 {
			q, items, total := tb.ask(l, words...)
			for _, i := range items {
				seen[i.Title] = true
			}
			text := RenderList(tb.view(l), q, items, total).Plain()
			_, command, more := strings.Cut(text, ": !")
			if !more {
				break
			}
			words = strings.Fields(command)[1:]
		}
		if len(seen) != 20 {
			t.Errorf("%s: following the commands shows %d of 20, last %v", l, len(seen), words)
		}
	}
}

func buffetEvents() []string {
	return []string{
		ev("a", "20261203T140000", "Kollegiale Beratung", "CATEGORIES:Austausch,Leitung,Personal", "LOCATION:https://meet.example.org/beratung",
			"ORGANIZER;CN=Nordlicht e. V.:mailto:a@example.org", "RRULE:FREQ=MONTHLY;BYDAY=1TH", `DESCRIPTION:Fälle aus der Praxis.\nBringt einen mit!`),
		ev("b", "20261201T100000", "Förderanträge **ohne** `Tränen` @room <b>", "CATEGORIES:Fortbildung", "LOCATION:Kiel\\, Haus 3", "URL:https://example.org/foerder?a=1&b=2"),
		"UID:c\nDTSTART;VALUE=DATE:20261204\nDTEND;VALUE=DATE:20261206\nSUMMARY:Fachtage\nCATEGORIES:Information\nURL:https://example.org/fachtage",
		ev("d", "20261202T230000", "Nachtcafé", "STATUS:CANCELLED"),
		"UID:e\nDTSTART;TZID=Europe/London:20261205T100000\nDTEND;TZID=Europe/London:20261205T110000\nSUMMARY:Tea with London\nURL:https://matrix.to/#/@ulla:example.org",
		ev("f", "20270115T090000", "Neues Jahr"),
	}
}

func TestGoldenLists(t *testing.T) {
	tb := newTable(t)
	for _, l := range languages {
		q, items, total := tb.ask(l, "woche", "hilfe")
		golden(t, "list_empty."+l, RenderList(tb.view(l), q, items, total))
	}
	tb.load(testSource, buffetEvents()...)
	var many []string
	for i := range 12 {
		many = append(many, ev("m"+string(rune('a'+i)), "20261210T140000", "Sprechstunde "+string(rune('A'+i)), "CATEGORIES:Hilfe"))
	}
	for _, l := range languages {
		q, items, total := tb.ask(l, "400 tage")
		golden(t, "list."+l, RenderList(tb.view(l), q, items, total))
	}
	tb.load("more", many...)
	for _, l := range languages {
		q, items, total := tb.ask(l)
		golden(t, "list_more."+l, RenderList(tb.view(l), q, items, total))
		for number, name := range map[int]string{1: "series", 2: "hostile", 3: "days", 4: "cancelled", 5: "elsewhere"} {
			golden(t, "offer_"+name+"."+l, RenderOffer(tb.view(l), tb.find(number)))
		}
	}
	tb.load(testSource)
	golden(t, "offer_withdrawn.de", RenderOffer(tb.view(lang.German), tb.find(1)))
}

func benchTable(b *testing.B) *table {
	b.Helper()
	s, err := store.Open(b.Context(), filepath.Join(b.TempDir(), "buffet.db"))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { s.Close() })
	return &table{store: s, zone: time.UTC, now: time.Date(2026, 11, 30, 9, 0, 0, 0, time.UTC)}
}

func BenchmarkListMonth10000(b *testing.B) {
	tb := benchTable(b)
	cal, err := ReadCalendar(strings.NewReader(manyEvents(10_000)), ReadOptions{Zone: tb.zone, Now: tb.now})
	if err != nil {
		b.Fatal(err)
	}
	if err := tb.store.Write(b.Context(), func(tx *store.Tx) error {
		_, err := Import(b.Context(), tx, testNetwork, testSource, cal, tb.now)
		return err
	}); err != nil {
		b.Fatal(err)
	}
	for name, words := range map[string][]string{"all": nil, "words": {"austausch", "raum"}} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				q, err := ParseFilter(words, lang.German, tb.now, tb.zone)
				if err != nil {
					b.Fatal(err)
				}
				if _, n, err := List(b.Context(), tb.store.Reader(), testNetwork, q, ListSize); err != nil || n < 800 {
					b.Fatal(n, err)
				}
			}
		})
	}
}
