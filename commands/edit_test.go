package commands

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"maunium.net/go/mautrix/id"

	"buffet/lang"
	"buffet/offers"
	"buffet/store"
)

// brought puts an offer of ben's on the table.
func (h *house) brought(title, when string) store.Offer {
	h.t.Helper()
	w, err := lang.ReadWhen(lang.German, when, h.now)
	if err != nil {
		h.t.Fatal(when, err)
	}
	var o store.Offer
	h.write(func(ctx context.Context, tx *store.Tx) (err error) {
		o, err = offers.Bring(ctx, tx, offers.By{Network: "Nord", Author: ben}, offers.Draft{Title: title, Location: "Kiel", When: w}, h.now)
		return err
	})
	return o
}

// from is what somebody says, each message an event of its own.
func (h *house) from(who id.UserID, language, text string, direct bool) spoken {
	h.t.Helper()
	h.now = h.now.Add(time.Second)
	req := h.request(language, text)
	req.Sender, req.Direct = who, direct
	return h.tell(req)
}

// TestEditGolden is what people read when they change a series and a single
// date, and what they get for what cannot be.
func TestEditGolden(t *testing.T) {
	for language, script := range map[string][]string{
		lang.German: {
			"aendere", "aendere 3", "ändere 3 quatsch", "aendere 99 titel x", "aendere 1 titel x", "aendere nr. 4 wann morgen 15 Uhr", "ja", "aendere 4 wann 15 Uhr",
			"aendere 4 wann 31.2. 15 Uhr", "aendere 4 wann 25 Uhr", "aendere 4 wann gestern", "aendere 4 wann 15-14 Uhr", "aendere 4 wann 1.10.2026 9 Uhr",
			"aendere 4 ort Rathaus, Raum 2, plaetze 12, thema Pflege, Ehrenamt, art fortbildung\nbeschreibung Bringt, Zeit, von allem\nmaterial https://example.org/x", "ja",
			"aendere 4 ort -, plaetze 0", "nein", "aendere 4 plaetze -1", "aendere 4 plaetze 1000000000", "aendere 4 art party", "aendere 4 ort",
			"aendere 4 titel <b>@room</b> \u202eneu", "nein", "aendere 4 link javascript:alert(1)", "aendere 4 material quatsch", "aendere 4 ort Rathaus, Raum 2",
			"aendere 3 wann 15 Uhr\nort Kiel", "aendere 3 17.12. wann 18.12. 15 Uhr", "ja", "aendere 3 31.12. ort Bonn", "ja", "aendere 3 ab 7.1.2027 wann 16 Uhr", "ja",
			"aendere 3 alle ort Ulm, titel Abend der Eltern", "ja", "angebot 3", "aendere 3 31.12. plaetze 3", "aendere 3 plaetze 3", "ja",
			"aendere 3 alle wann 14.3.", "aendere 3 5.12. titel x", "aendere 3 1.11. titel x", "aendere 3 18.12. wann jeden Freitag", "aendere 3 wann jeden Freitag", "ja", "angebot 3",
			"absage", "absage 99", "absage 1", "absage 3", "absage 3 18.12. Referentin krank", "ja", "absage 3 18.12.", "aendere 3 18.12. findet statt", "ja",
			"absage 3 ab 8.1.2027 Sommerpause", "ja", "absage 3 31.2. x", "absage 3 gestern", "absage 3 5.12.", "absage 3 Grippe", "absage 3 alle Grippe", "ja", "angebot 3",
			"absage 3", "aendere 3 titel y", "aendere 3 findet statt", "ja", "absage 4 morgen keine Zeit", "ja", "absage 4", "aendere 4 findet doch statt", "ja",
		},
		lang.English: {
			"edit", "edit 3", "edit 4 when 3pm", "yes", "edit 4 place town hall, room 2\nplaces 12", "yes", "edit 4 when yesterday", "edit 4 places -1", "edit 3 when 3pm",
			"edit 3 17.12. when 18.12. 3pm", "yes", "edit 3 from 31.12. place Bonn", "yes", "edit 3 all when 4pm", "yes", "edit 3 when every Friday", "yes", "offer 3",
			"cancel 3", "cancel 3 18.12. speaker is ill", "yes", "edit 3 18.12. takes place", "yes", "cancel 3 from 8 January 2027", "yes", "cancel 3 all", "yes", "cancel 1",
		},
	} {
		t.Run(language, func(t *testing.T) {
			h := newHouse(t)
			h.brought("Elternabend", "jeden Donnerstag 14-15:30 Uhr ab 3.12. bis 28.1.2027")
			h.brought("Einmal", "3.12. 14-15 Uhr")
			var b strings.Builder
			for _, line := range script {
				fmt.Fprintf(&b, "> %s\n%s\n\n", line, h.from(ben, language, line, true).text)
			}
			golden(t, "edit."+language+".txt", b.String())
		})
	}
}

