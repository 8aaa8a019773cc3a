package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"maunium.net/go/mautrix/id"
)

// The Matrix library keeps rooms' members in mx_user_profile, and in
// mx_room_state whether it has them all.

// JoinedRooms are our rooms that a person is joined to, direct chats included.
// A room whose members have to be asked for again does not count.
func JoinedRooms(ctx context.Context, q Querier, user id.UserID) ([]Room, error) {
	list, err := Collect(ctx, q, scanRoom, `SELECT `+roomColumns+` FROM room WHERE joined_at > 0
		AND EXISTS (SELECT 1 FROM mx_user_profile p WHERE p.room_id = room.room_id AND p.user_id = $1 AND p.membership = 'join')
		AND EXISTS (SELECT 1 FROM mx_room_state s WHERE s.room_id = room.room_id AND s.members_fetched)
		ORDER BY room_id`, user)
	if err != nil {
		return nil, fmt.Errorf("read rooms of a person: %w", err)
	}
	return list, nil
}

// JoinedMembers are those who are joined to a room, us included.
func JoinedMembers(ctx context.Context, q Querier, room id.RoomID) ([]id.UserID, error) {
	list, err := Collect(ctx, q, func(scan func(...any) error) (u id.UserID, err error) { return u, scan(&u) },
		`SELECT user_id FROM mx_user_profile WHERE room_id = $1 AND membership = 'join' ORDER BY user_id`, room)
	if err != nil {
		return nil, fmt.Errorf("read members of a room: %w", err)
	}
	return list, nil
}

// SureMembers are the same, but nobody while they have to be asked for again.
func SureMembers(ctx context.Context, q Querier, room id.RoomID) ([]id.UserID, error) {
	var sure bool
	err := q.QueryRowContext(ctx, `SELECT members_fetched FROM mx_room_state WHERE room_id = $1`, room).Scan(&sure)
	if errors.Is(err, sql.ErrNoRows) || err == nil && !sure {
		return nil, nil
	} else if err != nil {
		return nil, fmt.Errorf("read members of a room: %w", err)
	}
	return JoinedMembers(ctx, q, room)
}

// viaCount is how many servers a link to a room names (Matrix appendices,
// "Routing").
const viaCount = 3

// Via are up to three homeservers that know a room: own, and those with the
// most members.
func Via(ctx context.Context, q Querier, room id.RoomID, own string) ([]string, error) {
	users, err := JoinedMembers(ctx, q, room)
	if err != nil {
		return nil, err
	}
	members := map[string]int{}
	for _, u := range users {
		if server := u.Homeserver(); server != "" && server != own {
			members[server]++
		}
	}
	list := make([]string, 0, len(members)+1)
	for server := range members {
		list = append(list, server)
	}
	slices.SortFunc(list, func(a, b string) int { return cmp.Or(members[b]-members[a], cmp.Compare(a, b)) })
	if own != "" {
		list = slices.Insert(list, 0, own)
	}
	return list[:min(len(list), viaCount)], nil
}

// DisplayName is what a person is called in a room.
func DisplayName(ctx context.Context, q Querier, room id.RoomID, user id.UserID) (string, error) {
	var name string
	err := q.QueryRowContext(ctx, `SELECT displayname FROM mx_user_profile WHERE room_id = $1 AND user_id = $2`, room, user).Scan(&name)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return "", fmt.Errorf("read name of a person: %w", err)
	}
	return cmp.Or(name, user.Localpart(), user.String()), nil
}

// NetworkName is what a person is called in the rooms of a network that they
// are in, "" if that is nothing.
func NetworkName(ctx context.Context, q Querier, network string, user id.UserID) (name string, err error) {
	err = q.QueryRowContext(ctx, `SELECT displayname FROM mx_user_profile m JOIN room r ON r.room_id = m.room_id
		WHERE r.network = $1 AND m.user_id = $2 AND m.membership = 'join' AND displayname <> '' ORDER BY r.room_id LIMIT 1`, network, user).Scan(&name)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return "", fmt.Errorf("read name of a person: %w", err)
	}
	return name, nil
}

// ForgetMembers makes the members of a room asked for again. They are not
// deleted: until the answer is here, an encrypted message would reach nobody.
func (tx *Tx) ForgetMembers(ctx context.Context, room id.RoomID) error {
	if _, err := tx.ExecContext(ctx, forgetMembersSQL, room); err != nil {
		return fmt.Errorf("forget members: %w", err)
	}
	return nil
}

// ForgetMembers is the same outside of a transaction.
func (s *Store) ForgetMembers(ctx context.Context, room id.RoomID) error {
	if _, err := s.writer.ExecContext(ctx, forgetMembersSQL, room); err != nil {
		return fmt.Errorf("forget members: %w", err)
	}
	return nil
}

const forgetMembersSQL = `UPDATE mx_room_state SET members_fetched = false WHERE room_id = $1`
