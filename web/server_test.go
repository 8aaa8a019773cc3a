package web

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"

	"maunium.net/go/mautrix/id"

	"buffet/store"
)

func TestAnswers(t *testing.T) {
	h := newHouse(t)
	h.load(ev("a", "20261203T140000", "A"))
	secret := h.link("")
	for _, c := range []struct {
		method, path string
		status       int
		kind, body   string
	}{
		{"GET", "/health", 200, "text/plain; charset=utf-8", "ok\n"},
		{"HEAD", "/health", 200, "text/plain; charset=utf-8", "ok\n"},
		{"GET", "/c/" + secret + ".ics", 200, "text/calendar; charset=utf-8", ""},
		{"GET", "/c/" + secret + ".ics?v=2", 200, "text/calendar; charset=utf-8", ""},
		{"GET", "/c/" + secret, 200, "text/html; charset=utf-8", ""},
		{"GET", "/", 404, "text/plain; charset=utf-8", "not found\n"},
		{"GET", "/c", 404, "text/plain; charset=utf-8", "not found\n"},
		{"GET", "/c/", 404, "text/plain; charset=utf-8", "not found\n"},
		{"GET", "/c/.ics", 404, "text/plain; charset=utf-8", "not found\n"},
		{"GET", "/c/" + strings.Repeat("a", 32) + ".ics", 404, "text/plain; charset=utf-8", "not found\n"},
		{"GET", "/c/" + strings.ToUpper(secret) + ".ics", 404, "text/plain; charset=utf-8", "not found\n"},
		{"GET", "/c/" + secret[:31] + ".ics", 404, "text/plain; charset=utf-8", "not found\n"},
		{"GET", "/c/" + secret + ".ICS", 404, "text/plain; charset=utf-8", "not found\n"},
		{"GET", "/c/" + secret + ".ics/", 404, "text/plain; charset=utf-8", "not found\n"},
		{"GET", "/c/../c/" + secret + ".ics", 404, "text/plain; charset=utf-8", "not found\n"},
		{"GET", "//c/" + secret + ".ics", 404, "text/plain; charset=utf-8", "not found\n"},
		{"GET", "/c/%00.ics", 404, "text/plain; charset=utf-8", "not found\n"},
		{"GET", "/c/" + strings.Repeat("ä", 4000) + ".ics", 404, "text/plain; charset=utf-8", "not found\n"},
		{"GET", "/robots.txt", 404, "text/plain; charset=utf-8", "not found\n"},
		{"POST", "/c/" + secret + ".ics", 405, "text/plain; charset=utf-8", "only GET and HEAD\n"},
		{"PROPFIND", "/", 405, "text/plain; charset=utf-8", "only GET and HEAD\n"},
		{"OPTIONS", "/health", 405, "text/plain; charset=utf-8", "only GET and HEAD\n"},
	} {
		t.Run(c.method+" "+strings.NewReplacer(secret, "SECRET").Replace(c.path[:min(len(c.path), 60)]), func(t *testing.T) {
			resp := h.ask(c.method, c.path)
			text := body(t, resp)
			if resp.StatusCode != c.status || resp.Header.Get("Content-Type") != c.kind || c.body != "" && text != c.body {
				t.Errorf("got %d, %v, %q", resp.StatusCode, resp.Header, text)
			}
			for name, want := range map[string]string{"Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff", "X-Robots-Tag": "noindex, nofollow"} {
				if got := resp.Header.Get(name); got != want {
					t.Errorf("%s: %q", name, got)
				}
			}
			if got := resp.Header.Get("Allow"); c.status == 405 && got != "GET, HEAD" {
				t.Errorf("Allow: %q", got)
			}
			if got := resp.Header.Get("Cache-Control"); c.kind != "text/calendar; charset=utf-8" && got != "no-store" {
				t.Errorf("Cache-Control: %q", got)
			}
		})
	}
}

