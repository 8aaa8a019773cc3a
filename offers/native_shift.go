package offers

import (
	"slices"
	"time"

	"buffet/lang"
)

const wholeDay = 24 * time.Hour

// change makes an edit of the dates that scope means; key is one of them.
func (t *timetable) change(scope Scope, key time.Time, e Edit, now time.Time) error {
	if key.IsZero() && e.When != nil {
		return lang.Wrong("native_over", lang.Values{"Number": t.offer.Number})
	}
	if e.Back {
		if err := t.back(scope, key, now); err != nil {
			return err
		}
	}
	if e.When != nil && e.When.Repeat.Freq != "" {
		if scope == OnlyThis {
			return lang.Wrong("native_rhythm_one")
		}
		if e.When = t.sameRhythm(e.When, key); e.When.Repeat.Freq != "" {
			if err := t.rhythm(scope, key, *e.When, now); err != nil {
				return err
			}
			e.When = nil
		}
	}
	switch {
	case scope == OnlyThis || !t.series():
		if !t.series() {
			e.texts(t.offer)
			e.Title, e.Location, e.URL = nil, nil, nil
		}
		if key.IsZero() {
			return nil
		}
		return t.one(key, func(o *Override) { t.set(o, e) })
	case scope == Following:
		return t.from(key, e)
	}
	if err := t.everywhere(key, e); err != nil || e.When == nil {
		return err
	}
	return t.from(key, Edit{When: e.When})
}

// set changes what an override says of its date.
func (t *timetable) set(o *Override, e Edit) {
	for _, one := range []struct{ from, to *string }{{e.Title, &o.Title}, {e.Location, &o.Location}, {e.URL, &o.URL}} {
		if one.from != nil {
			*one.to = *one.from
		}
	}
	if w := e.When; w != nil {
		o.Start, o.End = wallText(w.Start, t.loc, w.AllDay), wallText(ending(*w), t.loc, w.AllDay)
	}
}

func ending(w lang.When) time.Time {
	if w.End.Before(w.Start) {
		return w.Start
	}
	return w.End
}

// from changes a date of a series and all later ones. What single dates have
// of their own they keep, but for the date that was named.
func (t *timetable) from(key time.Time, e Edit) error {
	plain, err := t.plan(key)
	if err != nil {
		return err
	}
	shift, err := t.shift(key, plain, e.When)
	if err != nil {
		return err
	}
	alone, err := t.alone(key)
	if err != nil {
		return err
	}
	if t.index(key, true) < 0 {
		plain.Future = true
		t.Overrides = append(t.Overrides, plain)
	}
	for i := range t.Overrides {
		if o := &t.Overrides[i]; o.Future && !t.key(*o).Before(key) {
			t.set(o, Edit{Title: e.Title, Location: e.Location, URL: e.URL})
			shift.apply(t, o)
		}
	}
	if err := t.settle(alone); err != nil {
		return err
	}
	if t.index(key, false) >= 0 {
		if err := t.one(key, func(o *Override) { t.set(o, e) }); err != nil {
			return err
		}
	}
	return t.prune()
}

// shifting is how far dates are moved from their keys, by the clock, and how
// long they are then.
type shifting struct {
	by, length time.Duration
	allDay     bool
	none       bool
}

// shift is what a new time for one date means for all: the hours as they were
// said, and as many days on as that date moves.
func (t *timetable) shift(key time.Time, plain Override, w *lang.When) (shifting, error) {
	if w == nil {
		return shifting{none: true}, nil
	}
	now, ok, err := t.dateOf(t.Recurrence, key)
	if err != nil {
		return shifting{}, err
	}
	if !ok {
		return shifting{}, errNoDate
	}
	day := func(at time.Time) time.Time { return icalWall(at, t.loc).Truncate(wholeDay) }
	moved := day(w.Start).Sub(day(t.instant(now.Start)))
	if err := t.reachable(key, moved); err != nil {
		return shifting{}, err
	}
	clock := icalWall(w.Start, t.loc).Sub(day(w.Start))
	s := shifting{allDay: w.AllDay, by: day(t.instant(plain.Start)).Add(moved + clock).Sub(icalWall(key, t.loc))}
	s.length = ending(*w).Sub(w.Start)
	if w.AllDay {
		s.length = day(w.End).Sub(day(w.Start))
	}
	return s, nil
}

// reachable refuses to move all dates further than to the next of them: then
// another rhythm was meant.
func (t *timetable) reachable(key time.Time, moved time.Duration) error {
	r := t.Recurrence
	r.Overrides = nil
	dates, err := expand(r, key, key.Add(layOutAhead))
	if err != nil {
		return err
	}
	for _, d := range dates {
		if d.Key.After(key) && moved.Abs() >= d.Key.Sub(key)-wholeDay/2 {
			return lang.Wrong("native_shift", lang.Values{"Days": int(moved.Abs() / wholeDay), "Number": t.offer.Number})
		} else if d.Key.After(key) {
			return nil
		}
	}
	return nil
}

func (s shifting) apply(t *timetable, o *Override) {
	if s.none {
		return
	}
	wall := icalWall(t.key(*o), t.loc).Add(s.by)
	start := icalResolve(wall, t.loc)
	end := start.Add(s.length)
	if s.allDay {
		end = icalResolve(wall.Add(s.length), t.loc)
	}
	o.Start, o.End = wallText(start, t.loc, s.allDay), wallText(end, t.loc, s.allDay)
}

// alone is what the series has for the dates from key on that have an override
// of their own, by their keys.
func (t *timetable) alone(key time.Time) (map[string]Override, error) {
	was := map[string]Override{}
	for _, o := range t.Overrides {
		if o.Future || t.key(o).Before(key) {
			continue
		}
		plain, ok, err := t.planned(t.key(o))
		if err != nil {
			return nil, err
		}
		if ok {
			was[o.Key] = plain
		}
	}
	return was, nil
}

// settle lets single dates follow their series in what they had of it.
func (t *timetable) settle(was map[string]Override) error {
	for i := range t.Overrides {
		o := &t.Overrides[i]
		old, ok := was[o.Key]
		if o.Future || !ok {
			continue
		}
		plain, ok, err := t.planned(t.key(*o))
		if err != nil {
			return err
		}
		if !ok {
			continue
		}
		for _, one := range []struct{ has, old, now *string }{
			{&o.Title, &old.Title, &plain.Title}, {&o.Location, &old.Location, &plain.Location}, {&o.URL, &old.URL, &plain.URL},
		} {
			if *one.has == *one.old {
				*one.has = *one.now
			}
		}
		if o.Start == old.Start && o.End == old.End {
			o.Start, o.End = plain.Start, plain.End
		}
	}
	return nil
}

// prune drops overrides that change nothing.
func (t *timetable) prune() error {
	slices.SortStableFunc(t.Overrides, func(a, b Override) int { return t.key(a).Compare(t.key(b)) })
	for i := 0; i < len(t.Overrides); {
		o := t.Overrides[i]
		r := t.Recurrence
		r.Overrides = slices.Delete(slices.Clone(t.Overrides), i, i+1)
		if o.Future { // a change of its date alone says nothing about what it does to the series
			r.Overrides = slices.DeleteFunc(r.Overrides, func(other Override) bool { return other.Key == o.Key })
		}
		plain, ok, err := t.dateOf(r, t.key(o))
		if err != nil {
			return err
		}
		plain.Future = o.Future
		if ok && plain == o {
			t.Overrides = slices.Delete(t.Overrides, i, i+1)
			continue
		}
		i++
	}
	return nil
}
