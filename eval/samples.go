package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"buffet/digest"
)

// sample is a talk that weights are learnt from: what it is worth is its
// ROUGE, or which share of the facts it tells.
type sample struct {
	set     *threads
	thread  *thread
	reading *digest.Reading
	facts   [][]string         // the ids of the messages that tell a fact
	weight  float64            // the same in all for each set
	sums    *normal            // what there is to learn from it
	tokens  map[string][]int32 // of lines that were chosen before
}

// samplesOf reads the talks of all sets, each set weighing the same.
func samplesOf(ctx context.Context, sets []*threads, facts string) ([]sample, error) {
	var list []sample
	for _, s := range sets {
		for i := range s.list {
			t := &s.list[i]
			g, err := digest.Read(ctx, digest.Request{Talk: t.talk, Words: s.words})
			if errors.Is(err, digest.ErrNothing) || len(t.refs) == 0 {
				continue
			}
			if err != nil {
				return nil, err
			}
			list = append(list, sample{set: s, thread: t, reading: g, weight: 1 / float64(len(s.list)), tokens: map[string][]int32{}})
		}
	}
	if facts == "" {
		return list, nil
	}
	told, err := factSamples(ctx, facts)
	return append(list, told...), err
}

// factSamples reads threads whose facts are known (digest/testdata/threads).
func factSamples(ctx context.Context, folder string) ([]sample, error) {
	paths, err := filepath.Glob(filepath.Join(folder, "*.json"))
	if err != nil {
		return nil, err
	}
	var list []sample
	for _, path := range paths {
		data, err := os.ReadFile(path) //nolint:gosec // whoever runs it names the folder
		if err != nil {
			return nil, err
		}
		var t struct {
			Title    string
			Messages []struct {
				ID, Thread, Name, Text string
				ReplyTo                string `json:"reply_to"`
				Reactions              int
				Question               bool
			}
			Facts map[string][]struct{ IDs []string }
		}
		if err := json.Unmarshal(data, &t); err != nil {
			return nil, fmt.Errorf("read %s: %w", path, err)
		}
		talk := digest.Talk{Title: t.Title}
		for _, m := range t.Messages {
			talk.Messages = append(talk.Messages, digest.Message{ID: m.ID, Thread: m.Thread, ReplyTo: m.ReplyTo, Sender: m.Name, Name: m.Name, Text: m.Text, Reactions: m.Reactions, Question: m.Question})
		}
		g, err := digest.Read(ctx, digest.Request{Talk: talk})
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", path, err)
		}
		s := sample{reading: g, weight: 1 / float64(len(paths))}
		for _, kind := range []string{"asked", "answered", "open"} {
			for _, f := range t.Facts[kind] {
				s.facts = append(s.facts, f.IDs)
			}
		}
		list = append(list, s)
	}
	return list, nil
}

// worth is how good a talk's summary is by weights.
func (s *sample) worth(w *digest.Weights) rouge {
	if s.set == nil {
		return rouge{}
	}
	return s.scoreLines(linesOf(s.reading.Choose(w)))
}

// value is what is to be made as large as possible.
func (s *sample) value(sum *digest.Summary) float64 {
	if s.set != nil {
		r := s.scoreLines(linesOf(sum))
		return r.r1 + 4*r.r2 + r.rl // what they say in the same words, as much as in any order
	}
	told, useful := factsTold(sum, s.facts)
	return told/3 + useful/10 // as coarse as they are
}

// factsTold is the share of facts that a summary tells, and that of its lines
// that tell one.
func factsTold(sum *digest.Summary, facts [][]string) (told, useful float64) {
	for _, ids := range facts {
		if slices.ContainsFunc(sum.Lines, func(l digest.Line) bool { return slices.Contains(ids, l.Sources[0]) }) {
			told++
		}
	}
	for _, l := range sum.Lines {
		if slices.ContainsFunc(facts, func(ids []string) bool { return slices.Contains(ids, l.Sources[0]) }) {
			useful++
		}
	}
	return told / float64(max(len(facts), 1)), useful / float64(max(len(sum.Lines), 1))
}

// scoreLines is what threads.score says, faster: a summary of ours is never
// cut, and the same lines come again and again.
func (s *sample) scoreLines(lines []string) rouge {
	var all []int32
	for _, l := range lines {
		t, known := s.tokens[l]
		if !known {
			t = s.set.scorer.tokens(l)
			s.tokens[l] = t
		}
		all = append(all, t...)
	}
	return s.set.best(s.thread, all)
}
