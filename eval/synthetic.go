package main

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"maunium.net/go/mautrix/id"
)

// shape is what the synthetic homeserver holds.
type shape struct {
	rooms, members int
	history        int  // events of each room's timeline, as far back as a client may ask
	speakers       int  // members of each room who wrote them
	lazy           bool // honours lazy_load_members, as the specification asks of a server
}

// The synthetic homeserver's account of the bot.
const (
	synthUser  = id.UserID("@buffet:synthetic.test")
	synthToken = "synthetic"
)

// synthetic is a homeserver that has one client and rooms of any number. It
// answers as much of the client-server API as a first sync needs.
type synthetic struct {
	*httptest.Server
	shape shape
	since time.Time // when the last event was

	mu       sync.Mutex
	filter   filter
	device   json.RawMessage            // the client's device keys
	identity map[string]json.RawMessage // its cross-signing keys, as /keys/query names them
	account  map[string]json.RawMessage // its account data
	unknown  map[string]int             // requests that nobody has provided for
	messages map[string]int             // what the client sent: tries by transaction id

	bytes     atomic.Int64 // of the first response
	taken     chan struct{}
	takenOnce sync.Once // the client came back with the first response's token
}

// part is what a filter says of a room's state (or timeline).
type part struct {
	Limit    *int     `json:"limit"`
	Lazy     bool     `json:"lazy_load_members"`
	Types    []string `json:"types"` // none at all: all
	NotTypes []string `json:"not_types"`
}

func (p part) refuses(evt object) bool {
	matches := func(pattern string) bool {
		ok, err := path.Match(pattern, evt["type"].(string)) // there is no slash in a type here
		return err == nil && ok
	}
	return slices.ContainsFunc(p.NotTypes, matches) || p.Types != nil && !slices.ContainsFunc(p.Types, matches)
}

// filter is the part of a client's filter that matters here.
type filter struct {
	Room struct {
		Timeline part `json:"timeline"`
		State    part `json:"state"`
	} `json:"room"`
}

func newSynthetic(s shape) *synthetic {
	h := &synthetic{shape: s, since: time.Now().Add(-time.Hour), taken: make(chan struct{}),
		identity: map[string]json.RawMessage{}, account: map[string]json.RawMessage{},
		unknown: map[string]int{}, messages: map[string]int{}}
	h.Server = httptest.NewServer(h.routes()) // on 127.0.0.1
	return h
}

func (h *synthetic) room(i int) id.RoomID { return id.RoomID(fmt.Sprintf("!room%d:synthetic.test", i)) }

// encrypted is every second room.
func encrypted(room int) bool { return room%2 == 1 }

func reply(w http.ResponseWriter, code int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(body) // the client may be gone
}

// object is a JSON object.
type object = map[string]any

func missing(w http.ResponseWriter) {
	reply(w, http.StatusNotFound, object{"errcode": "M_NOT_FOUND", "error": "not found"})
}

