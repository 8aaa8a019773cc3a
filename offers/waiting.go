package offers

import (
	"context"
	"errors"
	"fmt"
	"time"

	"maunium.net/go/mautrix/id"

	"buffet/store"
)

// MoveUp lets those who wait come where an offer has places now, and tells
// each of them; v is for their direct chats. For an offer whose capacity was
// changed. Nobody loses a place.
func MoveUp(ctx context.Context, tx *store.Tx, v View, offer int64) error {
	dates, err := store.WaitedFor(ctx, tx, offer)
	if err != nil {
		return err
	}
	for _, key := range dates {
		i, there, err := DateNow(ctx, tx, offer, key)
		if err != nil {
			return err
		}
		if !there {
			continue
		}
		if err := moveUp(ctx, tx, v, i, ""); err != nil {
			return err
		}
	}
	return nil
}

// moveUp does so for offers that changed, or that somebody left.
func (m *Mender) moveUp(ctx context.Context, tx *store.Tx, offers []int64, now time.Time) error {
	for _, n := range offers {
		o, err := store.OfferByID(ctx, tx, n)
		if errors.Is(err, store.ErrNotFound) {
			continue
		} else if err != nil {
			return err
		}
		chat, ok := m.Network(o.Network)
		if !ok {
			continue
		}
		if err := dropLeft(ctx, tx, o.Network, n, time.Time{}, ""); err != nil {
			return err
		}
		if err := MoveUp(ctx, tx, chat.view(m.Phrases, now), n); err != nil {
			return err
		}
	}
	return nil
}

// dropLeft signs off who is surely not in the network any more, of one date or,
// with a zero key, of all; not self, who has just been heard.
func dropLeft(ctx context.Context, tx *store.Tx, network string, offer int64, key time.Time, self id.UserID) error {
	left, err := store.LeftSignups(ctx, tx, network, offer)
	if err != nil {
		return err
	}
	for _, s := range left {
		if s.User == self || !key.IsZero() && !s.Key.Equal(key) {
			continue
		}
		if _, err := tx.DropSignup(ctx, s.Offer, s.Key, s.User); err != nil {
			return err
		}
		if err := tx.DropReminders(ctx, s.Offer, s.Key, s.User, false); err != nil {
			return err
		}
	}
	return nil
}

// moveUp lets people come from the waiting list while there are places. Each
// is told but self, who is about to hear of it anyway.
func moveUp(ctx context.Context, tx *store.Tx, v View, i Item, self id.UserID) error {
	if v.Phrases == nil || i.Status != store.OfferActive || i.Over(v.Now) {
		return nil
	}
	if i.Capacity > 0 {
		if err := dropLeft(ctx, tx, i.network, i.Offer, i.Key, self); err != nil {
			return err
		}
	}
	list, err := store.Signups(ctx, tx, i.Offer, i.Key)
	if err != nil {
		return err
	}
	going := 0
	for _, s := range list { // those who come stand first
		if !s.Waiting {
			going++
			continue
		}
		if i.Capacity > 0 && going >= i.Capacity {
			return nil
		}
		s.Waiting = false
		going++
		if err := tx.PutSignup(ctx, s); err != nil {
			return err
		}
		if err := remindStandard(ctx, tx, v, i, s.User); err != nil {
			return err
		}
		if s.User == self {
			continue
		}
		if err := tx.ReviseOffer(ctx, i.Offer); err != nil { // their calendar says now that they come
			return err
		}
		if err := tellMovedUp(ctx, tx, v, i, s); err != nil {
			return err
		}
	}
	return nil
}

func tellMovedUp(ctx context.Context, tx *store.Tx, v View, i Item, s store.Signup) error {
	j, err := joined(ctx, tx, v, i, s.User, false)
	if err != nil {
		return err
	}
	text := v.MovedUp(j)
	key := fmt.Sprintf("movedup/%d/%d/%s/%d/%d", i.Offer, store.Millis(i.Key), tx.HashPerson(s.User), store.Millis(s.At), store.Millis(v.Now))
	_, err = tx.Send(ctx, store.Message{Key: key, User: s.User, Plain: text.Plain(), HTML: text.HTML(), IfThere: true}, v.Now)
	return err
}
