package offers

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"
	"maunium.net/go/mautrix/id"

	"buffet/lang"
	"buffet/schedule"
	"buffet/store"
)

const (
	anna = id.UserID("@anna:example.org")
	bert = id.UserID("@bert:example.org")
)

// clockwork is a bot whose only work are jobs, on a store that outlives it, in
// a bubble with a clock of its own.
type clockwork struct {
	*testing.T
	dir     string
	store   *store.Store
	phrases *lang.Phrases
	zone    *time.Location
	fail    func() bool // an attempt goes wrong in the middle of its work
	stop    func()
	offers  map[int64]*store.Offer
}

// inClockwork runs f in a bubble that begins at start, Berlin time.
func inClockwork(t *testing.T, start string, f func(c *clockwork)) {
	t.Helper()
	c := &clockwork{dir: t.TempDir(), zone: berlin(t), fail: func() bool { return false }, offers: map[int64]*store.Offer{}}
	var err error
	if c.phrases, err = lang.Load(); err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		c.T = t
		time.Sleep(time.Until(c.at(start)))
		c.up()
		defer func() { c.down(); _ = c.store.Close() }()
		f(c)
	})
}

func berlin(t *testing.T) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

func (c *clockwork) at(s string) time.Time {
	c.Helper()
	at, err := time.ParseInLocation("2006-01-02 15:04", s, c.zone)
	if err != nil {
		c.Fatal(err)
	}
	return at
}

// up starts the bot anew on the same file.
func (c *clockwork) up() {
	c.Helper()
	if c.store != nil {
		if err := c.store.Close(); err != nil {
			c.Fatal(err)
		}
	}
	var err error
	if c.store, err = store.Open(c.Context(), filepath.Join(c.dir, "buffet.db")); err != nil {
		c.Fatal(err)
	}
	network := func(string) (AnnounceRoom, bool) {
		return AnnounceRoom{Network: testNetwork, Lang: lang.German, Zone: c.zone}, true
	}
	a := &Attendant{Store: c.store, Phrases: c.phrases, Now: time.Now, Network: network,
		Room: func(_ context.Context, _ store.Querier, r id.RoomID) (AnnounceRoom, bool, error) {
			n, _ := network("")
			n.Room = r
			return n, true, nil
		}}
	work := a.Handler()
	work.Run = func(ctx context.Context, j *schedule.Job) error {
		inner := *a
		broken, cancel := context.WithCancel(ctx)
		defer cancel()
		inner.Network = func(n string) (AnnounceRoom, bool) {
			if c.fail() {
				cancel() // as a power cut: what was written so far is not
			}
			return network(n)
		}
		return (&inner).run(broken, j)
	}
	c.write(func(tx *store.Tx) error { return EnsureAttend(c.Context(), tx, time.Now()) })
	q := schedule.New(c.store, 2, map[string]schedule.Handler{AttendKind: work}, zerolog.Nop())
	ctx, cancel := context.WithCancel(c.Context())
	done := make(chan struct{})
	go func() { defer close(done); q.Run(ctx) }()
	c.stop = func() { cancel(); <-done }
	synctest.Wait()
}

func (c *clockwork) down() {
	if c.stop != nil {
		c.stop()
		c.stop = nil
	}
}

func (c *clockwork) write(f func(*store.Tx) error) {
	c.Helper()
	if err := c.store.Write(c.Context(), f); err != nil {
		c.Fatal(err)
	}
}

// until lets the clock go on.
func (c *clockwork) until(s string) {
	c.Helper()
	time.Sleep(time.Until(c.at(s)))
	synctest.Wait()
}

// put lays an offer's one date out, or moves it. Its key is that of the first time.
func (c *clockwork) put(o *store.Offer, d store.Occurrence) {
	c.Helper()
	c.write(func(tx *store.Tx) error {
		w, err := tx.OfferWriter(c.Context())
		if err != nil {
			return err
		}
		defer w.Close()
		if o.ID == 0 {
			o.Network, o.Status, o.Kind, o.Number, o.UID = testNetwork, store.OfferActive, KindExchange, len(c.offers)+1, fmt.Sprint(len(c.offers)+1)
			if err := w.Insert(c.Context(), o); err != nil {
				return err
			}
			c.offers[o.ID] = o
		} else if err := w.Update(c.Context(), o); err != nil {
			return err
		}
		d.Offer = o.ID
		return w.PutDate(c.Context(), d)
	})
	synctest.Wait()
}

func (c *clockwork) date(title, start string) (*store.Offer, store.Occurrence) {
	c.Helper()
	o := &store.Offer{Title: title}
	d := store.Occurrence{Key: c.at(start).UTC(), Start: c.at(start).UTC(), End: c.at(start).Add(time.Hour).UTC()}
	c.put(o, d)
	d.Offer = o.ID
	return o, d
}

func (c *clockwork) remind(user id.UserID, d store.Occurrence, days, minutes int) {
	c.Helper()
	c.write(func(tx *store.Tx) error {
		return tx.PutReminder(c.Context(), store.Reminder{Offer: d.Offer, Key: d.Key, User: user, Days: days, Minutes: minutes})
	})
	synctest.Wait()
}

// said are the messages so far: when, to whom, and their first line.
func (c *clockwork) said() (list []string) {
	c.Helper()
	rows, err := store.Collect(c.Context(), c.store.Reader(), func(scan func(...any) error) (s string, err error) {
		var at int64
		var to, text string
		if err = scan(&at, &to, &text); err == nil {
			head, _, _ := strings.Cut(text, "\n")
			s = store.Time(at).In(c.zone).Format("02.01. 15:04") + " " + to[1:2] + " " + head
		}
		return s, err
	}, `SELECT created_at, user_id, json_extract(content, '$.plain') FROM outbox WHERE user_id <> '' ORDER BY seq`)
	if err != nil {
		c.Fatal(err)
	}
	return rows
}

func (c *clockwork) heard(what string, want ...string) {
	c.Helper()
	if got := c.said(); strings.Join(got, "\n") != strings.Join(want, "\n") {
		c.Errorf("%s:\n got %s\nwant %s", what, strings.Join(got, "\n     "), strings.Join(want, "\n     "))
	}
}
