package matrixtest

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
)

// syncRetry is the pause after a failed sync: a restarted server is soon back.
const syncRetry = 100 * time.Millisecond

// eventLog is a syncer that keeps every event it has seen. It shows the events of
// a sync response only once all of it is handled: whoever waits for a member to
// join may send at once, and that member's devices are already known.
type eventLog struct {
	*mautrix.DefaultSyncer

	mu      sync.Mutex
	events  []*event.Event
	shown   int           // so many of them may be seen
	mark    int           // Wait begins here
	busy    bool          // a response is being handled
	synced  bool          // there was a response
	ended   error         // no more will come
	changed chan struct{} // closed and replaced when shown grows
}

func newEventLog() *eventLog {
	l := &eventLog{DefaultSyncer: mautrix.NewDefaultSyncer(), changed: make(chan struct{})}
	// A limit that no test reaches: a gap in the timeline would be a gap in the log.
	l.FilterJSON = &mautrix.Filter{Room: &mautrix.RoomFilter{Timeline: &mautrix.FilterPart{Limit: 1000}}}
	l.OnSync(stampArrival)
	return l
}

// stampArrival runs before anything is decrypted, which then inherits the time.
func stampArrival(_ context.Context, resp *mautrix.RespSync, _ string) bool {
	now := time.Now()
	for _, room := range resp.Rooms.Join {
		for _, evt := range slices.Concat(room.State.Events, room.Timeline.Events, room.AccountData.Events) {
			evt.Mautrix.ReceivedAt = now
		}
	}
	for _, room := range resp.Rooms.Invite {
		for _, evt := range room.State.Events {
			evt.Mautrix.ReceivedAt = now
		}
	}
	for _, room := range resp.Rooms.Leave {
		for _, evt := range slices.Concat(room.State.Events, room.Timeline.Events) {
			evt.Mautrix.ReceivedAt = now
		}
	}
	return true
}

// ProcessResponse handles one sync response and then shows its events.
func (l *eventLog) ProcessResponse(ctx context.Context, resp *mautrix.RespSync, since string) error {
	l.mu.Lock()
	l.busy = true
	l.mu.Unlock()
	err := l.DefaultSyncer.ProcessResponse(ctx, resp, since)
	l.mu.Lock()
	l.busy, l.synced = false, true
	l.show()
	l.mu.Unlock()
	return err
}

// OnFailedSync goes on at once; only a token that is no longer valid ends it.
func (l *eventLog) OnFailedSync(resp *mautrix.RespSync, err error) (time.Duration, error) {
	if _, err := l.DefaultSyncer.OnFailedSync(resp, err); err != nil {
		return 0, err
	}
	return syncRetry, nil
}

// see takes an event in. Encrypted ones come twice, and count when decrypted.
func (l *eventLog) see(_ context.Context, evt *event.Event) {
	if evt.Type != event.EventEncrypted && evt.Type.Class != event.ToDeviceEventType {
		l.add(evt)
	}
}

// seeUndecrypted takes in what could not be decrypted, as m.room.encrypted.
func (l *eventLog) seeUndecrypted(evt *event.Event, _ error) { l.add(evt) }

func (l *eventLog) add(evt *event.Event) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.events = append(l.events, evt)
	if !l.busy { // its key came late, so it does not belong to a response
		l.show()
	}
}

func (l *eventLog) show() {
	l.shown = len(l.events)
	close(l.changed)
	l.changed = make(chan struct{})
}

// end lets all waits end.
func (l *eventLog) end(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ended = fmt.Errorf("sync has ended: %w", err)
	l.show()
}

// view is the log at one moment.
type view struct {
	events  []*event.Event
	synced  bool
	ended   error
	changed <-chan struct{}
}

// from is what is shown from a position on.
func (l *eventLog) from(pos int) view {
	l.mu.Lock()
	defer l.mu.Unlock()
	return view{slices.Clone(l.events[min(pos, l.shown):l.shown]), l.synced, l.ended, l.changed}
}

func (l *eventLog) setMark() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.mark = l.shown
	return l.mark
}

func (l *eventLog) getMark() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.mark
}

// wait returns the first matching event from a position on, seen or to come.
func (l *eventLog) wait(ctx context.Context, pos int, match func(*event.Event) bool) (*event.Event, error) {
	var found *event.Event
	err := l.until(ctx, pos, func(v view) bool {
		i := slices.IndexFunc(v.events, match)
		if i >= 0 {
			found = v.events[i]
		}
		return i >= 0
	})
	return found, err
}

// waitFirst waits for the first sync response.
func (l *eventLog) waitFirst(ctx context.Context) error {
	return l.until(ctx, 0, func(v view) bool { return v.synced })
}

// until looks at what is new since the last look, until that is enough.
func (l *eventLog) until(ctx context.Context, pos int, enough func(view) bool) error {
	for {
		v := l.from(pos)
		if enough(v) {
			return nil
		}
		if v.ended != nil {
			return v.ended
		}
		pos += len(v.events)
		select {
		case <-v.changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// len is the position after all that is shown now.
func (l *eventLog) len() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.shown
}
