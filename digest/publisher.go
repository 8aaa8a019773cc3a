package digest

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/rs/zerolog"
	"maunium.net/go/mautrix/id"

	"buffet/lang"
	"buffet/offers"
	"buffet/schedule"
	"buffet/store"
)

// The kinds of jobs around digests.
const (
	SlotKind    = "digest"         // a schedule's slot: schedule.SlotArgs
	PublishKind = "publish-digest" // an approved one: store.MendDigestArgs
	PreviewKind = "preview-digest" // PreviewArgs
)

const (
	slotTimeout = 10 * time.Minute // a week is read from the homeserver, and a model may be slow
	slotTries   = 16               // the last one some seven hours after the first, as long as a slot may be late
	// publishTries bring the last one a week after the first: what was released is
	// to come out, however long the homeserver is away.
	publishTries = 180
	// firstWindow is how far back a room's first digest reaches at most.
	firstWindow = 5 * 7 * 24 * time.Hour
)

// Publisher makes digests, has them approved, posts them and keeps the posts true.
type Publisher struct {
	Store    *store.Store
	Phrases  *lang.Phrases
	Composer *Composer
	Now      func() time.Time
	Log      zerolog.Logger
	// Place is how a room's people read; not ok if the bot is not there.
	Place func(ctx context.Context, q store.Querier, room id.RoomID) (offers.AnnounceRoom, bool, error)
	// Approvers are who may read and release a room's digest for an audience;
	// others are organisers who may not read it. It may ask the homeserver; it is
	// not called in a transaction.
	Approvers func(ctx context.Context, room id.RoomID, audience string) (list, others []id.UserID, err error)
	// RoomName is what a room is called, "" if it has no name.
	RoomName func(ctx context.Context, room id.RoomID) (string, error)
	// KnowMembers makes sure that the members of a room are known.
	KnowMembers func(ctx context.Context, room id.RoomID) error
	// Said is a message's text as it reads now; not ok if it is not to be read
	// any more.
	Said func(ctx context.Context, room id.RoomID, e id.EventID) (text string, ok bool, err error)
}

// Handlers do the jobs of all kinds.
func (p *Publisher) Handlers() map[string]schedule.Handler {
	return map[string]schedule.Handler{
		SlotKind:             {Run: p.slot, Timeout: slotTimeout, Max: slotTries, Share: 1},
		PublishKind:          {Run: p.publish, Timeout: slotTimeout, Max: publishTries},
		PreviewKind:          {Run: p.preview, Timeout: slotTimeout, Max: 3, Share: 1},
		store.MendDigestKind: {Run: p.mend},
	}
}

// errNotThere lets a digest wait until the bot is in the room, or its
// organisers are told that it failed.
var errNotThere = errors.New("not in the room")

// errMoved lets a digest be made anew: the one before it was released while it
// was in the making, and both would hold the same; or what it rests on changed.
var errMoved = errors.New("what the digest is made of has changed meanwhile")

// slot makes the digest that a schedule planned. One that waits for approval
// since the last time lapses: its window was never closed, so what was in it
// comes again.
func (p *Publisher) slot(ctx context.Context, j *schedule.Job) error {
	var a schedule.SlotArgs
	if err := j.Decode(&a); err != nil {
		return err
	}
	s, err := p.Store.Schedule(ctx, a.Schedule)
	if errors.Is(err, store.ErrNotFound) {
		return nil // removed since it was planned
	} else if err != nil {
		return err
	}
	audience := OptionsOf(s.Filter).Audience
	draft, approval, err := p.make(ctx, s.Room, audience, a.Slot)
	if err != nil {
		return err
	}
	n, err := p.keep(ctx, s.Room, audience, a.Slot, draft)
	if err != nil {
		return err
	}
	// From here on the sources are followed. What happened to them while the
	// digest was made is seen now, before anybody reads it.
	var stale []int
	var organisers, others []id.UserID
	if n != 0 {
		if stale, err = p.changed(ctx, draft.Lines); err != nil {
			return err
		}
		if organisers, others, err = p.Approvers(ctx, s.Room, audience); err != nil {
			return fmt.Errorf("find organisers: %w", err)
		}
	}
	return p.Store.Write(ctx, func(tx *store.Tx) error {
		if err := j.Done(ctx, tx); err != nil || n == 0 {
			return err
		}
		now := p.Now()
		d, err := store.DigestByID(ctx, tx, n)
		if err != nil || d.State != store.DigestDraft {
			return ignoreGone(err) // a later slot was faster
		}
		if err := p.voidStale(ctx, tx, d, draft.Lines, stale); err != nil {
			return err
		}
		if !approval {
			if _, err := tx.SetDigestState(ctx, n, store.DigestDraft, store.DigestApproved, now); err != nil {
				return err
			}
			return release(ctx, tx, n, now)
		}
		if len(organisers) == 0 {
			return p.tellOthers(ctx, tx, d, others, now)
		}
		return p.SendDraft(ctx, tx, n, organisers, now)
	})
}

