package offers

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"maunium.net/go/mautrix/id"

	"buffet/lang"
	"buffet/store"
)

func (t *table) alarm(post string, user id.UserID, e id.EventID) {
	t.Helper()
	t.write(func(tx *store.Tx) error {
		return Alarm(t.ctx, tx, t.view(lang.German), Reaction{Post: post, Sign: SignAlarm, Coming: Coming{User: user, Event: e, Room: "!a:x"}})
	})
}

func (t *table) alarmBack(e id.EventID) {
	t.Helper()
	t.write(func(tx *store.Tx) error { return AlarmBack(t.ctx, tx, t.views, "!a:x", e) })
}

func (t *table) views(string) (View, bool) { return t.chat(), true }

// reminds are a person's reminders: the offer, how long before, why.
func (t *table) reminds(user id.UserID) string {
	t.Helper()
	all, err := store.RemindersOf(t.ctx, t.store.Reader(), user)
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, r := range all {
		list = append(list, fmt.Sprintf("%d %d+%d %t %s", r.Offer, r.Days, r.Minutes, r.Standard, r.Event))
	}
	return strings.Join(list, ", ")
}

func TestAlarmOnOneDate(t *testing.T) {
	tb := newTable(t)
	tb.load(testSource, ev("a", "20261203T140000", "Alpha"))
	tb.announceIn("!a:x", "p", "$p")
	tb.out()
	tb.alarm("p", anna, "$1")
	tb.equal("noted", tb.reminds(anna), "1 0+60 false $1")
	tb.alarm("p", anna, "$1")
	tb.alarm("p", anna, "$2") // a second device, say
	out := tb.out()
	if len(out) != 1 || out[0].User != anna || !out[0].IfThere ||
		!strings.HasPrefix(out[0].Plain, "⏰ Ich erinnere dich: Donnerstag, 3. Dezember 2026, 13:00 Uhr\nan Alpha (1)") {
		t.Errorf("%+v", out)
	}
	tb.alarmBack("$1") // it is the newest that stands for it
	tb.equal("still noted", tb.reminds(anna), "1 0+60 false $2")
	tb.write(func(tx *store.Tx) error { return AlarmBack(t.Context(), tx, tb.views, "!elsewhere:x", "$2") })
	tb.equal("not from another room", tb.reminds(anna), "1 0+60 false $2")
	if list, err := store.RemindersIn(t.Context(), tb.store.Reader(), "!a:x"); err != nil || len(list) != 1 || list[0].Event != "$2" {
		t.Errorf("%+v, %v", list, err)
	}
	tb.alarmBack("$2")
	tb.alarmBack("$2")
	tb.alarmBack("")
	tb.equal("taken back", tb.reminds(anna), "")
}

// What was asked for in words, and what comes with a sign-up, outlives ⏰.
func TestAlarmBesideOtherReminders(t *testing.T) {
	tb := newTable(t)
	tb.load(testSource, ev("a", "20261203T140000", "Alpha"))
	tb.announceIn("!a:x", "p", "$p")
	d := tb.find(1).Next[0]
	put := func(r store.Reminder) {
		r.Offer, r.Key, r.User, r.Minutes = d.Offer, d.Key, anna, 60
		tb.write(func(tx *store.Tx) error { return tx.PutReminder(t.Context(), r) })
	}
	put(store.Reminder{})
	tb.alarm("p", anna, "$1")
	put(store.Reminder{Standard: true})
	tb.equal("by word", tb.reminds(anna), "1 0+60 false ")
	tb.alarmBack("$1")
	tb.equal("stays", tb.reminds(anna), "1 0+60 false ")
	tb.write(func(tx *store.Tx) error {
		if err := tx.DropReminders(t.Context(), d.Offer, d.Key, anna, false); err != nil {
			return err
		}
		return tx.PutSignup(t.Context(), store.Signup{Offer: d.Offer, Key: d.Key, User: anna, At: tb.now})
	})
	put(store.Reminder{Standard: true})
	tb.alarm("p", anna, "$2")
	tb.equal("by reaction", tb.reminds(anna), "1 0+60 false $2")
	tb.write(func(tx *store.Tx) error { return tx.DropReminders(t.Context(), d.Offer, d.Key, anna, true) })
	tb.equal("outlives the sign-up's", tb.reminds(anna), "1 0+60 false $2")
	tb.alarmBack("$2")
	tb.equal("they still come", tb.reminds(anna), "1 0+60 true ")
}

