package offers

import (
	"context"
	"time"

	"maunium.net/go/mautrix/id"

	"buffet/store"
)

// remindStandard has a person reminded of a date that they come to, unless
// they do not want that. If that time has passed it counts as done, so that
// they are reminded only if the date moves.
func remindStandard(ctx context.Context, tx *store.Tx, v View, i Item, user id.UserID) error {
	if off, err := store.PersonSetting(ctx, tx, user, store.SetRemind); err != nil || off == store.Off {
		return err
	}
	all, err := store.RemindersOf(ctx, tx, user)
	if err != nil {
		return err
	}
	r := store.Reminder{Offer: i.Offer, Key: i.Key, User: user, Minutes: int(reminded / time.Minute), Standard: true}
	for _, a := range all {
		if isStandard(a, i) {
			return nil // they asked for the same
		}
	}
	if start := v.StartOf(i); !v.Now.Before(start.Add(-reminded)) {
		r.SentFor = start
	}
	return tx.PutReminder(ctx, r)
}

// isStandard tells whether a reminder is an hour before that date, whoever
// asked for it.
func isStandard(r store.Reminder, i Item) bool {
	return r.Offer == i.Offer && r.Key.Equal(i.Key) && r.Days == 0 && r.Minutes == int(reminded/time.Minute)
}

// remindedOf tells whether a person will be reminded an hour before a date.
func remindedOf(ctx context.Context, q store.Querier, v View, i Item, user id.UserID) (bool, error) {
	all, err := store.RemindersOf(ctx, q, user)
	start := v.StartOf(i)
	for _, r := range all {
		if isStandard(r, i) && !r.SentFor.Equal(start) && v.Now.Before(start.Add(-reminded)) {
			return true, err
		}
	}
	return false, err
}
