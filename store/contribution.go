package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"maunium.net/go/mautrix/id"
)

// The kinds of contributions.
const (
	Question   = "question"
	Answer     = "answer"
	Experience = "experience"
)

// The audiences of a contribution.
const (
	AudienceRoom    = "room"
	AudienceNetwork = "network"
	AudiencePublic  = "public"
)

// Contribution is what a member gave: a question, an answer or an experience.
type Contribution struct {
	ID        int64
	Network   string
	Kind      string
	Number    int        // per network and kind, stays for ever; answers have none
	Question  int64      // of an answer: its question's id; 0 if that is gone
	Room      id.RoomID  // whose members may see it; "" for imported ones
	Event     id.EventID // the message it is; "" for imported ones
	EventRoom id.RoomID  // where that message stands: the predecessor's after a room upgrade
	Thread    id.EventID // of a question: the root of the thread that its answers come in
	UID       string     // of imported ones: their id where they come from
	URL       string     // of imported ones: where they stand
	Author    id.UserID  // "" for imported ones
	Name      string     // what the author agreed to be named; "" without a yes
	Audience  string
	Kept      bool // its author wrote it as one, or said yes: it does not hang on others' marks
	Title     string
	Body      string
	Topics    string // words, one after the other
	Sent      time.Time
	Gathered  time.Time // when it was kept as one, which may be later; zero: not known
	Active    time.Time // of a question: when something last happened to it
	Closed    time.Time // of a question: when it was marked as answered; zero: it is open
	Nudged    time.Time // of a question: when its thread was asked whether it is answered
}

const contributionColumns = `c.id, c.network, c.kind, c.number, c.question_id, c.room_id, c.event_id, c.event_room, c.thread_id, c.uid,
	c.url, c.author, c.name, c.audience, c.kept, c.title, c.body, c.topics, c.sent_at, c.gathered_at, c.active_at, c.closed_at, c.nudged_at`

func scanContribution(scan func(...any) error) (c Contribution, err error) {
	var sent, gathered, active, closed, nudged int64
	err = scan(&c.ID, &c.Network, &c.Kind, &c.Number, &c.Question, &c.Room, &c.Event, &c.EventRoom, &c.Thread, &c.UID,
		&c.URL, &c.Author, &c.Name, &c.Audience, &c.Kept, &c.Title, &c.Body, &c.Topics, &sent, &gathered, &active, &closed, &nudged)
	c.Sent, c.Gathered, c.Active, c.Closed, c.Nudged = Time(sent), Time(gathered), Time(active), Time(closed), Time(nudged)
	return c, err
}

// ContributionByID is the contribution of that id, or ErrNotFound.
func ContributionByID(ctx context.Context, q Querier, contribution int64) (Contribution, error) {
	return oneContribution(ctx, q, `c.id = $1`, contribution)
}

// ContributionByNumber is the network's question or experience of that
// number, or ErrNotFound.
func ContributionByNumber(ctx context.Context, q Querier, network, kind string, number int) (Contribution, error) {
	return oneContribution(ctx, q, `c.network = $1 AND c.kind = $2 AND c.number = $3 AND c.number > 0`, network, kind, number)
}

// ContributionsOf are the contributions that a message is: none, one, or an
// answer that was kept as an experience as well.
func ContributionsOf(ctx context.Context, q Querier, e id.EventID) ([]Contribution, error) {
	if e == "" {
		return nil, nil
	}
	return contributions(ctx, q, `c.event_id = $1 ORDER BY c.id`, e)
}

// QuestionOfThread is the question whose answers come in that thread, or
// ErrNotFound.
func QuestionOfThread(ctx context.Context, q Querier, root id.EventID) (Contribution, error) {
	return oneContribution(ctx, q, `c.thread_id = $1 AND c.thread_id <> '' AND c.kind = 'question'`, root)
}

// AnswersTo are the answers to a question, in the order they were said.
func AnswersTo(ctx context.Context, q Querier, question int64) ([]Contribution, error) {
	return contributions(ctx, q, `c.question_id = $1 AND c.question_id > 0 ORDER BY c.sent_at, c.id`, question)
}

// ContributionsBy are all contributions of a person, oldest first.
func ContributionsBy(ctx context.Context, q Querier, author id.UserID) ([]Contribution, error) {
	return contributions(ctx, q, `c.author = $1 AND c.author <> '' ORDER BY c.sent_at, c.id`, author)
}

func oneContribution(ctx context.Context, q Querier, where string, args ...any) (Contribution, error) {
	c, err := scanContribution(q.QueryRowContext(ctx, `SELECT `+contributionColumns+` FROM contribution c WHERE `+where, args...).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return c, ErrNotFound
	}
	if err != nil {
		return c, fmt.Errorf("read contribution: %w", err)
	}
	return c, nil
}

func contributions(ctx context.Context, q Querier, where string, args ...any) ([]Contribution, error) {
	list, err := Collect(ctx, q, scanContribution, `SELECT `+contributionColumns+` FROM contribution c WHERE `+where, args...)
	if err != nil {
		return nil, fmt.Errorf("read contributions: %w", err)
	}
	return list, nil
}

