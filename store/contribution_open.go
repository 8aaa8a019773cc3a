package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"maunium.net/go/mautrix/id"
)

// OpenQuestion is a question that waits, and how many answers the asker sees.
type OpenQuestion struct {
	Contribution
	Answers int
}

// OpenQuestions are the questions in these scopes that are open and have no
// answer there, oldest first; before them those that were quiet for so long
// that their thread was asked about it. total counts all of them. An answer
// outside of the scopes counts nothing: that it exists is not to be seen.
func OpenQuestions(ctx context.Context, q Querier, scopes []string, limit, offset int) (list []OpenQuestion, total int, err error) {
	visible, args := inScopes("c", scopes)
	answer, _ := inScopes("a", scopes)
	answers := ` FROM contribution a WHERE a.question_id = c.id AND a.question_id > 0 AND ` + answer
	where := ` FROM contribution c WHERE c.kind = 'question' AND c.closed_at = 0 AND ` + visible + `
		AND (c.nudged_at > 0 OR NOT EXISTS (SELECT 1` + answers + `))`
	if err := q.QueryRowContext(ctx, `SELECT count(*)`+where, args...).Scan(&total); err != nil {
		return nil, 0, fmt.Errorf("count open questions: %w", err)
	}
	args = append(args, limit, offset)
	list, err = Collect(ctx, q, func(scan func(...any) error) (o OpenQuestion, err error) {
		o.Contribution, err = scanContribution(func(fields ...any) error { return scan(append(fields, &o.Answers)...) })
		return o, err
	}, `SELECT `+contributionColumns+`, (SELECT count(*)`+answers+`)`+where+
		fmt.Sprintf(` ORDER BY c.nudged_at = 0, c.sent_at, c.id LIMIT $%d OFFSET $%d`, len(args)-1, len(args)), args...)
	if err != nil {
		return nil, 0, fmt.Errorf("read open questions: %w", err)
	}
	return list, total, nil
}

// IsOpen tells whether a question is one of OpenQuestions in these scopes.
func IsOpen(ctx context.Context, q Querier, question int64, scopes []string) (bool, error) {
	visible, args := inScopes("c", scopes)
	answer, _ := inScopes("a", scopes)
	args = append(args, question)
	var n int
	if err := q.QueryRowContext(ctx, fmt.Sprintf(`SELECT count(*) FROM contribution c WHERE c.kind = 'question' AND c.closed_at = 0 AND c.id = $%d AND `, len(args))+visible+`
		AND (c.nudged_at > 0 OR NOT EXISTS (SELECT 1 FROM contribution a WHERE a.question_id = c.id AND a.question_id > 0 AND `+answer+`))`, args...).Scan(&n); err != nil {
		return false, fmt.Errorf("read whether a question is open: %w", err)
	}
	return n > 0, nil
}

// inScopes is the condition that a contribution is visible in one of the
// scopes, and its arguments.
func inScopes(c string, scopes []string) (string, []any) {
	if len(scopes) == 0 {
		return "0", nil
	}
	marks, args := make([]string, len(scopes)), make([]any, len(scopes))
	for i, s := range scopes {
		marks[i], args[i] = fmt.Sprintf("$%d", i+1), s
	}
	return strings.ReplaceAll(`CASE c.audience WHEN 'network' THEN 'n/' || c.network WHEN 'public' THEN 'p/' || c.network ELSE 'r/' || c.room_id END IN (`,
		"c.", c+".") + strings.Join(marks, ", ") + `)`, args
}

// Outlived are contributions of a room that nothing has happened to since
// before: neither they nor an answer of theirs are newer.
func Outlived(ctx context.Context, q Querier, room id.RoomID, before time.Time, limit int) ([]Contribution, error) {
	return contributions(ctx, q, `c.room_id = $1 AND c.sent_at < $2 AND c.active_at < $2
		AND NOT EXISTS (SELECT 1 FROM contribution a WHERE a.question_id = c.id AND a.question_id > 0 AND a.sent_at >= $2)
		AND NOT EXISTS (SELECT 1 FROM contribution p WHERE p.id = c.question_id AND p.active_at >= $2) ORDER BY c.id LIMIT $3`,
		room, Millis(before), limit)
}

// ContributionsIn are those of a room with an id above after, in order.
func ContributionsIn(ctx context.Context, q Querier, room id.RoomID, after int64, limit int) ([]Contribution, error) {
	return contributions(ctx, q, `c.room_id = $1 AND c.event_id <> '' AND c.id > $2 ORDER BY c.id LIMIT $3`, room, after, limit)
}

// ContributionRooms are the rooms that have contributions.
func ContributionRooms(ctx context.Context, q Querier) ([]id.RoomID, error) {
	return Collect(ctx, q, func(scan func(...any) error) (r id.RoomID, err error) { return r, scan(&r) },
		`SELECT DISTINCT room_id FROM contribution WHERE room_id <> '' ORDER BY room_id`)
}

// Expert is somebody who said that they know about a topic.
type Expert struct {
	Network string    `json:"network"`
	Author  id.UserID `json:"-"`
	Name    string    `json:"name"`
	Topic   string    `json:"topic"`
	At      time.Time `json:"at"`
}

