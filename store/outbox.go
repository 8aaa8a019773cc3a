package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"maunium.net/go/mautrix/id"
)

// Message is something to say: to a room, or to a person in their direct chat.
type Message struct {
	Key  string    `json:"-"` // unique for ever; the Matrix transaction id is derived from it
	Room id.RoomID `json:"-"`
	User id.UserID `json:"-"` // instead of Room

	Plain    string      `json:"plain,omitempty"`
	HTML     string      `json:"html,omitempty"`
	Notice   bool        `json:"notice,omitempty"`
	ReplyTo  id.EventID  `json:"reply_to,omitempty"`
	Thread   id.EventID  `json:"thread,omitempty"`
	Mentions []id.UserID `json:"mentions,omitempty"`
	Edits    string      `json:"edits,omitempty"`    // key of the message that this one replaces
	Redacts  string      `json:"redacts,omitempty"`  // instead of a text: key of a message of ours to take back
	Reaction string      `json:"reaction,omitempty"` // to ReplyTo or ReactTo, instead of a text
	ReactTo  string      `json:"react_to,omitempty"` // key of the message of ours that Reaction is for
	File     *File       `json:"file,omitempty"`     // Plain and HTML are its caption
	Poll     *Poll       `json:"poll,omitempty"`     // Plain is for clients without polls
	// IfThere is for a person who must not be asked back into the direct chat
	// that they left or declined: then the message is given up.
	IfThere bool `json:"if_there,omitempty"`
	// Reactions are put under the message once it is sent, in that order.
	Reactions []string `json:"-"`
}

// File is what to send as a file.
type File struct {
	Name string `json:"name"`
	Type string `json:"type"` // MIME
	Data []byte `json:"data"`
}

// Poll is a question with answers to tick (MSC3381); everybody sees the votes.
type Poll struct {
	Question string       `json:"question"`
	Most     int          `json:"most"` // how many answers one person may tick
	Answers  []PollAnswer `json:"answers"`
}

// PollAnswer is one of a poll's answers. ID is what votes name it by.
type PollAnswer struct {
	ID   string `json:"id"`
	Text string `json:"text"`
}

// ReactionKey is the outbox key of the n-th (from 1) of a message's Reactions.
func ReactionKey(key string, n int) string { return fmt.Sprintf("%s/react/%d", key, n) }

// Outgoing is a Message on its way.
type Outgoing struct {
	Message
	Seq      int64
	Attempts int
}

// Send puts a message into the outbox, once per key; added is false if the
// key was there before.
func (tx *Tx) Send(ctx context.Context, m Message, now time.Time) (added bool, err error) {
	if m.Key == "" || (m.Room == "") == (m.User == "") {
		return false, fmt.Errorf("send %q: needs a key and either a room or a person", m.Key)
	}
	content, err := json.Marshal(m)
	if err != nil {
		return false, fmt.Errorf("send %q: %w", m.Key, err)
	}
	r, err := tx.ExecContext(ctx, `INSERT INTO outbox (key, room_id, user_id, content, created_at)
		VALUES ($1, $2, $3, $4, $5) ON CONFLICT (key) DO NOTHING`, m.Key, m.Room, m.User, string(content), Millis(now))
	if err != nil {
		return false, fmt.Errorf("send %q: %w", m.Key, err)
	}
	n, err := r.RowsAffected()
	tx.ring = append(tx.ring, tx.s.outbox)
	if err != nil || n == 0 {
		return false, err
	}
	for i, emoji := range m.Reactions {
		if _, err := tx.Send(ctx, Message{Key: ReactionKey(m.Key, i+1), Room: m.Room, User: m.User,
			Reaction: emoji, ReactTo: m.Key, IfThere: m.IfThere}, now); err != nil {
			return false, err
		}
	}
	return true, nil
}

// Rewrite changes the text of a message that is not sent yet, and of its edits;
// a file becomes that text.
// What is on its way may still arrive as it was.
func (tx *Tx) Rewrite(ctx context.Context, key, plain, html string) error {
	_, err := tx.ExecContext(ctx, `UPDATE outbox SET content = json_set(json_remove(content, '$.file'), '$.plain', $1, '$.html', $2)
		WHERE sent_at = 0 AND content <> '' AND (key = $3 OR json_extract(content, '$.edits') = $3)`, plain, html, key)
	if err != nil {
		return fmt.Errorf("rewrite message: %w", err)
	}
	return nil
}

// Withdraw gives a message up that was never handed to the homeserver, and
// those of its edits and reactions that were not.
func (tx *Tx) Withdraw(ctx context.Context, key string, now time.Time) error {
	_, err := tx.ExecContext(ctx, `UPDATE outbox SET sent_at = $1, content = '', user_id = '' WHERE sent_at = 0 AND attempts = 0
		AND content <> '' AND (key = $2 OR json_extract(content, '$.edits') = $2 OR json_extract(content, '$.react_to') = $2)`, Millis(now), key)
	if err != nil {
		return fmt.Errorf("withdraw message: %w", err)
	}
	tx.ring = append(tx.ring, tx.s.outbox) // what waited behind it may go
	return nil
}

