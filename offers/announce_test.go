package offers

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"maunium.net/go/mautrix/id"

	"buffet/lang"
	"buffet/schedule"
	"buffet/store"
)

const testRoom = id.RoomID("!nord:example.org")

func (t *table) room(language string) AnnounceRoom {
	return AnnounceRoom{Room: testRoom, Network: testNetwork, Lang: language, Zone: t.zone, Prefix: "!"}
}

func (t *table) announce(key, filter string, slot time.Time) (sent bool) {
	t.Helper()
	t.write(func(tx *store.Tx) (err error) {
		sent, err = Announce(t.ctx, tx, t.phrases, t.room(lang.German), filter, slot, t.now, key)
		return err
	})
	return sent
}

// mend does the mend jobs that are there and tells how many that were.
func (t *table) mend() int {
	t.Helper()
	m := &Mender{Store: t.store, Phrases: t.phrases, Now: func() time.Time { return t.now },
		Room: func(_ context.Context, _ store.Querier, r id.RoomID) (AnnounceRoom, bool, error) {
			room := t.room(lang.German)
			room.Room = r
			return room, r != "!left:example.org", nil
		},
		Network:     func(string) (AnnounceRoom, bool) { return t.room(lang.German), true },
		KnowMembers: func(context.Context, id.RoomID) error { return nil }}
	jobs, err := t.store.DueJobs(t.ctx, t.now, []string{MendKind}, 100)
	if err != nil {
		t.Fatal(err)
	}
	for _, j := range jobs {
		if err := m.Handler().Run(t.ctx, &schedule.Job{Job: j}); err != nil {
			t.Fatal(err)
		}
	}
	return len(jobs)
}

func TestAnnounce(t *testing.T) {
	tb := newTable(t)
	if tb.announce("k", "{}", tb.now) {
		t.Error("posted though nothing is coming up")
	}
	tb.load(testSource, ev("off", "20261202T140000", "Off", "STATUS:CANCELLED"), ev("late", "20261215T140000", "Later"))
	if tb.announce("k", "", tb.now) {
		t.Error("posted though only a cancelled one is coming up")
	}
	if !tb.announce("k", `{"days":30}`, tb.now) || tb.announce("k", `{"days":30}`, tb.now) {
		t.Error("not posted once")
	}
	out := tb.out()
	if len(out) != 1 || out[0].Room != testRoom || out[0].Notice || len(out[0].Mentions) != 0 {
		t.Fatalf("out: %+v", out)
	}
	if !strings.Contains(out[0].Plain, "Later") || strings.Contains(out[0].Plain, "Off") {
		t.Errorf("post: %s", out[0].Plain)
	}
	if _, err := Preview(t.Context(), tb.store.Reader(), tb.phrases, tb.room(lang.German), "nonsense", tb.now); err == nil {
		t.Error("a filter that is no JSON is taken")
	}
}

func TestGoldenAnnouncements(t *testing.T) {
	tb := newTable(t)
	tb.load(testSource, buffetEvents()...)
	preview := func(name, filter string) {
		for _, l := range languages {
			text, err := Preview(t.Context(), tb.store.Reader(), tb.phrases, tb.room(l), filter, tb.now)
			if err != nil || text == nil {
				t.Fatal(err)
			}
			golden(t, "announce_"+name+"."+l, text)
		}
	}
	preview("week", "")
	preview("days", `{"days":14,"kind":"training"}`)
	var many []string
	for i := range 20 {
		many = append(many, ev(fmt.Sprint("m", i), "20261201T140000", fmt.Sprint("Runde ", i)))
	}
	tb.load("more", many...)
	preview("many", "")
	if !tb.announce("late", "", tb.now.Add(-16*time.Minute)) {
		t.Fatal("not posted")
	}
	if out := tb.out(); !strings.Contains(out[0].Plain, "08:44 Uhr; sie kommt verspätet") {
		t.Errorf("late: %s", out[0].Plain)
	}
}

