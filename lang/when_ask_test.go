package lang

import (
	"strings"
	"testing"
	"time"
)

// A question names the days and hours that it is about.
func TestWhenAsks(t *testing.T) {
	now := time.Date(2026, 11, 25, 10, 0, 0, 0, loadZone("Europe/Berlin"))
	phrases, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ lang, text, key, want string }{
		{German, "nächsten freitag 14 uhr", "when_which", "`4.12.`"},
		{English, "next Friday 2pm", "when_which", "`4 December`"},
		{German, "17.12. 22-2 uhr", "when_night", "bis 02:00 Uhr am nächsten Tag? Dann schreib, wie lange es dauert: `22:00 Uhr, 240 min`"},
		{German, "17.12. 22:30 bis 02:15 uhr", "when_night", "`22:30 Uhr, 225 min`"},
		{English, "17 Dec 10pm-2am", "when_night", "`22:00, 240 min`"},
		{German, "17.12. 16-14 uhr", "when_end_first", "(14:00)"},
		{German, "17.12. 22 uhr bis 19.12. 2 uhr", "when_half", "02:00"},
		{German, "12/25/2026 14 Uhr", "when_no_month", "vor dem Monat"},
		{German, "31.2. 14 Uhr", "when_no_date", "»31.2.«. Beispiel"},
		{German, "jeden dienstag 10 uhr außer 24.12.", "when_except", "absage 3 24.12."},
		{German, "jeden dienstag außer am 24.12. 10 uhr", "when_except", "zuerst `jeden dienstag`"},
		{English, "every Tuesday 10am except 24 December", "when_except", "cancel 3 24.12."},
		{German, "3.12. 14 Uhr außer 24.12.", "when_word", "außer"},
	} {
		_, err := ReadWhen(test.lang, test.text, now)
		p, ok := AsProblem(err)
		if !ok || p.Key != test.key {
			t.Errorf("%q: %v, want %s", test.text, err, test.key)
		} else if said := phrases.Say(test.lang, p.Key, p.Values); !strings.Contains(said, test.want) {
			t.Errorf("%q: %s, want %s in it", test.text, said, test.want)
		}
	}
}
