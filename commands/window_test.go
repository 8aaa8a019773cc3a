package commands

import (
	"errors"
	"strings"
	"testing"
	"time"
)

func TestReadWindow(t *testing.T) {
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 11, 25, 15, 30, 0, 0, zone) // a Wednesday
	for typed, want := range map[string]string{
		"24h": "24.11. 15:30 ~", "24 h": "24.11. 15:30 ~", "90 min": "25.11. 14:00 ~", "3 tage": "22.11. 15:30 ~", "3 Tagen": "22.11. 15:30 ~", "3d": "22.11. 15:30 ~",
		"letzte 3 tage": "22.11. 15:30 ~", "seit 3 tagen": "22.11. 15:30 ~", "vor einer Woche": "18.11. 15:30 ~", "last 2 days": "23.11. 15:30 ~", "2 weeks": "11.11. 15:30 ~",
		"woche": "18.11. 15:30 ~", "week": "18.11. 15:30 ~", "letzte Woche": "18.11. 15:30 ~", "stunde": "25.11. 14:30 ~", "monat": "25.10. 15:30 ~",
		"heute": "25.11. 00:00", "today": "25.11. 00:00", "gestern": "24.11. 00:00", "seit gestern 18 Uhr": "24.11. 18:00", "yesterday": "24.11. 00:00", "vorgestern": "23.11. 00:00",
		"seit montag": "23.11. 00:00", "since monday": "23.11. 00:00", "seit Mo.": "23.11. 00:00", "seit mittwoch": "25.11. 00:00", "letzten mittwoch": "18.11. 00:00",
		"seit donnerstag": "19.11. 00:00", "since thursday 2pm": "19.11. 14:00", "seit montag um 9:15 uhr": "23.11. 09:15", "since sun": "22.11. 00:00",
		"seit 14 uhr": "25.11. 14:00", "14uhr": "25.11. 14:00", "since 2pm": "25.11. 14:00", "14:05": "25.11. 14:05", "seit 14.30 Uhr": "25.11. 14:30", "12am": "25.11. 00:00",
		"seit 20.11.": "20.11. 00:00", "20.11": "20.11. 00:00", "seit 20.11.2026": "20.11. 00:00", "20.11.26": "20.11. 00:00", "2026-11-20": "20.11. 00:00", "seit dem 20. November": "20.11. 00:00",
		"since november 20": "20.11. 00:00", "20 november 2026": "20.11. 00:00", "1.11. 8 uhr": "01.11. 08:00",
		"einfach": " simple", "simple": " simple", "in einfacher sprache": " simple", "einfach seit montag": "23.11. 00:00 simple", "24h, einfach": "24.11. 15:30 ~ simple",
		"seit 20.11. einfach!": "20.11. 00:00 simple", "": "", "seit 1.1.": "01.01. 00:00",
		"morgen": "?", "seit": "?", "irgendwann": "?", "31.2.": "?", "0 tage": "?", "25 uhr": "?", "13pm": "?", "montag dienstag": "?", "24h montag": "?", "24h 14 uhr": "?", "3": "?", "xyz 24h": "?",
		"seit 30.2.2026": "?", "99999h": "?", "24h 3 tage": "?",
		"1440 min": "24.11. 15:30 ~", "1000h": "15.10. 00:30 ~", "5000 monat": "?", "6888 monat": "?", "9999 wochen": "?", "1 monate": "25.10. 15:30 ~", "vor 2 Monaten": "24.09. 16:30 ~", "3 months": "24.08. 16:30 ~",
		"seit 18 uhr": "ahead", "20.12.": "ahead", "2027-01-01": "ahead", "26.11.": "ahead",
	} {
		w, err := readWindow(texts(tokens(typed)), now)
		got := ""
		switch {
		case errors.Is(err, errAhead):
			got = "ahead"
		case err != nil:
			got = "?"
		case !w.since.IsZero():
			got = w.since.Format("02.01. 15:04")
		}
		if w.moving {
			got += " ~"
		}
		if w.simple {
			got += " simple"
		}
		if got != want {
			t.Errorf("%q: %q, want %q", typed, got, want)
		}
	}
	january := time.Date(2027, 1, 5, 9, 0, 0, 0, zone)
	if w, err := readWindow(strings.Fields("seit 20.12."), january); err != nil || w.since.Year() != 2026 {
		t.Errorf("over the new year: %v, %v", w.since, err)
	}
}

func FuzzReadWindow(f *testing.F) {
	f.Add("seit montag 14 uhr einfach")
	f.Fuzz(func(t *testing.T, typed string) {
		now := time.Now()
		if w, err := readWindow(texts(tokens(typed)), now); err == nil && w.since.After(now) {
			t.Errorf("%q: %v", typed, w.since)
		}
	})
}
