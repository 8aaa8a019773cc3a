package offers

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"buffet/lang"
	"buffet/store"
)

// sourceJoined is the source of what was found to be the same as another offer;
// its UID is that one's id behind joinedPrefix, and its own.
const (
	sourceJoined = "joined"
	joinedPrefix = "joined/"
)

// joinedTo is the id of the offer that a joined one is the same as; 0: none.
func joinedTo(o *store.Offer) int64 {
	if o.Source != sourceJoined {
		return 0
	}
	text, _, _ := strings.Cut(strings.TrimPrefix(o.UID, joinedPrefix), "/")
	n, _ := strconv.ParseInt(text, 10, 64)
	return n
}

// Twins are the two offers of a proposal to join, the one that stays first. If
// one of them is gone meanwhile, it is a *lang.Problem.
func Twins(ctx context.Context, q store.Querier, p store.Proposal) (stays, goes store.Offer, err error) {
	var a twinAsked
	if err := json.Unmarshal([]byte(p.Content), &a); err != nil {
		return stays, goes, fmt.Errorf("read proposal: %w", err)
	}
	for _, one := range []struct {
		id int64
		o  *store.Offer
	}{{p.Offer, &stays}, {a.Other, &goes}} {
		*one.o, err = store.OfferByID(ctx, q, one.id)
		if errors.Is(err, store.ErrNotFound) || err == nil && one.o.Status == store.OfferWithdrawn {
			return stays, goes, lang.Wrong("join_gone", lang.Values{"Number": one.o.Number})
		} else if err != nil {
			return stays, goes, err
		}
	}
	return stays, goes, nil
}

// Join makes the two offers of a proposal one: the first keeps its number, gets
// the sign-ups, reminders and places in posts of the other's dates, and what
// the other's source says from now on is said of it. left is how many people
// are signed up for dates to come that the first does not have. v is for those
// who have to wait now, in their direct chats.
func Join(ctx context.Context, tx *store.Tx, v View, p store.Proposal) (left int, err error) {
	stays, goes, err := Twins(ctx, tx, p)
	if err != nil {
		return 0, err
	}
	t := store.OfferTwin{Network: p.Network, Source: goes.Source, UID: goes.UID, Offer: stays.ID, Same: store.TwinSame, Sequence: goes.Sequence, Hash: goes.Hash}
	if stays.Source == SourceMember {
		t.Sequence = stays.Sequence
	}
	if err := joinDates(ctx, tx, v, &stays, &goes); err != nil {
		return 0, err
	}
	if left, err = store.CountPeople(ctx, tx, goes.ID, v.Now); err != nil {
		return 0, err
	}
	if err := tx.MoveTwins(ctx, goes.ID, stays.ID); err != nil {
		return 0, err
	}
	if err := tx.PutTwin(ctx, t); err != nil {
		return 0, err
	}
	if err := tx.WithdrawOffer(ctx, goes.ID, v.Now); err != nil {
		return 0, err
	}
	uid := fmt.Sprintf("%s%d/%d/%s", joinedPrefix, stays.ID, goes.ID, goes.UID)
	if err := tx.SetOfferOwner(ctx, goes.ID, sourceJoined, uid, goes.Sequence+1, goes.Hash); err != nil {
		return 0, err
	}
	return left, askMend(ctx, tx, p.Network, mendArgs{Offers: []int64{stays.ID, goes.ID}}, v.Now)
}

func joinDates(ctx context.Context, tx *store.Tx, v View, stays, goes *store.Offer) error {
	to, err := store.Dates(ctx, tx, stays.ID, v.Now.Add(-layOutBack), -1)
	if err != nil {
		return err
	}
	keys := make(map[int64]time.Time, len(to))
	for _, d := range to {
		keys[store.Millis(d.Start)] = d.Key
	}
	from, err := store.Dates(ctx, tx, goes.ID, v.Now.Add(-layOutBack), -1)
	if err != nil {
		return err
	}
	for _, d := range from {
		key, ok := keys[store.Millis(d.Start)]
		if !ok {
			continue
		}
		before, _, err := store.CountSignups(ctx, tx, stays.ID, key)
		if err != nil {
			return err
		}
		if err := tx.JoinDates(ctx, goes.ID, d.Key, stays.ID, key); err != nil {
			return err
		}
		if err := seatJoined(ctx, tx, v, stays.ID, key, before); err != nil {
			return err
		}
	}
	return nil
}

// RenderTwin is one of two offers that may be the same, in two lines: what and
// when, and where it comes from.
func RenderTwin(ctx context.Context, q store.Querier, v View, o *store.Offer) (*lang.Text, error) {
	date, err := store.NextDate(ctx, q, o.ID, v.Now)
	if err != nil {
		return nil, err
	}
	t := new(lang.Text)
	v.item(t, newItem(o, date))
	if o.Source == SourceMember {
		return t.Line().Say(v.say("join_of_member")), nil
	}
	return t.Line().Say(v.say("join_of_calendar", lang.Values{"Feed": feedName(o.Source)})), nil
}
