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

// reminded are a person's reminders: offer, date, days and minutes before.
func (h *house) reminded(user id.UserID) string {
	h.t.Helper()
	all, err := store.RemindersOf(h.t.Context(), h.store.Reader(), user)
	if err != nil {
		h.t.Fatal(err)
	}
	var list []string
	for _, r := range all {
		s := fmt.Sprintf("%d %s %d+%d", r.Offer, r.Key.In(h.zone).Format("2.1."), r.Days, r.Minutes)
		if r.Standard {
			s += " standard"
		}
		list = append(list, s)
	}
	return strings.Join(list, ", ")
}

// TestRemindWhat: when and of what; what cannot be says so, and keeps nothing.
func TestRemindWhat(t *testing.T) {
	for text, want := range map[string]string{
		"erinnere 1":                              "[✅] [private] ⏰ Ich erinnere dich: Dienstag, 24. November 2026, 13:00 Uhr\nan Kollegiale Beratung (1), Dienstag, 24. November 2026, 14:00–15:30 Uhr.\nDoch nicht: !erinnere 1 aus| 1 24.11. 0+60",
		"erinnere #1 1h":                          "13:00 Uhr| 1 24.11. 0+60",
		"erinnere nr. 1 30 min vorher":            "13:30 Uhr| 1 24.11. 0+30",
		"Erinnere 1 90min":                        "12:30 Uhr| 1 24.11. 0+90",
		"erinnere 1 anderthalb Stunden":           "12:30 Uhr| 1 24.11. 0+90",
		"erinnere 1 2 h vorher bitte":             "12:00 Uhr| 1 24.11. 0+120",
		"erinnere 1 eine stunde vorher":           "13:00 Uhr| 1 24.11. 0+60",
		"erinnere 1 morgens":                      "Dienstag, 24. November 2026, 08:00 Uhr| 1 24.11. 0+-480",
		"remind 1 in the morning":                 "Dienstag, 24. November 2026, 08:00 Uhr| 1 24.11. 0+-480",
		"erinnere 1 an":                           "13:00 Uhr| 1 24.11. 0+60",
		"erinnere 1 in 10 minuten":                "[problem remind_what] »in 10 minuten« verstehe ich nicht.|",
		"erinnere 1 am Vorabend":                  "Montag, 23. November 2026, 18:00 Uhr| 1 24.11. 1+-1080",
		"erinnere 2 1 Tag vorher":                 "Dienstag, 1. Dezember 2026, 09:00 Uhr| 2 2.12. 1+0",
		"erinnere 2 am Tag vorher um 9 Uhr":       "Dienstag, 1. Dezember 2026, 09:00 Uhr| 2 2.12. 1+-540",
		"remind 2 one day before at 12 am":        "Dienstag, 1. Dezember 2026, 00:01 Uhr| 2 2.12. 1+-1",
		"remind 2 one day before at 12 pm":        "Dienstag, 1. Dezember 2026, 12:00 Uhr| 2 2.12. 1+-720",
		"remind 2 at 9 am the day before":         "Dienstag, 1. Dezember 2026, 09:00 Uhr| 2 2.12. 1+-540",
		"remind 2 at 12 am the day before":        "Dienstag, 1. Dezember 2026, 00:01 Uhr| 2 2.12. 1+-1",
		"erinnere 2 um 12 am Tag vorher":          "Dienstag, 1. Dezember 2026, 12:00 Uhr| 2 2.12. 1+-720",
		"erinnere 2 um 9 Uhr am Tag vorher 9.12.": "Dienstag, 8. Dezember 2026, 09:00 Uhr| 2 9.12. 1+-540",
		"erinnere 1 10 minuten vor Beginn":        "13:50 Uhr| 1 24.11. 0+10",
		"remind 1 10 minutes before the start":    "13:50 Uhr| 1 24.11. 0+10",
		"erinnere 2 zwei tage":                    "30. November 2026, 09:00 Uhr| 2 2.12. 2+0",
		"erinnere 2 eine Woche vorher":            "25. November 2026, 09:00 Uhr| 2 2.12. 7+0",
		"erinnere 2 1 tag 9.12.":                  "8. Dezember 2026, 09:00 Uhr| 2 9.12. 1+0",
		"erinnere 2 9.12. 1 tag vorher":           "Doch nicht: !erinnere 2 9.12. aus| 2 9.12. 1+0",
		"erinnere 2 am 16. Dezember 2h":           "16. Dezember 2026, 07:00 Uhr| 2 16.12. 0+120",
		"remind 1 1h before":                      "13:00 Uhr| 1 24.11. 0+60",
		"remind 2 the day before at 8pm":          "1. Dezember 2026, 20:00 Uhr| 2 2.12. 1+-1200",
		"remind 2 one week before":                "25. November 2026, 09:00 Uhr| 2 2.12. 7+0",
		"erinnere 1 1 tag 3 stunden":              "[problem remind_late] Dafür ist es zu spät: Kollegiale Beratung (1) ist schon bald, Dienstag, 24. November 2026, 14:00–15:30 Uhr. Kürzer vorher geht, zum Beispiel !erinnere 1 10 min.|",
		"erinnere 1 2 tage":                       "[problem remind_late]|",
		"erinnere 2 61 tage":                      "[problem remind_far] So weit vorher geht es nicht, höchstens 60 Tage.|",
		"erinnere 2 999999999 tage":               "[problem |",
		"erinnere 2 3 monate":                     "[problem remind_far]|",
		"erinnere 1 1h 30 min vorher 2h":          "[problem remind_twice]|",
		"erinnere 1 um 15 Uhr":                    "[problem |",
		"erinnere 2 morgens um 10 uhr":            "[problem remind_after] Da hat Brandschutz|",
		"erinnere 1 irgendwann":                   "[problem remind_what] »irgendwann« verstehe ich nicht. Beispiele: !erinnere 3 1h vorher|",
		"erinnere 1 31.2.":                        "[problem when_|",
		"erinnere 2 10.12.":                       "[problem signup_not_then]|",
		"erinnere 99":                             "[problem offer_unknown]|",
		"erinnere 0":                              "[problem cmd_offer_number]|",
		"erinnere -1":                             "[problem signup_which]|",
		"erinnere 3":                              "[problem signup_help]|",
		"erinnere 4":                              "[problem signup_all_over]|",
		"erinnere 5":                              "[problem signup_all_cancelled]|",
		"erinnere 6":                              "[problem signup_withdrawn]|",
		"erinnere 7 24.11.":                       "[problem remind_off] Reihe (7) fällt aus|",
		"erinnere 2 tage":                         "[problem signup_which]|",
	} {
		t.Run(text, func(t *testing.T) {
			h := newHouse(t)
			h.oddOffers()
			said, kept, _ := strings.Cut(want, "|")
			h.expect(h.as(ben, text), said)
			h.equal("kept", h.reminded(ben), strings.TrimSpace(kept))
		})
	}
}

