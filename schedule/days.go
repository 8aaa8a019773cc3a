package schedule

import (
	"fmt"
	"math/bits"
	"strconv"
	"strings"
)

const (
	everyDay = 0x7f // weekdays as bits, Sunday is bit 0
	workDays = 0x3e
	weekEnd  = 0x41
)

// days is on which days: days of the month, or weekdays, all of them or the
// counted ones.
type days struct {
	ofMonth uint32
	ofWeek  uint8
	nth     uint8 // as in Line.nth
}

// fields are the last three fields of a cron line.
func (d days) fields() string {
	if d.ofMonth != 0 {
		return join(numbers(uint64(d.ofMonth))) + " * *"
	}
	if d.nth != 0 {
		var list []string
		for _, day := range numbers(uint64(d.ofWeek)) {
			for _, n := range numbers(uint64(d.nth)) {
				form := fmt.Sprintf("%d#%d", day, n+1)
				if 1<<n == last {
					form = fmt.Sprintf("%dL", day)
				}
				list = append(list, form)
			}
		}
		return "* * " + strings.Join(list, ",")
	}
	switch d.ofWeek {
	case everyDay:
		return "* * *"
	case workDays:
		return "* * 1-5"
	}
	return "* * " + join(numbers(uint64(d.ofWeek)))
}

func numbers(set uint64) (list []int) {
	for ; set != 0; set &= set - 1 {
		list = append(list, bits.TrailingZeros64(set))
	}
	return list
}

func join(list []int) string {
	var text []string
	for _, n := range list {
		text = append(text, strconv.Itoa(n))
	}
	return strings.Join(text, ",")
}

// days takes the words that say on which days.
func (p *wording) days() (d days, ok bool) {
	from := p.at
	defer func() {
		if !ok {
			p.at = from
		}
	}()
	monthly, weekly, every, on := p.lead()
	if !monthly && p.take("taeglich", "daily", "everyday") || every && p.take("tag", "day") {
		return days{ofWeek: everyDay}, !weekly
	}
	if set, found := p.group(); found {
		return days{ofWeek: set}, !monthly
	}
	nth, dates, found := p.ordinals()
	if !found {
		set, found := p.weekdays()
		return days{ofWeek: set}, found && !monthly // "monthly on Mondays": which one?
	}
	monthly = p.ofMonth() || monthly // "the first of the month"
	if set, found := p.weekdays(); found {
		monthly = p.ofMonth() || monthly
		sure := nth&^(1|last) == 0 || monthly // "every 2nd Monday" may be every other one
		return days{ofWeek: set, nth: nth}, nth != 0 && sure && !weekly && one(set)
	}
	return days{ofMonth: dates}, dates != 0 && (monthly || every || on) && !weekly
}

// lead takes the words before the days that only introduce them.
func (p *wording) lead() (monthly, weekly, every, on bool) {
	for {
		switch {
		case p.take("monatlich", "monthly"):
			monthly = true
		case p.take("woechentlich", "weekly"):
			weekly = true
		case p.take("jeden", "jede", "jeder", "jedes", "every", "each", "immer"):
			every = true
		case p.take("am", "an", "on", "the", "den"):
			on = true
		default:
			return monthly, weekly, every, on
		}
	}
}

func (p *wording) group() (uint8, bool) {
	switch {
	case p.take("werktags", "werktaeglich", "werktag", "werktagen", "wochentags", "weekdays", "weekday", "workdays", "workday"),
		p.phrase("unter der woche"):
		return workDays, true
	case p.take("wochenende", "wochenenden", "wochenends", "weekends", "weekend"):
		return weekEnd, true
	}
	return 0, false
}

// ofMonth takes "im Monat" and its like.
func (p *wording) ofMonth() bool {
	for _, text := range []string{"im monat", "des monats", "jeden monat", "jedes monats", "jeden monats", "eines monats",
		"eines jeden monats", "of the month", "of every month", "of each month", "of month", "in the month", "every month", "each month"} {
		if p.phrase(text) {
			return true
		}
	}
	return false
}

