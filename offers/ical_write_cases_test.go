package offers

import "strings"

// icalSeriesCases are series of every kind, as a calendar holds them, over both changes of the clocks.
func icalSeriesCases() []struct{ name, lines string } {
	berlin := "DTSTART;TZID=Europe/Berlin:20260202T190000\nDTEND;TZID=Europe/Berlin:20260202T203000\n"
	exception := func(key, start, end string, more ...string) string {
		return strings.Join(append([]string{"END:VEVENT\nBEGIN:VEVENT\nUID:u1\nSUMMARY:T", "RECURRENCE-ID" + key, "DTSTART" + start, "DTEND" + end}, more...), "\n")
	}
	return []struct{ name, lines string }{
		{"single", berlin},
		{"single-utc", "DTSTART:20260301T100000Z\nDTEND:20260301T110000Z"},
		{"single-no-length", "DTSTART;TZID=Europe/Berlin:20260301T100000"},
		{"single-cancelled", berlin + "STATUS:CANCELLED"},
		{"days", "DTSTART;VALUE=DATE:20260327\nDTEND;VALUE=DATE:20260330"},
		{"days-weekly", "DTSTART;VALUE=DATE:20260102\nRRULE:FREQ=WEEKLY;UNTIL=20270401\nEXDATE;VALUE=DATE:20260109"},
		{"days-until-in-utc", "DTSTART;VALUE=DATE:20260328\nRRULE:FREQ=DAILY;UNTIL=20260329T220000Z"},
		{"weekly", berlin + "RRULE:FREQ=WEEKLY"},
		{"weekly-days", berlin + "RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH;COUNT=40"},
		{"daily-night", "DTSTART;TZID=Europe/Berlin:20260320T233000\nDTEND;TZID=Europe/Berlin:20260321T013000\nRRULE:FREQ=DAILY;COUNT=300"},
		{"last-friday", "DTSTART;TZID=Europe/Berlin:20260130T140000\nDURATION:PT45M\nRRULE:FREQ=MONTHLY;BYDAY=-1FR"},
		{"31st", "DTSTART;TZID=Europe/Berlin:20260131T100000\nDURATION:PT1H\nRRULE:FREQ=MONTHLY"},
		{"workday", "DTSTART;TZID=Europe/Berlin:20260302T100000\nDURATION:PT1H\nRRULE:FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1,-1"},
		{"new-york", "DTSTART;TZID=America/New_York:20260202T190000\nDURATION:PT1H\nRRULE:FREQ=WEEKLY;BYDAY=MO,SU"},
		{"kolkata", "DTSTART;TZID=Asia/Kolkata:20260202T190000\nDURATION:PT1H\nRRULE:FREQ=WEEKLY"},
		{"lord-howe", "DTSTART;TZID=Australia/Lord_Howe:20260202T190000\nDURATION:PT1H\nRRULE:FREQ=WEEKLY;BYDAY=MO,SU"},
		{"casablanca", "DTSTART;TZID=Africa/Casablanca:20260202T190000\nDURATION:PT1H\nRRULE:FREQ=DAILY"},
		{"dublin", "DTSTART;TZID=Europe/Dublin:20260202T190000\nDURATION:PT1H\nRRULE:FREQ=WEEKLY;BYDAY=MO,SU"},
		{"utc-weekly", "DTSTART:20260302T090000Z\nDTEND:20260302T100000Z\nRRULE:FREQ=WEEKLY;UNTIL=20271001T090000Z"},
		{"until-local", berlin + "RRULE:FREQ=DAILY;UNTIL=20260402T190000"},
		{"until-day", berlin + "RRULE:FREQ=DAILY;UNTIL=20260402"},
		{"until-before", berlin + "RRULE:FREQ=DAILY;UNTIL=20260102"},
		{"start-beside", berlin + "RRULE:FREQ=WEEKLY;BYDAY=WE;COUNT=5"},
		{"start-beside-endless", berlin + "RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=WE,FR"},
		{"never-again", berlin + "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"},
		{"exdates", berlin + "RRULE:FREQ=WEEKLY\nEXDATE;TZID=Europe/Berlin:20260209T190000,20260216T190000\nEXDATE:20260330T170000Z"},
		{"exdate-start", berlin + "RRULE:FREQ=WEEKLY;COUNT=4\nEXDATE;TZID=Europe/Berlin:20260202T190000"},
		{"exdate-day", "DTSTART;TZID=Europe/Berlin:20260302T090000\nDURATION:PT1H\nRRULE:FREQ=DAILY;BYHOUR=9,14;COUNT=30\nEXDATE;VALUE=DATE:20260304"},
		{"rdates", berlin + "RDATE;TZID=Europe/Berlin:20260210T120000,20260701T120000\nRDATE:20261101T120000Z"},
		{"rdates-and-rule", berlin + "RRULE:FREQ=WEEKLY;COUNT=10\nRDATE;TZID=Europe/Berlin:20260209T190000,20260204T080000"},
		{"rdate-periods", berlin + "RDATE;VALUE=PERIOD;TZID=Europe/Berlin:20260612T120000/20260612T150000,20260613T120000/PT2H"},
		{"moved", berlin + "RRULE:FREQ=WEEKLY;COUNT=30\n" +
			exception(";TZID=Europe/Berlin:20260330T190000", ";TZID=Europe/Berlin:20260331T180000", ";TZID=Europe/Berlin:20260331T190000", "LOCATION:Saal", "URL:https://example.org/x")},
		{"one-cancelled", berlin + "RRULE:FREQ=WEEKLY;COUNT=30\n" +
			exception(":20260330T170000Z", ";TZID=Europe/Berlin:20260330T190000", ";TZID=Europe/Berlin:20260330T203000", "STATUS:CANCELLED")},
		{"moved-to-a-day", berlin + "RRULE:FREQ=WEEKLY;COUNT=30\n" +
			exception(";TZID=Europe/Berlin:20260330T190000", ";VALUE=DATE:20260331", ";VALUE=DATE:20260401")},
		{"moved-day", "DTSTART;VALUE=DATE:20260102\nRRULE:FREQ=WEEKLY;COUNT=20\n" +
			exception(";VALUE=DATE:20260109", ";VALUE=DATE:20260110", ";VALUE=DATE:20260112")},
		{"moved-unplanned", berlin + "RRULE:FREQ=WEEKLY;COUNT=30\nEXDATE;TZID=Europe/Berlin:20260330T190000\n" +
			exception(";TZID=Europe/Berlin:20260330T190000", ";TZID=Europe/Berlin:20260331T180000", ";TZID=Europe/Berlin:20260331T190000") + "\n" +
			exception(";TZID=Europe/Berlin:20260401T190000", ";TZID=Europe/Berlin:20260402T180000", ";TZID=Europe/Berlin:20260402T190000")},
		{"single-moved", berlin + exception(";TZID=Europe/Berlin:20260202T190000", ";TZID=Europe/Berlin:20260203T190000", ";TZID=Europe/Berlin:20260203T200000")},
		{"future-hour", berlin + "LOCATION:Alt\nRRULE:FREQ=WEEKLY;COUNT=60\nEXDATE;TZID=Europe/Berlin:20260209T190000,20260914T190000\n" +
			exception(";RANGE=THISANDFUTURE;TZID=Europe/Berlin:20260608T190000", ";TZID=Europe/Berlin:20260608T180000", ";TZID=Europe/Berlin:20260608T200000", "LOCATION:Neu") + "\n" +
			exception(";TZID=Europe/Berlin:20260921T190000", ";TZID=Europe/Berlin:20260922T180000", ";TZID=Europe/Berlin:20260922T190000")},
		{"future-day", berlin + "RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH\n" +
			exception(";RANGE=THISANDFUTURE;TZID=Europe/Berlin:20260622T190000", ";TZID=Europe/Berlin:20260624T180000", ";TZID=Europe/Berlin:20260624T200000") + "\n" +
			exception(";RANGE=THISANDFUTURE;TZID=Europe/Berlin:20261221T190000", ";TZID=Europe/Berlin:20261220T180000", ";TZID=Europe/Berlin:20261220T200000")},
		{"future-unplanned", berlin + "RRULE:FREQ=WEEKLY;INTERVAL=2\n" +
			exception(";RANGE=THISANDFUTURE;TZID=Europe/Berlin:20260608T190000", ";TZID=Europe/Berlin:20260609T180000", ";TZID=Europe/Berlin:20260609T200000")},
		{"future-month", berlin + "RRULE:FREQ=MONTHLY;BYDAY=1MO;COUNT=20\n" +
			exception(";RANGE=THISANDFUTURE;TZID=Europe/Berlin:20260504T190000", ";TZID=Europe/Berlin:20260506T180000", ";TZID=Europe/Berlin:20260506T200000")},
		{"future-cancelled", berlin + "RRULE:FREQ=WEEKLY;COUNT=20\n" +
			exception(";RANGE=THISANDFUTURE;TZID=Europe/Berlin:20260504T190000", ";TZID=Europe/Berlin:20260504T190000", ";TZID=Europe/Berlin:20260504T200000", "STATUS:CANCELLED")},
		{"future-from-the-first", berlin + "RRULE:FREQ=WEEKLY;COUNT=20\n" +
			exception(";RANGE=THISANDFUTURE;TZID=Europe/Berlin:20260202T190000", ";TZID=Europe/Berlin:20260203T190000", ";TZID=Europe/Berlin:20260203T200000")},
		{"rdate-before", berlin + "RRULE:FREQ=WEEKLY;COUNT=4\nRDATE;TZID=Europe/Berlin:20260112T190000\nEXDATE;TZID=Europe/Berlin:20260112T190000\n" +
			exception(";RANGE=THISANDFUTURE;TZID=Europe/Berlin:20260202T190000", ";TZID=Europe/Berlin:20260203T190000", ";TZID=Europe/Berlin:20260203T200000")},
		{"gap", "DTSTART;TZID=Europe/Berlin:20260301T023000\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=60"},
		{"overlap", "DTSTART;TZID=Europe/Berlin:20261001T023000\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=60"},
		{"second-pass", "DTSTART;TZID=Europe/Berlin:20261024T023000\nRDATE:20261025T013000Z"},
		{"nominal-days", "DTSTART;TZID=Europe/Berlin:20260320T220000\nDURATION:P1D\nRRULE:FREQ=WEEKLY;COUNT=40"},
	}
}
