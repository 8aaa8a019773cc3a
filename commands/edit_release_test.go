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

// Where organisers release what members bring, they release new texts as well;
// a new time is told at once.
func TestEditReleased(t *testing.T) {
	h := approving(t)
	w, err := lang.ReadWhen(lang.German, "3.12. 14-15 Uhr", h.now)
	if err != nil {
		t.Fatal(err)
	}
	h.write(func(ctx context.Context, tx *store.Tx) error {
		_, err := offers.Bring(ctx, tx, offers.By{Network: "Nord", Author: asker}, offers.Draft{Title: "Einmal", When: w}, h.now)
		return err
	})
	edit := func(line string) string {
		return h.reply(lang.German, "ja", h.from(asker, lang.German, line, false))
	}
	if got := edit("aendere 3 wann 16 Uhr, plaetze 12"); !strings.Contains(got, "Geändert.") || h.offer(3).Capacity != 12 {
		t.Fatalf("a new time: %s", got)
	}
	if got := edit("aendere 3 titel Werbung\nlink https://boese.example/"); !strings.Contains(got, "erst die Organisierenden") || h.offer(3).Title != "Einmal" || h.jobs(offers.AskKind) != 1 {
		t.Fatalf("a new title: %s, %+v", got, h.offer(3))
	}
	ask := h.asked(lang.German, anna)
	for _, want := range []string{"ask (" + asker.String() + ")", "Titel: Einmal → Werbung", "https://boese.example/"} {
		if !strings.Contains(ask.text, want) {
			t.Errorf("the organiser does not read %q: %s", want, ask.text)
		}
	}
	if got := h.decides(lang.German, "nein, das ist Werbung", anna, ask); !strings.Contains(got, "bleibt, wie es ist") || h.offer(3).Title != "Einmal" {
		t.Errorf("refused: %s", got)
	}
	if told := h.sentTo(asker); !strings.Contains(told, "nicht freigegeben: das ist Werbung") {
		t.Errorf("told: %s", told)
	}
	edit("aendere 3 titel Zweimal")
	if got := h.decides(lang.German, "ja", anna, h.asked(lang.German, anna)); !strings.Contains(got, "Freigegeben") || h.offer(3).Title != "Zweimal" || h.offer(3).Sequence != 2 {
		t.Errorf("released: %s, %+v", got, h.offer(3))
	}
	if told := h.sentTo(asker); !strings.Contains(told, "deine Änderung von Angebot 3") {
		t.Errorf("told: %s", told)
	}
}

// staleHouse has an offer of ben's, whose change of the place waits.
func staleHouse(t *testing.T) (h *house, ask spoken) {
	h = approving(t)
	w, err := lang.ReadWhen(lang.German, "3.12. 14-15 Uhr", h.now)
	if err != nil {
		t.Fatal(err)
	}
	h.write(func(ctx context.Context, tx *store.Tx) error {
		_, err := offers.Bring(ctx, tx, offers.By{Network: "Nord", Author: asker}, offers.Draft{Title: "Einmal", When: w}, h.now)
		return err
	})
	h.reply(lang.German, "ja", h.from(asker, lang.German, "aendere 3 ort Haus A", false))
	return h, h.asked(lang.German, anna)
}

// organises does what an organiser says, with their yes.
func (h *house) organises(who id.UserID, line string) string {
	h.t.Helper()
	req := h.organiser(lang.German, line)
	req.Sender = who
	yes := h.organiser(lang.German, "ja")
	yes.Sender, yes.ReplyTo = who, h.tell(req).event
	return h.tell(yes).text
}

