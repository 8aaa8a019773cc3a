package schedule

import "time"

// Next is the first time after after that the line names, in the line's zone;
// the zero time if there is none within five years.
//
// Fixed hours mean the clock on the wall and come once a day, always: what
// falls into the gap when clocks go forward comes at the end of the gap, what
// falls into the hour that is there twice comes in its first pass. Wildcard
// hours (an hour field that begins with "*") mean elapsed time: what is hourly
// stays hourly.
func (l *Line) Next(after time.Time) time.Time {
	if l.elapsed {
		return l.nextElapsed(after)
	}
	year, month, day := after.In(l.zone).Date()
	// from the day before: where clocks go back at midnight, yesterday comes after today
	for i := -1; i <= horizon; i++ {
		date := time.Date(year, month, day+i, 0, 0, 0, 0, time.UTC)
		if !l.onDay(date) {
			continue
		}
		if t := l.firstOn(date, after); !t.IsZero() {
			return t
		}
	}
	return time.Time{}
}

// NextN are the next n times after after; fewer if there are no more.
func (l *Line) NextN(after time.Time, n int) []time.Time {
	var list []time.Time
	for range n {
		if after = l.Next(after); after.IsZero() {
			break
		}
		list = append(list, after)
	}
	return list
}

// firstOn is the first time after after on a day, or the zero time.
func (l *Line) firstOn(date, after time.Time) time.Time {
	for hour := range 24 {
		if l.spec.Hour&(1<<hour) == 0 {
			continue
		}
		for minute := range 60 {
			if l.spec.Minute&(1<<minute) == 0 {
				continue
			}
			wall := date.Add(time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute)
			if t := instant(wall, l.zone); t.After(after) {
				return t
			}
		}
	}
	return time.Time{}
}

// nextElapsed walks along real time and looks at the clock on the wall.
func (l *Line) nextElapsed(after time.Time) time.Time {
	t := after.Truncate(time.Minute).Add(time.Minute)
	for end := after.AddDate(0, 0, horizon); t.Before(end); {
		wall := t.In(l.zone)
		year, month, day := wall.Date()
		switch {
		case !l.onDay(wall):
			next := instant(time.Date(year, month, day+1, 0, 0, 0, 0, time.UTC), l.zone)
			if !next.After(t) { // clocks go back at midnight
				next = t.Add(time.Hour)
			}
			t = next
		case l.spec.Hour&(1<<wall.Hour()) != 0 && l.spec.Minute&(1<<wall.Minute()) != 0:
			return wall
		default:
			t = t.Add(time.Minute)
		}
	}
	return time.Time{}
}

// onDay says whether the line names the day of t, as t's own clock has it.
func (l *Line) onDay(t time.Time) bool {
	if l.spec.Month&(1<<t.Month()) == 0 {
		return false
	}
	ofMonth := l.spec.Dom&(1<<t.Day()) != 0
	ofWeek := l.spec.Dow&(1<<t.Weekday()) != 0 && l.counted(t)
	if (l.spec.Dom|l.spec.Dow)&star != 0 {
		return ofMonth && ofWeek
	}
	return ofMonth || ofWeek
}

func (l *Line) counted(t time.Time) bool {
	nth := l.nth[t.Weekday()]
	if nth == 0 || nth&(1<<((t.Day()-1)/7)) != 0 {
		return true
	}
	return nth&last != 0 && t.AddDate(0, 0, 7).Month() != t.Month()
}

// instant is when the clocks of a zone show what wall shows (as UTC): the
// first time if they do so twice, the end of the gap if they never do.
func instant(wall time.Time, zone *time.Location) time.Time {
	t := time.Date(wall.Year(), wall.Month(), wall.Day(), wall.Hour(), wall.Minute(), 0, 0, zone)
	start, end := t.ZoneBounds()
	for _, edge := range []time.Time{start, end} {
		if edge.IsZero() {
			continue
		}
		byOld := wall.Add(-offset(edge.Add(-time.Second)))
		byNew := wall.Add(-offset(edge))
		switch {
		case byOld.Before(edge) && !byNew.Before(edge): // both are right
			return byOld.In(zone)
		case !byOld.Before(edge) && byNew.Before(edge): // neither is
			return edge.In(zone)
		}
	}
	return t
}

func offset(t time.Time) time.Duration {
	_, seconds := t.Zone()
	return time.Duration(seconds) * time.Second
}
