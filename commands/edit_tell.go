package commands

import (
	"context"
	"encoding/json"

	"buffet/lang"
	"buffet/store"
)

// tellAuthor lets the one who brought an offer know what somebody else changed
// or cancelled, and why.
func (c *Call) tellAuthor(ctx context.Context, tx *store.Tx, p store.Proposal, was, is *store.Offer) error {
	if is.Author == "" || is.Author == c.Sender {
		return nil
	}
	if gone, err := store.Forgotten(ctx, tx, tx.HashPerson(is.Author)); err != nil || gone {
		return err
	}
	var e editing
	if err := json.Unmarshal([]byte(p.Content), &e); err != nil {
		return err
	}
	author := &Call{Request: c.Request, Table: c.Table, Lang: c.Network.Lang, Network: c.Network}
	different, err := author.view().Differences(was, is)
	if err != nil || different.Len() == 0 {
		return err
	}
	by, err := person(ctx, tx, p.Network, c.Sender)
	if err != nil {
		return err
	}
	text := author.say("edit_told_"+p.Kind, lang.Values{"Number": is.Number, "Title": shorten(was.Title, 120), "Who": by}).Line().Add(different)
	if e.Reason != "" {
		text.Line().Add(author.say("edit_reason", lang.Values{"Reason": e.Reason}))
	}
	_, err = tx.Send(ctx, store.Message{Key: store.ProposalKey(p.ID, "told"), User: is.Author, Plain: text.Plain(), HTML: text.HTML(), IfThere: true}, c.Now)
	return err
}

// tellCanceller lets whoever else cancelled an offer know that it, or a date of
// it, takes place after all.
func (c *Call) tellCanceller(ctx context.Context, tx *store.Tx, p store.Proposal, was, is *store.Offer) error {
	last, err := store.LastCancelled(ctx, tx, is.ID, p.Author)
	if err != nil || last.Author == is.Author || last.Author == c.Sender { // who brought it hears of every change; who releases it knows
		return store.Ignore(err)
	}
	reader := &Call{Request: c.Request, Table: c.Table, Lang: last.Lang, Network: c.Network}
	different, err := reader.view().Differences(was, is)
	if err != nil || different.Len() == 0 {
		return err
	}
	by, err := person(ctx, tx, p.Network, p.Author)
	if err != nil {
		return err
	}
	text := reader.say("edit_told_back", lang.Values{"Number": is.Number, "Title": shorten(was.Title, 120), "Who": by}).Line().Add(different)
	_, err = tx.Send(ctx, store.Message{Key: store.ProposalKey(p.ID, "back"), User: last.Author, Plain: text.Plain(), HTML: text.HTML(), IfThere: true}, c.Now)
	return err
}
