package store

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// Occurrence is one date of an offer. Key is the start it was first planned
// for; it stays when the date moves. All times are instants in UTC.
type Occurrence struct {
	Offer      int64
	Key        time.Time
	Start, End time.Time
	AllDay     bool
	Cancelled  bool
	Title      string // where this date differs from its series, else ""; see Own
	Location   string
	URL        string
}

// Nothing is the place or the link of a date that has none, though its series has.
const Nothing = "-"

// Own is a text of a date, of its own or else its offer's.
func Own(date, offer string) string {
	if date == Nothing {
		return ""
	}
	return cmp.Or(date, offer)
}

const occurrenceColumns = `d.offer_id, d.key, d.start_at, d.end_at, d.all_day, d.status = 'cancelled', d.title, d.location, d.url`

func (d *Occurrence) fields(key, start, end *int64) []any {
	return []any{&d.Offer, key, start, end, &d.AllDay, &d.Cancelled, &d.Title, &d.Location, &d.URL}
}

func scanOccurrence(scan func(...any) error) (d Occurrence, err error) {
	var key, start, end int64
	err = scan(d.fields(&key, &start, &end)...)
	d.Key, d.Start, d.End = Time(key), Time(start), Time(end)
	return d, err
}

// Dates are an offer's laid-out dates that start at from or later or are
// still running then, in order of their start. limit below 0: all.
func Dates(ctx context.Context, q Querier, offer int64, from time.Time, limit int) ([]Occurrence, error) {
	return Collect(ctx, q, scanOccurrence, `SELECT `+occurrenceColumns+` FROM occurrence d
		WHERE d.offer_id = $1 AND (d.start_at >= $2 OR d.end_at > $2) ORDER BY d.start_at, d.key LIMIT $3`, offer, Millis(from), limit)
}

// OfferDate is one date together with its offer.
type OfferDate struct {
	Offer Offer
	Date  Occurrence
}

func scanOfferDate(scan func(...any) error) (od OfferDate, err error) {
	var topics string
	var expanded, changed, key, start, end int64
	if err = scan(append(od.Offer.fields(&topics, &expanded, &changed), od.Date.fields(&key, &start, &end)...)...); err != nil {
		return od, err
	}
	od.Offer.Expanded, od.Offer.Changed = Time(expanded), Time(changed)
	od.Date.Key, od.Date.Start, od.Date.End = Time(key), Time(start), Time(end)
	return od, json.Unmarshal([]byte(topics), &od.Offer.Topics)
}

// Window is which dates to read: those that start before To and are not over
// at From. Dates that do not take place are named only if they were to start
// before Cancelled.
type Window struct {
	Network             string
	Kind                string // "" for all
	From, To, Cancelled time.Time
}

const windowWhere = ` FROM occurrence d JOIN offer f ON f.id = d.offer_id
	WHERE d.start_at < $1 AND (d.start_at >= $2 OR d.end_at > $2)
	AND ((d.status = 'active' AND f.status = 'active') OR (d.start_at < $3 AND f.status <> 'withdrawn'))
	AND +f.network = $4 AND ($5 = '' OR f.kind = $5)`

func (w Window) args() []any {
	return []any{Millis(w.To), Millis(w.From), Millis(w.Cancelled), w.Network, w.Kind}
}

// OfferDates are the dates in a window, in order of their start; limit below
// 0: all.
func OfferDates(ctx context.Context, q Querier, w Window, limit, offset int) ([]OfferDate, error) {
	list, err := Collect(ctx, q, scanOfferDate, `SELECT `+offerColumns+`, `+occurrenceColumns+windowWhere+`
		ORDER BY d.start_at, f.number, d.key LIMIT $6 OFFSET $7`, append(w.args(), limit, offset)...)
	if err != nil {
		return nil, fmt.Errorf("read dates: %w", err)
	}
	return list, nil
}

