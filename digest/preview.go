package digest

import (
	"context"
	"time"

	"maunium.net/go/mautrix/id"

	"buffet/lang"
	"buffet/offers"
	"buffet/schedule"
	"buffet/store"
)

// PreviewArgs are the arguments of a job that shows one person what the next
// digest of a room would be now.
type PreviewArgs struct {
	Room     id.RoomID `json:"room"`
	Audience string    `json:"audience"`
	User     id.UserID `json:"user"`
	Lang     string    `json:"lang"` // they read
	Next     time.Time `json:"next"` // when it is planned; zero: it is not
}

// AddPreview plans a preview, once per event that asked for it.
func AddPreview(ctx context.Context, tx *store.Tx, asked id.EventID, a PreviewArgs, now time.Time) error {
	_, err := schedule.Add(ctx, tx, PreviewKind+"/"+asked.String(), PreviewKind, a, now)
	return err
}

func (p *Publisher) preview(ctx context.Context, j *schedule.Job) error {
	var a PreviewArgs
	if err := j.Decode(&a); err != nil {
		return err
	}
	place, there, err := p.Place(ctx, p.Store.Reader(), a.Room)
	if err != nil {
		return err
	}
	if !there {
		return p.Store.Write(ctx, func(tx *store.Tx) error {
			if err := j.Done(ctx, tx); err != nil {
				return err
			}
			return p.noPreview(ctx, tx, j.Key, a)
		})
	}
	now := p.Now()
	draft, approval, err := p.make(ctx, a.Room, a.Audience, now)
	if err != nil {
		return err
	}
	n, err := p.keepPreview(ctx, draft, now)
	if err != nil {
		return err
	}
	if draft != nil { // as for a draft: what happened while it was made is seen now
		if stale, err := p.changed(ctx, draft.Lines); err != nil {
			return err
		} else if len(stale) > 0 {
			return errMoved
		}
	}
	return p.Store.Write(ctx, func(tx *store.Tx) error {
		if err := j.Done(ctx, tx); err != nil {
			return err
		}
		text, err := p.previewText(ctx, tx, place, a, draft, approval)
		if err != nil {
			return err
		}
		m := store.Message{Key: j.Key + "/shown", User: a.User, Plain: text.Plain(), HTML: text.HTML()}
		if _, err := tx.Send(ctx, m, now); err != nil || n == 0 {
			return err
		}
		d, err := store.DigestByID(ctx, tx, n)
		if err == nil && d.Voids > 0 {
			err = errMoved
		}
		if err != nil {
			return err
		}
		return tx.PutDigestPost(ctx, store.DigestPost{Key: m.Key, Digest: n, Kind: store.PostCopy, User: a.User})
	})
}

// noPreview says to whoever asked for a preview that it will not come.
func (p *Publisher) noPreview(ctx context.Context, tx *store.Tx, job string, a PreviewArgs) error {
	text := p.Phrases.Text(a.Lang, "digest_preview_not")
	_, err := tx.Send(ctx, store.Message{Key: job + "/not", User: a.User, Plain: text.Plain(), HTML: text.HTML()}, p.Now())
	return err
}

// keepPreview notes what a preview rests on, so that it is taken back with that.
func (p *Publisher) keepPreview(ctx context.Context, draft *Draft, now time.Time) (n int64, err error) {
	if draft == nil {
		return 0, nil
	}
	d := draft.Digest
	d.Kind, d.State, d.Made, d.Decided = store.DigestPreview, store.DigestPublished, now, now
	var sources []store.DigestSource
	for _, l := range draft.Lines {
		sources = append(sources, l.Sources...)
	}
	err = p.Store.Write(ctx, func(tx *store.Tx) error {
		if n, err = tx.AddDigest(ctx, d, nil); err != nil {
			return err
		}
		if err := tx.AddDigestSources(ctx, n, sources); err != nil {
			return err
		}
		for _, s := range sources {
			if err := p.standing(ctx, tx, d, s); err != nil {
				return err
			}
		}
		return nil
	})
	return n, err
}

// standing gives errMoved if a source may not be quoted any more.
func (p *Publisher) standing(ctx context.Context, tx *store.Tx, d store.Digest, s store.DigestSource) error {
	if s.Author != "" {
		if gone, err := store.Forgotten(ctx, tx, tx.HashPerson(s.Author)); err != nil {
			return err
		} else if gone {
			return errMoved
		}
	}
	if s.Contribution == 0 {
		return nil
	}
	if is, err := stands(ctx, tx, d, s); err != nil {
		return err
	} else if !is {
		return errMoved
	}
	return nil
}

func (p *Publisher) previewText(ctx context.Context, tx *store.Tx, place offers.AnnounceRoom, a PreviewArgs, draft *Draft, approval bool) (*lang.Text, error) {
	key := "digest_preview"
	switch {
	case draft == nil:
		key = "digest_preview_thin"
	case a.Next.IsZero():
		key = "digest_preview_unplanned"
	}
	text := p.Phrases.Text(place.Lang, key, lang.Values{"P": place.Prefix, "Next": lang.Moment(place.Lang, a.Next.In(place.Zone))})
	if draft == nil {
		return text, nil
	}
	if approval {
		text.Raw(" ").Add(p.Phrases.Text(place.Lang, "digest_preview_approval"))
	}
	page, err := PageOf(ctx, tx, p.Phrases, place.Zone, place.Prefix, draft)
	if err != nil {
		return nil, err
	}
	return text.Line().Line().Add(page.Text()), nil
}

// page is a digest as it is to be shown now.
func (p *Publisher) page(ctx context.Context, q store.Querier, digest int64) (*Page, error) {
	d, err := store.DigestByID(ctx, q, digest)
	if err != nil {
		return nil, err
	}
	place, there, err := p.Place(ctx, q, d.Room)
	if err != nil {
		return nil, err
	}
	if !there { // we are out of it: what was shown elsewhere is mended all the same
		place.Zone = time.UTC
	}
	return Load(ctx, q, p.Phrases, place.Zone, place.Prefix, digest)
}
