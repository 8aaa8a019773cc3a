// Package store keeps everything that Buffet must not lose, in one SQLite
// file: inbox, outbox, jobs, schedules, offers, and the tables of the Matrix
// library. There is one writer connection and a small pool of readers.
//
// All times are Unix milliseconds in UTC. Nothing here asks SQL for the time.
package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"time"

	"go.mau.fi/util/dbutil"
	"modernc.org/sqlite" // also the driver
)

//go:embed migrations/*.sql
var migrations embed.FS

// ErrNewer means that the file was written by a newer program.
var ErrNewer = errors.New("the database was written by a newer version of buffet")

// ErrNotFound means that there is no such record.
var ErrNotFound = errors.New("not found")

// Ignore is err, but nil for ErrNotFound: what is gone is nothing to follow.
func Ignore(err error) error {
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	return err
}

// Fault tells whether it was the database that failed, and not what was asked
// of it.
func Fault(err error) bool {
	var fault *sqlite.Error
	return errors.As(err, &fault) || errors.Is(err, sql.ErrConnDone) || errors.Is(err, sql.ErrTxDone)
}

// Store is the open file. It is safe for concurrent use.
type Store struct {
	path   string
	person []byte // the key of HashPerson
	writer *sql.DB
	reader *sql.DB
	matrix *dbutil.Database

	inbox, outbox, jobs, schedules *bell
}

// Open opens or makes the file at path and brings its schema up to date.
// A file of a newer program gives ErrNewer.
func Open(ctx context.Context, path string) (*Store, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("make data folder: %w", err)
	}
	if err := private(path); err != nil {
		return nil, err
	}
	s := &Store{path: path, inbox: newBell(), outbox: newBell(), jobs: newBell(), schedules: newBell()}
	var err error
	if s.person, err = personKey(filepath.Dir(path)); err != nil {
		return nil, err
	}
	// immediate: a transaction that begins by reading never fails with "snapshot is old" when it writes
	if s.writer, err = sql.Open("sqlite", dsn(path, "_txlock", "immediate", "_journal_mode", "WAL",
		"_synchronous", "NORMAL", "_foreign_keys", "1", "_pragma", "secure_delete(1)")); err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	s.writer.SetMaxOpenConns(1)
	if err := s.migrate(ctx); err != nil {
		return nil, errors.Join(err, s.writer.Close())
	}
	if err := s.rebuild(ctx); err != nil {
		return nil, errors.Join(err, s.writer.Close())
	}
	if s.reader, err = sql.Open("sqlite", dsn(path, "mode", "ro")); err != nil {
		return nil, errors.Join(fmt.Errorf("open database for reading: %w", err), s.writer.Close())
	}
	s.reader.SetMaxOpenConns(4)
	s.reader.SetMaxIdleConns(2)
	if s.matrix, err = dbutil.NewWithDB(s.writer, "sqlite"); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// private makes sure that the file exists and only its owner may read it.
func private(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600) //nolint:gosec // the operator names the folder
	if err != nil {
		return fmt.Errorf("open database: %w", err)
	}
	return f.Close()
}

func dsn(path string, pairs ...string) string {
	q := url.Values{"_busy_timeout": {"5000"}, "_time_format": {"sqlite"}}
	for i := 0; i < len(pairs); i += 2 {
		q.Set(pairs[i], pairs[i+1])
	}
	return (&url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath(), RawQuery: q.Encode()}).String()
}

// Close closes the file. The writer goes last: so SQLite takes its log into the
// file and removes it, and nothing that was deleted stays there.
func (s *Store) Close() error {
	var err error
	if s.reader != nil {
		err = s.reader.Close()
	}
	return errors.Join(err, s.writer.Close())
}

// Matrix is the same file for the tables of the Matrix library.
// Do not call into it from inside Write: there is one writer connection.
func (s *Store) Matrix() *dbutil.Database { return s.matrix }

// Version is the schema's version in the file and in this program.
func (s *Store) Version(ctx context.Context) (file, program int, err error) {
	names, err := steps()
	if err != nil {
		return 0, 0, err
	}
	err = s.writer.QueryRowContext(ctx, `PRAGMA user_version`).Scan(&file)
	return file, len(names), err
}

// steps are the migration files in order; the n-th (from 1) leads to version n.
func steps() ([]string, error) {
	names, err := fs.Glob(migrations, "migrations/*.sql")
	slices.Sort(names)
	return names, err
}

