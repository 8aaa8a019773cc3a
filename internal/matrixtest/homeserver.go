package matrixtest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"time"
)

// startTimeout bounds the wait for a server's first answer, on a busy machine too.
const startTimeout = time.Minute

// Options say how a homeserver is started.
type Options struct {
	Dir        string // keeps everything; "" is a folder in memory where there is one, removed by Stop
	Port       int    // on 127.0.0.1; 0 is any free one
	ServerName string // "" is buffet.test
}

// Server is a running Dendrite on 127.0.0.1 that speaks to no other server,
// knows no rate limits and lets everybody register.
type Server struct {
	URL  string
	Name string
	Dir  string

	bin, config, addr string
	temporary         bool

	unlock func() // frees the folder
	front  *front

	mu   sync.Mutex
	proc *process
}

// Start builds Dendrite if need be, starts it and waits for its first answer.
// On a folder that was used before it goes on with the data there. The context
// bounds the start, not the server's life: that ends by Stop, or with this process.
func Start(ctx context.Context, opts Options) (*Server, error) {
	bin, err := Build(ctx)
	if err != nil {
		return nil, err
	}
	s := &Server{Name: opts.ServerName, bin: bin, temporary: opts.Dir == ""}
	if s.Name == "" {
		s.Name = "buffet.test"
	}
	if s.Dir, s.unlock, err = openDir(opts.Dir); err != nil {
		return nil, fmt.Errorf("open server folder: %w", err)
	}
	if s.config, err = writeConfig(s.Dir, s.Name, bin); err == nil {
		err = s.startOn(ctx, opts.Port)
	}
	if err != nil {
		return nil, errors.Join(err, s.cleanup())
	}
	return s, nil
}

// startOn starts behind a front on that port. The free one that Dendrite gets
// may be gone until it takes it, so that is tried with another one.
func (s *Server) startOn(ctx context.Context, port int) error {
	var errs []error
	for range 3 {
		addr, err := address()
		if err != nil {
			return fmt.Errorf("take a port: %w", err)
		}
		s.addr = addr
		if err = s.launch(ctx); err == nil {
			if s.front, err = newFront(port, addr); err != nil {
				return errors.Join(fmt.Errorf("take port %d: %w", port, err), s.halt(syscall.SIGKILL))
			}
			s.URL = s.front.url
			return nil
		}
		errs = append(errs, err)
		if ctx.Err() != nil {
			break
		}
	}
	return errors.Join(errs...)
}

// Stop ends the server and waits until it is gone; a folder that Start has made
// itself is removed.
func (s *Server) Stop() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return errors.Join(s.front.close(), s.halt(syscall.SIGTERM), s.cleanup())
}

// Restart ends the server in good order and starts it again on its data and port.
func (s *Server) Restart(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.halt(syscall.SIGTERM); err != nil {
		return err
	}
	return s.launch(ctx)
}

// Kill ends the server as a power cut would. Restart brings it back.
func (s *Server) Kill() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.halt(syscall.SIGKILL)
}

func (s *Server) halt(signal os.Signal) error {
	if s.proc == nil {
		return nil
	}
	proc := s.proc
	s.proc = nil // so that nobody starts it again
	return proc.stop(signal)
}

func (s *Server) cleanup() error {
	defer s.unlock()
	if !s.temporary {
		return nil
	}
	if err := os.RemoveAll(s.Dir); err != nil {
		return fmt.Errorf("remove server folder: %w", err)
	}
	return nil
}

// launch starts the process and waits until it answers.
func (s *Server) launch(ctx context.Context) error {
	out, err := os.OpenFile(filepath.Join(s.Dir, "stdout.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("open dendrite's output: %w", err)
	}
	defer out.Close() // the child has its own copy
	cmd := exec.Command(s.bin, "-config", s.config, "-http-bind-address", s.addr, "-really-enable-open-registration")
	cmd.Dir, cmd.Stdout, cmd.Stderr = s.Dir, out, out
	proc, err := startProcess(cmd)
	if err != nil {
		return fmt.Errorf("start dendrite: %w", err)
	}
	if err := s.waitReady(ctx, proc); err != nil {
		said, _ := os.ReadFile(out.Name())
		return errors.Join(fmt.Errorf("start dendrite: %w\n%s", err, tail(said, 2000)), proc.stop(syscall.SIGKILL))
	}
	s.proc = proc
	go s.supervise(proc)
	return nil
}

// supervise starts a server again that ended by itself, as a real one's
// supervisor would, and says on stderr how it ended.
func (s *Server) supervise(proc *process) {
	<-proc.done
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.proc != proc {
		return // it was to end
	}
	fmt.Fprintf(os.Stderr, "dendrite ended by itself (%v) and is started again: %s\n", proc.err, s.said())
	s.proc = nil
	ctx, cancel := context.WithTimeout(context.Background(), startTimeout)
	defer cancel()
	if err := s.launch(ctx); err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
}

// said is the last that Dendrite wrote, and how full its disk is: what a failed
// test may be due to.
func (s *Server) said() string {
	log, _ := os.ReadFile(filepath.Join(s.Dir, "stdout.log"))
	return fmt.Sprintf("dendrite in %s (%d MB left) said at last:\n%s", s.Dir, free(s.Dir)>>20, tail(log, 3000))
}

func (s *Server) waitReady(ctx context.Context, proc *process) error {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		// The process first: another one may hold the port and answer.
		select {
		case <-proc.done:
			return fmt.Errorf("it ended at once: %w", proc.err)
		case <-ctx.Done():
			return fmt.Errorf("wait for its first answer: %w", ctx.Err())
		case <-tick.C:
		}
		if answers(ctx, "http://"+s.addr+"/_matrix/client/versions") {
			return nil
		}
	}
}

func answers(ctx context.Context, url string) bool {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return false
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return false
	}
	resp.Body.Close()
	return resp.StatusCode == http.StatusOK
}

// address is 127.0.0.1 with any free port.
func address() (string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer listener.Close()
	return listener.Addr().String(), nil
}

// PID is the server's process, or 0 if it does not run.
func (s *Server) PID() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.proc == nil {
		return 0
	}
	return s.proc.cmd.Process.Pid
}
