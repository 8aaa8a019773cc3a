package offers

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"maunium.net/go/mautrix/id"

	"buffet/lang"
	"buffet/schedule"
	"buffet/store"
)

// attend does the work of AttendKind as it is at tb.now, and returns when it
// comes again.
func (t *table) attend() time.Time {
	t.Helper()
	return t.attendIn(true)
}

// attendWithout does so while the network is not configured.
func (t *table) attendWithout() {
	t.Helper()
	t.attendIn(false)
}

func (t *table) attendIn(configured bool) time.Time {
	t.Helper()
	t.write(func(tx *store.Tx) error { return EnsureAttend(t.ctx, tx, t.now) })
	a := &Attendant{Store: t.store, Phrases: t.phrases, Now: func() time.Time { return t.now },
		Network: func(string) (AnnounceRoom, bool) { return t.room(lang.German), configured },
		Room: func(_ context.Context, _ store.Querier, r id.RoomID) (AnnounceRoom, bool, error) {
			room := t.room(lang.German)
			room.Room = r
			return room, r != "!left:example.org", nil
		}}
	j, err := t.store.Job(t.ctx, AttendKind)
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Handler().Run(t.ctx, &schedule.Job{Job: j}); err != nil {
		t.Fatal(err)
	}
	if j, err = t.store.Job(t.ctx, AttendKind); err != nil {
		t.Fatal(err)
	}
	return j.RunAt
}

func (t *table) clock(s string) {
	t.Helper()
	at, err := time.ParseInLocation("2006-01-02 15:04", s, t.zone)
	if err != nil {
		t.Fatal(err)
	}
	t.now = at
}

// announceIn posts in a room and has the post sent as an event.
func (t *table) announceIn(room id.RoomID, key string, e id.EventID) {
	t.Helper()
	t.write(func(tx *store.Tx) error {
		r := t.room(lang.German)
		r.Room = room
		if _, err := Announce(t.ctx, tx, t.phrases, r, "", t.now, t.now, key); err != nil || e == "" {
			return err
		}
		return tx.Sent(t.ctx, key, e, t.now)
	})
}

// lines are what was said since: room, thread and text, and no message that
// mentions anybody.
func (t *table) lines() (list []string) {
	t.Helper()
	for _, m := range t.out() {
		if len(m.Mentions) > 0 || m.Notice {
			t.Errorf("%+v", m)
		}
		list = append(list, fmt.Sprintf("%s %s %s", m.Room, m.Thread, strings.ReplaceAll(m.Plain, "\n", " / ")))
	}
	return list
}

func TestStartsNowInThreads(t *testing.T) {
	tb := newTable(t)
	tb.load(testSource, ev("a", "20261203T140000", "Alpha @room", "LOCATION:https://meet.example/a"), ev("b", "20261203T140000", "Beta", "STATUS:CANCELLED"),
		"UID:d\nDTSTART;VALUE=DATE:20261203\nSUMMARY:Day", ev("e", "20261203T150000", "Later"))
	tb.announceIn("!a:x", "old", "$old")
	tb.now = tb.now.Add(time.Minute)
	tb.announceIn("!a:x", "new", "$new")
	tb.announceIn("!b:x", "b", "$b")
	tb.announceIn("!left:example.org", "left", "$left")
	tb.announceIn("!off:x", "off", "$off")
	tb.write(func(tx *store.Tx) error { return tx.SetSetting(t.Context(), "!off:x", store.SetBegin, store.Off) })
	tb.out()
	tb.clock("2026-12-03 13:59")
	if next := tb.attend(); !next.Equal(tb.now.Add(time.Minute)) || len(tb.lines()) != 0 {
		t.Errorf("next at %s", next)
	}
	tb.clock("2026-12-03 14:00")
	next := tb.attend()
	want := []string{"!a:x $new ▶️ Jetzt geht es los: Alpha @\u200broom (1) · online: https://meet.example/a",
		"!b:x $b ▶️ Jetzt geht es los: Alpha @\u200broom (1) · online: https://meet.example/a"}
	tb.equal("said", tb.lines(), want)
	if !next.Equal(tb.now.Add(time.Hour)) {
		t.Errorf("next at %s", next)
	}
	tb.clock("2026-12-03 14:14")
	tb.attend()
	tb.equal("again", tb.lines(), []string{})
	tb.clock("2026-12-03 15:16") // the bot was down
	tb.attend()
	tb.equal("too late", tb.lines(), []string{})
	// it moves to where it starts again
	tb.load(testSource, ev("a", "20261203T160000", "Alpha"), ev("e", "20261203T150000", "Later"))
	tb.mend()
	tb.out()
	tb.clock("2026-12-03 16:10")
	tb.attend()
	if got := tb.lines(); len(got) != 2 || !strings.Contains(got[0], "Alpha") {
		t.Errorf("after it moved: %q", got)
	}
}

