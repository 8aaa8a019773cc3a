package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/event/cmdschema"
	"maunium.net/go/mautrix/id"

	"buffet/bot"
	"buffet/internal/matrixtest"
	"buffet/store"
)

// commandList is the event of MSC4332.
const commandList = "org.matrix.msc4332.commands"

// stateKey is that of a command of ours (MSC4391).
func (h *house) stateKey(word string) string {
	return (&cmdschema.EventContent{Command: word}).StateKey(h.user)
}

// published waits until a room has a command that says so much, "" for one
// that was withdrawn.
func (h *house) published(room id.RoomID, kind, key, want string) {
	h.t.Helper()
	matrixtest.Must(h.anke.WaitFrom(h.ctx, 0, func(evt *event.Event) bool {
		return evt.RoomID == room && evt.Sender == h.user && evt.Type.Type == kind && evt.GetStateKey() == key &&
			(want == "" && string(evt.Content.VeryRaw) == "{}" || want != "" && strings.Contains(string(evt.Content.VeryRaw), want))
	}))(h.t)
}

// states stands between the bot and its homeserver, and notes each state event
// that the bot sends: homeservers hide one that says the same as before.
type states struct {
	mu   sync.Mutex
	sent []string // room/state/type/key
}

func watchStates(t *testing.T, h *house) *states {
	to := matrixtest.Must(url.Parse(h.url))(t)
	s, proxy := &states{}, httputil.NewSingleHostReverseProxy(to)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, path, ok := strings.Cut(r.URL.Path, "/rooms/"); ok && r.Method == http.MethodPut && strings.Contains(path, "/state/") {
			s.mu.Lock()
			s.sent = append(s.sent, path)
			s.mu.Unlock()
		}
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	h.url = server.URL
	return s
}

// in counts all that was sent to a room, or the one of that state key.
func (s *states) in(room id.RoomID, key string) (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, path := range s.sent {
		if strings.HasPrefix(path, room.String()+"/state/") && strings.HasSuffix(path, key) {
			n++
		}
	}
	return n
}

// menuJobs counts the jobs of that kind, and waits until none is left to do.
func (h *house) menuJobs(st *store.Store) (n int) {
	h.t.Helper()
	for {
		var ready int
		row := st.Reader().QueryRowContext(h.ctx, `SELECT count(*), COALESCE(sum(state = 'ready'), 0) FROM job WHERE kind = $1`, bot.MenuKind)
		if err := row.Scan(&n, &ready); err != nil {
			h.t.Fatal(err)
		}
		if ready == 0 {
			return n
		}
		select {
		case <-h.ctx.Done():
			h.t.Fatal("jobs are left to do")
		case <-time.After(20 * time.Millisecond): // another process's database has no bell for us
		}
	}
}

// powerful is a room in which the bot may send state.
func (h *house) powerful(encrypted bool) id.RoomID {
	h.t.Helper()
	return matrixtest.Must(h.anke.CreateRoom(h.ctx, matrixtest.RoomOptions{Name: "Raum", Encrypted: encrypted,
		Invite: []id.UserID{h.user}, Power: map[id.UserID]int{h.user: 50}}))(h.t)
}

