package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"maunium.net/go/mautrix/id"
)

// Signup is a person at a date of an offer.
type Signup struct {
	Offer   int64
	Key     time.Time // the date's identity
	User    id.UserID
	Name    string // what others may see them as; "" without a yes
	Waiting bool   // on the waiting list
	At      time.Time
}

const signupColumns = `offer_id, key, user_id, name, waiting, at`

func scanSignup(scan func(...any) error) (s Signup, err error) {
	var key, at int64
	err = scan(&s.Offer, &key, &s.User, &s.Name, &s.Waiting, &at)
	s.Key, s.At = Time(key), Time(at)
	return s, err
}

// Signups are those who come to a date and those who wait, each in the order
// they signed up.
func Signups(ctx context.Context, q Querier, offer int64, key time.Time) ([]Signup, error) {
	list, err := Collect(ctx, q, scanSignup, `SELECT `+signupColumns+` FROM signup WHERE offer_id = $1 AND key = $2
		ORDER BY waiting, at, user_id`, offer, Millis(key))
	if err != nil {
		return nil, fmt.Errorf("read sign-ups: %w", err)
	}
	return list, nil
}

// SignupOf is a person's sign-up for a date, or ErrNotFound.
func SignupOf(ctx context.Context, q Querier, offer int64, key time.Time, user id.UserID) (Signup, error) {
	s, err := scanSignup(q.QueryRowContext(ctx, `SELECT `+signupColumns+` FROM signup
		WHERE offer_id = $1 AND key = $2 AND user_id = $3`, offer, Millis(key), user).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return s, ErrNotFound
	}
	return s, err
}

// SignupsBy are a person's sign-ups, in order of the dates' keys.
func SignupsBy(ctx context.Context, q Querier, user id.UserID) ([]Signup, error) {
	list, err := Collect(ctx, q, scanSignup, `SELECT `+signupColumns+` FROM signup WHERE user_id = $1 ORDER BY key, offer_id`, user)
	if err != nil {
		return nil, fmt.Errorf("read a person's sign-ups: %w", err)
	}
	return list, nil
}

// LeftSignups are the sign-ups for an offer of those who are in none of our
// rooms of its network any more. Where a room's members are not known for sure,
// everybody may be in it.
func LeftSignups(ctx context.Context, q Querier, network string, offer int64) ([]Signup, error) {
	if any, err := inAny(ctx, q, network); err != nil || !any {
		return nil, err
	}
	list, err := Collect(ctx, q, scanSignup, `SELECT `+signupColumns+` FROM signup s WHERE offer_id = $1 AND NOT `+maybeMember+`
		ORDER BY key, at, user_id`, offer, network)
	if err != nil {
		return nil, fmt.Errorf("read sign-ups: %w", err)
	}
	return list, nil
}

// CountSignups is how many come to a date and how many wait.
func CountSignups(ctx context.Context, q Querier, offer int64, key time.Time) (going, waiting int, err error) {
	err = q.QueryRowContext(ctx, `SELECT count(*) FILTER (WHERE waiting = 0), count(*) FILTER (WHERE waiting = 1)
		FROM signup WHERE offer_id = $1 AND key = $2`, offer, Millis(key)).Scan(&going, &waiting)
	if err != nil {
		return 0, 0, fmt.Errorf("count sign-ups: %w", err)
	}
	return going, waiting, nil
}

// PutSignup stores a sign-up, or changes its name and whether it waits; its
// place in the order stays.
func (tx *Tx) PutSignup(ctx context.Context, s Signup) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO signup (offer_id, key, user_id, name, waiting, at) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (offer_id, key, user_id) DO UPDATE SET name = excluded.name, waiting = excluded.waiting`,
		s.Offer, Millis(s.Key), s.User, s.Name, s.Waiting, Millis(s.At))
	if err == nil {
		err = tx.noteKnown(ctx, s)
	}
	if err != nil {
		return fmt.Errorf("sign up: %w", err)
	}
	return nil
}

// DropSignup removes a sign-up with all ways it was said; it is false if there
// was none.
func (tx *Tx) DropSignup(ctx context.Context, offer int64, key time.Time, user id.UserID) (bool, error) {
	dropped, err := tx.changed(ctx, `DELETE FROM signup WHERE offer_id = $1 AND key = $2 AND user_id = $3`, offer, Millis(key), user)
	if err == nil {
		_, err = tx.ExecContext(ctx, `DELETE FROM signup_way WHERE offer_id = $1 AND key = $2 AND user_id = $3`, offer, Millis(key), user)
	}
	if err != nil {
		return false, fmt.Errorf("sign off: %w", err)
	}
	return dropped, nil
}

// MoveSignups gives the sign-ups and reminders of a date to the one that took
// its place under a new key.
func (tx *Tx) MoveSignups(ctx context.Context, offer int64, from, to time.Time) error {
	for _, table := range []string{"signup", "signup_way", "reminder"} {
		query := fmt.Sprintf(`UPDATE OR IGNORE %s SET key = $1 WHERE offer_id = $2 AND key = $3`, table)
		if _, err := tx.ExecContext(ctx, query, Millis(to), offer, Millis(from)); err != nil {
			return fmt.Errorf("move sign-ups: %w", err)
		}
	}
	return nil
}

// freePlaces asks for the offers to be looked after that a person signed up
// for, who is about to be erased: others may move up.
func (tx *Tx) freePlaces(ctx context.Context, user id.UserID) error {
	list, err := Collect(ctx, tx, func(scan func(...any) error) (n int64, err error) { return n, scan(&n) },
		`SELECT DISTINCT offer_id FROM signup WHERE user_id = $1 ORDER BY offer_id`, user)
	if err != nil {
		return fmt.Errorf("read a person's sign-ups: %w", err)
	}
	if len(list) == 0 {
		return nil
	}
	raw, err := json.Marshal(MendOffersArgs{Offers: list})
	if err != nil {
		return fmt.Errorf("write arguments of job: %w", err)
	}
	// by chance, so that the key does not tell who it was
	_, err = tx.AddJob(ctx, Job{Key: MendOffersKind + "/left/" + rand.Text(), Kind: MendOffersKind, Args: string(raw)})
	return err
}
