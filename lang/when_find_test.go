package lang

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func TestFindWhen(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 11, 25, 10, 0, 0, 0, berlin)
	for _, test := range []struct {
		text, want string // a reading as in the table, or the key of a question
		used       []int
	}{
		{"Kollegiale Beratung, 3.12. 14–15 Uhr", "2026-12-03 14:00-15:00", []int{1}},
		{"Kollegiale Beratung, Do, 3.12., 14 Uhr, Raum 5", "2026-12-03 14:00", []int{1, 2, 3}},
		{"Beratung, 3.12. 14 Uhr, 90 min, Haus am See, max. 12 Personen", "2026-12-03 14:00-15:30", []int{1, 2}},
		{"Beratung, 3.12., online, 14 Uhr", "2026-12-03 14:00", []int{1, 3}},
		{"Peer support, December 3, 2026, 2pm, London", "2026-12-03 14:00", []int{1, 2, 3}},
		{"Peer support, Dec 3 2pm, London time, Zoom", "2026-12-03 14:00 @Europe/London", []int{1, 2}},
		{"Teamrunde, jeden Mo, Mi und Fr 9 Uhr, bis 30.6., Büro", "2026-11-27 09:00 FREQ=WEEKLY;BYDAY=MO,WE,FR;UNTIL=20270630T215959Z", []int{1, 2, 3}},
		{"Teamrunde, jeden Dienstag, 14 Uhr, 10 mal", "2026-12-01 14:00 FREQ=WEEKLY;BYDAY=TU;COUNT=10", []int{1, 2, 3}},
		{"Morgen, morgen 14 Uhr", "2026-11-26 14:00", []int{1}},
		{"Beratung, 3.12. 14 Uhr, Jan", "2026-12-03 14:00", []int{1}},
		{"Beratung, Raum 5", "when_none", nil},
		{"3.12. 14 Uhr", "when_none", nil},
		{"Beratung, 31.2. 14 Uhr, Raum 5", "when_no_date", []int{1}},
		{"Beratung, 12/25/2026 14 Uhr, Raum 5", "when_no_month", []int{1}},
		{"Beratung, 3.12. 14 Uhr in Raum 5", "when_word", []int{1}},
		{"Beratung, 3.12., 14 Uhr bei Anke", "when_word", []int{2}},
		{"Beratung, 3.12. 14 Uhr, bis 16 Uhr in der Küche", "when_nothing", []int{2}},
		{"Beratung, 3.12. 14–16 Uhr, bis zum Ende mit Kaffee", "2026-12-03 14:00-16:00", []int{1}},
		{"Beratung, 3.12. 14 Uhr, jeden Donnerstag außer Feiertage", "when_word", []int{2}},
		{"Beratung, jeden Donnerstag 14 Uhr, jeden Monat mit Gast", "2026-11-26 14:00 FREQ=WEEKLY;BYDAY=TH", []int{1}},
		{"Beratung, 3.12. 14 Uhr, bis bald", "2026-12-03 14:00", []int{1}},
		{"Beratung, 3.12. 14 Uhr, 8-12 Personen", "2026-12-03 14:00", []int{1}},
		{"Beratung, Mittwoch 14 Uhr, Raum 5", "when_today", []int{1}},
		{"Beratung, 3.12. 14 Uhr, 4.12. 14 Uhr", "when_twice", []int{1, 2}},
		{"Beratung, jeden Donnerstag 14 Uhr, außer 24.12., Raum 5", "when_except", []int{1, 2}},
		{"Beratung, 3.12. 14 Uhr, außer 24.12., Raum 5", "2026-12-03 14:00", []int{1}},
		{"Beratung, jeden Donnerstag 14 Uhr, außer Haus, Raum 5", "2026-11-26 14:00 FREQ=WEEKLY;BYDAY=TH", []int{1}},
		{"Beratung, , , ", "when_none", nil},
	} {
		w, used, err := FindWhen(German, strings.Split(test.text, ","), true, now)
		got := ""
		if p, ok := AsProblem(err); ok {
			got = p.Key
		} else if err == nil {
			got = reading(w, berlin)
		}
		if got != test.want || !slices.Equal(used, test.used) {
			t.Errorf("%q: %s in parts %v, want %s in %v (%v)", test.text, got, used, test.want, test.used, err)
		}
	}
	w, used, err := FindWhen(German, []string{"morgen", "14 Uhr"}, false, now)
	if err != nil || !slices.Equal(used, []int{0, 1}) || reading(w, berlin) != "2026-11-26 14:00" {
		t.Errorf("without a title: %s in %v, %v", reading(w, berlin), used, err)
	}
}
