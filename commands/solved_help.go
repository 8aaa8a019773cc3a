package commands

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"buffet/lang"
	"buffet/offers"
	"buffet/store"
)

// helpNumber reads the number of what somebody looks for or offers: "7", "#7".
func helpNumber(s string) int {
	n, err := strconv.ParseInt(strings.TrimRight(strings.TrimPrefix(s, "#"), ".,;:!?"), 10, 32)
	if err != nil || n < 1 {
		return 0
	}
	return int(n)
}

// closeHelp is "erledigt 7" for what was looked for or offered; again opens it
// anew. Organisers may, and who wrote it.
func (c *Call) closeHelp(ctx context.Context, tx *store.Tx, number int, again bool) (*Reply, error) {
	if c.Doubtful {
		return nil, lang.Wrong("know_doubtful")
	}
	o, err := store.OfferByNumber(ctx, tx, c.Network.Name, number)
	if errors.Is(err, store.ErrNotFound) {
		return nil, c.wrong("offer_unknown", lang.Values{"Number": number})
	} else if err != nil {
		return nil, err
	}
	v := lang.Values{"Number": o.Number, "Title": o.Title}
	switch {
	case o.Help == "":
		return nil, c.wrong("bring_not_help", v)
	case o.Author != c.Sender && !c.Network.Organiser && !slices.Contains(c.Network.Organisers, c.Sender):
		return nil, c.wrong("bring_not_yours")
	case o.Author == "": // who wrote it wants nothing kept, and nothing of it is
		return nil, c.wrong("signup_withdrawn")
	case again && o.Status == store.OfferActive:
		return &Reply{Text: c.say("bring_open_already", v)}, nil
	case again:
		return &Reply{Text: c.say("bring_saved_help", v)}, offers.ReopenHelp(ctx, tx, o, c.Now)
	case o.Status != store.OfferActive:
		return &Reply{Text: c.say("bring_closed_already", v)}, nil
	}
	return &Reply{Text: c.say("bring_closed", v)}, offers.CloseHelp(ctx, tx, o, c.Now)
}