// keep stores a digest as a draft that nobody has seen yet, in place of the one
// that nobody approved. 0: there is none, after a thin week or because a later
// slot was faster.
func (p *Publisher) keep(ctx context.Context, room id.RoomID, audience string, slot time.Time, draft *Draft) (n int64, err error) {
	err = p.Store.Write(ctx, func(tx *store.Tx) error {
		now := p.Now()
		if late, err := superseded(ctx, tx, room, audience, slot); err != nil || late {
			return err
		}
		if err := lapse(ctx, tx, room, audience, now); err != nil {
			return err
		}
		if draft == nil {
			return nil // a thin week: the window grows
		}
		if from, err := window(ctx, tx, room, audience, slot); err != nil {
			return err
		} else if !from.Equal(draft.From) {
			return errMoved
		}
		draft.Made, draft.State = now, store.DigestDraft
		n, err = tx.AddDigest(ctx, draft.Digest, draft.Lines)
		return err
	})
	switch {
	case err != nil:
	case draft == nil:
		p.Log.Info().Stringer("room_id", room).Str("audience", audience).Msg("too little news for a digest")
	case n != 0:
		p.Log.Info().Stringer("room_id", room).Str("audience", audience).Int64("digest", n).Msg("digest made")
	}
	return n, err
}

// voidStale makes void what changed between reading and keeping: messages that
// read otherwise now, contributions, and all of those who want to be forgotten.
func (p *Publisher) voidStale(ctx context.Context, tx *store.Tx, d store.Digest, lines []store.DigestLine, stale []int) error {
	for _, seq := range stale {
		if err := tx.VoidLine(ctx, d.ID, seq); err != nil {
			return err
		}
	}
	seen := map[id.UserID]bool{}
	for _, l := range lines {
		for _, s := range l.Sources {
			if s.Author == "" || seen[s.Author] {
				continue
			}
			seen[s.Author] = true
			gone, err := store.Forgotten(ctx, tx, tx.HashPerson(s.Author))
			if err == nil && gone {
				err = tx.ForgetSources(ctx, s.Author)
			}
			if err != nil {
				return err
			}
		}
	}
	return p.dropOutdated(ctx, tx, d, lines)
}

// tellOthers says that a draft waits, and nothing of it, to organisers who are
// not in its room.
func (p *Publisher) tellOthers(ctx context.Context, tx *store.Tx, d store.Digest, others []id.UserID, now time.Time) error {
	p.Log.Warn().Stringer("room_id", d.Room).Int64("digest", d.ID).Msg("a draft that nobody in its room can approve")
	for _, user := range others {
		text := p.Phrases.Text(d.Lang, "digest_nobody", lang.Values{"Room": cmp.Or(d.Place, d.Room.String())})
		m := store.Message{Key: fmt.Sprintf("digest/%d/nobody/%s", d.ID, personKey(tx, user)), User: user, Plain: text.Plain(), HTML: text.HTML()}
		if _, err := tx.Send(ctx, m, now); err != nil {
			return err
		}
	}
	return nil
}

func ignoreGone(err error) error {
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	return err
}

// make composes a room's digest as of a time. approval tells whether
// organisers are to see it first.
func (p *Publisher) make(ctx context.Context, room id.RoomID, audience string, to time.Time) (draft *Draft, approval bool, err error) {
	q := p.Store.Reader()
	place, there, err := p.Place(ctx, q, room)
	if err != nil {
		return nil, false, err
	}
	if !there {
		return nil, false, errNotThere
	}
	from, err := window(ctx, q, room, audience, to)
	if err != nil {
		return nil, false, err
	}
	if !from.Before(to) {
		return nil, false, nil // a later slot was faster
	}
	set, err := store.Settings(ctx, q, room)
	if err != nil {
		return nil, false, err
	}
	simple := set[store.SetSimple] == store.On && set[store.SetModel] == store.On // only a model can
	if err := p.KnowMembers(ctx, room); err != nil {
		return nil, false, fmt.Errorf("know members: %w", err)
	}
	draft, err = p.Composer.Compose(ctx, q, place, audience, from, to, simple)
	if err == nil && draft != nil {
		draft.Place, err = p.RoomName(ctx, room)
	}
	return draft, simple || set[store.SetApproval] != store.Off, err
}

