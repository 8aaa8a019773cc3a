package bot

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"buffet/commands"
	"buffet/internal/matrixtest"
	"buffet/lang"
	"buffet/store"
)

func TestMain(m *testing.M) { os.Exit(matrixtest.Main(m)) }

// live is a bot in this process, and one member.
type live struct {
	*Bot
	t    *testing.T
	ctx  context.Context
	anke *matrixtest.Member
	stop func()

	queue bool // jobs are done
}

// start makes a bot that works in a plain and an encrypted room.
func start(t *testing.T) (l *live, plain, encrypted id.RoomID) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	t.Cleanup(cancel)
	hs := matrixtest.Homeserver(t)
	l = &live{t: t, ctx: ctx, anke: matrixtest.MemberFor(t, "anke")}
	user := matrixtest.Must(hs.Register(ctx, "buffet-"+strings.ToLower(rand.Text()[:8]), "sehr-geheim"))(t)
	room := func(secret bool) id.RoomID {
		return matrixtest.Must(l.anke.CreateRoom(ctx, matrixtest.RoomOptions{Encrypted: secret, Invite: []id.UserID{user}}))(t)
	}
	plain, encrypted = room(false), room(true)
	dir := t.TempDir()
	st := matrixtest.Must(store.Open(ctx, filepath.Join(dir, "buffet.db")))(t)
	t.Cleanup(func() { _ = st.Close() })
	log := zerolog.New(zerolog.NewTestWriter(t)).Level(zerolog.WarnLevel)
	matrixtest.Must(Login(ctx, dir, st, Credentials{Homeserver: hs.URL, User: user, Password: "sehr-geheim"}, log))(t)
	session := matrixtest.Must(LoadSession(dir))(t)
	phrases := matrixtest.Must(lang.Load())(t)
	l.Bot = &Bot{Account: matrixtest.Must(Open(ctx, session, st, log))(t), Store: st, Phrases: phrases, Log: log,
		Commands: matrixtest.Must(commands.New(phrases))(t),
		Networks: []Network{{Name: "DigIT", Lang: "de", Zone: time.UTC, Prefix: "!", Rooms: []string{plain.String(), encrypted.String()}}}}
	l.Bind()
	l.work()
	for _, r := range []id.RoomID{plain, encrypted} {
		if err := l.anke.WaitMember(ctx, r, user, event.MembershipJoin); err != nil {
			t.Fatal(err)
		}
		l.wait("intro/" + r.String())
	}
	return l, plain, encrypted
}

// work runs the bot until stop.
func (l *live) work() {
	running, stop := context.WithCancel(l.ctx)
	var wg sync.WaitGroup
	wg.Go(func() { _ = l.Run(running) })
	l.stop = sync.OnceFunc(func() { stop(); wg.Wait() })
	l.t.Cleanup(l.stop)
}

