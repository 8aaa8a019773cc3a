package matrixtest

import "syscall"

// childAttr makes the kernel end the child when its parent dies. That signal is
// sent when the *thread* that started the child ends, so the starter has to stay
// on its thread: see (*process).run.
func childAttr() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}
