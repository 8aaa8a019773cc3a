package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"text/tabwriter"

	"buffet/store"
)

// guess is the question that is most probably the same, of one query.
type guess struct {
	match float64
	right bool
}

// wantedPrecision is how many of those that are said to be the same have to be.
const wantedPrecision = 0.8

// evalMatch measures how sure "this was asked before" is, on sets of
// questions: with the floor that the other sets suggest, and with the
// program's.
func evalMatch(ctx context.Context, paths []string) error {
	var names []string
	var all [][]guess
	for _, path := range paths {
		s, err := readSet(path)
		if err != nil {
			return err
		}
		list, err := s.guesses(ctx)
		if err != nil {
			return err
		}
		names, all = append(names, s.name), append(all, list)
	}
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "set\tqueries\tfloor by the others\tprecision\trecall\tat", store.MatchFloor, "\tprecision\trecall")
	for i, name := range names {
		floor := 0.0
		for j, other := range all {
			if j != i {
				floor = max(floor, floorOf(other))
			}
		}
		p, r := atFloor(all[i], floor)
		ownP, ownR := atFloor(all[i], store.MatchFloor)
		fmt.Fprintf(w, "%s\t%d\t%.2f\t%.2f\t%.2f\t\t%.2f\t%.2f\n", name, len(all[i]), floor, p, r, ownP, ownR)
	}
	return w.Flush()
}

// guesses asks the real store each of the set's queries.
func (s *set) guesses(ctx context.Context) (list []guess, err error) {
	dir, err := os.MkdirTemp("", "buffet-eval-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	o, err := openOwn(ctx, dir)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, o.close()) }()
	if err := o.index(ctx, s.docs); err != nil {
		return nil, err
	}
	for _, query := range s.queries {
		q := store.ParseQuery(query.Text)
		q.Scopes = []string{store.RoomScope(groupRoom(query.Group))}
		hits, _, err := store.Search(ctx, o.st.Reader(), q)
		if err != nil {
			return nil, err
		}
		var g guess
		for _, h := range hits {
			if h.Match > g.match {
				g = guess{h.Match, s.relevant[query.ID][o.ids[h.ID]]}
			}
		}
		list = append(list, g)
	}
	return list, nil
}

// floorOf is the lowest floor with the wanted precision, in steps of 0.05; 0
// where there is none: the set suggests nothing.
func floorOf(list []guess) float64 {
	for floor := 20; floor < 100; floor += 5 {
		if p, r := atFloor(list, float64(floor)/100); p >= wantedPrecision && r > 0 {
			return float64(floor) / 100
		}
	}
	return 0
}

// atFloor is how many of those that reach the floor are right, and how many
// of all queries get a right one.
func atFloor(list []guess, floor float64) (precision, recall float64) {
	said := slices.DeleteFunc(slices.Clone(list), func(g guess) bool { return g.match < floor })
	right := 0
	for _, g := range said {
		if g.right {
			right++
		}
	}
	return float64(right) / float64(max(len(said), 1)), float64(right) / float64(max(len(list), 1))
}
