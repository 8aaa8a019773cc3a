package offers

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"maunium.net/go/mautrix/id"

	"buffet/lang"
	"buffet/schedule"
	"buffet/store"
)

// feedTest is a feed on a real server that answers as told.
type feedTest struct {
	*table
	poller *Poller
	feed   Feed
	status int
	body   string
	etag   string
	asked  http.Header
	reads  int
	during func() // while it answers; may be nil
}

func newFeedTest(t *testing.T) *feedTest {
	t.Helper()
	f := &feedTest{table: newTable(t), status: http.StatusOK, etag: `"1"`, body: ics(ev("a", "20261203T140000", "Alpha"))}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f.asked = r.Header.Clone()
		f.reads++
		if f.during != nil {
			f.during()
		}
		if f.status == http.StatusOK && f.etag != "" && r.Header.Get("If-None-Match") == f.etag {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		w.Header().Set("ETag", f.etag)
		w.Header().Set("Content-Type", "text/calendar")
		w.WriteHeader(f.status)
		w.Write([]byte(f.body)) //nolint:errcheck // a test
	}))
	t.Cleanup(server.Close)
	f.feed = Feed{Network: testNetwork, URL: server.URL + "/private-4711/basic.ics?token=geheim", Every: time.Hour}
	f.poller = &Poller{Store: f.store, Fetcher: NewFetcher(), Phrases: f.phrases, Feeds: []Feed{f.feed}, Now: func() time.Time { return f.now },
		Networks: map[string]FeedNetwork{testNetwork: {Lang: lang.German, Zone: f.zone, Organisers: []id.UserID{"@ulla:example.org", "@udo:example.org"}}}}
	f.ensure(f.feed)
	return f
}

func (f *feedTest) ensure(feeds ...Feed) {
	f.Helper()
	f.write(func(tx *store.Tx) error { return EnsureFeeds(f.ctx, tx, feeds, f.now) })
}

// poll runs the feed's job if it is due and goes on to the next round.
func (f *feedTest) poll() []store.Outgoing {
	f.Helper()
	jobs, err := f.store.DueJobs(f.ctx, f.now, []string{FeedKind}, 9)
	if err != nil || len(jobs) != 1 {
		f.Fatalf("jobs: %v, %v", jobs, err)
	}
	if err := f.poller.Handler().Run(f.ctx, &schedule.Job{Job: jobs[0]}); err != nil {
		f.Fatal(err)
	}
	j, err := f.store.Job(f.ctx, jobs[0].Key)
	if err != nil || j.State != store.JobReady || j.RunAt.Before(f.now.Add(54*time.Minute)) || j.RunAt.After(f.now.Add(66*time.Minute)) {
		f.Fatalf("not armed anew: %+v, %v", j, err)
	}
	f.now = f.now.Add(70 * time.Minute)
	return f.out()
}

func TestFeedIsReadOnce(t *testing.T) {
	f := newFeedTest(t)
	f.poll()
	f.equal("offers", f.titles(), []string{"Alpha"})
	f.poll()
	f.equal("asks for news only", f.asked.Get("If-None-Match"), `"1"`)
	f.equal("offers", f.titles(), []string{"Alpha"})
	f.body, f.etag = ics(ev("a", "20261203T140000", "Beta")), `"2"`
	f.poll()
	f.equal("offers", f.titles(), []string{"Beta"})
	f.equal("reads", f.reads, 3)
}

// TestFeedIsReadAnew: who wants it read in full is heard also while it is read.
func TestFeedIsReadAnew(t *testing.T) {
	f := newFeedTest(t)
	f.poll()
	for _, status := range []int{http.StatusOK, http.StatusInternalServerError} {
		f.status = status
		f.during = func() {
			if err := f.store.Write(f.ctx, func(tx *store.Tx) error { return tx.ReadAnew(f.ctx, testNetwork, f.feed.URL) }); err != nil {
				t.Error(err)
			}
		}
		f.poll()
		f.status, f.during = http.StatusOK, nil
		f.poll()
		f.equal("asks for all", f.asked.Get("If-None-Match"), "")
		f.poll()
		f.equal("asks for news only", f.asked.Get("If-None-Match"), `"1"`)
	}
}

// TestFeedAsksOn: what was too much to ask is asked although the feed stays as it is.
func TestFeedAsksOn(t *testing.T) {
	f := newFeedTest(t)
	var events []string
	for i := range maxAsks + 3 {
		events = append(events, ev(fmt.Sprint("a", i), "20261203T140000", fmt.Sprint("Übung ", i)))
	}
	f.load("file.ics", events...)
	f.feeds(feedTwo)
	f.load(feedTwo, events...) // the file's are its own now
	f.body = strings.ReplaceAll(ics(events...), "UID:a", "UID:b")
	f.poll()
	f.equal("asked", len(f.table.asked()), maxAsks)
	f.settle(f.table.asked()...)
	f.poll()
	f.equal("asked on", len(f.table.asked()), 3)
	f.poll()
	f.equal("asks for news only", f.asked.Get("If-None-Match"), `"1"`)
}

