package store

import "buffet/lang"

// queryIndex finds the query's words and grams.
type queryIndex struct {
	words map[string]int
	asks  map[int]int // question words, by what they ask for
	grams map[uint32]int
	maybe [64]uint64 // a bit for each hash of a gram: most grams of texts are not in it
}

func gramBit(gram uint32) (word int, bit uint64) {
	h := gram * 2654435769 >> 20
	return int(h >> 6), 1 << (h & 63)
}

// gram is the number of a gram of the query.
func (x *queryIndex) gram(g uint32) (int, bool) {
	if word, bit := gramBit(g); x.maybe[word]&bit == 0 {
		return 0, false
	}
	i, ok := x.grams[g]
	return i, ok
}

func (s *search) queryIndex() *queryIndex {
	x := &queryIndex{words: map[string]int{}, asks: map[int]int{}, grams: map[uint32]int{}}
	for i, w := range s.words {
		x.words[w.text] = i
		if a := lang.Asking([]byte(w.text)); a > 0 {
			x.asks[a] = i
		}
		if w.stop {
			continue
		}
		for _, g := range w.grams {
			if _, ok := x.grams[g]; !ok {
				x.grams[g] = len(x.grams)
				word, bit := gramBit(g)
				x.maybe[word] |= bit
			}
		}
	}
	return x
}

// scan looks for the query's words and grams in a candidate's text.
func (c *candidate) scan(x *queryIndex) {
	c.grams = make([]uint16, len(x.grams))
	for _, text := range c.fields {
		lang.Scan(text, func(word []byte, _, _ int) {
			if i, ok := x.words[string(word)]; ok {
				c.exact[i] = true
			}
			if lang.IsStop(word) {
				if a := lang.Asking(word); a > 0 {
					c.asks |= 1 << a
					if i, ok := x.asks[a]; ok {
						c.exact[i] = true
					}
				}
				return
			}
			lang.Grams(word, func(g uint32) {
				c.letters++
				if i, ok := x.gram(g); ok {
					c.grams[i]++
					c.shared++
				}
			})
		})
	}
}
