package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// Feed is what is known of a calendar that is read again and again.
type Feed struct {
	Network, URL string
	ETag         string
	LastModified string
	Checked      time.Time
	FailingSince time.Time // zero: it works
	Failures     int       // in a row, counted until the organisers are told
	Told         bool      // the organisers know that it fails
	LastError    string
}

// told in the table: above 0 they know, below 0 so many failures they do not know of
func (f *Feed) told() int {
	if f.Told {
		return 1
	}
	return -f.Failures
}

// Feed is the feed of that address; one never read is empty but for its name.
func (s *Store) Feed(ctx context.Context, network, url string) (Feed, error) {
	f := Feed{Network: network, URL: url}
	var checked, failing int64
	var told int
	err := s.reader.QueryRowContext(ctx, `SELECT etag, last_modified, checked_at, failing_since, told, last_error FROM feed
		WHERE network = $1 AND url = $2`, network, url).Scan(&f.ETag, &f.LastModified, &checked, &failing, &told, &f.LastError)
	if errors.Is(err, sql.ErrNoRows) {
		return f, nil
	}
	if err != nil {
		return f, fmt.Errorf("read feed: %w", err)
	}
	f.Checked, f.FailingSince = Time(checked), Time(failing)
	f.Told, f.Failures = told > 0, max(0, -told)
	return f, nil
}

// PutFeed stores what is known of a feed.
func (tx *Tx) PutFeed(ctx context.Context, f Feed) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO feed (network, url, etag, last_modified, checked_at, failing_since, told, last_error)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (network, url) DO UPDATE SET etag = excluded.etag, last_modified = excluded.last_modified,
			checked_at = excluded.checked_at, failing_since = excluded.failing_since, told = excluded.told,
			last_error = excluded.last_error`,
		f.Network, f.URL, f.ETag, f.LastModified, Millis(f.Checked), Millis(f.FailingSince), f.told(), f.LastError)
	if err != nil {
		return fmt.Errorf("note feed: %w", err)
	}
	return nil
}

// Feeds are all feeds that were ever read and not dropped.
func Feeds(ctx context.Context, q Querier) ([]Feed, error) {
	return Collect(ctx, q, func(scan func(...any) error) (f Feed, err error) { return f, scan(&f.Network, &f.URL) },
		`SELECT network, url FROM feed ORDER BY network, url`)
}

// DropFeed forgets a feed; its offers stay. Feeds that have the same ones are
// read anew, for they go on with them.
func (tx *Tx) DropFeed(ctx context.Context, network, url string) error {
	for _, q := range []string{
		`DELETE FROM feed WHERE network = $1 AND url = $2`,
		`DELETE FROM offer_twin WHERE network = $1 AND source = $2`,
		`UPDATE feed SET etag = '', last_modified = '' WHERE network = $1 AND url IN
			(SELECT t.source FROM offer_twin t JOIN offer f ON f.id = t.offer_id WHERE f.network = $1 AND f.source = $2)`,
	} {
		if _, err := tx.ExecContext(ctx, q, network, url); err != nil {
			return fmt.Errorf("forget feed: %w", err)
		}
	}
	return nil
}

// FeedJobs are the keys of the jobs of that kind, finished ones too.
func FeedJobs(ctx context.Context, q Querier, kind string) ([]string, error) {
	return Collect(ctx, q, func(scan func(...any) error) (key string, err error) { return key, scan(&key) },
		`SELECT key FROM job WHERE kind = $1 ORDER BY key`, kind)
}

// DropFeedJob removes a job. Only before the queue runs: nothing tells a worker
// that its job is gone.
func (tx *Tx) DropFeedJob(ctx context.Context, key string) error {
	_, err := tx.ExecContext(ctx, `DELETE FROM job WHERE key = $1`, key)
	return err
}

// FreeFeedJob removes a job of that key that is finished or failed, so that it
// can be added anew, and makes a ready one due at at the latest.
func (tx *Tx) FreeFeedJob(ctx context.Context, key string, at time.Time) error {
	if _, err := tx.ExecContext(ctx, `DELETE FROM job WHERE key = $1 AND state <> 'ready'`, key); err != nil {
		return fmt.Errorf("free job: %w", err)
	}
	_, err := tx.ExecContext(ctx, `UPDATE job SET run_at = $1 WHERE key = $2 AND run_at > $1`, Millis(at), key)
	return err
}
