package offers

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"maunium.net/go/mautrix/id"

	"buffet/lang"
	"buffet/store"
)

const (
	feedOne = "https://one.example/a.ics"
	feedTwo = "https://two.example/b.ics"
)

// feeds are sources that are read again and again.
func (t *table) feeds(list ...string) {
	t.Helper()
	t.write(func(tx *store.Tx) error {
		for _, url := range list {
			if err := tx.PutFeed(t.ctx, store.Feed{Network: testNetwork, URL: url, Checked: t.now}); err != nil {
				return err
			}
		}
		return nil
	})
}

// asked are the proposals to join that wait.
func (t *table) asked() (list []store.Proposal) {
	t.Helper()
	ids, err := store.Collect(t.ctx, t.store.Reader(), func(scan func(...any) error) (n int64, err error) { return n, scan(&n) },
		`SELECT id FROM proposal WHERE kind = 'join' AND state = 'waiting' ORDER BY id`)
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range ids {
		p, err := store.ProposalByID(t.ctx, t.store.Reader(), n)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, p)
	}
	return list
}

// TestTwinWhich: what is one offer, what is asked, and what are two.
func TestTwinWhich(t *testing.T) {
	const at = "20261203T140000"
	weekly := "RRULE:FREQ=WEEKLY;BYDAY=TH"
	for name, c := range map[string]struct {
		first, second, want string
	}{
		"host":                 {ev("a", at, "Kollegiale Beratung!", "ORGANIZER;CN=Diakonie:mailto:a@x.example"), ev("b", at, "🍽️ kollegiale Beratung", "ORGANIZER;CN=DIAKONIE:mailto:b@x.example"), "one"},
		"place":                {ev("a", at, "Übung", "LOCATION:Rathaus\\, Raum 2"), ev("b", at, "Uebung", "LOCATION:rathaus raum 2"), "one"},
		"link":                 {ev("a", at, "Übung", "URL:https://x.example/u"), ev("b", at, "Übung", "URL:https://x.example/u/"), "one"},
		"link as place":        {ev("a", at, "Übung", "URL:https://x.example/u"), ev("b", at, "Übung", "LOCATION:https://x.example/u"), "one"},
		"hosts differ":         {ev("a", at, "Übung", "LOCATION:Rathaus", "ORGANIZER;CN=Caritas:mailto:a@x.example"), ev("b", at, "Übung", "LOCATION:Rathaus", "ORGANIZER;CN=AWO:mailto:b@x.example"), "asked"},
		"host on one side":     {ev("a", at, "Übung", "ORGANIZER;CN=Caritas:mailto:a@x.example"), ev("b", at, "Übung"), "asked"},
		"nothing known":        {ev("a", at, "Übung"), ev("b", at, "Übung"), "asked"},
		"online is no place":   {ev("a", at, "Übung", "LOCATION:Online"), ev("b", at, "Übung", "LOCATION:online"), "asked"},
		"another title":        {ev("a", at, "Übung", "LOCATION:Rathaus"), ev("b", at, "Übungen", "LOCATION:Rathaus"), "two"},
		"another time":         {ev("a", at, "Übung", "LOCATION:Rathaus"), ev("b", "20261203T143000", "Übung", "LOCATION:Rathaus"), "two"},
		"series":               {ev("a", at, "Übung", "LOCATION:Rathaus", weekly), ev("b", at, "Übung", "LOCATION:Rathaus", "RRULE:INTERVAL=1;BYDAY=TH;FREQ=WEEKLY"), "one"},
		"series and one date":  {ev("a", at, "Übung", "LOCATION:Rathaus", weekly), ev("b", at, "Übung", "LOCATION:Rathaus"), "two"},
		"over":                 {ev("a", "20261103T140000", "Übung", "LOCATION:Rathaus"), ev("b", "20261103T140000", "Übung", "LOCATION:Rathaus"), "two"},
		"no letters":           {ev("a", at, "!!!", "LOCATION:Rathaus"), ev("b", at, "???", "LOCATION:Rathaus"), "two"},
		"second is off":        {ev("a", at, "Übung", "LOCATION:Rathaus"), ev("b", at, "Übung", "LOCATION:Rathaus", "STATUS:CANCELLED"), "two"},
		"series, second began": {ev("a", "20261119T140000", "Übung", "LOCATION:Rathaus", weekly), ev("b", "20261105T140000", "Übung", "LOCATION:Rathaus", weekly), "one"},
	} {
		tb := newTable(t)
		tb.feeds(feedOne, feedTwo)
		tb.load(feedOne, c.first)
		r := tb.load(feedTwo, c.second)
		got := map[string]string{"1 0 0": "one", "0 1 1": "asked", "0 1 0": "two"}[fmt.Sprint(r.Joined, r.New, len(tb.asked()))]
		if got != c.want {
			t.Errorf("%s: %q, want %q: %+v, %d asked", name, got, c.want, r, len(tb.asked()))
		}
		if r = tb.load(feedTwo, c.second); r.Joined != 0 || r.New+r.Changed+r.Withdrawn != 0 || r.Unchanged != 1 || (got == "asked") != (len(tb.asked()) == 1) {
			t.Errorf("%s, again: %+v, %d asked", name, r, len(tb.asked()))
		}
	}
}