func (h *synthetic) routes() http.Handler {
	mux := http.NewServeMux()
	const v3 = "/_matrix/client/v3/"
	always := func(pattern string, body object) {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			reply(w, http.StatusOK, body)
		})
	}
	always("GET /_matrix/client/versions", object{"versions": []string{"v1.1", "v1.12"}})
	always("POST "+v3+"login", object{"user_id": synthUser, "device_id": "SYNTH", "access_token": synthToken})
	always("GET "+v3+"account/whoami", object{"user_id": synthUser, "device_id": "SYNTH"})
	always("GET "+v3+"profile/{user}/{key}", object{"displayname": "Buffet"})
	always("POST "+v3+"keys/signatures/upload", object{"failures": object{}})
	always("POST "+v3+"keys/claim", object{"one_time_keys": object{}})
	always("PUT "+v3+"sendToDevice/{type}/{txn}", object{})
	mux.HandleFunc("POST "+v3+"keys/upload", h.keysUpload)
	mux.HandleFunc("POST "+v3+"keys/query", h.keysQuery)
	mux.HandleFunc("POST "+v3+"keys/device_signing/upload", h.identityUpload)
	mux.HandleFunc("PUT "+v3+"user/{user}/account_data/{type}", func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		h.mu.Lock()
		defer h.mu.Unlock()
		h.account[r.PathValue("type")] = body
		reply(w, http.StatusOK, object{})
	})
	mux.HandleFunc("GET "+v3+"user/{user}/account_data/{type}", func(w http.ResponseWriter, r *http.Request) {
		h.mu.Lock()
		defer h.mu.Unlock()
		if body, ok := h.account[r.PathValue("type")]; ok {
			reply(w, http.StatusOK, body)
			return
		}
		missing(w)
	})
	mux.HandleFunc("POST "+v3+"user/{user}/filter", func(w http.ResponseWriter, r *http.Request) {
		h.mu.Lock()
		defer h.mu.Unlock()
		_ = json.NewDecoder(r.Body).Decode(&h.filter) // what cannot be read asks for nothing
		reply(w, http.StatusOK, object{"filter_id": "1"})
	})
	mux.HandleFunc("GET "+v3+"sync", h.sync)
	joined := func(w http.ResponseWriter, r *http.Request) {
		reply(w, http.StatusOK, object{"room_id": r.PathValue("room")})
	}
	mux.HandleFunc("POST "+v3+"join/{room}", joined)
	mux.HandleFunc("POST "+v3+"rooms/{room}/join", joined)
	mux.HandleFunc("GET "+v3+"rooms/{room}/members", h.members)
	mux.HandleFunc("GET "+v3+"rooms/{room}/state/{type}/{key...}", h.state)
	mux.HandleFunc("PUT "+v3+"rooms/{room}/send/{type}/{txn}", func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		h.mu.Lock()
		defer h.mu.Unlock()
		h.messages[r.PathValue("txn")]++
		reply(w, http.StatusOK, object{"event_id": "$sent-" + r.PathValue("txn")})
	})
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		h.mu.Lock()
		h.unknown[r.Method+" "+r.URL.Path]++
		h.mu.Unlock()
		reply(w, http.StatusNotFound, object{"errcode": "M_UNRECOGNIZED", "error": "not part of this server"})
	})
	return mux
}

func (h *synthetic) keysUpload(w http.ResponseWriter, r *http.Request) {
	var req struct {
		Device json.RawMessage `json:"device_keys"`
	}
	err := json.NewDecoder(r.Body).Decode(&req)
	h.mu.Lock()
	defer h.mu.Unlock()
	if err == nil && len(req.Device) > 2 && string(req.Device) != "null" {
		h.device = req.Device
	}
	reply(w, http.StatusOK, object{"one_time_key_counts": object{"signed_curve25519": 50}})
}

func (h *synthetic) identityUpload(w http.ResponseWriter, r *http.Request) {
	var req map[string]json.RawMessage
	err := json.NewDecoder(r.Body).Decode(&req)
	h.mu.Lock()
	defer h.mu.Unlock()
	if err == nil {
		for _, name := range []string{"master_key", "self_signing_key", "user_signing_key"} {
			h.identity[name+"s"] = req[name]
		}
	}
	reply(w, http.StatusOK, object{})
}

// keysQuery knows the client's own keys; the others have a device each that
// is of no use, for no encrypted text has to be read here.
func (h *synthetic) keysQuery(w http.ResponseWriter, r *http.Request) {
	var req struct {
		Users map[id.UserID]any `json:"device_keys"`
	}
	_ = json.NewDecoder(r.Body).Decode(&req) // as if nobody was asked for
	devices := object{}
	for user := range req.Users {
		devices[user.String()] = object{}
	}
	out := object{"device_keys": devices}
	h.mu.Lock()
	defer h.mu.Unlock()
	if _, ok := req.Users[synthUser]; ok {
		if h.device != nil {
			devices[synthUser.String()] = object{"SYNTH": h.device}
		}
		for name, key := range h.identity {
			out[name] = object{synthUser.String(): key}
		}
	}
	reply(w, http.StatusOK, out)
}

