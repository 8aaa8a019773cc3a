package offers

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"maunium.net/go/mautrix/id"
	"maunium.net/go/mautrix/sqlstatestore"

	"buffet/lang"
	"buffet/store"
)

const testUser = id.UserID("@ben:example.org")

func (t *table) capacity(number, places int) {
	t.Helper()
	t.write(func(tx *store.Tx) error {
		_, err := tx.ExecContext(t.ctx, `UPDATE offer SET capacity = $1 WHERE number = $2`, places, number)
		return err
	})
}

// members makes the tables of the Matrix library, with Ben in the room.
func (t *table) members() {
	t.Helper()
	if err := sqlstatestore.NewSQLStateStore(t.store.Matrix(), nil, false).Upgrade(t.ctx); err != nil {
		t.Fatal(err)
	}
	t.write(func(tx *store.Tx) error {
		if err := tx.PutRoom(t.ctx, store.Room{ID: testRoom, Network: testNetwork, Joined: t.now}); err != nil {
			return err
		}
		_, err := tx.ExecContext(t.ctx, `INSERT INTO mx_user_profile (room_id, user_id, membership, displayname) VALUES ($1, $2, 'join', 'Ben <b>')`, testRoom, testUser)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(t.ctx, `INSERT INTO mx_room_state (room_id, members_fetched) VALUES ($1, false)`, testRoom) // who is in it is not sure
		return err
	})
}

// chat is for a direct chat.
func (t *table) chat() View {
	v := t.view(lang.German)
	v.Prefix = ""
	return v
}

// signUp is what becomes of it, or the phrase that refuses it.
func (t *table) signUp(i Item, user id.UserID, e id.EventID, names Naming) (j *Joined, refused string) {
	t.Helper()
	err := t.store.Write(t.ctx, func(tx *store.Tx) (err error) {
		j, err = SignUp(t.ctx, tx, t.chat(), i.Offer, i.Key, Coming{User: user, Event: e, Room: testRoom, Names: names})
		return err
	})
	if p, ok := lang.AsProblem(err); ok {
		return nil, p.Key
	} else if err != nil {
		t.Fatal(err)
	}
	return j, ""
}

func (t *table) signOff(i Item, user id.UserID) (was bool) {
	t.Helper()
	t.write(func(tx *store.Tx) (err error) {
		was, err = SignOff(t.ctx, tx, t.chat(), i.Offer, i.Key, user)
		return err
	})
	return was
}

func (t *table) takeBack(e id.EventID) {
	t.Helper()
	t.write(func(tx *store.Tx) error {
		return TakeBack(t.ctx, tx, func(string) (View, bool) { return t.chat(), true }, testRoom, e, t.now)
	})
}

// list is who comes and who waits, as "a b | c".
func (t *table) list(i Item) string {
	t.Helper()
	all, err := store.Signups(t.ctx, t.store.Reader(), i.Offer, i.Key)
	if err != nil {
		t.Fatal(err)
	}
	var going, waiting []string
	for _, s := range all {
		if name := s.User.Localpart(); s.Waiting {
			waiting = append(waiting, name)
		} else {
			going = append(going, name)
		}
	}
	slices.Sort(going)
	return strings.Join(going, " ") + " | " + strings.Join(waiting, " ")
}

func (t *table) texts(out []store.Outgoing) (list []string) {
	for _, o := range out {
		list = append(list, o.User.Localpart()+": "+o.Plain)
	}
	return list
}

// wanted is the model that sign-ups are checked against: one date.
type wanted struct {
	places         int
	going, waiting []string
	ways           map[string][]id.EventID
	told           map[string]int // how often each moved up
}

func (w *wanted) fill(self string) {
	for len(w.waiting) > 0 && (w.places == 0 || len(w.going) < w.places) {
		if w.waiting[0] != self {
			w.told[w.waiting[0]]++
		}
		w.going, w.waiting = append(w.going, w.waiting[0]), w.waiting[1:]
	}
}

func (w *wanted) on(who string, e id.EventID) {
	w.ways[who] = append(w.ways[who], e)
	if len(w.ways[who]) > 1 {
		return
	}
	w.waiting = append(w.waiting, who)
	w.fill(who)
}

