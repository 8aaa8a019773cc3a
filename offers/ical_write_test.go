package offers

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"buffet/lang"
	"buffet/store"
)

func icalCase(t testing.TB, lines string) *Calendar {
	t.Helper()
	cal := icalRead(t, icalCal("BEGIN:VEVENT\nUID:u1\nSUMMARY:T\n"+strings.TrimSpace(lines)+"\nEND:VEVENT"))
	if len(cal.Entries) != 1 || len(cal.Skipped) > 0 {
		t.Fatalf("entries %v, skipped %v", cal.Entries, cal.Skipped)
	}
	return cal
}

// icalStored is an entry as an import stores it.
func icalStored(t testing.TB, e *Entry) store.Offer {
	t.Helper()
	im := importer{network: testNetwork, now: time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)}
	o, err := im.offer(e, "")
	if err != nil {
		t.Fatal(err)
	}
	o.ID, o.Number, o.Revision = 1, 1, o.Sequence
	o.Expanded = time.Date(2029, 1, 1, 0, 0, 0, 0, time.UTC)
	return *o
}

func icalView(t testing.TB) View {
	t.Helper()
	p, err := lang.Load()
	if err != nil {
		t.Fatal(err)
	}
	return View{Phrases: p, Lang: "de", Zone: icalBerlin(t), Prefix: "!"}
}

func icalWritten(t testing.TB, o store.Offer) string {
	t.Helper()
	var b bytes.Buffer
	if err := WriteOffer(&b, icalView(t), o); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// icalOccurrences are the dates of all entries in the years 2026 and 2027, each with what it says.
func icalOccurrences(t testing.TB, entries []Entry) []string {
	t.Helper()
	out := []string{}
	for _, e := range entries {
		dates, err := expand(e.Recurrence, icalDay("2026-01-01"), icalDay("2028-01-01"))
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range dates {
			s := d.Start.UTC().Format("2006-01-02T15:04") + "/" + d.End.UTC().Format("2006-01-02T15:04")
			if d.AllDay {
				s = d.Start.Format("2006-01-02") + "/" + d.End.Format("2006-01-02")
			}
			if d.Cancelled || e.Cancelled {
				s += " cancelled"
			}
			out = append(out, strings.TrimSpace(s+" "+cmp.Or(d.Title, e.Title)+" "+store.Own(d.Location, e.Location)+" "+store.Own(d.URL, e.URL)))
		}
	}
	slices.Sort(out)
	return out
}

func TestWriteReadsBack(t *testing.T) {
	for _, tt := range icalSeriesCases() {
		t.Run(tt.name, func(t *testing.T) {
			cal := icalCase(t, tt.lines)
			text := icalWritten(t, icalStored(t, &cal.Entries[0]))
			icalLinesAreRight(t, text)
			back, err := ReadCalendar(strings.NewReader(text), icalTestOptions(t))
			if err != nil || len(back.Skipped) > 0 {
				t.Fatalf("%v, skipped %v in\n%s", err, back.Skipped, text)
			}
			want, got := icalOccurrences(t, cal.Entries), icalOccurrences(t, back.Entries)
			if len(want) == 0 {
				t.Fatal("the case has no dates")
			}
			icalDiffer(t, got, want, text)
			if back.Entries[0].UID != "u1" {
				t.Errorf("UID %q", back.Entries[0].UID)
			}
			if len(back.Entries) > 1 && !strings.HasPrefix(tt.name, "future") {
				t.Errorf("%d series", len(back.Entries))
			}
		})
	}
}

// icalDiffer names the dates that are in one of the lists only.
func icalDiffer(t testing.TB, got, want []string, text string) {
	t.Helper()
	var only []string
	for _, d := range got {
		if !slices.Contains(want, d) {
			only = append(only, "+ "+d)
		}
	}
	for _, d := range want {
		if !slices.Contains(got, d) {
			only = append(only, "- "+d)
		}
	}
	if len(only) > 0 || len(got) != len(want) {
		t.Errorf("%d dates, want %d:\n%s\nin\n%s", len(got), len(want), strings.Join(only[:min(len(only), 20)], "\n"), text)
	}
}

// icalLinesAreRight checks what RFC 5545 3.1 asks of every line.
func icalLinesAreRight(t testing.TB, text string) {
	t.Helper()
	if !strings.HasSuffix(text, "END:VCALENDAR\r\n") {
		t.Errorf("ends with %q", text[max(0, len(text)-40):])
	}
	for line := range strings.SplitSeq(strings.TrimSuffix(text, "\r\n"), "\r\n") {
		if len(line) > 75 || line == "" || strings.ToValidUTF8(line, "") != line || strings.ContainsFunc(line, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }) {
			t.Errorf("line of %d octets: %q", len(line), line)
		}
	}
}

