package bot

import (
	"errors"
	"net/http"
	"testing"

	"maunium.net/go/mautrix"

	"buffet/store"
)

// What no later try can mend, and the file beside an answer, does not hold up
// what comes after it.
func TestHopeless(t *testing.T) {
	text := store.Message{Plain: "x", ReplyTo: "$1"}
	file := store.Message{File: &store.File{Name: "x.ics"}, ReplyTo: "$1"}
	mine := store.Message{File: &store.File{Name: "x.json"}} // asked for as a file
	for _, tt := range []struct {
		m        store.Message
		code     int
		attempts int
		want     bool
	}{
		{text, 403, 1, false}, {text, 403, 31, true}, {text, 413, 0, true}, {text, 500, 50, false}, {text, 429, 50, false},
		{file, 403, 0, true}, {file, 404, 0, true}, {file, 413, 0, true}, {file, 429, 50, false}, {file, 401, 50, false},
		{file, 502, besideTries, false}, {file, 502, besideTries + 1, true},
		{mine, 403, 1, false}, {mine, 502, 50, false},
	} {
		err := mautrix.HTTPError{Response: &http.Response{StatusCode: tt.code}}
		if got := hopeless(err, store.Outgoing{Message: tt.m, Attempts: tt.attempts}); got != tt.want {
			t.Errorf("%+v, %d at try %d: %v", tt.m, tt.code, tt.attempts, got)
		}
	}
	if hopeless(errors.New("no network"), store.Outgoing{Message: file, Attempts: 50}) {
		t.Error("a file is given up while there is no network")
	}
}
