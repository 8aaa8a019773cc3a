package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"maunium.net/go/mautrix/id"
)

// What a mark does.
const (
	MarkQuestion   = "question"   // keeps a message as a question
	MarkExperience = "experience" // keeps a message as an experience
	MarkClosed     = "closed"     // says that a question is answered
	MarkQuiet      = "quiet"      // wants fewer hints at earlier questions
	MarkChoice     = "choice"     // an author chose who may see it, and whether named: with "/" and each choice behind
	MarkQuoted     = "quoted"     // a hint of ours quotes a question; the event is the hint's key and the question's id
	MarkRefused    = "refused"    // an author said no to keeping a message; the event is "no/" and its id
)

// Mark is a reaction, or a message with a word, that took effect.
type Mark struct {
	Event        id.EventID
	Room         id.RoomID
	Sender       id.UserID
	What         string
	Contribution int64 // 0: of none
	At           time.Time
}

const markColumns = `event_id, room_id, sender, what, contribution_id, at`

func scanMark(scan func(...any) error) (m Mark, err error) {
	var at int64
	err = scan(&m.Event, &m.Room, &m.Sender, &m.What, &m.Contribution, &at)
	m.At = Time(at)
	return m, err
}

// AddMark keeps a mark; it is false, and nothing changes, the second time.
func (tx *Tx) AddMark(ctx context.Context, m Mark) (bool, error) {
	if m.Sender != "" {
		if gone, err := Forgotten(ctx, tx, tx.HashPerson(m.Sender)); err != nil {
			return false, err
		} else if gone {
			m.Sender = ""
		}
	}
	added, err := tx.changed(ctx, `INSERT INTO mark (event_id, room_id, sender, what, contribution_id, at)
		VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (event_id) DO NOTHING`, m.Event, m.Room, m.Sender, m.What, m.Contribution, Millis(m.At))
	if err != nil {
		return false, fmt.Errorf("keep mark: %w", err)
	}
	return added, nil
}

// MarkOf is the mark that an event made, or ErrNotFound.
func MarkOf(ctx context.Context, q Querier, e id.EventID) (Mark, error) {
	m, err := scanMark(q.QueryRowContext(ctx, `SELECT `+markColumns+` FROM mark WHERE event_id = $1`, e).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return m, ErrNotFound
	}
	return m, err
}

// MarksOf are the marks of a contribution, in the order they were made.
func MarksOf(ctx context.Context, q Querier, contribution int64) ([]Mark, error) {
	return Collect(ctx, q, scanMark, `SELECT `+markColumns+` FROM mark WHERE contribution_id = $1 AND contribution_id > 0 ORDER BY at, event_id`, contribution)
}

// MarksBy are the marks that a person made, in the order they were made.
func MarksBy(ctx context.Context, q Querier, sender id.UserID) ([]Mark, error) {
	return Collect(ctx, q, scanMark, `SELECT `+markColumns+` FROM mark WHERE sender = $1 AND sender <> '' ORDER BY at, event_id`, sender)
}

// MarksIn are the marks that were made in a room.
func MarksIn(ctx context.Context, q Querier, room id.RoomID) ([]Mark, error) {
	return Collect(ctx, q, scanMark, `SELECT `+markColumns+` FROM mark WHERE room_id = $1 AND what NOT IN ('refused', 'quoted') ORDER BY event_id`, room)
}

// QuietMarks is how many people in a room asked for fewer hints.
func QuietMarks(ctx context.Context, q Querier, room id.RoomID) (n int, err error) {
	err = q.QueryRowContext(ctx, `SELECT count(DISTINCT sender) FROM mark WHERE room_id = $1 AND what = 'quiet'`, room).Scan(&n)
	return n, err
}

// DropMark forgets a mark.
func (tx *Tx) DropMark(ctx context.Context, e id.EventID) error {
	_, err := tx.ExecContext(ctx, `DELETE FROM mark WHERE event_id = $1`, e)
	return err
}

// DropMarks forgets all marks of one sort of a contribution.
func (tx *Tx) DropMarks(ctx context.Context, contribution int64, what string) error {
	_, err := tx.ExecContext(ctx, `DELETE FROM mark WHERE contribution_id = $1 AND what = $2`, contribution, what)
	return err
}

// Consent is one line of the log of what authors were asked and answered.
type Consent struct {
	Contribution int64     `json:"contribution"`
	Author       id.UserID `json:"-"`
	Said         string    `json:"said"` // asked, an audience, named, unnamed, no or back
	Ask          string    `json:"-"`    // outbox key of the question
	At           time.Time `json:"at"`
}

