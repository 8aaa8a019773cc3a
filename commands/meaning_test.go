package commands

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"maunium.net/go/mautrix/id"
	"maunium.net/go/mautrix/sqlstatestore"

	"buffet/knowledge"
	"buffet/lang"
	"buffet/schedule"
	"buffet/store"
)

// topics are what texts can be about: each is a dimension.
func topics() [][]string {
	return [][]string{{"fahrdienst", "abholen", "chauffeur"}, {"kuchen", "torte", "backen"}, {"beamer", "leinwand"}}
}

// service makes vectors by topic, and misbehaves when told to.
type service struct {
	*httptest.Server
	mu   sync.Mutex
	seen []string // texts that arrived
	how  string   // "", "500", "hang", "size"
	end  chan struct{}
}

func newService(t *testing.T) *service {
	s := &service{end: make(chan struct{})}
	s.Server = httptest.NewServer(http.HandlerFunc(s.answer))
	t.Cleanup(func() { close(s.end); s.Close() })
	return s
}

func (s *service) answer(w http.ResponseWriter, r *http.Request) {
	var in struct{ Input []string }
	_ = json.NewDecoder(r.Body).Decode(&in)
	s.mu.Lock()
	s.seen = append(s.seen, in.Input...)
	how := s.how
	s.mu.Unlock()
	switch how {
	case "500":
		w.WriteHeader(http.StatusInternalServerError)
		return
	case "hang":
		select {
		case <-s.end:
		case <-r.Context().Done():
		}
		return
	}
	type one struct {
		Index     int       `json:"index"`
		Embedding []float32 `json:"embedding"`
	}
	var out struct {
		Data []one `json:"data"`
	}
	for i, text := range in.Input {
		v := make([]float32, len(topics())+1)
		v[len(topics())] = 0.1
		for d, words := range topics() {
			for _, w := range words {
				v[d] += float32(strings.Count(strings.ToLower(text), w))
			}
		}
		if how == "size" {
			v = v[:2]
		}
		out.Data = append(out.Data, one{i, v})
	}
	_ = json.NewEncoder(w).Encode(out)
}

func (s *service) behave(how string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.how = how
}

// texts are what arrived since it was last asked.
func (s *service) texts() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := strings.Join(s.seen, "\n")
	s.seen = nil
	return all
}

const other = id.RoomID("!sued:example.org")

// meaningHouse is a house with two rooms of the network and a service.
type meaningHouse struct {
	*house
	service *service
	clock   time.Time
	members error // of asking for a room's
	log     bytes.Buffer
}