func TestAnnouncementFitsAnEvent(t *testing.T) {
	tb := newTable(t)
	var many []string
	long := strings.Repeat("<&\"ß\U0001F37D> ", 60)
	for i := range 15 {
		many = append(many, ev(fmt.Sprint("m", i), "20261201T140000", long, "LOCATION:"+long, "CATEGORIES:"+strings.Repeat(long[:80]+",", 9),
			"ORGANIZER;CN=\"Verein "+strings.Repeat("ü", 200)+"\":mailto:a@example.org"))
	}
	tb.load(testSource, many...)
	text, err := Preview(t.Context(), tb.store.Reader(), tb.phrases, tb.room(lang.German), "", tb.now)
	if err != nil || text.Len() > announceBytes {
		t.Fatalf("%d bytes, %v", text.Len(), err)
	}
	if !strings.Contains(text.Plain(), "weitere") {
		t.Errorf("does not say that some are missing:\n%s", text.Plain())
	}
}

// TestMend: an edit each, and a message for what people would miss.
func TestMend(t *testing.T) {
	a, b := ev("a", "20261203T140000", "Alpha", "LOCATION:Kiel"), ev("b", "20261204T140000", "Beta")
	for name, c := range map[string]struct {
		events []string
		edit   string // stands in the edited post
		news   string // the new message; "" for none
	}{
		"nothing":   {[]string{a, b}, "", ""},
		"title":     {[]string{ev("a", "20261203T140000", "Alef", "LOCATION:Kiel"), b}, "Alef", ""},
		"hidden":    {[]string{a + "\nDESCRIPTION:More", b}, "", ""},
		"another":   {[]string{a, b, ev("c", "20261205T140000", "Gamma")}, "", ""},
		"time":      {[]string{ev("a", "20261204T150000", "Alpha", "LOCATION:Kiel"), b}, "Fr, 4. Dez, 15:00", "Verschoben: Alpha (1), statt Do, 3. Dez, 14:00 Uhr jetzt Fr, 4. Dez, 15:00–16:30 Uhr."},
		"place":     {[]string{ev("a", "20261203T140000", "Alpha", "LOCATION:Bonn"), b}, "Bonn", "Anderer Ort: Alpha (1), Do, 3. Dez, 14:00–15:30 Uhr: Bonn."},
		"cancelled": {[]string{a + "\nSTATUS:CANCELLED", b}, "Alpha · fällt aus", "Fällt aus: Alpha (1), Do, 3. Dez, 14:00–15:30 Uhr."},
		"withdrawn": {[]string{b}, "Alpha · nicht mehr im Angebot", "Nicht mehr im Angebot: Alpha (1), Do, 3. Dez, 14:00–15:30 Uhr."},
		"both": {[]string{ev("a", "20261203T140000", "Alpha", "LOCATION:Kiel", "STATUS:CANCELLED"), ev("b", "20261204T160000", "Beta")}, "fällt aus",
			"Fällt aus: Alpha (1), Do, 3. Dez, 14:00–15:30 Uhr.\nVerschoben: Beta (2), statt Fr, 4. Dez, 14:00 Uhr jetzt Fr, 4. Dez, 16:00–17:30 Uhr."},
	} {
		t.Run(name, func(t *testing.T) {
			tb := newTable(t)
			tb.load(testSource, a, b)
			tb.announce("1", "", tb.now)
			tb.announce("2", `{"days":14}`, tb.now)
			tb.out()
			tb.now = tb.now.Add(time.Minute)
			tb.load(testSource, c.events...)
			tb.mend()
			checkMended(t, tb.out(), c.edit, c.news)
			tb.now = tb.now.Add(time.Minute)
			tb.load(testSource, c.events...)
			if tb.mend(); len(tb.out()) != 0 {
				t.Error("said again")
			}
		})
	}
}

