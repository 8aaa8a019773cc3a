package knowledge

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/url"
	"strings"
	"time"

	"github.com/sashabaranov/go-openai"
)

const (
	embedBatch = 64       // texts of a request
	embedBytes = 8000     // of a text; what is beyond is cut off
	embedMost  = 32 << 20 // bytes of a response
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
	e := Endpoint{URL: c.URL, Key: c.Key, Timeout: c.Timeout, Most: embedMost}
	return &Embedder{client: e.Client(), config: c, host: e.Host()}
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
