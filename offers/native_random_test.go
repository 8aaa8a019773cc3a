package offers

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"buffet/lang"
	"buffet/store"
)

// pencilDate is a date of a series as somebody would keep it with a pencil: what
// the series has for it, and what it says itself.
type pencilDate struct {
	key         time.Time
	plain, has  pencilState
	cancelled   bool
	allDay      bool
	beforeToday bool
}

type pencilState struct {
	start, end             time.Time
	title, place, internet string
}

func (s *pencilState) set(e Edit) {
	for _, one := range []struct{ from, to *string }{{e.Title, &s.title}, {e.Location, &s.place}, {e.URL, &s.internet}} {
		if one.from != nil {
			*one.to = *one.from
		}
	}
	if e.When != nil {
		s.start, s.end = e.When.Start, ending(*e.When)
	}
}

// follow lets a date follow its series in what it has of it.
func (d *pencilDate) follow(plain pencilState) {
	old := d.plain
	d.plain = plain
	for _, one := range []struct{ has, old, now *string }{
		{&d.has.title, &old.title, &plain.title}, {&d.has.place, &old.place, &plain.place}, {&d.has.internet, &old.internet, &plain.internet},
	} {
		if *one.has == *one.old {
			*one.has = *one.now
		}
	}
	if d.has.start.Equal(old.start) && d.has.end.Equal(old.end) {
		d.has.start, d.has.end = plain.start, plain.end
	}
}

type pencil struct {
	loc   *time.Location
	dates []pencilDate
}

func newPencil(t *testing.T, o *store.Offer, now time.Time) *pencil {
	t.Helper()
	list, err := newTimetable(o)
	if err != nil {
		t.Fatal(err)
	}
	dates, err := expand(list.Recurrence, now.AddDate(0, -2, 0), icalDay("2028-01-01"))
	if err != nil {
		t.Fatal(err)
	}
	m := &pencil{loc: list.loc}
	for _, d := range dates {
		s := pencilState{d.Start, d.End, o.Title, o.Location, o.URL}
		m.dates = append(m.dates, pencilDate{key: d.Key, plain: s, has: s, allDay: d.AllDay, beforeToday: !d.Start.After(now)})
	}
	return m
}

// edit does to the model what Changed should do. at is the date meant.
func (m *pencil) edit(scope Scope, at int, e Edit) {
	if scope == OnlyThis {
		m.dates[at].has.set(e)
		return
	}
	day := func(t time.Time) time.Time { return icalWall(t, m.loc).Truncate(wholeDay) }
	first := m.dates[at]
	single := first.has != first.plain || first.cancelled
	for i := range m.dates {
		d := &m.dates[i]
		if d.key.Before(first.key) {
			continue
		}
		next := d.plain
		next.set(Edit{Title: e.Title, Location: e.Location, URL: e.URL})
		if e.When != nil {
			by := day(first.plain.start).Add(day(e.When.Start).Sub(day(first.has.start)) + icalWall(e.When.Start, m.loc).Sub(day(e.When.Start))).Sub(icalWall(first.key, m.loc))
			next.start = icalResolve(icalWall(d.key, m.loc).Add(by), m.loc)
			next.end = next.start.Add(ending(*e.When).Sub(e.When.Start))
			if e.When.AllDay {
				next.end = icalResolve(icalWall(next.start, m.loc).Add(day(e.When.End).Sub(day(e.When.Start))), m.loc)
			}
			d.allDay = e.When.AllDay || d.allDay
		}
		d.follow(next)
	}
	if single && scope == Following {
		m.dates[at].has.set(e)
	}
}

func (m *pencil) lines() (out []string) {
	for _, d := range m.dates {
		s := fmt.Sprintf("%s %s-%s %s|%s|%s", d.key.UTC().Format("01-02"), d.has.start.In(m.loc).Format("02.01. 15:04"), d.has.end.In(m.loc).Format("02.01. 15:04"), d.has.title, d.has.place, d.has.internet)
		if d.cancelled {
			s += " off"
		}
		out = append(out, s)
	}
	slices.Sort(out)
	return out
}

func offerLines(t *testing.T, o *store.Offer, now time.Time, loc *time.Location) (out []string) {
	t.Helper()
	r, err := Series(o)
	if err != nil {
		t.Fatal(err)
	}
	dates, err := expand(r, now.AddDate(0, -2, 0), icalDay("2028-02-01"))
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range dates {
		i := newItem(o, occurrence(o.ID, d))
		s := fmt.Sprintf("%s %s-%s %s|%s|%s", d.Key.UTC().Format("01-02"), d.Start.In(loc).Format("02.01. 15:04"), d.End.In(loc).Format("02.01. 15:04"), i.Title, i.Location, i.URL)
		if d.Cancelled {
			s += " off"
		}
		out = append(out, s)
	}
	slices.Sort(out)
	return out
}

