package digest

import (
	"time"

	"github.com/rs/zerolog"
	"github.com/sashabaranov/go-openai"

	"buffet/knowledge"
)

const (
	modelTimeout = time.Minute
	modelContext = 8192
	modelMost    = 4 << 20 // bytes of an answer
)

// ModelConfig says which model writes, at a service with the API of OpenAI.
type ModelConfig struct {
	URL     string // such as https://api.example.org/v1
	Key     string // "" for a service that wants none
	Model   string
	Timeout time.Duration // of one try of a request; 0: a minute
	Context int           // tokens that a request and its answer may have together; 0: 8192
}

// Model has a language model write the lines. What it gets is pseudonymised,
// and of what it writes only lines with a source remain.
type Model struct {
	Budget   Budget
	Fallback Summariser // for when the model cannot
	Log      zerolog.Logger

	client *openai.Client
	config ModelConfig
	host   string
}

// NewModel makes a Model; it connects to nothing.
func NewModel(c ModelConfig) *Model {
	if c.Timeout <= 0 {
		c.Timeout = modelTimeout
	}
	if c.Context <= 0 {
		c.Context = modelContext
	}
	e := knowledge.Endpoint{URL: c.URL, Key: c.Key, Timeout: c.Timeout, Most: modelMost}
	return &Model{client: e.Client(), config: c, host: e.Host()}
}

// Host is the name of the machine that texts are sent to, for people to read.
func (m *Model) Host() string { return m.host }
