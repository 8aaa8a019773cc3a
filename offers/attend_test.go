package offers

import (
	"testing"
	"testing/synctest"
	"time"

	"maunium.net/go/mautrix/id"

	"buffet/store"
)

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

func TestGoldenReminders(t *testing.T) {
	tb := newTable(t)
	tb.load(testSource, ev("a", "20261203T140000", "Kollegiale **Beratung** @room", "LOCATION:Rathaus\\, Raum 2 <b>", "URL:https://example.org/mehr"),
		"UID:b\nDTSTART;TZID=America/New_York:20261203T100000\nDURATION:PT1H\nSUMMARY:Online\nLOCATION:https://meet.example/x")
	for _, l := range languages {
		for n, name := range map[int]string{1: "place", 2: "online"} {
			golden(t, "reminder_"+name+"."+l, RenderReminder(tb.view(l), tb.find(n).Next[0]))
		}
	}
}
