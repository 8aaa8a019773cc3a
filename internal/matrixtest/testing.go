package matrixtest

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"
)

// buildTimeout leaves room for the first build of Dendrite on a small machine.
const buildTimeout = 8 * time.Minute

// shared is the one homeserver of a test process. It is package state because
// nothing else outlives a single test; only Homeserver and Main touch it.
var shared struct { //nolint:gochecknoglobals // one homeserver for all tests of a process
	start   sync.Once
	main    bool // Main will stop it
	server  *Server
	failure error
}

// Main runs a package's tests and then stops the homeserver, if they started one.
// A package that uses Homeserver has it as its TestMain:
//
//	func TestMain(m *testing.M) { os.Exit(matrixtest.Main(m)) }
func Main(m *testing.M) int {
	shared.main = true
	code := m.Run()
	if shared.server == nil {
		return code
	}
	if code != 0 {
		fmt.Fprintln(os.Stderr, shared.server.said())
	}
	if err := shared.server.Stop(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return max(code, 1)
	}
	return code
}

// Homeserver is the test process's homeserver, started when first asked for. Tests
// share it, so they make rooms and members of their own and never stop it.
// With -short the test is skipped.
func Homeserver(tb testing.TB) *Server {
	tb.Helper()
	if testing.Short() {
		tb.Skip("needs a homeserver")
	}
	if !shared.main {
		tb.Fatal("nobody would stop the homeserver: let TestMain call matrixtest.Main")
	}
	shared.start.Do(func() {
		ctx, cancel := context.WithTimeout(context.Background(), buildTimeout)
		defer cancel()
		shared.server, shared.failure = Start(ctx, Options{})
	})
	if shared.failure != nil {
		tb.Fatal(shared.failure)
	}
	return shared.server
}

// MemberFor is a new member for one test on the shared homeserver; the name is
// made unique, and it is closed with the test.
func MemberFor(tb testing.TB, name string) *Member {
	tb.Helper()
	server := Homeserver(tb)
	unique := name + "-" + strings.ToLower(rand.Text()[:8])
	member, err := NewMember(tb.Context(), server, unique, MemberOptions{})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := member.Close(); err != nil {
			tb.Error(err)
		}
	})
	return member
}

// Must lets a test end where a call with a result went wrong:
//
//	room := matrixtest.Must(anke.CreateRoom(ctx, opts))(t)
func Must[T any](value T, err error) func(testing.TB) T {
	return func(tb testing.TB) T {
		tb.Helper()
		if err != nil {
			tb.Fatal(err)
		}
		return value
	}
}
