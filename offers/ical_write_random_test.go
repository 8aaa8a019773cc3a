package offers

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

// icalRandom makes up the lines of a series. day: its hours lie between eight and eight, on whole half hours.
func icalRandom(r *rand.Rand, day bool) string {
	pick := func(from ...string) string { return from[r.IntN(len(from))] }
	zone := pick("Europe/Berlin", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "Africa/Casablanca", "UTC", "DATE")
	loc := time.UTC
	if zone != "DATE" {
		loc, _ = time.LoadLocation(zone)
	}
	hour := func() time.Duration {
		if day {
			return time.Duration(16+r.IntN(24)) * 30 * time.Minute
		}
		return time.Duration(r.IntN(48)) * 30 * time.Minute
	}
	date := func() time.Time { return time.Date(2026, 1, 1+r.IntN(400), 0, 0, 0, 0, time.UTC) }
	moment := func(name string, w time.Time) string {
		switch {
		case zone == "DATE":
			return name + ";VALUE=DATE:" + w.Format(icalDateForm)
		case zone == "UTC" || name != "DTSTART" && name != "DTEND" && r.IntN(4) == 0:
			return name + ":" + icalResolve(w, loc).UTC().Format(icalUTCForm)
		}
		return name + ";TZID=" + zone + ":" + w.Format(icalLocalForm)
	}
	start := date().Add(hour())
	planned := func() time.Time { return start.AddDate(0, 0, []int{1, 2, 7, 14, 28, 35}[r.IntN(6)]*r.IntN(8)) }
	lines := []string{moment("DTSTART", start)}
	if n := r.IntN(5); n > 0 {
		lines = append(lines, moment("DTEND", start.Add(time.Duration(n)*30*time.Minute+map[bool]time.Duration{true: 24 * time.Hour}[zone == "DATE"])))
	}
	if rule := icalRandomRule(r, start, day || zone == "DATE"); rule != "" {
		lines = append(lines, "RRULE:"+rule)
	}
	for range r.IntN(4) {
		if r.IntN(5) == 0 {
			lines = append(lines, "EXDATE;VALUE=DATE:"+planned().Format(icalDateForm))
		} else {
			lines = append(lines, moment("EXDATE", planned()))
		}
	}
	for range max(0, r.IntN(5)-2) {
		lines = append(lines, moment("RDATE", date().Add(hour())))
	}
	for range max(0, r.IntN(6)-2) {
		to := planned().AddDate(0, 0, r.IntN(5)-2)
		if r.IntN(2) == 0 {
			to = to.Truncate(24 * time.Hour).Add(hour())
		}
		key := moment("RECURRENCE-ID", planned())
		if r.IntN(3) == 0 {
			key = strings.Replace(key, "RECURRENCE-ID", "RECURRENCE-ID;RANGE=THISANDFUTURE", 1)
		}
		lines = append(lines, "END:VEVENT\nBEGIN:VEVENT\nUID:u1\nSUMMARY:T", key, moment("DTSTART", to), moment("DTEND", to.Add(24*time.Hour)))
		if r.IntN(3) == 0 {
			lines = append(lines, "STATUS:CANCELLED")
		}
	}
	return strings.Join(lines, "\n")
}

func icalRandomRule(r *rand.Rand, start time.Time, day bool) string {
	pick := func(from ...string) string { return from[r.IntN(len(from))] }
	rule := pick("", "FREQ=DAILY", "FREQ=WEEKLY", "FREQ=WEEKLY", "FREQ=WEEKLY", "FREQ=MONTHLY", "FREQ=YEARLY")
	if rule == "" {
		return ""
	}
	if r.IntN(2) == 0 {
		rule += fmt.Sprint(";INTERVAL=", 1+r.IntN(3))
	}
	switch {
	case rule[5] == 'M' && r.IntN(2) == 0:
		rule += pick(";BYDAY=2TU", ";BYDAY=-1FR", ";BYMONTHDAY=1", ";BYMONTHDAY=-1", ";BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1")
	case rule[5] == 'W' && r.IntN(2) == 0:
		rule += pick(";BYDAY=MO", ";BYDAY=MO,TH", ";BYDAY=SU,WE", ";BYDAY=TU,SU;WKST=SU", ";BYMONTH=3,6,10")
	case rule[5] == 'D' && r.IntN(3) == 0:
		rule += pick(";BYDAY=MO,TU,WE,TH,FR", ";BYMONTH=3,10")
	}
	if !day && r.IntN(6) == 0 {
		rule += pick(";BYHOUR=9,14", ";BYHOUR=2", ";BYMINUTE=0,30")
	}
	until := start.AddDate(0, 0, r.IntN(500)-5)
	return rule + pick("", "", fmt.Sprint(";COUNT=", 1+r.IntN(60)), ";UNTIL="+until.Format(icalDateForm), ";UNTIL="+until.Format(icalLocalForm), ";UNTIL="+until.Format(icalUTCForm))
}

func icalWriteReads(t testing.TB, v View, lines, title string) {
	t.Helper()
	opt := icalTestOptions(t)
	cal, err := ReadCalendar(strings.NewReader(icalCal("BEGIN:VEVENT\nUID:u1\nSUMMARY:T\n"+lines+"\nEND:VEVENT")), opt)
	if err != nil {
		t.Fatal(err)
	}
	for i := range cal.Entries {
		o := icalStored(t, &cal.Entries[i])
		o.Title = title
		var b bytes.Buffer
		if err := WriteOffer(&b, v, o); err != nil {
			t.Fatal(err)
		}
		text := b.String()
		icalLinesAreRight(t, text)
		back, err := ReadCalendar(&b, opt)
		if err != nil || len(back.Skipped) > 0 {
			t.Fatalf("%v %v", err, back.Skipped)
		}
		if strings.Count(text, "\nRDATE") >= icalMaxListed {
			continue // a list that is cut
		}
		icalDiffer(t, icalTimes(t, back.Entries), icalTimes(t, cal.Entries[i:i+1]), lines+"\n\n"+text)
		for _, e := range back.Entries {
			icalSame(t, "title", e.Title, icalOneLine(strings.ToValidUTF8(title, ""), 200))
		}
	}
}

func FuzzWriteSeries(f *testing.F) {
	for seed := range uint64(300) {
		f.Add(seed, "T")
	}
	f.Add(uint64(1), "a;b,c\\n\r\nX:y\u202e<b>\x00")
	v := icalView(f)
	f.Fuzz(func(t *testing.T, seed uint64, title string) {
		icalWriteReads(t, v, icalRandom(rand.New(rand.NewPCG(seed, 1)), false), title)
	})
}
