package commands

import (
	"context"
	"strings"
	"testing"

	"maunium.net/go/mautrix/id"

	"buffet/lang"
	"buffet/offers"
	"buffet/store"
)

// asksJoin has a second calendar name the first offer again, without a host,
// and shows the question to an organiser.
func (h *house) asksJoin(organiser id.UserID) (p store.Proposal, shown string) {
	h.t.Helper()
	other := strings.NewReplacer("UID:1", "UID:other-1", "UID:2", "UID:other-2", "ORGANIZER;CN=Diakonie:mailto:d@example.org\n", "", "LOCATION:Rathaus\\, Raum 2\n", "").Replace(calendar)
	cal, err := offers.ReadCalendar(strings.NewReader(strings.ReplaceAll(other, "\n", "\r\n")), offers.ReadOptions{Zone: h.zone, Now: h.now})
	if err != nil {
		h.t.Fatal(err)
	}
	h.write(func(ctx context.Context, tx *store.Tx) error {
		if err := tx.PutFeed(ctx, store.Feed{Network: "Nord", URL: "test.ics", Checked: h.now}); err != nil {
			return err
		}
		if _, err := offers.Import(ctx, tx, "Nord", "https://zwei.example/geheim/kalender.ics", cal, h.now); err != nil {
			return err
		}
		var n int64
		if err := tx.QueryRowContext(ctx, `SELECT id FROM proposal WHERE kind = 'join'`).Scan(&n); err != nil {
			return err
		}
		var err error
		if p, err = store.ProposalByID(ctx, tx, n); err != nil {
			return err
		}
		text, err := h.table.Question(ctx, tx, h.network(lang.German), p)
		if err != nil {
			return err
		}
		shown = text.Plain()
		key := offers.AskedKey(tx, n, organiser)
		if _, err := tx.Send(ctx, store.Message{Key: key, User: organiser, Plain: shown, HTML: text.HTML()}, h.now); err != nil {
			return err
		}
		return tx.Sent(ctx, key, "$ask", h.now)
	})
	return p, shown
}

// TestJoinDecided: an organiser's yes makes one of two, a no keeps both; nobody
// else decides, and nobody twice.
func TestJoinDecided(t *testing.T) {
	const anna = id.UserID("@anna:example.org")
	for said, want := range map[string][3]string{
		"ja":   {"ab jetzt ist es ein Angebot: Nr. 1", "Das ist dasselbe wie Nr. 1", "schon entschieden"},
		"nein": {"bleiben zwei Angebote", "3 · Kollegiale Beratung", "schon entschieden"},
	} {
		h := newTalk(t)
		_, shown := h.asksJoin(anna)
		for _, w := range []string{"Ist das dasselbe?", "»Nord«", "1 · Di, 24. Nov, 14:00–15:30 Uhr · Kollegiale Beratung", "Diakonie", "3 · Di, 24. Nov", "aus dem Kalender zwei.example/…/kalender.ics", "Nr. 1 bleibt"} {
			if !strings.Contains(shown, w) {
				t.Errorf("no %q in:\n%s", w, shown)
			}
		}
		if strings.Contains(shown, "geheim") {
			t.Errorf("the calendar's secret is shown:\n%s", shown)
		}
		req := Request{Event: "$a", Room: askerDM, Sender: anna, Direct: true, ReplyTo: "$ask", Networks: []Network{h.network(lang.German)}, Text: said, Now: h.now}
		if got := h.say(req); !strings.Contains(got, "cmd_only_organisers") {
			t.Errorf("%s by somebody who is no organiser now: %s", said, got)
		}
		req.Networks[0].Organiser, req.Doubtful = true, true
		if got := h.say(req); !strings.Contains(got, "know_doubtful") {
			t.Errorf("%s from a doubtful device: %s", said, got)
		}
		req.Doubtful = false
		if got := h.say(req); !strings.Contains(got, want[0]) {
			t.Errorf("%s: %s", said, got)
		}
		if got := h.in(lang.German, "angebot 3"); !strings.Contains(got, want[1]) {
			t.Errorf("%s: %s", said, got)
		}
		if got := h.say(req); !strings.Contains(got, want[2]) {
			t.Errorf("%s again: %s", said, got)
		}
	}
}

