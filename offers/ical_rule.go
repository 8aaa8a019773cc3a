package offers

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/teambition/rrule-go"
)

const (
	icalMaxInterval = 10_000
	icalMaxCount    = 100_000
	icalMaxList     = 64 // values of one BYxxx
	icalMaxPerDay   = 8  // times of one day
	icalMaxSteps    = 400_000

	// icalShift is added to years before rrule-go sees them, because its search for a date that never comes ends in
	// the year 9999 only. The calendar repeats every 400 years, weekdays included.
	icalShift = 7600
)

// icalRule is an RRULE (RFC 5545 3.3.10) that is safe to run.
type icalRule struct {
	text      string // normalised; "" means no rule
	opt       rrule.ROption
	count     int
	until     time.Time // wall clock, or an instant if untilUTC; zero if endless
	untilUTC  bool
	untilDate bool
}

// icalParseRule reads a rule and refuses what is finer than daily or absurd.
func icalParseRule(text string) (icalRule, *icalSkip) {
	r := icalRule{}
	bad := func(why string) (icalRule, *icalSkip) { //nolint:unparam // so that it can be returned as it is
		return icalRule{}, icalSkipf(ReasonRule, "%s in RRULE %s", why, text)
	}
	if len(text) > 4000 {
		return bad("too much")
	}
	var parts, all []string
	for part := range strings.SplitSeq(strings.ToUpper(strings.TrimSpace(text)), ";") {
		key, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		key, value = strings.TrimSpace(key), strings.ReplaceAll(value, " ", "")
		switch {
		case part == "", strings.HasPrefix(key, "X-"), key == "RSCALE" && value == "GREGORIAN", key == "SKIP" && value == "OMIT":
			continue
		case key == "FREQ" && slices.Contains([]string{"SECONDLY", "MINUTELY", "HOURLY"}, value):
			return icalRule{}, icalSkipf(ReasonTooFrequent, "FREQ=%s", value)
		case key == "COUNT":
			n, err := strconv.ParseUint(value, 10, 64)
			if err != nil || n == 0 {
				return bad("COUNT=" + value)
			}
			r.count = int(min(n, icalMaxCount))
		case key == "UNTIL":
			if !r.setUntil(value) {
				return bad("UNTIL=" + value)
			}
		case key == "BYEASTER", key == "DTSTART":
			return bad(key)
		default:
			value = icalUnique(value)
			if strings.Count(value, ",") >= icalMaxList {
				return bad("too long a " + key)
			}
			parts = append(parts, key+"="+value)
		}
		all = append(all, key+"="+value)
	}
	opt, err := rrule.StrToROption(strings.Join(parts, ";"))
	if err != nil {
		return bad(err.Error())
	}
	r.opt, r.text = *opt, strings.Join(all, ";")
	if _, err := rrule.NewRRule(r.opt); err != nil {
		return bad(err.Error())
	}
	if slices.ContainsFunc(parts, func(p string) bool { return p == "INTERVAL=0" }) || r.opt.Interval > icalMaxInterval {
		return bad("INTERVAL")
	}
	if max(1, len(opt.Byhour))*max(1, len(opt.Byminute))*max(1, len(opt.Bysecond)) > icalMaxPerDay {
		return icalRule{}, icalSkipf(ReasonTooFrequent, "more than %d times a day", icalMaxPerDay)
	}
	for _, d := range opt.Byweekday {
		if n := max(d.N(), -d.N()); n > 5 && (opt.Freq == rrule.MONTHLY || len(opt.Bymonth) > 0) {
			return bad("BYDAY") // there is none, and rrule-go looks for it outside its tables
		}
	}
	return r, nil
}

func (r *icalRule) setUntil(v string) bool {
	t, form, ok := icalParseTime(v)
	r.until, r.untilUTC, r.untilDate = t, form == icalUTCForm, form == icalDateForm
	if r.untilDate {
		r.until = t.Add(24*time.Hour - time.Second) // people mean that day too, though it must not be a date here
	}
	return ok
}

// ended says whether UNTIL lies before the date with this wall-clock time, in loc.
func (r *icalRule) ended(wall time.Time, loc *time.Location) bool {
	switch {
	case r.until.IsZero():
		return false
	case !r.untilUTC:
		return wall.After(r.until)
	}
	return icalResolve(wall, loc).After(r.until)
}

// icalUnique drops the doubles of a list: rrule-go would give a date twice.
func icalUnique(list string) string {
	if !strings.Contains(list, ",") {
		return list
	}
	var out []string
	for v := range strings.SplitSeq(list, ",") {
		if !slices.Contains(out, v) && len(out) <= icalMaxList {
			out = append(out, v)
		}
	}
	return strings.Join(out, ",")
}

// each yields the rule's wall-clock times from lo to hi in order, UNTIL left to yield. COUNT is counted from start,
// which counts as the first date even if the rule does not name it (RFC 5545 3.8.5.3) and is then not yielded.
func (r icalRule) each(start, lo, hi time.Time, yield func(time.Time) bool) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("expand RRULE %s: %v", r.text, p)
		}
	}()
	first, n := start, 0
	if r.count == 0 { // skip what is long past, in whole steps
		step := time.Duration(max(1, r.opt.Interval)) * 24 * time.Hour
		if r.opt.Freq == rrule.WEEKLY {
			step *= 7
		}
		if gap := lo.Sub(start); (r.opt.Freq == rrule.DAILY || r.opt.Freq == rrule.WEEKLY) && gap > 2*step {
			first = start.Add((gap/step - 1) * step)
		}
	}
	opt := r.opt
	opt.Dtstart, opt.Count = first.AddDate(icalShift, 0, 0), 0
	opt.Until = hi.AddDate(icalShift, 0, 1)
	rule, err := rrule.NewRRule(opt)
	if err != nil {
		return fmt.Errorf("expand RRULE %s: %w", r.text, err)
	}
	next := rule.Iterator()
	for range icalMaxSteps {
		w, ok := next()
		if !ok {
			return nil
		}
		w = w.AddDate(-icalShift, 0, 0)
		if n == 0 && !w.Equal(start) {
			n = 1
		}
		if n++; r.count > 0 && n > r.count || w.After(hi) {
			return nil
		}
		if !w.Before(lo) && !yield(w) {
			return nil
		}
	}
	return nil
}

// endless is the rule without its COUNT or UNTIL.
func (r *icalRule) endless() string {
	parts := slices.DeleteFunc(strings.Split(r.text, ";"), func(p string) bool {
		return strings.HasPrefix(p, "COUNT=") || strings.HasPrefix(p, "UNTIL=")
	})
	return strings.Join(parts, ";")
}
