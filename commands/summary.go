package commands

import (
	"context"
	"errors"
	"time"

	"maunium.net/go/mautrix/id"

	"buffet/lang"
	"buffet/schedule"
	"buffet/store"
)

// SummaryKind is the kind of the jobs that sum up what was said.
const SummaryKind = "summary"

// SummaryArgs are that job's arguments: what is wanted, and where.
type SummaryArgs struct {
	Event   id.EventID `json:"event"` // the message that asks
	Sender  id.UserID  `json:"sender"`
	Room    id.RoomID  `json:"room"` // where it was asked, and is answered
	Thread  id.EventID `json:"thread,omitempty"`
	Lang    string     `json:"lang"`
	Asked   time.Time  `json:"asked"`
	Of      id.RoomID  `json:"of"`             // the room that is read
	Root    id.EventID `json:"root,omitempty"` // of the thread in it, or the message whose replies are meant; "": all of the room
	Since   time.Time  `json:"since,omitzero"` // zero: all of the thread
	Moving  bool       `json:"moving,omitempty"`
	Simple  bool       `json:"simple,omitempty"`
	Command string     `json:"command"` // as the network has it, to be shown
}

// summaryDays is how far back is read.
const summaryDays = 31

// runSummary is "kurz": a job reads and answers.
func runSummary(ctx context.Context, tx *store.Tx, c *Call) (*Reply, error) {
	if c.Network.Room == "" {
		return nil, lang.Wrong("cmd_say_it_in_room", lang.Values{"Network": c.Network.Name})
	}
	w, err := readWindow(c.Args, c.Now.In(c.Network.Zone))
	switch {
	case errors.Is(err, errAhead):
		return nil, c.wrong("cmd_summary_future", lang.Values{"Typed": short(c.Tail)})
	case err != nil:
		return nil, c.wrong("cmd_summary_when", lang.Values{"Typed": short(c.Tail)})
	case w.since.Before(c.Now.AddDate(0, 0, -summaryDays).Add(-time.Hour)) && !w.since.IsZero():
		return nil, c.wrong("cmd_summary_far", lang.Values{"Days": summaryDays})
	case w.simple && c.Direct:
		return nil, c.wrong("cmd_summary_simple")
	}
	a := SummaryArgs{Event: c.Event, Sender: c.Sender, Room: c.Room, Thread: c.Thread, Lang: c.Lang, Asked: c.Now, Of: c.Network.Room,
		Since: w.since, Moving: w.moving, Simple: w.simple, Command: c.Prefix + c.Command.Name(c.Lang)}
	if a.Root, err = c.talk(ctx, tx); err != nil {
		return nil, err
	}
	if a.Root == "" && a.Since.IsZero() {
		a.Since, a.Moving = c.Now.Add(-24*time.Hour), true
	}
	_, err = schedule.Add(ctx, tx, SummaryKind+"/"+c.Event.String(), SummaryKind, a, c.Now)
	return nil, err
}

// talk is the thread that a call stands in, or the message that it replies to
// if that is not ours; "" for neither.
func (c *Call) talk(ctx context.Context, tx *store.Tx) (id.EventID, error) {
	if c.Direct || c.Thread != "" || c.ReplyTo == "" {
		if c.Direct {
			return "", nil
		}
		return c.Thread, nil
	}
	_, err := store.KeyOf(ctx, tx, c.ReplyTo)
	if errors.Is(err, store.ErrNotFound) {
		return c.ReplyTo, nil
	}
	return "", err
}
