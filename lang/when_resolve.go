package lang

import (
	"slices"
	"time"
)

const (
	whenMaxYears = 5   // further ahead a year is rather mistyped
	whenMaxAhead = 270 // days that a date without a year may be ahead in the next one
)

// resolve puts what was read on the calendar.
func (r *whenReader) resolve() (When, error) {
	loc := r.location()
	r.today = civil(r.now.In(loc))
	if err := r.settle(loc); err != nil {
		return When{}, err
	}
	start, stop, timed, err := r.times()
	if err != nil {
		return When{}, err
	}
	if r.wait > 0 {
		return r.waited(loc, timed)
	}
	day, last, err := r.onCalendar(loc, start, timed)
	if err != nil {
		return When{}, err
	}
	w := When{AllDay: !timed, Open: !timed && !r.whole && last.IsZero() && r.length.days == 0, Repeat: r.rep}
	if timed {
		err = r.timed(&w, loc, day, last, start, stop)
	} else {
		err = r.allDay(&w, loc, day, last)
	}
	if err != nil {
		return When{}, err
	}
	if r.zone.exact {
		loc = r.home
		w.Start = w.Start.In(loc)
		if !w.End.IsZero() {
			w.End = w.End.In(loc)
		}
	}
	w.Zone = loc.String()
	if err := r.ends(&w); err != nil {
		return When{}, err
	}
	if w.Start.Year() > r.now.Year()+whenMaxYears {
		return When{}, r.wrong("when_far")
	}
	return w, nil
}

// civil is t's day, as midnight UTC.
func civil(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
}

// settle decides what parts mean that mean different things together.
func (r *whenReader) settle(loc *time.Location) error {
	if r.last.set() && r.last.day > 0 && r.first.day > 0 && r.first.month == 0 {
		r.first.month, r.first.year = r.last.month, r.last.year // "vom 3. bis zum 5.12."
	}
	if r.since.set() && r.rep.Freq == "" {
		if !r.last.set() || r.first.set() {
			return r.wrong("when_since")
		}
		if r.first, r.since = r.since, (whenDay{}); r.first.day > 0 && r.first.month == 0 {
			r.first.month, r.first.year = r.last.month, r.last.year
		}
	}
	if r.last.set() && r.last.day > 0 && r.last.month == 0 && r.first.month > 0 {
		r.last.month = r.first.month // "Dec 3-5"
		r.last.year = r.first.year
	}
	if r.each && r.last.set() && r.rep.Freq == "" && r.clock.set && (r.both || !r.stop.set) {
		r.rep.Freq, r.rep.Every = "DAILY", 1
	}
	if r.rep.Freq != "" && r.zone.exact {
		return r.wrong("when_rules")
	}
	if r.rep.Freq == "" && r.rep.Count > 0 {
		return r.wrong("when_count_alone")
	}
	if there := civil(r.now.In(r.home)); !r.zone.exact && !there.Equal(r.today) && loc != r.home {
		for _, d := range []whenDay{r.first, r.last, r.since} {
			if d.set() && (d.year == 0 || d.named) && d.month == 0 {
				return r.wrong("when_other_day", Values{"Here": Day(r.lang, there), "There": Day(r.lang, r.today)})
			}
		}
	}
	return nil
}

// waited is so long from now.
func (r *whenReader) waited(loc *time.Location, timed bool) (When, error) {
	if timed || r.first.set() || r.last.set() || r.since.set() || r.rep.Freq != "" || r.whole || r.length.days+r.length.weeks+r.length.months > 0 || r.zone.exact {
		return When{}, r.wrong("when_rules")
	}
	w := When{Start: r.now.Add(r.wait).In(loc), Zone: loc.String()}
	if r.length.minutes > 0 {
		w.End = w.Start.Add(time.Duration(r.length.minutes) * time.Minute)
	}
	return w, nil
}

// onCalendar finds the day of the start, and the last day if there is another.
func (r *whenReader) onCalendar(loc *time.Location, start whenClock, timed bool) (day, last time.Time, err error) {
	if r.rep.Freq != "" {
		day, err = r.firstOf(loc, start, timed)
		return day, last, err
	}
	switch {
	case r.first.set():
	case r.length.set() && !timed:
		return day, last, r.wrong("when_no_start")
	default:
		return day, last, r.wrong("when_no_day")
	}
	if day, err = r.date(r.first, r.today, false); err != nil {
		return day, last, err
	}
	if r.last.set() {
		if last, err = r.date(r.last, day, true); err != nil {
			return day, last, err
		}
		if last.Before(day) {
			return day, last, r.wrong("when_backwards", Values{"From": Day(r.lang, day), "To": Day(r.lang, last)})
		}
		if d := r.first; r.last.inWeek && d.named && !d.inWeek && !d.dated() && !d.counted { // "Mi bis Fr nächste Woche"
			same := last.AddDate(0, 0, mondayFirst(day.Weekday())-mondayFirst(last.Weekday()))
			if !same.Equal(day) && !same.After(last) {
				return day, last, r.choose("when_which", day, same)
			}
		}
	}
	return day, last, nil
}