// A post that is on its way when something starts is waited for; one that came
// later, or was taken down, gets no line.
func TestStartsNowUnderPostsThatStand(t *testing.T) {
	tb := newTable(t)
	tb.load(testSource, ev("a", "20261130T093000", "Alpha"))
	tb.announceIn("!a:x", "a", "")
	tb.announceIn("!b:x", "b", "$b")
	tb.announceIn("!d:x", "d", "$d")
	tb.write(func(tx *store.Tx) error {
		if err := tx.MoveRoom(t.Context(), "!d:x", "!e:x"); err != nil { // its thread stays in the room that was replaced
			return err
		}
		return tx.DropAnnouncement(t.Context(), "b")
	})
	tb.now = tb.now.Add(31 * time.Minute)
	tb.announceIn("!c:x", "c", "$c")
	if next := tb.attend(); !next.Equal(tb.now.Add(unsentWait)) {
		t.Errorf("next at %s", next)
	}
	tb.write(func(tx *store.Tx) error { return tx.Sent(t.Context(), "a", "$a", tb.now) })
	tb.now = tb.now.Add(unsentWait)
	tb.attend()
	tb.equal("said", tb.lines(), []string{"!a:x $a ▶️ Jetzt geht es los: Alpha (1)"})
}

// Whatever may be due earlier than the job sleeps wakes it: a post, a date, a
// reminder. What changes nothing lets it sleep.
func TestAttendIsPulledForward(t *testing.T) {
	tb := newTable(t)
	tb.load(testSource, ev("a", "20261130T093000", "Alpha"))
	sleeps := func(what string, want bool) {
		t.Helper()
		j, err := tb.store.Job(t.Context(), AttendKind)
		if err != nil || j.RunAt.After(tb.now) != want {
			t.Errorf("%s: due at %s, %v", what, j.RunAt, err)
		}
		tb.attend()
	}
	if next := tb.attend(); !next.Equal(tb.now.Add(time.Hour)) {
		t.Errorf("sleeps until %s", next)
	}
	tb.announceIn("!a:x", "a", "$a")
	sleeps("a post", false)
	if next := tb.attend(); !next.Equal(tb.now.Add(30 * time.Minute)) {
		t.Errorf("after a post it sleeps until %s", next)
	}
	tb.load(testSource, ev("a", "20261130T093000", "Alpha"))
	sleeps("the same again", true)
	tb.load(testSource, ev("a", "20261130T091500", "Alpha"))
	sleeps("another time", false)
	tb.load(testSource, ev("a", "20261130T091500", "Alpha"), ev("b", "20261130T091500", "Beta"))
	sleeps("another offer", false)
	d := tb.find(1).Next[0]
	tb.write(func(tx *store.Tx) error {
		return tx.PutReminder(t.Context(), store.Reminder{Offer: d.Offer, Key: d.Key, User: anna, Minutes: 10})
	})
	sleeps("a reminder", false)
	if next := tb.attend(); !next.Equal(tb.now.Add(5 * time.Minute)) {
		t.Errorf("with a reminder it sleeps until %s", next)
	}
	sleeps("nothing", true)
}

