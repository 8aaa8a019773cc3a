package offers

import (
	"context"
	"errors"
	"fmt"
	"time"

	"maunium.net/go/mautrix/id"

	"buffet/lang"
	"buffet/store"
)

// allDayStarts is when a date without an hour starts for who is reminded of it.
const allDayStarts = 9 * time.Hour

// RemindAt is when a reminder of a date is due, in the zone of those who are
// reminded: so many days before by the calendar, the clock showing the same,
// and then so many minutes of time. Minutes below 0 are a time of that day.
func RemindAt(r store.Reminder, start time.Time) time.Time {
	y, m, d := start.Date()
	if r.Minutes < 0 {
		return time.Date(y, m, d-r.Days, 0, -r.Minutes, 0, 0, start.Location())
	}
	day := time.Date(y, m, d-r.Days, start.Hour(), start.Minute(), start.Second(), start.Nanosecond(), start.Location())
	if r.Days == 0 {
		day = start // which an hour that comes twice does not name
	}
	return day.Add(-time.Duration(r.Minutes) * time.Minute)
}

// StartOf is when a date starts for who is reminded of it, in their zone: one
// of whole days at nine.
func (v View) StartOf(i Item) time.Time {
	if !i.AllDay {
		return i.Start.In(v.Zone)
	}
	y, m, d := i.Start.In(v.zone(i)).Date()
	return time.Date(y, m, d, int(allDayStarts/time.Hour), 0, 0, 0, v.Zone)
}

// remind sends the reminders that are due, and tells when the next one is.
func (a *Attendant) remind(ctx context.Context, tx *store.Tx, now time.Time) (time.Time, error) {
	due, err := store.RemindersDue(ctx, tx, now, atOnce)
	if err != nil {
		return time.Time{}, err
	}
	dates := map[dateKey]*remindDate{}
	seen := map[personalDate]bool{}
	for _, r := range due {
		k := dateKey{r.Offer, store.Millis(r.Key)}
		if dates[k] == nil {
			if dates[k], err = a.remindDate(ctx, tx, r, now); err != nil {
				return time.Time{}, err
			}
		}
		if one := (personalDate{k, r.User}); !seen[one] {
			seen[one] = true
			if err := a.remindOne(ctx, tx, dates[k], r, now); err != nil {
				return time.Time{}, err
			}
		}
	}
	if len(due) == atOnce { // there is more
		return now, nil
	}
	return store.NextReminder(ctx, tx)
}

// remindDate is a date as it is reminded of.
type remindDate struct {
	on    bool // it takes place, and there is somebody to tell
	away  bool // its network is not in the config
	item  Item
	view  View
	start time.Time
}

func (a *Attendant) remindDate(ctx context.Context, tx *store.Tx, r store.Reminder, now time.Time) (*remindDate, error) {
	d := new(remindDate)
	o, err := store.OfferByID(ctx, tx, r.Offer)
	if errors.Is(err, store.ErrNotFound) {
		return d, nil
	} else if err != nil {
		return nil, err
	}
	date, err := store.Date(ctx, tx, r.Offer, r.Key)
	if errors.Is(err, store.ErrNotFound) {
		return d, nil
	} else if err != nil {
		return nil, err
	}
	n, ok := a.Network(o.Network)
	if !ok {
		d.away = true
		return d, nil
	}
	d.item, d.view = newItem(&o, date), n.view(a.Phrases, now)
	d.start, d.on = d.view.StartOf(d.item), d.item.Status == store.OfferActive
	return d, nil
}

