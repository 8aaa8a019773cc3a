package bot

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"
)

// roomGuard makes sending fail closed. The library encrypts only if it knows
// that a room is encrypted, and only for members it knows; right after a join
// it knows neither. So the guard asks the homeserver once per room and start.
type roomGuard struct {
	client *mautrix.Client
	known  sync.Map // id.RoomID -> struct{}
}

// Ensure returns nil only when the room's encryption, and in an encrypted
// room its members, are known.
func (g *roomGuard) Ensure(ctx context.Context, room id.RoomID) error {
	if _, ok := g.known.Load(room); ok {
		return nil
	}
	var enc event.EncryptionEventContent // StateEvent writes into the state store as well
	err := g.client.StateEvent(ctx, room, event.StateEncryption, "", &enc)
	if err != nil && !errors.Is(err, mautrix.MNotFound) {
		return fmt.Errorf("ask whether the room is encrypted: %w", err)
	}
	if err == nil {
		if err := g.members(ctx, room); err != nil {
			return err
		}
	}
	g.known.Store(room, struct{}{})
	return nil
}

// members makes sure that the room's members are known.
func (g *roomGuard) members(ctx context.Context, room id.RoomID) error {
	fetched, err := g.client.StateStore.HasFetchedMembers(ctx, room)
	if err != nil || fetched {
		return err
	}
	if _, err := g.client.Members(ctx, room); err != nil {
		return fmt.Errorf("read members: %w", err)
	}
	return nil
}

// Forget is for a room that we are out of, or that turned encrypted.
func (g *roomGuard) Forget(room id.RoomID) { g.known.Delete(room) }