func (w *wanted) off(who string) {
	delete(w.ways, who)
	is := func(s string) bool { return s == who }
	w.going, w.waiting = slices.DeleteFunc(w.going, is), slices.DeleteFunc(w.waiting, is)
	w.fill("")
}

func (w *wanted) String() string {
	going := slices.Sorted(slices.Values(w.going))
	return strings.Join(going, " ") + " | " + strings.Join(w.waiting, " ")
}

// TestSignUpsAtRandom: however people say it and take it back, each counts
// once, the list keeps its order, there are never more than there are places
// (but where these became fewer), and each moving up is told once.
func TestSignUpsAtRandom(t *testing.T) {
	for seed := range uint64(6) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			r := rand.New(rand.NewPCG(seed, 1)) //nolint:gosec // a test
			tb := newTable(t)
			tb.load(testSource, ev("s", "20261202T140000", "Runde", "RRULE:FREQ=WEEKLY;COUNT=2"))
			dates := tb.find(1).Next
			models := []*wanted{}
			for range dates {
				models = append(models, &wanted{ways: map[string][]id.EventID{}, told: map[string]int{}})
			}
			told := []map[string]int{{}, {}}
			for step := range 150 {
				tb.now = tb.now.Add(time.Duration(r.IntN(2)) * time.Millisecond)
				n := r.IntN(len(dates))
				tb.randomly(r, step, dates, n, models)
				for _, o := range tb.out() {
					for d, i := range dates {
						if strings.HasPrefix(o.Key, fmt.Sprintf("movedup/%d/%d/", i.Offer, store.Millis(i.Key))) {
							told[d][o.User.Localpart()]++
						}
					}
				}
				for d, i := range dates {
					if got, want := tb.list(i), models[d].String(); got != want {
						t.Fatalf("step %d, date %d: %s, want %s", step, d, got, want)
					}
					tb.equal(fmt.Sprintf("step %d, date %d: told", step, d), told[d], models[d].told)
				}
			}
		})
	}
}

// randomly does one thing to a date, and to its model.
func (t *table) randomly(r *rand.Rand, step int, dates []Item, n int, models []*wanted) {
	t.Helper()
	i, m := dates[n], models[n]
	who := string(rune('a' + r.IntN(7)))
	user := id.UserID("@" + who + ":example.org")
	switch r.IntN(8) {
	case 0, 1, 2, 3:
		e := id.EventID(fmt.Sprintf("$%d", step))
		m.on(who, e)
		t.signUp(i, user, e, AsBefore)
		t.signUp(i, user, e, AsBefore) // the same event again
	case 4, 5:
		if ways := m.ways[who]; len(ways) > 0 {
			e := ways[r.IntN(len(ways))]
			m.ways[who] = slices.DeleteFunc(ways, func(w id.EventID) bool { return w == e })
			if len(m.ways[who]) == 0 {
				m.off(who)
			}
			t.takeBack(e)
		}
	case 6:
		was := len(m.ways[who]) > 0
		m.off(who)
		t.equal("was signed up", t.signOff(i, user), was)
	case 7:
		places := r.IntN(5)
		t.capacity(1, places)
		t.write(func(tx *store.Tx) error { return MoveUp(t.ctx, tx, t.chat(), i.Offer) })
		for _, m := range models {
			m.places = places
			m.fill("")
		}
	}
}

