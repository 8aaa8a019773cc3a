package offers

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"maunium.net/go/mautrix/id"

	"buffet/store"
)

// modelDate and modelReminder are what a simple mind knows.
type modelDate struct {
	o *store.Offer
	d store.Occurrence
}

type modelReminder struct {
	user          id.UserID
	date          int
	days, minutes int
	sent          time.Time
}

// Whatever happens to dates, to the bot and in the middle of its work: what is
// said is what somebody would say who looks at the clock every ten minutes.
func TestRemindersAgainstAModel(t *testing.T) {
	for seed := range uint64(4) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			inClockwork(t, "2026-10-24 06:00", func(c *clockwork) { c.random(rand.New(rand.NewPCG(seed, 7)), 300) })
		})
	}
}

func (c *clockwork) random(r *rand.Rand, steps int) {
	chance := rand.New(rand.NewPCG(r.Uint64(), 1))
	var cut time.Time
	c.fail = func() bool { // once in a while; the next attempt, ten seconds later, comes through
		if time.Since(cut) < time.Minute || chance.IntN(4) > 0 {
			return false
		}
		cut = time.Now()
		return true
	}
	var dates []modelDate
	var reminders []*modelReminder
	var want []string
	up := true
	look := func() { // what the model says now
		if !up {
			return
		}
		now := time.Now()
		var told []string
		for _, m := range reminders {
			d := dates[m.date]
			start := d.d.Start.In(c.zone)
			due := time.Date(start.Year(), start.Month(), start.Day()-m.days, start.Hour(), start.Minute(), 0, 0, c.zone).Add(-time.Duration(m.minutes) * time.Minute)
			if m.days == 0 {
				due = start.Add(-time.Duration(m.minutes) * time.Minute)
			}
			if d.d.Cancelled || m.sent.Equal(start) || due.After(now) || now.Sub(start) > 15*time.Minute {
				continue
			}
			m.sent = start
			told = append(told, fmt.Sprintf("%s %s %d", now.In(c.zone).Format("02.01. 15:04"), m.user[1:2], d.o.Number))
		}
		slices.Sort(told)
		want = append(want, slices.Compact(told)...)
	}
	someTime := func() time.Time {
		return time.Now().Truncate(10 * time.Minute).Add(time.Duration(r.IntN(36*6)) * 10 * time.Minute)
	}
	for range steps {
		synctest.Wait()
		look()
		time.Sleep(30 * time.Second)
		switch k := r.IntN(10); {
		case k < 2 || len(dates) == 0:
			o, d := c.dateAt(someTime().Add(10 * time.Minute))
			dates = append(dates, modelDate{o, d})
		case k < 6:
			m := &modelReminder{user: []id.UserID{anna, bert}[r.IntN(2)], date: r.IntN(len(dates)), days: r.IntN(2), minutes: 10 * r.IntN(12)}
			same := func(o *modelReminder) bool {
				return o.user == m.user && o.date == m.date && o.days == m.days && o.minutes == m.minutes
			}
			if !slices.ContainsFunc(reminders, same) {
				reminders = append(reminders, m)
			}
			c.remind(m.user, dates[m.date].d, m.days, m.minutes)
		case k < 8:
			one := &dates[r.IntN(len(dates))]
			if r.IntN(3) == 0 {
				one.d.Cancelled = !one.d.Cancelled
			} else {
				one.d.Start = someTime().UTC()
				one.d.End = one.d.Start
			}
			c.put(one.o, one.d)
		case k == 8 && up:
			c.down()
			up = false
		case !up:
			c.up()
			up = true
		}
		synctest.Wait()
		look()
		time.Sleep(9*time.Minute + 30*time.Second)
	}
	var got []string
	rows, err := store.Collect(c.Context(), c.store.Reader(), func(scan func(...any) error) (s string, err error) {
		var at, offer int64
		var to string
		if err = scan(&at, &to, &offer); err == nil {
			s = fmt.Sprintf("%s %s %d", store.Time(at).In(c.zone).Format("02.01. 15:04"), to[1:2], c.offers[offer].Number)
		}
		return s, err
	}, `SELECT created_at, user_id, CAST(substr(key, 8) AS INTEGER) FROM outbox WHERE key LIKE 'remind/%' ORDER BY seq`)
	if err != nil {
		c.Fatal(err)
	}
	got = append(got, rows...)
	// the same instant, in any order
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		c.Errorf("%d messages, the model has %d:\n%s", len(got), len(want), unlike(got, want))
	}
	if len(want) < 20 || cut.IsZero() {
		c.Errorf("only %d messages: the test shows little", len(want))
	}
}

func unlike(got, want []string) (s string) {
	for _, g := range got {
		if !slices.Contains(want, g) {
			s += "+ " + g + "\n"
		}
	}
	for _, w := range want {
		if !slices.Contains(got, w) {
			s += "- " + w + "\n"
		}
	}
	return s
}

func (c *clockwork) dateAt(start time.Time) (*store.Offer, store.Occurrence) {
	o := &store.Offer{Title: "T"}
	d := store.Occurrence{Key: start.UTC(), Start: start.UTC(), End: start.UTC()}
	c.put(o, d)
	d.Offer = o.ID
	return o, d
}
