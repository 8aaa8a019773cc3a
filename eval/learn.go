package main

import (
	"context"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"strconv"
	"sync"
	"text/tabwriter"

	"buffet/digest"
)

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
