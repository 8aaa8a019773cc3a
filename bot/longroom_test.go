package bot

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"maunium.net/go/mautrix/id"
)

// longRoom is a homeserver with one plain room of very many events, that
// answers nothing else. recurse: it looks into relations of relations.
type longRoom struct {
	list    []map[string]any // oldest first
	recurse bool
	asked   atomic.Int32
}

func (r *longRoom) add(kind string, sender int, content map[string]any) string {
	e := fmt.Sprintf("$e%d", len(r.list))
	r.list = append(r.list, map[string]any{"event_id": e, "type": kind, "sender": fmt.Sprintf("@p%d:x", sender), "content": content,
		"origin_server_ts": time.Now().UnixMilli() - 20_000_000 + int64(len(r.list))*1000})
	return e
}

func (r *longRoom) say(sender int, body string, rel map[string]any) string {
	return r.add("m.room.message", sender, map[string]any{"msgtype": "m.text", "body": body, "m.relates_to": rel})
}

func (r *longRoom) edit(sender int, of, body string) string {
	return r.add("m.room.message", sender, map[string]any{"msgtype": "m.text", "body": "* " + body, "m.new_content": map[string]any{"msgtype": "m.text", "body": body},
		"m.relates_to": map[string]any{"rel_type": "m.replace", "event_id": of}})
}

func relationOf(evt map[string]any) string {
	rel, _ := evt["content"].(map[string]any)["m.relates_to"].(map[string]any)
	e, _ := rel["event_id"].(string)
	return e
}

func kindOf(evt map[string]any) string {
	rel, _ := evt["content"].(map[string]any)["m.relates_to"].(map[string]any)
	kind, _ := rel["rel_type"].(string)
	return kind
}

func (r *longRoom) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	r.asked.Add(1)
	w.Header().Set("Content-Type", "application/json")
	put := func(v any) { _ = json.NewEncoder(w).Encode(v) }
	path := strings.Split(strings.TrimPrefix(req.URL.Path, "/_matrix/client/"), "/")
	if len(path) < 4 {
		http.NotFound(w, req)
		return
	}
	q := req.URL.Query()
	from, limited := len(r.list), 0
	limited, _ = strconv.Atoi(q.Get("limit"))
	switch path[3] {
	case "messages":
		if f := q.Get("from"); f != "" {
			from, _ = strconv.Atoi(f)
		}
		to := max(0, from-limited)
		chunk := slices.Clone(r.list[to:from])
		slices.Reverse(chunk)
		resp := map[string]any{"start": strconv.Itoa(from), "chunk": chunk}
		if to > 0 {
			resp["end"] = strconv.Itoa(to)
		}
		put(resp)
	case "relations":
		of, in := map[string]bool{path[4]: true}, []map[string]any{}
		for _, evt := range r.list {
			if of[relationOf(evt)] && (len(path) < 6 || kindOf(evt) == path[5]) {
				in = append(in, evt)
				if r.recurse && q.Get("recurse") == "true" {
					of[evt["event_id"].(string)] = true
				}
			}
		}
		from, _ := strconv.Atoi(q.Get("from"))
		to := min(from+limited, len(in))
		resp := map[string]any{"chunk": in[from:to]}
		if to < len(in) {
			resp["next_batch"] = strconv.Itoa(to)
		}
		if r.recurse {
			resp["recursion_depth"] = 3
		}
		put(resp)
	case "event":
		n, err := strconv.Atoi(strings.TrimPrefix(path[4], "$e"))
		if err != nil || n >= len(r.list) {
			w.WriteHeader(http.StatusNotFound)
			put(map[string]any{"errcode": "M_NOT_FOUND", "error": "no"})
			return
		}
		put(r.list[n])
	case "context":
		n, _ := strconv.Atoi(strings.TrimPrefix(path[4], "$e"))
		put(map[string]any{"event": r.list[n], "events_after": r.list[n+1 : min(n+1+limited/2, len(r.list))]})
	case "members":
		put(map[string]any{"chunk": []any{map[string]any{"event_id": "$p1", "type": "m.room.member", "sender": "@p1:x", "state_key": "@p1:x",
			"content": map[string]any{"membership": "join"}}}})
	default:
		w.WriteHeader(http.StatusNotFound)
		put(map[string]any{"errcode": "M_NOT_FOUND", "error": "no"})
	}
}

// reading makes a bot read from there instead of its own homeserver.
func (l *live) reading(r *longRoom) (room id.RoomID) {
	srv := httptest.NewServer(r)
	l.t.Cleanup(srv.Close)
	at, _ := url.Parse(srv.URL)
	before := l.Account.Client.HomeserverURL
	l.Account.Client.HomeserverURL = at
	l.t.Cleanup(func() { l.Account.Client.HomeserverURL = before })
	return id.RoomID(fmt.Sprintf("!long%p:x", r))
}