func TestFeedFailsAndRecovers(t *testing.T) {
	f := newFeedTest(t)
	f.poll()
	for range 2 { // the second time it is a new failure and told again
		f.status = http.StatusInternalServerError
		f.equal("first", len(f.poll()), 0)
		f.equal("second", len(f.poll()), 0)
		out := f.poll()
		if len(out) != 2 || out[0].User == "" || out[0].User == out[1].User || !strings.Contains(out[0].Plain, "127.0.0.1") {
			t.Fatalf("third: %+v", out)
		}
		if strings.Contains(out[0].Plain+out[0].Key, "geheim") || strings.Contains(out[0].Plain, "4711") {
			t.Errorf("tells the secret: %s", out[0].Plain)
		}
		f.equal("fourth", len(f.poll()), 0)
		f.equal("old offers stay", f.titles(), []string{"Alpha"})
		f.status = http.StatusOK
		out = f.poll()
		if len(out) != 2 || !strings.Contains(out[0].Plain, "wieder lesen") {
			t.Fatalf("works: %+v", out)
		}
		f.equal("works quietly", len(f.poll()), 0)
	}
}

func TestFeedThatFailsTwiceIsNotNamed(t *testing.T) {
	f := newFeedTest(t)
	for range 3 {
		f.status = http.StatusNotFound
		f.equal("fails", len(f.poll())+len(f.poll()), 0)
		f.status = http.StatusOK
		f.equal("works", len(f.poll()), 0)
	}
}

func TestFeedThatIsNoCalendar(t *testing.T) {
	f := newFeedTest(t)
	f.poll()
	f.body, f.etag = "<html>Bitte anmelden</html>", `"login"`
	out := f.poll()
	if len(out) != 2 || !strings.Contains(out[0].Plain, "kein Kalender mehr") {
		t.Fatalf("told: %+v", out)
	}
	f.equal("told once", len(f.poll()), 0)
	f.equal("is fetched again", f.asked.Get("If-None-Match"), `"1"`)
	f.equal("old offers stay", f.titles(), []string{"Alpha"})
}

func TestFeedStops(t *testing.T) {
	f := newFeedTest(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	j, err := f.store.Job(t.Context(), FeedKey(testNetwork, f.feed.URL))
	if err != nil {
		t.Fatal(err)
	}
	if err := f.poller.Handler().Run(ctx, &schedule.Job{Job: j}); !errors.Is(err, context.Canceled) {
		t.Errorf("error: %v", err)
	}
	if got, err := f.store.Feed(t.Context(), testNetwork, f.feed.URL); err != nil || got.Failures != 0 {
		t.Errorf("stopping counts as the feed's failure: %+v %v", got, err)
	}
}

func TestEnsureFeeds(t *testing.T) {
	f := newFeedTest(t)
	f.poll()
	before, _ := f.store.Job(t.Context(), FeedKey(testNetwork, f.feed.URL))
	f.ensure(f.feed)
	after, _ := f.store.Job(t.Context(), before.Key)
	f.equal("a start changes nothing", after, before)
	quick := f.feed
	quick.Every = time.Minute
	f.now = before.RunAt.Add(-30 * time.Minute)
	f.ensure(quick)
	after, _ = f.store.Job(t.Context(), before.Key)
	f.equal("a shorter time counts at once", after.RunAt.Before(f.now.Add(2*time.Minute)), true)
	f.ensure()
	if _, err := f.store.Job(t.Context(), before.Key); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("is still polled: %v", err)
	}
	f.equal("offers stay", f.titles(), []string{"Alpha"})
	f.ensure(f.feed)
	f.poll()
	f.equal("read anew", f.asked.Get("If-None-Match"), "")
	f.poller.Feeds = nil
	jobs, _ := f.store.DueJobs(t.Context(), f.now, []string{FeedKind}, 1)
	if err := f.poller.Handler().Run(t.Context(), &schedule.Job{Job: jobs[0]}); err != nil || f.reads != 2 {
		t.Errorf("a feed that is not configured is read: %v, %d", err, f.reads)
	}
}

func TestFeedName(t *testing.T) {
	for address, want := range map[string]string{
		"https://u:p@example.org/cal.ics":                                   "example.org/cal.ics",
		"https://calendar.google.com/calendar/ical/x/private-1ab/basic.ics": "calendar.google.com/…/basic.ics",
		"https://cloud.example.org/remote.php/dav/public-calendars/Abc123":  "cloud.example.org",
		"https://example.org/?token=abc":                                    "example.org",
		"https://example.org/0123456789abcdef0123456789abcdef.ics":          "example.org",
		"::": "…",
	} {
		if got := feedName(address); got != want {
			t.Errorf("%s: %s, want %s", address, got, want)
		}
	}
}
