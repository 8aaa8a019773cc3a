package lang

import "time"

// whenLength is how long something takes, or is still away.
type whenLength struct{ minutes, days, weeks, months int }

func (l whenLength) set() bool { return l != whenLength{} }

// hundredths reads a number that may have a part: "1,5", "anderthalb", "eine
// halbe", "half an".
func (r *whenReader) hundredths() (int, bool) {
	switch {
	case r.take("anderthalb", "eineinhalb", "einundeinhalb") || r.phrase("one and a half"):
		return 150, true
	case r.take("zweieinhalb") || r.phrase("two and a half"):
		return 250, true
	case r.take("dreieinhalb") || r.phrase("three and a half"):
		return 350, true
	case r.take("halbe", "halben") || r.phrase("eine halbe", "einer halben", "ein halbes", "half an", "half a", "a half"):
		return 50, true
	case r.is(0, "viertelstunde", "dreiviertelstunde", "fortnight"):
		return 100, true
	}
	t := r.tok(0)
	if t.digits > 0 && t.digits < 3 && r.is(1, ",", ".") && r.tok(1).glued && r.tok(2).glued && r.tok(2).digits > 0 && r.tok(2).digits < 3 {
		part := r.tok(2).n
		if r.tok(2).digits == 1 {
			part *= 10
		}
		r.at += 3
		return t.n*100 + part, true
	}
	n, ok := r.number(0)
	if ok {
		r.at++
	}
	return n * 100, ok
}

// measure reads a length: "2 Stunden", "1 h 30", "an hour and a half".
func (r *whenReader) measure() (l whenLength, ok bool) {
	for {
		from := r.at
		if l.set() {
			r.take("und", "and")
		}
		n, found := r.hundredths()
		unit, size := whenUnit(r.tok(0).text)
		if l.minutes > 0 && n == 50 && found && unit == 0 { // "an hour and a half"
			l.minutes += 30
			return l, true
		}
		n *= size
		whole := n%100 == 0
		if !found || unit == 0 || n == 0 || unit == whenHour && n*60%100 != 0 || unit != whenHour && !whole {
			r.at = from
			return l, l.set()
		}
		r.at++
		r.dot()
		switch unit {
		case whenMinute:
			l.minutes += n / 100
		case whenHour:
			l.minutes += n * 60 / 100
			if m := r.tok(0); m.digits == 2 && m.glued && m.n < 60 && r.is(-1, "h") { // 1h30
				l.minutes += m.n
				r.at++
			}
		case whenDayUnit:
			l.days += n / 100
		case whenWeek:
			l.weeks += n / 100
		case whenMonth:
			l.months += n / 100
		case whenYear:
			l.months += 12 * n / 100
		}
	}
}

// lasting reads how long something takes: "für 2 Stunden", "90 min"; and "two
// weeks from today".
func (r *whenReader) lasting() (bool, error) {
	r.take("fuer", "for", "dauer", "ueber")
	r.take(":")
	l, ok := r.measure()
	if !ok {
		return false, nil
	}
	r.take("lang", "long")
	if r.is(0, "from") && r.is(1, "today", "tomorrow", "now") {
		if r.is(1, "tomorrow") {
			l.days++
		}
		r.at += 2
		return r.away(l)
	}
	if r.take("ago") {
		return false, r.wrong("when_past_day")
	}
	if r.length.set() {
		return false, r.twice()
	}
	r.length = l
	return true, nil
}

// ahead reads "in 2 Wochen", "in einer halben Stunde".
func (r *whenReader) ahead() (bool, error) {
	if r.is(0, "vor") {
		r.at++
		if l, ok := r.measure(); ok && l.set() {
			return false, r.wrong("when_past_day")
		}
		return false, nil
	}
	if !r.take("in") {
		return false, nil
	}
	l, ok := r.measure()
	if !ok {
		return false, nil
	}
	if l.days == 8 && r.is(-1, "tagen") { // a week, to many
		return false, r.wrong("when_eight_days")
	}
	return r.away(l)
}

func (r *whenReader) away(l whenLength) (bool, error) {
	const most = 6 * 366
	if l.days > most || l.weeks > most/7 || l.months > 72 || l.minutes > most*24*60 {
		return false, r.wrong("when_far")
	}
	if l.minutes > 0 {
		if l.days+l.weeks+l.months > 0 || r.wait > 0 {
			return false, r.twice()
		}
		r.wait = time.Duration(l.minutes) * time.Minute
		return true, nil
	}
	if r.first.counted {
		return false, r.twice()
	}
	if r.first.named {
		return false, r.wrong("when_week_count")
	}
	r.first.days, r.first.months, r.first.counted = l.days+7*l.weeks, l.months, true
	r.kept, r.target = true, &r.first
	return true, nil
}

// wholeDays reads "ganztägig", "all day".
func (r *whenReader) wholeDays() (bool, error) {
	r.take("den", "the")
	if !r.take("ganztaegig", "ganztags", "ganztaegige", "allday") &&
		!r.phrase("ganzen tag", "ganze tage", "all day", "whole day", "all - day", "ganzer tag") {
		return false, nil
	}
	r.whole = true
	return true, nil
}

// counted reads how often: "10 mal", "10x", "10 Termine".
func (r *whenReader) counted() (bool, error) {
	from := r.at
	before := r.is(0, "x") && r.tok(1).glued && r.tok(1).digits > 0 // "x10"
	if before {
		r.at++
	}
	n, ok := r.number(0)
	if !ok {
		return false, nil
	}
	r.at++
	r.take("-")
	if !before && !r.take("mal", "x", "times", "termine", "treffen", "sessions", "dates", "meetings") {
		return false, nil
	}
	if r.is(0, "woechentlich", "monatlich", "taeglich", "jaehrlich", "im", "in", "die", "pro", "per", "a", "jede", "jeden", "weekly", "monthly", "daily", "every", "each") ||
		n < 7 && r.often(from-1) { // "zweimal wöchentlich": not two dates in all
		return false, r.wrong("when_rules")
	}
	const most = 1000
	if r.rep.Count > 0 {
		return false, r.twice()
	}
	if n < 1 || n > most {
		return false, r.wrong("when_count", Values{"Max": most})
	}
	r.rep.Count = n
	return true, nil
}

// often tells whether that token is a word such as "wöchentlich".
func (r *whenReader) often(at int) bool {
	return r.is(at-r.at, "woechentlich", "monatlich", "taeglich", "jaehrlich", "weekly", "monthly", "daily", "yearly", "woche", "week", "monat", "month", "tag", "day")
}

// unitAhead tells whether the token ahead is a unit of time.
func (r *whenReader) unitAhead(ahead int) bool {
	unit, _ := whenUnit(r.tok(ahead).text)
	return unit > 0
}
