package store

import (
	"cmp"
	"context"
	"encoding/binary"
	"math"
	"slices"

	"buffet/lang"
)

// queryWord is one word of a query and the terms that stand for it.
type queryWord struct {
	text  string // lang.Token.Word
	stem  string
	stop  bool
	must  bool // a beginning: one of its terms has to be there
	count int  // in the query
	idf   float64
	terms []wordTerm // best first
	grams []uint32
}

// wordTerm is a term of the vocabulary that stands for a query word.
type wordTerm struct {
	id     int64
	text   string
	weight float64 // 1: the same stem
	df     int64   // documents that the scopes may see; none: it is left out
}

// maxWords is how many different words of a query count, maxTerms how many
// terms may stand for one of them.
const (
	maxWords = 32
	maxTerms = 12
)

// splitQuery makes words of the query's text.
func splitQuery(text string) []*queryWord {
	var list []*queryWord
	at := map[string]*queryWord{}
	for _, t := range lang.Tokens(text) {
		if w := at[t.Word]; w != nil {
			w.count++
			continue
		}
		w := &queryWord{text: t.Word, stem: lang.Stem(t.Word), stop: t.Stop, count: 1}
		lang.Grams([]byte(w.text), func(g uint32) { w.grams = append(w.grams, g) })
		at[t.Word] = w
		list = append(list, w)
	}
	if len(list) <= maxWords {
		return list
	}
	long := slices.Clone(list) // of a text that is no query, the long words say what it is about
	slices.SortStableFunc(long, func(a, b *queryWord) int { return cmp.Compare(len(b.text), len(a.text)) })
	keep := map[*queryWord]bool{}
	for _, w := range long[:maxWords] {
		keep[w] = true
	}
	return slices.DeleteFunc(list, func(w *queryWord) bool { return !keep[w] })
}

// expand finds the terms that stand for each word: its stem, and what shares
// enough of its letters (parts of compounds, compounds with it, inflections
// that the stemmer does not know, slips of the pen).
func (s *search) expand(ctx context.Context) error {
	var stems []string
	for _, w := range s.words {
		stems = append(stems, w.stem)
		if w.near() {
			stems = append(stems, lang.Kin(w.stem)...)
		}
	}
	known := map[string]int64{}
	if err := termsNamed(ctx, s.q, stems, known); err != nil {
		return err
	}
	var grams []uint32
	for _, w := range s.words {
		if id, ok := known[w.stem]; ok && !w.must {
			w.terms = append(w.terms, wordTerm{id: id, text: w.stem, weight: 1})
		}
		if w.near() {
			grams = append(grams, gramsOf(w.stem)...)
		}
	}
	slices.Sort(grams)
	lists, err := s.gramLists(ctx, slices.Compact(grams))
	if err != nil {
		return err
	}
	near := map[int64]string{}
	counted := make([]map[int64]int, len(s.words))
	for i, w := range s.words {
		if w.near() {
			counted[i] = sharing(gramsOf(w.stem), lists)
			if err := s.nearest(ctx, counted[i]); err != nil {
				return err
			}
			for id := range counted[i] {
				near[id] = ""
			}
		}
	}
	if err := s.termTexts(ctx, near); err != nil {
		return err
	}
	for i, w := range s.words {
		for _, kin := range lang.Kin(w.stem) {
			if id, ok := known[kin]; ok && w.near() {
				delete(counted[i], id)
				w.terms = append(w.terms, wordTerm{id: id, text: kin, weight: kinWeight})
			}
		}
		w.addNear(counted[i], near)
	}
	return s.frequencies(ctx)
}

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

// maxNear is how many terms are looked at for one word.
const maxNear = 60

// sharing counts how many of the grams the terms have, of those that have most.
func sharing(grams []uint32, lists map[uint32][]int64) map[int64]int {
	counts := map[int64]int{}
	slices.SortFunc(grams, func(a, b uint32) int { return cmp.Compare(len(lists[a]), len(lists[b])) })
	for i, g := range grams {
		if i >= 4 && len(counts) > 2000 { // common grams only add to what is there
			for _, id := range lists[g] {
				if n, ok := counts[id]; ok {
					counts[id] = n + 1
				}
			}
			continue
		}
		for _, id := range lists[g] {
			counts[id]++
		}
	}
	return counts
}

