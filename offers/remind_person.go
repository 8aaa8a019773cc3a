package offers

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"maunium.net/go/mautrix/id"

	"buffet/lang"
	"buffet/store"
)

const (
	// maxAhead is how many days before a date one may be reminded of it.
	maxAhead = 60
	// maxReminders is how many reminders that they asked for a person may have
	// to come; those that come with sign-ups are bounded by these.
	maxReminders = 200
)

// Reminded is a reminder and what it is of.
type Reminded struct {
	store.Reminder
	Item Item
	At   time.Time
	Also []time.Time // the person's other reminders of that date, yet to come; from AskReminder
}

// AskReminder has a person reminded of a date. What is off, over, too late or
// too far ahead is a *lang.Problem, and so is somebody who wants nothing stored.
func AskReminder(ctx context.Context, tx *store.Tx, v View, r store.Reminder) (*Reminded, error) {
	i, there, err := DateNow(ctx, tx, r.Offer, r.Key)
	if err != nil {
		return nil, err
	}
	if !there {
		return nil, lang.Wrong("remind_gone")
	}
	start := v.StartOf(i)
	at := RemindAt(r, start)
	values := lang.Values{"P": v.Prefix, "Title": clip(i.Title, maxTitle), "Number": i.Number, "When": v.Span(i), "Max": maxAhead}
	switch {
	case i.Status != store.OfferActive:
		return nil, lang.Wrong("remind_off", values)
	case !start.After(v.Now):
		return nil, lang.Wrong("remind_over", values)
	case r.Days < 0 || r.Days > maxAhead || r.Minutes > maxAhead*24*60 || at.Before(start.AddDate(0, 0, -maxAhead-1)):
		return nil, lang.Wrong("remind_far", values)
	case at.After(start):
		return nil, lang.Wrong("remind_after", values)
	case !at.After(v.Now):
		return nil, lang.Wrong("remind_late", values)
	}
	if gone, err := store.Forgotten(ctx, tx, tx.HashPerson(r.User)); err != nil {
		return nil, err
	} else if gone {
		return nil, lang.Wrong("signup_forgotten", values)
	}
	if n, err := store.RemindersAsked(ctx, tx, r); err != nil {
		return nil, err
	} else if n >= maxReminders {
		return nil, lang.Wrong("remind_many", lang.Values{"P": v.Prefix, "Max": maxReminders})
	}
	all, err := store.RemindersFor(ctx, tx, r.Offer, r.Key, r.User)
	if err != nil {
		return nil, err
	}
	asked := &Reminded{Reminder: r, Item: i, At: at}
	for _, a := range all {
		other := RemindAt(a, start)
		if !other.Equal(at) && other.After(v.Now) && !a.SentFor.Equal(start) {
			asked.Also = append(asked.Also, other)
		}
	}
	slices.SortFunc(asked.Also, time.Time.Compare)
	return asked, tx.PutReminder(ctx, r)
}

// RemindersOf are a person's reminders that are to come, in order; view is for
// the people of a network, not ok for those that are left out.
func RemindersOf(ctx context.Context, q store.Querier, view func(network string) (View, bool), user id.UserID) ([]Reminded, error) {
	all, err := store.RemindersOf(ctx, q, user)
	if err != nil {
		return nil, err
	}
	var list []Reminded
	for _, r := range all {
		i, there, err := DateNow(ctx, q, r.Offer, r.Key)
		if err != nil {
			return nil, err
		}
		v, ok := view(i.network)
		if !there || !ok || i.Status != store.OfferActive {
			continue
		}
		start := v.StartOf(i)
		if at := RemindAt(r, start); start.After(v.Now) && !r.SentFor.Equal(start) && at.After(v.Now) {
			list = append(list, Reminded{Reminder: r, Item: i, At: at})
		}
	}
	sortReminded(list)
	return list, nil
}

func sortReminded(list []Reminded) {
	slices.SortStableFunc(list, func(a, b Reminded) int { return a.At.Compare(b.At) })
}

// SwitchReminders says whether a person is reminded of what they sign up for;
// view is for the people of a network, not ok for those that are left out.
func SwitchReminders(ctx context.Context, tx *store.Tx, view func(network string) (View, bool), user id.UserID, on bool) error {
	if !on {
		if err := tx.SetPersonSetting(ctx, user, store.SetRemind, store.Off); err != nil {
			return err
		}
		return tx.DropStandardReminders(ctx, user)
	}
	if err := tx.SetPersonSetting(ctx, user, store.SetRemind, ""); err != nil {
		return err
	}
	signups, err := store.SignupsBy(ctx, tx, user)
	if err != nil {
		return err
	}
	for _, s := range signups {
		if err := standardAgain(ctx, tx, view, s.Offer, s.Key, user); err != nil {
			return err
		}
	}
	return nil
}

// standardAgain gives a person back the reminder that comes with a sign-up, if
// they come to that date.
func standardAgain(ctx context.Context, tx *store.Tx, view func(network string) (View, bool), offer int64, key time.Time, user id.UserID) error {
	s, err := store.SignupOf(ctx, tx, offer, key, user)
	if err != nil || s.Waiting {
		return store.Ignore(err)
	}
	i, there, err := DateNow(ctx, tx, offer, key)
	if err != nil || !there {
		return err
	}
	v, ok := view(i.network)
	if !ok || !v.StartOf(i).After(v.Now) {
		return nil
	}
	return remindStandard(ctx, tx, v, i, user)
}

// RemindedText tells a person of a reminder that they asked for. next: it is
// of the offer's next date.
func (v View) RemindedText(r *Reminded, next bool) *lang.Text {
	off := v.Prefix + v.say("remind_command") + " " + strconv.Itoa(r.Item.Number) + " "
	if !next {
		off += v.day(r.Item) + " "
	}
	t := v.Phrases.Text(v.Lang, "remind_set", lang.Values{"Title": clip(r.Item.Title, maxTitle), "Number": r.Item.Number,
		"When": v.Span(r.Item), "At": lang.Moment(v.Lang, r.At), "Off": off + v.say("remind_word_off")})
	if len(r.Also) > 0 {
		var times []string
		for _, at := range r.Also {
			times = append(times, lang.Moment(v.Lang, at))
		}
		t.Line().Say(v.say("remind_also", lang.Values{"Times": strings.Join(times, "; ")}))
	}
	return t
}

// Reminders adds a line for each reminder.
func (v View) Reminders(t *lang.Text, list []Reminded) {
	for _, r := range list {
		t.Line().Raw("• " + lang.ShortDay(v.Lang, r.At, v.Now.In(v.Zone)) + ", " + lang.Hours(v.Lang, r.At, r.At) + " → " +
			strconv.Itoa(r.Item.Number) + " · " + v.when(r.Item) + " · ").Bold(clip(r.Item.Title, maxTitle))
	}
}
