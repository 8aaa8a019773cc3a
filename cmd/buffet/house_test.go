package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"buffet/internal/matrixtest"
	"buffet/store"
)

// TestMain is also the bot itself: tests start this binary as a process of
// its own, so that it can be killed.
func TestMain(m *testing.M) {
	if os.Getenv("BUFFET_TEST_MAIN") != "" {
		main()
		return
	}
	os.Exit(matrixtest.Main(m))
}

// house is a bot with a homeserver and a folder, and the people around it.
type house struct {
	t    testing.TB
	ctx  context.Context
	hs   *matrixtest.Server
	dir  string
	user id.UserID
	anke *matrixtest.Member // the organiser

	url   string // of the homeserver, as the bot is to reach it
	extra string // further keys of the network, YAML with four spaces
	lang  string
	// digests is when the network's digests come; on no day that a test runs
	// at, unless it says so.
	digests string
}

func newHouse(t testing.TB) *house {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 8*time.Minute)
	t.Cleanup(cancel)
	h := &house{t: t, ctx: ctx, hs: matrixtest.Homeserver(t), dir: t.TempDir(), lang: "de", digests: "0 4 29 2 *"}
	h.url = h.hs.URL
	h.anke = matrixtest.MemberFor(t, "anke")
	user, err := h.hs.Register(ctx, "buffet-"+strings.ToLower(rand.Text()[:8]), "sehr-geheim")
	if err != nil {
		t.Fatal(err)
	}
	h.user = user
	h.write("password", "sehr-geheim\n")
	return h
}

func (h *house) write(name, text string) {
	h.t.Helper()
	if err := os.WriteFile(filepath.Join(h.dir, name), []byte(text), 0o600); err != nil {
		h.t.Fatal(err)
	}
}

// configure writes the config with these rooms.
func (h *house) configure(rooms ...id.RoomID) {
	h.t.Helper()
	var list strings.Builder
	for _, r := range rooms {
		fmt.Fprintf(&list, "      - %q\n", r)
	}
	if list.Len() > 0 {
		list = *bytesOf("    rooms:\n" + list.String())
	}
	h.write("config.yaml", fmt.Sprintf(`homeserver: %s
user: %q
password_file: password
networks:
  - name: DigIT
    language: %s
    timezone: Europe/Berlin
    organisers: [%q]
    digest: %q
%s%s`, h.url, h.user, h.lang, h.anke.UserID, h.digests, list.String(), h.extra))
}

func bytesOf(s string) *strings.Builder {
	b := new(strings.Builder)
	b.WriteString(s)
	return b
}

// buffet runs one command of the program to its end and returns what it printed.
func (h *house) buffet(args ...string) (out string, code int) {
	h.t.Helper()
	var buf bytes.Buffer
	p := &Program{In: strings.NewReader(""), Out: &buf, Err: &buf}
	code = p.Main(h.ctx, append(args, "-c", filepath.Join(h.dir, "config.yaml")))
	return buf.String(), code
}

func (h *house) must(args ...string) string {
	h.t.Helper()
	out, code := h.buffet(args...)
	if code != 0 {
		h.t.Fatalf("buffet %s: exit code %d\n%s", strings.Join(args, " "), code, out)
	}
	return out
}

// process is a running bot.
type process struct {
	h    *house
	cmd  *exec.Cmd
	log  *safeBuffer
	done chan struct{}
}

type safeBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *safeBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *safeBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

// start starts the bot as a process; it is stopped with the test, and its log
// shown if the test failed.
func (h *house) start() *process {
	h.t.Helper()
	p := &process{h: h, log: new(safeBuffer), done: make(chan struct{})}
	p.cmd = exec.Command(os.Args[0], "run", "-c", filepath.Join(h.dir, "config.yaml")) //nolint:gosec // this very binary
	p.cmd.Env = append(os.Environ(), "BUFFET_TEST_MAIN=1")
	p.cmd.Stdout, p.cmd.Stderr = p.log, p.log
	if err := p.cmd.Start(); err != nil {
		h.t.Fatal(err)
	}
	go func() { _ = p.cmd.Wait(); close(p.done) }()
	h.t.Cleanup(func() {
		p.stop()
		if h.t.Failed() {
			h.t.Logf("the bot's log:\n%s", p.log)
		}
	})
	return p
}

// stop asks the process to end and waits for it.
func (p *process) stop() {
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-p.done:
	case <-time.After(20 * time.Second):
		p.h.t.Error("the bot does not end")
		p.kill()
	}
}

// kill ends the process as a power cut would.
func (p *process) kill() {
	_ = p.cmd.Process.Kill()
	<-p.done
}

// room makes a room with the bot invited.
func (h *house) room(encrypted bool, more ...id.UserID) id.RoomID {
	h.t.Helper()
	return matrixtest.Must(h.anke.CreateRoom(h.ctx, matrixtest.RoomOptions{Name: "Raum", Encrypted: encrypted,
		Invite: append([]id.UserID{h.user}, more...)}))(h.t)
}

// joined waits until the bot is in a room, as seen by the organiser.
func (h *house) joined(room id.RoomID) {
	h.t.Helper()
	if err := h.anke.WaitMember(h.ctx, room, h.user, event.MembershipJoin); err != nil {
		h.t.Fatal(err)
	}
}

// ask sends a text and returns the bot's answer to it.
func (h *house) ask(m *matrixtest.Member, room id.RoomID, text string) *event.Event {
	h.t.Helper()
	e := matrixtest.Must(m.Send(h.ctx, room, text))(h.t)
	return matrixtest.Must(m.WaitReply(h.ctx, e))(h.t)
}

// says asks and checks that the answer contains each of these.
func (h *house) says(m *matrixtest.Member, room id.RoomID, text string, want ...string) *event.Event {
	h.t.Helper()
	evt := h.ask(m, room, text)
	body := evt.Content.AsMessage().Body
	for _, w := range want {
		if !strings.Contains(body, w) {
			h.t.Errorf("answer to %q does not say %q:\n%s", text, w, body)
		}
	}
	return evt
}

// from waits for a message of the bot in a room (any, if "") that contains a text.
func (h *house) from(m *matrixtest.Member, room id.RoomID, text string) *event.Event {
	h.t.Helper()
	return matrixtest.Must(m.WaitFrom(h.ctx, 0, func(evt *event.Event) bool {
		return evt.Sender == h.user && (room == "" || evt.RoomID == room) && evt.Type == event.EventMessage &&
			strings.Contains(evt.Content.AsMessage().Body, text)
	}))(h.t)
}

// database opens the bot's file, while it runs or not.
func (h *house) database() *store.Store {
	h.t.Helper()
	st, err := store.Open(h.ctx, filepath.Join(h.dir, "data", "buffet.db"))
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() { _ = st.Close() })
	return st
}

// calendar is a programme whose dates lie ahead.
func calendar(n int) string {
	var b strings.Builder
	b.WriteString("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//DE\r\n")
	for i := 1; i <= n; i++ {
		start := time.Now().UTC().AddDate(0, 0, i).Truncate(24 * time.Hour).Add(13 * time.Hour)
		fmt.Fprintf(&b, "BEGIN:VEVENT\r\nUID:offer-%d@example.org\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:%s\r\nDURATION:PT90M\r\n"+
			"SUMMARY:Kollegiale Beratung %d\r\nCATEGORIES:Austausch,Pflege\r\nURL:https://example.org/%d\r\nEND:VEVENT\r\n",
			i, start.Format("20060102T150405Z"), i, i)
	}
	b.WriteString("END:VCALENDAR\r\n")
	return b.String()
}
