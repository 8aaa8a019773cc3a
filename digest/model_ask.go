package digest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"net/url"
	"strings"

	"github.com/sashabaranov/go-openai"
)

const (
	askTries  = 2  // of a request whose answer is of no use
	askMost   = 96 // requests for one summary
	mostLines = 4000
)

// errOverflow means that a request was longer than the model can read.
var errOverflow = errors.New("longer than the model's context")

// ask makes one request and reads its lines. What may help is tried: without
// what a service does not know, once more where an answer was cut or broken,
// and with more room where it had too little.
func (s *session) ask(ctx context.Context, system, user string, most int) ([]rawLine, error) {
	for try, other := 1, 0; ; {
		if s.asked++; s.asked > askMost {
			return nil, &noteError{key: "digest_note_long", err: errors.New("more requests than a summary may have")}
		}
		lines, err := s.once(ctx, system, user, most, try)
		var known *noteError
		switch {
		case err == nil || ctx.Err() != nil || errors.Is(err, errOverflow):
			return lines, err
		case other < 2 && s.simpler(err):
			other++
			continue
		case !errors.As(err, &known) || !known.again || try == askTries:
			return nil, err
		}
		if errors.Is(err, errLength) {
			most = max(most, min(2*most, s.m.config.Context-tokens(system, user)))
		}
		try++
	}
}

// errLength means that the answer did not fit.
var errLength = errors.New("the answer has no end")

// errRefused means that the model or its service did not want to.
var errRefused = errors.New("the model refused")

// once makes one request (OpenAI API reference, "Create chat completion").
func (s *session) once(ctx context.Context, system, user string, most, try int) ([]rawLine, error) {
	if s.plain {
		system += plainRules()
	}
	in := tokens(system, user) + len(answerSchema)/3
	settle, err := s.m.Budget.reserve(ctx, s.r.Network, in, most)
	if err != nil {
		return nil, err
	}
	got, err := s.m.client.CreateChatCompletion(ctx, s.request(system, user, most, try))
	if err != nil {
		if free(err) {
			s.settle(settle, 0, 0)
		}
		return nil, askError(err)
	}
	out := 0
	if len(got.Choices) > 0 {
		out = tokens(got.Choices[0].Message.Content)
	}
	const absurd = 100_000_000
	if u := got.Usage; u.PromptTokens > 0 && u.PromptTokens < absurd && u.CompletionTokens >= 0 && u.CompletionTokens < absurd {
		in, out = u.PromptTokens, u.CompletionTokens
	}
	s.settle(settle, in, out)
	return readAnswer(got)
}

func (s *session) settle(settle func(in, out int) error, in, out int) {
	if err := settle(in, out); err != nil {
		s.m.Log.Error().Err(err).Msg("the use of the model was not counted")
	}
}

func (s *session) request(system, user string, most, try int) openai.ChatCompletionRequest {
	r := openai.ChatCompletionRequest{Model: s.m.config.Model, Messages: []openai.ChatCompletionMessage{
		{Role: openai.ChatMessageRoleSystem, Content: system}, {Role: openai.ChatMessageRoleUser, Content: user}},
		MaxCompletionTokens: most}
	if s.plain {
		return r
	}
	r.ResponseFormat = &openai.ChatCompletionResponseFormat{Type: openai.ChatCompletionResponseFormatTypeJSONSchema,
		JSONSchema: &openai.ChatCompletionResponseFormatJSONSchema{Name: "summary", Schema: json.RawMessage(answerSchema), Strict: true}}
	if !s.warm {
		r.Temperature = math.SmallestNonzeroFloat32 // 0 would be left out
		r.Seed = &try
	}
	return r
}

// simpler leaves out what the service did not want; not ok if that is not
// what is wrong, or there is nothing left to leave out.
func (s *session) simpler(err error) bool {
	var api *openai.APIError
	var request *openai.RequestError
	sampling := errors.Is(err, openai.ErrReasoningModelLimitationsOther) || errors.Is(err, openai.ErrReasoningSamplingUnsupported)
	status := 0
	if errors.As(err, &api) {
		status = api.HTTPStatusCode
		sampling = sampling || api.Param != nil && (*api.Param == "temperature" || *api.Param == "seed")
	} else if errors.As(err, &request) {
		status = request.HTTPStatusCode
	}
	switch {
	case sampling && !s.warm:
		s.warm = true
	case (status == http.StatusBadRequest || status == http.StatusUnprocessableEntity) && !s.plain && !errors.Is(err, errRefused):
		s.plain = true
	default:
		return false
	}
	return true
}

