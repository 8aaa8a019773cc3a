//go:build unix && !linux

package main

import "syscall"

// childAttr keeps a Ctrl-C meant for us from the child, whom we stop ourselves.
func childAttr() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }
