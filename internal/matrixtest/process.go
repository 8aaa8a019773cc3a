//go:build unix

package matrixtest

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"time"
)

// stopGrace is how long a server may take to end by itself.
const stopGrace = 10 * time.Second

// process is a child that never outlives its parent.
type process struct {
	cmd  *exec.Cmd
	done chan struct{} // closed when the child is gone
	err  error         // how it ended; to be read after done
}

// startProcess starts the command in its own process group, so that a Ctrl-C
// meant for the parent leaves the order of stopping to the parent.
func startProcess(cmd *exec.Cmd) (*process, error) {
	cmd.SysProcAttr = childAttr()
	p := &process{cmd: cmd, done: make(chan struct{})}
	started := make(chan error, 1)
	go p.run(started)
	if err := <-started; err != nil {
		return nil, err
	}
	return p, nil
}

// run stays on one thread from the child's start to its end (see childAttr).
func (p *process) run(started chan<- error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	err := p.cmd.Start()
	started <- err
	if err != nil {
		return
	}
	p.err = p.cmd.Wait()
	close(p.done)
}

// stop ends the child and waits until it is gone. It may be called twice.
func (p *process) stop(signal os.Signal) error {
	select {
	case <-p.done:
		return nil
	default:
	}
	// An error here only says that the child has just ended by itself.
	_ = p.cmd.Process.Signal(signal)
	grace := time.NewTimer(stopGrace)
	defer grace.Stop()
	select {
	case <-p.done:
		return nil
	case <-grace.C:
	}
	_ = p.cmd.Process.Signal(syscall.SIGKILL)
	<-p.done
	return fmt.Errorf("stop process %d: it had to be killed after %s", p.cmd.Process.Pid, stopGrace)
}
