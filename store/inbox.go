package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"maunium.net/go/mautrix/id"
)

// Incoming is one event that concerns us.
type Incoming struct {
	Seq      int64
	Event    id.EventID
	Room     id.RoomID
	Sender   id.UserID
	Kind     string // InMessage and its siblings
	Sent     time.Time
	Content  string // JSON, as the kind has it
	Session  string // of a locked one: the megolm session it waits for
	Attempts int
}

// The kinds of incoming events.
const (
	InMessage   = "message"   // addressed to us; content: the decrypted event's content
	InLocked    = "locked"    // cannot be decrypted yet; content: the event as it came
	InInvite    = "invite"    // content: the stripped state
	InTombstone = "tombstone" // content: the tombstone's
	InLeft      = "left"      // we are out of the room
	InReaction  = "reaction"  // a reaction that may mean something to us
	InRedaction = "redaction" // something was taken back
	InEdit      = "edit"      // of a gathered message; content: its new text
	InReply     = "reply"     // to a gathered question
	InNoticed   = "noticed"   // plainly a question, its text is not kept
	InVote      = "vote"      // in a poll of ours
)

// Keep stores an event; a second time it changes nothing.
func (tx *Tx) Keep(ctx context.Context, in Incoming, now time.Time) error {
	state := "ready"
	if in.Kind == InLocked {
		state = "locked"
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO inbox (event_id, room_id, sender, kind, sent_at, content, state, session, seen_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (event_id) DO NOTHING`,
		in.Event, in.Room, in.Sender, in.Kind, Millis(in.Sent), in.Content, state, in.Session, Millis(now))
	if err != nil {
		return fmt.Errorf("keep event: %w", err)
	}
	if in.Kind == InLocked { // nobody may fill the file with what cannot be read
		if _, err := tx.ExecContext(ctx, `DELETE FROM inbox WHERE state = 'locked' AND room_id = $1 AND seq <= (
			SELECT seq FROM inbox WHERE state = 'locked' AND room_id = $1 ORDER BY seq DESC LIMIT 1 OFFSET $2)`, in.Room, maxLocked); err != nil {
			return fmt.Errorf("keep event: %w", err)
		}
	}
	tx.ring = append(tx.ring, tx.s.inbox)
	return nil
}

// maxLocked is how many events of a room wait for their keys at most.
const maxLocked = 100

// Unlock makes a locked event ready with its decrypted content, or, with kind
// "", done: it was not for us.
func (tx *Tx) Unlock(ctx context.Context, e id.EventID, kind, content string) error {
	state := "ready"
	if kind == "" {
		state = "done"
	}
	_, err := tx.ExecContext(ctx, `UPDATE inbox SET kind = $1, content = $2, state = $3, session = '',
		sender = CASE WHEN $3 = 'done' THEN '' ELSE sender END WHERE event_id = $4 AND state = 'locked'`, kind, content, state, e)
	tx.ring = append(tx.ring, tx.s.inbox)
	return err
}

const incomingColumns = `seq, event_id, room_id, sender, kind, sent_at, content, session, attempts`

func scanIncoming(scan func(...any) error) (in Incoming, err error) {
	var sent int64
	err = scan(&in.Seq, &in.Event, &in.Room, &in.Sender, &in.Kind, &sent, &in.Content, &in.Session, &in.Attempts)
	in.Sent = Time(sent)
	return in, err
}

// Locked are the events that wait for a session, all of them if session is "".
func (s *Store) Locked(ctx context.Context, session string) ([]Incoming, error) {
	return Collect(ctx, s.reader, scanIncoming, `SELECT `+incomingColumns+` FROM inbox
		WHERE state = 'locked' AND ($1 = '' OR session = $1) ORDER BY seq`, session)
}

// Tries is how often an event is tried before those after it pass it by.
const Tries = 4

// Ready is the oldest ready event of each room that is due at now, and those
// that wait for long. next is when the earliest other one becomes due; zero if
// there is none.
func (s *Store) Ready(ctx context.Context, now time.Time, limit int) (list []Incoming, next time.Time, err error) {
	list, err = Collect(ctx, s.reader, scanIncoming, `SELECT `+incomingColumns+` FROM inbox i
		WHERE state = 'ready' AND run_at <= $1 AND NOT EXISTS (
			SELECT 1 FROM inbox p WHERE p.state = 'ready' AND p.room_id = i.room_id AND p.seq < i.seq AND p.attempts < $3)
		ORDER BY seq LIMIT $2`, Millis(now), limit, Tries)
	if err != nil {
		return nil, next, fmt.Errorf("read inbox: %w", err)
	}
	var at sql.NullInt64
	err = s.reader.QueryRowContext(ctx, `SELECT min(run_at) FROM inbox WHERE state = 'ready' AND run_at > $1`, Millis(now)).Scan(&at)
	return list, Time(at.Int64), err
}

// Waiting tells whether anything of a room waits to be handled.
func (s *Store) Waiting(ctx context.Context, room id.RoomID) (waits bool, err error) {
	err = s.reader.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM inbox WHERE state = 'ready' AND room_id = $1)`, room).Scan(&waits)
	return waits, err
}

// DropIncoming forgets events of a room that wait, be it for their key: they
// were taken back.
func (tx *Tx) DropIncoming(ctx context.Context, room id.RoomID, events ...id.EventID) error {
	for _, e := range events {
		if _, err := tx.ExecContext(ctx, `UPDATE inbox SET state = 'done', content = '', sender = '' WHERE event_id = $1 AND room_id = $2 AND state <> 'done'`, e, room); err != nil {
			return fmt.Errorf("drop event: %w", err)
		}
	}
	return nil
}

// Handled ticks an event off and wipes its text and who sent it. It is false if the event was
// done before: then the caller must not take effect again.
func (tx *Tx) Handled(ctx context.Context, seq int64) (bool, error) {
	r, err := tx.ExecContext(ctx, `UPDATE inbox SET state = 'done', content = '', sender = '' WHERE seq = $1 AND state = 'ready'`, seq)
	if err != nil {
		return false, err
	}
	n, err := r.RowsAffected()
	return n == 1, err
}

// Retry puts an event back until at.
func (s *Store) Retry(ctx context.Context, seq int64, at time.Time) error {
	_, err := s.writer.ExecContext(ctx, `UPDATE inbox SET attempts = attempts + 1, run_at = $1 WHERE seq = $2`, Millis(at), seq)
	return err
}

// Sweep forgets what was done long ago; ids are kept that long to recognise a
// replay.
func (tx *Tx) Sweep(ctx context.Context, before time.Time) error {
	for _, q := range []string{
		`DELETE FROM inbox WHERE state <> 'ready' AND seen_at < $1`,
		`DELETE FROM told WHERE told_at < $1`,
		`DELETE FROM slot WHERE fired_at < $1`,
		`DELETE FROM announcement WHERE to_at < $1`,
		`DELETE FROM afterword WHERE at < $1`,
		`DELETE FROM poll_vote WHERE at < $1`,
		`DELETE FROM outbox WHERE sent_at > 0 AND sent_at < $1
			AND NOT EXISTS (SELECT 1 FROM announcement a WHERE a.outbox_key = outbox.key)
			AND NOT EXISTS (SELECT 1 FROM digest_post d WHERE d.outbox_key = outbox.key)
			AND NOT EXISTS (SELECT 1 FROM mark m WHERE m.what = 'quoted' AND m.event_id > outbox.key || '/' AND m.event_id < outbox.key || '0')
			AND NOT EXISTS (SELECT 1 FROM outbox b WHERE b.key = outbox.key || '/back' AND b.sent_at = 0)
			AND NOT EXISTS (SELECT 1 FROM contribution c WHERE c.id = CASE
				WHEN outbox.key LIKE 'ack/%' THEN CAST(substr(outbox.key, 5) AS INTEGER)
				WHEN outbox.key LIKE 'solved/%' THEN CAST(substr(outbox.key, 8) AS INTEGER)
				WHEN outbox.key LIKE 'consent/%' THEN CAST(substr(outbox.key, 9) AS INTEGER) END)`,
	} {
		if _, err := tx.ExecContext(ctx, q, Millis(before)); err != nil {
			return fmt.Errorf("sweep: %w", err)
		}
	}
	return nil
}

// Tell notes that something was said; it is true the first time only.
func (tx *Tx) Tell(ctx context.Context, key string, now time.Time) (bool, error) {
	r, err := tx.ExecContext(ctx, `INSERT INTO told (key, told_at) VALUES ($1, $2) ON CONFLICT (key) DO NOTHING`, key, Millis(now))
	if err != nil {
		return false, err
	}
	n, err := r.RowsAffected()
	return n == 1, err
}
