package offers

import (
	"strings"
	"time"
)

const (
	icalDateForm  = "20060102"
	icalLocalForm = "20060102T150405"
	icalUTCForm   = "20060102T150405Z"
)

// icalMoment is a DATE or DATE-TIME value: what the clock on the wall shows (written as if it were UTC), and where.
type icalMoment struct {
	wall time.Time
	date bool
	zone icalZone
}

func (m icalMoment) instant() time.Time { return icalResolve(m.wall, m.zone.loc) }

// plus is the instant that many nominal days and exact seconds later (RFC 5545 3.3.6).
func (m icalMoment) plus(days int, secs int64) time.Time {
	return icalResolve(m.wall.AddDate(0, 0, days), m.zone.loc).Add(time.Duration(secs) * time.Second)
}

func (m icalMoment) text() string { return m.textIn(m.zone) }

// textIn writes m so that it can be read again knowing only z.
func (m icalMoment) textIn(z icalZone) string {
	switch {
	case m.date:
		return m.wall.Format(icalDateForm)
	case m.zone.name == z.name && z.name != "UTC":
		return m.wall.Format(icalLocalForm)
	}
	return m.instant().UTC().Format(icalUTCForm)
}

// sameForm writes m in the form of the event's DTSTART: a date for all-day events, else a date-time.
func (ev *icalEvent) sameForm(m icalMoment) string {
	switch {
	case ev.start.date && !m.date:
		if m.zone.name == "UTC" {
			m.wall = icalWall(m.instant(), ev.start.zone.loc)
		}
		m.date = true
	case !ev.start.date && m.date:
		h, mi, s := ev.start.wall.Clock()
		d := time.Duration(h)*time.Hour + time.Duration(mi)*time.Minute + time.Duration(s)*time.Second
		m = icalMoment{wall: m.wall.Add(d), zone: ev.start.zone}
	}
	return m.textIn(ev.start.zone)
}

// exceptForm is sameForm, but a DATE stays one: it takes out all of that day.
func (ev *icalEvent) exceptForm(m icalMoment) string {
	if m.date {
		return m.text()
	}
	return ev.sameForm(m)
}

func (ev *icalEvent) endText() string {
	if ev.start.date {
		return ev.start.wall.AddDate(0, 0, ev.days).Format(icalDateForm)
	}
	return ev.start.plus(ev.days, ev.secs).UTC().Format(icalUTCForm)
}

// home is the zone of all-day events.
func (rd *icalReader) home() icalZone { return icalZone{name: rd.opt.Zone.String(), loc: rd.opt.Zone} }

// floating is the zone of times without one: X-WR-TIMEZONE if that is known, else the reader's.
func (rd *icalReader) floating(cal *icalObject) icalZone {
	if cal.zone != "" {
		if z, err := rd.zones.find(cal.zone); err == nil {
			return z
		}
	}
	return rd.home()
}

// moment reads a date or date-time property (RFC 5545 3.3.4, 3.3.5) and refuses years no offer lies in.
func (rd *icalReader) moment(p icalProp, floating icalZone) (icalMoment, *icalSkip) {
	v := strings.ToUpper(strings.TrimSpace(p.value))
	m := icalMoment{zone: floating}
	if strings.EqualFold(p.param("VALUE"), "DATE") && len(v) > 8 && v[8] == 'T' {
		v = v[:8]
	}
	wall, form, ok := icalParseTime(v)
	if !ok {
		return m, icalSkipf(ReasonBadValue, "%s %s", p.name, v)
	}
	m.wall = wall
	switch tzid := icalOneLine(strings.Trim(p.param("TZID"), `"`), 200); {
	case form == icalDateForm:
		m.date, m.zone = true, rd.home()
	case form == icalUTCForm:
		m.zone = icalZone{name: "UTC", loc: time.UTC}
	case tzid != "":
		z, err := rd.zones.find(tzid)
		if err != nil {
			return m, icalSkipf(ReasonZone, "%v", err)
		}
		m.zone = z
	}
	if y := wall.Year(); y < icalMinYear || wall.After(rd.opt.Now.AddDate(icalYearsOn, 0, 0)) {
		return m, icalSkipf(ReasonYear, "%s in the year %d", p.name, y)
	}
	return m, nil
}

// icalParseTime reads the forms of RFC 5545 (and times without seconds). The result is wall-clock time as if in UTC.
func icalParseTime(v string) (t time.Time, form string, ok bool) {
	switch {
	case len(v) == 8:
		form = icalDateForm
	case strings.HasSuffix(v, "Z"):
		form = icalUTCForm
	default:
		form = icalLocalForm
	}
	layout := form
	if digits := strings.TrimSuffix(v, "Z"); len(digits) == 13 {
		layout = strings.Replace(form, "150405", "1504", 1)
	}
	if len(layout) != len(v) { // time.Parse would accept fractions of a second
		return t, form, false
	}
	t, err := time.Parse(layout, v)
	return t, form, err == nil
}

// icalDuration reads a DURATION (RFC 5545 3.3.6) into nominal days and exact seconds. Numbers have at most 7 digits.
func icalDuration(s string) (days int, secs int64, ok bool) {
	s = strings.ToUpper(strings.TrimSpace(s))
	sign := 1
	if strings.HasPrefix(s, "-") {
		sign = -1
	}
	s, ok = strings.CutPrefix(strings.TrimLeft(s, "+-"), "P")
	if !ok || s == "" {
		return 0, 0, false
	}
	n, digits, inTime := 0, 0, false
	for _, c := range s {
		switch {
		case c >= '0' && c <= '9':
			if digits++; digits > 7 {
				return 0, 0, false
			}
			n = n*10 + int(c-'0')
			continue
		case c == 'T' && digits == 0 && !inTime:
			inTime = true
			continue
		case digits == 0:
			return 0, 0, false
		case c == 'W' && !inTime:
			days += 7 * n
		case c == 'D' && !inTime:
			days += n
		case c == 'H' && inTime:
			secs += int64(n) * 3600
		case c == 'M' && inTime:
			secs += int64(n) * 60
		case c == 'S' && inTime:
			secs += int64(n)
		default:
			return 0, 0, false
		}
		n, digits = 0, 0
	}
	if days > 100_000 || secs > 100_000*86400 {
		return 0, 0, false
	}
	return sign * days, int64(sign) * secs, digits == 0
}

// icalResolve gives the instant at which clocks in loc show wall. As RFC 5545 3.3.5 has it: the first of two, and for a
// time that is skipped, the one counted with the offset before the gap. (time.Date promises neither.)
func icalResolve(wall time.Time, loc *time.Location) time.Time {
	unix := wall.Unix()
	try := func(around int64) (time.Time, bool) {
		_, off := time.Unix(around, 0).In(loc).Zone()
		t := time.Unix(unix-int64(off), 0).In(loc)
		_, have := t.Zone()
		return t, have == off
	}
	before, ok := try(unix - 86400)
	if ok {
		return before
	}
	if after, ok := try(unix + 86400); ok {
		return after
	}
	return before
}

// icalWall is what clocks in loc show at t, written as if it were UTC.
func icalWall(t time.Time, loc *time.Location) time.Time {
	t = t.In(loc)
	y, mo, d := t.Date()
	h, mi, s := t.Clock()
	return time.Date(y, mo, d, h, mi, s, 0, time.UTC)
}
