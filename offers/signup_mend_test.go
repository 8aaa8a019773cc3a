package offers

import (
	"strings"
	"testing"
	"time"

	"maunium.net/go/mautrix/id"

	"buffet/store"
)

// member notes that somebody is in the room, or was, of which all are known.
func (t *table) member(user id.UserID, membership string) {
	t.Helper()
	t.write(func(tx *store.Tx) error {
		if _, err := tx.ExecContext(t.ctx, `UPDATE mx_room_state SET members_fetched = true`); err != nil {
			return err
		}
		_, err := tx.ExecContext(t.ctx, `INSERT OR REPLACE INTO mx_user_profile (room_id, user_id, membership, displayname) VALUES ($1, $2, $3, '')`, testRoom, user, membership)
		return err
	})
}

// Who left the network keeps no place, does not move up, and is not reminded;
// while it is not sure who is in it, everybody stays.
func TestWhoLeftTheNetwork(t *testing.T) {
	tb := newTable(t)
	tb.members()
	tb.load(testSource, ev("a", "20261203T140000", "Alpha"))
	tb.capacity(1, 2)
	d := tb.find(1).Next[0]
	for n, who := range []id.UserID{"@ann:x", "@bob:x", "@cem:x", "@dan:x"} {
		tb.signUp(d, who, id.EventID("$"+string(rune('1'+n))), AsBefore)
	}
	if got := tb.list(d); got != "ann bob | cem dan" {
		t.Fatal(got)
	}
	tb.out()
	tb.mendOffer(d.Offer)
	if got := tb.list(d); got != "ann bob | cem dan" {
		t.Errorf("not sure who is there: %s", got)
	}
	tb.member("@bob:x", "join")
	tb.member("@dan:x", "join")
	tb.member("@ann:x", "leave")
	tb.mendOffer(d.Offer)
	if got := tb.list(d); got != "bob dan | " {
		t.Errorf("ann and cem have left: %s", got)
	}
	if out := tb.out(); len(out) != 1 || out[0].User != "@dan:x" || !out[0].IfThere {
		t.Errorf("told: %+v", out)
	}
	tb.member("@bob:x", "leave")
	tb.clock("2026-12-03 13:00")
	tb.attend()
	if out := tb.out(); len(out) != 1 || out[0].User != "@dan:x" {
		t.Errorf("reminded: %+v", out)
	}
	if got := tb.list(d); got != "dan | " {
		t.Errorf("bob has left: %s", got)
	}
	tb.signUp(d, "@eva:x", "$5", AsBefore) // whose joining we have not heard of yet
	if got := tb.list(d); got != "dan eva | " {
		t.Errorf("who has just spoken: %s", got)
	}
}

func (t *table) mendOffer(offer int64) {
	t.Helper()
	t.now = t.now.Add(time.Second)
	t.write(func(tx *store.Tx) error {
		return askMend(t.ctx, tx, testNetwork, mendArgs{Offers: []int64{offer}}, t.now)
	})
	t.mend()
}

// A reminder whose network is not in the config waits for it.
func TestReminderOfANetworkThatIsAway(t *testing.T) {
	tb := newTable(t)
	tb.load(testSource, ev("a", "20261203T140000", "Alpha"))
	tb.announceIn("!a:x", "p", "$p")
	tb.alarm("p", anna, "$1")
	tb.out()
	tb.clock("2026-12-03 11:59")
	tb.attendWithout()
	tb.clock("2026-12-03 13:00")
	tb.attend()
	if out := tb.out(); len(out) != 1 || out[0].User != anna {
		t.Errorf("%+v", out)
	}
}

// What a vote said that was sent earlier and came later is not said any more.
func TestVotesCountAsSent(t *testing.T) {
	tb := newTable(t)
	tb.members()
	tb.load(testSource, ev("a", "20261203T140000", "Alpha"), ev("b", "20261203T150000", "Beta"))
	tb.announceIn("!a:x", "a1", "$a1")
	early, late := tb.now.Add(-time.Minute), tb.now
	a, b := tb.find(1).Next[0], tb.find(2).Next[0]
	tb.votedAt(late, "a1", "@ann:x", "$none")
	tb.votedAt(early, "a1", "@ann:x", "$old", "1")
	if got := tb.list(a); got != " | " {
		t.Errorf("after an empty vote: %s", got)
	}
	tb.votedAt(late, "a1", "@bob:x", "$second", "2")
	tb.votedAt(early, "a1", "@bob:x", "$first", "1")
	if got := tb.list(a) + ", " + tb.list(b); got != " | , bob | " {
		t.Errorf("after a newer vote: %s", got)
	}
	tb.votedAt(late.Add(time.Second), "a1", "@bob:x", "$third", "1")
	if got := tb.list(a) + ", " + tb.list(b); got != "bob | ,  | " {
		t.Errorf("the newest: %s", got)
	}
}

