package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"maunium.net/go/mautrix/id"
)

// AttendJob is the key and the kind of the one job that says in time what is
// due around dates. Whatever may be due earlier than it sleeps pulls it forward
// in its own transaction.
const AttendJob = "attend"

// pullAttend lets AttendJob run at once, if this transaction may have made
// something due.
func (tx *Tx) pullAttend(ctx context.Context) error {
	if !tx.attend {
		return nil
	}
	if _, err := tx.ExecContext(ctx, `UPDATE job SET run_at = 0 WHERE key = $1 AND state = 'ready' AND run_at > 0`, AttendJob); err != nil {
		return fmt.Errorf("pull job forward: %w", err)
	}
	tx.ring = append(tx.ring, tx.s.jobs)
	return nil
}

// Reminder is that a person is told of a date before it starts: so many days
// by the calendar and then so many minutes before. Minutes below 0 are a time
// of that day, by so many minutes after midnight.
type Reminder struct {
	Offer    int64
	Key      time.Time
	User     id.UserID
	Days     int
	Minutes  int
	Standard bool       // comes with a sign-up and goes with it
	SentFor  time.Time  // the start it was sent for; zero: not sent
	Event    id.EventID // the reaction that asked for it; "" if it was a word
	Room     id.RoomID  // where that stands
}

const reminderColumns = `r.offer_id, r.key, r.user_id, r.days, r.minutes, r.standard, r.sent_for, r.event_id, r.room_id`

func (r *Reminder) fields(key, sent *int64) []any {
	return []any{&r.Offer, key, &r.User, &r.Days, &r.Minutes, &r.Standard, sent, &r.Event, &r.Room}
}

func scanReminder(scan func(...any) error) (r Reminder, err error) {
	var key, sent int64
	err = scan(r.fields(&key, &sent)...)
	r.Key, r.SentFor = Time(key), Time(sent)
	return r, err
}

// RemindersOf are a person's reminders, in order of the dates' keys.
func RemindersOf(ctx context.Context, q Querier, user id.UserID) ([]Reminder, error) {
	list, err := Collect(ctx, q, scanReminder, `SELECT `+reminderColumns+` FROM reminder r WHERE user_id = $1
		ORDER BY key, offer_id, days, minutes`, user)
	if err != nil {
		return nil, fmt.Errorf("read reminders: %w", err)
	}
	return list, nil
}

// RemindersDue are the reminders to look at now, at most so many, those that
// wait longest first.
func RemindersDue(ctx context.Context, q Querier, now time.Time, limit int) ([]Reminder, error) {
	list, err := Collect(ctx, q, scanReminder, `SELECT `+reminderColumns+` FROM reminder r WHERE due_at <= $1
		ORDER BY due_at, offer_id, key, user_id LIMIT $2`, Millis(now), limit)
	if err != nil {
		return nil, fmt.Errorf("read due reminders: %w", err)
	}
	return list, nil
}

// RemindersFor are a person's reminders of one date.
func RemindersFor(ctx context.Context, q Querier, offer int64, key time.Time, user id.UserID) ([]Reminder, error) {
	list, err := Collect(ctx, q, scanReminder, `SELECT `+reminderColumns+` FROM reminder r
		WHERE offer_id = $1 AND key = $2 AND user_id = $3 ORDER BY days, minutes`, offer, Millis(key), user)
	if err != nil {
		return nil, fmt.Errorf("read reminders: %w", err)
	}
	return list, nil
}

// RemindersAsked counts what a person asked to be reminded of and may still be
// told; r, which may be there already, is not counted.
func RemindersAsked(ctx context.Context, q Querier, r Reminder) (n int, err error) {
	err = q.QueryRowContext(ctx, `SELECT count(*) FROM reminder WHERE user_id = $1 AND standard = 0 AND due_at IS NOT NULL
		AND NOT (offer_id = $2 AND key = $3 AND days = $4 AND minutes = $5)`, r.User, r.Offer, Millis(r.Key), r.Days, r.Minutes).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count reminders: %w", err)
	}
	return n, nil
}

// RemindersIn are those that reactions in a room asked for.
func RemindersIn(ctx context.Context, q Querier, room id.RoomID) ([]Reminder, error) {
	list, err := Collect(ctx, q, scanReminder, `SELECT `+reminderColumns+` FROM reminder r
		WHERE room_id = $1 AND room_id <> '' AND event_id <> '' ORDER BY event_id`, room)
	if err != nil {
		return nil, fmt.Errorf("read reminders: %w", err)
	}
	return list, nil
}

// LeftReminder tells whether a reminder is for somebody who is in none of our
// rooms of that network any more, as LeftSignups.
func LeftReminder(ctx context.Context, q Querier, network string, r Reminder) (left bool, err error) {
	if any, err := inAny(ctx, q, network); err != nil || !any {
		return false, err
	}
	err = q.QueryRowContext(ctx, `SELECT NOT `+maybeMember+` FROM (SELECT $1 AS user_id) s`, r.User, network).Scan(&left)
	if err != nil {
		return false, fmt.Errorf("read who is in a network: %w", err)
	}
	return left, nil
}

