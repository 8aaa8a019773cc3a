package digest

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

const (
	leastSpace = 400 // tokens of messages in a request
	partLines  = 8   // that a part of a long talk is summed up in
	partWords  = 160
	roundsMost = 8  // of summing up summaries
	wordsPer   = 14 // of a line, about
)

// run gives the lines of the summary.
func (s *session) run(ctx context.Context) ([]Line, error) {
	space := s.space(s.lines(), s.r.Words)
	for {
		lines, err := s.within(ctx, space)
		if !errors.Is(err, errOverflow) {
			return lines, err
		}
		if space /= 2; space < leastSpace {
			return nil, &noteError{key: "digest_note_long", err: err}
		}
	}
}

// lines is how many the model is asked for.
func (s *session) lines() int {
	n := max(3, s.r.Words/wordsPer)
	if s.r.Lines > 0 {
		n = min(n, s.r.Lines)
	}
	return n
}

// answerTokens is the room that an answer gets.
func (s *session) answerTokens(lines, words int) int {
	return min(words*8+lines*40+256, s.m.config.Context/3)
}

// space is how many tokens of messages a request can have.
func (s *session) space(lines, words int) int {
	rest := tokens(rules(s.r, lines, words, true), plainRules(), s.title, answerSchema) + 100
	return max(leastSpace, s.m.config.Context-rest-max(s.answerTokens(lines, words), s.answerTokens(partLines, partWords)))
}

// within sums up with so many tokens of messages in a request: at once, or in
// parts whose summaries are summed up.
func (s *session) within(ctx context.Context, space int) ([]Line, error) {
	texts := make([]string, len(s.input))
	for i := range s.input {
		texts[i] = s.line(i, space*3)
	}
	parts := fill(texts, space)
	if len(parts) == 1 {
		return s.last(ctx, texts, all(len(texts)), false)
	}
	var kept []rawLine
	had := 0
	for _, p := range parts {
		some, n, err := s.part(ctx, texts[p[0]:p[1]], span(p[0]+1, p[1]+1), false)
		if err != nil {
			return nil, err
		}
		kept, had = append(kept, some...), had+n
	}
	for round := 0; ; round++ {
		if 2*len(kept) < had || len(kept) == 0 {
			return nil, errUnsure(len(kept), had)
		}
		texts, allowed := summaries(kept)
		parts := fill(texts, space)
		if len(parts) == 1 {
			return s.last(ctx, texts, allowed, true)
		}
		if round == roundsMost {
			return nil, &noteError{key: "digest_note_long", err: errors.New("summaries do not get shorter")}
		}
		lines := kept
		kept, had = nil, 0
		for _, p := range parts {
			_, allowed := summaries(lines[p[0]:p[1]])
			some, n, err := s.part(ctx, texts[p[0]:p[1]], allowed, true)
			if err != nil {
				return nil, err
			}
			kept, had = append(kept, some...), had+n
		}
	}
}

// part sums up a part; had is how many lines there were before the check.
func (s *session) part(ctx context.Context, texts []string, allowed map[int]bool, again bool) (kept []rawLine, had int, err error) {
	raw, err := s.ask(ctx, rules(s.r, partLines, partWords, again), material(s.title, texts), s.answerTokens(partLines, partWords))
	if err != nil {
		return nil, 0, err
	}
	c := s.checker(allowed)
	for _, l := range raw {
		if l, why := c.check(l); why == "" {
			kept = append(kept, l)
		}
	}
	return kept[:min(len(kept), 2*partLines)], len(raw), nil
}

// last asks for what people will read.
func (s *session) last(ctx context.Context, texts []string, allowed map[int]bool, again bool) ([]Line, error) {
	raw, err := s.ask(ctx, rules(s.r, s.lines(), s.r.Words, again), material(s.title, texts), s.answerTokens(s.lines(), s.r.Words))
	if err != nil {
		return nil, err
	}
	c := s.checker(allowed)
	var lines []Line
	for _, l := range raw {
		l, why := c.check(l)
		line := Line{}
		if why == "" {
			line, why = s.reveal(l)
		}
		if why != "" {
			s.m.Log.Debug().Str("why", why).Msg("a line of the model was dropped")
			continue
		}
		lines = append(lines, line)
	}
	if 2*len(lines) < len(raw) {
		return nil, errUnsure(len(lines), len(raw))
	}
	if lines = s.arrange(lines); len(lines) == 0 {
		return nil, errUnsure(0, len(raw))
	}
	return lines, nil
}

func errUnsure(kept, had int) error {
	return &noteError{key: "digest_note_unsure", err: fmt.Errorf("of %d lines %d can be kept", had, kept)}
}

// summaries are lines as the model reads them, and the numbers in them.
func summaries(lines []rawLine) (texts []string, allowed map[int]bool) {
	allowed = map[int]bool{}
	for _, l := range lines {
		role := l.Role
		if l.Open {
			role += ", open"
		}
		texts = append(texts, fmt.Sprintf("[%s] %s: %s", strings.Trim(strings.ReplaceAll(fmt.Sprint(l.Sources), " ", ", "), "[]"), role, l.Text))
		for _, n := range l.Sources {
			allowed[n] = true
		}
	}
	return texts, allowed
}

// fill divides texts into runs of at most so many tokens, from and to.
func fill(texts []string, space int) (parts [][2]int) {
	from, had := 0, 0
	for i, t := range texts {
		n := tokens(t) + 1
		if i > from && had+n > space {
			parts = append(parts, [2]int{from, i})
			from, had = i, 0
		}
		had += n
	}
	return append(parts, [2]int{from, len(texts)})
}

func all(n int) map[int]bool { return span(1, n+1) }

func span(from, to int) map[int]bool {
	m := map[int]bool{}
	for n := from; n < to; n++ {
		m[n] = true
	}
	return m
}
