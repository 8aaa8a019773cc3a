package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"syscall"
	"time"
)

// buildBot builds the bot into the user's cache; go build looks itself whether
// there is anything to do.
func buildBot(ctx context.Context) (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("find cache folder: %w", err)
	}
	bin := filepath.Join(cache, "buffet-demo", "buffet")
	cmd := exec.CommandContext(ctx, "go", "build", "-tags", "goolm", "-o", bin, "buffet/cmd/buffet")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build the bot: %w\n%s", err, out)
	}
	return bin, nil
}

// errBotGone means that the bot ended and nobody had asked it to.
var errBotGone = errors.New("the bot ended by itself")

// program is the bot's command line on one config.
type program struct {
	bin, config, log string

	gone func(error) // told when the child ends and nobody has asked it to

	child    *exec.Cmd
	done     chan struct{} // closed when the child is gone
	end      error         // how it ended; to be read after done
	stopping atomic.Bool
}

// call runs one command to its end and returns what it printed.
func (p *program) call(ctx context.Context, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, p.bin, append([]string{"-c", p.config}, args...)...)
	var said, complained strings.Builder
	cmd.Stdout, cmd.Stderr = &said, &complained
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("buffet %s: %w\n%s", args[0], err, complained.String())
	}
	return strings.TrimSpace(said.String()), nil
}

// start runs the bot until stop.
func (p *program) start() error {
	log, err := os.OpenFile(p.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("open the bot's log: %w", err)
	}
	cmd := exec.Command(p.bin, "-c", p.config, "run")
	cmd.Stdout, cmd.Stderr, cmd.SysProcAttr = log, log, childAttr()
	p.child, p.done = cmd, make(chan struct{})
	p.stopping.Store(false)
	done, started := p.done, make(chan error, 1)
	go func() {
		runtime.LockOSThread() // see childAttr
		defer runtime.UnlockOSThread()
		defer log.Close()
		err := cmd.Start()
		started <- err
		if err == nil {
			p.end = cmd.Wait()
		}
		close(done)
		if err == nil && !p.stopping.Load() {
			p.gone(fmt.Errorf("%w: %w", errBotGone, p.end))
		}
	}()
	if err := <-started; err != nil {
		p.child = nil
		return fmt.Errorf("start the bot: %w", err)
	}
	return nil
}

// stop ends the bot and waits until it is gone.
func (p *program) stop() error {
	if p.child == nil {
		return nil
	}
	defer func() { p.child = nil }()
	p.stopping.Store(true)
	_ = p.child.Process.Signal(syscall.SIGTERM) // an error says that it has ended already
	select {
	case <-p.done:
		if p.end != nil {
			return fmt.Errorf("the bot ended: %w", p.end)
		}
		return nil
	case <-time.After(10 * time.Second):
	}
	_ = p.child.Process.Kill() // as above
	<-p.done
	return errors.New("the bot had to be killed, it did not end in 10 s")
}

// lastWords are the end of the bot's log, for a reader who wonders.
func (p *program) lastWords() string {
	file, err := os.Open(p.log)
	if err != nil {
		return ""
	}
	defer file.Close()
	text, err := io.ReadAll(file)
	if err != nil {
		return ""
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	return strings.Join(lines[max(0, len(lines)-12):], "\n")
}
