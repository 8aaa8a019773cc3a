package matrixtest

import (
	"bytes"
	"io"
	"net/http"
	"time"
)

// busyTransport asks again where Dendrite says that its own database was busy,
// as people do: with its pure Go SQLite two requests at one instant are
// sometimes one too many for it.
type busyTransport struct{ next http.RoundTripper }

const busyTries = 6

// RoundTrip sends the request, up to six times.
func (t busyTransport) RoundTrip(req *http.Request) (*http.Response, error) {
	var body []byte
	if req.Body != nil {
		var err error
		if body, err = io.ReadAll(req.Body); err != nil {
			return nil, err
		}
		_ = req.Body.Close()
	}
	for try := 1; ; try++ {
		if body != nil {
			req = req.Clone(req.Context())
			req.Body = io.NopCloser(bytes.NewReader(body))
		}
		resp, err := t.next.RoundTrip(req)
		if err != nil || resp.StatusCode != http.StatusInternalServerError || try == busyTries {
			return resp, err
		}
		_ = resp.Body.Close()
		select {
		case <-req.Context().Done():
			return nil, req.Context().Err()
		case <-time.After(time.Duration(try) * 50 * time.Millisecond):
		}
	}
}
