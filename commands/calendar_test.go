package commands

import (
	"context"
	"errors"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"maunium.net/go/mautrix/id"

	"buffet/lang"
	"buffet/store"
)

func newCalendarHouse(t *testing.T) *house {
	t.Helper()
	h := newHouse(t)
	h.table.Calendars = "https://buffet.example.org/b"
	return h
}

// secrets are those in an answer, in order, each once.
func secrets(text string) (list []string) {
	for _, m := range regexp.MustCompile(`/c/([a-z2-7]{32})\b`).FindAllStringSubmatch(text, -1) {
		if !slices.Contains(list, m[1]) {
			list = append(list, m[1])
		}
	}
	return list
}

// opens is whose calendar a secret opens: "nothing", "all", or a person's.
func (h *house) opens(secret string) string {
	h.t.Helper()
	l, err := store.CalendarLinkBySecret(h.t.Context(), h.store.Reader(), secret)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return "nothing"
	case err != nil:
		h.t.Fatal(err)
	case l.Network != "Nord":
		return l.Network
	case l.User == "":
		return "all"
	}
	return l.User.String() + " " + l.Alarm.String()
}

func (h *house) calendar(req Request) (text string, list []string) {
	h.t.Helper()
	reply, err := h.run(req)
	if err != nil {
		h.t.Fatalf("%s: %v", req.Text, err)
	}
	if !reply.Private && !req.Direct {
		h.t.Errorf("%s: the answer is for everybody to read", req.Text)
	}
	return reply.Text.Plain(), secrets(reply.Text.Plain())
}

func TestCalendar(t *testing.T) {
	h := newCalendarHouse(t)
	text, list := h.calendar(h.request(lang.German, "kalender"))
	if len(list) != 2 || h.opens(list[0]) != "@ben:example.org 0s" || h.opens(list[1]) != "all" {
		t.Fatalf("%q in\n%s", list, text)
	}
	for _, want := range []string{"https://buffet.example.org/b/c/" + list[0] + ".ics", "webcal://buffet.example.org/b/c/" + list[0] + ".ics",
		"webcal://buffet.example.org/b/c/" + list[1] + ".ics", "Google", "Outlook", "iPhone", "Android", "`"} {
		if strings.Contains(text, want) == (want == "`") {
			t.Errorf("%q in\n%s", want, text)
		}
	}
	for _, choice := range calendarParams()[0].Choices { // what menus propose is understood
		for language, word := range map[string]string{lang.German: "kalender ", lang.English: "calendar "} {
			other := newCalendarHouse(t)
			if _, got := other.calendar(other.organiser(language, word+choice[language])); len(got) == 0 {
				t.Errorf("%s%s: no links", word, choice[language])
			}
		}
	}
	_, again := h.calendar(h.request(lang.German, "kalender"))
	_, other := h.calendar(h.organiser(lang.English, "calendar"))
	if !slices.Equal(again, list) || !slices.Equal(other, list) {
		t.Errorf("the same question, other links: %q, %q, %q", list, again, other)
	}
	req := h.request(lang.English, "calendar")
	req.Sender = "@cleo:example.org"
	text, cleo := h.calendar(req)
	if len(cleo) != 2 || cleo[0] == list[0] || cleo[1] != list[1] || !strings.Contains(text, "calendar new") {
		t.Errorf("another person: %q, %q\n%s", cleo, list, text)
	}
	_, fresh := h.calendar(h.request(lang.German, "kalender neu"))
	if h.opens(list[0]) != "nothing" || h.opens(fresh[0]) != "@ben:example.org 0s" || fresh[1] != list[1] || h.opens(cleo[0]) == "nothing" {
		t.Errorf("renewed: %q, %q", list, fresh)
	}
	text, only := h.calendar(h.request(lang.German, "kalender netzwerk"))
	if !slices.Equal(only, list[1:]) || strings.Contains(text, "alarm") {
		t.Errorf("the network's: %q in\n%s", only, text)
	}
	text, revoked := h.calendar(h.organiser(lang.German, "kalender neu netzwerk"))
	if len(revoked) != 1 || h.opens(list[1]) != "nothing" || h.opens(revoked[0]) != "all" || h.opens(fresh[0]) == "nothing" || !strings.Contains(text, "gilt nicht mehr") {
		t.Errorf("the network's renewed: %q in\n%s", revoked, text)
	}
}

func TestCalendarAlarm(t *testing.T) {
	h := newCalendarHouse(t)
	for _, c := range []struct{ text, want, says string }{
		{"kalender alarm 1h", "1h0m0s", "1 Stunde vorher"},
		{"kalender", "1h0m0s", "1 Stunde vorher"},
		{"kalender neu", "1h0m0s", "1 Stunde vorher"},
		{"kalender alarm 90 min", "1h30m0s", "90 Minuten vorher"},
		{"kalender 30 Minuten vorher", "30m0s", "30 Minuten"},
		{"kalender Alarm zwei Tage vorher, neu", "48h0m0s", "2 Tage"},
		{"kalender alarm 1 Std. und 15 min", "1h15m0s", "75 Minuten"},
		{"kalender neu wecker 1 woche", "168h0m0s", "7 Tage"},
		{"kalender alarm eine stunde", "1h0m0s", "1 Stunde"},
		{"kalender alarm 28 tage", "672h0m0s", "28 Tage"},
		{"kalender alarm aus", "0s", "aus"},
		{"calendar alarm an hour before", "1h0m0s", ""},
		{"calendar alarm off", "0s", ""},
	} {
		text, list := h.calendar(h.request(lang.German, c.text))
		if got := h.opens(list[0]); got != "@ben:example.org "+c.want || !strings.Contains(text, c.says) {
			t.Errorf("%s: %s, want %s\n%s", c.text, got, c.want, text)
		}
	}
}

