package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"strconv"
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

// learn finds the weights that tell best, at each step of the samples'
// summaries, which sentence gains most for the words it takes.
func learn(ctx context.Context, samples []sample) (*digest.Weights, error) {
	const (
		ridge = 0.1
		goOn  = 3 // added to every value: as long as there is room, a sentence is worth it
	)
	by := digest.ByHand()
	all := newNormal()
	for i := range samples {
		s := &samples[i]
		if s.sums == nil {
			sums, err := s.watch(ctx, by)
			if err != nil {
				return nil, err
			}
			s.sums = sums
		}
		all.plus(s.sums)
	}
	w := all.solve(by, ridge)
	w[digest.Always] += goOn
	return w, nil
}

// crossValidate measures each fold by weights that were learnt on the others.
func crossValidate(ctx context.Context, w *tabwriter.Writer, samples []sample, folds int) error {
	if _, err := learn(ctx, samples); err != nil { // each sample is watched once for all folds
		return err
	}
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
			r := s.worth(learnt)
			if total[s.set] == nil {
				total[s.set] = &rouge{}
			}
			total[s.set].add(r)
			count[s.set]++
		}
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
