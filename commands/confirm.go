package commands

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"buffet/lang"
	"buffet/store"
)

// proposalLife is how long a yes counts: after that, it is asked for again.
const proposalLife = 24 * time.Hour

// confirmed does what a proposal said, once its author's yes is there: the
// call is that yes, without a Command. A proposal that Await did not hand over
// to organisers is settled after it; a Problem leaves it as it was.
type confirmed func(ctx context.Context, tx *store.Tx, c *Call, p store.Proposal) (*Reply, error)

// confirms are what the kinds of proposals do at their author's yes.
func confirms() map[string]confirmed {
	return map[string]confirmed{store.ProposeBring: confirmBring, store.ProposeEdit: confirmEdit, store.ProposeCancel: confirmCancel}
}

// propose keeps what the sender is to say yes to and makes the answer that asks
// for it: shown is the whole thing in words. content is kept as JSON.
func (c *Call) propose(ctx context.Context, tx *store.Tx, p store.Proposal, content any, shown *lang.Text) (*Reply, error) {
	if err := c.mayGive(ctx, tx); err != nil {
		return nil, err
	}
	raw, err := json.Marshal(content)
	if err != nil {
		return nil, err
	}
	p.Network, p.Author, p.State, p.Lang = c.Network.Name, c.Sender, store.ProposalAsked, c.Lang
	p.Key, p.Content, p.At = ReplyKey(c.Event), string(raw), c.Now
	if !c.Direct {
		p.Room = c.Room
	}
	if err := tx.PutProposal(ctx, &p); err != nil {
		return nil, err
	}
	key := "confirm_ask"
	if c.Direct {
		key = "confirm_ask_direct"
	}
	return &Reply{Text: shown.Line().Line().Add(c.say(key)), Reactions: []string{signYes, signNo}}, nil
}

// confirm takes a text as the answer to what was proposed. It is false if it is
// none: then the proposal stays as it is.
func (t *Table) confirm(ctx context.Context, tx *store.Tx, c *Call) (*Reply, bool, error) {
	said, rest := readAnswer(c.Text)
	if said == unsaid && c.ReplyTo == "" {
		return nil, false, nil
	}
	p, approving, err := c.proposed(ctx, tx)
	if errors.Is(err, store.ErrNotFound) || err == nil && p.State == store.ProposalDone && c.ReplyTo == "" {
		if rest != "" || c.Command != nil { // "cancel 1 speaker is ill", "Nein zu Gewalt": a reason is a reply
			return nil, false, nil
		}
		if one, which, err := c.onlyWaiting(ctx, tx); err != nil || which != nil {
			return which, true, err
		} else if one.ID != 0 {
			return c.approve(ctx, tx, one, said, "")
		}
		if one, which, err := c.stillOpen(ctx, tx); err != nil || which != nil {
			return which, true, err
		} else if one.ID != 0 {
			p = one
		}
	}
	if err != nil {
		return nil, false, store.Ignore(err)
	}
	switch {
	case approving:
		return c.approve(ctx, tx, p, said, rest)
	case said == unsaid:
		return c.amendProposal(ctx, tx, p, c.Text)
	case rest != "": // "nein, am 4.12. um 15 Uhr"
		reply, ok, err := c.amendProposal(ctx, tx, p, rest)
		if ok || err != nil || p.Author != c.Sender || c.Command != nil {
			return reply, ok, err
		}
		return c.unclear(p)
	}
	if p.Author != c.Sender { // not theirs to answer
		return nil, true, nil
	}
	if said == saidNo && p.State == store.ProposalWaiting && c.ReplyTo == "" { // a "nein danke" hours later is about something else
		if !c.Direct || c.Command != nil {
			return nil, false, nil
		}
		return &Reply{Text: c.say("confirm_withdraw_how")}, true, nil
	}
	reply, err := c.answer(ctx, tx, p, said)
	return reply, true, err
}

// unclear answers a yes or no with more behind it than can be used. Where a
// conversation may still take it, that comes first (Run).
func (c *Call) unclear(p store.Proposal) (*Reply, bool, error) {
	switch {
	case p.State != store.ProposalAsked && c.ReplyTo == "": // it is about something else
		return nil, false, nil
	case p.State == store.ProposalDone:
		return &Reply{Text: c.say("confirm_done")}, true, nil
	case c.Direct && (c.ReplyTo == "" || p.Kind == store.ProposeBring):
		c.half = true
		return nil, false, nil
	}
	return &Reply{Text: c.say("confirm_only")}, true, nil
}

