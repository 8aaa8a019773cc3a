package schedule

import (
	"fmt"
	"math/bits"
	"strconv"
	"strings"
	"time"
)

// Describe says a schedule in words, in German for the language "de" and in
// English for every other: "montags um 09:00 Uhr", "every 1st Monday of the
// month at 09:00". A line that has no short words is returned as it is, in
// quotation marks. The time zone is not mentioned.
func Describe(spec, language string) string {
	l, err := ParseLine(spec, "UTC")
	if err != nil {
		return strconv.Quote(spec)
	}
	german := language == "de"
	on := l.dayWords(german)
	s := l.spec
	if on == "" || bits.OnesCount64(s.Minute&^star) != 1 || bits.OnesCount64(s.Hour&^star) != 1 || bits.OnesCount64(s.Month&^star) != 12 {
		return strconv.Quote(spec)
	}
	at := fmt.Sprintf("%02d:%02d", bits.TrailingZeros64(s.Hour), bits.TrailingZeros64(s.Minute))
	if german {
		return on + " um " + at + " Uhr"
	}
	return on + " at " + at
}

// dayWords is on which days, or "" if there are no short words for it.
func (l *Line) dayWords(german bool) string {
	const most = 4 // in a list that reads well
	dates, week := numbers(l.spec.Dom&^star), numbers(l.spec.Dow&^star)
	switch everyDate, everyWeekday := l.spec.Dom&star != 0, l.spec.Dow&star != 0; {
	case !everyDate && !everyWeekday: // either may match
		return ""
	case !everyDate:
		if len(dates) > most {
			return ""
		}
		return dateWords(dates, german)
	case l.nth != [7]uint8{}:
		if len(week) != 1 {
			return ""
		}
		return countedWords(week[0], l.nth[week[0]], german)
	case len(week) == 7:
		return pick(german, "täglich", "daily")
	case l.spec.Dow == workDays:
		return pick(german, "werktags", "weekdays")
	}
	var list []string
	for i := range 7 { // the week begins on Monday
		if d := time.Weekday((i + 1) % 7); l.spec.Dow&(1<<d) != 0 {
			list = append(list, dayName(d, german)+"s")
		}
	}
	text := enumerate(list, german)
	if german {
		return strings.ToLower(text)
	}
	return text
}

func countedWords(day int, nth uint8, german bool) string {
	var list []string
	for n := range 5 {
		if nth&(1<<n) != 0 {
			list = append(list, ordinalWord(n+1, german))
		}
	}
	if nth&last != 0 {
		list = append(list, pick(german, "letzten", "last"))
	}
	return fmt.Sprintf(pick(german, "jeden %s %s im Monat", "every %s %s of the month"),
		enumerate(list, german), dayName(time.Weekday(day), german))
}

func dateWords(dates []int, german bool) string {
	var list []string
	for _, d := range dates {
		list = append(list, ordinalWord(d, german))
	}
	return fmt.Sprintf(pick(german, "am %s jedes Monats", "on the %s of every month"), enumerate(list, german))
}

func ordinalWord(n int, german bool) string {
	if german {
		return strconv.Itoa(n) + "."
	}
	end := "th"
	if n < 11 || n > 13 {
		switch n % 10 {
		case 1:
			end = "st"
		case 2:
			end = "nd"
		case 3:
			end = "rd"
		}
	}
	return strconv.Itoa(n) + end
}

func dayName(d time.Weekday, german bool) string {
	if !german {
		return d.String()
	}
	return [...]string{"Sonntag", "Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag"}[d]
}

func enumerate(list []string, german bool) string {
	if n := len(list) - 1; n > 0 {
		return strings.Join(list[:n], ", ") + pick(german, " und ", " and ") + list[n]
	}
	return strings.Join(list, "")
}

func pick(german bool, de, en string) string {
	if german {
		return de
	}
	return en
}
