package offers

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"buffet/lang"
	"buffet/store"
)

// seatJoined lets those who signed up last wait where two dates that became one
// have more people than places, and tells them. before is how many came to the
// one that stays: no place of theirs is lost by joining alone.
func seatJoined(ctx context.Context, tx *store.Tx, v View, offer int64, key time.Time, before int) error {
	i, there, err := DateNow(ctx, tx, offer, key)
	if err != nil || !there || i.Capacity == 0 || i.Status != store.OfferActive || i.Over(v.Now) {
		return err
	}
	list, err := store.Signups(ctx, tx, offer, key)
	if err != nil {
		return err
	}
	list = slices.DeleteFunc(list, func(s store.Signup) bool { return s.Waiting })
	slices.SortStableFunc(list, func(a, b store.Signup) int { return cmp.Compare(store.Millis(a.At), store.Millis(b.At)) })
	list = list[min(len(list), max(i.Capacity, before)):]
	for _, s := range list {
		s.Waiting = true
		if err := tx.PutSignup(ctx, s); err != nil {
			return err
		}
		if err := tx.DropReminders(ctx, offer, key, s.User, true); err != nil {
			return err
		}
		if err := tx.ReviseOffer(ctx, offer); err != nil {
			return err
		}
	}
	for _, s := range list { // all wait now: their places on the list are true
		j, err := joined(ctx, tx, v, i, s.User, false)
		if err != nil {
			return err
		}
		t := new(lang.Text).Say(v.say("join_waiting")).Line().Add(v.standing(j))
		_, err = tx.Send(ctx, store.Message{Key: fmt.Sprintf("joined/%d/%d/%s", offer, store.Millis(key), tx.HashPerson(s.User)),
			User: s.User, Plain: t.Plain(), HTML: t.HTML(), IfThere: true}, v.Now)
		if err != nil {
			return err
		}
	}
	return nil
}