// amendProposal takes a reply to what was proposed as a correction of it, and
// shows it anew. It is false if it is none.
func (c *Call) amendProposal(ctx context.Context, tx *store.Tx, p store.Proposal, text string) (*Reply, bool, error) {
	if c.ReplyTo == "" || c.Direct || c.Doubtful || p.Kind != store.ProposeBring || p.Author != c.Sender || p.State != store.ProposalAsked || len(c.Networks) == 0 || c.Networks[0].Name != p.Network {
		return nil, false, nil // in a direct chat the conversation goes on (takeBring)
	}
	c.Network, c.Lang = &c.Networks[0], p.Lang
	reply, ok, err := c.amendBring(ctx, tx, p, text)
	if !ok || err != nil {
		return nil, ok, err
	}
	_, err = tx.SettleProposal(ctx, p.ID)
	return reply, true, err
}

// proposed is the proposal that a yes or no is about: that which the message
// shows that it replies to, else the last one in this place.
func (c *Call) proposed(ctx context.Context, tx *store.Tx) (p store.Proposal, approving bool, err error) {
	if c.ReplyTo != "" {
		key, err := store.KeyOf(ctx, tx, c.ReplyTo)
		if err != nil {
			return p, false, err
		}
		return store.ProposalShown(ctx, tx, key)
	}
	place := c.Room
	if c.Direct {
		place = ""
	}
	if p, err = store.LastProposal(ctx, tx, c.Sender, place, c.Now.Add(-proposalLife)); err != nil || !c.Direct {
		return p, false, err
	}
	// a bare word is about what was asked last, be it this or something else
	asked, err := store.LastAsk(ctx, tx, c.Sender)
	if err != nil {
		return p, false, err
	}
	dialog, err := store.DialogOf(ctx, tx, c.Sender)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return p, false, err
	}
	if p.At.Before(asked) || p.At.Before(dialog.At) || p.State == store.ProposalDone && p.At.Equal(dialog.At) {
		return p, false, store.ErrNotFound
	}
	return p, false, nil
}

// stillOpen is what the sender was asked in this room before what is decided,
// if that is one thing. which asks what is meant, if there are several. In a
// direct chat a second yes may just be said twice.
func (c *Call) stillOpen(ctx context.Context, tx *store.Tx) (p store.Proposal, which *Reply, err error) {
	if c.Direct {
		return p, nil, nil
	}
	list, err := store.AskedProposals(ctx, tx, c.Sender, c.Room, c.Now.Add(-proposalLife))
	switch {
	case err != nil || len(list) == 0:
		return p, nil, err
	case len(list) > 1:
		return p, &Reply{Text: c.say("bring_which")}, nil
	}
	return list[0], nil, nil
}

// answer is what becomes of a proposal by its author's yes or no.
func (c *Call) answer(ctx context.Context, tx *store.Tx, p store.Proposal, said answer) (*Reply, error) {
	if c.Doubtful {
		return nil, lang.Wrong("know_doubtful")
	}
	c.Lang = p.Lang
	switch {
	case p.State == store.ProposalDone && c.At != "": // tapped twice, or tapped and said
		return nil, nil
	case p.State == store.ProposalDone:
		return c.placed(&Reply{Text: c.say("confirm_done")}), nil
	case said == saidNo && p.State == store.ProposalWaiting:
		return c.withdraw(ctx, tx, p)
	case said == saidNo:
		_, err := tx.SettleProposal(ctx, p.ID)
		if err == nil {
			err = endBring(ctx, tx, p)
		}
		return c.placed(&Reply{Text: c.say("confirm_dropped")}), err
	case p.State == store.ProposalWaiting:
		return c.placed(&Reply{Text: c.say("confirm_waiting")}), nil
	case c.Now.Sub(p.At) > proposalLife:
		return nil, c.wrong("confirm_lapsed")
	}
	i := slices.IndexFunc(c.Networks, func(n Network) bool { return n.Name == p.Network })
	if i < 0 {
		return nil, c.wrong("confirm_left", lang.Values{"Network": p.Network})
	}
	c.Network = &c.Networks[i]
	if err := c.mayGive(ctx, tx); err != nil {
		return nil, err
	}
	act, ok := confirms()[p.Kind]
	if !ok {
		return nil, errors.New("proposal of unknown kind " + p.Kind)
	}
	reply, err := act(ctx, tx, c, p)
	if err != nil {
		return nil, err
	}
	if now, err := store.ProposalByID(ctx, tx, p.ID); err != nil || now.State == store.ProposalWaiting {
		return c.placed(reply), store.Ignore(err)
	}
	_, err = tx.SettleProposal(ctx, p.ID)
	return c.placed(reply), err
}

// placed lets a reply go where it belongs.
func (c *Call) placed(reply *Reply) *Reply {
	switch {
	case reply == nil:
	case c.Direct:
		reply.Private, reply.React = false, ""
	case reply.Private && reply.React == "":
		reply.React = done
	}
	return reply
}