// The proxy may take the path of the address off, or leave it.
func TestBelowAPath(t *testing.T) {
	h := newHouse(t)
	h.load(ev("a", "20261203T140000", "A"))
	o := h.server.Options
	o.URL = "https://example.org/tools/buffet"
	h.server = New(o)
	secret := h.link("")
	for path, status := range map[string]int{
		"/tools/buffet/health": 200, "/health": 200, "/tools/buffet/c/" + secret + ".ics": 200, "/c/" + secret + ".ics": 200,
		"/tools/buffethealth": 404, "/tools/health": 404, "/tools/buffet": 404, "/tools/buffet/tools/buffet/health": 404,
	} {
		h.equal(path, h.get(path).StatusCode, status)
	}
	h.has(body(t, h.get("/c/"+secret)), "webcal://example.org/tools/buffet/c/"+secret+".ics")
}

// The log tells what was asked and never a secret, nor who asked.
func TestLogHoldsNoSecret(t *testing.T) {
	h := newHouse(t)
	secret := h.link("")
	for _, path := range []string{"/c/" + secret + ".ics", "/c/" + secret, "/c/x" + secret, "/" + secret, "/health?" + secret} {
		h.get(path, "Referer", secret, "User-Agent", secret, "Authorization", secret)
	}
	h.ask(secret, "/")
	text := h.log.String()
	h.has(text, `"page":"feed","status":200`, `"page":"guide","status":200`, `"page":"guide","status":404`, `"page":"other","status":404`, `"page":"health"`, `"status":405`)
	if strings.Contains(text, secret) || strings.Contains(text, "192.0.2.1") {
		t.Errorf("the log says too much:\n%s", text)
	}
}

func TestBrokenDatabase(t *testing.T) {
	h := newHouse(t)
	secret := h.link("")
	if err := h.store.Close(); err != nil {
		t.Fatal(err)
	}
	h.equal("health", h.get("/health").StatusCode, 503)
	resp := h.get("/c/" + secret + ".ics")
	h.equal("feed", resp.StatusCode, 500)
	h.equal("says", body(t, resp), "error\n")
	h.equal("not kept", resp.Header.Get("Cache-Control"), "no-store")
}

// A fault in one request ends neither the bot nor the places of others.
func TestPanic(t *testing.T) {
	h := newHouseWith(t, func() limits { l := usual(); l.requests, l.readers = 1, 1; return l }())
	h.load(ev("a", "20261203T140000", "A"))
	h.settle(ben, "join", true)
	person := h.link(ben)
	phrases := h.server.Phrases
	h.server.Phrases = nil
	h.equal("broken", h.get("/c/"+person+".ics").StatusCode, 500)
	h.server.Phrases = phrases
	h.equal("mended", h.get("/c/"+person+".ics").StatusCode, 200)
	h.has(h.log.String(), "request panics")
}

