package offers

import (
	"strings"
	"testing"
	"time"
)

// The expected dates are from a paper calendar and the European and American rules for summer time.
func TestExpand(t *testing.T) {
	tests := []struct {
		name  string
		lines string
		want  string // " | " between dates
	}{
		{"single", "DTSTART:20260301T100000Z\nDTEND:20260301T110000Z", "03-01T10:00/03-01T11:00"},
		{"no length", "DTSTART:20260301T100000Z", "03-01T10:00/03-01T10:00"},
		{"floating is local", "DTSTART:20260701T100000\nDURATION:PT45M", "07-01T08:00/07-01T08:45"},
		{"weekly over the change to summer", "DTSTART;TZID=Europe/Berlin:20260322T180000\nDURATION:PT1H\nRRULE:FREQ=WEEKLY;COUNT=2",
			"03-22T17:00/03-22T18:00 | 03-29T16:00/03-29T17:00"},
		{"gap: offset before it", "DTSTART;TZID=Europe/Berlin:20260328T023000\nRRULE:FREQ=DAILY;COUNT=3",
			"03-28T01:30/03-28T01:30 | 03-29T01:30/03-29T01:30 | 03-30T00:30/03-30T00:30"},
		{"gap in New York", "DTSTART;TZID=America/New_York:20260308T023000", "03-08T07:30/03-08T07:30"},
		{"overlap: first pass", "DTSTART;TZID=Europe/Berlin:20261024T023000\nRRULE:FREQ=DAILY;COUNT=3",
			"10-24T00:30/10-24T00:30 | 10-25T00:30/10-25T00:30 | 10-26T01:30/10-26T01:30"},
		{"overlap in New York", "DTSTART;TZID=America/New_York:20261101T013000", "11-01T05:30/11-01T05:30"},
		{"exact length over a change", "DTSTART;TZID=Europe/Berlin:20261024T220000\nDTEND;TZID=Europe/Berlin:20261025T060000",
			"10-24T20:00/10-25T05:00"},
		{"nominal day over a change", "DTSTART;TZID=Europe/Berlin:20261024T220000\nDURATION:P1D", "10-24T20:00/10-25T21:00"},
		{"exact day over a change", "DTSTART;TZID=Europe/Berlin:20261024T220000\nDURATION:PT24H", "10-24T20:00/10-25T20:00"},
		{"monthly last friday", "DTSTART:20260130T100000Z\nRRULE:FREQ=MONTHLY;BYDAY=-1FR;COUNT=3",
			"01-30T10:00/01-30T10:00 | 02-27T10:00/02-27T10:00 | 03-27T10:00/03-27T10:00"},
		{"monthly 31st skips", "DTSTART:20260131T100000Z\nRRULE:FREQ=MONTHLY;COUNT=3",
			"01-31T10:00/01-31T10:00 | 03-31T10:00/03-31T10:00 | 05-31T10:00/05-31T10:00"},
		{"second weekday by BYSETPOS", "DTSTART:20260302T100000Z\nRRULE:FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1,-1;COUNT=4",
			"03-02T10:00/03-02T10:00 | 03-31T10:00/03-31T10:00 | 04-01T10:00/04-01T10:00 | 04-30T10:00/04-30T10:00"},
		{"DTSTART outside the rule counts", "DTSTART:20260302T100000Z\nRRULE:FREQ=WEEKLY;BYDAY=WE;COUNT=3",
			"03-02T10:00/03-02T10:00 | 03-04T10:00/03-04T10:00 | 03-11T10:00/03-11T10:00"},
		{"twice a day", "DTSTART:20260302T090000Z\nRRULE:FREQ=DAILY;BYHOUR=9,14,9;COUNT=3",
			"03-02T09:00/03-02T09:00 | 03-02T14:00/03-02T14:00 | 03-03T09:00/03-03T09:00"},
		{"lower case, blank, trailing semicolon", "DTSTART:20260302T090000Z\nRRULE: freq=daily;count=2;x-foo=1;",
			"03-02T09:00/03-02T09:00 | 03-03T09:00/03-03T09:00"},
		{"UNTIL in UTC is inclusive", "DTSTART;TZID=Europe/Berlin:20260601T190000\nRRULE:FREQ=DAILY;UNTIL=20260602T170000Z",
			"06-01T17:00/06-01T17:00 | 06-02T17:00/06-02T17:00"},
		{"UNTIL one second before", "DTSTART;TZID=Europe/Berlin:20260601T190000\nRRULE:FREQ=DAILY;UNTIL=20260602T165959Z",
			"06-01T17:00/06-01T17:00"},
		{"UNTIL local", "DTSTART;TZID=Europe/Berlin:20260601T190000\nRRULE:FREQ=DAILY;UNTIL=20260602T190000",
			"06-01T17:00/06-01T17:00 | 06-02T17:00/06-02T17:00"},
		{"UNTIL as a date means that day", "DTSTART;TZID=Europe/Berlin:20260601T190000\nRRULE:FREQ=DAILY;UNTIL=20260602",
			"06-01T17:00/06-01T17:00 | 06-02T17:00/06-02T17:00"},
		{"all-day, end exclusive", "DTSTART;VALUE=DATE:20260328\nDTEND;VALUE=DATE:20260330", "2026-03-28/2026-03-30"},
		{"all-day without end", "DTSTART;VALUE=DATE:20260328", "2026-03-28/2026-03-29"},
		{"all-day ending where it starts", "DTSTART;VALUE=DATE:20260328\nDTEND;VALUE=DATE:20260328", "2026-03-28/2026-03-29"},
		{"all-day, UNTIL in UTC", "DTSTART;VALUE=DATE:20260328\nRRULE:FREQ=DAILY;UNTIL=20260329T220000Z",
			"2026-03-28/2026-03-29 | 2026-03-29/2026-03-30 | 2026-03-30/2026-03-31"},
		{"all-day, EXDATE as a time", "DTSTART;VALUE=DATE:20260328\nRRULE:FREQ=DAILY;COUNT=3\nEXDATE:20260328T230000Z",
			"2026-03-28/2026-03-29 | 2026-03-30/2026-03-31"},
		{"EXDATE list", "DTSTART;TZID=Europe/Berlin:20260601T190000\nRRULE:FREQ=DAILY;COUNT=4\nEXDATE;TZID=Europe/Berlin:20260601T190000,20260603T190000",
			"06-02T17:00/06-02T17:00 | 06-04T17:00/06-04T17:00"},
		{"EXDATE in UTC and as a date", "DTSTART;TZID=Europe/Berlin:20260601T190000\nRRULE:FREQ=DAILY;COUNT=4\nEXDATE:20260602T170000Z\nEXDATE;VALUE=DATE:20260604",
			"06-01T17:00/06-01T17:00 | 06-03T17:00/06-03T17:00"},
		{"EXDATE as a date takes out all of it", "DTSTART:20260302T090000Z\nRRULE:FREQ=DAILY;BYHOUR=9,14;COUNT=4\nEXDATE;VALUE=DATE:20260302",
			"03-03T09:00/03-03T09:00 | 03-03T14:00/03-03T14:00"},
		{"RDATE and PERIOD", "DTSTART:20260601T190000Z\nDURATION:PT1H\nRDATE:20260610T120000Z\nRDATE;VALUE=PERIOD:20260612T120000Z/20260612T150000Z,20260613T120000Z/PT2H",
			"06-01T19:00/06-01T20:00 | 06-10T12:00/06-10T13:00 | 06-12T12:00/06-12T15:00 | 06-13T12:00/06-13T14:00"},
		{"RDATE that the rule names too", "DTSTART:20260601T190000Z\nRRULE:FREQ=DAILY;COUNT=2\nRDATE:20260602T190000Z,20260601T190000Z",
			"06-01T19:00/06-01T19:00 | 06-02T19:00/06-02T19:00"},
		{"RDATE in the second pass", "DTSTART;TZID=Europe/Berlin:20261024T023000\nRDATE:20261025T013000Z",
			"10-24T00:30/10-24T00:30 | 10-25T01:30/10-25T01:30"},
		{"yearly leap day", "DTSTART;VALUE=DATE:20240229\nRRULE:FREQ=YEARLY", ""},
		{"never again", "DTSTART:20260601T190000Z\nRRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "06-01T19:00/06-01T19:00"},
		{"old and still running", "DTSTART;TZID=Europe/Berlin:19700107T180000\nRRULE:FREQ=WEEKLY;INTERVAL=26",
			"04-29T16:00/04-29T16:00 | 10-28T17:00/10-28T17:00"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			cal := icalRead(t, icalCal(icalEv(tt.lines)))
			if len(cal.Entries) != 1 {
				t.Fatalf("entries %v, skipped %v", cal.Entries, cal.Skipped)
			}
			got := icalDates(t, cal.Entries[0], "2026-01-01", "2027-01-01")
			icalSame(t, "dates", strings.Join(got, " | "), tt.want)
		})
	}
}

