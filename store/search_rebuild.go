package store

import (
	"context"
	"fmt"

	"buffet/lang"
)

// indexVersion changes whenever the tables have to be filled anew.
const indexVersion = 1

// rebuildBatch is how many documents are indexed in one transaction.
const rebuildBatch = 2000

// rebuild makes the search index anew if it was made by another analysis. One
// that was broken off begins again.
func (s *Store) rebuild(ctx context.Context) error {
	want := lang.AnalysisVersion*1000 + indexVersion
	var have int
	if err := s.writer.QueryRowContext(ctx, `SELECT version FROM search_version`).Scan(&have); err != nil {
		return fmt.Errorf("read index version: %w", err)
	}
	if have == want {
		return nil
	}
	if err := s.Write(ctx, func(tx *Tx) error { return tx.clearIndex(ctx) }); err != nil {
		return fmt.Errorf("build index: %w", err)
	}
	for _, batch := range []func(context.Context, *Tx, int64) (int64, error){rebuildContributions, rebuildOffers} {
		for last, more := int64(0), true; more; {
			err := s.Write(ctx, func(tx *Tx) error {
				at, err := batch(ctx, tx, last)
				last, more = at, at != last
				return err
			})
			if err != nil {
				return fmt.Errorf("build index: %w", err)
			}
		}
	}
	if _, err := s.writer.ExecContext(ctx, `UPDATE search_version SET version = $1`, want); err != nil {
		return fmt.Errorf("build index: %w", err)
	}
	return nil
}

func (tx *Tx) clearIndex(ctx context.Context) error {
	for _, query := range []string{`UPDATE search_version SET version = 0`, `DELETE FROM search_posting`, `DELETE FROM search_gram`,
		`DELETE FROM search_term`, `DELETE FROM search_doc`, `DELETE FROM search_scope`} {
		if _, err := tx.ExecContext(ctx, query); err != nil {
			return err
		}
	}
	return nil
}

func rebuildContributions(ctx context.Context, tx *Tx, after int64) (last int64, err error) {
	list, err := contributions(ctx, tx, `c.id > $1 ORDER BY c.id LIMIT $2`, after, rebuildBatch)
	last = after
	for _, c := range list {
		if err := tx.index(ctx, c); err != nil {
			return last, err
		}
		last = c.ID
	}
	return last, err
}

func rebuildOffers(ctx context.Context, tx *Tx, after int64) (last int64, err error) {
	list, err := Collect(ctx, tx, scanOffer, `SELECT `+offerColumns+` FROM offer f WHERE f.id > $1 ORDER BY f.id LIMIT $2`, after, rebuildBatch)
	last = after
	for _, o := range list {
		if o.Status != OfferWithdrawn {
			if err := tx.indexDocument(ctx, offerDocument(&o)); err != nil {
				return last, err
			}
		}
		last = o.ID
	}
	return last, err
}
