package lang

import (
	"fmt"
	"time"
)

var (
	weekdays = map[string][7]string{
		German:  {"Sonntag", "Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag"},
		English: {"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"},
	}
	months = map[string][12]string{
		German: {"Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September",
			"Oktober", "November", "Dezember"},
		English: {"January", "February", "March", "April", "May", "June", "July", "August", "September",
			"October", "November", "December"},
	}
)

func known(lang string) string {
	if lang == English {
		return English
	}
	return German
}

// Day is "Donnerstag, 3. Dezember 2026" or "Thursday, 3 December 2026", in t's zone.
func Day(lang string, t time.Time) string {
	lang = known(lang)
	dot := "."
	if lang == English {
		dot = ""
	}
	return fmt.Sprintf("%s, %d%s %s %d", weekdays[lang][t.Weekday()], t.Day(), dot, months[lang][t.Month()-1], t.Year())
}

// ShortDay is "Do, 3. Dez" or "Thu, 3 Dec"; with the year where it is not now's.
func ShortDay(lang string, t, now time.Time) string {
	lang = known(lang)
	n := 3
	dot := ""
	if lang == German {
		n, dot = 2, "."
	}
	m := []rune(months[lang][t.Month()-1])
	s := fmt.Sprintf("%s, %d%s %s", weekdays[lang][t.Weekday()][:n], t.Day(), dot, string(m[:3]))
	if t.Year() != now.Year() {
		s += fmt.Sprintf(" %d", t.Year())
	}
	return s
}

// Hours is "14:00–15:30 Uhr" or "14:00–15:30"; an end that is the start is left out.
func Hours(lang string, from, to time.Time) string {
	s := from.Format("15:04")
	if to.After(from) {
		s += "–" + to.Format("15:04")
	}
	if known(lang) == German {
		s += " Uhr"
	}
	return s
}

// Span is when something is, in from's zone, in words: a day with its hours,
// days from–to (the end of all-day dates is exclusive, RFC 5545 3.6.1), or
// from one day's hour to another's.
func Span(lang string, from, to time.Time, allDay bool) string {
	to = to.In(from.Location())
	if allDay {
		last := to.Add(-time.Minute)
		if !last.After(from) || sameDay(from, last) {
			return Day(lang, from)
		}
		return Day(lang, from) + " – " + Day(lang, last)
	}
	if !to.After(from) || sameDay(from, to) {
		return Day(lang, from) + ", " + Hours(lang, from, to)
	}
	return Day(lang, from) + ", " + Hours(lang, from, from) + " – " + Day(lang, to) + ", " + Hours(lang, to, to)
}

// Moment is a day and a time: "Montag, 30. November 2026, 09:00 Uhr".
func Moment(lang string, t time.Time) string { return Day(lang, t) + ", " + Hours(lang, t, t) }

func sameDay(a, b time.Time) bool {
	return a.Year() == b.Year() && a.YearDay() == b.YearDay()
}

// Days are the days from one to another, in their zone: "16.–20. November",
// "30. November – 4. Dezember"; with the year where it is not now's.
func Days(lang string, from, to, now time.Time) string {
	lang = known(lang)
	dot := "."
	if lang == English {
		dot = ""
	}
	month := func(t time.Time) string { return months[lang][t.Month()-1] }
	last := fmt.Sprintf("%d%s %s", to.Day(), dot, month(to))
	if from.Year() != now.Year() || to.Year() != now.Year() {
		last += fmt.Sprintf(" %d", to.Year())
	}
	switch {
	case sameDay(from, to):
		return last
	case from.Year() != to.Year():
		return fmt.Sprintf("%d%s %s %d – %s", from.Day(), dot, month(from), from.Year(), last)
	case from.Month() != to.Month():
		return fmt.Sprintf("%d%s %s – %s", from.Day(), dot, month(from), last)
	}
	return fmt.Sprintf("%d%s–%s", from.Day(), dot, last)
}
