package store

import (
	"context"
	"encoding/binary"
	"math"
	"slices"
)

// candidate is a document that is looked at closely.
type candidate struct {
	scope, num, ref int64
	kind, length    int
	first           float64 // score of the first pass

	question int64
	fields   [3]string // title, text, topics
	sent     int64     // Unix milliseconds

	tf      []float64 // by word: how often, the best of its terms
	exact   []bool    // by word: it stands there as it was typed
	grams   []uint16  // by the query's grams: how often
	letters int       // grams in all
	shared  int       // of these, how many the query has
	asks    int       // its question words, a bit each by what they ask for

	score, match float64
}

// What a candidate has of the query, in parts from 0 to 1, and what they
// weigh: its words, their letters, words as they were typed, and, of short
// texts, the words that say little by themselves. Then, for more different
// words of the query, up to so much more.
const (
	weightWords    = 1.0
	weightGrams    = 1.0
	weightExact    = 0.2
	weightStops    = 0.2
	weightCoverage = 0.2
	weightAge      = 0.02 // what the oldest lose

	// BM25's, for short texts.
	rankK, rankB = 0.9, 0.6
)

// answer reads the candidates' texts, ranks them and makes hits of them.
func (s *search) answer(ctx context.Context) ([]SearchHit, int, error) {
	var err error
	if s.found, err = s.readTexts(ctx, s.found); err != nil {
		return nil, 0, err
	}
	s.found = s.verify(s.found, false)
	if err := s.bring(ctx); err != nil {
		return nil, 0, err
	}
	s.rank()
	hits, by := s.group()
	total := len(hits)
	hits = hits[min(max(s.query.Offset, 0), total):]
	hits = hits[:min(s.query.Limit, len(hits))]
	s.shown = map[string]bool{}
	for _, w := range s.words {
		s.shown[w.stem] = true
		for _, t := range w.terms {
			s.shown[t.text] = true
		}
	}
	index := s.queryIndex()
	for i := range hits {
		s.showWords(&hits[i], by, index)
	}
	return hits, total, nil
}

// ranking is what all candidates are ranked by.
type ranking struct {
	words                       []*queryWord
	asks                        int       // as a candidate's
	weights                     []float64 // of the words
	grams                       []float64 // weights of the grams
	wordSum, stopSum, gramSum   float64
	averageLength, averageGrams float64
}

// rank scores the candidates.
func (s *search) rank() {
	if len(s.found) == 0 {
		return
	}
	s.countTerms()
	index := s.queryIndex()
	r := &ranking{words: s.words, grams: make([]float64, len(index.grams)), averageLength: float64(s.length) / float64(s.docs)}
	letters := 0
	for _, c := range s.found {
		c.scan(index)
		for g, n := range c.grams {
			if n > 0 {
				r.grams[g]++
			}
		}
		letters += c.letters
	}
	r.averageGrams = float64(max(letters, 1)) / float64(len(s.found))
	for g, n := range r.grams {
		r.grams[g] = math.Log(1 + (float64(len(s.found))-n+0.5)/(n+0.5))
		r.gramSum += r.grams[g]
	}
	for a := range index.asks {
		r.asks |= 1 << a
	}
	for _, w := range s.words {
		weight := w.idf
		if w.stop {
			r.stopSum += weight
		} else {
			weight = math.Pow(weight, 0.6) // among the candidates, rare words are worth less than among all
			r.wordSum += weight
		}
		r.weights = append(r.weights, weight)
	}
	for _, c := range s.found {
		r.score(c)
		c.score -= s.ageLoss(c.sent)
	}
}

