package lang

import (
	"bufio"
	"os"
	"strings"
	"testing"
	"time"
)

// whenRow is a line of testdata/when.tsv.
type whenRow struct {
	line               int
	lang, phrase, want string
	now                time.Time
}

func whenTable(t testing.TB) (rows []whenRow) {
	t.Helper()
	file, err := os.Open("testdata/when.tsv")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	for n := 1; lines.Scan(); n++ {
		if strings.HasPrefix(lines.Text(), "#") {
			continue
		}
		f := strings.Split(lines.Text(), "\t")
		if len(f) != 5 {
			t.Fatalf("line %d: %d fields, want 5", n, len(f))
		}
		loc, err := time.LoadLocation(f[2])
		if err != nil {
			t.Fatalf("line %d: %v", n, err)
		}
		now, err := time.ParseInLocation("2006-01-02T15:04", f[1], loc)
		if err != nil {
			t.Fatalf("line %d: %v", n, err)
		}
		rows = append(rows, whenRow{line: n, lang: f[0], phrase: f[3], want: f[4], now: now})
	}
	return rows
}

// reading is a date in the table's notation.
func reading(w When, home *time.Location) string {
	const day, clock = "2006-01-02", "15:04"
	text := w.Start.Format(day)
	switch last := w.End.AddDate(0, 0, -1); {
	case w.AllDay && last.After(w.Start):
		text += " - " + last.Format(day)
	case w.AllDay:
	case w.End.IsZero():
		text = w.Start.Format(day + " " + clock)
	case sameDay(w.Start, w.End):
		text = w.Start.Format(day+" "+clock) + "-" + w.End.Format(clock)
	default:
		text = w.Start.Format(day+" "+clock) + " - " + w.End.Format(day+" "+clock)
	}
	if w.Zone != home.String() {
		text += " @" + w.Zone
	}
	if rule := w.Rule(); rule != "" {
		text += " " + rule
	}
	return text
}

// A date is read right or asked back: not one of the table is read wrong, and
// at least 95 of 100 of those with a reading are read.
func TestWhenTable(t *testing.T) {
	var right, asked, wrong, questions int
	phrases, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range whenTable(t) {
		w, err := ReadWhen(row.lang, row.phrase, row.now)
		got := "?"
		if err == nil {
			got = reading(w, row.now.Location())
			checkWhen(t, row.phrase, w, row.now)
		} else if p, ok := AsProblem(err); !ok {
			t.Errorf("line %d: %s: %v, want a Problem", row.line, row.phrase, err)
		} else if said := phrases.Say(row.lang, p.Key, p.Values); said == p.Key || strings.Contains(said, "<no value>") {
			t.Errorf("line %d: %s: %s", row.line, row.phrase, said)
		}
		switch {
		case row.want == "?" && got == "?":
			questions++
		case got == row.want:
			right++
		case got == "?":
			asked++
			t.Logf("line %d: %s: %q is asked (%v), want %s", row.line, row.lang, row.phrase, err, row.want)
		default:
			wrong++
			t.Errorf("line %d: %s: %q is %s, want %s", row.line, row.lang, row.phrase, got, row.want)
		}
	}
	t.Logf("read right %d, asked though clear %d, asked as they should be %d, wrong %d", right, asked, questions, wrong)
	if total := right + asked; total < 400 || 100*right < 95*total {
		t.Errorf("%d of %d are read, want 95 of 100, of at least 400", right, total)
	}
}

// checkWhen is what holds for every date that is read.
func checkWhen(t testing.TB, phrase string, w When, now time.Time) {
	t.Helper()
	if !w.End.IsZero() && !w.End.After(w.Start) {
		t.Errorf("%q ends at %s, before it starts at %s", phrase, w.End, w.Start)
	}
	if w.AllDay && w.End.IsZero() {
		t.Errorf("%q: whole days without an end", phrase)
	}
	past := w.Start.Before(now.Truncate(time.Minute))
	if w.AllDay {
		past = w.End.Before(now)
	}
	if past {
		t.Errorf("%q is in the past: %s", phrase, w.Start)
	}
	if _, err := time.LoadLocation(w.Zone); err != nil || w.Start.Location().String() != w.Zone {
		t.Errorf("%q: zone %q, start in %s", phrase, w.Zone, w.Start.Location())
	}
	if w.Repeat.Freq != "" {
		checkRule(t, phrase, w)
	}
}