func TestGoldenCalendars(t *testing.T) {
	for _, tt := range icalSeriesCases() {
		if !slices.Contains([]string{"days-weekly", "moved", "moved-unplanned", "one-cancelled", "future-day", "lord-howe", "exdate-day", "single-cancelled"}, tt.name) {
			continue
		}
		e := icalCase(t, tt.lines).Entries[0]
		e.Title, e.Host, e.Kind, e.Topics = "Offene Sprechstunde, für alle; auch \\ online – mit Kaffee, Kuchen und Zeit für Fragen ☕", "AWO Nord", KindExchange, []string{"Pflege", "Ämter, Anträge"}
		e.Description, e.Sequence = "Komm vorbei.\nOhne Anmeldung.", 3
		icalGolden(t, "calendar_"+tt.name+".ics", icalWritten(t, icalStored(t, &e)))
	}
}

func icalGolden(t testing.TB, name, got string) {
	t.Helper()
	path := "testdata/golden/" + name
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s:\n%s", name, got)
	}
}

// A zone written down and read again must be the zone, hour by hour.
func TestWrittenZoneIsTheZone(t *testing.T) {
	for _, name := range []string{"Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "Africa/Casablanca",
		"Europe/Dublin", "America/Santiago", "Asia/Jerusalem", "America/Nuuk", "Africa/Cairo", "Europe/Istanbul", "Asia/Gaza", "Pacific/Apia", "Etc/GMT+5"} {
		for _, years := range [][2]int{{1970, 0}, {1995, 2009}, {2026, 0}, {2026, 2027}} {
			t.Run(fmt.Sprint(name, years), func(t *testing.T) {
				loc, err := time.LoadLocation(name)
				if err != nil {
					t.Fatal(err)
				}
				back := icalZoneBack(t, loc, years[0], years[1])
				last, step := years[1], time.Hour
				if last == 0 { // over so many years, any hour is hit by a longer stride
					last, step = icalLastYear-1, 11*time.Hour
				}
				for at := time.Date(years[0], 1, 1, 0, 0, 0, 0, time.UTC); at.Year() <= last; at = at.Add(step) {
					_, want := at.In(loc).Zone()
					if _, got := at.In(back).Zone(); got != want {
						t.Fatalf("%v: offset %d, want %d", at, got, want)
					}
				}
			})
		}
	}
}

func icalZoneBack(t testing.TB, loc *time.Location, first, last int) *time.Location {
	t.Helper()
	var b bytes.Buffer
	w := newICalWriter(&b)
	w.vtimezone("X", loc, first, last)
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	file, err := icalScan(strings.NewReader("BEGIN:VCALENDAR\r\n" + b.String() + "END:VCALENDAR\r\n"))
	if err != nil {
		t.Fatal(err)
	}
	back, err := icalDescribedZone("X", file.zones["X"])
	if err != nil {
		t.Fatalf("%v in\n%s", err, b.String())
	}
	return back
}

func TestYearlyZonesHaveRules(t *testing.T) {
	for name, want := range map[string]string{
		"Europe/Berlin": "BYMONTH=10;BYDAY=-1SU BYMONTH=3;BYDAY=-1SU", "America/New_York": "BYMONTH=11;BYDAY=1SU BYMONTH=3;BYDAY=2SU",
		"Australia/Lord_Howe": "BYMONTH=10;BYDAY=1SU BYMONTH=4;BYDAY=1SU", "Asia/Kolkata": "", "Asia/Jerusalem": "BYMONTH=10;BYDAY=-1SU BYMONTH=3;BYMONTHDAY=23,24,25,26,27,28,29;BYDAY=FR",
	} {
		loc, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		w := newICalWriter(&b)
		w.vtimezone(name, loc, 2026, 0)
		_ = w.Flush()
		var rules []string
		for line := range strings.SplitSeq(strings.ReplaceAll(b.String(), "\r\n ", ""), "\r\n") {
			if rule, ok := strings.CutPrefix(line, "RRULE:FREQ=YEARLY;"); ok {
				rules = append(rules, rule)
			}
			if strings.HasPrefix(line, "RDATE") {
				t.Errorf("%s: %s", name, line)
			}
		}
		icalSame(t, name, strings.Join(rules, " "), want)
	}
}

// Ireland's and Morocco's winter time is the exception by law, but programs expect DAYLIGHT to be ahead.
func TestDaylightIsAhead(t *testing.T) {
	for _, name := range []string{"Europe/Dublin", "Africa/Casablanca", "Europe/Berlin", "Australia/Lord_Howe"} {
		loc, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		seen := map[bool]int{}
		for _, turn := range icalTurns(loc, 2026) {
			if seen[turn.summer]++; turn.summer != (turn.to > turn.from) {
				t.Errorf("%s: %+v", name, turn)
			}
		}
		if seen[true] < 50 || seen[false] < 50 {
			t.Errorf("%s: %v turns", name, seen)
		}
	}
}

