package commands

import (
	"context"
	"errors"
	"slices"
	"strings"

	"buffet/store"
)

const (
	maxNear   = 50  // contributions that are close by meaning
	leastNear = 0.3 // cosine: what is less has nothing to do with it
	nearShare = 0.8 // of the closest one's cosine
	fusion    = 60  // the k of reciprocal rank fusion (Cormack et al. 2009)
)

// Prepare does what a command needs from elsewhere, before its transaction.
func (t *Table) Prepare(ctx context.Context, q store.Querier, req *Request) error {
	c, _ := t.call(req)
	if c.Command == nil || c.Command.Prepare == nil {
		return nil
	}
	if busy, err := c.inDialog(ctx, q); err != nil || busy {
		return err
	}
	return c.Command.Prepare(ctx, q, c)
}

// inDialog tells whether a text belongs to a conversation (converse).
func (c *Call) inDialog(ctx context.Context, q store.Querier) (bool, error) {
	if !c.Direct || c.Named || strings.HasPrefix(c.Text, "!") {
		return false, nil
	}
	_, err := c.dialog(ctx, q)
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// prepareSearch asks for the vector of the words, if they are searched for by
// meaning: in a room that is, or by somebody who is in one.
func prepareSearch(ctx context.Context, q store.Querier, c *Call) error {
	if c.Table.Meaning.Host() == "" {
		return nil
	}
	rooms := []store.Room{{ID: c.Room}}
	if c.Direct {
		var err error
		if rooms, err = store.JoinedRooms(ctx, q, c.Sender); err != nil {
			return err
		}
	}
	wanted := false
	for _, r := range rooms {
		on, err := store.Meaning(ctx, q, r.ID)
		if err != nil {
			return err
		}
		wanted = wanted || on
	}
	_, _, query, _ := c.searchQuery()
	if !wanted || len(query.Must)+len(query.Not)+len(query.Prefixes) > 0 { // these mean words, just so
		return nil
	}
	var err error
	c.Vector, err = c.Table.Meaning.Query(ctx, q, query.Text, rooms)
	return err
}

// fuse puts what is close by meaning among what the words found: each list
// gives its hits 1/(k + rank).
func (c *Call) fuse(ctx context.Context, tx *store.Tx, list []found, query store.SearchQuery) ([]found, error) {
	if c.Vector == nil {
		return list, nil
	}
	near, err := store.Nearest(ctx, tx, store.NearQuery{Vector: c.Vector, Model: c.Table.Meaning.Model(), Kinds: query.Kinds,
		Scopes: query.Scopes, Limit: maxNear})
	if err != nil {
		return nil, err
	}
	for i := range list {
		list[i].Score = 1 / float64(fusion+i+1)
	}
	under := len(query.Kinds) == 0 || slices.Contains(query.Kinds, store.Question)
	counted := map[int]bool{}
	for _, n := range near {
		if n.Cosine < leastNear || n.Cosine < nearShare*near[0].Cosine {
			break
		}
		i := slices.IndexFunc(list, func(f found) bool {
			return f.Kind != store.OfferKind && (f.ID == n.ID || under && f.ID == n.Question || slices.Contains(f.Answers, n.ID))
		})
		if i < 0 {
			i = len(list)
			list = append(list, found{SearchHit: store.SearchHit{Kind: n.Kind, ID: n.ID}})
			if under && n.Question > 0 {
				list[i].Kind, list[i].ID = store.Question, n.Question
			}
		}
		if under && list[i].ID == n.Question && !slices.Contains(list[i].Answers, n.ID) {
			list[i].Answers = append(slices.Clip(list[i].Answers), n.ID)
		}
		if !counted[i] {
			counted[i] = true
			list[i].Score += 1 / float64(fusion+len(counted))
		}
	}
	sortFound(list)
	return list, nil
}

// setMeaning turns the search by meaning of a room on or off.
func (c *Call) setMeaning(ctx context.Context, tx *store.Tx, on bool) error {
	if on && c.Table.Meaning.Host() == "" {
		return c.wrong("set_no_meaning")
	}
	return tx.SetMeaning(ctx, c.Network.Room, on)
}
