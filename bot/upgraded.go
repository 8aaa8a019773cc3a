package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"buffet/store"
)

// origin is the room that config and people first knew.
func origin(r store.Room) id.RoomID {
	if r.Followed != "" {
		return r.Followed
	}
	return r.ID
}

// predecessor is the room that a create event says it replaces.
func predecessor(create map[string]any) id.RoomID {
	p, _ := create["predecessor"].(map[string]any)
	room, _ := p["room_id"].(string)
	return id.RoomID(room)
}

// upgraded follows a room to its successor (m.room.tombstone) with its
// schedules and what waits to be said. Both rooms must say so: a tombstone
// alone could lead into anybody's room.
func (b *Bot) upgraded(ctx context.Context, in store.Incoming) error {
	var t event.TombstoneEventContent
	old, err := b.Store.Room(ctx, in.Room)
	if bad := json.Unmarshal([]byte(in.Content), &t); bad != nil || t.ReplacementRoom == "" || errors.Is(err, store.ErrNotFound) {
		return b.tick(ctx, in, nil)
	} else if err != nil {
		return err
	}
	next := store.Room{ID: t.ReplacementRoom, Network: old.Network, Direct: old.Direct, Followed: origin(old)}
	known, err := b.Store.Room(ctx, next.ID)
	if err == nil && (known.Network != next.Network || known.Direct != next.Direct) {
		b.Log.Warn().Stringer("room_id", old.ID).Msg("room upgrade leads into a room that belongs elsewhere: not followed")
		return b.tick(ctx, in, nil)
	} else if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	err = b.join(ctx, next.ID, []string{in.Sender.Homeserver()})
	tries, _ := patience(in.Kind, err)
	switch {
	case err == nil:
	case old.Network != "" && (errors.Is(err, mautrix.MForbidden) || errors.Is(err, mautrix.MNotFound)):
		// the invitation will come
		return b.follow(ctx, in, old, next)
	case old.Network != "" && in.Attempts+1 >= tries:
		b.Log.Error().Err(err).Stringer("room_id", old.ID).Msg("room upgrade given up: organisers are to invite")
		return b.tick(ctx, in, func(tx *store.Tx) error {
			if err := b.move(ctx, tx, old, next); err != nil {
				return err
			}
			return b.tellOutside(ctx, tx, in, old, "", "bot_upgrade_late")
		})
	default:
		return fmt.Errorf("follow room upgrade: %w", err)
	}
	var create map[string]any
	if err := b.Account.Client.StateEvent(ctx, next.ID, event.StateCreate, "", &create); err != nil {
		return fmt.Errorf("read successor: %w", err)
	}
	if predecessor(create) != old.ID {
		b.Log.Warn().Stringer("room_id", old.ID).Msg("room upgrade leads into a room that knows nothing of it: not followed")
		if _, err := b.Account.Client.LeaveRoom(ctx, next.ID); err != nil {
			return fmt.Errorf("leave again: %w", err)
		}
		return b.tick(ctx, in, nil)
	}
	next.Joined = time.Now()
	return b.follow(ctx, in, old, next)
}

func (b *Bot) follow(ctx context.Context, in store.Incoming, old, next store.Room) error {
	return b.tick(ctx, in, func(tx *store.Tx) error { return b.move(ctx, tx, old, next) })
}

// move lets a room's successor take its place.
func (b *Bot) move(ctx context.Context, tx *store.Tx, old, next store.Room) error {
	if menu, err := store.PublishedIn(ctx, tx, old.ID); err != nil {
		return err
	} else if len(menu) > 0 {
		if err := b.planMenu(ctx, tx, menuArgs{Room: old.ID, Withdraw: menu}, time.Now()); err != nil {
			return err
		}
	}
	if err := tx.PutRoom(ctx, next); err != nil {
		return err
	}
	if err := tx.MoveRoom(ctx, old.ID, next.ID); err != nil {
		return err
	}
	return tx.DropRoom(ctx, old.ID, time.Now())
}

// left forgets a room that we were removed from.
func (b *Bot) left(ctx context.Context, in store.Incoming) error {
	b.guard.Forget(in.Room)
	room, err := b.Store.Room(ctx, in.Room)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	return b.tick(ctx, in, func(tx *store.Tx) error {
		if room.Joined.After(in.Sent) {
			return nil // we were let in again since
		}
		return tx.DropRoom(ctx, in.Room, time.Now())
	})
}
