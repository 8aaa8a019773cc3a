package offers

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"buffet/lang"
	"buffet/store"
)

var identityLine = regexp.MustCompile(`(?m)^(?:UID|SEQUENCE):(.*)\r$`)

// identity is the UID and the SEQUENCE of an offer of one date as the file of "angebot N", the network's calendar and
// that of somebody who signed up have it. It must be the same in all three.
func (t *table) identity(number int) string {
	t.Helper()
	const ben = "@ben:x"
	o := t.find(number)
	t.signUp(o.Next[0], ben, "$ben", Unnamed)
	signed, err := Signed(t.ctx, t.store.Reader(), t.view(lang.German), testNetwork, ben)
	if err != nil {
		t.Fatal(err)
	}
	signed = slices.DeleteFunc(signed, func(p Published) bool { return p.Offer.ID != o.ID })
	var person bytes.Buffer
	if err := WriteCalendar(&person, CalendarOptions{View: t.view(lang.German)}, Each(signed)); err != nil {
		t.Fatal(err)
	}
	ids := func(text string) string {
		var list []string
		for _, m := range identityLine.FindAllStringSubmatch(text, -1) {
			list = append(list, m[1])
		}
		return strings.Join(list, " ")
	}
	file := ids(icalWritten(t, o.Offer))
	t.equal("somebody's calendar", ids(person.String()), file)
	if all := " " + ids(t.feed(CalendarOptions{})) + " "; !strings.Contains(all, " "+file+" ") {
		t.Errorf("%q is not in the network's calendar: %q", file, all)
	}
	return file
}

// TestIdentityStays: whoever owns an offer, calendar programs know it by one UID, and each change raises its SEQUENCE.
func TestIdentityStays(t *testing.T) {
	tb := newTable(t)
	tb.feeds(feedOne, feedTwo)
	a, b := ev("a", "20261203T140000", "Übung", "LOCATION:Rathaus", "SEQUENCE:4"), ev("b", "20261203T140000", "Übung", "LOCATION:Rathaus")
	at := func(e, hour string) string { return strings.Replace(e, "T140000", "T"+hour+"0000", 1) }
	tb.load(feedOne, a)
	tb.equal("first", tb.identity(1), "a 4")
	tb.equal("joined", tb.load(feedTwo, b).Joined, 1)
	tb.equal("first drops it", changes(tb.load(feedOne)), "0+0=0-0 ")
	tb.equal("handed over", tb.identity(1), "a 4")
	tb.load(feedTwo, at(b, "16"))
	tb.equal("second moves it", tb.identity(1), "a 5")
	tb.load(feedTwo, at(b, "17"))
	tb.equal("and again, without a SEQUENCE", tb.identity(1), "a 6")
	tb.load(feedTwo, at(b, "17"))
	tb.equal("unchanged", tb.identity(1), "a 6")
	tb.load(feedTwo)
	tb.equal("withdrawn", fmt.Sprint(tb.find(1).PublicUID, " ", tb.find(1).Revision), "a 7")
	tb.load(feedTwo, at(b, "18"))
	tb.equal("back", tb.identity(1), "a 8")
	tb.load(feedTwo, at(b, "19")+"\nSEQUENCE:30")
	tb.equal("its source is further", tb.identity(1), "a 30")
	tb.load(feedTwo, at(b, "18")+"\nSEQUENCE:30")
	tb.equal("its source does not count", tb.identity(1), "a 31")

	tb.equal("the first names something else by that id", changes(tb.load(feedOne, ev("a", "20261210T140000", "Anderes", "LOCATION:Kirche"))), "1+0=0-0 2 Anderes new")
	tb.equal("two", []string{tb.identity(1), tb.identity(2)}, []string{"a 31", "a#2 0"})
}

// TestIdentityOfMember: a calendar that moves a member's offer, its member, and what lies beyond its rule raise it, too.
func TestIdentityOfMember(t *testing.T) {
	tb := newTable(t)
	tb.feeds(feedOne)
	o := tb.bring(Draft{Title: "Übung", Location: "Rathaus", When: tb.when("3.12. 14-15:30 Uhr")})
	b := ev("b", "20261203T140000", "Übung", "LOCATION:Rathaus")
	tb.load(feedOne, b)
	tb.equal("brought", tb.identity(1), o.UID+" 0")
	tb.load(feedOne, strings.Replace(b, "T14", "T15", 1))
	tb.equal("its calendar moves it", tb.identity(1), o.UID+" 1")
	place := "Markt"
	tb.edit(tb.find(1).Offer, All, tb.now.AddDate(0, 0, -1), Edit{Location: &place})
	tb.equal("its member moves it", tb.identity(1), o.UID+" 2")

	plain := tb.bring(Draft{Title: "Runde", Location: "Rathaus", When: tb.when("jeden Dienstag 14-15:30 Uhr")})
	spared := tb.bring(Draft{Title: "Runde zwei", Location: "Rathaus", Holidays: "DE-NW", When: tb.when("jeden Dienstag 14-15:30 Uhr")})
	tb.now = tb.now.AddDate(0, 0, 7)
	tb.write(func(tx *store.Tx) error { return Extend(tb.ctx, tx, tb.now) })
	tb.equal("a week later", []int{tb.find(plain.Number).Revision, tb.find(spared.Number).Revision}, []int{0, 1})
}

// TestIdentityOfPlace: whoever moves up from the waiting list is told by their calendar, too.
func TestIdentityOfPlace(t *testing.T) {
	tb := newTable(t)
	tb.bring(Draft{Title: "Übung", Capacity: 1, When: tb.when("3.12. 14-15:30 Uhr")})
	tb.signUp(tb.find(1).Next[0], "@ann:x", "$ann", Unnamed)
	before := tb.identity(1)
	tb.write(func(tx *store.Tx) error {
		if _, err := tx.ExecContext(tb.ctx, `UPDATE offer SET capacity = 2`); err != nil {
			return err
		}
		return MoveUp(tb.ctx, tx, tb.view(lang.German), 1)
	})
	if after := tb.identity(1); before == after {
		t.Errorf("still %q", after)
	}
}
