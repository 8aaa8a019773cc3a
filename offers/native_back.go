package offers

import (
	"slices"
	"time"

	"buffet/lang"
	"buffet/store"
)

// back lets what was cancelled take place.
func (t *timetable) back(scope Scope, key, now time.Time) error {
	switch {
	case t.offer.Status == store.OfferCancelled:
		t.offer.Status = store.OfferActive
		if scope == All { // dates that were off before that stay off
			return nil
		}
		if err := t.backOf(scope, key, now); err != nil {
			return err
		}
	case scope != OnlyThis:
		return t.backFrom(scope, key, now)
	}
	if scope == OnlyThis {
		return t.one(key, func(o *Override) { o.Cancelled = false })
	}
	return nil
}

// backOf is about dates of a series that was off as a whole: the others to come
// are off by themselves from now on.
func (t *timetable) backOf(scope Scope, key, now time.Time) error {
	was := slices.Clone(t.Overrides)
	plain, err := t.plan(key)
	if err != nil {
		return err
	}
	first, _, err := t.first(now)
	if err != nil {
		return err
	}
	if err := t.lasting(first); err != nil {
		return err
	}
	for i := range t.Overrides {
		if o := &t.Overrides[i]; !t.before(*o, first, now) {
			o.Cancelled = true
		}
	}
	if scope == OnlyThis {
		return nil
	}
	t.Overrides = slices.DeleteFunc(t.Overrides, func(o Override) bool { return !t.key(o).Before(key) })
	for _, o := range was {
		if !t.key(o).Before(key) {
			t.Overrides = append(t.Overrides, o)
		}
	}
	if t.index(key, true) < 0 {
		plain.Future = true
		t.Overrides = append(t.Overrides, plain)
	}
	return nil
}

// backFrom is about dates of a series, from key on or all to come, that are off
// by themselves.
func (t *timetable) backFrom(scope Scope, key, now time.Time) error {
	first, any, err := t.first(now)
	if err != nil {
		return err
	}
	if !any {
		return lang.Wrong("native_over", lang.Values{"Number": t.offer.Number})
	}
	if scope == Following {
		first = key
	}
	if err := t.lasting(first); err != nil {
		return err
	}
	for i := range t.Overrides {
		if o := &t.Overrides[i]; !t.before(*o, first, now) && (scope == All || !t.key(*o).Before(key)) {
			o.Cancelled = false
		}
	}
	return t.prune()
}

// first is the first date to come, by its key, that was not changed alone; zero
// if all were. any: there are dates to come.
func (t *timetable) first(now time.Time) (first time.Time, any bool, err error) {
	dates, err := t.coming(now)
	for _, d := range dates {
		if t.index(d.Key, false) < 0 && (first.IsZero() || d.Key.Before(first)) {
			first = d.Key
		}
	}
	return first, len(dates) > 0, err
}

// lasting puts a change for good, which changes nothing yet, at that key.
func (t *timetable) lasting(key time.Time) error {
	if key.IsZero() || t.index(key, true) >= 0 {
		return nil
	}
	plain, err := t.plan(key)
	plain.Future = true
	t.Overrides = append(t.Overrides, plain)
	return err
}

// before tells whether an override is of what was before: a date that has
// begun, or a change for good before that of first.
func (t *timetable) before(o Override, first, now time.Time) bool {
	if o.Future {
		return first.IsZero() || t.key(o).Before(first)
	}
	return !t.instant(o.Start).After(now)
}
