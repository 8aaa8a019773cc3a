package lang

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// Repeat is how a date comes again. The zero value is once.
type Repeat struct {
	Freq      string         `json:"freq,omitempty"`       // DAILY, WEEKLY, MONTHLY, YEARLY
	Every     int            `json:"every,omitempty"`      // interval, from 1
	Days      []time.Weekday `json:"days,omitempty"`       // of the week; of the month if Nth is set
	Nth       []int          `json:"nth,omitempty"`        // which of the Days of a month, -1: the last
	MonthDays []int          `json:"month_days,omitempty"` // days of the month, -1: the last
	Month     int            `json:"month,omitempty"`      // of a yearly date
	Count     int            `json:"count,omitempty"`      // how often in all, 0: not said
	Until     time.Time      `json:"until,omitzero"`       // the last second of the last day, in the zone of the date
}

var whenRuleDays = [7]string{"SU", "MO", "TU", "WE", "TH", "FR", "SA"}

// rule is the value of an RRULE. UNTIL is a day for whole days, else an
// instant in UTC.
func (p Repeat) rule(allDay bool) string {
	if p.Freq == "" {
		return ""
	}
	b := []string{"FREQ=" + p.Freq}
	add := func(name string, values ...string) {
		if len(values) > 0 {
			b = append(b, name+"="+strings.Join(values, ","))
		}
	}
	if p.Every > 1 {
		add("INTERVAL", strconv.Itoa(p.Every))
	}
	if p.Month > 0 {
		add("BYMONTH", strconv.Itoa(p.Month))
	}
	var list []string
	for _, d := range p.Days {
		if len(p.Nth) == 0 {
			list = append(list, whenRuleDays[d])
		}
		for _, n := range p.Nth {
			list = append(list, strconv.Itoa(n)+whenRuleDays[d])
		}
	}
	add("BYDAY", list...)
	list = nil
	for _, n := range p.MonthDays {
		list = append(list, strconv.Itoa(n))
	}
	add("BYMONTHDAY", list...)
	switch {
	case p.Count > 0:
		add("COUNT", strconv.Itoa(p.Count))
	case p.Until.IsZero():
	case allDay:
		add("UNTIL", p.Until.Format("20060102"))
	default:
		add("UNTIL", p.Until.UTC().Format("20060102T150405Z"))
	}
	return strings.Join(b, ";")
}

// on tells whether the series may fall on that day.
func (p Repeat) on(day time.Time) bool {
	last := day.AddDate(0, 0, 1).Month() != day.Month()
	ofMonth := slices.Contains(p.MonthDays, day.Day()) || last && slices.Contains(p.MonthDays, -1)
	switch p.Freq {
	case "WEEKLY":
		return slices.Contains(p.Days, day.Weekday())
	case "MONTHLY":
		if len(p.Nth) == 0 {
			return ofMonth
		}
		nth := slices.Contains(p.Nth, (day.Day()+6)/7) || slices.Contains(p.Nth, -1) && day.AddDate(0, 0, 7).Month() != day.Month()
		return nth && slices.Contains(p.Days, day.Weekday())
	case "YEARLY":
		return ofMonth && int(day.Month()) == p.Month
	}
	return true
}

