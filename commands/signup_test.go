package commands

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"maunium.net/go/mautrix/id"
	"maunium.net/go/mautrix/sqlstatestore"

	"buffet/lang"
	"buffet/offers"
	"buffet/store"
)

// people makes the tables of the Matrix library, with people in the room who
// are named after their ids.
func (h *house) people(users ...id.UserID) {
	h.t.Helper()
	if err := sqlstatestore.NewSQLStateStore(h.store.Matrix(), nil, false).Upgrade(h.t.Context()); err != nil {
		h.t.Fatal(err)
	}
	h.write(func(ctx context.Context, tx *store.Tx) error {
		if err := tx.PutRoom(ctx, store.Room{ID: room, Network: "Nord", Joined: h.now}); err != nil {
			return err
		}
		for _, u := range users {
			if err := member(ctx, tx, room, u, "join"); err != nil {
				return err
			}
		}
		return nil
	})
}

// as is what somebody says in the room, with an event of its own.
func (h *house) as(user id.UserID, text string) Request {
	req := h.request(lang.German, text)
	req.Sender, req.Event = user, id.EventID("$"+text+user.String())
	return req
}

// chat is what somebody says in their direct chat.
func (h *house) chat(user id.UserID, text string) Request {
	req := h.as(user, text)
	req.Direct, req.Room = true, "!chat:example.org"
	return req
}

func (h *house) attend(number, nth int) string {
	h.t.Helper()
	o, err := store.OfferByNumber(h.t.Context(), h.store.Reader(), "Nord", number)
	if err != nil {
		h.t.Fatal(err)
	}
	dates, err := store.Dates(h.t.Context(), h.store.Reader(), o.ID, time.Time{}, -1)
	if err != nil {
		h.t.Fatal(err)
	}
	list, err := store.Signups(h.t.Context(), h.store.Reader(), o.ID, dates[nth].Key)
	if err != nil {
		h.t.Fatal(err)
	}
	var names []string
	for _, s := range list {
		names = append(names, s.User.Localpart())
	}
	return strings.Join(names, " ")
}

func (h *house) expect(req Request, want ...string) {
	h.t.Helper()
	got := h.say(req)
	for _, w := range want {
		if !strings.Contains(got, w) {
			h.t.Errorf("%q: %s\nwant %s", req.Text, got, w)
		}
	}
}

func (h *house) equal(what, got, want string) {
	h.t.Helper()
	if got != want {
		h.t.Errorf("%s: %q, want %q", what, got, want)
	}
}

// TestGoingWhich: which date is meant.
func TestGoingWhich(t *testing.T) {
	for text, want := range map[string]string{
		"dabei 1":                   "[✅] [private] Du bist dabei: Kollegiale Beratung (1), Dienstag, 24. November 2026, 14:00–15:30 Uhr.\nRathaus, Raum 2\nIch erinnere dich eine Stunde vorher. Doch nicht? dochnicht 1\n",
		"dabei 2":                   "Mittwoch, 2. Dezember 2026, 09:00–12:00 Uhr.",
		"dabei #2":                  "Mittwoch, 2. Dezember",
		"dabei Nr. 2":               "Mittwoch, 2. Dezember",
		"Dabei 2!":                  "Mittwoch, 2. Dezember",
		"going 2 9.12.":             "Mittwoch, 9. Dezember",
		"dabei 2 am 9. Dezember":    "Doch nicht? dochnicht 2 9.12.",
		"dabei nr. 2 16.12.2026":    "Mittwoch, 16. Dezember",
		"dabei 2 9.12. 9 Uhr":       "Mittwoch, 9. Dezember",
		"dabei 2 9.12. 11 Uhr":      "[problem signup_not_then] An dem Tag ist Brandschutz @\u200broom **wichtig** `rm` (2) nicht. Die nächsten Termine: Mi, 2. Dez; Mi, 9. Dez; Mi, 16. Dez. Beispiel: !dabei 2 2.12.",
		"dabei 2 10.12.":            "[problem signup_not_then]",
		"dabei 2 31.2.":             "[problem when_",
		"dabei 2 bald":              "[problem when_",
		"dabei 1 22.11.":            "[problem ",
		"dabei":                     "[problem signup_which] Welches Angebot? Schreib seine Nummer, zum Beispiel !dabei 3.",
		"dabei Brandschutz":         "[problem signup_which]",
		"dabei 9.12.":               "[problem signup_which]",
		"dabei 99":                  "[problem offer_unknown]",
		"dabei 0":                   "[problem cmd_offer_number]",
		"dabei -1":                  "[problem signup_which]",
		"dabei 9999999999999999999": "[problem offer_unknown]",
		"dabei 3":                   "[problem signup_help] Suche Beamer (3) hat keinen Termin",
		"dabei 4":                   "[problem signup_all_over] Vorbei (4)",
		"dabei 5":                   "[problem signup_all_cancelled] Abgesagt (5)",
		"dabei 6":                   "[problem signup_withdrawn]",
		"dabei 7":                   "Mittwoch, 25. November 2026", // the first date is off
		"dabei 7 24.11.":            "[problem signup_cancelled] Das fällt leider aus: Reihe (7), Dienstag, 24. November",
		"dabei 7 25.11.":            "[problem signup_two_then] An dem Tag ist Reihe (7) mehr als einmal. Schreib die Uhrzeit dazu, zum Beispiel !dabei 7 25.11. 10:00.",
		"dabei 7 25.11. 18:00":      "Mittwoch, 25. November 2026, 18:00",
		"dabei 8 24.11.":            "Fachtage (8), Sonntag, 22. November 2026 – Mittwoch, 25. November 2026.", // it is running
		"dabei 8 25.11.":            "Fachtage (8), Sonntag, 22. November",
		"dabei 8 26.11.":            "[problem signup_not_then]",
	} {
		t.Run(text, func(t *testing.T) {
			h := newHouse(t)
			h.oddOffers()
			h.expect(h.as(ben, text), want)
			if strings.HasPrefix(want, "[problem") {
				list, err := store.SignupsBy(t.Context(), h.store.Reader(), ben)
				if err != nil || len(list) > 0 {
					t.Errorf("signed up: %v, %v", list, err)
				}
			}
		})
	}
}

