package digest

import (
	"context"
	"strings"
	"testing"

	"buffet/lang"
	"buffet/offers"
	"buffet/store"
)

// bring adds what somebody looks for, or has to give, and tells its id.
func (w *week) bring(help, title, host, at string) (n int64) {
	w.Helper()
	w.write(func(ctx context.Context, tx *store.Tx) error {
		o, err := offers.Bring(ctx, tx, offers.By{Network: weekNetwork, Author: userOf("ali"), Room: north}, offers.Draft{Title: title, Help: help, Host: host}, w.at(at))
		n = o.ID
		return err
	})
	return n
}

// TestHelpInDigest: what somebody looks for stands under what is open, with
// its number, until it is closed; it is not told to everybody.
func TestHelpInDigest(t *testing.T) {
	w := newWeek(t, lang.German)
	w.say(voice{key: "q", kind: store.Question, by: "ali", at: "Mo 09:00", audience: store.AudiencePublic, text: "Wer leiht uns am Samstag ein Zelt?"},
		voice{key: "p", kind: store.Question, by: "tom", at: "Mo 09:00", audience: store.AudiencePublic, text: "Wer kennt eine Druckerei in der Nähe?"})
	need := w.bring(store.HelpNeed, "Fahrerin für *Samstag*", "Ali", "-Di 09:00")
	w.bring(store.HelpGive, "Drei Pavillons @room", "", "Di 09:00")
	w.bring(store.HelpGive, "Ein Anhänger", "", "-Di 09:00")
	w.bring(store.HelpGive, "Erst nach dem Ende", "", "Fr 17:00")
	n, p := w.keep(w.compose(store.AudienceRoom))
	text := p.Text().Plain()
	has(t, "digest", text, words("Gesucht · Fahrerin für *Samstag* · Ali · !angebot 1", "Angeboten · Drei Pavillons @\u200broom · !angebot 2", "+ noch 1: !offen"),
		words("Anhänger", "Erst nach", "Hilfe ·"))
	has(t, "without names", p.HTML(false), words("Fahrerin"), words("Ali"))
	if i, j, k := strings.Index(text, "Druckerei"), strings.Index(text, "Fahrerin"), strings.Index(text, "ein Zelt"); i < 0 || j < i || k < j {
		t.Errorf("not behind the first question: %s", text)
	}
	if d := w.compose(store.AudiencePublic); d == nil || strings.Contains(pageText(w, d), "Fahrerin") {
		t.Error("told to everybody")
	}
	w.write(func(ctx context.Context, tx *store.Tx) error { return tx.WithdrawOffer(ctx, need, w.to) })
	has(t, "closed", w.load(n).Text().Plain(), words("Pavillons"), words("Fahrerin"))
	if next := w.compose(store.AudienceRoom); strings.Contains(pageText(w, next), "Fahrerin") {
		t.Error("closed, and in the next digest")
	}
}

// pageText is a draft as text.
func pageText(w *week, d *Draft) string {
	w.Helper()
	p, err := PageOf(w.Context(), w.store.Reader(), w.phrases, w.zone, "!", d)
	if err != nil {
		w.Fatal(err)
	}
	return p.Text().Plain()
}

// TestHelpMakesWeek: two who look for help are news; those of the week before
// are not; what organisers left out does not come again.
func TestHelpMakesWeek(t *testing.T) {
	w := newWeek(t, lang.English)
	w.bring(store.HelpNeed, "A van on Sunday", "", "-Mo 09:00")
	w.bring(store.HelpNeed, "Somebody who knows taxes", "", "-Mo 10:00")
	if w.compose(store.AudienceNetwork) != nil {
		t.Fatal("old ones made a digest")
	}
	w.bring(store.HelpNeed, "A projector", "", "Mo 09:00")
	w.bring(store.HelpGive, "Six chairs", "", "Mo 10:00")
	w.bring(store.HelpGive, "Ten tables", "", "Mo 11:00")
	d := w.compose(store.AudienceNetwork)
	text := pageText(w, d)
	has(t, "digest", text, words("Wanted · A projector", "!offer 3"), nil)
	n, _ := w.keep(d)
	w.write(func(ctx context.Context, tx *store.Tx) error {
		if err := tx.DropLines(ctx, n, store.LineOut, 1); err != nil {
			return err
		}
		_, err := tx.SetDigestState(ctx, n, store.DigestDraft, store.DigestPublished, w.to)
		return err
	})
	if next := w.compose(store.AudienceNetwork); next == nil || strings.Contains(pageText(w, next), "A projector") {
		t.Error("left out, and there again")
	}
}

// TestHelpMended: the posted digest loses what is closed.
func TestHelpMended(t *testing.T) {
	f := newFlow(t, lang.German)
	f.full()
	n := f.bring(store.HelpNeed, "Fahrerin für Samstag", "", "Di 09:00")
	f.ok(f.due(store.AudienceRoom, f.to))
	if err := f.decide(false); err != nil {
		t.Fatal(err)
	}
	post := postKey(f.last().ID)
	has(t, "post", f.shown()[post], words("Fahrerin für Samstag"), nil)
	f.write(func(ctx context.Context, tx *store.Tx) error {
		if err := tx.WithdrawOffer(ctx, n, f.now); err != nil {
			return err
		}
		return f.p.MendOffers(ctx, tx, "closed", []int64{n})
	})
	f.ok(f.run())
	has(t, "post", f.shown()[post], nil, words("Fahrerin für Samstag"))
}