// remindOne looks at all reminders of one person of a date: those that are due
// become one message, the others are put off until they are.
func (a *Attendant) remindOne(ctx context.Context, tx *store.Tx, d *remindDate, of store.Reminder, now time.Time) error {
	if d.on {
		if left, err := store.LeftReminder(ctx, tx, d.item.network, of); err != nil {
			return err
		} else if left {
			return leave(ctx, tx, d, of)
		}
	}
	list, err := store.RemindersFor(ctx, tx, of.Offer, of.Key, of.User)
	if err != nil {
		return err
	}
	said := false
	for _, r := range list {
		at := RemindAt(r, d.start)
		switch {
		case d.away: // it may come back
			err = tx.PlanReminder(ctx, r, now.Add(attendSleep))
		case !d.on, r.SentFor.Equal(d.start), now.After(d.start.Add(tooLate)):
			err = tx.PlanReminder(ctx, r, time.Time{})
		case at.After(now):
			err = tx.PlanReminder(ctx, r, at)
		default:
			var wanted bool
			if wanted, err = a.wanted(ctx, tx, r, at); err == nil && wanted && !said {
				said, err = true, a.sendReminder(ctx, tx, d, r, now)
			}
			if err == nil {
				err = tx.ReminderSent(ctx, r, d.start)
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// leave signs off somebody who left the network, who need not be reminded.
func leave(ctx context.Context, tx *store.Tx, d *remindDate, r store.Reminder) error {
	if _, err := SignOff(ctx, tx, d.view, r.Offer, r.Key, r.User); err != nil {
		return err
	}
	return tx.DropReminders(ctx, r.Offer, r.Key, r.User, false)
}

// wanted tells whether somebody is to be told. A reminder that comes with a
// sign-up is for those who have a place, and had it in time: who signs up
// within the last hour has just read when it starts.
func (a *Attendant) wanted(ctx context.Context, tx *store.Tx, r store.Reminder, at time.Time) (bool, error) {
	if gone, err := store.Forgotten(ctx, tx, tx.HashPerson(r.User)); err != nil || gone || !r.Standard {
		return !gone, err
	}
	if set, err := store.PersonSetting(ctx, tx, r.User, store.SetRemind); err != nil || set == store.Off {
		return false, err
	}
	s, err := store.SignupOf(ctx, tx, r.Offer, r.Key, r.User)
	return err == nil && !s.Waiting && !s.At.After(at), store.Ignore(err)
}

func (a *Attendant) sendReminder(ctx context.Context, tx *store.Tx, d *remindDate, r store.Reminder, now time.Time) error {
	text := RenderReminder(d.view, d.item)
	key := fmt.Sprintf("remind/%d/%d/%s/%d/%d/%d", r.Offer, store.Millis(r.Key), tx.HashPerson(r.User), store.Millis(d.start), r.Days, r.Minutes)
	_, err := tx.Send(ctx, store.Message{Key: key, User: r.User, Plain: text.Plain(), HTML: text.HTML(), IfThere: true}, now)
	return err
}

// RenderReminder is what a person is told before a date: what, when, where,
// and how to change it.
func RenderReminder(v View, i Item) *lang.Text {
	head := "remind_head"
	if !v.StartOf(i).After(v.Now) {
		head = "remind_head_late"
	}
	t := new(lang.Text).Say(v.say(head, lang.Values{"Title": clip(i.Title, maxTitle), "Number": i.Number}))
	v.WhenWhere(t.Line(), i)
	return t.Line().Say(v.say("remind_foot", lang.Values{"Number": i.Number}))
}

// WhenWhere adds a date in words, and in the next line where it is.
func (v View) WhenWhere(t *lang.Text, i Item) {
	zone := v.zone(i)
	t.Raw(lang.Span(v.Lang, i.Start.In(zone), i.End.In(zone), i.AllDay))
	if own := v.elsewhere(i); own != "" {
		t.Raw(" ").Say(own)
	}
	v.where(t, i, "\n")
}

// where adds the place and the links of a date, each after sep.
func (v View) where(t *lang.Text, i Item, sep string) {
	online := address(i.Location)
	switch {
	case online != "":
		t.Raw(sep).Link(v.say("offer_online"), online)
	case i.Location != "":
		t.Raw(sep + clip(i.Location, maxPlace))
	}
	if link := address(i.URL); link != "" && link != online {
		t.Raw(sep).Link(v.say("offer_link"), link)
	}
}

type personalDate struct {
	dateKey
	user id.UserID
}
