package knowledge

import (
	"context"
	"fmt"
	"slices"

	"maunium.net/go/mautrix/id"

	"buffet/lang"
	"buffet/store"
)

// RoomScopes are what every member of a room may see: the room's own, and what
// was widened to its network or to everybody.
func RoomScopes(room id.RoomID, network string) []string {
	return []string{store.RoomScope(room), store.NetworkScope(network), store.PublicScope(network)}
}

// PersonScopes are what a person may see now: those of all rooms that they
// are joined to at this moment. The caller makes sure that the members of the
// rooms are known.
func PersonScopes(ctx context.Context, q store.Querier, user id.UserID) ([]string, error) {
	rooms, err := store.JoinedRooms(ctx, q, user)
	if err != nil {
		return nil, err
	}
	var scopes []string
	seen := map[string]bool{}
	for _, r := range rooms {
		scopes = append(scopes, store.RoomScope(r.ID))
		if r.Network != "" && !seen[r.Network] {
			seen[r.Network] = true
			scopes = append(scopes, store.NetworkScope(r.Network), store.PublicScope(r.Network))
		}
	}
	return scopes, nil
}

// ChatScopes are what everybody may see who reads a direct chat: of the person
// who asks, and of whoever else they let in. We are in all rooms ourselves.
func ChatScopes(ctx context.Context, q store.Querier, chat id.RoomID, user id.UserID) ([]string, error) {
	scopes, err := PersonScopes(ctx, q, user)
	if err != nil {
		return nil, err
	}
	return NarrowToChat(ctx, q, scopes, chat, user)
}

// NarrowToChat leaves of scopes that a person may see those which everybody
// may see whom they let into a direct chat.
func NarrowToChat(ctx context.Context, q store.Querier, scopes []string, chat id.RoomID, user id.UserID) ([]string, error) {
	readers, err := store.JoinedMembers(ctx, q, chat)
	if err != nil {
		return nil, err
	}
	for _, reader := range readers {
		if reader == user {
			continue
		}
		may, err := PersonScopes(ctx, q, reader)
		if err != nil {
			return nil, err
		}
		scopes = slices.DeleteFunc(scopes, func(s string) bool { return !slices.Contains(may, s) })
	}
	return scopes, nil
}

// Number is how people name a question or an experience: F12 and E4, in
// English Q12 and E4; "" for answers.
func Number(c store.Contribution, language string) string {
	letter := map[string]string{store.Question: "F", store.Experience: "E"}[c.Kind]
	if c.Kind == store.Question && language == lang.English {
		letter = "Q"
	}
	if letter == "" || c.Number == 0 {
		return ""
	}
	return fmt.Sprintf("%s%d", letter, c.Number)
}