// AddContribution keeps a new contribution, gives questions and experiences
// their number, and returns it with both; added is false, and the one that is
// there comes back, if that message is one of that kind already.
func (tx *Tx) AddContribution(ctx context.Context, c Contribution) (_ Contribution, added bool, err error) {
	if c.Event != "" {
		old, err := oneContribution(ctx, tx, `c.event_id = $1 AND c.kind = $2`, c.Event, c.Kind)
		if !errors.Is(err, ErrNotFound) {
			return old, false, err
		}
	}
	if c.Kind != Answer {
		if c.Number, err = tx.nextNumber(ctx, c.Network, c.Kind); err != nil {
			return c, false, err
		}
	}
	if c.Audience == "" {
		c.Audience = AudienceRoom
	}
	if c.Active.IsZero() {
		c.Active = c.Sent
	}
	err = tx.queryRow(ctx, `INSERT INTO contribution (network, kind, number, question_id, room_id, event_id, event_room, thread_id,
		uid, url, author, name, audience, kept, title, body, topics, sent_at, active_at, closed_at, nudged_at, gathered_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22) RETURNING id`,
		c.Network, c.Kind, c.Number, c.Question, c.Room, c.Event, c.EventRoom, c.Thread, c.UID, c.URL, c.Author, c.Name,
		c.Audience, c.Kept, c.Title, c.Body, c.Topics, Millis(c.Sent), Millis(c.Active), Millis(c.Closed), Millis(c.Nudged),
		Millis(c.Gathered)).Scan(&c.ID)
	if err != nil {
		return c, false, fmt.Errorf("keep contribution: %w", err)
	}
	if err := tx.embed(ctx, c); err != nil {
		return c, false, err
	}
	return c, true, tx.index(ctx, c)
}

func (tx *Tx) nextNumber(ctx context.Context, network, kind string) (n int, err error) {
	err = tx.queryRow(ctx, `INSERT INTO contribution_number (network, kind, highest) VALUES ($1, $2, 1)
		ON CONFLICT (network, kind) DO UPDATE SET highest = contribution_number.highest + 1 RETURNING highest`, network, kind).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count contribution: %w", err)
	}
	return n, nil
}

// PutContribution changes everything of a contribution that can change, and
// the search index with it.
func (tx *Tx) PutContribution(ctx context.Context, c Contribution) error {
	old, err := ContributionByID(ctx, tx, c.ID)
	if err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `UPDATE contribution SET question_id = $1, room_id = $2, event_id = $3, event_room = $4, thread_id = $5, url = $6,
		name = $7, audience = $8, kept = $9, title = $10, body = $11, topics = $12, sent_at = $13, active_at = $14, closed_at = $15,
		nudged_at = $16, author = $17 WHERE id = $18`, c.Question, c.Room, c.Event, c.EventRoom, c.Thread, c.URL, c.Name, c.Audience, c.Kept,
		c.Title, c.Body, c.Topics, Millis(c.Sent), Millis(c.Active), Millis(c.Closed), Millis(c.Nudged), c.Author, c.ID); err != nil {
		return fmt.Errorf("change contribution: %w", err)
	}
	if err := tx.reembed(ctx, old, c); err != nil {
		return err
	}
	// digests quote the title where there is no body
	retitled := old.Title != c.Title && strings.TrimSpace(c.Body) == ""
	if old.Body != c.Body || retitled || old.Name != "" && old.Name != c.Name {
		err = tx.voidContribution(ctx, c.ID)
	} else if old.Audience != c.Audience {
		err = tx.voidNarrowed(ctx, c)
	}
	if err != nil {
		return err
	}
	if sameDocument(old, c) {
		return nil
	}
	if err := tx.unindex(ctx, old); err != nil {
		return err
	}
	return tx.index(ctx, c)
}

// DropContribution deletes a contribution, its marks, its vector, what the
// index has of it, and lines of digests that rest on it. Answers to it stay, as
// their authors'.
func (tx *Tx) DropContribution(ctx context.Context, c Contribution) error {
	if err := tx.unindex(ctx, c); err != nil {
		return err
	}
	if err := tx.voidContribution(ctx, c.ID); err != nil {
		return err
	}
	for _, q := range []string{
		`DELETE FROM contribution WHERE id = $1`,
		`DELETE FROM embedding WHERE contribution_id = $1`,
		`UPDATE contribution SET question_id = 0 WHERE question_id = $1`,
		`DELETE FROM mark WHERE contribution_id = $1`,
		`DELETE FROM outbox WHERE sent_at = 0 AND key IN ('consent/' || $1, 'hint/' || $1)`, // it quotes what is gone
	} {
		if _, err := tx.ExecContext(ctx, q, c.ID); err != nil {
			return fmt.Errorf("delete contribution: %w", err)
		}
	}
	return nil
}
