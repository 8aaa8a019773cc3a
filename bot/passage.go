package bot

import (
	"context"
	"errors"
	"slices"
	"time"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"
)

// How a room's timeline is walked through.
const (
	passagePage  = 100
	passagePages = 400      // homeservers may give short pages, or empty ones
	passageBytes = 24 << 20 // of events that are kept in memory
)

// passage is what was met on a walk back through a room's timeline. Whoever
// has met a message that way has met all edits of it and reactions to it
// before, because they are newer.
type passage struct {
	client   *mautrix.Client
	room     id.RoomID
	progress Progress
	begun    time.Time // where the walk leads; zero: to the room's beginning

	from      string // where it goes on
	over      bool   // there is nothing more
	read      int    // events
	bytes     int
	mixed     bool // not all of it comes from the walk, so it is not in its order
	met       map[id.EventID]bool
	messages  []*event.Event // the newest first
	edits     map[id.EventID][]*event.Event
	reactions map[id.EventID][]*event.Event
}

func newPassage(cli *mautrix.Client, room id.RoomID, progress Progress) *passage {
	return &passage{client: cli, room: room, progress: progress, met: map[id.EventID]bool{},
		edits: map[id.EventID][]*event.Event{}, reactions: map[id.EventID][]*event.Event{}}
}

// event reads one event and takes its time for where the walk leads; nil if
// we may not see it.
func (p *passage) event(ctx context.Context, e id.EventID) (*event.Event, error) {
	evt, err := p.client.GetEvent(ctx, p.room, e)
	if err != nil {
		if err = readError(err); errors.Is(err, errUnreadable) {
			return nil, nil
		}
		return nil, err
	}
	if evt == nil || evt.ID != e {
		return nil, nil
	}
	p.begun = sentAt(evt)
	return evt, nil
}

// skew is how far the clocks of homeservers may be apart.
const skew = time.Hour

// walk goes back until a page is the last one, or most events were read. It
// tells whether it got there.
func (p *passage) walk(ctx context.Context, most int, last func(page []*event.Event) bool) (bool, error) {
	lazily := &mautrix.FilterPart{LazyLoadMembers: true}
	for range passagePages {
		if p.over {
			return true, nil
		}
		if p.read >= most || p.bytes > passageBytes {
			return false, nil
		}
		page, err := p.client.Messages(ctx, p.room, p.from, "", mautrix.DirectionBackward, lazily, passagePage)
		if err != nil {
			return false, readError(err)
		}
		for _, evt := range page.Chunk {
			p.take(evt)
		}
		p.read += len(page.Chunk)
		p.over = page.End == "" || page.End == p.from
		p.from = page.End
		p.tell(page.Chunk)
		if last(page.Chunk) {
			return true, nil
		}
	}
	return p.over, nil
}

// full tells whether a good part of what was met stands in one thread, so that
// walking on is the shortest way to the rest of it.
func (p *passage) full(root id.EventID) bool {
	n := 0
	for _, evt := range p.messages {
		if relatesTo(evt).GetThreadParent() == root {
			n++
		}
	}
	return n > 0 && n*5 >= len(p.messages)
}

// missing is how many of these events were not met.
func (p *passage) missing(list []*event.Event) (n int) {
	for _, evt := range list {
		if !p.met[evt.ID] {
			n++
		}
	}
	return n
}

// tell reports progress.
func (p *passage) tell(page []*event.Event) {
	if p.progress == nil || len(page) == 0 {
		return
	}
	part := 0.0
	if now := time.Now(); p.begun.Before(now) && !p.begun.IsZero() {
		part = float64(now.Sub(sentAt(page[len(page)-1]))) / float64(now.Sub(p.begun))
	}
	p.progress(p.read, min(part, 1))
}

// before tells whether a whole page is older than where the walk leads, by
// whatever homeserver's clock.
func (p *passage) before(page []*event.Event) bool {
	end := p.begun.Add(-skew)
	return len(page) > 0 && !slices.ContainsFunc(page, func(evt *event.Event) bool { return !sentAt(evt).Before(end) })
}

// take puts an event where it belongs, once. What was redacted, our own and
// state are left out.
func (p *passage) take(evt *event.Event) {
	if p.met[evt.ID] {
		return
	}
	p.met[evt.ID] = true
	if evt.StateKey != nil || evt.Unsigned.RedactedBecause != nil || len(evt.Content.Raw) == 0 || evt.Sender == p.client.UserID {
		return
	}
	evt.Type.Class = event.MessageEventType
	switch evt.Type.Type {
	case event.EventReaction.Type:
		if err := evt.Content.ParseRaw(event.EventReaction); err != nil && !errors.Is(err, event.ErrContentAlreadyParsed) {
			return
		}
		if c, ok := evt.Content.Parsed.(*event.ReactionEventContent); ok && c.RelatesTo.EventID != "" {
			p.reactions[c.RelatesTo.EventID] = append(p.reactions[c.RelatesTo.EventID], evt)
		}
	case event.EventMessage.Type, event.EventEncrypted.Type:
		p.bytes += len(evt.Content.VeryRaw)
		if of := relatesTo(evt).GetReplaceID(); of != "" { // it stands outside of the encryption
			p.edits[of] = append(p.edits[of], evt)
		} else {
			p.messages = append(p.messages, evt)
		}
	}
}

// inOrder are the messages that were met, the oldest first.
func (p *passage) inOrder() []*event.Event {
	list := slices.Clone(p.messages)
	slices.Reverse(list)
	if p.mixed {
		slices.SortStableFunc(list, func(x, y *event.Event) int { return int(x.Timestamp - y.Timestamp) })
	}
	return list
}

// between are the messages of a window of time, the oldest first.
func (p *passage) between(since, until time.Time) []*event.Event {
	return slices.DeleteFunc(p.inOrder(), func(evt *event.Event) bool {
		at := sentAt(evt)
		return at.Before(since) || !at.Before(until)
	})
}

// tree are a message, those of its thread, the replies to all of these and
// what hangs on them in turn, the oldest first.
func (p *passage) tree(root id.EventID) []*event.Event {
	in := map[id.EventID]bool{root: true}
	all := p.inOrder()
	for grown := true; grown; {
		grown = false
		for _, evt := range all {
			rel := relatesTo(evt)
			to := rel.GetThreadParent()
			if to == "" {
				to = rel.GetNonFallbackReplyTo()
			}
			if !in[evt.ID] && in[to] {
				in[evt.ID], grown = true, true
			}
		}
	}
	return slices.DeleteFunc(all, func(evt *event.Event) bool { return !in[evt.ID] })
}
