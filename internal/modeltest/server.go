// Package modeltest is a language model for tests: a server with the API of
// OpenAI ("Create chat completion" in its API reference) that writes summaries
// by rules, keeps what it was asked, and misbehaves as it is told.
package modeltest

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

// Request is what the server was asked.
type Request struct {
	Raw      string // the body
	Key      string
	Model    string `json:"model"`
	Messages []struct {
		Role    string `json:"role"`
		Content string `json:"content"`
	} `json:"messages"`
	Most        int      `json:"max_completion_tokens"`
	Temperature *float64 `json:"temperature"`
	Seed        *int     `json:"seed"`
	Format      *struct {
		Type   string `json:"type"`
		Schema struct {
			Strict bool            `json:"strict"`
			Schema json.RawMessage `json:"schema"`
		} `json:"json_schema"`
	} `json:"response_format"`
}

// System and User are what was said in these roles.
func (r *Request) System() string { return r.said("system") }
func (r *Request) User() string   { return r.said("user") }

func (r *Request) said(role string) string {
	var list []string
	for _, m := range r.Messages {
		if m.Role == role {
			list = append(list, m.Content)
		}
	}
	return strings.Join(list, "\n")
}

// Reply answers one request.
type Reply func(w http.ResponseWriter, r *http.Request, asked *Request)

// Server is a model at URL + "/v1".
type Server struct {
	*httptest.Server
	mu       sync.Mutex
	requests []*Request
	script   []Reply
}

// New starts a server that answers its first requests by script, one after the
// other, and all others by the last of it; without any it is Good. It ends
// with the test.
func New(t testing.TB, script ...Reply) *Server {
	s := &Server{script: script}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/chat/completions", s.answer)
	s.Server = httptest.NewServer(mux)
	t.Cleanup(func() {
		s.CloseClientConnections()
		s.Close()
	})
	return s
}

// Endpoint is the address that a config names.
func (s *Server) Endpoint() string { return s.URL + "/v1" }

// Script sets what comes next, as New does.
func (s *Server) Script(script ...Reply) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.script = script
}

// Requests are all that came so far.
func (s *Server) Requests() []*Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]*Request(nil), s.requests...)
}

func (s *Server) answer(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, 64<<20))
	asked := &Request{Raw: string(body), Key: strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")}
	if err == nil {
		err = json.Unmarshal(body, asked)
	}
	if err != nil {
		http.Error(w, "no JSON", http.StatusBadRequest)
		return
	}
	s.mu.Lock()
	s.requests = append(s.requests, asked)
	reply := Good
	if len(s.script) > 0 {
		reply = s.script[0]
	}
	if len(s.script) > 1 {
		s.script = s.script[1:]
	}
	s.mu.Unlock()
	reply(w, r, asked)
}

// Say answers with that content, as a model that is done.
func Say(content string) Reply {
	return func(w http.ResponseWriter, _ *http.Request, asked *Request) {
		complete(w, asked, map[string]any{"role": "assistant", "content": content}, "stop")
	}
}

func complete(w http.ResponseWriter, asked *Request, message map[string]any, reason string) {
	content, _ := message["content"].(string)
	in, out := len(asked.Raw)/4, len(content)/4
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{ // whoever asked may be gone
		"id": "chatcmpl-1", "object": "chat.completion", "model": asked.Model,
		"choices": []any{map[string]any{"index": 0, "message": message, "finish_reason": reason}},
		"usage":   map[string]int{"prompt_tokens": in, "completion_tokens": out, "total_tokens": in + out},
	})
}

// Status answers with an error as OpenAI has it; after is the Retry-After
// header in seconds, "" for none.
func Status(status int, code, after string) Reply {
	return func(w http.ResponseWriter, _ *http.Request, asked *Request) {
		if after != "" {
			w.Header().Set("Retry-After", after)
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		// as bad as it gets: the error repeats what was asked
		_ = json.NewEncoder(w).Encode(map[string]any{"error": map[string]any{"message": asked.User(), "type": "error", "code": code}})
	}
}

// Rejects answers 400 for what a parameter says.
func Rejects(param string) Reply {
	return func(w http.ResponseWriter, _ *http.Request, _ *Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprintf(w, `{"error":{"message":"unsupported","type":"invalid_request_error","param":%q,"code":"unsupported_value"}}`, param)
	}
}
