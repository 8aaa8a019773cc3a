package main

import "syscall"

// childAttr keeps a Ctrl-C meant for us from the child, whom we stop ourselves,
// and makes the kernel end it if we die: when the thread that started it ends.
func childAttr() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}
