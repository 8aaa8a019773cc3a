package bot

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/crypto"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"
	"maunium.net/go/mautrix/sqlstatestore"
)

// roomGuard makes sending fail closed. The library encrypts only if it knows
// that a room is encrypted, and only for members it knows; right after a join
// it knows neither. So the guard asks the homeserver once per room and start.
type roomGuard struct {
	client *mautrix.Client
	crypto crypto.Store
	asked  sync.Map // id.RoomID -> bool: it has an encryption event, whatever it says
	moved  sync.Map // id.RoomID -> *atomic.Int64: how often the sync told of members
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
	_, err = g.fetch(ctx, room)
	return err
}

// memberTries is how often members are asked for that come and go meanwhile.
const memberTries = 5

var errMoving = errors.New("members come and go while they are read")

// fetch reads a room's members and keeps them. The library's own request would
// undo what the sync brings while the answer travels, and hide that it could
// not keep them.
func (g *roomGuard) fetch(ctx context.Context, room id.RoomID) ([]*event.Event, error) {
	for range memberTries {
		moves := g.moves(room).Load()
		var resp mautrix.RespMembers
		if _, err := g.client.MakeRequest(ctx, http.MethodGet, g.client.BuildClientURL("v3", "rooms", room, "members"), nil, &resp); err != nil {
			return nil, fmt.Errorf("read members: %w", err)
		}
		for _, evt := range resp.Chunk {
			_ = evt.Content.ParseRaw(evt.Type)
		}
		if err := g.keep(ctx, room, resp.Chunk, moves); err == nil {
			return resp.Chunk, nil
		} else if !errors.Is(err, errMoving) {
			return nil, fmt.Errorf("keep members: %w", err)
		}
	}
	return nil, errMoving
}

// keep puts members in the place of those known, unless the sync told of some
// since. It counts before it stores, so what it stores comes after this
// transaction, or is seen in it.
func (g *roomGuard) keep(ctx context.Context, room id.RoomID, list []*event.Event, moves int64) error {
	states := g.client.StateStore.(*sqlstatestore.SQLStateStore) // cryptohelper makes no other
	return states.DoTxn(ctx, nil, func(ctx context.Context) error {
		if g.moves(room).Load() != moves {
			return errMoving
		}
		fetched, err := states.HasFetchedMembers(ctx, room)
		if err != nil {
			return err
		}
		if err := states.ReplaceCachedMembers(ctx, room, list); err != nil || fetched {
			return err
		}
		// who came or went before is not known: what comes next gets a new key
		return g.crypto.RemoveOutboundGroupSession(ctx, room)
	})
}

func (g *roomGuard) moves(room id.RoomID) *atomic.Int64 {
	n, _ := g.moved.LoadOrStore(room, new(atomic.Int64))
	return n.(*atomic.Int64)
}

// Heard comes before anything of a sync response is stored.
func (g *roomGuard) Heard(res *mautrix.RespSync) {
	for room, data := range res.Rooms.Join {
		// lazily loaded members in the state are as they were
		if data.Timeline.Limited || slices.ContainsFunc(data.Timeline.Events, func(evt *event.Event) bool { return evt.Type.Type == event.StateMember.Type }) {
			g.moves(room).Add(1)
		}
	}
}

// Alone tells whether nobody but that person and we are in a room, or invited.
func (g *roomGuard) Alone(ctx context.Context, room id.RoomID, user id.UserID) (bool, error) {
	if err := g.members(ctx, room); err != nil {
		return false, err
	}
	list, err := g.client.StateStore.GetRoomJoinedOrInvitedMembers(ctx, room)
	if err != nil {
		return false, fmt.Errorf("read members: %w", err)
	}
	return !slices.ContainsFunc(list, func(u id.UserID) bool { return u != user && u != g.client.UserID }), nil
}

var errUnlisted = errors.New("the homeserver does not list the one it is for yet")

// Reaches returns nil only when a person is known to be in the room, or invited:
// only then they get the key. A homeserver may list a room's members late, so
// those of a direct chat that was just opened may lack the one it is for.
func (g *roomGuard) Reaches(ctx context.Context, room id.RoomID, user id.UserID) error {
	if g.client.StateStore.IsInvited(ctx, room, user) { // or joined
		return nil
	}
	if _, err := g.fetch(ctx, room); err != nil {
		return err
	}
	if !g.client.StateStore.IsInvited(ctx, room, user) {
		return errUnlisted
	}
	return nil
}

// Forget is for a room that we come into or are out of.
func (g *roomGuard) Forget(room id.RoomID) {
	g.asked.Delete(room)
	g.moves(room).Add(1)
}