func TestWhatDoYouTakeAlong(t *testing.T) {
	tb := newTable(t)
	night := "UID:n\nDTSTART;TZID=Europe/Berlin:20261203T200000\nDTEND;TZID=Europe/Berlin:20261204T003000\nSUMMARY:Night" // without a kind
	help := ev("h", "20261203T140000", "Help", "CATEGORIES:Hilfe")
	tb.load(testSource, ev("a", "20261203T140000", "Alpha", "CATEGORIES:Austausch"), ev("off", "20261203T140000", "Off", "STATUS:CANCELLED", "CATEGORIES:Austausch"), night, help)
	tb.announceIn("!a:x", "a", "$a")
	tb.announceIn("!off:x", "off", "$off")
	tb.write(func(tx *store.Tx) error { return tx.SetSetting(t.Context(), "!off:x", store.SetAfter, store.Off) })
	tb.out()
	tb.clock("2026-12-03 23:00")
	tb.load(testSource, night, help) // the feed names no more what is over
	tb.mend()
	tb.out()
	tb.clock("2026-12-04 08:10")
	if next := tb.attend(); !next.Equal(tb.now.Add(50*time.Minute)) || len(tb.lines()) != 0 {
		t.Errorf("next at %s", next)
	}
	tb.clock("2026-12-04 09:00")
	tb.attend()
	got := tb.lines()
	if len(got) != 2 || !strings.HasPrefix(got[0], "!a:x $a Was nehmt ihr mit aus Alpha (1)?") || !strings.Contains(got[1], "aus Night (") {
		t.Errorf("%q", got)
	}
	tb.clock("2026-12-05 09:00")
	tb.attend()
	tb.equal("again", tb.lines(), []string{})
	under, err := store.AfterwordsUnder(t.Context(), tb.store.Reader(), "$a", tb.now.Add(-AnswersFor))
	if err != nil || len(under) != 2 || under[0].Post != "a" || under[0].Room != "!a:x" {
		t.Errorf("%+v, %v", under, err)
	}
}

func TestTheLineComesWithinTwoDaysOrNotAtAll(t *testing.T) {
	for hours, want := range map[int]int{47: 1, 49: 0} {
		tb := newTable(t)
		tb.load(testSource, ev("a", "20261201T140000", "Alpha", "CATEGORIES:Fortbildung"))
		tb.announceIn("!a:x", "a", "$a")
		tb.clock("2026-12-02 09:00")
		tb.now = tb.now.Add(time.Duration(hours) * time.Hour)
		tb.attend()
		if got := tb.lines(); len(got) != want {
			t.Errorf("%d hours late: %q", hours, got)
		}
	}
}

func TestMaterialIsSharedOnce(t *testing.T) {
	tb := newTable(t)
	tb.load(testSource, ev("a", "20261201T140000", "Alpha", "RRULE:FREQ=WEEKLY;COUNT=3", "CATEGORIES:Fortbildung"))
	tb.announceIn("!a:x", "a", "$a")
	tb.out()
	material := func(link string) {
		tb.write(func(tx *store.Tx) error {
			o, err := store.OfferByNumber(t.Context(), tx, testNetwork, 1)
			if err != nil {
				return err
			}
			w, err := tx.OfferWriter(t.Context())
			if err != nil {
				return err
			}
			defer w.Close()
			o.Material = link
			return w.Update(t.Context(), &o)
		})
	}
	tb.clock("2026-12-02 09:00")
	tb.attend()
	tb.lines()
	material("https://cloud.example/folien")
	tb.attend()
	tb.equal("shared", tb.lines(), []string{"!a:x $a Material zu »Alpha« (1): https://cloud.example/folien"})
	tb.attend()
	tb.equal("again", tb.lines(), []string{})
	material("javascript:alert(1)")
	tb.attend()
	tb.equal("no link", tb.lines(), []string{})
	material("https://cloud.example/neu")
	tb.clock("2026-12-07 09:00")
	tb.attend()
	tb.equal("another", tb.lines(), []string{"!a:x $a Material zu »Alpha« (1): https://cloud.example/neu"})
	tb.announceIn("!a:x", "b", "$b")
	tb.out()
	tb.clock("2026-12-09 09:00")
	tb.attend()
	if got := tb.lines(); len(got) != 1 || !strings.HasPrefix(got[0], "!a:x $b Was nehmt ihr mit") || !strings.HasSuffix(got[0], "Material zum Nachlesen: https://cloud.example/neu") {
		t.Errorf("in the line itself: %q", got)
	}
	material("https://cloud.example/drei")
	tb.attend()
	tb.equal("only under the newest", tb.lines(), []string{"!a:x $b Material zu »Alpha« (1): https://cloud.example/drei"})
	o := tb.find(1)
	if text := RenderOffer(tb.view(lang.German), o).Plain(); !strings.Contains(text, "Material zum Nachlesen: https://cloud.example/drei") {
		t.Errorf("not shown: %s", text)
	}
}
