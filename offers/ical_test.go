package offers

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

func TestReadOutlook(t *testing.T) {
	cal := icalReadFile(t, "outlook.ics")
	if len(cal.Entries) != 2 || len(cal.Skipped) != 0 {
		t.Fatalf("%d entries, skipped %v", len(cal.Entries), cal.Skipped)
	}
	e := cal.Entries[0]
	icalSame(t, "entry", []string{e.Title, e.Location, e.Host, e.Kind, strings.Join(e.Topics, "|"), e.URL, e.Zone, e.Rule},
		[]string{"Sprechstunde", "Raum 3; Hof", `Anna "Die" Meier`, "help", "Steuer, Recht", "https://teams.example/l/meetup",
			"Europe/Berlin", "FREQ=WEEKLY;COUNT=8;BYDAY=TH"})
	icalSame(t, "dates", icalDates(t, e, "2026-03-01", "2026-05-01"), []string{
		"03-05T16:00/03-05T17:00", "03-19T16:00/03-19T17:00", "03-26T16:00/03-26T17:00",
		"04-03T08:00/04-03T09:30 key 04-02T15:00 Sprechstunde (verlegt) - -",
		"04-09T15:00/04-09T16:00", "04-16T15:00/04-16T16:00", "04-23T15:00/04-23T16:00"})
	icalSame(t, "all-day", icalDates(t, cal.Entries[1], "2026-01-01", "2027-01-01"), []string{"2026-06-01/2026-06-03"})
}

func TestReadGoogle(t *testing.T) {
	cal := icalReadFile(t, "google.ics")
	if len(cal.Entries) != 2 || len(cal.Skipped) != 0 {
		t.Fatalf("%d entries, skipped %v", len(cal.Entries), cal.Skipped)
	}
	e, utc := cal.Entries[0], cal.Entries[1]
	icalSame(t, "entry", []string{cal.Name, e.Title, e.Description, e.Kind, strings.Join(e.Topics, "|"), e.URL},
		[]string{"Netzwerk, Termine", "Stammtisch", "Bitte anmelden: hier (https://example.org/a?b=1&c=2)\n\n- eins\n- zwei",
			"exchange", "Ehrenamt", "https://meet.example/abc"})
	icalSame(t, "dates", icalDates(t, e, "2026-03-01", "2026-06-01"), []string{
		"03-13T17:00/03-13T18:30", "03-27T18:00/03-27T19:30 key 03-27T17:00 Stammtisch später -", "04-24T16:00/04-24T17:30"})
	icalSame(t, "UTC", []string{utc.Zone, utc.Recurrence.Zone, utc.URL, fmt.Sprint(utc.Cancelled)}, []string{"Europe/Berlin", "UTC", "", "true"})
}

func TestReadNextcloud(t *testing.T) {
	cal := icalReadFile(t, "nextcloud.ics")
	if len(cal.Entries) != 3 {
		t.Fatalf("%d entries, skipped %v", len(cal.Entries), cal.Skipped)
	}
	icalSame(t, "yearly", icalDates(t, cal.Entries[0], "2026-01-01", "2029-01-01"), []string{"2026-12-24/2026-12-27", "2028-12-24/2028-12-27"})
	e := cal.Entries[1]
	icalSame(t, "entry", []string{e.Title, e.Zone, e.Kind, e.Topics[0], e.Host},
		[]string{"Fortbildung: Datenschutz", "Europe/Berlin", "training", "Recht", "fort@bildung@example.org"})
	icalSame(t, "prefix", icalDates(t, e, "2026-01-01", "2029-01-01"), []string{"10-20T07:00/10-20T08:30"})
	icalSame(t, "own zone", icalDates(t, cal.Entries[2], "2026-01-01", "2029-01-01"), []string{"10-24T09:30/10-24T10:30", "10-25T10:30/10-25T11:30"})
	icalSame(t, "skipped", cal.Skipped, []Skipped{{"nc-4", "Fremd", ReasonZone, `unknown time zone "Nirgendwo"`}})
}

