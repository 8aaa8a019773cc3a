package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"
)

// Job is one piece of work that must happen once.
type Job struct {
	Key      string // who asked: "<schedule>/<slot>", or the id of an event
	Kind     string // which handler does it
	Args     string // JSON, as the kind has it
	State    string // JobReady and its siblings
	Attempts int    // started so often
	RunAt    time.Time
	Error    string    // of the last attempt
	Finished time.Time // zero while it is ready
}

// The states of a job. A job that is being worked on is still ready: which
// ones those are is known to the one process that does it.
const (
	JobReady  = "ready"
	JobDone   = "done"
	JobFailed = "failed"
)

const maxJobError = 500 // bytes

const jobColumns = `key, kind, args, state, attempts, run_at, last_error, finished_at`

func scanJob(scan func(...any) error) (j Job, err error) {
	var at, finished int64
	err = scan(&j.Key, &j.Kind, &j.Args, &j.State, &j.Attempts, &at, &j.Error, &finished)
	j.RunAt, j.Finished = Time(at), Time(finished)
	return j, err
}

// Job is the job of that key, or ErrNotFound.
func (s *Store) Job(ctx context.Context, key string) (Job, error) {
	j, err := scanJob(s.reader.QueryRowContext(ctx, `SELECT `+jobColumns+` FROM job WHERE key = $1`, key).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return j, ErrNotFound
	}
	return j, err
}

