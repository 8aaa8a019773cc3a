package bot

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/rs/zerolog"
	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"buffet/store"
)

// syncer takes sync responses in, at least once: the library would save the
// sync token before a response is handled, here it is saved in the same
// transaction as what the response brought.
type syncer struct {
	*mautrix.DefaultSyncer // state and to-device events; never the timeline's messages
	account                *Account
	store                  *store.Store
	log                    zerolog.Logger
	bot                    *Bot // set by Bot.Run

	failures int // syncs that failed in a row
	poison   int // times that the library panicked over this response
	since    string
	gaps     map[id.RoomID]int // times in a row that a room's gap could not be read

	first  sync.Once
	synced chan struct{} // closed after the first response of this process
}

func newSyncer(a *Account, st *store.Store, log zerolog.Logger) *syncer {
	s := &syncer{DefaultSyncer: mautrix.NewDefaultSyncer(), account: a, store: st, log: log, synced: make(chan struct{}), gaps: map[id.RoomID]int{}}
	none := &mautrix.FilterPart{NotTypes: []event.Type{{Type: "*"}}}
	s.FilterJSON = &mautrix.Filter{Presence: none, AccountData: none, Room: &mautrix.RoomFilter{
		Ephemeral: none, AccountData: none,
		Timeline: &mautrix.FilterPart{Limit: 20},             // a first sync of many rooms stays small; gaps are filled
		State:    &mautrix.FilterPart{LazyLoadMembers: true}, // roomGuard fetches them where we write
	}}
	return s
}

// timeline is the part of a room's timeline that is new to us.
type timeline struct {
	room   id.RoomID
	events []*event.Event
	joined time.Time // our own join stands in it
	direct id.UserID // we made this room for that person
	powers bool      // power levels stand in it: ours may be another one
	newest id.EventID
	batch  string // the sync token after it
	holes  bool   // not all that is new to us is here
}

// ProcessResponse stores what concerns us and then the token. An error makes
// the same response come again, for ever if it is one that time mends; if the
// library panics over it five times, its part is left out, because a bot that
// stands still is worse.
func (s *syncer) ProcessResponse(ctx context.Context, res *mautrix.RespSync, since string) error {
	err := s.process(ctx, res, since)
	if err == nil {
		s.first.Do(func() { close(s.synced) })
		s.poison, s.failures = 0, 0
		return nil
	}
	return fmt.Errorf("take in sync response: %w", err)
}

// library lets the library handle its part: keys and state.
func (s *syncer) library(ctx context.Context, res *mautrix.RespSync, since string) error {
	if since == "" && res.DeviceOTKCount.SignedCurve25519 == 0 {
		// Dendrite leaves the count out of a first response. Taken for none left,
		// new keys would push out old ones that somebody may just have got; the
		// library asks for a count below zero.
		res.DeviceOTKCount.SignedCurve25519 = -1
	}
	changed := res.DeviceLists.Changed
	if err := s.account.outdated(ctx, changed); err != nil {
		return err
	}
	defer s.lookAfter(ctx, changed)
	handle := func() error { return s.DefaultSyncer.ProcessResponse(ctx, res, since) } // fails only by a panic
	var err error
	if slices.Contains(changed, s.account.Client.UserID) {
		err = s.account.fresh(ctx, handle)
	} else {
		err = handle()
	}
	if err == nil {
		return nil
	}
	if s.since != since {
		s.since, s.poison = since, 0
	}
	if s.poison++; s.poison < 5 {
		return err
	}
	s.log.Err(err).Msg("leaving out keys and state of a sync response that cannot be handled")
	return nil
}

// lookAfter has the lists read again, of those whose devices changed, that the
// library could not read.
func (s *syncer) lookAfter(ctx context.Context, changed []id.UserID) {
	if len(changed) == 0 {
		return
	}
	left, err := s.account.crypto.Machine().CryptoStore.GetOutdatedTrackedUsers(ctx)
	if err == nil && slices.ContainsFunc(changed, func(u id.UserID) bool { return slices.Contains(left, u) }) {
		s.bot.lookAgain()
	}
}

