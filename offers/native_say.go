package offers

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"buffet/lang"
	"buffet/store"
)

// maxDifferences is how many dates Differences names one by one.
const maxDifferences = 5

// comingItems are the dates of an offer that have not begun.
func comingItems(o *store.Offer, now time.Time) ([]Item, error) {
	if o.Recurrence == "" {
		return nil, nil
	}
	t, err := newTimetable(o)
	if err != nil {
		return nil, err
	}
	dates, err := t.coming(now)
	if err != nil {
		return nil, err
	}
	list := make([]Item, len(dates))
	for i, d := range dates {
		list[i] = newItem(o, occurrence(o.ID, d))
	}
	return list, nil
}

// Differences says line by line what is different between two states of an
// offer, in a reader's words: old → new. It is empty if a reader would not see it.
func (v View) Differences(was, is *store.Offer) (*lang.Text, error) {
	d := differ{v: v, was: was, is: is, text: new(lang.Text)}
	some, err := d.some()
	if err != nil {
		return d.text, err
	}
	if !some {
		d.status()
	}
	d.fields()
	return d.text, d.dates(some)
}

type differ struct {
	v       View
	was, is *store.Offer
	text    *lang.Text
	lines   int
}

func (d *differ) line() *lang.Text {
	if d.lines++; d.lines > 1 {
		d.text.Line()
	}
	return d.text.Raw("• ")
}

// field is one line: what, what it was, what it is.
func (d *differ) field(key, was, is string) {
	if was == is {
		return
	}
	d.line().Say(d.v.say(key)).Raw(": " + d.shown(was) + " → ").Bold(d.shown(is))
}

func (d *differ) shown(s string) string {
	if s = clip(s, 200); s == "" {
		return d.v.say("native_nothing")
	}
	return s
}

// some tells whether of a series that was off as a whole only some dates take
// place again.
func (d *differ) some() (bool, error) {
	if d.was.Status != store.OfferCancelled || d.is.Status != store.OfferActive {
		return false, nil
	}
	off := func(o store.Offer) (map[time.Time]bool, error) {
		o.Status = store.OfferActive
		list, err := comingItems(&o, d.v.Now)
		keys := map[time.Time]bool{}
		for _, i := range list {
			if i.Status != store.OfferActive {
				keys[i.Key] = true
			}
		}
		return keys, err
	}
	was, err := off(*d.was)
	if err != nil {
		return false, err
	}
	is, err := off(*d.is)
	for key := range is {
		if !was[key] {
			return true, err
		}
	}
	return false, err
}

func (d *differ) status() {
	switch {
	case d.was.Status == d.is.Status:
	case d.is.Help != "":
		d.line().Say(d.v.say("native_help_" + d.is.Status))
	default:
		d.line().Say(d.v.say("native_is_" + d.is.Status))
	}
}

func (d *differ) fields() {
	places := func(n int) string {
		if n == 0 {
			return d.v.say("native_no_limit")
		}
		return strconv.Itoa(n)
	}
	was, is := d.was, d.is
	d.field("native_title", was.Title, is.Title)
	d.field("native_place", was.Location, is.Location)
	d.field("native_url", was.URL, is.URL)
	d.field("native_kind_of", d.v.kind(was.Kind), d.v.kind(is.Kind))
	d.field("native_host", was.Host, is.Host)
	d.field("native_topics_of", strings.Join(was.Topics, ", "), strings.Join(is.Topics, ", "))
	d.field("native_places", places(was.Capacity), places(is.Capacity))
	d.field("native_description", was.Description, is.Description)
	d.field("native_material", was.Material, is.Material)
}

// dates compares the dates to come. Where the whole offer is off or on again,
// not only some of it, there is nothing to say of single ones.
func (d *differ) dates(some bool) error {
	was, err := comingItems(d.was, d.v.Now)
	if err != nil {
		return err
	}
	is, err := comingItems(d.is, d.v.Now)
	if err != nil {
		return err
	}
	if d.was.Status != d.is.Status && !some {
		return nil
	}
	if rhythm(d.was.Rule) != rhythm(d.is.Rule) {
		d.rhythm(was, is)
		return nil
	}
	var said []func()
	to := pair(occurrences(was), occurrences(is))
	for i, old := range was {
		if to[i] < 0 {
			said = append(said, func() { d.line().Raw(d.v.when(old) + ": ").Bold(d.v.say("native_dropped")) })
		} else {
			said = append(said, d.date(old, is[to[i]])...)
		}
	}
	for j, one := range is {
		if !slices.Contains(to, j) {
			said = append(said, func() { d.line().Raw(d.v.when(one) + ": ").Bold(d.v.say("native_added")) })
		}
	}
	for n, say := range said {
		if n == maxDifferences && len(said) > maxDifferences+1 {
			d.line().Say(d.v.say("native_more", lang.Values{"Count": len(said) - n}))
			break
		}
		say()
	}
	return nil
}

// date is what is different about one date, a line for each.
func (d *differ) date(was, is Item) (said []func()) {
	if was.Status != is.Status {
		return append(said, func() { d.line().Raw(d.v.when(is) + ": ").Bold(d.v.say("native_date_" + is.Status)) })
	}
	if !was.Start.Equal(is.Start) || !was.End.Equal(is.End) || was.AllDay != is.AllDay {
		said = append(said, func() { d.line().Raw(d.v.when(was) + " → ").Bold(d.v.when(is)) })
	}
	for _, f := range []struct{ key, was, is, whole, wholeNow string }{
		{"native_title", was.Title, is.Title, d.was.Title, d.is.Title},
		{"native_place", was.Location, is.Location, d.was.Location, d.is.Location},
		{"native_url", was.URL, is.URL, d.was.URL, d.is.URL},
	} {
		if f.was == f.is || f.was == f.whole && f.is == f.wholeNow {
			continue // or it is said of the offer already
		}
		said = append(said, func() {
			d.line().Raw(d.v.when(is) + ", ").Say(d.v.say(f.key)).Raw(": " + d.shown(f.was) + " → ").Bold(d.shown(f.is))
		})
	}
	return said
}

// rhythm says how a series repeats now, and its next dates.
func (d *differ) rhythm(was, is []Item) {
	words := func(o *store.Offer, list []Item) string {
		if o.Rule == "" {
			return d.v.say("native_once")
		}
		return strings.TrimSuffix(d.v.rule(&Offer{Offer: *o, Next: list[:min(len(list), NextDates)]}), ":")
	}
	d.line().Say(d.v.say("native_rhythm")).Raw(": " + words(d.was, was) + " → ").Bold(words(d.is, is))
	var days []string
	for _, i := range is[:min(len(is), maxDifferences)] {
		days = append(days, d.v.when(i))
	}
	d.line().Say(d.v.say("native_next", lang.Values{"Count": len(days)})).Raw(": " + strings.Join(days, "; "))
}

// rhythm is a rule without its end.
func rhythm(rule string) string {
	if r, skip := icalParseRule(rule); rule != "" && skip == nil {
		return r.endless()
	}
	return rule
}

func occurrences(list []Item) []store.Occurrence {
	out := make([]store.Occurrence, len(list))
	for i, one := range list {
		out[i] = store.Occurrence{Offer: one.Offer, Key: one.Key, Start: one.Start, End: one.End}
	}
	return out
}
