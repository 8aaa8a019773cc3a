package commands

import (
	"errors"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"buffet/lang"
)

var (
	errAhead = errors.New("a time in the future")
	errWhen  = errors.New("not a time")
)

// window is since when somebody wants to know.
type window struct {
	since  time.Time // zero: not said
	moving bool      // it is so long ago, rather than at that time
	simple bool
}

// readWindow reads "24h", "3 tage", "seit montag 14 uhr" and their like, by
// the clock on the wall of now's zone.
func readWindow(words []string, now time.Time) (w window, err error) {
	r := &windowReader{now: now}
	for _, one := range words {
		r.words = append(r.words, strings.Trim(fold(one), ",;!?"))
	}
	for r.at < len(r.words) {
		if !slices.ContainsFunc([]func() bool{r.filler, r.simply, r.clocked, r.ago, r.named, r.weekday, r.date}, func(f func() bool) bool { return f() }) {
			return w, errWhen
		}
	}
	w.simple = r.simple
	switch {
	case r.bad || r.days > 1 || r.days > 0 && r.span > 0 || r.clocks > 1 || r.clocks > 0 && r.span > 0:
		return w, errWhen
	case r.span > 0:
		w.since, w.moving = now.Add(-r.span), true
	case r.days == 0 && r.clocks == 0 && !r.led:
		return w, nil
	case r.days == 0 && r.clocks == 0: // "seit" alone
		return w, errWhen
	default:
		if r.days == 0 {
			r.day = now
		}
		w.since = time.Date(r.day.Year(), r.day.Month(), r.day.Day(), r.hour, r.minute, 0, 0, now.Location())
	}
	if w.since.After(now) {
		return w, errAhead
	}
	return w, nil
}

type windowReader struct {
	now   time.Time
	words []string
	at    int // the word that is next

	span         time.Duration
	day          time.Time
	days         int // how often a day was said
	hour, minute int
	clocks       int // how often a time of day was said
	simple       bool
	led          bool // something like "seit" was said
	last         bool // "letzten" stands before
	bad          bool
}

// word is a word ahead, "" past the end.
func (r *windowReader) word(ahead int) string {
	if r.at+ahead < len(r.words) {
		return r.words[r.at+ahead]
	}
	return ""
}

func (r *windowReader) filler() bool {
	switch w := r.word(0); {
	case slices.Contains([]string{"seit", "since", "ab", "from", "vor"}, w):
		r.led = true
	case slices.Contains([]string{"letzte", "letzten", "letztem", "letzter", "last", "past", "vergangene", "vergangenen"}, w):
		r.last = true
	case !slices.Contains([]string{"", "der", "die", "das", "den", "dem", "the", "in", "um", "at", "ago", "on", "am"}, w):
		return false
	}
	r.at++
	return true
}

func (r *windowReader) simply() bool {
	if !slices.Contains([]string{"einfach", "einfache", "einfacher", "simple", "plain"}, r.word(0)) {
		return false
	}
	r.simple = true
	if next := r.word(1); next == "sprache" || next == "language" {
		r.at++
	}
	r.at++
	return true
}

var clockForm = regexp.MustCompile(`^(\d{1,2})(?:[:.](\d{2}))?(uhr|am|pm|h)?$`)

// clocked reads "14 uhr", "14:30", "2pm".
func (r *windowReader) clocked() bool {
	m := clockForm.FindStringSubmatch(r.word(0))
	if m == nil {
		return false
	}
	unit, used := m[3], 1
	if next := r.word(1); unit == "" && (next == "uhr" || next == "am" || next == "pm") {
		unit, used = next, 2
	}
	colon := strings.Contains(m[0], ":")
	if unit == "" && !colon || unit == "h" { // a count, or a date
		return false
	}
	r.hour, r.minute = atoi(m[1]), atoi(m[2])
	switch {
	case (unit == "am" || unit == "pm") && (r.hour < 1 || r.hour > 12):
		r.bad = true
	case unit == "pm":
		r.hour = r.hour%12 + 12
	case unit == "am":
		r.hour %= 12
	}
	r.bad = r.bad || r.hour > 23 || r.minute > 59
	r.clocks++
	r.at += used
	if r.word(0) == "uhr" && colon {
		r.at++
	}
	return true
}

var countForm = regexp.MustCompile(`^(\d{1,4})([a-z]*)$`)

// maxSpan is the longest time that is understood, to be told that it is too
// far; 5,000 months would not fit a duration.
const maxSpan = 1000 * summaryDays * 24 * time.Hour

