package lang

import "time"

// whenDay is a day as it was said, not yet on the calendar.
type whenDay struct {
	year, month, day int // 0: not said
	monthEnd         bool
	weekday          time.Weekday
	named            bool   // weekday was said
	mod              string // "this", "next", "coming", "after": said of the weekday
	week             int    // weeks from this one
	inWeek           bool   // week was said
	days, months     int    // from today
	counted          bool   // days or months were said: "morgen", "in 2 Wochen"
	said             string // the date as it was typed, for questions
}

func (d *whenDay) set() bool   { return *d != whenDay{} }
func (d *whenDay) dated() bool { return d.month > 0 || d.day > 0 || d.year > 0 }

var (
	whenThis   = []string{"diesen", "diese", "dieser", "dieses", "diesem", "this"}
	whenNext   = []string{"naechsten", "naechste", "naechster", "naechstes", "naechstem", "next"}
	whenComing = []string{"kommenden", "kommende", "kommender", "kommendes", "coming"}
	whenAfter  = []string{"uebernaechsten", "uebernaechste", "uebernaechster"}
	whenJoins  = []string{"-", "bis", "to", "until", "till", "til", "through", "thru"}
)

// days reads a part of the day that something is on.
func (r *whenReader) days() (bool, error) {
	if r.target == nil {
		r.target = &r.first
	}
	if r.target == &r.first {
		if ok, err := r.try(r.span); ok || err != nil {
			return ok, err
		}
	}
	ok, err := r.day(r.target)
	r.kept = ok
	return ok, err
}

// day reads a part of a day into d.
func (r *whenReader) day(d *whenDay) (bool, error) {
	for _, read := range []func(*whenDay) (bool, error){r.near, r.iso, r.slashes, r.dots, r.spelled, r.weekday, r.onlyDay} {
		from := r.at
		ok, err := read(d)
		if ok || err != nil {
			return ok, err
		}
		r.at = from
	}
	return false, nil
}

// near reads today, tomorrow and their like.
func (r *whenReader) near(d *whenDay) (bool, error) {
	days := 0
	switch {
	case r.take("heute", "today"):
	case r.take("tonight"):
		r.part = whenEvening
	case r.is(0, "this", "diesen") && r.is(1, "evening", "afternoon", "morning", "abend", "nachmittag", "vormittag", "mittag"):
		r.at++
	case r.is(0, "morgen") && (d.named || d.counted || d.dated()): // "Dienstag morgen"
		return false, nil
	case r.take("morgen", "tomorrow", "tmrw", "tmr"):
		days = 1
	case r.take("uebermorgen") || r.phrase("day after tomorrow", "the day after tomorrow"):
		days = 2
	case r.take("gestern", "vorgestern", "yesterday"):
		return false, r.wrong("when_past_day")
	default:
		return false, nil
	}
	if d.counted {
		return false, r.twice()
	}
	d.days, d.counted = d.days+days, true
	if r.is(0, "in") { // "heute in 2 Wochen"
		from := r.at
		r.at++
		if n, ok := r.measure(); ok && n.minutes == 0 && n.days == 0 {
			d.days, d.months = d.days+7*n.weeks, n.months
			return true, nil
		}
		r.at = from
	}
	return true, nil
}

// calendar takes a date that was said.
func (r *whenReader) calendar(d *whenDay, year, month, day int) (bool, error) {
	if d.dated() {
		return false, r.twice()
	}
	if day >= 1 && day <= 12 && month > 12 {
		return false, r.wrong("when_no_month", Values{"Date": r.behind()})
	}
	if month < 1 || month > 12 || day < 1 || day > 31 || year != 0 && time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC).Day() != day {
		return false, r.wrong("when_no_date", Values{"Date": r.behind()})
	}
	d.year, d.month, d.day, d.said = year, month, day, r.behind()
	return true, nil
}

// behind is the text of what was read last, back to the last blank between
// parts, for questions.
func (r *whenReader) behind() string {
	from, to := r.mark, min(r.at, len(r.toks))
	if from >= to {
		return ""
	}
	return r.text[r.toks[from].from:r.toks[to-1].to]
}

// iso reads 2026-12-03, 2026-12-03T… and 3-12-2026.
func (r *whenReader) iso(d *whenDay) (bool, error) {
	r.mark = r.at
	a, b, c := r.tok(0), r.tok(2), r.tok(4)
	if a.digits == 0 || b.digits == 0 || c.digits == 0 || !r.is(1, "-") || !r.is(3, "-") || !b.glued || !c.glued {
		return false, nil
	}
	switch {
	case a.digits == 4 && b.digits <= 2 && c.digits <= 2:
		r.at += 5
		ok, err := r.calendar(d, a.n, b.n, c.n)
		if r.is(0, "t") && r.tok(0).glued {
			r.at++
			r.stamp = r.at
		}
		return ok, err
	case a.digits <= 2 && b.digits <= 2 && c.digits == 4:
		r.at += 5
		return r.calendar(d, c.n, b.n, a.n)
	}
	return false, nil
}

// slashes reads 3/12 and 3/12/2026: the day comes first, in both languages.
func (r *whenReader) slashes(d *whenDay) (bool, error) {
	r.mark = r.at
	a, b, c := r.tok(0), r.tok(2), r.tok(4)
	if a.digits == 0 || b.digits == 0 || b.digits > 2 || !r.is(1, "/") {
		return false, nil
	}
	r.at += 3
	year := 0
	if r.is(0, "/") && c.digits > 0 {
		r.at += 2
		year = whenYearOf(c)
		if a.digits == 4 {
			return r.calendar(d, a.n, b.n, c.n)
		}
	}
	return r.calendar(d, year, b.n, a.n)
}

