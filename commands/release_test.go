package commands

import (
	"context"
	"strings"
	"testing"
	"time"

	"maunium.net/go/mautrix/id"

	"buffet/lang"
	"buffet/offers"
	"buffet/store"
)

const (
	paul = id.UserID("@paul:example.org")
)

// asked shows what waits to an organiser, as the job does.
func (h *house) asked(language string, organiser id.UserID) spoken {
	h.t.Helper()
	p := h.lastProposal()
	out := spoken{event: id.EventID("$ask" + organiser.String() + p.Key)}
	h.write(func(ctx context.Context, tx *store.Tx) error {
		text, err := h.table.Question(ctx, tx, h.network(language), p)
		if err != nil {
			return err
		}
		out.text = text.Plain()
		key := offers.AskedKey(tx, p.ID, organiser)
		if _, err := tx.Send(ctx, store.Message{Key: key, User: organiser, Plain: out.text}, h.now); err != nil {
			return err
		}
		return tx.Sent(ctx, key, out.event, h.now)
	})
	return out
}

// decides is what an organiser says to it in their direct chat.
func (h *house) decides(language, text string, who id.UserID, to spoken, change ...func(*Request)) string {
	h.t.Helper()
	req := h.organiser(language, text)
	req.Sender, req.ReplyTo, req.Direct, req.Room = who, to.event, true, "!dm:example.org"
	for _, f := range change {
		f(&req)
	}
	return h.tell(req).text
}

// sentTo are the texts for a person that wait in the outbox.
func (h *house) sentTo(user id.UserID) string {
	h.t.Helper()
	list, err := store.Collect(h.t.Context(), h.store.Reader(), func(scan func(...any) error) (s string, err error) { return s, scan(&s) },
		`SELECT json_extract(content, '$.plain') FROM outbox WHERE user_id = $1 AND content <> '' ORDER BY seq`, user)
	if err != nil {
		h.t.Fatal(err)
	}
	return strings.Join(list, "\n")
}

func (h *house) jobs(kind string) (n int) {
	h.t.Helper()
	if err := h.store.Reader().QueryRowContext(h.t.Context(), `SELECT count(*) FROM job WHERE kind = $1`, kind).Scan(&n); err != nil {
		h.t.Fatal(err)
	}
	return n
}

// approving is a house whose organisers release what members bring.
func approving(t *testing.T) *house {
	h := newTalk(t)
	if got := h.say(h.organiser(lang.German, "einstellungen angebote freigabe")); !strings.Contains(got, "für das ganze Netzwerk »Nord«") || !strings.Contains(got, "nach Freigabe") {
		t.Fatalf("setting: %s", got)
	}
	return h
}

func TestReleased(t *testing.T) {
	for language, say := range map[string][2]string{lang.German: {"ja", "Die Organisierenden haben freigegeben, was du eingebracht hast."}, lang.English: {"approve", "The organisers have released what you brought."}} {
		t.Run(language, func(t *testing.T) {
			h := approving(t)
			echo := h.brings(language, line)
			if got := h.reply(language, "ja", echo); strings.Contains(got, "3 · ") || h.offerCount() != 2 || h.jobs(offers.AskKind) != 1 {
				t.Fatalf("yes: %s, %d offers, %d jobs", got, h.offerCount(), h.jobs(offers.AskKind))
			}
			if got := h.reply(language, "ja", echo); h.offerCount() != 2 || got == "[silence]" {
				t.Errorf("yes twice: %s", got)
			}
			ask, other := h.asked(language, anna), h.asked(language, paul)
			if !strings.Contains(ask.text, "ask ("+asker.String()+")") || !strings.Contains(ask.text, "Lesekreis") {
				t.Errorf("asked: %s", ask.text)
			}
			for name, change := range map[string]func(*Request){
				"cmd_only_organisers": func(r *Request) { r.Networks[0].Organiser = false },
				"know_doubtful":       func(r *Request) { r.Doubtful = true },
				"confirm_left":        func(r *Request) { r.Networks = nil },
			} {
				if got := h.decides(language, say[0], anna, ask, change); !strings.Contains(got, name) || h.offerCount() != 2 {
					t.Errorf("%s: %s, %d offers", name, got, h.offerCount())
				}
			}
			if got := h.decides(language, "ja, aber um 19 Uhr", anna, ask); !strings.Contains(got, "bring_yes_but") || h.offerCount() != 2 {
				t.Errorf("yes, but: %s", got)
			}
			if got := h.decides(language, say[0], anna, ask); !strings.Contains(got, "3 · Lesekreis") {
				t.Errorf("released: %s", got)
			}
			if o := h.offer(3); o.Author != asker || o.Room != room || o.Title != "Lesekreis" {
				t.Errorf("%+v", o)
			}
			if got := h.sentTo(asker); !strings.Contains(got, say[1]) || strings.Count(got, "Lesekreis") != 1 {
				t.Errorf("the author reads: %s", got)
			}
			if got := h.decides(language, "nein", paul, other); strings.Contains(got, "Lesekreis") || h.offerCount() != 3 || h.jobs(offers.DecidedKind) != 1 {
				t.Errorf("the second organiser: %s, %d offers", got, h.offerCount())
			}
			if got := h.decides(language, signYes, paul, other, func(r *Request) { r.At = r.ReplyTo }); got != "[silence]" || h.offerCount() != 3 {
				t.Errorf("tapped too late: %s, %d offers", got, h.offerCount())
			}
		})
	}
}

