package main

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
	"strings"

	"buffet/lang"
)

// method is one that puts a thread's sentences in the order in which they
// are taken until there are enough words.
type method struct {
	name  string
	order func(s *threads, t *thread) []int
}

func peers() []method {
	return []method{
		{"lead", leadOrder}, {"first sentence of each, then second", firstOrder}, {"random", randomOrder}, {"LexRank", lexOrder}, {"oracle", nil},
	}
}

// by takes sentences in an order, and prints them as they were said.
func (s *threads) by(t *thread, order []int) []string {
	words := 0
	var chosen []int
	for _, i := range order {
		if words >= s.words {
			break
		}
		chosen = append(chosen, i)
		words += len(strings.Fields(t.parts[i].line))
	}
	if len(chosen) > 1 && words > s.words { // the last one is cut, wherever it stands
		last := chosen[len(chosen)-1]
		room := s.words - (words - len(strings.Fields(t.parts[last].line)))
		return s.print(t, chosen[:len(chosen)-1], last, room)
	}
	return s.print(t, chosen, -1, 0)
}

func (s *threads) print(t *thread, whole []int, cut, room int) []string {
	list := slices.Clone(whole)
	if cut >= 0 {
		list = append(list, cut)
	}
	slices.Sort(list)
	var lines []string
	for _, i := range list {
		line := t.parts[i].line
		if i == cut {
			line = strings.Join(strings.Fields(line)[:room], " ")
		}
		lines = append(lines, line)
	}
	return lines
}

func leadOrder(_ *threads, t *thread) []int {
	order := make([]int, len(t.parts))
	for i := range order {
		order[i] = i
	}
	return order
}

func firstOrder(s *threads, t *thread) []int {
	order := leadOrder(s, t)
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(t.parts[a].n, t.parts[b].n) })
	return order
}

func randomOrder(s *threads, t *thread) []int {
	seed := uint64(0)
	for _, c := range t.id {
		seed = seed*31 + uint64(c) //nolint:gosec // a rune is not negative
	}
	order := leadOrder(s, t)
	rand.New(rand.NewPCG(1, seed)).Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] }) //nolint:gosec // it has to be the same each time
	return order
}

// lexOrder is LexRank (Erkan and Radev 2004), with edges from a cosine of 0.1
// and a damping of 0.85.
func lexOrder(s *threads, t *thread) []int {
	vectors := tfidf(t)
	n := len(vectors)
	near := make([][]int, n)
	for i := range n {
		for j := range i {
			if cosine(vectors[i], vectors[j]) > 0.1 {
				near[i], near[j] = append(near[i], j), append(near[j], i)
			}
		}
	}
	rank := make([]float64, n)
	for i := range rank {
		rank[i] = 1
	}
	for range 50 {
		next := make([]float64, n)
		for i := range n {
			next[i] = 0.15
			for _, j := range near[i] {
				next[i] += 0.85 * rank[j] / float64(len(near[j]))
			}
		}
		rank = next
	}
	order := leadOrder(s, t)
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(rank[b], rank[a]) })
	return order
}

func tfidf(t *thread) []map[string]float64 {
	list := make([]map[string]float64, len(t.parts))
	in := map[string]float64{}
	for i, p := range t.parts {
		list[i] = map[string]float64{}
		for _, w := range lang.Tokens(p.line) {
			if !w.Stop {
				list[i][lang.Stem(w.Word)]++
			}
		}
		for w := range list[i] {
			in[w]++
		}
	}
	for _, v := range list {
		sum := 0.0
		for _, w := range sortedKeys(v) {
			v[w] *= math.Log(1 + float64(len(list))/in[w])
			sum += v[w] * v[w]
		}
		for w := range v {
			v[w] /= math.Sqrt(sum)
		}
	}
	return list
}

func sortedKeys(m map[string]float64) []string {
	list := make([]string, 0, len(m))
	for k := range m {
		list = append(list, k)
	}
	slices.Sort(list)
	return list
}

func cosine(a, b map[string]float64) float64 {
	if len(a) > len(b) {
		a, b = b, a
	}
	sum := 0.0
	for w, x := range a {
		sum += x * b[w]
	}
	return sum
}

// oracle takes the sentence that helps most, until none does: about the best
// that quoting can reach.
func (s *threads) oracle(t *thread) []string {
	tokens, words := make([][]int32, len(t.parts)), make([]int, len(t.parts))
	for i, p := range t.parts {
		tokens[i], words[i] = s.scorer.tokens(p.line), len(strings.Fields(p.line))
	}
	var chosen []int
	best, used := 0.0, 0
	for {
		add, most := -1, best
		for i := range t.parts {
			if used+words[i] > s.words || slices.Contains(chosen, i) {
				continue
			}
			var all []int32
			for _, k := range slices.Sorted(slices.Values(append(slices.Clone(chosen), i))) {
				all = append(all, tokens[k]...)
			}
			if v := s.best(t, all).sum(); v > most {
				add, most = i, v
			}
		}
		if add < 0 {
			return s.print(t, chosen, -1, 0)
		}
		chosen, best, used = append(chosen, add), most, used+words[add]
	}
}