func (l *live) send(list ...store.Message) {
	l.t.Helper()
	if err := l.Store.Write(l.ctx, func(tx *store.Tx) error {
		for _, m := range list {
			if _, err := tx.Send(l.ctx, m, time.Now()); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		l.t.Fatal(err)
	}
}

// wait waits until a message is done with: sent, or given up with that error.
func (l *live) wait(key string) (e id.EventID, fault string) {
	l.t.Helper()
	for l.ctx.Err() == nil {
		var at int64
		err := l.Store.Reader().QueryRowContext(l.ctx, `SELECT sent_at, event_id, last_error FROM outbox WHERE key = $1`, key).Scan(&at, &e, &fault)
		if err == nil && at > 0 {
			return e, fault
		}
		time.Sleep(20 * time.Millisecond)
	}
	l.t.Fatalf("%s was not sent: %s", key, fault)
	return "", ""
}

func TestTakesBackAndReacts(t *testing.T) {
	l, plain, encrypted := start(t)
	for _, room := range []id.RoomID{plain, encrypted} {
		k := room.String()
		l.send(store.Message{Key: k, Room: room, Plain: "Frage?", Reactions: []string{"1️⃣", "2️⃣"}},
			store.Message{Key: k + "/again", Room: room, Reaction: "1️⃣", ReactTo: k},
			store.Message{Key: k + "/lost", Room: room, Reaction: "1️⃣", ReactTo: "never"},
			store.Message{Key: k + "/back", Room: room, Redacts: k},
			store.Message{Key: k + "/back2", Room: room, Redacts: k},
			store.Message{Key: k + "/none", Room: room, Redacts: "never"})
		e, _ := l.wait(k)
		for i, emoji := range []string{"1️⃣", "2️⃣"} {
			r, _ := l.wait(store.ReactionKey(k, i+1))
			rel := matrixtest.Must(l.anke.WaitEvent(l.ctx, r))(t).Content.AsReaction().RelatesTo
			if rel.EventID != e || rel.Key != emoji {
				t.Errorf("reaction %d: %+v", i, rel)
			}
		}
		for _, sub := range []string{"/again", "/back", "/back2"} {
			if _, fault := l.wait(k + sub); fault != "" {
				t.Errorf("%s: %s", sub, fault)
			}
		}
		for _, sub := range []string{"/lost", "/none"} {
			if _, fault := l.wait(k + sub); fault != errNoTarget.Error() {
				t.Errorf("%s: %q, want that it has no target", sub, fault)
			}
		}
		matrixtest.Must(l.anke.WaitFrom(l.ctx, 0, func(evt *event.Event) bool {
			return evt.Type == event.EventRedaction && evt.RoomID == room && evt.Sender == l.Account.Client.UserID
		}))(t)
		if got := matrixtest.Must(l.anke.Client.GetEvent(l.ctx, room, e))(t); len(got.Content.Raw) != 0 {
			t.Errorf("still says %v", got.Content.Raw)
		}
	}
}

func TestSendsFiles(t *testing.T) {
	l, plain, encrypted := start(t)
	data := []byte("Titel;Text\nä;ö\n")
	for _, room := range []id.RoomID{plain, encrypted} {
		k := room.String()
		l.send(store.Message{Key: k, Room: room, Plain: "Das ist alles.", File: &store.File{Name: "alles.csv", Type: "text/csv", Data: data}},
			store.Message{Key: k + "/bare", Room: room, File: &store.File{Name: "alles.csv", Type: "text/csv", Data: data}})
		for key, caption := range map[string]string{k: "Das ist alles.", k + "/bare": "alles.csv"} {
			e, _ := l.wait(key)
			evt := matrixtest.Must(l.anke.WaitEvent(l.ctx, e))(t)
			c := evt.Content.AsMessage()
			secret := room == encrypted
			if evt.Mautrix.WasEncrypted != secret || (c.File != nil) != secret || (c.URL == "") != secret ||
				c.MsgType != event.MsgFile || c.Body != caption || c.FileName != "alles.csv" || c.Info.MimeType != "text/csv" || c.Info.Size != len(data) {
				t.Fatalf("got %+v", c)
			}
			url := c.URL
			if secret {
				url = c.File.URL
			}
			resp := matrixtest.Must(l.anke.Client.Download(l.ctx, url.ParseOrIgnore()))(t)
			got := matrixtest.Must(io.ReadAll(resp.Body))(t)
			_ = resp.Body.Close()
			if secret {
				if strings.Contains(string(got), "Titel") {
					t.Error("the file lies in clear on the homeserver")
				}
				if err := c.File.DecryptInPlace(got); err != nil {
					t.Fatal(err)
				}
			}
			if string(got) != string(data) {
				t.Errorf("file says %q", got)
			}
		}
	}
}

func TestIfThere(t *testing.T) {
	l, _, _ := start(t)
	user := l.anke.UserID
	l.send(store.Message{Key: "first", User: user, Plain: "Hallo", IfThere: true, Reactions: []string{"1️⃣"}})
	l.wait("first")
	if _, fault := l.wait(store.ReactionKey("first", 1)); fault != "" {
		t.Error(fault)
	}
	chat := matrixtest.Must(l.Store.DirectRoom(l.ctx, user))(t).ID
	if err := l.anke.Leave(l.ctx, chat); err != nil { // declines
		t.Fatal(err)
	}
	mine := matrixtest.Must(l.anke.Send(l.ctx, l.room(), "!hilfe"))(t)
	matrixtest.Must(l.anke.WaitReply(l.ctx, mine))(t) // the sync is past it
	l.send(store.Message{Key: "second", User: user, Plain: "Noch da?", IfThere: true, Reactions: []string{"1️⃣"}},
		store.Message{Key: "back", User: user, Redacts: "first"})
	if e, fault := l.wait("second"); e != "" || fault != errGone.Error() {
		t.Errorf("sent as %q, %q", e, fault)
	}
	if _, fault := l.wait(store.ReactionKey("second", 1)); fault != errNoTarget.Error() {
		t.Errorf("reaction: %q", fault)
	}
	if _, fault := l.wait("back"); fault != "" {
		t.Errorf("cannot take back what was said to who left: %q", fault)
	}
	if m := matrixtest.Must(l.Account.Client.StateStore.GetMember(l.ctx, chat, user))(t); m.Membership != event.MembershipLeave {
		t.Errorf("membership %s", m.Membership)
	}
	l.send(store.Message{Key: "third", User: user, Plain: "Antwort"}) // asked for: invites again
	if e, fault := l.wait("third"); e == "" {
		t.Error(fault)
	}
}

func (l *live) room() id.RoomID { return id.RoomID(l.Networks[0].Rooms[0]) }

// reads reads until the key is here.
func (l *live) reads(room id.RoomID, e id.EventID) *Said {
	l.t.Helper()
	matrixtest.Must(l.anke.WaitEvent(l.ctx, e))(l.t) // a homeserver may find it only then
	for {
		said, err := l.readMessage(l.ctx, room, e)
		if errors.Is(err, errNoKey) {
			time.Sleep(50 * time.Millisecond)
			continue
		}
		if err != nil {
			l.t.Fatal(err)
		}
		return said
	}
}

func TestReadsMessages(t *testing.T) {
	l, plain, encrypted := start(t)
	ctx, anke := l.ctx, l.anke
	must := matrixtest.Must[id.EventID]
	for _, room := range []id.RoomID{plain, encrypted} {
		e := must(anke.Send(ctx, room, "Wie geht das?"))(t)
		sent := matrixtest.Must(anke.WaitEvent(ctx, e))(t)
		want := Said{Room: room, Event: e, Author: anke.UserID, Text: "Wie geht das?", Sent: time.UnixMilli(sent.Timestamp), Trusted: true}
		if got := l.reads(room, e); *got != want {
			t.Errorf("got %+v, want %+v", got, want)
		}
		must(anke.Edit(ctx, room, e, "Wie ging das?"))(t)
		edit := must(anke.Edit(ctx, room, e, "Wie ginge das?"))(t)
		want.Text = "Wie ginge das?"
		matrixtest.Must(anke.WaitEvent(ctx, edit))(t)
		if got := l.reads(room, e); *got != want {
			t.Errorf("edited: got %+v, want %+v", got, want)
		}
		quoted := &event.MessageEventContent{MsgType: event.MsgText, Body: "> <@x:y> Wie geht das?\n\nSo."}
		quoted.RelatesTo = (&event.RelatesTo{}).SetReplyTo(e)
		reply := must(anke.SendContent(ctx, room, event.EventMessage, quoted))(t)
		if got := l.reads(room, reply); got.Text != "So." || got.ReplyTo != e || got.Thread != "" {
			t.Errorf("reply: %+v", got)
		}
		in1 := must(anke.ThreadReply(ctx, room, e, "eins"))(t)
		in2 := must(anke.ThreadReply(ctx, room, e, "zwei"))(t)
		in3 := must(anke.ThreadReply(ctx, room, e, "drei"))(t)
		notice := &event.MessageEventContent{MsgType: event.MsgNotice, Body: "nebenbei"}
		notice.RelatesTo = (&event.RelatesTo{}).SetThread(e, "")
		n := must(anke.SendContent(ctx, room, event.EventMessage, notice))(t)
		must(anke.Edit(ctx, room, in2, "zwei, besser"))(t)
		must(anke.Redact(ctx, room, in3, ""))(t)
		l.send(store.Message{Key: "mine" + room.String(), Room: room, Thread: e, Plain: "von uns"})
		own, _ := l.wait("mine" + room.String())
		if got := l.reads(room, in1); got.Thread != e || got.ReplyTo != "" {
			t.Errorf("in thread: %+v", got)
		}
		far := must(anke.Send(ctx, room, "ohne Bezug"))(t)
		l.reads(room, far)
		replies := matrixtest.Must(l.readReplies(ctx, room, e))(t)
		var texts []string
		for _, r := range replies {
			texts = append(texts, r.Text)
		}
		if !slices.Equal(texts, []string{"So.", "eins", "zwei, besser"}) {
			t.Errorf("replies: %q", texts)
		}
		state := matrixtest.Must(anke.SetState(ctx, room, event.StateTopic, "", &event.TopicEventContent{Topic: "x"}))(t)
		reaction := must(anke.React(ctx, room, e, "👍"))(t)
		matrixtest.Must(anke.WaitEvent(ctx, reaction))(t)
		for name, bad := range map[string]id.EventID{"edit": edit, "redacted": in3, "notice": n, "own": own, "state": state,
			"reaction": reaction, "missing": "$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"} {
			if got, err := l.readMessage(ctx, room, bad); !errors.Is(err, errUnreadable) || errors.Is(err, errNoKey) {
				t.Errorf("%s: %+v, %v", name, got, err)
			}
		}
		r := must(anke.Redact(ctx, room, edit, ""))(t)
		matrixtest.Must(anke.WaitEvent(ctx, r))(t)
		if got := l.reads(room, e); got.Text != "Wie ging das?" {
			t.Errorf("after the last edit was taken back: %q", got.Text)
		}
	}
	raw, err := anke.Client.MakeRequest(ctx, "PUT", anke.Client.BuildClientURL("v3", "rooms", encrypted, "send", "m.room.message", "clear1"),
		map[string]any{"msgtype": "m.text", "body": "im Klartext"}, nil)
	var clear struct {
		ID id.EventID `json:"event_id"`
	}
	if err != nil || json.Unmarshal(raw, &clear) != nil {
		t.Fatal(err)
	}
	if got, err := l.readMessage(ctx, encrypted, clear.ID); !errors.Is(err, errUnreadable) {
		t.Errorf("plaintext in an encrypted room: %+v, %v", got, err)
	}
	l.stop()
	gone, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := l.readMessage(gone, plain, clear.ID); err == nil || errors.Is(err, errUnreadable) {
		t.Errorf("without an answer: %v", err)
	}
}

// lazy is a homeserver that loads members lazily even where somebody left:
// those in the state before a timeline are not told of. Dendrite tells.
type lazy struct{ http.RoundTripper }

func (l lazy) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := l.RoundTripper.RoundTrip(req)
	if err != nil || !strings.HasSuffix(req.URL.Path, "/sync") {
		return resp, err
	}
	text, err := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	var body map[string]any
	if err != nil || json.Unmarshal(text, &body) != nil {
		return nil, errors.New("no sync response")
	}
	rooms, _ := body["rooms"].(map[string]any)
	join, _ := rooms["join"].(map[string]any)
	for _, room := range join {
		state, _ := room.(map[string]any)["state"].(map[string]any)
		events, _ := state["events"].([]any)
		if state != nil {
			state["events"] = slices.DeleteFunc(events, func(evt any) bool { return evt.(map[string]any)["type"] == "m.room.member" })
		}
	}
	if text, err = json.Marshal(body); err != nil {
		return nil, err
	}
	resp.Body, resp.ContentLength = io.NopCloser(bytes.NewReader(text)), int64(len(text))
	resp.Header.Del("Content-Length")
	return resp, nil
}

// Who came or went in a gap is known after it.
func TestMembersAfterGap(t *testing.T) {
	l, plain, encrypted := start(t)
	ctx := l.ctx
	berta := matrixtest.MemberFor(t, "berta")
	for _, r := range []id.RoomID{plain, encrypted} {
		if err := l.anke.Invite(ctx, r, berta.UserID); err != nil {
			t.Fatal(err)
		}
		matrixtest.Must(berta.Join(ctx, r.String()))(t)
	}
	joined := func() (list []id.RoomID) {
		t.Helper()
		if err := l.knowMembers(ctx); err != nil {
			t.Fatal(err)
		}
		rooms := matrixtest.Must(store.JoinedRooms(ctx, l.Store.Reader(), berta.UserID))(t)
		for _, r := range rooms {
			list = append(list, r.ID)
		}
		return list
	}
	for len(joined()) != 2 {
		time.Sleep(50 * time.Millisecond)
	}
	l.send(store.Message{Key: "before", Room: encrypted, Plain: "vorher"})
	l.wait("before")
	rechecks := func() (n int) {
		t.Helper()
		if err := l.Store.Reader().QueryRowContext(ctx, `SELECT count(*) FROM job WHERE kind = 'recheck'`).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	if n := rechecks(); n != 2 {
		t.Errorf("%d rechecks after two joins", n)
	}
	l.stop()
	caro := matrixtest.MemberFor(t, "caro")
	if err := l.anke.Invite(ctx, encrypted, caro.UserID); err != nil {
		t.Fatal(err)
	}
	matrixtest.Must(caro.Join(ctx, encrypted.String()))(t)
	for _, r := range []id.RoomID{plain, encrypted} {
		if err := berta.Leave(ctx, r); err != nil {
			t.Fatal(err)
		}
		for range 30 { // more than one sync brings
			matrixtest.Must(l.anke.Send(ctx, r, "Gespräch"))(t)
		}
	}
	token, _, err := l.Store.SyncState(ctx)
	if err != nil {
		t.Fatal(err)
	}
	l.Account.Client.Client.Transport = lazy{http.DefaultTransport}
	l.work()
	for now := token; now == token; time.Sleep(20 * time.Millisecond) {
		if now, _, err = l.Store.SyncState(ctx); err != nil {
			t.Fatal(err)
		}
	}
	if got := joined(); len(got) != 0 {
		t.Errorf("still in %v", got)
	}
	l.send(store.Message{Key: "after", Room: encrypted, Plain: "nachher"})
	e, _ := l.wait("after")
	if evt := matrixtest.Must(caro.WaitEvent(ctx, e))(t); evt.Type != event.EventMessage {
		t.Error("who came in the gap cannot read what is said after it")
	}
	if n := rechecks(); n != 2 {
		t.Errorf("%d rechecks after a gap that was filled", n)
	}
}

// A room that cannot be read in whole is looked after.
func TestRecheckAfterHoles(t *testing.T) {
	ctx := t.Context()
	st := matrixtest.Must(store.Open(ctx, filepath.Join(t.TempDir(), "buffet.db")))(t)
	defer st.Close()
	b := &Bot{Store: st}
	err := st.Write(ctx, func(tx *store.Tx) error {
		now := time.Now()
		if err := tx.PutRoom(ctx, store.Room{ID: "!a", Network: "N", Joined: now}); err != nil {
			return err
		}
		for _, line := range []*timeline{{room: "!a", batch: "1"}, {room: "!a", batch: "2", holes: true}, {room: "!a", batch: "2", holes: true}} {
			if err := b.noteRoom(ctx, tx, line, now); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	jobs := matrixtest.Must(st.DueJobs(ctx, time.Now().Add(time.Second), []string{kindRecheck}, 9))(t)
	if len(jobs) != 1 || jobs[0].Key != "recheck/!a/2" || jobs[0].Args != `{"room":"!a"}` {
		t.Errorf("jobs %+v", jobs)
	}
}

// A thread comes in pages; strangers cannot edit.
func TestReadsLongThread(t *testing.T) {
	l, plain, _ := start(t)
	ctx := l.ctx
	root := matrixtest.Must(l.anke.Send(ctx, plain, "Frage"))(t)
	const count = 5*readPage + 5
	var last id.EventID
	for i := range count {
		last = matrixtest.Must(l.anke.ThreadReply(ctx, plain, root, strconv.Itoa(i)))(t)
	}
	matrixtest.Must(l.anke.WaitEvent(ctx, last))(t)
	replies := matrixtest.Must(l.readReplies(ctx, plain, root))(t)
	if len(replies) != count || replies[0].Text != "0" || replies[count-1].Text != strconv.Itoa(count-1) {
		t.Errorf("%d replies, want %d in order", len(replies), count)
	}
	if part := matrixtest.Must(l.relations(ctx, plain, root, event.RelThread, 3))(t); len(part) != 3 {
		t.Errorf("%d relations, want 3", len(part))
	}
	second := matrixtest.Must(l.anke.Send(ctx, plain, "Noch eine"))(t)
	for range plainReplies - 5 {
		matrixtest.Must(l.anke.Send(ctx, plain, "Gespräch"))(t)
	}
	far := matrixtest.Must(l.anke.Reply(ctx, plain, second, "Antwort"))(t)
	matrixtest.Must(l.anke.WaitEvent(ctx, far))(t)
	if got := matrixtest.Must(l.readReplies(ctx, plain, second))(t); len(got) != 1 || got[0].Event != far {
		t.Errorf("a plain reply some way after: %+v", got)
	}
	berta := matrixtest.MemberFor(t, "berta")
	if err := l.anke.Invite(ctx, plain, berta.UserID); err != nil {
		t.Fatal(err)
	}
	matrixtest.Must(berta.Join(ctx, plain.String()))(t)
	edit := matrixtest.Must(berta.Edit(ctx, plain, root, "untergeschoben"))(t)
	matrixtest.Must(l.anke.WaitEvent(ctx, edit))(t)
	if got := l.reads(plain, root); got.Text != "Frage" {
		t.Errorf("a stranger made it %q", got.Text)
	}
}

// refuses answers one kind of requests like a homeserver that refuses them.
type refuses struct {
	http.RoundTripper
	path, code string
	status     int
}

func (r refuses) RoundTrip(req *http.Request) (*http.Response, error) {
	if !strings.Contains(req.URL.Path, r.path) {
		return r.RoundTripper.RoundTrip(req)
	}
	return &http.Response{StatusCode: r.status, Request: req, Header: http.Header{"Content-Type": {"application/json"}},
		Body: io.NopCloser(strings.NewReader(`{"errcode": "` + r.code + `", "error": "no"}`))}, nil
}

func TestWhatHomeserversRefuse(t *testing.T) {
	l, plain, _ := start(t)
	l.stop()
	l.Account.Client.Client.Transport = refuses{http.DefaultTransport, "/m.reaction/", "M_DUPLICATE_ANNOTATION", 400}
	l.work()
	l.send(store.Message{Key: "ask", Room: plain, Plain: "?", Reactions: []string{"1️⃣"}})
	if _, fault := l.wait(store.ReactionKey("ask", 1)); fault != "" {
		t.Errorf("a reaction that is there already: %s", fault)
	}
	l.stop()
	for _, c := range []struct {
		code     string
		status   int
		definite bool
	}{{"M_NOT_FOUND", 404, true}, {"M_FORBIDDEN", 403, true}, {"M_UNRECOGNIZED", 404, false}, {"M_UNKNOWN", 500, false}, {"M_UNKNOWN_TOKEN", 401, false}} {
		l.Account.Client.Client.Transport = refuses{http.DefaultTransport, "/event/", c.code, c.status}
		if _, err := l.readMessage(l.ctx, plain, "$x"); errors.Is(err, errUnreadable) != c.definite || err == nil {
			t.Errorf("%s: %v", c.code, err)
		}
	}
}

// What a message replies to reaches the command, be it ours or not.
func TestReplyTarget(t *testing.T) {
	l, plain, _ := start(t)
	l.stop()
	c := &event.MessageEventContent{MsgType: event.MsgText, Body: "!hilfe"}
	c.RelatesTo = (&event.RelatesTo{}).SetReplyTo("$other")
	in := matrixtest.Must(l.message(l.ctx, store.Room{ID: plain, Network: "DigIT"}, &store.Incoming{Event: "$e"},
		&event.Event{Type: event.EventMessage, RoomID: plain, Content: event.Content{Parsed: c}}, false))(t)
	if in == nil || l.bare(*in).ReplyTo != "$other" {
		t.Errorf("kept %+v", in)
	}
}
