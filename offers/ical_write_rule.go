package offers

import (
	"slices"
	"strings"
	"time"

	"github.com/teambition/rrule-go"
)

// ruleFor is the RRULE of a stretch, "" if no date follows its first. named: the rule names that first date, so that
// all programs count alike; if not, or if the series is cut, its end is told by UNTIL. It is not ok if there is no rule
// that says where the dates were moved.
func (s *icalSeries) ruleFor(t *icalStretch, anchor time.Time, named bool) (text string, ok bool, err error) {
	parts, ok := s.rule.shifted(t.shift, t.change)
	if !ok || t.change != nil && !named {
		return "", false, nil
	}
	cut := t.change != nil || t.end < icalAlways
	if s.rule.count > 0 && named && !cut {
		return strings.Join(append(parts, s.rule.part("COUNT")), ";"), true, nil
	}
	if s.rule.count == 0 && s.rule.until.IsZero() && !cut {
		return strings.Join(parts, ";"), true, nil
	}
	until, ends, err := s.until(t)
	if err != nil {
		return "", false, err
	}
	if !ends {
		return strings.Join(parts, ";"), true, nil
	}
	if !until.at.After(anchor) {
		return "", true, nil
	}
	return strings.Join(append(parts, "UNTIL="+s.untilText(t, until)), ";"), true, nil
}

// untilText writes a bound of a stretch: for whole days the last of them, else a time in UTC. As long as there is one
// date a day, that is the end of the day, for some programs compare hours of summer with those of winter.
func (s *icalSeries) untilText(t *icalStretch, until icalPlanned) string {
	if s.rule.part("BYHOUR")+s.rule.part("BYMINUTE")+s.rule.part("BYSECOND") != "" && !t.allDay {
		return until.at.UTC().Format(icalUTCForm) // such dates are not moved by hours
	}
	day := until.wall.Truncate(24 * time.Hour)
	if s.instant(day.Add(s.start.Sub(s.start.Truncate(24 * time.Hour)))).After(until.at) {
		day = day.AddDate(0, 0, -1)
	}
	day = day.AddDate(0, 0, t.change.days())
	if t.allDay {
		return day.Format(icalDateForm)
	}
	return s.instant(day.Add(24*time.Hour - time.Second)).UTC().Format(icalUTCForm)
}

// days is how many days a change moves its date on; nil changes nothing.
func (c *icalChange) days() int {
	if c == nil {
		return 0
	}
	return int(c.start.wall.Truncate(24*time.Hour).Sub(c.key.wall.Truncate(24*time.Hour)) / (24 * time.Hour))
}

// until is the last instant, before it is moved, at which a stretch may have a date by the rule; false: it never ends.
func (s *icalSeries) until(t *icalStretch) (icalPlanned, bool, error) {
	var last icalPlanned
	ends := false
	bound := func(p icalPlanned) {
		if !ends || p.at.Before(last.at) {
			last, ends = p, true
		}
	}
	r := s.rule
	switch {
	case r.until.IsZero():
	case r.untilUTC:
		bound(icalPlanned{icalWall(r.until, s.loc), r.until})
	default:
		bound(icalPlanned{r.until, s.instant(r.until)})
	}
	if t.end < icalAlways {
		at := time.Unix(t.end-1, 0)
		bound(icalPlanned{icalWall(at, s.loc), at})
	}
	if r.count > 0 {
		// Counted here, because what a first date counts that the rule does not name is read in two ways.
		final := s.extra[0]
		err := r.each(s.start, s.start, time.Date(icalLastYear, 1, 1, 0, 0, 0, 0, time.UTC), func(w time.Time) bool {
			final = icalPlanned{w, s.instant(w)}
			return true
		})
		if err != nil {
			return last, false, err
		}
		bound(final)
	}
	return last, ends, nil
}

// part is that part of a rule as "KEY=VALUE", "" if it has none.
func (r *icalRule) part(key string) string {
	for part := range strings.SplitSeq(r.text, ";") {
		if strings.HasPrefix(part, key+"=") {
			return part
		}
	}
	return ""
}

// shifted are the parts of a rule but for COUNT and UNTIL, for dates that are all moved by shift. Days of the week can
// be moved, and the hour as long as the rule does not name it.
func (r *icalRule) shifted(shift time.Duration, c *icalChange) ([]string, bool) {
	days := c.days()
	movable := days == 0 || r.opt.Freq == rrule.WEEKLY || r.opt.Freq == rrule.DAILY
	var out []string
	for part := range strings.SplitSeq(r.text, ";") {
		key, value, _ := strings.Cut(part, "=")
		switch key {
		case "COUNT", "UNTIL":
			continue
		case "BYHOUR", "BYMINUTE", "BYSECOND":
			movable = movable && shift == 0
		case "BYDAY", "WKST":
			if days != 0 {
				value, known := icalMoveDays(value, days)
				part, movable = key+"="+value, movable && known
			}
		case "FREQ", "INTERVAL", "BYSETPOS":
		default:
			movable = movable && days == 0
		}
		out = append(out, part)
	}
	if days != 0 && r.opt.Freq == rrule.WEEKLY && r.part("WKST") == "" {
		day, _ := icalMoveDays("MO", days)
		out = append(out, "WKST="+day)
	}
	return out, movable
}

// icalMoveDays moves each day of a list like "MO,WE" on by that many days. It is not ok if the list names other things.
func icalMoveDays(list string, by int) (moved string, ok bool) {
	week := []string{"MO", "TU", "WE", "TH", "FR", "SA", "SU"}
	names := strings.Split(list, ",")
	for i, name := range names {
		at := slices.Index(week, name)
		if at < 0 {
			return list, false
		}
		names[i] = week[((at+by)%7+7)%7]
	}
	return strings.Join(names, ","), true
}
