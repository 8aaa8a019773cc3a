package commands

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"maunium.net/go/mautrix/id"

	"buffet/lang"
	"buffet/offers"
	"buffet/store"
)

// approval is how organisers decide on the proposals of a kind: shown is what
// they get to read, in their network's language; decide does what they say and
// gives the answer to it, and what the other organisers are to read in the place
// of the question. The proposal is settled after it; a Problem leaves it.
type approval struct {
	shown  func(ctx context.Context, q store.Querier, t *Table, n Network, p store.Proposal) (*lang.Text, error)
	decide func(ctx context.Context, tx *store.Tx, c *Call, p store.Proposal, yes bool, reason string) (answer, others *lang.Text, err error)
}

func approvals() map[string]approval {
	return map[string]approval{
		store.ProposeBring: {shown: shownBring, decide: decideBring},
		store.ProposeJoin:  {shown: shownJoin, decide: decideJoin},
		store.ProposeEdit:  {shown: shownEdit, decide: decideEdit},
	}
}

// Question is a waiting proposal as it is shown to the organisers of n.
func (t *Table) Question(ctx context.Context, q store.Querier, n Network, p store.Proposal) (*lang.Text, error) {
	a, ok := approvals()[p.Kind]
	if !ok {
		return nil, errors.New("proposal of unknown kind " + p.Kind)
	}
	return a.shown(ctx, q, t, n, p)
}

// approve takes what somebody says to a proposal that was shown to them as an
// organiser. Whether they are one is looked at now.
func (c *Call) approve(ctx context.Context, tx *store.Tx, p store.Proposal, said answer, reason string) (*Reply, bool, error) {
	if said == unsaid {
		if word, _ := split(c.Text); !slices.Contains([]string{"freigabe", "freigeben", "approve", "release"}, word) {
			return nil, false, nil
		}
		said, reason = saidYes, ""
	}
	if said == saidYes && reason != "" {
		return nil, true, c.wrong("bring_yes_but")
	}
	if c.Doubtful {
		return nil, true, lang.Wrong("know_doubtful")
	}
	i := slices.IndexFunc(c.Networks, func(n Network) bool { return n.Name == p.Network })
	if i < 0 {
		return nil, true, c.wrong("confirm_left", lang.Values{"Network": p.Network})
	}
	c.Network = &c.Networks[i]
	c.Lang = c.Network.Lang
	switch {
	case !c.Network.Organiser:
		return nil, true, c.mayOrganise()
	case p.State == store.ProposalDone && c.At != "":
		return nil, true, nil // what became of it stands there
	case p.State != store.ProposalWaiting:
		return &Reply{Text: c.say("confirm_done")}, true, nil
	}
	a, ok := approvals()[p.Kind]
	if !ok {
		return nil, true, errors.New("proposal of unknown kind " + p.Kind)
	}
	answer, others, err := a.decide(ctx, tx, c, p, said == saidYes, reason)
	if err != nil {
		return nil, true, err
	}
	if _, err := tx.SettleProposal(ctx, p.ID); err != nil {
		return nil, true, err
	}
	return c.placed(&Reply{Text: answer}), true, offers.Decided(ctx, tx, p, others, c.Now)
}

// onlyWaiting is what a bare yes or no of an organiser in their direct chat can
// only be about: the one thing that they were shown lately, if nothing else was
// asked. which asks what is meant, if there are several.
func (c *Call) onlyWaiting(ctx context.Context, tx *store.Tx) (p store.Proposal, which *Reply, err error) {
	if !c.Direct || c.ReplyTo != "" {
		return p, nil, nil
	}
	since := c.Now.Add(-proposalLife)
	asked, err := store.LastAsk(ctx, tx, c.Sender)
	if err != nil || asked.After(since) {
		return p, nil, err
	}
	if _, err := c.dialog(ctx, tx); !errors.Is(err, store.ErrNotFound) {
		return p, nil, err
	}
	for _, n := range c.Networks {
		if !n.Organiser {
			continue
		}
		list, err := store.WaitingProposals(ctx, tx, n.Name, since)
		if err != nil {
			return p, nil, err
		}
		for _, one := range list {
			there, _, err := store.MessageThere(ctx, tx, offers.AskedKey(tx, one.ID, c.Sender))
			switch {
			case err != nil:
				return p, nil, err
			case there && p.ID != 0:
				return p, &Reply{Text: c.say("bring_which")}, nil
			case there:
				p = one
			}
		}
	}
	return p, nil, nil
}

// withdraw takes back what waits for the organisers.
func (c *Call) withdraw(ctx context.Context, tx *store.Tx, p store.Proposal) (*Reply, error) {
	if _, err := tx.SettleProposal(ctx, p.ID); err != nil {
		return nil, err
	}
	return c.placed(&Reply{Text: c.say("confirm_dropped")}), c.Table.withdrawn(ctx, tx, p, c.Now)
}

func (t *Table) withdrawn(ctx context.Context, tx *store.Tx, p store.Proposal, now time.Time) error {
	return offers.Decided(ctx, tx, p, t.phrases.Text(p.Lang, "bring_withdrawn"), now)
}

