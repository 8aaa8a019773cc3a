package web

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"buffet/store"
)

// stalled is a client that takes nothing until it is let go.
type stalled struct {
	recorder
	begun, goOn chan struct{}
	once        sync.Once
}

func newStalled() *stalled {
	return &stalled{recorder: recorder{header: http.Header{}}, begun: make(chan struct{}), goOn: make(chan struct{})}
}

func (s *stalled) Write(p []byte) (int, error) {
	s.once.Do(func() { close(s.begun) })
	<-s.goOn
	return len(p), nil
}

// Clients that stop reading hold no reader of the database, and nobody else up
// until there are too many: those are told to come again.
func TestSlowClients(t *testing.T) {
	l := usual()
	l.requests, l.readers = 6, 1
	h := newHouseWith(t, l)
	h.programme()
	path := "http://x/c/" + h.link("") + ".ics"
	var wg sync.WaitGroup
	var all []*stalled
	for i := range l.requests {
		s := newStalled()
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil)
		if i%2 == 0 {
			r.Header.Set("Accept-Encoding", "gzip")
		}
		wg.Go(func() { h.server.ServeHTTP(s, r) })
		select {
		case <-s.begun:
		case <-t.Context().Done():
			t.Fatal("does not begin")
		}
		all = append(all, s)
	}
	resp := h.get("/c/" + h.link("") + ".ics")
	h.equal("one too many", resp.StatusCode, 503)
	h.equal("come again", resp.Header.Get("Retry-After"), "60")
	h.equal("health all the same", h.get("/health").StatusCode, 200)
	h.equal("unknown all the same", h.get("/x").StatusCode, 404)
	h.allReaders(func() {}) // or it would wait for ever
	close(all[0].goOn)
	for _, s := range all[1:] {
		close(s.goOn)
	}
	wg.Wait()
	h.equal("afterwards", h.get("/c/"+h.link("")+".ics").StatusCode, 200)
}

// allReaders runs f while all four readers of the database are taken.
func (h *house) allReaders(f func()) {
	h.Helper()
	var held func(n int) error
	held = func(n int) error {
		if n == 0 {
			f()
			return nil
		}
		return h.store.Snapshot(h.ctx, func(q store.Querier) error {
			var one int
			return errors.Join(q.QueryRowContext(h.ctx, `SELECT 1`).Scan(&one), held(n-1))
		})
	}
	if err := held(4); err != nil {
		h.Fatal(err)
	}
}

// Who asks while the database is taken by others waits for it, not for ever.
func TestReadersAreFew(t *testing.T) {
	l := usual()
	l.readers, l.wait = 1, time.Nanosecond
	h := newHouseWith(t, l)
	path := "/c/" + h.link("") + ".ics"
	h.server.readers <- struct{}{}
	resp := h.get(path)
	h.equal("taken", resp.StatusCode, 503)
	h.equal("come again", resp.Header.Get("Retry-After"), "60")
	<-h.server.readers
	h.server.limits.wait = time.Hour
	h.equal("free", h.get(path).StatusCode, 200)
	h.equal("free again", h.get(path).StatusCode, 200)
}

// A client that goes away while it waits is no fault.
func TestClientGoesAway(t *testing.T) {
	h := newHouse(t)
	path := "/c/" + h.link("") + ".ics"
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r := httptest.NewRequestWithContext(ctx, http.MethodGet, "http://x"+path, nil)
	h.server.ServeHTTP(httptest.NewRecorder(), r)
	if strings.Contains(h.log.String(), "feed fails") {
		t.Errorf("told as a fault:\n%s", h.log)
	}
	h.equal("others", h.get(path).StatusCode, 200)
}

