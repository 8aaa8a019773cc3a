package offers

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"maunium.net/go/mautrix/id"

	"buffet/lang"
	"buffet/store"
)

func TestImportLifeOfOffers(t *testing.T) {
	tb := newTable(t)
	a, b := ev("a", "20261203T140000", "Alpha"), ev("b", "20261204T140000", "Beta", "LOCATION:Kiel")
	tb.equal("first", changes(tb.load(testSource, a, b)), "2+0=0-0 1 Alpha new, 2 Beta new")
	first := tb.find(1)

	tb.now = tb.now.Add(time.Hour)
	tb.equal("again", changes(tb.load(testSource, a, b)), "0+0=2-0 ")
	tb.equal("untouched", tb.find(1).Changed, first.Changed)
	tb.equal("sequence alone", changes(tb.load(testSource, a+"\nSEQUENCE:1", b)), "0+0=2-0 ")

	b = ev("b", "20261204T140000", "Beta", "LOCATION:Lübeck")
	tb.equal("place", changes(tb.load(testSource, a, b)), "0+1=1-0 2 Beta place")
	a = ev("a", "20261203T150000", "Alpha", "SEQUENCE:2")
	tb.equal("time", changes(tb.load(testSource, a, b)), "0+1=1-0 1 Alpha time")
	tb.equal("moved", tb.find(1).Next[0].Start, time.Date(2026, 12, 3, 14, 0, 0, 0, time.UTC))
	tb.equal("still the same date", tb.find(1).Next[0].Key, first.Next[0].Key)
	tb.equal("older", changes(tb.load(testSource, ev("a", "20261203T090000", "Alpha", "SEQUENCE:1"), b)), "0+0=2-0 ")
	tb.equal("title", changes(tb.load(testSource, ev("a", "20261203T150000", "Alpha!", "SEQUENCE:2"), b)), "0+1=1-0 1 Alpha! changed")

	tb.equal("gone", changes(tb.load(testSource, b)), "0+0=1-1 1 Alpha! withdrawn")
	tb.equal("gone stays gone", changes(tb.load(testSource, b)), "0+0=1-0 ")
	tb.equal("list", tb.titles(), []string{"Beta"})
	tb.equal("new number", changes(tb.load(testSource, b, ev("c", "20261205T140000", "Gamma"))), "1+0=1-0 3 Gamma new")
	tb.equal("back", changes(tb.load(testSource, a, b, ev("c", "20261205T140000", "Gamma"))), "1+0=2-0 1 Alpha new")
	tb.equal("cancelled", changes(tb.load(testSource, a+"\nSTATUS:CANCELLED", b, ev("c", "20261205T140000", "Gamma"))),
		"0+1=2-0 1 Alpha cancelled")
}

func TestImportKeepsWhatItCannotRead(t *testing.T) {
	tb := newTable(t)
	tb.load(testSource, ev("a", "20261203T140000", "Alpha"), ev("b", "20261204T140000", "Beta"))
	broken := "UID:a\nDTSTART;TZID=Atlantis/Poseidonis:20261203T150000\nSUMMARY:Alpha"
	r := tb.load(testSource, broken, ev("b", "20261204T140000", "Beta"))
	if len(r.Skipped) != 1 {
		t.Fatalf("skipped: %v", r.Skipped)
	}
	tb.equal("changes", changes(r), "0+0=1-0 ")
	tb.equal("list", tb.titles(), []string{"Alpha", "Beta"})
}

func TestImportSources(t *testing.T) {
	tb := newTable(t)
	tb.load("file.ics", ev("a", "20261203T140000", "Alpha"))
	tb.equal("a feed takes over a file", changes(tb.load("https://one.example/", ev("a", "20261203T140000", "Alpha"))), "0+0=1-0 ")
	tb.equal("and owns it", changes(tb.load("file.ics")), "0+0=0-0 ")
	tb.write(func(tx *store.Tx) error {
		return tx.PutFeed(t.Context(), store.Feed{Network: testNetwork, URL: "https://one.example/", Checked: tb.now})
	})
	other := ev("a", "20261203T140000", "Other")
	tb.equal("two feeds do not take turns", changes(tb.load("https://two.example/", other)), "0+0=1-0 ")
	tb.equal("unless it is newer", changes(tb.load("https://two.example/", other+"\nSEQUENCE:1")), "0+1=0-0 1 Other changed")
	tb.equal("another network", func() string {
		var r *Report
		tb.write(func(tx *store.Tx) (err error) {
			r, err = Import(t.Context(), tx, "süd", "x", tb.calendar(ics(other)), tb.now)
			return err
		})
		return changes(r)
	}(), "1+0=0-0 1 Other new")
}

