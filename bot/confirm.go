package bot

import (
	"context"
	"errors"

	"maunium.net/go/mautrix/id"

	"buffet/lang"
	"buffet/store"
)

// asksForYes tells whether a message of ours shows something that wants a yes.
func (b *Bot) asksForYes(ctx context.Context, target id.EventID) (bool, error) {
	key, err := store.KeyOf(ctx, b.Store.Reader(), target)
	if err == nil {
		_, _, err = store.ProposalShown(ctx, b.Store.Reader(), key)
	}
	return err == nil, store.Ignore(err)
}

// answered takes a reaction to such a message as a yes or no.
func (b *Bot) answered(ctx context.Context, in store.Incoming, r reacted) error {
	req, err := b.request(ctx, in)
	if _, ok := lang.AsProblem(err); ok || errors.Is(err, store.ErrNotFound) {
		return b.tick(ctx, in, nil)
	} else if err != nil {
		return err
	}
	req.Text, req.ReplyTo, req.At = r.Sign, r.Target, r.Target
	if err := b.asked(ctx, &req); err != nil {
		return err
	}
	return b.carry(ctx, in, req)
}
