package commands

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/rs/zerolog"

	"buffet/lang"
	"buffet/offers"
	"buffet/store"
)

// view is for whom offers are rendered.
func (c *Call) view() offers.View {
	return offers.View{Phrases: c.Table.phrases, Lang: c.Lang, Zone: c.Network.Zone, Prefix: c.Prefix, Now: c.Now}
}

// runOffers is "angebote [heute, woche, 14 tage] [art] [thema …]".
func runOffers(ctx context.Context, tx *store.Tx, c *Call) (*Reply, error) {
	query, err := offers.ParseFilter(c.Args, c.Lang, c.Now, c.Network.Zone)
	if err != nil {
		return nil, err
	}
	if query.Filter.Kind == offers.KindHelp {
		helps, items, total, err := offers.Helps(ctx, tx, c.Network.Name, query)
		if err != nil {
			return nil, err
		}
		return &Reply{Text: offers.RenderHelps(c.view(), query, helps, items, total)}, nil
	}
	items, total, err := offers.List(ctx, tx, c.Network.Name, query, offers.ListSize)
	if err != nil {
		return nil, err
	}
	return &Reply{Text: offers.RenderList(c.view(), query, items, total)}, nil
}

// runOffer is "angebot 3", with a file for the calendar.
func runOffer(ctx context.Context, tx *store.Tx, c *Call) (*Reply, error) {
	number, err := c.number()
	if err != nil {
		return nil, err
	}
	offer, err := offers.Find(ctx, tx, c.Network.Name, number, c.Now)
	if err != nil {
		return nil, err
	}
	reply := &Reply{Text: offers.RenderOffer(c.view(), offer)}
	if slices.ContainsFunc(offer.Next, func(i offers.Item) bool { return i.Status == store.OfferActive }) {
		reply.Text.Line().Add(c.say("signup_how", lang.Values{"Command": fmt.Sprintf("%s%s %d", c.Prefix, c.Table.word("dabei", c.Lang), number)}))
	}
	if offer.Author == c.Sender && len(offer.Next) > 0 {
		reply.Text.Line().Add(c.say("signup_who", lang.Values{"Command": fmt.Sprintf("%s%s %d", c.Prefix, c.Table.word("teilnehmer", c.Lang), number)}))
	}
	file, caption, err := offers.RenderFile(c.view(), offer)
	if err != nil { // the answer is worth more than its file
		zerolog.Ctx(ctx).Err(err).Int64("offer", offer.ID).Msg("offer has no calendar file")
	} else if file != nil {
		reply.Attach = []Attachment{{File: *file, Caption: caption}}
	}
	return reply, nil
}

// number reads an offer's number: "3", "#3", "nr. 3".
func (c *Call) number() (int, error) { return c.numberIn(c.Args) }

func (c *Call) numberIn(args []string) (int, error) {
	if len(args) > 1 {
		switch strings.TrimRight(fold(args[0]), ".") {
		case "nr", "no", "nummer", "number":
			args = args[1:]
		}
	}
	typed := ""
	if len(args) == 1 {
		typed = strings.TrimRight(strings.TrimPrefix(args[0], "#"), ".,;:!?")
	}
	if typed == "" || strings.Trim(typed, "0123456789") != "" || strings.Trim(typed, "0") == "" {
		return 0, c.wrong("cmd_offer_number", lang.Values{"Name": c.Command.Name(c.Lang), "List": c.Table.words["angebote"].Name(c.Lang)})
	}
	n, err := strconv.ParseInt(typed, 10, 32)
	if err != nil { // more than any network has
		return 0, c.wrong("offer_unknown", lang.Values{"Number": short(typed)})
	}
	return int(n), nil
}
