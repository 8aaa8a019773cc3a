package store

import (
	"context"
	"fmt"
	"time"

	"maunium.net/go/mautrix/id"
)

// Quote is a line of a digest, or an answer to "kurz", that rests on what
// somebody said.
type Quote struct {
	Network  string     `json:"network"`
	Room     id.RoomID  `json:"room"` // where the digest is posted
	Audience string     `json:"audience"`
	State    string     `json:"state"`
	Event    id.EventID `json:"event,omitempty"` // what was said
	Who      string     `json:"name,omitempty"`
	Text     string     `json:"text,omitempty"` // "": it is not kept
	Made     time.Time  `json:"made"`
}

// QuotesOf are the quotes of a person, newest first.
func QuotesOf(ctx context.Context, q Querier, user id.UserID) ([]Quote, error) {
	list, err := Collect(ctx, q, func(scan func(...any) error) (k Quote, err error) {
		var at int64
		err = scan(&k.Network, &k.Room, &k.Audience, &k.State, &k.Event, &k.Who, &k.Text, &at)
		k.Made = Time(at)
		return k, err
	}, `SELECT d.network, d.room_id, d.audience, d.state, s.event_id, coalesce(l.who, ''), coalesce(l.text, ''), d.made_at
		FROM digest_source s JOIN digest d ON d.id = s.digest_id
		LEFT JOIN digest_line l ON l.digest_id = s.digest_id AND l.seq = s.seq
		WHERE s.author = $1 AND s.author <> '' ORDER BY d.made_at DESC, d.id DESC, s.seq, s.n`, user)
	if err != nil {
		return nil, fmt.Errorf("read quotes of a person: %w", err)
	}
	return list, nil
}
