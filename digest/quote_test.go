package digest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"maunium.net/go/mautrix/id"

	"buffet/lang"
	"buffet/store"
)

// liar gives lines with all sorts of faults, and good ones.
type liar struct {
	model string
	lines func(r Request) []Line
	note  *lang.Problem
	err   error
}

func (s liar) Summarise(_ context.Context, r Request) (*Summary, error) {
	if s.err != nil {
		return nil, s.err
	}
	return &Summary{Model: s.model, Lines: s.lines(r), Note: s.note}, nil
}

func TestLinesAreChecked(t *testing.T) {
	w := newWeek(t, lang.German)
	w.say(voice{key: "e1", kind: store.Experience, by: "jana", at: "Mo 09:00", text: "Der Flohmarkt im Hof lief besser als der im Saal. Es kamen doppelt so viele."},
		voice{key: "e2", kind: store.Experience, by: "tom", at: "Mo 10:00", named: true, text: "Die Einladung auf Papier hat mehr gebracht als die im Netz."})
	for name, c := range map[string]struct {
		model string
		line  Line
		ok    bool
	}{
		"a quote":             {"", Line{Text: "Der Flohmarkt im Hof lief besser …", Sources: []string{"c0"}}, true},
		"two parts":           {"", Line{Text: "Der Flohmarkt … doppelt so viele.", Sources: []string{"c0"}}, true},
		"not verbatim":        {"", Line{Text: "Der Flohmarkt im Garten lief besser.", Sources: []string{"c0"}}, false},
		"parts turned round":  {"", Line{Text: "doppelt so viele … Der Flohmarkt", Sources: []string{"c0"}}, false},
		"no source":           {"", Line{Text: "Der Flohmarkt im Hof"}, false},
		"an invented source":  {"m.example", Line{Text: "Der Markt draußen war besser.", Sources: []string{"c0", "c7"}}, false},
		"nothing":             {"m.example", Line{Text: " \n", Sources: []string{"c0"}}, false},
		"an invented role":    {"m.example", Line{Text: "Der Markt draußen war besser.", Sources: []string{"c0"}, Role: "boss"}, false},
		"of a model":          {"m.example", Line{Text: "Der Markt draußen war besser.", Sources: []string{"c0"}}, true},
		"somebody's identity": {"", Line{Text: "Der Flohmarkt im Hof", Who: "Petra (Caritas)", Sources: []string{"c0"}}, true},
	} {
		w.sum = liar{model: c.model, lines: func(r Request) []Line {
			if strings.HasPrefix(r.Messages[0].Text, "Die Einladung") {
				return nil
			}
			return []Line{c.line}
		}}
		d := w.compose(store.AudienceRoom)
		if (d != nil) != c.ok {
			t.Errorf("%s: %s", name, w.told(d))
		}
		if d != nil && (d.Lines[0].Who != "" || d.Model != c.model) {
			t.Errorf("%s: %+v of %q", name, d.Lines[0], d.Model)
		}
	}
}

// TestModel: a text that a model wrote says so; where a member's own words
// stand in it they are marked as such.
func TestModel(t *testing.T) {
	w := newWeek(t, lang.German)
	w.say(voice{key: "e1", kind: store.Experience, by: "jana", at: "Mo 09:00", text: "Der Flohmarkt im Hof lief besser als der im Saal."},
		voice{key: "q1", kind: store.Question, by: "tom", at: "Mo 10:00", audience: store.AudienceNetwork, room: south, text: "Wer leiht uns ein Zelt?"})
	w.sum = mixed{}
	place := w.place()
	d, err := w.composer().Compose(t.Context(), w.store.Reader(), place, store.AudienceRoom, w.from, w.to, true)
	if err != nil || d.Model != "modell.example" || d.Note != "digest_empty" || !d.Simple {
		t.Fatalf("%+v, %v", d, err)
	}
	if want := []id.RoomID{south, north}; !slices.Equal(w.rooms, want) {
		t.Errorf("rooms %v, want %v", w.rooms, want)
	}
	_, p := w.keep(d)
	text := p.Text().Plain()
	for _, want := range []string{"• E1 Draußen verkauft es sich besser. · zum Beitrag", "F1 „Wer leiht uns ein Zelt?“ – ein Mitglied ·",
		"Was nicht in Anführungszeichen steht, hat ein Sprachmodell verfasst (modell.example).\nHier steht nichts mehr"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing in\n%s", want, text)
		}
	}
}

// mixed writes experiences, and falls back for questions.
type mixed struct{}

func (mixed) Summarise(ctx context.Context, r Request) (*Summary, error) {
	if !r.Simple || r.Network != weekNetwork {
		return nil, errors.New("not asked for simple language")
	}
	if r.Messages[0].Question {
		sum, err := Extractive{}.Summarise(ctx, r)
		if err == nil {
			sum.Note = &lang.Problem{Key: "digest_empty"} // any phrase
		}
		return sum, err
	}
	return &Summary{Model: "modell.example", Lines: []Line{{Text: "Draußen verkauft es sich besser.", Sources: []string{r.Messages[0].ID}}}}, nil
}

// TestModelFails: a model that fails twice in a row is not asked again, and the
// digest is made of people's own sentences.
func TestModelFails(t *testing.T) {
	w := newWeek(t, lang.German).full()
	broken := &failing{}
	w.sum = broken
	_, p := w.keep(w.compose(store.AudienceRoom))
	if broken.asked != 2 {
		t.Errorf("asked %d times", broken.asked)
	}
	if want := "\nDas Sprachmodell war nicht erreichbar"; p.Model != "" || len(p.sections) != 5 || strings.Count(p.Text().Plain(), want) != 1 {
		t.Errorf("text:\n%s", p.Text().Plain())
	}
}

