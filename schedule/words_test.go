package schedule

import (
	"strings"
	"testing"
	"time"
)

func TestParseWords(t *testing.T) {
	for text, want := range map[string]string{
		// cron lines
		`0 9 * * 1`:                     "0 9 * * 1",
		`"0 9 * * 1"`:                   "0 9 * * 1",
		`"0  9 * * 1#1" nur Schulungen`: "0 9 * * 1#1|nur Schulungen",
		`„0 9 * * 1“ rest`:              "0 9 * * 1|rest",
		"`0 9 * * 1`":                   "0 9 * * 1",
		`0 9 * * 5L und mehr`:           "0 9 * * 5L|und mehr",
		`@daily alles`:                  "@daily|alles",
		// German
		"mo 9:00":                                "0 9 * * 1",
		"Mo. 09:05":                              "5 9 * * 1",
		"montags um 9":                           "0 9 * * 1",
		"Montags um 9 Uhr 30":                    "30 9 * * 1",
		"montags 9 Uhr 14 Tage":                  "0 9 * * 1|14 Tage",
		"fr 16:00":                               "0 16 * * 5",
		"fr 16.30 Uhr":                           "30 16 * * 5",
		"fr um 16.30":                            "30 16 * * 5",
		"jeden Montag 9 Uhr":                     "0 9 * * 1",
		"jeden 1. montag 9 uhr":                  "0 9 * * 1#1",
		"jeden ersten Montag im Monat 9 Uhr":     "0 9 * * 1#1",
		"am ersten Montag des Monats um 9":       "0 9 * * 1#1",
		"1. Montag 9 Uhr":                        "0 9 * * 1#1",
		"jeden 2. Dienstag im Monat um 18 Uhr":   "0 18 * * 2#2",
		"monatlich am 2. Dienstag um 18 Uhr":     "0 18 * * 2#2",
		"jeden 1. und 3. Mittwoch im Monat 9:00": "0 9 * * 3#1,3#3",
		"jeden letzten freitag 15 uhr":           "0 15 * * 5L",
		"werktags 8:30":                          "30 8 * * 1-5",
		"an Werktagen um 8:30 Uhr":               "30 8 * * 1-5",
		"am Wochenende 10 Uhr":                   "0 10 * * 0,6",
		"täglich 7 uhr":                          "0 7 * * *",
		"taeglich 7 uhr":                         "0 7 * * *",
		"ta\u0308glich 7 uhr":                    "0 7 * * *",
		"TÄGLICH UM 7":                           "0 7 * * *",
		"jeden Tag um Mitternacht":               "0 0 * * *",
		"mo,mi,fr 9:00":                          "0 9 * * 1,3,5",
		"mo, mi und fr 9:00":                     "0 9 * * 1,3,5",
		"mo und do 9:00":                         "0 9 * * 1,4",
		"mo/do 9:00":                             "0 9 * * 1,4",
		"mo-fr 9:00":                             "0 9 * * 1-5",
		"sa bis mo 9:00":                         "0 9 * * 0,1,6",
		"mo-so 9:00":                             "0 9 * * *",
		"am 1. 9 uhr":                            "0 9 1 * *",
		"monatlich am 1. 9 Uhr":                  "0 9 1 * *",
		"am 1. und 15. um 9":                     "0 9 1,15 * *",
		"am 15. jedes Monats um 12 Uhr":          "0 12 15 * *",
		"wöchentlich fr 16:00":                   "0 16 * * 5",
		"9 Uhr werktags":                         "0 9 * * 1-5",
		"um 12 am Montag":                        "0 12 * * 1",
		"um 9 am 1. im Monat":                    "0 9 1 * *",
		"mo 9:00, nur Schulungen & Äpfel":        "0 9 * * 1|nur Schulungen & Äpfel",
		"Mo 9:00 Uhr  Alle Angebote":             "0 9 * * 1|Alle Angebote",
		"mo 0 uhr":                               "0 0 * * 1",
		// English
		"weekdays 8:30am":                          "30 8 * * 1-5",
		"every weekday at 8:30 a.m.":               "30 8 * * 1-5",
		"daily 7:00":                               "0 7 * * *",
		"every day at noon":                        "0 12 * * *",
		"every tuesday at 2pm":                     "0 14 * * 2",
		"Tuesdays 2 pm trainings only":             "0 14 * * 2|trainings only",
		"every 1st monday 9am":                     "0 9 * * 1#1",
		"first monday of the month at 9":           "0 9 * * 1#1",
		"every 3rd friday of the month 9:15":       "15 9 * * 5#3",
		"last friday of every month at 12 pm":      "0 12 * * 5L",
		"monthly on the 1st at 9:00":               "0 9 1 * *",
		"on the 1st and 15th of the month at 12am": "0 0 1,15 * *",
		"mon to fri 9:00":                          "0 9 * * 1-5",
		"monday and thursday at 9":                 "0 9 * * 1,4",
		"at 9am on weekends":                       "0 9 * * 0,6",
		"9 am mondays":                             "0 9 * * 1",
	} {
		spec, rest, ok := ParseWords(text)
		got := spec
		if rest != "" {
			got += "|" + rest
		}
		if !ok || got != want {
			t.Errorf("%q: got %q %v, want %q", text, got, ok, want)
		}
		if _, err := ParseLine(spec, "UTC"); err != nil {
			t.Errorf("%q: %q is no line: %v", text, spec, err)
		}
	}
}

