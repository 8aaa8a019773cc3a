package main

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"buffet/internal/matrixtest"
)

// freePort is an address of this machine at which nobody listens.
func freePort(t testing.TB) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // a test
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	return ln.Addr().String()
}

// fetched is what a link gives: its status and its text, long lines joined.
func (h *house) fetched(link string) (int, string) {
	h.t.Helper()
	req, err := http.NewRequestWithContext(h.ctx, http.MethodGet, link, http.NoBody)
	if err != nil {
		h.t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		h.t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		h.t.Fatal(err)
	}
	return resp.StatusCode, strings.ReplaceAll(string(text), "\r\n ", "")
}

func (h *house) opens(link string, status int, want ...string) string {
	h.t.Helper()
	got, text := h.fetched(link)
	if got != status {
		h.t.Errorf("a link gives %d, want %d:\n%s", got, status, text)
	}
	for _, w := range want {
		if !strings.Contains(text, w) {
			h.t.Errorf("no %q in\n%s", w, text)
		}
	}
	return text
}

// links are the addresses of feeds in an answer, in order.
func links(evt *event.Event) []string {
	found := regexp.MustCompile(`http://[^\s]+/c/[a-z2-7]{32}\.ics`).FindAllString(evt.Content.AsMessage().Body, -1)
	return slices.Compact(found)
}

// asksPrivately says something in a room, and gets a ✅ there and the answer in
// the direct chat, which is joined if it is new.
func (h *house) asksPrivately(m *matrixtest.Member, room id.RoomID, text string) *event.Event {
	h.t.Helper()
	mark := m.Mark()
	asked := matrixtest.Must(m.Send(h.ctx, room, text))(h.t)
	matrixtest.Must(m.Wait(h.ctx, func(evt *event.Event) bool {
		return evt.Type == event.EventReaction && evt.Content.AsReaction().RelatesTo.EventID == asked && evt.Content.AsReaction().RelatesTo.Key == "✅"
	}))(h.t)
	dm := matrixtest.Must(m.WaitFrom(h.ctx, 0, func(evt *event.Event) bool {
		return evt.Type == event.StateMember && evt.Sender == h.user && evt.GetStateKey() == string(m.UserID) &&
			evt.Content.AsMember().Membership == event.MembershipInvite
	}))(h.t).RoomID
	if !slices.ContainsFunc(m.Events(), func(evt *event.Event) bool {
		return evt.Type == event.StateMember && evt.RoomID == dm && evt.GetStateKey() == string(m.UserID) &&
			evt.Content.AsMember().Membership == event.MembershipJoin
	}) {
		matrixtest.Must(m.Join(h.ctx, dm.String()))(h.t)
	}
	answer := matrixtest.Must(m.WaitFrom(h.ctx, mark, func(evt *event.Event) bool {
		return evt.Sender == h.user && evt.RoomID == dm && evt.Type == event.EventMessage && len(links(evt)) > 0
	}))(h.t)
	if !answer.Mautrix.WasEncrypted {
		h.t.Error("links are sent in clear")
	}
	return answer
}

