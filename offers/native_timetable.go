package offers

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"buffet/lang"
	"buffet/store"
)

// timetable is the recurrence of an offer that a member brought, to be changed.
// The keys of its overrides are times in UTC.
type timetable struct {
	Recurrence
	offer *store.Offer
	loc   *time.Location
}

var errNoDate = errors.New("offer has no date of that key")

func newTimetable(o *store.Offer) (*timetable, error) {
	r, err := recurrence(o)
	if err != nil {
		return nil, err
	}
	loc, err := r.zone()
	if err != nil {
		return nil, err
	}
	r.Overrides = slices.Clone(r.Overrides)
	return &timetable{Recurrence: r, offer: o, loc: loc}, nil
}

func (t *timetable) series() bool { return t.Rule != "" || len(t.Dates) > 0 }

// coming are the dates, cancelled ones too, that have not begun.
func (t *timetable) coming(now time.Time) ([]Date, error) {
	r, err := withHolidays(t.offer, t.Recurrence)
	if err != nil {
		return nil, err
	}
	dates, err := expand(r, now, now.Add(layOutAhead))
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(dates, func(d Date) bool { return !d.Start.After(now) }), nil
}

// meant is an offer's timetable, and what exactly a scope of it is about (mean).
// A single date is all there is.
func meant(o *store.Offer, scope Scope, key, now time.Time) (*timetable, Scope, time.Time, error) {
	t, err := newTimetable(o)
	if err != nil {
		return nil, scope, key, err
	}
	if !t.series() {
		scope = All
	}
	scope, key, err = t.mean(scope, key, now)
	return t, scope, key, err
}

// mean finds what exactly a scope is about: for All the next date that takes
// place, the zero time if there is none. What follows the next date is All.
func (t *timetable) mean(scope Scope, key, now time.Time) (Scope, time.Time, error) {
	dates, err := t.coming(now)
	if err != nil {
		return scope, key, err
	}
	on := func(d Date) bool { return !d.Cancelled }
	if scope == All {
		if at := slices.IndexFunc(dates, on); at >= 0 {
			return All, dates[at].Key, nil
		}
		return All, time.Time{}, nil
	}
	if !slices.ContainsFunc(dates, func(d Date) bool { return d.Key.Equal(key) }) {
		return scope, key, lang.Wrong("native_date_over")
	}
	if scope == Following && !slices.ContainsFunc(dates, func(d Date) bool { return on(d) && d.Key.Before(key) }) {
		scope = All
	}
	return scope, key, nil
}

// planned is what the series has for a key, but for a change of that date alone.
func (t *timetable) planned(key time.Time) (Override, bool, error) {
	r := t.Recurrence
	r.Overrides = slices.DeleteFunc(slices.Clone(r.Overrides), func(o Override) bool { return !o.Future && t.key(o).Equal(key) })
	return t.dateOf(r, key)
}

// plan is planned for a date that must be there.
func (t *timetable) plan(key time.Time) (Override, error) {
	o, ok, err := t.planned(key)
	if err == nil && !ok {
		err = errNoDate
	}
	return o, err
}

// dateOf is r's date of that key, as an override that says just that.
func (t *timetable) dateOf(r Recurrence, key time.Time) (Override, bool, error) {
	s, err := r.seriesIn(t.loc)
	if err != nil {
		return Override{}, false, fmt.Errorf("read series: %w", err)
	}
	const day = 24 * time.Hour
	dates, err := expand(r, key.Add(-s.reach-2*day), key.Add(s.reach+2*day))
	if err != nil {
		return Override{}, false, err
	}
	for _, d := range dates {
		if d.Key.Equal(key) {
			return t.override(d), true, nil
		}
	}
	return Override{}, false, nil
}

func (t *timetable) override(d Date) Override {
	return Override{
		Key: d.Key.UTC().Format(icalUTCForm), Start: wallText(d.Start, t.loc, d.AllDay), End: wallText(d.End, t.loc, d.AllDay),
		Cancelled: d.Cancelled, Title: d.Title, Location: d.Location, URL: d.URL,
	}
}

// key is the instant that an override is about.
func (t *timetable) key(o Override) time.Time { return t.instant(o.Key) }

// instant reads a time of an override; they are all written here.
func (t *timetable) instant(text string) time.Time {
	at, form, _ := icalParseTime(text)
	if form == icalUTCForm {
		return at
	}
	return icalResolve(at, t.loc)
}

// index is where the override of a key stands, -1 if there is none.
func (t *timetable) index(key time.Time, future bool) int {
	return slices.IndexFunc(t.Overrides, func(o Override) bool { return o.Future == future && t.key(o).Equal(key) })
}

// one changes one date.
func (t *timetable) one(key time.Time, change func(*Override)) error {
	plain, err := t.plan(key)
	if err != nil {
		return err
	}
	at := t.index(key, false)
	if at < 0 {
		at = len(t.Overrides)
		t.Overrides = append(t.Overrides, plain)
	}
	change(&t.Overrides[at])
	if t.Overrides[at] == plain { // as if nothing had been
		t.Overrides = slices.Delete(t.Overrides, at, at+1)
	}
	return nil
}

// cut ends a series before the date of that key.
func (t *timetable) cut(key time.Time) error {
	start := key
	if o, ok, err := t.dateOf(t.Recurrence, key); err != nil {
		return err
	} else if ok {
		start = t.instant(o.Start)
	}
	if t.Rule != "" {
		if err := t.until(key); err != nil {
			return err
		}
	}
	t.Dates = slices.DeleteFunc(slices.Clone(t.Dates), func(d RecurrenceDate) bool { return !t.instant(d.Start).Before(key) })
	var kept []Override
	for _, o := range t.Overrides {
		if !t.key(o).Before(key) {
			continue
		}
		if !o.Future && !t.instant(o.Start).Before(start) {
			o.Cancelled = true // was moved to behind the end
		}
		kept = append(kept, o)
	}
	t.Overrides = kept
	return nil
}

// until lets the rule end before that key.
func (t *timetable) until(key time.Time) error {
	rule, skip := icalParseRule(t.Rule)
	if skip != nil {
		return fmt.Errorf("read rule: %w", skip)
	}
	end := key.Add(-time.Second).UTC().Format(icalUTCForm)
	if _, form, _ := icalParseTime(t.Start); form == icalDateForm {
		end = icalWall(key, t.loc).AddDate(0, 0, -1).Format(icalDateForm)
	}
	t.Rule = rule.endless() + ";UNTIL=" + end
	t.offer.Rule = t.Rule
	return nil
}
