package store

import (
	"context"
	"fmt"
	"time"

	"maunium.net/go/mautrix/id"
)

// PersonCalendar is that a person has a calendar feed of their own; the address
// is not told.
type PersonCalendar struct {
	Network string    `json:"network"`
	Alarm   int       `json:"alarm_minutes,omitempty"` // before each date; 0: none
	At      time.Time `json:"at"`
}

// PersonCalendars are a person's calendar feeds, by network.
func PersonCalendars(ctx context.Context, q Querier, user id.UserID) ([]PersonCalendar, error) {
	list, err := Collect(ctx, q, func(scan func(...any) error) (c PersonCalendar, err error) {
		var at int64
		err = scan(&c.Network, &c.Alarm, &at)
		c.At = Time(at)
		return c, err
	}, `SELECT network, alarm, at FROM calendar_link WHERE user_id = $1 AND user_id <> '' ORDER BY network`, user)
	if err != nil {
		return nil, fmt.Errorf("read calendars of a person: %w", err)
	}
	return list, nil
}
