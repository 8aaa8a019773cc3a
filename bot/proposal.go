package bot

import (
	"context"
	"errors"
	"slices"
	"time"

	"maunium.net/go/mautrix/id"

	"buffet/commands"
	"buffet/offers"
	"buffet/schedule"
	"buffet/store"
)

// ProposalHandler does the jobs that ask organisers for their yes, and tell
// them what became of it.
func (b *Bot) ProposalHandler() map[string]schedule.Handler {
	return map[string]schedule.Handler{offers.AskKind: {Run: b.askOrganisers}, offers.DecidedKind: {Run: b.tellDecided}}
}

func (b *Bot) askOrganisers(ctx context.Context, j *schedule.Job) error {
	var a offers.AskArgs
	if err := j.Decode(&a); err != nil {
		return err
	}
	p, n, err := b.waitingProposal(ctx, a.Proposal)
	if errors.Is(err, store.ErrNotFound) {
		return b.Store.Write(ctx, func(tx *store.Tx) error { return j.Done(ctx, tx) })
	} else if err != nil {
		return err
	}
	list, err := b.networkOrganisers(ctx, n)
	if err != nil {
		return err
	}
	return b.Store.Write(ctx, func(tx *store.Tx) error {
		if err := j.Done(ctx, tx); err != nil {
			return err
		}
		now := time.Now()
		p, err = store.ProposalByID(ctx, tx, p.ID)
		if err != nil || p.State != store.ProposalWaiting {
			return store.Ignore(err)
		}
		if len(list) == 0 {
			return b.nobodyToAsk(ctx, tx, p, now)
		}
		text, err := b.Commands.Question(ctx, tx, commands.Network{Name: n.Name, Lang: n.Lang, Zone: n.Zone, Prefix: n.Prefix}, p)
		if err != nil {
			return err
		}
		for _, user := range list {
			m := store.Message{Key: offers.AskedKey(tx, p.ID, user), User: user, Plain: text.Plain(), HTML: text.HTML(), Reactions: []string{signSolved, signNo}}
			if _, err := tx.Send(ctx, m, now); err != nil {
				return err
			}
		}
		return nil
	})
}

// nobodyToAsk tells the author that their network has no organisers.
func (b *Bot) nobodyToAsk(ctx context.Context, tx *store.Tx, p store.Proposal, now time.Time) error {
	if _, err := tx.SettleProposal(ctx, p.ID); err != nil || p.Author == "" {
		return err
	}
	text := b.Phrases.Text(p.Lang, "bring_nobody")
	_, err := tx.Send(ctx, store.Message{Key: store.ProposalKey(p.ID, "told"), User: p.Author, Plain: text.Plain(), HTML: text.HTML()}, now)
	return err
}

// waitingProposal is a proposal that waits for organisers, and its network, or
// ErrNotFound.
func (b *Bot) waitingProposal(ctx context.Context, proposal int64) (store.Proposal, *Network, error) {
	p, err := store.ProposalByID(ctx, b.Store.Reader(), proposal)
	if err != nil {
		return p, nil, err
	}
	n := b.Network(p.Network)
	if n == nil || p.State != store.ProposalWaiting {
		return p, nil, store.ErrNotFound
	}
	return p, n, nil
}

// networkOrganisers are all who organise a network: listed, or in any of its
// rooms.
func (b *Bot) networkOrganisers(ctx context.Context, n *Network) ([]id.UserID, error) {
	select {
	case <-b.Synced():
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	rooms, err := b.Store.Rooms(ctx, n.Name)
	if err != nil {
		return nil, err
	}
	list := slices.Clone(n.Organisers)
	for _, r := range rooms {
		if r.Joined.IsZero() {
			continue
		}
		some, err := b.OrganisersOf(ctx, r.ID)
		if err != nil {
			return nil, err
		}
		list = append(list, some...)
	}
	slices.Sort(list)
	return slices.Compact(list), nil
}

// tellDecided says in the place of the question that organisers got what became
// of it.
func (b *Bot) tellDecided(ctx context.Context, j *schedule.Job) error {
	var a offers.AskArgs
	if err := j.Decode(&a); err != nil {
		return err
	}
	var list []id.UserID
	if n := b.Network(a.Network); n != nil {
		var err error
		if list, err = b.networkOrganisers(ctx, n); err != nil {
			return err
		}
	}
	return b.Store.Write(ctx, func(tx *store.Tx) error {
		if err := j.Done(ctx, tx); err != nil {
			return err
		}
		now := time.Now()
		for _, user := range list {
			key := offers.AskedKey(tx, a.Proposal, user)
			there, lost, err := store.MessageThere(ctx, tx, key)
			if err != nil {
				return err
			}
			if !there || lost {
				continue
			}
			if err := tx.Rewrite(ctx, key, a.Plain, a.HTML); err != nil {
				return err
			}
			m := store.Message{Key: store.ProposalKey(a.Proposal, "decided", tx.HashPerson(user)), User: user, Edits: key, Plain: a.Plain, HTML: a.HTML, IfThere: true}
			if _, err := tx.Send(ctx, m, now); err != nil {
				return err
			}
		}
		return nil
	})
}

// asked adds the network whose proposal a message of ours shows to somebody who
// is listed as its organiser and in none of its rooms.
func (b *Bot) asked(ctx context.Context, req *commands.Request) error {
	key, err := store.KeyOf(ctx, b.Store.Reader(), req.ReplyTo)
	if err != nil {
		return store.Ignore(err)
	}
	p, approving, err := store.ProposalShown(ctx, b.Store.Reader(), key)
	if err != nil || !approving {
		return store.Ignore(err)
	}
	n := b.Network(p.Network)
	if n == nil || !slices.Contains(n.Organisers, req.Sender) || slices.ContainsFunc(req.Networks, func(o commands.Network) bool { return o.Name == n.Name }) {
		return nil
	}
	req.Networks = append(req.Networks, commands.Network{Name: n.Name, Lang: n.Lang, Zone: n.Zone, Prefix: n.Prefix, Organiser: true, Organisers: n.Organisers})
	return nil
}
