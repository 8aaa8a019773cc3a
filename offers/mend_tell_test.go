package offers

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"maunium.net/go/mautrix/id"

	"buffet/lang"
	"buffet/store"
)

// joined makes people members of a room, as the Matrix library notes it.
func (t *table) joined(room id.RoomID, list ...id.UserID) {
	t.Helper()
	t.write(func(tx *store.Tx) error {
		for _, q := range []string{
			`CREATE TABLE IF NOT EXISTS mx_user_profile (room_id TEXT, user_id TEXT, membership TEXT, displayname TEXT)`,
			`CREATE TABLE IF NOT EXISTS mx_room_state (room_id TEXT PRIMARY KEY, members_fetched BOOLEAN)`,
		} {
			if _, err := tx.ExecContext(t.ctx, q); err != nil {
				return err
			}
		}
		if _, err := tx.ExecContext(t.ctx, `INSERT INTO mx_room_state VALUES ($1, $2)`, room, room != "!unsure:x"); err != nil {
			return err
		}
		for _, u := range list {
			if _, err := tx.ExecContext(t.ctx, `INSERT INTO mx_user_profile VALUES ($1, $2, 'join', '')`, room, u); err != nil {
				return err
			}
		}
		return nil
	})
}

// known signs people up who are glad to be named.
func (t *table) known(number int, waiting bool, users ...id.UserID) {
	t.Helper()
	d := t.find(number).Next[0]
	for _, u := range users {
		t.write(func(tx *store.Tx) error {
			return tx.PutSignup(t.ctx, store.Signup{Offer: d.Offer, Key: d.Key, User: u, Name: "x", Waiting: waiting, At: t.now})
		})
	}
}

// news are what was said but edits: to whom, whom it mentions, and the text.
func (t *table) news() (list []string) {
	t.Helper()
	for _, m := range t.out() {
		if m.Edits != "" {
			if len(m.Mentions) > 0 {
				t.Errorf("an edit mentions %v", m.Mentions)
			}
			continue
		}
		for _, u := range m.Mentions {
			if strings.Contains(strings.ReplaceAll(m.Plain+m.HTML, "genannt", ""), u.Localpart()) {
				t.Errorf("the text names %s", u)
			}
		}
		list = append(list, fmt.Sprintf("%s%s %v %s", m.Room, m.User, m.Mentions, strings.ReplaceAll(m.Plain, "\n", " / ")))
	}
	slices.Sort(list)
	return list
}

const (
	moved = "Verschoben: Alpha (1), statt Do, 3. Dez, 14:00 Uhr jetzt Fr, 4. Dez, 15:00–16:30 Uhr."
	told  = " / Das sage ich dir, weil du dich angemeldet hast."
	named = " / Erwähnt ist nur, wer sich hier angemeldet hat oder gern genannt wird."
)

// Everybody who signed up is told once, in the first room where it is said or
// in their direct chat; nobody else is mentioned.
func TestWhoSignedUpIsTold(t *testing.T) {
	tb := newTable(t)
	tb.load(testSource, ev("a", "20261203T140000", "Alpha"), ev("b", "20261203T140000", "Beta"))
	tb.capacity(1, 4)
	tb.announceIn("!a:x", "a1", "$a1")
	tb.announceIn("!a:x", "a2", "$a2")
	tb.announceIn("!b:x", "b", "$b")
	tb.announceIn("!unsure:x", "u", "$u")
	tb.joined("!a:x", "@ann:x", "@bodo:x", "@cem:x")
	tb.joined("!b:x", "@ann:x", "@dora:x", "@emil:x")
	tb.joined("!unsure:x", "@finn:x")
	tb.known(1, false, "@ann:x", "@dora:x", "@finn:x", "@gast:x")
	tb.known(1, true, "@bodo:x")
	tb.known(2, false, "@cem:x")
	tb.out()
	tb.now = tb.now.Add(time.Minute)
	tb.load(testSource, ev("a", "20261204T150000", "Alpha"), ev("b", "20261203T140000", "Beta"))
	tb.capacity(1, 4)
	tb.known(1, false, "@emil:x") // knows
	tb.mend()
	off := " Passt es dir nicht mehr? !dochnicht 1"
	tb.equal("told", strings.Join(tb.news(), "\n"), strings.Join([]string{
		"!a:x [@ann:x @bodo:x] " + moved + named, "!b:x [@dora:x] " + moved + named, "!unsure:x [] " + moved,
		"@finn:x [] " + moved + told + off, "@gast:x [] " + moved + told + off}, "\n"))
	tb.now = tb.now.Add(time.Minute)
	tb.load(testSource, ev("a", "20261204T150000", "Alpha", "DESCRIPTION:x"), ev("b", "20261203T140000", "Beta"))
	tb.capacity(1, 4)
	tb.mend()
	tb.equal("again", tb.news(), []string{})
}

