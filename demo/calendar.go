package main

import (
	_ "embed"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// programme is a calendar that is valid by itself. All its dates stand around
// the Monday in X-BUFFET-ANCHOR; shiftCalendar brings them to the present.
//
//go:embed angebote.ics
var programme string

const (
	anchorName = "X-BUFFET-ANCHOR"
	dateForm   = "20060102"
)

var (
	icsDate  = regexp.MustCompile(`\b\d{8}`)
	icsUntil = regexp.MustCompile(`\bUNTIL=\d{8}`)
	icsNth   = regexp.MustCompile(`^RRULE:.*FREQ=MONTHLY.*BYDAY=(-?\d)[A-Z]{2}`)
)

// shiftCalendar moves all events by whole weeks, so that the anchor becomes the
// Monday of today's week. Weekdays and hours stay, also across a change of the
// clocks. A monthly series ("the 1st Monday") goes on to the next day in its
// month that it can begin with. Rules of time zones are left as they are.
func shiftCalendar(ics string, today time.Time) (string, error) {
	lines := strings.Split(unfold(ics), "\n")
	var monday time.Time
	for _, line := range lines {
		if name, value := property(line); name == anchorName {
			var err error
			if monday, err = time.Parse(dateForm, value); err != nil {
				return "", fmt.Errorf("read calendar's anchor: %w", err)
			}
		}
	}
	if monday.IsZero() {
		return "", errors.New("the calendar has no " + anchorName)
	}
	days := daysBetween(monday, mondayOf(today))
	further := monthlyDays(lines, days)
	var uid, component string
	for i, line := range lines {
		switch name, value := property(line); name {
		case "BEGIN":
			if component = value; component == "VEVENT" {
				uid = uidAfter(lines[i:])
			}
		case anchorName:
			lines[i] = shiftDates(line, icsDate, days)
		case "DTSTART", "DTEND", "EXDATE", "RDATE", "RECURRENCE-ID":
			if component == "VEVENT" {
				lines[i] = shiftDates(line, icsDate, days+further[uid])
			}
		case "RRULE":
			if component == "VEVENT" {
				lines[i] = shiftDates(line, icsUntil, days+further[uid])
			}
		}
	}
	return fold(lines), nil
}

// monthlyDays are, by UID, the days that a monthly series moves besides: the
// n-th weekday of a month shifted by weeks need not be the n-th of its month.
func monthlyDays(lines []string, days int) map[string]int {
	further := map[string]int{}
	var uid string
	var start time.Time
	for i, line := range lines {
		switch name, value := property(line); name {
		case "BEGIN":
			uid, start = uidAfter(lines[i:]), time.Time{}
		case "DTSTART":
			start, _ = time.Parse(dateForm, value[:min(len(value), 8)]) // what is no date is not moved
		case "RRULE":
			if m := icsNth.FindStringSubmatch(line); m != nil && !start.IsZero() {
				n, _ := strconv.Atoi(m[1]) // digits, says the expression
				moved := start.AddDate(0, 0, days)
				further[uid] = daysBetween(moved, nthInMonth(moved, n))
			}
		}
	}
	return further
}

// nthInMonth is the n-th day of t's month that is the same weekday as t,
// counted from its end if n is negative.
func nthInMonth(t time.Time, n int) time.Time {
	first := t.AddDate(0, 0, -(t.Day()-1)/7*7)
	if n > 0 {
		return first.AddDate(0, 0, 7*(n-1))
	}
	last := first.AddDate(0, 0, 28)
	if last.Month() != t.Month() {
		last = first.AddDate(0, 0, 21)
	}
	return last.AddDate(0, 0, 7*(n+1))
}

func shiftDates(line string, which *regexp.Regexp, days int) string {
	head, values, _ := strings.Cut(line, ":")
	return head + ":" + which.ReplaceAllStringFunc(values, func(found string) string {
		cut := len(found) - len(dateForm)
		day, err := time.Parse(dateForm, found[cut:])
		if err != nil {
			return found
		}
		return found[:cut] + day.AddDate(0, 0, days).Format(dateForm)
	})
}

// property is a line's name without parameters, and its value.
func property(line string) (name, value string) {
	head, value, _ := strings.Cut(line, ":")
	name, _, _ = strings.Cut(head, ";")
	return strings.ToUpper(name), value
}

// uidAfter is the UID of the component that begins with these lines.
func uidAfter(lines []string) string {
	for _, line := range lines {
		switch name, value := property(line); name {
		case "UID":
			return value
		case "END":
			return ""
		}
	}
	return ""
}

func mondayOf(t time.Time) time.Time {
	day := time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
	return day.AddDate(0, 0, -(int(day.Weekday())+6)%7)
}

func daysBetween(from, to time.Time) int { return int(to.Sub(from).Hours()) / 24 }

// unfold undoes line folding (RFC 5545 3.1).
func unfold(ics string) string {
	ics = strings.ReplaceAll(ics, "\r\n", "\n")
	return strings.NewReplacer("\n ", "", "\n\t", "").Replace(strings.TrimSuffix(ics, "\n"))
}

// fold breaks lines after 75 bytes at most, never inside a letter.
func fold(lines []string) string {
	var b strings.Builder
	for _, line := range lines {
		for most := 75; len(line) > most; most = 74 {
			cut := most
			for line[cut]&0xC0 == 0x80 {
				cut--
			}
			b.WriteString(line[:cut] + "\r\n ")
			line = line[cut:]
		}
		b.WriteString(line + "\r\n")
	}
	return b.String()
}
