package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"maunium.net/go/mautrix/event"

	"buffet/internal/matrixtest"
)

// A running bot finds by meaning what was said in an encrypted room, and a
// redaction reaches the vector.
func TestSearchByMeaning(t *testing.T) {
	var mu sync.Mutex
	var seen strings.Builder
	service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var in struct{ Input []string }
		_ = json.NewDecoder(r.Body).Decode(&in)
		mu.Lock()
		defer mu.Unlock()
		var data []string
		for i, text := range in.Input {
			seen.WriteString(text + "\n")
			x := 0
			if strings.Contains(text, "Mitfahrbank") || strings.Contains(text, "Chauffeur") {
				x = 1
			}
			data = append(data, fmt.Sprintf(`{"index":%d,"embedding":[%d,%d]}`, i, x, 1-x))
		}
		fmt.Fprintf(w, `{"data":[%s]}`, strings.Join(data, ","))
	}))
	defer service.Close()
	h := newHouse(t)
	h.extra = fmt.Sprintf("embeddings:\n  url: %s\n  model: m\n", service.URL)
	_, encrypted, p := h.settle()
	said := matrixtest.Must(h.anke.Send(h.ctx, encrypted, "!erfahrung Unsere Mitfahrbank läuft"))(t)
	matrixtest.Must(h.anke.WaitFrom(h.ctx, 0, func(evt *event.Event) bool {
		return evt.Type == event.EventReaction && evt.Content.AsReaction().RelatesTo.EventID == said
	}))(t)
	h.says(h.anke, encrypted, "!einstellungen", "einstellungen sinnsuche an", "127.0.0.1")
	h.says(h.anke, encrypted, "!suche Chauffeur", "nichts")
	mu.Lock()
	if seen.Len() > 0 {
		t.Errorf("sent before it was turned on:\n%s", &seen)
	}
	mu.Unlock()
	h.says(h.anke, encrypted, "!einstellungen sinnsuche an", "Sinnsuche: an", "127.0.0.1")
	search := func(found bool) {
		t.Helper()
		for range 50 {
			body := h.ask(h.anke, encrypted, "!suche Chauffeur").Content.AsMessage().Body
			if strings.Contains(body, "Mitfahrbank") == found {
				return
			}
		}
		t.Errorf("found: %v, want %v", !found, found)
	}
	search(true)
	matrixtest.Must(h.anke.Redact(h.ctx, encrypted, said, ""))(t)
	search(false)
	p.stop()
	var n int
	if err := h.database().Reader().QueryRowContext(h.ctx, `SELECT count(*) FROM embedding`).Scan(&n); err != nil || n != 0 {
		t.Errorf("%d vectors, %v", n, err)
	}
}
