package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// ModelUse is what a language model did and what it cost.
type ModelUse struct {
	In, Out int64 // tokens
	Cost    int64 // millionths of the currency of the config
}

// ModelMonth is the month that a use at that time counts for.
func ModelMonth(at time.Time) string { return at.UTC().Format("2006-01") }

// ModelUseOf is what a network used in a month, with what is reserved.
func ModelUseOf(ctx context.Context, q Querier, network, month string) (ModelUse, error) {
	var u ModelUse
	err := q.QueryRowContext(ctx, `SELECT tokens_in, tokens_out, cost_micro FROM model_use WHERE network = $1 AND month = $2`, network, month).
		Scan(&u.In, &u.Out, &u.Cost)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return ModelUse{}, fmt.Errorf("read use of the model: %w", err)
	}
	return u, nil
}

// ReserveModelUse counts a request before it is made, with what it may use at
// most. It counts nothing and says no if the network would have more than
// tokens, in and out together, or cost; 0 is no limit. SettleModelUse makes it
// what was really used; after a crash the reservation stays.
func (tx *Tx) ReserveModelUse(ctx context.Context, network, month string, use ModelUse, tokens, cost int64) (bool, error) {
	had, err := ModelUseOf(ctx, tx, network, month)
	if err != nil {
		return false, err
	}
	if tokens > 0 && had.In+had.Out+use.In+use.Out > tokens || cost > 0 && had.Cost+use.Cost > cost {
		return false, nil
	}
	return true, tx.addModelUse(ctx, network, month, use)
}

// SettleModelUse puts what was used in the place of what was reserved.
func (tx *Tx) SettleModelUse(ctx context.Context, network, month string, reserved, used ModelUse) error {
	return tx.addModelUse(ctx, network, month, ModelUse{In: used.In - reserved.In, Out: used.Out - reserved.Out, Cost: used.Cost - reserved.Cost})
}

func (tx *Tx) addModelUse(ctx context.Context, network, month string, u ModelUse) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO model_use (network, month, tokens_in, tokens_out, cost_micro) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (network, month) DO UPDATE SET tokens_in = tokens_in + excluded.tokens_in,
		tokens_out = tokens_out + excluded.tokens_out, cost_micro = cost_micro + excluded.cost_micro`, network, month, u.In, u.Out, u.Cost)
	if err != nil {
		return fmt.Errorf("count use of the model: %w", err)
	}
	return nil
}