// randomSeries is a series that began lately and goes on over the end of summer time.
func randomSeries(t *testing.T, r *rand.Rand, now time.Time) store.Offer {
	t.Helper()
	rules := []string{
		"jeden Dienstag 14-15:30 Uhr bis 20.12.", "jeden Dienstag und Donnerstag 9 Uhr bis 1.12.", "alle 2 Wochen mittwochs ab 23.9. 18-20 Uhr bis 30.12.",
		"jeden 1. Montag im Monat 10-11 Uhr bis 31.5.2027", "jeden Freitag bis 18.12.", "jeden Samstag 22 Uhr 10 mal", "jeden Dienstag 14 Uhr New Yorker Zeit bis 20.12.",
	}
	when, err := lang.ReadWhen(lang.German, rules[r.IntN(len(rules))], now)
	if err != nil {
		t.Fatal(err)
	}
	d := Draft{Title: "A", Location: "Kiel", When: when}
	if err := d.Check(now); err != nil {
		t.Fatal(err)
	}
	o, err := d.offer()
	if err != nil {
		t.Fatal(err)
	}
	o.ID, o.Number, o.Network = 1, 1, testNetwork
	return o
}

// However a series is changed, one change after the other, it has the dates
// that somebody with a pencil would have; and whoever reads its file has them, too.
func TestChangesInAnyOrder(t *testing.T) {
	dir := t.TempDir()
	var files []string
	texts, want := map[string]string{}, map[string][]string{}
	for seed := range uint64(150) {
		r := rand.New(rand.NewPCG(seed, 7))
		began := time.Date(2026, 9, 20, 9, 0, 0, 0, icalBerlin(t))
		o := randomSeries(t, r, began)
		now := began.AddDate(0, 0, 12)
		if _, err := layOut(&o, now); err != nil {
			t.Fatal(err)
		}
		m := newPencil(t, &o, now)
		var done []string
		for range 1 + r.IntN(6) {
			if step := randomStep(t, r, m, &o, now); step != "" {
				done = append(done, step)
			}
			if got, want := offerLines(t, &o, now, m.loc), m.lines(); !slices.Equal(got, want) {
				t.Fatalf("seed %d after\n%s\ngot\n%s\nwant\n%s\nfrom %s", seed, strings.Join(done, "\n"), strings.Join(got, "\n"), strings.Join(want, "\n"), o.Recurrence)
			}
		}
		text := icalWritten(t, o)
		back, err := ReadCalendar(strings.NewReader(text), icalTestOptions(t))
		if err != nil || len(back.Skipped) > 0 {
			t.Fatalf("seed %d: %v, skipped %v in\n%s", seed, err, back.Skipped, text)
		}
		whole, err := Series(&o)
		if err != nil {
			t.Fatal(err)
		}
		e := Entry{Title: o.Title, Location: o.Location, URL: o.URL, Recurrence: whole}
		icalDiffer(t, icalOccurrences(t, back.Entries), icalOccurrences(t, []Entry{e}), fmt.Sprint(seed, done, text))

		path := filepath.Join(dir, fmt.Sprint("changed-", seed, ".ics"))
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		files, texts[path] = append(files, path), text
		for _, d := range icalOccurrences(t, []Entry{{Recurrence: whole}}) {
			if at, _, _ := strings.Cut(d, " "); !strings.Contains(d, " cancelled") {
				want[path] = append(want[path], at)
			}
		}
	}
	for _, name := range []string{"emersion/go-ical", "arran4"} {
		for path, dates := range icalPeers()[name].read(t, files) {
			for i, d := range dates {
				dates[i], _, _ = strings.Cut(d, " ")
			}
			slices.Sort(dates)
			icalDiffer(t, slices.Compact(dates), slices.Compact(want[path]), name+"\n"+texts[path])
		}
	}
}

// randomStep changes the model and the offer, and says how.
func randomStep(t *testing.T, r *rand.Rand, m *pencil, o *store.Offer, now time.Time) string {
	t.Helper()
	var open []int
	for i, d := range m.dates {
		if !d.beforeToday && !d.cancelled && d.has.start.After(now) {
			open = append(open, i)
		}
	}
	if len(open) == 0 {
		return ""
	}
	at := open[r.IntN(len(open))]
	scope := []Scope{OnlyThis, OnlyThis, Following}[r.IntN(3)]
	key := m.dates[at].key
	if r.IntN(6) == 0 {
		m.dates[at].cancelled = true
		after, err := Cancelled(*o, OnlyThis, key, now)
		if err != nil {
			t.Fatal(err)
		}
		*o = after
		return "off " + key.String()
	}
	var e Edit
	word := fmt.Sprint(r.IntN(3))
	switch r.IntN(4) {
	case 0:
		e.Location = text("Place" + word)
	case 1:
		e.URL = text("https://example.org/" + word)
	case 2:
		e.Title = text("Title" + word)
		fallthrough
	default:
		d := m.dates[at]
		start := icalResolve(icalWall(d.has.start, m.loc).Truncate(wholeDay).AddDate(0, 0, r.IntN(2)).Add(time.Duration(16+r.IntN(20))*30*time.Minute), m.loc)
		e.When = &lang.When{Start: start, Zone: o.Zone, End: start.Add(time.Duration(r.IntN(4)) * 30 * time.Minute)}
	}
	after, err := Changed(*o, scope, key, e, now)
	if p, ok := lang.AsProblem(err); ok && p.Key == "native_shift" {
		return ""
	} else if err != nil {
		t.Fatal(err)
	}
	// what follows the next date is all of it: then texts are the offer's
	m.edit(scope, at, e)
	*o = after
	return fmt.Sprintf("%s %s %+v %v", scope, key, e, e.When)
}
