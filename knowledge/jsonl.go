package knowledge

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"buffet/store"
)

// What ReadJSONL takes at most.
const (
	maxLine    = 1 << 20 // bytes
	maxText    = 20_000  // bytes, of a text
	maxShort   = 500     // bytes, of a title, an id or all topics
	maxURL     = 2000    // bytes
	maxName    = 100     // letters
	maxAnswers = 500     // of a question
	maxEntries = 200_000 // of a file, answers among them
)

// Entry is one line of a JSONL file: a question with its answers, an
// experience, or an answer by itself that names its question's id.
type Entry struct {
	Line     int           `json:"-"`    // where it was read, from 1
	Kind     string        `json:"kind"` // question, experience or answer
	ID       string        `json:"id,omitempty"`
	Question string        `json:"question,omitempty"`
	Title    string        `json:"title,omitempty"`
	Text     string        `json:"text,omitempty"`
	Topics   []string      `json:"topics,omitempty"`
	URL      string        `json:"url,omitempty"` // http or https
	Audience string        `json:"audience,omitempty"`
	Author   string        `json:"author,omitempty"` // a published name
	At       string        `json:"at,omitempty"`     // RFC 3339
	Closed   bool          `json:"closed,omitempty"`
	Answers  []EntryAnswer `json:"answers,omitempty"`
}

// EntryAnswer is an answer that stands with its question. Its audience is the
// question's unless it names one.
type EntryAnswer struct {
	ID       string `json:"id,omitempty"`
	Text     string `json:"text"`
	URL      string `json:"url,omitempty"`
	Audience string `json:"audience,omitempty"`
	Author   string `json:"author,omitempty"`
	At       string `json:"at,omitempty"`
}

// Skipped is what was not taken: the line, from 1, and why. The reason never
// holds anything of the text.
type Skipped struct {
	Line   int    `json:"line"`
	Reason string `json:"reason"`
}

// ReadJSONL reads entries, one JSON object a line. Lines that cannot be used
// are reported and the rest is kept; an error comes from r only. Entries have
// their blanks trimmed and an audience.
func ReadJSONL(r io.Reader) (entries []Entry, skipped []Skipped, err error) {
	in := bufio.NewReaderSize(r, 64<<10)
	n := 0
	for line := 1; ; line++ {
		text, long, err := readLine(in)
		if errors.Is(err, io.EOF) {
			return entries, skipped, nil
		} else if err != nil {
			return nil, nil, fmt.Errorf("read line %d: %w", line, err)
		}
		if line == 1 {
			text = bytes.TrimPrefix(text, []byte("\ufeff"))
		}
		if text = bytes.TrimSpace(text); len(text) == 0 && !long {
			continue
		}
		if n >= maxEntries || len(skipped) >= maxEntries {
			return entries, append(skipped, Skipped{line, fmt.Sprintf("more than %d entries: it and what follows was not read", maxEntries)}), nil
		}
		if long {
			skipped = append(skipped, Skipped{line, "longer than 1 MB"})
			continue
		}
		e, why := readEntry(text)
		e.Line = line
		if len(why) > 0 && e.Kind == "" {
			skipped = append(skipped, Skipped{line, why[0]})
			continue
		}
		for _, w := range why {
			skipped = append(skipped, Skipped{line, w})
		}
		n += 1 + len(e.Answers)
		entries = append(entries, e)
	}
}

// readLine is the next line without what ends it. Of one that is too long
// nothing is kept. io.EOF comes alone, after the last line.
func readLine(in *bufio.Reader) (line []byte, long bool, err error) {
	some := false
	for {
		part, err := in.ReadSlice('\n')
		some = some || len(part) > 0
		if long = long || len(line)+len(part) > maxLine; long {
			line = nil
		} else {
			line = append(line, part...)
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
		case errors.Is(err, io.EOF) && some, err == nil:
			return line, long, nil
		default:
			return nil, false, err
		}
	}
}

