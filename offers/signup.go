package offers

import (
	"context"
	"errors"
	"time"

	"maunium.net/go/mautrix/id"

	"buffet/lang"
	"buffet/store"
)

// reminded is how long before a date those who come are reminded of it.
const reminded = time.Hour

// Naming is what a person says of their name when they sign up.
type Naming int

// The choices: as before or as they set it for themselves; others may see it;
// others may not.
const (
	AsBefore Naming = iota
	Named
	Unnamed
)

// Coming is somebody who says that they come to a date.
type Coming struct {
	User  id.UserID
	Event id.EventID // that says so: a reaction, a message, a vote
	Room  id.RoomID  // where it was said
	Poll  id.EventID // of a vote: the poll
	Names Naming
}

// Joined is what became of it.
type Joined struct {
	Item   Item
	Fresh  bool // they had not said so before
	Place  int  // on the waiting list, from 1; 0: they come
	Name   string
	Remind bool // they will be reminded an hour before
	Next   bool // it is the offer's next date
	Since  time.Time
}

// SignUp lets somebody come to a date of an offer, or puts them on its waiting
// list. Said again, in whatever way, it changes nothing but their name. What
// is over or does not take place is a *lang.Problem, and so is somebody who
// wants nothing stored; then nothing is written. v is for those who move up
// from the waiting list, in their direct chats.
func SignUp(ctx context.Context, tx *store.Tx, v View, offer int64, key time.Time, c Coming) (*Joined, error) {
	i, err := joinable(ctx, tx, v, offer, key)
	if err != nil {
		return nil, err
	}
	if gone, err := store.Forgotten(ctx, tx, tx.HashPerson(c.User)); err != nil {
		return nil, err
	} else if gone {
		return nil, lang.Wrong("signup_forgotten")
	}
	_, err = tx.PutWay(ctx, store.SignupWay{Event: c.Event, Offer: i.Offer, Key: i.Key, User: c.User, Room: c.Room, Poll: c.Poll})
	if err != nil {
		return nil, err
	}
	s, err := store.SignupOf(ctx, tx, i.Offer, i.Key, c.User)
	fresh := errors.Is(err, store.ErrNotFound)
	if err != nil && !fresh {
		return nil, err
	}
	before := i
	if fresh {
		// last on the list first: whoever waited longer goes before
		s = store.Signup{Offer: i.Offer, Key: i.Key, User: c.User, Waiting: true}
		if s.At, err = since(ctx, tx, i, v.Now); err != nil {
			return nil, err
		}
	}
	if fresh || c.Names != AsBefore {
		if s.Name, err = shownName(ctx, tx, i.network, c, fresh); err != nil {
			return nil, err
		}
		if err := tx.PutSignup(ctx, s); err != nil {
			return nil, err
		}
	}
	if fresh {
		if err := moveUp(ctx, tx, v, i, c.User); err != nil {
			return nil, err
		}
		if err := mendPlaces(ctx, tx, before, v.Now); err != nil {
			return nil, err
		}
	}
	return joined(ctx, tx, v, i, c.User, fresh)
}

// joinable is the date as it is now, if one can sign up for it.
func joinable(ctx context.Context, tx *store.Tx, v View, offer int64, key time.Time) (Item, error) {
	i, there, err := DateNow(ctx, tx, offer, key)
	if err != nil {
		return i, err
	}
	if !there {
		return i, lang.Wrong("signup_withdrawn")
	}
	values := lang.Values{"Title": clip(i.Title, maxTitle), "Number": i.Number, "When": v.Span(i)}
	switch {
	case i.Status == store.OfferCancelled:
		return i, lang.Wrong("signup_cancelled", values)
	case i.Over(v.Now):
		return i, lang.Wrong("signup_over", values)
	}
	return i, count(ctx, tx, &i)
}

// since is now, or just after the last one who signed up: within a
// millisecond, the first one said it first.
func since(ctx context.Context, q store.Querier, i Item, now time.Time) (time.Time, error) {
	list, err := store.Signups(ctx, q, i.Offer, i.Key)
	if err != nil {
		return now, err
	}
	at := store.Time(store.Millis(now))
	for _, s := range list {
		if !s.At.Before(at) {
			at = s.At.Add(time.Millisecond)
		}
	}
	return at, nil
}

// joined is how a person stands with a date.
func joined(ctx context.Context, tx *store.Tx, v View, i Item, user id.UserID, fresh bool) (*Joined, error) {
	list, err := store.Signups(ctx, tx, i.Offer, i.Key)
	if err != nil {
		return nil, err
	}
	j := &Joined{Item: i, Fresh: fresh}
	waiting := 0
	for _, s := range list {
		if s.Waiting {
			waiting++
		}
		if s.User != user {
			continue
		}
		j.Name, j.Since = s.Name, s.At
		if s.Waiting {
			j.Place = waiting
		}
	}
	if err := count(ctx, tx, &j.Item); err != nil {
		return nil, err
	}
	if j.Remind, err = remindedOf(ctx, tx, v, i, user); err != nil {
		return nil, err
	}
	next, err := NextOpen(ctx, tx, i.Offer, v.Now)
	j.Next = next.Key.Equal(i.Key)
	return j, store.Ignore(err)
}

// SignOff takes back all that a person said about coming to a date; it is
// false if they had said nothing.
func SignOff(ctx context.Context, tx *store.Tx, v View, offer int64, key time.Time, user id.UserID) (bool, error) {
	i, there, err := DateNow(ctx, tx, offer, key)
	if err != nil {
		return false, err
	}
	if there {
		if err := count(ctx, tx, &i); err != nil {
			return false, err
		}
	}
	was, err := tx.DropSignup(ctx, offer, key, user)
	if err != nil || !was {
		return false, err
	}
	if err := tx.DropReminders(ctx, offer, key, user, true); err != nil {
		return false, err
	}
	if !there {
		return true, nil
	}
	if err := moveUp(ctx, tx, v, i, ""); err != nil {
		return false, err
	}
	return true, mendPlaces(ctx, tx, i, v.Now)
}

// TakeBack undoes what an event that is gone said of coming; whoever has said
// it in no other way comes no more. view is for the people of a network; not
// ok if there is none of that name. room is where it is gone: the same event
// named elsewhere is not it.
func TakeBack(ctx context.Context, tx *store.Tx, view func(network string) (View, bool), room id.RoomID, e id.EventID, now time.Time) error {
	list, err := store.WaysBy(ctx, tx, e)
	if err != nil {
		return err
	}
	for _, w := range list {
		if w.Room != room {
			continue
		}
		o, err := store.OfferByID(ctx, tx, w.Offer)
		if err != nil {
			return err
		}
		v, ok := view(o.Network)
		if !ok { // nobody could be told that they move up: they do with the next change
			v = View{Now: now}
		}
		if err := dropWay(ctx, tx, v, w); err != nil {
			return err
		}
	}
	return nil
}

func dropWay(ctx context.Context, tx *store.Tx, v View, w store.SignupWay) error {
	left, err := tx.DropWay(ctx, w)
	if err != nil || left > 0 {
		return err
	}
	_, err = SignOff(ctx, tx, v, w.Offer, w.Key, w.User)
	return err
}
