package bot

import (
	"encoding/json"
	"maps"
	"slices"
	"sync"
	"time"

	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"buffet/commands"
	"buffet/lang"
	"buffet/store"
)

// How often a room is read for summaries.
const (
	summariesEach   = 5 // of one person
	summariesEachIn = 10 * time.Minute
	summariesRoom   = 20
	summariesRoomIn = time.Hour
)

// How long answers are kept to be given again, and how many.
const (
	answersKept   = 200
	answerMoving  = 10 * time.Minute // about "the last 24 hours", which go on
	answerStands  = 6 * time.Hour
	threadsMarked = 5_000
)

// talks is what the process remembers of the talk in rooms, so that a summary
// of what has not changed is not made twice: when something changed, and the
// answers that were given, with what they quote. These go when their time is
// over or something is mended in their room. It begins anew with the process.
type talks struct {
	mu      sync.Mutex
	epoch   uint64                 // counts what makes all answers void
	any     map[id.RoomID]uint64   // everything that was said or changed
	loose   map[id.RoomID]uint64   // what may concern any thread: edits, reactions, replies
	mended  map[id.RoomID]uint64   // edits and redactions
	threads map[id.EventID]uint64  // what was said in a thread
	reading map[id.RoomID]struct{} // rooms that are being read
	answers map[question]answer
	people  map[id.UserID][]time.Time
	rooms   map[id.RoomID][]time.Time
}

// question is what an answer was for.
type question struct {
	of     id.RoomID
	root   id.EventID
	since  int64 // of a moving window how long ago, in seconds
	moving bool
	simple bool
	lang   string
	by     string // which summariser
}

// state is how far a talk has come.
type state struct{ epoch, said, loose uint64 }

// answer is a summary as it was sent.
type answer struct {
	text    *lang.Text
	digest  store.Digest
	sources []store.DigestSource
	draft   int64 // of a text that organisers are to approve: which; else 0
	state   state
	until   time.Time
}

func (t *talks) ready() {
	if t.any == nil {
		t.any, t.loose, t.mended = map[id.RoomID]uint64{}, map[id.RoomID]uint64{}, map[id.RoomID]uint64{}
		t.threads, t.reading = map[id.EventID]uint64{}, map[id.RoomID]struct{}{}
		t.answers = map[question]answer{}
		t.people, t.rooms = map[id.UserID][]time.Time{}, map[id.RoomID][]time.Time{}
	}
}

// locked locks, and says how to unlock.
func (t *talks) locked() func() {
	t.mu.Lock()
	t.ready()
	return t.mu.Unlock
}

// note takes in what the sync brought of a room; kept is what the inbox makes
// of it. What is for us alone changes nothing.
func (t *talks) note(evt *event.Event, kept *store.Incoming) {
	if evt.StateKey != nil {
		if isComing(evt) || evt.Type.Type == event.StateHistoryVisibility.Type {
			t.changed(evt.RoomID) // those who are here now may not see all that an answer quotes
		}
		return
	}
	if kept != nil && kept.Kind == store.InMessage && !commands.Gives(heardText(kept)) {
		return
	}
	defer t.locked()()
	room := evt.RoomID
	t.any[room]++
	switch evt.Type.Type {
	case event.EventRedaction.Type:
		t.mend(room)
		t.loose[room]++
	case event.EventMessage.Type, event.EventEncrypted.Type:
		rel := relatesTo(evt)
		if rel.GetReplaceID() != "" {
			t.mend(room)
		}
		if root := rel.GetThreadParent(); root != "" {
			t.threads[root]++
			if len(t.threads) > threadsMarked {
				t.epoch++
				clear(t.threads)
			}
		} else if rel != nil {
			t.loose[room]++
		}
	default:
		t.loose[room]++
	}
}

// changed says that anything may have changed in a room.
func (t *talks) changed(room id.RoomID) {
	defer t.locked()()
	t.any[room]++
	t.loose[room]++
	t.mend(room)
}

// mend counts what was edited or taken back in a room, and forgets the answers
// of that room: they may quote it. Only with the lock held.
func (t *talks) mend(room id.RoomID) {
	t.mended[room]++
	maps.DeleteFunc(t.answers, func(q question, _ answer) bool { return q.of == room })
}

