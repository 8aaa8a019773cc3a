package lang

// hourAhead is the hour of a spoken time.
func (r *whenReader) hourAhead(ahead int) (int, bool) {
	n, ok := r.number(ahead)
	return n, ok && n >= 1 && n <= 12 && !r.is(ahead, "a", "an", "ein", "eine", "einer", "einem", "einen")
}

// spoken reads "halb drei", "viertel nach neun", "half past two", "zehn nach
// zehn", "fünf vor halb elf".
func (r *whenReader) spoken() (c whenClock, ok bool, err error) {
	r.mark = r.at
	minute, half := 0, false
	if r.is(0, "a") && r.is(1, "quarter") {
		r.at++
	}
	switch {
	case r.is(0, "halb"), r.is(0, "half") && r.is(1, "past"):
	case r.is(0, "viertel", "quarter") && r.is(1, "nach", "past", "ueber", "after"):
		minute = 15
		r.at += 2
	case r.is(0, "viertel", "quarter") && r.is(1, "vor", "to", "before"):
		minute = -15
		r.at += 2
	case r.is(0, "viertel", "dreiviertel"), r.is(0, "half"):
		if _, hour := r.hourAhead(1); hour && !r.is(1, "an") {
			r.at += 2
			return c, false, r.wrong("when_dialect", Values{"Time": r.behind()})
		}
		return c, false, nil
	default:
		if minute, ok = r.minutesTo(); !ok {
			r.at = r.mark
			return c, false, nil
		}
	}
	switch {
	case r.take("halb"):
		half = true
	case r.is(0, "half") && r.is(1, "past"):
		r.at += 2
		minute += 30
	}
	hour, ok := r.hourAhead(0)
	if !ok {
		r.at = r.mark
		return c, false, nil
	}
	r.at++
	r.take("uhr", "o'clock")
	total := hour*60 + minute
	if half {
		total -= 30
	}
	total = (total + 12*60) % (12 * 60)
	c = whenClock{set: true, hour: total / 60, minute: total % 60, form: whenLoose}
	if c.hour == 0 {
		c.hour = 12
	}
	c, ok, err = r.suffix(c, r.lang == German)
	return c, ok, err
}

// minutesTo reads "zehn nach", "5 vor", "ten past". "Ten to ten" may be a
// time or a range, and is neither.
func (r *whenReader) minutesTo() (int, bool) {
	n, ok := r.number(0)
	if !ok || n < 1 || n > 29 || r.is(0, "a", "an", "eine", "einer") {
		return 0, false
	}
	next := 1
	if r.is(1, "minuten", "minutes", "min", "minute") {
		next = 2
	}
	switch {
	case r.is(next, "nach", "past"):
	case r.is(next, "vor"):
		n = -n
	default:
		return 0, false
	}
	if _, hour := r.hourAhead(next + 1); !hour && !r.is(next+1, "halb", "half") {
		return 0, false
	}
	r.at += next + 1
	return n, true
}

// worded reads a time with its hour in words: "vierzehn Uhr", "ten".
func (r *whenReader) worded() (c whenClock, ok bool, err error) {
	n, ok := r.number(0)
	if !ok || n > 24 || r.is(0, "a", "an", "eine", "einer", "einem", "einen") {
		return c, false, nil
	}
	if unit, _ := whenUnit(r.tok(1).text); unit > 0 || r.is(1, "mal", "x", "times") {
		return c, false, nil
	}
	r.at++
	if n > 12 && !r.is(0, "uhr", "hrs", "o'clock") {
		return c, false, nil
	}
	return r.suffix(whenClock{set: true, hour: n}, false)
}

// whenPart is a part of the day: "abends".
type whenPart int

const (
	whenMorning whenPart = iota + 1
	whenNoon
	whenAfternoon
	whenEvening
	whenNight
)

// daypart reads "abends", "am Nachmittag", "in the evening".
func (r *whenReader) daypart() (bool, error) {
	r.phrase("in the", "in der", "am", "at", "zu")
	part := r.partAhead()
	if part == 0 {
		return false, nil
	}
	r.at++
	if part == whenMorning && r.is(-1, "morgen") {
		r.take("frueh")
	}
	if r.part != 0 && r.part != part {
		return false, r.twice()
	}
	r.part = part
	if part == whenNoon && !r.clock.set && r.is(0, whenJoins...) { // "noon to 2pm"
		r.part = 0
		return r.taken(whenClock{set: true, hour: 12, form: whenExact}, whenClock{})
	}
	return true, nil
}

func (r *whenReader) partAhead() whenPart {
	switch {
	case r.is(0, "morgens", "morgen", "morning", "frueh", "vormittag", "vormittags", "fruehmorgens", "mornings"):
		return whenMorning
	case r.is(0, "mittag", "mittags", "noon", "midday"):
		return whenNoon
	case r.is(0, "nachmittag", "nachmittags", "afternoon", "afternoons"):
		return whenAfternoon
	case r.is(0, "abend", "abends", "evening", "evenings", "night", "nights"): // "tomorrow night at 8"
		return whenEvening
	case r.is(0, "nacht", "nachts"):
		return whenNight
	}
	return 0
}

// toDay puts a time into a part of the day, the end of a time too; ok is false
// if it does not lie in it.
func (p whenPart) toDay(hour int) (int, bool) {
	late := func(from, to, last int) (int, bool) {
		if hour >= from && hour <= to {
			return hour + 12, true
		}
		return hour, hour >= from+12 && hour <= last
	}
	switch p {
	case whenMorning:
		return hour, hour >= 4 && hour <= 12
	case whenNoon:
		if hour == 11 || hour == 12 {
			return hour, true
		}
		return late(1, 2, 14)
	case whenAfternoon:
		if hour == 12 {
			return hour, true
		}
		return late(1, 6, 18)
	case whenEvening:
		return late(5, 11, 24)
	case whenNight:
		return late(9, 11, 23) // small hours belong to one night and to another day
	}
	return hour, true
}
