package store

import (
	"context"
	"encoding/binary"
	"math"
	"slices"
	"time"

	"buffet/lang"
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
	asks    int       // question words it shares with the query, one bit each

	score, match float64
}

// The weights of what a candidate has of the query, each part from 0 to 1.
const (
	weightWords  = 1.0
	weightGrams  = 1.0
	weightExact  = 0.2
	weightAsks   = 0.15
	weightAge    = 0.02 // of a year
	wordK, wordB = 0.9, 0.4
	gramK, gramB = 0.9, 0.4
)

// gramIndex finds the query's grams.
type gramIndex struct {
	list []uint32
	at   map[uint32]int
}

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
	for i := range hits {
		s.showWords(&hits[i], by)
	}
	return hits, total, nil
}

func (s *search) rank() {
	index := s.gramIndex()
	s.countTerms()
	words := map[string]int{}
	asked := 0
	for i, w := range s.words {
		words[w.text] = i
		if a := lang.Asking([]byte(w.text)); a > 0 {
			asked |= 1 << a
		}
	}
	df := make([]int, len(index.list))
	letters := 0
	for _, c := range s.found {
		c.scan(words, index, asked)
		for g, n := range c.grams {
			if n > 0 {
				df[g]++
			}
		}
		letters += c.letters
	}
	if len(s.found) == 0 {
		return
	}
	gramIDF, gramSum := make([]float64, len(df)), 0.0
	for g, n := range df {
		gramIDF[g] = math.Log(1 + (float64(len(s.found)-n)+0.5)/(float64(n)+0.5))
		gramSum += gramIDF[g]
	}
	wordSum := 0.0
	for _, w := range s.words {
		if !w.stop {
			wordSum += w.idf
		}
	}
	averageLetters := float64(letters) / float64(len(s.found))
	averageLength := float64(s.length) / float64(s.docs)
	for _, c := range s.found {
		var bm, ex, gr float64
		norm := wordK * (1 - wordB + wordB*float64(c.length)/averageLength)
		for i, w := range s.words {
			if w.stop {
				continue
			}
			bm += w.idf * c.tf[i] / (c.tf[i] + norm)
			if c.exact[i] {
				ex += w.idf
			}
		}
		norm = gramK * (1 - gramB + gramB*float64(c.letters)/averageLetters)
		for g, n := range c.grams {
			gr += gramIDF[g] * float64(n) / (float64(n) + norm)
		}
		if wordSum > 0 {
			c.score += weightWords*bm/wordSum + weightExact*ex/wordSum
		}
		if gramSum > 0 {
			c.score += weightGrams * gr / gramSum
		}
		if asked != 0 && c.asks != 0 {
			c.score += weightAsks
		}
		c.score -= s.ageLoss(c.sent)
	}
}

// ageLoss is what a document loses for being old: little, and less and less.
func (s *search) ageLoss(sent int64) float64 {
	if s.query.Now.IsZero() || sent <= 0 {
		return 0
	}
	years := s.query.Now.Sub(Time(sent)).Hours() / (24 * 365 * time.Hour.Hours())
	return weightAge * (1 - 1/(1+max(years, 0)))
}

func (s *search) gramIndex() gramIndex {
	x := gramIndex{at: map[uint32]int{}}
	for _, w := range s.words {
		if w.stop {
			continue
		}
		for _, g := range w.grams {
			if _, ok := x.at[g]; !ok {
				x.at[g] = len(x.list)
				x.list = append(x.list, g)
			}
		}
	}
	return x
}

// countTerms tells the candidates how often they have which word.
func (s *search) countTerms() {
	for i, c := range s.found {
		c.tf, c.exact = make([]float64, len(s.words)), make([]bool, len(s.words))
		s.scopes[c.scope].cand[c.num] = int32(i + 1) //nolint:gosec // at most maxCandidates
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

// scan looks for the query's words and grams in a candidate's text.
func (c *candidate) scan(words map[string]int, index gramIndex, asked int) {
	c.grams = make([]uint16, len(index.list))
	for field, text := range c.fields {
		title := field == 0 || field == 1 && c.kind == kindQuestion
		lang.Scan(text, func(word []byte, _, _ int) {
			if i, ok := words[string(word)]; ok {
				c.exact[i] = true
			}
			if lang.IsStop(word) {
				if title && asked != 0 {
					c.asks |= 1 << lang.Asking(word) & asked &^ 1
				}
				return
			}
			lang.Grams(word, func(g uint32) {
				c.letters++
				if i, ok := index.at[g]; ok {
					c.grams[i]++
				}
			})
		})
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
