package offers

import (
	"context"
	"fmt"
	"time"

	"buffet/lang"
	"buffet/schedule"
	"buffet/store"
)

// fewPlaces is from how many free places on a post counts them. More would
// have it edited with every sign-up.
const fewPlaces = 3

// placesSlot is how long changes of free places are gathered before posts are
// mended.
const placesSlot = 5 * time.Second

// count notes how many come to a date and how many wait.
func count(ctx context.Context, q store.Querier, i *Item) (err error) {
	i.Going, i.Waiting, err = store.CountSignups(ctx, q, i.Offer, i.Key)
	return err
}

// countPlaces does so for those of the dates that have a limit.
func countPlaces(ctx context.Context, q store.Querier, items []Item) error {
	for n := range items {
		if items[n].Capacity == 0 {
			continue
		}
		if err := count(ctx, q, &items[n]); err != nil {
			return err
		}
	}
	return nil
}

// free is how many places are left, and whether there is a limit at all.
func (i Item) free() (int, bool) { return max(0, i.Capacity-i.Going), i.Capacity > 0 }

// places says what there is to know before one signs up: that few places are
// left, or none; "" without a limit.
func (v View) places(i Item) string {
	free, limited := i.free()
	switch {
	case !limited || i.Status != store.OfferActive:
		return ""
	case free == 0:
		return v.say("signup_full")
	case free > fewPlaces, i.Going == 0:
		return v.say("signup_places", lang.Values{"Count": i.Capacity})
	}
	return v.say("signup_left", lang.Values{"Count": free})
}

// mendPlaces has the posts mended that show a date if what they say of its
// places is not true any more. was is the date with its numbers from before.
func mendPlaces(ctx context.Context, tx *store.Tx, was Item, now time.Time) error {
	is := was
	if err := count(ctx, tx, &is); err != nil {
		return err
	}
	a, limited := was.free()
	b, _ := is.free()
	if !limited || min(a, fewPlaces+1) == min(b, fewPlaces+1) {
		return nil
	}
	shown, err := store.Announced(ctx, tx, now)
	if err != nil || !shown[was.Offer] {
		return err
	}
	at := now.Truncate(placesSlot).Add(placesSlot)
	base := fmt.Sprintf("mend/places/%d/%d", was.Offer, store.Millis(at))
	key := base
	for n := 2; ; n++ {
		added, err := schedule.Add(ctx, tx, key, MendKind, mendArgs{Offers: []int64{was.Offer}}, at)
		if err != nil || added {
			return err
		}
		if waits, err := store.JobWaits(ctx, tx, key); err != nil || waits {
			return err
		}
		key = fmt.Sprintf("%s-%d", base, n) // it ran before this request came to its turn
	}
}
