package store

import (
	"cmp"
	"context"
	"encoding/binary"
	"slices"

	"buffet/lang"
)

// gramLists are the terms of each gram.
func (s *search) gramLists(ctx context.Context, grams []uint32) (map[uint32][]int64, error) {
	lists := map[uint32][]int64{}
	if len(grams) == 0 {
		return lists, nil
	}
	rows, err := s.q.QueryContext(ctx, `SELECT gram, chunk, data FROM search_gram WHERE gram IN (`+numbers(grams)+`)`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var data []byte
	for rows.Next() {
		var g uint32
		var chunk int64
		if err := rows.Scan(&g, &chunk, &data); err != nil {
			return nil, err
		}
		list := lists[g]
		for i := 0; i+1 < len(data); i += 2 {
			list = append(list, chunk<<termBits|int64(binary.LittleEndian.Uint16(data[i:])))
		}
		lists[g] = list
	}
	return lists, rows.Err()
}

// maxAround is how many terms are looked at for one word, aroundStep how many
// at a time, and enoughAround how many that the scopes have are enough.
const (
	maxAround    = 2000
	aroundStep   = 60
	enoughAround = 2 * maxTerms
)

// sharedTerm is a term that has so many of a word's grams.
type sharedTerm struct {
	id     int64
	shared int
}

// sharing are the terms that have most of the grams, best first.
func sharing(grams []uint32, lists map[uint32][]int64) []sharedTerm {
	counts := map[int64]int{}
	slices.SortFunc(grams, func(a, b uint32) int { return cmp.Compare(len(lists[a]), len(lists[b])) })
	for i, g := range grams {
		common := i >= 4 && len(counts) > 2000 // these only add to what is there
		for _, id := range lists[g] {
			if !common || counts[id] > 0 {
				counts[id]++
			}
		}
	}
	list := make([]sharedTerm, 0, len(counts))
	for id, n := range counts {
		if n > 1 || len(grams) < 4 {
			list = append(list, sharedTerm{id, n})
		}
	}
	slices.SortFunc(list, func(a, b sharedTerm) int { return cmp.Or(cmp.Compare(b.shared, a.shared), cmp.Compare(a.id, b.id)) })
	return list[:min(len(list), maxAround)]
}

// lookAround looks at the next terms that share grams with the words, and
// tells whether there are more to look at. How many it keeps depends on those
// that the scopes have, not on those they have not.
func (s *search) lookAround(ctx context.Context) (more bool, err error) {
	texts, df := map[int64]string{}, map[int64]int64{}
	next := make([][]sharedTerm, len(s.words))
	for i, w := range s.words {
		n := min(aroundStep, len(w.around))
		for n > 0 && n < len(w.around) && w.around[n].shared == w.around[n-1].shared && n < 2*aroundStep {
			n++
		}
		next[i], w.around = w.around[:n], w.around[n:]
		for _, t := range next[i] {
			texts[t.id] = ""
		}
	}
	if err := s.termTexts(ctx, texts); err != nil {
		return false, err
	}
	near := make([][]wordTerm, len(s.words))
	var ids []int64
	for i, w := range s.words {
		for _, t := range next[i] {
			text := texts[t.id]
			if text == "" || slices.ContainsFunc(w.terms, func(has wordTerm) bool { return has.id == t.id }) {
				continue
			}
			if weight := likeness(t.shared, w.own, gramCount(text)); weight >= nearEnough {
				near[i] = append(near[i], wordTerm{id: t.id, text: text, weight: weight * kinWeight})
				ids = append(ids, t.id)
			}
		}
	}
	if err := s.count(ctx, ids, df); err != nil {
		return false, err
	}
	for i, w := range s.words {
		for _, t := range near[i] {
			if t.df = df[t.id]; t.df > 0 {
				w.terms = append(w.terms, t)
				w.found++
			}
		}
		if w.found >= enoughAround {
			w.around = nil
		}
		more = more || len(w.around) > 0
	}
	return more, nil
}

func (s *search) termTexts(ctx context.Context, texts map[int64]string) error {
	if len(texts) == 0 {
		return nil
	}
	ids := make([]int64, 0, len(texts))
	for id := range texts {
		ids = append(ids, id)
	}
	rows, err := s.q.QueryContext(ctx, `SELECT id, term FROM search_term WHERE id IN (`+numbers(ids)+`)`)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		var text string
		if err := rows.Scan(&id, &text); err != nil {
			return err
		}
		texts[id] = text
	}
	return rows.Err()
}

// near tells whether terms that look alike may stand for a word.
func (w *queryWord) near() bool { return !w.stop && !w.must && len(w.stem) >= lang.GramSize-1 }

// kinWeight is what a word of the same verb is worth.
const kinWeight = 0.6

// nearEnough is from which likeness on a term stands for a word.
const nearEnough = 0.5

// gramCount is how many grams a term has.
func gramCount(term string) int {
	n := 0
	lang.Grams([]byte(term), func(uint32) { n++ })
	return n
}

// likeness is how much two words have in common that share grams and have a
// and b: half of it is that one is a part of the other.
func likeness(shared, a, b int) float64 {
	if a == 0 || b == 0 {
		return 0
	}
	dice := 2 * float64(shared) / float64(a+b)
	part := float64(shared) / float64(min(a, b))
	if shared < 2 && min(a, b) > 1 {
		part = 0
	}
	return (dice + part) / 2
}
