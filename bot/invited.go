package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"buffet/store"
)

// invited decides about an invitation: rooms of a network, rooms that an
// organiser invites to, and direct chats with members are accepted; others
// are declined, and the operator sees why.
func (b *Bot) invited(ctx context.Context, in store.Incoming) error {
	var state []*event.Event
	if err := json.Unmarshal([]byte(in.Content), &state); err != nil {
		return b.tick(ctx, in, nil)
	}
	room, err := b.invitation(ctx, in, state)
	if err != nil {
		return err
	}
	cli := b.Account.Client
	if room == nil {
		b.Log.Warn().Stringer("room_id", in.Room).Msg("invitation declined: neither a room of a network nor from one of its people")
		if _, err := cli.LeaveRoom(ctx, in.Room); err != nil && !refused(err) {
			return fmt.Errorf("decline invitation: %w", err)
		}
		return b.tick(ctx, in, nil)
	}
	if err := b.Store.Write(ctx, func(tx *store.Tx) error { return tx.PutRoom(ctx, *room) }); err != nil {
		return err
	}
	if _, err := cli.JoinRoomByID(ctx, in.Room); errors.Is(err, mautrix.MForbidden) || errors.Is(err, mautrix.MNotFound) {
		b.Log.Warn().Err(err).Stringer("room_id", in.Room).Msg("invitation was taken back")
	} else if err != nil {
		return fmt.Errorf("accept invitation: %w", err)
	}
	if room.Network == "" && room.Direct == "" { // a space: its rooms are next
		b.lookAgain()
	}
	return b.tick(ctx, in, nil)
}

// refused tells whether the homeserver will not do a thing, however often it
// is asked; an invitation that came twice was declined already.
func refused(err error) bool {
	var http mautrix.HTTPError
	return errors.As(err, &http) && http.Response != nil && (http.IsStatus(400) || http.IsStatus(403) || http.IsStatus(404))
}

// invitation is the room to join, or nil to decline. As long as not all is
// known that could speak for it, it is not declined.
func (b *Bot) invitation(ctx context.Context, in store.Incoming, state []*event.Event) (*store.Room, error) {
	room := in.Room
	known, err := b.Store.Room(ctx, room)
	if err == nil {
		return &known, nil
	} else if !errors.Is(err, store.ErrNotFound) {
		return nil, err
	}
	var from id.UserID
	var before id.RoomID
	direct, space := false, false
	for _, evt := range state {
		if evt.Type.Type == event.StateMember.Type && evt.StateKey != nil && *evt.StateKey == b.Account.Client.UserID.String() {
			from = evt.Sender
			direct, _ = evt.Content.Raw["is_direct"].(bool)
		}
		if evt.Type.Type == event.StateCreate.Type {
			space = evt.Content.Raw["type"] == "m.space"
			before = predecessor(evt.Content.Raw)
		}
	}
	n, later := b.configured(ctx, room)
	switch {
	case n != nil && space:
		return &store.Room{ID: room}, nil
	case n != nil:
		return &store.Room{ID: room, Network: n.Name}, nil
	case later != nil && !direct && in.Attempts+1 < store.Tries:
		return nil, later // it may be of another network than who invites
	}
	if old, err := b.Store.Room(ctx, before); err == nil {
		// a successor whose tombstone is not here yet; only those may bring us there who could have made it
		if n := b.Network(old.Network); n != nil {
			if may, err := b.isOrganiser(ctx, n, before, from); err != nil || may {
				return &store.Room{ID: room, Network: n.Name, Followed: origin(old)}, err
			}
		}
	}
	if direct {
		shared, err := b.sharedNetworks(ctx, from)
		if err != nil {
			return nil, err
		}
		if len(shared) > 0 || b.organiserOf(from) != nil {
			return &store.Room{ID: room, Direct: from}, nil
		}
		return nil, errors.Join(later, b.allMembers(ctx))
	}
	if n := b.organiserOf(from); n != nil && !space {
		return &store.Room{ID: room, Network: n.Name}, nil
	}
	return nil, later
}

// allMembers fails if the members of one of our rooms are not to be had.
func (b *Bot) allMembers(ctx context.Context) error {
	rooms, err := b.Store.Rooms(ctx, "")
	for _, r := range rooms {
		if err == nil && !r.Joined.IsZero() {
			err = b.guard.members(ctx, r.ID)
		}
	}
	return err
}

// configured is the network whose config names the room or space. An error says
// that one may do so that cannot be looked up now.
func (b *Bot) configured(ctx context.Context, room id.RoomID) (n *Network, later error) {
	ctx = mautrix.WithMaxRetries(ctx, 0) // the invitation comes again
	for i := range b.Networks {
		n := &b.Networks[i]
		for _, name := range slices.Concat(n.Rooms, n.Spaces) {
			got, err := resolve(ctx, b.Account.Client, name)
			if errors.Is(err, mautrix.MNotFound) {
				continue
			} else if err != nil {
				later = fmt.Errorf("resolve alias: %w", err)
				continue
			}
			if got == room {
				return n, nil
			}
		}
	}
	if n, err := b.inSpace(ctx, room); n != nil {
		return n, nil
	} else if err != nil {
		later = errors.Join(later, err)
	}
	return nil, later
}

var errSpaceLater = errors.New("a configured space is not read yet")

// inSpace is the network in whose space a room lies.
func (b *Bot) inSpace(ctx context.Context, room id.RoomID) (n *Network, err error) {
	spaces := 0
	b.spaces.Range(func(space, name any) bool {
		spaces++
		var child map[string]any
		e := b.Account.Client.StateEvent(ctx, space.(id.RoomID), event.StateSpaceChild, room.String(), &child)
		if e == nil && child["via"] != nil {
			n = b.Network(name.(string))
		} else if e != nil && !errors.Is(e, mautrix.MNotFound) {
			err = fmt.Errorf("ask space: %w", e)
		}
		return n == nil
	})
	for i := range b.Networks {
		spaces -= len(b.Networks[i].Spaces)
	}
	if n == nil && spaces < 0 {
		return nil, errors.Join(err, errSpaceLater) // tried again: the invitation to the space comes with this one
	}
	return n, err
}

func (b *Bot) organiserOf(user id.UserID) *Network {
	for i := range b.Networks {
		if slices.Contains(b.Networks[i].Organisers, user) {
			return &b.Networks[i]
		}
	}
	return nil
}