func TestAlarmOnSeveralDates(t *testing.T) {
	tb := newTable(t)
	tb.load(testSource, ev("a", "20261203T140000", "Alpha", "RRULE:FREQ=DAILY;COUNT=2"), ev("b", "20261203T150000", "Beta"))
	tb.announceIn("!a:x", "p", "$p")
	tb.announceIn("!a:x", "q", "$q")
	tb.out()
	tb.alarm("p", anna, "$1")
	tb.alarm("p", anna, "$2")
	out := tb.out()
	if len(out) != 1 || out[0].User != anna {
		t.Fatalf("%+v", out)
	}
	tb.equal("asked once", out[0].Plain, "An welches Angebot soll ich dich erinnern, eine Stunde vorher? Schreib zum Beispiel:\n"+
		"!erinnere 1 · Do, 3. Dez, 14:00–15:30 Uhr · Alpha\n!erinnere 2 · Do, 3. Dez, 15:00–16:30 Uhr · Beta\n!erinnere 1 4.12. · Fr, 4. Dez, 14:00–15:30 Uhr · Alpha")
	tb.equal("nothing noted", tb.reminds(anna), "")
	tb.now = time.Date(2026, 12, 4, 9, 0, 0, 0, tb.zone)
	tb.alarm("p", anna, "$3") // only one is still to come
	tb.equal("the one that is left", tb.reminds(anna), "1 0+60 false $3")
	tb.out()
	tb.now = time.Date(2026, 12, 4, 13, 30, 0, 0, tb.zone)
	tb.alarm("q", bert, "$4")
	if out = tb.out(); len(out) != 1 || !strings.Contains(out[0].Plain, "Dafür ist es zu spät") {
		t.Errorf("%+v", out)
	}
	tb.now = time.Date(2026, 12, 5, 9, 0, 0, 0, tb.zone)
	tb.alarm("q", "@cem:x", "$5")
	tb.alarm("none", "@cem:x", "$6")
	tb.write(func(tx *store.Tx) error { return tx.SetForgotten(t.Context(), tx.HashPerson("@dora:x"), tb.now) })
	tb.alarm("p", "@dora:x", "$7")
	if out = tb.out(); len(out) != 0 || tb.reminds(bert) != "" || tb.reminds("@cem:x") != "" {
		t.Errorf("%+v", out)
	}
}

func TestAskReminderOfThoseWhoWantNothingStored(t *testing.T) {
	tb := newTable(t)
	tb.load(testSource, ev("a", "20261203T140000", "Alpha"))
	d := tb.find(1).Next[0]
	err := tb.store.Write(t.Context(), func(tx *store.Tx) error {
		if err := tx.SetForgotten(t.Context(), tx.HashPerson(anna), tb.now); err != nil {
			return err
		}
		_, err := AskReminder(t.Context(), tx, tb.view(lang.German), store.Reminder{Offer: d.Offer, Key: d.Key, User: anna, Minutes: 60})
		if p, ok := lang.AsProblem(err); !ok || p.Key != "signup_forgotten" {
			return errors.Join(errors.New("not refused"), err)
		}
		return nil
	})
	if err != nil || tb.reminds(anna) != "" {
		t.Errorf("%v, %q", err, tb.reminds(anna))
	}
}

// TestAskReminderOften: what comes with sign-ups and what was said already
// leaves room for what one asks for.
func TestAskReminderOften(t *testing.T) {
	tb := newTable(t)
	tb.load(testSource, ev("a", "20261203T140000", "Alpha"), ev("b", "20261203T140000", "Beta"))
	d, other := tb.find(1).Next[0], tb.find(2).Next[0]
	put := func(count int, standard, sent bool) {
		t.Helper()
		tb.write(func(tx *store.Tx) error {
			for i := range count {
				r := store.Reminder{Offer: other.Offer, Key: other.Key, User: anna, Minutes: i + 1, Standard: standard}
				if err := tx.PutReminder(t.Context(), r); err != nil {
					return err
				}
				if !sent {
					continue
				}
				if err := tx.ReminderSent(t.Context(), r, other.Start); err != nil {
					return err
				}
			}
			return nil
		})
	}
	ask := func(minutes int) string {
		t.Helper()
		err := tb.store.Write(t.Context(), func(tx *store.Tx) error {
			_, err := AskReminder(t.Context(), tx, tb.view(lang.German), store.Reminder{Offer: d.Offer, Key: d.Key, User: anna, Minutes: minutes})
			return err
		})
		if p, wrong := lang.AsProblem(err); wrong {
			return p.Key
		} else if err != nil {
			t.Fatal(err)
		}
		return ""
	}
	put(maxReminders, true, false)
	tb.equal("beside those of sign-ups", ask(60), "")
	put(maxReminders, false, true)
	tb.equal("beside those that were sent", ask(61), "")
	put(maxReminders-2, false, false)
	tb.equal("one too many", ask(62), "remind_many")
	tb.equal("one that is there", ask(60), "")
}
