package offers

import (
	"slices"
	"strings"
	"testing"

	"buffet/lang"
	"buffet/store"
)

// Days as the laws of the states name them, and what Easter makes of them.
func TestHolidays(t *testing.T) {
	all := []string{"BW", "BY", "BE", "BB", "HB", "HH", "HE", "MV", "NI", "NW", "RP", "SL", "SN", "ST", "SH", "TH"}
	for _, tt := range []struct {
		name  string
		days  []string
		where []string // states of Germany; of the others none has it
	}{
		{"Neujahr", []string{"20260101", "20270101", "20280101"}, all},
		{"Heilige Drei Könige", []string{"20260106", "20270106", "20280106"}, []string{"BW", "BY", "ST"}},
		{"Frauentag", []string{"20260308", "20270308", "20280308"}, []string{"BE", "MV"}},
		{"Karfreitag", []string{"20260403", "20270326", "20280414"}, all},
		{"Ostermontag", []string{"20260406", "20270329", "20280417"}, all},
		{"Christi Himmelfahrt", []string{"20260514", "20270506", "20280525"}, all},
		{"Pfingstmontag", []string{"20260525", "20270517", "20280605"}, all},
		{"Fronleichnam", []string{"20260604", "20270527", "20280615"}, []string{"BW", "BY", "HE", "NW", "RP", "SL"}},
		{"Mariä Himmelfahrt", []string{"20260815", "20270815", "20280815"}, []string{"SL"}},
		{"Weltkindertag", []string{"20260920", "20270920", "20280920"}, []string{"TH"}},
		{"Tag der Deutschen Einheit", []string{"20261003", "20271003", "20281003"}, all},
		{"Reformationstag", []string{"20261031", "20271031", "20281031"}, []string{"BB", "HB", "HH", "MV", "NI", "SN", "ST", "SH", "TH"}},
		{"Allerheiligen", []string{"20261101", "20271101", "20281101"}, []string{"BW", "BY", "NW", "RP", "SL"}},
		{"Buß- und Bettag", []string{"20261118", "20271117", "20281122"}, []string{"SN"}},
		{"Erster Weihnachtstag", []string{"20261225", "20271225", "20281225"}, all},
		{"Zweiter Weihnachtstag", []string{"20261226", "20271226", "20281226"}, all},
		{"Heiligabend", []string{"20261224", "20271224", "20281224"}, nil},
		{"Rosenmontag", []string{"20260216", "20270208", "20280228"}, nil},
	} {
		for _, state := range all {
			r, ok := RegionOf("DE-" + state)
			if !ok {
				t.Fatalf("no region %s", state)
			}
			days := r.holidays(2026, 2028)
			for _, day := range tt.days {
				if want := slices.Contains(tt.where, state); days[day] != want {
					t.Errorf("%s in %s on %s: %v", tt.name, state, day, days[day])
				}
			}
		}
	}
	for code, want := range map[string]int{"DE": 9, "AT": 13, "CH": 4, "DE-NW": 11, "DE-SN": 11} {
		r, _ := RegionOf(code)
		if got := len(r.holidays(2027, 2027)); got != want {
			t.Errorf("%s has %d days in 2027", code, got)
		}
	}
}

func TestParseRegion(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"NRW", "DE-NW"}, {"nordrhein westfalen", "DE-NW"}, {"Bayern", "DE-BY"}, {"de-by", "DE-BY"}, {"bavaria", "DE-BY"}, {"Thueringen", "DE-TH"},
		{"THÜRINGEN", "DE-TH"}, {"Baden-Württemberg", "DE-BW"}, {" rlp ", "DE-RP"}, {"sachsen", "DE-SN"}, {"Sachsen Anhalt", "DE-ST"},
		{"Österreich", "AT"}, {"austria", "AT"}, {"Schweiz", "CH"}, {"deutschland", "DE"}, {"DE", "DE"}, {"aus", ""}, {"off", ""},
	} {
		if got, ok := ParseRegion(tt.text); !ok || got != tt.want {
			t.Errorf("%q is %q, %v", tt.text, got, ok)
		}
	}
	for _, text := range []string{"", "Atlantis", "an", "DE-XX", "12", "\u202e"} {
		if got, ok := ParseRegion(text); ok {
			t.Errorf("%q is %q", text, got)
		}
	}
	for _, r := range Regions() {
		for _, language := range []string{lang.German, lang.English} {
			if got, ok := ParseRegion(r.Name(language)); !ok || got != r.Code {
				t.Errorf("%s is %s", r.Name(language), got)
			}
		}
	}
}

