package store

import (
	"context"
	"fmt"
	"time"
)

// CountPeople is how many people are signed up, or wait, for dates of an offer
// that have not begun.
func CountPeople(ctx context.Context, q Querier, offer int64, now time.Time) (n int, err error) {
	err = q.QueryRowContext(ctx, `SELECT count(DISTINCT s.user_id) FROM signup s JOIN occurrence d ON d.offer_id = s.offer_id AND d.key = s.key
		WHERE s.offer_id = $1 AND d.start_at > $2`, offer, Millis(now)).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count sign-ups: %w", err)
	}
	return n, nil
}

// MostGoing is how many people come to that date of an offer to which most
// come, of those that have not begun.
func MostGoing(ctx context.Context, q Querier, offer int64, now time.Time) (n int, err error) {
	err = q.QueryRowContext(ctx, `SELECT COALESCE(max(n), 0) FROM (SELECT count(*) AS n FROM signup s
		JOIN occurrence d ON d.offer_id = s.offer_id AND d.key = s.key
		WHERE s.offer_id = $1 AND s.waiting = 0 AND d.status = 'active' AND d.start_at > $2 GROUP BY s.key)`, offer, Millis(now)).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count sign-ups: %w", err)
	}
	return n, nil
}
