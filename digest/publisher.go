package digest

import (
	"context"
	"errors"
	"fmt"
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
	// CameLater tells whether somebody in a room came after a time and may not
	// see what was said there before.
	CameLater func(ctx context.Context, room id.RoomID, before time.Time) (bool, error)
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

// Lapse ends the drafts that nobody waits for any more: summaries that nobody
// approved in a week, whose askers are told, and weekly ones whose schedule is gone.
func Lapse(ctx context.Context, tx *store.Tx, now time.Time) error {
	old, err := store.SummaryDrafts(ctx, tx, now.Add(-summaryPatience))
	if err != nil {
		return err
	}
	unplanned, err := store.UnplannedDrafts(ctx, tx)
	if err != nil {
		return err
	}
	for _, d := range append(old, unplanned...) {
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
		var a PreviewArgs
		if (&schedule.Job{Job: job}).Decode(&a) == nil {
			if err := p.noPreview(ctx, tx, job.Key, a); err != nil {
				return err
			}
		}
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
	if d.Kind == store.DigestWeekly { // a draft made since begins where this one ended, and lacks what was in it
		if err := lapse(ctx, tx, d.Room, d.Audience, p.Now()); err != nil {
			return err
		}
	}
	return settle(ctx, tx, d, store.DigestLapsed, p.Now())
}

// release plans the posting of an approved digest.
func release(ctx context.Context, tx *store.Tx, digest int64, now time.Time) error {
	_, err := schedule.Add(ctx, tx, fmt.Sprintf("%s/%d", PublishKind, digest), PublishKind, store.MendDigestArgs{Digest: digest}, now)
	return err
}

// personKey is what stands for a person in an outbox key, which outlives them.
func personKey(tx *store.Tx, user id.UserID) string { return tx.HashPerson(user)[:16] }
