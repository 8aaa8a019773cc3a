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

// model is a simple mind that looks at the clock every ten minutes, beside the
// bot that it is compared with.
type model struct {
	*clockwork
	r         *rand.Rand
	dates     []modelDate
	reminders []*modelReminder
	want      []string // what is said, and when
	up        bool
}

type modelDate struct {
	o *store.Offer
	d store.Occurrence
}

type modelReminder struct {
	user          id.UserID
	date          int
	days, minutes int
	sent          time.Time // the start
}

// Whatever happens to dates, to the bot and in the middle of its work: what is
// said is what the model says.
func TestRemindersAgainstAModel(t *testing.T) {
	for seed := range uint64(4) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			inClockwork(t, "2026-10-24 06:00", func(c *clockwork) { // over the change of the clock
				m := &model{clockwork: c, r: rand.New(rand.NewPCG(seed, 7)), up: true}
				var cut time.Time
				chance := rand.New(rand.NewPCG(seed, 1))
				c.fail = func() bool { // once in a while; the next attempt, ten seconds later, comes through
					if time.Since(cut) < time.Minute || chance.IntN(4) > 0 {
						return false
					}
					cut = time.Now()
					return true
				}
				for range 300 {
					synctest.Wait()
					m.look()
					time.Sleep(30 * time.Second)
					m.act()
					synctest.Wait()
					m.look()
					time.Sleep(9*time.Minute + 30*time.Second)
				}
				m.compare()
				if cut.IsZero() {
					t.Error("nothing ever went wrong")
				}
			})
		})
	}
}

// look says what is due now.
func (m *model) look() {
	if !m.up {
		return
	}
	now := time.Now()
	var told []string
	for _, r := range m.reminders {
		d := m.dates[r.date]
		start := d.d.Start.In(m.zone)
		due := time.Date(start.Year(), start.Month(), start.Day()-r.days, start.Hour(), start.Minute(), 0, 0, m.zone)
		if r.days == 0 {
			due = start
		}
		due = due.Add(-time.Duration(r.minutes) * time.Minute)
		if d.d.Cancelled || r.sent.Equal(start) || due.After(now) || now.Sub(start) > 15*time.Minute {
			continue
		}
		r.sent = start
		told = append(told, m.line(now, r.user, d.o))
	}
	slices.Sort(told)
	m.want = append(m.want, slices.Compact(told)...)
}

func (m *model) line(at time.Time, user id.UserID, o *store.Offer) string {
	return fmt.Sprintf("%s %s %d", at.In(m.zone).Format("02.01. 15:04"), user[1:2], o.Number)
}

func (m *model) someTime() time.Time {
	return time.Now().Truncate(10 * time.Minute).Add(time.Duration(m.r.IntN(36*6)) * 10 * time.Minute)
}

// act does something: a new date, a reminder, a change, or the bot goes down
// or comes back.
func (m *model) act() {
	switch k := m.r.IntN(10); {
	case k < 2 || len(m.dates) == 0:
		start := m.someTime().Add(10 * time.Minute).UTC()
		one := modelDate{&store.Offer{Title: "T"}, store.Occurrence{Key: start, Start: start, End: start}}
		m.put(one.o, one.d)
		one.d.Offer = one.o.ID
		m.dates = append(m.dates, one)
	case k < 6:
		r := &modelReminder{user: []id.UserID{anna, bert}[m.r.IntN(2)], date: m.r.IntN(len(m.dates)), days: m.r.IntN(2), minutes: 10 * m.r.IntN(12)}
		if !slices.ContainsFunc(m.reminders, func(o *modelReminder) bool {
			return o.user == r.user && o.date == r.date && o.days == r.days && o.minutes == r.minutes
		}) {
			m.reminders = append(m.reminders, r)
		}
		m.remind(r.user, m.dates[r.date].d, r.days, r.minutes)
	case k < 8:
		one := &m.dates[m.r.IntN(len(m.dates))]
		if m.r.IntN(3) == 0 {
			one.d.Cancelled = !one.d.Cancelled
		} else {
			one.d.Start = m.someTime().UTC()
			one.d.End = one.d.Start
		}
		m.put(one.o, one.d)
	case k == 8 && m.up:
		m.down()
		m.up = false
	case !m.up:
		m.clockwork.up()
		m.up = true
	}
}

// compare finds what the bot said besides the model, and the other way round.
func (m *model) compare() {
	m.Helper()
	got, err := store.Collect(m.Context(), m.store.Reader(), func(scan func(...any) error) (s string, err error) {
		var at, offer int64
		var to id.UserID
		if err = scan(&at, &to, &offer); err == nil {
			s = m.line(store.Time(at), to, m.offers[offer])
		}
		return s, err
	}, `SELECT created_at, user_id, CAST(substr(key, 8) AS INTEGER) FROM outbox WHERE key LIKE 'remind/%' ORDER BY seq`)
	if err != nil {
		m.Fatal(err)
	}
	slices.Sort(got) // at one instant in any order
	slices.Sort(m.want)
	if slices.Equal(got, m.want) && len(got) >= 20 {
		return
	}
	m.Errorf("%d messages, the model has %d", len(got), len(m.want))
	for _, g := range got {
		if !slices.Contains(m.want, g) {
			m.Errorf("said besides: %s", g)
		}
	}
	for _, w := range m.want {
		if !slices.Contains(got, w) {
			m.Errorf("not said: %s", w)
		}
	}
}