// firstOf is the first day of the series.
func (r *whenReader) firstOf(loc *time.Location, start whenClock, timed bool) (time.Time, error) {
	if err := r.pattern(); err != nil {
		return time.Time{}, err
	}
	if r.first.set() {
		return r.firstSaid()
	}
	from, err := r.begin()
	if err != nil {
		return from, err
	}
	rep := &r.rep
	anchored := r.since.day > 0 || r.since.named || r.since.counted
	switch {
	case rep.Freq == "WEEKLY" && len(rep.Days) == 0 && anchored:
		rep.Days = []time.Weekday{from.Weekday()}
	case rep.Freq == "WEEKLY" && len(rep.Days) == 0, rep.Freq == "MONTHLY" && len(rep.Days)+len(rep.MonthDays) == 0, rep.Freq == "YEARLY" && rep.Month == 0:
		return from, r.wrong("when_no_day_series")
	case rep.Every > 1 && !r.since.set() && (rep.Freq != "WEEKLY" || len(rep.Days) > 1):
		return from, r.wrong("when_anchor")
	}
	const years = 9 // a 29 February is that far away at most
	for day := from; day.Before(from.AddDate(years, 0, 0)); day = day.AddDate(0, 0, 1) {
		at := time.Date(day.Year(), day.Month(), day.Day(), start.hour, start.minute, 0, 0, loc)
		if !rep.on(day) || timed && at.Before(r.now) {
			continue
		}
		if day.Equal(r.today) && rep.Every > 1 && rep.Freq != "DAILY" && !r.since.set() {
			return day, r.choose("when_today", day, day.AddDate(0, 0, 7))
		}
		return day, nil
	}
	return from, r.wrong("when_rules")
}

// pattern moves parts of a day that the series repeats into it.
func (r *whenReader) pattern() error {
	rep, d := &r.rep, &r.first
	rep.Nth = r.counts
	rep.Days = sortedDays(rep.Days)
	switch rep.Freq {
	case "WEEKLY":
		if d.named && len(rep.Days) == 0 && !d.dated() && !d.counted && !d.inWeek && d.mod == "" {
			rep.Days, *d = []time.Weekday{d.weekday}, whenDay{}
		}
	case "MONTHLY":
		if len(rep.Days) > 0 && len(rep.MonthDays) > 0 {
			return r.wrong("when_rules")
		}
		if d.day > 0 && d.month == 0 && !d.named && len(rep.Days)+len(rep.MonthDays) == 0 {
			if d.day > 28 {
				return r.wrong("when_month_end")
			}
			rep.MonthDays, *d = []int{d.day}, whenDay{}
		}
		if d.named && !d.dated() && !d.counted {
			return r.wrong("when_monthly_day")
		}
	case "YEARLY":
		if d.month == 2 && d.day == 29 {
			return r.wrong("when_month_end")
		}
		if d.month > 0 && d.day > 0 {
			rep.Month, rep.MonthDays = d.month, []int{d.day}
			if d.year == 0 && !d.named {
				*d = whenDay{}
			}
		}
	}
	return nil
}

// firstSaid is the first day of a series that was said; it must be one of it.
func (r *whenReader) firstSaid() (time.Time, error) {
	if r.since.set() {
		return time.Time{}, r.twice()
	}
	day, err := r.date(r.first, r.today, false)
	if err != nil {
		return day, err
	}
	rep := &r.rep
	switch {
	case rep.Freq == "WEEKLY" && len(rep.Days) == 0:
		rep.Days = []time.Weekday{day.Weekday()}
	case rep.Freq == "MONTHLY" && len(rep.Days)+len(rep.MonthDays) == 0:
		return day, r.wrong("when_monthly_day")
	case rep.Freq == "YEARLY" && rep.Month == 0:
		rep.Month, rep.MonthDays = int(day.Month()), []int{day.Day()}
	}
	if !rep.on(day) {
		return day, r.wrong("when_not_in_series", Values{"Day": Day(r.lang, day)})
	}
	return day, nil
}

// begin is the day from which on a series is looked for.
func (r *whenReader) begin() (time.Time, error) {
	d := r.since
	switch {
	case !d.set():
		return r.today, nil
	case d.month > 0 && d.day == 0:
		d.day = 1
		if d.month == int(r.today.Month()) && (d.year == 0 || d.year == r.today.Year()) {
			return r.today, nil // this month, which has begun
		}
	case d.inWeek && !d.named:
		monday := r.today.AddDate(0, 0, 7*d.week-mondayFirst(r.today.Weekday()))
		if monday.Before(r.today) {
			monday = r.today
		}
		return monday, nil
	}
	return r.date(d, r.today, false)
}