func (h *synthetic) number(r *http.Request) int {
	name, _ := url.PathUnescape(r.PathValue("room"))
	n := 0
	_, _ = fmt.Sscanf(name, "!room%d:", &n) // 0 is a room like any
	return n
}

func (h *synthetic) state(w http.ResponseWriter, r *http.Request) {
	if r.PathValue("type") == "m.room.encryption" && encrypted(h.number(r)) {
		reply(w, http.StatusOK, object{"algorithm": id.AlgorithmMegolmV1})
		return
	}
	missing(w)
}

func (h *synthetic) members(w http.ResponseWriter, r *http.Request) {
	room := h.number(r)
	list := make([]object, h.shape.members)
	for i := range list {
		list[i] = h.member(room, i)
	}
	reply(w, http.StatusOK, object{"chunk": list})
}

// user is the i-th member of a room; nobody is in two rooms, but for the bot,
// who is the first everywhere.
func user(room, i int) id.UserID {
	if i == 0 {
		return synthUser
	}
	return id.UserID(fmt.Sprintf("@mitglied-%d-%d:synthetic.test", room, i))
}

// stamp is a time of day long enough ago; larger numbers are earlier.
func (h *synthetic) stamp(ago int) int64 {
	return h.since.Add(-time.Duration(ago) * time.Minute).UnixMilli()
}

func (h *synthetic) event(room int, name string, sender id.UserID, kind string, ago int, content object) object {
	return object{"event_id": eventID(room, name), "sender": sender, "type": kind, "origin_server_ts": h.stamp(ago),
		"content": content, "unsigned": object{"age": 3_600_000 + ago*60_000}}
}

// eventID is as long as a real one (room version 4 and later).
func eventID(room int, name string) string {
	text := fmt.Sprintf("$%d-%s-", room, name)
	return text + strings.Repeat("x", max(0, 44-len(text)))
}

func (h *synthetic) stateEvent(room int, sender id.UserID, kind, key string, content object) object {
	evt := h.event(room, kind[2:]+key, sender, kind, 100_000, content)
	evt["state_key"] = key
	return evt
}

func (h *synthetic) member(room, i int) object {
	who := user(room, i)
	evt := h.stateEvent(room, who, "m.room.member", who.String(), object{"membership": "join",
		"displayname": fmt.Sprintf("Mitglied %d der Organisation %d", i, room), "avatar_url": "mxc://synthetic.test/" + strings.Repeat("a", 24)})
	evt["event_id"] = eventID(room, fmt.Sprint("member", i))
	return evt
}

