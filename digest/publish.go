package digest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"maunium.net/go/mautrix/id"

	"buffet/lang"
	"buffet/offers"
	"buffet/schedule"
	"buffet/store"
)

// publish posts an approved digest. Before that every source is looked at once
// more: between the draft and its approval days may pass.
func (p *Publisher) publish(ctx context.Context, j *schedule.Job) error {
	var a store.MendDigestArgs
	if err := j.Decode(&a); err != nil {
		return err
	}
	q := p.Store.Reader()
	d, err := store.DigestByID(ctx, q, a.Digest)
	if errors.Is(err, store.ErrNotFound) || err == nil && d.State != store.DigestApproved {
		return nil
	} else if err != nil {
		return err
	}
	if _, there, err := p.Place(ctx, q, d.Room); err != nil {
		return err
	} else if !there {
		return errNotThere
	}
	lines, err := store.DigestLines(ctx, q, d.ID)
	if err != nil {
		return err
	}
	stale, err := p.changed(ctx, lines)
	if err != nil {
		return err
	}
	unseen, err := p.unseen(ctx, d, lines)
	if err != nil {
		return err
	}
	stale = append(stale, unseen...)
	readers, err := p.subscribers(ctx, d)
	if err != nil {
		return err
	}
	err = p.Store.Write(ctx, func(tx *store.Tx) error {
		if err := j.Done(ctx, tx); err != nil {
			return err
		}
		if err := p.voidStale(ctx, tx, d, lines, stale); err != nil {
			return err
		}
		return p.post(ctx, tx, d, readers, p.Now())
	})
	if err == nil {
		p.Log.Info().Stringer("room_id", d.Room).Int64("digest", d.ID).Int("void", len(stale)).Msg("released digest is out")
	}
	return err
}

// changed are the lines of which a message was edited or deleted. Contributions
// follow by themselves; only what is not kept has to be read again.
func (p *Publisher) changed(ctx context.Context, lines []store.DigestLine) (seqs []int, err error) {
	type key struct {
		room id.RoomID
		e    id.EventID
	}
	hashes := map[key]string{} // "" is gone
	for _, l := range lines {
		for _, s := range l.Sources {
			if l.Gone != "" || s.Contribution != 0 || s.Event == "" {
				continue
			}
			k := key{s.Room, s.Event}
			if _, read := hashes[k]; !read {
				text, ok, err := p.Said(ctx, s.Room, s.Event)
				if err != nil {
					return nil, fmt.Errorf("read source of a line: %w", err)
				}
				hashes[k] = ""
				if ok {
					hashes[k] = Hash(text)
				}
			}
			if hashes[k] != s.Hash {
				seqs = append(seqs, l.Seq)
			}
		}
	}
	return slices.Compact(seqs), nil
}

// unseen are the lines that quote what somebody who came since the digest was
// made may not see. Contributions were given to all who are in the room.
func (p *Publisher) unseen(ctx context.Context, d store.Digest, lines []store.DigestLine) (seqs []int, err error) {
	later := map[id.RoomID]bool{}
	for _, l := range lines {
		n := slices.IndexFunc(l.Sources, func(s store.DigestSource) bool { return s.Contribution == 0 && s.Event != "" })
		if n < 0 || l.Gone != "" {
			continue
		}
		room := l.Sources[n].Room
		if _, asked := later[room]; !asked {
			// nothing newer was read, and what was there already had its newcomers left out
			if later[room], err = p.CameLater(ctx, room, d.To); err != nil {
				return nil, fmt.Errorf("find who came since: %w", err)
			}
		}
		if later[room] {
			seqs = append(seqs, l.Seq)
		}
	}
	return seqs, nil
}

