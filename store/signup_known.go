package store

import (
	"context"
	"fmt"
	"time"

	"maunium.net/go/mautrix/id"
)

// Known is a sign-up with the date as that person knows it: as it was when
// they signed up, or were last told.
type Known struct {
	Offer    int64
	Key      time.Time
	User     id.UserID
	Name     string    // what others may see them as; "" without a yes
	Start    time.Time // zero: they were told nothing yet
	Location string
	Off      bool
}

const isNow = `start_at = d.start_at, location = CASE d.location WHEN '' THEN f.location WHEN '` + Nothing + `' THEN '' ELSE d.location END,
	off = (d.status <> 'active' OR f.status <> 'active') FROM occurrence d JOIN offer f ON f.id = d.offer_id`

// noteKnown notes what somebody who signs up sees.
func (tx *Tx) noteKnown(ctx context.Context, s Signup) error {
	_, err := tx.ExecContext(ctx, `UPDATE signup SET `+isNow+` WHERE signup.offer_id = $1 AND signup.key = $2 AND signup.user_id = $3
		AND signup.start_at = 0 AND d.offer_id = signup.offer_id AND d.key = signup.key`, s.Offer, Millis(s.Key), s.User)
	return err
}

// KnownOf are the sign-ups for an offer's dates, in order.
func KnownOf(ctx context.Context, q Querier, offer int64) ([]Known, error) {
	list, err := Collect(ctx, q, func(scan func(...any) error) (k Known, err error) {
		var key, start int64
		err = scan(&k.Offer, &key, &k.User, &k.Name, &start, &k.Location, &k.Off)
		k.Key, k.Start = Time(key), Time(start)
		return k, err
	}, `SELECT offer_id, key, user_id, name, start_at, location, off FROM signup WHERE offer_id = $1 ORDER BY key, at, user_id`, offer)
	if err != nil {
		return nil, fmt.Errorf("read who signed up: %w", err)
	}
	return list, nil
}

// ToldKnown notes that a person knows a date as it is now.
func (tx *Tx) ToldKnown(ctx context.Context, k Known) error {
	_, err := tx.ExecContext(ctx, `UPDATE signup SET start_at = $1, location = $2, off = $3 WHERE offer_id = $4 AND key = $5 AND user_id = $6`,
		Millis(k.Start), k.Location, k.Off, k.Offer, Millis(k.Key), k.User)
	if err != nil {
		return fmt.Errorf("note who was told: %w", err)
	}
	return nil
}

// SignedUp are the offers that somebody signed up for.
func SignedUp(ctx context.Context, q Querier) ([]int64, error) {
	list, err := Collect(ctx, q, func(scan func(...any) error) (n int64, err error) { return n, scan(&n) },
		`SELECT DISTINCT offer_id FROM signup`)
	if err != nil {
		return nil, fmt.Errorf("read offers that people signed up for: %w", err)
	}
	return list, nil
}
