package main

import (
	"slices"
	"strings"
	"sync"
	"unicode"

	"github.com/blevesearch/snowballstem"
	"github.com/blevesearch/snowballstem/porter"
)

// rouge is ROUGE-1, -2 and -L, each F1 from 0 to 1 (Lin 2004). ROUGE-L is over
// the whole text, not by sentence.
type rouge struct{ r1, r2, rl float64 }

func (r *rouge) add(o rouge) { r.r1, r.r2, r.rl = r.r1+o.r1, r.r2+o.r2, r.rl+o.rl }

func (r rouge) by(n float64) rouge { return rouge{r.r1 / n, r.r2 / n, r.rl / n} }

// sum is what is made as large as possible.
func (r rouge) sum() float64 { return r.r1 + r.r2 + r.rl }

// scorer numbers stems, so that texts are compared as numbers. Words are runs
// of letters and digits in small letters; English ones of more than three
// letters are stemmed by Porter, German ones by Cistem.
type scorer struct {
	german bool
	mu     sync.Mutex
	ids    map[string]int32
}

func newScorer(lang string) *scorer { return &scorer{german: lang == "de", ids: map[string]int32{}} }

func (s *scorer) tokens(text string) []int32 {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []int32
	for w := range strings.FieldsFuncSeq(strings.ToLower(text), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) || r > unicode.MaxASCII && !s.german
	}) {
		id, known := s.ids[w]
		if !known {
			stem := "\x00" + s.stem(w)
			if id, known = s.ids[stem]; !known {
				id = int32(len(s.ids)) //nolint:gosec // a text has fewer words
				s.ids[stem] = id
			}
			s.ids[w] = id
		}
		list = append(list, id)
	}
	return list
}

func (s *scorer) stem(w string) string {
	switch {
	case s.german:
		return cistem(w)
	case len(w) <= 3:
		return w
	}
	env := snowballstem.NewEnv(w)
	porter.Stem(env)
	return env.Current()
}

// cistem is the German stemmer of Weissweiler and Fraser (Developing a Stemmer
// for German Based on a Comparative Analysis of Publicly Available Stemmers,
// GSCL 2017), without its case sensitivity.
func cistem(w string) string {
	w = strings.NewReplacer("ü", "u", "ö", "o", "ä", "a", "ß", "ss").Replace(strings.ToLower(w))
	if r, ok := strings.CutPrefix(w, "ge"); ok && len(r) >= 4 {
		w = r
	}
	pairs := strings.NewReplacer("sch", "$", "ei", "%", "ie", "&")
	w = doubled(pairs.Replace(w))
	for len([]rune(w)) > 3 {
		n := len([]rune(w))
		switch {
		case n > 5 && (strings.HasSuffix(w, "em") || strings.HasSuffix(w, "er") || strings.HasSuffix(w, "nd")):
			w = w[:len(w)-2]
		case strings.HasSuffix(w, "t") || strings.HasSuffix(w, "e") || strings.HasSuffix(w, "s") || strings.HasSuffix(w, "n"):
			w = w[:len(w)-1]
		default:
			return undoubled(w)
		}
	}
	return undoubled(w)
}

// doubled writes the second of two equal letters as *.
func doubled(w string) string {
	letters := []rune(w)
	for i := 1; i < len(letters); i++ {
		if letters[i] == letters[i-1] {
			letters[i] = '*'
		}
	}
	return string(letters)
}

func undoubled(w string) string {
	letters := []rune(w)
	for i := 1; i < len(letters); i++ {
		if letters[i] == '*' {
			letters[i] = letters[i-1]
		}
	}
	return strings.NewReplacer("%", "ei", "&", "ie", "$", "sch").Replace(string(letters))
}

// reference is a human summary, ready to be compared with.
type reference struct {
	tokens    []int32
	ones, two map[int64]int
}

func refer(tokens []int32) *reference {
	return &reference{tokens, grams(tokens, 1), grams(tokens, 2)}
}

func grams(tokens []int32, n int) map[int64]int {
	m := make(map[int64]int, len(tokens))
	for i := 0; i+n <= len(tokens); i++ {
		m[gram(tokens, i, n)]++
	}
	return m
}

func gram(tokens []int32, i, n int) int64 {
	if n == 1 {
		return int64(tokens[i])
	}
	return int64(tokens[i])<<32 | int64(tokens[i+1])
}

// score compares a text with it.
func (r *reference) score(tokens []int32) rouge {
	return rouge{
		f1(common(r.ones, tokens, 1), len(tokens), len(r.tokens)),
		f1(common(r.two, tokens, 2), len(tokens)-1, len(r.tokens)-1),
		f1(longest(r.tokens, tokens), len(tokens), len(r.tokens)),
	}
}

func common(ref map[int64]int, tokens []int32, n int) int {
	seen := map[int64]int{}
	both := 0
	for i := 0; i+n <= len(tokens); i++ {
		g := gram(tokens, i, n)
		if seen[g] < ref[g] {
			seen[g]++
			both++
		}
	}
	return both
}

// longest is the length of the longest common subsequence.
func longest(a, b []int32) int {
	row := make([]int32, len(b)+1)
	for _, x := range a {
		corner := int32(0)
		for j, y := range b {
			above := row[j+1]
			if x == y {
				row[j+1] = corner + 1
			} else {
				row[j+1] = max(above, row[j])
			}
			corner = above
		}
	}
	return int(slices.Max(row))
}

func f1(both, a, b int) float64 {
	if both == 0 {
		return 0
	}
	p, r := float64(both)/float64(a), float64(both)/float64(b)
	return 2 * p * r / (p + r)
}