func TestWriteTexts(t *testing.T) {
	e := icalCase(t, "DTSTART:20260301T100000Z").Entries[0]
	o := icalStored(t, &e)
	long := strings.Repeat("Ä👩‍👩‍👧 ", 1100)
	for _, tt := range []struct{ name, title, want string }{
		{"marks", `a;b,c\d:"e"`, `a;b,c\d:"e"`},
		{"backslash n", `C:\neu\`, `C:\neu\`},
		{"html", "<b>Kurs</b> <script>alert(1)</script>", "<b>Kurs</b> <script>alert(1)</script>"},
		{"a new property", "T\r\nATTENDEE:mailto:x@example.org\nEND:VEVENT", "T ATTENDEE:mailto:x@example.org END:VEVENT"},
		{"other line ends", "a\u2028b\u2029c\vd\fe\u0085f", "a b c d e f"},
		{"controls", "a\x00b\x1b[31mc\x7f", "ab[31mc"},
		{"turned around", "abc\u202egpj.exe\u2066", "abcgpj.exe"},
		{"no UTF-8", "a\xff\xfeb", "ab"},
		{"emoji", "👩‍👩‍👧‍👦 🏳️‍🌈 ☕", "👩‍👩‍👧‍👦 🏳️‍🌈 ☕"},
		{"10 kB", long, icalOneLine(long, 200)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			o.Title, o.Location, o.Host, o.Topics = tt.title, tt.title, tt.title, []string{tt.title}
			o.Description = tt.title + "\nzwei"
			o.Kind = KindHelp
			text := icalWritten(t, o)
			icalLinesAreRight(t, text)
			back, err := ReadCalendar(strings.NewReader(text), icalTestOptions(t))
			if err != nil || len(back.Entries) != 1 {
				t.Fatal(err, text)
			}
			got := back.Entries[0]
			icalSame(t, "title", got.Title, tt.want)
			icalSame(t, "place", got.Location, tt.want)
			icalSame(t, "topics", got.Topics, []string{icalOneLine(tt.title, 40)})
			icalSame(t, "kind", got.Kind, KindHelp)
			icalSame(t, "host", got.Host, "")
			if strings.Count(strings.ReplaceAll(text, "\r\n ", ""), "\r\nATTENDEE") > 0 {
				t.Error(text)
			}
		})
	}
}

func TestWriteHosts(t *testing.T) {
	e := icalCase(t, "DTSTART:20260301T100000Z").Entries[0]
	for host, want := range map[string]string{
		"AWO Nord":                         "CONTACT:AWO Nord",
		"info@awo.example":                 `ORGANIZER;CN="info@awo.example":mailto:info@awo.example`,
		`Anna "Nord" <anna+x@awo.example>`: "",
		"Anna, Nord <anna@awo.example>":    `CONTACT:Anna\, Nord <anna@awo.example>`,
		"Anna Nord <anna@awo.example>":     `ORGANIZER;CN="Anna Nord":mailto:anna@awo.example`,
		"a@b\r\nX:y":                       "CONTACT:a@b X:y",
	} {
		o := icalStored(t, &e)
		o.Host = host
		text := strings.ReplaceAll(icalWritten(t, o), "\r\n ", "")
		if !strings.Contains(text, "\r\n"+want) {
			t.Errorf("%q: %s", host, text)
		}
		if strings.Contains(text, "\r\nCONTACT") != strings.Contains(text, `DESCRIPTION:Von: `) {
			t.Errorf("%q: %s", host, text)
		}
	}
}

func TestKindsAreReadBack(t *testing.T) {
	v := icalView(t)
	for _, v.Lang = range []string{"de", "en"} {
		for _, kind := range []string{KindInformation, KindTraining, KindExchange, KindHelp} {
			icalSame(t, v.Lang, icalKind(v.kind(kind)), kind)
		}
	}
}

// Two offers whose calendars call different zones by one name.
func TestWriteOwnZones(t *testing.T) {
	zone := func(offset string) string {
		return "BEGIN:STANDARD\nDTSTART:19700101T000000\nTZOFFSETFROM:" + offset + "\nTZOFFSETTO:" + offset + "\nEND:STANDARD\n"
	}
	v := icalView(t)
	list := func(yield func(Published, error) bool) {
		for i, offset := range []string{"+0330", "-0145", "+0900"} {
			name := `Hof: "Nord", \Süd`
			if i == 2 {
				name = "/Europe/Berlin/" // cleaned, it would be a zone that readers know
			}
			r, _ := json.Marshal(Recurrence{Start: "20260301T120000", Seconds: 3600, Zone: name, VTimezone: zone(offset), Rule: "FREQ=DAILY;COUNT=2"})
			o := store.Offer{ID: int64(i), UID: fmt.Sprint("u", i), Title: "T", Status: store.OfferActive, Recurrence: string(r)}
			if !yield(Published{Offer: o}, nil) {
				return
			}
		}
	}
	var b bytes.Buffer
	if err := WriteCalendar(&b, CalendarOptions{View: v}, list); err != nil {
		t.Fatal(err)
	}
	back, err := ReadCalendar(&b, icalTestOptions(t))
	if err != nil {
		t.Fatal(err)
	}
	icalSame(t, "dates", icalOccurrences(t, back.Entries), []string{"2026-03-01T03:00/2026-03-01T04:00 T", "2026-03-01T08:30/2026-03-01T09:30 T", "2026-03-01T13:45/2026-03-01T14:45 T",
		"2026-03-02T03:00/2026-03-02T04:00 T", "2026-03-02T08:30/2026-03-02T09:30 T", "2026-03-02T13:45/2026-03-02T14:45 T"})
}