// windowDates finds what windowWhere finds, but looks at no offer: which ones
// are out of question is read once, from an index. They are few, unless most
// offers are another network's.
const windowDates = ` FROM occurrence d
	WHERE d.start_at < $1 AND (d.start_at >= $2 OR d.end_at > $2)
	AND d.offer_id NOT IN (SELECT id FROM offer WHERE network <> $4 OR status = 'withdrawn')
	AND ($5 = '' OR +d.offer_id IN (SELECT id FROM offer WHERE network = $4 AND kind = $5))
	AND ((d.status = 'active' AND d.offer_id NOT IN (SELECT id FROM offer WHERE status = 'cancelled')) OR d.start_at < $3)`

// CountDates counts the dates in a window.
func CountDates(ctx context.Context, q Querier, w Window) (n int, err error) {
	if err = q.QueryRowContext(ctx, `SELECT count(*)`+windowDates, w.args()...).Scan(&n); err != nil {
		return 0, fmt.Errorf("count dates: %w", err)
	}
	return n, nil
}

// WindowDates are all dates in a window, in no order.
func WindowDates(ctx context.Context, q Querier, w Window) ([]Occurrence, error) {
	list, err := Collect(ctx, q, scanOccurrence, `SELECT `+occurrenceColumns+windowDates, w.args()...)
	if err != nil {
		return nil, fmt.Errorf("read dates: %w", err)
	}
	return list, nil
}

// WindowOffers are the offers that may have dates in a window, by id.
func WindowOffers(ctx context.Context, q Querier, w Window) (map[int64]*Offer, error) {
	list, err := Collect(ctx, q, scanOffer, `SELECT `+offerColumns+` FROM offer f WHERE f.network = $1 AND ($2 = '' OR f.kind = $2)
		AND f.status <> 'withdrawn' AND f.id IN (SELECT offer_id FROM occurrence WHERE start_at < $3 AND (start_at >= $4 OR end_at > $4))`,
		w.Network, w.Kind, Millis(w.To), Millis(w.From))
	if err != nil {
		return nil, fmt.Errorf("read offers: %w", err)
	}
	offers := make(map[int64]*Offer, len(list))
	for i := range list {
		offers[list[i].ID] = &list[i]
	}
	return offers, nil
}

// ForgetDates removes dates that were over before then, and who came to them
// or was to be reminded of them; also of those that were planned for a time
// before then and are gone.
func (tx *Tx) ForgetDates(ctx context.Context, before time.Time) error {
	if _, err := tx.ExecContext(ctx, `DELETE FROM occurrence WHERE start_at < $1 AND end_at < $1`, Millis(before)); err != nil {
		return err
	}
	for _, table := range []string{"signup", "signup_way", "reminder"} {
		_, err := tx.ExecContext(ctx, fmt.Sprintf(`DELETE FROM %[1]s WHERE key < $1 AND NOT EXISTS (
			SELECT 1 FROM occurrence d WHERE d.offer_id = %[1]s.offer_id AND d.key = %[1]s.key)`, table), Millis(before))
		if err != nil {
			return fmt.Errorf("forget sign-ups: %w", err)
		}
	}
	return nil
}

// Date is the offer's date of that key, or ErrNotFound.
func Date(ctx context.Context, q Querier, offer int64, key time.Time) (Occurrence, error) {
	d, err := scanOccurrence(q.QueryRowContext(ctx, `SELECT `+occurrenceColumns+` FROM occurrence d
		WHERE d.offer_id = $1 AND d.key = $2`, offer, Millis(key)).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return d, ErrNotFound
	}
	return d, err
}

// NextDate is an offer's date that is next or running at now, or, when all
// are over, its last; the zero Occurrence if it has none.
func NextDate(ctx context.Context, q Querier, offer int64, now time.Time) (Occurrence, error) {
	list, err := Dates(ctx, q, offer, now, 1)
	if err == nil && len(list) == 0 {
		list, err = Collect(ctx, q, scanOccurrence, `SELECT `+occurrenceColumns+` FROM occurrence d
			WHERE d.offer_id = $1 ORDER BY d.start_at DESC LIMIT 1`, offer)
	}
	if err != nil || len(list) == 0 {
		return Occurrence{}, err
	}
	return list[0], nil
}
