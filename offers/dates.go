package offers

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"buffet/schedule"
	"buffet/store"
)

// Series is what an offer's dates are computed from, public holidays taken
// out. Of offers without dates it has no start.
func Series(o *store.Offer) (Recurrence, error) {
	r, err := recurrence(o)
	if err != nil {
		return r, err
	}
	return withHolidays(o, r)
}

// recurrence is an offer's Recurrence as it is stored.
func recurrence(o *store.Offer) (Recurrence, error) {
	var r Recurrence
	if o.Recurrence == "" {
		return r, nil
	}
	if err := json.Unmarshal([]byte(o.Recurrence), &r); err != nil {
		return r, fmt.Errorf("read recurrence: %w", err)
	}
	return r, nil
}

// layOut lists an offer's dates as they are stored at now, and notes in the
// offer how far they reach.
func layOut(o *store.Offer, now time.Time) ([]store.Occurrence, error) {
	o.Expanded = now.Add(layOutAhead)
	r, err := Series(o)
	if err != nil || r.Start == "" {
		return nil, err
	}
	dates, err := expand(r, now.Add(-layOutBack), o.Expanded)
	if err != nil {
		return nil, err
	}
	list := make([]store.Occurrence, len(dates))
	for i, d := range dates {
		list[i] = occurrence(o.ID, d)
	}
	return list, nil
}

func occurrence(offer int64, d Date) store.Occurrence {
	return store.Occurrence{Offer: offer, Key: d.Key, Start: d.Start, End: d.End, AllDay: d.AllDay, Cancelled: d.Cancelled,
		Title: d.Title, Location: d.Location, URL: d.URL}
}

// insert adds an offer with its dates.
func insert(ctx context.Context, w *store.OfferWriter, o *store.Offer, dates []store.Occurrence) error {
	if err := w.Insert(ctx, o); err != nil {
		return err
	}
	for _, d := range dates {
		d.Offer = o.ID
		if err := w.PutDate(ctx, d); err != nil {
			return err
		}
	}
	return nil
}

// rewrite replaces an offer's old dates by fresh ones; to says which took
// whose place (pair). Sign-ups, reminders and posts follow a date to its new key.
func rewrite(ctx context.Context, tx *store.Tx, w *store.OfferWriter, offer int64, old, fresh []store.Occurrence, to []int) error {
	for i, d := range old {
		if to[i] >= 0 && fresh[to[i]].Key.Equal(d.Key) {
			continue
		}
		if err := w.DropDate(ctx, offer, d.Key); err != nil {
			return fmt.Errorf("drop date: %w", err)
		}
		if to[i] < 0 {
			continue
		}
		key := fresh[to[i]].Key
		if err := tx.MoveAnnounced(ctx, offer, d.Key, key); err != nil {
			return err
		}
		if err := tx.MoveSignups(ctx, offer, d.Key, key); err != nil {
			return err
		}
	}
	for _, d := range fresh {
		if err := w.PutDate(ctx, d); err != nil {
			return err
		}
	}
	return nil
}

// askMend asks for the posts of a network to be mended that show these offers.
func askMend(ctx context.Context, tx *store.Tx, network string, args mendArgs, now time.Time) error {
	key := fmt.Sprintf("mend/%s/%d", network, store.Millis(now))
	for n := 2; ; n++ { // two changes within one millisecond
		added, err := schedule.Add(ctx, tx, key, MendKind, args, now)
		if err != nil || added {
			return err
		}
		key = fmt.Sprintf("mend/%s/%d-%d", network, store.Millis(now), n)
	}
}
