package commands

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"maunium.net/go/mautrix/id"
	"maunium.net/go/mautrix/sqlstatestore"

	"buffet/lang"
	"buffet/offers"
	"buffet/store"
)

var update = flag.Bool("update", false, "write the golden files")

const calendar = `BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//test//test//DE
BEGIN:VEVENT
UID:1
DTSTAMP:20261101T000000Z
DTSTART;TZID=Europe/Berlin:20261124T140000
DTEND;TZID=Europe/Berlin:20261124T153000
SUMMARY:Kollegiale Beratung
DESCRIPTION:Fälle aus der Pflege\, ohne Anmeldung.
CATEGORIES:Austausch,Pflege
LOCATION:Rathaus\, Raum 2
ORGANIZER;CN=Diakonie:mailto:d@example.org
END:VEVENT
BEGIN:VEVENT
UID:2
DTSTAMP:20261101T000000Z
DTSTART;TZID=Europe/Berlin:20261202T090000
DTEND;TZID=Europe/Berlin:20261202T120000
RRULE:FREQ=WEEKLY;COUNT=3
SUMMARY:Brandschutz @room **wichtig** ` + "`rm`" + `
CATEGORIES:Training,Recht
URL:https://example.org/brand
END:VEVENT
END:VCALENDAR
`

const room = id.RoomID("!nord:example.org")

// house is a store with two offers, and the table.
type house struct {
	t     *testing.T
	table *Table
	store *store.Store
	now   time.Time
	zone  *time.Location
}

func newHouse(t *testing.T) *house {
	t.Helper()
	phrases, err := lang.Load()
	if err != nil {
		t.Fatal(err)
	}
	h := &house{t: t}
	if h.table, err = New(phrases); err != nil {
		t.Fatal(err)
	}
	if h.zone, err = time.LoadLocation("Europe/Berlin"); err != nil {
		t.Fatal(err)
	}
	h.now = time.Date(2026, 11, 23, 12, 0, 0, 0, h.zone)
	h.table.ChatView = func(network string) (offers.View, bool) {
		return offers.View{Phrases: phrases, Lang: lang.German, Zone: h.zone, Now: h.now}, network == "Nord"
	}
	if h.store, err = store.Open(t.Context(), filepath.Join(t.TempDir(), "buffet.db")); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { h.store.Close() })
	if err := sqlstatestore.NewSQLStateStore(h.store.Matrix(), nil, false).Upgrade(t.Context()); err != nil {
		t.Fatal(err)
	}
	cal, err := offers.ReadCalendar(strings.NewReader(strings.ReplaceAll(calendar, "\n", "\r\n")), offers.ReadOptions{Zone: h.zone, Now: h.now})
	if err != nil {
		t.Fatal(err)
	}
	h.write(func(ctx context.Context, tx *store.Tx) error {
		_, err := offers.Import(ctx, tx, "Nord", "test.ics", cal, h.now)
		return err
	})
	return h
}

func (h *house) write(f func(context.Context, *store.Tx) error) {
	h.t.Helper()
	if err := h.store.Write(h.t.Context(), func(tx *store.Tx) error { return f(h.t.Context(), tx) }); err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) network(language string) Network {
	return Network{Name: "Nord", Lang: language, Zone: h.zone, Prefix: "!", Room: room, Organisers: []id.UserID{"@anna:example.org"}}
}

// request is what a member says in the room.
func (h *house) request(language, text string) Request {
	return Request{Event: "$1", Room: room, Sender: "@ben:example.org", Networks: []Network{h.network(language)}, Text: text, Now: h.now}
}

// organiser is what an organiser says in the room.
func (h *house) organiser(language, text string) Request {
	req := h.request(language, text)
	req.Networks[0].Organiser, req.Networks[0].Organised = true, []id.RoomID{room}
	return req
}

func (h *house) run(req Request) (reply *Reply, err error) {
	h.t.Helper()
	err = h.store.Write(h.t.Context(), func(tx *store.Tx) error {
		reply, err = h.table.Run(h.t.Context(), tx, req)
		return err
	})
	return reply, err
}