func TestCalendarRefusals(t *testing.T) {
	doubtful := func(r Request) Request { r.Doubtful = true; return r }
	h := newCalendarHouse(t)
	_, list := h.calendar(h.request(lang.German, "kalender"))
	for _, c := range []struct {
		req Request
		key string
	}{
		{h.request(lang.German, "kalender neu netzwerk"), "cmd_only_organisers"},
		{h.request(lang.German, "kalender morgen"), "calendar_what"},
		{h.request(lang.German, "kalender neu "+strings.Repeat("lang ", 80)), "calendar_what"},
		{h.request(lang.German, "kalender alarm"), "calendar_alarm"},
		{h.request(lang.German, "kalender alarm neu"), "calendar_alarm"},
		{h.request(lang.German, "kalender alarm 29 tage"), "calendar_alarm"},
		{h.request(lang.German, "kalender alarm 0h"), "calendar_alarm"},
		{h.request(lang.German, "kalender alarm -1h"), "calendar_alarm"},
		{h.request(lang.German, "kalender alarm 99999999999999999999h"), "calendar_alarm"},
		{h.request(lang.German, "kalender alarm 1h aus"), "calendar_what"},
		{h.request(lang.German, "kalender alarm 1h alarm 2h"), "calendar_alarm_twice"},
		{h.organiser(lang.German, "kalender netzwerk alarm 1h"), "calendar_alarm_network"},
		{doubtful(h.request(lang.German, "kalender")), "know_doubtful"},
		{doubtful(h.request(lang.German, "kalender neu")), "know_doubtful"},
		{doubtful(h.organiser(lang.German, "kalender neu netzwerk")), "know_doubtful"},
	} {
		_, err := h.run(c.req)
		p, ok := lang.AsProblem(err)
		if !ok || p.Key != c.key {
			t.Errorf("%s: %v, want %s", c.req.Text, err, c.key)
			continue
		}
		for _, language := range []string{lang.German, lang.English} {
			if text := h.table.phrases.Say(language, p.Key, p.Values); strings.Contains(text, "<no value>") {
				t.Errorf("%s: %s", c.req.Text, text)
			}
		}
	}
	for i, want := range []string{"@ben:example.org 0s", "all"} {
		if got := h.opens(list[i]); got != want {
			t.Errorf("what was refused changed something: %s opens %s", want, got)
		}
	}
	h.table.Calendars = ""
	_, err := h.run(doubtful(h.request(lang.German, "kalender")))
	if p, ok := lang.AsProblem(err); !ok || p.Key != "calendar_not_set_up" || !strings.Contains(h.table.phrases.Text(lang.German, p.Key, p.Values).Plain(), "!angebot 3") {
		t.Errorf("not set up: %v", err)
	}
}

// Of those who want nothing stored there is no link, and none stays.
func TestCalendarOfTheForgotten(t *testing.T) {
	h := newCalendarHouse(t)
	h.write(func(ctx context.Context, tx *store.Tx) error {
		return tx.SetForgotten(ctx, tx.HashPerson("@ben:example.org"), h.now)
	})
	text, list := h.calendar(h.request(lang.German, "kalender"))
	if len(list) != 1 || h.opens(list[0]) != "all" || !strings.Contains(text, "!merkdirmich") {
		t.Errorf("%q in\n%s", list, text)
	}
	for _, again := range []string{"kalender neu", "kalender alarm 1h"} {
		if _, err := h.run(h.request(lang.German, again)); err == nil {
			t.Errorf("%s: done", again)
		}
	}
	if links, err := store.CalendarLinksOf(t.Context(), h.store.Reader(), "@ben:example.org"); err != nil || len(links) > 0 {
		t.Errorf("stored: %+v, %v", links, err)
	}
}

// In a direct chat the network is asked for where there are several, and each
// has links of its own.
func TestCalendarOfTwoNetworks(t *testing.T) {
	h := newCalendarHouse(t)
	direct := func(text string) Request {
		r := h.request(lang.German, text)
		r.Direct, r.Room = true, "!dm:example.org"
		r.Networks = append(r.Networks, Network{Name: "Süd West", Lang: lang.German, Zone: time.UTC, Prefix: "!", Room: id.RoomID("!sued:example.org")})
		return r
	}
	reply, err := h.run(direct("kalender"))
	if err != nil || len(secrets(reply.Text.Plain())) > 0 || !strings.Contains(reply.Text.Plain(), `kalender "Süd West"`) {
		t.Fatalf("%v, %+v", err, reply)
	}
	_, north := h.calendar(direct("kalender nord"))
	_, south := h.calendar(direct("kalender süd west alarm 1h"))
	if len(north) != 2 || len(south) != 2 || north[0] == south[0] || h.opens(south[1]) != "Süd West" || h.opens(north[0]) != "@ben:example.org 0s" {
		t.Errorf("%q and %q", north, south)
	}
}

// The card says how to get the links, where there are any, and not what they are.
func TestCalendarOnCard(t *testing.T) {
	h := newCalendarHouse(t)
	_, list := h.calendar(h.request(lang.German, "kalender"))
	card := func() string {
		reply, err := h.run(h.organiser(lang.German, "einstellungen"))
		if err != nil {
			t.Fatal(err)
		}
		return reply.Text.Plain()
	}
	if text := card(); !strings.Contains(text, "!kalender schickt dir") || strings.Contains(text, list[1]) {
		t.Errorf("the card:\n%s", text)
	}
	h.table.Calendars = ""
	if text := card(); strings.Contains(text, "!kalender") {
		t.Errorf("not set up, and yet the card says:\n%s", text)
	}
}