// NextReminder is when the next reminder is to be looked at; zero if none is.
func NextReminder(ctx context.Context, q Querier) (time.Time, error) {
	var at sql.NullInt64
	if err := q.QueryRowContext(ctx, `SELECT min(due_at) FROM reminder WHERE due_at IS NOT NULL`).Scan(&at); err != nil {
		return time.Time{}, fmt.Errorf("read next reminder: %w", err)
	}
	return Time(at.Int64), nil
}

// PlanReminder says when to look at a reminder; zero: not before its offer
// changes.
func (tx *Tx) PlanReminder(ctx context.Context, r Reminder, at time.Time) error {
	due := sql.NullInt64{Int64: Millis(at), Valid: !at.IsZero()}
	return tx.changeReminder(ctx, r, `due_at = $6`, due)
}

// ReminderSent notes the start that a reminder was sent for, or need not be
// sent for.
func (tx *Tx) ReminderSent(ctx context.Context, r Reminder, start time.Time) error {
	return tx.changeReminder(ctx, r, `sent_for = $6, due_at = NULL`, Millis(start))
}

func (tx *Tx) changeReminder(ctx context.Context, r Reminder, set string, arg any) error {
	_, err := tx.ExecContext(ctx, `UPDATE reminder SET `+set+` WHERE offer_id = $1 AND key = $2 AND user_id = $3 AND days = $4 AND minutes = $5`,
		r.Offer, Millis(r.Key), r.User, r.Days, r.Minutes, arg)
	if err != nil {
		return fmt.Errorf("note reminder: %w", err)
	}
	return nil
}

// replanReminders has all reminders of an offer looked at again: its dates may
// have moved.
func (tx *Tx) replanReminders(ctx context.Context, offer int64) error {
	tx.attend = true
	if _, err := tx.ExecContext(ctx, `UPDATE reminder SET due_at = 0 WHERE offer_id = $1`, offer); err != nil {
		return fmt.Errorf("plan reminders: %w", err)
	}
	return nil
}

// PutReminder stores a reminder. What was asked for in words stays so when a
// sign-up or a reaction asks for the same; of reactions, the newest stands for it.
func (tx *Tx) PutReminder(ctx context.Context, r Reminder) error {
	tx.attend = true
	_, err := tx.ExecContext(ctx, `INSERT INTO reminder (offer_id, key, user_id, days, minutes, standard, sent_for, event_id, room_id)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
		ON CONFLICT (offer_id, key, user_id, days, minutes) DO UPDATE SET due_at = 0, sent_for = max(sent_for, excluded.sent_for),
			room_id = CASE WHEN excluded.standard THEN room_id ELSE excluded.room_id END,
			event_id = CASE WHEN excluded.standard THEN event_id WHEN standard THEN excluded.event_id
				WHEN event_id = '' THEN '' ELSE excluded.event_id END,
			standard = min(standard, excluded.standard)`,
		r.Offer, Millis(r.Key), r.User, r.Days, r.Minutes, r.Standard, Millis(r.SentFor), r.Event, r.Room)
	if err != nil {
		return fmt.Errorf("note reminder: %w", err)
	}
	return nil
}

// DropReminders removes a person's reminders of a date; only the standard one
// if standard is true.
func (tx *Tx) DropReminders(ctx context.Context, offer int64, key time.Time, user id.UserID, standard bool) error {
	_, err := tx.ExecContext(ctx, `DELETE FROM reminder WHERE offer_id = $1 AND key = $2 AND user_id = $3 AND standard >= $4`,
		offer, Millis(key), user, standard)
	if err != nil {
		return fmt.Errorf("drop reminder: %w", err)
	}
	return nil
}

// DropStandardReminders removes all reminders of a person that came with
// sign-ups.
func (tx *Tx) DropStandardReminders(ctx context.Context, user id.UserID) error {
	if _, err := tx.ExecContext(ctx, `DELETE FROM reminder WHERE user_id = $1 AND standard = 1`, user); err != nil {
		return fmt.Errorf("drop reminders: %w", err)
	}
	return nil
}

// DropReminderBy removes the reminder that a reaction in a room asked for, and returns
// it; ErrNotFound if it asked for none.
func (tx *Tx) DropReminderBy(ctx context.Context, room id.RoomID, e id.EventID) (Reminder, error) {
	list, err := Collect(ctx, tx, scanReminder, `SELECT `+reminderColumns+` FROM reminder r WHERE event_id = $1 AND event_id <> '' AND room_id = $2`, e, room)
	if err != nil {
		return Reminder{}, fmt.Errorf("read reminder: %w", err)
	}
	if len(list) == 0 {
		return Reminder{}, ErrNotFound
	}
	if _, err := tx.ExecContext(ctx, `DELETE FROM reminder WHERE event_id = $1 AND room_id = $2`, e, room); err != nil {
		return Reminder{}, fmt.Errorf("drop reminder: %w", err)
	}
	return list[0], nil
}
