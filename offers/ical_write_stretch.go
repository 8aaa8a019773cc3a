package offers

import (
	"slices"
	"time"
)

const (
	icalAlways    = 1 << 62 // Unix seconds, later than all
	icalMaxListed = 1_000   // dates of a series that no rule describes
)

// icalStretch is a part of a series between two changes for good. Its dates are those planned from begin on and before
// end, all moved by shift.
type icalStretch struct {
	icalPiece
	change     *icalChange // nil for the first one
	begin, end int64       // Unix seconds
	shift      time.Duration
}

func (t *icalStretch) has(p icalPlanned) bool { return p.at.Unix() >= t.begin && p.at.Unix() < t.end }

func (t *icalStretch) begun() string { return time.Unix(t.begin, 0).UTC().Format(icalUTCForm) }

func (t *icalStretch) without(p icalPlanned) bool {
	return slices.ContainsFunc(t.minus, func(m icalPlanned) bool { return m.at.Equal(p.at) })
}

// stretches cuts a series at its changes for good. A first one without dates is left out.
func (s *icalSeries) stretches() []icalStretch {
	first := icalStretch{begin: -icalAlways, end: icalAlways}
	first.icalPiece = icalPiece{start: s.extra[0], allDay: s.allDay, days: s.Days, secs: s.Seconds}
	out := []icalStretch{first}
	for i := range s.future {
		c := &s.future[i]
		begin := c.key.at.Unix()
		out[len(out)-1].end = begin
		t := icalStretch{icalPiece: c.piece(""), change: c, begin: begin, end: icalAlways, shift: c.start.wall.Sub(c.key.wall)}
		t.key = nil
		out = append(out, t)
	}
	if len(out) > 1 && !slices.ContainsFunc(s.extra, out[0].has) {
		out = out[1:]
	}
	return out
}

// moved is where a stretch puts what was planned for p.
func (s *icalSeries) moved(t *icalStretch, p icalPlanned) icalPlanned {
	if t.shift == 0 {
		return p
	}
	w := p.wall.Add(t.shift)
	return icalPlanned{w, s.instant(w)}
}

// list names each date of a stretch up to horizon.
func (s *icalSeries) list(t *icalStretch, horizon time.Time) error {
	from, to := time.Unix(max(t.begin, 0), 0).Add(-s.reach-48*time.Hour), horizon
	dates, err := expand(s.Recurrence, from, to)
	if err != nil {
		return err
	}
	first := true
	for _, d := range dates {
		p := icalPlanned{icalWall(d.Key, s.loc), d.Key.In(s.loc)}
		if !t.has(p) {
			continue
		}
		if p = s.moved(t, p); !s.byKey[d.Key.Unix()] { // exact for hours that the clocks skip, too
			p = icalPlanned{icalWall(d.Start, s.loc), d.Start}
		}
		if first && t.change == nil {
			t.start = p
		} else if !p.at.Equal(t.start.at) && len(t.plus) < icalMaxListed {
			t.plus = append(t.plus, p)
		}
		first = false
	}
	if first && t.change == nil {
		t.minus = append(t.minus, t.start) // its RDATEs are all taken out
	}
	return nil
}
