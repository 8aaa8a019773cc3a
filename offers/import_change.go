package offers

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"buffet/store"
)

// change rewrites a known offer and its dates and tells what is different.
func (im *importer) change(ctx context.Context, o *store.Offer, mark store.OfferMark, fresh []store.Occurrence) (string, error) {
	before, err := store.OfferByID(ctx, im.tx, mark.ID)
	if err != nil {
		return "", err
	}
	old, err := store.Dates(ctx, im.tx, mark.ID, im.now.Add(-layOutBack), -1)
	if err != nil {
		return "", err
	}
	for i := range fresh {
		fresh[i].Offer = o.ID
	}
	// the one date of an offer stays the same date wherever it moves: who signed up for it did so for this
	if before.Rule == "" && o.Rule == "" && len(old) == 1 && len(fresh) == 1 {
		fresh[0].Key = old[0].Key
	}
	to := pair(old, fresh)
	if err := im.w.Update(ctx, o); err != nil {
		return "", err
	}
	if err := rewrite(ctx, im.tx, im.w, o.ID, old, fresh, to); err != nil {
		return "", err
	}
	if mark.Status == store.OfferWithdrawn {
		return ChangeNew, nil
	}
	return difference(&before, o, old, fresh, to, im.now), nil
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

// digest is the hash of what an entry says; SEQUENCE alone is no news.
func digest(e *Entry) (string, error) {
	plain := *e
	plain.Sequence = 0
	text, err := json.Marshal(plain)
	if err != nil {
		return "", fmt.Errorf("hash offer: %w", err)
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:]), nil
}