// TestTwinInOneSource: a calendar that names something twice means it.
func TestTwinInOneSource(t *testing.T) {
	tb := newTable(t)
	tb.equal("same source", changes(tb.load(feedOne, ev("a", "20261203T140000", "Übung", "LOCATION:R"), ev("b", "20261203T140000", "Übung", "LOCATION:R"))), "2+0=0-0 1 Übung new, 2 Übung new")
}

// TestTwinOfFeed: the first feed says what the offer is; when it names it no
// more, the second goes on with it, under the same number.
func TestTwinOfFeed(t *testing.T) {
	tb := newTable(t)
	tb.feeds(feedOne, feedTwo)
	a, b := ev("a", "20261203T140000", "Übung", "LOCATION:Rathaus", "SEQUENCE:4"), ev("b", "20261203T140000", "Übung", "LOCATION:Rathaus", "DESCRIPTION:zwei")
	tb.load(feedOne, a)
	tb.equal("joined", tb.load(feedTwo, b).Joined, 1)
	moved := strings.Replace(b, "140000", "150000", 1)
	tb.equal("second moves it", changes(tb.load(feedTwo, moved)), "0+0=1-0 ")
	tb.equal("start", tb.find(1).Next[0].Start.In(tb.zone).Hour(), 14)
	tb.equal("first drops it", changes(tb.load(feedOne)), "0+0=0-0 ")
	tb.equal("still there", tb.titles(), []string{"Übung"})
	tb.equal("what the second says", changes(tb.load(feedTwo, moved)), "0+1=0-0 1 Übung time")
	tb.equal("nothing new", changes(tb.load(feedTwo, moved)), "0+0=1-0 ")
	tb.equal("second moves it again", changes(tb.load(feedTwo, strings.Replace(b, "140000", "160000", 1))), "0+1=0-0 1 Übung time")
	tb.equal("first has it again", tb.load(feedOne, strings.Replace(a, "140000", "160000", 1)).Joined, 1)
	tb.equal("one", tb.titles(), []string{"Übung"})
	tb.equal("second drops it", changes(tb.load(feedTwo)), "0+0=0-0 ")
	tb.equal("the first again", changes(tb.load(feedOne, strings.Replace(a, "140000", "160000", 1))), "0+1=0-0 1 Übung changed")
	tb.equal("both drop it", changes(tb.load(feedOne)), "0+0=0-1 1 Übung withdrawn")
	tb.equal("back", changes(tb.load(feedTwo, b)), "1+0=0-0 2 Übung new")
}

// TestTwinOfFile: a file says nothing more; the feed that has the same goes on with it.
func TestTwinOfFile(t *testing.T) {
	tb := newTable(t)
	tb.feeds(feedTwo)
	tb.load("file.ics", ev("a", "20261203T140000", "Übung", "LOCATION:Rathaus"))
	tb.equal("takes over", changes(tb.load(feedTwo, ev("b", "20261203T140000", "Übung!", "LOCATION:Rathaus"))), "0+1=0-0 1 Übung! changed")
	tb.equal("moves", changes(tb.load(feedTwo, ev("b", "20261204T140000", "Übung!", "LOCATION:Rathaus"))), "0+1=0-0 1 Übung! time")
}