// unit is how long a unit of time is; 0 if it is none.
func unit(w string) time.Duration {
	switch w {
	case "min", "minute", "minuten", "minutes", "mins":
		return time.Minute
	case "h", "std", "std.", "stunde", "stunden", "hour", "hours", "hrs":
		return time.Hour
	case "d", "tag", "tage", "tagen", "day", "days":
		return 24 * time.Hour
	case "w", "woche", "wochen", "week", "weeks":
		return 7 * 24 * time.Hour
	case "monat", "monate", "monaten", "month", "months":
		return summaryDays * 24 * time.Hour
	}
	return 0
}

// ago reads "24h", "3 tage", "einer woche", "woche".
func (r *windowReader) ago() bool {
	n, used, of := 1, 1, unit(r.word(0))
	if of == 0 {
		if m := countForm.FindStringSubmatch(r.word(0)); m != nil {
			if n = atoi(m[1]); m[2] != "" {
				of = unit(m[2])
			} else {
				of, used = unit(r.word(1)), 2
			}
		} else if slices.Contains([]string{"einer", "einem", "eine", "one", "a", "an"}, r.word(0)) {
			of, used = unit(r.word(1)), 2
		}
	}
	if of == 0 {
		return false
	}
	r.bad = r.bad || n == 0 || time.Duration(n) > maxSpan/of || r.span > 0
	r.span = time.Duration(n) * of
	r.at += used
	return true
}

func (r *windowReader) on(day time.Time) bool {
	r.day = day
	r.days++
	r.at++
	return true
}

func (r *windowReader) named() bool {
	switch r.word(0) {
	case "heute", "today":
		return r.on(r.now)
	case "gestern", "yesterday":
		return r.on(r.now.AddDate(0, 0, -1))
	case "vorgestern":
		return r.on(r.now.AddDate(0, 0, -2))
	}
	return false
}

// weekday reads a day of the week: the last one, or today.
func (r *windowReader) weekday() bool {
	names := [7][]string{{"so", "sonntag", "sun", "sunday"}, {"mo", "montag", "mon", "monday"}, {"di", "dienstag", "tue", "tues", "tuesday"},
		{"mi", "mittwoch", "wed", "wednesday"}, {"do", "donnerstag", "thu", "thur", "thurs", "thursday"}, {"fr", "freitag", "fri", "friday"},
		{"sa", "samstag", "sonnabend", "sat", "saturday"}}
	w := strings.TrimSuffix(r.word(0), ".")
	for d, list := range names {
		if !slices.Contains(list, w) {
			continue
		}
		back := (int(r.now.Weekday()) - d + 7) % 7
		if back == 0 && r.last {
			back = 7
		}
		return r.on(r.now.AddDate(0, 0, -back))
	}
	return false
}

var (
	dayForm = regexp.MustCompile(`^(\d{1,2})\.(\d{1,2})\.?(\d{4}|\d{2})?$`)
	isoForm = regexp.MustCompile(`^(\d{4})-(\d{2})-(\d{2})$`)
)

// date reads "20.11.", "20.11.2026", "2026-11-20", "20. november", "november 20".
func (r *windowReader) date() bool {
	if m := isoForm.FindStringSubmatch(r.word(0)); m != nil {
		return r.calendar(atoi(m[1]), atoi(m[2]), atoi(m[3]))
	}
	if m := dayForm.FindStringSubmatch(r.word(0)); m != nil {
		return r.calendar(year(m[3]), atoi(m[2]), atoi(m[1]))
	}
	day, month := r.word(0), lang.Month(r.word(1))
	if month == 0 {
		day, month = r.word(1), lang.Month(r.word(0))
	}
	d, err := strconv.Atoi(strings.TrimRight(day, ".,"))
	if month == 0 || err != nil {
		return false
	}
	r.at++
	y := 0
	if len(r.word(1)) == 4 && atoi(r.word(1)) > 1000 {
		y = atoi(r.word(1))
		r.at++
	}
	return r.calendar(y, month, d)
}

func year(s string) int {
	if len(s) == 2 {
		return 2000 + atoi(s)
	}
	return atoi(s)
}

// calendar takes a date. Without a year it is this one's, or the last one's
// where that is not too long ago.
func (r *windowReader) calendar(y, m, d int) bool {
	said := y
	if said == 0 {
		y = r.now.Year()
	}
	day := time.Date(y, time.Month(m), d, 0, 0, 0, 0, r.now.Location())
	if before := day.AddDate(-1, 0, 0); said == 0 && day.After(r.now) && before.After(r.now.AddDate(0, 0, -2*summaryDays)) {
		day = before
	}
	r.bad = r.bad || day.Day() != d || int(day.Month()) != m // "31.2."
	return r.on(day)
}