// say is what people read, as one text: [silence], [✅], and so on.
func (h *house) say(req Request) string {
	h.t.Helper()
	reply, err := h.run(req)
	if p, ok := lang.AsProblem(err); ok {
		said := h.table.phrases.Text(h.table.Language(req), p.Key, p.Values).Plain()
		if strings.Contains(said, "<no value>") {
			h.t.Errorf("%s: %s", req.Text, said)
		}
		return "[problem " + p.Key + "] " + said
	}
	switch {
	case err != nil:
		h.t.Fatalf("%s: %v", req.Text, err)
	case reply == nil:
		return "[silence]"
	}
	if strings.Contains(reply.Text.Plain(), "<no value>") {
		h.t.Errorf("%s: %s", req.Text, reply.Text.Plain())
	}
	s := ""
	if reply.React != "" {
		s += "[" + reply.React + "] "
	}
	if reply.Private {
		s += "[private] "
	}
	s += reply.Text.Plain()
	for _, a := range reply.Attach {
		s += fmt.Sprintf("\n[%s %s] %s", a.File.Type, a.File.Name, a.Caption.Plain())
	}
	return s
}

func TestGolden(t *testing.T) {
	for language, script := range map[string][]string{
		lang.German: {
			"hilfe", "+hilfe", "hilfe plan", "+hilfe !plan", "hilfe angebote", "hilfe angebot", "hilfe hilfe", "+hilfe vorschau", "hilfe planb", "hilfe Quatsch",
			"angebote", "Angebote heute", "angebote monat fortbildung", "offers tomorrow", "angebote austausch pflege", "angebote 0 tage", "angebote 3",
			"angebot 1", "offer #2", "angebot nr. 2", "angebot", "angebot 99", "angebot -1", "angebot 0", "angebot 1000000000000000000000000000000", "angebot Pflege", "angebot 1 2",
			"plan", "vorschau", "+plan", "+vorschau", "+plan ankündigung mo 9:00", "+plan", "+plan ankuendigung mo 9:00", "+plan ankuendigung mo 9:00 14 tage",
			`+plan announcement "0 8 1 * *" schulung monat`, "+plan ankuendigung 30 16 * * 5 Pflege", "+plan", "+vorschau ankuendigung", "+plan aus 2", "+plan off 9", "+plan aus", "+plan aus alle", "+plan aus 1",
			"+plan digest fr 16:00", "+vorschau digest", "+vorschau quatsch", "+plan quatsch", "+plan ankuendigung",
			"+plan ankuendigung */5 * * * *", "+plan ankuendigung CRON_TZ=Europe/Paris 0 9 * * 1", "+plan ankuendigung 0 9 31 2 *", "+plan ankuendigung irgendwann",
			"+plan ankuendigung mo 9:00 und mi 10:00", "+plan ankuendigung mo 9:00 morgen",
			"angeboten", "+vorshcau", "vorshcau", "würfeln", "me", "pl",
		},
		lang.English: {
			"help", "+help", "help plan", "help offers", "help offer", "help help", "+help preview", "help nonsense",
			"offers", "offers today", "offers month training", "angebote 14 days care", "offer 1", "offer 2", "offer", "offer 99",
			"plan", "+plan", "+plan announcement mon 9:00", "+plan announcement 0 9 * * 1", "+plan announcement every 1st monday of the month 9am training", "+plan", "+preview", "+plan off 1", "+plan off x", "+plan off all",
			"+plan digest fri 16:00", "+plan nonsense", "+plan announcement", "+plan announcement * * * * *", "+plan announcement TZ=UTC 0 9 * * 1", "+plan announcement 0 9 30 2 *", "+plan announcement whenever",
			"offres", "dice",
		},
	} {
		t.Run(language, func(t *testing.T) {
			h := newHouse(t)
			var b strings.Builder
			for _, line := range script {
				req := h.request(language, strings.TrimPrefix(line, "+"))
				if strings.HasPrefix(line, "+") {
					req.Networks[0].Organiser = true
				}
				fmt.Fprintf(&b, "> %s\n%s\n\n", line, h.say(req))
			}
			golden(t, language+".txt", b.String())
		})
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", "golden", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got == string(want) {
		return
	}
	g, w := strings.Split(got, "\n"), strings.Split(string(want), "\n")
	for i := range min(len(g), len(w)) {
		if g[i] != w[i] {
			t.Fatalf("%s line %d:\n got %q\nwant %q\n(-update writes it anew)", name, i+1, g[i], w[i])
		}
	}
	t.Fatalf("%s: %d lines, want %d", name, len(g), len(w))
}

