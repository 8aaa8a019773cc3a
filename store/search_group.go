package store

import (
	"cmp"
	"context"
	"slices"

	"buffet/lang"
)

// bring adds the questions of found answers that the asker may see and that
// were not found themselves.
func (s *search) bring(ctx context.Context) error {
	have := map[int64]bool{}
	for _, c := range s.found {
		have[c.ref] = true
	}
	var missing []int64
	for _, c := range s.found {
		if c.kind == kindAnswer && c.question > 0 && !have[c.question] {
			have[c.question] = true
			missing = append(missing, c.question)
		}
	}
	if len(missing) == 0 || !s.wants(kindQuestion) {
		return nil
	}
	list, err := Collect(ctx, s.q, scanCandidate, `SELECT scope, num, ref, kind, length FROM search_doc
		WHERE ref IN (`+numbers(missing)+`) AND scope IN (`+numbers(s.scopeIDs)+`) ORDER BY ref`)
	if err != nil {
		return err
	}
	list = slices.DeleteFunc(list, func(c *candidate) bool { return c.kind != kindQuestion || c.num >= int64(len(s.scopes[c.scope].cand)) })
	if list, err = s.readTexts(ctx, list); err != nil {
		return err
	}
	list = s.verify(list, true)
	s.found = append(s.found, list...)
	return nil
}

// An answer lifts its question by a part of what it scores itself; alone it
// is worth a little less than a question that says the same.
const (
	answerLift  = 0.25
	answerAlone = 0.9
)

// group puts answers under their questions and orders the hits.
func (s *search) group() ([]SearchHit, map[int64]*candidate) {
	by := map[int64]*candidate{}
	for _, c := range s.found {
		by[c.ref] = c
	}
	slices.SortFunc(s.found, func(a, b *candidate) int {
		return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(b.sent, a.sent), cmp.Compare(b.ref, a.ref))
	})
	answers := map[int64][]int64{}
	var hits []SearchHit
	for _, c := range s.found {
		if q := by[c.question]; c.kind == kindAnswer && c.question > 0 && q != nil && q.kind == kindQuestion {
			answers[c.question] = append(answers[c.question], c.ref)
			continue
		}
		hit := SearchHit{Kind: kindName(c.kind), ID: c.ref, Score: c.score, Match: c.match}
		switch c.kind {
		case kindOffer:
			hit.ID = -c.ref
		case kindAnswer:
			hit.Question, hit.Score = c.question, c.score*answerAlone
		}
		hits = append(hits, hit)
	}
	for i, h := range hits {
		if list := answers[h.ID]; h.Kind == Question && len(list) > 0 {
			best := by[list[0]].score * answerAlone
			hits[i].Answers = list
			hits[i].Score = max(h.Score, best) + answerLift*min(h.Score, best)
		}
	}
	slices.SortStableFunc(hits, func(a, b SearchHit) int { return cmp.Compare(b.Score, a.Score) })
	return hits, by
}

// showWords fills in what of a hit's texts matched.
func (s *search) showWords(hit *SearchHit, by map[int64]*candidate, index *queryIndex) {
	hit.Words = map[string]bool{}
	refs := append([]int64{hit.ID}, hit.Answers...)
	if hit.Kind == OfferKind {
		refs = []int64{-hit.ID}
	}
	var cache stemCache
	for _, ref := range refs {
		for _, text := range by[ref].fields {
			lang.Scan(text, func(word []byte, _, _ int) {
				if lang.IsStop(word) {
					return
				}
				near := len(word) < lang.GramSize || len(s.query.Prefixes) > 0
				lang.Grams(word, func(g uint32) {
					_, ok := index.gram(g)
					near = near || ok
				})
				if near && s.shown[cache.stem(word)] {
					hit.Words[string(word)] = true
				}
			})
		}
	}
}

func kindName(kind int) string {
	return [...]string{"", Question, Answer, Experience, OfferKind}[kind]
}