func TestRefused(t *testing.T) {
	h := approving(t)
	h.reply(lang.German, "ja", h.brings(lang.German, line))
	ask := h.asked(lang.German, anna)
	if got := h.decides(lang.German, "nein, da ist **schon** @room das Fest", anna, ask); !strings.Contains(got, "erscheint nicht") || h.offerCount() != 2 {
		t.Errorf("refused: %s", got)
	}
	if got := h.sentTo(asker); !strings.Contains(got, "nicht freigegeben: da ist **schon** @\u200broom das Fest") {
		t.Errorf("the author reads: %s", got)
	}
	if p := h.lastProposal(); p.State != store.ProposalDone || p.Content != "" {
		t.Errorf("%+v is kept", p)
	}
	h.reply(lang.German, "ja", h.brings(lang.German, "bring Chor, 11.12. 19 Uhr"))
	ask = h.asked(lang.German, anna)
	if got := h.decides(lang.German, signNo, anna, ask, func(r *Request) { r.At = r.ReplyTo }); !strings.Contains(got, "erscheint nicht") {
		t.Errorf("refused by ❌: %s", got)
	}
}

// Who proposed something may take it back while it waits; organisers need
// nobody's yes.
func TestWithdrawnAndOwn(t *testing.T) {
	h := approving(t)
	echo := h.brings(lang.German, line)
	h.reply(lang.German, "ja", echo)
	ask := h.asked(lang.German, anna)
	if got := h.reply(lang.German, "nein", echo); !strings.Contains(got, "daraus wird nichts") || h.jobs(offers.DecidedKind) != 1 {
		t.Errorf("taken back: %s", got)
	}
	if got := h.decides(lang.German, "ja", anna, ask); !strings.Contains(got, "schon entschieden") || h.offerCount() != 2 {
		t.Errorf("released after that: %s", got)
	}
	req := h.organiser(lang.German, line)
	req.Sender = anna
	mine := h.tell(req)
	req = h.organiser(lang.German, "ja")
	req.Sender, req.ReplyTo = anna, mine.event
	if got := h.tell(req).text; !strings.Contains(got, "3 · Lesekreis") {
		t.Errorf("an organiser's own: %s", got)
	}
	if got := h.say(h.organiser(lang.German, "einstellungen angebote sofort")); !strings.Contains(got, "gleich zu sehen") {
		t.Error(got)
	}
	if got := h.reply(lang.German, "ja", h.brings(lang.German, "bring Chor, 11.12. 19 Uhr")); !strings.Contains(got, "4 · Chor") {
		t.Errorf("at once: %s", got)
	}
}

