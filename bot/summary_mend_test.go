package bot

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"maunium.net/go/mautrix/id"

	"buffet/commands"
	"buffet/digest"
	"buffet/internal/matrixtest"
	"buffet/schedule"
	"buffet/store"
)

// byModel sums up as a model does, or as one that got nothing to read.
func byModel(host string) told {
	return func(r digest.Request) (*digest.Summary, error) {
		return &digest.Summary{Model: host, Lines: []digest.Line{{Text: "Der Bus fährt.", Sources: []string{r.Messages[0].ID}}}}, nil
	}
}

// Why a text is not in simple language is said as it is.
func TestWhyNotSimple(t *testing.T) {
	l, plain, _ := start(t)
	approve := func(context.Context, *store.Tx, int64, []id.UserID, time.Time) error { return nil }
	matrixtest.Must(l.anke.Send(l.ctx, plain, "Der Bus fährt wieder."))(t)
	matrixtest.Must(l.anke.Send(l.ctx, plain, "Wann denn?"))(t)
	const off, nobody, nothing = "hier ist keins eingeschaltet", "Organisierenden frei, und hier habe ich keine", "Hier stand nichts, woraus"
	for name, one := range map[string]struct {
		by      digest.Summariser
		approve func(context.Context, *store.Tx, int64, []id.UserID, time.Time) error
		says    string
	}{
		"no model":             {digest.Extractive{}, approve, off},
		"nobody who approves":  {byModel("modell.example"), nil, nobody},
		"nothing to read":      {byModel(""), approve, nothing},
		"nothing and nobody":   {byModel(""), nil, nobody},
		"no model, and nobody": {digest.Extractive{}, nil, off},
	} {
		l.Approve = one.approve
		l.sums(one.by)
		l.talks.changed(plain)
		_, body := l.asks(plain, "!kurz einfach")
		for _, why := range []string{off, nobody, nothing} {
			if strings.Contains(body, why) != (why == one.says) {
				t.Errorf("%s: %q:\n%s", name, why, body)
			}
		}
	}
}

// After a draft is decided the same question gets a new one.
func TestSimpleSummaryAfterDecision(t *testing.T) {
	l, plain, _ := start(t)
	l.Approve = func(context.Context, *store.Tx, int64, []id.UserID, time.Time) error { return nil }
	l.sums(byModel("modell.example"))
	matrixtest.Must(l.anke.Send(l.ctx, plain, "Der Bus fährt wieder."))(t)
	matrixtest.Must(l.anke.Send(l.ctx, plain, "Wann denn?"))(t)
	draft := func() int64 {
		t.Helper()
		if _, body := l.asks(plain, "!kurz einfach"); !strings.Contains(body, "geht zuerst an die Organisierenden") {
			t.Errorf("says %s", body)
		}
		list := matrixtest.Must(store.Drafts(l.ctx, l.Store.Reader(), plain))(t)
		if len(list) != 1 {
			t.Fatalf("drafts %+v", list)
		}
		return list[0].ID
	}
	first := draft()
	if again := draft(); again != first {
		t.Errorf("a second draft while the first one waits")
	}
	for _, end := range []string{store.DigestRefused, store.DigestLapsed} {
		if err := l.Store.Write(l.ctx, func(tx *store.Tx) error {
			_, err := tx.SetDigestState(l.ctx, first, store.DigestDraft, end, time.Now())
			return err
		}); err != nil {
			t.Fatal(err)
		}
		next := draft()
		if next == first {
			t.Errorf("%s: the old draft", end)
		}
		first = next
	}
}

