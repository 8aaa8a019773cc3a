package digest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"maunium.net/go/mautrix/id"

	"buffet/lang"
	"buffet/schedule"
	"buffet/store"
)

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
			return store.Ignore(err) // a later slot was faster
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
	return draft, draft != nil && draft.Simple || set[store.SetApproval] != store.Off, err
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