// What opens nothing is answered the same, whatever the reason.
func TestLinksThatOpenNothing(t *testing.T) {
	for name, c := range map[string]struct {
		spoil  func(h *house)
		status int
	}{
		"nothing":         {func(*house) {}, 200},
		"renewed":         {func(h *house) { h.renew(ben) }, 404},
		"dropped":         {func(h *house) { h.write(func(tx *store.Tx) error { return tx.ForgetPerson(h.ctx, ben) }) }, 404},
		"left":            {func(h *house) { h.settle(ben, "leave", true) }, 404},
		"banned":          {func(h *house) { h.settle(ben, "ban", true) }, 404},
		"nobody knows":    {func(h *house) { h.settle(ben, "join", false) }, 503},
		"left, unknown":   {func(h *house) { h.settle(ben, "leave", false) }, 503},
		"network is gone": {func(h *house) { h.server.Networks = map[string]Network{"Süd": {Lang: "de"}} }, 404},
		"room is gone": {func(h *house) {
			h.write(func(tx *store.Tx) error {
				_, err := tx.ExecContext(h.ctx, `DELETE FROM room`)
				return err
			})
		}, 404},
		"other network's room": {func(h *house) {
			h.write(func(tx *store.Tx) error {
				_, err := tx.ExecContext(h.ctx, `UPDATE room SET network = 'Süd'`)
				return err
			})
		}, 404},
		"forgotten": {func(h *house) {
			h.write(func(tx *store.Tx) error { return tx.SetForgotten(h.ctx, tx.HashPerson(ben), h.now) })
		}, 404},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			h.load(ev("a", "20261203T140000", "A"))
			h.settle(ben, "join", true)
			secret := h.link(ben)
			c.spoil(h)
			unknown := h.get("/c/" + strings.Repeat("q", 32) + ".ics")
			wantBody := body(t, unknown)
			for _, path := range []string{"/c/" + secret + ".ics", "/c/" + secret} {
				resp := h.get(path, "If-None-Match", "*")
				if path == "/c/"+secret+".ics" && c.status == 200 {
					h.equal(path, resp.StatusCode, 304)
					continue
				}
				h.equal(path, resp.StatusCode, c.status)
				if text := body(t, resp); c.status == 404 && (text != wantBody || len(resp.Header) != len(unknown.Header)) {
					t.Errorf("%s can be told from an unknown one: %v %s", path, resp.Header, text)
				}
				if c.status == 503 {
					h.equal("come again", resp.Header.Get("Retry-After"), "60")
				}
			}
		})
	}
}

func (h *house) renew(user id.UserID) (secret string) {
	h.Helper()
	h.write(func(tx *store.Tx) error {
		l, err := tx.RenewCalendarLink(h.ctx, north, user, h.now)
		secret = tx.CalendarSecret(l)
		return err
	})
	return secret
}

// Where it is not known who is in a room, the homeserver is asked.
func TestAsksForMembers(t *testing.T) {
	for name, c := range map[string]struct {
		answer func(h *house) error
		status int
	}{
		"in":         {func(h *house) error { h.settle(ben, "join", true); return nil }, 200},
		"out":        {func(h *house) error { h.settle(ben, "leave", true); return nil }, 404},
		"no answer":  {func(*house) error { return errors.New("homeserver is down") }, 503},
		"no success": {func(*house) error { return nil }, 503},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			h.settle(ben, "join", false)
			asked := 0
			h.server.Members = func(_ context.Context, r id.RoomID) error {
				asked++
				h.equal("room", r, room)
				return c.answer(h)
			}
			h.equal("status", h.get("/c/"+h.link(ben)+".ics").StatusCode, c.status)
			h.equal("asked", asked, 1)
		})
	}
}

func TestGuide(t *testing.T) {
	h := newHouse(t)
	h.server.Networks[north] = Network{Lang: "de"}
	h.settle(ben, "join", true)
	secret := h.link(ben)
	resp := h.get("/c/" + secret)
	text := body(t, resp)
	h.has(text, `<html lang="de">`, "wofür du dich in Nord angemeldet hast", `href="webcal://buffet.example.org/c/`+secret+`.ics"`,
		"<code>https://buffet.example.org/c/"+secret+".ics</code>", "cid=webcal%3A%2F%2Fbuffet.example.org%2Fc%2F"+secret+".ics",
		"https://outlook.office.com/calendar/0/addfromweb?")
	for _, bad := range []string{"ZgotmplZ", "<script", "**", "calendar_"} {
		if strings.Contains(text, bad) {
			t.Errorf("%q in\n%s", bad, text)
		}
	}
	h.has(resp.Header.Get("Content-Security-Policy"), "default-src 'none'")
	h.equal("HEAD", body(t, h.ask(http.MethodHead, "/c/"+secret)), "")
	h.server.Networks = map[string]Network{north: {Lang: "en"}}
	h.has(body(t, h.get("/c/"+h.link(""))), `<html lang="en">`, "each offer of the network")
}
