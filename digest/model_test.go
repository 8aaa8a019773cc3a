package digest_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"buffet/digest"
	"buffet/internal/modeltest"
	"buffet/lang"
)

// own stands in for the extractive summariser: the first words of each.
type own struct{}

func (own) Summarise(_ context.Context, r digest.Request) (*digest.Summary, error) {
	s := &digest.Summary{}
	for _, m := range r.Messages {
		s.Lines = append(s.Lines, digest.Line{Text: m.Text, Who: m.Name, Sources: []string{m.ID}})
	}
	return s, nil
}

func model(s *modeltest.Server, c digest.ModelConfig) *digest.Model {
	c.URL, c.Key = s.Endpoint(), "key"
	if c.Model == "" {
		c.Model = "m"
	}
	if c.Timeout == 0 {
		c.Timeout = 5 * time.Second
	}
	m := digest.NewModel(c)
	m.Fallback = own{}
	return m
}

// said is a talk of "name: text" lines; "name > 2: text" answers the second.
func said(lines ...string) digest.Request {
	r := digest.Request{Talk: digest.Talk{Lang: lang.German}}
	for i, l := range lines {
		head, text, _ := strings.Cut(l, ": ")
		name, to, reply := strings.Cut(head, " > ")
		m := digest.Message{ID: fmt.Sprintf("$%d", i+1), Thread: "$1", Sender: "id of " + name, Name: name, Text: text, Sent: time.Unix(int64(i), 0)}
		if reply {
			m.ReplyTo = "$" + to
		}
		r.Messages = append(r.Messages, m)
	}
	return r
}

func bus() digest.Request {
	return said("Anke: Wer fährt die Bewohner am Dienstag zum Arzt?", "Bernd > 1: Ich fahre am Dienstag, der Bus hat acht Plätze.",
		"Carla: Die Küche bleibt am Freitag wegen der Reparatur zu.", "Dora: Wo liegen die Schlüssel vom Keller?")
}