// TestMenuPublished: commands are published once where the power level allows
// it, nothing at a restart, what changed when it changed.
func TestMenuPublished(t *testing.T) {
	h := newHouse(t)
	sent := watchStates(t, h)
	able, secret, unable := h.powerful(false), h.powerful(true), h.room(false)
	h.configure(able, secret, unable)
	h.write("programm.ics", calendar(3))
	h.must("login")
	h.must("import", h.dir+"/programm.ics", "--network", "DigIT")
	p := h.start()
	const single = "org.matrix.msc4391.command_description"
	h.published(able, single, h.stateKey("angebote"), "Pflege")
	for _, room := range []id.RoomID{able, secret} {
		h.published(room, single, h.stateKey("angebote"), "offers")
		h.published(room, commandList, h.user.String(), "angebot {nummer}")
	}
	h.joined(unable)
	h.says(h.anke, unable, "!angebote", "Kollegiale Beratung 1")
	st := h.database()
	jobs := h.menuJobs(st)
	if n := sent.in(unable, ""); n != 0 {
		t.Errorf("%d events without the power for it", n)
	}
	for _, evt := range h.anke.Events() {
		if evt.RoomID == secret && evt.StateKey != nil && strings.Contains(string(evt.Content.VeryRaw), "Pflege") {
			t.Errorf("an encrypted room's %s tells its topics to everybody", evt.Type.Type)
		}
		if evt.Type == event.StateMSC4391BotCommand {
			if err := evt.Content.ParseRaw(evt.Type); err != nil && evt.Content.Parsed == nil {
				t.Errorf("%s: %v", evt.Content.VeryRaw, err)
			}
			if c, ok := evt.Content.Parsed.(*cmdschema.EventContent); !ok || c.Validate() != nil || c.StateKey(h.user) != evt.GetStateKey() {
				t.Errorf("not valid: %s", evt.Content.VeryRaw)
			}
		}
	}
	first := sent.in(able, "")
	if rows := matrixtest.Must(store.PublishedIn(h.ctx, st.Reader(), able))(t); len(rows) != first || first < 10 {
		t.Errorf("%d events, %d of them noted", first, len(rows))
	}

	p.stop()
	p = h.start()
	h.says(h.anke, able, "!angebot 1", "Kollegiale Beratung 1")
	if n, again := h.menuJobs(st), sent.in(able, ""); n != jobs || again != first {
		t.Errorf("a restart made %d jobs and sent %d events", n-jobs, again-first)
	}
	p.stop()
	h.changed(st, able, h.stateKey("suche"), true)
	h.changed(st, able, h.stateKey("frage"), false) // killed after it was sent, before it was noted
	p = h.start()
	h.says(h.anke, able, "!angebot 1", "Kollegiale Beratung 1")
	h.menuJobs(st)
	if all, one := sent.in(able, ""), sent.in(able, h.stateKey("suche")); all != first+1 || one != 2 {
		t.Errorf("%d events more, %d of the command that changed", all-first, one)
	}

	if err := h.anke.SetPower(h.ctx, unable, h.user, 50); err != nil {
		t.Fatal(err)
	}
	h.published(unable, commandList, h.user.String(), "angebot {nummer}")
	p.stop()
	h.lang = "en"
	h.configure(able, secret, unable)
	h.start()
	h.published(able, single, h.stateKey("offers"), "angebote")
	h.published(able, single, h.stateKey("angebote"), "")
	h.published(able, commandList, h.user.String(), "offer {number}")
}

// changed lets the store believe that a room has another form of a command,
// or is not known to have the one it has.
func (h *house) changed(st *store.Store, room id.RoomID, key string, other bool) {
	h.t.Helper()
	list := matrixtest.Must(store.PublishedIn(h.ctx, st.Reader(), room))(h.t)
	err := st.Write(h.ctx, func(tx *store.Tx) error {
		for _, p := range list {
			if p.Key != key {
				continue
			}
			if p.Sent = other; other {
				p.Hash = "of another program"
			}
			return tx.PutPublished(h.ctx, room, p)
		}
		return store.ErrNotFound
	})
	if err != nil {
		h.t.Fatal(err)
	}
}

// TestMenuWithdrawn: from a room that was upgraded, and from one whose network
// is not ours any more; of one that we were removed from nothing is kept.
func TestMenuWithdrawn(t *testing.T) {
	h := newHouse(t)
	upgraded, removed, left := h.powerful(false), h.powerful(false), h.powerful(true)
	h.configure(upgraded, removed, left)
	h.must("login")
	p := h.start()
	for _, room := range []id.RoomID{upgraded, removed, left} {
		h.published(room, commandList, h.user.String(), "angebote")
	}
	st := h.database()
	h.menuJobs(st)
	next := matrixtest.Must(h.anke.Upgrade(h.ctx, upgraded, "11"))(t)
	if err := h.anke.Invite(h.ctx, next, h.user); err != nil {
		t.Log(err) // the homeserver may have let it in already
	}
	h.published(upgraded, commandList, h.user.String(), "")
	h.published(upgraded, event.StateMSC4391BotCommand.Type, h.stateKey("angebote"), "")
	if err := h.anke.Kick(h.ctx, removed, h.user, "Test"); err != nil {
		t.Fatal(err)
	}
	h.says(h.anke, left, "!hilfe", "angebote")
	p.stop()
	h.configure(left) // its rooms are now in a network of another name
	h.write("config.yaml", strings.ReplaceAll(string(matrixtest.Must(os.ReadFile(h.dir+"/config.yaml"))(t)), "DigIT", "Anderes"))
	h.write("config.yaml", strings.ReplaceAll(string(matrixtest.Must(os.ReadFile(h.dir+"/config.yaml"))(t)), left.String(), next.String()))
	h.start()
	h.published(left, commandList, h.user.String(), "")
	h.menuJobs(st)
	for _, room := range []id.RoomID{upgraded, removed, left} {
		if rows := matrixtest.Must(store.PublishedIn(h.ctx, st.Reader(), room))(t); len(rows) != 0 {
			t.Errorf("%d rows of a room that is left", len(rows))
		}
	}
}