// TestJoinGone: there is nothing to decide when one of the two is gone, and
// that settles it.
func TestJoinGone(t *testing.T) {
	for _, said := range []string{"ja", "nein", "❌"} {
		h := newTalk(t)
		p, _ := h.asksJoin("@anna:example.org")
		h.write(func(ctx context.Context, tx *store.Tx) error { return tx.WithdrawOffer(ctx, p.Offer, h.now) })
		req := Request{Event: "$a", Room: askerDM, Sender: "@anna:example.org", Direct: true, ReplyTo: "$ask", Networks: []Network{h.network(lang.German)}, Text: said, Now: h.now}
		req.Networks[0].Organiser = true
		if got := h.say(req); got != "Eines der beiden Angebote gibt es nicht mehr, da ist nichts zu entscheiden." {
			t.Errorf("%s: %s", said, got)
		}
		if got := h.in(lang.German, "angebot 3"); !strings.Contains(got, "Kollegiale Beratung") || strings.Contains(got, "dasselbe") {
			t.Errorf("%s: %s", said, got)
		}
		if got := h.say(req); !strings.Contains(got, "schon entschieden") || h.jobs(offers.DecidedKind) != 1 {
			t.Errorf("%s again: %s, %d jobs", said, got, h.jobs(offers.DecidedKind))
		}
	}
}

// TestJoinSeats: whoever signed up last waits where one has not the places of
// both, and hears of it; what has no date to go to is said.
func TestJoinSeats(t *testing.T) {
	h := newTalk(t)
	p, _ := h.asksJoin("@anna:example.org")
	h.write(func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE offer SET capacity = 1`)
		return err
	})
	cem, dora := id.UserID("@cem:example.org"), id.UserID("@dora:example.org")
	h.expect(h.as(cem, "dabei 3"), "Du bist dabei")
	h.now = h.now.Add(1e9)
	h.expect(h.as(dora, "dabei 1"), "Du bist dabei")
	stays, goes, err := offers.Twins(t.Context(), h.store.Reader(), p)
	if err != nil {
		t.Fatal(err)
	}
	h.write(func(ctx context.Context, tx *store.Tx) error {
		w, err := tx.OfferWriter(ctx)
		if err != nil {
			return err
		}
		defer w.Close()
		more := h.now.AddDate(0, 0, 9)
		if err := w.PutDate(ctx, store.Occurrence{Offer: goes.ID, Key: more, Start: more, End: more.Add(1e9)}); err != nil {
			return err
		}
		return tx.PutSignup(ctx, store.Signup{Offer: goes.ID, Key: more, User: ben, At: h.now})
	})
	req := Request{Event: "$a", Room: askerDM, Sender: "@anna:example.org", Direct: true, ReplyTo: "$ask", Networks: []Network{h.network(lang.German)}, Text: "ja", Now: h.now}
	req.Networks[0].Organiser = true
	h.expect(req, "ab jetzt ist es ein Angebot: Nr. 1", "Eine Person ist bei Nr. 3 zu einem Termin angemeldet, den es bei Nr. 1 nicht gibt.")
	h.expect(h.as(ben, "teilnehmer 1"), "eine Person kommt, ausgebucht, eine Person wartet")
	h.expect(h.chat(dora, "dabei"), "Warteliste, Nr. 1")
	var told string
	if err := h.store.Reader().QueryRowContext(t.Context(), `SELECT content FROM outbox WHERE key LIKE 'joined/%' AND user_id = $1`, dora).Scan(&told); err != nil || !strings.Contains(told, "Du bist Nr. 1 auf der Warteliste: Kollegiale Beratung (1)") {
		t.Error(told, err)
	}
	var n int
	if err := h.store.Reader().QueryRowContext(t.Context(), `SELECT count(*) FROM outbox WHERE key LIKE 'joined/%'`).Scan(&n); err != nil || n != 1 {
		t.Error(n, err)
	}
	if list, err := store.RemindersOf(t.Context(), h.store.Reader(), dora); err != nil || len(list) > 0 {
		t.Error(list, err)
	}
	if is, err := store.OfferByID(t.Context(), h.store.Reader(), stays.ID); err != nil || is.Revision <= stays.Revision {
		t.Error(is.Revision, err)
	}
}