// Whoever is mentioned is seen by all the room: only those are who said there
// that they come, or let others see their name; the others hear in their
// direct chats.
func TestMentionsOnlyWhoMayBeSeen(t *testing.T) {
	tb := newTable(t)
	tb.joined("!a:x", "@ann:x", "@bodo:x", "@cem:x", "@dora:x")
	tb.load(testSource, ev("a", "20261203T140000", "Alpha"), ev("b", "20261203T140000", "Beta"))
	tb.announceIn("!a:x", "a1", "$a1")
	tb.known(1, false, "@ann:x")
	i := tb.find(1).Next[0]
	tb.signUp(i, "@bodo:x", "$bodo", Unnamed) // elsewhere
	come := func(n int, c Coming) {
		tb.write(func(tx *store.Tx) error {
			d := tb.find(n).Next[0]
			_, err := SignUp(tb.ctx, tx, tb.chat(), d.Offer, d.Key, c)
			return err
		})
	}
	come(1, Coming{User: "@cem:x", Event: "$cem", Room: "!a:x"})
	come(1, Coming{User: "@dora:x", Event: "$dora", Room: "!dora:x"})
	come(2, Coming{User: "@dora:x", Event: "$dora2", Room: "!a:x"}) // another offer's
	tb.out()
	tb.now = tb.now.Add(time.Minute)
	tb.load(testSource, ev("a", "20261204T150000", "Alpha"), ev("b", "20261203T140000", "Beta"))
	tb.mend()
	off := " Passt es dir nicht mehr? !dochnicht 1"
	tb.equal("told", tb.news(), []string{"!a:x [@ann:x @cem:x] " + moved + named, "@bodo:x [] " + moved + told + off, "@dora:x [] " + moved + told + off})
}

func TestCancellationSaysWhyAlsoWhereNothingWasAnnounced(t *testing.T) {
	tb := newTable(t)
	tb.load(testSource, ev("a", "20261203T140000", "Alpha"), ev("b", "20261203T140000", "Beta"))
	tb.known(1, false, "@ann:x")
	tb.known(2, false, "@ann:x")
	tb.now = tb.now.Add(time.Minute)
	tb.write(func(tx *store.Tx) error {
		for n := 1; n <= 2; n++ {
			o, err := store.OfferByNumber(t.Context(), tx, testNetwork, n)
			if err != nil {
				return err
			}
			w, err := tx.OfferWriter(t.Context())
			if err != nil {
				return err
			}
			defer w.Close()
			o.Status = store.OfferCancelled
			if err := w.Update(t.Context(), &o); err != nil {
				return err
			}
		}
		return askMend(t.Context(), tx, testNetwork, mendArgs{Offers: []int64{1, 2}, Reason: "**Grippe** @room\nin der Schule"}, tb.now)
	})
	tb.mend()
	why := " Grund: **Grippe** @\u200broom in der Schule"
	tb.equal("told", tb.news(), []string{"@ann:x [] Fällt aus: Alpha (1), Do, 3. Dez, 14:00–15:30 Uhr." + why +
		" / Fällt aus: Beta (2), Do, 3. Dez, 14:00–15:30 Uhr." + why + told})
	tb.load(testSource, ev("a", "20261203T140000", "Alpha", "SEQUENCE:2", "LOCATION:Kiel"), ev("b", "20261203T140000", "Beta"))
	tb.mend()
	tb.equal("on again", tb.news(), []string{"@ann:x [] Findet doch statt: Alpha (1), Do, 3. Dez, 14:00–15:30 Uhr." + told + " Passt es dir nicht mehr? !dochnicht 1"})
}