// TestSignUpRefused: nothing is kept of what cannot be.
func TestSignUpRefused(t *testing.T) {
	tb := newTable(t)
	tb.load(testSource, ev("off", "20261202T140000", "Off", "STATUS:CANCELLED"), ev("one", "20261203T140000", "One"), ev("gone", "20261203T160000", "Gone"),
		ev("s", "20261202T100000", "Runde", "RRULE:FREQ=DAILY;COUNT=3"), ev("s", "20261203T100000", "Runde", "RECURRENCE-ID;TZID=Europe/Berlin:20261203T100000", "STATUS:CANCELLED"))
	off, one, gone, day := tb.find(1).Next[0], tb.find(2).Next[0], tb.find(3).Next[0], tb.find(4).Next
	if _, why := tb.signUp(gone, testUser, "$g", AsBefore); why != "" {
		t.Fatal(why)
	}
	tb.load(testSource, ev("off", "20261202T140000", "Off", "STATUS:CANCELLED"), ev("one", "20261203T140000", "One"),
		ev("s", "20261202T100000", "Runde", "RRULE:FREQ=DAILY;COUNT=3"), ev("s", "20261203T100000", "Runde", "RECURRENCE-ID;TZID=Europe/Berlin:20261203T100000", "STATUS:CANCELLED"))
	refused := func(what string, i Item, user id.UserID, want string) {
		t.Helper()
		_, why := tb.signUp(i, user, "$1", AsBefore)
		tb.equal(what, why, want)
		if l := tb.list(i); i.Offer != gone.Offer && l != " | " {
			t.Errorf("%s: signed up %s", what, l)
		}
		if ways, err := store.WaysBy(t.Context(), tb.store.Reader(), "$1"); err != nil || len(ways) > 0 {
			t.Errorf("%s: %v, %v", what, ways, err)
		}
	}
	refused("cancelled", off, testUser, "signup_cancelled")
	refused("one date of a series cancelled", day[1], testUser, "signup_cancelled")
	refused("withdrawn", gone, "@cem:example.org", "signup_withdrawn")
	refused("no such date", Item{Offer: one.Offer, Key: one.Key.Add(time.Hour)}, testUser, "signup_withdrawn")
	tb.equal("sign-ups stay until the date is forgotten", tb.list(gone), "ben | ")
	tb.equal("off it", tb.signOff(gone, testUser), true)
	tb.write(func(tx *store.Tx) error { return tx.SetForgotten(tb.ctx, tx.HashPerson("@nie:example.org"), tb.now) })
	refused("wants nothing stored", one, "@nie:example.org", "signup_forgotten")
	tb.now = one.Start.Add(time.Hour)
	if _, why := tb.signUp(one, "@late:example.org", "$2", AsBefore); why != "" {
		t.Errorf("while it runs: %s", why)
	}
	tb.signOff(one, "@late:example.org")
	tb.now = one.End
	refused("over", one, testUser, "signup_over")
}

func TestSignUpNames(t *testing.T) {
	tb := newTable(t)
	tb.members()
	tb.load(testSource, ev("one", "20261203T140000", "One"))
	i := tb.find(1).Next[0]
	say := func(names Naming, want string) {
		t.Helper()
		j, why := tb.signUp(i, testUser, "$1", names)
		if why != "" {
			t.Fatal(why)
		}
		tb.equal("name", j.Name, want)
	}
	say(AsBefore, "")
	say(Named, "Ben <b>")
	say(AsBefore, "Ben <b>")
	say(Unnamed, "")
	tb.signOff(i, testUser)
	tb.write(func(tx *store.Tx) error { return tx.SetPersonSetting(tb.ctx, testUser, store.SetNamed, store.On) })
	say(AsBefore, "Ben <b>")
	say(Unnamed, "")
}

// TestSignUpFollowsItsDate when its source gives that a new identity, and goes
// with it 30 days after it.
func TestSignUpFollowsItsDate(t *testing.T) {
	tb := newTable(t)
	tb.load(testSource, ev("s", "20261201T100000", "Runde", "RRULE:FREQ=WEEKLY;COUNT=2"))
	i := tb.find(1).Next[1]
	tb.signUp(i, testUser, "$1", AsBefore)
	tb.load(testSource, ev("s", "20261202T110000", "Runde", "RRULE:FREQ=WEEKLY;COUNT=2"))
	moved := tb.find(1).Next[1]
	if moved.Key.Equal(i.Key) {
		t.Fatal("the date kept its key, the test shows nothing")
	}
	tb.equal("moved", tb.list(moved), "ben | ")
	forget := func() {
		t.Helper()
		tb.write(func(tx *store.Tx) error { return Extend(tb.ctx, tx, tb.now) })
	}
	kept := func() string {
		t.Helper()
		var a, b, c int
		err := tb.store.Write(tb.ctx, func(tx *store.Tx) error {
			return tx.QueryRowContext(tb.ctx, `SELECT (SELECT count(*) FROM signup), (SELECT count(*) FROM signup_way), (SELECT count(*) FROM reminder)`).Scan(&a, &b, &c)
		})
		if err != nil {
			t.Fatal(err)
		}
		return fmt.Sprint(a, b, c)
	}
	tb.now = moved.End.AddDate(0, 0, 30)
	forget()
	tb.equal("after 30 days", kept(), "1 1 1")
	tb.now = tb.now.Add(time.Hour)
	forget()
	tb.equal("later", kept(), "0 0 0")
}