// Unsent is the oldest unsent message of each room or person, if it is due at
// now; oldest first. next is when the earliest
// other one becomes due; zero if there is none.
func (s *Store) Unsent(ctx context.Context, now time.Time, limit int) (list []Outgoing, next time.Time, err error) {
	// texts are long: those of the rows that are wanted are read, and no others
	list, err = Collect(ctx, s.reader, scanOutgoing, `SELECT seq, key, room_id, user_id, content, attempts FROM outbox WHERE seq IN (
		SELECT seq FROM outbox o WHERE sent_at = 0 AND run_at <= $1 AND NOT EXISTS (
			SELECT 1 FROM outbox p WHERE p.sent_at = 0 AND p.seq < o.seq AND p.room_id = o.room_id AND p.user_id = o.user_id)
		ORDER BY seq LIMIT $2) ORDER BY seq`, Millis(now), limit)
	if err != nil {
		return nil, next, fmt.Errorf("read outbox: %w", err)
	}
	var at sql.NullInt64
	err = s.reader.QueryRowContext(ctx, `SELECT min(run_at) FROM outbox WHERE sent_at = 0 AND run_at > $1`, Millis(now)).Scan(&at)
	return list, Time(at.Int64), err
}

func scanOutgoing(scan func(...any) error) (o Outgoing, err error) {
	var content string
	if err = scan(&o.Seq, &o.Key, &o.Room, &o.User, &content, &o.Attempts); err == nil && content != "" {
		err = json.Unmarshal([]byte(content), &o.Message)
	}
	return o, err
}

// SentEvent is the event that the message of that key became; ErrNotFound if
// it is not sent (yet).
func (s *Store) SentEvent(ctx context.Context, key string) (id.EventID, error) {
	var e id.EventID
	err := s.writer.QueryRowContext(ctx, `SELECT event_id FROM outbox WHERE key = $1 AND event_id <> ''`, key).Scan(&e)
	if errors.Is(err, sql.ErrNoRows) {
		err = ErrNotFound
	}
	return e, err
}

// WroteEvent tells whether we sent that event.
func (s *Store) WroteEvent(ctx context.Context, e id.EventID) (bool, error) {
	var n int
	err := s.reader.QueryRowContext(ctx, `SELECT count(*) FROM outbox WHERE event_id = $1`, e).Scan(&n)
	return n > 0, err
}

// MessageThere tells whether there is a message of ours of that key, sent or
// still to be sent; lost: there was one, and it never arrived.
func MessageThere(ctx context.Context, q Querier, key string) (there, lost bool, err error) {
	var gone bool
	err = q.QueryRowContext(ctx, `SELECT sent_at > 0 AND event_id = '' FROM outbox WHERE key = $1`, key).Scan(&gone)
	if errors.Is(err, sql.ErrNoRows) {
		return false, false, nil
	} else if err != nil {
		return false, false, fmt.Errorf("read message of ours: %w", err)
	}
	return !gone, gone, nil
}

// Trying notes, before a message is handed to the homeserver, that it may
// have arrived even if we never hear of it: if we die now, it is not due again
// before until. ErrNotFound if it was withdrawn or ticked off meanwhile.
func (s *Store) Trying(ctx context.Context, seq int64, until time.Time) error {
	r, err := s.writer.ExecContext(ctx, `UPDATE outbox SET attempts = max(attempts, 1), run_at = $1 WHERE seq = $2 AND sent_at = 0`, Millis(until), seq)
	if err != nil {
		return err
	}
	if n, err := r.RowsAffected(); err != nil || n > 0 {
		return err
	}
	return ErrNotFound
}

// Sent ticks a message off and wipes its text.
func (s *Store) Sent(ctx context.Context, key string, e id.EventID, now time.Time) error {
	_, err := s.writer.ExecContext(ctx, sentSQL, e, Millis(now), key)
	return err
}

// Sent is the same in a transaction.
func (tx *Tx) Sent(ctx context.Context, key string, e id.EventID, now time.Time) error {
	_, err := tx.ExecContext(ctx, sentSQL, e, Millis(now), key)
	tx.ring = append(tx.ring, tx.s.outbox) // what waited behind it may go
	return err
}

const sentSQL = `UPDATE outbox SET event_id = $1, sent_at = $2, content = '', user_id = '', last_error = '' WHERE key = $3 AND sent_at = 0`

// Later puts a message back until at; why is for the operator.
func (s *Store) Later(ctx context.Context, seq int64, at time.Time, why string) error {
	_, err := s.writer.ExecContext(ctx, `UPDATE outbox SET attempts = attempts + 1, run_at = $1, last_error = $2 WHERE seq = $3`, Millis(at), why, seq)
	return err
}

// Drop gives a message up: the homeserver will never take it.
func (s *Store) Drop(ctx context.Context, seq int64, why string, now time.Time) error {
	_, err := s.writer.ExecContext(ctx, `UPDATE outbox SET sent_at = $1, content = '', last_error = $2 WHERE seq = $3`, Millis(now), why, seq)
	return err
}