// sweep forgets the answers whose time is over.
func (t *talks) sweep(now time.Time) {
	defer t.locked()()
	maps.DeleteFunc(t.answers, func(_ question, a answer) bool { return now.After(a.until) })
}

func (t *talks) stateOf(room id.RoomID, root id.EventID) state {
	if root == "" {
		return state{t.epoch, t.any[room], t.any[room]}
	}
	return state{t.epoch, t.threads[root], t.loose[room]}
}

// begin notes that a room is being read, and how far the talk and its mending
// have come; not ok if it is being read already.
func (t *talks) begin(room id.RoomID, root id.EventID) (s state, mended uint64, ok bool) {
	defer t.locked()()
	if _, busy := t.reading[room]; busy {
		return s, 0, false
	}
	t.reading[room] = struct{}{}
	return t.stateOf(room, root), t.mended[room], true
}

// again is begin for a room that is being read, to read it once more.
func (t *talks) again(room id.RoomID, root id.EventID) (s state, mended uint64) {
	defer t.locked()()
	return t.stateOf(room, root), t.mended[room]
}

func (t *talks) end(room id.RoomID) {
	defer t.locked()()
	delete(t.reading, room)
}

// beingRead tells whether a room is being read: then an edit may be one of
// what an answer is going to rest on.
func (t *talks) beingRead(room id.RoomID) bool {
	defer t.locked()()
	_, busy := t.reading[room]
	return busy
}

// mendedSince tells whether something was edited or redacted since begin.
func (t *talks) mendedSince(room id.RoomID, mended uint64) bool {
	defer t.locked()()
	return t.mended[room] != mended
}

// known is the answer to a question if nothing has changed since.
func (t *talks) known(q question, now time.Time) (answer, bool) {
	defer t.locked()()
	a, ok := t.answers[q]
	if ok && (a.state != t.stateOf(q.of, q.root) || now.After(a.until)) {
		delete(t.answers, q)
		ok = false
	}
	return a, ok
}

// current tells whether nothing has changed since an answer was made.
func (t *talks) current(q question, a answer) bool {
	defer t.locked()()
	return a.state == t.stateOf(q.of, q.root)
}

// keep keeps an answer, unless the talk has gone on since it was read: then
// nobody would get it any more.
func (t *talks) keep(q question, a answer, now time.Time) {
	defer t.locked()()
	if a.state != t.stateOf(q.of, q.root) {
		return
	}
	if len(t.answers) >= answersKept {
		clear(t.answers)
	}
	a.until = now.Add(answerStands)
	if q.moving {
		a.until = now.Add(answerMoving)
	}
	t.answers[q] = a
}

// allow counts one more reading, for a person and a room. If that is one too
// many, it says when to come again, and whose measure is full.
func (t *talks) allow(user id.UserID, room id.RoomID, now time.Time) (again time.Time, person, ok bool) {
	defer t.locked()()
	mine, ours := lately(t.people[user], now.Add(-summariesEachIn)), lately(t.rooms[room], now.Add(-summariesRoomIn))
	if len(mine) >= summariesEach {
		return mine[len(mine)-summariesEach].Add(summariesEachIn), true, false
	}
	if len(ours) >= summariesRoom {
		return ours[len(ours)-summariesRoom].Add(summariesRoomIn), false, false
	}
	t.people[user], t.rooms[room] = append(mine, now), append(ours, now)
	for u, list := range t.people { // those who asked once stay few
		if len(lately(list, now.Add(-summariesEachIn))) == 0 {
			delete(t.people, u)
		}
	}
	return again, false, true
}

// lately are the times after one.
func lately(list []time.Time, after time.Time) []time.Time {
	return slices.DeleteFunc(slices.Clone(list), func(at time.Time) bool { return !at.After(after) })
}

// heardText is the text of a message that is for us.
func heardText(in *store.Incoming) string {
	var h heard
	if json.Unmarshal([]byte(in.Content), &h) != nil {
		return ""
	}
	return h.Text
}
