package digest

import (
	"context"
	"fmt"
	"time"

	"maunium.net/go/mautrix/id"

	"buffet/lang"
	"buffet/schedule"
	"buffet/store"
)

// PreviewArgs are the arguments of a job that shows one person what the next
// digest of a room would be now.
type PreviewArgs struct {
	Room     id.RoomID `json:"room"`
	Audience string    `json:"audience"`
	User     id.UserID `json:"user"`
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
	if err != nil || !there {
		return err
	}
	now := p.Now()
	draft, approval, err := p.make(ctx, a.Room, a.Audience, now)
	if err != nil {
		return err
	}
	return p.Store.Write(ctx, func(tx *store.Tx) error {
		if err := j.Done(ctx, tx); err != nil {
			return err
		}
		key := "digest_preview"
		switch {
		case draft == nil:
			key = "digest_preview_thin"
		case a.Next.IsZero():
			key = "digest_preview_unplanned"
		}
		text := p.Phrases.Text(place.Lang, key, lang.Values{"P": place.Prefix, "Next": lang.Moment(place.Lang, a.Next.In(place.Zone))})
		if draft != nil {
			if approval {
				text.Raw(" ").Add(p.Phrases.Text(place.Lang, "digest_preview_approval"))
			}
			page, err := PageOf(ctx, tx, p.Phrases, place.Zone, place.Prefix, draft)
			if err != nil {
				return err
			}
			text.Line().Line().Add(page.Text())
		}
		_, err := tx.Send(ctx, store.Message{Key: fmt.Sprintf("%s/shown", j.Key), User: a.User, Plain: text.Plain(), HTML: text.HTML()}, now)
		return err
	})
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