// TestOfferFile: the file that comes with an offer has its dates, for any calendar.
func TestOfferFile(t *testing.T) {
	h := newHouse(t)
	read := func(number int, direct bool) offers.Entry {
		t.Helper()
		req := h.request(lang.German, fmt.Sprint("angebot ", number))
		req.Direct = direct
		reply, err := h.run(req)
		if err != nil || reply.Private || len(reply.Files) > 0 || len(reply.Attach) != 1 {
			t.Fatalf("%d files, %d attached, %v", len(reply.Files), len(reply.Attach), err)
		}
		cal, err := offers.ReadCalendar(bytes.NewReader(reply.Attach[0].File.Data), offers.ReadOptions{Zone: time.UTC, Now: h.now})
		if err != nil || len(cal.Entries) != 1 || len(cal.Skipped) > 0 {
			t.Fatalf("%v, %+v in\n%s", err, cal, reply.Attach[0].File.Data)
		}
		return cal.Entries[0]
	}
	for _, direct := range []bool{false, true} {
		if e := read(1, direct); e.UID != "1" || e.Title != "Kollegiale Beratung" || e.Location != "Rathaus, Raum 2" ||
			e.Recurrence.Zone != "Europe/Berlin" || e.Recurrence.Start != "20261124T140000" {
			t.Errorf("%+v", e)
		}
		if e := read(2, direct); e.UID != "2" || e.URL != "https://example.org/brand" || e.Recurrence.Rule == "" || e.Recurrence.Start != "20261202T090000" {
			t.Errorf("%+v", e)
		}
	}
	h.now = h.now.AddDate(1, 0, 0)
	if reply, err := h.run(h.request(lang.German, "angebot 1")); err != nil || len(reply.Attach) > 0 {
		t.Errorf("what is over has a file: %v", err)
	}
}

// TestHTMLSafe has a title that tries to be markup and to ping everybody.
func TestHTMLSafe(t *testing.T) {
	h := newHouse(t)
	reply, err := h.run(h.request(lang.German, "angebot 2"))
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []*lang.Text{reply.Text, reply.Attach[0].Caption} {
		if s := text.HTML(); strings.Contains(s, "@room") || strings.Contains(s, "<b>wichtig") || strings.Contains(s, "<code>rm") {
			t.Errorf("the title became markup: %s", s)
		}
	}
	for _, text := range []string{"plan <b>x</b>@room", "plan ankuendigung <i>@room`x`", "hilfe <b>`**x", "vorschau <b>"} {
		req := h.organiser(lang.German, text)
		_, err := h.run(req)
		p, ok := lang.AsProblem(err)
		if !ok {
			t.Errorf("%s: %v, want a problem", text, err)
			continue
		}
		said := h.table.phrases.Text(lang.German, p.Key, p.Values)
		if s := said.HTML(); strings.Contains(s, "@room") || strings.Contains(s, "<b>x") || strings.Contains(s, "<i>") || strings.Contains(s, "<code>x") {
			t.Errorf("%s: what was typed became markup: %s", text, s)
		}
	}
}

func TestUnchangedError(t *testing.T) {
	h := newHouse(t)
	ctx, cancel := context.WithCancel(t.Context())
	err := h.store.Write(t.Context(), func(tx *store.Tx) error {
		cancel()
		_, err := h.table.Run(ctx, tx, h.request(lang.German, "angebote"))
		return err
	})
	if _, ok := lang.AsProblem(err); ok || !errors.Is(err, context.Canceled) {
		t.Errorf("an internal fault came out as %v", err)
	}
}
