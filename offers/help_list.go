package offers

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"buffet/lang"
	"buffet/store"
)

// HelpNow is what somebody looks for or has to give as a line shows it. It is
// false if it is closed.
func HelpNow(ctx context.Context, q store.Querier, offer int64) (Item, bool, error) {
	o, err := store.OfferByID(ctx, q, offer)
	if errors.Is(err, store.ErrNotFound) || err == nil && (o.Help == "" || o.Status != store.OfferActive) {
		return Item{}, false, nil
	} else if err != nil {
		return Item{}, false, err
	}
	return newItem(&o, store.Occurrence{}), true, nil
}

// Helps is the answer to "angebote hilfe": first what is looked for and what
// is offered until it is closed, then the dates of that kind; at most ListSize
// on a page, and how many there are on all of them.
func Helps(ctx context.Context, q store.Querier, network string, query Query) (helps []store.Offer, items []Item, total int, err error) {
	all, _, err := store.HelpOffers(ctx, q, []string{network}, "", -1, 0)
	if err != nil {
		return nil, nil, 0, err
	}
	m := newMatcher(query.Filter)
	for i := range all {
		if m.matches(&store.OfferDate{Offer: all[i]}) {
			helps = append(helps, all[i])
		}
	}
	open, from := len(helps), (max(query.Page, 1)-1)*ListSize
	helps = helps[min(from, open):min(from+ListSize, open)]
	w := store.Window{Network: network, Kind: query.Filter.Kind, From: query.From, To: query.To, Cancelled: query.Now.Add(cancelledAhead)}
	items, total, err = list(ctx, q, w, query.Filter, ListSize-len(helps), max(0, from-open))
	return helps, items, total + open, err
}

// RenderHelps shows a page of Helps.
func RenderHelps(v View, query Query, helps []store.Offer, items []Item, total int) *lang.Text {
	if len(helps) == 0 {
		return RenderList(v, query, items, total)
	}
	t := new(lang.Text)
	last := ""
	for i := range helps {
		o := &helps[i]
		if o.Help != last {
			if last != "" {
				t.Line()
			}
			t.Say(v.say("offer_help_head_" + o.Help))
			last = o.Help
		}
		v.Help(t.Line(), o)
	}
	if len(items) > 0 {
		t.Line().Say(v.say("offer_list_head", lang.Values{"Period": v.period(query)}))
	}
	for _, i := range items {
		v.item(t.Line(), i)
	}
	if rest := total - (max(query.Page, 1)-1)*ListSize - len(helps) - len(items); rest > 0 {
		query.Page = max(query.Page, 1) + 1
		t.Line().Say(v.say("offer_more", lang.Values{"Count": rest, "Command": v.command(query)}))
	}
	return t
}

// Help adds one line: number, title, since when, and whom to turn to.
func (v View) Help(t *lang.Text, o *store.Offer) {
	t.Raw(strconv.Itoa(o.Number) + " · ").Bold(clip(o.Title, maxTitle)).Raw(" · " + v.since(o))
	if host := clip(o.Host, maxHost); host != "" {
		t.Raw(" · ").Say(v.say("offer_help_host", lang.Values{"Host": host}))
	}
}

// since is the day on which somebody said so, or last changed it.
func (v View) since(o *store.Offer) string {
	return v.say("offer_help_since", lang.Values{"Day": lang.ShortDay(v.Lang, o.Changed.In(v.Zone), v.Now.In(v.Zone))})
}

// renderHelp is "angebot 3" of what somebody looks for or has to give.
func (v View) renderHelp(t *lang.Text, o *Offer) *lang.Text {
	t.Line()
	if o.Status != store.OfferActive {
		t.Say(v.say("offer_help_closed"))
	} else {
		t.Say(v.say("offer_help_" + o.Help)).Raw(" · " + v.since(&o.Offer))
	}
	if host := clip(o.Host, maxHost); host != "" {
		t.Line().Say(v.say("offer_help_host", lang.Values{"Host": host}))
	}
	i := newItem(&o.Offer, store.Occurrence{})
	i.Host = ""
	for _, part := range v.about(i, true) {
		t.Line().Add(part)
	}
	if text := strings.TrimSpace(o.Description); text != "" {
		if r := []rune(text); len(r) > maxDescription {
			text = strings.TrimSpace(string(r[:maxDescription])) + "…"
		}
		t.Line().Line().Raw(text)
	}
	return t
}
