package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"buffet/internal/matrixtest"
	"buffet/store"
)

// watched is a way to the homeserver that counts what is read of rooms, and
// can be slow at it or refuse it.
type watched struct {
	proxy  *httputil.ReverseProxy
	reads  atomic.Int32
	wait   atomic.Int64 // nanoseconds before a page
	refuse atomic.Bool
	typing atomic.Int32 // times that it was said that the bot types
}

func (w *watched) ServeHTTP(resp http.ResponseWriter, req *http.Request) {
	if strings.Contains(req.URL.Path, "/typing/") {
		w.typing.Add(1)
	}
	for _, part := range []string{"/messages", "/relations/", "/event/", "/context/"} {
		if !strings.Contains(req.URL.Path, part) {
			continue
		}
		w.reads.Add(1)
		if w.refuse.Load() {
			resp.WriteHeader(http.StatusBadRequest)
			_, _ = io.WriteString(resp, `{"errcode":"M_UNKNOWN","error":"not now"}`)
			return
		}
		select {
		case <-req.Context().Done():
			return
		case <-time.After(time.Duration(w.wait.Load())):
		}
		break
	}
	w.proxy.ServeHTTP(resp, req)
}

// watching is a circle whose bot goes that way.
func watching(t *testing.T) (*circle, *watched) {
	t.Helper()
	w := new(watched)
	c := newCircleBy(t, func(h *house) {
		to, err := url.Parse(h.url)
		if err != nil {
			t.Fatal(err)
		}
		w.proxy = httputil.NewSingleHostReverseProxy(to)
		w.proxy.ErrorLog = log.New(io.Discard, "", 0) // answers that nobody waits for any more
		server := httptest.NewServer(w)
		t.Cleanup(server.Close)
		h.url = server.URL
	})
	return c, w
}

// The same question again is answered without reading, until something
// changes; what is taken back is gone from all answers.
func TestSummaryAgain(t *testing.T) {
	c, w := watching(t)
	c.both(t, func(t *testing.T, room id.RoomID) {
		root := c.say(c.ben, room, "Wer hat Erfahrung mit einem Fahrdienst für ältere Leute?")
		bus := c.inThread(c.cem, room, root, "Wir nutzen den Bürgerbus der Gemeinde, der fährt dienstags.")
		taxi := c.inThread(c.anke, room, root, "Bei uns fährt ein Taxi zum halben Preis, das zahlt die Stadt.")
		first, body := c.short(c.ben, room, root, "!kurz")
		if !strings.Contains(body, "3 Nachrichten") || !strings.Contains(body, "dienstags") || !strings.Contains(body, "halben Preis") {
			t.Fatalf("answer:\n%s", body)
		}
		before := w.reads.Load()
		again := func(m *matrixtest.Member, want string, read bool) *event.Event {
			t.Helper()
			evt, got := c.short(m, room, root, "!kurz")
			if (w.reads.Load() > before) != read {
				t.Errorf("%d requests, read %v", w.reads.Load()-before, read)
			}
			before = w.reads.Load()
			if !strings.Contains(got, want) {
				t.Errorf("does not say %q:\n%s", want, got)
			}
			return evt
		}
		second := again(c.cem, body, false)
		c.say(c.anke, room, "Hat jemand noch Bierbänke für Samstag übrig?") // elsewhere
		c.done(c.anke, room)
		before = w.reads.Load()
		again(c.anke, body, false)
		c.inThread(c.ben, room, root, "Danke euch beiden, das Taxi klingt gut für unseren Ort.")
		again(c.cem, "4 Nachrichten", true)
		c.react(c.ben, room, bus, "👍")
		again(c.ben, "4 Nachrichten", true)
		again(c.ben, "4 Nachrichten", false)

		matrixtest.Must(c.cem.Edit(c.ctx, room, bus, "Wir nutzen den Bürgerbus der Gemeinde, der fährt freitags."))(t)
		c.unsaid(c.ben, first.ID)
		c.unsaid(c.ben, second.ID)
		third := again(c.cem, "freitags", true)
		matrixtest.Must(c.ben.Edit(c.ctx, room, bus, "* von jemand anderem"))(t)
		c.done(c.ben, room)
		c.redact(c.anke, room, taxi)
		c.unsaid(c.ben, third.ID)
		_, body = c.short(c.anke, room, root, "!kurz")
		if strings.Contains(body, "halben Preis") || !strings.Contains(body, "freitags") || !strings.Contains(body, "3 Nachrichten") {
			t.Errorf("after it was taken back:\n%s", body)
		}
		c.done(c.anke, room)
		var left int
		if err := c.st.Reader().QueryRowContext(c.ctx, `SELECT count(*) FROM digest_source WHERE event_id = $1`, root).Scan(&left); err != nil || left == 0 {
			t.Errorf("sources of answers: %d, %v", left, err)
		}
		for _, words := range []string{"Fahrdienst für ältere", "Bürgerbus"} {
			if list := c.tables(words); len(list) > 0 {
				t.Errorf("%q is kept in %v", words, list)
			}
		}
	})
}

