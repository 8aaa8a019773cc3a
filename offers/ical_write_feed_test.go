package offers

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"buffet/store"
)

func (t *table) feed(opt CalendarOptions) string {
	t.Helper()
	var b bytes.Buffer
	opt.View = t.view("de")
	opt.Skipped = func(id int64, err error) { t.Errorf("offer %d: %v", id, err) }
	if err := WriteCalendar(&b, opt, Publish(t.ctx, t.store.Reader(), testNetwork)); err != nil {
		t.Fatal(err)
	}
	icalLinesAreRight(t, b.String())
	return strings.ReplaceAll(b.String(), "\r\n ", "")
}

func TestFeedFollowsTheTable(t *testing.T) {
	tb := newTable(t)
	events := []string{ev("a", "20261203T140000", "A", "SEQUENCE:2"), ev("b", "20261204T140000", "B", "RRULE:FREQ=WEEKLY"),
		ev("c", "20261205T140000", "C", "STATUS:CANCELLED"), "UID:d\nDTSTART;VALUE=DATE:20261206\nSUMMARY:D"}
	tb.load(testSource, events...)
	first := tb.feed(CalendarOptions{Name: "Buffet\nNord", Refresh: time.Hour})
	for _, line := range []string{"METHOD:PUBLISH", "NAME:Buffet Nord", "X-WR-CALNAME:Buffet Nord", "REFRESH-INTERVAL;VALUE=DURATION:PT1H", "X-PUBLISHED-TTL:PT1H",
		"SEQUENCE:2", "DTSTAMP:20261130T080000Z", "STATUS:CANCELLED", "DTSTART;VALUE=DATE:20261206"} {
		if !strings.Contains(first, "\r\n"+line+"\r\n") {
			t.Errorf("no %s in\n%s", line, first)
		}
	}
	tb.equal("zones", strings.Count(first, "BEGIN:VTIMEZONE"), 1)
	tb.equal("alarms", strings.Count(first, "BEGIN:VALARM"), 0)
	tb.equal("the same again", tb.feed(CalendarOptions{Name: "Buffet\nNord", Refresh: time.Hour}) == first, true)

	tb.now = tb.now.Add(time.Hour)
	tb.load(testSource, ev("a", "20261203T150000", "A", "SEQUENCE:3"), events[1], events[2])
	second := tb.feed(CalendarOptions{})
	tb.equal("changed", strings.Contains(second, "DTSTAMP:20261130T090000Z\r\nSEQUENCE:3\r\nDTSTART;TZID=Europe/Berlin:20261203T150000"), true)
	tb.equal("the other is not", strings.Contains(second, "UID:b\r\nDTSTAMP:20261130T080000Z"), true)
	tb.equal("withdrawn", strings.Contains(second, "UID:d"), false)
	if strings.Contains(second, "CALNAME") || strings.Contains(second, "REFRESH") {
		t.Error(second)
	}

	tb.now = tb.now.AddDate(0, 2, 0)
	tb.write(func(tx *store.Tx) error { return Extend(tb.ctx, tx, tb.now) })
	third := tb.feed(CalendarOptions{})
	tb.equal("long over", strings.Contains(third, "UID:a"), false)
	tb.equal("goes on", strings.Contains(third, "UID:b"), true)
}

func TestWithdrawnOfferIsCancelled(t *testing.T) {
	tb := newTable(t)
	tb.load(testSource, ev("a", "20261203T140000", "A"))
	tb.load(testSource, ev("b", "20261203T140000", "B"))
	text := icalWritten(t, tb.find(1).Offer)
	tb.equal("status", strings.Contains(text, "STATUS:CANCELLED"), true)
}

func TestAlarms(t *testing.T) {
	tb := newTable(t)
	tb.load(testSource, ev("a", "20261203T140000", "A, B"), ev("c", "20261205T140000", "C", "STATUS:CANCELLED"), "UID:d\nDTSTART;VALUE=DATE:20261206\nSUMMARY:D")
	text := tb.feed(CalendarOptions{Alarm: 90 * time.Minute})
	tb.equal("alarms", strings.Count(text, "BEGIN:VALARM"), 2)
	tb.equal("timed", strings.Contains(text, "BEGIN:VALARM\r\nACTION:DISPLAY\r\nDESCRIPTION:A\\, B\r\nTRIGGER:-PT90M\r\nEND:VALARM\r\nEND:VEVENT"), true)
	tb.equal("whole day", strings.Contains(text, "DESCRIPTION:D\r\nTRIGGER:-PT15H\r\n"), true)
	back, err := ReadCalendar(strings.NewReader(text), icalTestOptions(t))
	if err != nil || back.Entries[0].Title != "A, B" || back.Entries[0].Description != "" {
		t.Errorf("%v %+v", err, back)
	}
}

