package commands

import (
	"context"

	"buffet/digest"
	"buffet/lang"
	"buffet/offers"
	"buffet/schedule"
	"buffet/store"
)

// runPreview is "vorschau": the next announcement of the room, for one person.
func runPreview(ctx context.Context, tx *store.Tx, c *Call) (*Reply, error) {
	if len(c.Args) > 0 {
		switch what := c.Args[0]; {
		case isDigest(what):
			return c.previewDigest(ctx, tx, folded(c.Args[1:]))
		case !isAnnouncement(what):
			return nil, c.wrong("preview_what", lang.Values{"Word": short(what)})
		}
	}
	list, err := c.plans(ctx, tx)
	if err != nil {
		return nil, err
	}
	next := store.Schedule{Filter: "{}", Next: c.Now}
	for _, s := range ofKind(list, schedule.Announcement) {
		if next.ID == 0 || s.Next.Before(next.Next) {
			next = s
		}
	}
	at := next.Next
	if at.Before(c.Now) { // due this very moment
		at = c.Now
	}
	n := c.Network
	post, err := offers.Preview(ctx, tx, c.Table.phrases, offers.AnnounceRoom{
		Room: n.Room, Network: n.Name, Lang: n.Lang, Zone: n.Zone, Prefix: ShownPrefix(n.Prefix),
	}, next.Filter, at)
	if err != nil {
		return nil, err
	}
	key := "preview_when"
	switch {
	case post == nil && next.ID == 0:
		key = "preview_nothing"
	case post == nil:
		key = "preview_nothing_when"
	case next.ID == 0:
		key = "preview_unplanned"
	}
	text := c.say(key, lang.Values{"Next": c.moment(at, next.Zone), "Which": c.filterWords(filterOf(next.Filter))})
	if post != nil {
		text.Line().Line().Add(post)
	}
	return &Reply{Text: text}, nil
}

// previewDigest plans the making of what the next digest would be now: the
// room is read for it, so it comes later.
func (c *Call) previewDigest(ctx context.Context, tx *store.Tx, words []string) (*Reply, error) {
	audience := store.AudienceRoom
	list, err := c.plans(ctx, tx)
	if err != nil {
		return nil, err
	}
	list = ofKind(list, schedule.Digest)
	if len(list) > 0 {
		audience = digest.OptionsOf(list[0].Filter).Audience
	}
	for _, w := range words {
		a, ok := audienceWord(w)
		if !ok {
			return nil, c.wrong("preview_what", lang.Values{"Word": short(w)})
		}
		audience = a
	}
	a := digest.PreviewArgs{Room: c.Network.Room, Audience: audience, User: c.Sender, Lang: c.Lang}
	for _, s := range list {
		if digest.OptionsOf(s.Filter).Audience == audience {
			a.Next = s.Next
		}
	}
	return &Reply{Text: c.say("digest_preview_comes")}, digest.AddPreview(ctx, tx, c.Event, a, c.Now)
}
