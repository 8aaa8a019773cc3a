package offers

import (
	"os"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"buffet/lang"
)

// FuzzReadLine: whatever is typed is read, and what passes Check is bounded and
// says nothing invisible.
func FuzzReadLine(f *testing.F) {
	raw, err := os.ReadFile("testdata/lines.tsv")
	if err != nil {
		f.Fatal(err)
	}
	for row := range strings.SplitSeq(string(raw), "\n") {
		if cells := strings.Split(row, "\t"); len(cells) == 3 {
			f.Add(strings.ReplaceAll(cells[1], `\n`, "\n"))
		}
	}
	f.Add("„a, »b\", https://,,(https://x.y/)), #a#b, von, von :, : , 9 plätze 9")
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		f.Fatal(err)
	}
	now := time.Date(2026, 11, 25, 10, 0, 0, 0, zone)
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 8000 {
			return
		}
		l, err := ReadLine(lang.German, text, now)
		if _, ok := lang.AsProblem(err); err != nil && !ok {
			t.Fatalf("an internal fault: %v", err)
		}
		l.Again("3.12. 14 Uhr")
		if err != nil {
			return
		}
		d := l.Draft
		if d.Check(now) != nil {
			return
		}
		for _, s := range []string{d.Title, d.Location, d.Host, d.URL, d.Description, strings.Join(d.Topics, " ")} {
			if !utf8.ValidString(s) || strings.ContainsAny(s, "\u202e\u200b\x00") {
				t.Errorf("%q has what nobody sees", s)
			}
		}
		if d.Title == "" || utf8.RuneCountInString(d.Title) > draftTitle || len(d.Topics) > draftTopics || d.Capacity < 0 || d.When.Start.IsZero() {
			t.Errorf("%+v passes", d)
		}
	})
}
