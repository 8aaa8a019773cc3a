package offers

import (
	"context"

	"maunium.net/go/mautrix/id"

	"buffet/store"
)

// shownName is what others may see a person as who signs up; "" without their
// yes.
func shownName(ctx context.Context, q store.Querier, network string, c Coming, fresh bool) (string, error) {
	named := c.Names == Named
	if c.Names == AsBefore && fresh {
		set, err := store.PersonSetting(ctx, q, c.User, store.SetNamed)
		if err != nil {
			return "", err
		}
		named = set == store.On
	}
	if !named {
		return "", nil
	}
	return NameIn(ctx, q, network, c.Room, c.User)
}

// NameIn is what a person is called in a room of a network; if they are not
// known there, in another room of that network.
func NameIn(ctx context.Context, q store.Querier, network string, room id.RoomID, user id.UserID) (string, error) {
	rooms, err := store.JoinedRooms(ctx, q, user)
	if err != nil {
		return "", err
	}
	other := room
	for _, r := range rooms {
		if r.Network != network {
			continue
		}
		if r.ID == room {
			return store.DisplayName(ctx, q, room, user)
		}
		other = r.ID
	}
	return store.DisplayName(ctx, q, other, user)
}