// joinedRoom is a room as /sync has it. With lazy loading its state holds the
// members who wrote what is in the timeline, and the client's own (Matrix
// client-server API 1.12, "Lazy-loading room members"); without, all of them.
func (h *synthetic) joinedRoom(room int, f filter) object {
	limit := 10 // the usual default
	if l := f.Room.Timeline.Limit; l != nil {
		limit = *l
	}
	admin := user(room, 1)
	state := []object{
		h.stateEvent(room, admin, "m.room.create", "", object{"room_version": "10", "creator": admin}),
		h.stateEvent(room, admin, "m.room.join_rules", "", object{"join_rule": "invite"}),
		h.stateEvent(room, admin, "m.room.history_visibility", "", object{"history_visibility": "shared"}),
		h.stateEvent(room, admin, "m.room.name", "", object{"name": fmt.Sprintf("Raum der Organisation %d", room)}),
		h.stateEvent(room, admin, "m.room.topic", "", object{"topic": strings.Repeat("Worum es hier geht. ", 8)}),
		h.stateEvent(room, admin, "m.room.power_levels", "", object{"users": object{admin.String(): 100}, "users_default": 0,
			"events": object{"m.room.name": 50, "m.room.power_levels": 100, "m.room.tombstone": 100}, "events_default": 0,
			"state_default": 50, "ban": 50, "kick": 50, "redact": 50, "invite": 0}),
	}
	if encrypted(room) {
		state = append(state, h.stateEvent(room, admin, "m.room.encryption", "", object{"algorithm": id.AlgorithmMegolmV1}))
	}
	n := min(limit, h.shape.history)
	timeline := make([]object, n)
	for i := range timeline {
		timeline[i] = h.message(room, n-i)
	}
	lazy := h.shape.lazy && (f.Room.State.Lazy || f.Room.Timeline.Lazy)
	spoke := map[any]bool{synthUser: true}
	for _, evt := range timeline {
		spoke[evt["sender"]] = true
	}
	for i := range h.shape.members {
		if !lazy || spoke[user(room, i)] {
			state = append(state, h.member(room, i))
		}
	}
	return object{
		"state":    object{"events": slices.DeleteFunc(state, f.Room.State.refuses)},
		"timeline": object{"events": timeline, "limited": h.shape.history > n, "prev_batch": "t0"},
		"summary":  object{"m.joined_member_count": h.shape.members, "m.invited_member_count": 0},
	}
}

func (h *synthetic) message(room, ago int) object {
	from := user(room, 1+ago%h.shape.speakers)
	name := fmt.Sprint("message", ago)
	if !encrypted(room) {
		return h.event(room, name, from, "m.room.message", ago, object{"msgtype": "m.text",
			"body": strings.Repeat("Was Menschen einander schreiben. ", 5), "m.mentions": object{}})
	}
	return h.event(room, name, from, "m.room.encrypted", ago, object{"algorithm": id.AlgorithmMegolmV1,
		"ciphertext": strings.Repeat("AwgAEnACgAkLmt6q", 30), "session_id": fmt.Sprintf("%043d", room), "device_id": "GERAET",
		"sender_key": strings.Repeat("k", 43)})
}

// sync sends everything at the first time, room by room, and nothing after it.
func (h *synthetic) sync(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	if q.Get("since") != "" {
		h.takenOnce.Do(func() { close(h.taken) })
		wait, _ := time.ParseDuration(q.Get("timeout") + "ms") // at once if it is not there
		select {
		case <-r.Context().Done():
			return
		case <-time.After(wait):
		}
		reply(w, http.StatusOK, object{"next_batch": q.Get("since")})
		return
	}
	h.mu.Lock()
	f := h.filter
	h.mu.Unlock()
	if text := q.Get("filter"); strings.HasPrefix(text, "{") {
		f = filter{}
		_ = json.Unmarshal([]byte(text), &f) // as for one that was stored
	}
	w.Header().Set("Content-Type", "application/json")
	out := &counter{w: w}
	fmt.Fprint(out, `{"next_batch":"s1","device_one_time_keys_count":{"signed_curve25519":50},"rooms":{"join":{`)
	for i := range h.shape.rooms {
		text, err := json.Marshal(h.joinedRoom(i, f))
		if err != nil {
			panic(err) // a bug here
		}
		if i > 0 {
			fmt.Fprint(out, ",")
		}
		fmt.Fprintf(out, "%q:", h.room(i))
		_, _ = out.Write(text) // the client may be gone
	}
	fmt.Fprint(out, `}}}`)
	h.bytes.Store(out.n)
}

type counter struct {
	w io.Writer
	n int64
}

func (c *counter) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.n += int64(n)
	return n, err
}

// sent counts the client's messages, and how often it sent them.
func (h *synthetic) sent() (messages, tries int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, n := range h.messages {
		tries += n
	}
	return len(h.messages), tries
}

func (h *synthetic) strangers() map[string]int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return maps.Clone(h.unknown)
}
