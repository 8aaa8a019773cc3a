package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"buffet/digest"
	"buffet/lang"
)

// threads is one file of talks with human summaries (its format:
// data/README.md beside it).
type threads struct {
	name, lang string
	words      int // the most in a summary
	list       []thread
	scorer     *scorer
}

// thread is one talk.
type thread struct {
	id    string
	talk  digest.Talk
	refs  []*reference
	parts []quote
}

// quote is one sentence, as all peers choose from them.
type quote struct {
	message, n int
	line       string // with who says it
}

func readThreads(path string, words int) (*threads, error) {
	f, err := os.Open(path) //nolint:gosec // whoever runs it names the file
	if err != nil {
		return nil, err
	}
	defer f.Close()
	s := &threads{words: words}
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 64<<20)
	for lines.Scan() {
		var l struct {
			Type, Set, Lang, ID, Title string
			Messages                   []struct{ Sender, Text, TS string }
			Summaries                  []string
		}
		if err := json.Unmarshal(lines.Bytes(), &l); err != nil {
			return nil, fmt.Errorf("read %s: %w", path, err)
		}
		switch l.Type {
		case "meta":
			s.name, s.lang, s.scorer = l.Set, l.Lang, newScorer(l.Lang)
		case "thread":
			t := thread{id: l.ID, talk: digest.Talk{Lang: l.Lang, Title: l.Title}}
			for i, m := range l.Messages {
				sent, _ := time.Parse(time.RFC3339, m.TS) // there are sets without times
				t.talk.Messages = append(t.talk.Messages, digest.Message{ID: strconv.Itoa(i), Thread: "0", Sender: m.Sender, Name: m.Sender, Text: m.Text, Sent: sent})
			}
			for _, ref := range l.Summaries {
				t.refs = append(t.refs, refer(s.scorer.tokens(ref)))
			}
			s.list = append(s.list, t)
		}
	}
	if s.scorer == nil {
		return nil, fmt.Errorf("read %s: there is no line of type meta", path)
	}
	return s, lines.Err()
}

// split cuts the messages into sentences for the peers.
func (t *thread) split() {
	for i, m := range t.talk.Messages {
		for n, at := range lang.Sentences(m.Text) {
			t.parts = append(t.parts, quote{i, n, saysLine(m.Name, m.Text[at.Start:at.End])})
		}
	}
}

func saysLine(who, text string) string {
	if who == "" {
		return text
	}
	return who + ": " + text
}

// score is the best of the human summaries' for a text cut at so many words.
func (s *threads) score(t *thread, lines []string) rouge {
	text := strings.Join(lines, "\n")
	words := strings.Fields(text)
	return s.best(t, s.scorer.tokens(strings.Join(words[:min(len(words), s.words)], " ")))
}

func (s *threads) best(t *thread, tokens []int32) rouge {
	var best rouge
	for i, ref := range t.refs {
		if r := ref.score(tokens); i == 0 || r.sum() > best.sum() {
			best = r
		}
	}
	return best
}

func linesOf(s *digest.Summary) []string {
	var list []string
	for _, l := range s.Lines {
		list = append(list, saysLine(l.Who, l.Text))
	}
	return list
}
