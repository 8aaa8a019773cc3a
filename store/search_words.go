package store

import (
	"cmp"
	"context"
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

	own    int          // different grams of its stem
	around []sharedTerm // terms that share some, still to be looked at
	found  int          // of those looked at, how many stand for it
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
	for _, w := range s.words {
		if !w.near() {
			continue
		}
		own := gramsOf(w.stem)
		w.own, w.around = len(own), sharing(own, lists)
		for _, kin := range lang.Kin(w.stem) {
			if id, ok := known[kin]; ok {
				w.terms = append(w.terms, wordTerm{id: id, text: kin, weight: kinWeight})
			}
		}
	}
	if err := s.frequencies(ctx); err != nil {
		return err
	}
	for more := true; more; {
		if more, err = s.lookAround(ctx); err != nil {
			return err
		}
	}
	for _, w := range s.words {
		w.settle(s)
	}
	return nil
}

// frequencies keeps the terms that the scopes have.
func (s *search) frequencies(ctx context.Context) error {
	var ids []int64
	for _, w := range s.words {
		for _, t := range w.terms {
			ids = append(ids, t.id)
		}
	}
	df := map[int64]int64{}
	if err := s.count(ctx, ids, df); err != nil {
		return err
	}
	for _, w := range s.words {
		for i := range w.terms {
			w.terms[i].df = df[w.terms[i].id]
		}
		w.terms = slices.DeleteFunc(w.terms, func(t wordTerm) bool { return t.df == 0 })
	}
	return nil
}

// count counts in how many of the scopes' documents terms stand.
func (s *search) count(ctx context.Context, ids []int64, df map[int64]int64) error {
	if len(ids) == 0 {
		return nil
	}
	ids = slices.Clone(ids)
	slices.Sort(ids)
	rows, err := s.q.QueryContext(ctx, `SELECT term, length(data) / 2 FROM search_posting WHERE term IN (`+numbers(slices.Compact(ids))+`) AND scope IN (`+numbers(s.scopeIDs)+`)`)
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
	return rows.Err()
}

// settle keeps a word's best terms and gives it its idf.
func (w *queryWord) settle(s *search) {
	slices.SortFunc(w.terms, func(a, b wordTerm) int { return cmp.Or(cmp.Compare(b.weight, a.weight), cmp.Compare(a.text, b.text)) })
	if !w.must {
		w.terms = w.terms[:min(len(w.terms), maxTerms)]
	}
	var most, all int64
	for _, t := range w.terms {
		most, all = max(most, t.df), all+t.df
	}
	switch {
	case len(w.terms) == 0:
		w.idf = s.idf(0)
	case w.terms[0].weight == 1 && !w.must:
		w.idf = s.idf(w.terms[0].df)
	default:
		w.idf = s.idf(min(all, most*2))
	}
}

// idf is how much a term says that stands in df documents.
func (s *search) idf(df int64) float64 {
	return math.Log(1 + (float64(s.docs-df)+0.5)/(float64(df)+0.5))
}
