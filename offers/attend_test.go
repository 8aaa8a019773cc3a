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

func TestRemindersOverTheClockChange(t *testing.T) {
	inClockwork(t, "2026-10-23 12:00", func(c *clockwork) { // Berlin's clock goes back on the 25th
		_, a := c.date("Alpha", "2026-10-25 14:00")
		_, b := c.date("Beta", "2026-10-25 03:30") // 3:30 is after the hour that comes twice
		c.remind(anna, a, 1, 0)
		c.remind(anna, a, 0, 24*60)
		c.remind(bert, a, 0, 60)
		c.remind(bert, b, 0, 120)
		c.remind(bert, a, 1, -(8 * 60))
		c.until("2026-10-26 12:00")
		c.heard("a day is a day, an hour is an hour",
			"24.10. 08:00 b ⏰ Erinnerung: Alpha (1)",
			"24.10. 14:00 a ⏰ Erinnerung: Alpha (1)",
			"24.10. 15:00 a ⏰ Erinnerung: Alpha (1)",
			"25.10. 02:30 b ⏰ Erinnerung: Beta (2)",
			"25.10. 13:00 b ⏰ Erinnerung: Alpha (1)")
		if first := c.at("2026-10-25 03:30").Add(-2 * time.Hour); first.UTC().Format("15:04") != "00:30" {
			t.Errorf("two hours before are %s", first.UTC())
		}
	})
}

func TestRemindersFollowMovedDates(t *testing.T) {
	inClockwork(t, "2026-11-30 12:00", func(c *clockwork) {
		o, d := c.date("Alpha", "2026-12-01 14:00")
		off, gone := c.date("Beta", "2026-12-01 15:00")
		c.remind(anna, d, 0, 60)
		c.remind(anna, gone, 0, 60)
		c.remind(bert, gone, 1, 0)
		c.until("2026-12-01 13:30")
		one := "01.12. 13:00 a ⏰ Erinnerung: Alpha (1)"
		b := "30.11. 15:00 b ⏰ Erinnerung: Beta (2)"
		c.heard("before it moves", b, one)
		d.Start = c.at("2026-12-02 10:00").UTC()
		c.put(o, d)
		off.Status = store.OfferCancelled
		c.put(off, gone)
		c.until("2026-12-02 12:00")
		two := "02.12. 09:00 a ⏰ Erinnerung: Alpha (1)"
		c.heard("of the new time, and not of what is off", b, one, two)
		d.Start = c.at("2026-12-02 13:00").UTC()
		c.put(o, d) // nearer than the hour: told at once
		c.until("2026-12-02 12:59")
		three := "02.12. 12:00 a ⏰ Erinnerung: Alpha (1)"
		c.heard("moved into the hour", b, one, two, three)
		d.Start = c.at("2026-12-02 10:00").UTC()
		c.put(o, d)
		d.Cancelled, d.Start = true, c.at("2026-12-03 10:00").UTC()
		c.put(o, d)
		c.until("2026-12-03 09:10")
		d.Cancelled = false
		c.put(o, d)
		c.until("2026-12-03 12:00")
		c.heard("never of what is over; of what is on again", b, one, two, three, "03.12. 09:10 a ⏰ Erinnerung: Alpha (1)")
	})
}

func TestRemindersThatFallTogetherOrComeLate(t *testing.T) {
	inClockwork(t, "2026-11-30 12:00", func(c *clockwork) {
		_, d := c.date("Alpha", "2026-12-02 14:00")
		_, e := c.date("Beta", "2026-12-02 17:00")
		c.write(func(tx *store.Tx) error {
			if err := tx.PutSignup(c.Context(), store.Signup{Offer: d.Offer, Key: d.Key, User: anna, At: time.Now()}); err != nil {
				return err
			}
			r := store.Reminder{Offer: d.Offer, Key: d.Key, User: anna, Minutes: 60, Standard: true}
			return tx.PutReminder(c.Context(), r)
		})
		c.remind(anna, d, 1, -(14 * 60))
		c.remind(anna, d, 1, 0)
		c.remind(bert, d, 0, 30)
		c.remind(bert, e, 0, 30)
		c.until("2026-12-01 15:00")
		c.heard("two at one time are one message", "01.12. 14:00 a ⏰ Erinnerung: Alpha (1)")
		c.down()
		c.until("2026-12-02 14:15")
		c.up()
		c.heard("after a night", "01.12. 14:00 a ⏰ Erinnerung: Alpha (1)",
			"02.12. 14:15 a ⏰ Gerade angefangen: Alpha (1)", "02.12. 14:15 b ⏰ Gerade angefangen: Alpha (1)")
		c.down()
		c.until("2026-12-02 17:16")
		c.up()
		c.until("2026-12-03 17:16")
		if n := len(c.said()); n != 3 {
			t.Errorf("too late is not said: %q", c.said())
		}
		if at, err := store.NextReminder(c.Context(), c.store.Reader()); err != nil || !at.IsZero() {
			t.Errorf("still waits: %v, %v", at, err)
		}
	})
}

// A reminder that came with a sign-up is for those who come.
func TestStandardRemindersAreForThoseWhoCome(t *testing.T) {
	inClockwork(t, "2026-11-30 12:00", func(c *clockwork) {
		_, d := c.date("Alpha", "2026-11-30 14:00")
		sign := func(user id.UserID, waiting bool) {
			c.write(func(tx *store.Tx) error {
				err := tx.PutSignup(c.Context(), store.Signup{Offer: d.Offer, Key: d.Key, User: user, Waiting: waiting, At: time.Now()})
				if err != nil {
					return err
				}
				return tx.PutReminder(c.Context(), store.Reminder{Offer: d.Offer, Key: d.Key, User: user, Minutes: 60, Standard: true})
			})
			synctest.Wait()
		}
		sign("@come:x", false)
		sign("@wait:x", true)
		sign("@off:x", false)
		sign("@gone:x", false)
		c.write(func(tx *store.Tx) error {
			if err := tx.SetPersonSetting(c.Context(), "@off:x", store.SetRemind, store.Off); err != nil {
				return err
			}
			return tx.SetForgotten(c.Context(), tx.HashPerson("@gone:x"), time.Now())
		})
		c.until("2026-11-30 13:10")
		sign("@late:x", false) // has just read when it starts
		c.until("2026-11-30 15:00")
		c.heard("who is told", "30.11. 13:00 c ⏰ Erinnerung: Alpha (1)")
	})
}

func TestAllDayReminders(t *testing.T) {
	inClockwork(t, "2026-11-30 12:00", func(c *clockwork) {
		o := &store.Offer{Title: "Fachtag", Zone: "Europe/Berlin"}
		d := store.Occurrence{Key: c.at("2026-12-03 00:00").UTC(), Start: c.at("2026-12-03 00:00").UTC(), End: c.at("2026-12-04 00:00").UTC(), AllDay: true}
		c.put(o, d)
		d.Offer = o.ID
		c.remind(anna, d, 0, 60)
		c.remind(anna, d, 1, 0)
		c.until("2026-12-04 12:00")
		c.heard("a day begins at nine", "02.12. 09:00 a ⏰ Erinnerung: Fachtag (1)", "03.12. 08:00 a ⏰ Erinnerung: Fachtag (1)")
	})
}