// A member asks for calendars in rooms of both kinds and in both languages,
// and subscribes; what is revoked opens nothing, nor what belongs to those who left.
func TestCalendarLinks(t *testing.T) {
	h := newHouse(t)
	at := freePort(t)
	h.extra = fmt.Sprintf("web: {listen: %q, url: \"http://%s/buffet\"}\n", at, at)
	plain, encrypted, p := h.settle()
	ben := matrixtest.MemberFor(t, "ben")
	for _, room := range []id.RoomID{plain, encrypted} {
		if err := h.anke.Invite(h.ctx, room, ben.UserID); err != nil {
			t.Fatal(err)
		}
		matrixtest.Must(ben.Join(h.ctx, room.String()))(t)
	}
	first := h.asksPrivately(ben, plain, "!kalender")
	dm, before := first.RoomID, links(first)
	if len(before) != 2 || !strings.HasPrefix(before[0], "http://"+at+"/buffet/c/") {
		t.Fatalf("links %q in\n%s", before, first.Content.AsMessage().Body)
	}
	if again := links(h.asksPrivately(ben, encrypted, "!kalender")); !slices.Equal(again, before) {
		t.Errorf("other links in the encrypted room: %q, %q", before, again)
	}
	if text := h.opens(before[0], 200, "NAME:Buffet: meine Termine (DigIT)"); strings.Contains(text, "VEVENT") {
		t.Errorf("nothing signed up for, and yet\n%s", text)
	}
	h.opens(before[1], 200, "SUMMARY:Kollegiale Beratung 1\r\n", "SUMMARY:Kollegiale Beratung 12\r\n")
	h.opens(strings.TrimSuffix(before[0], ".ics"), 200, "webcal://"+at+"/buffet/c/")
	h.opens("http://"+at+"/health", 200, "ok")
	h.ask(ben, dm, "dabei 3")
	h.opens(before[0], 200, "UID:offer-3@example.org", "SUMMARY:Kollegiale Beratung 3\r\n")

	after := links(h.says(ben, dm, "calendar new alarm 1h", "Your old link opens nothing any more", "1 hour before"))
	if len(after) != 2 || after[0] == before[0] || after[1] != before[1] {
		t.Fatalf("renewed %q to %q", before, after)
	}
	h.opens(before[0], 404)
	h.opens(after[0], 200, "SUMMARY:Kollegiale Beratung 3\r\n", "TRIGGER:-PT1H")
	h.says(ben, plain, "!kalender neu netzwerk", string(h.anke.UserID))
	theirs := h.asksPrivately(h.anke, plain, "!kalender")
	revoked := links(h.says(h.anke, theirs.RoomID, "kalender neu netzwerk", "gilt nicht mehr"))
	if len(revoked) != 1 {
		t.Fatalf("the network's: %q", revoked)
	}
	h.opens(links(theirs)[0], 200)
	h.says(h.anke, theirs.RoomID, "vergissmich ja", "Erledigt")
	h.opens(links(theirs)[0], 404)
	h.opens(before[1], 404)
	h.opens(revoked[0], 200, "SUMMARY:Kollegiale Beratung 1\r\n")
	if out := h.must("check"); !strings.Contains(out, "✓ web: listens on "+at) || !strings.Contains(out, "✓ web: reached under http://"+at+"/buffet") {
		t.Errorf("check while it runs:\n%s", out)
	}

	for _, room := range []id.RoomID{plain, encrypted} {
		if err := ben.Leave(h.ctx, room); err != nil {
			t.Fatal(err)
		}
		h.says(h.anke, room, "!hilfe") // what came before was taken in
	}
	h.opens(after[0], 404)
	log := p.log.String()
	if !strings.Contains(log, "http: answered") || regexp.MustCompile(`[a-z2-7]{32}`).MatchString(log) {
		t.Errorf("the log says nothing of requests, or too much:\n%s", log)
	}
	p.stop()
	if out := h.must("check"); !strings.Contains(out, "✓ web: listens on "+at) || !strings.Contains(out, "✓ web: reached under") {
		t.Errorf("check while it does not run:\n%s", out)
	}
}

// A port that somebody else has is a clear word at the start, and in check.
func TestWebPortInUse(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // a test
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	at := ln.Addr().String()
	w := &Web{Listen: at}
	if _, err := w.open(t.Context()); !errors.Is(err, syscall.EADDRINUSE) || !strings.Contains(err.Error(), at+" (web.listen)") {
		t.Errorf("got %v", err)
	}
	other := &http.Server{ReadHeaderTimeout: time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "hello") // it answers, but it is not ours
	})}
	go func() { _ = other.Serve(ln) }()
	defer other.Close()
	dir := configured(t)
	appendFile(t, dir, fmt.Sprintf("web: {listen: %q, url: \"http://%s\"}\n", at, at))
	if out, code := call(t, dir, "check"); code != 1 || !strings.Contains(out, "✗ web: listens on "+at+": listen on "+at+" (web.listen): address already in use") {
		t.Errorf("%d:\n%s", code, out)
	}
	dir = configured(t)
	if out, _ := call(t, dir, "check"); !strings.Contains(out, "· web: not set up") {
		t.Errorf("without a web server:\n%s", out)
	}
	dir = configured(t)
	appendFile(t, dir, fmt.Sprintf("web: {listen: %q, url: \"http://%s\"}\n", freePort(t), at))
	if out, _ := call(t, dir, "check"); !strings.Contains(out, "✓ web: listens on") || !strings.Contains(out, "✗ web: reached under http://"+at+": answers 200 OK, but not as buffet does") {
		t.Errorf("a proxy that leads elsewhere:\n%s", out)
	}
}
