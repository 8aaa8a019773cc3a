package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"maunium.net/go/mautrix/id"
)

// Snapshot runs f on the state of one instant, whatever is written meanwhile.
// It holds one of the few readers: f must be quick and use no network.
func (s *Store) Snapshot(ctx context.Context, f func(Querier) error) error {
	tx, err := s.reader.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return fmt.Errorf("begin to read: %w", err)
	}
	defer tx.Rollback()
	return f(tx)
}

// SignedDate is a date that a person signed up for, with its offer.
type SignedDate struct {
	OfferDate
	Waiting bool // on the waiting list
}

// SignedDates are the dates of a network that a person signed up for, as far
// as they are still laid out, in a fixed order: by offer and by key.
func SignedDates(ctx context.Context, q Querier, network string, user id.UserID) ([]SignedDate, error) {
	scan := func(scan func(...any) error) (s SignedDate, err error) {
		s.OfferDate, err = scanOfferDate(func(into ...any) error { return scan(append(into, &s.Waiting)...) })
		return s, err
	}
	list, err := Collect(ctx, q, scan, `SELECT `+offerColumns+`, `+occurrenceColumns+`, s.waiting
		FROM signup s JOIN offer f ON f.id = s.offer_id JOIN occurrence d ON d.offer_id = s.offer_id AND d.key = s.key
		WHERE s.user_id = $1 AND f.network = $2 ORDER BY f.id, d.key`, user, network)
	if err != nil {
		return nil, fmt.Errorf("read dates of a person: %w", err)
	}
	return list, nil
}

// OffersVersion tells one state of a network's calendar from every other: a
// hash of what changes whenever CurrentOffers do. It also tells when anything
// in the network's offers was changed last.
func OffersVersion(ctx context.Context, q Querier, network string) (version [sha256.Size]byte, changed time.Time, err error) {
	rows, err := q.QueryContext(ctx, `SELECT f.id, f.number, f.public_uid, f.revision, f.status, f.hash, f.capacity, f.changed_at, f.expanded_to,
		f.status <> 'withdrawn' AND EXISTS (SELECT 1 FROM occurrence d WHERE d.offer_id = f.id)
		FROM offer f WHERE +f.network = $1 ORDER BY f.id`, network)
	if err != nil {
		return version, changed, fmt.Errorf("read version of offers: %w", err)
	}
	defer rows.Close()
	sum := sha256.New()
	out := json.NewEncoder(sum)
	latest := int64(0)
	for rows.Next() {
		var offer, number, revision, capacity, at, to int64
		var uid, status, hash string
		var current bool
		if err := rows.Scan(&offer, &number, &uid, &revision, &status, &hash, &capacity, &at, &to, &current); err != nil {
			return version, changed, fmt.Errorf("read version of offers: %w", err)
		}
		latest = max(latest, at)
		if !current {
			continue
		}
		if err := out.Encode([]any{offer, number, uid, revision, status, hash, capacity, at, to}); err != nil {
			return version, changed, err
		}
	}
	sum.Sum(version[:0])
	return version, Time(latest), rows.Err()
}

// maybeMember is whether s.user_id is, or may be, joined to one of our rooms of
// the network $2.
const maybeMember = `EXISTS (SELECT 1 FROM room r WHERE r.network = $2 AND r.joined_at > 0 AND (
	NOT EXISTS (SELECT 1 FROM mx_room_state m WHERE m.room_id = r.room_id AND m.members_fetched)
	OR EXISTS (SELECT 1 FROM mx_user_profile p WHERE p.room_id = r.room_id AND p.user_id = s.user_id AND p.membership = 'join')))`

// inAny tells whether we are in a room of a network; else nothing can be said
// of its members.
func inAny(ctx context.Context, q Querier, network string) (in bool, err error) {
	err = q.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM room WHERE network = $1 AND joined_at > 0)`, network).Scan(&in)
	return in, err
}

// MemberOf tells whether a person is joined to one of our rooms of a network.
// Where that hangs on rooms whose members have to be asked for again, these are
// named, and it is false.
func MemberOf(ctx context.Context, q Querier, network string, user id.UserID) (joined bool, unsure []id.RoomID, err error) {
	if user == "" {
		return false, nil, errors.New("nobody is no member")
	}
	rows, err := q.QueryContext(ctx, `SELECT r.room_id,
		EXISTS (SELECT 1 FROM mx_room_state s WHERE s.room_id = r.room_id AND s.members_fetched),
		EXISTS (SELECT 1 FROM mx_user_profile p WHERE p.room_id = r.room_id AND p.user_id = $1 AND p.membership = 'join')
		FROM room r WHERE r.network = $2 AND r.joined_at > 0 ORDER BY r.room_id`, user, network)
	if err != nil {
		return false, nil, fmt.Errorf("read rooms of a network: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var room id.RoomID
		var known, in bool
		if err := rows.Scan(&room, &known, &in); err != nil {
			return false, nil, fmt.Errorf("read rooms of a network: %w", err)
		}
		switch {
		case known && in:
			return true, nil, rows.Err()
		case !known:
			unsure = append(unsure, room)
		}
	}
	return false, unsure, rows.Err()
}
