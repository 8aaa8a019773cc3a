package store

import (
	"cmp"
	"context"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
)

// search is one search on its way.
type search struct {
	q     Querier
	query SearchQuery

	scopeIDs     []int64
	scopes       map[int64]*scopeScores
	docs, length int64 // of all scopes

	must, not []phrase
	words     []*queryWord
	shown     map[string]bool     // terms that are shown as matching
	post      map[int64][]posting // term -> what the scopes have of it

	found []*candidate
}

// scopeScores are the first scores of a scope's documents, by number.
type scopeScores struct {
	id    int64
	score []float32
	seen  []int32 // the last word that counted, from 1
	first []float32
	cand  []int32 // candidate, from 1

	required []uint8 // how much of what has to be there is there
}

// posting is a row of search_posting.
type posting struct {
	scope *scopeScores
	base  int64
	data  []byte
}

// maxCandidates is how many documents are looked at closely, maxWalk how many
// are asked for their kind to find them.
const (
	maxCandidates = 200
	maxWalk       = 4000
)

func (s *search) run(ctx context.Context) ([]SearchHit, int, error) {
	if err := s.openScopes(ctx); err != nil || s.docs == 0 {
		return nil, 0, err
	}
	s.words = splitQuery(clipQuery(s.query.Text + " " + strings.Join(s.query.Must, " ")))
	s.must, s.not = phrases(s.query.Must), phrases(s.query.Not)
	if err := s.lookUp(ctx, s.must, s.not); err != nil {
		return nil, 0, err
	}
	if err := s.prefixes(ctx); err != nil {
		return nil, 0, err
	}
	if len(s.words) == 0 {
		return nil, 0, nil
	}
	if err := s.expand(ctx); err != nil {
		return nil, 0, err
	}
	if err := s.retrieve(ctx); err != nil {
		return nil, 0, err
	}
	if err := s.require(ctx); err != nil {
		return nil, 0, err
	}
	if err := s.choose(ctx); err != nil {
		return nil, 0, err
	}
	return s.answer(ctx)
}

func (s *search) openScopes(ctx context.Context) error {
	s.scopes = map[int64]*scopeScores{}
	for names := range slices.Chunk(s.query.Scopes, 500) {
		args := make([]any, len(names))
		for i, n := range names {
			args[i] = n
		}
		rows, err := s.q.QueryContext(ctx, `SELECT id, docs, length, next FROM search_scope WHERE docs > 0 AND name IN (`+places(len(names))+`)`, args...)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var id, docs, length, next int64
			if err := rows.Scan(&id, &docs, &length, &next); err != nil {
				return err
			}
			if s.scopes[id] != nil {
				continue
			}
			s.scopeIDs = append(s.scopeIDs, id)
			s.scopes[id] = &scopeScores{id: id, score: make([]float32, next), seen: make([]int32, next), first: make([]float32, next), cand: make([]int32, next)}
			s.docs, s.length = s.docs+docs, s.length+length
		}
		if err := rows.Err(); err != nil {
			return err
		}
	}
	slices.Sort(s.scopeIDs)
	return nil
}

// maxPostings is how many postings a search reads; words that say most come first.
const maxPostings = 400_000

// retrieve reads the postings of the words that say most and scores the
// documents that have them.
func (s *search) retrieve(ctx context.Context) error {
	words := slices.Clone(s.words)
	content := slices.ContainsFunc(words, func(w *queryWord) bool { return !w.stop && len(w.terms) > 0 })
	if content {
		words = slices.DeleteFunc(words, func(w *queryWord) bool { return w.stop })
	}
	slices.SortStableFunc(words, func(a, b *queryWord) int { return cmp.Compare(b.idf, a.idf) })
	var ids []int64
	room := int64(maxPostings)
	for _, w := range words {
		for _, t := range w.terms {
			if room -= t.df; room < 0 && len(ids) > 0 {
				break
			}
			ids = append(ids, t.id)
		}
	}
	var err error
	if s.post, err = s.postings(ctx, ids); err != nil {
		return err
	}
	bits := firstWeights()
	for i, w := range words {
		for _, t := range w.terms {
			weight := t.weight * min(w.idf, s.idf(t.df))
			for _, p := range s.post[t.id] {
				p.score(int32(i+1), float32(weight), &bits) //nolint:gosec // at most maxWords
			}
		}
	}
	return nil
}

