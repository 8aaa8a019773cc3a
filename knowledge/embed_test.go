package knowledge_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"buffet/knowledge"
)

type embedRequest struct {
	Input      []string `json:"input"`
	Model      string   `json:"model"`
	Dimensions int      `json:"dimensions"`
}

// vectorsFor answers with [length of the text, 1], last text first.
func vectorsFor(t *testing.T, w http.ResponseWriter, r *http.Request) embedRequest {
	var in embedRequest
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil || r.URL.Path != "/v1/embeddings" || r.Header.Get("Authorization") != "Bearer key" {
		t.Errorf("request: %v, %s, %v", err, r.URL, r.Header)
	}
	var data []string
	for i := len(in.Input) - 1; i >= 0; i-- {
		data = append(data, fmt.Sprintf(`{"index":%d,"embedding":[%d,1]}`, i, len(in.Input[i])))
	}
	fmt.Fprintf(w, `{"data":[%s]}`, strings.Join(data, ","))
	return in
}

func embedder(t *testing.T, c knowledge.EmbedConfig, h http.HandlerFunc) *knowledge.Embedder {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	c.URL, c.Key, c.Model = s.URL+"/v1/", "key", "m"
	return knowledge.New(c)
}

func TestEmbed(t *testing.T) {
	var requests, texts atomic.Int32
	e := embedder(t, knowledge.EmbedConfig{Dimensions: 2}, func(w http.ResponseWriter, r *http.Request) {
		in := vectorsFor(t, w, r)
		requests.Add(1)
		texts.Add(int32(len(in.Input)))
		for _, s := range in.Input {
			if strings.Contains(s, "anke") || len(s) > 8000 || s == "" || in.Model != "m" || in.Dimensions != 2 {
				t.Errorf("sent %q to %q, %d", s, in.Model, in.Dimensions)
			}
		}
	})
	list := []string{"abc", "", "von @anke:example.org", strings.Repeat("ä", 5000)}
	for len(list) < 130 {
		list = append(list, strings.Repeat("x", len(list)))
	}
	got, err := e.Embed(t.Context(), list)
	if err != nil || len(got) != 130 || requests.Load() != 3 || texts.Load() != 130 || e.Host() != "127.0.0.1" {
		t.Fatalf("%d vectors, %v; %d requests, %d texts, host %s", len(got), err, requests.Load(), texts.Load(), e.Host())
	}
	for i, v := range got {
		if length := math.Hypot(float64(v[0]), float64(v[1])); math.Abs(length-1) > 1e-6 {
			t.Errorf("vector %d has length %f", i, length)
		}
	}
	if ratio := got[100][0] / got[100][1]; math.Abs(float64(ratio)-100) > 0.01 {
		t.Errorf("vector 100 belongs to a text of %f", ratio)
	}
	if got, err := e.Embed(t.Context(), nil); err != nil || len(got) != 0 {
		t.Errorf("of nothing: %v, %v", got, err)
	}
}

func TestEmbedTriesAgain(t *testing.T) {
	for status, want := range map[int]int32{429: 3, 500: 3, 503: 3, 400: 1, 401: 1} {
		var n atomic.Int32
		e := embedder(t, knowledge.EmbedConfig{}, func(w http.ResponseWriter, r *http.Request) {
			n.Add(1)
			w.Header().Set("Retry-After", "0")
			w.WriteHeader(status)
			fmt.Fprint(w, `{"error":{"message":"you said: geheim"}}`)
		})
		_, err := e.Embed(t.Context(), []string{"geheim"})
		if err == nil || n.Load() != want || !strings.Contains(err.Error(), fmt.Sprint(status)) || strings.Contains(err.Error(), "geheim") {
			t.Errorf("status %d: %d tries, %v", status, n.Load(), err)
		}
	}
	var n atomic.Int32
	e := embedder(t, knowledge.EmbedConfig{}, func(w http.ResponseWriter, r *http.Request) {
		if n.Add(1) < 3 {
			w.Header().Set("Retry-After", time.Now().UTC().Format(http.TimeFormat))
			w.WriteHeader(429)
			return
		}
		vectorsFor(t, w, r)
	})
	if got, err := e.Embed(t.Context(), []string{"a"}); err != nil || len(got) != 1 || n.Load() != 3 {
		t.Errorf("%v, %v after %d tries", got, err, n.Load())
	}
	e = embedder(t, knowledge.EmbedConfig{}, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Retry-After", "20")
		w.WriteHeader(429)
	})
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if _, err := e.Embed(ctx, []string{"a"}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("told to wait longer than there is time: %v", err)
	}
}

