package offers

import "time"

// everywhere changes the offer's own texts. Dates that are over keep theirs,
// and so do single dates that have their own.
func (t *timetable) everywhere(key time.Time, e Edit) error {
	old := *t.offer
	e.texts(t.offer)
	if key.IsZero() {
		return nil
	}
	alone, err := t.alone(key)
	if err != nil {
		return err
	}
	if err := t.remember(key, old.Title, old.Location, old.URL); err != nil {
		return err
	}
	for i := range t.Overrides {
		o := &t.Overrides[i]
		if !o.Future || t.key(*o).Before(key) {
			continue
		}
		for _, one := range []struct {
			said *string
			own  *string
		}{{e.Title, &o.Title}, {e.Location, &o.Location}, {e.URL, &o.URL}} {
			if one.said != nil {
				*one.own = "" // as the offer
			}
		}
	}
	if err := t.settle(alone); err != nil {
		return err
	}
	return t.prune()
}

// remember writes into the dates before key what they say now, if the offer
// does not say it any more.
func (t *timetable) remember(key time.Time, title, place, link string) error {
	o := t.offer
	if o.Title == title && o.Location == place && o.URL == link {
		return nil
	}
	dates, err := expand(t.Recurrence, time.Unix(0, 0), key.Add(time.Second))
	if err != nil {
		return err
	}
	if len(dates) == 0 || !dates[0].Key.Before(key) {
		return nil
	}
	first := dates[0]
	for _, d := range dates {
		if d.Key.Before(first.Key) {
			first = d
		}
	}
	for _, at := range []time.Time{first.Key, key} { // what begins with the first of them ends with key
		plain, err := t.plan(at)
		if err != nil {
			return err
		}
		if t.index(at, true) < 0 {
			plain.Future = true
			t.Overrides = append(t.Overrides, plain)
		}
	}
	for i := range t.Overrides {
		v := &t.Overrides[i]
		if !t.key(*v).Before(key) {
			continue
		}
		for _, one := range []struct {
			own      *string
			was, now string
		}{{&v.Title, title, o.Title}, {&v.Location, place, o.Location}, {&v.URL, link, o.URL}} {
			if *one.own == "" && one.was != one.now {
				*one.own = one.was
			}
		}
	}
	return nil
}