// What one person is shown is not what it was when they say yes: they are told
// what somebody else changed, and asked again.
func TestEditTwoAtOnce(t *testing.T) {
	for _, direct := range []bool{true, false} {
		h := newHouse(t)
		h.brought("Einmal", "3.12. 14-15 Uhr")
		yes := func(who id.UserID, to spoken) spoken {
			req := h.request(lang.German, "ja")
			h.now = h.now.Add(time.Second)
			req.Sender, req.ReplyTo, req.Direct, req.Networks[0].Organiser = who, to.event, direct, who != ben
			return h.tell(req)
		}
		anna := h.organiser(lang.German, "aendere 3 ort Bonn, wann 16 Uhr")
		anna.Sender, anna.Direct = "@anna:example.org", direct
		first := h.from(ben, lang.German, "aendere 3 wann 4.12. 9 Uhr", direct)
		second := h.tell(anna)
		if got := yes("@anna:example.org", second).text; !strings.Contains(got, "Geändert.") {
			t.Fatalf("second: %s", got)
		}
		again := yes(ben, first)
		for _, want := range []string{"Inzwischen", "Ort: Kiel → Bonn", "Do, 3. Dez, 14:00–15:00 Uhr → Do, 3. Dez, 16:00–17:00 Uhr", "Do, 3. Dez, 16:00–17:00 Uhr → Fr, 4. Dez, 09:00–10:00 Uhr"} {
			if !strings.Contains(again.text, want) {
				t.Errorf("nobody says %q in: %s", want, again.text)
			}
		}
		if o := h.offer(3); o.Sequence != 1 || o.Location != "Bonn" {
			t.Errorf("changed without a yes: %+v", o)
		}
		if got := yes(ben, first).text; !strings.Contains(got, "schon entschieden") {
			t.Errorf("the old yes counts still: %s", got)
		}
		if got := yes(ben, again).text; !strings.Contains(got, "Geändert.") {
			t.Errorf("third: %s", got)
		}
		o := h.offer(3)
		next, err := offers.NextItems(&o, h.now)
		if err != nil || len(next) != 1 || next[0].Location != "Bonn" || next[0].Start.In(h.zone).Format("2.1. 15:04") != "4.12. 09:00" || o.Sequence != 2 {
			t.Errorf("it is %+v, %v", next, err)
		}
	}
}

// Whose date is gone meanwhile reads what became of it, and is not asked again.
func TestEditOfDateThatIsGone(t *testing.T) {
	for _, line := range []string{"aendere 3 17.12. ort Bonn", "absage 3 17.12. krank"} {
		h := newHouse(t)
		h.brought("Reihe", "jeden Donnerstag 14-15 Uhr bis 28.1.2027")
		first := h.from(ben, lang.German, line, false)
		yes := func(who id.UserID, to spoken) string {
			req := h.organiser(lang.German, "ja")
			h.now = h.now.Add(time.Second)
			req.Sender, req.ReplyTo = who, to.event
			return h.tell(req).text
		}
		req := h.organiser(lang.German, "absage 3 ab 10.12.")
		req.Sender = anna
		yes(anna, h.tell(req))
		got := yes(ben, first)
		for _, want := range []string{"Inzwischen hat jemand Angebot 3 geändert", "Do, 17. Dez, 14:00–15:00 Uhr: entfällt", "Diesen Termin gibt es nicht"} {
			if !strings.Contains(got, want) {
				t.Errorf("%s: nobody says %q in: %s", line, want, got)
			}
		}
		if got := yes(ben, first); !strings.Contains(got, "schon entschieden") {
			t.Errorf("%s: a second yes: %s", line, got)
		}
	}
}

// Who changes the place alone reads that people hear of it; of the material
// nobody does.
func TestEditPlaceTellsPeople(t *testing.T) {
	h := newHouse(t)
	o := h.brought("Einmal", "3.12. 14-15 Uhr")
	next, err := offers.NextItems(&o, h.now)
	if err != nil {
		t.Fatal(err)
	}
	h.write(func(ctx context.Context, tx *store.Tx) error {
		return tx.PutSignup(ctx, store.Signup{Offer: o.ID, Key: next[0].Key, User: anna, At: h.now})
	})
	for line, told := range map[string]bool{"aendere 3 ort Bonn": true, "aendere 3 material https://example.org/x": false} {
		if got := h.from(ben, lang.German, line, false).text; strings.Contains(got, "Eine Person hat sich angemeldet") != told {
			t.Errorf("%s: %s", line, got)
		}
	}
}

