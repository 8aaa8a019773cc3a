package web

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	arran "github.com/arran4/golang-ical"
	emersion "github.com/emersion/go-ical"
	"maunium.net/go/mautrix/id"

	"buffet/offers"
	"buffet/store"
)

var update = flag.Bool("update", false, "write the golden files")

// programme is a table with offers of every kind.
func (h *house) programme() {
	h.Helper()
	h.load(ev("einzeln", "20261203T140000", "Kollegiale Beratung", "SEQUENCE:2", "LOCATION:Rathaus\\, Raum 2", "CATEGORIES:Austausch,Pflege"),
		ev("reihe", "20261201T100000", "Sprechstunde", "RRULE:FREQ=WEEKLY;COUNT=8", "URL:https://example.org/s"),
		ev("abgesagt", "20261205T140000", "Brandschutz", "STATUS:CANCELLED"),
		"UID:tage\nDTSTART;VALUE=DATE:20261212\nDTEND;VALUE=DATE:20261214\nSUMMARY:Klausur @room")
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := errors.Join(os.MkdirAll("testdata", 0o750), os.WriteFile(path, []byte(got), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path) //nolint:gosec // ours
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs (go test -update to accept):\n%s", path, got)
	}
}

func TestPersonalFeed(t *testing.T) {
	h := newHouse(t)
	h.programme()
	h.settle(ben, "join", true)
	for _, s := range []struct {
		number, date int
		waiting      bool
	}{{1, 0, false}, {2, 1, false}, {2, 3, true}, {3, 0, false}, {4, 0, true}} {
		h.signUp(ben, s.number, s.date, s.waiting)
	}
	h.signUp("@other:example.org", 2, 0, false)
	secret := h.link(ben)
	h.write(func(tx *store.Tx) error { return tx.SetCalendarAlarm(h.ctx, north, ben, time.Hour) })
	text := body(t, h.get("/c/"+secret+".ics"))
	golden(t, "person.ics", text)
	cal := h.readBack(text)
	var got []string
	for _, e := range cal.Entries {
		got = append(got, e.UID+" "+e.Title)
	}
	slices.Sort(got)
	h.equal("events", strings.Join(got, "; "), "abgesagt Fällt aus: Brandschutz; einzeln Kollegiale Beratung; reihe#20261208T090000Z Sprechstunde; "+
		"reihe#20261222T090000Z Warteliste: Sprechstunde; tage Warteliste: Klausur @room")
	for _, o := range []int{1, 3, 4} { // what has one date is the same event as in the file of "angebot N"
		offer, _ := h.date(o, 0)
		var one bytes.Buffer
		if err := offers.WriteOffer(&one, h.server.feedOf(store.CalendarLink{Network: north}).options.View, offer); err != nil {
			t.Fatal(err)
		}
		h.has(text, uidOf(one.String()))
	}
}

func uidOf(text string) string {
	_, rest, _ := strings.Cut(text, "\r\nUID:")
	uid, _, _ := strings.Cut(rest, "\r\n")
	return "\r\nUID:" + uid + "\r\n"
}

func (h *house) readBack(text string) *offers.Calendar {
	h.Helper()
	cal, err := offers.ReadCalendar(strings.NewReader(text), offers.ReadOptions{Zone: h.zone, Now: h.now})
	if err != nil || len(cal.Skipped) > 0 {
		h.Fatalf("%v, %+v", err, cal)
	}
	return cal
}

func TestNetworkFeed(t *testing.T) {
	h := newHouse(t)
	h.programme()
	text := body(t, h.get("/c/"+h.link("")+".ics"))
	golden(t, "network.ics", text)
	cal := h.readBack(text)
	h.equal("offers", len(cal.Entries), 4)
	if strings.Contains(text, "VALARM") {
		t.Error("everybody's calendar rings")
	}
	h.server.Networks = map[string]Network{north: {Lang: "en"}}
	h.has(h.feed(h.link("")), "X-WR-CALNAME:Buffet: Nord")
}

