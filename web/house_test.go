package web

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"maunium.net/go/mautrix/id"
	"maunium.net/go/mautrix/sqlstatestore"

	"buffet/lang"
	"buffet/offers"
	"buffet/store"
)

const (
	north = "Nord"
	room  = id.RoomID("!nord:example.org")
	ben   = id.UserID("@ben:example.org")
)

// house is a server on a real store, with a clock of its own. It begins on
// Monday, 30 November 2026, 9:00 in Berlin.
type house struct {
	testing.TB
	ctx    context.Context
	path   string
	store  *store.Store
	server *Server
	log    *lines
	zone   *time.Location
	now    time.Time
}

func newHouse(t testing.TB) *house { return newHouseWith(t, usual()) }

func newHouseWith(t testing.TB, l limits) *house {
	t.Helper()
	h := &house{TB: t, ctx: t.Context(), path: filepath.Join(t.TempDir(), "buffet.db"), log: new(lines)}
	var err error
	if h.store, err = store.Open(h.ctx, h.path); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { h.store.Close() })
	if err := sqlstatestore.NewSQLStateStore(h.store.Matrix(), nil, false).Upgrade(h.ctx); err != nil {
		t.Fatal(err)
	}
	phrases, err := lang.Load()
	if err != nil {
		t.Fatal(err)
	}
	if h.zone, err = time.LoadLocation("Europe/Berlin"); err != nil {
		t.Fatal(err)
	}
	h.now = time.Date(2026, 11, 30, 9, 0, 0, 0, h.zone)
	h.server = limited(Options{Store: h.store, Phrases: phrases, Networks: map[string]Network{north: {Lang: lang.German}},
		URL: "https://buffet.example.org", Version: "1", Now: func() time.Time { return h.now }, Log: zerolog.New(h.log)}, l)
	return h
}

// lines is a log.
type lines struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

func (h *house) write(f func(*store.Tx) error) {
	h.Helper()
	if err := h.store.Write(h.ctx, f); err != nil {
		h.Fatal(err)
	}
}

// ev is an event of one and a half hours, local to Berlin: start as 20261203T140000.
func ev(uid, start, title string, more ...string) string {
	return fmt.Sprintf("UID:%s\nDTSTART;TZID=Europe/Berlin:%s\nDURATION:PT1H30M\nSUMMARY:%s\n%s", uid, start, title, strings.Join(more, "\n"))
}

// load reads a calendar of these events, as a feed would: what it does not name is withdrawn.
func (h *house) load(events ...string) {
	h.Helper()
	var b strings.Builder
	b.WriteString("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\n")
	for _, e := range events {
		b.WriteString("BEGIN:VEVENT\r\n" + strings.ReplaceAll(strings.TrimSpace(e), "\n", "\r\n") + "\r\nEND:VEVENT\r\n")
	}
	b.WriteString("END:VCALENDAR\r\n")
	cal, err := offers.ReadCalendar(strings.NewReader(b.String()), offers.ReadOptions{Zone: h.zone, Now: h.now})
	if err != nil {
		h.Fatal(err)
	}
	h.write(func(tx *store.Tx) error {
		_, err := offers.Import(h.ctx, tx, north, "https://example.org/nord.ics", cal, h.now)
		return err
	})
}

// link is the secret part of a link: of a person, or with "" of the network.
func (h *house) link(user id.UserID) (secret string) {
	h.Helper()
	h.write(func(tx *store.Tx) error {
		l, err := tx.EnsureCalendarLink(h.ctx, north, user, h.now)
		secret = tx.CalendarSecret(l)
		return err
	})
	return secret
}

// settle lets a person be in the network's room, or out of it.
func (h *house) settle(user id.UserID, membership string, known bool) {
	h.Helper()
	h.write(func(tx *store.Tx) error {
		if err := tx.PutRoom(h.ctx, store.Room{ID: room, Network: north, Joined: h.now}); err != nil {
			return err
		}
		if _, err := tx.ExecContext(h.ctx, `INSERT INTO mx_user_profile (room_id, user_id, membership, displayname) VALUES ($1, $2, $3, '')
			ON CONFLICT (room_id, user_id) DO UPDATE SET membership = excluded.membership`, room, user, membership); err != nil {
			return err
		}
		_, err := tx.ExecContext(h.ctx, `INSERT INTO mx_room_state (room_id, members_fetched) VALUES ($1, $2)
			ON CONFLICT (room_id) DO UPDATE SET members_fetched = excluded.members_fetched`, room, known)
		return err
	})
}

// date is an offer's n-th date from now on, from 0.
func (h *house) date(number, n int) (store.Offer, store.Occurrence) {
	h.Helper()
	o, err := store.OfferByNumber(h.ctx, h.store.Reader(), north, number)
	if err != nil {
		h.Fatal(err)
	}
	dates, err := store.Dates(h.ctx, h.store.Reader(), o.ID, h.now, -1)
	if err != nil || len(dates) <= n {
		h.Fatalf("offer %d has %d dates, %v", number, len(dates), err)
	}
	return o, dates[n]
}

func (h *house) signUp(user id.UserID, number, n int, waiting bool) {
	h.Helper()
	o, d := h.date(number, n)
	h.write(func(tx *store.Tx) error {
		return tx.PutSignup(h.ctx, store.Signup{Offer: o.ID, Key: d.Key, User: user, Waiting: waiting, At: h.now})
	})
}

// ask makes a request; headers are pairs of name and value, and may come again.
func (h *house) ask(method, path string, headers ...string) *http.Response {
	h.Helper()
	r := httptest.NewRequestWithContext(h.ctx, method, "http://buffet.example.org"+path, nil)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Add(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.server.ServeHTTP(w, r)
	return w.Result()
}

func (h *house) get(path string, headers ...string) *http.Response {
	h.Helper()
	return h.ask(http.MethodGet, path, headers...)
}

// feed is a calendar as a program gets it, its long lines joined.
func (h *house) feed(secret string) string {
	h.Helper()
	resp := h.get("/c/" + secret + ".ics")
	if resp.StatusCode != http.StatusOK {
		h.Fatalf("status %d: %s", resp.StatusCode, body(h, resp))
	}
	return strings.ReplaceAll(body(h, resp), "\r\n ", "")
}

// body is what an answer says, decompressed.
func body(t testing.TB, resp *http.Response) string {
	t.Helper()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	if resp.Header.Get("Content-Encoding") != "gzip" || len(text) == 0 {
		return string(text)
	}
	z, err := gzip.NewReader(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	if text, err = io.ReadAll(z); err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func (h *house) equal(what string, got, want any) {
	h.Helper()
	if g, w := fmt.Sprint(got), fmt.Sprint(want); g != w {
		h.Errorf("%s:\n got %s\nwant %s", what, g, w)
	}
}

func (h *house) has(text string, want ...string) {
	h.Helper()
	for _, w := range want {
		if !strings.Contains(text, w) {
			h.Errorf("no %q in\n%s", w, text)
		}
	}
}

func storeLink(network string) store.CalendarLink { return store.CalendarLink{Network: network} }

// recorder is a ResponseWriter that keeps no body.
type recorder struct {
	header http.Header
	status int
}

func (r *recorder) Header() http.Header         { return r.header }
func (r *recorder) WriteHeader(status int)      { r.status = status }
func (r *recorder) Write(p []byte) (int, error) { return len(p), nil }
