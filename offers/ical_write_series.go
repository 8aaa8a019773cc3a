package offers

import (
	"slices"
	"time"
)

// icalPiece is a VEVENT to be written: a series, or one date of it.
type icalPiece struct {
	uid                  string
	key                  *icalPlanned // RECURRENCE-ID; nil for a series and for what is none
	keyDay               bool         // the key is a whole day
	start                icalPlanned
	allDay               bool
	days                 int   // length in nominal days ...
	secs                 int64 // ... and exact seconds
	rule                 string
	plus, minus          []icalPlanned // RDATE, EXDATE
	cancelled            bool
	title, location, url string // where they differ from the offer's
}

// pieces are the VEVENTs that say when a series takes place. What few programs understand is put in words all do:
// RANGE=THISANDFUTURE becomes a series of its own from that date on, an EXDATE for a day the times of that day, an
// RDATE with a length of its own one with an exception, UNTIL a time in UTC, and a DTSTART that the rule does not name
// is named by an RDATE. Where a rule cannot say what a change for good made of it, dates are listed up to horizon.
func (s *icalSeries) pieces(uid string, horizon time.Time) ([]icalPiece, error) {
	var twice []int64
	s.extra = slices.DeleteFunc(s.extra, func(p icalPlanned) bool {
		again := slices.Contains(twice, p.at.Unix())
		twice = append(twice, p.at.Unix())
		return again
	})
	if p, ok := s.single(uid); ok {
		return p, nil
	}
	var out []icalPiece
	for _, t := range s.stretches() {
		if len(out) > 0 {
			t.uid = uid + "#" + t.begun()
		} else {
			t.uid = uid
		}
		if err := s.fill(&t, horizon); err != nil {
			return nil, err
		}
		exceptions, err := s.changed(&t)
		if err != nil {
			return nil, err
		}
		if t.rule == "" && !slices.ContainsFunc(append(t.plus, t.start), func(p icalPlanned) bool { return !t.without(p) }) {
			continue // no date is left
		}
		out = append(append(out, t.icalPiece), exceptions...)
	}
	return out, nil
}

// single is an event without a rule and further dates; a change of its only date is the event itself.
func (s *icalSeries) single(uid string) ([]icalPiece, bool) {
	if s.rule.text != "" || len(s.Dates) > 0 || len(s.Except) > 0 || len(s.changes) > 1 {
		return nil, false
	}
	if len(s.changes) == 0 {
		return []icalPiece{{uid: uid, start: s.extra[0], allDay: s.allDay, days: s.Days, secs: s.Seconds}}, true
	}
	if c := s.changes[0]; c.key.at.Equal(s.extra[0].at) {
		p := c.piece(uid)
		p.key = nil
		return []icalPiece{p}, true
	}
	return nil, false
}

// piece is the date that a change makes of its key.
func (c *icalChange) piece(uid string) icalPiece {
	p := icalPiece{uid: uid, key: &c.key, start: c.start, allDay: c.allDay, cancelled: c.Cancelled,
		title: c.Title, location: c.Location, url: c.URL}
	p.length(c.end)
	return p
}

func (p *icalPiece) length(end icalPlanned) {
	if p.allDay {
		p.days = int(end.wall.Sub(p.start.wall) / (24 * time.Hour))
		return
	}
	p.secs = int64(end.at.Sub(p.start.at) / time.Second)
}

// fill gives a stretch its rule and the dates beside it.
func (s *icalSeries) fill(t *icalStretch, horizon time.Time) error {
	anchor := s.extra[0]
	if t.change != nil {
		anchor = t.change.key
	}
	if !t.has(anchor) { // only RDATEs before DTSTART lie here
		return s.list(t, horizon)
	}
	if s.rule.text != "" {
		named, err := s.names(anchor)
		if err != nil {
			return err
		}
		text, ok, err := s.ruleFor(t, anchor.at, named)
		if err != nil {
			return err
		}
		if !ok {
			return s.list(t, horizon)
		}
		if !named {
			if text, err = s.unlessNever(text); err != nil {
				return err
			}
		}
		if t.rule = text; text != "" && !named {
			t.plus = append(t.plus, t.start)
		}
	}
	for _, p := range s.extra[1:] {
		if !t.has(p) || p.at.Equal(anchor.at) {
			continue
		}
		named := false
		if t.rule != "" {
			var err error
			if named, err = s.names(p); err != nil {
				return err
			}
		}
		if !named {
			t.plus = append(t.plus, s.moved(t, p))
		}
	}
	return s.taken(t)
}

