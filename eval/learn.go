package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"text/tabwriter"

	"buffet/digest"
)

// sample is a talk that weights are learnt from: what it is worth is its
// ROUGE, or which share of the facts it tells.
type sample struct {
	set     *threads
	thread  *thread
	reading *digest.Reading
	facts   [][]string         // the ids of the messages that tell a fact
	weight  float64            // among all that are learnt from
	part    float64            // how often a climb uses it, the less the more there is of its kind
	tokens  map[string][]int32 // of lines that were chosen before
}

// evalLearn learns the weights of the summariser that ships and prints them.
func evalLearn(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("eval learn", flag.ContinueOnError)
	words := flags.String("words", strconv.Itoa(digest.DefaultWords), "most words of a summary; one number, or one for each file")
	folds := flags.Int("folds", 5, "folds of the cross-validation; 0 for none")
	facts := flags.String("facts", "", "folder of threads with facts, which count as one more set")
	files, err := parseMixed(flags, args)
	if err != nil {
		return err
	}
	sets, err := readAll(files, *words)
	if err != nil {
		return err
	}
	samples, err := samplesOf(ctx, sets, *facts)
	if err != nil {
		return err
	}
	if *folds > 1 {
		w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
		fmt.Fprintln(w, "set\twords\tmethod\tROUGE-1\tROUGE-2\tROUGE-L")
		if err := crossValidate(ctx, w, samples, *folds); err != nil {
			return err
		}
		if err := w.Flush(); err != nil {
			return err
		}
	}
	learnt, err := learn(ctx, samples)
	if err != nil {
		return err
	}
	printWeights(learnt)
	return nil
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
			list = append(list, sample{set: s, thread: t, reading: g, part: min(0.75, 18_000/float64(s.words*len(s.list))), tokens: map[string][]int32{}})
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
		s := sample{reading: g, part: 0.75}
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
func (s *sample) worth(w *digest.Weights) (rouge, float64) {
	sum := s.reading.Choose(w)
	if s.set != nil {
		r := s.scoreLines(linesOf(sum))
		return r, r.r1 + 2*r.r2 + r.rl
	}
	told, useful := factsTold(sum, s.facts)
	return rouge{}, told/3 + useful/10 // as coarse as they are
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

// worthOf is what each sample is worth, by its weight.
func worthOf(samples []sample, w *digest.Weights) []float64 {
	list := make([]float64, len(samples))
	const workers = 2
	var wait sync.WaitGroup
	for k := range workers {
		wait.Go(func() {
			for i := k; i < len(samples); i += workers {
				_, v := samples[i].worth(w)
				list[i] = v * samples[i].weight
			}
		})
	}
	wait.Wait()
	return list
}

// better tells whether a step is worth it: the sum grows by more than chance
// would have it, and than the step is large.
func better(after, before []float64, moved float64) bool {
	sum, squares := 0.0, 0.0
	for i := range after {
		d := after[i] - before[i]
		sum += d
		squares += d * d
	}
	return sum > math.Sqrt(squares)+0.001*moved
}

// learn climbs: from weights by hand, each in turn goes up or down as long as
// that makes the summaries better, in steps that become smaller. Several
// climbs on random parts of the samples are averaged, so that no thread counts
// too much.
func learn(ctx context.Context, samples []sample) (*digest.Weights, error) {
	const climbs = 4
	var mean digest.Weights
	for c := range climbs {
		r := rand.New(rand.NewPCG(7, uint64(c))) //nolint:gosec // it has to be the same each time
		var some []sample
		sizes := map[*threads]float64{}
		for _, s := range samples {
			if r.Float64() < s.part {
				some = append(some, s)
				sizes[s.set]++
			}
		}
		for i := range some { // each set weighs the same
			some[i].weight = 1 / sizes[some[i].set]
		}
		w, err := climb(ctx, some, r)
		if err != nil {
			return nil, err
		}
		for i := range w {
			mean[i] += w[i] / climbs
		}
	}
	return &mean, nil
}

func climb(ctx context.Context, samples []sample, r *rand.Rand) (*digest.Weights, error) {
	w, from := digest.ByHand(), digest.ByHand()
	best := worthOf(samples, w)
	for _, step := range []float64{0.4, 0.2} {
		for _, f := range r.Perm(len(w)) {
			for _, d := range []float64{step, -step} {
				old, moved := w[f], false
				for range 3 {
					if err := ctx.Err(); err != nil {
						return nil, err
					}
					w[f] += d
					v := worthOf(samples, w)
					if !better(v, best, math.Abs(w[f]-from[f])-math.Abs(old-from[f])) {
						break
					}
					best, old, moved = v, w[f], true
				}
				w[f] = old
				if moved {
					break
				}
			}
		}
	}
	return w, nil
}

// crossValidate measures each fold by weights that were learnt on the others.
func crossValidate(ctx context.Context, w *tabwriter.Writer, samples []sample, folds int) error {
	total := map[*threads]*rouge{}
	count := map[*threads]int{}
	told, talks := 0.0, 0
	for fold := range folds {
		var others, these []sample
		for i, s := range samples {
			if i%folds == fold {
				these = append(these, s)
			} else {
				others = append(others, s)
			}
		}
		learnt, err := learn(ctx, others)
		if err != nil {
			return err
		}
		for i := range these {
			s := &these[i]
			if s.set == nil {
				share, _ := factsTold(s.reading.Choose(learnt), s.facts)
				told, talks = told+share, talks+1
				continue
			}
			r, _ := s.worth(learnt)
			if total[s.set] == nil {
				total[s.set] = &rouge{}
			}
			total[s.set].add(r)
			count[s.set]++
		}
		fmt.Fprintf(os.Stderr, "fold %d of %d\n", fold+1, folds)
	}
	for i := range samples {
		s := samples[i].set
		if s == nil || total[s] == nil {
			continue
		}
		r := total[s].by(float64(len(s.list)) / 100)
		fmt.Fprintf(w, "%s\t%d\tbuffet, learnt on the other of %d folds\t%.1f\t%.1f\t%.1f\n", s.name, s.words, folds, r.r1, r.r2, r.rl)
		delete(total, s)
	}
	if talks > 0 {
		fmt.Fprintf(w, "facts\t%d\tbuffet, learnt on the other of %d folds\t%.1f %% told\n", digest.DefaultWords, folds, 100*told/float64(talks))
	}
	return nil
}

// printWeights prints a table as it stands in digest/weights.go.
func printWeights(w *digest.Weights) {
	for f, v := range w {
		if v > 0.005 || v < -0.005 {
			fmt.Printf("\t\t%s: %.2f,\n", digest.Feature(f), v)
		}
	}
}
