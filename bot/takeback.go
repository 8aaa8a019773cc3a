package bot

import (
	"context"
	"encoding/json"
	"time"

	"maunium.net/go/mautrix/id"

	"buffet/offers"
	"buffet/store"
)

// takeBack handles a redaction.
func (b *Bot) takeBack(ctx context.Context, in store.Incoming) error {
	var r redacted
	if err := json.Unmarshal([]byte(in.Content), &r); err != nil {
		return b.tick(ctx, in, nil)
	}
	return b.tick(ctx, in, func(tx *store.Tx) error {
		if err := tx.DropIncoming(ctx, in.Room, r.Target, twinMark+r.Target); err != nil {
			return err
		}
		return b.undo(ctx, tx, in.Room, r.Target)
	})
}

// undo takes back all that a message or a reaction in a room did that is gone.
func (b *Bot) undo(ctx context.Context, tx *store.Tx, room id.RoomID, e id.EventID) error {
	if err := tx.VoidEvent(ctx, room, e); err != nil {
		return err
	}
	now := time.Now()
	if err := offers.TakeBack(ctx, tx, b.chatView, room, e, now); err != nil {
		return err
	}
	if err := b.Commands.TakeBack(ctx, tx, room, e, now); err != nil {
		return err
	}
	if err := b.untell(ctx, tx, room, e); err != nil {
		return err
	}
	return b.keeper().Redact(ctx, tx, room, e, now)
}
