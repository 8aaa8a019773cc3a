package offers

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"buffet/lang"
	"buffet/store"
)

var update = flag.Bool("update", false, "write the golden files")

const (
	testNetwork = "nord"
	testSource  = "https://example.org/nord.ics"
)

// table is a network with a calendar, on a real store, with a clock of its own.
type table struct {
	*testing.T
	ctx     context.Context
	store   *store.Store
	phrases *lang.Phrases
	zone    *time.Location
	now     time.Time
}

// newTable begins on Monday, 30 November 2026, 9:00 in Berlin.
func newTable(t *testing.T) *table {
	t.Helper()
	s, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "buffet.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	p, err := lang.Load()
	if err != nil {
		t.Fatal(err)
	}
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	return &table{T: t, ctx: t.Context(), store: s, phrases: p, zone: zone, now: time.Date(2026, 11, 30, 9, 0, 0, 0, zone)}
}

func (t *table) write(f func(*store.Tx) error) {
	t.Helper()
	if err := t.store.Write(t.ctx, f); err != nil {
		t.Fatal(err)
	}
}

// ics makes a calendar of events, each its lines.
func ics(events ...string) string {
	var b strings.Builder
	b.WriteString("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\n")
	for _, e := range events {
		b.WriteString("BEGIN:VEVENT\r\n")
		for _, line := range strings.Split(strings.TrimSpace(e), "\n") {
			b.WriteString(strings.TrimSpace(line) + "\r\n")
		}
		b.WriteString("END:VEVENT\r\n")
	}
	return b.String() + "END:VCALENDAR\r\n"
}

// ev is an event of one and a half hours, local to Berlin: start as 20261203T140000.
func ev(uid, start, title string, more ...string) string {
	return fmt.Sprintf("UID:%s\nDTSTART;TZID=Europe/Berlin:%s\nDURATION:PT1H30M\nSUMMARY:%s\n%s", uid, start, title, strings.Join(more, "\n"))
}

func (t *table) calendar(text string) *Calendar {
	t.Helper()
	cal, err := ReadCalendar(strings.NewReader(text), ReadOptions{Zone: t.zone, Now: t.now})
	if err != nil {
		t.Fatal(err)
	}
	return cal
}

func (t *table) load(source string, events ...string) *Report {
	t.Helper()
	var r *Report
	cal := t.calendar(ics(events...))
	t.write(func(tx *store.Tx) (err error) {
		r, err = Import(t.ctx, tx, testNetwork, source, cal, t.now)
		return err
	})
	return r
}

func (t *table) view(language string) View {
	prefix := "!"
	return View{Phrases: t.phrases, Lang: language, Zone: t.zone, Prefix: prefix, Now: t.now}
}

func (t *table) ask(language string, words ...string) (Query, []Item, int) {
	t.Helper()
	q, err := ParseFilter(words, language, t.now, t.zone)
	if err != nil {
		t.Fatal(err)
	}
	items, total, err := List(t.ctx, t.store.Reader(), testNetwork, q, ListSize)
	if err != nil {
		t.Fatal(err)
	}
	return q, items, total
}

func (t *table) titles(words ...string) []string {
	t.Helper()
	_, items, _ := t.ask(lang.German, words...)
	var list []string
	for _, i := range items {
		list = append(list, i.Title)
	}
	return list
}

func (t *table) find(number int) *Offer {
	t.Helper()
	o, err := Find(t.ctx, t.store.Reader(), testNetwork, number, t.now)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func (t *table) equal(what string, got, want any) {
	t.Helper()
	if g, w := fmt.Sprintf("%v", got), fmt.Sprintf("%v", want); g != w {
		t.Errorf("%s:\n got %s\nwant %s", what, g, w)
	}
}

// out are the messages that wait, as "key to: text".
func (t *table) out() []store.Outgoing {
	t.Helper()
	rows, err := store.Collect(t.ctx, t.store.Reader(), func(scan func(...any) error) (seq int64, err error) { return seq, scan(&seq) },
		`SELECT seq FROM outbox WHERE sent_at = 0 ORDER BY seq`)
	if err != nil {
		t.Fatal(err)
	}
	var list []store.Outgoing
	for range rows { // the oldest of each room; send it and look again
		next, _, err := t.store.Unsent(t.ctx, t.now.Add(time.Hour), 1)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, next...)
		if err := t.store.Sent(t.ctx, next[0].Key, "$e", t.now); err != nil {
			t.Fatal(err)
		}
	}
	return list
}

func golden(t *testing.T, name string, text *lang.Text) {
	t.Helper()
	got := text.Plain() + "\n\n--- HTML ---\n" + strings.ReplaceAll(text.HTML(), "<br>", "<br>\n") + "\n"
	path := filepath.Join("testdata", "golden", name+".txt")
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path) //nolint:gosec // ours
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs (go test -update to accept):\n%s", path, got)
	}
}

var languages = []string{lang.German, lang.English}

func changes(r *Report) string {
	var list []string
	for _, c := range r.Changes {
		list = append(list, fmt.Sprintf("%d %s %s", c.Number, c.Title, c.What))
	}
	slices.Sort(list)
	return fmt.Sprintf("%d+%d=%d-%d %s", r.New, r.Changed, r.Unchanged, r.Withdrawn, strings.Join(list, ", "))
}