// TestRemindSwitch: one's list, taking one back, and the switch for those that
// come with sign-ups.
func TestRemindSwitch(t *testing.T) {
	h := newHouse(t)
	h.people(ben)
	h.expect(h.chat(ben, "erinnere"), "Du hast gerade keine Erinnerung, die noch kommt.\nWo du dich anmeldest, erinnere ich dich eine Stunde vorher. Abschalten: erinnere aus")
	h.say(h.as(ben, "dabei 1"))
	h.say(h.as(ben, "dabei 2"))
	if got := h.say(h.as(ben, "erinnere 2 1 tag 9.12.")); strings.Contains(got, "Außerdem") {
		t.Errorf("the only one of that date: %s", got)
	}
	h.expect(h.as(ben, "erinnere 2 1 tag"), "Ich erinnere dich: Dienstag, 1. Dezember 2026, 09:00 Uhr", "\nAußerdem erinnere ich dich an diesen Termin: Mittwoch, 2. Dezember 2026, 08:00 Uhr")
	if got := h.say(h.as(ben, "erinnere 2 1 tag")); strings.Count(got, "1. Dezember 2026, 09:00 Uhr") != 1 {
		t.Errorf("said anew: %s", got)
	}
	h.equal("all", h.reminded(ben), "1 24.11. 0+60 standard, 2 2.12. 0+60 standard, 2 2.12. 1+0, 2 9.12. 1+0")
	h.expect(h.as(ben, "erinnere"), "[✅] [private] Daran erinnere ich dich:\n• Di, 24. Nov, 13:00 Uhr → 1 · Di, 24. Nov, 14:00–15:30 Uhr · Kollegiale Beratung\n• Di, 1. Dez, 09:00 Uhr → 2 ·")
	h.expect(h.as(ben, "erinnere aus"), "[✅] [private] Gut, von allein erinnere ich dich nicht mehr.")
	h.equal("only those asked for", h.reminded(ben), "2 2.12. 1+0, 2 9.12. 1+0")
	h.expect(h.as(ben, "erinnere"), "Von allein erinnere ich dich nicht. Einschalten: !erinnere an")
	h.say(h.as(ben, "dabei 2 16.12."))
	h.equal("off for new ones", h.reminded(ben), "2 2.12. 1+0, 2 9.12. 1+0")
	h.say(h.as(ben, "erinnere 1")) // by word, whatever the switch says
	h.expect(h.as(ben, "erinnere an"), "Gut, wo du dich anmeldest")
	h.equal("they come back", h.reminded(ben), "1 24.11. 0+60, 2 2.12. 0+60 standard, 2 2.12. 1+0, 2 9.12. 1+0, 2 16.12. 0+60 standard")
	h.expect(h.as(ben, "erinnere 2 9.12. aus"), "Gut, an Angebot 2 erinnere ich dich nicht mehr.")
	h.equal("one date", h.reminded(ben), "1 24.11. 0+60, 2 2.12. 0+60 standard, 2 2.12. 1+0, 2 16.12. 0+60 standard")
	h.expect(h.as(ben, "remind 2 off"), "Gut, an Angebot 2")
	h.equal("all dates", h.reminded(ben), "1 24.11. 0+60")
	h.expect(h.as(ben, "erinnere 2 aus"), "An Angebot 2 hätte ich dich ohnehin nicht erinnert. Deine Erinnerungen zeigt !erinnere.")
	h.expect(h.as(ben, "erinnere 99 aus"), "[problem offer_unknown]")
}