// TestMenuInput: what a client's menu sends is understood in plain and
// encrypted rooms and counts more than the text beside it.
func TestMenuInput(t *testing.T) {
	for _, language := range []string{"de", "en"} {
		t.Run(language, func(t *testing.T) {
			h := newHouse(t)
			h.lang = language
			plain, encrypted, _ := h.settle()
			want := map[string][2]string{
				`{"command":"angebot","arguments":{"nummer":2}}`:                      {"Kollegiale Beratung 2", "Kollegiale Beratung 2"},
				`{"command":"offers","arguments":{"period":"week","topic":"Pflege"}}`: {"Kollegiale Beratung 1", "Kollegiale Beratung 1"},
				`{"command":"abstimmen","arguments":{}}`:                              {"»abstimmen« kenne ich nicht", "I don't know “abstimmen”"},
				`{"command":"angebot"}`:                                               {"Da fehlt noch etwas: »nummer«", "Something is missing: “number”"},
				`{"command":"angebot","arguments":{"number":[[{"a":1}]]}}`:            {"»nummer« muss eine ganze Zahl sein", "“number” must be a whole number"},
				`["garbage"]`: {"kann ich nicht lesen", "I can't read"},
				`{"command":"angebote","arguments":{"thema":"` + strings.Repeat("x", 15_000) + `"}}`: {"höchstens 2000", "2000"},
			}
			for _, room := range []id.RoomID{plain, encrypted} {
				for block, say := range want {
					e := h.choose(room, block, "!hilfe", h.user) // the text would be understood, too
					evt := matrixtest.Must(h.anke.WaitReply(h.ctx, e))(t)
					said := say[0]
					if language == "en" {
						said = say[1]
					}
					if body := evt.Content.AsMessage().Body; !strings.Contains(body, said) || evt.Mautrix.WasEncrypted != (room == encrypted) {
						t.Errorf("%.60s: %s", block, body)
					}
				}
				other := h.choose(room, `{"command":"angebote"}`, "!hilfe", h.anke.UserID)
				nobody := h.choose(room, `{"command":"angebote"}`, "!angebot 3")
				if evt := matrixtest.Must(h.anke.WaitReply(h.ctx, nobody))(t); !strings.Contains(evt.Content.AsMessage().Body, "Kollegiale Beratung 3") {
					t.Errorf("not mentioned, the text is as typed: %s", evt.Content.AsMessage().Body)
				}
				for _, evt := range h.anke.Messages(room) {
					if evt.Content.AsMessage().RelatesTo.GetReplyTo() == other {
						t.Error("what is for another bot was answered")
					}
				}
			}
		})
	}
}

// choose sends what a client makes of a choice in its menu.
func (h *house) choose(room id.RoomID, block, body string, mention ...id.UserID) id.EventID {
	h.t.Helper()
	c := &event.Content{Parsed: &event.MessageEventContent{MsgType: event.MsgText, Body: body}}
	if len(mention) > 0 {
		c.Parsed.(*event.MessageEventContent).Mentions = &event.Mentions{UserIDs: mention}
	}
	var value any
	if err := json.Unmarshal([]byte(block), &value); err != nil {
		h.t.Fatal(err)
	}
	c.Raw = map[string]any{"org.matrix.msc4391.command": value}
	return matrixtest.Must(h.anke.SendContent(h.ctx, room, event.EventMessage, c))(h.t)
}
