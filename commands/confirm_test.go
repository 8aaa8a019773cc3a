package commands

import (
	"context"
	"strings"
	"testing"
	"time"

	"maunium.net/go/mautrix/id"

	"buffet/lang"
	"buffet/store"
)

const line = "bring Lesekreis, 10.12. 18–20 Uhr, Bibliothek"

func TestYes(t *testing.T) {
	for language, say := range map[string][3]string{lang.German: {line, "ja", "Steht auf dem Buffet: 3 · Lesekreis"}, lang.English: {"bring Lesekreis, 10 December 6pm-8pm, library", "Yes, please!", "It is on the table: 3 · Lesekreis"}} {
		t.Run(language, func(t *testing.T) {
			h := newTalk(t)
			echo := h.brings(language, say[0])
			if got := h.reply(language, "danke für die Mühe", echo); got != "[silence]" || h.offerCount() != 2 {
				t.Errorf("another text: %s", got)
			}
			req := h.request(language, say[1])
			req.ReplyTo = echo.event // ben's yes
			if got := h.tell(req).text; got != "[silence]" || h.offerCount() != 2 {
				t.Errorf("somebody else's yes: %s, %d offers", got, h.offerCount())
			}
			if got := h.tap(language, signYes, echo, "@cem:example.org"); got != "[silence]" || h.offerCount() != 2 {
				t.Errorf("somebody else's tap: %s, %d offers", got, h.offerCount())
			}
			req.Sender, req.Doubtful = asker, true
			if got := h.tell(req).text; !strings.Contains(got, "know_doubtful") || h.offerCount() != 2 {
				t.Errorf("from a doubtful device: %s", got)
			}
			req.Text = "nein"
			if got := h.tell(req).text; !strings.Contains(got, "know_doubtful") {
				t.Errorf("no from a doubtful device: %s", got)
			}
			if got := h.reply(language, say[1], echo); !strings.Contains(got, say[2]) {
				t.Errorf("yes: %s", got)
			}
			if got := h.reply(language, say[1], echo); strings.Contains(got, "Lesekreis") || got == "[silence]" {
				t.Errorf("yes twice: %s", got)
			}
			if got := h.tap(language, signYes, echo, asker); got != "[silence]" || h.offerCount() != 3 {
				t.Errorf("tapped after the yes: %s, %d offers", got, h.offerCount())
			}
			o := h.offer(3)
			if o.Author != asker || o.Room != room || o.Location == "" || o.Kind != "exchange" || o.Host != "ask" {
				t.Errorf("%+v", o)
			}
		})
	}
}

func TestTapTwice(t *testing.T) {
	h := newTalk(t)
	echo := h.brings(lang.German, line)
	if got := h.tap(lang.German, signYes, echo, asker); !strings.Contains(got, "3 · Lesekreis") {
		t.Errorf("tapped: %s", got)
	}
	if got := h.tap(lang.German, "👍", echo, asker); got != "[silence]" || h.offerCount() != 3 {
		t.Errorf("tapped twice: %s, %d offers", got, h.offerCount())
	}
	echo = h.brings(lang.German, line)
	if !strings.Contains(echo.text, "Das gibt es schon: Nr. 3") {
		t.Errorf("brought twice: %s", echo.text)
	}
	if got := h.tap(lang.German, signNo, echo, asker); !strings.Contains(got, "daraus wird nichts") {
		t.Errorf("no: %s", got)
	}
	if got := h.reply(lang.German, "ja", echo); !strings.Contains(got, "schon entschieden") || h.offerCount() != 3 {
		t.Errorf("yes after no: %s", got)
	}
}

func TestYesTooLate(t *testing.T) {
	h := newTalk(t)
	echo := h.brings(lang.German, line)
	h.now = h.now.Add(25 * time.Hour)
	if got := h.reply(lang.German, "ja", echo); !strings.Contains(got, "confirm_lapsed") || h.offerCount() != 2 {
		t.Errorf("after a day: %s", got)
	}
	if got := h.reply(lang.German, "nein", echo); !strings.Contains(got, "daraus wird nichts") {
		t.Errorf("no after a day: %s", got)
	}
	h.write(func(ctx context.Context, tx *store.Tx) error { return tx.ForgetProposals(ctx, h.now) })
	if got := h.reply(lang.German, "ja", echo); got != "[silence]" {
		t.Errorf("after a month: %s", got)
	}
}

// The date passes while the yes is waited for.
func TestYesAfterTheDate(t *testing.T) {
	h := newTalk(t)
	echo := h.brings(lang.German, "bring Mittagessen, heute 12:30 Uhr, Kantine")
	h.now = h.now.Add(2 * time.Hour)
	if got := h.reply(lang.German, "ja", echo); !strings.Contains(got, "native_past") || h.offerCount() != 2 {
		t.Errorf("after the date: %s", got)
	}
	if got := h.reply(lang.German, "heute 15 Uhr", echo); !strings.Contains(got, "15:00") {
		t.Errorf("another time: %s", got)
	}
}

