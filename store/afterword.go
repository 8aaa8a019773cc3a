package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"maunium.net/go/mautrix/id"
)

// Afterword is a line in an announcement's thread that asks, after a date,
// what people take along.
type Afterword struct {
	Line     string // outbox key of the line
	Post     string // of the announcement
	Room     id.RoomID
	Offer    int64
	Key      time.Time // of the date
	At       time.Time
	Material string // the link to material that was posted after it
}

const afterwordColumns = `w.outbox_key, w.post_key, w.room_id, w.offer_id, w.key, w.at, w.material`

func scanAfterword(scan func(...any) error) (a Afterword, err error) {
	var key, at int64
	err = scan(&a.Line, &a.Post, &a.Room, &a.Offer, &key, &at, &a.Material)
	a.Key, a.At = Time(key), Time(at)
	return a, err
}

// PutAfterword notes a line.
func (tx *Tx) PutAfterword(ctx context.Context, a Afterword) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO afterword (outbox_key, post_key, room_id, offer_id, key, at, material) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (outbox_key) DO UPDATE SET material = excluded.material`, a.Line, a.Post, a.Room, a.Offer, Millis(a.Key), Millis(a.At), a.Material)
	if err != nil {
		return fmt.Errorf("note line after a date: %w", err)
	}
	return nil
}

// AfterwordsUnder are the lines in the thread of that root which were asked
// since then, oldest first.
func AfterwordsUnder(ctx context.Context, q Querier, root id.EventID, since time.Time) ([]Afterword, error) {
	if root == "" {
		return nil, nil
	}
	key, err := KeyOf(ctx, q, root)
	if errors.Is(err, ErrNotFound) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	return Collect(ctx, q, scanAfterword, `SELECT `+afterwordColumns+` FROM afterword w WHERE w.post_key = $1 AND w.at >= $2
		ORDER BY w.at, w.outbox_key`, key, Millis(since))
}

// AfterwordsOf is the line of that outbox key if it was asked since then; no
// other message is one.
func AfterwordsOf(ctx context.Context, q Querier, line string, since time.Time) ([]Afterword, error) {
	return Collect(ctx, q, scanAfterword, `SELECT `+afterwordColumns+` FROM afterword w WHERE w.outbox_key = $1 AND w.at >= $2`, line, Millis(since))
}

// Unshared are the lines since then whose offer has material that was not
// posted under them, newest first.
func Unshared(ctx context.Context, q Querier, since time.Time) ([]Afterword, error) {
	return Collect(ctx, q, scanAfterword, `SELECT `+afterwordColumns+` FROM offer f CROSS JOIN afterword w ON w.offer_id = f.id
		WHERE f.material <> '' AND f.status <> 'withdrawn' AND w.material <> f.material AND w.at >= $1 ORDER BY w.at DESC, w.outbox_key`, Millis(since))
}

// Shown is an announcement that shows a date, as it stands in its room.
type Shown struct {
	Post  string // outbox key
	Room  id.RoomID
	Event id.EventID // "": it is not sent yet
	From  time.Time  // when it was posted
}

// ShownIn are the newest announcements that show a date, one of each room that
// they still stand in.
func ShownIn(ctx context.Context, q Querier, offer int64, key time.Time) ([]Shown, error) {
	list, err := Collect(ctx, q, func(scan func(...any) error) (s Shown, err error) {
		var from int64
		err = scan(&s.Post, &s.Room, &s.Event, &from)
		s.From = Time(from)
		return s, err
	}, `SELECT a.outbox_key, a.room_id, o.event_id, a.from_at FROM announcement_item i
		JOIN announcement a ON a.outbox_key = i.outbox_key
		JOIN outbox o ON o.key = a.outbox_key AND o.room_id = a.room_id
		WHERE i.offer_id = $1 AND i.key = $2 AND (o.sent_at = 0 OR o.event_id <> '')
		ORDER BY a.room_id, a.from_at DESC, a.outbox_key DESC`, offer, Millis(key))
	if err != nil {
		return nil, fmt.Errorf("read where a date was announced: %w", err)
	}
	newest := list[:0]
	for _, s := range list {
		if len(newest) == 0 || newest[len(newest)-1].Room != s.Room {
			newest = append(newest, s)
		}
	}
	return newest, nil
}

// DropAnnouncement forgets a post that somebody took down.
func (tx *Tx) DropAnnouncement(ctx context.Context, key string) error {
	for _, q := range []string{`DELETE FROM announcement WHERE outbox_key = $1`, `DELETE FROM afterword WHERE post_key = $1`} {
		if _, err := tx.ExecContext(ctx, q, key); err != nil {
			return fmt.Errorf("forget announcement: %w", err)
		}
	}
	return nil
}

// EventOf is the event, and its room, that the message of that key became;
// ErrNotFound if it is not sent.
func EventOf(ctx context.Context, q Querier, key string) (e id.EventID, room id.RoomID, err error) {
	err = q.QueryRowContext(ctx, `SELECT event_id, room_id FROM outbox WHERE key = $1 AND event_id <> ''`, key).Scan(&e, &room)
	if errors.Is(err, sql.ErrNoRows) {
		err = ErrNotFound
	}
	return e, room, err
}