// process stops with running only while it fills gaps; then the response comes again.
func (s *syncer) process(running context.Context, res *mautrix.RespSync, since string) error {
	ctx := context.WithoutCancel(running) // a shutdown must not leave half a response
	s.bot.guard.Heard(res)
	lines := make([]timeline, 0, len(res.Rooms.Join))
	limited := map[id.RoomID]string{}
	for room, data := range res.Rooms.Join {
		line := timeline{room: room, events: data.Timeline.Events, batch: res.NextBatch}
		for _, evt := range data.State.Events {
			s.ownRoom(&line, evt)
		}
		if data.Timeline.Limited {
			limited[room] = data.Timeline.PrevBatch
			// somebody may have left in the gap, and nobody will tell: members are lazily loaded
			if err := s.store.ForgetMembers(ctx, room); err != nil {
				return err
			}
		}
		lines = append(lines, line)
		// the library handles the state in the timeline, we the rest
		data.Timeline.Events = onlyState(data.Timeline.Events)
	}
	if err := s.library(ctx, res, since); err != nil {
		return err
	}
	_, first, err := s.store.SyncState(ctx)
	if err != nil {
		return err
	}
	for i := range lines {
		if err := s.newEvents(running, &lines[i], since, limited[lines[i].room], first); err != nil {
			return err
		}
	}
	return s.bot.take(ctx, lines, res)
}

func onlyState(list []*event.Event) (state []*event.Event) {
	for _, evt := range list {
		if evt.StateKey != nil {
			state = append(state, evt)
		}
	}
	return state
}

// directMark stands in the create event of the direct chats that we open, so
// that one is recognised even if we died before noting it.
const directMark = "net.buffet.direct"

// ownRoom notes what the state says of our own part in the room.
func (s *syncer) ownRoom(line *timeline, evt *event.Event) {
	if evt.Type.Type == event.StatePowerLevels.Type && evt.StateKey != nil {
		line.powers = true
	}
	if evt.Type.Type == event.StateCreate.Type && evt.Sender == s.account.Client.UserID {
		if user, ok := evt.Content.Raw[directMark].(string); ok {
			line.direct = id.UserID(user)
		}
	}
}

// isOwnJoin tells whether evt is the moment we came in, not a change of name.
func (s *syncer) isOwnJoin(evt *event.Event) bool {
	if evt.Type.Type != event.StateMember.Type || evt.StateKey == nil || *evt.StateKey != s.account.Client.UserID.String() {
		return false
	}
	now, _ := evt.Content.Raw["membership"].(string)
	before := ""
	if p := evt.Unsigned.PrevContent; p != nil {
		before, _ = p.Raw["membership"].(string)
	}
	return now == string(event.MembershipJoin) && before != string(event.MembershipJoin)
}

// OnFailedSync retries at once, then with growing pauses of up to 30 s.
func (s *syncer) OnFailedSync(_ *mautrix.RespSync, err error) (time.Duration, error) {
	if errors.Is(err, mautrix.MUnknownToken) {
		return 0, errors.Join(ErrLoggedOut, err)
	}
	s.failures++
	pause := backoff(s.failures-1, 30*time.Second)
	s.log.Warn().Err(err).Dur("pause", pause).Msg("sync failed")
	return pause, nil
}

// backoff is 0, then about 1 s, 2 s, 4 s … up to most, with some jitter so
// that many bots do not come back at the same instant.
func backoff(failures int, most time.Duration) time.Duration {
	if failures <= 0 {
		return 0
	}
	d := min(time.Second<<min(failures-1, 16), most)
	return d - time.Duration(rand.Int64N(int64(d)/4+1)) //nolint:gosec // jitter
}

// The SyncStore half (mautrix.SyncStore): process saves, this only reads.

// SaveNextBatch does nothing: the token is saved with what it brought.
func (s *syncer) SaveNextBatch(context.Context, id.UserID, string) error { return nil }

// LoadNextBatch is the token to go on from.
func (s *syncer) LoadNextBatch(ctx context.Context, _ id.UserID) (string, error) {
	token, _, err := s.store.SyncState(ctx)
	return token, err
}

// SaveFilterID does nothing: the filter is made anew at each start.
func (s *syncer) SaveFilterID(context.Context, id.UserID, string) error { return nil }

// LoadFilterID gives none.
func (s *syncer) LoadFilterID(context.Context, id.UserID) (string, error) { return "", nil }
