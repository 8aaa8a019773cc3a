package digest

import (
	"context"
	"errors"
	"math"
	"time"

	"buffet/store"
)

// errBudget means that a network's budget of this month is used up.
var errBudget = errors.New("the network's budget of the model is used up")

// Budget bounds what a model may be used for a network in a calendar month
// (UTC). The zero value bounds nothing and counts nothing.
type Budget struct {
	Store  *store.Store // nil: nothing is counted
	Now    func() time.Time
	Tokens int64 // in and out together; 0: no limit
	// What a million tokens cost and what a month may, in a currency of the
	// operator's; 0: nothing, no limit.
	CostIn, CostOut, Cost float64
}

// use is what so many tokens come to.
func (b *Budget) use(in, out int) store.ModelUse {
	return store.ModelUse{In: int64(in), Out: int64(out), Cost: int64(math.Ceil(float64(in)*b.CostIn + float64(out)*b.CostOut))}
}

// reserve counts a request that may need so many tokens at most; settle has to
// be called with what it needed. Without room for it the error is errBudget.
func (b *Budget) reserve(ctx context.Context, network string, in, out int) (settle func(in, out int) error, err error) {
	if b.Store == nil {
		return func(int, int) error { return nil }, nil
	}
	month, most := store.ModelMonth(b.Now()), b.use(in, out)
	ok := false
	err = b.Store.Write(ctx, func(tx *store.Tx) (err error) {
		ok, err = tx.ReserveModelUse(ctx, network, month, most, b.Tokens, int64(math.Round(b.Cost*1e6)))
		return err
	})
	if err == nil && !ok {
		err = errBudget
	}
	if err != nil {
		return nil, err
	}
	return func(in, out int) error {
		ctx := context.WithoutCancel(ctx) // what was used was used
		return b.Store.Write(ctx, func(tx *store.Tx) error {
			return tx.SettleModelUse(ctx, network, month, most, b.use(in, out))
		})
	}, nil
}