// TestTwinOfMember: what a member brought keeps its words; when and where follow
// the calendar until the member changes it.
func TestTwinOfMember(t *testing.T) {
	tb := newTable(t)
	tb.feeds(feedOne)
	o := tb.bring(Draft{Title: "Übung", Description: "mit Kaffee", Location: "Rathaus", When: tb.when("3.12. 14-15:30 Uhr")})
	b := func(start, more string) string { return ev("b", start, "Übung", "DESCRIPTION:trocken", more) }
	tb.equal("joined", tb.load(feedOne, b("20261203T140000", "LOCATION:Rathaus")).Joined, 1)
	tb.write(func(tx *store.Tx) error {
		_, err := SignUp(t.Context(), tx, tb.view(lang.German), o.ID, tb.find(1).Next[0].Key, Coming{User: "@ben:x", Event: "$1", Room: "!r:x", Names: Unnamed})
		return err
	})
	tb.equal("words alone", changes(tb.load(feedOne, b("20261203T140000", "LOCATION:Rathaus\nCATEGORIES:Neu"))), "0+0=1-0 ")
	tb.equal("moved", changes(tb.load(feedOne, b("20261204T150000", "LOCATION:Kirche"))), "0+1=0-0 1 Übung time")
	is := tb.find(1)
	tb.equal("as it is", []any{is.Description, is.Location, is.Source, is.Sequence, is.Next[0].Start.In(tb.zone).Format("2.1. 15:04")}, []any{"mit Kaffee", "Kirche", SourceMember, 1, "4.12. 15:00"})
	if list, err := store.Signups(t.Context(), tb.store.Reader(), o.ID, is.Next[0].Key); err != nil || len(list) != 1 {
		t.Errorf("sign-ups after it moved: %v, %v", list, err)
	}
	tb.equal("again", changes(tb.load(feedOne, b("20261204T150000", "LOCATION:Kirche"))), "0+0=1-0 ")
	tb.write(func(tx *store.Tx) error {
		place := "Markt"
		_, err := ChangeOffer(t.Context(), tx, is.Offer, All, time.Time{}, Edit{Location: &place}, tb.now)
		return err
	})
	tb.equal("the member has the last word", changes(tb.load(feedOne, b("20261205T150000", "LOCATION:Halle"))), "0+0=1-0 ")
	tb.equal("place", tb.find(1).Location, "Markt")
	tb.equal("calendar drops it", changes(tb.load(feedOne)), "0+0=0-0 ")
	tb.equal("still there", tb.titles(), []string{"Übung"})
}

func joinTwins(tb *table, tx *store.Tx, p store.Proposal) error {
	_, err := Join(tb.ctx, tx, tb.view(lang.German), p)
	return err
}

// TestTwinOff: that it is off is taken over, too.
func TestTwinOff(t *testing.T) {
	tb := newTable(t)
	tb.feeds(feedOne)
	tb.bring(Draft{Title: "Übung", Location: "Rathaus", When: tb.when("3.12. 14-15:30 Uhr")})
	e := ev("b", "20261203T140000", "Übung", "LOCATION:Rathaus")
	tb.load(feedOne, e)
	tb.equal("off", changes(tb.load(feedOne, e+"\nSTATUS:CANCELLED")), "0+1=0-0 1 Übung cancelled")
	tb.equal("status", tb.find(1).Status, store.OfferCancelled)
}

