package lang

import "time"

// date puts a day on the calendar: the next one from base on. later says that
// it is the end of what begins at base.
func (r *whenReader) date(d whenDay, base time.Time, later bool) (day time.Time, err error) {
	switch {
	case d.monthEnd:
		return r.endOfMonth(d, base), nil
	case d.month > 0 && d.day == 0:
		return day, r.wrong("when_month_only", Values{"Month": r.month(d.month)})
	case d.month > 0:
		day, err = r.dayOfYear(d, base, later)
	case d.day > 0:
		day, err = r.dayOfMonth(d.day, base, later)
	case d.counted:
		day, err = r.today.AddDate(0, d.months, d.days), nil
		if d.months > 0 && day.Day() != r.today.AddDate(0, 0, d.days).Day() {
			err = r.wrong("when_month_short")
		}
	case d.named:
		return r.dayOfWeek(d, base, later)
	default:
		return day, r.wrong("when_week_only")
	}
	switch {
	case err != nil:
		return day, err
	case d.named && day.Weekday() != d.weekday, (d.mod != "" || d.inWeek) && (d.dated() || d.counted):
		return day, r.wrong("when_mismatch", Values{"Day": Day(r.lang, day)})
	case d.counted && d.dated() && !day.Equal(r.today.AddDate(0, d.months, d.days)):
		return day, r.wrong("when_mismatch", Values{"Day": Day(r.lang, day)})
	}
	return day, nil
}

func (r *whenReader) endOfMonth(d whenDay, base time.Time) time.Time {
	year := d.year
	if year == 0 {
		if year = base.Year(); d.month < int(base.Month()) {
			year++
		}
	}
	return time.Date(year, time.Month(d.month)+1, 0, 0, 0, 0, 0, time.UTC)
}

// dayOfYear is a day with its month. Without a year it is this year's, or the
// next one's where that is not far ahead.
func (r *whenReader) dayOfYear(d whenDay, base time.Time, later bool) (time.Time, error) {
	on := func(year int) (time.Time, bool) {
		t := time.Date(year, time.Month(d.month), d.day, 0, 0, 0, 0, time.UTC)
		return t, t.Day() == d.day
	}
	if d.year > 0 {
		day, _ := on(d.year)
		switch {
		case day.Before(r.today):
			return day, r.wrong("when_past", Values{"When": Day(r.lang, day)})
		case d.year > r.now.Year()+2*whenMaxYears:
			return day, r.wrong("when_far")
		}
		return day, nil
	}
	this, exists := on(base.Year())
	if exists && !this.Before(base) {
		return this, nil
	}
	next, follows := on(base.Year() + 1)
	switch {
	case follows && next.Sub(base) <= whenMaxAhead*24*time.Hour:
		return next, nil
	case exists && later:
		return this, nil // before base; what that means is said elsewhere
	case exists:
		return this, r.wrong("when_past", Values{"When": Day(r.lang, this)})
	}
	return this, r.wrong("when_no_date", Values{"Date": d.said})
}

// dayOfMonth is the next day with that number.
func (r *whenReader) dayOfMonth(n int, base time.Time, later bool) (time.Time, error) {
	if n == base.Day() && !later {
		return base, r.wrong("when_today_month", Values{"Today": Day(r.lang, base)})
	}
	month := base.Month()
	if n < base.Day() {
		month++
	}
	day := time.Date(base.Year(), month, n, 0, 0, 0, 0, time.UTC)
	if day.Day() != n {
		return day, r.wrong("when_no_month_day", Values{"Number": n})
	}
	return day, nil
}

// dayOfWeek is a weekday that was said without a date.
func (r *whenReader) dayOfWeek(d whenDay, base time.Time, later bool) (time.Time, error) {
	ahead := (int(d.weekday) - int(base.Weekday()) + 7) % 7
	soon := base.AddDate(0, 0, ahead)
	sunday := base.Weekday() == time.Sunday
	choice := func(key string, a, b time.Time) (time.Time, error) {
		return a, r.choose(key, a, b)
	}
	index, today := mondayFirst(d.weekday), mondayFirst(base.Weekday())
	switch {
	case d.inWeek && d.mod != "":
		return soon, r.twice()
	case d.inWeek:
		now := mondayFirst(r.today.Weekday())
		day := r.today.AddDate(0, 0, 7*d.week+index-now)
		if r.lang == English && (r.today.Weekday() == time.Sunday || d.weekday == time.Sunday) { // weeks begin on Sunday for some
			return choice("when_which", day, day.AddDate(0, 0, 7))
		}
		if day.Before(r.today) {
			return day, r.wrong("when_past", Values{"When": Day(r.lang, day)})
		}
		return day, nil
	case later:
		if d.mod != "" && d.mod != "coming" {
			return soon, r.wrong("when_rules")
		}
		if ahead == 0 {
			soon = soon.AddDate(0, 0, 7)
		}
		return soon, nil
	case d.mod == "coming":
		if ahead == 0 {
			soon = soon.AddDate(0, 0, 7)
		}
		return soon, nil
	case ahead == 0:
		return choice("when_today", base, base.AddDate(0, 0, 7))
	case d.mod == "this" && (index < today || sunday):
		return choice("when_which", base.AddDate(0, 0, ahead-7), soon)
	case (d.mod == "next" || d.mod == "after") && (index > today || sunday):
		return choice("when_which", soon, soon.AddDate(0, 0, 7))
	case d.mod == "after":
		return soon.AddDate(0, 0, 7), nil
	}
	return soon, nil
}

