package offers

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/url"
	"path"
	"strings"
	"time"

	"github.com/rs/zerolog"
	"maunium.net/go/mautrix/id"

	"buffet/lang"
	"buffet/schedule"
	"buffet/store"
)

// FeedKind is the kind of job that reads a feed.
const FeedKind = "feed"

const (
	feedTimeout  = time.Minute // of one fetch
	feedPatience = 3           // failures in a row before anybody is bothered
	feedAttempts = 1 << 30     // what fails here is our own store; a feed is never given up
)

// Feed is a calendar that a network's organisers want read every so often.
type Feed struct {
	Network string
	URL     string
	Every   time.Duration
}

// FeedNetwork is what reading a network's feeds needs to know of it.
type FeedNetwork struct {
	Lang       string
	Zone       *time.Location // for times without a zone
	Organisers []id.UserID    // who is told when a feed fails
}

// Poller reads feeds. Its fields are set before the queue runs.
type Poller struct {
	Store    *store.Store
	Fetcher  *Fetcher
	Phrases  *lang.Phrases
	Networks map[string]FeedNetwork
	Feeds    []Feed // those configured
	Now      func() time.Time
}

type feedArgs struct {
	Network string `json:"network"`
	URL     string `json:"url"`
}

// FeedKey is the key of the job that reads a feed. It does not hold the
// address, which may hold a secret.
func FeedKey(network, address string) string {
	sum := sha256.Sum256([]byte(address))
	return "feed/" + network + "/" + hex.EncodeToString(sum[:])
}

// EnsureFeeds makes the jobs of the configured feeds, due at now if they are
// new, and ends those of others; what was imported from them stays, in the care
// of a feed that has the same. Call it before the queue runs.
func EnsureFeeds(ctx context.Context, tx *store.Tx, configured []Feed, now time.Time) error {
	keep := map[string]bool{}
	for _, f := range configured {
		key := FeedKey(f.Network, f.URL)
		keep[key] = true
		if err := tx.FreeFeedJob(ctx, key, now.Add(f.Every+f.Every/10)); err != nil {
			return err
		}
		if _, err := schedule.Add(ctx, tx, key, FeedKind, feedArgs{f.Network, f.URL}, now); err != nil {
			return fmt.Errorf("plan to read feed: %w", err)
		}
	}
	jobs, err := store.FeedJobs(ctx, tx, FeedKind)
	if err != nil {
		return fmt.Errorf("read feed jobs: %w", err)
	}
	for _, key := range jobs {
		if !keep[key] {
			if err := tx.DropFeedJob(ctx, key); err != nil {
				return fmt.Errorf("end feed job: %w", err)
			}
		}
	}
	feeds, err := store.Feeds(ctx, tx)
	if err != nil {
		return fmt.Errorf("read feeds: %w", err)
	}
	for _, f := range feeds {
		if !keep[FeedKey(f.Network, f.URL)] {
			if err := handOn(ctx, tx, f.Network, f.URL); err != nil {
				return fmt.Errorf("hand offers on: %w", err)
			}
			if err := tx.DropFeed(ctx, f.Network, f.URL); err != nil {
				return fmt.Errorf("forget feed: %w", err)
			}
		}
	}
	return nil
}

// Handler is what the queue needs for FeedKind.
func (p *Poller) Handler() schedule.Handler {
	return schedule.Handler{Run: p.run, Timeout: 2*feedTimeout + time.Minute, Max: feedAttempts}
}

func (p *Poller) run(ctx context.Context, j *schedule.Job) error {
	var args feedArgs
	if err := j.Decode(&args); err != nil {
		return err
	}
	every := time.Duration(0)
	for _, f := range p.Feeds {
		if f.Network == args.Network && f.URL == args.URL {
			every = f.Every
		}
	}
	if every <= 0 {
		return nil // not configured any more
	}
	was, err := p.Store.Feed(ctx, args.Network, args.URL)
	if err != nil {
		return err
	}
	is, cal, fault := p.read(ctx, was)
	if ctx.Err() != nil {
		return ctx.Err() // we are stopping; that is not the feed's fault
	}
	return p.Store.Write(ctx, func(tx *store.Tx) error {
		now := p.Now()
		if cal == nil { // while it was read, somebody may have wanted it read anew
			last, err := p.Store.Feed(ctx, args.Network, args.URL)
			if err != nil {
				return err
			}
			is.ETag, is.LastModified = last.ETag, last.LastModified
		}
		if fault == nil && cal != nil {
			report, err := Import(ctx, tx, was.Network, was.URL, cal, now)
			if err != nil {
				return err
			}
			if report.Later > 0 {
				is.ETag, is.LastModified = "", "" // the rest is asked about even if nothing changes
			}
			zerolog.Ctx(ctx).Info().Str("job", j.Key).Int("new", report.New).Int("changed", report.Changed).Int("joined", report.Joined).
				Int("withdrawn", report.Withdrawn).Int("skipped", len(report.Skipped)).Msg("Read feed")
		}
		is.Checked = now
		if err := p.judge(ctx, tx, &is, fault, now); err != nil {
			return err
		}
		if err := tx.PutFeed(ctx, is); err != nil {
			return err
		}
		return j.Again(ctx, tx, now.Add(jitter(every)))
	})
}

