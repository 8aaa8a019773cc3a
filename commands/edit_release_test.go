package commands

import (
	"context"
	"strings"
	"testing"

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
	for _, want := range []string{asker.String(), "Titel: Einmal → Werbung", "https://boese.example/"} {
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
