package digest_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"buffet/digest"
	"buffet/internal/modeltest"
	"buffet/lang"
	"buffet/store"
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
	c.URL, c.Key, c.Model = s.Endpoint(), "key", "m"
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
	r.Lines, r.Lang = 2, lang.English
	if got := summary(t, m, r); len(got.Lines) > 2 && got.Note == nil {
		t.Errorf("two lines are wanted: %s", show(got))
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

// Of 1,000 lines, a third of them invented, no invented one is shown, and
// nearly all others are.
func TestNothingInvented(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // the same each time
	pick := func(words string) string { list := strings.Split(words, "|"); return list[random.IntN(len(list))] }
	names := []string{"Anke", "Bernd", "Carla", "Dora", "Emil", "Frieda", "Gustav", "Hilde"}
	r := digest.Request{Talk: digest.Talk{Lang: lang.German}, Words: 1 << 20, Lines: 5000}
	for i := range 1000 {
		text := fmt.Sprintf("%s %s %s %s %s, und %s %s %s.", pick("Der Fahrdienst|Die Küche|Das Lager|Unsere Beratung|Die Kleiderkammer|Der Chor|Die Nachhilfe|Das Sprachcafé"),
			pick("braucht|bekommt|verleiht|repariert|bestellt|verschenkt|sortiert"), pick("neue|alte|gespendete|gebrauchte|bunte|schwere|kleine|warme"),
			pick("Stühle|Jacken|Regale|Lampen|Bücher|Teller|Kisten|Matratzen|Fahrräder"), pick("im Keller|auf dem Hof|in Halle drei|bei der Kirche|am Bahnhof|neben der Schule|hinter dem Rathaus"),
			pick("die Gruppe|das Amt|der Verein|die Stadt|die Schule|der Träger"), pick("zahlt|prüft|plant|sucht|sammelt|verteilt"),
			pick("Spenden|Anträge|Helfer|Gutscheine|Termine|Räume|Formulare|Förderung|Material"))
		r.Messages = append(r.Messages, digest.Message{ID: fmt.Sprintf("$%d", i+1), Thread: "$1", Sender: names[i%8], Name: names[i%8], Text: text})
	}
	var v modeltest.Inventor
	s := modeltest.New(t, v.Reply)
	got := summary(t, model(s, digest.ModelConfig{Context: 10_000_000, Timeout: time.Minute}), r)
	if got.Note != nil || len(s.Requests()) != 1 {
		t.Fatalf("note %v, %d requests", got.Note, len(s.Requests()))
	}
	// lines as they would be shown
	shown := func(l modeltest.Line) string {
		for i, name := range names {
			l.Text = strings.ReplaceAll(l.Text, fmt.Sprintf("P%d ", i+1), name+" ")
		}
		return l.Text
	}
	good, invented := map[string]bool{}, map[string]bool{}
	for _, l := range v.Good() {
		good[shown(l)] = true
	}
	for _, l := range v.Invented() {
		invented[shown(l)] = true
	}
	kept := 0
	for _, l := range got.Lines {
		if good[l.Text] {
			kept++
		} else {
			t.Errorf("shown: %q %v", l.Text, l.Sources)
		}
	}
	t.Logf("%d lines, %d of them invented; %d good ones are shown", len(v.Good())+len(v.Invented()), len(v.Invented()), kept)
	if len(v.Good())+len(v.Invented()) != 1000 || len(v.Invented()) != 333 || kept < len(good)*98/100 {
		t.Errorf("%d good and %d invented lines; %d of %d different good ones are shown", len(v.Good()), len(v.Invented()), kept, len(good))
	}
}

func TestBudget(t *testing.T) {
	st, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "x.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	s := modeltest.New(t)
	m := model(s, digest.ModelConfig{})
	now := time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)
	m.Budget = digest.Budget{Store: st, Now: func() time.Time { return now }, Tokens: 6000, CostIn: 1, CostOut: 2}
	r := bus()
	r.Network = "N"
	used := func() store.ModelUse {
		u, err := store.ModelUseOf(t.Context(), st.Reader(), "N", store.ModelMonth(now))
		if err != nil {
			t.Error(err)
		}
		return u
	}
	if got := summary(t, m, r); got.Note != nil {
		t.Fatalf("note %v", got.Note)
	}
	first := used()
	if first.In != int64(len(s.Requests()[0].Raw)/4) || first.Out == 0 || first.Cost != first.In+2*first.Out {
		t.Errorf("used %+v", first)
	}
	s.Script(modeltest.Status(401, "invalid_api_key", ""))
	if got := summary(t, m, r); noteOf(got) != "digest_note_denied" || used() != first {
		t.Errorf("note %v, used %+v after a refused request", got.Note, used())
	}
	s.Script(modeltest.Good)
	for n := 0; ; n++ {
		if got := summary(t, m, r); noteOf(got) == "digest_note_budget" {
			break
		}
		if n > 20 {
			t.Fatal("the budget has no end")
		}
	}
	if u := used(); u.In+u.Out > 6000 {
		t.Errorf("used %+v of 6000", u)
	}
	asked := len(s.Requests())
	if got := summary(t, m, r); noteOf(got) != "digest_note_budget" || len(s.Requests()) != asked {
		t.Errorf("note %v, %d requests more", got.Note, len(s.Requests())-asked)
	}
	now = now.AddDate(0, 0, 1)
	m.Budget.Tokens, m.Budget.Cost = 0, 0.002 // 2000 tokens or so
	if got := summary(t, m, r); noteOf(got) != "digest_note_budget" {
		t.Errorf("a month that costs too much: note %v", got.Note)
	}
	m.Budget.Cost = 1
	if got := summary(t, m, r); got.Note != nil {
		t.Errorf("a new month: note %v", got.Note)
	}
	s.Script(modeltest.Raw(`{"choices":[{"message":{"content":"{\"lines\":[]}"}}],"usage":{"prompt_tokens":-5}}`))
	before := used()
	if summary(t, m, r); used().In <= before.In {
		t.Errorf("used %+v, after %+v and an answer that tells nothing", used(), before)
	}
}

