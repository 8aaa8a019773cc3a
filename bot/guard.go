package bot

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/crypto"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"
)

// roomGuard makes sending fail closed. The library encrypts only if it knows
// that a room is encrypted, and only for members it knows; right after a join
// it knows neither. So the guard asks the homeserver once per room and start.
type roomGuard struct {
	client *mautrix.Client
	crypto crypto.Store
	asked  sync.Map // id.RoomID -> bool: it has an encryption event, whatever it says
}

var errDowngrade = errors.New("the room was encrypted and now claims not to be")

// Ensure returns nil only when the room's encryption, and in an encrypted
// room its members, are known. A room that was encrypted once stays so: if
// its state says otherwise, nothing is sent.
func (g *roomGuard) Ensure(ctx context.Context, room id.RoomID) error {
	if err := g.ask(ctx, room); err != nil {
		return err
	}
	now, err := g.client.StateStore.IsEncrypted(ctx, room)
	if err != nil {
		return fmt.Errorf("read whether the room is encrypted: %w", err)
	}
	if now {
		g.asked.Store(room, true)
		return g.members(ctx, room)
	}
	if was, _ := g.asked.Load(room); was == true {
		return errDowngrade
	}
	return nil
}

// ask makes sure that it is known whether the room is encrypted.
func (g *roomGuard) ask(ctx context.Context, room id.RoomID) error {
	if _, ok := g.asked.Load(room); !ok {
		var enc event.EncryptionEventContent // StateEvent writes into the state store as well
		err := g.client.StateEvent(ctx, room, event.StateEncryption, "", &enc)
		if err != nil && !errors.Is(err, mautrix.MNotFound) {
			return fmt.Errorf("ask whether the room is encrypted: %w", err)
		}
		g.asked.Store(room, err == nil)
	}
	return nil
}

// Encrypted tells whether a room is encrypted or ever was, as far as is known.
func (g *roomGuard) Encrypted(ctx context.Context, room id.RoomID) (bool, error) {
	if was, _ := g.asked.Load(room); was == true {
		return true, nil
	}
	return g.client.StateStore.IsEncrypted(ctx, room)
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
	// who came or went meanwhile is not known: what comes next gets a new key
	if err := g.crypto.RemoveOutboundGroupSession(ctx, room); err != nil {
		return fmt.Errorf("renew key: %w", err)
	}
	return nil
}

var errUnlisted = errors.New("the homeserver does not list the one it is for yet")

// Reaches returns nil only when a person is known to be in the room, or invited:
// only then they get the key. A homeserver may list a room's members late, so
// those of a direct chat that was just opened may lack the one it is for.
func (g *roomGuard) Reaches(ctx context.Context, room id.RoomID, user id.UserID) error {
	if g.client.StateStore.IsInvited(ctx, room, user) { // or joined
		return nil
	}
	if _, err := g.client.Members(ctx, room); err != nil {
		return fmt.Errorf("read members: %w", err)
	}
	if !g.client.StateStore.IsInvited(ctx, room, user) {
		return errUnlisted
	}
	return nil
}

// Forget is for a room that we come into or are out of.
func (g *roomGuard) Forget(room id.RoomID) { g.asked.Delete(room) }
