package main

import (
	"context"
	"fmt"
	"sync"

	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"buffet/internal/matrixtest"
)

// watcher prints the conversation as it arrives at one member: that member's
// order is the real one.
type watcher struct {
	screen *screen
	member *matrixtest.Member
	rooms  []*room
	direct bool // only what is not in these rooms: the member's direct chats

	mu      sync.Mutex
	shown   map[id.EventID]bool
	changed chan struct{} // closed and replaced when shown grows
}

func newWatcher(s *screen, m *matrixtest.Member, direct bool, rooms ...*room) *watcher {
	return &watcher{screen: s, member: m, rooms: rooms, direct: direct, shown: map[id.EventID]bool{}, changed: make(chan struct{})}
}

// run prints until ctx ends.
func (w *watcher) run(ctx context.Context) {
	for at := 0; ; at++ {
		evt, err := w.member.WaitFrom(ctx, at, func(*event.Event) bool { return true })
		if err != nil {
			return
		}
		w.see(evt)
		w.mu.Lock()
		w.shown[evt.ID] = true
		close(w.changed)
		w.changed = make(chan struct{})
		w.mu.Unlock()
	}
}

// wait returns when an event has been printed.
func (w *watcher) wait(ctx context.Context, eventID id.EventID) error {
	for {
		w.mu.Lock()
		shown, changed := w.shown[eventID], w.changed
		w.mu.Unlock()
		if shown {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("wait for %s to see a message: %w", w.member.Name, ctx.Err())
		}
	}
}

func (w *watcher) see(evt *event.Event) {
	place := "direct chat of " + shownName(w.member.UserID)
	for _, r := range w.rooms {
		if r.id != evt.RoomID {
			continue
		}
		if w.direct {
			return
		}
		place = r.name
	}
	note, body := "", ""
	switch c := evt.Content.Parsed.(type) {
	case *event.MessageEventContent:
		body = c.Body
		if c.RelatesTo.GetReplaceID() != "" {
			note = "(edit)"
		} else if to := w.author(c.RelatesTo.GetReplyTo()); to != "" {
			note = "to " + to
		}
	case *event.ReactionEventContent:
		note, body = "to "+w.author(c.RelatesTo.EventID), c.RelatesTo.Key+" (a reaction)"
	default:
		if evt.Type == event.EventEncrypted {
			w.screen.fail("expected that %s can read everything, but not %s from %s", w.member.Name, evt.ID, evt.Sender)
		}
		return
	}
	w.screen.message(evt.Mautrix.ReceivedAt, place, shownName(evt.Sender), note, body, evt.Mautrix.WasEncrypted)
}

// author is who wrote an event that was seen.
func (w *watcher) author(eventID id.EventID) string {
	if eventID == "" {
		return ""
	}
	for _, evt := range w.member.Events() {
		if evt.ID == eventID {
			return shownName(evt.Sender)
		}
	}
	return "somebody"
}