// What one person signed up for: some dates of a series, each an event of its own.
func TestSomeDatesOnly(t *testing.T) {
	tb := newTable(t)
	tb.load(testSource, ev("s", "20261201T100000", "Runde", "RRULE:FREQ=WEEKLY"), ev("a", "20261203T140000", "A"), "UID:d\nDTSTART;VALUE=DATE:20261206\nSUMMARY:D\nRRULE:FREQ=DAILY")
	list := func(yield func(Published, error) bool) {
		for n := 1; n <= 3; n++ {
			o := tb.find(n).Offer
			dates, err := store.Dates(tb.ctx, tb.store.Reader(), o.ID, tb.now.AddDate(0, 0, 7), 2)
			if n == 2 {
				dates, err = store.Dates(tb.ctx, tb.store.Reader(), o.ID, tb.now, -1)
			}
			if n == 1 {
				dates[0].Cancelled, dates[1].Title = true, "Runde extra"
			}
			if !yield(Published{Offer: o, Dates: dates}, err) {
				return
			}
		}
	}
	var b bytes.Buffer
	if err := WriteCalendar(&b, CalendarOptions{View: tb.view("de")}, list); err != nil {
		t.Fatal(err)
	}
	back, err := ReadCalendar(&b, icalTestOptions(t))
	if err != nil {
		t.Fatal(err)
	}
	var uids []string
	for _, e := range back.Entries {
		uids = append(uids, e.UID)
	}
	tb.equal("uids", uids, "[s#20261208T090000Z s#20261215T090000Z a d#20261206T230000Z d#20261207T230000Z]")
	tb.equal("dates", strings.Join(icalOccurrences(t, back.Entries), "; "), "2026-12-03T13:00/2026-12-03T14:30 A; 2026-12-07/2026-12-08 D; 2026-12-08/2026-12-09 D; "+
		"2026-12-08T09:00/2026-12-08T10:30 cancelled Runde; 2026-12-15T09:00/2026-12-15T10:30 Runde extra")
}

func TestFeedErrors(t *testing.T) {
	broken := errors.New("broken")
	good := icalStored(t, &icalCase(t, "DTSTART:20260301T100000Z").Entries[0])
	good.ID = 7
	var skipped []int64
	opt := CalendarOptions{View: icalView(t), Skipped: func(id int64, _ error) { skipped = append(skipped, id) }}
	list := func(offers []store.Offer, err error) iter.Seq2[Published, error] {
		return func(yield func(Published, error) bool) {
			for _, o := range offers {
				if !yield(Published{Offer: o}, nil) {
					return
				}
			}
			if err != nil {
				yield(Published{}, err)
			}
		}
	}
	icalIs(t, WriteCalendar(io.Discard, opt, list([]store.Offer{good}, broken)), broken)
	icalIs(t, WriteCalendar(errWriter{broken}, opt, list([]store.Offer{good}, nil)), broken)
	var bad []store.Offer
	for i, r := range []string{"", "{}", `{"start":"20260301T100000","zone":"Nirgends"}`, `{"start":"20260301T100000","zone":"Europe/Berlin","rule":"FREQ=SECONDLY"}`,
		`{"start":"20260301T100000","zone":"Europe/Berlin","overrides":[{"key":"x"}]}`} {
		o := good
		o.ID, o.Recurrence = int64(i+1), r
		bad = append(bad, o)
	}
	var b bytes.Buffer
	if err := WriteCalendar(&b, opt, list(append(bad, good), nil)); err != nil {
		t.Fatal(err)
	}
	icalSame(t, "skipped", skipped, []int64{1, 2, 3, 4, 5})
	icalSame(t, "written", strings.Count(b.String(), "BEGIN:VEVENT"), 1)
	if err := WriteOffer(io.Discard, opt.View, bad[2]); err == nil {
		t.Error("an offer that cannot be written")
	}
}

type errWriter struct{ err error }

func (w errWriter) Write([]byte) (int, error) { return 0, w.err }

