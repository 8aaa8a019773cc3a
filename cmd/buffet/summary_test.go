package main

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"buffet/internal/matrixtest"
	"buffet/knowledge"
)

// inThread says something in a thread.
func (c *circle) inThread(m *matrixtest.Member, room id.RoomID, root id.EventID, text string) id.EventID {
	c.t.Helper()
	return matrixtest.Must(m.ThreadReply(c.ctx, room, root, text))(c.t)
}

// content sends what is not a text, in a thread.
func (c *circle) content(m *matrixtest.Member, room id.RoomID, root id.EventID, content *event.MessageEventContent) id.EventID {
	c.t.Helper()
	if root != "" {
		content.RelatesTo = (&event.RelatesTo{}).SetThread(root, "")
	}
	return matrixtest.Must(m.SendContent(c.ctx, room, event.EventMessage, content))(c.t)
}

// locked sends what nobody has a key to.
func (c *circle) locked(m *matrixtest.Member, room id.RoomID, root id.EventID) {
	c.t.Helper()
	matrixtest.Must(m.Client.SendMessageEvent(c.ctx, room, event.EventEncrypted, &event.EncryptedEventContent{
		Algorithm: id.AlgorithmMegolmV1, SenderKey: "c2VuZGVy", SessionID: "bmlyZ2VuZHM", MegolmCiphertext: []byte("bmljaHRz"),
		RelatesTo: (&event.RelatesTo{}).SetThread(root, "")}, mautrix.ReqSendEvent{DontEncrypt: true}))(c.t)
}

// short asks in a thread, and gives the answer as it reads at last.
func (c *circle) short(m *matrixtest.Member, room id.RoomID, root id.EventID, text string) (evt *event.Event, body string) {
	c.t.Helper()
	var e id.EventID
	if root != "" {
		e = c.inThread(m, room, root, text)
	} else {
		e = c.say(m, room, text)
	}
	evt = c.soon("no answer to "+text, func(ctx context.Context) (*event.Event, error) { return m.WaitReply(ctx, e) })
	return evt, evt.Content.AsMessage().Body
}

// The thread of a week: with everything that a thread may hold.
func TestSummaryOfThread(t *testing.T) {
	c := newCircle(t)
	c.both(t, func(t *testing.T, room id.RoomID) {
		root := c.say(c.ben, room, "Wer hat Erfahrung mit einem Fahrdienst für ältere Leute?")
		wrong := c.inThread(c.cem, room, root, "Wir nutzen den Rufbus, der kommt leider nie.")
		matrixtest.Must(c.cem.Edit(c.ctx, room, wrong, "Wir nutzen den Bürgerbus der Gemeinde, der fährt dienstags und freitags."))(t)
		gone := c.inThread(c.anke, room, root, "Das Taxi Krause kann ich gar nicht empfehlen.")
		c.redact(c.anke, room, gone)
		c.content(c.cem, room, root, &event.MessageEventContent{MsgType: event.MsgNotice, Body: "Wetterbericht: Morgen fallen im ganzen Land zehn Zentimeter Schnee."})
		for i := range 60 {
			c.inThread([]*matrixtest.Member{c.anke, c.ben, c.cem}[i%3], room, root, fmt.Sprintf("Unser Verein hat dazu im Ort Nummer %d schon einmal etwas aufgeschrieben.", i))
		}
		c.locked(c.cem, room, root)
		c.locked(c.anke, room, root)
		c.react(c.anke, room, wrong, "👍")
		evt, body := c.short(c.anke, room, root, "!kurz")
		t.Log(body)
		for _, want := range []string{"Dieser Thread in Kürze:", "62 Nachrichten von 3 Personen", "Fahrdienst für ältere Leute", "Bürgerbus", knowledge.Link(room, root, []string{"buffet.test"}),
			"2 Nachrichten konnte ich nicht lesen."} {
			if !strings.Contains(body, want) {
				t.Errorf("does not say %q:\n%s", want, body)
			}
		}
		for _, bad := range []string{"Rufbus", "Krause", "Schnee"} {
			if strings.Contains(body, bad) {
				t.Errorf("says %q:\n%s", bad, body)
			}
		}
		m := evt.Content.AsMessage()
		if m.MsgType != event.MsgNotice || m.RelatesTo.GetThreadParent() != root || len(m.Mentions.UserIDs) != 0 {
			t.Errorf("answered %s in %+v, mentions %+v", m.MsgType, m.RelatesTo, m.Mentions)
		}
		if n := strings.Count(body, "\n"); n > 12 {
			t.Errorf("%d lines:\n%s", n+1, body)
		}
		if room == c.encrypted && !evt.Mautrix.WasEncrypted {
			t.Error("not encrypted")
		}
	})
}

var _ = atomic.Int32{}
var _ = httptest.NewServer
var _ = httputil.NewSingleHostReverseProxy
var _ = url.Parse
var _ http.Handler
var _ time.Time