// TestTwinForgotten: when its member is forgotten, the calendar's stands for itself.
func TestTwinForgotten(t *testing.T) {
	tb := newTable(t)
	tb.feeds(feedOne)
	tb.bring(Draft{Title: "Übung", Location: "Rathaus", When: tb.when("3.12. 14-15:30 Uhr")})
	e := ev("b", "20261203T140000", "Übung", "LOCATION:Rathaus")
	tb.load(feedOne, e)
	tb.write(func(tx *store.Tx) error {
		if err := tx.PutFeed(t.Context(), store.Feed{Network: testNetwork, URL: feedOne, ETag: "e"}); err != nil {
			return err
		}
		return tx.ForgetPerson(t.Context(), anke)
	})
	if f, err := tb.store.Feed(t.Context(), testNetwork, feedOne); err != nil || f.ETag != "" {
		t.Errorf("the calendar would not be read anew: %+v, %v", f, err)
	}
	tb.equal("new", changes(tb.load(feedOne, e)), "1+0=0-0 2 Übung new")
}

// TestTwinDecided: a yes makes one of them, with all who signed up for either;
// a no keeps two, and is not asked again.
func TestTwinDecided(t *testing.T) {
	a, b := ev("a", "20261203T140000", "Übung", "RRULE:FREQ=WEEKLY;COUNT=2", "ORGANIZER;CN=Caritas:mailto:a@x.example"), ev("b", "20261203T140000", "Übung", "RRULE:FREQ=WEEKLY;COUNT=2")
	key := time.Date(2026, 12, 3, 13, 0, 0, 0, time.UTC)
	prepare := func() (*table, store.Proposal) {
		tb := newTable(t)
		tb.feeds(feedOne, feedTwo)
		tb.load(feedOne, a)
		tb.load(feedTwo, b)
		tb.write(func(tx *store.Tx) error {
			for offer, users := range map[int64][]id.UserID{1: {"@ann:x", "@ben:x"}, 2: {"@ben:x", "@cem:x"}} {
				for _, u := range users {
					c := Coming{User: u, Event: id.EventID(fmt.Sprint("$", offer, u)), Room: "!r:x", Names: Unnamed}
					if _, err := SignUp(t.Context(), tx, tb.view(lang.German), offer, key, c); err != nil {
						return err
					}
				}
			}
			room := AnnounceRoom{Room: "!r:x", Network: testNetwork, Lang: lang.German, Zone: tb.zone, Prefix: "!"}
			_, err := Announce(t.Context(), tx, tb.phrases, room, "{}", tb.now, tb.now, "post")
			return err
		})
		list := tb.asked()
		if len(list) != 1 || list[0].Author != "" || list[0].Offer != 1 {
			t.Fatalf("asked %+v", list)
		}
		if _, err := tb.store.Job(t.Context(), store.ProposalKey(list[0].ID, "asking")); err != nil {
			t.Fatal("nobody is asked:", err)
		}
		tb.equal("until then there are two", tb.titles(), []string{"Übung", "Übung", "Übung", "Übung"})
		return tb, list[0]
	}

	tb, p := prepare()
	tb.write(func(tx *store.Tx) error { return joinTwins(tb, tx, p) })
	tb.equal("one", tb.titles(), []string{"Übung", "Übung"})
	list, err := store.Signups(t.Context(), tb.store.Reader(), 1, key)
	var who []id.UserID
	for _, s := range list {
		who = append(who, s.User)
	}
	if err != nil || len(who) != 3 {
		t.Errorf("come: %v, %v", who, err)
	}
	left, err := store.Signups(t.Context(), tb.store.Reader(), 2, key)
	if err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	items, err := store.AnnouncementItems(t.Context(), tb.store.Reader(), "post")
	if err != nil || len(items) != 1 || items[0].Offer != 1 {
		t.Errorf("the post shows %+v, %v", items, err)
	}
	if text := RenderOffer(tb.view(lang.German), tb.find(2)).Plain(); !strings.Contains(text, "Das ist dasselbe wie Nr. 1: !angebot 1") {
		t.Error(text)
	}
	tb.equal("the calendar again", changes(tb.load(feedTwo, b)), "0+0=1-0 ")
	tb.equal("changed", changes(tb.load(feedTwo, strings.Replace(b, "140000", "150000", 1))), "0+0=1-0 ")
	tb.equal("handed over", changes(tb.load(feedOne)), "0+0=0-0 ")
	tb.equal("goes on", changes(tb.load(feedTwo, b)), "0+1=0-0 1 Übung changed")
	if err := tb.store.Write(t.Context(), func(tx *store.Tx) error { return joinTwins(tb, tx, p) }); err == nil {
		t.Error("joined twice")
	} else if q, ok := lang.AsProblem(err); !ok || q.Key != "join_gone" {
		t.Error(err)
	}

	tb, p = prepare()
	tb.write(func(tx *store.Tx) error {
		_, err := tx.SettleProposal(t.Context(), p.ID)
		return err
	})
	tb.equal("two", changes(tb.load(feedTwo, b)), "0+0=1-0 ")
	tb.equal("two, changed", changes(tb.load(feedTwo, b+"\nDESCRIPTION:x")), "0+1=0-0 2 Übung changed")
	tb.equal("gone and back", []string{changes(tb.load(feedTwo)), changes(tb.load(feedTwo, b))}, []string{"0+0=0-1 2 Übung withdrawn", "1+0=0-0 2 Übung new"})
	tb.equal("asked again", len(tb.asked()), 0)
}

