package offers

import (
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

func fetchServer(t *testing.T, h http.HandlerFunc) *httptest.Server {
	t.Helper()
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	return srv
}

// fetchAt makes a Fetcher for which "feeds.example:80" is srv, as if that were on the public internet.
func fetchAt(srv *httptest.Server) *Fetcher {
	f := NewFetcher()
	guarded := f.guarded
	f.guarded = func(ctx context.Context, network, addr string) (net.Conn, error) {
		if addr == "feeds.example:80" {
			return f.open(ctx, network, srv.Listener.Addr().String())
		}
		return guarded(ctx, network, addr)
	}
	return f
}

func TestFetch(t *testing.T) {
	srv := fetchServer(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("User-Agent") != "buffet" {
			t.Errorf("User-Agent %q", r.Header.Get("User-Agent"))
		}
		w.Header().Set("ETag", `"1"`)
		w.Header().Set("Last-Modified", "Mon, 23 Nov 2026 10:00:00 GMT")
		if r.Header.Get("If-None-Match") == `"1"` || r.Header.Get("If-Modified-Since") != "" {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		_, _ = io.WriteString(w, "BEGIN:VCALENDAR")
	})
	f := NewFetcher()
	res, err := f.Fetch(t.Context(), FetchRequest{URL: srv.URL, Trusted: true})
	if err != nil || string(res.Body) != "BEGIN:VCALENDAR" || res.ETag != `"1"` || res.LastModified == "" || res.NotModified {
		t.Fatalf("%+v, %v", res, err)
	}
	for _, req := range []FetchRequest{{ETag: res.ETag}, {LastModified: res.LastModified}} {
		req.URL, req.Trusted = srv.URL, true
		again, err := f.Fetch(t.Context(), req)
		if err != nil || !again.NotModified || again.Body != nil || again.ETag != req.ETag {
			t.Errorf("%+v, %v", again, err)
		}
	}
}

func TestFetchRefuses(t *testing.T) {
	var asked atomic.Int32
	srv := fetchServer(t, func(http.ResponseWriter, *http.Request) { asked.Add(1) })
	for _, u := range []string{
		srv.URL, strings.Replace(srv.URL, "127.0.0.1", "localhost", 1), strings.Replace(srv.URL, "127.0.0.1", "[::ffff:127.0.0.1]", 1),
		strings.Replace(srv.URL, "127.0.0.1", "0.0.0.0", 1), "http://10.0.0.1/", "http://169.254.169.254/latest/meta-data",
		"file:///etc/passwd", "ftp://example.org/", "gopher://x", "http://", "", "::", "https://x:y:z", "http://" + strings.Repeat("a", fetchMaxURL),
	} {
		_, err := NewFetcher().Fetch(t.Context(), FetchRequest{URL: u})
		if !errors.Is(err, ErrFetchRefused) {
			t.Errorf("%.60s: %v", u, err)
		}
	}
	if asked.Load() != 0 {
		t.Errorf("the local server was asked %d times", asked.Load())
	}
}

func TestFetchRedirects(t *testing.T) {
	var asked atomic.Int32
	inner := fetchServer(t, func(http.ResponseWriter, *http.Request) { asked.Add(1) })
	srv := fetchServer(t, func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == "/inner":
			http.Redirect(w, r, inner.URL, http.StatusFound)
		case r.URL.Path == "/file":
			http.Redirect(w, r, "file:///etc/passwd", http.StatusFound)
		case strings.HasPrefix(r.URL.Path, "/hop") && len(r.URL.Path) > 4:
			http.Redirect(w, r, r.URL.Path[:len(r.URL.Path)-1], http.StatusMovedPermanently)
		default:
			_, _ = io.WriteString(w, "ok")
		}
	})
	for _, tt := range []struct {
		path string
		ok   bool
	}{{"/", true}, {"/hop12345", true}, {"/hop123456", false}, {"/inner", false}, {"/file", false}} {
		_, untrusted := fetchAt(srv).Fetch(t.Context(), FetchRequest{URL: "http://feeds.example" + tt.path})
		_, trusted := NewFetcher().Fetch(t.Context(), FetchRequest{URL: srv.URL + tt.path, Trusted: true})
		for who, err := range map[string]error{"untrusted": untrusted, "trusted": trusted} {
			if tt.ok != (err == nil) || err != nil && !errors.Is(err, ErrFetchRefused) {
				t.Errorf("%s %s: %v", who, tt.path, err)
			}
		}
	}
	if asked.Load() != 0 {
		t.Errorf("the inner server was asked %d times", asked.Load())
	}
}

