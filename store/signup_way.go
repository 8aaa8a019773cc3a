package store

import (
	"context"
	"fmt"
	"time"

	"maunium.net/go/mautrix/id"
)

// SignupWay is an event by which a person said that they come to a date.
type SignupWay struct {
	Event id.EventID
	Offer int64
	Key   time.Time // the date's identity
	User  id.UserID
	Room  id.RoomID  // where it was said
	Poll  id.EventID // of a vote: the poll
}

const wayColumns = `event_id, offer_id, key, user_id, room_id, poll`

func scanWay(scan func(...any) error) (w SignupWay, err error) {
	var key int64
	err = scan(&w.Event, &w.Offer, &key, &w.User, &w.Room, &w.Poll)
	w.Key = Time(key)
	return w, err
}

// PutWay notes a way; it is false, and nothing changes, the second time.
func (tx *Tx) PutWay(ctx context.Context, w SignupWay) (bool, error) {
	added, err := tx.changed(ctx, `INSERT INTO signup_way (event_id, offer_id, key, user_id, room_id, poll) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (event_id, offer_id, key) DO NOTHING`, w.Event, w.Offer, Millis(w.Key), w.User, w.Room, w.Poll)
	if err != nil {
		return false, fmt.Errorf("note how somebody signed up: %w", err)
	}
	return added, nil
}

// DropWay forgets a way and tells how many the person has left for that date.
func (tx *Tx) DropWay(ctx context.Context, w SignupWay) (left int, err error) {
	_, err = tx.ExecContext(ctx, `DELETE FROM signup_way WHERE event_id = $1 AND offer_id = $2 AND key = $3`, w.Event, w.Offer, Millis(w.Key))
	if err == nil {
		err = tx.QueryRowContext(ctx, `SELECT count(*) FROM signup_way WHERE offer_id = $1 AND key = $2 AND user_id = $3`,
			w.Offer, Millis(w.Key), w.User).Scan(&left)
	}
	if err != nil {
		return 0, fmt.Errorf("forget how somebody signed up: %w", err)
	}
	return left, nil
}

// WaysBy are the ways that an event stands for, in order of the dates.
func WaysBy(ctx context.Context, q Querier, e id.EventID) ([]SignupWay, error) {
	return ways(ctx, q, `event_id = $1`, e)
}

// WaysOf are all of a person.
func WaysOf(ctx context.Context, q Querier, user id.UserID) ([]SignupWay, error) {
	return ways(ctx, q, `user_id = $1`, user)
}

// WaysIn are the ways that were said in a room.
func WaysIn(ctx context.Context, q Querier, room id.RoomID) ([]SignupWay, error) {
	return ways(ctx, q, `room_id = $1`, room)
}

// WaysOfPoll are what a person has voted in a poll.
func WaysOfPoll(ctx context.Context, q Querier, poll id.EventID, user id.UserID) ([]SignupWay, error) {
	return ways(ctx, q, `poll = $1 AND poll <> '' AND user_id = $2`, poll, user)
}

func ways(ctx context.Context, q Querier, where string, args ...any) ([]SignupWay, error) {
	list, err := Collect(ctx, q, scanWay, `SELECT `+wayColumns+` FROM signup_way WHERE `+where+` ORDER BY event_id, offer_id, key`, args...)
	if err != nil {
		return nil, fmt.Errorf("read how people signed up: %w", err)
	}
	return list, nil
}

// NoteVote notes when a person's last vote in a poll was sent; it is false, and
// nothing changes, if that vote is older. Of those who want to be forgotten
// nothing is noted.
func (tx *Tx) NoteVote(ctx context.Context, poll id.EventID, user id.UserID, sent time.Time) (bool, error) {
	if gone, err := Forgotten(ctx, tx, tx.HashPerson(user)); err != nil || gone {
		return gone, err
	}
	newest, err := tx.changed(ctx, `INSERT INTO poll_vote (poll, user_id, at) VALUES ($1, $2, $3)
		ON CONFLICT (poll, user_id) DO UPDATE SET at = excluded.at WHERE excluded.at >= at`, poll, user, Millis(sent))
	if err != nil {
		return false, fmt.Errorf("note vote: %w", err)
	}
	return newest, nil
}

// SaidIn are the people who said in a room, for all there to see, that they
// come to a date.
func SaidIn(ctx context.Context, q Querier, room id.RoomID, offer int64, key time.Time) ([]id.UserID, error) {
	list, err := Collect(ctx, q, func(scan func(...any) error) (u id.UserID, err error) { return u, scan(&u) },
		`SELECT DISTINCT user_id FROM signup_way WHERE offer_id = $1 AND key = $2 AND room_id = $3`, offer, Millis(key), room)
	if err != nil {
		return nil, fmt.Errorf("read who signed up in a room: %w", err)
	}
	return list, nil
}

// WaitedFor are the dates of an offer for which somebody waits.
func WaitedFor(ctx context.Context, q Querier, offer int64) ([]time.Time, error) {
	list, err := Collect(ctx, q, func(scan func(...any) error) (t time.Time, err error) {
		var key int64
		err = scan(&key)
		return Time(key), err
	}, `SELECT DISTINCT key FROM signup WHERE offer_id = $1 AND waiting = 1 ORDER BY key`, offer)
	if err != nil {
		return nil, fmt.Errorf("read waiting lists: %w", err)
	}
	return list, nil
}
