package commands

import (
	"context"

	"buffet/lang"
	"buffet/offers"
	"buffet/store"
)

// shownJoin asks organisers whether two offers are one.
func shownJoin(ctx context.Context, q store.Querier, t *Table, n Network, p store.Proposal) (*lang.Text, error) {
	text := t.phrases.Text(n.Lang, "join_ask", lang.Values{"Network": n.Name})
	stays, goes, err := offers.Twins(ctx, q, p)
	if p, gone := lang.AsProblem(err); gone { // nobody has to decide any more
		return t.phrases.Text(n.Lang, p.Key, p.Values), nil
	} else if err != nil {
		return nil, err
	}
	v := offers.View{Phrases: t.phrases, Lang: n.Lang, Zone: n.Zone, Now: p.At}
	for _, o := range []*store.Offer{&stays, &goes} {
		one, err := offers.RenderTwin(ctx, q, v, o)
		if err != nil {
			return nil, err
		}
		text.Line().Line().Add(one)
	}
	return text.Line().Line().Add(t.phrases.Text(n.Lang, "join_how", lang.Values{"Number": stays.Number})), nil
}

// decideJoin makes two offers one, or leaves them two.
func decideJoin(ctx context.Context, tx *store.Tx, c *Call, p store.Proposal, yes bool, _ string) (answer, others *lang.Text, err error) {
	stays, goes, err := offers.Twins(ctx, tx, p)
	if gone, ok := lang.AsProblem(err); ok { // whatever they say, the question is over
		return c.say(gone.Key, gone.Values), c.say(gone.Key, gone.Values), nil
	} else if err != nil {
		return nil, nil, err
	}
	who, err := person(ctx, tx, p.Network, c.Sender)
	if err != nil {
		return nil, nil, err
	}
	v := lang.Values{"Number": stays.Number, "Other": goes.Number, "Title": stays.Title, "Who": who}
	if !yes {
		return c.say("join_two", v), c.say("join_two_by", v), nil // each pair is asked about once
	}
	left, err := offers.Join(ctx, tx, c.chatView(), p)
	if err != nil {
		return nil, nil, err
	}
	answer = c.say("join_one", v)
	if left > 0 {
		answer.Line().Add(c.say("join_left", lang.Values{"Count": left, "Number": stays.Number, "Other": goes.Number}))
	}
	return answer, c.say("join_one_by", v), nil
}
