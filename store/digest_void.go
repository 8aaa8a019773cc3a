package store

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"maunium.net/go/mautrix/id"
)

// MendDigestKind is the kind of the job that keeps the messages true that show
// a digest of which something became void.
const MendDigestKind = "mend-digest"

// MendDigestArgs are that job's arguments.
type MendDigestArgs struct {
	Digest int64 `json:"digest"`
}

// IsDigestSource tells whether a line of a digest rests on that message of
// that person.
func IsDigestSource(ctx context.Context, q Querier, e id.EventID, author id.UserID) (bool, error) {
	var n int
	err := q.QueryRowContext(ctx, `SELECT count(*) FROM digest_source WHERE event_id = $1 AND event_id <> '' AND author = $2`, e, author).Scan(&n)
	if err != nil {
		return false, fmt.Errorf("read sources of digests: %w", err)
	}
	return n > 0, nil
}

// VoidEvent makes the lines void that rest on a message which was edited or
// redacted in its room, and has the messages mended that show them.
func (tx *Tx) VoidEvent(ctx context.Context, room id.RoomID, e id.EventID) error {
	return tx.void(ctx, `s.event_id = $1 AND s.event_id <> '' AND s.room_id = $2`, e, room)
}

// VoidAuthor does so for everything that a person said.
func (tx *Tx) VoidAuthor(ctx context.Context, author id.UserID) error {
	return tx.void(ctx, `s.author = $1 AND s.author <> ''`, author)
}

// ForgetSources does so, and forgets that it was theirs.
func (tx *Tx) ForgetSources(ctx context.Context, author id.UserID) error {
	if err := tx.VoidAuthor(ctx, author); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `UPDATE digest_source SET author = '' WHERE author = $1`, author); err != nil {
		return fmt.Errorf("forget sources: %w", err)
	}
	return nil
}

// voidContribution does so for a contribution whose text or name changed, or
// that is gone.
func (tx *Tx) voidContribution(ctx context.Context, contribution int64) error {
	return tx.void(ctx, `s.contribution_id = $1 AND s.contribution_id > 0`, contribution)
}

// VoidLine makes one line void.
func (tx *Tx) VoidLine(ctx context.Context, digest int64, seq int) error {
	return tx.void(ctx, `s.digest_id = $1 AND s.seq = $2`, digest, seq)
}

// voidNarrowed makes the lines void that rest on a contribution in digests
// which more people read than may now.
func (tx *Tx) voidNarrowed(ctx context.Context, c Contribution) error {
	switch c.Audience {
	case AudiencePublic:
		return nil
	case AudienceNetwork:
		return tx.void(ctx, `s.contribution_id = $1 AND d.audience = 'public'`, c.ID)
	}
	return tx.void(ctx, `s.contribution_id = $1 AND NOT (d.audience = 'room' AND d.room_id = $2)`, c.ID, c.Room)
}

func (tx *Tx) void(ctx context.Context, where string, args ...any) error {
	type line struct {
		digest int64
		seq    int
	}
	list, err := Collect(ctx, tx, func(scan func(...any) error) (l line, err error) { return l, scan(&l.digest, &l.seq) },
		`SELECT DISTINCT s.digest_id, s.seq FROM digest_source s JOIN digest d ON d.id = s.digest_id WHERE `+where+` ORDER BY s.digest_id, s.seq`, args...)
	if err != nil {
		return fmt.Errorf("read what became void: %w", err)
	}
	last := int64(0)
	for _, l := range list {
		// its words go at once: they are not to be found in the file any more
		if _, err := tx.ExecContext(ctx, `UPDATE digest_line SET gone = 'void', text = '', who = '' WHERE digest_id = $1 AND seq = $2`, l.digest, l.seq); err != nil {
			return fmt.Errorf("void line: %w", err)
		}
		if l.digest == last {
			continue
		}
		last = l.digest
		var voids int
		if err := tx.queryRow(ctx, `UPDATE digest SET voids = voids + 1 WHERE id = $1 RETURNING voids`, l.digest).Scan(&voids); err != nil {
			return fmt.Errorf("void line: %w", err)
		}
		if err := tx.MendDigest(ctx, l.digest, strconv.Itoa(voids)); err != nil {
			return err
		}
	}
	return nil
}

// MendDigest plans the job that has a digest's messages shown as they are to
// be now; once per why.
func (tx *Tx) MendDigest(ctx context.Context, digest int64, why string) error {
	args, err := json.Marshal(MendDigestArgs{digest})
	if err != nil {
		return fmt.Errorf("write arguments of job: %w", err)
	}
	_, err = tx.AddJob(ctx, Job{Key: fmt.Sprintf("%s/%d/%s", MendDigestKind, digest, why), Kind: MendDigestKind, Args: string(args)})
	return err
}

// DigestsShowing are the published weekly digests with lines about one of
// these offers, not older than a time.
func DigestsShowing(ctx context.Context, q Querier, offers []int64, since time.Time) ([]int64, error) {
	var list []int64
	seen := map[int64]bool{}
	for _, o := range offers {
		some, err := Collect(ctx, q, func(scan func(...any) error) (n int64, err error) { return n, scan(&n) },
			`SELECT DISTINCT d.id FROM digest_line l JOIN digest d ON d.id = l.digest_id
				WHERE l.offer_id = $1 AND d.state IN ('draft', 'published') AND d.made_at >= $2 ORDER BY d.id`, o, Millis(since))
		if err != nil {
			return nil, fmt.Errorf("read digests of offer: %w", err)
		}
		for _, n := range some {
			if !seen[n] {
				seen[n] = true
				list = append(list, n)
			}
		}
	}
	return list, nil
}

// Cited is a message that lines of digests rest on, with the hashes of what it
// read as when they were made: the first and the last in order.
type Cited struct {
	Event       id.EventID
	first, last string
}

// Reads tells whether it read so for all of them.
func (c Cited) Reads(hash string) bool { return c.first == "" || c.first == hash && c.last == hash }

// DigestSourcesIn are messages of a room, gathered ones aside, that digests
// rest on which are shown somewhere and are not older than since; in the order
// of their ids, from after one on.
func DigestSourcesIn(ctx context.Context, q Querier, room id.RoomID, after id.EventID, since time.Time, limit int) ([]Cited, error) {
	list, err := Collect(ctx, q, func(scan func(...any) error) (c Cited, err error) {
		return c, scan(&c.Event, &c.first, &c.last)
	}, `SELECT s.event_id, coalesce(min(nullif(s.hash, '')), ''), coalesce(max(nullif(s.hash, '')), '')
		FROM digest_source s JOIN digest d ON d.id = s.digest_id LEFT JOIN digest_line l ON l.digest_id = s.digest_id AND l.seq = s.seq
		WHERE s.room_id = $1 AND s.event_id > $2 AND s.contribution_id = 0 AND d.state IN ('draft', 'approved', 'published')
			AND d.made_at >= $3 AND coalesce(l.gone, '') <> 'void'
		GROUP BY s.event_id ORDER BY s.event_id LIMIT $4`, room, after, Millis(since), limit)
	if err != nil {
		return nil, fmt.Errorf("read sources of digests: %w", err)
	}
	return list, nil
}
