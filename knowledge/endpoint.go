package knowledge

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/sashabaranov/go-openai"
)

const (
	endpointTries   = 3 // of a request
	endpointMaxWait = 20 * time.Second
	errorMost       = 64 << 10 // bytes of an answer that says what is wrong
)

// Endpoint is a service with the API of OpenAI, such as embeddings or chat
// completions.
type Endpoint struct {
	URL     string        // such as https://api.example.org/v1
	Key     string        // "" for a service that wants none
	Timeout time.Duration // of one try of a request
	Most    int64         // bytes of an answer; what is beyond is cut off
}

// Client connects to nothing yet. A request that is told to come again (429,
// but not when the account is empty: OpenAI's error code insufficient_quota)
// or meets a fault over there (5xx) is tried twice more; redirects are refused.
func (e Endpoint) Client() *openai.Client {
	conf := openai.DefaultConfig(e.Key)
	conf.BaseURL = strings.TrimRight(e.URL, "/")
	conf.HTTPClient = &http.Client{
		Transport: &patient{timeout: e.Timeout, most: e.Most},
		// texts go to the host that the settings name and to no other
		CheckRedirect: func(*http.Request, []*http.Request) error { return errors.New("redirects are not followed") },
	}
	return openai.NewClientWithConfig(conf)
}

// Host is the name of the machine that texts are sent to, for people to read.
func (e Endpoint) Host() string {
	u, err := url.Parse(e.URL)
	if err != nil {
		return ""
	}
	return u.Hostname()
}

// patient is a transport that bounds time and size of an answer, and asks
// again where asking again may help.
type patient struct {
	timeout time.Duration
	most    int64
}

// RoundTrip sends a request until it is answered, endpointTries times at most.
func (p *patient) RoundTrip(r *http.Request) (*http.Response, error) {
	for try := 1; ; try++ {
		ctx, cancel := context.WithTimeout(r.Context(), p.timeout)
		again := r.Clone(ctx)
		if r.GetBody != nil {
			body, err := r.GetBody()
			if err != nil {
				cancel()
				return nil, err
			}
			again.Body = body
		}
		resp, err := http.DefaultTransport.RoundTrip(again)
		if err != nil {
			cancel()
			return nil, err
		}
		if resp.StatusCode != http.StatusTooManyRequests && resp.StatusCode < 500 || try == endpointTries || r.GetBody == nil {
			resp.Body = &bounded{io.LimitReader(resp.Body, p.most), resp.Body, cancel}
			return resp, nil
		}
		if resp.StatusCode == http.StatusTooManyRequests {
			start, err := io.ReadAll(io.LimitReader(resp.Body, errorMost))
			if err != nil || bytes.Contains(start, []byte("insufficient_quota")) {
				resp.Body = &bounded{bytes.NewReader(start), resp.Body, cancel}
				return resp, nil
			}
		}
		wait := pause(resp.Header.Get("Retry-After"), try)
		err = resp.Body.Close()
		cancel()
		if err != nil {
			return nil, err
		}
		select {
		case <-time.After(wait):
		case <-r.Context().Done():
			return nil, r.Context().Err()
		}
	}
}

// pause is how long to wait before the next try: what the service asks for,
// in seconds or as a date, or else a second, then two.
func pause(after string, try int) time.Duration {
	wait := time.Duration(try) * time.Second
	if seconds, err := strconv.ParseFloat(after, 64); err == nil && seconds >= 0 {
		wait = time.Duration(min(seconds, endpointMaxWait.Seconds()) * float64(time.Second))
	} else if at, err := http.ParseTime(after); err == nil {
		wait = max(0, time.Until(at))
	}
	return min(wait, endpointMaxWait)
}

// bounded ends the request's time when its answer was read.
type bounded struct {
	io.Reader
	body   io.Closer
	cancel context.CancelFunc
}

// Close closes the answer.
func (b *bounded) Close() error {
	defer b.cancel()
	return b.body.Close()
}
