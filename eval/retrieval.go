package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"math"
	"os"
)

// set is one retrieval file (its format: data/README.md beside it).
type set struct {
	name, lang string
	docs       []setDoc
	queries    []setQuery
	relevant   map[string]map[string]bool // query -> doc
}

type setDoc struct{ ID, Title, Text, Lang, Group string }

type setQuery struct{ ID, Text, Lang, Group string }

func readSet(path string) (*set, error) {
	f, err := os.Open(path) //nolint:gosec // whoever runs it names the file
	if err != nil {
		return nil, err
	}
	defer f.Close()
	s := &set{relevant: map[string]map[string]bool{}}
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var l struct {
			Type, Set, Lang, ID, Title, Text, Group, Query, Doc string
			Rel                                                 int
		}
		if err := json.Unmarshal(lines.Bytes(), &l); err != nil {
			return nil, fmt.Errorf("read %s: %w", path, err)
		}
		switch l.Type {
		case "meta":
			s.name, s.lang = l.Set, l.Lang
		case "doc":
			s.docs = append(s.docs, setDoc{l.ID, l.Title, l.Text, l.Lang, l.Group})
		case "query":
			s.queries = append(s.queries, setQuery{l.ID, l.Text, l.Lang, l.Group})
		case "qrel":
			if s.relevant[l.Query] == nil {
				s.relevant[l.Query] = map[string]bool{}
			}
			if l.Rel > 0 {
				s.relevant[l.Query][l.Doc] = true
			}
		}
	}
	return s, lines.Err()
}

// quality is the mean over the queries.
type quality struct{ mrr, r1, r5, r10, ndcg float64 }

// judge adds what one query's documents, best first, are worth.
func (q *quality) judge(found []string, relevant map[string]bool) {
	if len(relevant) == 0 {
		return
	}
	first, dcg, ideal, got := 0, 0.0, 0.0, 0
	for i, id := range found[:min(10, len(found))] {
		if !relevant[id] {
			continue
		}
		if first == 0 {
			first = i + 1
		}
		got++
		dcg += 1 / math.Log2(float64(i)+2)
		share := 1 / float64(min(len(relevant), 10))
		if i < 1 {
			q.r1 += share
		}
		if i < 5 {
			q.r5 += share
		}
		q.r10 += share
	}
	for i := range min(len(relevant), 10) {
		ideal += 1 / math.Log2(float64(i)+2)
	}
	if first > 0 {
		q.mrr += 1 / float64(first)
	}
	q.ndcg += dcg / ideal
}

func (q *quality) mean(n int) {
	for _, v := range []*float64{&q.mrr, &q.r1, &q.r5, &q.r10, &q.ndcg} {
		*v /= float64(max(n, 1))
	}
}