func TestReadSkips(t *testing.T) {
	tests := []struct {
		lines string
		want  Reason
	}{
		{"DTSTART:20260101T100000Z\nRRULE:FREQ=SECONDLY", ReasonTooFrequent},
		{"DTSTART:20260101T100000Z\nRRULE:FREQ=HOURLY;INTERVAL=24", ReasonTooFrequent},
		{"DTSTART:20260101T100000Z\nRRULE:FREQ=DAILY;BYHOUR=1,2,3;BYMINUTE=1,2,3", ReasonTooFrequent},
		{"DTSTART:00010101T100000Z", ReasonYear},
		{"DTSTART:99991231T235959Z", ReasonYear},
		{"DTSTART;VALUE=DATE:19691231", ReasonYear},
		{"DTSTART:20461124T100000Z", ReasonYear},
		{"LOCATION:x", ReasonNoStart},
		{"DTSTART:", ReasonNoStart},
		{"DTSTART;TZID=Mars/Olympus:20260101T100000", ReasonZone},
		{"DTSTART;TZID=../../etc/passwd:20260101T100000", ReasonZone},
		{"DTSTART;TZID=Local:20260101T100000", ReasonZone},
		{"DTSTART:20260101T100000Z\nRRULE:FREQ=FORTNIGHTLY", ReasonRule},
		{"DTSTART:20260101T100000Z\nRRULE:COUNT=3", ReasonRule},
		{"DTSTART:20260101T100000Z\nRRULE:FREQ=DAILY;INTERVAL=0", ReasonRule},
		{"DTSTART:20260101T100000Z\nRRULE:FREQ=DAILY;INTERVAL=10001", ReasonRule},
		{"DTSTART:20260101T100000Z\nRRULE:FREQ=DAILY;COUNT=-1", ReasonRule},
		{"DTSTART:20260101T100000Z\nRRULE:FREQ=DAILY;UNTIL=soon", ReasonRule},
		{"DTSTART:20260101T100000Z\nRRULE:FREQ=MONTHLY;BYDAY=-53MO", ReasonRule},
		{"DTSTART:20260101T100000Z\nRRULE:FREQ=DAILY\nEXRULE:FREQ=WEEKLY", ReasonRule},
		{"DTSTART:20260101T100000Z\nDTEND:20260101T090000Z", ReasonEndBeforeStart},
		{"DTSTART:20260101T100000Z\nDURATION:-PT1H", ReasonEndBeforeStart},
		{"DTSTART;VALUE=DATE:20260102\nDTEND;VALUE=DATE:20260101", ReasonEndBeforeStart},
		{"DTSTART:2026-01-01", ReasonBadValue},
		{"DTSTART:20260231T100000Z", ReasonBadValue},
		{"DTSTART:20260101T100000.5Z", ReasonBadValue},
		{"DTSTART:20260101T100000Z\nDURATION:1h", ReasonBadValue},
		{"DTSTART:20260101T100000Z\nDURATION:P9999999D", ReasonBadValue},
		{"DTSTART:20260101T100000Z\nDTEND:20360101T100000Z", ReasonBadValue},
		{"DTSTART:20260101T100000Z\nEXDATE:nie", ReasonBadValue},
		{"DTSTART:20260101T100000Z\nRRULE", ReasonBadValue},
		{"DTSTART:20260101T100000Z" + strings.Repeat("\nCATEGORIES:x", icalMaxValues+50), ReasonBadValue},
		{"DTSTART:20260101T100000Z\nRDATE:" + strings.Repeat("20260101T100000Z,", icalMaxValues+1), ReasonBadValue},
	}
	for _, tt := range tests {
		cal := icalRead(t, icalCal(icalEv(tt.lines), "BEGIN:VEVENT\nUID:good\nDTSTART:20260101T100000Z\nEND:VEVENT"))
		if len(cal.Entries) != 1 || cal.Entries[0].UID != "good" {
			t.Errorf("%.80s: entries %v", tt.lines, cal.Entries)
		}
		if len(cal.Skipped) != 1 || cal.Skipped[0].Reason != tt.want || cal.Skipped[0].UID != "u1" || len(cal.Skipped[0].Detail) > 800 {
			t.Errorf("%.80s: skipped %v, want %s", tt.lines, cal.Skipped, tt.want)
		}
	}
}

