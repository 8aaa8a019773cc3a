package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/id"

	"buffet/commands"
	"buffet/digest"
	"buffet/knowledge"
	"buffet/schedule"
	"buffet/store"
)

// RecheckHandler does the jobs that look after a room in which something may
// have been edited or deleted unseen: it asks the homeserver for every message
// that was gathered there or that a digest quotes, and every mark that took effect.
func (b *Bot) RecheckHandler() map[string]schedule.Handler {
	return map[string]schedule.Handler{kindRecheck: {Run: b.recheckRoom, Timeout: recheckTimeout}}
}

const (
	recheckPage    = 50
	recheckTime    = 20 * time.Second       // then another job goes on
	recheckTimeout = 5 * time.Minute        // with what is begun until then: a message may have many edits
	recheckDigests = 8 * 7 * 24 * time.Hour // older ones are not looked after
)

func (b *Bot) recheckRoom(ctx context.Context, j *schedule.Job) error {
	var a recheckArgs
	if err := j.Decode(&a); err != nil {
		return err
	}
	room, err := b.Store.Room(ctx, a.Room)
	if errors.Is(err, store.ErrNotFound) {
		return b.Store.Write(ctx, func(tx *store.Tx) error { return j.Done(ctx, tx) })
	} else if err != nil {
		return err
	}
	p, _ := b.place(room)
	began := a
	more, err := b.recheckSome(ctx, p, &a, time.Now().Add(recheckTime))
	if err != nil && a == began {
		return err
	}
	more = more || err != nil // another job begins there: an attempt of this one would do all again
	return b.Store.Write(ctx, func(tx *store.Tx) error {
		if err := j.Done(ctx, tx); err != nil || !more {
			return err
		}
		key, _, _ := strings.Cut(j.Key, "#")
		_, err := schedule.Add(ctx, tx, fmt.Sprintf("%s#%d%s%s", key, a.After, a.Event, a.Source), kindRecheck, a, time.Now())
		return err
	})
}

// recheckSome looks after a page of each kind at most, and begins nothing after
// that time; but if there is more, it got on.
func (b *Bot) recheckSome(ctx context.Context, p knowledge.Place, a *recheckArgs, until time.Time) (more bool, err error) {
	if a.Source == "" {
		if more, err := b.recheckKept(ctx, p, a, until); err != nil || more {
			return more, err
		}
	}
	sources, err := store.DigestSourcesIn(ctx, b.Store.Reader(), a.Room, a.Source, time.Now().Add(-recheckDigests), recheckPage)
	if err != nil {
		return false, err
	}
	for _, s := range sources {
		if err := b.recheckSource(ctx, a.Room, s); err != nil {
			return false, err
		}
		a.Source = s.Event
		if time.Now().After(until) {
			return true, nil
		}
	}
	return len(sources) == recheckPage, nil
}

// recheckKept follows what became of a page of what was gathered and, after
// the last one, of marks.
func (b *Bot) recheckKept(ctx context.Context, p knowledge.Place, a *recheckArgs, until time.Time) (more bool, err error) {
	list, err := store.ContributionsIn(ctx, b.Store.Reader(), a.Room, a.After, recheckPage)
	if err != nil {
		return false, err
	}
	for _, c := range list {
		if err := b.recheckOne(ctx, p, c); err != nil {
			return false, err
		}
		a.After = c.ID
		if time.Now().After(until) {
			return true, nil
		}
	}
	if len(list) == recheckPage {
		return true, nil
	}
	events, err := b.marksIn(ctx, a.Room)
	if err != nil {
		return false, err
	}
	at, last := slices.BinarySearch(events, a.Event)
	if last {
		at++
	}
	events = events[at:]
	for _, e := range events[:min(len(events), recheckPage)] {
		if err := b.recheckEvent(ctx, a.Room, e); err != nil {
			return false, err
		}
		a.Event = e
		if time.Now().After(until) {
			return true, nil
		}
	}
	return len(events) > recheckPage, nil
}