// A single date cannot go without the place of its series; the last that is
// left, and the series, can.
// TestEditOverbooked: fewer places than people is said before the yes.
func TestEditOverbooked(t *testing.T) {
	h := newTalk(t)
	once, series := h.brought("Einmal", "3.12. 15 Uhr"), h.brought("Reihe", "jeden Donnerstag 15 Uhr")
	for _, who := range []id.UserID{"@cem:example.org", "@dora:example.org", "@eva:example.org"} {
		for _, o := range []store.Offer{once, series} {
			h.say(h.as(who, fmt.Sprint("dabei ", o.Number)))
		}
	}
	for text, want := range map[string]string{
		fmt.Sprintf("aendere %d plaetze 1", once.Number):        "3 sind schon angemeldet und bleiben dabei.",
		fmt.Sprintf("aendere %d alle plaetze 2", series.Number): "Bei einem Termin sind schon 3 angemeldet, sie bleiben dabei.",
	} {
		if got := h.from(ben, lang.German, text, false).text; !strings.Contains(got, want) {
			t.Errorf("%s: %s", text, got)
		}
	}
	for _, text := range []string{"plaetze 3", "plaetze 0", "ort Bonn"} {
		if got := h.from(ben, lang.German, fmt.Sprintf("aendere %d %s", once.Number, text), false).text; strings.Contains(got, "bleiben dabei") {
			t.Errorf("%s: %s", text, got)
		}
	}
}

func TestEditClearsPlace(t *testing.T) {
	h := newHouse(t)
	h.brought("Reihe", "jeden Donnerstag 14-15 Uhr bis 28.1.2027")
	for line, want := range map[string]string{
		"aendere 3 17.12. ort keiner": "native_empty_one", "aendere 3 ab 17.12. ort keiner": "native_empty_one", "aendere 3 ab 17.12. plaetze 3": "native_wide",
		"aendere 3 alle ort keiner": "Ort: Kiel → –", "aendere 3 17.12. link keiner": "So steht es schon",
	} {
		if got := h.from(ben, lang.German, line, false).text; !strings.Contains(got, want) {
			t.Errorf("%s: %s", line, got)
		}
	}
}

// A cancellation that meets a change is asked again, too.
func TestCancelAfterChange(t *testing.T) {
	h := newHouse(t)
	h.brought("Einmal", "3.12. 14-15 Uhr")
	cancel := h.from(ben, lang.German, "absage 3 Grippe", false)
	edit := h.from(ben, lang.German, "aendere 3 titel Zweimal", false)
	h.now = h.now.Add(time.Second)
	req := h.request(lang.German, "ja")
	req.ReplyTo = edit.event
	h.tell(req)
	req.ReplyTo = cancel.event
	if got := h.tell(req).text; !strings.Contains(got, "Titel: Einmal → Zweimal") || !strings.Contains(got, "Grund: Grippe") || h.offer(3).Status != store.OfferActive {
		t.Errorf("got %s", got)
	}
}

func TestEditWho(t *testing.T) {
	h := newHouse(t)
	h.brought("Einmal", "3.12. 14-15 Uhr")
	for _, line := range []string{"aendere 3 titel x", "absage 3"} {
		if got := h.from("@carl:example.org", lang.German, line, false).text; !strings.HasPrefix(got, "[problem edit_not_yours]") {
			t.Errorf("a stranger: %s", got)
		}
		req := h.organiser(lang.German, line)
		req.Doubtful = true
		if got := h.say(req); !strings.HasPrefix(got, "[problem know_doubtful]") {
			t.Errorf("a doubtful device: %s", got)
		}
	}
	// the organiser may; the one who brought it hears of it
	req := h.organiser(lang.German, "aendere 3 titel Zweimal")
	req.Sender = "@anna:example.org"
	shown := h.tell(req)
	yes := h.organiser(lang.German, "ja")
	yes.Sender, yes.ReplyTo = req.Sender, shown.event
	stranger := yes
	stranger.Sender = "@carl:example.org"
	if got := h.tell(stranger).text; got != "[silence]" || h.offer(3).Title != "Einmal" {
		t.Errorf("the yes of somebody else: %s", got)
	}
	demoted := yes
	demoted.Networks = []Network{h.network(lang.German)}
	if got := h.tell(demoted).text; !strings.HasPrefix(got, "[problem edit_not_yours]") {
		t.Errorf("no organiser any more: %s", got)
	}
	yes.Event = ""
	if got := h.tell(yes).text; !strings.Contains(got, "Geändert.") || h.offer(3).Title != "Zweimal" {
		t.Errorf("the organiser: %s", got)
	}
	var told string
	row := h.store.Reader().QueryRowContext(t.Context(), `SELECT content FROM outbox WHERE user_id = $1`, ben)
	if err := row.Scan(&told); err != nil || !strings.Contains(told, "Einmal → Zweimal") {
		t.Errorf("the one who brought it hears %q, %v", told, err)
	}
}

