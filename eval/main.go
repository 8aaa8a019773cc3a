// Command eval measures the bot: "eval bot" against the limits that it has to
// keep, on a real homeserver and beside a bare mautrix bot on the same server in
// the same run; "eval retrieval" the search, beside plain FTS5 and bleve; "eval
// summaries" the summaries, beside classical methods. It prints a table and ends with 1 if a limit is missed. Everything runs on
// 127.0.0.1, and nothing is left running or on the disk.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"buffet/internal/matrixtest"
)

func main() { os.Exit(run(os.Args[1:])) }

func run(args []string) int {
	signals, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	ctx, cancel := context.WithCancelCause(signals)
	defer cancel(nil)
	go followParent(ctx, cancel)
	what := ""
	if len(args) > 0 {
		what = args[0]
	}
	var err error
	switch what {
	case "bot":
		err = evalBot(ctx, args[1:])
	case "retrieval":
		err = evalRetrieval(ctx, args[1:])
	case "summaries":
		err = evalSummaries(ctx, args[1:])
	case "learn":
		err = evalLearn(ctx, args[1:])
	case "echo": // eval's own child
		err = runEcho(ctx, args[1:])
	default:
		fmt.Fprintln(os.Stderr, "usage: eval bot [-only latency,rest,start,size,sync,announce] [-n 300] [-history 200]\n       eval retrieval FILE.jsonl ... | -match FILE.jsonl ... | -scale N [-data FOLDER]\n       eval summaries FILE.jsonl ... [-words N] [-folds K]\n       eval learn FILE.jsonl ... [-words N,N,...]")
		return 2
	}
	if errors.Is(err, errMissed) || errors.Is(err, flag.ErrHelp) {
		return 1
	}
	if err != nil {
		if cause := context.Cause(ctx); cause != nil && !errors.Is(cause, context.Canceled) {
			err = fmt.Errorf("%w (%w)", cause, err)
		}
		fmt.Fprintln(os.Stderr, "eval:", err)
		return 1
	}
	return 0
}

// errOrphan means that make or go run was killed, which cannot tell us.
var errOrphan = errors.New("whoever started the measurement is gone")

func followParent(ctx context.Context, cancel context.CancelCauseFunc) {
	parent := os.Getppid()
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if os.Getppid() != parent {
			cancel(errOrphan)
			return
		}
	}
}

// evalBot measures what is asked for, all by default.
func evalBot(ctx context.Context, args []string) (err error) {
	flags := flag.NewFlagSet("eval bot", flag.ContinueOnError)
	only := flags.String("only", "latency,rest,start,size,sync,announce", "what to measure")
	n := flags.Int("n", 300, "answers to measure, of each bot in each room")
	history := flags.Int("history", 200, "first sync: events in each room's timeline")
	if err := flags.Parse(args); err != nil {
		return err
	}
	wants := func(names ...string) bool {
		for _, name := range names {
			if strings.Contains(","+*only+",", ","+name+",") {
				return true
			}
		}
		return false
	}
	ctx, cancel := context.WithTimeoutCause(ctx, 20*time.Minute, errors.New("not done after 20 minutes"))
	defer cancel()
	t := newTable()
	tmp, err := os.MkdirTemp("", "buffet-eval-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(tmp)) }()
	t.say("building the bot and the homeserver")
	bin, err := buildBot(ctx, tmp)
	if err != nil {
		return err
	}
	if wants("size") {
		if err := measureSize(t, bin); err != nil {
			return err
		}
	}
	if wants("latency", "rest", "start") {
		if err := onServer(ctx, t, bin, *n, wants); err != nil {
			return err
		}
	}
	if wants("sync") {
		if err := measureFirstSync(ctx, t, bin, tmp, *history); err != nil {
			return err
		}
	}
	if wants("announce") {
		if err := measureAnnounce(ctx, t, bin); err != nil {
			return err
		}
	}
	return t.print(os.Stdout)
}

// onServer is everything that needs the real homeserver. The order matters: the
// memory at rest is that of a bot that has worked, the starts are with 100 rooms.
func onServer(ctx context.Context, t *table, bin string, n int, wants func(...string) bool) (err error) {
	server, err := matrixtest.Start(ctx, matrixtest.Options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, server.Stop()) }()
	s, err := openScene(ctx, server, bin)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	if wants("latency") {
		if err := measureLatency(ctx, t, s, n); err != nil {
			return s.explain(err)
		}
	}
	if wants("rest") {
		if err := measureRest(ctx, t, s); err != nil {
			return s.explain(err)
		}
	}
	if wants("start") {
		if err := measureStart(ctx, t, s); err != nil {
			return s.explain(err)
		}
	}
	return nil
}
