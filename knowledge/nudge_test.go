package knowledge_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"
	"maunium.net/go/mautrix/id"

	"buffet/knowledge"
	"buffet/lang"
	"buffet/schedule"
	"buffet/store"
)

// TestNudge lets two months pass, with a restart every five days.
func TestNudge(t *testing.T) {
	dir := t.TempDir()
	phrases, err := lang.Load()
	if err != nil {
		t.Fatal(err)
	}
	const day = 24 * time.Hour
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		k := &knowledge.Keeper{Phrases: phrases}
		place := knowledge.Place{Network: "N", Lang: lang.German, Prefix: "!", Room: hall}
		var s *store.Store
		out := map[id.RoomID]bool{"!out:b": true}
		restart := func() {
			var err error
			if s != nil {
				err = s.Close()
			}
			if err != nil {
				t.Fatal(err)
			}
			if s, err = store.Open(t.Context(), filepath.Join(dir, "buffet.db")); err != nil {
				t.Fatal(err)
			}
		}
		// the queue runs for a moment every six hours: between them the process is down
		run := func() {
			n := &knowledge.Nudger{Store: s, Phrases: phrases, Now: time.Now, Place: func(_ context.Context, _ store.Querier, room id.RoomID) (knowledge.Place, bool, error) {
				return place, !out[room], nil
			}}
			q := schedule.New(s, 1, map[string]schedule.Handler{knowledge.NudgeKind: n.Handler()}, zerolog.Nop())
			ctx, cancel := context.WithCancel(t.Context())
			done := make(chan struct{})
			go func() { defer close(done); q.Run(ctx) }()
			synctest.Wait()
			cancel()
			<-done
		}
		write := func(f func(ctx context.Context, tx *store.Tx) error) {
			t.Helper()
			if err := s.Write(t.Context(), func(tx *store.Tx) error { return f(t.Context(), tx) }); err != nil {
				t.Fatal(err)
			}
		}
		restart()
		defer func() { s.Close() }()
		questions := map[string]store.Contribution{}
		write(func(ctx context.Context, tx *store.Tx) error {
			for _, name := range []string{"quiet", "answered", "chatty", "closed", "reopened", "gone", "out", "moved"} {
				p := place
				if name == "out" {
					p.Room = "!out:b"
				}
				if name == "moved" {
					p.Room = "!old:b"
				}
				m := knowledge.Said{Event: id.EventID("$" + name), Author: anke, Text: "Frage " + name + "?", Sent: time.Now()}
				c, _, err := k.Gather(ctx, tx, p, store.Question, m, anke, m.Event, time.Now())
				if err != nil {
					return err
				}
				questions[name] = c
			}
			return nil
		})
		reply := func(name string, by id.UserID, text string) {
			t.Helper()
			write(func(ctx context.Context, tx *store.Tx) error {
				m := knowledge.Said{Event: id.EventID(fmt.Sprintf("$r%d", time.Now().UnixNano())), Author: by, Text: text, Sent: time.Now()}
				return k.Answer(ctx, tx, place, questions[name].ID, m, time.Now())
			})
		}
		said := map[string][]time.Duration{}
		look := func() {
			t.Helper()
			for name, c := range questions {
				list, err := store.Collect(t.Context(), s.Reader(), func(scan func(...any) error) (at int64, err error) { return at, scan(&at) },
					`SELECT created_at FROM outbox WHERE key = $1`, fmt.Sprintf("nudge/%d", c.ID))
				if err != nil {
					t.Fatal(err)
				}
				said[name] = nil
				for _, at := range list {
					said[name] = append(said[name], store.Time(at).Sub(begin).Round(time.Minute))
				}
			}
		}
		for quarter := range 60 * 4 {
			switch float64(quarter) / 4 {
			case 1:
				write(func(ctx context.Context, tx *store.Tx) error {
					return errors.Join(k.Redact(ctx, tx, questions["gone"].EventRoom, "$gone", time.Now()), tx.MoveRoom(ctx, "!old:b", "!new:b"))
				})
			case 2:
				write(func(ctx context.Context, tx *store.Tx) error {
					for _, name := range []string{"closed", "reopened"} {
						if _, err := k.Close(ctx, tx, place, questions[name].ID, anke, false, id.EventID("$ok-"+name), nil, time.Now()); err != nil {
							return err
						}
					}
					return nil
				})
			case 5:
				reply("answered", ben, "Eine Antwort dazu")
			case 6, 12, 18:
				reply("chatty", anke, "Danke") // life in the thread, if no answer
			case 10:
				out["!out:b"] = false
			case 21:
				write(func(ctx context.Context, tx *store.Tx) error {
					return k.Redact(ctx, tx, questions["reopened"].EventRoom, "$ok-reopened", time.Now())
				})
			}
			if quarter%20 == 19 {
				restart()
			}
			run()
			time.Sleep(6 * time.Hour)
		}
		look()
		for name, want := range map[string]time.Duration{"quiet": 7 * day, "answered": 12 * day, "chatty": 25 * day, "reopened": 28 * day, "out": 14 * day, "closed": 0, "gone": 0, "moved": 0} {
			if got := said[name]; want == 0 && len(got) > 0 || want > 0 && (len(got) != 1 || got[0] != want) {
				t.Errorf("%s: asked after %v, want %v", name, got, want)
			}
		}
		c, err := store.ContributionByID(t.Context(), s.Reader(), questions["moved"].ID)
		if err != nil || c.Nudged.IsZero() {
			t.Errorf("one whose room was replaced does not come first: %+v, %v", c, err)
		}
		var content string
		if err := s.Reader().QueryRowContext(t.Context(), `SELECT content FROM outbox WHERE key = $1`, fmt.Sprintf("nudge/%d", questions["quiet"].ID)).Scan(&content); err != nil ||
			!strings.Contains(content, "!erledigt") || !strings.Contains(content, "$quiet") {
			t.Errorf("said %s, %v", content, err)
		}
		reply("quiet", ben, "Doch noch eine Antwort")
		for range 30 {
			time.Sleep(day)
			run()
		}
		look()
		if len(said["quiet"]) != 1 {
			t.Errorf("asked again: %v", said["quiet"])
		}
	})
}