// manyOffers are series of all kinds, made one by one.
func manyOffers(t testing.TB, n int, each func(i int)) iter.Seq2[Published, error] {
	var kinds []store.Offer
	for _, tt := range icalSeriesCases() {
		if strings.Contains(tt.lines, "RRULE") && !slices.Contains([]string{"never-again", "future-month", "future-unplanned"}, tt.name) {
			o := icalStored(t, &icalCase(t, tt.lines).Entries[0])
			o.Host, o.Kind, o.Topics, o.Description = "AWO Nord", KindTraining, []string{"Pflege", "Recht"}, strings.Repeat("Bitte meldet euch an. ", 10)
			kinds = append(kinds, o)
		}
	}
	return func(yield func(Published, error) bool) {
		for i := range n {
			each(i)
			o := kinds[i%len(kinds)]
			o.ID, o.Number, o.UID, o.Title = int64(i+1), i+1, fmt.Sprintf("%d@example.org", i), fmt.Sprintf("Fortbildung Nr. %d", i)
			if !yield(Published{Offer: o}, nil) {
				return
			}
		}
	}
}

func TestFeedStaysSmallInMemory(t *testing.T) {
	heap := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	var before, most uint64
	list := manyOffers(t, 3000, func(i int) {
		if i%500 == 499 {
			most = max(most, heap())
		}
	})
	view := icalView(t) // with the phrases, which are not the feed's
	before = heap()
	n := &countWriter{}
	if err := WriteCalendar(n, CalendarOptions{View: view}, list); err != nil {
		t.Fatal(err)
	}
	if n.n < 1<<20 || most > before+1<<18 {
		t.Errorf("%d bytes written, heap grew from %d to %d", n.n, before, most)
	}
}

type countWriter struct{ n int }

func (w *countWriter) Write(p []byte) (int, error) { w.n += len(p); return len(p), nil }

func BenchmarkWriteCalendar10000(b *testing.B) {
	list, v := manyOffers(b, 10_000, func(int) {}), icalView(b)
	b.ReportAllocs()
	for b.Loop() {
		n := &countWriter{}
		if err := WriteCalendar(n, CalendarOptions{View: v, Name: "Nord", Refresh: time.Hour, Alarm: time.Hour}, list); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(n.n)/1e6, "MB")
	}
}

func FuzzWriteReadsBack(f *testing.F) {
	for _, tt := range icalSeriesCases() {
		f.Add(icalCal("BEGIN:VEVENT\nUID:u1\nSUMMARY:T\n" + strings.TrimSpace(tt.lines) + "\nEND:VEVENT"))
	}
	f.Add(icalCal(icalEv("DTSTART:20260301T100000Z\nDESCRIPTION:a\\nb\\, c\nLOCATION:x\\;y\nCATEGORIES:Hilfe,a\nORGANIZER;CN=x:mailto:a@b.example")))
	opt, v := icalTestOptions(f), icalView(f)
	f.Fuzz(func(t *testing.T, text string) {
		cal, err := ReadCalendar(strings.NewReader(text), opt)
		if err != nil {
			return
		}
		for i := range cal.Entries {
			e := &cal.Entries[i]
			o := icalStored(t, e)
			var b bytes.Buffer
			if err := WriteOffer(&b, v, o); err != nil {
				t.Fatalf("%v: %+v", err, e.Recurrence)
			}
			icalLinesAreRight(t, b.String())
			back, err := ReadCalendar(bytes.NewReader(b.Bytes()), opt)
			if err != nil {
				t.Fatal(err)
			}
			if want, got := icalTimes(t, cal.Entries[i:i+1]), icalTimes(t, back.Entries); strings.Count(b.String(), "\nRDATE") < icalMaxListed {
				icalDiffer(t, got, want, b.String())
			}
			if len(back.Entries) > 0 && (back.Entries[0].Title != e.Title || back.Entries[0].UID != e.UID) && !slices.ContainsFunc(e.Recurrence.Overrides, func(o Override) bool { return o.Title != "" }) {
				t.Errorf("%q %q, want %q %q", back.Entries[0].Title, back.Entries[0].UID, e.Title, e.UID)
			}
		}
	})
}

// icalTimes are icalOccurrences without their texts.
func icalTimes(t testing.TB, entries []Entry) []string {
	plain := slices.Clone(entries)
	for i := range plain {
		plain[i].Title, plain[i].Location, plain[i].URL = "", "", ""
		plain[i].Recurrence.Overrides = slices.Clone(plain[i].Recurrence.Overrides)
		for j := range plain[i].Recurrence.Overrides {
			o := &plain[i].Recurrence.Overrides[j]
			o.Title, o.Location, o.URL = "", "", ""
		}
	}
	return slices.Compact(icalOccurrences(t, plain))
}
