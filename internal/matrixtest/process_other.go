//go:build unix && !linux

package matrixtest

import "syscall"

// childAttr cannot tie the child to its parent's life here: only Stop ends it.
func childAttr() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true}
}

// free cannot tell here how many bytes a file system has left.
func free(string) uint64 { return 0 }
