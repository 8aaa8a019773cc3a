// Package schedule says when: it reads cron lines and the words people use
// for them, turns the slots of schedules into work, and does work that must
// happen once.
package schedule

import (
	"errors"
	"math/bits"
	"strings"
	"time"
	_ "time/tzdata" // zones are known on machines without a zone database too

	"github.com/robfig/cron/v3"
)

// What can be wrong with a schedule.
var (
	ErrSyntax     = errors.New("not a cron line of five fields such as 0 9 * * 1")
	ErrZone       = errors.New("unknown time zone, want a name such as Europe/Berlin")
	ErrZonePrefix = errors.New("a cron line must not name its time zone")
	ErrTooOften   = errors.New("more often than once an hour")
	ErrNever      = errors.New("never happens within five years")
)

const (
	maxSpec = 200     // bytes; the longest sensible lists are shorter
	horizon = 5 * 366 // days that Next looks ahead
	star    = 1 << 63 // robfig/cron's mark of a field that was "*"
	last    = 1 << 5  // in Line.nth, beside the bits 0 to 4 for the first to the fifth
)

// Line is a cron line in its time zone. It is safe for concurrent use.
type Line struct {
	spec    cron.SpecSchedule
	nth     [7]uint8 // per weekday: which ones of the month; 0 is all
	elapsed bool     // hours by elapsed time, not by the clock on the wall
	zone    *time.Location
}

// ParseLine reads a cron line: five fields (minute, hour, day of month, month,
// weekday) or @hourly, @daily, @weekly, @monthly, @yearly. As in cron, days
// match if either the day of the month or the weekday does, unless one of them
// is "*". zone is the IANA name of the zone that the line is read in.
//
// In the weekday field, 1#1 is the first Monday of the month, 1#5 the fifth
// (in months that have one), and 5L the last Friday; 7 is Sunday like 0.
//
// The errors are ErrSyntax, ErrZone and ErrZonePrefix.
func ParseLine(spec, zone string) (line *Line, err error) {
	defer func() { // robfig/cron panics on some inputs
		if recover() != nil {
			line, err = nil, ErrSyntax
		}
	}()
	if len(spec) > maxSpec {
		return nil, ErrSyntax
	}
	if head := strings.ToUpper(strings.TrimSpace(spec)); strings.HasPrefix(head, "TZ=") || strings.HasPrefix(head, "CRON_TZ=") {
		return nil, ErrZonePrefix
	}
	l := &Line{}
	if l.zone, err = loadZone(zone); err != nil {
		return nil, err
	}
	fields := strings.Fields(spec)
	if len(fields) == 5 {
		if fields[4], err = l.takeNth(fields[4]); err != nil {
			return nil, err
		}
	} else if len(fields) != 1 {
		return nil, ErrSyntax
	}
	parser := cron.NewParser(cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow | cron.Descriptor)
	parsed, err := parser.Parse(strings.Join(fields, " "))
	if err != nil {
		return nil, ErrSyntax
	}
	s, ok := parsed.(*cron.SpecSchedule)
	if !ok { // @every counts from the start of the process
		return nil, ErrSyntax
	}
	for _, set := range []uint64{s.Minute, s.Hour, s.Dom, s.Month, s.Dow} {
		if set == 0 { // "," is a field of nothing to robfig/cron
			return nil, ErrSyntax
		}
	}
	l.spec = *s
	wild := s.Hour&star != 0 || len(fields) == 5 && fields[1][0] == '*'
	hours := bits.OnesCount64(s.Hour &^ star)
	l.elapsed = wild && hours > 1 || hours == 24
	return l, nil
}

func loadZone(name string) (*time.Location, error) {
	if name == "" || name == "Local" || len(name) > 64 { // must not depend on the machine
		return nil, ErrZone
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return nil, ErrZone
	}
	return zone, nil
}

// takeNth notes the forms of a weekday field that cron does not know and
// returns the field without them.
func (l *Line) takeNth(field string) (string, error) {
	parts := strings.Split(field, ",")
	var plain, counted uint8
	for i, part := range parts {
		day, n := part, uint8(0)
		if head, tail, ok := strings.Cut(part, "#"); ok {
			if len(tail) != 1 || tail[0] < '1' || tail[0] > '5' {
				return "", ErrSyntax
			}
			day, n = head, 1<<(tail[0]-'1')
		} else if head, ok := strings.CutSuffix(part, "L"); ok {
			day, n = head, last
		}
		if day == "7" {
			day = "0"
		}
		parts[i] = day
		at := weekdayNumber(day)
		switch {
		case at < 0 && n != 0: // a range or a step has no first one
			return "", ErrSyntax
		case at < 0:
			plain = 0x7f
		case n == 0:
			plain |= 1 << at
		default:
			counted |= 1 << at
			l.nth[at] |= n
		}
	}
	if plain&counted != 0 { // "every Monday and the first Monday"
		return "", ErrSyntax
	}
	return strings.Join(parts, ","), nil
}

// weekdayNumber is the number of a single day of a weekday field, or -1.
func weekdayNumber(day string) int {
	if len(day) == 1 && day[0] >= '0' && day[0] <= '6' {
		return int(day[0] - '0')
	}
	for d := time.Sunday; d <= time.Saturday; d++ {
		if strings.EqualFold(day, d.String()[:3]) {
			return int(d)
		}
	}
	return -1
}

// TooOften says whether the line asks for more than one run in an hour.
// A change of the clock that moves two runs together does not count.
func (l *Line) TooOften() bool {
	// within an hour any two minutes are too near, and hour to hour one minute never is
	return bits.OnesCount64(l.spec.Minute&^star) > 1
}

// CheckUser reads a line as ParseLine does and refuses what nobody should ask
// of a room: ErrTooOften, and ErrNever for what does not happen within five
// years of now.
func CheckUser(spec, zone string, now time.Time) (*Line, error) {
	l, err := ParseLine(spec, zone)
	switch {
	case err != nil:
		return nil, err
	case l.TooOften():
		return nil, ErrTooOften
	case l.Next(now).IsZero():
		return nil, ErrNever
	}
	return l, nil
}
