package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"buffet/internal/matrixtest"
)

// A command at the far end of a long gap is answered after downtime, and no
// command twice.
func TestFillsGapAfterDowntime(t *testing.T) {
	h, plain, _, p := settled(t)
	h.says(h.anke, plain, "!angebot 1", "Beratung 1")
	p.stop()
	far := matrixtest.Must(h.anke.Send(h.ctx, plain, "!angebot 2"))(t)
	for i := range 130 { // more than one sync brings
		matrixtest.Must(h.anke.Send(h.ctx, plain, fmt.Sprintf("Gespräch %d", i)))(t)
	}
	h.start()
	matrixtest.Must(h.anke.WaitReply(h.ctx, far))(t)
	last := h.ask(h.anke, plain, "!angebot 3")
	n := 0
	for _, evt := range h.anke.Messages(plain) {
		if evt.Content.AsMessage().RelatesTo.GetReplyTo() == far && !isFileTo(evt, far) {
			n++
		}
	}
	if n != 1 {
		t.Errorf("answered %d times before %s, want once", n, last.ID)
	}
}

// A lost database is refused with the command that mends it, and that mends it.
func TestLostDevice(t *testing.T) {
	h := newHouse(t)
	room := h.room(true)
	h.configure(room)
	out := h.must("login")
	key := regexp.MustCompile(`(?m)^ {4}(\S.*)$`).FindStringSubmatch(out)
	if key == nil {
		t.Fatalf("no recovery key in:\n%s", out)
	}
	for _, name := range []string{"buffet.db", "buffet.db-wal", "buffet.db-shm"} {
		if err := os.Remove(filepath.Join(h.dir, "data", name)); err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
	}
	if out, code := h.buffet("run"); code == 0 || !strings.Contains(out, "buffet reset-device") {
		t.Errorf("run on a lost database: code %d\n%s", code, out)
	}
	if out, code := h.buffet("check"); code == 0 || !strings.Contains(out, "reset-device") {
		t.Errorf("check on a lost database: code %d\n%s", code, out)
	}
	t.Setenv("BUFFET_RECOVERY_KEY", key[1])
	h.must("reset-device")
	h.start()
	h.joined(room)
	h.says(h.anke, room, "!hilfe", "angebote")
	if out := h.must("check"); strings.Contains(out, "✗") {
		t.Errorf("check:\n%s", out)
	}
}

// An English network with a space and a feed: its rooms are joined, the feed
// is read, and what vanishes from it is withdrawn.
func TestSpaceAndFeed(t *testing.T) {
	h := newHouse(t)
	h.lang = "en"
	programme := calendar(3)
	feed := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, programme)
	}))
	defer feed.Close()
	space := matrixtest.Must(h.anke.CreateRoom(h.ctx, matrixtest.RoomOptions{Name: "space", Space: true, Public: true}))(t)
	child := matrixtest.Must(h.anke.CreateRoom(h.ctx, matrixtest.RoomOptions{Name: "child", Public: true, Parent: space}))(t)
	h.extra = fmt.Sprintf("    spaces: [%q]\n    feeds:\n      - url: %s/x.ics\n", space, feed.URL)
	h.configure()
	h.must("login")
	p := h.start()
	h.joined(child)
	h.from(h.anke, child, "buffet")
	h.says(h.anke, child, "!offer 3", "Kollegiale Beratung 3")
	p.stop()
	h.write("less.ics", calendar(2))
	out := h.must("import", feed.URL+"/x.ics", "--network", "digit", "--dry-run")
	if !strings.Contains(out, "3 unchanged") {
		t.Errorf("importing the same again:\n%s", out)
	}
	programme = calendar(2)
	if out := h.must("import", feed.URL+"/x.ics", "--network", "DigIT"); !strings.Contains(out, "1 withdrawn") {
		t.Errorf("importing with one gone:\n%s", out)
	}
	h.start()
	got := h.ask(h.anke, child, "!offers").Content.AsMessage().Body
	if strings.Contains(got, "Beratung 3") || !strings.Contains(got, "Beratung 2") {
		t.Errorf("offers after one was withdrawn:\n%s", got)
	}
}

// A post stays true: when an offer moves, the post is edited and one short
// message says so; a second import of the same changes nothing.
func TestAnnouncementStaysTrue(t *testing.T) {
	h, plain, _, p := settled(t)
	h.says(h.anke, plain, "!plan mo 9:00", "Montag")
	p.stop()
	h.makeDue(h.now(), plain)
	p = h.start()
	post := h.from(h.anke, plain, "Das Buffet diese Woche")
	p.stop()
	h.write("programm.ics", strings.Replace(calendar(12), "SUMMARY:Kollegiale Beratung 2\r\n",
		"SUMMARY:Kollegiale Beratung 2\r\nSTATUS:CANCELLED\r\nSEQUENCE:1\r\n", 1))
	for range 2 {
		h.must("import", h.dir+"/programm.ics", "--network", "DigIT")
	}
	h.start()
	edit := matrixtest.Must(h.anke.WaitFrom(h.ctx, 0, func(evt *event.Event) bool {
		return evt.Type == event.EventMessage && evt.Content.AsMessage().RelatesTo.GetReplaceID() == post.ID
	}))(t)
	if body := edit.Content.AsMessage().NewContent.Body; !strings.Contains(body, "fällt aus") {
		t.Errorf("the edited post does not say that it is off:\n%s", body)
	}
	news := h.from(h.anke, plain, "Kollegiale Beratung 2")
	h.says(h.anke, plain, "!angebot 2", "Fällt aus")
	edits := map[id.EventID]int{}
	for _, evt := range h.anke.Messages(plain) {
		if to := evt.Content.AsMessage().RelatesTo.GetReplaceID(); to != "" {
			edits[to]++
		}
	}
	if len(edits) != 1 || edits[post.ID] != 1 || news == nil {
		t.Errorf("edits: %v, want one of %s", edits, post.ID)
	}
}