// timed sets start and end by the clock.
func (r *whenReader) timed(w *When, loc *time.Location, day, last time.Time, start, stop whenClock) (err error) {
	if w.Start, err = r.at24(day, start, loc); err != nil {
		return err
	}
	if w.Start.Before(r.now) {
		return r.wrong("when_past", Values{"When": Moment(r.lang, w.Start)})
	}
	l := r.length
	if r.rep.Freq != "" {
		l.weeks, l.days = 0, 0 // how long the series goes on
	}
	if l.days+l.weeks+l.months > 0 || l.minutes > 0 && stop.set || l.minutes > 7*24*60 || r.whole {
		return r.wrong("when_lengths")
	}
	if !last.IsZero() {
		if !stop.set || r.rep.Freq != "" || r.both {
			return r.wrong("when_days_times", Values{"From": Day(r.lang, day), "To": Day(r.lang, last)})
		}
		if r.unsure(stop) && (!overNight(start, stop) || stop.form != whenHours || !last.Equal(day.AddDate(0, 0, 1))) {
			return r.either(stop)
		}
		day = last
	}
	switch {
	case stop.set:
		if w.End, err = r.at24(day, stop, loc); err != nil {
			return err
		}
		if !w.End.After(w.Start) && overNight(start, stop) {
			return r.wrong("when_night", Values{"From": start.text(), "To": pad(stop), "Minutes": (24+stop.hour-start.hour)*60 + stop.minute - start.minute})
		}
		if !w.End.After(w.Start) {
			return r.wrong("when_end_first", Values{"From": start.text(), "To": stop.text()})
		}
	case l.minutes > 0:
		w.End = w.Start.Add(time.Duration(l.minutes) * time.Minute)
	}
	return nil
}

// allDay sets start and end by the day.
func (r *whenReader) allDay(w *When, loc *time.Location, day, last time.Time) error {
	l := r.length
	if r.rep.Freq != "" {
		l.weeks, l.days = 0, 0
	}
	if l.minutes > 0 || l.weeks > 0 || l.months > 0 || l.days > 366 || l.days > 0 && !last.IsZero() || r.zone.exact {
		return r.wrong("when_no_start")
	}
	if day.Before(r.today) {
		return r.wrong("when_past", Values{"When": Day(r.lang, day)})
	}
	if last.IsZero() {
		last = day.AddDate(0, 0, max(1, l.days)-1)
	}
	w.Start, w.End = midnight(day, loc), midnight(last.AddDate(0, 0, 1), loc)
	return nil
}

func midnight(day time.Time, loc *time.Location) time.Time {
	return time.Date(day.Year(), day.Month(), day.Day(), 0, 0, 0, 0, loc)
}

// at24 is a time on a day; one that clocks leave out or show twice is asked.
func (r *whenReader) at24(day time.Time, c whenClock, loc *time.Location) (time.Time, error) {
	if c.hour == 24 {
		day, c.hour = day.AddDate(0, 0, 1), 0
	}
	t := time.Date(day.Year(), day.Month(), day.Day(), c.hour, c.minute, 0, 0, loc)
	if t.Hour() != c.hour || t.Minute() != c.minute {
		return t, r.wrong("when_gap", Values{"Time": c.text(), "Day": Day(r.lang, day)})
	}
	for _, shift := range []time.Duration{-time.Hour, time.Hour, -30 * time.Minute, 30 * time.Minute} {
		if o := t.Add(shift); o.Hour() == t.Hour() && o.Minute() == t.Minute() {
			return t, r.wrong("when_twice_shown", Values{"Time": c.text(), "Day": Day(r.lang, day)})
		}
	}
	if z := r.zone; z.abbr != "" {
		if name, offset := t.Zone(); offset != z.offset {
			return t, r.wrong("when_abbr", Values{"Zone": z.abbr, "Other": name, "Day": Day(r.lang, day)})
		}
	}
	return t, nil
}

// ends closes a series.
func (r *whenReader) ends(w *When) error {
	rep := &w.Repeat
	if rep.Freq == "" {
		return nil
	}
	if weeks, days := r.length.weeks, r.length.days; weeks+days > 0 { // "6 Wochen lang"
		daily := rep.Freq == "DAILY"
		if rep.Count > 0 || !daily && (rep.Freq != "WEEKLY" || days > 0) || rep.Every != 1 || r.last.set() || weeks > 520 || days > 366 {
			return r.wrong("when_rules")
		}
		if rep.Count = weeks * max(1, len(rep.Days)); daily {
			rep.Count = 7*weeks + days
		}
	}
	if !r.last.set() {
		return nil
	}
	if rep.Count > 0 {
		return r.wrong("when_until_count")
	}
	start := civil(w.Start)
	until, err := r.date(r.last, start, true)
	if err != nil {
		return err
	}
	if until.Before(start) {
		return r.wrong("when_until_first", Values{"From": Day(r.lang, start), "To": Day(r.lang, until)})
	}
	if until.Year() > r.now.Year()+2*whenMaxYears {
		return r.wrong("when_far")
	}
	rep.Until = midnight(until.AddDate(0, 0, 1), w.Start.Location()).Add(-time.Second)
	return nil
}

func sortedDays(days []time.Weekday) []time.Weekday {
	days = slices.Clone(days)
	slices.SortFunc(days, func(a, b time.Weekday) int { return mondayFirst(a) - mondayFirst(b) })
	return slices.Compact(days)
}

func mondayFirst(d time.Weekday) int { return (int(d) + 6) % 7 }
