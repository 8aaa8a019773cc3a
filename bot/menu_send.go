package bot

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/rs/zerolog"
	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"buffet/store"
)

// mayPublish tells which state events our power level in a room allows. What
// the room does not say is not allowed.
func (b *Bot) mayPublish(ctx context.Context, room id.RoomID) (func(event.Type) bool, error) {
	cli := b.Account.Client
	levels, err := cli.StateStore.GetPowerLevels(ctx, room)
	if err != nil {
		return nil, fmt.Errorf("read power levels: %w", err)
	}
	return func(kind event.Type) bool {
		return levels != nil && levels.GetUserLevel(cli.UserID) >= levels.GetEventLevel(kind)
	}, nil
}

// publish sends what the power level allows. Each event is noted before it is
// sent, and ticked off after; what a process that died may have sent is looked
// up first. In a room that is not ours any more nothing is kept.
func (b *Bot) publish(ctx context.Context, room id.RoomID, list []stateEvent, keep bool) error {
	may, err := b.mayPublish(ctx, room)
	if err != nil {
		return err
	}
	allowed := list[:0:0]
	for _, e := range list {
		if !keep || may(e.kind) { // what the library knew of a room is forgotten with it
			allowed = append(allowed, e)
		}
	}
	if keep && len(allowed) > 0 {
		err := b.Store.Write(ctx, func(tx *store.Tx) error {
			if _, err := store.RoomIn(ctx, tx, room); err != nil {
				return err // upgraded meanwhile
			}
			for _, e := range allowed {
				if err := tx.PutPublished(ctx, room, e.row(false)); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return store.Ignore(err)
		}
	}
	for _, e := range allowed {
		if err := b.publishOne(ctx, room, e); errors.Is(err, mautrix.MForbidden) {
			b.Log.Info().Stringer("room_id", room).Msg("the room does not let us publish commands")
			return nil // a change of our power level will tell
		} else if err != nil {
			return err
		}
		if !keep {
			continue
		}
		if err := b.Store.Write(ctx, func(tx *store.Tx) error {
			if _, err := store.RoomIn(ctx, tx, room); err != nil {
				return err
			}
			if e.withdrawn() {
				return tx.DropPublished(ctx, room, e.row(true))
			}
			return tx.PutPublished(ctx, room, e.row(true))
		}); err != nil {
			return store.Ignore(err)
		}
	}
	return nil
}

func (b *Bot) publishOne(ctx context.Context, room id.RoomID, e stateEvent) error {
	cli := b.Account.Client
	ctx = zerolog.Nop().WithContext(ctx) // a job's log is no place for the library's requests
	if e.unsure {
		var there map[string]any
		// not cli.StateEvent, which would note it for a room that may be forgotten
		_, err := cli.MakeRequest(ctx, http.MethodGet, cli.BuildClientURL("v3", "rooms", room, "state", e.kind.Type, e.key), nil, &there)
		switch {
		case err == nil && hashOf(there) == e.hash, errors.Is(err, mautrix.MNotFound) && e.withdrawn():
			return nil
		case err != nil && !errors.Is(err, mautrix.MNotFound):
			return fmt.Errorf("read published command: %w", err)
		}
	}
	if _, err := cli.SendStateEvent(ctx, room, e.kind, e.key, e.content); err != nil {
		return fmt.Errorf("publish command: %w", err)
	}
	return nil
}