func (r *ranking) score(c *candidate) {
	var words, exact, stops, covered, content, said float64
	norm := rankK * (1 - rankB + rankB*float64(c.length)/r.averageLength)
	for i, w := range r.words {
		switch {
		case !w.stop:
			content++
			words += r.weights[i] * c.tf[i] / (c.tf[i] + norm)
			if c.exact[i] {
				exact += r.weights[i]
			}
			have := min(1, c.tf[i])
			covered += have
			said += have * r.weights[i]
		case c.exact[i] && c.length <= shortText:
			stops += r.weights[i]
		}
	}
	var grams, gramsSaid float64
	norm = rankK * (1 - rankB + rankB*float64(c.letters)/r.averageGrams)
	for g, n := range c.grams {
		grams += r.grams[g] * float64(n) / (float64(n) + norm)
		if n > 0 {
			gramsSaid += r.grams[g]
		}
	}
	c.score = weightWords*share(words, r.wordSum) + weightExact*share(exact, r.wordSum) + weightStops*share(stops, r.stopSum) +
		weightGrams*share(grams, r.gramSum)
	c.score *= 1 + weightCoverage*share(covered, content)
	ours := (share(said, r.wordSum) + share(gramsSaid, r.gramSum)) / 2
	theirs := share(float64(c.shared), float64(c.letters))
	c.match = math.Sqrt(ours*theirs) * (1 - math.Pow(0.4, covered)) // one word in common is little, whatever it is
	if c.asks != 0 && r.asks != 0 && c.asks&r.asks == 0 {
		c.match *= 0.75 // one asks who, the other why
	}
	if r.stopSum > 0 {
		c.match *= 0.8 + 0.2*stops/r.stopSum
	}
}

func share(part, whole float64) float64 {
	if whole <= 0 {
		return 0
	}
	return part / whole
}

// ageLoss is what a document loses for being old: little, and less and less.
func (s *search) ageLoss(sent int64) float64 {
	if s.query.Now.IsZero() || sent <= 0 {
		return 0
	}
	years := s.query.Now.Sub(Time(sent)).Hours() / (24 * 365)
	return weightAge * (1 - 1/(1+max(years, 0)))
}

// countTerms tells the candidates how often they have which word.
func (s *search) countTerms() {
	for i, c := range s.found {
		c.tf, c.exact = make([]float64, len(s.words)), make([]bool, len(s.words))
		s.scopes[c.scope].cand[c.num] = int32(i + 1) //nolint:gosec // few
	}
	for i, w := range s.words {
		for _, t := range w.terms {
			for _, p := range s.post[t.id] {
				for j := 0; j+1 < len(p.data); j += 2 {
					e := binary.LittleEndian.Uint16(p.data[j:])
					num := p.base | int64(e&(1<<chunkBits-1))
					if num >= int64(len(p.scope.cand)) || p.scope.cand[num] == 0 {
						continue
					}
					c := s.found[p.scope.cand[num]-1]
					c.tf[i] = max(c.tf[i], t.weight*float64(e>>(chunkBits+2)+1))
				}
			}
		}
	}
}

// readTexts reads the candidates from where they are kept; those that are
// gone are dropped.
func (s *search) readTexts(ctx context.Context, list []*candidate) ([]*candidate, error) {
	var contributions, offers []int64
	at := map[int64]*candidate{}
	for _, c := range list {
		at[c.ref] = c
		if c.ref > 0 {
			contributions = append(contributions, c.ref)
		} else {
			offers = append(offers, -c.ref)
		}
	}
	read := func(ids []int64, query string) error {
		if len(ids) == 0 {
			return nil
		}
		_, err := Collect(ctx, s.q, func(scan func(...any) error) (*candidate, error) {
			var ref, question, sent int64
			var fields [3]string
			if err := scan(&ref, &question, &sent, &fields[0], &fields[1], &fields[2]); err != nil {
				return nil, err
			}
			c := at[ref]
			if c == nil {
				return nil, nil
			}
			c.question, c.sent, c.fields = question, sent, fields
			delete(at, ref)
			return c, nil
		}, query+`(`+numbers(ids)+`)`)
		return err
	}
	if err := read(contributions, `SELECT id, question_id, sent_at, title, body, topics FROM contribution WHERE id IN `); err != nil {
		return nil, err
	}
	if err := read(offers, `SELECT -id, 0, 0, title, description || ' ' || location || ' ' || host, topics FROM offer WHERE id IN `); err != nil {
		return nil, err
	}
	return slices.DeleteFunc(list, func(c *candidate) bool { return at[c.ref] != nil }), nil
}