func checkMended(t *testing.T, out []store.Outgoing, edit, news string) {
	t.Helper()
	edited := map[string]bool{}
	said := ""
	for _, m := range out {
		if m.Edits == "" {
			said += m.Plain
			continue
		}
		edited[m.Edits] = true
		if m.Key != m.Edits+"/edit/1" || !strings.Contains(m.Plain, edit) || !strings.Contains(m.Plain, "Das Buffet") {
			t.Errorf("edit %s: %s", m.Key, m.Plain)
		}
	}
	if want := map[bool]int{true: 2}[edit != ""]; len(edited) != want {
		t.Errorf("%d posts edited, want %d", len(edited), want)
	}
	if said != news {
		t.Errorf("said:\n%s\nwant:\n%s", said, news)
	}
}

func TestMendAgainAndBack(t *testing.T) {
	tb := newTable(t)
	a := ev("a", "20261203T140000", "Alpha")
	tb.load(testSource, a)
	tb.announce("1", "", tb.now)
	tb.out()
	tb.load(testSource, a+"\nSTATUS:CANCELLED")
	tb.load(testSource, a) // two imports in the same millisecond, before any mending
	tb.equal("jobs", tb.mend(), 2)
	tb.equal("off and on unseen", len(tb.out()), 0)
	tb.load(testSource, a+"\nSTATUS:CANCELLED")
	tb.mend()
	tb.equal("off", len(tb.out()), 2)
	tb.now = tb.now.Add(time.Minute)
	tb.load(testSource, a)
	tb.mend()
	out := tb.out()
	if len(out) != 2 || out[0].Key != "1/edit/2" || !strings.Contains(out[1].Plain, "Findet doch statt: Alpha") {
		t.Errorf("back: %+v", out)
	}
	tb.now = tb.now.AddDate(0, 0, 8)
	tb.load(testSource, a+"\nSTATUS:CANCELLED")
	tb.equal("window over", tb.mend(), 0)
}

func TestMendSeriesThatMoves(t *testing.T) {
	tb := newTable(t)
	tb.load(testSource, ev("s", "20261201T100000", "Runde", "RRULE:FREQ=WEEKLY"))
	tb.announce("1", `{"days":10}`, tb.now)
	tb.out()
	tb.load(testSource, ev("s", "20261202T110000", "Runde", "RRULE:FREQ=WEEKLY"))
	tb.mend()
	out := tb.out()
	if len(out) != 2 || strings.Count(out[1].Plain, "Verschoben") != 2 {
		t.Fatalf("out: %+v", out)
	}
	if !strings.Contains(out[1].Plain, "statt Di, 8. Dez, 10:00 Uhr jetzt Mi, 9. Dez, 11:00–12:30 Uhr") {
		t.Errorf("news: %s", out[1].Plain)
	}
}

func TestMendLeavesOtherRoomsAlone(t *testing.T) {
	tb := newTable(t)
	tb.load(testSource, ev("a", "20261203T140000", "Alpha"))
	tb.write(func(tx *store.Tx) error {
		room := tb.room(lang.German)
		room.Room = "!left:example.org"
		_, err := Announce(t.Context(), tx, tb.phrases, room, "", tb.now, tb.now, "left")
		return err
	})
	tb.out()
	tb.load(testSource, ev("a", "20261203T160000", "Alpha"))
	tb.equal("jobs", tb.mend(), 1)
	tb.equal("out", len(tb.out()), 0)
	jobs, err := tb.store.DueJobs(t.Context(), tb.now, []string{MendKind}, 1)
	if err != nil || len(jobs) != 0 {
		t.Errorf("the job is not ticked off: %v %v", jobs, err)
	}
}

func TestFilterJSON(t *testing.T) {
	f := Filter{Days: 14, Kind: KindHelp, Topics: []string{"a"}, Words: []string{"b"}}
	text, err := json.Marshal(f)
	if err != nil || string(text) != `{"days":14,"kind":"help","topics":["a"],"words":["b"]}` {
		t.Errorf("%s, %v", text, err)
	}
}