func TestSeriesWithoutHolidays(t *testing.T) {
	tb := newTable(t)
	o := tb.bring(Draft{Title: "A", Holidays: "DE-NW", When: tb.when("jeden Donnerstag ab 29.4.2027 14-15 Uhr bis 10.6.2027")})
	want := []string{"29.04. 14:00-15:00", "13.05. 14:00-15:00", "20.05. 14:00-15:00", "03.06. 14:00-15:00", "10.06. 14:00-15:00"}
	tb.equal("without Ascension and Corpus Christi", tb.starts(o), want)
	if text := RenderOffer(tb.view(lang.German), tb.find(o.Number)).Plain(); !strings.Contains(text, "nicht an Feiertagen, Nordrhein-Westfalen") {
		t.Errorf("nobody is told: %s", text)
	}

	other := tb.bring(Draft{Title: "B", Holidays: "DE-BE", When: tb.when("jeden Donnerstag ab 20.5.2027 14-15 Uhr bis 3.6.2027")})
	tb.equal("Berlin works on Corpus Christi", len(tb.starts(other)), 3)
	once := tb.bring(Draft{Title: "C", Holidays: "DE-NW", When: tb.when("27.5.2027 14-15 Uhr")})
	tb.equal("a single date was chosen", len(tb.starts(once)), 1)

	// by hand on a holiday, and what is moved to another day of the week
	o = tb.edit(o, OnlyThis, tb.key(o, "20.5."), tb.at("27.5.2027 14-15 Uhr"))
	tb.equal("by hand", tb.starts(o)[2], "27.05. 14:00-15:00")
	monday := tb.bring(Draft{Title: "D", Holidays: "DE", When: tb.when("jeden Dienstag ab 4.5.2027 9-10 Uhr bis 31.5.2027")})
	monday = tb.edit(monday, All, tb.key(monday, "4.5."), tb.at("3.5.2027 9-10 Uhr"))
	tb.equal("Whit Monday, planned for a Tuesday", tb.starts(monday), []string{"03.05. 09:00-10:00", "10.05. 09:00-10:00", "24.05. 09:00-10:00"})
	first := tb.bring(Draft{Title: "E", Holidays: "DE", When: tb.when("jeden Dienstag ab 4.5.2027 9-10 Uhr bis 20.5.2027")})
	first = tb.edit(first, All, tb.key(first, "4.5."), tb.at("6.5.2027 9-10 Uhr"))
	tb.equal("the first of them on Ascension", tb.starts(first), []string{"06.05. 09:00-10:00 off", "13.05. 09:00-10:00", "20.05. 09:00-10:00"})
}

// Dates that are laid out later leave holidays out, too.
func TestExtendWithoutHolidays(t *testing.T) {
	tb := newTable(t)
	o := tb.bring(Draft{Title: "A", Holidays: "DE-SN", When: tb.when("jeden Mittwoch 14-15 Uhr")})
	tb.now = tb.now.AddDate(1, 6, 0)
	tb.write(func(tx *store.Tx) error { return Extend(t.Context(), tx, tb.now) })
	days := tb.starts(o)
	if slices.Contains(days, "22.11. 14:00-15:00") || !slices.Contains(days, "15.11. 14:00-15:00") || !slices.Contains(days, "29.11. 14:00-15:00") {
		t.Errorf("laid out: %v", days)
	}
}
