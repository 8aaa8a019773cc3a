package offers

import (
	"context"
	"fmt"
	"slices"
	"time"

	"buffet/store"
)

// extendBatch is how many offers Extend holds in memory.
const extendBatch = 500

// Extend lays out the dates that have come within 400 days of now, and forgets
// those that ended more than 30 days ago. It is for a daily job; missed days
// do no harm.
func Extend(ctx context.Context, tx *store.Tx, now time.Time) error {
	to := now.Add(layOutAhead)
	w, err := tx.OfferWriter(ctx)
	if err != nil {
		return err
	}
	defer w.Close()
	for after := int64(0); ; {
		list, err := store.Expandable(ctx, tx, to, after, extendBatch)
		if err != nil {
			return fmt.Errorf("read offers to lay out: %w", err)
		}
		if len(list) == 0 {
			break
		}
		for i := range list {
			if err := extend(ctx, tx, w, &list[i], to); err != nil {
				return fmt.Errorf("lay out offer %d: %w", list[i].ID, err)
			}
		}
		after = list[len(list)-1].ID
	}
	if err := tx.ForgetDates(ctx, now.Add(-layOutBack)); err != nil {
		return fmt.Errorf("forget old dates: %w", err)
	}
	return nil
}

func extend(ctx context.Context, tx *store.Tx, w *store.OfferWriter, o *store.Offer, to time.Time) error {
	r, err := Series(o)
	if err != nil {
		return err
	}
	if r.Start == "" { // without dates
		return w.Extended(ctx, o.ID, to, false)
	}
	dates, err := expand(r, o.Expanded, to)
	if err != nil {
		return err
	}
	if len(dates) > 0 {
		// a date that moved keeps its first key: what is laid out at that hour is not a new date
		there, err := store.Dates(ctx, tx, o.ID, o.Expanded, -1)
		if err != nil {
			return err
		}
		laid := map[int64]bool{}
		for _, d := range there {
			laid[store.Millis(d.Start)], laid[store.Millis(d.Key)] = true, true
		}
		for _, d := range dates {
			if laid[store.Millis(d.Start)] || laid[store.Millis(d.Key)] {
				continue
			}
			if err := w.PutDate(ctx, occurrence(o.ID, d)); err != nil {
				return err
			}
		}
	}
	// dates that no rule describes are written one by one, and free days as far as dates are laid out
	listed := o.Holidays != "" || slices.ContainsFunc(r.Overrides, func(v Override) bool { return v.Future })
	return w.Extended(ctx, o.ID, to, listed && len(dates) > 0)
}

// expand is Expand without its bound on how many dates it gives at a time.
func expand(r Recurrence, from, to time.Time) ([]Date, error) {
	var all []Date
	seen := map[int64]bool{}
	for {
		part, err := r.Expand(from, to)
		if err != nil {
			return nil, err
		}
		before := len(all)
		for _, d := range part {
			if key := store.Millis(d.Key); !seen[key] {
				seen[key] = true
				all = append(all, d)
			}
		}
		if len(part) < icalMaxDates || len(all) == before {
			return all, nil
		}
		from = part[len(part)-1].Start
	}
}
