package offers

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"buffet/lang"
)

func TestReadEdit(t *testing.T) {
	for _, tt := range []struct{ text, dates, when, edit string }{
		{"wann morgen 15 Uhr", "", "morgen 15 Uhr", `{}`},
		{"17.12. wann 18.12. 15 Uhr", "17.12.", "18.12. 15 Uhr", `{}`},
		{"ab 17.12. ort: Rathaus, Raum 2, wann 15 Uhr", "ab 17.12.", "15 Uhr", `{"location":"Rathaus, Raum 2"}`},
		{"alle, titel \"Essen, Ort und Zeit\", plätze 12", "alle", "", `{"title":"Essen, Ort und Zeit","capacity":12}`},
		{"titel=Neu", "", "", `{"title":"Neu"}`},
		{"am Donnerstag, 17. Dezember 2026 titel Neu", "am Donnerstag, 17. Dezember 2026", "", `{"title":"Neu"}`},
		{"beschreibung Bringt mit:\nStifte, Ort: Kiel\n\nund Papier\nplaetze 3", "", "", `{"description":"Bringt mit:\nStifte, Ort: Kiel\n\nund Papier","capacity":3}`},
		{"thema Pflege, Ehrenamt und Recht", "", "", `{"topics":["Pflege","Ehrenamt","Recht"]}`},
		{"themen -", "", "", `{"topics":null}`},
		{"ort keiner, link -, plaetze 0, von -", "", "", `{"url":"","location":"","host":"","capacity":0}`},
		{"plaetze auf 20", "", "", `{"capacity":20}`},
		{"link example.org/x", "", "", `{"url":"https://example.org/x"}`},
		{"link www.example.org/x", "", "", `{"url":"https://www.example.org/x"}`},
		{"ort https://meet.example.org/a", "", "", `{"location":"https://meet.example.org/a"}`},
		{"folien: https://example.org/a.pdf", "", "", `{"material":"https://example.org/a.pdf"}`},
		{"material weg", "", "", `{"material":""}`},
		{"art workshop", "", "", `{"kind":"training"}`},
		{"17.12. findet doch statt", "17.12.", "", `{"back":true}`},
		{"from 17.12. takes place after all", "from 17.12.", "", `{"back":true}`},
		{"wann morgen, Uhrzeit 15 Uhr", "", "morgen 15 Uhr", `{}`},
		{"titel Ein\u202eganz \x00neuer", "", "", `{"title":"Einganz neuer"}`},
		{"quatsch mit Soße", "quatsch mit Soße", "", `{}`},
		{"", "", "", `{}`},
	} {
		l, err := ReadEdit(tt.text)
		if err != nil {
			t.Errorf("%q: %v", tt.text, err)
			continue
		}
		edit, err := json.Marshal(l.Edit)
		if err != nil {
			t.Fatal(err)
		}
		if l.Dates != tt.dates || l.When != tt.when || string(edit) != tt.edit {
			t.Errorf("%q is %q, %q, %s", tt.text, l.Dates, l.When, edit)
		}
	}
	for text, key := range map[string]string{
		"ort": "native_field_empty", "17.12. titel:": "native_field_empty", "art party": "native_kind", "plaetze viele": "native_capacity", "plaetze": "native_field_empty",
	} {
		if _, err := ReadEdit(text); !isProblem(err, key) {
			t.Errorf("%q: %v, want %s", text, err, key)
		}
	}
}

func isProblem(err error, key string) bool {
	p, ok := lang.AsProblem(err)
	return ok && p.Key == key
}

func FuzzReadEdit(f *testing.F) {
	for _, text := range []string{"17.12. wann 18.12. 15 Uhr, ort Kiel", "alle titel „a, b“\nbeschreibung x", "findet statt", ",;\n:=", "ort\u0300 x", "\xff titel"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		l, err := ReadEdit(text)
		if _, ok := lang.AsProblem(err); err != nil && !ok {
			t.Fatalf("%q: %v", text, err)
		}
		if err == nil && l.Empty() && strings.Contains(l.Dates, "\u202e") {
			t.Errorf("%q keeps what turns it around", text)
		}
	})
}

