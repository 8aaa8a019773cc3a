package offers

import (
	"context"
	"fmt"
	"iter"

	"buffet/store"
)

// publishBatch is how many offers Publish holds in memory.
const publishBatch = 200

// Publish lists a network's offers for WriteCalendar, in a fixed order: those that are not withdrawn and not long over.
// It reads them bit by bit.
func Publish(ctx context.Context, q store.Querier, network string) iter.Seq2[Published, error] {
	return func(yield func(Published, error) bool) {
		for after := int64(0); ; {
			batch, err := store.CurrentOffers(ctx, q, network, after, publishBatch)
			if err != nil {
				yield(Published{}, fmt.Errorf("read offers of calendar: %w", err))
				return
			}
			for _, o := range batch {
				if !yield(Published{Offer: o}, nil) {
					return
				}
				after = o.ID
			}
			if len(batch) < publishBatch {
				return
			}
		}
	}
}