// readEntry reads a line. An entry without a kind cannot be used for the first
// reason; otherwise the reasons are those of answers that were left out.
func readEntry(text []byte) (e Entry, why []string) {
	if err := json.Unmarshal(text, &e); err != nil {
		var wrong *json.UnmarshalTypeError
		if errors.As(err, &wrong) && wrong.Field != "" {
			return Entry{}, []string{wrong.Field + " has the wrong type"}
		}
		return Entry{}, []string{"not a JSON object"}
	}
	if w := e.check(); w != "" {
		return Entry{}, []string{w}
	}
	var kept []EntryAnswer
	for i, a := range e.Answers {
		one := Entry{Kind: store.Answer, ID: a.ID, Question: "x", Text: a.Text, URL: a.URL, Audience: a.Audience, Author: a.Author, At: a.At}
		if one.Audience == "" {
			one.Audience = e.Audience
		}
		if w := one.check(); w != "" {
			why = append(why, fmt.Sprintf("answer %d: %s", i+1, w))
			continue
		}
		kept = append(kept, EntryAnswer{one.ID, one.Text, one.URL, one.Audience, one.Author, one.At})
	}
	e.Answers = kept
	return e, why
}

// check trims an entry, fills in its audience and tells what is wrong with it.
func (e *Entry) check() string {
	e.Text, e.Title = clean(e.Text), oneLine(e.Title)
	e.ID, e.Question, e.URL = strings.TrimSpace(e.ID), strings.TrimSpace(e.Question), strings.TrimSpace(e.URL)
	e.Topics = strings.Fields(oneLine(strings.Join(e.Topics, " ")))
	e.Author = publicName(e.Author)
	if e.Audience == "" {
		e.Audience = store.AudienceNetwork
	}
	switch {
	case e.Kind != store.Question && e.Kind != store.Experience && e.Kind != store.Answer:
		return "kind is none of question, experience, answer"
	case e.Kind == store.Answer && e.Question == "":
		return "an answer without the id of its question"
	case e.Kind != store.Question && len(e.Answers) > 0:
		return "answers to what is no question"
	case e.Text == "" && (e.Title == "" || e.Kind == store.Answer):
		return "no text"
	case e.Audience == store.AudienceRoom:
		return "for a room only, and which one is not known here"
	case e.Audience != store.AudienceNetwork && e.Audience != store.AudiencePublic:
		return "audience is none of network, public"
	}
	return e.checkSizes()
}

func (e *Entry) checkSizes() string {
	if e.At != "" {
		if t, err := time.Parse(time.RFC3339, e.At); err != nil || t.Year() < 1990 || t.Year() > 2100 {
			return "at is no time as in RFC 3339"
		}
	}
	if e.URL != "" {
		u, err := url.Parse(e.URL)
		if err != nil || (u.Scheme != "https" && u.Scheme != "http") || u.Host == "" || u.User != nil || len(e.URL) > maxURL {
			return "url is no address with http or https"
		}
	}
	switch {
	case len(e.Text) > maxText:
		return "text is longer than 20 kB"
	case len(e.Title) > maxShort, len(e.ID) > maxShort, len(e.Question) > maxShort, len(strings.Join(e.Topics, " ")) > maxShort:
		return "title, id or topics are longer than 500 bytes"
	case strings.HasPrefix(e.ID, hashPrefix):
		return "id begins with " + hashPrefix
	case len(e.Answers) > maxAnswers:
		return "more than 500 answers"
	}
	return ""
}

// clean takes characters that are not for reading out of a text.
func clean(s string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if r != '\n' && r != '\t' && (unicode.IsControl(r) || r == utf8.RuneError) {
			return -1
		}
		return r
	}, s))
}

func oneLine(s string) string { return strings.Join(strings.Fields(clean(s)), " ") }

var userID = regexp.MustCompile(`^@[^\s:]+:\S+$`)

// publicName is a name as it may be shown; a Matrix id is none.
func publicName(s string) string {
	s = oneLine(s)
	if userID.MatchString(s) {
		return ""
	}
	if runes := []rune(s); len(runes) > maxName {
		s = string(runes[:maxName])
	}
	return s
}

func (e *Entry) time() time.Time {
	t, _ := time.Parse(time.RFC3339, e.At)
	return store.Time(store.Millis(t))
}
