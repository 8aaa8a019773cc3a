package bot

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"buffet/digest"
	"buffet/internal/matrixtest"
	"buffet/lang"
	"buffet/schedule"
	"buffet/store"
)

// told is a summariser that says what it is told to.
type told func(r digest.Request) (*digest.Summary, error)

func (f told) Summarise(_ context.Context, r digest.Request) (*digest.Summary, error) { return f(r) }

// sums lets the bot sum up that way.
func (l *live) sums(by digest.Summariser) {
	l.Summariser = func(_ context.Context, _ store.Querier, network string, _ id.RoomID) (digest.Summariser, error) {
		if network != "DigIT" {
			return nil, errors.New("whose room is it?")
		}
		return by, nil
	}
	if l.queue {
		return
	}
	l.queue = true
	ctx, cancel := context.WithCancel(l.ctx)
	var wg sync.WaitGroup
	q := schedule.New(l.Store, 2, l.SummaryHandler(), l.Log)
	wg.Go(func() { q.Run(ctx) })
	l.t.Cleanup(func() { cancel(); wg.Wait() })
}

func (l *live) asks(room id.RoomID, text string) (evt *event.Event, body string) {
	l.t.Helper()
	e := matrixtest.Must(l.anke.Send(l.ctx, room, text))(l.t)
	evt = matrixtest.Must(l.anke.WaitReply(l.ctx, e))(l.t)
	return evt, evt.Content.AsMessage().Body
}

// A model's text is marked as one; in simple language it goes to organisers.
func TestSummaryByModel(t *testing.T) {
	l, plain, encrypted := start(t)
	var approved []id.UserID
	l.Approve = func(_ context.Context, _ *store.Tx, _ int64, organisers []id.UserID, _ time.Time) error {
		approved = organisers
		return nil
	}
	l.sums(told(func(r digest.Request) (*digest.Summary, error) {
		s := &digest.Summary{Model: "modell.example", Lines: []digest.Line{
			{Text: "Es geht um den Bus, siehe https://evil.example/x.", Sources: []string{r.Messages[0].ID}},
			{Text: "Wann fährt er?", Sources: []string{r.Messages[1].ID}, Role: digest.Question, Open: true},
		}}
		if strings.Contains(r.Messages[0].Text, "ohne Modell") {
			s.Model, s.Note = "", &lang.Problem{Key: "digest_cut"}
		}
		return s, nil
	}))
	for _, room := range []id.RoomID{plain, encrypted} {
		matrixtest.Must(l.anke.Send(l.ctx, room, "Der Bus fährt wieder."))(t)
		matrixtest.Must(l.anke.Send(l.ctx, room, "Wann denn?"))(t)
		_, body := l.asks(room, "!kurz")
		for _, want := range []string{"• Es geht um den Bus, siehe evil\u200b.example/…. · zur Nachricht", "• Noch offene Frage: Wann fährt er?", "Von einem Sprachmodell verfasst (modell.example)."} {
			if !strings.Contains(body, want) {
				t.Errorf("does not say %q:\n%s", want, body)
			}
		}
		approved = nil
		if _, body = l.asks(room, "!kurz einfach"); body != "Der Text in einfacher Sprache geht zuerst an die Organisierenden." {
			t.Errorf("in simple language:\n%s", body)
		}
		drafts := matrixtest.Must(store.Drafts(l.ctx, l.Store.Reader(), room))(t)
		if len(drafts) != 1 || drafts[0].Kind != store.DigestSummary || !drafts[0].Simple || drafts[0].Model != "modell.example" || !slices.Contains(approved, l.anke.UserID) {
			t.Fatalf("drafts %+v, shown to %v", drafts, approved)
		}
		lines := matrixtest.Must(store.DigestLines(l.ctx, l.Store.Reader(), drafts[0].ID))(t)
		if len(lines) != 2 || lines[1].Text != "Wann fährt er?" || !lines[1].Open || len(lines[1].Sources) != 1 || lines[1].Sources[0].Author != l.anke.UserID {
			t.Errorf("lines %+v", lines)
		}
		_, again := l.asks(room, "!kurz einfach")
		if drafts = matrixtest.Must(store.Drafts(l.ctx, l.Store.Reader(), room))(t); again != body || len(drafts) != 1 {
			t.Errorf("again, with %d drafts:\n%s", len(drafts), again)
		}
	}
	root := matrixtest.Must(l.anke.Send(l.ctx, plain, "Hier geht es ohne Modell."))(t)
	matrixtest.Must(l.anke.ThreadReply(l.ctx, plain, root, "Und zwar gut."))(t)
	e := matrixtest.Must(l.anke.ThreadReply(l.ctx, plain, root, "!kurz einfach"))(t)
	body := matrixtest.Must(l.anke.WaitReply(l.ctx, e))(t).Content.AsMessage().Body
	if !strings.Contains(body, "Dieser Thread in Kürze") || !strings.Contains(body, "Die ältesten Nachrichten fehlen.") || strings.Contains(body, "Sprachmodell") {
		t.Errorf("with a note:\n%s", body)
	}
}

// What organisers approve says what is missing as the answer itself does.
func TestSummaryKeepsWhatIsMissing(t *testing.T) {
	s := &summing{network: &Network{}}
	if d := s.digest(&digest.History{Unreadable: 3, Cut: true}, new(digest.Summary)); !d.Cut || d.Unreadable != 3 {
		t.Errorf("kept %+v", d)
	}
	if d := s.digest(new(digest.History), new(digest.Summary)); d.Cut {
		t.Errorf("kept %+v", d)
	}
}

// A line leads to the first of its own messages, whatever other lines rest on.
func TestDraftLinesLeadToTheirMessage(t *testing.T) {
	h := &digest.History{Messages: []digest.Message{{ID: "$a"}, {ID: "$b"}, {ID: "$c"}}}
	sum := &digest.Summary{Lines: []digest.Line{{Text: "Eins.", Sources: []string{"$a", "$b"}}, {Text: "Zwei.", Sources: []string{"$c", "$b", "$gone"}}}}
	lines := draftLines(sum, (&summing{}).sources(h, sum))
	if s := lines[1].Sources; len(s) != 2 || s[0].Event != "$c" || s[1].Event != "$b" {
		t.Errorf("sources of the second line: %+v", s)
	}
}

// What is edited while it is summed up is read once more.
func TestSummaryReadsAgain(t *testing.T) {
	l, plain, encrypted := start(t)
	for _, room := range []id.RoomID{plain, encrypted} {
		first := matrixtest.Must(l.anke.Send(l.ctx, room, "Der Bus fährt am Montag."))(t)
		matrixtest.Must(l.anke.Send(l.ctx, room, "Schön."))(t)
		calls := 0
		by := told(func(r digest.Request) (*digest.Summary, error) {
			if calls++; calls == 1 {
				_, before := l.talks.again(room, "")
				matrixtest.Must(l.anke.Edit(l.ctx, room, first, "Der Bus fährt am Dienstag."))(t)
				for !l.talks.mendedSince(room, before) {
					time.Sleep(10 * time.Millisecond)
				}
			}
			m := r.Messages[0]
			return &digest.Summary{Lines: []digest.Line{{Text: m.Text, Who: m.Name, Sources: []string{m.ID}}}}, nil
		})
		l.sums(by)
		if _, body := l.asks(room, "!kurz"); !strings.Contains(body, "am Dienstag") || calls != 2 {
			t.Errorf("after %d readings:\n%s", calls, body)
		}
	}
}
