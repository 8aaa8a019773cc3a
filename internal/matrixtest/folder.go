package matrixtest

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"time"
)

const (
	memory       = "/dev/shm"
	folderPrefix = "buffet-homeserver-"
	lockName     = "lock"
)

// openDir makes the server's folder and locks it, for two servers on one folder
// would ruin it. Without a name it makes a temporary one.
func openDir(name string) (dir string, unlock func(), err error) {
	if name == "" {
		dir, err = tempDir()
	} else if dir, err = filepath.Abs(name); err == nil {
		err = os.MkdirAll(dir, 0o700)
	}
	if err != nil {
		return "", nil, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	unlock, err = lockFile(ctx, filepath.Join(dir, lockName))
	if errors.Is(err, context.DeadlineExceeded) {
		err = errors.New(dir + " is used by another server")
	}
	return dir, unlock, err
}

// roomy is how many bytes a file system in memory must have left: a long run of
// tests makes Dendrite write some hundred megabytes, and once it is full it
// answers everything with 500. In a container it often is 64 MB small.
const roomy = 2 << 30

// tempDir prefers memory: SQLite and JetStream wait for the disk at each commit.
func tempDir() (string, error) {
	sweep(memory)
	if free(memory) >= roomy {
		if dir, err := os.MkdirTemp(memory, folderPrefix); err == nil {
			return dir, nil
		}
	}
	sweep(os.TempDir())
	return os.MkdirTemp("", folderPrefix)
}

// sweep removes what processes that were killed have left behind: folders whose
// lock nobody holds. Young ones are spared, their owner may be about to lock them.
func sweep(parent string) {
	locks, _ := filepath.Glob(filepath.Join(parent, folderPrefix+"*", lockName)) // errs on a bad pattern only
	for _, lock := range locks {
		info, err := os.Stat(lock)
		if err != nil || time.Since(info.ModTime()) < time.Minute {
			continue
		}
		file, err := os.Open(lock)
		if err != nil {
			continue
		}
		if flock(file) == nil {
			os.RemoveAll(filepath.Dir(lock))
		}
		file.Close()
	}
}
