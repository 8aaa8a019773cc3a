package offers

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// icalZoneBegin is the year in which a description begins of a zone that has not changed since.
const icalZoneBegin = icalMinYear

// icalTurn is an instant at which the clocks of a zone are turned, or first known.
type icalTurn struct {
	at       int64     // Unix seconds
	wall     time.Time // what clocks showed then, before they were turned
	from, to int       // seconds east of UTC
	name     string
	summer   bool
}

// sameAs: both belong in the same STANDARD or DAYLIGHT.
func (t icalTurn) sameAs(o icalTurn) bool {
	return t.from == o.from && t.to == o.to && t.name == o.name && t.summer == o.summer
}

// icalTurns lists the turns of a zone from the one in force when the year first begins until the last year our own
// expansion knows.
func icalTurns(loc *time.Location, first int) []icalTurn {
	var out []icalTurn
	end := time.Date(icalLastYear, 1, 1, 0, 0, 0, 0, time.UTC)
	for t := time.Date(max(first, icalZoneBegin), 1, 1, 0, 0, 0, 0, time.UTC).Add(-24 * time.Hour).In(loc); t.Before(end); {
		turn := icalTurnAt(t)
		if n := len(out); n == 0 || out[n-1].to != turn.to || out[n-1].name != turn.name || out[n-1].summer != turn.summer {
			out = append(out, turn)
		}
		_, next := t.ZoneBounds()
		if next.IsZero() {
			break
		}
		if !next.After(t) { // at the end of leap years
			next = t.Add(24 * time.Hour)
		}
		t = next
	}
	return out
}

// icalTurnAt is the last turn before t, or at it.
func icalTurnAt(t time.Time) icalTurn {
	name, to := t.Zone()
	turn := icalTurn{from: to, to: to, name: name, summer: t.IsDST()}
	begin, _ := t.ZoneBounds()
	for { // ZoneBounds ends at some new years, too
		if begin.IsZero() || begin.Year() < icalZoneBegin {
			turn.wall = time.Date(icalZoneBegin, 1, 1, 0, 0, 0, 0, time.UTC)
			turn.at = turn.wall.Unix() - int64(to)
			return turn
		}
		before := begin.Add(-time.Second)
		was, from := before.Zone()
		if from == to && was == name && before.IsDST() == t.IsDST() {
			begin, _ = before.ZoneBounds()
			continue
		}
		turn.from, turn.at, turn.wall = from, begin.Unix(), time.Unix(begin.Unix()+int64(from), 0).UTC()
		// Where winter time is the exception (Dublin, Casablanca), it is still the one to be called standard.
		switch {
		case t.IsDST() && !before.IsDST() && to < from:
			turn.summer = false
		case !t.IsDST() && before.IsDST() && to > from:
			turn.summer = true
		}
		return turn
	}
}

// icalPattern is how a yearly turn finds its day: "-1SU" the last Sunday of the month, "2SU" the second, or the Sunday
// among some days of the month. "" if the turns have no day in common.
func icalPattern(turns []icalTurn) string {
	day := strings.ToUpper(turns[0].wall.Weekday().String()[:2])
	nth, last, low, high := (turns[0].wall.Day()-1)/7+1, true, 31, 1
	for i, t := range turns {
		w := t.wall
		if i > 0 {
			p := turns[i-1].wall
			if w.Year() != p.Year()+1 || w.Month() != p.Month() || w.Weekday() != p.Weekday() || w.Sub(w.Truncate(24*time.Hour)) != p.Sub(p.Truncate(24*time.Hour)) {
				return ""
			}
		}
		last = last && w.AddDate(0, 0, 7).Month() != w.Month()
		if (w.Day()-1)/7+1 != nth {
			nth = 0
		}
		low, high = min(low, w.Day()), max(high, w.Day())
	}
	switch {
	case last:
		return ";BYDAY=-1" + day
	case nth > 0:
		return ";BYDAY=" + strconv.Itoa(nth) + day
	case high-low > 6:
		return ""
	}
	var days []string
	for d := low; d <= high; d++ {
		days = append(days, strconv.Itoa(d))
	}
	return ";BYMONTHDAY=" + strings.Join(days, ",") + ";BYDAY=" + day
}

// icalRegular is how many of the turns, from the first on, one yearly rule describes.
func icalRegular(turns []icalTurn) int {
	n := 1
	for n < len(turns) && icalPattern(turns[:n+1]) != "" {
		n++
	}
	return n
}

// vtimezone describes a zone under a name for the years from first to last, or as far ahead as it is known if last is
// 0 (RFC 5545 3.6.5): a yearly rule where turns are regular, else each turn.
func (w *icalWriter) vtimezone(tzid string, loc *time.Location, first, last int) {
	w.raw("BEGIN:VTIMEZONE")
	w.raw("TZID:", tzid)
	turns := icalTurns(loc, first)
	for len(turns) > 0 {
		kind := turns[0]
		var same, others []icalTurn
		for _, t := range turns {
			if t.sameAs(kind) {
				same = append(same, t)
			} else {
				others = append(others, t)
			}
		}
		n := icalRegular(same)
		if n < 3 { // all that follow each other without a rule
			for n < len(same) && icalRegular(same[n:]) < 3 {
				n++
			}
			w.observance(same[:n], "", last)
		} else {
			w.observance(same[:n], icalPattern(same[:n]), last)
		}
		turns = append(slices.Clone(same[n:]), others...)
		slices.SortStableFunc(turns, func(a, b icalTurn) int { return int(min(max(a.at-b.at, -1), 1)) })
	}
	w.raw("END:VTIMEZONE")
}

// observance writes turns of one kind as a STANDARD or DAYLIGHT. A rule for them goes on for ever if they do so as far
// as is known.
func (w *icalWriter) observance(turns []icalTurn, pattern string, last int) {
	known := func(t icalTurn) bool { return last == 0 || t.wall.Year() <= last+1 }
	first, end := turns[0], turns[len(turns)-1]
	if !known(first) {
		return
	}
	kind := "STANDARD"
	if first.summer {
		kind = "DAYLIGHT"
	}
	w.raw("BEGIN:", kind)
	w.raw("DTSTART:", first.wall.Format(icalLocalForm))
	w.raw("TZOFFSETFROM:", icalOffsetText(first.from))
	w.raw("TZOFFSETTO:", icalOffsetText(first.to))
	w.text("TZNAME", first.name)
	if pattern != "" {
		rule := "RRULE:FREQ=YEARLY;BYMONTH=" + strconv.Itoa(int(first.wall.Month())) + pattern
		if end.wall.Year() < icalLastYear-1 {
			rule += ";UNTIL=" + time.Unix(end.at, 0).UTC().Format(icalUTCForm)
		}
		w.raw(rule)
	} else {
		for _, t := range turns[1:] {
			if known(t) {
				w.raw("RDATE:", t.wall.Format(icalLocalForm))
			}
		}
	}
	w.raw("END:", kind)
}

// icalOffsetText is "+0100", or "-003045" where there are seconds.
func icalOffsetText(secs int) string {
	sign := '+'
	if secs < 0 {
		sign, secs = '-', -secs
	}
	text := fmt.Sprintf("%c%02d%02d", sign, secs/3600, secs/60%60)
	if secs%60 != 0 {
		text += fmt.Sprintf("%02d", secs%60)
	}
	return text
}