// JobWaits tells whether the job of that key is still to be done, or being done.
func JobWaits(ctx context.Context, q Querier, key string) (waits bool, err error) {
	err = q.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM job WHERE key = $1 AND state = 'ready')`, key).Scan(&waits)
	return waits, err
}

// DueJobs are the ready jobs of these kinds that are due at now, the longest
// due first.
func (s *Store) DueJobs(ctx context.Context, now time.Time, kinds []string, limit int) ([]Job, error) {
	if len(kinds) == 0 {
		return nil, nil
	}
	args := []any{Millis(now), limit}
	marks := make([]string, len(kinds))
	for i, kind := range kinds {
		args = append(args, kind)
		marks[i] = fmt.Sprintf("$%d", i+3)
	}
	list, err := Collect(ctx, s.reader, scanJob, `SELECT `+jobColumns+` FROM job
		WHERE state = 'ready' AND run_at <= $1 AND kind IN (`+strings.Join(marks, ", ")+`)
		ORDER BY run_at, key LIMIT $2`, args...)
	if err != nil {
		return nil, fmt.Errorf("read jobs: %w", err)
	}
	return list, nil
}

// ReadyJobs are the jobs of a kind that are not done, due or not, in order.
func ReadyJobs(ctx context.Context, q Querier, kind string) ([]Job, error) {
	list, err := Collect(ctx, q, scanJob, `SELECT `+jobColumns+` FROM job WHERE state = 'ready' AND kind = $1 ORDER BY run_at, key`, kind)
	if err != nil {
		return nil, fmt.Errorf("read jobs: %w", err)
	}
	return list, nil
}

// JobKind says of one kind of ready jobs when its earliest job after a given
// instant is due; zero if all were due by then.
type JobKind struct {
	Kind string
	Next time.Time
}

// JobKinds are the kinds that ready jobs have, and when their next ones after
// now are due.
func (s *Store) JobKinds(ctx context.Context, now time.Time) ([]JobKind, error) {
	list, err := Collect(ctx, s.reader, func(scan func(...any) error) (k JobKind, err error) {
		var at int64
		err = scan(&k.Kind, &at)
		k.Next = Time(at)
		return k, err
	}, `SELECT kind, COALESCE(min(CASE WHEN run_at > $1 THEN run_at END), 0) FROM job WHERE state = 'ready' GROUP BY kind`, Millis(now))
	if err != nil {
		return nil, fmt.Errorf("read kinds of jobs: %w", err)
	}
	return list, nil
}

// AddJob puts a job in; only Key, Kind, Args and RunAt are used. It is false,
// and nothing changes, if there is or was a job of that key.
func (tx *Tx) AddJob(ctx context.Context, j Job) (bool, error) {
	added, err := tx.changed(ctx, `INSERT INTO job (key, kind, args, run_at) VALUES ($1, $2, $3, $4) ON CONFLICT (key) DO NOTHING`,
		j.Key, j.Kind, j.Args, Millis(j.RunAt))
	if err != nil {
		return false, fmt.Errorf("add job: %w", err)
	}
	if added {
		tx.ring = append(tx.ring, tx.s.jobs)
	}
	return added, nil
}

// StartJob counts an attempt before it is made, so that a job which takes the
// process down with it does not do so for ever. It is false if the job is not
// ready any more, or not as it was read.
func (tx *Tx) StartJob(ctx context.Context, j Job) (bool, error) {
	return tx.changeJob(ctx, j, `attempts = attempts + 1`)
}

// FinishJob ticks a job off and wipes its arguments. This and the following
// ones are false if the job is not ready any more, or was re-armed: then the
// caller must not take effect again.
func (tx *Tx) FinishJob(ctx context.Context, j Job, now time.Time) (bool, error) {
	return tx.changeJob(ctx, j, `state = 'done', args = '', last_error = '', finished_at = $3`, Millis(now))
}

// FailJob gives a job up.
func (tx *Tx) FailJob(ctx context.Context, j Job, now time.Time, cause error) (bool, error) {
	return tx.changeJob(ctx, j, `state = 'failed', finished_at = $3, last_error = $4`, Millis(now), clip(cause))
}

// WipeJob wipes the arguments of a job that was given up.
func (tx *Tx) WipeJob(ctx context.Context, key string) error {
	if _, err := tx.ExecContext(ctx, `UPDATE job SET args = '' WHERE key = $1 AND state <> 'ready'`, key); err != nil {
		return fmt.Errorf("wipe job: %w", err)
	}
	return nil
}

// RetryJob puts a job off until at, after an attempt that went wrong.
func (tx *Tx) RetryJob(ctx context.Context, j Job, at time.Time, cause error) (bool, error) {
	return tx.changeJob(ctx, j, `run_at = $3, last_error = $4`, Millis(at), clip(cause))
}

// ReturnJob takes the count of an attempt back that could not be finished.
func (tx *Tx) ReturnJob(ctx context.Context, j Job) (bool, error) {
	return tx.changeJob(ctx, j, `attempts = attempts - 1`)
}

// RearmJob lets a job run again at at, as if it were new.
func (tx *Tx) RearmJob(ctx context.Context, j Job, at time.Time) (bool, error) {
	tx.ring = append(tx.ring, tx.s.jobs)
	return tx.changeJob(ctx, j, `attempts = 0, last_error = '', run_at = $3`, Millis(at))
}

func (tx *Tx) changeJob(ctx context.Context, j Job, set string, args ...any) (bool, error) {
	did, err := tx.changed(ctx, `UPDATE job SET `+set+` WHERE key = $1 AND state = 'ready' AND attempts = $2`,
		append([]any{j.Key, j.Attempts}, args...)...)
	if err != nil {
		return false, fmt.Errorf("change job: %w", err)
	}
	return did, nil
}

// SweepJobs forgets the jobs that were finished before that time; their keys
// are free again.
func (tx *Tx) SweepJobs(ctx context.Context, before time.Time) error {
	if _, err := tx.ExecContext(ctx, `DELETE FROM job WHERE state <> 'ready' AND finished_at < $1`, Millis(before)); err != nil {
		return fmt.Errorf("sweep jobs: %w", err)
	}
	return nil
}

// changed runs a statement on one row and says whether there was such a row.
func (tx *Tx) changed(ctx context.Context, query string, args ...any) (bool, error) {
	r, err := tx.ExecContext(ctx, query, args...)
	if err != nil {
		return false, err
	}
	n, err := r.RowsAffected()
	return n > 0, err
}

func clip(err error) string {
	text := err.Error()
	return strings.ToValidUTF8(text[:min(len(text), maxJobError)], "")
}
