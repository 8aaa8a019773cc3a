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
)

type icalPeer struct {
	read  func(testing.TB, []string) map[string][]string
	wrong map[string]string // cases it reads wrongly: the days that are not compared, or "" for all
	// oneADay: it takes dates on one day for the same one, so that random series with such days are not compared.
	oneADay bool
}

// icalPeers are other programs' ways to read a calendar. All of them take the second of the hours that clocks show
// twice, against RFC 5545 3.3.5; libical loses its way in those that clocks skip; and recurring-ical-events 2.0.1
// knows only one date a day of what has a SEQUENCE.
func icalPeers() map[string]icalPeer {
	const twice, skipped = "2026-10-25", "2026-03-29 2026-03-30"
	return map[string]icalPeer{
		"emersion/go-ical": {icalEach(icalByEmersion), map[string]string{"overlap": twice}, false},
		"arran4":           {icalEach(icalByArran), map[string]string{"overlap": twice}, false},
		"icalendar":        {icalByPython("icalendar"), map[string]string{"overlap": twice, "exdate-day": ""}, true},
		"libical":          {icalByPython("libical"), map[string]string{"overlap": twice, "gap": skipped}, false},
	}
}

// What we write, four other libraries read as the same dates over two years.
func TestPeersReadTheSame(t *testing.T) {
	const title = `Ämter, Anträge; und \ "Zeit" für Fragen – mit Kaffee, Kuchen und allem, was dazugehört ☕👩‍👩‍👧`
	dir := t.TempDir()
	var files []string
	view := icalView(t)
	texts, want, crowded := map[string]string{}, map[string][]string{}, map[string]bool{}
	cases := icalSeriesCases()
	for seed := range uint64(60) {
		lines := icalRandom(rand.New(rand.NewPCG(seed, 2)), true)
		cases = append(cases, struct{ name, lines string }{fmt.Sprint("random-", seed), lines})
	}
	for _, tt := range cases {
		e := icalRead(t, icalCal("BEGIN:VEVENT\nUID:u1\nSUMMARY:T\n"+strings.TrimSpace(tt.lines)+"\nEND:VEVENT")).Entries[0]
		e.Title = title
		for _, own := range []bool{false, true} {
			var b strings.Builder
			if err := WriteOffer(&b, view, icalStored(t, &e)); err != nil {
				t.Fatal(err)
			}
			text := b.String()
			name := tt.name
			if own { // under a name that nobody knows, our description of the zone must do
				name += "-own"
				text = strings.NewReplacer("TZID="+e.Recurrence.Zone, "TZID=Hof-"+tt.name, "TZID:"+e.Recurrence.Zone, "TZID:Hof-"+tt.name).Replace(text)
				if strings.Contains(tt.name, "utc") || e.AllDay {
					continue
				}
			}
			path := filepath.Join(dir, name+".ics")
			if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			files, texts[path], crowded[path] = append(files, path), text, icalCrowded(t, e.Recurrence)
			for _, d := range icalOccurrences(t, []Entry{{Title: title, Recurrence: e.Recurrence, Cancelled: e.Cancelled}}) {
				if !strings.Contains(d, " cancelled") && (strings.HasPrefix(d, "2026") || strings.HasPrefix(d, "2027")) {
					d, _, _ = strings.Cut(d, title)
					want[path] = append(want[path], d+title)
				}
			}
			want[path] = slices.Compact(want[path])
		}
	}
	for name, peer := range icalPeers() {
		t.Run(name, func(t *testing.T) {
			got := peer.read(t, files)
			for path := range got {
				tt := strings.TrimSuffix(filepath.Base(path), ".ics")
				t.Run(tt, func(t *testing.T) {
					days, known := peer.wrong[strings.TrimSuffix(tt, "-own")]
					if known && days == "" || peer.oneADay && strings.HasPrefix(tt, "random") && crowded[path] {
						t.Skip("read wrongly by this library")
					}
					right := func(dates []string) []string {
						return slices.DeleteFunc(slices.Clone(dates), func(d string) bool { return known && strings.Contains(days, d[:10]) })
					}
					if len(right(want[path])) == 0 && !strings.HasPrefix(tt, "single-cancelled") && !strings.HasPrefix(tt, "random") {
						t.Error("the case has no dates")
					}
					icalDiffer(t, right(got[path]), right(want[path]), texts[path])
				})
			}
		})
	}
}

// icalCrowded tells whether two dates, or their keys, share a day.
func icalCrowded(t testing.TB, r Recurrence) bool {
	t.Helper()
	dates, err := expand(r, icalDay("2025-12-01"), icalDay("2028-02-01"))
	if err != nil {
		t.Fatal(err)
	}
	of := map[string]time.Time{}
	for _, d := range dates {
		for _, at := range []time.Time{d.Start, d.Key.In(d.Start.Location()), d.Key} {
			day := at.Format(icalDateForm)
			if key, taken := of[day]; taken && !key.Equal(d.Key) {
				return true
			}
			of[day] = d.Key
		}
	}
	return false
}