// marksIn are the events in a room that took effect beside what was gathered,
// in order, each once. What did so without an event is left out.
func (b *Bot) marksIn(ctx context.Context, room id.RoomID) ([]id.EventID, error) {
	q := b.Store.Reader()
	marks, err := store.MarksIn(ctx, q, room)
	if err != nil {
		return nil, err
	}
	ways, err := store.WaysIn(ctx, q, room)
	if err != nil {
		return nil, err
	}
	alarms, err := store.RemindersIn(ctx, q, room)
	if err != nil {
		return nil, err
	}
	proposed, err := store.ProposalKeysIn(ctx, q, room)
	if err != nil {
		return nil, err
	}
	var events []id.EventID
	for _, m := range marks {
		events = append(events, m.Event)
	}
	for _, w := range ways {
		events = append(events, w.Event)
	}
	for _, r := range alarms {
		events = append(events, r.Event)
	}
	for _, key := range proposed {
		if e, ok := strings.CutPrefix(key, commands.ReplyKey("")); ok {
			events = append(events, id.EventID(e))
		}
	}
	events = slices.DeleteFunc(events, func(e id.EventID) bool { return !strings.HasPrefix(e.String(), "$") })
	slices.Sort(events)
	return slices.Compact(events), nil
}

// recheckOne follows what became of a gathered message.
func (b *Bot) recheckOne(ctx context.Context, p knowledge.Place, c store.Contribution) error {
	if err := b.recheckEvent(ctx, c.EventRoom, c.Event); err != nil {
		return err
	}
	said, err := b.readMessage(ctx, c.EventRoom, c.Event)
	if errors.Is(err, errUnreadable) || err == nil && (!said.Trusted || p.Network == "") {
		return nil // that it cannot be read does not say that it was changed
	} else if err != nil {
		return err
	}
	text := b.given(*said, p).Text
	if strings.HasSuffix(knowledge.Clip(said.Text), c.Body) || knowledge.Clip(text) == c.Body {
		return nil // as it is, or without how we were called
	}
	return b.Store.Write(ctx, func(tx *store.Tx) error {
		now, err := store.ContributionByID(ctx, tx, c.ID)
		if err != nil || now.Body != c.Body { // an edit came by in the meantime
			return store.Ignore(err)
		}
		return b.keeper().Edit(ctx, tx, c.EventRoom, c.Event, c.Author, text, time.Now())
	})
}

// recheckEvent takes back what an event did, if it was redacted.
func (b *Bot) recheckEvent(ctx context.Context, room id.RoomID, e id.EventID) error {
	evt, err := b.Account.Client.GetEvent(mautrix.WithMaxRetries(ctx, readRetries), room, e)
	if err != nil {
		if err = readError(err); errors.Is(err, errUnreadable) {
			return nil // not ours to see any more: that does not say that it was deleted
		}
		return err
	}
	if evt == nil || evt.Unsigned.RedactedBecause == nil {
		return nil
	}
	err = b.Store.Write(ctx, func(tx *store.Tx) error { return b.undo(ctx, tx, room, e) })
	if err != nil {
		return fmt.Errorf("take back: %w", err)
	}
	return nil
}

// recheckSource makes void what rests on a message that does not read any more
// as it did, or that its author made into something that we do not read as text.
func (b *Bot) recheckSource(ctx context.Context, room id.RoomID, s store.Cited) error {
	if err := b.recheckEvent(ctx, room, s.Event); err != nil {
		return err
	}
	text, ok, edited, err := b.textNow(ctx, room, s.Event)
	if errors.Is(err, errUnreadable) {
		return nil
	} else if err != nil {
		return err
	}
	if ok && s.Reads(digest.Hash(text)) || !ok && !edited {
		return nil // that it cannot be read does not say that it was changed
	}
	return b.Store.Write(ctx, func(tx *store.Tx) error { return tx.VoidEvent(ctx, room, s.Event) })
}