func TestNetworkSettings(t *testing.T) {
	h := newTalk(t)
	for text, want := range map[string]string{
		"einstellungen angebote": "set_bring_how", "einstellungen angebote vielleicht": "set_bring_how", "settings offers at once": "sofort|gleich", "einstellungen feiertage NRW": "Nordrhein-Westfalen",
		"einstellungen feiertage Atlantis": "set_holidays_how", "einstellungen feiertage aus": "keine", "einstellungen feiertage": "set_holidays_how",
	} {
		if got := h.say(h.organiser(lang.German, text)); !strings.Contains(got, strings.Split(want, "|")[len(strings.Split(want, "|"))-1]) {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
	for _, text := range []string{"einstellungen angebote freigabe", "einstellungen feiertage Bayern"} {
		if got := h.in(lang.German, text); !strings.Contains(got, "cmd_only_organisers") {
			t.Errorf("a member: %s: %s", text, got)
		}
		req := h.organiser(lang.German, text)
		req.Doubtful = true
		if got := h.say(req); !strings.Contains(got, "cmd_only_organisers") {
			t.Errorf("a doubtful device: %s: %s", text, got)
		}
	}
	h.say(h.organiser(lang.German, "einstellungen angebote freigabe"))
	h.say(h.organiser(lang.German, "einstellungen feiertage by"))
	if got := h.in(lang.German, "einstellungen"); !strings.Contains(got, "Angebote von Mitgliedern: nach Freigabe") || !strings.Contains(got, "Feiertage ohne Termine: Bayern") {
		t.Errorf("card: %s", got)
	}
	req := h.organiser(lang.German, "einstellungen angebote sofort") // in a direct chat, with several rooms
	req.Direct, req.Networks[0].Room = true, ""
	if got := h.say(req); !strings.Contains(got, "gleich zu sehen") {
		t.Errorf("direct: %s", got)
	}
}

func TestHelp(t *testing.T) {
	h := newTalk(t)
	long := "Wir suchen jemanden mit Sprinter, der uns am 12.12. um 9 Uhr beim Umzug der Kleiderkammer in die neue Halle hilft und auch noch ein paar Regale schleppen kann #umzug"
	echo := h.brings(lang.German, "brauche "+long)
	if !strings.Contains(echo.text, "Du suchst Hilfe") || strings.Contains(echo.text, "Wann:") || !strings.Contains(echo.text, "Von: ask") || !strings.Contains(echo.text, "Themen: umzug") {
		t.Errorf("echo: %s", echo.text)
	}
	if got := h.reply(lang.German, "ja", echo); !strings.Contains(got, "erledigt 3") {
		t.Errorf("yes: %s", got)
	}
	o := h.offer(3)
	if o.Help != store.HelpNeed || o.Kind != offers.KindHelp || len([]rune(o.Title)) > 120 || !strings.HasSuffix(o.Title, "…") || strings.ReplaceAll(o.Title+o.Description, "……", " ") != long {
		t.Errorf("%+v", o)
	}
	echo = h.brings(lang.English, "give Proofreading of grant applications, without name")
	if got := h.reply(lang.English, "yes", echo); !strings.Contains(got, "solved 4") || h.offer(4).Host != "" || h.offer(4).Help != store.HelpGive || h.offer(4).Title != "Proofreading of grant applications" {
		t.Errorf("give: %s, %+v", got, h.offer(4))
	}
	if got := h.in(lang.German, "angebot 3"); !strings.Contains(got, "Regale schleppen") || !strings.Contains(got, "ask") {
		t.Errorf("in full: %s", got)
	}
	for _, one := range []struct {
		req  Request
		want string
	}{
		{h.request(lang.German, "erledigt 3"), "bring_not_yours"}, {h.request(lang.German, "erledigt 1"), "bring_not_help"}, {h.request(lang.German, "erledigt 99"), "offer_unknown"},
		{h.organiser(lang.German, "erledigt 3"), "Erledigt: 3"}, {h.organiser(lang.German, "erledigt #3"), "schon erledigt"}, {h.organiser(lang.German, "erledigt 3 nein"), "Notiert: 3"}, {h.organiser(lang.German, "erledigt 3 nein"), "ist offen"},
	} {
		if got := h.say(one.req); !strings.Contains(got, one.want) {
			t.Errorf("%s: %s, want %s", one.req.Text, got, one.want)
		}
	}
	if got := h.in(lang.German, "erledigt 3"); !strings.Contains(got, "Erledigt: 3") || h.offer(3).Status == store.OfferActive {
		t.Errorf("by its author: %s", got)
	}
	if got := h.in(lang.German, "angebot 3"); strings.Contains(got, "aus dem es kam") {
		t.Errorf("closed: %s", got)
	}
}

// A yes after the date has passed settles it, and its author hears why.
func TestReleasedTooLate(t *testing.T) {
	for language, want := range map[string]string{lang.German: "Der Termin ist schon vorbei.", lang.English: "That date is over already."} {
		h := approving(t)
		h.reply(language, "ja", h.brings(language, line))
		ask := h.asked(language, anna)
		h.now = h.now.AddDate(0, 0, 20)
		if got := h.decides(language, "ja", anna, ask); !strings.Contains(got, want) || strings.Contains(got, "[problem") || h.offerCount() != 2 {
			t.Errorf("the organiser reads: %s", got)
		}
		if told := h.sentTo(asker); !strings.Contains(told, "Lesekreis") || !strings.Contains(told, want) {
			t.Errorf("the author reads: %s", told)
		}
		if p := h.lastProposal(); p.State != store.ProposalDone || h.jobs(offers.DecidedKind) != 1 {
			t.Errorf("%+v, %d jobs", p, h.jobs(offers.DecidedKind))
		}
	}
}

// A bare word of an organiser is enough where only one thing waits for it.
func TestBareWordOfAnOrganiser(t *testing.T) {
	h := approving(t)
	none := spoken{}
	h.reply(lang.German, "ja", h.brings(lang.German, line))
	if got := h.decides(lang.German, "ja", anna, none); !strings.Contains(got, "angebote") || h.offerCount() != 2 {
		t.Errorf("who was not asked: %s", got)
	}
	h.asked(lang.German, anna)
	if got := h.decides(lang.German, "ja", anna, none, func(r *Request) { r.Networks[0].Organiser = false }); h.offerCount() != 2 {
		t.Errorf("who is none any more: %s", got)
	}
	if got := h.decides(lang.German, "ja", anna, none); !strings.Contains(got, "Freigegeben: 3 · Lesekreis") {
		t.Errorf("the only one: %s", got)
	}
	for _, l := range []string{"bring Chor, 11.12. 19 Uhr", "bring Kino, 12.12. 20 Uhr"} {
		h.reply(lang.German, "ja", h.brings(lang.German, l))
		h.asked(lang.German, anna)
	}
	if got := h.decides(lang.German, "ja", anna, none); !strings.Contains(got, "mehrere") || h.offerCount() != 3 {
		t.Errorf("two of them: %s", got)
	}
	echo := h.brings(lang.German, "bring Tanz, 13.12. 20 Uhr")
	h.reply(lang.German, "ja", echo)
	h.write(func(ctx context.Context, tx *store.Tx) error {
		key := h.lastProposal().Key
		return h.table.TakeBack(ctx, tx, room, id.EventID(strings.TrimPrefix(key, "reply/")), h.now)
	})
	if p := h.lastProposal(); p.State != store.ProposalDone || p.Content != "" || h.jobs(offers.DecidedKind) != 2 {
		t.Errorf("its message was deleted: %+v, %d jobs", p, h.jobs(offers.DecidedKind))
	}
}

// A conversation that was left off a day ago neither stands before a bare word
// nor is kept.
func TestDialogIsForgotten(t *testing.T) {
	h := approving(t)
	left := func() bool {
		t.Helper()
		_, err := store.DialogOf(t.Context(), h.store.Reader(), anna)
		return err == nil
	}
	begin := func() {
		t.Helper()
		if got := h.decides(lang.German, "bring", anna, spoken{}); !left() {
			t.Fatalf("no conversation: %s", got)
		}
	}
	begin()
	h.now = h.now.Add(23 * time.Hour)
	lapse := func() {
		h.write(func(ctx context.Context, tx *store.Tx) error {
			return h.table.Lapse(ctx, tx, h.now.AddDate(0, -1, 0), h.now)
		})
	}
	if lapse(); !left() {
		t.Error("forgotten while it goes on")
	}
	h.now = h.now.Add(2 * time.Hour)
	h.reply(lang.German, "ja", h.brings(lang.German, line))
	h.asked(lang.German, anna)
	if got := h.decides(lang.German, "ja", anna, spoken{}); !strings.Contains(got, "Freigegeben: 3 · Lesekreis") {
		t.Errorf("a bare yes: %s", got)
	}
	begin()
	h.now = h.now.Add(25 * time.Hour)
	if lapse(); left() {
		t.Error("kept for ever")
	}
}