func TestParseWordsRefuses(t *testing.T) {
	for _, text := range []string{
		"", "mo", "montags", "9:00", "9 uhr", "um 9", "mo 9", "mo 9 themen", "mo um", "mo um neun",
		"mo 25 uhr", "mo 24:00", "mo 9:60", "mo 9:5", "mo 9:00:00", "mo 13pm", "mo 0am", "mo 123 uhr", "mo -9:00", "mo 9:00-10:00",
		"täglich", "daily", "jeden", "every", "werktags", "wöchentlich 9:00", "monatlich 9:00", "monatlich montags 9:00", "weekly on the 1st 9:00",
		"jeden 2. Montag 9 Uhr", "every second monday at 9am", "jeden zweiten Montag um 9", "alle 2 wochen mo 9:00", "every other monday 9am",
		"1. 9 uhr", "am 32. 9 uhr", "am 0. 9 uhr", "am 1.12. 9 uhr", "am 1. Dezember 9 Uhr", "am letzten 9 uhr", "am 6. montag 9 uhr",
		"am 1. 9. 18 uhr", "montag 1. dezember 9 uhr", "jeden 1. montag und dienstag 9 uhr",
		"morgen 9:00", "heute um 9", `"0 9 * *"`, "0 9 * * 9", "\"", "@every 1h", "TZ=UTC 0 9 * * 1",
		"mo um 1. Dezember", "mo 9.30 themen",
	} {
		if spec, rest, ok := ParseWords(text); ok {
			t.Errorf("%q: got %q, rest %q", text, spec, rest)
		}
	}
}

func TestDescribe(t *testing.T) {
	for spec, want := range map[string][2]string{
		"0 9 * * 1":       {"montags um 09:00 Uhr", "Mondays at 09:00"},
		"0 9 * * 1#1":     {"jeden 1. Montag im Monat um 09:00 Uhr", "every 1st Monday of the month at 09:00"},
		"0 9 * * 1#1,1#3": {"jeden 1. und 3. Montag im Monat um 09:00 Uhr", "every 1st and 3rd Monday of the month at 09:00"},
		"0 15 * * 5L":     {"jeden letzten Freitag im Monat um 15:00 Uhr", "every last Friday of the month at 15:00"},
		"30 8 * * 1-5":    {"werktags um 08:30 Uhr", "weekdays at 08:30"},
		"0 7 * * *":       {"täglich um 07:00 Uhr", "daily at 07:00"},
		"@daily":          {"täglich um 00:00 Uhr", "daily at 00:00"},
		"@weekly":         {"sonntags um 00:00 Uhr", "Sundays at 00:00"},
		"0 9 * * 0,1,6":   {"montags, samstags und sonntags um 09:00 Uhr", "Mondays, Saturdays and Sundays at 09:00"},
		"0 9 1,15 * *":    {"am 1. und 15. jedes Monats um 09:00 Uhr", "on the 1st and 15th of every month at 09:00"},
		"0 9 12 * *":      {"am 12. jedes Monats um 09:00 Uhr", "on the 12th of every month at 09:00"},
		"0 9 13 * 5":      {`"0 9 13 * 5"`, `"0 9 13 * 5"`},
		"0 9 1-31 * 1":    {`"0 9 1-31 * 1"`, `"0 9 1-31 * 1"`},
		"0 9 1 * 1#1":     {`"0 9 1 * 1#1"`, `"0 9 1 * 1#1"`},
		"0 9 * 12 1":      {`"0 9 * 12 1"`, `"0 9 * 12 1"`},
		"0 * * * *":       {`"0 * * * *"`, `"0 * * * *"`},
		"0 9,17 * * 1":    {`"0 9,17 * * 1"`, `"0 9,17 * * 1"`},
		"nonsense":        {`"nonsense"`, `"nonsense"`},
	} {
		if got := [2]string{Describe(spec, "de"), Describe(spec, "en")}; got != want {
			t.Errorf("%s: got %q, want %q", spec, got, want)
		}
	}
}

// What is said of a schedule can be typed to get it.
func TestDescribeIsUnderstood(t *testing.T) {
	for _, spec := range []string{"0 9 * * 1", "0 9 * * 1#1", "5 18 * * 2#2,2#4", "0 15 * * 5L", "30 8 * * 1-5", "0 7 * * *", "0 9 * * 0,1,6", "0 9 1,15 * *", "0 9 3 * *", "0 9 13 * 5"} {
		for _, language := range []string{"de", "en"} {
			words := Describe(spec, language)
			if got, rest, ok := ParseWords(words); !ok || got != spec || rest != "" {
				t.Errorf("%q: got %q, rest %q, want %q", words, got, rest, spec)
			}
		}
	}
}

func FuzzParseWords(f *testing.F) {
	for _, seed := range []string{"mo 9:00", "jeden 1. und 3. Montag im Monat 9 Uhr 30", "every 1st monday 9am", `"0 9 * * 1" x`, "„„", "um 9 am 1.",
		"mo-fr 12:00, alles", "mo,,,und 9:00", "-", "mo 9:00-", strings.Repeat("und ", 100)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		spec, rest, ok := ParseWords(text)
		if !ok {
			if spec != "" || rest != "" {
				t.Errorf("%q: refused, but %q, %q", text, spec, rest)
			}
			return
		}
		if _, err := ParseLine(spec, "UTC"); err != nil {
			t.Errorf("%q: %q is no line", text, spec)
		}
		if !strings.Contains(text, rest) {
			t.Errorf("%q: rest %q is not in it", text, rest)
		}
		began := time.Now()
		if ParseWords(text); time.Since(began) > time.Second {
			t.Errorf("%q is slow", text)
		}
	})
}