// TakeBack drops what was proposed by a message that was deleted, unless it is
// decided: also if that message was corrected since.
func (t *Table) TakeBack(ctx context.Context, tx *store.Tx, room id.RoomID, e id.EventID, now time.Time) error {
	list, err := store.ProposalsFrom(ctx, tx, ReplyKey(e))
	if err != nil || len(list) == 0 {
		return err
	}
	r, err := store.RoomIn(ctx, tx, room)
	if err != nil {
		return store.Ignore(err)
	}
	for _, p := range list {
		if p.Room != room && (p.Room != "" || r.Direct != p.Author) {
			continue // that message is not from there
		}
		if _, err := tx.SettleProposal(ctx, p.ID); err != nil {
			return err
		}
		if err := endBring(ctx, tx, p); err != nil {
			return err
		}
		if p.State != store.ProposalWaiting {
			continue
		}
		if err := t.withdrawn(ctx, tx, p, now); err != nil {
			return err
		}
	}
	return nil
}

// Lapse gives up what has waited for organisers since before then, and tells
// them and its author. Conversations that nobody goes on with are forgotten.
func (t *Table) Lapse(ctx context.Context, tx *store.Tx, before, now time.Time) error {
	if err := tx.ForgetDialogs(ctx, now.Add(-cardLife)); err != nil {
		return err
	}
	list, err := store.WaitingBefore(ctx, tx, before)
	if err != nil {
		return err
	}
	for _, p := range list {
		if _, err := tx.SettleProposal(ctx, p.ID); err != nil {
			return err
		}
		if err := offers.Decided(ctx, tx, p, t.phrases.Text(p.Lang, "bring_lapsed_asked"), now); err != nil {
			return err
		}
		if p.Author == "" {
			continue
		}
		var of struct {
			Draft struct{ Title string }
			Was   struct{ Title string }
		}
		if err := json.Unmarshal([]byte(p.Content), &of); err != nil {
			return err
		}
		told := t.phrases.Text(p.Lang, "bring_lapsed", lang.Values{"Title": shorten(cmp.Or(of.Draft.Title, of.Was.Title), 120)})
		m := store.Message{Key: store.ProposalKey(p.ID, "told"), User: p.Author, Plain: told.Plain(), HTML: told.HTML()}
		if _, err := tx.Send(ctx, m, now); err != nil {
			return err
		}
	}
	return nil
}

func shownBring(ctx context.Context, q store.Querier, t *Table, n Network, p store.Proposal) (*lang.Text, error) {
	var s bringing
	if err := json.Unmarshal([]byte(p.Content), &s); err != nil {
		return nil, err
	}
	who, err := person(ctx, q, p.Network, p.Author)
	if err != nil {
		return nil, err
	}
	text := t.phrases.Text(n.Lang, "bring_asked", lang.Values{"Who": who, "Network": n.Name})
	if s.Help != "" {
		text = t.phrases.Text(n.Lang, "bring_asked_"+s.Help, lang.Values{"Who": who, "Network": n.Name})
	}
	return text.Add(t.offerFields(n.Lang, n, &s.Draft)).Line().Line().Add(t.phrases.Text(n.Lang, "bring_approve")), nil
}

// decideBring puts an offer on the table, or not, and tells its author.
func decideBring(ctx context.Context, tx *store.Tx, c *Call, p store.Proposal, yes bool, reason string) (answer, others *lang.Text, err error) {
	var s bringing
	if err := json.Unmarshal([]byte(p.Content), &s); err != nil {
		return nil, nil, err
	}
	author := &Call{Request: c.Request, Table: c.Table, Lang: p.Lang, Network: c.Network} // who reads it in their direct chat
	var told *lang.Text
	by, err := person(ctx, tx, p.Network, c.Sender)
	if err != nil {
		return nil, nil, err
	}
	who := lang.Values{"Who": by, "Title": s.Draft.Title}
	switch {
	case yes:
		o, err := offers.Bring(ctx, tx, offers.By{Network: p.Network, Author: p.Author, Room: p.Room}, s.Draft, c.Now)
		if gone, ok := lang.AsProblem(err); ok { // its date passed while it waited
			told = author.say("bring_gone", who).Line().Add(author.say(gone.Key, gone.Values))
			answer, others = c.say("bring_gone_now", who).Line().Add(c.say(gone.Key, gone.Values)), c.say("bring_gone_by", who)
			break
		} else if err != nil {
			return nil, nil, err
		}
		who["Number"] = o.Number
		told = author.say("bring_released").Line().Add(author.saved(&o, &s.Draft))
		answer, others = c.say("bring_released_now", who), c.say("bring_released_by", who)
	case reason != "":
		reason = offers.Clean(reason, maxReason)
		told = author.say("bring_refused_why", lang.Values{"Title": s.Draft.Title, "Reason": reason})
		answer, others = c.say("bring_refused_now"), c.say("bring_refused_by", who)
	default:
		told = author.say("bring_refused", who)
		answer, others = c.say("bring_refused_now"), c.say("bring_refused_by", who)
	}
	_, err = tx.Send(ctx, store.Message{Key: store.ProposalKey(p.ID, "told"), User: p.Author, Plain: told.Plain(), HTML: told.HTML()}, c.Now)
	return answer, others, err
}

// maxReason is how long a reason may be that is passed on, in characters.
const maxReason = 500
