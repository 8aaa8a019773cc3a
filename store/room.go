package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"maunium.net/go/mautrix/id"
)

// Room is a room the bot belongs in.
type Room struct {
	ID       id.RoomID
	Network  string    // "" for a direct chat
	Direct   id.UserID // the one person of a direct chat
	Joined   time.Time // zero: not joined
	Followed id.RoomID // the room that this one replaced by an upgrade
	Last     id.EventID
}

const roomColumns = `room_id, network, direct, joined_at, followed, last_event`

func scanRoom(scan func(...any) error) (r Room, err error) {
	var at int64
	err = scan(&r.ID, &r.Network, &r.Direct, &at, &r.Followed, &r.Last)
	r.Joined = Time(at)
	return r, err
}

// Room is the room of that id, or ErrNotFound.
func (s *Store) Room(ctx context.Context, room id.RoomID) (Room, error) {
	return RoomIn(ctx, s.reader, room)
}

// RoomIn is the same as q sees it: inside a transaction or out of it.
func RoomIn(ctx context.Context, q Querier, room id.RoomID) (Room, error) {
	return getRoom(ctx, q, `room_id = $1`, room)
}

// DirectRoom is the direct chat with a person, or ErrNotFound. Of somebody who
// wants nothing stored it is known by their hash (ForgetPerson).
func (s *Store) DirectRoom(ctx context.Context, user id.UserID) (Room, error) {
	return DirectRoomIn(ctx, s.reader, user, s.HashPerson(user))
}

// DirectRoomIn is the same as q sees it; hash is theirs (HashPerson).
func DirectRoomIn(ctx context.Context, q Querier, user id.UserID, hash string) (Room, error) {
	return getRoom(ctx, q, `direct IN ($1, $2) AND joined_at > 0 `+theirsFirst+` LIMIT 1`, user, hash)
}

// theirsFirst is the order of direct chats: a second one may have been opened
// while the homeserver failed, and they are in one of them.
const theirsFirst = `ORDER BY EXISTS (SELECT 1 FROM mx_user_profile p
	WHERE p.room_id = room.room_id AND p.user_id = room.direct AND p.membership = 'join') DESC, joined_at DESC`

// DirectRoomOf is the direct chat with the person of that hash, as hash makes
// it (HashPerson), or ErrNotFound.
func DirectRoomOf(ctx context.Context, q Querier, hash func(id.UserID) string, of string) (Room, error) {
	list, err := Collect(ctx, q, scanRoom, `SELECT `+roomColumns+` FROM room WHERE direct <> '' AND joined_at > 0 `+theirsFirst)
	if err != nil {
		return Room{}, fmt.Errorf("read direct chats: %w", err)
	}
	for _, r := range list {
		if r.Direct.String() == of || hash(r.Direct) == of {
			return r, nil
		}
	}
	return Room{}, ErrNotFound
}

func getRoom(ctx context.Context, q Querier, where string, args ...any) (Room, error) {
	r, err := scanRoom(q.QueryRowContext(ctx, `SELECT `+roomColumns+` FROM room WHERE `+where, args...).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return r, ErrNotFound
	}
	return r, err
}

// NetworkOf is the name of the network that a room belongs to; of one that is
// not in the books, or of a direct chat, that of what it holds. "" if nobody knows.
func NetworkOf(ctx context.Context, q Querier, room id.RoomID) (name string, err error) {
	err = q.QueryRowContext(ctx, `SELECT COALESCE(
		(SELECT network FROM room WHERE room_id = $1 AND network <> ''),
		(SELECT network FROM contribution WHERE room_id = $1 ORDER BY id DESC LIMIT 1),
		(SELECT network FROM digest WHERE room_id = $1 AND kind = 'weekly' ORDER BY id DESC LIMIT 1), '')`, room).Scan(&name)
	if err != nil {
		return "", fmt.Errorf("read network of room: %w", err)
	}
	return name, nil
}

// Rooms are all rooms, or those of one network.
func (s *Store) Rooms(ctx context.Context, network string) ([]Room, error) {
	return RoomsIn(ctx, s.reader, network)
}

// RoomsIn is the same as q sees it.
func RoomsIn(ctx context.Context, q Querier, network string) ([]Room, error) {
	return Collect(ctx, q, scanRoom, `SELECT `+roomColumns+` FROM room WHERE $1 = '' OR network = $1 ORDER BY room_id`, network)
}

