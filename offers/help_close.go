package offers

import (
	"context"
	"fmt"
	"time"

	"buffet/store"
)

// CloseHelp ends what somebody looked for or offered: it is listed no more.
// ReopenHelp takes that back. Posts that show it are mended. The caller makes
// sure that they may.
func CloseHelp(ctx context.Context, tx *store.Tx, o store.Offer, now time.Time) error {
	return setHelp(ctx, tx, o, store.OfferWithdrawn, now)
}

// ReopenHelp is described with CloseHelp.
func ReopenHelp(ctx context.Context, tx *store.Tx, o store.Offer, now time.Time) error {
	return setHelp(ctx, tx, o, store.OfferActive, now)
}

func setHelp(ctx context.Context, tx *store.Tx, o store.Offer, status string, now time.Time) error {
	w, err := tx.OfferWriter(ctx)
	if err != nil {
		return err
	}
	defer w.Close()
	o.Status, o.Changed = status, now
	o.Sequence++
	if err := w.Update(ctx, &o); err != nil {
		return fmt.Errorf("close help: %w", err)
	}
	return askMend(ctx, tx, o.Network, mendArgs{Offers: []int64{o.ID}}, now)
}
