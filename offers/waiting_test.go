package offers

import (
	"fmt"
	"testing"
	"time"

	"maunium.net/go/mautrix/id"

	"buffet/store"
)

// TestMovesUpAfterwards: more places, or somebody who is erased, let those
// come who wait, and they are told.
func TestMovesUpAfterwards(t *testing.T) {
	tb := newTable(t)
	tb.bring(Draft{Title: "One", When: tb.when("3.12. 14-15 Uhr"), Kind: KindExchange, Capacity: 1})
	tb.announce("k", "", tb.now)
	i := tb.find(1).Next[0]
	for n, who := range []string{"ben", "cem", "dora", "eva"} {
		tb.signUp(i, id.UserID("@"+who+":example.org"), id.EventID(fmt.Sprint("$", n)), AsBefore)
	}
	tb.now = tb.now.Add(time.Minute)
	tb.mend()
	tb.out()
	two := 2
	tb.edit(tb.find(1).Offer, OnlyThis, i.Key, Edit{Capacity: &two})
	tb.equal("before", tb.list(i), "ben | cem dora eva")
	tb.mend()
	tb.equal("two places", tb.list(i), "ben cem | dora eva")
	out := tb.said("told", "Ein Platz ist frei geworden, du bist dabei: One (1)")
	tb.equal("who", out[0].User, "@cem:example.org")
	tb.now = tb.now.Add(time.Minute)
	tb.write(func(tx *store.Tx) error { return tx.ForgetPerson(tb.ctx, testUser) })
	tb.mend()
	tb.equal("ben is erased", tb.list(i), "cem dora | eva")
	tb.equal("who", tb.said("told", "Ein Platz ist frei geworden")[0].User, "@dora:example.org")
	one := 1
	tb.edit(tb.find(1).Offer, OnlyThis, i.Key, Edit{Capacity: &one})
	tb.mend()
	tb.equal("nobody loses a place", tb.list(i), "cem dora | eva")
	tb.said("nobody is told")
	tb.signOff(i, "@cem:example.org")
	tb.equal("too many still", tb.list(i), "dora | eva")
	none := 0
	tb.edit(tb.find(1).Offer, OnlyThis, i.Key, Edit{Capacity: &none})
	tb.now = tb.now.Add(time.Minute)
	tb.mend()
	tb.equal("as many as come", tb.list(i), "dora eva | ")
}
