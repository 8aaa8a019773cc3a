package store

import "context"

// CurrentOffers are a network's offers that are not withdrawn and have laid-out
// dates, cancelled ones too; with id above after, in order.
func CurrentOffers(ctx context.Context, q Querier, network string, after int64, limit int) ([]Offer, error) {
	// by id from the start: the index on network would sort all of them for each piece
	return Collect(ctx, q, scanOffer, `SELECT `+offerColumns+` FROM offer f
		WHERE +f.network = $1 AND f.id > $2 AND f.status <> 'withdrawn'
		AND EXISTS (SELECT 1 FROM occurrence d WHERE d.offer_id = f.id) ORDER BY f.id LIMIT $3`, network, after, limit)
}