// rows is how many twins are known.
func (t *table) rows() (n int) {
	t.Helper()
	if err := t.store.Reader().QueryRowContext(t.ctx, `SELECT count(*) FROM offer_twin`).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// settle decides that the two offers of some questions are two.
func (t *table) settle(list ...store.Proposal) {
	t.Helper()
	t.write(func(tx *store.Tx) error {
		for _, p := range list {
			if ok, err := tx.SettleProposal(t.ctx, p.ID); err != nil || !ok {
				t.Errorf("settle: %v, %v", ok, err)
			}
		}
		return nil
	})
}

// TestTwinFlood: a calendar full of doubles asks ten questions at a time, not a
// thousand, and the next ones when those are answered, if they are still doubles.
func TestTwinFlood(t *testing.T) {
	tb := newTable(t)
	tb.feeds(feedOne, feedTwo)
	var one, two []string
	for i := range 26 {
		one = append(one, ev(fmt.Sprint("a", i), "20261203T140000", fmt.Sprint("Übung ", i)))
		two = append(two, ev(fmt.Sprint("b", i), "20261203T140000", fmt.Sprint("Übung ", i)))
	}
	load := func() []int {
		r := tb.load(feedTwo, two...)
		return []int{r.New, r.Later, len(tb.asked()), tb.rows()}
	}
	tb.load(feedOne, one...)
	tb.equal("first", load(), []int{26, 16, maxAsks, 16})
	tb.equal("nobody answered", load(), []int{0, 16, maxAsks, 16})
	first := tb.asked()
	tb.settle(first[:4]...)
	tb.equal("four answered", load(), []int{0, 12, maxAsks, 12})
	tb.settle(tb.asked()...)
	two = two[:24] // two are gone, and what is left of those that wait
	two[23] = ev("b23", "20261204T140000", "Übung 23")
	tb.equal("all answered", load(), []int{0, 0, 9, 0})
	seen := map[string]bool{}
	for _, p := range append(first, tb.asked()...) {
		if seen[p.Content] {
			t.Error("asked twice:", p.Content)
		}
		seen[p.Content] = true
	}
}

// TestTwinGone: questions about what is gone do not keep others from being asked.
func TestTwinGone(t *testing.T) {
	tb := newTable(t)
	tb.feeds(feedOne, feedTwo)
	var one, two []string
	for i := range maxAsks + 2 {
		one = append(one, ev(fmt.Sprint("a", i), "20261203T140000", fmt.Sprint("Übung ", i)))
		two = append(two, ev(fmt.Sprint("b", i), "20261203T140000", fmt.Sprint("Übung ", i)))
	}
	tb.load(feedOne, one...)
	tb.load(feedTwo, two...)
	tb.equal("asked", len(tb.asked()), maxAsks)
	tb.load(feedOne, one[1:]...)
	tb.load(feedTwo, two...)
	tb.equal("one is gone", len(tb.asked()), maxAsks+1)
}

// TestTwinHandedOver: what the second feed said while the offer was the first's
// counts once it is its own.
func TestTwinHandedOver(t *testing.T) {
	tb := newTable(t)
	tb.feeds(feedOne, feedTwo)
	tb.write(func(tx *store.Tx) error {
		return tx.PutFeed(tb.ctx, store.Feed{Network: testNetwork, URL: feedTwo, ETag: "e", LastModified: "m"})
	})
	a, b := ev("a", "20261203T140000", "Übung", "LOCATION:Rathaus"), ev("b", "20261203T140000", "Übung", "LOCATION:Rathaus")
	tb.load(feedOne, a)
	tb.load(feedTwo, b)
	tb.load(feedOne, strings.Replace(a, "140000", "170000", 1))
	tb.equal("first drops it", changes(tb.load(feedOne)), "0+0=0-0 ")
	if f, err := tb.store.Feed(tb.ctx, testNetwork, feedTwo); err != nil || f.ETag+f.LastModified != "" {
		t.Errorf("the second would not be read anew: %+v, %v", f, err)
	}
	tb.equal("second is as ever", changes(tb.load(feedTwo, b)), "0+1=0-0 1 Übung time")
	tb.equal("start", tb.find(1).Next[0].Start.In(tb.zone).Hour(), 14)
}

// TestTwinOfDropped: a feed that has the offers of one that is read no more goes
// on with them, also if it says what it said.
func TestTwinOfDropped(t *testing.T) {
	tb := newTable(t)
	tb.feeds(feedOne, feedTwo)
	a, b := ev("a", "20261203T140000", "Übung", "LOCATION:Rathaus"), ev("b", "20261203T140000", "Übung", "LOCATION:Rathaus")
	tb.load(feedOne, a)
	tb.load(feedTwo, b)
	tb.write(func(tx *store.Tx) error {
		if err := tx.PutFeed(tb.ctx, store.Feed{Network: testNetwork, URL: feedTwo, ETag: "e"}); err != nil {
			return err
		}
		return EnsureFeeds(tb.ctx, tx, []Feed{{Network: testNetwork, URL: feedTwo, Every: time.Hour}}, tb.now)
	})
	if f, err := tb.store.Feed(tb.ctx, testNetwork, feedTwo); err != nil || f.ETag != "" {
		t.Errorf("the second would not be read anew: %+v, %v", f, err)
	}
	tb.equal("goes on", changes(tb.load(feedTwo, b)), "0+1=0-0 1 Übung changed")
	tb.equal("owner", []any{tb.find(1).Source, tb.rows()}, []any{feedTwo, 0})
	tb.equal("again", changes(tb.load(feedTwo, b)), "0+0=1-0 ")
	tb.equal("drops it", changes(tb.load(feedTwo)), "0+0=0-1 1 Übung withdrawn")
}

// TestTwinsOfDropped: nothing is kept of the aliases of a feed that is read no more.
func TestTwinsOfDropped(t *testing.T) {
	tb := newTable(t)
	tb.feeds(feedOne, feedTwo)
	tb.load(feedOne, ev("a", "20261203T140000", "Übung", "LOCATION:Rathaus"))
	tb.load(feedTwo, ev("b", "20261203T140000", "Übung", "LOCATION:Rathaus"))
	tb.equal("known", tb.rows(), 1)
	tb.write(func(tx *store.Tx) error {
		return EnsureFeeds(tb.ctx, tx, []Feed{{Network: testNetwork, URL: feedOne, Every: time.Hour}}, tb.now)
	})
	tb.equal("left", tb.rows(), 0)
}

// TestTwinBrought: what a member brings though a calendar has it is asked about;
// with a yes theirs stays, and the calendar is followed.
func TestTwinBrought(t *testing.T) {
	tb := newTable(t)
	tb.feeds(feedOne)
	a := ev("a", "20261203T140000", "Übung", "LOCATION:Rathaus")
	tb.load(feedOne, a, ev("c", "20261203T140000", "Anderes"), ev("d", "20261204T140000", "Übung"), ev("e", "20261203T140000", "Übung", "RRULE:FREQ=WEEKLY"))
	tb.bring(Draft{Title: "Übung!", Location: "Rathaus", Capacity: 5, When: tb.when("3.12. 14 Uhr")})
	list := tb.asked()
	if len(list) != 1 {
		t.Fatalf("asked %+v", list)
	}
	stays, goes, err := Twins(tb.ctx, tb.store.Reader(), list[0])
	if err != nil {
		t.Fatal(err)
	}
	tb.equal("about", []int{stays.Number, goes.Number}, []int{5, 1})
	tb.bring(Draft{Title: "Übung!", When: tb.when("5.12. 14 Uhr")})
	tb.bring(Draft{Title: "Übung!", Help: store.HelpNeed})
	tb.equal("others", len(tb.asked()), 1)

	tb.signUp(tb.find(1).Next[0], "@ben:x", "$1", Unnamed)
	tb.write(func(tx *store.Tx) error { return joinTwins(tb, tx, list[0]) })
	tb.equal("joined", []any{tb.find(1).Joined, tb.find(5).Source}, []any{5, SourceMember})
	tb.equal("moves", changes(tb.load(feedOne, strings.Replace(a, "140000", "150000", 1))), "0+1=0-3 2 Anderes withdrawn, 3 Übung withdrawn, 4 Übung withdrawn, 5 Übung! time")
	is := tb.find(5)
	tb.equal("as it is", []any{is.Next[0].Start.In(tb.zone).Hour(), is.Capacity, is.Title}, []any{15, 5, "Übung!"})
	if who, err := store.Signups(tb.ctx, tb.store.Reader(), is.ID, is.Next[0].Key); err != nil || len(who) != 1 {
		t.Errorf("come: %v, %v", who, err)
	}
}

// TestTwinOfUID: two feeds that name an offer by the same id; whichever drops
// it, or is read no more, the other one goes on with it.
func TestTwinOfUID(t *testing.T) {
	a := ev("a", "20261203T140000", "Übung")
	later := strings.Replace(a, "140000", "150000", 1) + "\nSEQUENCE:1"
	prepare := func(two string) *table {
		tb := newTable(t)
		tb.feeds(feedOne, feedTwo)
		tb.load(feedOne, a)
		tb.load(feedTwo, two)
		tb.write(func(tx *store.Tx) error {
			for _, url := range []string{feedOne, feedTwo} {
				if err := tx.PutFeed(t.Context(), store.Feed{Network: testNetwork, URL: url, ETag: "e"}); err != nil {
					return err
				}
			}
			return nil
		})
		return tb
	}
	goesOn := func(tb *table, source string) {
		t.Helper()
		tb.equal("whose it is", tb.find(1).Source, source)
		if f, err := tb.store.Feed(t.Context(), testNetwork, source); err != nil || f.ETag != "" {
			t.Errorf("the calendar would not be read anew: %+v, %v", f, err)
		}
	}

	tb := prepare(a)
	tb.equal("first drops it", changes(tb.load(feedOne)), "0+0=0-0 ")
	goesOn(tb, feedTwo)
	tb.equal("as it stands there", changes(tb.load(feedTwo, a+"\nDESCRIPTION:zwei")), "0+1=0-0 1 Übung changed")
	tb.equal("both drop it", changes(tb.load(feedTwo)), "0+0=0-1 1 Übung withdrawn")

	tb = prepare(a)
	tb.load(feedTwo)
	tb.equal("second, then first drop it", changes(tb.load(feedOne)), "0+0=0-1 1 Übung withdrawn")

	tb = prepare(later)
	tb.equal("the second's is newer", tb.find(1).Source, feedTwo)
	tb.equal("second drops it", changes(tb.load(feedTwo)), "0+0=0-0 ")
	goesOn(tb, feedOne)
	tb.equal("as it was", changes(tb.load(feedOne, a)), "0+1=0-0 1 Übung time")

	tb = prepare(a)
	tb.write(func(tx *store.Tx) error {
		return EnsureFeeds(t.Context(), tx, []Feed{{Network: testNetwork, URL: feedTwo, Every: time.Hour}}, tb.now)
	})
	goesOn(tb, feedTwo)
	tb.equal("which dropped it meanwhile", changes(tb.load(feedTwo)), "0+0=0-1 1 Übung withdrawn")
}
