package offers

import (
	"os"
	"regexp"
	"strings"
	"testing"
	"time"
)

func TestNamedZones(t *testing.T) {
	for tzid, want := range map[string]string{
		"Europe/Berlin": "Europe/Berlin", "UTC": "UTC", "Etc/UTC": "UTC",
		"W. Europe Standard Time": "Europe/Berlin", "Romance Standard Time": "Europe/Paris", "UTC+13": "Etc/GMT-13",
		"/freeassociation.sourceforge.net/Europe/Berlin":               "Europe/Berlin",
		"/citadel.org/20210210_1/Europe/Berlin":                        "Europe/Berlin",
		"/mozilla.org/20050126_1/America/Argentina/Buenos_Aires":       "America/Argentina/Buenos_Aires",
		"/freeassociation.sourceforge.net/Tzfile/America/Indiana/Knox": "America/Indiana/Knox",
		"Local": "", "localtime": "", "": "", "posixrules": "", "right/Europe/Berlin": "", "../zoneinfo/UTC": "", "/": "", "/x/": "", "Europe/Nowhere": "",
	} {
		name, loc, ok := icalNamedZone(tzid)
		if name != want || ok != (want != "") || ok && loc.String() != want {
			t.Errorf("%q is %q", tzid, name)
		}
	}
}

// Every row of the table must be loadable, or Outlook's events in it would be lost.
func TestWindowsZonesLoad(t *testing.T) {
	src, err := os.ReadFile("ical_windowszones.go")
	if err != nil {
		t.Fatal(err)
	}
	rows := regexp.MustCompile(`case "(.+)":`).FindAllSubmatch(src, -1)
	if len(rows) < 140 {
		t.Errorf("%d rows", len(rows))
	}
	for _, row := range rows {
		iana, ok := icalWindowsZone(string(row[1]))
		if _, loaded := icalIANA(iana); !ok || !loaded {
			t.Errorf("%s -> %q", row[1], iana)
		}
	}
	if _, ok := icalWindowsZone("w. europe"); ok {
		t.Error("a name that is none was found")
	}
}

const icalBerlinRules = `X-FOO:y
BEGIN:STANDARD
DTSTART:16011028T030000
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:16010325T020000
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
END:DAYLIGHT
`

// Since 1996 these rules are Berlin's: both must agree at every hour of twenty years.
func TestDescribedZoneEqualsBerlin(t *testing.T) {
	loc, err := icalDescribedZone("Own", icalBerlinRules)
	if err != nil {
		t.Fatal(err)
	}
	berlin := icalBerlin(t)
	for at := icalDay("2015-01-01"); at.Year() < 2036; at = at.Add(time.Hour) {
		if got, want := at.In(loc).Format(icalLocalForm), at.In(berlin).Format(icalLocalForm); got != want {
			t.Fatalf("%s: %s, want %s", at, got, want)
		}
	}
	if loc.String() != "Own" || !icalDay("2026-07-01").In(loc).IsDST() || icalDay("2026-01-01").In(loc).IsDST() {
		t.Error("name or summer time")
	}
}

func TestDescribedZoneEnds(t *testing.T) {
	// Summer time was given up: UNTIL in UTC is the last change, RDATE a single one.
	text := strings.Replace(icalBerlinRules, "BYMONTH=3", "BYMONTH=3;UNTIL=20260329T010000Z", 1)
	text = strings.Replace(text, "BYMONTH=10", "BYMONTH=10;UNTIL=20261025T010000Z", 1)
	text += "BEGIN:STANDARD\nDTSTART:20280101T000000\nRDATE:20300101T000000\nTZOFFSETFROM:+0100\nTZOFFSETTO:-003015\nEND:STANDARD\n"
	loc, err := icalDescribedZone("Own", text)
	if err != nil {
		t.Fatal(err)
	}
	for at, want := range map[string]int{"2026-07-01": 7200, "2026-12-01": 3600, "2027-07-01": 3600, "2028-07-01": -1815, "1500-01-01": 3600} {
		if _, off := icalDay(at).In(loc).Zone(); off != want {
			t.Errorf("%s: %d, want %d", at, off, want)
		}
	}
}

func TestDescribedZoneRefuses(t *testing.T) {
	for _, change := range [][2]string{
		{"FREQ=YEARLY", "FREQ=SECONDLY"}, {"FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3", "FREQ=DAILY"}, {"+0200", "+9900"}, {"+0200", "2"},
		{"TZOFFSETTO", "X"}, {"DTSTART", "X"}, {"END", "X"},
	} {
		if _, err := icalDescribedZone("Own", strings.ReplaceAll(icalBerlinRules, change[0], change[1])); err == nil {
			t.Errorf("%v is accepted", change)
		}
	}
}

func TestCalendarZone(t *testing.T) {
	event := icalEv("DTSTART:20260701T100000")
	for zone, want := range map[string]string{"X-WR-TIMEZONE:America/New_York": "07-01T14:00/07-01T14:00", "X-WR-TIMEZONE:Nowhere": "07-01T08:00/07-01T08:00"} {
		e := icalRead(t, icalCal(zone, event)).Entries[0]
		icalSame(t, zone, icalDates(t, e, "2026-01-01", "2027-01-01"), []string{want})
	}
	// An all-day event is a day where the people are, whatever the calendar's zone.
	e := icalRead(t, icalCal("X-WR-TIMEZONE:America/New_York", icalEv("DTSTART;VALUE=DATE:20260701"))).Entries[0]
	icalSame(t, "all-day", []string{e.Zone, e.Recurrence.Zone}, []string{"Europe/Berlin", "Europe/Berlin"})
	lic := icalRead(t, icalCal("BEGIN:VTIMEZONE\nTZID:Meine\nX-LIC-LOCATION:Europe/Vienna\n"+icalBerlinRules+"END:VTIMEZONE", icalEv("DTSTART;TZID=Meine:20260701T100000"))).Entries[0]
	icalSame(t, "X-LIC-LOCATION", []string{lic.Zone, lic.Recurrence.VTimezone}, []string{"Europe/Vienna", ""})
	own := icalRead(t, icalCal(icalEv("DTSTART;TZID=Meine:20260701T100000"), "BEGIN:VTIMEZONE\nTZID:Meine\n"+icalBerlinRules+"END:VTIMEZONE")).Entries[0]
	icalSame(t, "described after its use", icalDates(t, own, "2026-01-01", "2027-01-01"), []string{"07-01T08:00/07-01T08:00"})
}
