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
func shownEdit(ctx context.Context, q store.Querier, t *Table, n Network, p store.Proposal) (*lang.Text, error) {
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
	who, err := person(ctx, q, p.Network, p.Author)
	if err != nil {
		return nil, err
	}
	text := t.phrases.Text(n.Lang, "edit_asked", lang.Values{"Who": who, "Network": n.Name, "Number": e.Was.Number, "Title": shorten(e.Was.Title, 120)})
	return text.Line().Add(different).Line().Line().Add(t.phrases.Text(n.Lang, "bring_approve")), nil
}

// decideEdit makes a change that an organiser releases, or not, and tells who
// wanted it.
func decideEdit(ctx context.Context, tx *store.Tx, c *Call, p store.Proposal, yes bool, reason string) (answer, others *lang.Text, err error) {
	e, o, err := c.proposedChange(ctx, tx, p)
	gone, isProblem := lang.AsProblem(err)
	if err != nil && !isProblem {
		return nil, nil, err
	}
	author := &Call{Request: c.Request, Table: c.Table, Lang: p.Lang, Network: c.Network}
	by, err := person(ctx, tx, p.Network, c.Sender)
	if err != nil {
		return nil, nil, err
	}
	values := lang.Values{"Number": e.Was.Number, "Title": shorten(e.Was.Title, 120), "Who": by}
	told := author.say("edit_refused", values)
	answer, others = c.say("edit_refused_now"), c.say("bring_refused_by", values)
	var meanwhile, forAuthor *lang.Text
	if yes && gone == nil {
		if meanwhile, forAuthor, gone, err = c.overlaps(author, &o, &e); err != nil {
			return nil, nil, err
		}
	}
	switch {
	case yes && gone != nil:
		answer = join(meanwhile, c.say("edit_gone_now", values).Line().Add(c.say(gone.Key, gone.Values)))
		others = c.say("edit_gone_by", values)
		told = author.say("edit_gone", values).Line().Add(join(forAuthor, author.say(gone.Key, gone.Values)))
	case yes && meanwhile != nil:
		answer, others = meanwhile.Line().Line().Add(c.say("edit_again_now")), c.say("edit_again_by", values)
		told = author.say("edit_again", values).Line().Add(forAuthor)
		err = c.askAgain(ctx, tx, p, o, e)
	case yes:
		var after store.Offer
		if after, err = c.change(ctx, tx, o, e); err == nil && e.Edit.Back {
			err = c.tellCanceller(ctx, tx, p, &o, &after)
		}
		told = author.say("edit_released", values)
		answer, others = c.say("bring_released_now", values), c.say("bring_released_by", values)
	case reason != "":
		values["Reason"] = offers.Clean(reason, maxReason)
		told = author.say("edit_refused_why", values)
	}
	if err != nil {
		return nil, nil, err
	}
	_, err = tx.Send(ctx, store.Message{Key: store.ProposalKey(p.ID, "told"), User: p.Author, Plain: told.Plain(), HTML: told.HTML()}, c.Now)
	return answer, others, err
}

// overlaps says to organiser and author what somebody else changed since a
// change was proposed, if it still changes something, and why it cannot be any
// more, if so.
func (c *Call) overlaps(author *Call, o *store.Offer, e *editing) (meanwhile, forAuthor *lang.Text, gone *lang.Problem, err error) {
	if meanwhile, err = c.meanwhile(&e.Was, o); err != nil {
		return nil, nil, nil, err
	}
	if forAuthor, err = author.meanwhile(&e.Was, o); err != nil {
		return nil, nil, nil, err
	}
	after, err := offers.Changed(*o, e.Scope, e.Key, e.Edit, c.Now)
	if gone, ok := lang.AsProblem(err); ok {
		return meanwhile, forAuthor, gone, nil
	} else if err != nil {
		return nil, nil, nil, err
	}
	if different, err := c.view().Differences(o, &after); err != nil || different.Len() == 0 {
		return nil, nil, nil, err // it is as it was wanted
	}
	return meanwhile, forAuthor, nil, nil
}

// join sets a text below another, if there is one.
func join(above, text *lang.Text) *lang.Text {
	if above == nil {
		return text
	}
	return above.Line().Line().Add(text)
}

// askAgain asks the organisers anew for their yes to a change, now that the
// offer is another than was shown.
func (c *Call) askAgain(ctx context.Context, tx *store.Tx, p store.Proposal, o store.Offer, e editing) error {
	e.Was = o
	content, err := json.Marshal(e)
	if err != nil {
		return err
	}
	p.Content, p.Sequence, p.At = string(content), o.Sequence, c.Now
	if err := tx.RenewProposal(ctx, &p); err != nil {
		return err
	}
	return offers.AskOrganisers(ctx, tx, p.ID, c.Now)
}