// free tells whether a request that failed cost nothing for sure.
func free(err error) bool {
	var api *openai.APIError
	var request *openai.RequestError
	var dial *net.OpError
	return errors.As(err, &api) || errors.As(err, &request) || errors.As(err, &dial) && dial.Op == "dial" ||
		errors.Is(err, openai.ErrReasoningModelLimitationsOther) || errors.Is(err, openai.ErrReasoningSamplingUnsupported)
}

// serviceError is what a service answered, without its words, which may
// repeat the text.
type serviceError struct {
	status int
	err    error
}

func (e *serviceError) Error() string { return fmt.Sprintf("ask the model: status %d", e.status) }
func (e *serviceError) Unwrap() error { return e.err }

// askError sorts what can go wrong (OpenAI guide "Error codes").
func askError(err error) error {
	var api *openai.APIError
	var request *openai.RequestError
	var transport *url.Error
	status, code := 0, ""
	switch {
	case errors.As(err, &api):
		status, code = api.HTTPStatusCode, fmt.Sprint(api.Code)
		if code == "context_length_exceeded" || status == http.StatusBadRequest && tooLong(api.Message) {
			return errOverflow
		}
	case errors.As(err, &request):
		status = request.HTTPStatusCode
	case errors.As(err, &transport):
		if transport.Timeout() {
			return &noteError{key: "digest_note_slow", err: errors.New("ask the model: no answer in time")}
		}
		again := errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || isReset(err)
		return &noteError{key: "digest_note_unreachable", again: again, err: fmt.Errorf("ask the model: %w", transport.Err)}
	case errors.Is(err, context.DeadlineExceeded):
		return &noteError{key: "digest_note_slow", err: errors.New("ask the model: no end of the answer in time")}
	case errors.Is(err, openai.ErrReasoningModelLimitationsOther), errors.Is(err, openai.ErrReasoningSamplingUnsupported):
		return err
	default:
		return &noteError{key: "digest_note_unusable", again: true, err: fmt.Errorf("ask the model: an answer that cannot be read, %T", err)}
	}
	e := &noteError{key: "digest_note_unreachable", err: &serviceError{status, err}}
	switch {
	case code == "insufficient_quota" || status == http.StatusPaymentRequired:
		e.key = "digest_note_quota"
	case code == "content_filter" || code == "content_policy_violation":
		e.key, e.err = "digest_note_refused", errRefused
	case status == http.StatusTooManyRequests:
		e.key = "digest_note_busy"
	case status == http.StatusRequestEntityTooLarge:
		return errOverflow
	case status >= 400 && status < 500 && status != http.StatusRequestTimeout:
		e.key = "digest_note_denied"
	}
	return e
}

// tooLong knows how services say so that have no code for it.
func tooLong(message string) bool {
	message = strings.ToLower(message)
	for _, s := range []string{"context length", "context_length", "context window", "context size", "too many tokens", "prompt is too long"} {
		if strings.Contains(message, s) {
			return true
		}
	}
	return false
}

func isReset(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op != "dial"
}

// readAnswer takes the lines out of an answer.
func readAnswer(got openai.ChatCompletionResponse) ([]rawLine, error) {
	if len(got.Choices) == 0 {
		return nil, &noteError{key: "digest_note_unusable", again: true, err: errors.New("the model gave no choice")}
	}
	c := got.Choices[0]
	switch {
	case c.Message.Refusal != "" || c.FinishReason == openai.FinishReasonContentFilter:
		return nil, &noteError{key: "digest_note_refused", err: errRefused}
	case c.FinishReason == openai.FinishReasonLength:
		return nil, &noteError{key: "digest_note_unusable", again: true, err: errLength}
	case strings.TrimSpace(c.Message.Content) == "":
		return nil, &noteError{key: "digest_note_unusable", again: true, err: errors.New("the model said nothing")}
	}
	lines, err := parseAnswer(c.Message.Content)
	if err == nil && (len(lines) == 0 || len(lines) > mostLines) {
		err = fmt.Errorf("%d lines from the model", len(lines))
	}
	if err != nil {
		return nil, &noteError{key: "digest_note_unusable", again: true, err: err}
	}
	return lines, nil
}