// A day that is far ahead is named with its year, so that it can be typed back.
func TestEditFarAhead(t *testing.T) {
	h := newHouse(t)
	h.brought("Elternabend", "jeden Donnerstag 14 Uhr ab 2.12.2027")
	if got := h.from(ben, lang.German, "aendere 3 wann 15 Uhr", true).text; !strings.Contains(got, "aendere 3 ab 2.12.2027 wann 15 Uhr") {
		t.Errorf("got %s", got)
	}
}

// More places: those who wait move up, and are told.
func TestEditPlaces(t *testing.T) {
	h := newHouse(t)
	o := h.brought("Einmal", "3.12. 14-15 Uhr")
	yes := func(shown spoken) string {
		req := h.request(lang.German, "ja")
		req.ReplyTo = shown.event
		return h.tell(req).text
	}
	yes(h.from(ben, lang.German, "aendere 3 plaetze 1", false))
	next, err := offers.NextItems(&o, h.now)
	if err != nil {
		t.Fatal(err)
	}
	h.write(func(ctx context.Context, tx *store.Tx) error {
		for i, who := range []id.UserID{anna, asker} {
			if err := tx.PutSignup(ctx, store.Signup{Offer: o.ID, Key: next[0].Key, User: who, Waiting: i > 0, At: h.now.Add(time.Duration(i))}); err != nil {
				return err
			}
		}
		return nil
	})
	shown := h.from(ben, lang.German, "aendere 3 plaetze 2, wann 16 Uhr", false)
	if !strings.Contains(shown.text, "2 Leute haben sich angemeldet") {
		t.Errorf("the one who changes it reads: %s", shown.text)
	}
	yes(shown)
	list, err := store.Signups(t.Context(), h.store.Reader(), o.ID, next[0].Key)
	if err != nil || len(list) != 2 || list[1].Waiting {
		t.Errorf("they are %+v, %v", list, err)
	}
	var told string
	row := h.store.Reader().QueryRowContext(t.Context(), `SELECT content FROM outbox WHERE user_id = $1`, asker)
	if err := row.Scan(&told); err != nil || !strings.Contains(told, "16:00") {
		t.Errorf("the one who waited hears %q, %v", told, err)
	}
}

// TestEditBackOfSome: what was cancelled as a whole is brought back by the
// words that help and refusals name, as far as they say.
func TestEditBackOfSome(t *testing.T) {
	h := newHouse(t)
	h.brought("Elternabend", "jeden Donnerstag 14-15:30 Uhr ab 3.12. bis 28.1.2027")
	for _, line := range []string{"biete Beamer", "ja", "absage 4", "ja", "absage 3 alle", "ja"} {
		h.from(ben, lang.German, line, true)
	}
	for _, c := range []struct{ line, want string }{
		{"aendere 3 17.12. findet statt", "• Do, 17. Dez, 14:00–15:30 Uhr: findet statt"},
		{"aendere 4 findet statt", "Es steht wieder auf dem Buffet."},
	} {
		if got := h.from(ben, lang.German, c.line, true).text; !strings.Contains(got, c.want) || strings.Contains(got, "Das Angebot") {
			t.Errorf("%s: %s", c.line, got)
		}
		if got := h.from(ben, lang.German, "ja", true).text; !strings.Contains(got, "Geändert.") {
			t.Errorf("%s: %s", c.line, got)
		}
	}
	if a, b := h.offer(3), h.offer(4); a.Status != store.OfferActive || b.Status != store.OfferActive {
		t.Errorf("%s, %s", a.Status, b.Status)
	}
	if got := h.from(ben, lang.German, "angebot 3", true).text; strings.Count(got, "fällt aus") == 0 {
		t.Error(got)
	}
}
