package main

import (
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"buffet/offers"
)

// days to test on: each weekday, a leap day, both changes of the clocks, a
// turn of the year, the anchor's own week, and one before it.
func testDays(t *testing.T) []time.Time {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	days := []time.Time{
		time.Date(2026, 1, 5, 0, 0, 0, 0, berlin), time.Date(2026, 1, 11, 23, 59, 0, 0, berlin),
		time.Date(2025, 12, 31, 12, 0, 0, 0, berlin), time.Date(2027, 3, 28, 3, 0, 0, 0, berlin),
		time.Date(2026, 10, 25, 2, 30, 0, 0, berlin), time.Date(2028, 2, 29, 9, 0, 0, 0, berlin),
		time.Date(2030, 1, 1, 0, 0, 0, 0, berlin), time.Date(2025, 6, 1, 9, 0, 0, 0, berlin),
	}
	for i := range 60 { // every beginning and length of a month
		days = append(days, time.Date(2026, 2, 1+13*i, 18, 0, 0, 0, berlin))
	}
	return days
}

func TestShiftCalendar(t *testing.T) {
	const ics = "BEGIN:VCALENDAR\r\nX-BUFFET-ANCHOR:20260105\r\n" +
		"BEGIN:VTIMEZONE\r\nTZID:Europe/Berlin\r\nBEGIN:STANDARD\r\nDTSTART:19961027T030000\r\n" +
		"RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n" +
		"BEGIN:VEVENT\r\nDTSTAMP:20260102T080000Z\r\nDTSTART;TZID=Europe/Berlin:20260106T083000\r\n" +
		"DTEND;TZID=Europe/Berlin:20260106T091500\r\nRRULE:FREQ=WEEKLY;UNTIL=20260331T215959Z;BYDAY=TU\r\n" +
		"EXDATE;TZID=Europe/Berlin:20260113T083000,202601\r\n 20T083000\r\nRDATE;VALUE=DATE:20260201\r\n" +
		"UID:a\r\nSUMMARY:Nr. 20260105: bleibt\r\nEND:VEVENT\r\n" +
		"BEGIN:VEVENT\r\nUID:a\r\nRECURRENCE-ID;TZID=Europe/Berlin:20260127T083000\r\nDTSTART:20260128T073000Z\r\nEND:VEVENT\r\n" +
		"BEGIN:VEVENT\r\nUID:b\r\nDTSTART:20260105T090000\r\nDTEND:20260105T100000\r\nRRULE:FREQ=MONTHLY;BYDAY=1MO\r\nEND:VEVENT\r\n" +
		"BEGIN:VEVENT\r\nUID:c\r\nDTSTART:20251226T090000\r\nRRULE:FREQ=MONTHLY;BYDAY=-1FR\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
	// 46 weeks on: Monday, 23 November 2026, seen from its Sunday
	got, err := shiftCalendar(ics, time.Date(2026, 11, 29, 23, 0, 0, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"X-BUFFET-ANCHOR:20261123",
		"DTSTART:19961027T030000", "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU", // a zone's rules stay
		"DTSTAMP:20260102T080000Z", "SUMMARY:Nr. 20260105: bleibt",
		"DTSTART;TZID=Europe/Berlin:20261124T083000", "DTEND;TZID=Europe/Berlin:20261124T091500",
		"RRULE:FREQ=WEEKLY;UNTIL=20270216T215959Z;BYDAY=TU",
		"EXDATE;TZID=Europe/Berlin:20261201T083000,20261208T083000", "RDATE;VALUE=DATE:20261220",
		"RECURRENCE-ID;TZID=Europe/Berlin:20261215T083000", "DTSTART:20261216T073000Z",
		"DTSTART:20261102T090000", "DTEND:20261102T100000", // the 1st Monday of that November
		"DTSTART:20261127T090000", // 13 November, so the last Friday of it
	}
	lines := strings.Split(got, "\r\n")
	for _, w := range want {
		found := false
		for _, line := range lines {
			found = found || line == w
		}
		if !found {
			t.Errorf("no line %q in\n%s", w, got)
		}
	}
	if strings.Count(got, "\r\n") != strings.Count(ics, "\r\n")-1 { // the folded line is short enough now
		t.Error("lines were lost or added")
	}
	if _, err := shiftCalendar("BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", time.Now()); err == nil {
		t.Error("a calendar without an anchor was taken")
	}
}

func TestProgrammeIsWhole(t *testing.T) {
	if got, err := shiftCalendar(programme, time.Date(2026, 1, 7, 9, 0, 0, 0, time.UTC)); err != nil || got != programme {
		t.Errorf("in the anchor's own week the calendar must come out as it is (%v)", err)
	}
	for i, line := range strings.Split(strings.TrimSuffix(programme, "\r\n"), "\r\n") {
		if len(line) > 75 || strings.ContainsAny(line, "\r\n") {
			t.Errorf("line %d is not as RFC 5545 3.1 has it: %q", i+1, line)
		}
	}
	for _, what := range []string{`FREQ=WEEKLY`, `FREQ=MONTHLY;BYDAY=1MO`, `EXDATE`, `RDATE`, `UNTIL=`, `STATUS:CANCELLED`,
		`RECURRENCE-ID`, `VALUE=DATE`, `TZID=Europe/London`, `TZID=America/New_York`} {
		if !strings.Contains(programme, what) {
			t.Errorf("the programme shows no %s", what)
		}
	}
}

// TestProgrammeOnAnyDay reads the shifted calendar with the program's own reader:
// nothing is left out, everything keeps its weekday, and there is enough to come.
func TestProgrammeOnAnyDay(t *testing.T) {
	series := regexp.MustCompile(`FREQ=MONTHLY;BYDAY=(-?\d)`)
	for _, day := range testDays(t) {
		ics, err := shiftCalendar(programme, day)
		if err != nil {
			t.Fatal(err)
		}
		cal, err := offers.ReadCalendar(strings.NewReader(ics), offers.ReadOptions{Zone: day.Location(), Now: day})
		if err != nil {
			t.Fatal(day, err)
		}
		if len(cal.Skipped) > 0 || len(cal.Entries) != 15 {
			t.Errorf("%s: %d offers, left out: %v", day, len(cal.Entries), cal.Skipped)
		}
		soon, kinds := 0, map[string]bool{}
		for _, e := range cal.Entries {
			kinds[e.Kind] = true
			dates, err := e.Recurrence.Expand(day.AddDate(0, 0, -60), day.AddDate(0, 0, 60))
			if err != nil {
				t.Error(day, e.Title, err)
			}
			if nth := series.FindStringSubmatch(e.Rule); nth != nil {
				checkMonthly(t, day, e.Title, nth[1], dates)
			}
			for _, d := range dates {
				if !d.Cancelled && d.Start.After(day) && d.Start.Before(day.AddDate(0, 0, 7)) {
					soon++
				}
			}
		}
		if soon < 5 || len(kinds) != 4 {
			t.Errorf("%s: %d dates in the next seven days, kinds %v", day, soon, kinds)
		}
	}
}

// checkMonthly makes sure that a monthly series begins on a day of its rule.
func checkMonthly(t *testing.T, day time.Time, title, nth string, dates []offers.Date) {
	t.Helper()
	n, err := strconv.Atoi(nth)
	if err != nil || len(dates) < 3 {
		t.Fatal(day, title, nth, dates)
	}
	for _, d := range dates {
		if start := d.Start.In(day.Location()); !start.Equal(nthInMonth(start, n)) {
			t.Errorf("%s: %q on %s", day, title, start)
		}
	}
}