// LogConsent writes a line.
func (tx *Tx) LogConsent(ctx context.Context, c Consent) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO consent (contribution_id, author, said, ask_key, at) VALUES ($1, $2, $3, $4, $5)`,
		c.Contribution, c.Author, c.Said, c.Ask, Millis(c.At))
	if err != nil {
		return fmt.Errorf("log consent: %w", err)
	}
	return nil
}

func scanConsent(scan func(...any) error) (c Consent, err error) {
	var at int64
	err = scan(&c.Contribution, &c.Author, &c.Said, &c.Ask, &at)
	c.At = Time(at)
	return c, err
}

// ConsentsOf is the log of one author, oldest line first.
func ConsentsOf(ctx context.Context, q Querier, author id.UserID) ([]Consent, error) {
	return Collect(ctx, q, scanConsent, `SELECT contribution_id, author, said, ask_key, at FROM consent WHERE author = $1 ORDER BY id`, author)
}

// OpenAsk is what an author can only mean by a word that names no question:
// the one question that they were asked since and have not answered; with none
// open, the newest they answered of those asked since lately. It is "" if there
// is none; several: there is more than one.
func OpenAsk(ctx context.Context, q Querier, author id.UserID, since, lately time.Time) (key string, several bool, err error) {
	type ask struct {
		key      string
		at       int64
		answered bool
	}
	list, err := Collect(ctx, q, func(scan func(...any) error) (a ask, err error) {
		return a, scan(&a.key, &a.at, &a.answered)
	}, `SELECT ask_key, at, EXISTS (SELECT 1 FROM consent o WHERE o.ask_key = c.ask_key AND o.said <> 'asked')
		FROM consent c WHERE author = $1 AND said = 'asked' AND at >= $2 ORDER BY id DESC`, author, Millis(since))
	if err != nil {
		return "", false, err
	}
	last := ""
	for _, a := range list {
		switch {
		case !a.answered && key != "":
			return "", true, nil
		case !a.answered:
			key = a.key
		case last == "" && a.at >= Millis(lately):
			last = a.key
		}
	}
	if key == "" {
		key = last
	}
	return key, false, nil
}

// LastAsk is when a person was last asked who may see something of theirs; zero
// if never.
func LastAsk(ctx context.Context, q Querier, author id.UserID) (time.Time, error) {
	var at int64
	err := q.QueryRowContext(ctx, `SELECT coalesce(max(at), 0) FROM consent WHERE author = $1 AND said = 'asked'`, author).Scan(&at)
	return Time(at), err
}

// AskOf is the question of that outbox key, or ErrNotFound.
func AskOf(ctx context.Context, q Querier, key string) (Consent, error) {
	c, err := scanConsent(q.QueryRowContext(ctx, `SELECT contribution_id, author, said, ask_key, at FROM consent
		WHERE ask_key = $1 AND said = 'asked' LIMIT 1`, key).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return c, ErrNotFound
	}
	return c, err
}

// MoveConsent gives what was asked and chosen about one contribution to another.
func (tx *Tx) MoveConsent(ctx context.Context, from, to int64) error {
	for _, q := range []string{
		`UPDATE consent SET contribution_id = $1 WHERE contribution_id = $2`,
		`UPDATE mark SET contribution_id = $1 WHERE contribution_id = $2 AND what LIKE 'choice/%'`,
	} {
		if _, err := tx.ExecContext(ctx, q, to, from); err != nil {
			return fmt.Errorf("move consent: %w", err)
		}
	}
	return nil
}

// KeyOf is the outbox key of the message of ours that became that event, or
// ErrNotFound.
func KeyOf(ctx context.Context, q Querier, e id.EventID) (key string, err error) {
	err = q.QueryRowContext(ctx, `SELECT key FROM outbox WHERE event_id = $1 AND event_id <> ''`, e).Scan(&key)
	if errors.Is(err, sql.ErrNoRows) {
		err = ErrNotFound
	}
	return key, err
}

// DropQuietMarks forgets that people in a room asked for fewer hints.
func (tx *Tx) DropQuietMarks(ctx context.Context, room id.RoomID) error {
	_, err := tx.ExecContext(ctx, `DELETE FROM mark WHERE room_id = $1 AND what = 'quiet'`, room)
	return err
}
