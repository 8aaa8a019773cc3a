package digest

import (
	"context"
	"errors"
	"time"

	"github.com/rs/zerolog"
	"github.com/sashabaranov/go-openai"

	"buffet/knowledge"
	"buffet/lang"
)

const (
	modelTimeout = time.Minute
	modelContext = 8192
	modelMost    = 4 << 20 // bytes of an answer
	fallbackTime = 10 * time.Second
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

// NewModel makes a Model whose Fallback is Extractive; it connects to nothing.
func NewModel(c ModelConfig) *Model {
	if c.Timeout <= 0 {
		c.Timeout = modelTimeout
	}
	if c.Context <= 0 {
		c.Context = modelContext
	}
	e := knowledge.Endpoint{URL: c.URL, Key: c.Key, Timeout: c.Timeout, Most: modelMost}
	return &Model{Fallback: Extractive{}, Log: zerolog.Nop(), client: e.Client(), config: c, host: e.Host()}
}

// Host is the name of the machine that texts are sent to, for people to read.
func (m *Model) Host() string { return m.host }

// Summarise has the model write the summary. Where it cannot, or fewer than
// half of its lines can be kept, it is the Fallback's, with a Note that says
// why. The error is only that of ctx, or the Fallback's.
func (m *Model) Summarise(ctx context.Context, r Request) (*Summary, error) {
	if r.Words <= 0 {
		r.Words = DefaultWords
	}
	s := m.session(r)
	if len(s.input) == 0 { // nothing that a model could sum up
		return m.Fallback.Summarise(ctx, r)
	}
	soon, cancel := sooner(ctx)
	defer cancel()
	lines, err := s.run(soon)
	if err == nil {
		return &Summary{Lines: lines, Model: m.host}, nil
	}
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	m.Log.Warn().Err(err).Str("host", m.host).Msg("a summary was made without the model")
	instead, fault := m.Fallback.Summarise(ctx, r)
	if fault != nil {
		return nil, fault
	}
	if instead.Note == nil {
		instead.Note = note(err, r.Simple)
	}
	return instead, nil
}

// Try has the model sum up two made-up messages, for whoever set it up. The
// error says what the service answered; nothing is counted for any network.
func (m *Model) Try(ctx context.Context) error {
	alone := *m
	alone.Budget = Budget{}
	s := alone.session(Request{Words: DefaultWords, Talk: Talk{Lang: lang.English, Messages: []Message{
		{ID: "1", Thread: "1", Sender: "a", Name: "Anna", Text: "Who can lend us a projector on Thursday for the meeting of the volunteers?"},
		{ID: "2", Thread: "1", ReplyTo: "1", Sender: "b", Name: "Boris", Text: "The library lends projectors, you have to sign up two days before."},
	}}})
	_, err := s.run(ctx)
	return err
}

// sooner ends early enough before ctx does for the Fallback to have its time.
func sooner(ctx context.Context) (context.Context, context.CancelFunc) {
	end, ok := ctx.Deadline()
	if !ok {
		return ctx, func() {}
	}
	return context.WithDeadline(ctx, end.Add(-min(fallbackTime, time.Until(end)/4)))
}

// noteError is a failure of the model with what people are told of it.
type noteError struct {
	key   string // of a phrase
	again bool   // asking once more may help
	err   error
}

func (e *noteError) Error() string { return e.err.Error() }
func (e *noteError) Unwrap() error { return e.err }

func note(err error, simple bool) *lang.Problem {
	key := "digest_note_failed"
	var known *noteError
	switch {
	case errors.Is(err, errBudget):
		key = "digest_note_budget"
	case simple: // whatever the reason, that is what was wanted
		key = "digest_note_simple"
	case errors.As(err, &known):
		key = known.key
	case errors.Is(err, context.DeadlineExceeded):
		key = "digest_note_slow"
	}
	return &lang.Problem{Key: key, Err: err}
}