func newMeaningHouse(t *testing.T) *meaningHouse {
	t.Helper()
	h := &meaningHouse{house: newHouse(t), service: newService(t), clock: time.Now()}
	if err := sqlstatestore.NewSQLStateStore(h.store.Matrix(), nil, false).Upgrade(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, r := range []id.RoomID{room, other} {
		h.member(r, "@anna:example.org", "Anna Schmidt")
		h.write(func(ctx context.Context, tx *store.Tx) error {
			return tx.PutRoom(ctx, store.Room{ID: r, Network: "Nord", Joined: h.now})
		})
	}
	h.member(room, "@ben:example.org", "Ben")
	h.use("m")
	return h
}

func (h *meaningHouse) use(model string) {
	h.table.Meaning = &knowledge.Meaning{Store: h.store, Now: func() time.Time { return h.clock }, Log: zerolog.New(&h.log),
		Members:  func(context.Context, id.RoomID) error { return h.members },
		Embedder: knowledge.New(knowledge.EmbedConfig{URL: h.service.URL, Model: model, Timeout: 5 * time.Second})}
}

func (h *meaningHouse) member(r id.RoomID, user id.UserID, name string) {
	h.t.Helper()
	h.write(func(ctx context.Context, tx *store.Tx) error {
		if _, err := tx.ExecContext(ctx, `INSERT INTO mx_user_profile (room_id, user_id, membership, displayname) VALUES ($1, $2, 'join', $3)`, r, user, name); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO mx_room_state (room_id, members_fetched) VALUES ($1, true) ON CONFLICT DO NOTHING`, r)
		return err
	})
}

// gather keeps a text of a room.
func (h *meaningHouse) gather(r id.RoomID, event id.EventID, text string, change ...func(*store.Contribution)) (c store.Contribution) {
	h.t.Helper()
	c = store.Contribution{Network: "Nord", Kind: store.Experience, Room: r, Event: event, EventRoom: r, Author: "@anna:example.org", Body: text, Sent: h.now}
	for _, f := range change {
		f(&c)
	}
	h.write(func(ctx context.Context, tx *store.Tx) (err error) {
		c, _, err = tx.AddContribution(ctx, c)
		return err
	})
	return c
}

// work does the jobs that are due, each once, and returns how many went wrong.
func (h *meaningHouse) work() (faults int) {
	h.t.Helper()
	handlers := h.table.Meaning.Handlers()
	list, err := h.store.DueJobs(h.t.Context(), time.Now().Add(time.Hour), []string{store.EmbedKind, store.EmbedRoomKind}, 1000)
	if err != nil {
		h.t.Fatal(err)
	}
	for _, one := range list {
		h.write(func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.StartJob(ctx, one)
			return err
		})
		one.Attempts++
		if err := handlers[one.Kind].Run(h.t.Context(), &schedule.Job{Job: one}); err != nil {
			faults++
			continue
		}
		h.write(func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.FinishJob(ctx, one, h.now)
			return err
		})
	}
	return faults
}

func (h *meaningHouse) vectors() (n int) {
	h.t.Helper()
	if err := h.store.Reader().QueryRowContext(h.t.Context(), `SELECT count(*) FROM embedding`).Scan(&n); err != nil {
		h.t.Fatal(err)
	}
	return n
}

// ask is a request as the bot makes it: prepared, then run.
func (h *meaningHouse) ask(req Request) string {
	h.t.Helper()
	if err := h.table.Prepare(h.t.Context(), h.store.Reader(), &req); err != nil {
		h.t.Fatal(err)
	}
	return h.say(req)
}

func (h *meaningHouse) set(r id.RoomID, value string) string {
	h.t.Helper()
	req := h.organiser(lang.German, "einstellungen sinnsuche "+value)
	req.Room, req.Networks[0].Room = r, r
	return h.ask(req)
}

func (h *meaningHouse) search(r id.RoomID, words string) string {
	h.t.Helper()
	req := h.request(lang.German, "suche "+words)
	req.Room, req.Networks[0].Room = r, r
	return h.ask(req)
}

func (h *meaningHouse) expect(what, got string, want ...string) {
	h.t.Helper()
	for _, w := range want {
		not := strings.HasPrefix(w, "!")
		if strings.Contains(got, strings.TrimPrefix(w, "!")) == not {
			h.t.Errorf("%s: want %q in\n%s", what, w, got)
		}
	}
}

func TestMeaningFinds(t *testing.T) {
	h := newMeaningHouse(t)
	before := h.gather(room, "$a", "Wir haben Leute zum Abholen eingeteilt")
	h.expect("without", h.search(room, "chauffeur"), "!eingeteilt")
	h.expect("nothing is sent unasked", h.service.texts(), "!eingeteilt", "!chauffeur")
	h.expect("turned on", h.set(room, "an"), "Sinnsuche: an", "127.0.0.1")
	h.gather(room, "$b", "Unsere Torte war ein Erfolg")
	if faults := h.work(); faults > 0 || h.vectors() != 2 {
		t.Errorf("%d faults, %d vectors", faults, h.vectors())
	}
	h.expect("reworded", h.search(room, "chauffeur"), "eingeteilt", "!Torte")
	h.expect("in vain", h.search(room, "Leinwand"), "!eingeteilt", "!Torte")
	h.expect("a word just so", h.search(room, `"chauffeur"`), "!eingeteilt")
	h.expect("of another kind", h.search(room, "frage: chauffeur"), "!eingeteilt")
	h.expect("in a direct chat", h.ask(h.direct("@ben:example.org")), "eingeteilt")
	h.write(func(ctx context.Context, tx *store.Tx) error { return tx.DropContribution(ctx, before) })
	if h.vectors() != 1 {
		t.Errorf("%d vectors after one was taken back", h.vectors())
	}
	h.expect("taken back", h.search(room, "chauffeur"), "!eingeteilt")
}

func (h *meaningHouse) direct(user id.UserID) Request {
	req := h.request(lang.German, "suche chauffeur")
	req.Room, req.Direct, req.Sender = "!direct:example.org", true, user
	return req
}

// A question is shown with the answer that is close.
func TestMeaningAnswers(t *testing.T) {
	h := newMeaningHouse(t)
	h.set(room, "an")
	q := h.gather(room, "$q", "Wie kommen unsere Gäste hin?", func(c *store.Contribution) { c.Kind = store.Question })
	h.gather(room, "$a", "Wir lassen sie abholen", func(c *store.Contribution) { c.Kind, c.Question = store.Answer, q.ID })
	h.work()
	got := h.search(room, "chauffeur")
	h.expect("with its question", got, "Gäste", "↳ Wir lassen sie abholen")
	h.gather(room, "$p", "Was tun ohne Fahrdienst?", func(c *store.Contribution) { c.Kind = store.Question })
	p := h.gather(room, "$p2", "Wer kann Leute hinbringen oder abholen?", func(c *store.Contribution) { c.Kind = store.Question })
	h.gather(room, "$b", "Ein Chauffeur vom Verein", func(c *store.Contribution) { c.Kind, c.Question = store.Answer, p.ID })
	h.work()
	if got := h.search(room, "chauffeur"); strings.Count(got, "Ein Chauffeur") != 1 || strings.Count(got, "hinbringen") != 1 {
		t.Errorf("an answer that the words find and its question that is close: %s", got)
	}
	h.expect("answers alone", h.search(room, "antwort: chauffeur"), "abholen", "!Gäste")
}

func TestMeaningStaysInside(t *testing.T) {
	h := newMeaningHouse(t)
	h.set(room, "an")
	h.set(other, "an")
	h.gather(other, "$a", "Geheim: das Abholen macht Karl")
	h.gather(other, "$b", "Offen: zum Abholen nehmen wir den Bus", func(c *store.Contribution) { c.Audience = store.AudienceNetwork })
	h.gather(other, "$c", "Fremd: unser Fahrdienst", func(c *store.Contribution) { c.Network, c.Audience = "Süd", store.AudiencePublic })
	q := h.gather(other, "$q", "Geheime Frage", func(c *store.Contribution) { c.Kind = store.Question })
	h.gather(other, "$r", "Antwort: abholen lassen", func(c *store.Contribution) {
		c.Kind, c.Question, c.Audience = store.Answer, q.ID, store.AudiencePublic
	})
	h.gather("", "", "Eingeführt: das Abholen", func(c *store.Contribution) { c.UID, c.Audience = "1", store.AudiencePublic })
	h.work()
	if h.vectors() != 5 {
		t.Errorf("%d vectors", h.vectors())
	}
	want := []string{"!Geheim", "!Fremd", "!Eingeführt", "Offen", "Antwort: abholen"}
	h.expect("in a room", h.search(room, "chauffeur"), want...)
	h.expect("in a direct chat", h.ask(h.direct("@ben:example.org")), want...)
	h.expect("of somebody who is there", h.ask(h.direct("@anna:example.org")), "Geheim", "Offen", "!Fremd")
	h.service.texts()
	h.expect("of a stranger", h.ask(h.direct("@carl:example.org")), "!Geheim", "!Offen")
	h.expect("a stranger's words stay here", h.service.texts(), "!chauffeur")
	h.write(func(ctx context.Context, tx *store.Tx) error {
		return tx.PutDialog(ctx, store.Dialog{Author: "@ben:example.org", Kind: "card", Content: "{}", At: h.now})
	})
	if req := h.direct("@ben:example.org"); h.table.Prepare(t.Context(), h.store.Reader(), &req) != nil || h.service.texts() != "" {
		t.Error("a part of a card is sent as if it were searched for")
	}
	h.set(room, "aus")
	h.expect("off in this room", h.search(room, "chauffeur"), "!Offen")
	h.expect("words of a room that has it off stay here", h.service.texts(), "!chauffeur")
	h.set(room, "an")
	h.expect("on again", h.search(room, "chauffeur"), "Offen")
	h.write(func(ctx context.Context, tx *store.Tx) error {
		return tx.SetSetting(ctx, other, store.SetMeaning, store.Off)
	})
	h.expect("off where it was said", h.search(room, "chauffeur"), "!Offen")
}

func TestMeaningOff(t *testing.T) {
	h := newMeaningHouse(t)
	h.set(room, "an")
	h.set(other, "an")
	h.gather(room, "$a", "Das Abholen")
	h.gather(other, "$b", "Der Fahrdienst")
	h.work()
	h.gather(room, "$c", "Noch ein Fahrdienst")
	h.service.texts()
	h.expect("the card", h.set(room, "aus"), "Ein Sprachmodell wird nicht benutzt")
	if h.vectors() != 1 {
		t.Errorf("%d vectors, want the other room's", h.vectors())
	}
	if faults := h.work(); faults > 0 || h.vectors() != 1 || h.service.texts() != "" {
		t.Errorf("%d faults; what waited when it was turned off was sent", faults)
	}
	req := h.request(lang.German, "einstellungen sinnsuche an")
	h.expect("a member", h.ask(req), "[problem cmd_only_organisers]")
}

// A room moves: what its successor says goes.
func TestMeaningMoves(t *testing.T) {
	h := newMeaningHouse(t)
	h.set(room, "an")
	h.gather(room, "$a", "Das Abholen")
	h.work()
	move := func(from, to id.RoomID) {
		h.write(func(ctx context.Context, tx *store.Tx) error {
			return errors.Join(tx.PutRoom(ctx, store.Room{ID: to, Network: "Nord", Joined: h.now}), tx.MoveRoom(ctx, from, to))
		})
	}
	move(room, "!neu:example.org")
	if h.work(); h.vectors() != 1 {
		t.Errorf("%d vectors after the move", h.vectors())
	}
	h.set(other, "aus")
	if move("!neu:example.org", other); h.vectors() != 0 {
		t.Errorf("%d vectors in a room that has it off", h.vectors())
	}
}

func TestMeaningFollowsEdits(t *testing.T) {
	h := newMeaningHouse(t)
	h.set(room, "an")
	c := h.gather(room, "$a", "Das Abholen ist geregelt")
	h.work()
	put := func(f func(*store.Contribution)) {
		f(&c)
		h.write(func(ctx context.Context, tx *store.Tx) error { return tx.PutContribution(ctx, c) })
	}
	put(func(c *store.Contribution) { c.Audience = store.AudienceNetwork })
	if h.vectors() != 1 {
		t.Error("widening lost the vector")
	}
	put(func(c *store.Contribution) { c.Body = "Der Kuchen ist geregelt" })
	if h.vectors() != 0 {
		t.Error("the vector of the old text stays")
	}
	h.work()
	h.expect("the new text", h.search(room, "torte"), "Kuchen")
	h.expect("the old text", h.search(room, "chauffeur"), "!geregelt")
	put(func(c *store.Contribution) { c.Body = "Das Abholen ist geregelt" })
	h.work()
	h.expect("the first text again", h.search(room, "chauffeur"), "Abholen")
	stale := c
	put(func(c *store.Contribution) { c.Body = "Der Beamer ist geregelt" })
	h.write(func(ctx context.Context, tx *store.Tx) error {
		return tx.PutEmbedding(ctx, stale, "m", []float32{1, 0, 0, 0})
	})
	if h.vectors() != 0 {
		t.Error("a vector that came too late is kept")
	}
}

func TestMeaningModel(t *testing.T) {
	h := newMeaningHouse(t)
	h.set(room, "an")
	for i := range 70 {
		h.gather(room, id.EventID(fmt.Sprintf("$%d", i)), "Das Abholen ist geregelt")
	}
	h.work()
	h.use("n")
	h.expect("vectors of another model", h.search(room, "chauffeur"), "!geregelt")
	h.write(func(ctx context.Context, tx *store.Tx) error { return tx.SettleMeaning(ctx) }) // as at every start
	h.service.texts()
	for range 4 {
		h.work()
	}
	if sent := strings.Count(h.service.texts(), "Abholen"); sent != 70 || h.vectors() != 70 {
		t.Errorf("%d texts sent, %d vectors", sent, h.vectors())
	}
	h.expect("embedded again", h.search(room, "chauffeur"), "geregelt")
}

func TestMeaningFallsBack(t *testing.T) {
	for _, how := range []string{"500", "hang", "size"} {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			h := newMeaningHouse(t)
			h.set(room, "an")
			h.gather(room, "$a", "Das Abholen und der Chauffeur")
			h.gather(room, "$b", "Der Fahrdienst")
			h.work()
			h.service.behave(how)
			began := time.Now()
			var searches sync.WaitGroup
			for range 3 { // at the same time
				searches.Go(func() {
					req := h.request(lang.German, "suche chauffeur")
					if err := h.table.Prepare(t.Context(), h.store.Reader(), &req); err != nil {
						t.Error(err)
					}
				})
			}
			searches.Wait()
			for range 3 {
				h.expect("by words", h.search(room, "chauffeur"), "Chauffeur", "!Fahrdienst")
			}
			if took := time.Since(began); took > 4*time.Second {
				t.Errorf("the searches took %s", took)
			}
			if n := strings.Count(h.log.String(), "words only"); how != "size" && n != 1 {
				t.Errorf("logged %d times: %s", n, &h.log)
			}
			h.expect("the log", h.log.String(), "!chauffeur")
			c := h.gather(room, "$c", "Der dritte Fahrdienst")
			if how != "size" {
				if faults := h.work(); faults != 1 || h.vectors() != 2 {
					t.Errorf("%d faults, %d vectors", faults, h.vectors())
				}
			}
			h.service.behave("")
			h.clock = h.clock.Add(2 * time.Minute)
			h.work()
			h.expect("well again", h.search(room, "chauffeur"), "Fahrdienst", c.Body)
		})
	}
}

func TestMeaningHidesPeople(t *testing.T) {
	h := newMeaningHouse(t)
	h.set(room, "an")
	h.gather(room, "$a", "Annas Fahrdienst: 0171 2345678, anna@example.org, @anna:example.org, Frau Schmidt fragen")
	h.work()
	got := h.service.texts()
	h.expect("a contribution", got, "Fahrdienst: [phone], [mail], [id], Frau [name] fragen", "!Anna", "!anna")
	h.members = errors.New("the homeserver is away")
	h.gather(room, "$b", "Karl macht den Fahrdienst")
	if faults := h.work(); faults != 1 {
		t.Errorf("%d faults", faults)
	}
	h.expect("while members are unknown", h.search(room, "chauffeur Karl"), "Karl macht")
	h.expect("while members are unknown", h.service.texts(), "!Karl", "!chauffeur")
	h.members, h.clock = nil, h.clock.Add(2*time.Minute)
	h.search(room, "hat ben 0171 2345678 vom chauffeur")
	h.expect("words", h.service.texts(), "hat [name] [phone] vom chauffeur")
	h.write(func(ctx context.Context, tx *store.Tx) error { // we are out of it, and its members are forgotten
		_, err := tx.ExecContext(ctx, `DELETE FROM room WHERE room_id = $1`, room)
		return err
	})
	h.work()
	h.expect("a room that we are not in", h.service.texts(), "!Fahrdienst")
}

func TestMeaningWithoutService(t *testing.T) {
	h := newMeaningHouse(t)
	h.set(room, "an")
	c := h.gather(room, "$a", "Das Abholen")
	h.table.Meaning.Embedder = nil
	if faults := h.work(); faults > 0 {
		t.Errorf("%d faults", faults)
	}
	h.expect("words", h.search(room, "abholen"), c.Body)
	h.expect("on", h.set(room, "an"), "[problem set_no_meaning] Eine Sinnsuche gibt es hier nicht")
	h.table.Meaning = nil
	h.expect("on", h.set(room, "an"), "[problem set_no_meaning]")
	h.expect("the card", h.set(room, "aus"), "Ein Sprachmodell wird nicht benutzt.", "!Sinnsuche", "!einstellungen sinnsuche")
	if h.service.texts() != "" {
		t.Error("something was sent")
	}
}