func summary(t *testing.T, m *digest.Model, r digest.Request) *digest.Summary {
	t.Helper()
	got, err := m.Summarise(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func show(s *digest.Summary) string {
	var b strings.Builder
	for _, l := range s.Lines {
		fmt.Fprintf(&b, "%s%s%s %s %s\n", l.Role, map[bool]string{true: "!"}[l.Open], l.Who, l.Text, strings.Join(l.Sources, " "))
	}
	return b.String()
}

func noteOf(s *digest.Summary) string {
	if s.Note == nil {
		return ""
	}
	return s.Note.Key
}

func TestModelWrites(t *testing.T) {
	s := modeltest.New(t)
	m := model(s, digest.ModelConfig{})
	got := summary(t, m, bus())
	want := `question Anke fragt: Wer fährt die Bewohner am Dienstag zum Arzt? $1
answer Bernd schreibt: Ich fahre am Dienstag, der Bus hat acht Plätze. $2
 Carla schreibt: Die Küche bleibt am Freitag wegen der Reparatur zu. $3
question! Dora fragt: Wo liegen die Schlüssel vom Keller? $4
`
	if show(got) != want || got.Note != nil || got.Model != "127.0.0.1" {
		t.Errorf("%s by %q, note %v", show(got), got.Model, got.Note)
	}
	asked := s.Requests()[0]
	if asked.Key != "key" || asked.Model != "m" || asked.Most == 0 || asked.Temperature == nil || *asked.Temperature > 1e-6 || asked.Seed == nil ||
		asked.Format == nil || asked.Format.Type != "json_schema" || !asked.Format.Schema.Strict || !strings.Contains(asked.User(), "\n[2] P2 (to 1): Ich fahre") {
		t.Errorf("asked %s", asked.Raw)
	}
	r := bus()
	r.Lines = 2
	if got := summary(t, m, r); len(got.Lines) != 2 || got.Note != nil {
		t.Errorf("two lines are wanted: %s, note %v", show(got), got.Note)
	}
	english := said("Anke: Who drives the residents to the doctor on Tuesday?", "Bernd > 1: I drive them, the bus has eight seats.")
	english.Lang = lang.English
	if got := summary(t, m, english); show(got) != "question Anke asks: Who drives the residents to the doctor on Tuesday? $1\nanswer Bernd writes: I drive them, the bus has eight seats. $2\n" {
		t.Errorf("in English: %s, note %v", show(got), got.Note)
	}
	thinks := modeltest.New(t) // a model that reasons takes no temperature
	if got := summary(t, model(thinks, digest.ModelConfig{Model: "o3-mini"}), bus()); got.Note != nil || thinks.Requests()[0].Temperature != nil {
		t.Errorf("note %v, asked %s", got.Note, thinks.Requests()[0].Raw)
	}
	r = bus()
	r.Words = 20
	if got := summary(t, m, r); len(strings.Fields(strings.ReplaceAll(show(got), "\n", " "))) > 20+3*len(got.Lines) || len(got.Lines) == 0 {
		t.Errorf("twenty words are wanted: %s", show(got))
	}
}

// Whatever goes wrong, there is a summary, and a note that says why.
func TestModelMisbehaves(t *testing.T) {
	elsewhere := modeltest.New(t)
	good := modeltest.Say(`{"lines":[{"text":"Carla: Die Küche bleibt am Freitag zu.","sources":[3],"role":"said","open":false}]}`)
	for name, test := range map[string]struct {
		script   []modeltest.Reply
		note     string
		requests int
	}{
		"429 for ever":        {[]modeltest.Reply{modeltest.Status(429, "rate_limit_exceeded", "0")}, "digest_note_busy", 3},
		"429 once":            {[]modeltest.Reply{modeltest.Status(429, "rate_limit_exceeded", "0"), good}, "", 2},
		"account is empty":    {[]modeltest.Reply{modeltest.Status(429, "insufficient_quota", "0")}, "digest_note_quota", 1},
		"500 for ever":        {[]modeltest.Reply{modeltest.Status(500, "server_error", "0")}, "digest_note_unreachable", 3},
		"502 of a proxy":      {[]modeltest.Reply{modeltest.HTML(502)}, "digest_note_unreachable", 3},
		"502 once":            {[]modeltest.Reply{modeltest.HTML(502), good}, "", 2},
		"key is wrong":        {[]modeltest.Reply{modeltest.Status(401, "invalid_api_key", "")}, "digest_note_denied", 1},
		"no such model":       {[]modeltest.Reply{modeltest.Status(404, "model_not_found", "")}, "digest_note_denied", 1},
		"hangs":               {[]modeltest.Reply{modeltest.Hang}, "digest_note_slow", 1},
		"hangs half way":      {[]modeltest.Reply{modeltest.HangHalf}, "digest_note_slow", 1},
		"body is cut":         {[]modeltest.Reply{modeltest.CutBody}, "digest_note_unusable", 2},
		"body is cut once":    {[]modeltest.Reply{modeltest.CutBody, good}, "", 2},
		"connection is cut":   {[]modeltest.Reply{modeltest.Drop, modeltest.Drop, modeltest.Drop, modeltest.Drop}, "digest_note_unreachable", 2},
		"stream is cut":       {[]modeltest.Reply{modeltest.CutStream}, "digest_note_unusable", 2},
		"no JSON":             {[]modeltest.Reply{modeltest.Say("Gerne! Hier ist die Zusammenfassung.")}, "digest_note_unusable", 2},
		"no JSON once":        {[]modeltest.Reply{modeltest.Say("Gerne!"), good}, "", 2},
		"words after it":      {[]modeltest.Reply{modeltest.Say(`{"lines":[{"text":"Die Küche bleibt zu.","sources":[3],"role":"said","open":false}]} Ich hoffe, das hilft!`)}, "digest_note_unusable", 2},
		"more JSON":           {[]modeltest.Reply{modeltest.Say(`{"lines":[{"text":"Die Küche bleibt am Freitag zu.","sources":[3],"role":"said","open":false}],"note":"x"}`)}, "digest_note_unusable", 2},
		"other JSON":          {[]modeltest.Reply{modeltest.Say(`{"summary":"Die Küche bleibt zu."}`)}, "digest_note_unusable", 2},
		"wrong types":         {[]modeltest.Reply{modeltest.Say(`{"lines":[{"text":"Die Küche bleibt zu.","sources":["3"],"role":"said","open":false}]}`)}, "digest_note_unusable", 2},
		"code fences":         {[]modeltest.Reply{modeltest.Say("```json\n" + `{"lines":[{"text":"Die Küche bleibt am Freitag zu.","sources":[3],"role":"said","open":false}]}` + "\n```")}, "", 1},
		"empty":               {[]modeltest.Reply{modeltest.Say("")}, "digest_note_unusable", 2},
		"no lines":            {[]modeltest.Reply{modeltest.Say(`{"lines":[]}`)}, "digest_note_unusable", 2},
		"no choices":          {[]modeltest.Reply{modeltest.Raw(`{"choices":[]}`)}, "digest_note_unusable", 2},
		"refusal":             {[]modeltest.Reply{modeltest.Refuse}, "digest_note_refused", 1},
		"content filter":      {[]modeltest.Reply{modeltest.Ends("content_filter")}, "digest_note_refused", 1},
		"content filter, 400": {[]modeltest.Reply{modeltest.Status(400, "content_filter", "")}, "digest_note_refused", 1},
		"length":              {[]modeltest.Reply{modeltest.Ends("length")}, "digest_note_unusable", 2},
		"length once":         {[]modeltest.Reply{modeltest.Ends("length"), good}, "", 2},
		"always too long":     {[]modeltest.Reply{modeltest.TooLong(10)}, "digest_note_long", 0},
		"no schemas":          {[]modeltest.Reply{modeltest.Rejects("response_format"), good}, "", 2},
		"no temperature":      {[]modeltest.Reply{modeltest.Rejects("temperature"), good}, "", 2},
		"nothing at all":      {[]modeltest.Reply{modeltest.Rejects("x")}, "digest_note_denied", 2},
		"redirect":            {[]modeltest.Reply{modeltest.Redirect(elsewhere.Endpoint() + "/chat/completions")}, "digest_note_unreachable", 1},
		"huge":                {[]modeltest.Reply{modeltest.Huge(64 << 20)}, "digest_note_unusable", 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := modeltest.New(t, test.script...)
			c := digest.ModelConfig{}
			if strings.HasPrefix(name, "hangs") {
				c.Timeout = 100 * time.Millisecond
			}
			m := model(s, c)
			var log strings.Builder
			m.Log = zerolog.New(&log)
			got := summary(t, m, bus())
			n := len(s.Requests())
			if noteOf(got) != test.note || test.requests > 0 && n != test.requests || len(got.Lines) == 0 || (got.Model == "") != (got.Note != nil) {
				t.Errorf("%d requests, note %s, %s by %q", n, noteOf(got), show(got), got.Model)
			}
			if asked := s.Requests(); name == "length once" && asked[1].Most <= asked[0].Most {
				t.Errorf("no more room than before: %d, then %d", asked[0].Most, asked[1].Most)
			}
			if got.Note != nil && len(got.Lines) != 4 {
				t.Errorf("not what members said: %s", show(got))
			}
			for _, word := range []string{"Küche", "Bewohner", "Anke"} {
				if strings.Contains(log.String(), word) {
					t.Errorf("the log tells what was said: %s", &log)
				}
			}
		})
	}
	t.Cleanup(func() {
		if len(elsewhere.Requests()) > 0 {
			t.Error("a redirect was followed")
		}
	})
}

func TestModelNotThere(t *testing.T) {
	s := modeltest.New(t)
	m := model(s, digest.ModelConfig{})
	s.Close()
	if got := summary(t, m, bus()); noteOf(got) != "digest_note_unreachable" {
		t.Errorf("note %v", got.Note)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := m.Summarise(ctx, bus()); !errors.Is(err, context.Canceled) {
		t.Errorf("nobody waits any more: %v", err)
	}
	// the one who waits gets a summary in time
	hasty, stop := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer stop()
	if got, err := model(modeltest.New(t, modeltest.Hang), digest.ModelConfig{}).Summarise(hasty, bus()); err != nil || noteOf(got) != "digest_note_slow" {
		t.Errorf("a slow model: %v, %v", got, err)
	}
	if _, err := digest.NewModel(digest.ModelConfig{URL: s.URL}).Summarise(t.Context(), said("Anke: 👍")); !errors.Is(err, digest.ErrNothing) {
		t.Errorf("nothing to sum up: %v", err)
	}
	// what no model can sum up is not sent to one
	if got := summary(t, model(modeltest.New(t, modeltest.Hang), digest.ModelConfig{}), said("Anke: 👍", "Bernd: https://example.org/a")); got.Note != nil || len(got.Lines) != 2 {
		t.Errorf("nothing to sum up: %s, %v", show(got), got.Note)
	}
}

// Every phrase of a note is there.
func TestNotesAreSaid(t *testing.T) {
	phrases, err := lang.Load()
	if err != nil {
		t.Fatal(err)
	}
	code, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, file := range code {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, key := range regexp.MustCompile(`"(digest_note_\w+)"`).FindAllStringSubmatch(string(text), -1) {
			found++
			if phrases.Say(lang.German, key[1]) == key[1] || phrases.Say(lang.English, key[1]) == key[1] {
				t.Errorf("%s is not a phrase", key[1])
			}
		}
	}
	if found < 10 {
		t.Errorf("only %d notes", found)
	}
}

// TestModelNamesPerMessage: who asks without their name and answers with it is
// named with the answer only, and the model cannot tell that they are the same.
func TestModelNamesPerMessage(t *testing.T) {
	r := said("Anke: Wer fährt die Bewohner am Dienstag zum Arzt?", "Bernd > 1: Ich fahre am Dienstag, der Bus hat acht Plätze.",
		"Anke: Die Küche bleibt am Freitag wegen der Reparatur zu.", "Anke > 1: Am Dienstag hilft auch der Fahrdienst der Stadt.")
	for i, m := range r.Messages {
		if m.Name == "Anke" {
			r.Messages[i].Sender, r.Messages[i].Name = "@anke.berg:verein.example", map[bool]string{true: "Anke Berg"}[i == 3]
		}
	}
	r.Names = []string{"Anke Berg", "Bernd"}
	s := modeltest.New(t)
	want := `question Ein Mitglied fragt: Wer fährt die Bewohner am Dienstag zum Arzt? $1
answer Bernd schreibt: Ich fahre am Dienstag, der Bus hat acht Plätze. $2
answer Anke Berg schreibt: Am Dienstag hilft auch der Fahrdienst der Stadt. $4
 Ein Mitglied schreibt: Die Küche bleibt am Freitag wegen der Reparatur zu. $3
`
	if got := summary(t, model(s, digest.ModelConfig{}), r); show(got) != want {
		t.Errorf("%s\nasked %s", show(got), s.Requests()[0].User())
	}
	// it says who asked, resting on the answer alone
	s = modeltest.New(t, modeltest.Lines(func(in []modeltest.Input) (list []modeltest.Line) {
		for _, one := range in[:4] {
			list = append(list, modeltest.Line{Text: in[0].Who + " fragt nach dem Dienstag, " + one.Text, Sources: one.Numbers, Role: "said"})
		}
		return list
	}))
	for _, l := range summary(t, model(s, digest.ModelConfig{}), r).Lines {
		if strings.Contains(l.Text, "Anke Berg fragt") {
			t.Errorf("named: %+v", l)
		}
	}
}
