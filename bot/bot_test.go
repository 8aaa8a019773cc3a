package bot

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"

	"buffet/internal/matrixtest"
)

func TestTxnIDIsReadableBack(t *testing.T) {
	for _, key := range []string{"reply/$abc:example.org", "announce/12/2026-11-23T08:00:00Z", "ü/ß"} {
		if got := keyOf(txnID(key)); got != key {
			t.Errorf("keyOf(txnID(%q)) = %q", key, got)
		}
	}
	for _, foreign := range []string{"", "m123.4", "buffet-", "buffet-!"} {
		if got := keyOf(foreign); got != "" {
			t.Errorf("keyOf(%q) = %q, want none", foreign, got)
		}
	}
}

func TestBackoffGrowsToItsLimit(t *testing.T) {
	if d := backoff(0, 30*time.Second); d != 0 {
		t.Errorf("first retry after %s, want at once", d)
	}
	for n, most := range map[int]time.Duration{1: time.Second, 3: 4 * time.Second, 9: 30 * time.Second, 999: 30 * time.Second} {
		if d := backoff(n, 30*time.Second); d > most || d < most/2 {
			t.Errorf("after %d failures: %s, want about %s", n, d, most)
		}
	}
}

// Rows of one lane are worked one after the other, each once, and lanes side
// by side.
func TestLanes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		left := map[string][]int{"a": {1, 2, 3}, "b": {1, 2, 3}, "c": {1, 2, 3}}
		done := map[string][]int{}
		working := map[string]bool{}
		most := 0
		type row struct {
			lane string
			n    int
		}
		l := &lanes[row]{
			ring: make(chan struct{}), count: 2, log: zerolog.Nop(),
			lane: func(r row) string { return r.lane },
			fetch: func(context.Context) (list []row, _ time.Time, _ error) {
				mu.Lock()
				defer mu.Unlock()
				for _, name := range []string{"a", "b", "c"} {
					if len(left[name]) > 0 {
						list = append(list, row{name, left[name][0]})
					}
				}
				return list, time.Time{}, nil
			},
			work: func(_ context.Context, r row) {
				mu.Lock()
				if working[r.lane] {
					t.Errorf("two rows of lane %s at once", r.lane)
				}
				working[r.lane] = true
				most = max(most, len(working))
				mu.Unlock()
				time.Sleep(time.Second)
				mu.Lock()
				defer mu.Unlock()
				delete(working, r.lane)
				left[r.lane] = left[r.lane][1:]
				done[r.lane] = append(done[r.lane], r.n)
			},
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		l.run(ctx)
		if got, want := fmt.Sprint(done), "map[a:[1 2 3] b:[1 2 3] c:[1 2 3]]"; got != want {
			t.Errorf("done %s, want %s", got, want)
		}
		if most != 2 {
			t.Errorf("%d lanes at once, want 2", most)
		}
	})
}

// Our name is asked for until it is known.
func TestLearnsItsName(t *testing.T) {
	l, plain, _ := start(t)
	if err := l.Account.Client.SetDisplayName(l.ctx, "Frau Buffet"); err != nil {
		t.Fatal(err)
	}
	l.stop()
	l.name.Store(nil)
	l.Account.Client.Client.Transport = &fails{part: "/profile/", times: 1}
	l.work()
	for l.myName() == "" && l.ctx.Err() == nil {
		time.Sleep(20 * time.Millisecond)
	}
	e := matrixtest.Must(l.anke.Send(l.ctx, plain, "Frau Buffet: hilfe"))(t)
	matrixtest.Must(l.anke.WaitReply(l.ctx, e))(t)
}
