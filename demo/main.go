// Command demo runs a homeserver, the bot and a lively network on this machine,
// prints what they say, checks it, and stays up for a visit. With DEMO_EXIT=1
// it ends by itself: with 0, or with 1 if something was not as it should be.
// Nothing is left running and nothing is left on the disk but the built programs.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"
	_ "time/tzdata" // zones work on machines that have no zone files

	"buffet/internal/matrixtest"
)

// storyTime bounds everything after the builds.
const storyTime = 3 * time.Minute

func main() { os.Exit(demo()) }

func demo() int {
	signals, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	ctx, cancel := context.WithCancelCause(signals)
	defer cancel(nil)
	go followParent(ctx, cancel)
	s := newScreen(os.Stdout)
	switch err := run(ctx, cancel, s); {
	case err != nil && signals.Err() != nil:
		s.say("\nStopped. Nothing is left running.")
		return 130
	case err != nil:
		s.fail("%v", err)
	}
	if s.failures() > 0 {
		return 1
	}
	return 0
}

// errOrphan means that make or go run was killed.
var errOrphan = errors.New("whoever started the demo is gone")

// followParent ends the demo when make or go run is killed, which cannot tell us.
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

func run(ctx context.Context, cancel context.CancelCauseFunc, s *screen) (err error) {
	bin, err := build(ctx, s)
	if err != nil {
		return err
	}
	storyCtx, end := context.WithTimeoutCause(ctx, storyTime, fmt.Errorf("the story was not over after %s", storyTime))
	defer end()
	s.chapter("A network moves in")
	n, err := openNetwork(storyCtx, bin, func(err error) { cancel(err) })
	defer func() { err = errors.Join(err, n.close()) }()
	if err != nil {
		return cause(storyCtx, err)
	}
	var wg sync.WaitGroup
	defer wg.Wait()
	watchCtx, unwatch := context.WithCancel(ctx)
	defer unwatch()
	t := newStory(s, n)
	for _, w := range t.watchers() {
		wg.Go(func() { w.run(watchCtx) })
	}
	if err := t.tell(storyCtx); err != nil {
		if ctx.Err() == nil {
			s.say("The bot's log ends so:\n%s", n.bot.lastWords())
		}
		return cause(storyCtx, err)
	}
	if os.Getenv("DEMO_EXIT") == "1" {
		return nil
	}
	t.invite()
	<-ctx.Done()
	s.say("\nClosing.")
	return gone(ctx)
}

// gone is why the visit ended, if nobody has asked for that.
func gone(ctx context.Context) error {
	if err := context.Cause(ctx); errors.Is(err, errOrphan) || errors.Is(err, errBotGone) {
		return err
	}
	return nil
}

// cause puts the reason for a context's end in the place of its error.
func cause(ctx context.Context, err error) error {
	if c := context.Cause(ctx); c != nil && !errors.Is(c, context.Canceled) {
		return fmt.Errorf("%w (%w)", c, err)
	}
	return err
}

// build makes the homeserver and the bot, side by side.
func build(ctx context.Context, s *screen) (bin string, err error) {
	begin := time.Now()
	patience := time.AfterFunc(3*time.Second, func() {
		s.say("Building the homeserver (Dendrite) and the bot. The first run takes a few minutes, later ones do not.")
	})
	defer patience.Stop()
	var wg sync.WaitGroup
	var serverErr, botErr error
	wg.Go(func() { _, serverErr = matrixtest.Build(ctx) })
	wg.Go(func() { bin, botErr = buildBot(ctx) })
	wg.Wait()
	if err := errors.Join(serverErr, botErr); err != nil {
		return "", err
	}
	s.say("Homeserver and bot are built (%s).", time.Since(begin).Round(100*time.Millisecond))
	return bin, nil
}
