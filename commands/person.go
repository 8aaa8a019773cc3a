package commands

import (
	"context"

	"maunium.net/go/mautrix/id"

	"buffet/offers"
	"buffet/store"
)

// maxPerson is how long a display name may be that is shown beside its user id,
// in characters.
const maxPerson = 60

// person is somebody as others of a network are told who it is: by the name
// that they go by there, and by their id, for names can be anything.
func person(ctx context.Context, q store.Querier, network string, user id.UserID) (string, error) {
	name, err := store.NetworkName(ctx, q, network, user)
	if err != nil {
		return "", err
	}
	if name = shorten(offers.Clean(name, maxPerson), maxPerson); name == "" {
		return user.String(), nil
	}
	return name + " (" + user.String() + ")", nil
}