func whenYearOf(t whenToken) int {
	if t.digits == 2 {
		return 2000 + t.n
	}
	return t.n
}

// dots reads 3.12., 3.12.26, 03.12.2026, 3. 12. 2026, and 3.12 where that is
// not a time.
func (r *whenReader) dots(d *whenDay) (bool, error) {
	r.mark = r.at
	a, b := r.tok(0), r.tok(2)
	if a.digits == 0 || a.digits > 2 || b.digits == 0 || b.digits > 2 || !r.is(1, ".") || !r.tok(1).glued {
		return false, nil
	}
	r.at += 3
	if !r.is(0, ".") || !r.tok(0).glued {
		return r.barely(d, a, b)
	}
	r.at++
	year := 0
	if y := r.tok(0); y.digits == 2 && y.glued || y.digits == 4 {
		timed := r.is(1, ":", "uhr", "hrs", "h") || r.is(1, ".") && r.tok(1).glued && r.tok(2).glued && r.tok(2).digits > 0
		switch {
		case !b.glued && y.glued && y.digits == 2: // "am 15. 10.30 Uhr"
			return false, nil
		case !timed:
			year = whenYearOf(y)
			r.at++
		}
	}
	return r.calendar(d, year, b.n, a.n)
}

// barely reads 3.12 without the last dot.
func (r *whenReader) barely(d *whenDay, a, b whenToken) (bool, error) {
	if !b.glued || b.n < 1 || b.n > 12 || a.n < 1 || a.n > 31 || r.unitAhead(0) || r.is(0, "uhr", "am", "pm", "p", "a") {
		return false, nil
	}
	if b.digits == 2 && a.n < 25 && (r.first.set() || r.rep.Freq != "") && !r.clock.set {
		return false, r.wrong("when_dot", Values{"Part": r.behind()})
	}
	return r.calendar(d, 0, b.n, a.n)
}

// dayNumber is the day of the month ahead: 3, 3., 3rd, dritten.
func (r *whenReader) dayNumber(ahead int) (day, used int, sure bool) {
	t := r.tok(ahead)
	if t.digits == 0 {
		if n := whenOrdinals[t.text]; n != 0 {
			return n, 1, n > 0
		}
		return 0, 0, false
	}
	if t.digits > 2 {
		return 0, 0, false
	}
	next := r.tok(ahead + 1)
	if next.glued && r.is(ahead+1, ".", "st", "nd", "rd", "th", "te", "ten", "ter") {
		if following := r.tok(ahead + 2); next.text == "." && following.glued && following.digits > 0 {
			return 0, 0, false // 15.30
		}
		return t.n, 2, true
	}
	return t.n, 1, false
}

// spelled reads 3. Dezember 2026, December 3rd, third of December, Dezember.
func (r *whenReader) spelled(d *whenDay) (bool, error) {
	r.mark = r.at
	if day, used, _ := r.dayNumber(0); used > 0 && day != -1 {
		ahead := used
		if r.is(ahead, "of") {
			ahead++
		}
		if month, ok := whenMonthOf(r.tok(ahead).text); ok {
			r.at += ahead + 1
			r.dot()
			return r.calendar(d, r.yearAhead(), month, day)
		}
		return false, nil
	}
	month, ok := whenMonthOf(r.tok(0).text)
	if !ok {
		return false, nil
	}
	r.at++
	r.dot()
	day, used, sure := r.dayNumber(0)
	if used == 0 || day == -1 || !sure && r.clockSigns(used) {
		if d.dated() {
			return false, r.twice()
		}
		d.month, d.year = month, r.yearAhead()
		return true, nil
	}
	r.at += used
	if n, used, _ := r.dayNumber(1); r.target == d && r.is(0, "-", "to", "bis", "until") && used > 0 && r.tok(1).digits > 0 && !r.clockSigns(1+used) {
		if _, ok := whenMonthOf(r.tok(1 + used).text); !ok { // "Dec 3-5"
			r.at += 1 + used
			r.last.day = n
		}
	}
	return r.calendar(d, r.yearAhead(), month, day)
}

func (r *whenReader) dot() {
	if r.is(0, ".") && r.tok(0).glued {
		r.at++
	}
}

// clockSigns tells whether what is ahead makes the number before it a time.
func (r *whenReader) clockSigns(ahead int) bool {
	return r.is(ahead, ":", "uhr", "h", "am", "pm", "o'clock") || r.is(ahead, ".") && r.tok(ahead+1).digits > 0 || r.is(ahead, "a", "p") && r.is(ahead+1, ".")
}

// yearAhead takes a year of four digits.
func (r *whenReader) yearAhead() int {
	skip := 0
	if r.is(0, ",") {
		skip = 1
	}
	if y := r.tok(skip); y.digits == 4 && y.n >= 1900 && y.n <= 2200 && !r.is(skip+1, "uhr", "hrs", "h", "-") {
		r.at += skip + 1
		return y.n
	} else if y.digits == 4 && y.n >= 1900 && y.n <= 2200 && r.is(skip+1, "-") {
		r.at += skip + 1
		return y.n
	}
	return 0
}