func TestReadMends(t *testing.T) {
	good := "\nUID:good\nDTSTART:20260101T100000Z\nEND:VEVENT"
	for name, text := range map[string]string{
		"a line without a colon":   icalCal(icalEv("DTSTART:20260101T100000Z\nhello"), "BEGIN:VEVENT"+good),
		"a quote that never ends":  icalCal(icalEv(`DTSTART:20260101T100000Z`+"\n"+`ATTENDEE;CN="x:mailto:a@b`), "BEGIN:VEVENT"+good),
		"END missing":              icalCal("BEGIN:VEVENT\nUID:u1\nDTSTART:20260101T100000Z\nBEGIN:VALARM\nTRIGGER:x", "BEGIN:VEVENT"+good),
		"END of something else":    icalCal("BEGIN:VEVENT\nUID:u1\nDTSTART:20260101T100000Z\nEND:VTODO\nEND:VEVENT", "BEGIN:VEVENT"+good),
		"byte order mark, blanks":  "\xef\xbb\xbf\n\n" + icalCal(icalEv("DTSTART:20260101T100000Z"), "BEGIN:VEVENT"+good),
		"lower case":               "begin:vcalendar\nbegin:vevent\nuid:u1\ndtstart:20260101t100000z\nend:vevent\nBEGIN:VEVENT" + good + "\nend:vcalendar",
		"two calendars":            icalCal(icalEv("DTSTART:20260101T100000Z")) + icalCal("BEGIN:VEVENT"+good),
		"no end of the calendar":   "BEGIN:VCALENDAR\n" + icalEv("DTSTART:20260101T100000Z") + "\nBEGIN:VEVENT" + good,
		"an unquoted zone":         icalCal(icalEv("DTSTART;TZID=tzone://Microsoft/Utc:20260101T100000"), "BEGIN:VEVENT"+good),
		"a parameter without text": icalCal(icalEv("DTSTART;X-Y:20260101T100000Z"), "BEGIN:VEVENT"+good),
	} {
		cal := icalRead(t, text)
		if len(cal.Entries) != 2 || len(cal.Skipped) != 0 {
			t.Errorf("%s: entries %v, skipped %v", name, cal.Entries, cal.Skipped)
			continue
		}
		for _, e := range cal.Entries {
			icalSame(t, name, icalDates(t, e, "2026-01-01", "2027-01-01"), []string{"01-01T10:00/01-01T10:00"})
		}
	}
	cut := icalRead(t, "BEGIN:VCALENDAR\n"+icalEv("DTSTART:20260101T100000Z")+"\nBEGIN:VEVENT\nUID:half\nDTSTART:20260101T100000Z")
	if len(cut.Entries) != 1 || len(cut.Skipped) != 1 || cut.Skipped[0].UID != "half" {
		t.Errorf("cut off: %v, %v", cut.Entries, cut.Skipped)
	}
}

func TestReadTexts(t *testing.T) {
	cal := icalRead(t, icalCal(icalEv("DTSTART:20260101T100000Z\nSUMMARY:second\nLOCATION:a\\nb\u202e c\x07\td\nDESCRIPTION:Preis <5 & >3 <https://example.org>\\n\\n\\n\\nzwei",
		"CATEGORIES:"+strings.Repeat("x", 60)+",a,A,b,c,d,e,f,g,h,i,j,k\nCATEGORIES:Weiterbildung,Info\nURL:https://bank.example@evil.example\nCONFERENCE;VALUE=URI:http://ok.example/x")))
	e := cal.Entries[0]
	icalSame(t, "texts", []string{e.Title, e.Location, e.Description, e.Kind, e.URL},
		[]string{"T", "a b c d", "Preis <5 & >3 <https://example.org>\n\nzwei", "training", "http://ok.example/x"})
	if len(e.Topics) != 10 || utf8.RuneCountInString(e.Topics[0]) != 40 || e.Topics[2] != "b" {
		t.Errorf("topics %q", e.Topics)
	}
	long := icalRead(t, icalCal("BEGIN:VEVENT\nDTSTART:20260101T100000Z\nSUMMARY:"+strings.Repeat("ä", 300)+"\nDESCRIPTION:"+strings.Repeat("ö ", 30000)+"\nEND:VEVENT")).Entries[0]
	if n, m := utf8.RuneCountInString(long.Title), utf8.RuneCountInString(long.Description); n != 200 || m > 4000 || m < 3990 {
		t.Errorf("title of %d runes, description of %d", n, m)
	}
	if !strings.HasPrefix(long.UID, "made-") {
		t.Errorf("UID %q", long.UID)
	}
	latin, err := ReadCalendar(strings.NewReader("BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:M\xfcller\r\nDTSTART:20260101T100000Z\r\nEND:VEVENT\r\n"), ReadOptions{})
	if err != nil || latin.Entries[0].Title != "Müller" {
		t.Errorf("Latin-1: %v %v", latin, err)
	}
	folded := icalRead(t, icalCal("BEGIN:VEVENT\nDTSTART:20260101T100000Z\nSUMMARY:M\xc3\n \xbcller\nEND:VEVENT"))
	icalSame(t, "folded inside a character", folded.Entries[0].Title, "Müller")
}

