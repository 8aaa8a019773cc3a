package lang

import "fmt"

// whenClock is a time of day as it was said.
type whenClock struct {
	set          bool
	hour, minute int // hour is up to 24
	form         whenForm
	half         string // "a" or "p" if am or pm was said
}

// whenForm is how sure a time is of its half of the day.
type whenForm int

const (
	whenBare  whenForm = iota // a number: "um 7"
	whenLoose                 // spoken, of a clock with twelve hours: "halb drei", "2:30" in English
	whenHours                 // "2 Uhr": of 24 hours, but small ones may be meant for the afternoon
	whenExact                 // "14:30", "02:30", "2pm"
)

func (c whenClock) text() string { return fmt.Sprintf("%d:%02d", c.hour, c.minute) }

// strongClock reads times that can be nothing else, weakClock bare numbers
// behind a word that announces a time, or two of them: "9-12".
func (r *whenReader) strongClock() (bool, error) { return r.clocks(true) }
func (r *whenReader) weakClock() (bool, error)   { return r.clocks(false) }

func (r *whenReader) clocks(strong bool) (bool, error) {
	german := r.take("um")
	led := german || r.take("at", "@")
	between := false
	if !led && r.take("ab", "von", "from", "zwischen", "between") {
		led, between = true, r.is(-1, "zwischen", "between")
		r.take("um", "at")
	}
	if r.is(0, "mitternacht", "midnight") {
		return false, r.wrong("when_midnight")
	}
	c, ok, err := r.clockAt(german)
	if !ok {
		return false, err
	}
	from := r.at
	var stop whenClock
	if r.take(whenJoins...) || between && r.take("und", "and") {
		r.take("um", "at")
		if stop, ok, err = r.clockAt(german); err != nil {
			return false, err
		}
		if !ok || stop.form == whenBare && r.dayFollows(false) {
			r.at, stop = from, whenClock{}
		}
	}
	if !c.sure() && !stop.sure() && (strong || !led && !stop.set) || c.form == whenBare && !stop.set && r.dayFollows(led && !between) {
		return false, nil
	}
	return r.taken(c, stop)
}

func (c whenClock) sure() bool { return c.set && c.form != whenBare }

// dayFollows tells whether the number that was read last belongs to a day.
// Behind "um" a dot may as well end a sentence.
func (r *whenReader) dayFollows(hour bool) bool {
	if r.is(0, ".") && r.tok(0).glued && (!hour || r.at+1 < len(r.toks)) {
		return true
	}
	_, month := whenMonthOf(r.tok(0).text)
	unit, _ := whenUnit(r.tok(0).text)
	return month || unit > 0 || r.is(0, "st", "nd", "rd", "th", "of", "mal", "x", "times", "/")
}

// taken keeps what was read: a time, or a time with its end.
func (r *whenReader) taken(c, stop whenClock) (bool, error) {
	if c.form == whenBare && stop.form == whenHours {
		c.form = whenHours
	}
	switch {
	case stop.half != "" && c.form < whenHours:
		c = c.before(stop)
	case c.half != "" && stop.set && stop.form < whenHours: // "2pm to 4"
		stop = stop.after(c)
	}
	switch {
	case !r.clock.set:
		r.clock, r.stop = c, stop
		r.both, r.early = stop.set, !r.last.set()
	case r.last.set() && r.early && r.rep.Freq == "" && !r.stop.set && !stop.set:
		r.stop = c
	default:
		return false, r.wrong("when_times")
	}
	return true, nil
}

// before is the time in the half of the day of its end, where it comes before
// that: "2-4pm" begins at 2pm, "10-2pm" does not at 10pm.
func (c whenClock) before(stop whenClock) whenClock {
	if c.hour > 12 {
		return c
	}
	late := c
	if late.hour %= 12; stop.half == "p" {
		late.hour += 12
	}
	if late.hour*60+late.minute < stop.hour*60+stop.minute {
		c = late
	}
	c.form = whenExact
	return c
}

// after is the end in that half of the day in which it follows its start.
func (c whenClock) after(start whenClock) whenClock {
	if c.hour <= 12 && c.hour*60+c.minute <= start.hour*60+start.minute && (c.hour%12+12)*60+c.minute > start.hour*60+start.minute {
		c.hour, c.form = c.hour%12+12, whenExact
	}
	return c
}

// stops reads the end of a time that was said before.
func (r *whenReader) stops(strong bool) (bool, error) {
	from := r.at
	german := r.take("um", "at")
	c, ok, err := r.clockAt(german)
	if !ok || strong && !c.sure() || !c.sure() && r.dayFollows(german) {
		r.at = from
		return false, err
	}
	r.stop, r.both = c, true
	return true, nil
}

