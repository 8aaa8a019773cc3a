package knowledge

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/sashabaranov/go-openai"
)

const (
	embedBatch   = 64       // texts of a request
	embedBytes   = 8000     // of a text; what is beyond is cut off
	embedMost    = 32 << 20 // bytes of a response
	embedTries   = 3        // of a request
	embedMaxWait = 20 * time.Second
)

// EmbedConfig says where texts become vectors.
type EmbedConfig struct {
	URL        string // such as https://api.example.org/v1
	Key        string // "" for a service that wants none
	Model      string
	Dimensions int           // wanted of a vector; 0: as the model has it
	Timeout    time.Duration // of one try of a request; 0: 5 s
}

// Embedder turns texts into vectors, at a service with the API of OpenAI.
type Embedder struct {
	client *openai.Client
	config EmbedConfig
	host   string
}

// ErrEmbedding is wrapped by errors of answers that are not what was asked for.
var ErrEmbedding = errors.New("the embeddings service gave something else than vectors")

// New makes an Embedder; it connects to nothing.
func New(c EmbedConfig) *Embedder {
	if c.Timeout <= 0 {
		c.Timeout = 5 * time.Second
	}
	conf := openai.DefaultConfig(c.Key)
	conf.BaseURL = strings.TrimRight(c.URL, "/")
	conf.HTTPClient = &http.Client{
		Transport: &patient{timeout: c.Timeout},
		// texts go to the host that the settings name and to no other
		CheckRedirect: func(*http.Request, []*http.Request) error { return errors.New("redirects are not followed") },
	}
	host := ""
	if u, err := url.Parse(c.URL); err == nil {
		host = u.Hostname()
	}
	return &Embedder{client: openai.NewClientWithConfig(conf), config: c, host: host}
}

// Host is the name of the machine that texts are sent to, for people to read.
func (e *Embedder) Host() string { return e.host }

// Embed gives a vector of length 1 for each text, in their order, all with the
// same number of dimensions. Texts are pseudonymised, and cut after 8000
// bytes, before they are sent. A request that is told to come again (429), or
// meets a fault over there (5xx), is tried twice more. Errors name no text.
func (e *Embedder) Embed(ctx context.Context, texts []string) ([][]float32, error) {
	vectors := make([][]float32, 0, len(texts))
	for len(texts) > 0 {
		n := min(embedBatch, len(texts))
		batch, err := e.batch(ctx, texts[:n])
		if err != nil {
			return nil, err
		}
		if len(vectors) > 0 && len(vectors[0]) != len(batch[0]) {
			return nil, fmt.Errorf("%w: of different sizes", ErrEmbedding)
		}
		vectors, texts = append(vectors, batch...), texts[n:]
	}
	return vectors, nil
}

func (e *Embedder) batch(ctx context.Context, texts []string) ([][]float32, error) {
	input := make([]string, len(texts))
	for i, t := range texts {
		// some services refuse an empty text, and with it all others
		if input[i] = cut(Pseudonymise(t), embedBytes); strings.TrimSpace(input[i]) == "" {
			input[i] = "-"
		}
	}
	got, err := e.client.CreateEmbeddings(ctx, openai.EmbeddingRequestStrings{Input: input,
		Model: openai.EmbeddingModel(e.config.Model), Dimensions: e.config.Dimensions, EncodingFormat: openai.EmbeddingEncodingFormatFloat})
	if err != nil {
		return nil, embedError(ctx, err)
	}
	if len(got.Data) != len(texts) {
		return nil, fmt.Errorf("%w: %d for %d texts", ErrEmbedding, len(got.Data), len(texts))
	}
	vectors := make([][]float32, len(texts))
	size := e.config.Dimensions
	for _, d := range got.Data {
		if size == 0 {
			size = len(d.Embedding)
		}
		switch {
		case d.Index < 0 || d.Index >= len(vectors) || vectors[d.Index] != nil:
			return nil, fmt.Errorf("%w: out of order", ErrEmbedding)
		case len(d.Embedding) != size || size == 0:
			return nil, fmt.Errorf("%w: %d dimensions, not %d", ErrEmbedding, len(d.Embedding), size)
		case !normalise(d.Embedding):
			return nil, fmt.Errorf("%w: one without a direction", ErrEmbedding)
		}
		vectors[d.Index] = d.Embedding
	}
	return vectors, nil
}

// embedError keeps the status and drops what the service says, which may
// repeat the text.
func embedError(ctx context.Context, err error) error {
	var api *openai.APIError
	var request *openai.RequestError
	var transport *url.Error
	status := 0
	switch {
	case ctx.Err() != nil:
		return fmt.Errorf("ask for embeddings: %w", ctx.Err())
	case errors.As(err, &api):
		status = api.HTTPStatusCode
	case errors.As(err, &request):
		status = request.HTTPStatusCode
	case errors.As(err, &transport):
		return fmt.Errorf("ask for embeddings: %w", transport.Err)
	default:
		return fmt.Errorf("%w: it cannot be read", ErrEmbedding)
	}
	return fmt.Errorf("ask for embeddings: status %d", status)
}

// normalise brings a vector to length 1; not ok if it has no direction.
func normalise(v []float32) bool {
	sum := 0.0
	for _, x := range v {
		sum += float64(x) * float64(x)
	}
	if sum == 0 || math.IsInf(sum, 0) || math.IsNaN(sum) {
		return false
	}
	length := math.Sqrt(sum)
	for i, x := range v {
		v[i] = float32(float64(x) / length)
	}
	return true
}

// cut is the beginning of a text, at most n bytes, and no half letter.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n], "")
}

// patient is a transport that bounds time and size of an answer, and asks
// again where asking again may help.
type patient struct {
	timeout time.Duration
}

// RoundTrip sends a request until it is answered, embedTries times at most.
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
		if resp.StatusCode != http.StatusTooManyRequests && resp.StatusCode < 500 || try == embedTries || r.GetBody == nil {
			resp.Body = &bounded{io.LimitReader(resp.Body, embedMost), resp.Body, cancel}
			return resp, nil
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
		wait = time.Duration(min(seconds, embedMaxWait.Seconds()) * float64(time.Second))
	} else if at, err := http.ParseTime(after); err == nil {
		wait = max(0, time.Until(at))
	}
	return min(wait, embedMaxWait)
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
