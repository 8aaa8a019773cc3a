package lang

import (
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

func TestUnlinked(t *testing.T) {
	for in, want := range map[string]string{
		"Siehe https://www.example.org/a/b?c=d.":         "Siehe www|.example|.org/….",
		"(https://example.org/)":                         "(example|.org)",
		"http://user:geheim@example.org:8080/x und mehr": "example|.org:8080/… und mehr",
		"auf example.org nachlesen":                      "auf example|.org nachlesen",
		"[hier](https://boese.example/x)":                "[hier](boese|.example/…)",
		"ftp://example.org":                              "example|.org",
		"mail an a.b@example.org":                        "mail an a.b@example|.org",
		"mailto:a@example.org":                           "mailto|:a@example|.org",
		"javascript:alert(1)":                            "javascript|:alert(1)",
		"@room hört ihr?":                                "@|room hört ihr?",
		"@petra:example.org kommt":                       "@|petra:example|.org kommt",
		"#raum:example.org":                              "#|raum:example|.org",
		"https://matrix.to/#/@petra:example.org ok":      "ok",
		"zwei\nZeilen\tund  mehr":                        "zwei Zeilen und mehr",
		"a\u202eb\u0007c\u2066d":                         "abcd",
		"z. B. am 3. Dez. um 14.30 Uhr":                  "z. B. am 3. Dez. um 14.30 Uhr",
		"450,50 € und 1.000 Leute":                       "450,50 € und 1.000 Leute",
		"Wer: die @ im Büro?":                            "Wer: die @ im Büro?",
		"\xff kaputt":                                    "\uFFFD kaputt",
		"":                                               "",
	} {
		if got := strings.ReplaceAll(Unlinked(in), "\u200b", "|"); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

func FuzzUnlinked(f *testing.F) {
	f.Add("https://a.example/x www.b.example mailto:c@d.example @e:f.example @room matrix:u/g:h.example")
	f.Add("http://https://a.example//http://b")
	linked := regexp.MustCompile(`(?i)\b[a-z][a-z0-9+.-]*://[a-z0-9]|\bmailto:|\bmatrix:|\bjavascript:|@room|\bwww\.[a-z]|[a-z]\.(?:org|example|com)\b`)
	f.Fuzz(func(t *testing.T, s string) {
		got := Unlinked(s)
		if linked.MatchString(got) || strings.ContainsAny(got, "\n\r\t\u202e") || !utf8.ValidString(got) {
			t.Errorf("%q gives %q", s, got)
		}
		if again := Unlinked(got); again != got {
			t.Errorf("%q gives %q, then %q", s, got, again)
		}
	})
}

func TestDays(t *testing.T) {
	day := func(y, m, d int) time.Time { return time.Date(y, time.Month(m), d, 12, 0, 0, 0, time.UTC) }
	for _, c := range []struct {
		from, to, now time.Time
		de, en        string
	}{
		{day(2026, 11, 16), day(2026, 11, 20), day(2026, 11, 20), "16.–20. November", "16–20 November"},
		{day(2026, 11, 20), day(2026, 11, 20), day(2026, 11, 20), "20. November", "20 November"},
		{day(2026, 11, 30), day(2026, 12, 4), day(2026, 12, 4), "30. November – 4. Dezember", "30 November – 4 December"},
		{day(2026, 12, 28), day(2027, 1, 1), day(2027, 1, 1), "28. Dezember 2026 – 1. Januar 2027", "28 December 2026 – 1 January 2027"},
		{day(2026, 11, 16), day(2026, 11, 20), time.Time{}, "16.–20. November 2026", "16–20 November 2026"},
		{day(2026, 11, 30), day(2026, 12, 4), time.Time{}, "30. November – 4. Dezember 2026", "30 November – 4 December 2026"},
	} {
		if de, en := Days(German, c.from, c.to, c.now), Days(English, c.from, c.to, c.now); de != c.de || en != c.en {
			t.Errorf("%q and %q, want %q and %q", de, en, c.de, c.en)
		}
	}
}