func TestEmbedRefuses(t *testing.T) {
	for name, body := range map[string]string{
		"no JSON": "<html>", "nothing": "", "too few": `{"data":[{"index":0,"embedding":[1,2]}]}`,
		"one twice":   `{"data":[{"index":0,"embedding":[1,2]},{"index":0,"embedding":[1,2]}]}`,
		"out of it":   `{"data":[{"index":0,"embedding":[1,2]},{"index":2,"embedding":[1,2]}]}`,
		"other sizes": `{"data":[{"index":0,"embedding":[1,2]},{"index":1,"embedding":[1]}]}`,
		"empty":       `{"data":[{"index":0,"embedding":[]},{"index":1,"embedding":[]}]}`,
		"zero":        `{"data":[{"index":0,"embedding":[0,0]},{"index":1,"embedding":[1,0]}]}`,
		"wrong type":  `{"data":[{"index":0,"embedding":["a"]}]}`,
	} {
		e := embedder(t, knowledge.EmbedConfig{}, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, body) })
		if _, err := e.Embed(t.Context(), []string{"a", "b"}); !errors.Is(err, knowledge.ErrEmbedding) {
			t.Errorf("%s: %v", name, err)
		}
	}
	e := embedder(t, knowledge.EmbedConfig{Dimensions: 3}, func(w http.ResponseWriter, r *http.Request) { vectorsFor(t, w, r) })
	if _, err := e.Embed(t.Context(), []string{"a"}); !errors.Is(err, knowledge.ErrEmbedding) {
		t.Errorf("other dimensions than asked for: %v", err)
	}
	e = embedder(t, knowledge.EmbedConfig{}, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://elsewhere.example/", http.StatusTemporaryRedirect)
	})
	if _, err := e.Embed(t.Context(), []string{"a"}); err == nil || !strings.Contains(err.Error(), "redirects") {
		t.Errorf("sent elsewhere: %v", err)
	}
	end := make(chan struct{})
	e = embedder(t, knowledge.EmbedConfig{Timeout: 50 * time.Millisecond}, func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `{"data":[`)
		w.(http.Flusher).Flush()
		<-end
	})
	t.Cleanup(func() { close(end) })
	if _, err := e.Embed(t.Context(), []string{"a"}); err == nil {
		t.Error("a service that hangs gave an answer")
	}
}

func TestPseudonymise(t *testing.T) {
	for text, want := range map[string]string{
		"Frag @anke:example.org oder @b.c=d:[::1]:8448.":           "Frag [id] oder [id].",
		"in #raum:example.org, !abc:example.org":                   "in [id], [id]",
		"https://matrix.to/#/@anke:example.org?via=x und danach":   "[link] und danach",
		"matrix:u/anke:example.org":                                "[link]",
		"Mail an Anke.Muster+verein@mail.example.org!":             "Mail an [mail]!",
		"Tel: 0341 / 123 45-67, mobil +49 (171) 2345678":           "Tel: [phone], mobil [phone]",
		"0049 341 1234567":                                         "[phone]",
		"call (0113) 496 0000":                                     "call [phone]",
		"am 01.03.2025 um 18:30, 1200 € für 30 Leute, Antrag 2026": "am 01.03.2025 um 18:30, 1200 € für 30 Leute, Antrag 2026",
		"@anke: siehe https://example.org/a?b=c#d":                 "@anke: siehe https://example.org/a?b=c#d",
	} {
		if got := knowledge.Pseudonymise(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}
