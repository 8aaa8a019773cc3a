package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// tookPlace: the offer's source may name it no more when it is over.
const tookPlace = ` AND d.status = 'active' AND (f.status = 'active' OR f.status = 'withdrawn' AND f.changed_at >= d.end_at)`

// Starting are the dates with an hour that start after from and until to, and
// take place.
func Starting(ctx context.Context, q Querier, from, to time.Time) ([]OfferDate, error) {
	list, err := Collect(ctx, q, scanOfferDate, `SELECT `+offerColumns+`, `+occurrenceColumns+` FROM occurrence d CROSS JOIN offer f ON f.id = d.offer_id
		WHERE d.start_at > $1 AND d.start_at <= $2 AND d.all_day = 0 AND d.status = 'active' AND f.status = 'active'
		AND EXISTS (SELECT 1 FROM announcement_item i WHERE i.offer_id = d.offer_id AND i.key = d.key)
		ORDER BY d.start_at, f.number, d.key`, Millis(from), Millis(to))
	if err != nil {
		return nil, fmt.Errorf("read what starts: %w", err)
	}
	return list, nil
}

// NextStart is when the next announced date with an hour starts after from and
// until to; zero if none does.
func NextStart(ctx context.Context, q Querier, from, to time.Time) (time.Time, error) {
	var at int64
	err := q.QueryRowContext(ctx, `SELECT d.start_at FROM occurrence d WHERE d.start_at > $1 AND d.start_at <= $2 AND d.all_day = 0
		AND EXISTS (SELECT 1 FROM announcement_item i WHERE i.offer_id = d.offer_id AND i.key = d.key)
		ORDER BY d.start_at LIMIT 1`, Millis(from), Millis(to)).Scan(&at)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return time.Time{}, fmt.Errorf("read what starts next: %w", err)
	}
	return Time(at), nil
}

// EndedDate is a date that is over.
type EndedDate struct {
	Network string
	Offer   int64
	Occurrence
}

// Ended are the announced dates that ended after from and until to, took place
// and have no Afterword in each room of theirs; not those of kind help. Of the date only its key and
// times are filled in.
func Ended(ctx context.Context, q Querier, from, to time.Time) ([]EndedDate, error) {
	list, err := Collect(ctx, q, func(scan func(...any) error) (e EndedDate, err error) {
		var key, start, end int64
		err = scan(&e.Network, &e.Offer, &key, &start, &end, &e.AllDay)
		e.Key, e.Start, e.End = Time(key), Time(start), Time(end)
		return e, err
	}, `SELECT f.network, d.offer_id, d.key, d.start_at, d.end_at, d.all_day FROM occurrence d CROSS JOIN offer f ON f.id = d.offer_id
		WHERE d.end_at > $1 AND d.end_at <= $2 AND f.kind <> 'help'`+tookPlace+`
		AND EXISTS (SELECT 1 FROM announcement_item i JOIN announcement a ON a.outbox_key = i.outbox_key
			WHERE i.offer_id = d.offer_id AND i.key = d.key AND NOT EXISTS (
				SELECT 1 FROM afterword w WHERE w.offer_id = d.offer_id AND w.key = d.key AND w.room_id = a.room_id))
		ORDER BY d.end_at, d.offer_id, d.key`, Millis(from), Millis(to))
	if err != nil {
		return nil, fmt.Errorf("read what is over: %w", err)
	}
	return list, nil
}