func TestYesOfTheForgotten(t *testing.T) {
	h := newTalk(t)
	echo := h.brings(lang.German, line)
	h.write(func(ctx context.Context, tx *store.Tx) error {
		return tx.SetForgotten(ctx, tx.HashPerson(asker), h.now)
	})
	if got := h.reply(lang.German, "ja", echo); !strings.Contains(got, "know_forgotten") || h.offerCount() != 2 {
		t.Errorf("forgotten: %s", got)
	}
	if got := h.brings(lang.German, line).text; !strings.Contains(got, "know_forgotten") {
		t.Errorf("forgotten: %s", got)
	}
	if got := h.brings(lang.German, "brauche Hilfe").text; !strings.Contains(got, "know_forgotten") {
		t.Errorf("forgotten: %s", got)
	}
}

func TestYesAfterLeaving(t *testing.T) {
	h := newTalk(t)
	h.talk(lang.German, line+" => Stimmt das so?")
	req := h.request(lang.German, "ja")
	req.Sender, req.Room, req.Direct, req.Networks = asker, askerDM, true, nil
	if got := h.say(req); !strings.Contains(got, "confirm_left") || h.offerCount() != 2 {
		t.Errorf("left: %s", got)
	}
	h.talk(lang.German, "ja => Steht auf dem Buffet") // back again
}

// A bare word in a direct chat is about what was asked last.
func TestBareYes(t *testing.T) {
	h := newTalk(t)
	h.talk(lang.German, line+" => Stimmt das so?", "hmm => angebote", "ja => 3 · Lesekreis", "ja => schon entschieden",
		line+" => Das gibt es schon", "nein => daraus wird nichts", "erfahrung => Schritt 1 von 4", "ja => Schritt 2", "weiter => 3", "weiter => 4", "weiter => So würde ich",
		"!bring Chor, 11.12. 19 Uhr => Stimmt das so?", "ja => 4 · Chor")
	h.talk(lang.German, "!bring Tanz, 11.12. 20 Uhr => Stimmt das so?")
	h.now = h.now.Add(time.Minute)
	h.talk(lang.German, "!erfahrung => Schritt 1 von 4", "ja => Schritt 2", "abbruch => nichts davon")
	if h.offerCount() != 4 {
		t.Errorf("%d offers", h.offerCount())
	}
	req := h.request(lang.German, "!ja")
	req.Sender, req.Text = asker, "ja"
	if got := h.say(req); got != "[silence]" {
		t.Errorf("a yes in a room where nothing was asked: %s", got)
	}
	h.brings(lang.German, "bring Kino, 12.12. 19 Uhr")
	if got := h.say(req); !strings.Contains(got, "5 · Kino") {
		t.Errorf("a yes with the prefix: %s", got)
	}
	h.now = h.now.Add(25 * time.Hour)
	h.talk(lang.German, "ja => angebote")
}

// "nein" after both was asked, who may see something and whether an offer is
// right, is about the later one.
func TestBareNo(t *testing.T) {
	h := newTalk(t)
	h.direct(lang.German, "erfahrung Wir haben das Auto geliehen")
	if h.bodies(store.Experience) == "" {
		t.Fatal("nothing kept")
	}
	h.now = h.now.Add(time.Minute)
	h.talk(lang.German, line+" => Stimmt", "nein => daraus wird nichts")
	if h.bodies(store.Experience) == "" {
		t.Error("the no went to what was asked before")
	}
	h.talk(lang.German, line+" => Stimmt")
	h.now = h.now.Add(time.Minute)
	h.direct(lang.German, "!erfahrung Wir haben ein zweites Auto geliehen")
	h.direct(lang.German, "nein")
	if got := h.lastProposal(); got.State != store.ProposalAsked {
		t.Errorf("the no went to the offer, which is %s", got.State)
	}
}

func (h *house) lastProposal() store.Proposal {
	h.t.Helper()
	list, err := store.ProposalsBy(h.t.Context(), h.store.Reader(), asker)
	if err != nil || len(list) == 0 {
		h.t.Fatalf("%d proposals, %v", len(list), err)
	}
	return list[len(list)-1]
}