// oddOffers are 3, looking for help; 4, over; 5, cancelled; 6, withdrawn; 7, a
// series whose first date is off and which has two on a day; 8, days that run.
func (h *house) oddOffers() {
	h.t.Helper()
	at := func(day, hour int) time.Time { return time.Date(2026, 11, day, hour, 0, 0, 0, h.zone) }
	h.write(func(ctx context.Context, tx *store.Tx) error {
		w, err := tx.OfferWriter(ctx)
		if err != nil {
			return err
		}
		defer w.Close()
		for n, o := range []store.Offer{
			{Title: "Suche Beamer", Kind: offers.KindHelp, Help: store.HelpNeed, Author: ben},
			{Title: "Vorbei"}, {Title: "Abgesagt", Status: store.OfferCancelled}, {Title: "Weg", Status: store.OfferWithdrawn}, {Title: "Reihe", Author: "@dora:example.org"},
			{Title: "Fachtage"},
		} {
			o.Network, o.Number, o.UID, o.Zone = "Nord", n+3, fmt.Sprint("odd", n), "Europe/Berlin"
			if o.Status == "" {
				o.Status = store.OfferActive
			}
			if err := w.Insert(ctx, &o); err != nil {
				return err
			}
			dates := map[int][]time.Time{4: {at(20, 10)}, 5: {at(26, 10)}, 6: {at(26, 10)}, 7: {at(24, 10), at(25, 10), at(25, 18)}, 8: {at(22, 0)}}
			for i, start := range dates[o.Number] {
				d := store.Occurrence{Offer: o.ID, Key: start, Start: start, End: start.Add(time.Hour), Cancelled: o.Number == 7 && i == 0}
				if o.Number == 8 {
					d.AllDay, d.End = true, at(26, 0)
				}
				if err := w.PutDate(ctx, d); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// TestGoingHere: a reply to an announcement, or what stands in its thread.
func TestGoingHere(t *testing.T) {
	h := newHouse(t)
	announce := func(key, filter string, e id.EventID) {
		t.Helper()
		h.write(func(ctx context.Context, tx *store.Tx) error {
			_, err := offers.Announce(ctx, tx, h.table.phrases, offers.AnnounceRoom{Room: room, Network: "Nord", Lang: lang.German, Zone: h.zone, Prefix: "!"}, filter, h.now, h.now, key)
			if err != nil {
				return err
			}
			return tx.Sent(ctx, key, e, h.now)
		})
	}
	announce("one", `{"days":3}`, "$one")
	announce("many", `{"days":30}`, "$many")
	here := func(text string, reply, thread id.EventID, want string) {
		t.Helper()
		req := h.as(ben, text)
		req.ReplyTo, req.Thread = reply, thread
		h.expect(req, want)
	}
	here("dabei", "$one", "", "Du bist dabei: Kollegiale Beratung (1)")
	here("dochnicht", "", "$one", "Du bist abgemeldet: Kollegiale Beratung (1)")
	here("dochnicht", "$one", "", "Du warst nicht angemeldet: Kollegiale Beratung (1)")
	here("dabei", "", "$one", "Du bist dabei: Kollegiale Beratung (1)")
	here("dabei", "$many", "", "[problem signup_which_here] Das sind mehrere. Schreib die Nummer dazu, zum Beispiel !dabei 1.")
	here("dabei 2", "$many", "", "Mittwoch, 2. Dezember 2026")
	here("dabei", "$somebody", "", "[problem signup_which]")
	here("teilnehmer", "$one", "", "Kollegiale Beratung (1), Dienstag, 24. November 2026, 14:00–15:30 Uhr: eine Person kommt")
	req := h.chat(ben, "dabei")
	req.Networks[0].Name, req.ReplyTo = "Süd", "$one"
	h.expect(req, "[problem signup_which]")
}

// TestGoingSeat: in answer to an announcement, a number may be that before a
// date or an offer's; if these are two, it is asked.
func TestGoingSeat(t *testing.T) {
	h := newHouse(t)
	h.oddOffers()
	h.write(func(ctx context.Context, tx *store.Tx) error {
		_, err := offers.Announce(ctx, tx, h.table.phrases, offers.AnnounceRoom{Room: room, Network: "Nord", Lang: lang.German, Zone: h.zone, Prefix: "!"}, `{"days":12}`, h.now, h.now, "post")
		if err != nil {
			return err
		}
		return tx.Sent(ctx, "post", "$post", h.now)
	})
	here := func(text string, reply id.EventID, want string) {
		t.Helper()
		req := h.as(ben, text)
		req.ReplyTo = reply
		h.expect(req, want)
	}
	here("dabei 1", "$post", "[problem signup_seat_or_number] Meinst du 1️⃣ in der Ankündigung, Fachtage, oder Angebot Nummer 1, Kollegiale Beratung? Schreib !dabei nr 8 oder !dabei nr 1.")
	here("dabei 1 24.11.", "$post", "[problem signup_seat_or_number]")
	here("dabei nr 1", "$post", "Du bist dabei: Kollegiale Beratung (1)")
	here("dochnicht 1", "$post", "Schreib !dochnicht nr 8 oder !dochnicht nr 1.")
	here("dochnicht 1", "", "Du bist abgemeldet: Kollegiale Beratung (1)")
	here("dabei nr 8", "$post", "Du bist dabei: Fachtage (8)")
	here("dabei 7", "$post", "Du bist dabei: Reihe (7)") // there is no seventh
}

func TestGoingAndBack(t *testing.T) {
	h := newHouse(t)
	h.expect(h.chat(ben, "dabei"), "Du bist zu nichts angemeldet. Was kommt, zeigt angebote; zum Anmelden dabei 3.")
	h.expect(h.as(ben, "dabei 2 9.12."), "[✅] [private] ")
	h.expect(h.chat(ben, "dabei 1"), "Du bist dabei: Kollegiale Beratung (1)")
	h.expect(h.chat(ben, "going 2 16.12."), "You are signed up: ", "notgoing 2 16.12.")
	h.expect(h.chat(ben, "dabei"), "Dazu bist du angemeldet:\n1 · Di, 24. Nov, 14:00–15:30 Uhr · Kollegiale Beratung\n2 · Mi, 9. Dez, ", "\n2 · Mi, 16. Dez")
	h.expect(h.as(ben, "dochnicht 2"), "[✅] [private] Du bist abgemeldet: ", "Mittwoch, 9. Dezember") // not signed up for the next one
	h.expect(h.as(ben, "dochnicht 2 9.12."), "Du warst nicht angemeldet: ")
	h.expect(h.chat(ben, "notgoing 2 16.12."), "You are signed off: ")
	h.expect(h.as(ben, "dochnicht 2"), "[problem signup_was_not_any] Bei ")
	h.expect(h.as(ben, "dochnicht"), "[problem signup_which] Welches Angebot? Schreib seine Nummer, zum Beispiel !dochnicht 3.")
	h.equal("left", h.attend(1, 0), "ben")
	for _, text := range []string{"dabei 2", "dochnicht 1"} {
		req := h.as(ben, text)
		req.Doubtful = true
		h.expect(req, "[problem know_doubtful]")
	}
	h.equal("a doubtful device", h.attend(1, 0)+h.attend(2, 0), "ben")
	h.write(func(ctx context.Context, tx *store.Tx) error {
		return tx.SetForgotten(ctx, tx.HashPerson("@nie:x"), h.now)
	})
	h.expect(h.as("@nie:x", "dabei 2"), "[problem know_forgotten]")
	h.equal("wants nothing stored", h.attend(2, 0), "")
}

// TestGoingOver: after the date, nobody is told that they had not signed up.
func TestGoingOver(t *testing.T) {
	h := newHouse(t)
	h.say(h.as(ben, "dabei 1"))
	h.now = time.Date(2026, 11, 25, 9, 0, 0, 0, h.zone)
	h.expect(h.as(ben, "dochnicht 1"), "[problem signup_over] Das ist schon vorbei: Kollegiale Beratung (1), Dienstag, 24. November 2026, 14:00–15:30 Uhr.")
	h.expect(h.as("@cem:example.org", "dochnicht 1"), "[problem signup_was_not_any]")
	h.expect(h.as(ben, "angebot 1"), "Kein Termin mehr, der noch kommt. Zuletzt war es: Dienstag, 24. November 2026, 14:00–15:30 Uhr.")
	h.equal("still on its list", h.attend(1, 0), "ben")
}

func TestGoingToMany(t *testing.T) {
	h := newHouse(t)
	h.write(func(ctx context.Context, tx *store.Tx) error {
		w, err := tx.OfferWriter(ctx)
		if err != nil {
			return err
		}
		defer w.Close()
		for n := range 17 {
			d := store.Occurrence{Offer: 1, Key: h.now.AddDate(0, 0, n+2), Start: h.now.AddDate(0, 0, n+2), End: h.now.AddDate(0, 0, n+2).Add(time.Hour)}
			if err := errors.Join(w.PutDate(ctx, d), tx.PutSignup(ctx, store.Signup{Offer: 1, Key: d.Key, User: ben, At: h.now})); err != nil {
				return err
			}
		}
		return nil
	})
	got := h.say(h.chat(ben, "dabei"))
	if strings.Count(got, "Kollegiale Beratung") != mineShown || !strings.Contains(got, "+ 2 weitere Termine") {
		t.Error(got)
	}
}

func TestGoingWaits(t *testing.T) {
	h := newHouse(t)
	h.write(func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE offer SET capacity = 1`)
		return err
	})

	h.expect(h.as(ben, "dabei 1"), "Du bist dabei")
	h.expect(h.as("@cem:example.org", "dabei 1"), "[⏳] [private] Alle Plätze sind vergeben. Du bist Nr. 1 auf der Warteliste: Kollegiale Beratung (1)")
	h.expect(h.as("@dora:example.org", "dabei 1"), "Du bist Nr. 2 auf der Warteliste")
	h.expect(h.chat("@dora:example.org", "dabei"), "Kollegiale Beratung · Warteliste, Nr. 2")
	h.expect(h.as("@eva:example.org", "teilnehmer 1"), "eine Person kommt, ausgebucht, 2 warten")
	h.expect(h.as("@eva:example.org", "angebot 1"), "eine Person kommt, ausgebucht, 2 warten")
	h.expect(h.as("@cem:example.org", "dochnicht 1"), "Du bist abgemeldet")
	h.expect(h.chat("@dora:example.org", "dabei"), "Kollegiale Beratung · Warteliste, Nr. 1")
	h.expect(h.as(ben, "dochnicht 1"), "Du bist abgemeldet")
	h.expect(h.chat("@dora:example.org", "dabei"), "14:00–15:30 Uhr · Kollegiale Beratung")
	h.equal("moved up", h.attend(1, 0), "dora")
}

// TestAttendees: numbers for all, names of those who agreed, all names only
// for the one who brought it and for organisers, in the direct chat.
func TestAttendees(t *testing.T) {
	h := newHouse(t)
	h.oddOffers()
	cem, dora, eva := id.UserID("@cem:example.org"), id.UserID("@dora:example.org"), id.UserID("@eva:example.org")
	h.people(ben, cem, dora, eva)
	h.expect(h.as(eva, "teilnehmer 7"), "Reihe (7), Mittwoch, 25. November 2026, 10:00–11:00 Uhr: niemand angemeldet")
	h.expect(h.as(ben, "dabei 7 25.11. 10:00 mit namen"), "Die anderen sehen dich als »ben«. Mit dabei 7 ohne namen")
	h.expect(h.chat(cem, "dabei 7 25.11. 10:00"), "Die anderen sehen nur, wie viele kommen. Deinen Namen sehen nur die Organisierenden und wer das Angebot mitgebracht hat. Mit dabei 7 mit namen")
	shown := "2 kommen\nGern genannt: ben"
	h.equal("a member", h.say(h.as(eva, "teilnehmer 7")), "Reihe (7), Mittwoch, 25. November 2026, 10:00–11:00 Uhr: "+shown)
	h.equal("in English", h.say(h.chat(eva, "attendees 7")), "Reihe (7), Wednesday, 25 November 2026, 10:00–11:00: 2 come\nGlad to be named: ben")
	all := "2 kommen\nEs kommen: ben, cem"
	h.expect(h.as(dora, "teilnehmer 7"), "[✅] [private] ", all)
	h.expect(h.chat(dora, "teilnehmer 7"), all)
	organiser := h.as(eva, "teilnehmer 7")
	organiser.Networks[0].Organiser = true
	h.expect(organiser, "[✅] [private] ", all)
	organiser.Doubtful = true
	h.expect(organiser, shown)
	doubtful := h.as(dora, "teilnehmer 7")
	doubtful.Doubtful = true
	h.expect(doubtful, shown)
	h.expect(h.as(dora, "angebot 7"), "2 kommen", "Wer kommt: !teilnehmer 7")
	if got := h.say(h.as(eva, "angebot 7")); strings.Contains(got, "Wer kommt") || !strings.Contains(got, "2 kommen") {
		t.Errorf("to others: %s", got)
	}
	h.expect(h.as(ben, "dabei 7 25.11. 10:00 ohne meinen Namen"), "Die anderen sehen nur, wie viele kommen.")
	if got := h.say(h.as(eva, "teilnehmer 7")); strings.Contains(got, "ben") {
		t.Errorf("taken back: %s", got)
	}
	h.expect(h.as(ben, "dabei mit namen"), "[✅] [private] Gut: Wo du dich anmeldest, sehen die anderen deinen Namen.")
	h.expect(h.as(eva, "teilnehmer 7"), "Gern genannt: ben")
	h.expect(h.as(ben, "dabei 2"), "Die anderen sehen dich als »ben«")
	h.expect(h.chat(ben, "going without my name"), "All right")
	h.equal("never", h.say(h.as(eva, "teilnehmer 2")), "Brandschutz @\u200broom **wichtig** `rm` (2), Mittwoch, 2. Dezember 2026, 09:00–12:00 Uhr: eine Person kommt")
	h.expect(h.as(eva, "teilnehmer 4"), "Vorbei (4), Freitag, 20. November 2026, 10:00–11:00 Uhr: niemand angemeldet") // for afterwards
	h.expect(h.as(eva, "teilnehmer 3"), "[problem signup_help]")
	h.expect(h.as(eva, "teilnehmer"), "[problem signup_which] Welches Angebot? Schreib seine Nummer, zum Beispiel !teilnehmer 3.")
	h.expect(h.as(eva, "teilnehmer 99"), "[problem offer_unknown]")
}

// TestAttendeesHostile: a name can neither ping nor become markup, and many
// fit a message.
func TestAttendeesHostile(t *testing.T) {
	h := newHouse(t)
	h.write(func(ctx context.Context, tx *store.Tx) error {
		o, err := store.OfferByNumber(ctx, tx, "Nord", 1)
		if err != nil {
			return err
		}
		d, err := store.NextDate(ctx, tx, o.ID, h.now)
		for n := 0; n < 200 && err == nil; n++ {
			err = tx.PutSignup(ctx, store.Signup{Offer: o.ID, Key: d.Key, User: id.UserID(fmt.Sprintf("@u%d:x", n)), At: h.now,
				Name: strings.Repeat("<b>@room**`x`", 20)})
		}
		return err
	})
	reply, err := h.run(h.as(ben, "teilnehmer 1"))
	if err != nil {
		t.Fatal(err)
	}
	if s := reply.Text.HTML(); strings.Contains(s, "@room") || strings.Contains(s, "<b>@") || strings.Contains(s, "<code>") || reply.Text.Len() > 20_000 {
		t.Errorf("%d bytes: %.200s", reply.Text.Len(), s)
	}
	if s := reply.Text.Plain(); !strings.Contains(s, "und 140 weitere") || !strings.Contains(s, "200 kommen") {
		t.Errorf("does not say how many more: %s", s)
	}
}

func TestPollSetting(t *testing.T) {
	h := newHouse(t)
	h.expect(h.request(lang.German, "einstellungen"), "Umfrage nach einer Ankündigung: aus")
	h.expect(h.organiser(lang.German, "einstellungen umfrage an"), "Umfrage nach einer Ankündigung: an")
	h.expect(h.organiser(lang.English, "settings poll off"), "Poll after an announcement: off")
	h.expect(h.request(lang.German, "einstellungen umfrage an"), "[problem cmd_only_organisers]")
}
