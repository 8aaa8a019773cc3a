package store

import (
	"context"
	"encoding/binary"
	"slices"

	"buffet/lang"
)

// phrase is what has to stand in a text, or must not, word by word.
type phrase struct {
	words []string // lang.Token.Word
	stems []string
	terms []int64 // of the words that are always indexed; 0: no document has it
}

func phrases(texts []string) []phrase {
	var list []phrase
	for _, text := range texts[:min(len(texts), maxParts)] {
		var p phrase
		for _, t := range lang.Tokens(clipQuery(text)) {
			p.words = append(p.words, t.Word)
			p.stems = append(p.stems, lang.Stem(t.Word))
		}
		if len(p.words) > 0 {
			list = append(list, p)
		}
	}
	return list
}

// lookUp finds the phrases' terms.
func (s *search) lookUp(ctx context.Context, lists ...[]phrase) error {
	var stems []string
	for _, list := range lists {
		for _, p := range list {
			stems = append(stems, p.stems...)
		}
	}
	known := map[string]int64{}
	if err := termsNamed(ctx, s.q, stems, known); err != nil {
		return err
	}
	for _, list := range lists {
		for i, p := range list {
			for j, stem := range p.stems {
				if !lang.IsStop([]byte(p.words[j])) {
					list[i].terms = append(list[i].terms, known[stem])
				}
			}
		}
	}
	return nil
}

// in tells whether one of the texts has the phrase; a single word may be
// inflected.
func (p phrase) in(texts [3]string) bool {
	for _, text := range texts {
		tokens := lang.Tokens(text)
		for i := range tokens {
			if len(p.words) == 1 {
				if tokens[i].Word == p.words[0] || lang.Stem(tokens[i].Word) == p.stems[0] {
					return true
				}
				continue
			}
			n := 0
			for n < len(p.words) && i+n < len(tokens) && tokens[i+n].Word == p.words[n] {
				n++
			}
			if n == len(p.words) {
				return true
			}
		}
	}
	return false
}

// maxPrefixTerms is how many words a beginning may stand for.
const maxPrefixTerms = 200

// prefixes adds a word for each beginning that was asked for.
func (s *search) prefixes(ctx context.Context) error {
	for _, p := range s.query.Prefixes[:min(len(s.query.Prefixes), maxParts)] {
		tokens := lang.Tokens(clipQuery(p))
		if len(tokens) == 0 {
			continue
		}
		w := &queryWord{text: tokens[0].Word, stem: lang.Stem(tokens[0].Word), must: true}
		lang.Grams([]byte(w.text), func(g uint32) { w.grams = append(w.grams, g) })
		begin := lang.Beginning(w.text)
		list, err := Collect(ctx, s.q, func(scan func(...any) error) (t wordTerm, err error) {
			t.weight = 1
			return t, scan(&t.id, &t.text)
		}, `SELECT id, term FROM search_term WHERE (term >= $1 AND term < $2 OR term = $3)
			AND EXISTS (SELECT 1 FROM search_posting p WHERE p.term = search_term.id AND p.scope IN (`+numbers(s.scopeIDs)+`))
			ORDER BY term LIMIT $4`,
			begin, begin+"\U0010FFFF", w.stem, maxPrefixTerms)
		if err != nil {
			return err
		}
		w.terms = list
		s.words = append(s.words, w)
	}
	return nil
}

// require strikes out the documents that lack what has to be there or have
// what must not.
func (s *search) require(ctx context.Context) error {
	var groups [][]int64
	for _, p := range s.must {
		for _, term := range p.terms {
			groups = append(groups, []int64{term})
		}
	}
	for _, w := range s.words {
		if w.must {
			var terms []int64
			for _, t := range w.terms {
				terms = append(terms, t.id)
			}
			groups = append(groups, terms)
		}
	}
	for i, group := range groups {
		if err := s.mark(ctx, group, func(sc *scopeScores, num int64) {
			if sc.required == nil {
				sc.required = make([]uint8, len(sc.score))
			}
			if int(sc.required[num]) == i {
				sc.required[num]++
			}
		}); err != nil {
			return err
		}
	}
	if len(groups) > 0 {
		for _, sc := range s.scopes {
			for num := range sc.score {
				if sc.required == nil || int(sc.required[num]) < len(groups) {
					sc.score[num] = 0
				}
			}
		}
	}
	for _, p := range s.not {
		if len(p.words) == 1 && len(p.terms) == 1 {
			if err := s.mark(ctx, p.terms, func(sc *scopeScores, num int64) { sc.score[num] = 0 }); err != nil {
				return err
			}
		}
	}
	return nil
}

// mark calls f with each document that has one of the terms.
func (s *search) mark(ctx context.Context, terms []int64, f func(*scopeScores, int64)) error {
	list, err := s.postings(ctx, terms)
	for _, postings := range list {
		for _, p := range postings {
			for i := 0; i+1 < len(p.data); i += 2 {
				if num := p.base | int64(binary.LittleEndian.Uint16(p.data[i:])&(1<<chunkBits-1)); num < int64(len(p.scope.score)) {
					f(p.scope, num)
				}
			}
		}
	}
	return err
}

// verify drops the candidates whose texts lack a phrase, or have one that they
// must not; questions that only their answers brought in may lack it.
func (s *search) verify(list []*candidate, brought bool) []*candidate {
	return slices.DeleteFunc(list, func(c *candidate) bool {
		for _, p := range s.must {
			if !brought && !p.in(c.fields) {
				return true
			}
		}
		for _, p := range s.not {
			if p.in(c.fields) {
				return true
			}
		}
		return false
	})
}