// Reading is bounded, and answers that are there are not.
func TestSummaryLimits(t *testing.T) {
	c, _ := watching(t)
	room := c.encrypted
	c.say(c.ben, room, "Am Donnerstag tagt der Beirat um 18 Uhr im Rathaus.")
	c.say(c.cem, room, "Die Einladung mit der Tagesordnung habe ich allen geschickt.")
	for i := 1; i <= 5; i++ {
		if _, body := c.short(c.ben, room, "", fmt.Sprintf("!kurz %dh", 10+i)); !strings.Contains(body, "2 Nachrichten") {
			t.Fatalf("%d:\n%s", i, body)
		}
	}
	if _, body := c.short(c.ben, room, "", "!kurz 20h"); !strings.Contains(body, "Das waren viele Zusammenfassungen hintereinander. Ab ") {
		t.Errorf("one too many:\n%s", body)
	}
	if _, body := c.short(c.ben, room, "", "!kurz 11h"); !strings.Contains(body, "2 Nachrichten") {
		t.Errorf("one that is there:\n%s", body)
	}
	if _, body := c.short(c.cem, room, "", "!kurz 20h"); !strings.Contains(body, "2 Nachrichten") {
		t.Errorf("somebody else:\n%s", body)
	}
}

// edited waits for an edit of the bot's message that contains a text.
func (c *circle) edited(m *matrixtest.Member, of id.EventID, text string) *event.Event {
	c.t.Helper()
	return c.soon("not edited to "+text, func(ctx context.Context) (*event.Event, error) {
		return m.WaitFrom(ctx, 0, func(evt *event.Event) bool {
			content, ok := evt.Content.Parsed.(*event.MessageEventContent)
			return ok && evt.Sender == c.user && content.RelatesTo.GetReplaceID() == of && content.NewContent != nil && strings.Contains(content.NewContent.Body, text)
		})
	})
}

// Who waits is told how far it is, in one line that becomes the answer; also
// if the bot dies meanwhile.
func TestSummaryIsSlow(t *testing.T) {
	c, w := watching(t)
	for _, room := range []id.RoomID{c.plain, c.encrypted} {
		root := c.say(c.ben, room, "Wer hat Erfahrung mit einem Fahrdienst für ältere Leute?")
		bus := c.inThread(c.cem, room, root, "Wir nutzen den Bürgerbus der Gemeinde, der fährt dienstags.")
		w.wait.Store(int64(7 * time.Second))
		ask := c.inThread(c.ben, room, root, "!kurz")
		line := c.soon("no line", func(ctx context.Context) (*event.Event, error) { return c.ben.WaitReply(ctx, ask) })
		if body := line.Content.AsMessage().Body; !strings.Contains(body, "Lese 0 Nachrichten … 1 von 5") || line.Content.AsMessage().MsgType != event.MsgNotice {
			t.Errorf("line: %q", body)
		}
		if room == c.encrypted {
			c.p.kill()
			c.begin()
		}
		w.wait.Store(0)
		answer := c.edited(c.ben, line.ID, "Bürgerbus")
		lines := 0
		for _, evt := range c.ben.Messages(room) {
			if evt.Sender == c.user && evt.Content.AsMessage().RelatesTo.GetReplyTo() == ask {
				lines++
			}
		}
		if lines != 1 || w.typing.Swap(0) == 0 {
			t.Errorf("%d lines", lines)
		}
		c.redact(c.cem, room, bus)
		c.unsaid(c.ben, answer.ID)
		c.unsaid(c.ben, line.ID)
	}
}

// A homeserver that does not let us read is not met with silence.
func TestSummaryFails(t *testing.T) {
	c, w := watching(t)
	w.refuse.Store(true)
	ask := c.say(c.ben, c.encrypted, "!kurz")
	ctx, cancel := context.WithTimeout(c.ctx, 2*time.Minute)
	defer cancel()
	line := matrixtest.Must(c.ben.WaitReply(ctx, ask))(t)
	told := c.soonFor(2*time.Minute, "no answer", func(ctx context.Context) (*event.Event, error) {
		return c.ben.WaitFrom(ctx, 0, func(evt *event.Event) bool {
			return evt.Sender == c.user && evt.Type == event.EventMessage && strings.Contains(evt.Content.AsMessage().Body, "Das hat nicht geklappt, ich habe es notiert (Nr. ")
		})
	})
	if of := told.Content.AsMessage().RelatesTo.GetReplaceID(); told.ID != line.ID && of != line.ID {
		t.Errorf("told in %s, the line is %s", told.ID, line.ID)
	}
	job := matrixtest.Must(c.st.Job(c.ctx, "summary/"+ask.String()))(t)
	if job.State != store.JobFailed {
		t.Errorf("job: %+v", job)
	}
	if n := c.tellings(c.anke, "endgültig gescheitert"); n != 0 {
		t.Errorf("organisers are told %d times", n)
	}
}