func TestReadUIDs(t *testing.T) {
	cal := icalRead(t, icalCal("METHOD:CANCEL",
		"BEGIN:VEVENT\nUID:a\nSUMMARY:high\nSEQUENCE:3\nDTSTART:20260101T100000Z\nEND:VEVENT",
		"BEGIN:VEVENT\nUID:a\nSUMMARY:low\nSEQUENCE:2\nDTSTART:20260101T100000Z\nEND:VEVENT",
		"BEGIN:VEVENT\nUID:b\nSUMMARY:first\nDTSTART:20260101T100000Z\nEND:VEVENT",
		"BEGIN:VEVENT\nUID:b\nSUMMARY:last\nDTSTART:20260101T100000Z\nEND:VEVENT",
		"BEGIN:VEVENT\nUID:c\nSUMMARY:orphan\nRECURRENCE-ID:20260102T100000Z\nDTSTART:20260103T100000Z\nRRULE:FREQ=DAILY\nEND:VEVENT"))
	var got []string
	for _, e := range cal.Entries {
		got = append(got, fmt.Sprint(e.UID, " ", e.Title, " ", e.Cancelled, " ", icalDates(t, e, "2026-01-01", "2027-01-01")))
	}
	icalSame(t, "entries", got, []string{"a high true [01-01T10:00/01-01T10:00]", "b last true [01-01T10:00/01-01T10:00]",
		"c#20260102T100000Z orphan true [01-03T10:00/01-03T10:00]"})
}

func TestLongLineIsCut(t *testing.T) {
	lines := &icalLines{br: bufio.NewReader(strings.NewReader(strings.Repeat("x", 1<<20) + "\r\n " + strings.Repeat("y", 1<<20) + "\r\nnext"))}
	for _, want := range []int{icalMaxLine, 4} {
		if line, err := lines.next(); err != nil || len(line) != want {
			t.Errorf("a line of %d bytes, %v", len(line), err)
		}
	}
}

// icalEndless gives head, then body until n bytes are given, and counts.
type icalEndless struct {
	text  string
	body  string
	n     int
	given int
}

func (r *icalEndless) Read(p []byte) (int, error) {
	if r.given >= r.n {
		return 0, io.EOF
	}
	for len(r.text) < len(p) {
		r.text += strings.Repeat(r.body, 200)
	}
	n := copy(p, r.text)
	r.text = r.text[n:]
	r.given += n
	return n, nil
}

func TestReadBounds(t *testing.T) {
	head := "BEGIN:VCALENDAR\r\n"
	for name, tt := range map[string]struct {
		body string
		want error
	}{
		"one line of 50 MB":    {"xxxxxxxxxx", ErrTooLarge},
		"one event of 50 MB":   {"SUMMARY:x\r\n", ErrTooLarge},
		"comments":             {"X-FOO:yyyyyyyyyyyyyy\r\n", ErrTooLarge},
		"nested components":    {"BEGIN:VTODO\r\n", ErrTooLarge},
		"values in one event":  {"EXDATE:20260101T100000Z\r\n", ErrTooLarge},
		"millions of events":   {"BEGIN:VEVENT\r\nEND:VEVENT\r\n", ErrTooMany},
		"millions of calendar": {"BEGIN:VCALENDAR\r\n", ErrTooMany},
	} {
		var before, after runtime.MemStats
		src := &icalEndless{text: head + "BEGIN:VEVENT\r\n", body: tt.body, n: 50 << 20}
		runtime.ReadMemStats(&before)
		_, err := ReadCalendar(src, icalTestOptions(t))
		runtime.ReadMemStats(&after)
		if !errors.Is(err, tt.want) || src.given > icalMaxBytes+1<<20 {
			t.Errorf("%s: %v after %d bytes", name, err, src.given)
		}
		if held := int64(after.HeapInuse) - int64(before.HeapInuse); held > 64<<20 {
			t.Errorf("%s: held %d MB", name, held>>20)
		}
	}
	var sb strings.Builder
	for i := range 100_000 {
		fmt.Fprintf(&sb, "BEGIN:VEVENT\r\nUID:%d\r\nDTSTART:20260101T100000Z\r\nEND:VEVENT\r\n", i)
	}
	_, err := ReadCalendar(strings.NewReader(head+sb.String()), ReadOptions{})
	icalIs(t, err, ErrTooMany)
	for _, junk := range []string{"", "\n\n", "<!DOCTYPE html><p>BEGIN:VCALENDAR", "\x7fELF\x00\x01", "BEGIN:VCARD\n", "PK\x03\x04"} {
		_, err := ReadCalendar(strings.NewReader(junk), ReadOptions{})
		icalIs(t, err, ErrNotCalendar)
	}
	broken := errors.New("line cut")
	_, err = ReadCalendar(io.MultiReader(strings.NewReader(head), errReader{broken}), ReadOptions{})
	icalIs(t, err, broken)
}

