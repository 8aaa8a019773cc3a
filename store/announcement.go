package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"maunium.net/go/mautrix/id"
)

// Announcement is a post that shows dates and must stay true until its window
// is over. Key is its message's key in the outbox.
type Announcement struct {
	Key      string
	Room     id.RoomID
	Filter   string    // JSON, offers.Filter
	From, To time.Time // the window it covers
	Late     time.Time // the planned time, if it was posted late
	BodyHash string    // of the text last shown
	Edits    int
}

// AnnouncementItem is a date as an announcement last showed it.
type AnnouncementItem struct {
	Offer    int64
	Key      time.Time
	Start    time.Time
	Location string
	Status   string // OfferActive or OfferCancelled
	Seat     int    // its place in a numbered post, from 1; it stays when dates move
}

// PutAnnouncement notes a post and the dates in it, or what it shows now.
func (tx *Tx) PutAnnouncement(ctx context.Context, a Announcement, items []AnnouncementItem) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO announcement (outbox_key, room_id, filter, from_at, to_at, late, body_hash, edits)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (outbox_key) DO UPDATE SET body_hash = excluded.body_hash, edits = excluded.edits`,
		a.Key, a.Room, a.Filter, Millis(a.From), Millis(a.To), Millis(a.Late), a.BodyHash, a.Edits)
	if err != nil {
		return fmt.Errorf("note announcement: %w", err)
	}
	tx.attend = true // what it shows may start soon
	if _, err := tx.ExecContext(ctx, `DELETE FROM announcement_item WHERE outbox_key = $1`, a.Key); err != nil {
		return fmt.Errorf("note announcement: %w", err)
	}
	for _, i := range items {
		_, err := tx.ExecContext(ctx, `INSERT INTO announcement_item (outbox_key, offer_id, key, start_at, location, status, seat)
			VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (outbox_key, offer_id, key) DO NOTHING`,
			a.Key, i.Offer, Millis(i.Key), Millis(i.Start), i.Location, i.Status, i.Seat)
		if err != nil {
			return fmt.Errorf("note announced date: %w", err)
		}
	}
	return nil
}

// OpenAnnouncements are the posts whose window is not over at now, in order of
// their windows.
func OpenAnnouncements(ctx context.Context, q Querier, now time.Time) ([]Announcement, error) {
	scan := func(scan func(...any) error) (a Announcement, err error) {
		var from, to, late int64
		err = scan(&a.Key, &a.Room, &a.Filter, &from, &to, &late, &a.BodyHash, &a.Edits)
		a.From, a.To, a.Late = Time(from), Time(to), Time(late)
		return a, err
	}
	return Collect(ctx, q, scan, `SELECT outbox_key, room_id, filter, from_at, to_at, late, body_hash, edits
		FROM announcement WHERE to_at > $1 ORDER BY from_at, outbox_key`, Millis(now))
}

// AnnouncementRoom is the room of the post of that key, or ErrNotFound.
func AnnouncementRoom(ctx context.Context, q Querier, key string) (room id.RoomID, err error) {
	err = q.QueryRowContext(ctx, `SELECT room_id FROM announcement WHERE outbox_key = $1`, key).Scan(&room)
	if errors.Is(err, sql.ErrNoRows) {
		err = ErrNotFound
	}
	return room, err
}

// AnnouncementItems are the dates that a post shows.
func AnnouncementItems(ctx context.Context, q Querier, key string) ([]AnnouncementItem, error) {
	scan := func(scan func(...any) error) (i AnnouncementItem, err error) {
		var at, start int64
		err = scan(&i.Offer, &at, &start, &i.Location, &i.Status, &i.Seat)
		i.Key, i.Start = Time(at), Time(start)
		return i, err
	}
	return Collect(ctx, q, scan, `SELECT offer_id, key, start_at, location, status, seat FROM announcement_item
		WHERE outbox_key = $1 ORDER BY start_at, offer_id, key`, key)
}

// Announced are the offers that a post with an open window shows.
func Announced(ctx context.Context, q Querier, now time.Time) (map[int64]bool, error) {
	ids, err := Collect(ctx, q, func(scan func(...any) error) (n int64, err error) { return n, scan(&n) },
		`SELECT DISTINCT i.offer_id FROM announcement a JOIN announcement_item i ON i.outbox_key = a.outbox_key WHERE a.to_at > $1`, Millis(now))
	if err != nil {
		return nil, fmt.Errorf("read announced offers: %w", err)
	}
	set := make(map[int64]bool, len(ids))
	for _, n := range ids {
		set[n] = true
	}
	return set, nil
}

// MoveAnnounced lets posts follow a date whose source gave it a new identity;
// what they last showed of it stays.
func (tx *Tx) MoveAnnounced(ctx context.Context, offer int64, from, to time.Time) error {
	_, err := tx.ExecContext(ctx, `UPDATE announcement_item SET key = $1 WHERE offer_id = $2 AND key = $3 AND NOT EXISTS (
		SELECT 1 FROM announcement_item o WHERE o.outbox_key = announcement_item.outbox_key AND o.offer_id = $2 AND o.key = $1)`,
		Millis(to), offer, Millis(from))
	if err != nil {
		return fmt.Errorf("move announced date: %w", err)
	}
	return nil
}