type failing struct{ asked int }

func (f *failing) Summarise(ctx context.Context, r Request) (*Summary, error) {
	f.asked++
	sum, err := Extractive{}.Summarise(ctx, r)
	if err == nil {
		sum.Note = &lang.Problem{Key: "digest_note_unreachable"}
	}
	return sum, err
}

// TestAskedForAnAnswer: a model that gives a line of the question and none of
// its many answers is not asked about each of them.
func TestAskedForAnAnswer(t *testing.T) {
	w := newWeek(t, lang.German)
	w.say(voice{key: "q", kind: store.Question, by: "jana", at: "Mo 09:00", text: "Wie habt ihr die Schlüssel für das Haus geregelt?"})
	for i := range 20 {
		w.say(voice{key: fmt.Sprint("a", i), of: "q", kind: store.Answer, by: "tom", at: "Mo 10:00", text: fmt.Sprintf("Bei uns liegt Schlüssel %d im Tresor am Eingang.", i)})
	}
	asked, answers := 0, 0
	w.sum = liar{model: "m.example", lines: func(r Request) []Line {
		asked++
		if !r.Messages[0].Question {
			if answers++; answers < 3 {
				return nil
			}
		}
		return []Line{{Text: "Es geht um Schlüssel.", Sources: []string{r.Messages[0].ID}}}
	}}
	if got := w.told(w.compose(store.AudienceNetwork)); got != "thin" || asked > 0 {
		t.Errorf("network: %s after %d requests", got, asked)
	}
	if got := w.told(w.compose(store.AudienceRoom)); got != "answered q, answered a2" {
		t.Errorf("room: %s after %d requests", got, asked)
	}
	asked, answers = 0, -100
	if got := w.told(w.compose(store.AudienceRoom)); got != "thread $q" || asked > 10 {
		t.Errorf("room: %s after %d requests", got, asked)
	}
}

// TestSummaryPage: a summary that organisers approve is a page, too.
func TestSummaryPage(t *testing.T) {
	for language, want := range map[string]string{
		lang.German:  "Kurz gefasst, in einfacher Sprache\n\n• Frage: Wer hat Zeit? · zur Nachricht: L\n↳ Tom hat Zeit. · zur Nachricht: L\n• Noch offen: Wann fängt es an? · zur Nachricht: L\n\nVon einem Sprachmodell verfasst (modell.example).",
		lang.English: "In short, in plain language\n\n• Question: Wer hat Zeit? · to the message: L\n↳ Tom hat Zeit. · to the message: L\n• Still open: Wann fängt es an? · to the message: L\n\nWritten by a language model (modell.example).",
	} {
		w := newWeek(t, language)
		source := []store.DigestSource{{Event: "$m", Room: north, Author: userOf("tom")}}
		d := &Draft{Digest: store.Digest{Kind: store.DigestSummary, Network: weekNetwork, Room: north, Audience: store.AudienceRoom, State: store.DigestDraft,
			Lang: language, From: w.from, To: w.to, Model: "modell.example", Simple: true}, Lines: []store.DigestLine{
			{Seq: 1, Number: 1, Section: Summed, Role: Question, Text: "Wer hat Zeit?", Sources: source},
			{Seq: 2, Number: 1, Section: Summed, Role: Answer, Text: "Tom hat Zeit.", Sources: source},
			{Seq: 3, Number: 2, Section: Summed, Role: Question, Open: true, Text: "Wann fängt es an?", Sources: source}}}
		_, p := w.keep(d)
		got := strings.ReplaceAll(p.Text().Plain(), "https://matrix.to/#/%21nord:verband.example/$m?via=verband.example", "L")
		if got != want {
			t.Errorf("got\n%s\nwant\n%s", got, want)
		}
		if strings.Contains(p.HTML(true), "digest_") || strings.Contains(p.Markdown(true), "digest_") || strings.Contains(p.Draft().Plain(), "digest_") {
			t.Errorf("a phrase is missing:\n%s%s", p.Markdown(true), p.Draft().Plain())
		}
	}
}

// TestReadFails: a room that may not be read has a digest without threads; one
// that cannot be read just now, or an interruption, is an error.
func TestReadFails(t *testing.T) {
	w := newWeek(t, lang.German).full()
	c := w.composer()
	ctx, cancel := context.WithCancel(t.Context())
	busy := errors.New("503")
	for _, failed := range []error{nil, fmt.Errorf("%w: 403", ErrUnreadable), busy} {
		c.Read = func(context.Context, id.RoomID, time.Time, time.Time) (*History, error) { return nil, failed }
		if failed == nil {
			c.Read = nil
		}
		d, err := c.Compose(ctx, w.store.Reader(), w.place(), store.AudienceRoom, w.from, w.to, false)
		switch {
		case failed == busy: //nolint:errorlint // this very one
			if d != nil || !errors.Is(err, busy) {
				t.Errorf("%v: %s, %v", failed, w.told(d), err)
			}
		case err != nil || d == nil || strings.Contains(w.told(d), Threads) || !strings.Contains(w.told(d), Answered):
			t.Errorf("%v: %s, %v", failed, w.told(d), err)
		}
	}
	c.Read = func(context.Context, id.RoomID, time.Time, time.Time) (*History, error) {
		cancel()
		return nil, ctx.Err()
	}
	if _, err := c.Compose(ctx, w.store.Reader(), w.place(), store.AudienceRoom, w.from, w.to, false); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	w.sum = liar{err: context.DeadlineExceeded}
	if _, err := w.composer().Compose(t.Context(), w.store.Reader(), w.place(), store.AudienceRoom, w.from, w.to, false); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("summariser: %v", err)
	}
}
