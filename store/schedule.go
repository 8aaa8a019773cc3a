package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"maunium.net/go/mautrix/id"
)

// Schedule says when something happens in a room.
type Schedule struct {
	ID      int64
	Room    id.RoomID
	Kind    string        // what happens: "announcement"
	Origin  string        // FromConfig or FromRoom
	Spec    string        // the cron line, as schedule.ParseLine reads it
	Zone    string        // IANA name of the zone that the line is read in
	Filter  string        // JSON, as the kind has it; "" is stored as "{}"
	Grace   time.Duration // how late a slot may still be used, to the millisecond
	Next    time.Time     // the next slot
	Enabled bool
}

// Where a schedule comes from.
const (
	FromConfig = "config"
	FromRoom   = "room"
)

// Slot is one time that a schedule named, and what became of it.
type Slot struct {
	Schedule int64
	At       time.Time
	State    string    // SlotPlanned or SlotMissed
	Fired    time.Time // when that was written down
}

// The states of a slot.
const (
	SlotPlanned = "planned"
	SlotMissed  = "missed"
)

const scheduleColumns = `id, room_id, kind, origin, spec, zone, filter, grace, next_at, enabled`

func scanSchedule(scan func(...any) error) (c Schedule, err error) {
	var grace, next int64
	err = scan(&c.ID, &c.Room, &c.Kind, &c.Origin, &c.Spec, &c.Zone, &c.Filter, &grace, &next, &c.Enabled)
	c.Grace, c.Next = time.Duration(grace)*time.Millisecond, Time(next)
	return c, err
}

// Schedule is the schedule of that id, or ErrNotFound.
func (s *Store) Schedule(ctx context.Context, n int64) (Schedule, error) {
	return getSchedule(ctx, s.reader, n)
}

// Schedule is the same inside the transaction.
func (tx *Tx) Schedule(ctx context.Context, n int64) (Schedule, error) {
	return getSchedule(ctx, tx, n)
}

func getSchedule(ctx context.Context, q Querier, n int64) (Schedule, error) {
	c, err := scanSchedule(q.QueryRowContext(ctx, `SELECT `+scheduleColumns+` FROM schedule WHERE id = $1`, n).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return c, ErrNotFound
	}
	return c, err
}

// Schedules are the schedules of a room, or all if room is "", in the order
// they were made; disabled ones too.
func (s *Store) Schedules(ctx context.Context, room id.RoomID) ([]Schedule, error) {
	return Schedules(ctx, s.reader, room)
}

// Schedules is the same inside the transaction.
func (tx *Tx) Schedules(ctx context.Context, room id.RoomID) ([]Schedule, error) {
	return Schedules(ctx, tx, room)
}

// Schedules is the same on any connection.
func Schedules(ctx context.Context, q Querier, room id.RoomID) ([]Schedule, error) {
	list, err := Collect(ctx, q, scanSchedule, `SELECT `+scheduleColumns+` FROM schedule WHERE $1 = '' OR room_id = $1 ORDER BY id`, room)
	if err != nil {
		return nil, fmt.Errorf("read schedules: %w", err)
	}
	return list, nil
}

// DueSchedules are the enabled schedules whose next slot is not after now.
func (tx *Tx) DueSchedules(ctx context.Context, now time.Time) ([]Schedule, error) {
	list, err := Collect(ctx, tx, scanSchedule, `SELECT `+scheduleColumns+` FROM schedule
		WHERE enabled = 1 AND next_at <= $1 ORDER BY next_at, id`, Millis(now))
	if err != nil {
		return nil, fmt.Errorf("read due schedules: %w", err)
	}
	return list, nil
}

// NextSchedule is the earliest next slot of all enabled schedules; zero if
// there is none.
func (s *Store) NextSchedule(ctx context.Context) (time.Time, error) {
	var at sql.NullInt64
	if err := s.reader.QueryRowContext(ctx, `SELECT min(next_at) FROM schedule WHERE enabled = 1`).Scan(&at); err != nil {
		return time.Time{}, fmt.Errorf("read next slot: %w", err)
	}
	return Time(at.Int64), nil
}

