package bot

import (
	"context"
	"errors"
	"slices"
	"time"

	"maunium.net/go/mautrix/id"

	"buffet/digest"
	"buffet/lang"
	"buffet/store"
)

// released handles an organiser's ✅ under the draft of a digest.
func (b *Bot) released(ctx context.Context, in store.Incoming, r reacted) error {
	d, err := b.draftShown(ctx, r.Target)
	if errors.Is(err, store.ErrNotFound) {
		return b.tick(ctx, in, nil)
	} else if err != nil {
		return err
	}
	n := b.Network(d.Network)
	if n == nil {
		return b.tick(ctx, in, nil)
	}
	if organiser, err := b.isOrganiser(ctx, n, d.Room, in.Sender); err != nil {
		return err
	} else if !organiser {
		return b.tick(ctx, in, nil)
	}
	err = b.tick(ctx, in, func(tx *store.Tx) error {
		now := time.Now()
		if d, err = store.DigestByID(ctx, tx, d.ID); err != nil {
			return store.Ignore(err)
		}
		if d.State != store.DigestDraft {
			return lang.Wrong("digest_decided")
		}
		if err := digest.Approve(ctx, tx, d, nil, now); err != nil {
			return err
		}
		return b.sayReleased(ctx, tx, in, n, "digest_released", nil, now)
	})
	if p, ok := lang.AsProblem(err); ok {
		return b.tick(ctx, in, func(tx *store.Tx) error { return b.sayReleased(ctx, tx, in, n, p.Key, p.Values, time.Now()) })
	}
	return err
}

// draftShown is the digest that a message of ours shows as a draft, or ErrNotFound.
func (b *Bot) draftShown(ctx context.Context, e id.EventID) (store.Digest, error) {
	q := b.Store.Reader()
	key, err := store.KeyOf(ctx, q, e)
	if err != nil {
		return store.Digest{}, err
	}
	post, err := store.DigestPostOf(ctx, q, key)
	if err != nil {
		return store.Digest{}, err
	}
	if post.Kind != store.PostDraft {
		return store.Digest{}, store.ErrNotFound
	}
	return store.DigestByID(ctx, q, post.Digest)
}

func (b *Bot) sayReleased(ctx context.Context, tx *store.Tx, in store.Incoming, n *Network, key string, values lang.Values, now time.Time) error {
	text := b.Phrases.Text(n.Lang, key, values)
	_, err := tx.Send(ctx, store.Message{Key: "released/" + in.Event.String(), Room: in.Room, ReplyTo: in.Event, Plain: text.Plain(), HTML: text.HTML(), Notice: true}, now)
	return err
}

// OrganisersOf are the organisers in a room: its members who are listed for
// its network or have power level 50. Those who are listed but not in it may
// not read what was said there.
func (b *Bot) OrganisersOf(ctx context.Context, room id.RoomID) ([]id.UserID, error) {
	r, err := b.Store.Room(ctx, room)
	if err != nil {
		return nil, err
	}
	n := b.Network(r.Network)
	if n == nil {
		return nil, nil
	}
	if err := b.KnowMembers(ctx, room); err != nil {
		return nil, err
	}
	members, err := store.JoinedMembers(ctx, b.Store.Reader(), room)
	if err != nil {
		return nil, err
	}
	var list []id.UserID
	for _, u := range members {
		if u == b.Account.Client.UserID {
			continue
		}
		if is, err := b.isOrganiser(ctx, n, room, u); err != nil {
			return nil, err
		} else if is {
			list = append(list, u)
		}
	}
	return list, nil
}

// Approvers are who may read and release a digest of a room for an audience;
// others are the organisers listed for its network who may not read it.
func (b *Bot) Approvers(ctx context.Context, room id.RoomID, audience string) (list, others []id.UserID, err error) {
	if list, err = b.OrganisersOf(ctx, room); err != nil {
		return nil, nil, err
	}
	r, err := b.Store.Room(ctx, room)
	if err != nil {
		return nil, nil, err
	}
	n := b.Network(r.Network)
	if n == nil {
		return list, nil, nil
	}
	for _, u := range n.Organisers {
		switch {
		case slices.Contains(list, u):
		case audience != store.AudienceRoom: // all of the network may read it
			list = append(list, u)
		default:
			others = append(others, u)
		}
	}
	return list, others, nil
}
