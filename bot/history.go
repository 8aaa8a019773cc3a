package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"buffet/commands"
	"buffet/digest"
)

// What is read for a summary at most.
const (
	nearEvents = 1_000 // of a room, to come to the root of a thread
	farEvents  = 10_000
	singly     = 100   // messages of an old thread whose edits are asked for one by one rather than reading the room further
	maxSingly  = 500   // the same, where the room is not read that far
	maxThread  = 5_000 // messages of an old thread
)

// Progress hears how many events of a room were read, and how far that is on
// the way, from 0 to 1.
type Progress func(read int, part float64)

// ReadThread reads what was said in the thread of a message, or in replies to
// it and to these, as it reads now. What stays unsaid is what we cannot see.
func (b *Bot) ReadThread(ctx context.Context, room id.RoomID, root id.EventID, progress Progress) (*digest.History, error) {
	ctx = mautrix.WithMaxRetries(ctx, readRetries)
	p := newPassage(b.Account.Client, room, progress)
	first, err := p.event(ctx, root)
	if err != nil {
		return nil, err
	}
	reached := func(page []*event.Event) bool {
		return slices.ContainsFunc(page, func(evt *event.Event) bool { return evt.ID == root }) || p.before(page)
	}
	there, err := p.walk(ctx, nearEvents, reached)
	if err == nil && !there && p.full(root) {
		there, err = p.walk(ctx, farEvents, reached)
	}
	if err != nil {
		return nil, err
	}
	cut := false
	if !there {
		if cut, err = b.readOldThread(ctx, p, root, reached); err != nil {
			return nil, err
		}
	}
	if first != nil {
		p.take(first)
	}
	h, err := b.history(ctx, p, p.tree(root))
	if err != nil {
		return nil, err
	}
	h.Cut = cut
	return h, b.visible(ctx, room, h)
}

// readOldThread reads a thread whose root lies far back, in a room that talks
// of other things. It tells whether something is missing.
func (b *Bot) readOldThread(ctx context.Context, p *passage, root id.EventID, reached func([]*event.Event) bool) (cut bool, err error) {
	list, whole, cut, err := b.threadOf(ctx, p.room, root)
	if err != nil {
		return false, err
	}
	if !whole && p.missing(list) > singly {
		there, err := p.walk(ctx, farEvents, reached)
		if err != nil || there {
			return false, err
		}
	}
	p.mixed = true
	cut = cut || len(list) == 0 // only replies, which nobody lists
	alone, most := 0, p.bytes+passageBytes
	for _, evt := range slices.Backward(list) { // the newest first
		if p.met[evt.ID] {
			continue
		}
		if alone++; !whole && alone > maxSingly || p.bytes > most {
			cut = true
			break
		}
		if p.take(evt); whole {
			continue
		}
		if err := b.takeRelated(ctx, p, evt.ID); err != nil {
			return false, err
		}
	}
	after, err := b.after(ctx, p.room, root, plainReplies)
	if err != nil && !errors.Is(err, errUnreadable) {
		return false, err
	}
	for _, evt := range after {
		p.take(evt)
	}
	return cut, b.takeRelated(ctx, p, root)
}

// threadOf are the messages of a thread, the oldest first. whole: with their
// edits and reactions, which Synapse gives if asked and Dendrite does not.
// cut: there are more.
func (b *Bot) threadOf(ctx context.Context, room id.RoomID, root id.EventID) (list []*event.Event, whole, cut bool, err error) {
	list, whole, cut, err = b.allRelations(ctx, room, root, maxThread, true)
	if errors.Is(err, errUnreadable) { // a root that we may not see
		return nil, true, false, nil
	} else if err != nil {
		return nil, false, false, err
	}
	if !whole {
		list = slices.DeleteFunc(list, func(evt *event.Event) bool { return relatesTo(evt).GetThreadParent() != root })
	}
	slices.SortStableFunc(list, func(x, y *event.Event) int { return int(x.Timestamp - y.Timestamp) })
	return list, whole, cut, nil
}

// ReadSince reads what was said in a room in a window of time, as it reads now;
// digest.ErrUnreadable if the homeserver refuses that. What not everybody in the
// room may see is left out.
func (b *Bot) ReadSince(ctx context.Context, room id.RoomID, since, until time.Time, progress Progress) (*digest.History, error) {
	h, err := b.readSince(ctx, room, since, until, progress)
	if errors.Is(err, errUnreadable) {
		return nil, fmt.Errorf("%w: %w", digest.ErrUnreadable, err)
	}
	return h, err
}

func (b *Bot) readSince(ctx context.Context, room id.RoomID, since, until time.Time, progress Progress) (*digest.History, error) {
	p := newPassage(b.Account.Client, room, progress)
	from, err := b.visibleFrom(ctx, room, since)
	if err != nil {
		return nil, err
	}
	p.begun = from
	whole, err := p.walk(mautrix.WithMaxRetries(ctx, readRetries), farEvents, p.before)
	if err != nil {
		return nil, err
	}
	h, err := b.history(ctx, p, p.between(from, until))
	if err != nil {
		return nil, err
	}
	if h.Cut = !whole; from.After(since) {
		h.From = from
	}
	return h, nil
}

// history makes of messages, the oldest first, what people said in them.
func (b *Bot) history(ctx context.Context, p *passage, list []*event.Event) (*digest.History, error) {
	if err := b.guard.members(ctx, p.room); err != nil {
		return nil, readError(err)
	}
	r := &reader{Bot: b, passage: p, people: map[id.UserID]*person{}, to: commands.Incoming{Me: b.Account.Client.UserID, MyName: b.myName()}}
	if room, err := b.Store.Room(ctx, p.room); err == nil {
		if n := b.Network(room.Network); n != nil {
			r.to.Prefix = n.Prefix
		}
	}
	h := new(digest.History)
	roots := map[string]bool{}
	for _, evt := range list {
		m, err := r.message(ctx, evt)
		switch {
		case errors.Is(err, errSealed):
			h.Unreadable++
			continue
		case errors.Is(err, errUnreadable):
			continue
		case err != nil:
			return nil, err
		}
		roots[m.Thread] = true
		h.Messages = append(h.Messages, *m)
	}
	for i := range h.Messages {
		if m := &h.Messages[i]; m.Thread == "" && roots[m.ID] {
			m.Thread = m.ID
		}
	}
	return h, nil
}
