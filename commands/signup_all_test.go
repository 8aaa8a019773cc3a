package commands

import (
	"context"
	"strings"
	"testing"

	"buffet/store"
)

// TestGoingToAll: every date of a series at once, and none of them any more.
func TestGoingToAll(t *testing.T) {
	h := newHouse(t)
	h.oddOffers()
	h.people(ben, "@cem:example.org")
	const cem = "@cem:example.org"
	h.expect(h.as(cem, "dabei 2 9.12."), "Du bist dabei")
	h.write(func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE offer SET capacity = 1 WHERE number = 2`)
		return err
	})
	h.expect(h.as(ben, "dabei 7 alle"), "[✅] [private] Reihe (7): Du bist für alle 2 Termine eingetragen, die schon feststehen:\n7 · Mi, 25. Nov, 10:00–11:00 Uhr · Reihe\n7 · Mi, 25. Nov, 18:00–19:00 Uhr · Reihe\nDoch nicht? dochnicht 7 alle\n",
		"Die anderen sehen nur, wie viele kommen.", "Mit dabei 7 alle mit namen sehen ihn alle.")
	h.equal("the one that is off", h.attend(7, 0), "")
	h.equal("the others", h.attend(7, 1)+" "+h.attend(7, 2), "ben ben")
	h.expect(h.chat(ben, "going 7 all with name"), "Reihe (7): you are on the lists of all 2 dates", "The others see you as “ben”.")
	h.expect(h.as(ben, "Dabei 2 alle Termine"), "[⏳] [private] ", "9. Dez, 09:00–12:00 Uhr · Brandschutz @\u200broom **wichtig** `rm` · Warteliste, Nr. 1")
	h.expect(h.as(ben, "dabei 1 alle"), "Kollegiale Beratung (1) hat gerade einen Termin, und du hast ihn:\n1 · Di, 24. Nov")
	h.expect(h.as(ben, "dochnicht 7 alle"), "[✅] [private] Du bist abgemeldet: Reihe (7), alle 2 Termine.")
	h.equal("left", strings.TrimSpace(h.attend(7, 1)+h.attend(7, 2)), "")
	h.expect(h.as(ben, "dochnicht 1 alle"), "Du bist abgemeldet: Kollegiale Beratung (1), ein Termin.")
	h.expect(h.as(ben, "dochnicht 7 alle"), "[problem signup_was_not_any]")
	h.expect(h.as(ben, "dabei 4 alle"), "[problem signup_all_over]")
	h.expect(h.as(ben, "dabei 5 alle"), "[problem signup_all_cancelled]")
	h.expect(h.as(ben, "dabei 99 alle"), "[problem offer_unknown]")
	h.expect(h.as(ben, "dabei alle"), "[problem signup_which]")
	doubtful := h.as(ben, "dabei 7 alle")
	doubtful.Doubtful = true
	h.expect(doubtful, "[problem know_doubtful]")
	h.equal("a doubtful device", strings.TrimSpace(h.attend(7, 1)+h.attend(7, 2)), "")
}