// PutExpert notes that somebody knows about a topic.
func (tx *Tx) PutExpert(ctx context.Context, e Expert) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO expert (network, author, name, topic, at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (network, author, topic) DO UPDATE SET name = excluded.name`, e.Network, e.Author, e.Name, e.Topic, Millis(e.At))
	return err
}

// DropExpert takes a topic back, or all with "". It is false if there was none.
func (tx *Tx) DropExpert(ctx context.Context, network string, author id.UserID, topic string) (bool, error) {
	return tx.changed(ctx, `DELETE FROM expert WHERE network = $1 AND author = $2 AND ($3 = '' OR topic = $3)`, network, author, topic)
}

// Experts are those of a network who are joined to one of its rooms now, or
// all of one author's in any network.
func Experts(ctx context.Context, q Querier, network string, author id.UserID) ([]Expert, error) {
	return Collect(ctx, q, func(scan func(...any) error) (e Expert, err error) {
		var at int64
		err = scan(&e.Network, &e.Author, &e.Name, &e.Topic, &at)
		e.At = Time(at)
		return e, err
	}, `SELECT network, author, name, topic, at FROM expert e WHERE ($1 = '' OR network = $1) AND ($2 = '' OR author = $2)
		AND ($1 = '' OR EXISTS (SELECT 1 FROM mx_user_profile m JOIN room r ON r.room_id = m.room_id
			WHERE r.network = e.network AND r.joined_at > 0 AND m.user_id = e.author AND m.membership = 'join'))
		ORDER BY network, topic, at`, network, author)
}

// Dialog is a conversation in a direct chat that is not finished.
type Dialog struct {
	Author  id.UserID
	Kind    string
	Content string // JSON, as the kind has it
	At      time.Time
}

// DialogOf is a person's unfinished conversation, or ErrNotFound.
func DialogOf(ctx context.Context, q Querier, author id.UserID) (d Dialog, err error) {
	list, err := Collect(ctx, q, func(scan func(...any) error) (d Dialog, err error) {
		var at int64
		err = scan(&d.Author, &d.Kind, &d.Content, &at)
		d.At = Time(at)
		return d, err
	}, `SELECT author, kind, content, at FROM dialog WHERE author = $1`, author)
	if err == nil && len(list) == 0 {
		return d, ErrNotFound
	} else if err != nil {
		return d, err
	}
	return list[0], nil
}

// PutDialog keeps where a conversation stands; without Kind it is over.
func (tx *Tx) PutDialog(ctx context.Context, d Dialog) error {
	if d.Kind == "" {
		_, err := tx.ExecContext(ctx, `DELETE FROM dialog WHERE author = $1`, d.Author)
		return err
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO dialog (author, kind, content, at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (author) DO UPDATE SET kind = excluded.kind, content = excluded.content, at = excluded.at`,
		d.Author, d.Kind, d.Content, Millis(d.At))
	return err
}

// ForgetDialogs removes conversations that nobody went on with since then.
func (tx *Tx) ForgetDialogs(ctx context.Context, before time.Time) error {
	if _, err := tx.ExecContext(ctx, `DELETE FROM dialog WHERE at < $1`, Millis(before)); err != nil {
		return fmt.Errorf("forget conversations: %w", err)
	}
	return nil
}

// ForgetPerson erases what is kept of a person: contributions, index,
// consent, marks, topics, conversations, offers they brought, sign-ups,
// reminders, settings, and what waits for them; in the file and its log of
// writes, too.
func (tx *Tx) ForgetPerson(ctx context.Context, user id.UserID) error {
	list, err := ContributionsBy(ctx, tx, user)
	if err != nil {
		return err
	}
	for _, c := range list {
		if err := tx.DropContribution(ctx, c); err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
	}
	if err := tx.ForgetSources(ctx, user); err != nil {
		return err
	}
	if err := tx.wipeOffersBy(ctx, user); err != nil {
		return err
	}
	if err := tx.freePlaces(ctx, user); err != nil {
		return err
	}
	for _, q := range []string{
		`DELETE FROM signup WHERE user_id = $1`,
		`DELETE FROM signup_way WHERE user_id = $1`,
		`DELETE FROM poll_vote WHERE user_id = $1`,
		`DELETE FROM reminder WHERE user_id = $1`,
		`DELETE FROM proposal WHERE author = $1`,
		`DELETE FROM calendar_link WHERE user_id = $1 AND user_id <> ''`,
		`DELETE FROM person_setting WHERE user_id = $1`,
		`DELETE FROM subscription WHERE user_id = $1`,
		// what they got quotes others, who may take it back: it is found by its room from now on
		`UPDATE digest_post SET room_id = coalesce((SELECT r.room_id FROM room r WHERE r.direct = $1), ''), user_id = '' WHERE user_id = $1`,
		`DELETE FROM digest_post WHERE room_id = '' AND user_id = '' AND $1 <> ''`,
		`DELETE FROM consent WHERE author = $1`,
		`DELETE FROM expert WHERE author = $1`,
		`DELETE FROM dialog WHERE author = $1`,
		`UPDATE mark SET sender = '' WHERE sender = $1`,
		`DELETE FROM outbox WHERE user_id = $1`,
		`DELETE FROM inbox WHERE sender = $1 AND state = 'locked'`,
		`UPDATE inbox SET sender = '' WHERE sender = $1 AND state = 'done'`,
		`DELETE FROM told WHERE instr(key || '/', '/' || $1 || '/') > 0`,
	} {
		if _, err := tx.ExecContext(ctx, q, user); err != nil {
			return fmt.Errorf("forget person: %w", err)
		}
	}
	tx.erase = true
	_, err = tx.ExecContext(ctx, `UPDATE room SET direct = $1 WHERE direct = $2`, tx.HashPerson(user), user)
	return err
}