// What changes in the table changes in the feed, and the tag with it; what does
// not, does not.
func TestFeedFollows(t *testing.T) {
	h := newHouse(t)
	events := []string{ev("a", "20261203T140000", "A", "SEQUENCE:2"), ev("b", "20261201T100000", "B", "RRULE:FREQ=WEEKLY")}
	h.load(events...)
	h.settle(ben, "join", true)
	mine, all := h.link(ben), h.link("")
	tags := map[string]string{}
	step := func(what string, changes map[string]bool) {
		t.Helper()
		for who, secret := range map[string]string{"mine": mine, "all": all} {
			tag := h.get("/c/" + secret + ".ics").Header.Get("ETag")
			if before := tags[who]; (before != tag) != changes[who] {
				t.Errorf("%s: tag of %q changes: %v", what, who, !changes[who])
			}
			tags[who] = tag
		}
	}
	both, none := map[string]bool{"mine": true, "all": true}, map[string]bool{}
	onlyMine, onlyAll := map[string]bool{"mine": true}, map[string]bool{"all": true}
	step("first", both)
	step("again", none)
	h.now = h.now.Add(time.Minute)
	step("later", none)
	h.load(events...)
	step("the same read again", none)
	h.signUp(ben, 1, 0, false)
	step("signed up", onlyMine)
	h.signUp("@other:example.org", 1, 0, false)
	step("somebody else signs up", none)
	h.signUp(ben, 1, 0, true)
	step("waits now", onlyMine)
	h.signUp(ben, 2, 1, false)
	step("one of a series", onlyMine)
	h.write(func(tx *store.Tx) error { return tx.SetCalendarAlarm(h.ctx, north, ben, time.Hour) })
	step("alarm", onlyMine)
	h.has(h.feed(mine), "TRIGGER:-PT1H")

	h.now = h.now.Add(time.Minute)
	events[0] = ev("a", "20261204T160000", "A", "SEQUENCE:3", "LOCATION:Saal")
	h.load(events...)
	step("moved", both)
	for _, secret := range []string{mine, all} {
		h.has(h.feed(secret), "UID:a\r\nDTSTAMP:20261130T080200Z\r\nSEQUENCE:3\r\nDTSTART;TZID=Europe/Berlin:20261204T160000")
	}
	h.load(events[0], events[1]+"\nSEQUENCE:1\nEXDATE;TZID=Europe/Berlin:20270105T100000")
	step("one date less, in the same millisecond", both)
	h.load(strings.Replace(events[0], "SEQUENCE:3", "SEQUENCE:4\nSTATUS:CANCELLED", 1), events[1])
	step("cancelled", both)
	h.has(h.feed(mine), "SEQUENCE:4", "STATUS:CANCELLED")
	h.load(events[1])
	step("withdrawn", both)
	h.has(h.feed(mine), "UID:a\r\n", "STATUS:CANCELLED")
	if text := h.feed(all); strings.Contains(text, "UID:a\r\n") {
		t.Errorf("what is withdrawn stays:\n%s", text)
	}
	h.now = h.now.AddDate(0, 0, 1)
	h.write(func(tx *store.Tx) error { return offers.Extend(h.ctx, tx, h.now) })
	step("a day later", onlyAll)
	o, d := h.date(2, 1)
	h.write(func(tx *store.Tx) error {
		_, err := tx.DropSignup(h.ctx, o.ID, d.Key, ben)
		return err
	})
	step("signed off", onlyMine)
	h.server.Version = "2"
	step("another program", both)
	if fresh := h.renew(ben); h.feed(fresh) == "" || h.get("/c/"+mine+".ics").StatusCode != 404 {
		t.Error("renewed")
	}
}

// A date of a series that is cancelled or moved says so in its own event.
func TestChangedDates(t *testing.T) {
	h := newHouse(t)
	series := ev("s", "20261201T100000", "Runde", "RRULE:FREQ=WEEKLY;COUNT=6", "SEQUENCE:1")
	h.load(series)
	h.settle(ben, "join", true)
	h.signUp(ben, 1, 1, false)
	h.signUp(ben, 1, 2, false)
	secret := h.link(ben)
	exception := "\nEND:VEVENT\nBEGIN:VEVENT\nUID:s\nSUMMARY:Runde\nSEQUENCE:2\nRECURRENCE-ID;TZID=Europe/Berlin:"
	h.load(strings.Replace(series, "SEQUENCE:1", "SEQUENCE:2", 1) +
		exception + "20261208T100000\nDTSTART;TZID=Europe/Berlin:20261209T110000\nDTEND;TZID=Europe/Berlin:20261209T120000" +
		exception + "20261215T100000\nDTSTART;TZID=Europe/Berlin:20261215T100000\nDTEND;TZID=Europe/Berlin:20261215T113000\nSTATUS:CANCELLED")
	text := h.feed(secret)
	h.has(text, "UID:s#20261208T090000Z\r\nDTSTAMP:20261130T080000Z\r\nSEQUENCE:2\r\nDTSTART;TZID=Europe/Berlin:20261209T110000\r\nDTEND;TZID=Europe/Berlin:20261209T120000\r\nSTATUS:CONFIRMED",
		"UID:s#20261215T090000Z\r\nDTSTAMP:20261130T080000Z\r\nSEQUENCE:2\r\nDTSTART;TZID=Europe/Berlin:20261215T100000\r\nDTEND;TZID=Europe/Berlin:20261215T113000\r\nSTATUS:CANCELLED\r\nSUMMARY:Fällt aus: Runde\r\n")
}

