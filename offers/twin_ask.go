package offers

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"buffet/store"
)

// maxAsks is how many questions of imports whether two offers are one may wait
// for the organisers of a network. What is unsure beyond that is noted, and
// asked about at later imports.
const maxAsks = 10

// twinAsked is what a proposal to join holds: Other may be the same as the
// proposal's offer.
type twinAsked struct {
	Other int64 `json:"other"`
}

// askJoin has the organisers asked whether two offers are one; the first keeps
// its number then.
func askJoin(ctx context.Context, tx *store.Tx, network string, stays, goes int64, now time.Time) error {
	content, err := json.Marshal(twinAsked{Other: goes})
	if err != nil {
		return fmt.Errorf("keep proposal: %w", err)
	}
	p := store.Proposal{Network: network, Kind: store.ProposeJoin, State: store.ProposalWaiting, Offer: stays, Content: string(content), At: now}
	if err := tx.PutProposal(ctx, &p); err != nil {
		return err
	}
	return AskOrganisers(ctx, tx, p.ID, now)
}

// askTwin has the organisers asked whether a new offer is one that is there, now
// or later.
func (im *importer) askTwin(ctx context.Context, o *store.Offer, like *store.OfferLike) error {
	if im.twins.asked >= maxAsks {
		im.report.Later++
		return im.tx.PutTwin(ctx, store.OfferTwin{Network: im.network, Source: im.source, UID: o.UID, Offer: like.ID, Same: store.TwinLater})
	}
	im.twins.asked++
	return askJoin(ctx, im.tx, im.network, like.ID, o.ID, im.now)
}

// askLater asks about what earlier imports were unsure of, if it still is so.
func (im *importer) askLater(ctx context.Context, seen map[string]bool) error {
	for _, t := range im.twins.all {
		if t.Same != store.TwinLater || !seen[t.UID] {
			continue
		}
		if im.twins.asked >= maxAsks {
			im.report.Later++
			continue
		}
		if err := im.tx.DropTwin(ctx, t); err != nil {
			return err
		}
		goes := im.marks[t.UID]
		if goes.Source != im.source {
			continue
		}
		if same, err := sameNext(ctx, im.tx, t.Offer, goes.ID, im.now); err != nil {
			return err
		} else if !same {
			continue
		}
		im.twins.asked++
		if err := askJoin(ctx, im.tx, im.network, t.Offer, goes.ID, im.now); err != nil {
			return err
		}
	}
	return nil
}

// sameNext tells whether two offers have the same title and the same next start
// and repeat the same way.
func sameNext(ctx context.Context, q store.Querier, a, b int64, now time.Time) (bool, error) {
	var keys [2]likeKey
	for n, offer := range []int64{a, b} {
		o, err := store.OfferByID(ctx, q, offer)
		if errors.Is(err, store.ErrNotFound) {
			return false, nil
		} else if err != nil {
			return false, err
		}
		dates, err := store.Dates(ctx, q, offer, now, -1)
		if err != nil {
			return false, err
		}
		next := nextStart(dates, now)
		if o.Status != store.OfferActive || next.IsZero() {
			return false, nil
		}
		keys[n] = likeKey{core(o.Title), ruleKey(o.Rule), store.Millis(next)}
	}
	return keys[0] == keys[1], nil
}

// askBrought has the organisers asked whether what a member brought is an offer
// that a calendar has already. The member's stays then, so that they can change
// it.
func askBrought(ctx context.Context, tx *store.Tx, o *store.Offer, dates []store.Occurrence, now time.Time) error {
	next, title := nextStart(dates, now), core(o.Title)
	if next.IsZero() || title == "" {
		return nil
	}
	items, _, err := List(ctx, tx, o.Network, Query{From: next, To: next.Add(time.Millisecond), Now: now}, -1)
	if err != nil {
		return err
	}
	for _, i := range items {
		if i.Offer == o.ID || i.Status != store.OfferActive || !i.Start.Equal(next) || core(i.Title) != title {
			continue
		}
		other, err := store.OfferByID(ctx, tx, i.Offer)
		if err != nil {
			return err
		}
		if other.Source != SourceMember && other.Status == store.OfferActive && ruleKey(other.Rule) == ruleKey(o.Rule) {
			return askJoin(ctx, tx, o.Network, o.ID, other.ID, now)
		}
	}
	return nil
}

// nextStart is when the next of these dates begins, or the one that is on; zero
// if none does.
func nextStart(dates []store.Occurrence, now time.Time) (next time.Time) {
	for _, d := range dates {
		if !d.Cancelled && (!d.Start.Before(now) || d.End.After(now)) && (next.IsZero() || d.Start.Before(next)) {
			next = d.Start
		}
	}
	return next
}