// unlessNever is the rule's text, "" if the rule never names a date: programs would look for one to the end of time.
func (s *icalSeries) unlessNever(text string) (string, error) {
	never := true
	err := s.rule.each(s.start, s.start, time.Date(icalLastYear, 1, 1, 0, 0, 0, 0, time.UTC), func(time.Time) bool {
		never = false
		return false
	})
	if never {
		return "", err
	}
	return text, err
}

// taken collects the EXDATEs of a stretch. What is changed takes place all the same.
func (s *icalSeries) taken(t *icalStretch) error {
	add := func(p icalPlanned) {
		if t.has(p) && !s.byKey[p.at.Unix()] && !t.without(s.moved(t, p)) {
			t.minus = append(t.minus, s.moved(t, p))
		}
	}
	for _, v := range s.Except {
		p, form, err := s.read(v)
		if err != nil {
			return err
		}
		if form != icalDateForm || s.allDay {
			add(p)
			continue
		}
		for _, x := range s.extra {
			if x.wall.Format(icalDateForm) == v {
				add(x)
			}
		}
		if s.rule.text == "" {
			continue
		}
		err = s.rule.each(s.start, p.wall, p.wall.AddDate(0, 0, 1), func(w time.Time) bool {
			if w.Format(icalDateForm) == v && !s.rule.ended(w, s.loc) {
				add(icalPlanned{w, s.instant(w)})
			}
			return true
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// changed are the single changes within a stretch. A date that was not planned before is planned now, so that there is
// something to change.
func (s *icalSeries) changed(t *icalStretch) ([]icalPiece, error) {
	var out []icalPiece
	for i := range s.changes {
		c := &s.changes[i]
		if c.Future || !t.has(c.key) {
			continue
		}
		p := c.piece(t.uid)
		key := s.moved(t, c.key)
		p.key, p.keyDay = &key, t.allDay
		if t.cancelled && !p.cancelled { // takes place after all, though nothing else of its series does
			p.key, p.uid = nil, t.uid+"#"+c.key.at.UTC().Format(icalUTCForm)
			t.minus = append(t.minus, key)
			out = append(out, p)
			continue
		}
		planned, err := s.plans(t, c.key, key)
		if err != nil {
			return nil, err
		}
		if !planned {
			t.plus = append(t.plus, key)
		}
		out = append(out, p)
	}
	if t.change != nil {
		return out, nil
	}
	for _, d := range s.extra {
		secs := s.lengths[d.at.Unix()]
		if secs == 0 || !t.has(d) || s.byKey[d.at.Unix()] || t.without(d) {
			continue
		}
		p := icalPiece{uid: t.uid, key: &d, keyDay: t.allDay, start: d, allDay: t.allDay, secs: secs}
		if p.allDay {
			p.days, p.secs = int(secs+43_200)/86_400, 0
		}
		out = append(out, p)
	}
	return out, nil
}

// plans tells whether a stretch as it will be written holds the date of that key.
func (s *icalSeries) plans(t *icalStretch, key, moved icalPlanned) (bool, error) {
	if moved.at.Equal(t.start.at) || slices.ContainsFunc(t.plus, func(p icalPlanned) bool { return p.at.Equal(moved.at) }) {
		return true, nil
	}
	if t.rule == "" {
		return false, nil
	}
	return s.names(key)
}

// names tells whether the rule names that date.
func (s *icalSeries) names(p icalPlanned) (bool, error) {
	found := false
	err := s.rule.each(s.start, p.wall, p.wall, func(w time.Time) bool {
		found = w.Equal(p.wall) && s.instant(w).Equal(p.at) && !s.rule.ended(w, s.loc)
		return false
	})
	return found, err
}
