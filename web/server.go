// Package web holds what a person can open: the bot's HTTP listener, with
// calendar feeds behind unguessable links.
package web

import (
	"context"
	"errors"
	"fmt"
	"io"
	stdlog "log"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/rs/zerolog"
	"maunium.net/go/mautrix/id"

	"buffet/lang"
	"buffet/store"
)

// Options are what the listener needs of the rest of the house.
type Options struct {
	Store    *store.Store
	Phrases  *lang.Phrases
	Networks map[string]Network // by name; links of others open nothing
	// URL is the address that people use, without a slash at the end. Its path
	// may be taken off by the proxy before us, or left.
	URL     string
	Version string // of the program: another one may write the same differently
	// Members makes sure that the members of a room are known; nil: it cannot.
	Members func(ctx context.Context, room id.RoomID) error
	Now     func() time.Time
	Log     zerolog.Logger
}

// Network is a network as pages and feeds need it.
type Network struct {
	Lang string
}

// limits keep one who asks too much, or reads too slowly, from slowing the bot.
type limits struct {
	conns    int // connections at once; more wait outside
	requests int // at once; more are told to come again
	readers  int // of the database at once; more wait
	header   int // bytes

	readHeader, read, write, idle, shutdown time.Duration

	wait time.Duration // for the database
}

func usual() limits {
	return limits{
		conns: 256, requests: 64, readers: 2, header: 8 << 10,
		readHeader: 5 * time.Second, read: 10 * time.Second, write: time.Minute, idle: time.Minute, shutdown: 5 * time.Second,
		wait: 10 * time.Second,
	}
}

// Server answers requests. It is safe for concurrent use.
type Server struct {
	Options
	prefix   string // path of URL
	limits   limits
	requests chan struct{}
	readers  chan struct{}
}

// New makes a server.
func New(o Options) *Server { return limited(o, usual()) }

func limited(o Options, l limits) *Server {
	s := &Server{Options: o, limits: l, requests: make(chan struct{}, l.requests), readers: make(chan struct{}, l.readers)}
	if u, err := url.Parse(o.URL); err == nil {
		s.prefix = u.Path
	}
	return s
}

// Serve answers what comes in at ln until ctx ends; then it lets the answers
// that are under way finish, for some seconds. It closes ln.
func (s *Server) Serve(ctx context.Context, ln net.Listener) (err error) {
	srv := &http.Server{
		Handler: s, ErrorLog: stdlog.New(s.Log, "http: ", 0),
		BaseContext:       func(net.Listener) context.Context { return context.WithoutCancel(ctx) },
		ReadHeaderTimeout: s.limits.readHeader, ReadTimeout: s.limits.read, WriteTimeout: s.limits.write, IdleTimeout: s.limits.idle,
		MaxHeaderBytes: s.limits.header,
	}
	ended := make(chan error, 1)
	go func() { ended <- srv.Serve(newGate(ln, s.limits.conns)) }()
	select {
	case err := <-ended:
		return fmt.Errorf("serve http: %w", err)
	case <-ctx.Done():
	}
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.limits.shutdown)
	defer cancel()
	if srv.Shutdown(last) != nil {
		s.Log.Warn().Msg("http: answers under way were cut off")
		err = srv.Close()
	}
	if end := <-ended; !errors.Is(end, http.ErrServerClosed) {
		return errors.Join(err, fmt.Errorf("serve http: %w", end))
	}
	return err
}

// ServeHTTP answers one request and notes it in the log: which kind of page and
// how it went, and not the path, for it may hold a secret.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	begun := s.Now()
	out := &answer{ResponseWriter: w}
	page := "other"
	defer func() {
		if fault := recover(); fault != nil {
			s.Log.Error().Interface("fault", fault).Str("page", page).Msg("http: request panics")
			if out.status != 0 {
				panic(http.ErrAbortHandler) // half an answer must not look like a whole one
			}
			s.plain(out, http.StatusInternalServerError, "error")
		}
		s.Log.Info().Str("page", page).Int("status", out.status).Int64("bytes", out.bytes).Dur("took", s.Now().Sub(begun)).Msg("http: answered")
	}()
	guard(out.Header())
	path := s.path(r.URL.Path)
	secret, isLink := strings.CutPrefix(path, "/c/")
	secret, isFeed := strings.CutSuffix(secret, ".ics")
	switch {
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		out.Header().Set("Allow", "GET, HEAD")
		s.plain(out, http.StatusMethodNotAllowed, "only GET and HEAD")
	case path == "/health":
		page = "health"
		s.health(out, r)
	case isLink && isFeed:
		page = "feed"
		s.limit(out, func() { s.feed(out, r, secret) })
	case isLink:
		page = "guide"
		s.limit(out, func() { s.guide(out, r, secret) })
	default:
		s.plain(out, http.StatusNotFound, "not found")
	}
}

// path is a path below the one of URL.
func (s *Server) path(path string) string {
	if rest, ok := strings.CutPrefix(path, s.prefix); ok && s.prefix != "" && strings.HasPrefix(rest, "/") {
		return rest
	}
	return path
}

// guard sets what goes for every answer: nothing here is to be found by a
// search, and no page tells the next where it was come from.
func guard(h http.Header) {
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Robots-Tag", "noindex, nofollow")
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
}

// limit runs f if not too much is going on already.
func (s *Server) limit(w http.ResponseWriter, f func()) {
	select {
	case s.requests <- struct{}{}:
	default:
		s.later(w)
		return
	}
	defer func() { <-s.requests }()
	f()
}

// later asks to come again.
func (s *Server) later(w http.ResponseWriter) {
	w.Header().Set("Retry-After", "60")
	s.plain(w, http.StatusServiceUnavailable, "busy, try again in a minute")
}

// plain answers with a line of text that is not to be kept.
func (s *Server) plain(w http.ResponseWriter, status int, text string) {
	h := w.Header()
	h.Set("Content-Type", "text/plain; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, text+"\n")
}

// health answers whether process and database do.
func (s *Server) health(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), s.limits.wait)
	defer cancel()
	var one int
	if err := s.Store.Reader().QueryRowContext(ctx, `SELECT 1`).Scan(&one); err != nil {
		s.Log.Err(err).Msg("http: database does not answer")
		s.plain(w, http.StatusServiceUnavailable, "the database does not answer")
		return
	}
	s.plain(w, http.StatusOK, "ok")
}

// answer counts what goes out.
type answer struct {
	http.ResponseWriter
	status int
	bytes  int64
}

func (a *answer) WriteHeader(status int) {
	if a.status == 0 {
		a.status = status
	}
	a.ResponseWriter.WriteHeader(status)
}

func (a *answer) Write(p []byte) (int, error) {
	if a.status == 0 {
		a.status = http.StatusOK
	}
	n, err := a.ResponseWriter.Write(p)
	a.bytes += int64(n)
	return n, err
}