// A yes to a change of what is another by now asks anew, and the one who wanted
// it hears of that.
func TestEditReleasedTooLate(t *testing.T) {
	h, ask := staleHouse(t)
	first := h.lastProposal()
	if got := h.organises(anna, "aendere 3 ort Haus B"); !strings.Contains(got, "Geändert.") {
		t.Fatal(got)
	}
	got := h.decides(lang.German, "ja", anna, ask)
	for _, want := range []string{"Inzwischen", "Ort: – → Haus B", "noch einmal"} {
		if !strings.Contains(got, want) {
			t.Errorf("nobody says %q in: %s", want, got)
		}
	}
	p := h.lastProposal()
	if o := h.offer(3); o.Location != "Haus B" || p.ID == first.ID || p.State != store.ProposalWaiting || p.Key != first.Key || h.jobs(offers.AskKind) != 2 || h.jobs(offers.DecidedKind) != 1 {
		t.Fatalf("%+v, %+v", o, p)
	}
	if told := h.sentTo(asker); !strings.Contains(told, "gilt noch nicht") {
		t.Errorf("told: %s", told)
	}
	again := h.asked(lang.German, paul)
	if !strings.Contains(again.text, "Ort: Haus B → Haus A") {
		t.Errorf("asked anew: %s", again.text)
	}
	if got := h.decides(lang.German, "ja", paul, again); !strings.Contains(got, "Freigegeben") || h.offer(3).Location != "Haus A" {
		t.Errorf("released: %s, %+v", got, h.offer(3))
	}
}

// Of what cannot be any more, both hear; what is as it was wanted is released.
func TestEditReleasedForNothing(t *testing.T) {
	h, ask := staleHouse(t)
	h.organises(anna, "absage 3 krank")
	got := h.decides(lang.German, "ja", anna, ask)
	if told := h.sentTo(asker); !strings.Contains(got, "geht so nicht mehr") || !strings.Contains(told, "geht so nicht mehr") || !strings.Contains(told, "abgesagt") || h.lastProposal().State != store.ProposalDone {
		t.Errorf("cancelled: %s, told %s, %+v", got, told, h.lastProposal())
	}
	h, ask = staleHouse(t)
	h.organises(anna, "aendere 3 ort Haus A")
	if got := h.decides(lang.German, "ja", anna, ask); !strings.Contains(got, "Freigegeben") || h.lastProposal().State != store.ProposalDone {
		t.Errorf("the same: %s", got)
	}
}

// Whoever cancelled hears who undid it; the one who brought it, why it was off.
func TestCancelUndone(t *testing.T) {
	h, _ := staleHouse(t)
	h.organises(anna, "absage 3 Wasserrohrbruch")
	if told := h.sentTo(asker); !strings.Contains(told, "hat abgesagt") || !strings.Contains(told, "Grund: Wasserrohrbruch") {
		t.Errorf("the one who brought it hears: %s", told)
	}
	if got := h.reply(lang.German, "ja", h.from(asker, lang.German, "aendere 3 findet statt", false)); !strings.Contains(got, "Geändert.") {
		t.Fatal(got)
	}
	if told := h.sentTo(anna); !strings.Contains(told, "ask (@ask:example.org) hat das zurückgenommen") {
		t.Errorf("the one who cancelled hears: %s", told)
	}
	h.reply(lang.German, "ja", h.from(asker, lang.German, "absage 3", false))
	h.reply(lang.German, "ja", h.from(asker, lang.German, "aendere 3 findet statt", false))
	if told := h.sentTo(asker) + h.sentTo(anna); strings.Count(told, "zurückgenommen") != 1 {
		t.Errorf("told of what was never theirs: %s", told)
	}
}

// Whoever cancelled hears who undid it, too, when another organiser released
// that; who releases it themselves knows.
func TestCancelUndoneReleased(t *testing.T) {
	for by, want := range map[id.UserID]string{paul: "ask (@ask:example.org) hat das zurückgenommen", anna: ""} {
		h, _ := staleHouse(t)
		h.organises(anna, "absage 3 Wasserrohrbruch")
		if got := h.reply(lang.German, "ja", h.from(asker, lang.German, "aendere 3 titel Zweimal, findet statt", false)); !strings.Contains(got, "erst die Organisierenden") {
			t.Fatal(got)
		}
		if got := h.decides(lang.German, "ja", by, h.asked(lang.German, by)); !strings.Contains(got, "Freigegeben") || h.offer(3).Status != store.OfferActive {
			t.Errorf("%s, %+v", got, h.offer(3))
		}
		if told := h.sentTo(anna); !strings.Contains(told, want) || want == "" && strings.Contains(told, "zurückgenommen") {
			t.Errorf("released by %s: %s", by, told)
		}
	}
}
