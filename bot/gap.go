package bot

import (
	"context"
	"errors"
	"fmt"
	"time"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"buffet/store"
)

// newEvents cuts off what was before our time and fills the gap that a
// limited timeline leaves.
func (s *syncer) newEvents(ctx context.Context, line *timeline, since, prevBatch string, first time.Time) error {
	if n := len(line.events); n > 0 {
		line.newest = line.events[n-1].ID
	}
	for _, evt := range line.events {
		evt.RoomID = line.room
		s.ownRoom(line, evt)
	}
	if s.cutAtJoin(line) {
		return nil
	}
	known, err := s.store.Room(context.WithoutCancel(ctx), line.room)
	if errors.Is(err, store.ErrNotFound) {
		err = nil
	}
	if err != nil {
		return err
	}
	if since == "" { // the first sync of all: what was said before we first started is not for us
		var fresh []*event.Event
		for _, evt := range line.events {
			if evt.Timestamp >= first.UnixMilli() {
				fresh = append(fresh, evt)
			}
		}
		line.events = fresh
		line.holes = known.Last != "" // with a device before this one
		return nil
	}
	if prevBatch == "" || known.ID == "" {
		return nil
	}
	if err = s.fillGap(ctx, line, known.Last, since, prevBatch); err == nil {
		delete(s.gaps, line.room)
	}
	return err
}

func (s *syncer) cutAtJoin(line *timeline) bool {
	for i := len(line.events) - 1; i >= 0; i-- {
		if s.isOwnJoin(line.events[i]) {
			line.joined = time.UnixMilli(line.events[i].Timestamp)
			line.events = line.events[i+1:]
			return true
		}
	}
	return false
}

// gapPages bounds what is fetched after a long absence: 5,000 events a room.
const gapPages = 50

func (s *syncer) fillGap(ctx context.Context, line *timeline, last id.EventID, since, from string) error {
	have := map[id.EventID]bool{}
	for _, evt := range line.events {
		have[evt.ID] = true
	}
	ctx = mautrix.WithMaxRetries(ctx, -1) // the sync itself is not retried in place, this is
	for range gapPages {
		page, err := s.account.Client.Messages(ctx, line.room, from, since, mautrix.DirectionBackward, nil, 100)
		if err != nil {
			return s.noGap(ctx, line, err)
		}
		for _, evt := range page.Chunk {
			if evt.ID == last {
				return nil
			}
			if have[evt.ID] {
				continue
			}
			evt.RoomID = line.room
			if s.isOwnJoin(evt) {
				line.joined = time.UnixMilli(evt.Timestamp)
				return nil
			}
			line.events = append([]*event.Event{evt}, line.events...)
		}
		if page.End == "" || page.End == from || len(page.Chunk) == 0 {
			return nil
		}
		from = page.End
	}
	line.holes = true
	s.log.Warn().Stringer("room_id", line.room).Int("events", len(line.events)).Msg("the gap after downtime was too long to fill")
	return nil
}

// gapTries is how often a room's gap is tried to be read, each time with a new
// sync response and the client's own retries: the homeserver is there, but this
// room must not hold up all others.
const gapTries = 8

// noGap goes on with a hole where a gap cannot be read, now or ever.
func (s *syncer) noGap(ctx context.Context, line *timeline, err error) error {
	s.gaps[line.room]++
	if ctx.Err() != nil || !refused(err) && s.gaps[line.room] < gapTries {
		return fmt.Errorf("fill gap: %w", err)
	}
	line.holes = true
	s.log.Warn().Err(err).Stringer("room_id", line.room).Msg("the gap after downtime cannot be read")
	return nil
}
