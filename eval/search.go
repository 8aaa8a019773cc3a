package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"runtime/debug"
	"strings"
	"text/tabwriter"
	"time"
)

// evalRetrieval measures how well questions are answered from one or more
// sets, by the real store and by its peers, or with -scale how fast.
func evalRetrieval(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("eval retrieval", flag.ContinueOnError)
	scale := flags.Int("scale", 0, "measure the speed with that many short contributions")
	data := flags.String("data", "../shared/data", "where the open sets lie, for -scale")
	only := flags.String("only", "", "measure only that engine")
	match := flags.Bool("match", false, "measure how sure \"this was asked before\" is")
	misses := flags.Bool("misses", false, "print what was asked and not found first")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *scale > 0 {
		return evalScale(ctx, *scale, *data)
	}
	if *match {
		return evalMatch(ctx, flags.Args())
	}
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "set\tengine\tMRR@10\tR@1\tR@5\tR@10\tnDCG@10\tindexing\tindex\tfile\tp50\tp95\tpeak RSS")
	for _, path := range flags.Args() {
		s, err := readSet(path)
		if err != nil {
			return err
		}
		for _, name := range []string{"buffet", "fts5", "bleve"} {
			if *only != "" && *only != name {
				continue
			}
			if err := measureSet(ctx, w, s, name, *misses); err != nil {
				return fmt.Errorf("%s with %s: %w", s.name, name, err)
			}
		}
	}
	return w.Flush()
}

func openEngine(ctx context.Context, name, dir, lang string) (engine, error) {
	switch name {
	case "buffet":
		return openOwn(ctx, dir)
	case "fts5":
		return openFTS(ctx, dir)
	}
	return openPeer(dir, lang, false)
}

// docLang is the language of a set's documents: the last one that is named.
func (s *set) docLang() string {
	if len(s.docs) > 0 && s.docs[0].Lang == "en" || s.lang == "en" {
		return "en"
	}
	return "de"
}

func measureSet(ctx context.Context, w *tabwriter.Writer, s *set, name string, misses bool) (err error) {
	dir, err := os.MkdirTemp("", "buffet-eval-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	debug.FreeOSMemory()
	_ = os.WriteFile("/proc/self/clear_refs", []byte("5"), 0) // the peak begins anew (proc(5)); where it cannot, it is that of all so far
	e, err := openEngine(ctx, name, dir, s.docLang())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, e.close()) }()
	begin := time.Now()
	if err := e.index(ctx, s.docs); err != nil {
		return err
	}
	took := time.Since(begin)
	var q quality
	var times []time.Duration
	n := 0
	for _, query := range s.queries {
		begin := time.Now()
		found, err := e.find(ctx, query, 10)
		times = append(times, time.Since(begin))
		if err != nil {
			return err
		}
		if len(s.relevant[query.ID]) > 0 {
			n++
			q.judge(found, s.relevant[query.ID])
		}
		if misses {
			s.explain(query, found)
		}
	}
	q.mean(n)
	index, file, err := e.size(ctx)
	if err != nil {
		return err
	}
	m, err := readMemory(os.Getpid())
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "%s\t%s\t%.3f\t%.2f\t%.2f\t%.2f\t%.3f\t%.2fs\t%.1f MB\t%.1f MB\t%.1f ms\t%.1f ms\t%.0f MB\n", s.name, name, q.mrr, q.r1, q.r5, q.r10, q.ndcg,
		took.Seconds(), float64(index)/mega, float64(file)/mega, ms(quantile(times, 0.5)), ms(quantile(times, 0.95)), m.peak/mega)
	return nil
}

// explain shows what was to be found, and what was found instead.
func (s *set) explain(query setQuery, found []string) {
	if len(found) > 0 && s.relevant[query.ID][found[0]] {
		return
	}
	texts := map[string]string{}
	for _, d := range s.docs {
		texts[d.ID] = d.Text
	}
	fmt.Fprintln(os.Stderr, "?", query.Text)
	for id := range s.relevant[query.ID] {
		fmt.Fprintln(os.Stderr, "   =", strings.ReplaceAll(texts[id], "\n", " "))
	}
	for _, id := range found[:min(3, len(found))] {
		fmt.Fprintln(os.Stderr, "   -", s.relevant[query.ID][id], strings.ReplaceAll(texts[id], "\n", " "))
	}
}