// dropOutdated leaves out questions that are not open any more, and makes void
// what does not read any more as it did or may not be seen.
func (p *Publisher) dropOutdated(ctx context.Context, tx *store.Tx, d store.Digest, lines []store.DigestLine) error {
	scopes := scopesOf(offers.AnnounceRoom{Room: d.Room, Network: d.Network}, d.Audience)
	for _, l := range lines {
		for _, s := range l.Sources {
			if s.Contribution == 0 || l.Gone != "" {
				continue
			}
			is, err := stands(ctx, tx, d, s)
			if err == nil && is && l.Section == Unanswered {
				is, err = store.IsOpen(ctx, tx, s.Contribution, scopes)
			}
			if err == nil && !is {
				err = tx.VoidLine(ctx, d.ID, l.Seq)
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// stands tells whether a contribution reads as it did, and may be seen by all
// who read the digest.
func stands(ctx context.Context, q store.Querier, d store.Digest, s store.DigestSource) (bool, error) {
	c, err := store.ContributionByID(ctx, q, s.Contribution)
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	scopes := scopesOf(offers.AnnounceRoom{Room: d.Room, Network: d.Network}, d.Audience)
	return err == nil && Hash(TextOf(c)) == s.Hash && slices.Contains(scopes, c.Scope()), err
}

// post puts a digest into its room and to its readers.
func (p *Publisher) post(ctx context.Context, tx *store.Tx, d store.Digest, readers []id.UserID, now time.Time) error {
	page, err := p.page(ctx, tx, d.ID)
	if err != nil {
		return err
	}
	d = page.Digest // it may have changed just now
	if page.Empty() {
		return settle(ctx, tx, d, store.DigestLapsed, now) // its drafts say so
	}
	if err := settle(ctx, tx, d, store.DigestPublished, now); err != nil {
		return err
	}
	text := page.Text()
	m := store.Message{Key: fmt.Sprintf("digest/%d", d.ID), Room: d.Room, Thread: d.Thread, ReplyTo: d.Event,
		Notice: d.Kind == store.DigestSummary, Plain: text.Plain(), HTML: text.HTML()}
	if err := p.show(ctx, tx, d, store.PostRoom, m, text, now); err != nil {
		return err
	}
	for _, user := range readers {
		m := store.Message{Key: fmt.Sprintf("digest/%d/to/%s", d.ID, personKey(tx, user)), User: user, Plain: text.Plain(), HTML: text.HTML(), IfThere: true}
		if err := p.show(ctx, tx, d, store.PostCopy, m, text, now); err != nil {
			return err
		}
	}
	if d.Kind == store.DigestSummary {
		return tx.WipeDigest(ctx, d.ID)
	}
	return nil
}

func (p *Publisher) show(ctx context.Context, tx *store.Tx, d store.Digest, kind string, m store.Message, text *lang.Text, now time.Time) error {
	if _, err := tx.Send(ctx, m, now); err != nil {
		return err
	}
	hash := text.Hash()
	if d.Kind == store.DigestSummary {
		hash = voidsHash(d)
	}
	return tx.PutDigestPost(ctx, store.DigestPost{Key: m.Key, Digest: d.ID, Kind: kind, Room: m.Room, User: m.User, BodyHash: hash})
}

// subscribers are those who want a digest by direct message and may read it
// now: they are in the room that they subscribed in or, for those who want the
// network's own, in any room of it.
func (p *Publisher) subscribers(ctx context.Context, d store.Digest) ([]id.UserID, error) {
	if d.Kind != store.DigestWeekly {
		return nil, nil
	}
	q := p.Store.Reader()
	wide := d.Audience != store.AudienceRoom
	list, err := store.Subscriptions(ctx, q, d.Network, d.Room, wide)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	rooms, err := p.Store.Rooms(ctx, d.Network)
	if err != nil {
		return nil, err
	}
	for _, r := range rooms {
		if r.Joined.IsZero() || r.ID != d.Room && !wide {
			continue
		}
		err := p.KnowMembers(ctx, r.ID)
		if err != nil && (r.ID == d.Room || ctx.Err() != nil) {
			return nil, fmt.Errorf("know members: %w", err)
		} else if err != nil { // JoinedRooms leaves it out
			p.Log.Warn().Err(err).Stringer("room_id", r.ID).Msg("members unknown: who is only there gets no digest")
		}
	}
	var readers []id.UserID
	for _, s := range list {
		in, err := store.JoinedRooms(ctx, q, s.User)
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(in, func(r store.Room) bool { return r.ID == s.Room || s.Room == "" && r.Network == d.Network }) {
			readers = append(readers, s.User)
		}
	}
	return slices.Compact(readers), nil
}