func TestExpandOverrides(t *testing.T) {
	series := "BEGIN:VEVENT\nUID:u1\nSUMMARY:T\nLOCATION:A\nDTSTART;TZID=Europe/Berlin:20260601T190000\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=4\nEND:VEVENT"
	ov := func(lines string) string {
		return "BEGIN:VEVENT\nUID:u1\nSUMMARY:T\nLOCATION:A\n" + lines + "\nEND:VEVENT"
	}
	rest := " | 06-02T17:00/06-02T18:00 | 06-03T17:00/06-03T18:00 | 06-04T17:00/06-04T18:00"
	tests := []struct{ name, lines, want string }{
		{"moved, before the series in the file", ov("RECURRENCE-ID;TZID=Europe/Berlin:20260601T190000\nDTSTART:20260601T080000Z\nDTEND:20260601T090000Z") + "\n" + series,
			"06-01T08:00/06-01T09:00 key 06-01T17:00" + rest},
		{"key in UTC", series + "\n" + ov("RECURRENCE-ID:20260601T170000Z\nDTSTART:20260601T080000Z"), "06-01T08:00/06-01T08:00 key 06-01T17:00" + rest},
		{"key as a date", series + "\n" + ov("RECURRENCE-ID;VALUE=DATE:20260601\nDTSTART:20260601T080000Z"), "06-01T08:00/06-01T08:00 key 06-01T17:00" + rest},
		{"cancelled", series + "\n" + ov("RECURRENCE-ID:20260601T170000Z\nDTSTART:20260601T170000Z\nDURATION:PT1H\nSTATUS:CANCELLED"), "06-01T17:00/06-01T18:00 cancelled" + rest},
		{"other texts", series + "\n" + "BEGIN:VEVENT\nUID:u1\nSUMMARY:X\nLOCATION:B\nURL:https://example.org\nRECURRENCE-ID:20260601T170000Z\nDTSTART:20260601T170000Z\nDURATION:PT1H\nEND:VEVENT",
			"06-01T17:00/06-01T18:00 X B https://example.org" + rest},
		{"highest sequence", series + "\n" + ov("RECURRENCE-ID:20260601T170000Z\nDTSTART:20260601T080000Z\nSEQUENCE:5") + "\n" + ov("RECURRENCE-ID:20260601T170000Z\nDTSTART:20260601T090000Z\nSEQUENCE:4"),
			"06-01T08:00/06-01T08:00 key 06-01T17:00" + rest},
		{"this and future", series + "\n" + "BEGIN:VEVENT\nUID:u1\nSUMMARY:neu\nLOCATION:A\nRECURRENCE-ID;RANGE=THISANDFUTURE:20260603T170000Z\nDTSTART:20260603T180000Z\nDURATION:PT2H\nEND:VEVENT",
			"06-01T17:00/06-01T18:00 | 06-02T17:00/06-02T18:00 | 06-03T18:00/06-03T20:00 key 06-03T17:00 neu | 06-04T18:00/06-04T20:00 key 06-04T17:00 neu"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			cal := icalRead(t, icalCal(tt.lines))
			if len(cal.Entries) != 1 {
				t.Fatalf("entries %v, skipped %v", cal.Entries, cal.Skipped)
			}
			got := icalDates(t, cal.Entries[0], "2026-01-01", "2027-01-01")
			icalSame(t, "dates", strings.Join(got, " | "), tt.want)
		})
	}
}