// window is where a digest begins: at the end of the last one that was
// published or refused; the first one when we came, five weeks back at most.
func window(ctx context.Context, q store.Querier, room id.RoomID, audience string, to time.Time) (time.Time, error) {
	last, err := store.LastDigest(ctx, q, room, audience)
	if err == nil {
		return last.To, nil
	} else if !errors.Is(err, store.ErrNotFound) {
		return time.Time{}, err
	}
	from := to.Add(-firstWindow)
	r, err := store.RoomIn(ctx, q, room)
	if err != nil {
		return from, err
	}
	if r.Joined.After(from) && r.Followed == "" {
		from = r.Joined
	}
	return from, nil
}

// superseded tells whether there is a draft of a later slot already, which holds
// all that one of this slot could: slots may be worked off in any order.
func superseded(ctx context.Context, tx *store.Tx, room id.RoomID, audience string, slot time.Time) (bool, error) {
	drafts, err := store.Drafts(ctx, tx, room)
	return slices.ContainsFunc(drafts, func(d store.Digest) bool {
		return d.Kind == store.DigestWeekly && d.Audience == audience && d.To.After(slot)
	}), err
}

// lapse ends the drafts of a room and an audience that nobody approved.
func lapse(ctx context.Context, tx *store.Tx, room id.RoomID, audience string, now time.Time) error {
	drafts, err := store.Drafts(ctx, tx, room)
	if err != nil {
		return err
	}
	for _, d := range drafts {
		if d.Kind != store.DigestWeekly || d.Audience != audience {
			continue
		}
		if err := settle(ctx, tx, d, store.DigestLapsed, now); err != nil {
			return err
		}
	}
	return nil
}

// settle moves a draft on, and has the messages say so that show it. A draft
// that was moved on by somebody else in the meantime gives a Problem.
func settle(ctx context.Context, tx *store.Tx, d store.Digest, state string, now time.Time) error {
	did, err := tx.SetDigestState(ctx, d.ID, d.State, state, now)
	if err != nil {
		return err
	}
	if !did {
		return lang.Wrong("digest_decided")
	}
	if state == store.DigestLapsed || state == store.DigestRefused { // nobody reads its words any more
		if err := tx.WipeDigest(ctx, d.ID); err != nil {
			return err
		}
	}
	return tx.MendDigest(ctx, d.ID, state)
}

// summaryPatience is how long a summary waits for approval.
const summaryPatience = 7 * 24 * time.Hour

// LapseSummaries ends the drafts of summaries that nobody approved in a week;
// whoever asked is told.
func LapseSummaries(ctx context.Context, tx *store.Tx, now time.Time) error {
	list, err := store.SummaryDrafts(ctx, tx, now.Add(-summaryPatience))
	if err != nil {
		return err
	}
	for _, d := range list {
		if err := settle(ctx, tx, d, store.DigestLapsed, now); err != nil {
			return err
		}
	}
	return nil
}

// GaveUp lets an approved digest lapse that could not be posted, so that what
// was in it comes again, and forgets whom a preview was for. It does nothing for
// jobs of other kinds.
func (p *Publisher) GaveUp(ctx context.Context, tx *store.Tx, job store.Job) error {
	if job.Kind == PreviewKind {
		return tx.WipeJob(ctx, job.Key)
	}
	if job.Kind != PublishKind {
		return nil
	}
	var a store.MendDigestArgs
	if err := (&schedule.Job{Job: job}).Decode(&a); err != nil {
		return nil //nolint:nilerr // then there is no digest to let go
	}
	d, err := store.DigestByID(ctx, tx, a.Digest)
	if errors.Is(err, store.ErrNotFound) || err == nil && d.State != store.DigestApproved {
		return nil
	} else if err != nil {
		return err
	}
	// a draft made since begins where this one ended, and lacks what was in it
	if err := lapse(ctx, tx, d.Room, d.Audience, p.Now()); err != nil {
		return err
	}
	return settle(ctx, tx, d, store.DigestLapsed, p.Now())
}

// release plans the posting of an approved digest.
func release(ctx context.Context, tx *store.Tx, digest int64, now time.Time) error {
	_, err := schedule.Add(ctx, tx, fmt.Sprintf("%s/%d", PublishKind, digest), PublishKind, store.MendDigestArgs{Digest: digest}, now)
	return err
}

func bodyHash(t *lang.Text) string {
	sum := sha256.Sum256([]byte(t.Plain() + "\x00" + t.HTML()))
	return hex.EncodeToString(sum[:])
}

// personKey is what stands for a person in an outbox key, which outlives them.
func personKey(tx *store.Tx, user id.UserID) string { return tx.HashPerson(user)[:16] }
