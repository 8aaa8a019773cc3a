package store

import (
	"context"
	"fmt"
	"time"
)

// What is known of two offers.
const (
	TwinLater = -1 // organisers are to be asked whether they are the same
	TwinSame  = 1  // they are one
	TwinNamed = 2  // they are one, for the source names it by that offer's UID
)

// OfferTwin is an offer of a source that may be the same as one that is there.
type OfferTwin struct {
	Network, Source, UID string
	Offer                int64 // the one that is there
	Same                 int
	Sequence             int    // of a member's offer: its own when the source last changed it; else the source's
	Hash                 string // of what the source said last

	// of that offer, as it is
	Status, Owner string // its status, and its source
	Now           int    // its sequence
}

const twinColumns = `t.network, t.source, t.uid, t.offer_id, t.same, t.sequence, t.hash, coalesce(f.status, 'withdrawn'), coalesce(f.source, ''), coalesce(f.sequence, 0)
	FROM offer_twin t LEFT JOIN offer f ON f.id = t.offer_id`

func scanTwin(scan func(...any) error) (t OfferTwin, err error) {
	return t, scan(&t.Network, &t.Source, &t.UID, &t.Offer, &t.Same, &t.Sequence, &t.Hash, &t.Status, &t.Owner, &t.Now)
}

// TwinsFrom is what is known of the offers of a source.
func TwinsFrom(ctx context.Context, q Querier, network, source string) ([]OfferTwin, error) {
	list, err := Collect(ctx, q, scanTwin, `SELECT `+twinColumns+` WHERE t.network = $1 AND t.source = $2 ORDER BY t.uid, t.offer_id`, network, source)
	if err != nil {
		return nil, fmt.Errorf("read twins of offers: %w", err)
	}
	return list, nil
}

// TwinsOf are the offers of sources that are the same as this one.
func TwinsOf(ctx context.Context, q Querier, offer int64) ([]OfferTwin, error) {
	list, err := Collect(ctx, q, scanTwin, `SELECT `+twinColumns+` WHERE t.offer_id = $1 AND t.same > 0 ORDER BY t.source, t.uid`, offer)
	if err != nil {
		return nil, fmt.Errorf("read twins of an offer: %w", err)
	}
	return list, nil
}

// TwinsOfSource are the offers of other feeds that are the same as one that is
// that source's.
func TwinsOfSource(ctx context.Context, q Querier, network, source string) ([]OfferTwin, error) {
	list, err := Collect(ctx, q, scanTwin, `SELECT `+twinColumns+` WHERE f.network = $1 AND f.source = $2 AND f.status <> 'withdrawn' AND t.same > 0
		AND t.source <> $2 AND EXISTS (SELECT 1 FROM feed WHERE feed.network = $1 AND feed.url = t.source) ORDER BY t.offer_id, t.source, t.uid`, network, source)
	if err != nil {
		return nil, fmt.Errorf("read twins of offers: %w", err)
	}
	return list, nil
}

// PutTwin stores what is known of two offers.
func (tx *Tx) PutTwin(ctx context.Context, t OfferTwin) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO offer_twin (network, source, uid, offer_id, same, sequence, hash) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (network, source, uid, offer_id) DO UPDATE SET same = excluded.same, sequence = excluded.sequence, hash = excluded.hash`,
		t.Network, t.Source, t.UID, t.Offer, t.Same, t.Sequence, t.Hash)
	if err != nil {
		return fmt.Errorf("note twin of offer: %w", err)
	}
	return nil
}

// DropTwin forgets what is known of two offers.
func (tx *Tx) DropTwin(ctx context.Context, t OfferTwin) error {
	_, err := tx.ExecContext(ctx, `DELETE FROM offer_twin WHERE network = $1 AND source = $2 AND uid = $3 AND offer_id = $4`, t.Network, t.Source, t.UID, t.Offer)
	return err
}

// ReadAnew has a feed read in full next time, also if its server says that
// nothing changed.
func (tx *Tx) ReadAnew(ctx context.Context, network, url string) error {
	_, err := tx.ExecContext(ctx, `UPDATE feed SET etag = '', last_modified = '' WHERE network = $1 AND url = $2`, network, url)
	return err
}

// MoveTwins makes what is known of an offer known of another one, which goes by
// another UID.
func (tx *Tx) MoveTwins(ctx context.Context, from, to int64) error {
	if _, err := tx.ExecContext(ctx, `UPDATE OR REPLACE offer_twin SET offer_id = $1, same = min(same, 1) WHERE offer_id = $2`, to, from); err != nil {
		return fmt.Errorf("move twins of offer: %w", err)
	}
	return nil
}

// SetOfferOwner gives an offer to another source, with the id, the sequence and
// the hash that it has there. Calendar programs see nothing of it.
func (tx *Tx) SetOfferOwner(ctx context.Context, offer int64, source, uid string, sequence int, hash string) error {
	_, err := tx.ExecContext(ctx, `UPDATE offer SET source = $1, uid = $2, sequence = $3, hash = $4 WHERE id = $5`, source, uid, sequence, hash, offer)
	if err != nil {
		return fmt.Errorf("give offer to another source: %w", err)
	}
	return nil
}

// OfferLike is what offers are compared by.
type OfferLike struct {
	ID                               int64
	Number, Sequence                 int
	Source                           string
	Title, Host, Location, URL, Rule string
	Next                             time.Time // start of its next date
}

// OfferLikes are the offers of a network that are not from that source and take
// place at now or later, in the order they came.
func OfferLikes(ctx context.Context, q Querier, network, source string, now time.Time) ([]OfferLike, error) {
	list, err := Collect(ctx, q, func(scan func(...any) error) (l OfferLike, err error) {
		var next int64
		err = scan(&l.ID, &l.Number, &l.Sequence, &l.Source, &l.Title, &l.Host, &l.Location, &l.URL, &l.Rule, &next)
		l.Next = Time(next)
		return l, err
	}, `SELECT * FROM (SELECT f.id, f.number, f.sequence, f.source, f.title, f.host, f.location, f.url, f.rule, (SELECT min(d.start_at) FROM occurrence d
			WHERE d.offer_id = f.id AND d.status = 'active' AND (d.start_at >= $1 OR d.end_at > $1)) AS next
		FROM offer f WHERE f.network = $2 AND f.source <> $3 AND f.status = 'active') WHERE next IS NOT NULL ORDER BY id`, Millis(now), network, source)
	if err != nil {
		return nil, fmt.Errorf("read offers to compare with: %w", err)
	}
	return list, nil
}

// JoinDates gives all that hangs on a date of an offer to a date of another
// one: sign-ups, reminders, and the place in posts.
func (tx *Tx) JoinDates(ctx context.Context, from int64, fromKey time.Time, to int64, toKey time.Time) error {
	for _, table := range []string{"signup", "signup_way", "reminder", "announcement_item"} {
		_, err := tx.ExecContext(ctx, fmt.Sprintf(`UPDATE OR IGNORE %s SET offer_id = $1, key = $2 WHERE offer_id = $3 AND key = $4`, table), to, Millis(toKey), from, Millis(fromKey))
		if err == nil { // who had signed up for both, and posts that show both
			_, err = tx.ExecContext(ctx, fmt.Sprintf(`DELETE FROM %s WHERE offer_id = $1 AND key = $2`, table), from, Millis(fromKey))
		}
		if err != nil {
			return fmt.Errorf("join dates: %w", err)
		}
	}
	return nil
}
