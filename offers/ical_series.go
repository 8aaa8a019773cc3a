package offers

import (
	"fmt"
	"slices"
	"time"
)

// icalChange is an Override read.
type icalChange struct {
	Override
	key, start, end icalPlanned
	allDay          bool
}

// icalPlanned is a date as planned: what the clock shows, and the instant (which a time in UTC tells better than the
// clock when that is turned back).
type icalPlanned struct{ wall, at time.Time }

// icalSeries is a Recurrence read.
type icalSeries struct {
	Recurrence
	loc       *time.Location
	start     time.Time // wall clock
	allDay    bool
	rule      icalRule
	except    map[int64]bool // instants
	days      map[string]bool
	changes   []icalChange
	future    []icalChange // those for all later dates too, in order
	byKey     map[int64]bool
	alone     map[int64]bool  // keys of changes of one date only
	lengths   map[int64]int64 // of RDATE periods, by instant
	extra     []icalPlanned   // DTSTART and RDATEs
	reach     time.Duration   // how far from its key a date can lie
	from, to  time.Time
	collected []Date
}

// zone is where the series takes place.
func (r Recurrence) zone() (*time.Location, error) {
	if r.VTimezone != "" {
		return icalDescribedZone(r.Zone, r.VTimezone)
	}
	if loc, ok := icalIANA(r.Zone); ok {
		return loc, nil
	}
	return nil, fmt.Errorf("%w %q", errIcalZone, r.Zone)
}

// series reads r, which may come from a file, and trusts none of it.
func (r Recurrence) series() (*icalSeries, error) {
	loc, err := r.zone()
	if err != nil {
		return nil, err
	}
	return r.seriesIn(loc)
}

// seriesIn is series for who knows its zone already.
func (r Recurrence) seriesIn(loc *time.Location) (*icalSeries, error) {
	s := &icalSeries{
		Recurrence: r, loc: loc, except: map[int64]bool{}, days: map[string]bool{},
		byKey: map[int64]bool{}, alone: map[int64]bool{}, lengths: map[int64]int64{},
	}
	first, form, err := s.read(r.Start)
	if err != nil {
		return nil, err
	}
	s.start = first.wall
	s.allDay = form == icalDateForm
	s.extra = []icalPlanned{first}
	length := s.end(first, 0).Sub(first.at)
	if r.Days < 0 || r.Seconds < 0 || r.Days > 1000 || r.Seconds > 1000*86400 || length < 0 {
		return nil, fmt.Errorf("length of %d days and %d seconds", r.Days, r.Seconds)
	}
	s.reach = length
	if r.Rule != "" {
		rule, skip := icalParseRule(r.Rule)
		if skip != nil {
			return nil, skip
		}
		s.rule = rule
	}
	return s, s.exceptions()
}

func (s *icalSeries) exceptions() error {
	for _, v := range s.Except {
		p, form, err := s.read(v)
		if err != nil {
			return err
		}
		if form == icalDateForm {
			s.days[v] = true
		} else {
			s.except[p.at.Unix()] = true
		}
	}
	for _, d := range s.Dates {
		p, _, err := s.read(d.Start)
		if err != nil {
			return err
		}
		if d.Seconds > 0 {
			s.lengths[p.at.Unix()] = d.Seconds
		}
		s.extra = append(s.extra, p)
	}
	length, shift := s.reach, time.Duration(0)
	for _, o := range s.Overrides {
		c := icalChange{Override: o}
		var form string
		var err error
		if c.key, _, err = s.read(o.Key); err != nil {
			return err
		}
		if c.start, form, err = s.read(o.Start); err != nil {
			return err
		}
		c.allDay = form == icalDateForm
		if c.end, _, err = s.read(o.End); err != nil {
			return err
		}
		s.byKey[c.key.at.Unix()] = true
		s.changes = append(s.changes, c)
		if o.Future {
			s.future = append(s.future, c)
			length = max(length, c.end.at.Sub(c.start.at))
			shift = max(shift, c.start.wall.Sub(c.key.wall).Abs())
		} else {
			s.alone[c.key.at.Unix()] = true
		}
	}
	s.reach = length + shift
	slices.SortStableFunc(s.future, func(a, b icalChange) int { return a.key.at.Compare(b.key.at) })
	return nil
}

// read reads a time of the series.
func (s *icalSeries) read(v string) (icalPlanned, string, error) {
	t, form, ok := icalParseTime(v)
	if !ok {
		return icalPlanned{}, form, fmt.Errorf("time %q", v)
	}
	if form == icalUTCForm {
		return icalPlanned{icalWall(t, s.loc), t.In(s.loc)}, form, nil
	}
	return icalPlanned{t, s.instant(t)}, form, nil
}

func (s *icalSeries) instant(wall time.Time) time.Time { return icalResolve(wall, s.loc) }

func (s *icalSeries) end(p icalPlanned, seconds int64) time.Time {
	if seconds > 0 {
		return p.at.Add(time.Duration(seconds) * time.Second)
	}
	if s.Days > 0 {
		p.at = s.instant(p.wall.AddDate(0, 0, s.Days))
	}
	return p.at.Add(time.Duration(s.Seconds) * time.Second)
}

// add collects the date planned as p, unless it is taken out or overridden.
func (s *icalSeries) add(p icalPlanned) {
	key := p.at.Unix()
	if s.byKey[key] || s.except[key] || s.days[p.wall.Format(icalDateForm)] {
		return
	}
	d := Date{Key: p.at.UTC(), Start: p.at, End: s.end(p, s.lengths[key]), AllDay: s.allDay}
	later, _ := slices.BinarySearchFunc(s.future, p.at, func(c icalChange, at time.Time) int { return c.key.at.Compare(at) })
	if later > 0 { // the last change for good before p; one for p itself has replaced it above
		c := s.future[later-1]
		w := p.wall.Add(c.start.wall.Sub(c.key.wall))
		d.Start, d.AllDay = s.instant(w), c.allDay
		d.End = d.Start.Add(c.end.at.Sub(c.start.at))
		if c.allDay {
			d.End = s.instant(w.Add(c.end.wall.Sub(c.start.wall)))
		}
		d = c.apply(d)
	}
	s.collect(d)
}

func (c *icalChange) apply(d Date) Date {
	d.Cancelled, d.Title, d.Location, d.URL = c.Cancelled, c.Title, c.Location, c.URL
	return d
}

// collect keeps d if it lies in the window; a date without length does if it starts there.
func (s *icalSeries) collect(d Date) {
	if d.Start.Before(s.to) && (d.End.After(s.from) || !d.Start.Before(s.from)) {
		s.collected = append(s.collected, d)
	}
}
