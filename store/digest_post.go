package store

import (
	"context"
	"fmt"
	"time"

	"maunium.net/go/mautrix/id"
)

// The kinds of posts of a digest.
const (
	PostDraft = "draft" // to an organiser, with numbers
	PostRoom  = "post"
	PostCopy  = "copy" // to a subscriber, or to somebody who asked for it
	PostFile  = "file"
)

// DigestPost is a message of ours that shows a digest. Key is its key in the outbox.
type DigestPost struct {
	Key      string
	Digest   int64
	Kind     string
	Room     id.RoomID
	User     id.UserID // instead of Room
	BodyHash string    // of the text last shown
	Edits    int
}

// PutDigestPost notes a message, or what it shows now.
func (tx *Tx) PutDigestPost(ctx context.Context, p DigestPost) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO digest_post (outbox_key, digest_id, kind, room_id, user_id, body_hash, edits)
		VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (outbox_key) DO UPDATE SET body_hash = excluded.body_hash, edits = excluded.edits`,
		p.Key, p.Digest, p.Kind, p.Room, p.User, p.BodyHash, p.Edits)
	if err != nil {
		return fmt.Errorf("note post of digest: %w", err)
	}
	return nil
}

// DigestPosts are the messages that show a digest.
func DigestPosts(ctx context.Context, q Querier, digest int64) ([]DigestPost, error) {
	return digestPosts(ctx, q, `digest_id = $1 ORDER BY outbox_key`, digest)
}

// DigestPostOf is the message of that outbox key, or ErrNotFound.
func DigestPostOf(ctx context.Context, q Querier, key string) (DigestPost, error) {
	list, err := digestPosts(ctx, q, `outbox_key = $1`, key)
	if err == nil && len(list) == 0 {
		return DigestPost{}, ErrNotFound
	} else if err != nil {
		return DigestPost{}, err
	}
	return list[0], nil
}

func digestPosts(ctx context.Context, q Querier, where string, args ...any) ([]DigestPost, error) {
	list, err := Collect(ctx, q, func(scan func(...any) error) (p DigestPost, err error) {
		return p, scan(&p.Key, &p.Digest, &p.Kind, &p.Room, &p.User, &p.BodyHash, &p.Edits)
	}, `SELECT outbox_key, digest_id, kind, room_id, user_id, body_hash, edits FROM digest_post WHERE `+where, args...)
	if err != nil {
		return nil, fmt.Errorf("read posts of digest: %w", err)
	}
	return list, nil
}

// Subscription is somebody's wish to get digests by direct message.
type Subscription struct {
	User    id.UserID `json:"-"`
	Network string    `json:"network"`
	Room    id.RoomID `json:"room,omitempty"` // "": the network's own digests
	At      time.Time `json:"at"`
}

// Subscribe keeps a subscription; false if it was there before.
func (tx *Tx) Subscribe(ctx context.Context, s Subscription) (bool, error) {
	did, err := tx.changed(ctx, `INSERT INTO subscription (user_id, network, room_id, at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (user_id, network, room_id) DO NOTHING`, s.User, s.Network, s.Room, Millis(s.At))
	if err != nil {
		return false, fmt.Errorf("subscribe: %w", err)
	}
	return did, nil
}

// Unsubscribe ends all subscriptions of a person in a network; false if there
// were none.
func (tx *Tx) Unsubscribe(ctx context.Context, user id.UserID, network string) (bool, error) {
	did, err := tx.changed(ctx, `DELETE FROM subscription WHERE user_id = $1 AND network = $2`, user, network)
	if err != nil {
		return false, fmt.Errorf("unsubscribe: %w", err)
	}
	return did, nil
}

// Subscriptions are those to a digest of a network that is posted in a room;
// with wide, also those to the network's own. They are in order of people.
func Subscriptions(ctx context.Context, q Querier, network string, room id.RoomID, wide bool) ([]Subscription, error) {
	return subscriptions(ctx, q, `network = $1 AND (room_id = $2 OR $3 AND room_id = '') ORDER BY user_id, room_id`, network, room, wide)
}

// SubscriptionsOf are a person's subscriptions.
func SubscriptionsOf(ctx context.Context, q Querier, user id.UserID) ([]Subscription, error) {
	return subscriptions(ctx, q, `user_id = $1 ORDER BY network, room_id`, user)
}

func subscriptions(ctx context.Context, q Querier, where string, args ...any) ([]Subscription, error) {
	list, err := Collect(ctx, q, func(scan func(...any) error) (s Subscription, err error) {
		var at int64
		err = scan(&s.User, &s.Network, &s.Room, &at)
		s.At = Time(at)
		return s, err
	}, `SELECT user_id, network, room_id, at FROM subscription WHERE `+where, args...)
	if err != nil {
		return nil, fmt.Errorf("read subscriptions: %w", err)
	}
	return list, nil
}