// choose asks which of two days is meant, with the second one as an example.
func (r *whenReader) choose(key string, a, b time.Time) error {
	form := "2.1."
	if r.lang == English {
		form = "2 January"
	}
	return r.wrong(key, Values{"A": Day(r.lang, a), "B": Day(r.lang, b), "Date": b.Format(form)})
}

// times are the start and the end by the clock, for sure.
func (r *whenReader) times() (start, stop whenClock, timed bool, err error) {
	start, stop = r.clock, r.stop
	switch {
	case start.set && r.whole:
		return start, stop, false, r.wrong("when_whole")
	case !start.set && r.part == whenNoon && !r.whole:
		return whenClock{set: true, hour: 12, form: whenExact}, stop, true, nil
	case !start.set && r.part != 0:
		return start, stop, false, r.wrong("when_hour")
	case !start.set:
		return start, stop, false, nil
	case start.hour == 24:
		return start, stop, false, r.wrong("when_midnight")
	case r.part != 0:
		err = r.inPart(&start, &stop)
	case stop.set && !r.both: // on another day
		if r.unsure(start) { // the end is looked at when its day is known
			err = r.either(start)
		}
	case stop.set && start.form < whenHours && stop.form == whenExact && stop.hour > 12 && r.pm(start, stop):
		err = r.either(start)
	case stop.set:
		err = r.range24(&start, &stop)
	case r.unsure(start):
		err = r.either(start)
	}
	return start, stop, true, err
}

// inPart puts the times into the part of the day that was said.
func (r *whenReader) inPart(start, stop *whenClock) error {
	hour, ok := r.part.toDay(start.hour)
	if r.part == whenNight && start.hour < 7 {
		return r.wrong("when_midnight")
	}
	if !ok {
		return r.wrong("when_part", Values{"Time": start.text()})
	}
	moved := hour != start.hour
	start.hour, start.form = hour, whenExact
	if stop.set && moved && stop.hour < 12 {
		stop.hour += 12
	}
	stop.form = whenExact
	return nil
}

// unsure tells whether a time may as well be the one twelve hours later.
func (r *whenReader) unsure(c whenClock) bool {
	switch c.form {
	case whenBare, whenLoose:
		return c.hour >= 1 && c.hour <= 8
	case whenHours:
		return c.hour >= 1 && c.hour <= 5
	}
	return false
}

func (r *whenReader) either(c whenClock) error {
	early, late := c, c
	early.hour, late.hour = c.hour%12, c.hour%12+12
	return r.wrong("when_half", Values{"A": pad(early), "B": late.text()})
}

// pad is a time with two digits for the hour, which can only be the early one.
func pad(c whenClock) string {
	if c.hour < 10 {
		return "0" + c.text()
	}
	return c.text()
}

// overNight tells whether times are those of a late evening.
func overNight(start, stop whenClock) bool { return start.hour >= 18 && stop.hour < 6 }

// pm tells whether a small hour before an end in the afternoon may be meant
// for the afternoon too: "2-15:30", but not "8-16".
func (r *whenReader) pm(start, stop whenClock) bool {
	return start.hour < 6 && start.hour+12 < stop.hour
}

// range24 decides on the half of the day of two times that belong together.
func (r *whenReader) range24(start, stop *whenClock) error {
	late := stop.hour > 12 || stop.hour == 12 && stop.minute == 0
	if !r.unsure(*start) || late && start.hour >= 6 && start.form != whenExact {
		start.form = whenExact
	} else {
		return r.either(*start)
	}
	if late := overNight(*start, *stop); !late && r.unsure(*stop) && stop.hour*60+stop.minute <= start.hour*60+start.minute {
		return r.wrong("when_end_first", Values{"From": start.text(), "To": stop.text()})
	}
	return nil
}
