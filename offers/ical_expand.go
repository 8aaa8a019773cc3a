package offers

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

const (
	icalMaxDates = 2_000 // of one Expand
	icalLastYear = 2090  // Expand sees nothing later
)

// Recurrence is when a series takes place, all of it: it can be kept as JSON and expanded without the calendar it
// came from. Texts are RFC 5545 values: "20260131" a date, "20260131T190000" local to Zone, "20260131T180000Z" UTC.
// A single event is a Recurrence without Rule and Dates.
type Recurrence struct {
	Start     string           `json:"start"`
	Days      int              `json:"days,omitempty"`    // length in nominal days; all there is for all-day events
	Seconds   int64            `json:"seconds,omitempty"` // plus exact seconds
	Zone      string           `json:"zone"`
	VTimezone string           `json:"vtimezone,omitempty"` // describes Zone if that is not an IANA name
	Rule      string           `json:"rule,omitempty"`
	Dates     []RecurrenceDate `json:"dates,omitempty"`  // RDATE
	Except    []string         `json:"except,omitempty"` // EXDATE; a date takes out all of that day
	Overrides []Override       `json:"overrides,omitempty"`
}

// RecurrenceDate is one RDATE. Seconds is its own length if it came as a PERIOD, else 0.
type RecurrenceDate struct {
	Start   string `json:"start"`
	Seconds int64  `json:"seconds,omitempty"`
}

// Override changes the date planned for Key (RECURRENCE-ID), or that and all later ones (Future). Empty texts are as in
// the series; a place or a link that only the series has is store.Nothing.
type Override struct {
	Key       string `json:"key"`
	Start     string `json:"start"`
	End       string `json:"end"`
	Cancelled bool   `json:"cancelled,omitempty"`
	Future    bool   `json:"future,omitempty"`
	Title     string `json:"title,omitempty"`
	Location  string `json:"location,omitempty"`
	URL       string `json:"url,omitempty"`
}

// Date is one date of a series. Key, in UTC, is the start as once planned: it stays the same when the date is moved and
// so is its identity. Start and End are in the series' zone; End is exclusive, for all-day dates a midnight. Title,
// Location and URL are as in an Override.
type Date struct {
	Key                  time.Time
	Start, End           time.Time
	AllDay, Cancelled    bool
	Title, Location, URL string
}

// Expand lists the dates that lie at least partly in [from, to), in order of their start: the rule's, RDATEs, without
// EXDATEs, with overrides in the place of what they override (cancelled ones are listed as such). At most 2,000: ask
// again from the last one's start for more. Nothing before 1970 or after 2089 is listed. Errors: a Recurrence that
// ReadCalendar did not make. RFC 5545 3.8.5.
func (r Recurrence) Expand(from, to time.Time) ([]Date, error) {
	lo, hi := time.Date(icalMinYear, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(icalLastYear, 1, 1, 0, 0, 0, 0, time.UTC)
	if from.Before(lo) {
		from = lo
	}
	if to.After(hi) {
		to = hi
	}
	if !to.After(from) {
		return nil, nil
	}
	s, err := r.series()
	if err != nil {
		return nil, fmt.Errorf("expand recurrence: %w", err)
	}
	s.from, s.to = from, to
	for _, p := range s.extra {
		s.add(p)
	}
	for _, c := range s.changes {
		if c.Future && s.alone[c.key.at.Unix()] {
			continue // the first of those changed for good was changed alone, too
		}
		d := Date{Key: c.key.at.UTC(), Start: c.start.at, End: c.end.at, AllDay: c.allDay}
		s.collect(c.apply(d))
	}
	if s.rule.text != "" {
		margin := s.reach + 48*time.Hour // zones differ by 26 hours at most
		n := len(s.collected)
		err := s.rule.each(s.start, from.Add(-margin).UTC(), to.Add(margin).UTC(), func(w time.Time) bool {
			if s.rule.ended(w, s.loc) {
				return false
			}
			if !w.Equal(s.start) { // already in extra
				s.add(icalPlanned{w, s.instant(w)})
			}
			return len(s.collected)-n < icalMaxDates
		})
		if err != nil {
			return nil, err
		}
	}
	out := s.collected
	slices.SortStableFunc(out, func(a, b Date) int {
		return cmp.Or(a.Start.Compare(b.Start), a.Key.Compare(b.Key))
	})
	out = slices.CompactFunc(out, func(a, b Date) bool { // an RDATE may name a date of the rule
		return a.Key.Equal(b.Key) && a.Start.Equal(b.Start)
	})
	return out[:min(len(out), icalMaxDates)], nil
}
