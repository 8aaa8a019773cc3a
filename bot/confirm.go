package bot

import (
	"context"
	"errors"

	"buffet/lang"
	"buffet/store"
)

// answered takes a reaction to a message that shows a proposal as a yes or no
// to it. It is false if the message shows none.
func (b *Bot) answered(ctx context.Context, in store.Incoming, r reacted) (bool, error) {
	key, err := store.KeyOf(ctx, b.Store.Reader(), r.Target)
	if err == nil {
		_, _, err = store.ProposalShown(ctx, b.Store.Reader(), key)
	}
	if err != nil {
		return false, store.Ignore(err)
	}
	req, err := b.request(ctx, in)
	if _, ok := lang.AsProblem(err); ok || errors.Is(err, store.ErrNotFound) {
		return true, b.tick(ctx, in, nil)
	} else if err != nil {
		return true, err
	}
	req.Text, req.ReplyTo, req.At = r.Sign, r.Target, r.Target
	if err := b.asked(ctx, &req); err != nil {
		return true, err
	}
	return true, b.carry(ctx, in, req)
}
