package offers

import (
	"context"
	"time"

	"maunium.net/go/mautrix/id"

	"buffet/lang"
	"buffet/schedule"
	"buffet/store"
)

// AttendKind is the kind, and the key, of the one job that says in time what
// is due around dates: reminders, that something starts, and the line after it.
const AttendKind = store.AttendJob

const (
	// attendSleep is how long the job sleeps at most.
	attendSleep = time.Hour
	// tooLate is how long after a start it is still worth saying that it starts.
	tooLate = 15 * time.Minute
	// atOnce is how many reminders one transaction looks at.
	atOnce = 500
)

// Attendant does the job of AttendKind.
type Attendant struct {
	Store   *store.Store
	Phrases *lang.Phrases
	Now     func() time.Time
	// Network is how the people of a network read in their direct chats; false
	// if it is not configured any more.
	Network func(name string) (AnnounceRoom, bool)
	// Room is how the people of a room read; false if the bot is not there any more.
	Room func(ctx context.Context, q store.Querier, room id.RoomID) (AnnounceRoom, bool, error)
}

// EnsureAttend puts the job in, if it is not there.
func EnsureAttend(ctx context.Context, tx *store.Tx, now time.Time) error {
	_, err := schedule.Add(ctx, tx, AttendKind, AttendKind, nil, now)
	return err
}

// Handler is what the queue needs for AttendKind. The job must never end.
func (a *Attendant) Handler() schedule.Handler {
	return schedule.Handler{Run: a.run, Max: 1 << 30}
}

// run does what is due and sleeps until the next due thing.
func (a *Attendant) run(ctx context.Context, j *schedule.Job) error {
	return a.Store.Write(ctx, func(tx *store.Tx) error {
		now := a.Now()
		next := now.Add(attendSleep)
		for _, do := range []func(context.Context, *store.Tx, time.Time) (time.Time, error){a.remind, a.begin, a.after, a.share} {
			at, err := do(ctx, tx, now)
			if err != nil {
				return err
			}
			next = earlier(next, at)
		}
		return j.Again(ctx, tx, next)
	})
}

// earlier is the earlier of two instants, of which the zero one is none.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}
