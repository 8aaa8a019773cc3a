package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"
)

// buildBot builds the bot as make build does.
func buildBot(ctx context.Context, dir string) (string, error) {
	bin := filepath.Join(dir, "buffet")
	cmd := exec.CommandContext(ctx, "go", "build", "-tags", "goolm", "-trimpath",
		"-ldflags", "-s -w -X main.version=eval", "-o", bin, "buffet/cmd/buffet")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build the bot: %w\n%s", err, out)
	}
	return bin, nil
}

// child is a process of ours that never outlives us.
type child struct {
	cmd  *exec.Cmd
	born time.Time // just before it was started
	done chan struct{}
	end  error // how it ended; to be read after done
}

// spawn starts a child whose output goes to the end of a log file.
func spawn(log, bin string, args ...string) (*child, error) {
	out, err := os.OpenFile(log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open log: %w", err)
	}
	c := &child{cmd: exec.Command(bin, args...), done: make(chan struct{})}
	c.cmd.Stdout, c.cmd.Stderr, c.cmd.SysProcAttr = out, out, childAttr()
	started := make(chan error, 1)
	go func() {
		runtime.LockOSThread() // see childAttr
		defer runtime.UnlockOSThread()
		defer out.Close()
		defer close(c.done)
		c.born = time.Now()
		err := c.cmd.Start()
		started <- err
		if err == nil {
			c.end = c.cmd.Wait()
		}
	}()
	if err := <-started; err != nil {
		return nil, fmt.Errorf("start %s: %w", filepath.Base(bin), err)
	}
	return c, nil
}

func (c *child) pid() int { return c.cmd.Process.Pid }

// stop ends the child in good order and waits until it is gone.
func (c *child) stop() error {
	_ = c.cmd.Process.Signal(syscall.SIGTERM) // an error says that it has ended already
	select {
	case <-c.done:
		if c.end != nil {
			return fmt.Errorf("process %d ended: %w", c.pid(), c.end)
		}
		return nil
	case <-time.After(20 * time.Second):
	}
	_ = c.cmd.Process.Kill() // as above
	<-c.done
	return fmt.Errorf("process %d had to be killed", c.pid())
}

// alive gives a context that ends with the child, so that no wait outlives it.
func (c *child) alive(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(ctx)
	go func() {
		select {
		case <-ctx.Done():
		case <-c.done:
			cancel(errors.New("the process has ended by itself"))
		}
	}()
	return ctx, func() { cancel(nil) }
}

// buffet is the bot's command line in a folder of its own.
type buffet struct {
	bin, dir string
}

func (b *buffet) path(name string) string { return filepath.Join(b.dir, name) }

func (b *buffet) write(name, text string) error {
	return os.WriteFile(b.path(name), []byte(text), 0o600)
}

// call runs one command to its end.
func (b *buffet) call(ctx context.Context, args ...string) error {
	cmd := exec.CommandContext(ctx, b.bin, append([]string{"-c", b.path("config.yaml")}, args...)...)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("buffet %s: %w\n%s", args[0], err, out)
	}
	return nil
}

// start starts "buffet run".
func (b *buffet) start() (*child, error) {
	return spawn(b.path("buffet.log"), b.bin, "-c", b.path("config.yaml"), "run")
}

// lastWords are the end of the log.
func (b *buffet) lastWords() string {
	text, err := os.ReadFile(b.path("buffet.log"))
	if err != nil {
		return ""
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	return strings.Join(lines[max(0, len(lines)-15):], "\n")
}

// calendar is a programme of n offers whose dates lie ahead.
func calendar(n int) string {
	var b strings.Builder
	b.WriteString("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//eval//DE\r\n")
	for i := 1; i <= n; i++ {
		start := time.Now().UTC().AddDate(0, 0, i).Truncate(24 * time.Hour).Add(13 * time.Hour)
		fmt.Fprintf(&b, "BEGIN:VEVENT\r\nUID:offer-%d@example.org\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:%s\r\nDURATION:PT90M\r\n"+
			"SUMMARY:Kollegiale Beratung %d\r\nDESCRIPTION:Ein Nachmittag zum Austausch über Fälle aus der Praxis.\r\n"+
			"CATEGORIES:Austausch,Pflege\r\nLOCATION:Haus %d\r\nURL:https://example.org/%d\r\nEND:VEVENT\r\n",
			i, start.Format("20060102T150405Z"), i, i, i)
	}
	b.WriteString("END:VCALENDAR\r\n")
	return b.String()
}