func TestExpandWindow(t *testing.T) {
	e := icalRead(t, icalCal(icalEv("DTSTART:20260601T220000Z\nDURATION:PT4H\nRRULE:FREQ=DAILY"))).Entries[0]
	icalSame(t, "overlapping", icalDates(t, e, "2026-06-10", "2026-06-11"), []string{"06-09T22:00/06-10T02:00", "06-10T22:00/06-11T02:00"})
	long := icalRead(t, icalCal(icalEv("DTSTART;VALUE=DATE:20260601\nDURATION:P5D\nRRULE:FREQ=WEEKLY"))).Entries[0]
	icalSame(t, "long", icalDates(t, long, "2026-06-12", "2026-06-13"), []string{"2026-06-08/2026-06-13"})
	moved := icalRead(t, icalCal(icalEv("DTSTART:20260601T220000Z\nRRULE:FREQ=MONTHLY"),
		icalEv("RECURRENCE-ID:20260801T220000Z\nDTSTART:20260615T220000Z"))).Entries[0]
	icalSame(t, "moved into the window", icalDates(t, moved, "2026-06-10", "2026-06-20"), []string{"06-15T22:00/06-15T22:00 key 08-01T22:00"})
	icalSame(t, "moved out of the window", icalDates(t, moved, "2026-08-01", "2026-08-20"), []string{})
	icalSame(t, "leap day", icalDates(t, icalRead(t, icalCal(icalEv("DTSTART;VALUE=DATE:20240229\nRRULE:FREQ=YEARLY"))).Entries[0], "2025-01-01", "2033-01-01"),
		[]string{"2028-02-29/2028-03-01", "2032-02-29/2032-03-01"})
	dates, err := e.Recurrence.Expand(icalDay("2026-01-01"), icalDay("2050-01-01"))
	if err != nil || len(dates) != icalMaxDates {
		t.Errorf("%d dates, %v", len(dates), err)
	}
	if dates, err := e.Recurrence.Expand(icalDay("2026-02-01"), icalDay("2026-01-01")); err != nil || dates != nil {
		t.Errorf("an empty window gives %v, %v", dates, err)
	}
}