// Free places that change again after the job of their slot are told, too.
func TestPlacesAreMendedAgainInTheirSlot(t *testing.T) {
	tb := newTable(t)
	tb.members()
	tb.load(testSource, ev("a", "20261203T140000", "Alpha"))
	tb.capacity(1, 1)
	tb.announceIn("!a:x", "a1", "$a1")
	tb.out()
	d := tb.find(1).Next[0]
	early := time.Date(2026, 11, 30, 9, 0, 4, 900e6, tb.zone)
	edits := func() (n int) {
		for _, m := range tb.out() {
			if m.Edits != "" {
				n++
			}
		}
		return n
	}
	tb.now = early
	tb.signUp(d, "@ann:x", "$1", AsBefore)
	tb.now = early.Add(200 * time.Millisecond)
	tb.mend()
	if n := edits(); n != 1 {
		t.Fatalf("%d edits when it is full", n)
	}
	tb.now = early.Add(50 * time.Millisecond) // came in before, and had to wait for its turn
	tb.signOff(d, "@ann:x")
	tb.signUp(d, "@bob:x", "$2", AsBefore)
	tb.signOff(d, "@bob:x")
	tb.now = early.Add(20 * time.Second)
	tb.mend()
	if n := edits(); n != 1 {
		t.Errorf("%d edits when it is free again", n)
	}
}

// Who wants to be forgotten is asked nothing.
func TestForgottenAreNotAskedWhich(t *testing.T) {
	tb := newTable(t)
	tb.members()
	tb.load(testSource, ev("a", "20261203T140000", "Alpha"), ev("b", "20261203T150000", "Beta"))
	tb.announceIn("!a:x", "a1", "$a1")
	tb.out()
	tb.write(func(tx *store.Tx) error { return tx.SetForgotten(t.Context(), tx.HashPerson("@ann:x"), tb.now) })
	tb.react("a1", "👍", "@ann:x", "$r")
	tb.vote("a1", "@ann:x", "$v", "1")
	for _, m := range tb.out() {
		if strings.HasPrefix(m.Key, whichPrefix) {
			t.Errorf("%+v", m)
		}
	}
	var n int
	if err := tb.store.Reader().QueryRowContext(t.Context(), `SELECT count(*) FROM poll_vote`).Scan(&n); err != nil || n != 0 {
		t.Errorf("%d votes noted, %v", n, err)
	}
}

