package matrixtest

import "syscall"

// childAttr makes the kernel end the child when its parent dies. That signal is
// sent when the *thread* that started the child ends, so the starter has to stay
// on its thread: see (*process).run.
func childAttr() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

// free is how many bytes the file system of that folder has left; 0 if that
// cannot be told.
func free(dir string) uint64 {
	var fs syscall.Statfs_t
	if syscall.Statfs(dir, &fs) != nil {
		return 0
	}
	return fs.Bavail * uint64(fs.Bsize) //nolint:gosec // a block's size is above 0
}
