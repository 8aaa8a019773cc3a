package lang

import (
	"slices"
	"time"
)

// numbered reads days of the month by number where a recurrence is meant:
// "first Monday of every month", "am 15. jedes Monats".
func (r *whenReader) numbered() (bool, error) {
	r.take("am", "an", "on")
	r.take("dem", "the", "jedem")
	return r.ordinals(false)
}

// ordinals reads "1. Montag im Monat", "ersten und dritten Montag", "15. im
// Monat", "letzten Tag im Monat". every is whether "jeden" stands before.
func (r *whenReader) ordinals(every bool) (bool, error) {
	list, ok := r.ordinalList()
	if !ok {
		return false, nil
	}
	month := r.ofMonth()
	weekday, named := whenWeekday(r.tok(0).text)
	last := !named && len(list) == 1 && list[0] == -1 && r.take("tag", "day")
	if named {
		r.at++
		r.dot()
	}
	if month == 0 {
		month = r.ofMonth()
	}
	monthly := every || month == 2 || r.rep.Freq == "MONTHLY"
	switch {
	case named && !every && month == 0 && len(list) == 1 && r.first.month == 0 && r.rep.Freq == "":
		return r.inMonth(list[0], weekday)
	case named && !monthly:
		return false, r.wrong("when_once_nth")
	case named && every && month == 0 && slices.ContainsFunc(list, func(n int) bool { return n > 1 }) && r.rep.Freq != "MONTHLY":
		return false, r.wrong("when_every_nth")
	case named:
		if slices.ContainsFunc(list, func(n int) bool { return n > 5 || n == 0 }) || len(r.counts) > 0 {
			return false, r.wrong("when_rules")
		}
		r.counts, r.rep.Days = list, append(r.rep.Days, weekday)
	case last && (month > 0 || r.rep.Freq == "MONTHLY"), monthly && !slices.Contains(list, -1) && !r.monthFollows():
		if slices.ContainsFunc(list, func(n int) bool { return n > 28 }) {
			return false, r.wrong("when_month_end")
		}
		if slices.Contains(list, 0) || len(r.rep.MonthDays) > 0 {
			return false, r.wrong("when_rules")
		}
		if last && !monthly {
			return false, r.wrong("when_once_nth")
		}
		r.rep.MonthDays = list
	default:
		return false, nil
	}
	if r.rep.Freq != "" && r.rep.Freq != "MONTHLY" {
		return false, r.wrong("when_rules")
	}
	r.rep.Freq, r.rep.Every = "MONTHLY", max(1, r.rep.Every)
	return true, nil
}

func (r *whenReader) monthFollows() bool {
	_, month := whenMonthOf(r.tok(0).text)
	return month || r.is(0, "of") || r.tok(0).digits > 0 && r.is(-1, ".") && r.is(1, ".")
}

// ordinalList reads "1. und 3.", "first and third", "letzten".
func (r *whenReader) ordinalList() (list []int, ok bool) {
	for {
		n, used, sure := r.dayNumber(0)
		if !sure && n != -1 || used == 0 {
			break
		}
		if r.tok(used).digits > 0 && r.is(used-1, ".") && r.is(used+1, ".") { // 3. 12.
			return nil, false
		}
		list = append(list, n)
		r.at += used
		joint := 0
		for r.is(joint, ",", "und", "and", "&", "+") {
			joint++
		}
		if next, _, sure := r.dayNumber(joint); joint == 0 || !sure && next != -1 {
			break
		}
		r.at += joint
	}
	slices.Sort(list)
	return slices.Compact(list), len(list) > 0
}

// ofMonth reads "im Monat" and returns 1, or "jeden Monat" and returns 2.
func (r *whenReader) ofMonth() int {
	switch {
	case r.phrase("jedes monats", "jeden monats", "jeden monat", "eines jeden monats", "in jedem monat", "of every month", "of each month",
		"in every month", "every month", "each month", "im jeweiligen monat"):
		if r.rep.Freq == "MONTHLY" && r.every {
			return 1
		}
		return 2
	case r.phrase("im monat", "des monats", "eines monats", "of the month", "of a month", "in the month", "of month"):
		return 1
	}
	return 0
}

// inMonth reads the month behind "ersten Montag": the date is one.
func (r *whenReader) inMonth(nth int, weekday time.Weekday) (bool, error) {
	month, ok := whenMonthOf(r.tok(1).text)
	if !ok || !r.is(0, "im", "in", "of") {
		if nth < 0 { // "letzten Dienstag"
			return false, r.wrong("when_past_day")
		}
		return false, r.wrong("when_once_nth")
	}
	r.at += 2
	year := r.yearAhead()
	for _, y := range []int{year, r.now.Year(), r.now.Year() + 1} {
		if y == 0 || year > 0 && y != year {
			continue
		}
		day := time.Date(y, time.Month(month), 1, 0, 0, 0, 0, time.UTC)
		day = day.AddDate(0, 0, (int(weekday)-int(day.Weekday())+7)%7+7*(nth-1))
		if nth < 0 {
			day = time.Date(y, time.Month(month)+1, 0, 0, 0, 0, 0, time.UTC)
			day = day.AddDate(0, 0, -(int(day.Weekday())-int(weekday)+7)%7)
		}
		if year == 0 && day.Before(civil(r.now)) && day.Month() == time.Month(month) {
			continue
		}
		if nth == 0 || day.Month() != time.Month(month) {
			return false, r.wrong("when_no_date", Values{"Date": r.behind()})
		}
		r.kept, r.target = true, &r.first
		return r.calendar(&r.first, day.Year(), month, day.Day())
	}
	return false, r.wrong("when_once_nth")
}