// PutRoom stores what is known of a room; an older joined_at, a direct
// person and a predecessor stay unless r names them.
func (tx *Tx) PutRoom(ctx context.Context, r Room) error {
	if gone, err := Forgotten(ctx, tx, tx.HashPerson(r.Direct)); err == nil && gone {
		r.Direct = id.UserID(tx.HashPerson(r.Direct)) // ForgetPerson
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO room (room_id, network, direct, joined_at, followed) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (room_id) DO UPDATE SET network = excluded.network,
			direct = CASE WHEN excluded.direct = '' THEN room.direct ELSE excluded.direct END,
			joined_at = CASE WHEN excluded.joined_at = 0 THEN room.joined_at ELSE excluded.joined_at END,
			followed = CASE WHEN excluded.followed = '' THEN room.followed ELSE excluded.followed END`,
		r.ID, r.Network, r.Direct, Millis(r.Joined), r.Followed)
	if err != nil {
		return fmt.Errorf("keep room: %w", err)
	}
	return nil
}

// NotDirect notes that a room is no direct chat any more.
func (tx *Tx) NotDirect(ctx context.Context, room id.RoomID) error {
	_, err := tx.ExecContext(ctx, `UPDATE room SET direct = '' WHERE room_id = $1`, room)
	return err
}

// SawEvent notes the newest event of a room's timeline that is safely in.
func (tx *Tx) SawEvent(ctx context.Context, room id.RoomID, e id.EventID) error {
	_, err := tx.ExecContext(ctx, `UPDATE room SET last_event = $1 WHERE room_id = $2`, e, room)
	return err
}

// DropRoom forgets a room that we are out of: its schedules, what waits to be
// said or heard there, and what the Matrix library knows of it. What was
// announced or contributed stays in the books, and so do its settings: we may
// be let in again. Drafts of digests lapse.
func (tx *Tx) DropRoom(ctx context.Context, room id.RoomID, now time.Time) error {
	for _, q := range []string{
		`DELETE FROM room WHERE room_id = $1`,
		`DELETE FROM schedule WHERE room_id = $1`,
		`DELETE FROM published WHERE room_id = $1`,
		`UPDATE inbox SET state = 'done', content = '', sender = '' WHERE room_id = $1 AND state <> 'done' AND kind NOT IN ('invite', 'redaction')`,
		`DELETE FROM mx_room_state WHERE room_id = $1`,
		`DELETE FROM mx_user_profile WHERE room_id = $1`,
		`DELETE FROM crypto_megolm_outbound_session WHERE room_id = $1`,
	} {
		if _, err := tx.ExecContext(ctx, q, room); err != nil {
			return fmt.Errorf("forget room: %w", err)
		}
	}
	if _, err := tx.ExecContext(ctx, `UPDATE outbox SET sent_at = $1, content = '', last_error = 'left the room'
		WHERE room_id = $2 AND sent_at = 0`, Millis(now), room); err != nil {
		return fmt.Errorf("forget room: %w", err)
	}
	return tx.lapseDrafts(ctx, room, now)
}

// MoveRoom moves everything that belongs to a room to its successor. What was
// set in the successor already stays as it is. The messages that contributions
// are stay where they stand (Contribution.EventRoom), and so does how people
// signed up (SignupWay).
func (tx *Tx) MoveRoom(ctx context.Context, from, to id.RoomID) error {
	for _, q := range []string{
		// the successor may have been given the config's schedule already
		`DELETE FROM schedule WHERE room_id = $1 AND origin = 'config' AND EXISTS (
			SELECT 1 FROM schedule o WHERE o.room_id = $2 AND o.origin = 'config')`,
		`UPDATE schedule SET room_id = $1 WHERE room_id = $2`,
		`UPDATE announcement SET room_id = $1 WHERE room_id = $2`,
		`UPDATE outbox SET room_id = $1 WHERE room_id = $2 AND sent_at = 0`,
		`DELETE FROM setting WHERE room_id = $2 AND key IN (SELECT key FROM setting WHERE room_id = $1)`,
		`UPDATE setting SET room_id = $1 WHERE room_id = $2`,
		`UPDATE mark SET room_id = $1 WHERE room_id = $2`,
		`UPDATE contribution SET room_id = $1 WHERE room_id = $2`,
		`UPDATE digest SET room_id = $1 WHERE room_id = $2`,
		`UPDATE digest_post SET room_id = $1 WHERE room_id = $2 AND outbox_key IN (SELECT key FROM outbox WHERE room_id = $1 AND sent_at = 0)`,
		`UPDATE OR REPLACE subscription SET room_id = $1 WHERE room_id = $2`,
		`UPDATE offer SET room_id = $1 WHERE room_id = $2`,
		`UPDATE proposal SET room_id = $1 WHERE room_id = $2`,
		`UPDATE afterword SET room_id = $1 WHERE room_id = $2`,
	} {
		if _, err := tx.ExecContext(ctx, q, to, from); err != nil {
			return fmt.Errorf("move room: %w", err)
		}
	}
	if err := tx.settleMeaning(ctx, to); err != nil {
		return err
	}
	return tx.MoveScope(ctx, RoomScope(from), RoomScope(to))
}

// SyncState is where the sync stands: the token, "" before the first, and
// when the bot first started; zero if never.
func (s *Store) SyncState(ctx context.Context) (token string, first time.Time, err error) {
	var at int64
	err = s.writer.QueryRowContext(ctx, `SELECT next_batch, first_start FROM sync_state WHERE id = 1`).Scan(&token, &at)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return token, Time(at), err
}

// FirstStart notes the first start; later ones change nothing.
func (tx *Tx) FirstStart(ctx context.Context, now time.Time) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO sync_state (id, next_batch, first_start) VALUES (1, '', $1)
		ON CONFLICT (id) DO NOTHING`, Millis(now))
	return err
}

// SaveToken notes that everything up to token is safely in.
func (tx *Tx) SaveToken(ctx context.Context, token string) error {
	_, err := tx.ExecContext(ctx, `UPDATE sync_state SET next_batch = $1 WHERE id = 1`, token)
	return err
}
