package bot

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"
	"maunium.net/go/mautrix/id"

	"buffet/schedule"
	"buffet/store"
)

// slow is a homeserver that takes a second for each answer.
type slow struct{ http.RoundTripper }

func (s slow) RoundTrip(req *http.Request) (*http.Response, error) {
	select {
	case <-time.After(time.Second):
		return s.RoundTripper.RoundTrip(req)
	case <-req.Context().Done():
		return nil, req.Context().Err()
	}
}

// However slow the homeserver, a room is looked after to its end, and what was
// asked is not asked again; not even when an answer fails on the way.
func TestRecheckInSteps(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const kept, cited = 120, 60
		var mu sync.Mutex
		asked, failures := map[id.EventID]int{}, 0
		b := bare(t, func(req *http.Request) string {
			mu.Lock()
			defer mu.Unlock()
			_, e, ok := strings.Cut(req.URL.Path, "/event/")
			if !ok {
				return ""
			}
			if e == "$kept30" && failures < 9 {
				failures++
				return "no JSON"
			}
			asked[id.EventID(e)]++
			return ""
		})
		b.Account.Client.Client.Transport = slow{b.Account.Client.Client.Transport}
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		var all []id.EventID
		err := b.Store.Write(ctx, func(tx *store.Tx) error {
			now := time.Now()
			if err := tx.PutRoom(ctx, store.Room{ID: "!r:x", Network: "N", Joined: now}); err != nil {
				return err
			}
			for n := range kept {
				c := store.Contribution{Network: "N", Kind: store.Experience, Room: "!r:x", EventRoom: "!r:x",
					Event: id.EventID(fmt.Sprintf("$kept%d", n)), Author: "@a:x", Audience: store.AudienceRoom, Body: "Text", Sent: now}
				if _, _, err := tx.AddContribution(ctx, c); err != nil {
					return err
				}
				all = append(all, c.Event)
			}
			line := store.DigestLine{Number: 1, Section: "thread", Text: "Text"}
			for n := range cited {
				s := store.DigestSource{Event: id.EventID(fmt.Sprintf("$cited%d", n)), Room: "!r:x", Author: "@a:x", Hash: "h"}
				line.Sources = append(line.Sources, s)
				all = append(all, s.Event)
			}
			_, err := tx.AddDigest(ctx, store.Digest{Kind: store.DigestWeekly, Network: "N", Room: "!r:x", Audience: store.AudienceRoom,
				State: store.DigestPublished, Lang: "de", Made: now}, []store.DigestLine{line})
			if err != nil {
				return err
			}
			return b.recheck(ctx, tx, "!r:x", "1", now)
		})
		if err != nil {
			t.Fatal(err)
		}
		queue := schedule.New(b.Store, 1, b.RecheckHandler(), zerolog.Nop())
		queue.Failed = func(_ context.Context, _ *store.Tx, job store.Job, cause error) error {
			t.Errorf("%s was given up: %v", job.Key, cause)
			return nil
		}
		var wg sync.WaitGroup
		wg.Go(func() { queue.Run(ctx) })
		time.Sleep(3 * time.Hour) // of the test's clock
		cancel()
		wg.Wait()
		again := slices.DeleteFunc(slices.Clone(all), func(e id.EventID) bool { return asked[e] > 0 && asked[e] < 4 })
		if len(again) > 0 {
			t.Errorf("%d of %d were not asked for, or too often: %v", len(again), len(all), again)
		}
		if jobs, err := b.Store.JobKinds(t.Context(), time.Now()); err != nil || len(jobs) > 0 {
			t.Errorf("left %+v, %v", jobs, err)
		}
	})
}