// The worst that is let in must be quick: a feed has 20,000 of them.
func TestExpandIsQuick(t *testing.T) {
	if left := 9999 - icalShift - icalLastYear; icalShift%400 != 0 || left < 0 || left > 400 {
		t.Errorf("a search in vain runs for %d years, in a calendar shifted by %d", left, icalShift)
	}
	list := func(n int) string {
		var s []string
		for i := 1; i <= n; i++ {
			s = append(s, string(rune('0'+i/10))+string(rune('0'+i%10)))
		}
		return strings.Join(s, ",")
	}
	for _, rule := range []string{
		"FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "FREQ=MONTHLY;BYMONTHDAY=31;BYMONTH=2,4",
		"FREQ=DAILY;COUNT=99999999", "FREQ=DAILY;COUNT=100000;BYHOUR=1,2,3,4,5,6,7,8", "FREQ=DAILY;INTERVAL=10000",
		"FREQ=YEARLY;BYYEARDAY=" + list(60) + ";BYSETPOS=" + list(60) + ";COUNT=99999",
		"FREQ=WEEKLY;BYMONTH=2;BYMONTHDAY=30;COUNT=3", "FREQ=YEARLY;BYWEEKNO=53;BYDAY=MO;BYMONTH=6",
	} {
		cal := icalRead(t, icalCal(icalEv("DTSTART:19700101T000000Z\nRRULE:"+rule)))
		if len(cal.Entries) != 1 {
			t.Errorf("%s: %v", rule, cal.Skipped)
			continue
		}
		begin := time.Now()
		if _, err := cal.Entries[0].Recurrence.Expand(icalDay("2026-01-01"), icalDay("2046-01-01")); err != nil {
			t.Errorf("%s: %v", rule, err)
		}
		took := time.Since(begin)
		t.Logf("%-60.60s %s", rule, took)
		if took > 500*time.Millisecond { // 50 ms on a quiet machine
			t.Errorf("%s took %s", rule, took)
		}
	}
}

func TestExpandRefusesForeignData(t *testing.T) {
	good := Recurrence{Start: "20260601T190000", Zone: "Europe/Berlin"}
	for name, change := range map[string]func(*Recurrence){
		"rule": func(r *Recurrence) { r.Rule = "FREQ=SECONDLY" }, "zone": func(r *Recurrence) { r.Zone = "Nowhere/Else" },
		"local": func(r *Recurrence) { r.Zone = "Local" }, "start": func(r *Recurrence) { r.Start = "" },
		"length": func(r *Recurrence) { r.Days = -1 }, "except": func(r *Recurrence) { r.Except = []string{"x"} },
		"vtimezone": func(r *Recurrence) { r.VTimezone = "x" }, "override": func(r *Recurrence) { r.Overrides = []Override{{}} },
	} {
		r := good
		change(&r)
		if _, err := r.Expand(icalDay("2026-01-01"), icalDay("2027-01-01")); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
