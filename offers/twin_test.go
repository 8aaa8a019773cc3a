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
	tb.equal("nothing new", changes(tb.load(feedTwo, moved)), "0+0=1-0 ")
	tb.equal("second moves it again", changes(tb.load(feedTwo, strings.Replace(b, "140000", "160000", 1))), "0+1=0-0 1 Übung time")
	tb.equal("first has it again", tb.load(feedOne, strings.Replace(a, "140000", "160000", 1)).Joined, 1)
	tb.equal("one", tb.titles(), []string{"Übung"})
	tb.equal("second drops it", changes(tb.load(feedTwo)), "0+0=0-0 ")
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
	tb.write(func(tx *store.Tx) error { return Join(t.Context(), tx, p, tb.now) })
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
	if err := tb.store.Write(t.Context(), func(tx *store.Tx) error { return Join(t.Context(), tx, p, tb.now) }); err == nil {
		t.Error("joined twice")
	} else if q, ok := lang.AsProblem(err); !ok || q.Key != "join_gone" {
		t.Error(err)
	}

	tb, p = prepare()
	tb.write(func(tx *store.Tx) error {
		if err := KeepApart(t.Context(), tx, p); err != nil {
			return err
		}
		_, err := tx.SettleProposal(t.Context(), p.ID)
		return err
	})
	tb.equal("two", changes(tb.load(feedTwo, b)), "0+0=1-0 ")
	tb.equal("two, changed", changes(tb.load(feedTwo, b+"\nDESCRIPTION:x")), "0+1=0-0 2 Übung changed")
	tb.equal("gone and back", []string{changes(tb.load(feedTwo)), changes(tb.load(feedTwo, b))}, []string{"0+0=0-1 2 Übung withdrawn", "1+0=0-0 2 Übung new"})
	tb.equal("asked again", len(tb.asked()), 0)
}

// TestTwinFlood: a calendar full of doubles asks ten questions, not a thousand.
func TestTwinFlood(t *testing.T) {
	tb := newTable(t)
	tb.feeds(feedOne, feedTwo)
	var one, two []string
	for i := range 30 {
		one = append(one, ev(fmt.Sprint("a", i), "20261203T140000", fmt.Sprint("Übung ", i)))
		two = append(two, ev(fmt.Sprint("b", i), "20261203T140000", fmt.Sprint("Übung ", i)))
	}
	tb.load(feedOne, one...)
	tb.equal("new", tb.load(feedTwo, two...).New, 30)
	tb.equal("asked", len(tb.asked()), maxAsks)
}
