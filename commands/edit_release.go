package commands

import (
	"context"
	"encoding/json"

	"buffet/lang"
	"buffet/offers"
	"buffet/store"
)

// editWaits tells whether a change needs an organiser's yes: new texts and
// links do where new offers do. Times, places to sit and what takes place after
// all are told at once, for people plan by them.
func (c *Call) editWaits(ctx context.Context, tx *store.Tx, e *offers.Edit) (bool, error) {
	if e.Title == nil && e.Description == nil && e.URL == nil && e.Location == nil && e.Host == nil && e.Material == nil && e.Topics == nil {
		return false, nil
	}
	return c.wantsApproval(ctx, tx)
}

// change makes a change, and lets people move up if there are more places now.
func (c *Call) change(ctx context.Context, tx *store.Tx, o store.Offer, e editing) (store.Offer, error) {
	after, err := offers.ChangeOffer(ctx, tx, o, e.Scope, e.Key, e.Edit, c.Now)
	if err != nil {
		return o, err
	}
	chats := offers.View{Phrases: c.Table.phrases, Lang: c.Network.Lang, Zone: c.Network.Zone, Now: c.Now}
	return after, offers.MoveUp(ctx, tx, chats, o.ID)
}

// shownEdit is a change as the organisers get to read it: beside what the offer
// was when its author saw it.
func shownEdit(_ context.Context, _ store.Querier, t *Table, n Network, p store.Proposal) (*lang.Text, error) {
	var e editing
	if err := json.Unmarshal([]byte(p.Content), &e); err != nil {
		return nil, err
	}
	after, err := offers.Changed(e.Was, e.Scope, e.Key, e.Edit, p.At)
	if err != nil {
		return nil, err
	}
	v := offers.View{Phrases: t.phrases, Lang: n.Lang, Zone: n.Zone, Now: p.At}
	different, err := v.Differences(&e.Was, &after)
	if err != nil {
		return nil, err
	}
	text := t.phrases.Text(n.Lang, "edit_asked", lang.Values{"Who": p.Author.String(), "Network": n.Name, "Number": e.Was.Number, "Title": shorten(e.Was.Title, 120)})
	return text.Line().Add(different).Line().Line().Add(t.phrases.Text(n.Lang, "bring_approve")), nil
}

// decideEdit makes a change that an organiser releases, or not, and tells who
// wanted it.
func decideEdit(ctx context.Context, tx *store.Tx, c *Call, p store.Proposal, yes bool, reason string) (answer, others *lang.Text, err error) {
	e, o, err := c.proposedChange(ctx, tx, p)
	if err != nil {
		return nil, nil, err
	}
	author := &Call{Request: c.Request, Table: c.Table, Lang: p.Lang, Network: c.Network}
	values := lang.Values{"Number": o.Number, "Title": shorten(o.Title, 120), "Who": c.Sender.String()}
	told := author.say("edit_refused", values)
	answer, others = c.say("edit_refused_now"), c.say("bring_refused_by", values)
	switch {
	case yes:
		if _, err := c.change(ctx, tx, o, e); err != nil {
			return nil, nil, err
		}
		told = author.say("edit_released", values)
		answer, others = c.say("bring_released_now", values), c.say("bring_released_by", values)
	case reason != "":
		values["Reason"] = offers.Clean(reason, maxReason)
		told = author.say("edit_refused_why", values)
	}
	_, err = tx.Send(ctx, store.Message{Key: store.ProposalKey(p.ID, "told"), User: p.Author, Plain: told.Plain(), HTML: told.HTML()}, c.Now)
	return answer, others, err
}