// Each way to be slow ends in its time.
func TestTimeouts(t *testing.T) {
	for name, c := range map[string]struct {
		send  string
		read  bool          // an answer comes before the end
		sleep time.Duration // before it is read
		ends  time.Duration
	}{
		"says nothing":          {"", false, 0, 5 * time.Second},
		"half a header":         {"GET /health HTTP/1.1\r\nHo", false, 0, 5 * time.Second},
		"half a body":           {"GET /health HTTP/1.1\r\nHost: x\r\nContent-Length: 900000\r\n\r\nx", true, 0, 0},
		"reads nothing":         {"GET /health HTTP/1.1\r\nHost: x\r\n\r\n", false, 61 * time.Second, 61 * time.Second},
		"nothing after the one": {"GET /health HTTP/1.1\r\nHost: x\r\n\r\n", true, 0, time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := newHouse(t)
				h.server.Now = time.Now
				p := newPipes()
				ctx, cancel := context.WithCancel(t.Context())
				ended := make(chan error)
				go func() { ended <- h.server.Serve(ctx, p) }()
				conn := p.dial()
				begun := time.Now()
				if _, err := io.WriteString(conn, c.send); err != nil {
					t.Fatal(err)
				}
				if c.read {
					resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
					if err != nil || resp.StatusCode != 200 {
						t.Fatalf("%v, %v", resp, err)
					}
				}
				time.Sleep(c.sleep)
				text, err := io.ReadAll(conn)
				if took := time.Since(begun); took < c.ends || took > c.ends+time.Second || strings.Contains(string(text), "200 OK") {
					t.Errorf("ended after %s with %v, %q", took, err, text)
				}
				cancel()
				if err := <-ended; err != nil {
					t.Error(err)
				}
				h.store.Close()
			})
		})
	}
}

// What is under way when the bot ends is finished, if that takes no longer than
// some seconds.
func TestShutdown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		h.server.Now = time.Now
		p := newPipes()
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- h.server.Serve(ctx, p) }()
		quick, never := p.dial(), p.dial()
		for _, c := range []net.Conn{quick, never} {
			if _, err := io.WriteString(c, "GET /health HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
				t.Fatal(err)
			}
		}
		synctest.Wait() // both answers are under way
		cancel()
		synctest.Wait()
		resp, err := http.ReadResponse(bufio.NewReader(quick), nil)
		if err != nil || resp.StatusCode != 200 {
			t.Errorf("cut off: %v, %v", resp, err)
		}
		begun := time.Now()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		if took := time.Since(begun); took > 6*time.Second {
			t.Errorf("ends after %s", took)
		}
		if text, err := io.ReadAll(never); len(text) > 0 || err != nil {
			t.Errorf("who did not read has %q, %v", text, err)
		}
		h.has(h.log.String(), "were cut off")
		h.store.Close()
	})
}

// No more connections than may be are open at once; the next waits for one to end.
func TestConnections(t *testing.T) {
	l := usual()
	l.conns = 2
	h := newHouseWith(t, l)
	ln, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // a test
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- h.server.Serve(ctx, ln) }()
	answer := func(c net.Conn) string {
		t.Helper()
		if _, err := io.WriteString(c, "GET /health HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
			t.Fatal(err)
		}
		resp, err := http.ReadResponse(bufio.NewReader(c), nil)
		if err != nil {
			t.Fatal(err)
		}
		return body(t, resp)
	}
	dial := func() net.Conn {
		t.Helper()
		c, err := net.Dial("tcp", ln.Addr().String()) //nolint:noctx // a test
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close() })
		return c
	}
	one, two := dial(), dial()
	h.equal("first", answer(one), "ok\n")
	h.equal("second", answer(two), "ok\n")
	three := dial()
	came := make(chan string, 1)
	go func() { came <- answer(three) }()
	h.equal("first again", answer(one), "ok\n")
	select {
	case text := <-came:
		t.Fatalf("a third is answered %q beside two", text)
	default:
	}
	one.Close()
	h.equal("third", <-came, "ok\n")
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestLargeHeader(t *testing.T) {
	h := newHouse(t)
	ln, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // a test
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- h.server.Serve(ctx, ln) }()
	get := func(size int) int {
		t.Helper()
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+ln.Addr().String()+"/health", http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("X-Pad", strings.Repeat("x", size))
		resp, err := http.DefaultTransport.RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		return resp.StatusCode
	}
	h.equal("some", get(4<<10), 200)
	h.equal("too much", get(20<<10), 431)
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
