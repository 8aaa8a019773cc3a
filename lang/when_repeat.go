package lang

import (
	"slices"
	"time"
)

var (
	whenEvery   = []string{"jeden", "jede", "jeder", "jedes", "jedem", "every", "each"}
	whenWorking = []time.Weekday{1, 2, 3, 4, 5}
)

// repeated reads a recurrence in words.
func (r *whenReader) repeated() (bool, error) {
	for _, read := range []func() (bool, error){r.everyWord, r.everyUnit, r.everyCount, r.everyDays, r.numbered} {
		if ok, err := r.try(read); ok || err != nil {
			return ok, err
		}
	}
	return false, nil
}

// freq takes a unit and an interval, each once.
func (r *whenReader) freq(freq string, every int) (bool, error) {
	if r.every || r.rep.Freq != "" && r.rep.Freq != freq {
		return false, r.wrong("when_rules")
	}
	const most = 99
	if every < 1 || every > most {
		return false, r.wrong("when_rules")
	}
	r.rep.Freq, r.rep.Every, r.every = freq, every, true
	return true, nil
}

// everyWord reads one word that says it: "täglich", "werktags", "14-tägig".
func (r *whenReader) everyWord() (bool, error) {
	switch {
	case r.take("taeglich", "daily", "everyday"):
		return r.freq("DAILY", 1)
	case r.take("woechentlich", "weekly"):
		return r.freq("WEEKLY", 1)
	case r.take("monatlich", "monthly"):
		return r.freq("MONTHLY", 1)
	case r.take("jaehrlich", "alljaehrlich", "yearly", "annually"):
		return r.freq("YEARLY", 1)
	case r.take("fortnightly", "zweiwoechentlich", "vierzehntaegig", "vierzehntaegig"), r.phrase("14 - taegig", "14 taegig", "2 - woechentlich", "zwei - woechentlich"):
		return r.freq("WEEKLY", 2)
	case r.take("vierteljaehrlich", "quartalsweise", "quarterly"):
		return r.freq("MONTHLY", 3)
	case r.is(0, "biweekly", "zweimonatlich", "bimonthly"), r.is(0, "bi") && r.is(1, "-"):
		return false, r.wrong("when_biweekly", Values{"Word": r.text[r.tok(0).from:r.tok(0).to]})
	case r.take("werktags", "werktaeglich", "wochentags", "weekdays", "workdays", "arbeitstaeglich"), r.phrase("unter der woche"):
		return r.weekly(whenWorking...)
	}
	return false, nil
}

// weekly takes weekdays of each week, or of each second one if that was said.
func (r *whenReader) weekly(days ...time.Weekday) (bool, error) {
	if len(r.rep.Days) > 0 || r.rep.Freq != "" && r.rep.Freq != "WEEKLY" || len(r.counts) > 0 {
		return false, r.wrong("when_rules")
	}
	r.rep.Freq, r.rep.Days = "WEEKLY", days
	r.rep.Every = max(1, r.rep.Every)
	return true, nil
}

// everyUnit reads "jede Woche", "jeden Werktag", "jeden zweiten Tag", "every
// other Tuesday", "jeden 1. Montag im Monat", "jeden Dienstag".
func (r *whenReader) everyUnit() (bool, error) {
	r.take("an")
	if !r.take(whenEvery...) {
		return false, nil
	}
	every := 1
	if r.take("other", "andere", "anderen") {
		every = 2
	}
	if n := whenOrdinals[r.tok(0).text]; n > 1 || r.tok(0).digits == 1 && r.is(1, ".", "nd", "rd", "th") {
		used := 1
		if n == 0 {
			n, used = r.tok(0).n, 2
		}
		if unit, size := whenUnit(r.tok(used).text); unit >= whenDayUnit && size == 1 && every == 1 && n > 1 {
			r.at += used
			return r.unit(n)
		}
	}
	if unit, _ := whenUnit(r.tok(0).text); unit >= whenDayUnit {
		return r.unit(every)
	}
	if n, ok := r.number(0); ok && every == 1 { // "every 2 weeks"
		if unit, _ := whenUnit(r.tok(1).text); unit >= whenDayUnit {
			r.at++
			return r.unit(n)
		}
	}
	switch {
	case every == 1 && r.take("werktag", "wochentag", "arbeitstag", "weekday", "workday"):
		return r.weekly(whenWorking...)
	case every == 1 && r.take("wochenende", "weekend"):
		return r.weekly(time.Saturday, time.Sunday)
	case every == 1 && r.partAhead() > 0: // "jeden Abend"
		ok, err := r.daypart()
		if !ok {
			return false, err
		}
		return r.freq("DAILY", 1)
	}
	if every == 1 {
		if ok, err := r.try(func() (bool, error) { return r.ordinals(true) }); ok || err != nil {
			return ok, err
		}
	}
	list, ok := r.dayList(false)
	if !ok {
		return false, nil
	}
	if every > 1 {
		if ok, err := r.freq("WEEKLY", every); !ok {
			return false, err
		}
	}
	return r.weekly(list...)
}

