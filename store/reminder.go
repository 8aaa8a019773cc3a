package store

import (
	"context"
	"fmt"
	"time"

	"maunium.net/go/mautrix/id"
)

// Reminder is that a person is told of a date before it starts: so many days
// by the calendar and then so many minutes before.
type Reminder struct {
	Offer    int64
	Key      time.Time
	User     id.UserID
	Days     int
	Minutes  int
	Standard bool      // comes with a sign-up and goes with it
	SentFor  time.Time // the start it was sent for; zero: not sent
}

const reminderColumns = `r.offer_id, r.key, r.user_id, r.days, r.minutes, r.standard, r.sent_for`

func scanReminder(scan func(...any) error) (r Reminder, err error) {
	var key, sent int64
	err = scan(&r.Offer, &key, &r.User, &r.Days, &r.Minutes, &r.Standard, &sent)
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

// PutReminder stores a reminder. What was asked for stays so when a sign-up
// asks for the same.
func (tx *Tx) PutReminder(ctx context.Context, r Reminder) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO reminder (offer_id, key, user_id, days, minutes, standard, sent_for) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (offer_id, key, user_id, days, minutes) DO UPDATE SET standard = min(standard, excluded.standard), sent_for = excluded.sent_for`,
		r.Offer, Millis(r.Key), r.User, r.Days, r.Minutes, r.Standard, Millis(r.SentFor))
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