// What is left out of a new time stays.
func TestReadTime(t *testing.T) {
	berlin := icalBerlin(t)
	now := time.Date(2026, 10, 7, 9, 0, 0, 0, berlin) // a Wednesday
	hour := func(s string) time.Time {
		at, err := time.ParseInLocation("2006-01-02 15:04", s, berlin)
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	timed := Item{Start: hour("2026-10-24 14:00").UTC(), End: hour("2026-10-24 15:30").UTC()}
	open := Item{Start: hour("2026-10-24 14:00").UTC(), End: hour("2026-10-24 14:00").UTC()}
	whole := Item{Start: hour("2026-10-24 00:00").UTC(), End: hour("2026-10-26 00:00").UTC(), AllDay: true}
	for _, tt := range []struct {
		text string
		date Item
		want string
	}{
		{"15 Uhr", timed, "2026-10-24 15:00 2026-10-24 16:30"},
		{"15-16 Uhr", timed, "2026-10-24 15:00 2026-10-24 16:00"},
		{"23:30 Uhr", timed, "2026-10-24 23:30 2026-10-25 01:00"},
		{"15 Uhr", open, "2026-10-24 15:00 2026-10-24 15:00"},
		{"15 Uhr", whole, "2026-10-24 15:00 "},
		{"26.10.", timed, "2026-10-26 14:00 2026-10-26 15:30"}, // over the end of summer time
		{"Freitag", timed, "2026-10-09 14:00 2026-10-09 15:30"},
		{"26.10.", whole, "2026-10-26 00:00 2026-10-28 00:00 day"},
		{"26.10. ganztägig", timed, "2026-10-26 00:00 2026-10-27 00:00 day"},
		{"26.10. 9-10 Uhr", whole, "2026-10-26 09:00 2026-10-26 10:00"},
		{"jeden Freitag", timed, "2026-10-09 14:00 2026-10-09 15:30 WEEKLY"},
		{"jeden Freitag 9 Uhr", timed, "2026-10-09 09:00 2026-10-09 10:30 WEEKLY"},
	} {
		w, err := ReadTime(lang.German, tt.text, tt.date, now)
		if err != nil {
			t.Errorf("%q: %v", tt.text, err)
			continue
		}
		got := w.Start.Format("2006-01-02 15:04 ")
		if !w.End.IsZero() {
			got += w.End.Format("2006-01-02 15:04")
		}
		if w.AllDay {
			got += " day"
		}
		if w.Repeat.Freq != "" {
			got += " " + w.Repeat.Freq
		}
		if got != tt.want {
			t.Errorf("%q is %q, want %q", tt.text, got, tt.want)
		}
	}
	for text, key := range map[string]string{"gestern": "when_past_day", "31.2.": "when_no_date", "25 Uhr": "when_no_time", "15-14 Uhr": "when_end_first", "": "when_empty"} {
		if _, err := ReadTime(lang.German, text, timed, now); !isProblem(err, key) {
			t.Errorf("%q: %v, want %s", text, err, key)
		}
	}
	today := Item{Start: hour("2026-10-07 08:00"), End: hour("2026-10-07 08:30")}
	if _, err := ReadTime(lang.German, "heute", today, now); !isProblem(err, "native_past") {
		t.Errorf("an hour that is over: %v", err)
	}
}

func TestReadDates(t *testing.T) {
	tb, o := weekly(t)
	two := tb.bring(Draft{Title: "B", When: tb.when("13.10. 9 Uhr")})
	two = tb.edit(two, All, time.Time{}, tb.at("jeden Dienstag 9 Uhr bis 20.10."))
	for _, tt := range []struct {
		text, want string
	}{
		{"", " 13.10."}, {"alle", "all 13.10."}, {"ab jetzt", "all 13.10."}, {"20.10.", "this 20.10."}, {"am 20.10.", "this 20.10."}, {"nur am 20.10.", "this 20.10."},
		{"ab 20.10.", "following 20.10."}, {"ab dem 20.10.", "following 20.10."}, {"from 20 October", "following 20.10."}, {"nur den nächsten", "this 13.10."},
		{"nächsten", "this 13.10."}, {"Dienstag", "this 13.10."}, {"20.10. 14 Uhr", "this 20.10."},
	} {
		d, err := ReadDates(lang.German, tt.text, &o, tb.now)
		if got := string(d.Scope) + " " + d.Date.Start.In(tb.zone).Format("2.1."); err != nil || got != tt.want {
			t.Errorf("%q is %q, %v, want %q", tt.text, got, err, tt.want)
		}
	}
	for text, key := range map[string]string{
		"21.10.": "native_no_such_date", "20.10. 9 Uhr": "native_no_such_date", "31.2.": "when_no_date", "ab gestern": "when_past_day", "ab": "when_nothing", "6.10.": "when_past",
	} {
		if _, err := ReadDates(lang.German, text, &o, tb.now); !isProblem(err, key) {
			t.Errorf("%q: %v, want %s", text, err, key)
		}
	}
	two = tb.edit(two, OnlyThis, tb.key(two, "20.10."), tb.at("13.10. 15 Uhr"))
	if _, err := ReadDates(lang.German, "13.10.", &two, tb.now); !isProblem(err, "native_two_dates") {
		t.Errorf("two on one day: %v", err)
	}
	if d, err := ReadDates(lang.German, "13.10. 15 Uhr", &two, tb.now); err != nil || !d.Date.Key.Equal(tb.key(two, "13.10.").AddDate(0, 0, 7)) {
		t.Errorf("the later one: %+v, %v", d, err)
	}
}
