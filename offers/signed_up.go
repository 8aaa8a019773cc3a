package offers

import (
	"context"
	"slices"

	"maunium.net/go/mautrix/id"

	"buffet/store"
)

// SignedUp is what a person has signed up for in a network and is not over, in
// order of the dates' starts.
func SignedUp(ctx context.Context, tx *store.Tx, v View, network string, user id.UserID) ([]*Joined, error) {
	all, err := store.SignupsBy(ctx, tx, user)
	if err != nil {
		return nil, err
	}
	var list []*Joined
	for _, s := range all {
		i, there, err := DateNow(ctx, tx, s.Offer, s.Key)
		if err != nil {
			return nil, err
		}
		if !there || i.network != network || i.Over(v.Now) {
			continue
		}
		j, err := joined(ctx, tx, v, i, user, false)
		if err != nil {
			return nil, err
		}
		list = append(list, j)
	}
	slices.SortStableFunc(list, func(a, b *Joined) int { return a.Item.Start.Compare(b.Item.Start) })
	return list, nil
}