func TestLongTalks(t *testing.T) {
	var lines []string
	for i := range 600 {
		lines = append(lines, fmt.Sprintf("N%c%c: Beitrag %d über das Sommerfest und Thema %d, damit der Plan steht.", 'a'+i%7, 'a'+i%5, i, i*7))
	}
	r := said(lines...)
	for i := range r.Messages {
		r.Messages[i].Thread = fmt.Sprintf("$%d", i%10*60+1) // ten threads in one another
	}
	s := modeltest.New(t, modeltest.TooLong(9000))
	got := summary(t, model(s, digest.ModelConfig{Context: 8192}), r)
	if got.Note != nil || len(got.Lines) < 3 {
		t.Fatalf("%s, note %v", show(got), got.Note)
	}
	for _, l := range got.Lines {
		at := slices.IndexFunc(r.Messages, func(m digest.Message) bool { return m.ID == l.Sources[0] })
		if !strings.Contains(l.Text, regexp.MustCompile(`Beitrag \d+`).FindString(r.Messages[at].Text)) {
			t.Errorf("%q does not come from %s", l.Text, l.Sources)
		}
	}
	for _, q := range s.Requests() {
		if n := len(q.System()) + len(q.User()); n/3+q.Most > 8192 {
			t.Errorf("a request of %d bytes", n)
		}
	}
	t.Logf("%d requests", len(s.Requests()))
	long := said("Anke: "+strings.Repeat("Das Fest ist im Sommer am See. ", 2000), "Bernd: Wer bringt Kuchen mit?")
	if got := summary(t, model(modeltest.New(t), digest.ModelConfig{Context: 2048}), long); got.Note != nil || len(got.Lines) != 2 {
		t.Errorf("%s, note %v", show(got), got.Note)
	}
}