// jitter is every, give or take a tenth, so that feeds do not all come at once.
func jitter(every time.Duration) time.Duration {
	return every - every/10 + rand.N(every/5+1) //nolint:gosec // not a secret
}

// read fetches and understands a feed. No calendar and no fault: it is the
// same as last time.
func (p *Poller) read(ctx context.Context, f store.Feed) (store.Feed, *Calendar, error) {
	ctx, cancel := context.WithTimeout(ctx, feedTimeout)
	defer cancel()
	got, err := p.Fetcher.Fetch(ctx, FetchRequest{URL: f.URL, ETag: f.ETag, LastModified: f.LastModified, Trusted: true})
	if err != nil {
		return f, nil, err
	}
	if got.NotModified {
		f.ETag, f.LastModified = got.ETag, got.LastModified
		return f, nil, nil
	}
	cal, err := ReadCalendar(bytes.NewReader(got.Body), ReadOptions{Zone: p.Networks[f.Network].Zone, Now: p.Now()})
	if err != nil {
		return f, nil, err // its ETag is not kept: what was not understood must be fetched again
	}
	f.ETag, f.LastModified = got.ETag, got.LastModified
	return f, cal, nil
}

// judge counts failures and tells the organisers once that a feed fails and
// once that it works again.
func (p *Poller) judge(ctx context.Context, tx *store.Tx, f *store.Feed, fault error, now time.Time) error {
	if fault == nil {
		told, since := f.Told, f.FailingSince
		f.FailingSince, f.Failures, f.Told, f.LastError = time.Time{}, 0, false, ""
		if !told {
			return nil
		}
		return p.tell(ctx, tx, f, since, "works", "feed_works", now)
	}
	if f.FailingSince.IsZero() {
		f.FailingSince = now
	}
	why, lasting := reason(fault)
	f.LastError = why
	f.Failures++
	zerolog.Ctx(ctx).Warn().Str("feed", feedName(f.URL)).Str("reason", why).Int("failures", f.Failures).Msg("Feed fails")
	if f.Told || (f.Failures < feedPatience && !lasting) {
		return nil
	}
	f.Told = true
	return p.tell(ctx, tx, f, f.FailingSince, "broken", why, now)
}

// reason is the phrase for a fault, and whether it will hardly pass by itself.
func reason(fault error) (key string, lasting bool) {
	switch {
	case errors.Is(fault, ErrNotCalendar):
		return "feed_broken_not_calendar", true
	case errors.Is(fault, ErrTooLarge), errors.Is(fault, ErrTooMany):
		return "feed_broken_too_large", true
	case errors.Is(fault, ErrFetchRefused):
		return "feed_broken_refused", true
	case errors.Is(fault, ErrFetchStatus):
		return "feed_broken_status", false
	}
	return "feed_broken_unreachable", false
}

func (p *Poller) tell(ctx context.Context, tx *store.Tx, f *store.Feed, since time.Time, what, phrase string, now time.Time) error {
	n := p.Networks[f.Network]
	zone := n.Zone
	if zone == nil {
		zone = time.UTC
	}
	t := p.Phrases.Text(n.Lang, phrase, lang.Values{"Feed": feedName(f.URL), "Network": f.Network,
		"Since": lang.Moment(n.Lang, since.In(zone))})
	if what == "broken" {
		t.Line().Say(p.Phrases.Say(n.Lang, "feed_keeps"))
	}
	for _, user := range n.Organisers {
		key := fmt.Sprintf("%s/%s/%d/%s", FeedKey(f.Network, f.URL), what, store.Millis(since), user)
		if _, err := tx.Send(ctx, store.Message{Key: key, User: user, Plain: t.Plain(), HTML: t.HTML()}, now); err != nil {
			return err
		}
	}
	return nil
}

// feedName names a feed for people. Passwords, query and most of the path stay
// out: calendars that are shared by a secret link have the secret there.
func feedName(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return "…"
	}
	last := path.Base(u.Path)
	switch {
	case !strings.HasSuffix(strings.ToLower(last), ".ics") || len(last) > 24:
		return u.Host
	case path.Dir(u.Path) == "/":
		return u.Host + "/" + last
	}
	return u.Host + "/…/" + last
}
