package lang

import "slices"

// modifier reads "nächsten", "this coming" and their like.
func (r *whenReader) modifier() string {
	mod := ""
	for {
		t := r.tok(0).text
		switch {
		case slices.Contains(whenThis, t) && mod == "":
			mod = "this"
		case slices.Contains(whenNext, t) && mod == "":
			mod = "next"
		case slices.Contains(whenComing, t) && (mod == "" || mod == "this"):
			mod = "coming"
		case slices.Contains(whenAfter, t) && mod == "":
			mod = "after"
		default:
			return mod
		}
		r.at++
	}
}

// weekday reads a weekday, or a week: "nächsten Dienstag", "next week".
func (r *whenReader) weekday(d *whenDay) (bool, error) {
	r.mark = r.at
	r.phrase("in der", "of the", "of", "in")
	if r.phrase("the week after next") {
		return r.inWeek(d, 2)
	}
	mod := r.modifier()
	if mod != "" && r.take("woche", "week") {
		return r.inWeek(d, map[string]int{"this": 0, "next": 1, "coming": 1, "after": 2}[mod])
	}
	if mod == "" {
		r.at = r.mark
	}
	day, ok := whenWeekday(r.tok(0).text)
	if !ok {
		return false, nil
	}
	r.at++
	r.dot()
	if r.rep.Freq == "WEEKLY" && len(r.rep.Days) == 0 && mod == "" && d == &r.first && !d.set() {
		r.at = r.mark
		return r.everyDays()
	}
	if d.named {
		return false, r.wrong("when_days")
	}
	d.weekday, d.named, d.mod = day, true, mod
	if r.is(0, "in") { // "Dienstag in einer Woche"
		from := r.at
		r.at++
		if n, ok := r.measure(); ok && n.minutes == 0 {
			return false, r.wrong("when_week_count")
		}
		r.at = from
	}
	return true, nil
}

func (r *whenReader) inWeek(d *whenDay, week int) (bool, error) {
	if d.inWeek {
		return false, r.twice()
	}
	d.week, d.inWeek = week, true
	return true, nil
}

// onlyDay reads a day of the month alone: "am 15.", "the 15th".
func (r *whenReader) onlyDay(d *whenDay) (bool, error) {
	r.mark = r.at
	day, used, sure := r.dayNumber(0)
	if !sure || r.tok(0).digits == 0 || d.dated() {
		return false, nil
	}
	r.at += used
	if day < 1 || day > 31 {
		return false, r.wrong("when_no_date", Values{"Date": r.behind()})
	}
	d.day = day
	return true, nil
}

// span reads days from one to another that share their month: "3.–5.12.",
// "3. bis zum 5. Dezember", "3-5 Dec".
func (r *whenReader) span() (bool, error) {
	r.mark = r.at
	first, used, _ := r.dayNumber(0)
	if used == 0 || r.tok(0).digits == 0 {
		return false, nil
	}
	r.at += used
	if !r.take("-", "bis", "to", "until", "till") {
		return false, nil
	}
	bare := used == 1
	hour := bare && !r.is(-1, "-") // "täglich 9 bis 30.6."
	if bare && r.rep.Freq != "" {
		return false, nil
	}
	r.take("zum", "the")
	var last whenDay
	for i, read := range []func(*whenDay) (bool, error){r.dots, r.spelled} {
		from, mark := r.at, r.mark
		ok, err := read(&last)
		if r.mark = mark; err != nil {
			return false, nil //nolint:nilerr // it is no date then; what else it is comes out later
		}
		dotted := i > 0 || last.year > 0 || r.is(-1, ".") // "3-5.12.", but not "14-15.30"
		if !ok || last.month == 0 || last.day == 0 || !dotted || i == 0 && hour {
			r.at = from
			last = whenDay{}
			continue
		}
		if ok, err := r.calendar(&r.first, last.year, last.month, first); !ok {
			return false, err
		}
		r.last, r.kept = last, true
		return true, nil
	}
	return false, nil
}

// until reads the end: "bis 16 Uhr", "bis 5.12.", "until the end of June".
func (r *whenReader) until() (bool, error) {
	if r.is(0, "ende", "end", "endet") && r.clock.set && !r.stop.set { // "Beginn 14 Uhr, Ende 16 Uhr"
		r.at++
		r.take(":")
		r.take("um", "at")
		return r.stops(true)
	}
	if !r.is(0, whenJoins...) {
		return false, nil
	}
	whole := r.is(0, "through", "thru")
	dash := r.is(0, "-")
	r.at++
	whole = r.take("einschliesslich", "einschl", "inklusive", "inkl", "including") || whole
	r.dot()
	r.take("zum", "am", "den", "the")
	end := r.take("ende", "end")
	r.take("of", "des")
	if r.clock.set && !r.stop.set && !end && !whole {
		if ok, err := r.stops(true); ok || err != nil {
			return ok, err
		}
	}
	if r.last.set() {
		return false, r.twice()
	}
	r.target = &r.last
	ok, err := r.day(&r.last)
	switch {
	case err != nil:
		return false, err
	case !ok && r.clock.set && !r.stop.set:
		return r.stops(false)
	case !ok || dash && !r.first.set():
		return false, nil
	}
	r.kept = true
	if d := r.last.day; d > 0 && d < 25 && r.last.month == 0 && r.clock.set && !r.stop.set && !end {
		return false, r.wrong("when_dot", Values{"Part": r.behind()}) // "9 Uhr bis 10."
	}
	if r.last.month > 0 && r.last.day == 0 {
		if !end && !whole {
			return false, r.wrong("when_until_month", Values{"Month": r.month(r.last.month)})
		}
		r.last.monthEnd = true
	} else if end {
		return false, nil
	}
	return true, nil
}

func (r *whenReader) month(n int) string { return months[r.lang][n-1] }

// from reads when a series begins: "ab Januar", "starting Dec 3"; and the
// "vom" of "vom 3. bis 5. Dezember".
func (r *whenReader) from() (bool, error) {
	if !r.take("ab", "vom", "von", "from", "starting", "beginning", "start", "beginnend") {
		return false, nil
	}
	if r.take("sofort", "jetzt", "now") {
		return true, nil
	}
	r.take("from", "on", "dem", "the", "am", "mit")
	if r.is(-1, "vom", "von", "from", "the") {
		if ok, err := r.try(r.span); ok || err != nil {
			return ok, err
		}
	}
	if r.since.set() {
		return false, r.twice()
	}
	r.target = &r.since
	ok, err := r.day(&r.since)
	r.kept = ok
	return ok, err
}