// A date that is gone from its source is told as one that does not take place;
// what is over is no news.
func TestWhoSignedUpHearsOfWhatIsGone(t *testing.T) {
	tb := newTable(t)
	tb.load(testSource, ev("a", "20261203T140000", "Alpha"), ev("b", "20261130T120000", "Beta"))
	tb.known(1, false, "@ann:x")
	tb.known(2, false, "@ann:x")
	tb.now = tb.now.Add(8 * time.Hour)
	tb.load(testSource)
	tb.mend()
	tb.equal("told", tb.news(), []string{"@ann:x [] Nicht mehr im Angebot: Alpha (1), Do, 3. Dez, 14:00–15:30 Uhr." + told})
}

// cancelled has an offer cancelled, and its job added.
func (t *table) cancelled(number int, reason string) {
	t.Helper()
	t.write(func(tx *store.Tx) error {
		o, err := store.OfferByNumber(t.ctx, tx, testNetwork, number)
		if err != nil {
			return err
		}
		w, err := tx.OfferWriter(t.ctx)
		if err != nil {
			return err
		}
		defer w.Close()
		o.Status = store.OfferCancelled
		if err := w.Update(t.ctx, &o); err != nil {
			return err
		}
		return askMend(t.ctx, tx, testNetwork, mendArgs{Offers: []int64{o.ID}, Reason: reason}, t.now)
	})
}

// Two offers of one post are cancelled before the first of their jobs runs:
// each is told by its own, with its own reason, to its own people.
func TestEachCancellationHasItsReason(t *testing.T) {
	tb := newTable(t)
	tb.load(testSource, ev("a", "20261203T140000", "Alpha"), ev("b", "20261203T140000", "Beta"))
	tb.announceIn("!a:x", "a1", "$a1")
	tb.joined("!a:x", "@ann:x", "@bodo:x")
	tb.known(1, false, "@ann:x")
	tb.known(2, false, "@bodo:x")
	tb.out()
	tb.cancelled(1, "Anke ist krank")
	tb.now = tb.now.Add(time.Second)
	tb.cancelled(2, "Raum belegt")
	tb.mend()
	off := func(title, reason string) string {
		return " Fällt aus: " + title + ", Do, 3. Dez, 14:00–15:30 Uhr. Grund: " + reason + named
	}
	tb.equal("told", tb.news(), []string{"!a:x [@ann:x]" + off("Alpha (1)", "Anke ist krank"), "!a:x [@bodo:x]" + off("Beta (2)", "Raum belegt")})
	tb.mend()
	tb.equal("again", tb.news(), []string{})
}

// A job that knows no reason runs first: it leaves the cancellation to the one
// that does.
func TestReasonIsNotTakenAway(t *testing.T) {
	tb := newTable(t)
	tb.load(testSource, ev("a", "20261203T140000", "Alpha"))
	tb.announceIn("!a:x", "a1", "$a1")
	tb.joined("!a:x")
	tb.known(1, false, "@ann:x")
	tb.out()
	tb.write(func(tx *store.Tx) error {
		return askMend(tb.ctx, tx, testNetwork, mendArgs{Offers: []int64{1}}, tb.now)
	})
	tb.now = tb.now.Add(time.Millisecond)
	tb.cancelled(1, "Anke ist krank")
	tb.mend()
	why := " [] Fällt aus: Alpha (1), Do, 3. Dez, 14:00–15:30 Uhr. Grund: Anke ist krank"
	tb.equal("told", tb.news(), []string{"!a:x" + why, "@ann:x" + why + told})
}

// Two dates of a series are off for two reasons: each is told with its own.
func TestEachDateHasItsReason(t *testing.T) {
	tb := newTable(t)
	o := tb.bring(Draft{Title: "Alpha", When: tb.when("jeden Donnerstag 14-15:30 Uhr")})
	dates := tb.find(o.Number).Next
	tb.joined("!a:x")
	for _, d := range dates[:2] {
		tb.write(func(tx *store.Tx) error {
			return tx.PutSignup(tb.ctx, store.Signup{Offer: d.Offer, Key: d.Key, User: "@ann:x", At: tb.now})
		})
	}
	for n, why := range []string{"Anke ist krank", "Raum belegt"} {
		tb.write(func(tx *store.Tx) (err error) {
			_, err = CancelOffer(tb.ctx, tx, o, OnlyThis, dates[n].Key, why, tb.now)
			return err
		})
	}
	tb.mend()
	got := strings.Join(tb.news(), "\n")
	for n, why := range []string{"Anke ist krank", "Raum belegt"} {
		if !strings.Contains(got, tb.view(lang.German).when(dates[n])+". Grund: "+why) {
			t.Errorf("no %q with its date in:\n%s", why, got)
		}
	}
}