// The line after a date is asked in each room, also where the post was late,
// and after what has no kind.
func TestLineAfterInEachRoom(t *testing.T) {
	tb := newTable(t)
	tb.load(testSource, ev("a", "20261203T140000", "Alpha"), ev("h", "20261203T140000", "Help", "CATEGORIES:Hilfe"))
	tb.announceIn("!a:x", "a1", "$a1")
	tb.announceIn("!b:x", "b1", "")
	asked := func() (n int) {
		err := tb.store.Reader().QueryRowContext(t.Context(), `SELECT count(*) FROM outbox WHERE key GLOB 'after/*'`).Scan(&n)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	tb.clock("2026-12-04 09:00")
	if next := tb.attend(); asked() != 1 || !next.Equal(tb.now.Add(unsentWait)) {
		t.Errorf("first %d, next %s", asked(), next)
	}
	tb.write(func(tx *store.Tx) error { return tx.Sent(t.Context(), "b1", "$b1", tb.now) })
	tb.clock("2026-12-04 09:01")
	if next := tb.attend(); asked() != 2 || !next.Equal(tb.now.Add(attendSleep)) {
		t.Errorf("then %d, next %s", asked(), next)
	}
	tb.attend()
	if got := tb.lines(); len(got) != 2 || !strings.HasPrefix(got[0], "!a:x $a1 Was nehmt ihr mit aus Alpha") || !strings.HasPrefix(got[1], "!b:x $b1 Was nehmt ihr mit aus Alpha") {
		t.Errorf("%q", got)
	}
}

// What is gone elsewhere under the same id takes nothing back.
func TestTakeBackElsewhere(t *testing.T) {
	tb := newTable(t)
	tb.members()
	tb.load(testSource, ev("a", "20261203T140000", "Alpha"))
	d := tb.find(1).Next[0]
	tb.signUp(d, "@ann:x", "$1", AsBefore)
	tb.write(func(tx *store.Tx) error { return TakeBack(t.Context(), tx, tb.views, "!elsewhere:x", "$1", tb.now) })
	if got := tb.list(d); got != "ann | " {
		t.Errorf("from another room: %s", got)
	}
	tb.takeBack("$1")
	if got := tb.list(d); got != " | " {
		t.Errorf("from its room: %s", got)
	}
}

// Somebody takes back what they said, and the network is not in the config:
// the post is mended all the same.
func TestTakeBackWithoutNetwork(t *testing.T) {
	tb := newTable(t)
	tb.members()
	tb.load(testSource, ev("a", "20261203T140000", "Alpha"))
	tb.capacity(1, 1)
	tb.announceIn("!a:x", "a1", "$a1")
	d := tb.find(1).Next[0]
	tb.signUp(d, "@ann:x", "$1", AsBefore)
	tb.now = tb.now.Add(time.Minute)
	tb.mend()
	tb.out()
	tb.write(func(tx *store.Tx) error {
		return TakeBack(t.Context(), tx, func(string) (View, bool) { return View{}, false }, testRoom, "$1", tb.now)
	})
	var at int64
	err := tb.store.Reader().QueryRowContext(t.Context(), `SELECT run_at FROM job WHERE kind = $1 AND state = 'ready'`, MendKind).Scan(&at)
	if err != nil || store.Time(at).Before(tb.now) {
		t.Errorf("mended at %s, %v", store.Time(at), err)
	}
}

// A date of whole days starts at nine for who is reminded of it by a sign-up.
func TestStandardReminderOfAWholeDay(t *testing.T) {
	tb := newTable(t)
	tb.members()
	tb.load(testSource, "UID:d\nDTSTART;VALUE=DATE:20261203\nSUMMARY:Day")
	d := tb.find(1).Next[0]
	tb.clock("2026-12-02 23:30")
	if j, _ := tb.signUp(d, "@ann:x", "$1", AsBefore); j == nil || !j.Remind {
		t.Errorf("the evening before: %+v", j)
	}
	tb.clock("2026-12-03 08:30")
	if j, _ := tb.signUp(d, "@bob:x", "$2", AsBefore); j == nil || j.Remind {
		t.Errorf("half an hour before: %+v", j)
	}
	tb.write(func(tx *store.Tx) error {
		if err := SwitchReminders(t.Context(), tx, tb.views, "@ann:x", false); err != nil {
			return err
		}
		return SwitchReminders(t.Context(), tx, tb.views, "@ann:x", true)
	})
	if got := tb.reminds("@ann:x"); got != "1 0+60 true " {
		t.Errorf("switched on again: %s", got)
	}
}

// A post invites to nothing when all of it is off.
func TestPostOfWhatIsOffInvitesNobody(t *testing.T) {
	tb := newTable(t)
	tb.load(testSource, ev("a", "20261203T140000", "Alpha"))
	tb.announceIn("!a:x", "a1", "")
	if out := tb.out(); len(out) != 1 || !strings.Contains(out[0].Plain, "dabei 1") {
		t.Fatalf("%+v", out)
	}
	tb.load(testSource, ev("a", "20261203T140000", "Alpha", "STATUS:CANCELLED"))
	tb.mend()
	for _, m := range tb.out() {
		if m.Edits != "" && (strings.Contains(m.Plain, "dabei 1") || strings.Contains(m.Plain, "\n\n\n")) {
			t.Errorf("%s", m.Plain)
		}
	}
}

// ⏰ on two posts that show the same date: the newer one stands for the reminder.
func TestAlarmOnTwoPosts(t *testing.T) {
	tb := newTable(t)
	tb.load(testSource, ev("a", "20261203T140000", "Alpha"))
	tb.announceIn("!a:x", "a1", "$a1")
	tb.announceIn("!a:x", "a2", "$a2")
	tb.alarm("a1", anna, "$e1")
	tb.alarm("a2", anna, "$e2")
	tb.alarmBack("$e1")
	tb.equal("the older one is taken back", tb.reminds(anna), "1 0+60 false $e2")
	tb.alarmBack("$e2")
	tb.equal("both are", tb.reminds(anna), "")
}
