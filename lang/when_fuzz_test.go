package lang

import (
	"strings"
	"testing"
	"time"

	"github.com/teambition/rrule-go"
)

// checkRule lets another library read the rule: the series begins where we
// say it does, and does not go on after its end.
func checkRule(t testing.TB, phrase string, w When) {
	t.Helper()
	opt, err := rrule.StrToROptionInLocation(w.Rule(), w.Start.Location())
	if err != nil {
		t.Errorf("%q: %s: %v", phrase, w.Rule(), err)
		return
	}
	opt.Dtstart = w.Start
	rule, err := rrule.NewRRule(*opt)
	if err != nil {
		t.Errorf("%q: %s: %v", phrase, w.Rule(), err)
		return
	}
	if first := rule.After(w.Start, true); !first.Equal(w.Start) {
		t.Errorf("%q: %s from %s: first is %s", phrase, w.Rule(), w.Start, first)
	}
	if until := w.Repeat.Until; !until.IsZero() && !rule.After(until, false).IsZero() {
		t.Errorf("%q: %s goes on after %s", phrase, w.Rule(), until)
	}
}

// Whatever is typed is read or asked back, and what is read holds together.
func FuzzWhen(f *testing.F) {
	var nows []time.Time
	for _, row := range whenTable(f) {
		f.Add(row.lang == English, row.phrase, uint8(len(nows)))
		if len(nows) == 0 || !nows[len(nows)-1].Equal(row.now) {
			nows = append(nows, row.now)
		}
	}
	phrases, err := Load()
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, english bool, text string, n uint8) {
		lang, now := German, nows[int(n)%len(nows)]
		if english {
			lang = English
		}
		if _, used, err := FindWhen(lang, strings.Split(text, ","), true, now); err == nil && len(used) == 0 {
			t.Errorf("%q: a date in no part", text)
		}
		w, err := ReadWhen(lang, text, now)
		if err == nil {
			checkWhen(t, text, w, now)
			if said := w.Words(phrases, lang, now.Location()); said == "" || strings.Contains(said, "<no value>") || strings.Contains(said, "when_") {
				t.Errorf("%q is said as %q", text, said)
			}
			return
		}
		if _, ok := AsProblem(err); !ok {
			t.Errorf("%q: %v, want a Problem", text, err)
		}
	})
}