func TestImportSeries(t *testing.T) {
	tb := newTable(t)
	weekly := "RRULE:FREQ=WEEKLY"
	tb.load(testSource, ev("s", "20261201T100000", "Runde", weekly))
	o := tb.find(1)
	if len(o.Next) != NextDates || !o.More {
		t.Fatalf("dates: %v", o.Next)
	}
	tb.equal("one less", changes(tb.load(testSource, ev("s", "20261201T100000", "Runde", weekly,
		"EXDATE;TZID=Europe/Berlin:20261208T100000"))), "0+1=0-0 1 Runde cancelled")
	tb.equal("next", tb.find(1).Next[1].Start.In(tb.zone).Day(), 15)
	moved := "UID:s\nRECURRENCE-ID;TZID=Europe/Berlin:20261208T100000\nDTSTART;TZID=Europe/Berlin:20261209T110000\nDURATION:PT1H\nSUMMARY:Runde extra"
	tb.equal("one moved", changes(tb.load(testSource, ev("s", "20261201T100000", "Runde", weekly), moved)), "0+1=0-0 1 Runde changed")
	tb.equal("moved", tb.find(1).Next[1].Start.In(tb.zone).Format("2.1. 15:04")+tb.find(1).Next[1].Title, "9.12. 11:00Runde extra")
	tb.equal("all moved a day", changes(tb.load(testSource, ev("s", "20261202T100000", "Runde", weekly))), "0+1=0-0 1 Runde time")
	tb.equal("no old dates left", len(tb.titles("tomorrow")), 0)
}

func TestDryRunLeavesNothing(t *testing.T) {
	tb := newTable(t)
	stop := errors.New("dry")
	err := tb.store.Write(t.Context(), func(tx *store.Tx) error {
		if _, err := Import(t.Context(), tx, testNetwork, testSource, tb.calendar(ics(ev("a", "20261203T140000", "A"))), tb.now); err != nil {
			return err
		}
		return stop
	})
	if !errors.Is(err, stop) || len(tb.titles()) != 0 {
		t.Errorf("%v, %v", err, tb.titles())
	}
}

