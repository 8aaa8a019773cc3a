package lang

import (
	"regexp"
	"strings"
	"testing"
	"time"
)

func TestWhenWords(t *testing.T) {
	phrases, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	berlin := loadZone("Europe/Berlin")
	now := time.Date(2026, 11, 25, 10, 0, 0, 0, berlin)
	for _, test := range []struct{ phrase, german, english string }{
		{"3.12. 14–15:30 Uhr", "Donnerstag, 3. Dezember 2026, 14:00–15:30 Uhr", "Thursday, 3 December 2026, 14:00–15:30"},
		{"3.12.", "Donnerstag, 3. Dezember 2026", "Thursday, 3 December 2026"},
		{"3.12. ganztägig", "Donnerstag, 3. Dezember 2026, ganztägig", "Thursday, 3 December 2026, all day"},
		{"jeden Dienstag und Donnerstag 9 Uhr", "jeden Dienstag und Donnerstag, zuerst Donnerstag, 26. November 2026, 09:00 Uhr",
			"every Tuesday and Thursday, first on Thursday, 26 November 2026, 09:00"},
		{"ab 3.12. alle 2 Wochen 14 Uhr, 5 mal", "alle 2 Wochen am Donnerstag, zuerst Donnerstag, 3. Dezember 2026, 14:00 Uhr, 5-mal",
			"every 2 weeks on Thursday, first on Thursday, 3 December 2026, 14:00, 5 times"},
		{"jeden 1. und 3. Montag im Monat 9 Uhr bis Ende Juni",
			"jeden 1. und 3. Montag im Monat, zuerst Montag, 7. Dezember 2026, 09:00 Uhr, bis Mittwoch, 30. Juni 2027",
			"every 1st and 3rd Monday of the month, first on Monday, 7 December 2026, 09:00, until Wednesday, 30 June 2027"},
		{"jeden letzten Freitag im Monat 15 Uhr", "jeden letzten Freitag im Monat, zuerst Freitag, 27. November 2026, 15:00 Uhr",
			"every last Friday of the month, first on Friday, 27 November 2026, 15:00"},
		{"monatlich am 15. um 10 Uhr", "jeden Monat am 15., zuerst Dienstag, 15. Dezember 2026, 10:00 Uhr",
			"every month on the 15th, first on Tuesday, 15 December 2026, 10:00"},
		{"am letzten Tag jedes Monats 10 Uhr", "jeden Monat am letzten Tag, zuerst Montag, 30. November 2026, 10:00 Uhr",
			"every month on the last day, first on Monday, 30 November 2026, 10:00"},
		{"ab morgen alle 2 Tage 9 Uhr", "alle 2 Tage, zuerst Donnerstag, 26. November 2026, 09:00 Uhr", "every 2 days, first on Thursday, 26 November 2026, 09:00"},
		{"jährlich am 3.12. 14 Uhr", "jedes Jahr am 3. Dezember, zuerst Donnerstag, 3. Dezember 2026, 14:00 Uhr",
			"every year on the 3rd of December, first on Thursday, 3 December 2026, 14:00"},
		{"3.12. 23–24 Uhr UTC", "Donnerstag, 3. Dezember 2026, 23:00 Uhr – Freitag, 4. Dezember 2026, 00:00 Uhr (UTC; bei euch Freitag, 4. Dezember 2026, 00:00–01:00 Uhr)",
			"Thursday, 3 December 2026, 23:00 – Friday, 4 December 2026, 00:00 (UTC; where you are Friday, 4 December 2026, 00:00–01:00)"},
		{"3.12. 14 Uhr Wiener Zeit", "Donnerstag, 3. Dezember 2026, 14:00 Uhr (Europe/Vienna)", "Thursday, 3 December 2026, 14:00 (Europe/Vienna)"},
	} {
		w, err := ReadWhen(German, test.phrase, now)
		if err != nil {
			t.Errorf("%q: %v", test.phrase, err)
			continue
		}
		if got := w.Words(phrases, German, berlin); got != test.german {
			t.Errorf("%q is said as\n%s, want\n%s", test.phrase, got, test.german)
		}
		if got := w.Words(phrases, English, berlin); got != test.english {
			t.Errorf("%q is said as\n%s, want\n%s", test.phrase, got, test.english)
		}
	}
}

// What a question gives as an example can be typed: it is read, or lacks only
// the day.
func TestWhenExamples(t *testing.T) {
	now := time.Date(2026, 11, 25, 10, 0, 0, 0, loadZone("Europe/Berlin"))
	date := map[string]string{German: "4.12.", English: "4 December"}
	example, count := regexp.MustCompile("`([^`]+)`"), 0
	for _, lang := range []string{German, English} {
		for key, forms := range readPhrases(t, "phrases/when."+lang+".json") {
			for _, m := range example.FindAllStringSubmatch(forms["other"], -1) {
				text := strings.NewReplacer("{{.Month}}", months[lang][5], "{{.B}}", "14:30", "{{.Date}}", date[lang], "{{.From}}", "22:00", "{{.Minutes}}", "240", "{{.Series}}", "weekly on Monday").Replace(m[1])
				_, err := ReadWhen(lang, text, now)
				if strings.HasPrefix(text, "{{.P}}") {
					continue // a command
				}
				if key == "when_none" {
					_, _, err = FindWhen(lang, strings.Split(text, ","), true, now)
				}
				if p, ok := AsProblem(err); ok && p.Key != "when_no_day" {
					t.Errorf("%s: %s: %q is asked back: %s", lang, key, text, p.Key)
				}
				count++
			}
		}
	}
	if count < 100 {
		t.Errorf("%d examples, want at least 100", count)
	}
}

// A quotation in a question can neither turn the text around nor go on for ever.
func TestWhenHostile(t *testing.T) {
	now := time.Date(2026, 11, 25, 10, 0, 0, 0, loadZone("Europe/Berlin"))
	_, err := ReadWhen(German, "\u202emorgen\u200b 14\x00Uhr\u2066 irgendwo", now)
	p, ok := AsProblem(err)
	if !ok || p.Key != "when_word" || p.Values["Understood"] != "morgen 14 Uhr" || p.Values["Word"] != "irgendwo" {
		t.Errorf("got %+v", p)
	}
	for _, text := range []string{strings.Repeat("a", 10_000), strings.Repeat("1.", 149), strings.Repeat(",", 10_000), "", " ", "\xff", strings.Repeat("9", 299)} {
		if _, err := ReadWhen(German, text, now); err == nil {
			t.Errorf("%.20q is read", text)
		} else if p, ok := AsProblem(err); !ok || len(p.Error()) > 100 {
			t.Errorf("%.20q: %v", text, err)
		}
	}
}