func TestEmptyAndForeignFeeds(t *testing.T) {
	h := newHouse(t)
	h.settle(ben, "join", true)
	for _, user := range []id.UserID{"", ben} {
		text := h.feed(h.link(user))
		h.equal("events", strings.Count(text, "VEVENT"), 0)
		h.has(text, "BEGIN:VCALENDAR\r\n", "END:VCALENDAR\r\n")
	}
	h.programme()
	h.write(func(tx *store.Tx) error { // the same person in another network
		_, err := tx.ExecContext(h.ctx, `UPDATE offer SET network = 'Süd' WHERE number = 1`)
		return err
	})
	o, err := store.OfferByNumber(h.ctx, h.store.Reader(), "Süd", 1)
	if err != nil {
		t.Fatal(err)
	}
	dates, err := store.Dates(h.ctx, h.store.Reader(), o.ID, h.now, 1)
	if err != nil || len(dates) == 0 {
		t.Fatal(dates, err)
	}
	h.write(func(tx *store.Tx) error {
		return tx.PutSignup(h.ctx, store.Signup{Offer: o.ID, Key: dates[0].Key, User: ben, At: h.now})
	})
	for _, user := range []id.UserID{"", ben} {
		if text := h.feed(h.link(user)); strings.Contains(text, "Kollegiale") {
			t.Errorf("another network's offer is shown:\n%s", text)
		}
	}
}

// One offer that cannot be written spoils nothing else, and is told of.
func TestSpoiltOffer(t *testing.T) {
	h := newHouse(t)
	h.programme()
	h.write(func(tx *store.Tx) error {
		_, err := tx.ExecContext(h.ctx, `UPDATE offer SET recurrence = '{' WHERE number = 2`)
		return err
	})
	text := h.feed(h.link(""))
	h.equal("events", strings.Count(text, "BEGIN:VEVENT"), 3)
	h.has(h.log.String(), "offer left out of a calendar")
}

// Feeds are read back by other libraries with the same events.
func TestOthersReadFeeds(t *testing.T) {
	h := newHouse(t)
	h.programme()
	h.settle(ben, "join", true)
	h.signUp(ben, 2, 0, true)
	h.signUp(ben, 4, 0, false)
	var files []string
	for name, secret := range map[string]string{"all": h.link(""), "mine": h.link(ben)} {
		text := body(t, h.get("/c/"+secret+".ics"))
		one, err := arran.ParseCalendar(strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		two, err := emersion.NewDecoder(strings.NewReader(text)).Decode()
		if err != nil {
			t.Fatal(err)
		}
		n := strings.Count(text, "BEGIN:VEVENT")
		if len(one.Events()) != n || len(two.Events()) != n || n == 0 {
			t.Errorf("%d events, read back as %d and %d", n, len(one.Events()), len(two.Events()))
		}
		files = append(files, filepath.Join(t.TempDir(), name+".ics"))
		if err := os.WriteFile(files[len(files)-1], []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want := map[string]string{"all": "2026-12-01T09:00/2026-12-01T10:30 Sprechstunde", "mine": "2026-12-01T09:00/2026-12-01T10:30 Warteliste: Sprechstunde"}
	for _, library := range []string{"icalendar", "libical"} {
		t.Run(library, func(t *testing.T) {
			var stderr strings.Builder
			cmd := exec.Command("/usr/bin/python3", append([]string{"../offers/testdata/readers.py", library}, files...)...)
			cmd.Stderr = &stderr
			out, err := cmd.Output()
			if code, ok := errors.AsType[*exec.ExitError](err); errors.Is(err, os.ErrNotExist) || ok && code.ExitCode() == 77 {
				t.Skipf("NOT CHECKED with %s, which is not installed: %v %s", library, err, stderr.String())
			}
			dates := map[string][]string{}
			if err := errors.Join(err, json.Unmarshal(out, &dates)); err != nil {
				t.Fatal(err, stderr.String())
			}
			for file, list := range dates {
				if name := strings.TrimSuffix(filepath.Base(file), ".ics"); !slices.Contains(list, want[name]) {
					t.Errorf("%s: no %q in %q", name, want[name], list)
				}
			}
		})
	}
}