// AddSchedule stores a new schedule and returns its id; c.ID is not used, and
// one that is not c.Enabled sleeps.
func (tx *Tx) AddSchedule(ctx context.Context, c Schedule) (n int64, err error) {
	err = tx.QueryRowContext(ctx, `INSERT INTO schedule (room_id, kind, origin, spec, zone, filter, grace, next_at, enabled)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id`,
		c.Room, c.Kind, c.Origin, c.Spec, c.Zone, filterOf(c), c.Grace.Milliseconds(), Millis(c.Next), c.Enabled).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("add schedule: %w", err)
	}
	tx.ring = append(tx.ring, tx.s.schedules)
	return n, nil
}

// PutSchedule overwrites the schedule of that id; ErrNotFound if there is
// none. Who changes Spec or Zone computes Next anew.
func (tx *Tx) PutSchedule(ctx context.Context, c Schedule) error {
	did, err := tx.changed(ctx, `UPDATE schedule SET room_id = $2, kind = $3, origin = $4, spec = $5, zone = $6,
		filter = $7, grace = $8, next_at = $9, enabled = $10 WHERE id = $1`,
		c.ID, c.Room, c.Kind, c.Origin, c.Spec, c.Zone, filterOf(c), c.Grace.Milliseconds(), Millis(c.Next), c.Enabled)
	if err != nil {
		return fmt.Errorf("change schedule: %w", err)
	}
	if !did {
		return ErrNotFound
	}
	tx.ring = append(tx.ring, tx.s.schedules)
	return nil
}

func filterOf(c Schedule) string {
	if c.Filter == "" {
		return "{}"
	}
	return c.Filter
}

// AdvanceSchedule sets the next slot; the zero time disables the schedule.
func (tx *Tx) AdvanceSchedule(ctx context.Context, n int64, next time.Time) error {
	if _, err := tx.ExecContext(ctx, `UPDATE schedule SET next_at = $2, enabled = $3 WHERE id = $1`, n, Millis(next), !next.IsZero()); err != nil {
		return fmt.Errorf("advance schedule: %w", err)
	}
	return nil
}

// RemoveSchedule forgets a schedule and its slots; ErrNotFound if there is
// none. Jobs that it planned stay.
func (tx *Tx) RemoveSchedule(ctx context.Context, n int64) error {
	did, err := tx.changed(ctx, `DELETE FROM schedule WHERE id = $1`, n)
	if err != nil {
		return fmt.Errorf("remove schedule: %w", err)
	}
	if !did {
		return ErrNotFound
	}
	return nil
}

// AddSlot writes a slot down. It is false, and nothing changes, if that slot
// was written down before, whatever became of it.
func (tx *Tx) AddSlot(ctx context.Context, c Slot) (bool, error) {
	added, err := tx.changed(ctx, `INSERT INTO slot (schedule_id, slot, state, fired_at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (schedule_id, slot) DO NOTHING`, c.Schedule, Millis(c.At), c.State, Millis(c.Fired))
	if err != nil {
		return false, fmt.Errorf("add slot: %w", err)
	}
	return added, nil
}

// Slots are the slots of a schedule that were written down, oldest first.
func (s *Store) Slots(ctx context.Context, schedule int64) ([]Slot, error) {
	list, err := Collect(ctx, s.reader, func(scan func(...any) error) (c Slot, err error) {
		var at, fired int64
		err = scan(&c.Schedule, &at, &c.State, &fired)
		c.At, c.Fired = Time(at), Time(fired)
		return c, err
	}, `SELECT schedule_id, slot, state, fired_at FROM slot WHERE schedule_id = $1 ORDER BY slot`, schedule)
	if err != nil {
		return nil, fmt.Errorf("read slots: %w", err)
	}
	return list, nil
}
