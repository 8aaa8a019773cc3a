package commands

import (
	"slices"
	"strconv"
	"strings"

	"buffet/lang"
)

// lead is how long before a date somebody wants to be reminded.
type lead struct {
	days    int
	minutes int // below 0: a time of that day (store.Reminder)
	said    bool
	off     bool   // not any more
	ahead   string // "in 2 Wochen", which is not how long before
}

const (
	leadStandard = 60         // minutes
	leadMorning  = -(8 * 60)  // at eight
	leadEvening  = -(18 * 60) // at six
	leadWords    = 6          // a length has no more words than that
	lastMinute   = 24*60 - 1  // of a day
)

// leadFillers are words around a length that say nothing.
func leadFillers() []string {
	return []string{"vorher", "vor", "davor", "zuvor", "frueher", "before", "earlier", "ahead", "prior", "beforehand", "schon", "bitte", "please",
		"am", "the", "on", "an", "ein", "den", "dem", "der", "beginn", "anfang", "start"}
}

// takeLead takes how long before out of words; what is left names the date.
func takeLead(args []string) (rest []string, l lead, twice bool) {
	at := 0
	if minutes, n := readClock(args); n > 0 { // "um 9 Uhr am Tag vorher"
		if others, day, again := takeLead(args[n:]); day.said && day.days > 0 && day.minutes == 0 {
			day.minutes = minutes
			return others, day, again
		}
	}
	for at < len(args) {
		n := l.take(args[at:], &twice)
		if n == 0 {
			rest, n = append(rest, args[at]), 1
		}
		at += n
	}
	if !l.said {
		l.minutes = leadStandard
	}
	return rest, l, twice
}

// take takes words that begin a list, and tells how many.
func (l *lead) take(words []string, twice *bool) int {
	word := strings.Trim(fold(words[0]), ".,;!?")
	set := func(days, minutes int) {
		*twice = *twice || l.said
		l.days, l.minutes, l.said = days, minutes, true
	}
	for n := min(len(words), leadWords); n > 0; n-- {
		if days, minutes, ok := lang.ReadLength(strings.Join(words[:n], " ")); ok {
			set(days, minutes)
			return n
		}
	}
	switch word {
	case "aus", "off", "nicht", "nein", "stopp", "stop":
		l.off = true
	case "stunde", "hour":
		set(0, leadStandard)
	case "tag", "tags", "day":
		set(1, 0)
	case "woche", "week":
		set(7, 0)
	case "morgens", "fruehmorgens", "morning":
		l.said, l.minutes = true, leadMorning
	case "abends", "vorabend", "abend", "evening", "eve":
		l.said, l.minutes, l.days = true, leadEvening, max(l.days, 1)
	case "um", "at":
		return l.clock(words)
	case "in":
		for n := min(len(words)-1, leadWords); n > 0; n-- {
			if _, _, ok := lang.ReadLength(strings.Join(words[1:n+1], " ")); ok {
				l.ahead = strings.Join(words[:n+1], " ")
				return n + 1
			}
		}
	default:
		if !slices.Contains(leadFillers(), word) {
			return 0
		}
	}
	return 1
}

// clock reads "um 9 Uhr", of the day that was said before it.
func (l *lead) clock(words []string) int {
	if !l.said {
		return 0
	}
	minutes, used := readClock(words)
	if used > 0 {
		l.minutes = minutes
	}
	return used
}

// readClock reads "um 9 Uhr" at the beginning of words, as the minutes of a
// Reminder, and tells how many words that are.
func readClock(words []string) (minutes, used int) {
	if len(words) < 2 || !slices.Contains([]string{"um", "at"}, fold(words[0])) {
		return 0, 0
	}
	units := []string{"uhr", "pm", "am"}
	if fold(words[0]) == "um" { // "um 12 am Tag vorher" is noon
		units = units[:2]
	}
	m := clockForm.FindStringSubmatch(strings.Trim(fold(words[1]), ",;!?"))
	if m == nil {
		return 0, 0
	}
	unit := m[3]
	used = 2
	if len(words) > 2 && unit == "" && slices.Contains(units, fold(words[2])) {
		unit, used = fold(words[2]), 3
	}
	hour, _ := strconv.Atoi(m[1])
	minute, _ := strconv.Atoi(m[2])
	switch {
	case unit == "pm" && hour < 12:
		hour += 12
	case unit == "am" && hour == 12:
		hour = 0
	}
	if hour > 23 || minute > 59 {
		return 0, 0
	}
	return -min(max(hour*60+minute, 1), lastMinute), used // midnight itself would be no minutes at all
}