// The answer that there is just one message goes when that message does.
func TestOneMessageIsASource(t *testing.T) {
	l, plain, _ := start(t)
	l.sums(digest.Extractive{})
	e := matrixtest.Must(l.anke.Send(l.ctx, plain, "Der Bus fährt wieder."))(t)
	if _, body := l.asks(plain, "!kurz"); !strings.Contains(body, "nur eine Nachricht, von "+l.anke.UserID.Localpart()) {
		t.Errorf("says %s", body)
	}
	list := matrixtest.Must(store.DigestSourcesIn(l.ctx, l.Store.Reader(), plain, "", time.Now().Add(-time.Hour), 9))(t)
	if len(list) != 1 || list[0].Event != e || !list[0].Reads(digest.Hash("Der Bus fährt wieder.")) {
		t.Errorf("rests on %+v", list)
	}
}

// Whoever waits for a summary while the room is upgraded hears of it in the
// successor, also if it was being made.
func TestSummaryOfUpgradedRoom(t *testing.T) {
	l, plain, encrypted := start(t)
	const next = id.RoomID("!next:buffet.test")
	matrixtest.Must(l.anke.Send(l.ctx, plain, "Der Bus fährt wieder."))(t)
	matrixtest.Must(l.anke.WaitEvent(l.ctx, matrixtest.Must(l.anke.Send(l.ctx, plain, "Wann denn?"))(t)))(t)
	l.stop()
	room := matrixtest.Must(l.Store.Room(l.ctx, plain))(t)
	upgrade := func() {
		if err := l.Store.Write(l.ctx, func(tx *store.Tx) error {
			if err := tx.PutRoom(l.ctx, store.Room{ID: next, Network: room.Network, Joined: time.Now(), Followed: plain}); err != nil {
				return err
			}
			if err := tx.MoveRoom(l.ctx, plain, next); err != nil {
				return err
			}
			return tx.DropRoom(l.ctx, plain, time.Now())
		}); err != nil {
			t.Error(err)
		}
	}
	l.Summariser = func(context.Context, store.Querier, string, id.RoomID) (digest.Summariser, error) {
		return told(func(r digest.Request) (*digest.Summary, error) {
			upgrade()
			return &digest.Summary{Lines: []digest.Line{{Text: "Der Bus fährt.", Sources: []string{r.Messages[0].ID}}}}, nil
		}), nil
	}
	ask := func(event id.EventID, where id.RoomID) {
		t.Helper()
		now := time.Now()
		a := commands.SummaryArgs{Event: event, Sender: l.anke.UserID, Room: where, Lang: "de", Asked: now, Of: plain, Since: now.Add(-time.Hour), Command: "!kurz"}
		if err := l.Store.Write(l.ctx, func(tx *store.Tx) error {
			_, err := schedule.Add(l.ctx, tx, "summary/"+event.String(), commands.SummaryKind, a, now)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		jobs := matrixtest.Must(l.Store.DueJobs(l.ctx, time.Now().Add(time.Second), []string{commands.SummaryKind}, 9))(t)
		i := slices.IndexFunc(jobs, func(j store.Job) bool { return j.Key == "summary/"+event.String() })
		if i < 0 {
			t.Fatalf("jobs %+v", jobs)
		}
		if err := l.summarise(l.ctx, &schedule.Job{Job: jobs[i]}); err != nil {
			t.Fatal(err)
		}
	}
	ask("$during", plain)
	ask("$after", plain)
	ask("$elsewhere", encrypted)
	for key, where := range map[string]id.RoomID{"reply/$during/moved": next, "reply/$after/moved": next, "reply/$elsewhere": encrypted} {
		var in id.RoomID
		var content string
		err := l.Store.Reader().QueryRowContext(l.ctx, `SELECT room_id, content FROM outbox WHERE key = $1`, key).Scan(&in, &content)
		if err != nil || in != where || !strings.Contains(content, "umgezogen") || strings.Contains(content, "$after") {
			t.Errorf("%s: %v in %s: %s", key, err, in, content)
		}
	}
	var n int
	if err := l.Store.Reader().QueryRowContext(l.ctx, `SELECT count(*) FROM outbox WHERE key LIKE 'reply/%'`).Scan(&n); err != nil || n != 3 {
		t.Errorf("%d answers, %v", n, err)
	}
}