// TestStandardReminder comes with a place and goes with it.
func TestStandardReminder(t *testing.T) {
	tb := newTable(t)
	tb.load(testSource, ev("one", "20261203T140000", "One"))
	tb.capacity(1, 1)
	i := tb.find(1).Next[0]
	cem := id.UserID("@cem:example.org")
	has := func(what string, user id.UserID, want string) {
		t.Helper()
		list, err := store.RemindersOf(tb.ctx, tb.store.Reader(), user)
		if err != nil {
			t.Fatal(err)
		}
		got := []string{}
		for _, r := range list {
			got = append(got, fmt.Sprintf("%dd%dm%v%v", r.Days, r.Minutes, r.Standard, !r.SentFor.IsZero()))
		}
		tb.equal(what, strings.Join(got, ", "), want)
	}
	j, _ := tb.signUp(i, testUser, "$1", AsBefore)
	tb.equal("will be reminded", j.Remind, true)
	has("with a place", testUser, "0d60mtruefalse")
	j, _ = tb.signUp(i, cem, "$2", AsBefore)
	tb.equal("on the list", fmt.Sprint(j.Place, j.Remind), "1 false")
	has("on the list", cem, "")
	tb.signOff(i, testUser)
	has("signed off", testUser, "")
	has("moved up", cem, "0d60mtruefalse")
	tb.signOff(i, cem)
	tb.write(func(tx *store.Tx) error {
		return tx.PutReminder(tb.ctx, store.Reminder{Offer: i.Offer, Key: i.Key, User: cem, Minutes: 60})
	})
	tb.signUp(i, cem, "$3", AsBefore)
	tb.signOff(i, cem)
	has("asked for the same", cem, "0d60mfalsefalse")
	tb.write(func(tx *store.Tx) error { return tx.SetPersonSetting(tb.ctx, testUser, store.SetRemind, store.Off) })
	j, _ = tb.signUp(i, testUser, "$4", AsBefore)
	has("wants none", testUser, "")
	tb.equal("is not promised", j.Remind, false)
	tb.signOff(i, testUser)
	tb.write(func(tx *store.Tx) error { return tx.SetPersonSetting(tb.ctx, testUser, store.SetRemind, "") })
	tb.now = i.Start.Add(-59 * time.Minute)
	j, _ = tb.signUp(i, testUser, "$5", AsBefore)
	has("too late for it", testUser, "0d60mtruetrue")
	tb.equal("nor promised", j.Remind, false)
}

func TestSignUpTexts(t *testing.T) {
	tb := newTable(t)
	tb.members()
	tb.load(testSource, ev("s", "20261203T140000", "Titel **fett** @room", "RRULE:FREQ=WEEKLY;COUNT=2", "LOCATION:Kiel"))
	tb.capacity(1, 1)
	next, later := tb.find(1).Next[0], tb.find(1).Next[1]
	for _, l := range languages {
		v := tb.chat()
		v.Lang = l
		text := new(lang.Text)
		tb.signOff(next, testUser)
		tb.signOff(later, testUser)
		j, _ := tb.signUp(next, testUser, "$1", AsBefore)
		text.Add(v.Confirm(j))
		tb.signUp(later, "@cem:example.org", "$2", AsBefore)
		j, _ = tb.signUp(later, testUser, "$3", Named)
		text.Line().Line().Add(v.Confirm(j)).Line().Line().Add(v.MovedUp(j)).Line().Line()
		text.Add(v.SignedOff(next, true)).Line().Add(v.SignedOff(next, false)).Line().Line()
		v.SignupLine(text, j)
		golden(t, "signup."+l, text)
	}
}