// clockAt reads one time of day.
func (r *whenReader) clockAt(german bool) (c whenClock, ok bool, err error) {
	r.mark = r.at
	switch {
	case r.is(0, "noon", "midday", "mittag", "mittags") && r.at > 0 && r.is(-1, whenJoins...):
		r.at++
		return whenClock{set: true, hour: 12, form: whenExact}, true, nil
	case r.is(0, "mitternacht", "midnight"):
		r.at++
		return whenClock{set: true, hour: 24, form: whenExact}, true, nil
	}
	if c, ok, err = r.spoken(); ok || err != nil {
		return c, ok, err
	}
	t := r.tok(0)
	if t.digits == 0 {
		return r.worded()
	}
	if t.digits == 4 && t.n < 2400 && r.is(1, "uhr", "hrs") {
		r.at += 2
		return r.checked(whenClock{set: true, hour: t.n / 100, minute: t.n % 100, form: whenExact})
	}
	if t.n == 12 && r.is(1, "noon", "midday") {
		r.at += 2
		return whenClock{set: true, hour: 12, form: whenExact}, true, nil
	}
	if t.digits > 2 {
		return c, false, nil
	}
	c = whenClock{set: true, hour: t.n}
	r.at++
	minutes := r.minutes(&c)
	if c.form == whenExact && t.digits == 1 && t.n < 10 {
		c.form = whenHours
		if r.lang == English {
			c.form = whenLoose
		}
	}
	if minutes && c.form == whenBare && r.is(0, ".") && r.tok(0).glued && r.tok(-1).digits > 0 && r.at+1 < len(r.toks) {
		return c, false, nil // 3.12.
	}
	return r.suffix(c, german)
}

// minutes reads what stands behind the hour: ":30", ".30".
func (r *whenReader) minutes(c *whenClock) bool {
	m := r.tok(1)
	if m.digits != 2 || !m.glued && !r.is(0, ":") || !r.is(0, ":", ".") || r.is(0, ".") && !r.tok(0).glued {
		return false
	}
	dot := r.is(0, ".")
	if dot && r.is(2, ".") && r.tok(2).glued && (r.at+3 < len(r.toks) || m.n <= 12) {
		return false // 3.12.
	}
	if dot && m.n > 59 || dot && m.n >= 1 && m.n <= 12 && !r.is(2, "uhr", "h", "am", "pm", "p", "a", "-", "bis", "to") {
		return false
	}
	c.minute = m.n
	r.at += 2
	if dot {
		if m.n == 0 || m.n > 12 || r.is(0, "uhr", "h") {
			c.form = whenExact
		}
		return true
	}
	c.form = whenExact
	if r.is(0, ":") && r.tok(1).digits == 2 { // seconds
		r.at += 2
	}
	r.offset()
	return true
}

// suffix reads "Uhr", "Uhr 30", "h", "pm" behind the digits.
func (r *whenReader) suffix(c whenClock, german bool) (whenClock, bool, error) {
	switch {
	case r.take("uhr", "o'clock", "hrs"):
		if r.is(-1, "o'clock") {
			c.form = whenLoose
		} else if c.form != whenExact {
			c.form = whenHours
		}
		r.minutesBehind(&c)
	case r.is(0, "h") && (c.hour > 12 || c.form != whenBare || german || r.is(1, "-", "bis") && r.tok(2).digits > 0 || r.is(-2, "-", "bis")):
		if r.at++; c.form == whenBare {
			c.form = whenHours
		}
		if m := r.tok(0); m.digits == 2 && m.glued {
			c.minute = m.n
			r.at++
		}
	}
	if half := r.meridiem(german); half != "" {
		if c.hour < 1 || c.hour > 12 {
			return c, false, r.wrong("when_no_time", Values{"Time": r.behind()})
		}
		if half == "a" && c.hour == 12 {
			return c, false, r.wrong("when_midnight")
		}
		c.hour %= 12
		if half == "p" {
			c.hour += 12
		}
		c.form, c.half = whenExact, half
	}
	if c.hour > 12 && c.form == whenLoose {
		c.form = whenExact
	}
	if c.form == whenBare {
		return c, c.hour <= 24, nil
	}
	return r.checked(c)
}

// checked refuses what no clock shows.
func (r *whenReader) checked(c whenClock) (whenClock, bool, error) {
	if c.hour > 24 || c.minute > 59 || c.hour == 24 && c.minute > 0 {
		return c, false, r.wrong("when_no_time", Values{"Time": r.behind()})
	}
	return c, true, nil
}

// minutesBehind reads the minutes of "9 Uhr 30", if they belong to nothing else.
func (r *whenReader) minutesBehind(c *whenClock) {
	m := r.tok(0)
	if n := whenNumbers[m.text]; n >= 10 && n < 60 && c.minute == 0 { // "neun Uhr dreißig"
		m.n, m.digits = n, 2
	}
	if m.digits != 2 || c.minute > 0 || m.n > 59 || r.is(1, ".", ":", "/", "uhr", "mal", "x", "termine", "times") || r.is(1, "-") && r.tok(2).digits == 0 {
		return
	}
	unit, _ := whenUnit(r.tok(1).text)
	if _, month := whenMonthOf(r.tok(1).text); month || unit > 0 {
		return
	}
	c.minute = m.n
	r.at++
}

// meridiem takes am and pm in all their spellings and returns "a" or "p". The
// German "am" before a day is none.
func (r *whenReader) meridiem(german bool) string {
	t := r.tok(0)
	switch {
	case r.is(0, "am", "pm"):
		if t.text == "am" && !t.glued && (german || r.preposition(1)) {
			return ""
		}
		r.at++
		r.dot()
		return t.text[:1]
	case r.is(0, "a", "p") && r.is(1, ".") && r.is(2, "m"):
		r.at += 3
		r.dot()
		return t.text
	}
	return ""
}

// preposition tells whether a day begins there.
func (r *whenReader) preposition(ahead int) bool {
	t := r.tok(ahead)
	_, day := whenWeekday(t.text)
	return t.digits > 0 && r.is(ahead+1, ".") || day && r.lang == German || whenOrdinals[t.text] != 0 && r.lang == German
}