// nearest leaves those that share the most, maxNear and what shares as much as
// the last of them. Only terms that the scopes have count: what is hidden must
// not push out what is not.
func (s *search) nearest(ctx context.Context, counts map[int64]int) error {
	ids := make([]int64, 0, len(counts))
	for id := range counts {
		ids = append(ids, id)
	}
	slices.SortFunc(ids, func(a, b int64) int { return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a, b)) })
	kept, last := map[int64]int{}, 0
	for part := range slices.Chunk(ids, 4*maxNear) {
		if len(kept) >= maxNear && counts[part[0]] < last {
			break
		}
		seen, err := s.seen(ctx, part)
		if err != nil {
			return err
		}
		for _, id := range part {
			if seen[id] && (len(kept) < maxNear || counts[id] == last) {
				kept[id], last = counts[id], counts[id]
			}
		}
	}
	for id := range counts {
		if _, ok := kept[id]; !ok {
			delete(counts, id)
		}
	}
	return nil
}

// seen are those of the terms that the scopes have.
func (s *search) seen(ctx context.Context, terms []int64) (map[int64]bool, error) {
	rows, err := s.q.QueryContext(ctx, `SELECT DISTINCT term FROM search_posting WHERE term IN (`+numbers(terms)+`) AND scope IN (`+numbers(s.scopeIDs)+`)`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	seen := map[int64]bool{}
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		seen[id] = true
	}
	return seen, rows.Err()
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

// addNear adds those of the counted terms that are near enough.
func (w *queryWord) addNear(counted map[int64]int, texts map[int64]string) {
	own := len(gramsOf(w.stem))
	for id, shared := range counted {
		text := texts[id]
		if text == w.stem || text == "" {
			continue
		}
		if weight := likeness(shared, own, len(gramsOf(text))); weight >= nearEnough {
			w.terms = append(w.terms, wordTerm{id: id, text: text, weight: weight * 0.6})
		}
	}
	slices.SortFunc(w.terms, func(a, b wordTerm) int { return cmp.Or(cmp.Compare(b.weight, a.weight), cmp.Compare(a.text, b.text)) })
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

// frequencies keeps the terms that the scopes have, at most maxTerms a word,
// and gives words their idf.
func (s *search) frequencies(ctx context.Context) error {
	var ids []int64
	for _, w := range s.words {
		for _, t := range w.terms {
			ids = append(ids, t.id)
		}
	}
	slices.Sort(ids)
	df := map[int64]int64{}
	if ids = slices.Compact(ids); len(ids) > 0 {
		rows, err := s.q.QueryContext(ctx, `SELECT term, n FROM search_posting WHERE term IN (`+numbers(ids)+`) AND scope IN (`+numbers(s.scopeIDs)+`)`)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var id, n int64
			if err := rows.Scan(&id, &n); err != nil {
				return err
			}
			df[id] += n
		}
		if err := rows.Err(); err != nil {
			return err
		}
	}
	for _, w := range s.words {
		kept := w.terms[:0]
		var most, all int64
		for _, t := range w.terms {
			if t.df = df[t.id]; t.df > 0 && (w.must || len(kept) < maxTerms) {
				kept = append(kept, t)
				most, all = max(most, t.df), all+t.df
			}
		}
		w.terms = kept
		switch {
		case len(kept) == 0:
			w.idf = s.idf(0)
		case kept[0].weight == 1 && !w.must:
			w.idf = s.idf(kept[0].df)
		default:
			w.idf = s.idf(min(all, most*2))
		}
	}
	return nil
}

// idf is how much a term says that stands in df documents.
func (s *search) idf(df int64) float64 {
	return math.Log(1 + (float64(s.docs-df)+0.5)/(float64(df)+0.5))
}
