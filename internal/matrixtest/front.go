package matrixtest

import (
	"bytes"
	"context"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strconv"
	"time"
)

// longestPoll bounds a sync that nobody may wait for any more.
const longestPoll = 5 * time.Second

// front stands before Dendrite as proxies stand before real homeservers: it
// brings every request to its end even if its client is gone by then. Half
// done ones are Dendrite's weak point (an older SQLite driver read an old
// snapshot for ever after one), and none of what is tested here.
type front struct {
	server *http.Server
	url    string
}

// newFront listens on 127.0.0.1 and passes on to the address; port 0 is any.
func newFront(port int, to string) (*front, error) {
	listener, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if err != nil {
		return nil, err
	}
	proxy := httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: to})
	proxy.ErrorLog = log.New(io.Discard, "", 0) // answers that nobody waits for any more
	proxy.Transport = &http.Transport{MaxIdleConnsPerHost: 64}
	proxy.ModifyResponse = whole
	f := &front{url: "http://" + listener.Addr().String(), server: &http.Server{ReadHeaderTimeout: time.Minute,
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			body, err := io.ReadAll(r.Body)
			if err != nil {
				return // cut off before it was whole: it never arrived
			}
			// One that can be cancelled, though nobody does: without one, the
			// proxy asks the connection whether the client is still there.
			ctx, end := context.WithCancel(context.WithoutCancel(r.Context()))
			defer end()
			r = r.WithContext(ctx)
			r.Body = io.NopCloser(bytes.NewReader(body))
			if q := r.URL.Query(); q.Has("timeout") {
				if ms, err := strconv.ParseInt(q.Get("timeout"), 10, 64); err != nil || ms > longestPoll.Milliseconds() {
					q.Set("timeout", strconv.FormatInt(longestPoll.Milliseconds(), 10))
					r.URL.RawQuery = q.Encode()
				}
			}
			proxy.ServeHTTP(w, r)
		})}}
	go func() { _ = f.server.Serve(listener) }()
	return f, nil
}

// whole reads the answer before any of it is passed on to a client that may be gone.
func whole(resp *http.Response) error {
	body, err := io.ReadAll(resp.Body)
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return err
}

func (f *front) close() error {
	if f == nil {
		return nil
	}
	return f.server.Close()
}
