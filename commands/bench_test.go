package commands

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"buffet/lang"
	"buffet/offers"
	"buffet/store"
)

// manyOffers is a programme of n: three of ten are weekly series, with a date
// left out and one that was moved and renamed.
func manyOffers(n int) string {
	var b strings.Builder
	b.WriteString("BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//bench//DE\n")
	for i := range n {
		day := time.Date(2026, 12, 1, 8+i%10, 0, 0, 0, time.UTC).AddDate(0, 0, i%360)
		series := i%10 < 3
		if series {
			day = day.AddDate(0, 0, -i%360+i%14)
		}
		event := func(start time.Time, title, more string) {
			fmt.Fprintf(&b, "BEGIN:VEVENT\nUID:u%d@example.org\nDTSTAMP:20261101T000000Z\nDTSTART;TZID=Europe/Berlin:%s\nDURATION:PT90M\nSUMMARY:%s %d\n"+
				"DESCRIPTION:%s\nCATEGORIES:Austausch,Leitung,Thema %d\nLOCATION:Haus der Vielfalt\\, Raum %d\nURL:https://example.org/%d\n%sEND:VEVENT\n",
				i, start.Format("20060102T150405"), title, i, strings.Repeat("Ein Satz über das Angebot. ", 8), i%50, i%40, i, more)
		}
		if !series {
			event(day, "Angebot", "")
			continue
		}
		out, moved := day.AddDate(0, 0, 14).Format("20060102T150405"), day.AddDate(0, 0, 7)
		event(day, "Reihe", "RRULE:FREQ=WEEKLY\nEXDATE;TZID=Europe/Berlin:"+out+"\n")
		event(moved.Add(2*time.Hour), "Reihe, verlegt", "RECURRENCE-ID;TZID=Europe/Berlin:"+moved.Format("20060102T150405")+"\n")
	}
	b.WriteString("END:VCALENDAR\n")
	return strings.ReplaceAll(b.String(), "\n", "\r\n")
}

// BenchmarkOffersMonth10000 is a command inside the bot: reading it, looking
// through 10,000 offers with their series, the answer. The limit is 20 ms.
func BenchmarkOffersMonth10000(b *testing.B) {
	ctx := b.Context()
	phrases, err := lang.Load()
	if err != nil {
		b.Fatal(err)
	}
	table, err := New(phrases)
	if err != nil {
		b.Fatal(err)
	}
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		b.Fatal(err)
	}
	st, err := store.Open(ctx, filepath.Join(b.TempDir(), "buffet.db"))
	if err != nil {
		b.Fatal(err)
	}
	defer st.Close()
	now := time.Date(2026, 11, 30, 9, 0, 0, 0, zone)
	cal, err := offers.ReadCalendar(strings.NewReader(manyOffers(10_000)), offers.ReadOptions{Zone: zone, Now: now})
	if err != nil || len(cal.Entries) != 10_000 {
		b.Fatal(len(cal.Entries), err)
	}
	if err := st.Write(ctx, func(tx *store.Tx) error {
		_, err := offers.Import(ctx, tx, "Nord", "bench.ics", cal, now)
		return err
	}); err != nil {
		b.Fatal(err)
	}
	req := Request{Event: "$1", Room: room, Sender: "@ben:example.org", Now: now,
		Networks: []Network{{Name: "Nord", Lang: lang.German, Zone: zone, Prefix: "!", Room: room}}}
	for _, text := range []string{"angebote monat", "angebote monat austausch", "angebote monat raum"} {
		b.Run(text, func(b *testing.B) {
			for b.Loop() {
				req.Text = text
				var reply *Reply
				if err := st.Write(ctx, func(tx *store.Tx) (err error) {
					reply, err = table.Run(ctx, tx, req)
					return err
				}); err != nil || !strings.Contains(reply.Text.Plain(), "weitere") {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/1000, "ms/op")
			b.ReportMetric(20, "limit-ms")
		})
	}
}
