// Package matrixtest runs a real homeserver (Dendrite) and real members
// (mautrix clients with encryption) for tests and for the demo.
//
// A test package that needs them says so once:
//
//	func TestMain(m *testing.M) { os.Exit(matrixtest.Main(m)) }
//
// and then asks for members: anke := matrixtest.MemberFor(t, "anke").
package matrixtest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"time"
)

// moduleDir is where Dendrite's own module lies, seen from our module's root.
const moduleDir = "internal/matrixtest/dendrite"

// Build makes sure that the pinned Dendrite is built and returns the path of
// its binary; generate-keys lies beside it. The first build takes minutes,
// later calls only look into the user's cache. Several processes may call it at
// once: one builds, the others wait.
func Build(ctx context.Context) (string, error) {
	module, err := findModule()
	if err != nil {
		return "", err
	}
	key, err := moduleKey(module)
	if err != nil {
		return "", fmt.Errorf("hash dendrite's module: %w", err)
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("find cache folder: %w", err)
	}
	cache = filepath.Join(cache, "buffet-test")
	if err := os.MkdirAll(cache, 0o755); err != nil {
		return "", fmt.Errorf("make cache folder: %w", err)
	}
	dir := filepath.Join(cache, "dendrite-"+key)
	bin := filepath.Join(dir, "dendrite")
	if exists(bin) {
		return bin, nil
	}
	unlock, err := lockFile(ctx, dir+".lock")
	if err != nil {
		return "", fmt.Errorf("wait for another build of dendrite: %w", err)
	}
	defer unlock()
	if exists(bin) {
		return bin, nil
	}
	return bin, buildInto(ctx, module, dir)
}

// buildInto builds beside dir and renames, so that dir is complete or absent.
func buildInto(ctx context.Context, module, dir string) error {
	part, err := os.MkdirTemp(filepath.Dir(dir), "part-")
	if err != nil {
		return fmt.Errorf("make build folder: %w", err)
	}
	defer os.RemoveAll(part)
	if err := os.Chmod(part, 0o755); err != nil { // MkdirTemp makes it 0700
		return fmt.Errorf("open build folder: %w", err)
	}
	const cmds = "github.com/element-hq/dendrite/cmd/"
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-buildvcs=false", "-mod=readonly",
		"-ldflags=-s -w", "-o", part+string(filepath.Separator), cmds+"dendrite", cmds+"generate-keys")
	cmd.Dir = module
	// Our own build flags (goolm, race, vendor) must not reach Dendrite's build.
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=", "GOWORK=off")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("build dendrite: %w\n%s", err, tail(out, 2000))
	}
	if err := os.Rename(part, dir); err != nil {
		return fmt.Errorf("put dendrite into the cache: %w", err)
	}
	return nil
}

// findModule looks upwards from the working folder: an embedded copy is not
// possible, for go:embed does not reach into another module.
func findModule() (string, error) {
	start, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("find working folder: %w", err)
	}
	for dir := start; ; dir = filepath.Dir(dir) {
		module := filepath.Join(dir, moduleDir)
		if exists(filepath.Join(module, "go.mod")) {
			return module, nil
		}
		if dir == filepath.Dir(dir) {
			break
		}
	}
	// Outside the repository; the path is only there without -trimpath.
	if _, file, _, ok := runtime.Caller(0); ok {
		if module := filepath.Join(filepath.Dir(file), "dendrite"); exists(filepath.Join(module, "go.mod")) {
			return module, nil
		}
	}
	return "", fmt.Errorf("find %s: not above %s", moduleDir, start)
}

func moduleKey(module string) (string, error) {
	sum := sha256.New()
	for _, name := range []string{"go.mod", "go.sum"} {
		data, err := os.ReadFile(filepath.Join(module, name))
		if err != nil {
			return "", err
		}
		sum.Write(data)
	}
	return hex.EncodeToString(sum.Sum(nil))[:16], nil
}

// lockFile takes an exclusive lock that ends with the process at the latest.
func lockFile(ctx context.Context, path string) (unlock func(), err error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, err
	}
	// A blocking flock could not be cancelled, so it is tried again and again.
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		err := flock(file)
		if err == nil {
			return func() { file.Close() }, nil
		}
		if !errors.Is(err, errLocked) {
			file.Close()
			return nil, err
		}
		select {
		case <-ctx.Done():
			file.Close()
			return nil, ctx.Err()
		case <-tick.C:
		}
	}
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

func tail(b []byte, n int) []byte { return b[max(0, len(b)-n):] }