type errReader struct{ err error }

func (r errReader) Read([]byte) (int, error) { return 0, r.err }

func FuzzReadCalendar(f *testing.F) {
	f.Add(icalCal(icalEv("DTSTART;TZID=\"W. Europe Standard Time\":20260305T170000\nRRULE:FREQ=WEEKLY;COUNT=8;BYDAY=TH\nEXDATE:20260312T170000Z\nRDATE;VALUE=PERIOD:20260612T120000Z/PT2H")))
	f.Add(icalCal("BEGIN:VTIMEZONE\nTZID:H\nBEGIN:STANDARD\nDTSTART:20201025T030000\nTZOFFSETFROM:+0230\nTZOFFSETTO:+0130\nRRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\nEND:STANDARD\nEND:VTIMEZONE",
		icalEv("DTSTART;TZID=H:20261024T120000\nDURATION:P1DT2H\nRRULE:FREQ=MONTHLY;BYDAY=-1FR;BYSETPOS=1"),
		icalEv("RECURRENCE-ID;RANGE=THISANDFUTURE:20261024T120000Z\nDTSTART;VALUE=DATE:20261025")))
	f.Add(icalCal(icalEv("DTSTART;VALUE=DATE:20261224\nDESCRIPTION:<p><a href=\"https://x.y\">z</a><script>\\n\nCATEGORIES:a\\,b,Hilfe\nORGANIZER;CN=\"a\"b\":mailto:%61@b\nRRULE:FREQ=YEARLY;BYWEEKNO=53;BYYEARDAY=-1")))
	opt := icalTestOptions(f)
	f.Fuzz(func(t *testing.T, text string) {
		cal, err := ReadCalendar(strings.NewReader(text), opt)
		if err != nil {
			return
		}
		for _, e := range cal.Entries {
			if utf8.RuneCountInString(e.Title) > 200 || utf8.RuneCountInString(e.Description) > 4000 || !utf8.ValidString(e.Title+e.Description+e.Location) {
				t.Errorf("texts of %q", e.UID)
			}
			begin := time.Now()
			dates, err := e.Recurrence.Expand(icalDay("2026-01-01"), icalDay("2030-01-01"))
			if err != nil {
				t.Errorf("what was read cannot be expanded: %v: %+v", err, e.Recurrence)
			}
			if took := time.Since(begin); took > 2*time.Second {
				t.Errorf("%s for %+v", took, e.Recurrence)
			}
			for i, d := range dates {
				if d.End.Before(d.Start) || i > 0 && d.Start.Before(dates[i-1].Start) {
					t.Errorf("date %v of %+v", d, e.Recurrence)
				}
			}
		}
	})
}

func BenchmarkReadCalendar10000(b *testing.B) {
	var sb strings.Builder
	sb.WriteString("BEGIN:VCALENDAR\r\n")
	for i := range 10_000 {
		fmt.Fprintf(&sb, "BEGIN:VEVENT\r\nUID:%d@example.org\r\nSUMMARY:Termin %d\r\nDESCRIPTION:Bitte anmelden\\nunter https://example.org\r\nLOCATION:Haus\r\nCATEGORIES:Fortbildung,Recht\r\n"+
			"DTSTART;TZID=Europe/Berlin:2026%02d01T100000\r\nDTEND;TZID=Europe/Berlin:2026%02d01T113000\r\nRRULE:FREQ=WEEKLY;COUNT=10\r\nEND:VEVENT\r\n", i, i, i%12+1, i%12+1)
	}
	sb.WriteString("END:VCALENDAR\r\n")
	opt := icalTestOptions(b)
	b.SetBytes(int64(sb.Len()))
	b.ReportAllocs()
	for b.Loop() {
		if cal, err := ReadCalendar(strings.NewReader(sb.String()), opt); err != nil || len(cal.Entries) != 10_000 {
			b.Fatal(err)
		}
	}
}
