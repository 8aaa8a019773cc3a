package knowledge

import (
	"context"
	"errors"
	"time"

	"maunium.net/go/mautrix/id"

	"buffet/lang"
	"buffet/schedule"
	"buffet/store"
)

// NudgeKind is the kind of the job that looks after one open question.
const NudgeKind = "nudge"

// Quiet is how long an open question may be quiet before its thread is asked,
// once, whether it is answered.
const Quiet = 7 * 24 * time.Hour

type nudgeArgs struct {
	Contribution int64 `json:"contribution"`
}

// Nudger asks in the threads of quiet questions whether they are answered.
type Nudger struct {
	Store   *store.Store
	Phrases *lang.Phrases
	Now     func() time.Time
	// Place is where a room's questions stand; not ok if the bot is not there.
	Place func(ctx context.Context, q store.Querier, room id.RoomID) (Place, bool, error)
}

// Handler does the jobs of NudgeKind.
func (n *Nudger) Handler() schedule.Handler { return schedule.Handler{Run: n.run, Max: 1 << 30} }

func (n *Nudger) run(ctx context.Context, j *schedule.Job) error {
	var a nudgeArgs
	if err := j.Decode(&a); err != nil {
		return err
	}
	return n.Store.Write(ctx, func(tx *store.Tx) error {
		now := n.Now()
		c, err := store.ContributionByID(ctx, tx, a.Contribution)
		if errors.Is(err, store.ErrNotFound) || err == nil && !c.Nudged.IsZero() {
			return j.Done(ctx, tx)
		} else if err != nil {
			return err
		}
		p, there, err := n.Place(ctx, tx, c.Room)
		if err != nil {
			return err
		}
		since := c.Active
		if !c.Closed.IsZero() || !there {
			since = now // it may be opened again, we may be let in again: look later
		}
		if due := since.Add(Quiet); due.After(now) {
			return j.Again(ctx, tx, due)
		}
		c.Nudged = now
		if err := tx.PutContribution(ctx, c); err != nil {
			return err
		}
		if c.EventRoom != c.Room { // its thread stands in a room that was replaced
			return j.Done(ctx, tx)
		}
		text := n.Phrases.Text(p.Lang, "know_nudge", lang.Values{"P": p.Prefix})
		m := store.Message{Key: j.Key, Room: c.Room, ReplyTo: c.Event, Thread: c.Thread, Plain: text.Plain(), HTML: text.HTML(), Notice: true}
		if _, err := tx.Send(ctx, m, now); err != nil {
			return err
		}
		return j.Done(ctx, tx)
	})
}
