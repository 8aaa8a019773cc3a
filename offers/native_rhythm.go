package offers

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"buffet/lang"
)

// sameRhythm is w without its recurrence if that is the series' own: only the
// hours are new then, and dates keep their keys.
func (t *timetable) sameRhythm(w *lang.When, key time.Time) *lang.When {
	rule, skip := icalParseRule(t.Rule)
	if skip != nil || t.Rule == "" || key.IsZero() || w.Repeat.Count > 0 || !w.Repeat.Until.IsZero() || rule.endless() != w.Rule() {
		return w
	}
	plain, err := t.plan(key)
	if err != nil || plain.Start[:8] != icalWall(key, t.loc).Format(icalDateForm) {
		return w // was moved to other days
	}
	date, ok, err := t.dateOf(t.Recurrence, key)
	if err != nil || !ok {
		return w
	}
	same := *w
	same.Repeat = lang.Repeat{}
	day := icalWall(t.instant(date.Start), t.loc).Truncate(wholeDay).Sub(icalWall(w.Start, t.loc).Truncate(wholeDay))
	same.Start = icalResolve(icalWall(w.Start, t.loc).Add(day), t.loc)
	if !w.End.IsZero() {
		same.End = icalResolve(icalWall(w.End, t.loc).Add(day), t.loc)
	}
	return &same
}

// rhythm gives a series another recurrence: for All from its next date on, else
// from key. What was before becomes single dates, so that it stays.
func (t *timetable) rhythm(scope Scope, key time.Time, w lang.When, now time.Time) error {
	cut := now
	if scope == Following {
		plain, err := t.plan(key)
		if err != nil {
			return err
		}
		cut = icalResolve(icalWall(t.instant(plain.Start), t.loc).Truncate(wholeDay), t.loc)
	}
	next := recurrenceOf(w)
	if err := t.last(&next, w.AllDay); err != nil {
		return err
	}
	dates, err := expand(next, cut, cut.Add(2*layOutAhead))
	if err != nil {
		return err
	}
	dates = slices.DeleteFunc(dates, func(d Date) bool { return d.Start.Before(cut) })
	if len(dates) == 0 {
		return lang.Wrong("native_past")
	}
	loc, err := next.zone()
	if err != nil {
		return err
	}
	next.Start = wallText(dates[0].Start, loc, w.AllDay)
	fresh := &timetable{Recurrence: next, offer: t.offer, loc: loc}
	if err := fresh.freeze(t, cut, now); err != nil {
		return err
	}
	t.Recurrence, t.loc = fresh.Recurrence, loc
	t.offer.Rule, t.offer.Zone = next.Rule, next.Zone
	return nil
}

// last ends a new recurrence where the old one did, unless it says otherwise.
func (t *timetable) last(next *Recurrence, allDay bool) error {
	if t.Rule == "" || strings.Contains(next.Rule, "COUNT=") || strings.Contains(next.Rule, "UNTIL=") {
		return nil
	}
	s, err := t.seriesIn(t.loc)
	if err != nil {
		return fmt.Errorf("read series: %w", err)
	}
	last, ends, err := s.until(&icalStretch{begin: -icalAlways, end: icalAlways})
	if err != nil || !ends {
		return err
	}
	var text string
	if end := icalWall(last.at, t.loc); allDay {
		text = end.Format(icalDateForm)
	} else { // its whole day: the hours may be later now
		text = icalResolve(end.Truncate(wholeDay).Add(wholeDay-time.Second), t.loc).UTC().Format(icalUTCForm)
	}
	next.Rule += ";UNTIL=" + text
	return nil
}

// freeze takes the old dates before cut into a new recurrence as they are, and
// what later ones have of their own where they are still planned.
func (t *timetable) freeze(old *timetable, cut, now time.Time) error {
	r, err := withHolidays(old.offer, old.Recurrence)
	if err != nil {
		return err
	}
	dates, err := expand(r, now.Add(-layOutBack), cut)
	if err != nil {
		return err
	}
	var kept []Override
	for _, d := range dates {
		if !d.Start.Before(cut) {
			continue
		}
		_, form, _ := icalParseTime(t.Start)
		t.Dates = append(t.Dates, RecurrenceDate{Start: wallText(d.Key, t.loc, form == icalDateForm)})
		kept = append(kept, t.override(d))
	}
	for _, o := range old.Overrides {
		key := old.key(o)
		if _, planned, err := t.planned(key); err != nil {
			return err
		} else if !o.Future && planned && !old.instant(o.Start).Before(cut) && t.index(key, false) < 0 {
			kept = append(kept, o)
		}
	}
	t.Overrides = kept
	if err := t.texts(old, cut); err != nil {
		return err
	}
	return t.prune()
}

// texts takes over what the old series said of its later dates, as title, place
// and link: from the first new date on that is not earlier.
func (t *timetable) texts(old *timetable, cut time.Time) error {
	dates, err := expand(t.Recurrence, cut, cut.Add(2*layOutAhead))
	if err != nil {
		return err
	}
	future := slices.DeleteFunc(slices.Clone(old.Overrides), func(o Override) bool { return !o.Future })
	slices.SortStableFunc(future, func(a, b Override) int { return old.key(a).Compare(old.key(b)) })
	for _, o := range future {
		start := old.instant(o.Start)
		at := slices.IndexFunc(dates, func(d Date) bool { return !d.Start.Before(start) && !d.Start.Before(cut) })
		if at < 0 {
			continue
		}
		if there := t.index(dates[at].Key, true); there >= 0 { // an earlier one that went on until here
			t.Overrides = slices.Delete(t.Overrides, there, there+1)
		}
		next, err := t.plan(dates[at].Key)
		if err != nil {
			return err
		}
		next.Future, next.Title, next.Location, next.URL = true, o.Title, o.Location, o.URL
		t.Overrides = append(t.Overrides, next)
	}
	return nil
}