func TestExtend(t *testing.T) {
	tb := newTable(t)
	tb.load(testSource, ev("s", "20261201T100000", "Runde", "RRULE:FREQ=WEEKLY"), ev("far", "20280301T100000", "Fern"),
		ev("m", "20261203T140000", "Einzeln"))
	tb.load(testSource, ev("s", "20261201T100000", "Runde", "RRULE:FREQ=WEEKLY"), ev("far", "20280301T100000", "Fern"),
		ev("m", "20261203T160000", "Einzeln"))
	extend := func() (n int) {
		tb.write(func(tx *store.Tx) error { return Extend(t.Context(), tx, tb.now) })
		if err := tb.store.Reader().QueryRowContext(t.Context(), `SELECT count(*) FROM occurrence`).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	tb.equal("today", extend(), 57+1) // 400 days hold 57 of the Tuesdays at 10
	tb.now = tb.now.AddDate(0, 2, 0)
	tb.equal("two months on", extend(), 57+9+1-5) // 9 Tuesdays more and the far one; 5 and the single one are a month over
	tb.now = tb.now.AddDate(0, 0, 60)
	extend()
	tb.now = time.Date(2028, 2, 20, 9, 0, 0, 0, tb.zone)
	extend()
	tb.equal("far one", tb.titles("14", "tage", "fern"), []string{"Fern"})
}

func TestFindUnknown(t *testing.T) {
	tb := newTable(t)
	_, err := Find(t.Context(), tb.store.Reader(), testNetwork, 7, tb.now)
	if p, ok := lang.AsProblem(err); !ok || p.Key != "offer_unknown" {
		t.Errorf("error: %v", err)
	}
}

func manyEvents(n int) string {
	var events []string
	for i := range n {
		day := time.Date(2026, 12, 1, 8+i%10, 0, 0, 0, time.UTC).AddDate(0, 0, i%360)
		more := []string{"LOCATION:Haus der Vielfalt, Raum " + fmt.Sprint(i%40), "CATEGORIES:Austausch,Leitung,Personal",
			"DESCRIPTION:" + strings.Repeat("Ein Satz über das Angebot. ", 8)}
		events = append(events, ev(fmt.Sprintf("u%d@example.org", i), day.Format("20060102T150405"), fmt.Sprintf("Angebot %d", i), more...))
	}
	return ics(events...)
}

// BenchmarkImport10000 reads a feed of 10,000 events into the table, and then
// again as it is, as from a server that knows no ETag. The limits are 3 s and
// 300 ms.
func BenchmarkImport10000(b *testing.B) {
	text := manyEvents(10_000)
	for b.Loop() {
		b.StopTimer()
		tb := benchTable(b)
		run := func() time.Duration {
			start := time.Now()
			cal, err := ReadCalendar(strings.NewReader(text), ReadOptions{Zone: tb.zone, Now: tb.now})
			if err != nil || len(cal.Entries) != 10_000 {
				b.Fatal(err)
			}
			if err := tb.store.Write(b.Context(), func(tx *store.Tx) error {
				_, err := Import(b.Context(), tx, testNetwork, testSource, cal, tb.now)
				return err
			}); err != nil {
				b.Fatal(err)
			}
			return time.Since(start)
		}
		b.StartTimer()
		fresh := run()
		b.StopTimer()
		b.ReportMetric(float64(fresh.Milliseconds()), "new-ms")
		b.ReportMetric(3000, "new-limit-ms")
		b.ReportMetric(float64(run().Milliseconds()), "unchanged-ms")
		b.ReportMetric(300, "unchanged-limit-ms")
		b.StartTimer()
	}
}

// TestImportPrivate: what is not for everybody is left out, and goes if it was
// there before.
func TestImportPrivate(t *testing.T) {
	tb := newTable(t)
	one := ev("a", "20261203T140000", "Alpha", "RRULE:FREQ=WEEKLY;COUNT=3")
	date := ev("a", "20261210T160000", "Geheim", "RECURRENCE-ID;TZID=Europe/Berlin:20261210T140000")
	tb.load(testSource, one, date)
	for _, class := range []string{"CLASS:PRIVATE", "CLASS:confidential", "CLASS:X-NUR-WIR"} {
		r := tb.load(testSource, one+"\n"+class, date)
		tb.equal("dates of "+class, tb.titles("monat"), "[]")
		tb.equal("left out", fmt.Sprint(r.Withdrawn, " ", len(r.Skipped), " ", r.Skipped[0].Reason), "1 1 skip_private")
		tb.equal("broken", tb.load(testSource, strings.Replace(one, "DTSTART", "X-START", 1)+"\n"+class).Skipped[0].Reason, ReasonPrivate)
		tb.load(testSource, one+"\nCLASS:PUBLIC", date)
		tb.equal("dates", tb.titles("monat"), "[Alpha Geheim Alpha]")
	}
	r := tb.load(testSource, one, date+"\nCLASS:PRIVATE")
	tb.equal("its other dates", tb.titles("monat"), "[Alpha Alpha]")
	tb.equal("left out", len(r.Skipped), 1)
	tb.load(testSource, one, strings.Replace(date, "RECURRENCE-ID", "RECURRENCE-ID;RANGE=THISANDFUTURE", 1)+"\nCLASS:PRIVATE")
	tb.equal("for good", tb.titles("monat"), "[]")
	tb.load(testSource, date)
	tb.equal("alone", tb.titles("monat"), "[Geheim]")
	tb.load(testSource, date+"\nCLASS:PRIVATE")
	tb.equal("alone and private", tb.titles("monat"), "[]")
}

// TestImportDateWithoutPlace: a single date that lost the place and the link of
// its series has none anywhere, and who comes to it hears of that once.
func TestImportDateWithoutPlace(t *testing.T) {
	tb := newTable(t)
	series := ev("a", "20261203T140000", "Alpha", "RRULE:FREQ=WEEKLY;COUNT=3", "LOCATION:Kiel", "URL:https://example.org/alt")
	lost := ev("a", "20261210T140000", "Alpha", "RECURRENCE-ID;TZID=Europe/Berlin:20261210T140000")
	tb.load(testSource, series)
	tb.announceIn("!a:x", "post", "$p")
	key := tb.find(1).Next[1].Key
	sign := func(user id.UserID, e id.EventID) {
		t.Helper()
		tb.write(func(tx *store.Tx) error {
			_, err := SignUp(t.Context(), tx, tb.view(lang.German), 1, key, Coming{User: user, Event: e, Room: "!a:x", Names: Unnamed})
			return err
		})
	}
	sign(anna, "$1")
	tb.out()
	said := func() (text string) {
		tb.mend()
		for _, m := range tb.out() {
			text += m.Plain + "\n"
		}
		return text
	}
	tb.equal("lost", changes(tb.load(testSource, series, lost)), "0+1=0-0 1 Alpha place")
	if got := said(); !strings.Contains(got, "Do, 10. Dez, 14:00–15:30 Uhr: noch offen") {
		t.Errorf("nobody hears that its place is open: %s", got)
	}
	sign(bert, "$2") // who knows it as it is now
	tb.equal("again", changes(tb.load(testSource, series+"\nDESCRIPTION:neu", lost)), "0+1=0-0 1 Alpha changed")
	if got := said(); strings.Contains(got, "noch offen") {
		t.Errorf("said again: %s", got)
	}
	o := tb.find(1)
	tb.equal("dates", fmt.Sprint(o.Next[0].Location, o.Next[0].URL, "|", o.Next[1].Location, o.Next[1].URL, "|", o.Next[2].Location), "Kielhttps://example.org/alt||Kiel")
	text := icalWritten(t, o.Offer)
	if strings.Count(text, "LOCATION:") != 1 || strings.Count(text, "URL:") != 1 {
		t.Errorf("written as\n%s", text)
	}
	_, dates, _ := tb.ask(lang.German, "monat", "Alpha")
	if list := RenderList(tb.view(lang.German), Query{}, dates, 3).Plain(); strings.Count(list, "Kiel") != 2 {
		t.Error(list)
	}
	off := tb.calendar(ics(series, lost+"\nSTATUS:CANCELLED")).Entries[0].Recurrence.Overrides[0]
	tb.equal("of what is off the place is not lost", off.Location+off.URL, "")
}
