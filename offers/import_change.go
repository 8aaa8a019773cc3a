package offers

import (
	"context"
	"fmt"
	"time"

	"buffet/store"
)

// change rewrites a known offer and its dates and tells what is different.
func (im *importer) change(ctx context.Context, o *store.Offer, mark store.OfferMark, dates []Date) (string, error) {
	before, err := store.OfferByID(ctx, im.tx, mark.ID)
	if err != nil {
		return "", err
	}
	old, err := store.Dates(ctx, im.tx, mark.ID, im.now.Add(-layOutBack), -1)
	if err != nil {
		return "", err
	}
	fresh := make([]store.Occurrence, len(dates))
	for i, d := range dates {
		fresh[i] = occurrence(o.ID, d)
	}
	// the one date of an offer stays the same date wherever it moves: who signed up for it did so for this
	if before.Rule == "" && o.Rule == "" && len(old) == 1 && len(fresh) == 1 {
		fresh[0].Key = old[0].Key
	}
	to := pair(old, fresh)
	if err := im.w.Update(ctx, o); err != nil {
		return "", err
	}
	if err := im.rewrite(ctx, o.ID, old, fresh, to); err != nil {
		return "", err
	}
	if mark.Status == store.OfferWithdrawn {
		return ChangeNew, nil
	}
	return difference(&before, o, old, fresh, to, im.now), nil
}

func (im *importer) rewrite(ctx context.Context, offer int64, old, fresh []store.Occurrence, to []int) error {
	for i, d := range old {
		if to[i] >= 0 && fresh[to[i]].Key.Equal(d.Key) {
			continue
		}
		if err := im.w.DropDate(ctx, offer, d.Key); err != nil {
			return fmt.Errorf("drop date: %w", err)
		}
		if to[i] >= 0 {
			if err := im.tx.MoveSignups(ctx, offer, d.Key, fresh[to[i]].Key); err != nil {
				return err
			}
		}
		if to[i] >= 0 && im.shown[offer] {
			if err := im.tx.MoveAnnounced(ctx, offer, d.Key, fresh[to[i]].Key); err != nil {
				return err
			}
		}
	}
	for _, d := range fresh {
		if err := im.w.PutDate(ctx, d); err != nil {
			return err
		}
	}
	return nil
}

func occurrence(offer int64, d Date) store.Occurrence {
	return store.Occurrence{Offer: offer, Key: d.Key, Start: d.Start, End: d.End, AllDay: d.AllDay, Cancelled: d.Cancelled,
		Title: d.Title, Location: d.Location, URL: d.URL}
}

// difference names the gravest change; dates that are over do not count.
func difference(before, o *store.Offer, old, fresh []store.Occurrence, to []int, now time.Time) string {
	found := map[string]bool{}
	for i, d := range old {
		was := newItem(before, d)
		if to[i] < 0 {
			found[ChangeCancelled] = found[ChangeCancelled] || (was.Start.After(now) && was.Status == store.OfferActive)
			continue
		}
		is := newItem(o, fresh[to[i]])
		if !was.Start.After(now) && !is.Start.After(now) {
			continue
		}
		found[ChangeCancelled] = found[ChangeCancelled] || (was.Status == store.OfferActive && is.Status != store.OfferActive)
		found[ChangeTime] = found[ChangeTime] || !was.Start.Equal(is.Start) || !was.End.Equal(is.End)
		found[ChangePlace] = found[ChangePlace] || was.Location != is.Location
	}
	for _, what := range []string{ChangeCancelled, ChangeTime, ChangePlace} {
		if found[what] {
			return what
		}
	}
	return ChangeOther
}