// A reply in the room changes what was shown, and only its author can.
func TestCorrectionInTheRoom(t *testing.T) {
	h := newTalk(t)
	echo := h.brings(lang.German, line)
	req := h.request(lang.German, "ohne Namen")
	req.ReplyTo = echo.event
	if got := h.tell(req).text; strings.Contains(got, "Lesekreis") {
		t.Errorf("somebody else changed it: %s", got)
	}
	for _, one := range []struct{ text, want, not string }{
		{"ohne Namen", "Nicht gesagt: Themen, Plätze, Von", "Von: ask"},
		{"wann 11.12. 19 Uhr", "Freitag, 11. Dezember 2026, 19:00 Uhr", "10. Dezember"},
		{"nein, am 12.12. um 15 Uhr", "Samstag, 12. Dezember 2026, 15:00 Uhr", "11. Dezember"},
		{"ort: Rathaus, Raum 2", "Ort: Rathaus, Raum 2", "Bibliothek"},
		{"titel Lesezirkel, plätze 8, thema Bücher", "Titel: Lesezirkel", "Lesekreis"},
		{"von AWO Kiel", "Von: AWO Kiel", "Von: ask"},
		{"plätze keine", "Nicht gesagt: Plätze", "Plätze: 8"},
	} {
		if echo.text = h.reply(lang.German, one.text, echo); !strings.Contains(echo.text, one.want) || strings.Contains(echo.text, one.not) {
			t.Fatalf("%s: %s", one.text, echo.text)
		}
		echo.event = id.EventID(strings.Replace(h.lastProposal().Key, "reply/", "$out-", 1))
	}
	for text, want := range map[string]string{"wann 31.2.": "when_no_date", "plätze 1000000000": "native_capacity", "art Quatsch": "silence", "ort": "bring_field_empty"} {
		if got := h.reply(lang.German, text, echo); !strings.Contains(got, want) {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
	if got := h.reply(lang.German, "ja", echo); !strings.Contains(got, "3 · Lesezirkel") {
		t.Errorf("yes: %s", got)
	}
	if o := h.offer(3); o.Host != "AWO Kiel" || o.Location != "Rathaus, Raum 2" || o.Capacity != 0 || len(o.Topics) != 1 {
		t.Errorf("%+v", o)
	}
}

// A bare yes in a room after what was asked last is decided: what is open
// before that, or a question if it is several.
func TestYesToWhatIsOpen(t *testing.T) {
	h := newTalk(t)
	h.brings(lang.German, "bring Eins, 10.12. 18 Uhr")
	two := h.brings(lang.German, "bring Zwei, 11.12. 18 Uhr")
	h.tap(lang.German, signNo, two, asker)
	if got := h.in(lang.German, "ja"); !strings.Contains(got, "3 · Eins") {
		t.Errorf("one is open: %s", got)
	}
	if got := h.in(lang.German, "ja"); !strings.Contains(got, "schon entschieden") {
		t.Errorf("none is open: %s", got)
	}
	h.brings(lang.German, "bring Drei, 12.12. 18 Uhr")
	h.brings(lang.German, "bring Vier, 13.12. 18 Uhr")
	h.tap(lang.German, signNo, h.brings(lang.German, "bring Fünf, 14.12. 18 Uhr"), asker)
	if got := h.in(lang.German, "ja"); !strings.Contains(got, "Da warten mehrere auf dich") || h.offerCount() != 3 {
		t.Errorf("two are open: %s", got)
	}
}

// A yes or no with more behind it than can be used is answered, wherever it is
// said; what is no answer to us stays as it was.
func TestYesAndMore(t *testing.T) {
	for language, say := range map[string][4]string{
		lang.German:  {"absage 3 krank", "ja, danke dir dafür", "nein, die Leitung kommt doch", "Ich brauche nur ja oder nein"},
		lang.English: {"cancel 3 ill", "yes, if it must be", "no, she will come", "I need just yes or no"},
	} {
		t.Run(language, func(t *testing.T) {
			h := newTalk(t)
			h.reply(language, "ja", h.brings(language, line))
			echo := h.brings(language, say[0])
			for _, text := range say[1:3] {
				if got := h.reply(language, text, echo); !strings.Contains(got, say[3]) {
					t.Errorf("%s: %s", text, got)
				}
				if got := h.in(language, text); !strings.Contains(got, say[3]) {
					t.Errorf("%s, called by prefix: %s", text, got)
				}
			}
			req := h.request(language, say[1])
			req.ReplyTo = echo.event // ben's
			if got := h.tell(req).text; got != "[silence]" {
				t.Errorf("somebody else's: %s", got)
			}
			if h.offer(3).Status != store.OfferActive {
				t.Error("it is off")
			}
			h.reply(language, "ja danke dir", echo)
			if h.offer(3).Status != store.OfferCancelled {
				t.Error("it is not off")
			}
			if got := h.reply(language, say[1], echo); strings.Contains(got, say[3]) || got == "[silence]" {
				t.Errorf("after the yes: %s", got)
			}
			if got := h.in(language, say[1]); got != "[silence]" {
				t.Errorf("after the yes, called by prefix: %s", got)
			}
			h.talk(language, "bring Chor, 11.12. 19 Uhr => Chor", say[1]+" => "+say[3], "nein, am 12.12. um 15 Uhr => 12", say[2]+" => "+say[3], "ja danke dir => 4 · ")
		})
	}
}
