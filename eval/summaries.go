package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"runtime/debug"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"buffet/digest"
)

// evalSummaries measures the summariser that ships, beside its peers in the
// same run.
func evalSummaries(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("eval summaries", flag.ContinueOnError)
	words := flags.String("words", strconv.Itoa(digest.DefaultWords), "most words of a summary, names included; one number, or one for each file")
	folds := flags.Int("folds", 0, "also measure weights that were learnt on the other so many folds")
	facts := flags.String("facts", "", "for -folds: a folder of threads with facts to learn from, too")
	show := flags.Int("show", 0, "print so many summaries")
	files, err := parseMixed(flags, args)
	if err != nil {
		return err
	}
	sets, err := readAll(files, *words)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "set\twords\tmethod\tROUGE-1\tROUGE-2\tROUGE-L\tper 1,000 messages")
	for _, s := range sets {
		if err := s.compare(ctx, w, *show); err != nil {
			return err
		}
		if err := s.measureMany(ctx, w); err != nil {
			return err
		}
	}
	if *folds > 1 {
		samples, err := samplesOf(ctx, sets, *facts)
		if err != nil {
			return err
		}
		if err := crossValidate(ctx, w, samples, *folds); err != nil {
			return err
		}
	}
	return w.Flush()
}

// parseMixed allows flags behind the files, too.
func parseMixed(flags *flag.FlagSet, args []string) (files []string, err error) {
	for {
		if err := flags.Parse(args); err != nil {
			return nil, err
		}
		if flags.NArg() == 0 {
			break
		}
		files = append(files, flags.Arg(0))
		args = flags.Args()[1:]
	}
	if len(files) == 0 {
		return nil, errors.New("no file is named")
	}
	return files, nil
}

func readAll(files []string, words string) ([]*threads, error) {
	counts := strings.Split(words, ",")
	if len(counts) != 1 && len(counts) != len(files) {
		return nil, errors.New("-words wants one number, or one for each file")
	}
	var sets []*threads
	for i, path := range files {
		n, err := strconv.Atoi(counts[min(i, len(counts)-1)])
		if err != nil || n < 1 {
			return nil, fmt.Errorf("-words %s: no number of words", words)
		}
		s, err := readThreads(path, n)
		if err != nil {
			return nil, err
		}
		sets = append(sets, s)
	}
	return sets, nil
}

func (s *threads) compare(ctx context.Context, w *tabwriter.Writer, show int) error {
	for i := range s.list {
		s.list[i].split()
	}
	if err := s.measure(w, "buffet", func(t *thread) ([]string, error) {
		sum, err := digest.Extractive{}.Summarise(ctx, digest.Request{Talk: t.talk, Words: s.words})
		if errors.Is(err, digest.ErrNothing) {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		if show--; show >= 0 {
			fmt.Fprintln(os.Stderr, "#", t.id, t.talk.Title)
			for _, l := range sum.Lines {
				fmt.Fprintf(os.Stderr, "  %s: %s [%s] %s %v\n", l.Who, l.Text, l.Sources[0], l.Role, l.Open)
			}
		}
		return linesOf(sum), nil
	}); err != nil {
		return err
	}
	for _, p := range peers() {
		if err := s.measure(w, p.name, func(t *thread) ([]string, error) {
			if p.order == nil {
				return s.oracle(t), ctx.Err()
			}
			return s.by(t, p.order(s, t)), ctx.Err()
		}); err != nil {
			return err
		}
	}
	return nil
}

func (s *threads) measure(w *tabwriter.Writer, name string, f func(t *thread) ([]string, error)) error {
	var total rouge
	var took time.Duration
	judged, messages := 0, 0
	for i := range s.list {
		t := &s.list[i]
		begin := time.Now()
		lines, err := f(t)
		took += time.Since(begin)
		if err != nil {
			return err
		}
		messages += len(t.talk.Messages)
		if len(t.refs) > 0 {
			judged++
			total.add(s.score(t, lines))
		}
	}
	r := total.by(float64(max(judged, 1)) / 100)
	fmt.Fprintf(w, "%s\t%d\t%s\t%.1f\t%.1f\t%.1f\t%.1f ms\n", s.name, s.words, name, r.r1, r.r2, r.rl, ms(took)*1000/float64(max(messages, 1)))
	return nil
}

// many is how many messages a single thread may have at most.
const many = 10_000

// measureMany sums up one thread of many messages, which are those of the set
// again and again.
func (s *threads) measureMany(ctx context.Context, w *tabwriter.Writer) error {
	var all, talk []digest.Message
	for i := range s.list {
		all = append(all, s.list[i].talk.Messages...)
	}
	words := 0
	for i := range many {
		m := all[i%len(all)]
		m.ID = strconv.Itoa(i)
		talk = append(talk, m)
		words += len(strings.Fields(m.Text))
	}
	debug.FreeOSMemory()
	before, err := readMemory(os.Getpid())
	if err != nil {
		return err
	}
	_ = os.WriteFile("/proc/self/clear_refs", []byte("5"), 0) // the peak begins anew (proc(5)); where it cannot, it is that of all so far
	begin := time.Now()
	if _, err := (digest.Extractive{}).Summarise(ctx, digest.Request{Talk: digest.Talk{Lang: s.lang, Messages: talk}, Words: s.words}); err != nil {
		return err
	}
	took := time.Since(begin)
	after, err := readMemory(os.Getpid())
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "%s\t%d\tbuffet, %d messages of %d words in one thread\t\t\t\t%.0f ms, %.0f MB in all\n", s.name, s.words, many, words/many, ms(took), (after.peak-before.rss)/mega)
	return nil
}