// TestRemindRefuses: those who want nothing stored, and devices that are not
// shown to be theirs.
func TestRemindRefuses(t *testing.T) {
	h := newHouse(t)
	req := h.as(ben, "erinnere 1")
	req.Doubtful = true
	h.expect(req, "[problem know_doubtful]")
	req.Text = "erinnere aus"
	h.expect(req, "[problem know_doubtful]")
	req.Text = "erinnere"
	h.expect(req, "Du hast gerade keine Erinnerung") // may ask
	h.write(func(ctx context.Context, tx *store.Tx) error { return tx.SetForgotten(ctx, tx.HashPerson(ben), h.now) })
	h.expect(h.as(ben, "erinnere 1"), "[problem know_forgotten]")
	h.equal("kept", h.reminded(ben), "")
}

// TestRemindSeveralNetworks: in a direct chat the switch and the list need no
// network, an offer does.
func TestRemindSeveralNetworks(t *testing.T) {
	h := newHouse(t)
	h.people(ben)
	chat := func(text string) Request {
		req := h.chat(ben, text)
		other := h.network(lang.German)
		other.Name, other.Room = "Süd", "!sued:example.org"
		req.Networks = append(req.Networks, other)
		return req
	}
	h.expect(chat("erinnere 1"), "Nord")
	h.equal("asked back", h.reminded(ben), "")
	h.expect(chat("erinnere 1 nord"), "Ich erinnere dich")
	h.equal("kept", h.reminded(ben), "1 24.11. 0+60")
	h.expect(chat("erinnere"), "Kollegiale Beratung")
	h.expect(chat("erinnere aus"), "Gut, von allein")
	h.now = h.now.Add(48 * time.Hour)
	h.expect(chat("erinnere"), "Du hast gerade keine")
}