func (s *Store) migrate(ctx context.Context) error {
	at, _, err := s.Version(ctx)
	if err != nil {
		return fmt.Errorf("read database version: %w", err)
	}
	names, err := steps()
	if err != nil {
		return err
	}
	if at > len(names) {
		return fmt.Errorf("%w (its version %d, this program's %d)", ErrNewer, at, len(names))
	}
	for i, name := range names[at:] {
		if err := s.step(ctx, name, at+i+1); err != nil {
			return fmt.Errorf("upgrade database to version %d: %w", at+i+1, err)
		}
	}
	return nil
}

func (s *Store) step(ctx context.Context, name string, version int) error {
	text, err := migrations.ReadFile(name)
	if err != nil {
		return err
	}
	tx, err := s.writer.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if _, err := tx.ExecContext(ctx, string(text)); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, fmt.Sprintf(`PRAGMA user_version = %d`, version)); err != nil {
		return err
	}
	return tx.Commit()
}

// Tx is one write transaction. Whoever waits for what it adds is woken when
// it has been committed.
type Tx struct {
	*sql.Tx
	s       *Store
	ring    []*bell
	pending *indexBuffer // what the search index has to take
	erase   bool         // nothing of what was deleted may stay in the file
	attend  bool         // something may be due earlier (AttendJob)
	ready   map[string]*sql.Stmt
}

// queryRow is QueryRowContext for a query that comes again and again in a
// transaction: it is read once.
func (tx *Tx) queryRow(ctx context.Context, query string, args ...any) *sql.Row {
	s := tx.ready[query]
	if s == nil {
		var err error
		if s, err = tx.PrepareContext(ctx, query); err != nil {
			return tx.QueryRowContext(ctx, query, args...) // which tells what is wrong
		}
		if tx.ready == nil {
			tx.ready = map[string]*sql.Stmt{}
		}
		tx.ready[query] = s // closed with the transaction
	}
	return s.QueryRowContext(ctx, args...)
}

// Write runs f in one transaction: all of it, or none of it. f must not use
// the network, nor Store.Matrix.
func (s *Store) Write(ctx context.Context, f func(*Tx) error) error {
	raw, err := s.writer.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("begin transaction: %w", err)
	}
	defer raw.Rollback()
	tx := &Tx{Tx: raw, s: s}
	if err := f(tx); err != nil {
		return err
	}
	if err := tx.flushIndex(ctx); err != nil {
		return err
	}
	if err := tx.pullAttend(ctx); err != nil {
		return err
	}
	if err := raw.Commit(); err != nil {
		return fmt.Errorf("commit transaction: %w", err)
	}
	for _, b := range tx.ring {
		b.Ring()
	}
	if tx.erase { // what was there before is still in the log; if that is in use, it goes the next time
		_, _ = s.writer.ExecContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`)
	}
	return nil
}

// Querier is what reading needs: the reader pool or a transaction.
type Querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// Reader is the pool of read-only connections.
func (s *Store) Reader() Querier { return s.reader }

// Collect runs a query and scans every row with scan.
func Collect[T any](ctx context.Context, q Querier, scan func(func(...any) error) (T, error), query string, args ...any) ([]T, error) {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []T
	for rows.Next() {
		one, err := scan(rows.Scan)
		if err != nil {
			return nil, err
		}
		list = append(list, one)
	}
	return list, rows.Err()
}

// Millis is t as the store keeps it; the zero time is 0.
func Millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// Time is the instant that ms stands for, in UTC; 0 is the zero time.
func Time(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

// bell wakes one waiter; rings while nobody waits are kept as one.
type bell struct {
	c chan struct{}
}

func newBell() *bell { return &bell{c: make(chan struct{}, 1)} }

// Ring wakes the waiter.
func (b *bell) Ring() {
	select {
	case b.c <- struct{}{}:
	default:
	}
}

// InboxRing, OutboxRing, JobsRing and SchedulesRing are rung after a commit
// that added work for the one who waits for it.
func (s *Store) InboxRing() <-chan struct{}     { return s.inbox.c }
func (s *Store) OutboxRing() <-chan struct{}    { return s.outbox.c }
func (s *Store) JobsRing() <-chan struct{}      { return s.jobs.c }
func (s *Store) SchedulesRing() <-chan struct{} { return s.schedules.c }