func TestFetchKeepsSecrets(t *testing.T) {
	var leaked atomic.Value
	other := fetchServer(t, func(_ http.ResponseWriter, r *http.Request) {
		leaked.Store(r.Header.Get("Authorization") + r.Header.Get("Referer"))
	})
	srv := fetchServer(t, func(w http.ResponseWriter, r *http.Request) {
		user, password, _ := r.BasicAuth()
		switch {
		case user != "anna" || password != "pa:ss":
			w.WriteHeader(http.StatusUnauthorized)
		case r.URL.Path == "/same":
			http.Redirect(w, r, "/ok", http.StatusFound)
		case r.URL.Path == "/other":
			http.Redirect(w, r, other.URL, http.StatusFound)
		case r.URL.Path == "/hangup":
			conn, _, _ := w.(http.Hijacker).Hijack()
			_ = conn.Close()
		case r.URL.Path == "/badloc":
			w.Header().Set("Location", "http://anna:geheim@[::1")
			w.WriteHeader(http.StatusFound)
		}
	})
	withUser := strings.Replace(srv.URL, "http://", "http://anna:pa%3Ass@", 1)
	f := NewFetcher()
	f.guarded = f.open // the other server stands for one on the public internet
	for _, path := range []string{"/ok", "/same", "/other"} {
		if _, err := f.Fetch(t.Context(), FetchRequest{URL: withUser + path, Trusted: true}); err != nil {
			t.Errorf("%s: %v", path, err)
		}
	}
	if got := leaked.Load(); got != "" {
		t.Errorf("another host was told %q", got)
	}
	bad := strings.Replace(srv.URL, "http://", "http://anna:geheim@", 1)
	for _, u := range []string{bad + "/geheim", withUser + "/hangup?geheim", withUser + "/badloc", "ftp://anna:geheim@x", "http://anna:geheim@x:y/",
		"http://anna:geheim@10.0.0.1/geheim", "http://anna:geheim@127.0.0.1:1/geheim"} {
		_, err := NewFetcher().Fetch(t.Context(), FetchRequest{URL: u, Trusted: !strings.Contains(u, "10.0")})
		if err == nil || strings.Contains(err.Error(), "geheim") || strings.Contains(err.Error(), "pa:ss") || strings.Contains(err.Error(), "anna") {
			t.Errorf("error %v", err)
		}
		t.Log(err)
	}
}

func TestFetchStatus(t *testing.T) {
	srv := fetchServer(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusGone) })
	_, err := NewFetcher().Fetch(t.Context(), FetchRequest{URL: srv.URL, Trusted: true})
	status, ok := errors.AsType[*FetchStatusError](err)
	if !ok || status.Code != http.StatusGone || !errors.Is(err, ErrFetchStatus) {
		t.Errorf("%v", err)
	}
}

func TestFetchBounds(t *testing.T) {
	chunk := make([]byte, 1<<20)
	srv := fetchServer(t, func(w http.ResponseWriter, r *http.Request) {
		var out io.Writer = w
		if r.URL.Path == "/bomb" {
			w.Header().Set("Content-Encoding", "gzip")
			gz, _ := gzip.NewWriterLevel(w, gzip.BestSpeed)
			defer func() { _ = gz.Close() }()
			out = gz
		}
		for range 40 {
			if _, err := out.Write(chunk); err != nil {
				return
			}
		}
	})
	for _, path := range []string{"/bomb", "/plain"} {
		_, err := NewFetcher().Fetch(t.Context(), FetchRequest{URL: srv.URL + path, Trusted: true})
		if !errors.Is(err, ErrTooLarge) {
			t.Errorf("%s: %v", path, err)
		}
	}
	done := make(chan struct{})
	slow := fetchServer(t, func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-r.Context().Done():
		case <-done:
		}
	})
	t.Cleanup(func() { close(done) })
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err := NewFetcher().Fetch(ctx, FetchRequest{URL: slow.URL, Trusted: true})
	icalIs(t, err, context.DeadlineExceeded)
}

func TestFetchPublic(t *testing.T) {
	for a, want := range map[string]bool{
		"93.184.216.34": true, "2a00:1450:4001::8": true, "::ffff:93.184.216.34": true,
		"127.0.0.1": false, "127.9.9.9": false, "::1": false, "::ffff:127.0.0.1": false, "::127.0.0.1": false,
		"10.1.2.3": false, "172.16.0.1": false, "192.168.1.1": false, "fd00::1": false, "fec0::1": false,
		"169.254.169.254": false, "fe80::1": false, "fe80::1%eth0": false, "100.64.0.1": false, "0.0.0.0": false, "0.1.2.3": false, "::": false,
		"224.0.0.1": false, "ff02::1": false, "255.255.255.255": false, "240.0.0.1": false, "198.18.0.1": false, "192.0.2.1": false,
		"64:ff9b::7f00:1": false, "64:ff9b:1::1": false, "2002:7f00:1::": false, "2001::1": false, "2001:db8::1": false,
	} {
		if got := fetchPublic(netip.MustParseAddr(a)); got != want {
			t.Errorf("%s: %v", a, got)
		}
	}
}

func TestFetchWebcal(t *testing.T) {
	u, err := fetchURL(" webcal://Example.org/x ")
	if err != nil || u.Scheme != "https" || fetchHostPort(u) != "example.org:443" {
		t.Errorf("%v, %v", u, err)
	}
}