// postings are what the scopes have of the terms.
func (s *search) postings(ctx context.Context, ids []int64) (map[int64][]posting, error) {
	list := map[int64][]posting{}
	ids = slices.Clone(ids)
	slices.Sort(ids)
	if ids = slices.Compact(ids); len(ids) == 0 {
		return list, nil
	}
	rows, err := s.q.QueryContext(ctx, `SELECT term, scope, chunk, data FROM search_posting WHERE term IN (`+numbers(ids)+`) AND scope IN (`+numbers(s.scopeIDs)+`)`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var term, scope, chunk int64
		var data []byte
		if err := rows.Scan(&term, &scope, &chunk, &data); err != nil {
			return nil, err
		}
		list[term] = append(list[term], posting{s.scopes[scope], chunk << chunkBits, data})
	}
	return list, rows.Err()
}

// firstWeights are the weights of the first pass by a posting's bits: how
// often (1, 2, 3, 4 or more) and how long the document is.
func firstWeights() (w [16]float32) {
	for bits := range w {
		tf, length := float32(bits>>2+1), []float32{0.6, 0.8, 1, 1.3}[bits&3]
		w[bits] = tf * 2 / (tf + length)
	}
	return w
}

// score gives a word's weight to the documents, the best of its terms' only.
func (p posting) score(word int32, weight float32, bits *[16]float32) {
	s := p.scope
	for i := 0; i+1 < len(p.data); i += 2 {
		e := binary.LittleEndian.Uint16(p.data[i:])
		num := p.base | int64(e&(1<<chunkBits-1))
		if num >= int64(len(s.score)) {
			continue
		}
		v := weight * bits[e>>chunkBits]
		if s.seen[num] != word {
			s.seen[num], s.first[num] = word, v
			s.score[num] += v
		} else if v > s.first[num] {
			s.score[num] += v - s.first[num]
			s.first[num] = v
		}
	}
}

// choose takes the best documents that are of the wanted kinds.
func (s *search) choose(ctx context.Context) error {
	type scored struct {
		scope *scopeScores
		num   int64
		score float32
	}
	var all []scored
	for _, id := range s.scopeIDs {
		sc := s.scopes[id]
		for num, v := range sc.score {
			if v > 0 {
				all = append(all, scored{sc, int64(num), v})
			}
		}
	}
	slices.SortFunc(all, func(a, b scored) int {
		return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.scope.id, b.scope.id), cmp.Compare(a.num, b.num))
	})
	for part := range slices.Chunk(all[:min(len(all), maxWalk)], maxCandidates) {
		at := map[[2]int64]float32{}
		var b strings.Builder
		for i, d := range part {
			if i > 0 {
				b.WriteByte(',')
			}
			fmt.Fprintf(&b, "(%d,%d)", d.scope.id, d.num)
			at[[2]int64{d.scope.id, d.num}] = d.score
		}
		list, err := Collect(ctx, s.q, scanCandidate, `WITH want (scope, num) AS (VALUES `+b.String()+`)
			SELECT d.scope, d.num, d.ref, d.kind, d.length FROM want w JOIN search_doc d ON d.scope = w.scope AND d.num = w.num`)
		if err != nil {
			return err
		}
		for _, c := range list {
			c.first = float64(at[[2]int64{c.scope, c.num}])
		}
		slices.SortFunc(list, func(a, b *candidate) int {
			return cmp.Or(cmp.Compare(b.first, a.first), cmp.Compare(a.scope, b.scope), cmp.Compare(a.num, b.num))
		})
		for _, c := range list {
			if len(s.found) < maxCandidates && s.wants(c.kind) {
				s.found = append(s.found, c)
			}
		}
		if len(s.found) >= maxCandidates {
			break
		}
	}
	return nil
}

func scanCandidate(scan func(...any) error) (*candidate, error) {
	c := &candidate{}
	return c, scan(&c.scope, &c.num, &c.ref, &c.kind, &c.length)
}

// wants tells whether documents of a kind are asked for.
func (s *search) wants(kind int) bool {
	return len(s.query.Kinds) == 0 || slices.Contains(s.query.Kinds, kindName(kind))
}
