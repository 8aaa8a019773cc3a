package digest_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"buffet/digest"
	"buffet/lang"
)

// storedThread is a file of testdata/threads.
type storedThread struct {
	Title    string
	Messages []struct {
		ID, Thread, Name, Text string
		ReplyTo                string `json:"reply_to"`
		Sent                   time.Time
		Reactions              int
		Question               bool
	}
	Facts struct{ Asked, Answered, Open []fact }
}

// fact is something that a reader should know; any one of the messages says it.
type fact struct {
	What string
	IDs  []string
}

func readThread(t *testing.T, path string) (digest.Talk, storedThread) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var s storedThread
	if err := json.Unmarshal(data, &s); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	talk := digest.Talk{Lang: lang.German, Title: s.Title}
	for _, m := range s.Messages {
		talk.Messages = append(talk.Messages, digest.Message{ID: m.ID, Thread: m.Thread, ReplyTo: m.ReplyTo, Sender: m.Name, Name: m.Name,
			Text: m.Text, Sent: m.Sent, Reactions: m.Reactions, Question: m.Question})
	}
	return talk, s
}

func render(s *digest.Summary) string {
	var b strings.Builder
	for _, l := range s.Lines {
		fmt.Fprintf(&b, "%s: %s [%s]", l.Who, l.Text, strings.Join(l.Sources, " "))
		if l.Role != "" {
			b.WriteString(" " + l.Role)
		}
		if l.Open {
			b.WriteString(", open")
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// told counts the facts of which one message is a source.
func told(s *digest.Summary, facts []fact) (n int, missing []string) {
	for _, f := range facts {
		if slices.ContainsFunc(s.Lines, func(l digest.Line) bool { return slices.Contains(f.IDs, l.Sources[0]) }) {
			n++
		} else {
			missing = append(missing, f.What)
		}
	}
	return n, missing
}

// TestGoldenThreads is what people read of twenty threads, and how much of
// what they should know it tells them.
func TestGoldenThreads(t *testing.T) {
	paths, err := filepath.Glob("testdata/threads/*.json")
	if err != nil || len(paths) != 20 {
		t.Fatalf("%d threads, %v", len(paths), err)
	}
	var got, all [3]int
	for _, path := range paths {
		talk, stored := readThread(t, path)
		s, err := digest.Extractive{}.Summarise(context.Background(), digest.Request{Talk: talk})
		if err != nil {
			t.Errorf("%s: %v", path, err)
			continue
		}
		checkLines(t, talk, s, digest.DefaultWords)
		name := filepath.Join("testdata/golden", strings.TrimSuffix(filepath.Base(path), ".json")+".txt")
		compare(t, name, render(s))
		for i, facts := range [][]fact{stored.Facts.Asked, stored.Facts.Answered, stored.Facts.Open} {
			n, missing := told(s, facts)
			got[i], all[i] = got[i]+n, all[i]+len(facts)
			for _, what := range missing {
				t.Logf("%s: %s missing: %s", filepath.Base(path), [3]string{"asked", "answered", "open"}[i], what)
			}
		}
	}
	t.Logf("told of what was asked %d of %d, answered %d of %d, open %d of %d", got[0], all[0], got[1], all[1], got[2], all[2])
	for i, least := range [3]int{46, 48, 19} { // as good as it has been
		if got[i] < least {
			t.Errorf("of what was %s %d are told, it were %d", [3]string{"asked", "answered", "open"}[i], got[i], least)
		}
	}
}

func compare(t *testing.T, name, got string) {
	t.Helper()
	if digest.Updating() {
		if err := os.WriteFile(name, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s (written anew by -update)\n got:\n%s\nwant:\n%s", name, got, want)
	}
}

// checkLines holds for every extractive summary: verbatim, sourced, in order,
// within its bounds.
func checkLines(t *testing.T, talk digest.Talk, s *digest.Summary, most int) {
	t.Helper()
	words, question := 0, -1
	at := map[string]int{}
	for i, m := range talk.Messages {
		at[m.ID] = i
	}
	last := -1
	for _, l := range s.Lines {
		words += len(strings.Fields(l.Text)) + len(strings.Fields(l.Who))
		i, ok := at[l.Sources[0]]
		if !ok || len(l.Sources) != 1 {
			t.Errorf("sources %v", l.Sources)
			continue
		}
		m := talk.Messages[i]
		if m.Name != l.Who || !strings.Contains(strings.Join(strings.Fields(m.Text), " "), l.Text) {
			t.Errorf("%q is not what %s said in %s", l.Text, l.Who, m.ID)
		}
		switch l.Role {
		case digest.Answer:
			if question < 0 || i <= question {
				t.Errorf("%q answers what was not asked before", l.Text)
			}
		default:
			if i < last {
				t.Errorf("%q is not in order", l.Text)
			}
			last = i
			question = -1
			if l.Role == digest.Question {
				question = i
			}
		}
	}
	if words > most {
		t.Errorf("%d words", words)
	}
}
