package commands

import (
	"context"

	"buffet/lang"
	"buffet/offers"
	"buffet/store"
)

// runPreview is "vorschau": the next announcement of the room, for one person.
func runPreview(ctx context.Context, tx *store.Tx, c *Call) (*Reply, error) {
	if len(c.Args) > 0 {
		switch what := c.Args[0]; {
		case isDigest(what):
			return nil, lang.Wrong("plan_no_digest")
		case !isAnnouncement(what):
			return nil, c.wrong("preview_what", lang.Values{"Word": short(what)})
		}
	}
	list, err := c.plans(ctx, tx)
	if err != nil {
		return nil, err
	}
	next := store.Schedule{Filter: "{}", Next: c.Now}
	for _, s := range list {
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