// ordinals takes "1.", "first and third", "1. und 15." or "letzten": which
// weekdays of a month they may count, and which dates they may be. Either is
// 0 if they cannot be that.
func (p *wording) ordinals() (nth uint8, dates uint32, ok bool) {
	counts, days := true, true
	for {
		n := ordinal(p.peek(0))
		if n == 0 {
			break
		}
		ok = true
		p.at++
		switch {
		case n < 0:
			nth |= last
			days = false
		case n <= 5:
			nth |= 1 << (n - 1)
			dates |= 1 << n
		default:
			dates |= 1 << n
			counts = false
		}
		if size := p.joint(); size > 0 && ordinal(p.peek(size)) != 0 {
			p.at += size
			continue
		}
		break
	}
	if !counts {
		nth = 0
	}
	if !days {
		dates = 0
	}
	return nth, dates, ok
}

// weekdays takes weekdays: "mo, mi und fr", "mo-fr".
func (p *wording) weekdays() (set uint8, ok bool) {
	for {
		first, found := weekday(p.peek(0))
		if !found {
			return set, ok
		}
		p.at++
		set |= 1 << first
		ok = true
		if until, found := weekday(p.peek(1)); found {
			if p.take("-", "–", "—", "bis", "to", "through", "thru", "till", "until") {
				p.at++
				for d := first; d != until; d = (d + 1) % 7 {
					set |= 1 << d
				}
				set |= 1 << until
			}
		}
		size := p.joint()
		if _, found := weekday(p.peek(size)); size == 0 || !found {
			return set, ok
		}
		p.at += size
	}
}

// joint is how many words ahead join two parts of a list.
func (p *wording) joint() (size int) {
	for {
		switch p.peek(size) {
		case ",", "/", "&", "+", "und", "and", "u.":
			size++
		default:
			return size
		}
	}
}

func one(set uint8) bool { return set&(set-1) == 0 }

// ordinal is the number that a word counts, -1 for the last, 0 for none.
func ordinal(text string) int {
	switch text {
	case "erste", "ersten", "erster", "erstes", "first":
		return 1
	case "zweite", "zweiten", "zweiter", "second":
		return 2
	case "dritte", "dritten", "dritter", "third":
		return 3
	case "vierte", "vierten", "vierter", "fourth":
		return 4
	case "fuenfte", "fuenften", "fuenfter", "fifth":
		return 5
	case "letzte", "letzten", "letzter", "last":
		return -1
	}
	digits := strings.TrimRight(text, "stndrh.")
	switch text[len(digits):] {
	case ".", "st", "nd", "rd", "th":
		if n, ok := number(digits, 31); ok {
			return n
		}
	}
	return 0
}

// weekday is the number of a weekday as people write it.
func weekday(text string) (int, bool) {
	switch strings.TrimSuffix(text, ".") {
	case "so", "sonntag", "sonntags", "sonntage", "sun", "sunday", "sundays":
		return 0, true
	case "mo", "montag", "montags", "montage", "mon", "monday", "mondays":
		return 1, true
	case "di", "dienstag", "dienstags", "dienstage", "tue", "tues", "tuesday", "tuesdays":
		return 2, true
	case "mi", "mittwoch", "mittwochs", "mittwoche", "wed", "wednesday", "wednesdays":
		return 3, true
	case "do", "donnerstag", "donnerstags", "donnerstage", "thu", "thur", "thurs", "thursday", "thursdays":
		return 4, true
	case "fr", "freitag", "freitags", "freitage", "fri", "friday", "fridays":
		return 5, true
	case "sa", "samstag", "samstags", "samstage", "sonnabend", "sonnabends", "sat", "saturday", "saturdays":
		return 6, true
	}
	return 0, false
}
