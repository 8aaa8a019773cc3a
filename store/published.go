package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"maunium.net/go/mautrix/id"
)

// Published is a state event of ours in a room, for clients' menus.
type Published struct {
	Type string // of the event
	Key  string // its state key
	Hash string // of the content that the homeserver has
	Sent bool   // false: it was about to be sent, and may have been
}

// begun stands before the hash of what is not known to have been sent.
const begun = "?"

// PublishedIn are the state events that we have in a room.
func PublishedIn(ctx context.Context, q Querier, room id.RoomID) ([]Published, error) {
	list, err := Collect(ctx, q, func(scan func(...any) error) (p Published, err error) {
		err = scan(&p.Type, &p.Key, &p.Hash)
		p.Sent = p.Hash == "" || p.Hash[:1] != begun
		if !p.Sent {
			p.Hash = p.Hash[1:]
		}
		return p, err
	}, `SELECT event_type, state_key, hash FROM published WHERE room_id = $1 ORDER BY event_type, state_key`, room)
	if err != nil {
		return nil, fmt.Errorf("read what is published: %w", err)
	}
	return list, nil
}

// PutPublished notes what is sent, or about to be.
func (tx *Tx) PutPublished(ctx context.Context, room id.RoomID, p Published) error {
	hash := p.Hash
	if !p.Sent {
		hash = begun + hash
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO published (room_id, event_type, state_key, hash) VALUES ($1, $2, $3, $4)
		ON CONFLICT (room_id, event_type, state_key) DO UPDATE SET hash = excluded.hash`, room, p.Type, p.Key, hash)
	if err != nil {
		return fmt.Errorf("note what is published: %w", err)
	}
	return nil
}

// DropPublished forgets what was withdrawn.
func (tx *Tx) DropPublished(ctx context.Context, room id.RoomID, p Published) error {
	_, err := tx.ExecContext(ctx, `DELETE FROM published WHERE room_id = $1 AND event_type = $2 AND state_key = $3`, room, p.Type, p.Key)
	return err
}

// Topics are the topics of a network's offers with dates after now, each as
// often as offers have it.
func Topics(ctx context.Context, q Querier, network string, now time.Time) (all []string, err error) {
	_, err = Collect(ctx, q, func(scan func(...any) error) (none struct{}, err error) {
		var text string
		if err = scan(&text); err != nil {
			return none, err
		}
		var topics []string
		err = json.Unmarshal([]byte(text), &topics)
		all = append(all, topics...)
		return none, err
	}, `SELECT f.topics FROM offer f WHERE f.network = $1 AND f.status = 'active' AND f.topics NOT IN ('[]', 'null')
		AND EXISTS (SELECT 1 FROM occurrence d WHERE d.offer_id = f.id AND d.status = 'active' AND d.end_at > $2) ORDER BY f.id`,
		network, Millis(now))
	if err != nil {
		return nil, fmt.Errorf("read topics: %w", err)
	}
	return all, nil
}
