package modeltest

import (
	"fmt"
	"net/http"
	"strings"
)

// HTML is the error page of something in between.
func HTML(status int) Reply {
	return func(w http.ResponseWriter, _ *http.Request, _ *Request) {
		w.Header().Set("Content-Type", "text/html")
		w.Header().Set("Retry-After", "0")
		w.WriteHeader(status)
		fmt.Fprint(w, "<html><h1>Bad gateway</h1></html>")
	}
}

// Hang says nothing until whoever asked gives up.
func Hang(_ http.ResponseWriter, r *http.Request, _ *Request) { <-r.Context().Done() }

// HangHalf says the beginning, then nothing.
func HangHalf(w http.ResponseWriter, r *http.Request, _ *Request) {
	fmt.Fprint(w, `{"choices":[{"message":{"content":"{\"lines\":[`)
	w.(http.Flusher).Flush()
	<-r.Context().Done()
}

// CutBody ends the connection in the middle of the answer.
func CutBody(w http.ResponseWriter, _ *http.Request, _ *Request) {
	w.Header().Set("Content-Length", "1000")
	fmt.Fprint(w, `{"choices":[{"message":{"content":"{\"lines\":[`)
	w.(http.Flusher).Flush()
	panic(http.ErrAbortHandler)
}

// CutStream answers as a stream, which nobody asked for, and without its end.
func CutStream(w http.ResponseWriter, _ *http.Request, _ *Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	fmt.Fprint(w, "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"{\\\"lines\"}}]}\n\n")
}

// Drop ends the connection without a word.
func Drop(http.ResponseWriter, *http.Request, *Request) { panic(http.ErrAbortHandler) }

// Redirect sends whoever asks to another machine.
func Redirect(to string) Reply {
	return func(w http.ResponseWriter, r *http.Request, _ *Request) {
		http.Redirect(w, r, to, http.StatusTemporaryRedirect)
	}
}

// Huge answers with so many bytes of a text that does not end.
func Huge(size int) Reply {
	return func(w http.ResponseWriter, _ *http.Request, _ *Request) {
		fmt.Fprint(w, `{"choices":[{"message":{"content":"`)
		block := strings.Repeat("x", 64<<10)
		for n := 0; n < size; n += len(block) {
			if _, err := fmt.Fprint(w, block); err != nil {
				return
			}
		}
	}
}

// Raw answers with that body.
func Raw(body string) Reply {
	return func(w http.ResponseWriter, _ *http.Request, _ *Request) { fmt.Fprint(w, body) }
}

// Refuse has the model say no (refusal, in OpenAI's structured outputs).
func Refuse(w http.ResponseWriter, _ *http.Request, asked *Request) {
	complete(w, asked, map[string]any{"role": "assistant", "content": nil, "refusal": "I can't help with that."}, "stop")
}

// Ends has the model end for a reason such as length or content_filter, in the
// middle of its answer.
func Ends(reason string) Reply {
	return func(w http.ResponseWriter, _ *http.Request, asked *Request) {
		complete(w, asked, map[string]any{"role": "assistant", "content": `{"lines":[{"text":"P1`}, reason)
	}
}

// TooLong refuses what has more than so many bytes, as a model whose context
// ends there, and is Good otherwise.
func TooLong(bytes int) Reply {
	return func(w http.ResponseWriter, r *http.Request, asked *Request) {
		if len(asked.User()) > bytes {
			Status(http.StatusBadRequest, "context_length_exceeded", "")(w, r, asked)
			return
		}
		Good(w, r, asked)
	}
}
