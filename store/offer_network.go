package store

import (
	"context"
	"fmt"
)

// CurrentOffers are a network's offers that are not withdrawn and have laid-out
// dates, cancelled ones too; with id above after, in order.
func CurrentOffers(ctx context.Context, q Querier, network string, after int64, limit int) ([]Offer, error) {
	// by id from the start: the index on network would sort all of them for each piece
	return Collect(ctx, q, scanOffer, `SELECT `+offerColumns+` FROM offer f
		WHERE +f.network = $1 AND f.id > $2 AND f.status <> 'withdrawn'
		AND EXISTS (SELECT 1 FROM occurrence d WHERE d.offer_id = f.id) ORDER BY f.id LIMIT $3`, network, after, limit)
}

// NextOfferNumber is one more than the highest number that a network has.
func NextOfferNumber(ctx context.Context, q Querier, network string) (n int, err error) {
	if err = q.QueryRowContext(ctx, `SELECT coalesce(max(number), 0) + 1 FROM offer WHERE network = $1`, network).Scan(&n); err != nil {
		return 0, fmt.Errorf("number offer: %w", err)
	}
	return n, nil
}