// unit takes the unit that is next.
func (r *whenReader) unit(every int) (bool, error) {
	unit, size := whenUnit(r.tok(0).text)
	r.at++
	switch unit {
	case whenDayUnit:
		if every%7 == 0 && every > 0 { // "alle 14 Tage"
			return r.freq("WEEKLY", every/7)
		}
		return r.freq("DAILY", every)
	case whenWeek:
		return r.freq("WEEKLY", every*size)
	case whenMonth:
		return r.freq("MONTHLY", every)
	}
	return r.freq("YEARLY", every)
}

// everyCount reads "alle zwei Wochen", "all 2 weeks".
func (r *whenReader) everyCount() (bool, error) {
	if !r.take("alle", "aller") {
		return false, nil
	}
	n, ok := r.number(0)
	if unit, _ := whenUnit(r.tok(1).text); !ok || unit < whenDayUnit {
		return false, nil
	}
	r.at++
	return r.unit(n)
}

// everyDays reads "dienstags", "Tuesdays and Thursdays", "immer Dienstag",
// and plain weekdays where the recurrence was said before.
func (r *whenReader) everyDays() (bool, error) {
	always := r.take("immer", "always", "jeweils")
	each, behind := r.is(-1, "jeweils"), r.at
	r.take("am", "on")
	if always {
		if ok, err := r.try(func() (bool, error) { return r.ordinals(true) }); ok || err != nil {
			return ok, err
		}
	}
	_, plural := whenWeekdays(r.tok(0).text)
	given := r.rep.Freq == "WEEKLY" && len(r.rep.Days) == 0 && !r.first.set()
	if !plural && !always && !given {
		return false, nil
	}
	list, ok := r.dayList(plural)
	if !ok && each { // "1.12. bis 3.12., jeweils 9–12 Uhr"
		r.each, r.at = true, behind
		return true, nil
	}
	if !ok {
		return false, nil
	}
	return r.weekly(list...)
}

// dayList reads weekdays: "Mo, Mi und Fr", "montags bis freitags".
func (r *whenReader) dayList(plural bool) (list []time.Weekday, ok bool) {
	day := func(ahead int) (time.Weekday, bool) {
		if d, ok := whenWeekdays(r.tok(ahead).text); ok {
			return d, true
		}
		if plural {
			return 0, false
		}
		return whenWeekday(r.tok(ahead).text)
	}
	for {
		first, found := day(0)
		if !found {
			break
		}
		r.at++
		r.dot()
		list = append(list, first)
		if until, found := day(1); found && r.take("-", "bis", "to", "through", "thru") {
			r.at++
			for d := first; d != until; {
				d = (d + 1) % 7
				list = append(list, d)
			}
		}
		joint := 0
		for r.is(joint, ",", "und", "and", "&", "+", "/", "sowie") || joint > 0 && r.is(joint, whenEvery...) {
			joint++
		}
		if _, found := day(joint); joint == 0 || !found {
			break
		}
		r.at += joint
	}
	slices.SortFunc(list, func(a, b time.Weekday) int { return int(a+6)%7 - int(b+6)%7 })
	return slices.Compact(list), len(list) > 0
}
