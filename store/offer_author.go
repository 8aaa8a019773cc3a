package store

import (
	"context"
	"encoding/json"
	"fmt"

	"maunium.net/go/mautrix/id"
)

// MendOffersKind is the kind of job that has every post say what these offers
// are now.
const MendOffersKind = "mend"

// MendOffersArgs are its arguments.
type MendOffersArgs struct {
	Offers []int64 `json:"offers"`
}

// OffersBy are the offers that a person brought, in the order they did.
func OffersBy(ctx context.Context, q Querier, author id.UserID) ([]Offer, error) {
	list, err := Collect(ctx, q, scanOffer, `SELECT `+offerColumns+` FROM offer f WHERE f.author = $1 AND f.author <> '' ORDER BY f.id`, author)
	if err != nil {
		return nil, fmt.Errorf("read offers of a person: %w", err)
	}
	return list, nil
}

// wipeOffersBy withdraws the offers that a person brought and leaves nothing of
// them but the number and the dates, by which others signed up; a dash is their title. Posts that show
// them are mended.
func (tx *Tx) wipeOffersBy(ctx context.Context, author id.UserID) error {
	list, err := OffersBy(ctx, tx, author)
	if err != nil || len(list) == 0 {
		return err
	}
	var args MendOffersArgs
	for i := range list {
		o := &list[i]
		args.Offers = append(args.Offers, o.ID)
		gone := Offer{ID: o.ID, Network: o.Network, Status: OfferWithdrawn}
		if err := tx.reindexOffer(ctx, o, &gone); err != nil {
			return err
		}
		for _, q := range []string{
			`UPDATE offer SET status = 'withdrawn', sequence = sequence + 1, revision = revision + 1, changed_at = changed_at + 1, title = '–', description = '',
				url = '', location = '', host = '', topics = '[]', hash = '', author = '', room_id = '', material = '' WHERE id = $1`,
			`UPDATE occurrence SET title = '', location = '', url = '' WHERE offer_id = $1`,
			// what single dates said of their own, as offers.Override has it
			`UPDATE offer SET recurrence = json_set(recurrence, '$.overrides', json((SELECT json_group_array(json(json_remove(v.value, '$.title', '$.location', '$.url')))
				FROM json_each(offer.recurrence, '$.overrides') v)))
				WHERE id = $1 AND CASE WHEN json_valid(recurrence) THEN json_type(recurrence, '$.overrides') = 'array' END`,
			`UPDATE afterword SET material = '' WHERE offer_id = $1`,
			`UPDATE announcement_item SET location = '' WHERE offer_id = $1`,
			`DELETE FROM proposal WHERE offer_id = $1`,
			// a calendar that has it, too, is read anew, and its own stands for itself
			`UPDATE feed SET etag = '', last_modified = '' WHERE (network, url) IN (SELECT t.network, t.source FROM offer_twin t WHERE t.offer_id = $1)`,
			`DELETE FROM offer_twin WHERE offer_id = $1`,
		} {
			if _, err := tx.ExecContext(ctx, q, o.ID); err != nil {
				return fmt.Errorf("wipe offer: %w", err)
			}
		}
	}
	raw, err := json.Marshal(args)
	if err != nil {
		return fmt.Errorf("write arguments of job: %w", err)
	}
	// an offer is wiped once: nothing of its author is left in it
	_, err = tx.AddJob(ctx, Job{Key: fmt.Sprintf("%s/wiped/%d", MendOffersKind, list[0].ID), Kind: MendOffersKind, Args: string(raw)})
	return err
}