// TestRemindSwitchEverywhere: said in a room of one network, the switch holds
// for what comes with sign-ups in all of them.
func TestRemindSwitchEverywhere(t *testing.T) {
	h := newHouse(t)
	h.people(ben)
	h.say(h.as(ben, "dabei 1"))
	for _, one := range []struct{ text, want string }{{"erinnere aus", ""}, {"erinnere an", "1 24.11. 0+60 standard"}} {
		req := h.as(ben, one.text)
		req.Room, req.Networks[0].Name, req.Networks[0].Room = "!sued:example.org", "Süd", "!sued:example.org"
		h.say(req)
		h.equal(one.text, h.reminded(ben), one.want)
	}
}

// TestRemindHere: a reply to an announcement, or what stands in its thread,
// needs no number.
func TestRemindHere(t *testing.T) {
	h := newHouse(t)
	h.write(func(ctx context.Context, tx *store.Tx) error {
		at := offers.AnnounceRoom{Room: room, Network: "Nord", Lang: lang.German, Zone: h.zone, Prefix: "!"}
		if _, err := offers.Announce(ctx, tx, h.table.phrases, at, `{"days":3}`, h.now, h.now, "post"); err != nil {
			return err
		}
		return tx.Sent(ctx, "post", "$post", h.now)
	})
	for text, want := range map[string]string{"erinnere": "1 24.11. 0+60", "erinnere 2 Stunden vorher": "1 24.11. 0+120", "erinnere morgens": "1 24.11. 0+-480"} {
		for _, thread := range []bool{true, false} {
			req := h.as(ben, text)
			if req.ReplyTo = "$post"; thread {
				req.Thread, req.ReplyTo = "$post", ""
			}
			h.expect(req, "Kollegiale Beratung")
			h.equal(text, h.reminded(ben), want)
			h.say(h.as(ben, "erinnere 1 aus"))
			h.equal("off", h.reminded(ben), "")
		}
	}
}

// TestRemindOfARunningSeries: whoever asks while one date runs means the next.
func TestRemindOfARunningSeries(t *testing.T) {
	h := newHouse(t)
	h.now = time.Date(2026, 12, 2, 10, 0, 0, 0, h.zone)
	h.expect(h.as(ben, "erinnere 2"), "Mittwoch, 9. Dezember 2026, 08:00 Uhr")
	h.equal("kept", h.reminded(ben), "2 9.12. 0+60")
	h.now = time.Date(2026, 12, 16, 10, 0, 0, 0, h.zone)
	h.expect(h.as(ben, "erinnere 2"), "[problem remind_over]")
	h.expect(h.as(ben, "erinnere 2 16.12."), "[problem remind_over]")
}

// TestThreadSettings: what is said in threads can be switched off by organisers.
func TestThreadSettings(t *testing.T) {
	h := newHouse(t)
	h.people(ben)
	for text, want := range map[string]string{
		"einstellungen beginn aus":    "wenn etwas anfängt: aus · danach fragen",
		"einstellungen nachfrage aus": "Antworten als Erfahrung behalten: aus",
		"settings start on":           "when something starts: on",
	} {
		req := h.organiser(lang.German, text)
		if strings.HasPrefix(text, "settings") {
			req = h.organiser(lang.English, text)
		}
		h.expect(req, want)
	}
	h.expect(h.as(ben, "einstellungen beginn aus"), "[problem cmd_only_organisers]")
	if set, err := store.Setting(t.Context(), h.store.Reader(), room, store.SetAfter); err != nil || set != store.Off {
		t.Errorf("%q, %v", set, err)
	}
}
