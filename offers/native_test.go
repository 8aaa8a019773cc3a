package offers

import (
	"strings"
	"testing"
	"time"

	"maunium.net/go/mautrix/id"

	"buffet/lang"
	"buffet/store"
)

const anke = id.UserID("@anke:verband.example")

// when reads a date as of the table's clock.
func (t *table) when(text string) lang.When {
	t.Helper()
	w, err := lang.ReadWhen(lang.German, text, t.now)
	if err != nil {
		t.Fatal(text, err)
	}
	return w
}

func (t *table) bring(d Draft) store.Offer {
	t.Helper()
	var o store.Offer
	t.write(func(tx *store.Tx) (err error) {
		o, err = Bring(t.ctx, tx, By{Network: testNetwork, Author: anke, Room: "!a:verband.example"}, d, t.now)
		return err
	})
	return o
}

// starts are an offer's dates as they are stored, by the clock of the table's
// zone, with what is special about them.
func (t *table) starts(o store.Offer) []string {
	t.Helper()
	dates, err := store.Dates(t.ctx, t.store.Reader(), o.ID, t.now.AddDate(0, -2, 0), -1)
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, d := range dates {
		s := d.Start.In(t.zone).Format("02.01. 15:04")
		if d.End.After(d.Start) {
			s += d.End.In(t.zone).Format("-15:04")
		}
		for _, more := range []string{d.Title, d.Location, d.URL} {
			if more != "" {
				s += " " + more
			}
		}
		if d.Cancelled {
			s += " off"
		}
		list = append(list, s)
	}
	return list
}

func TestBring(t *testing.T) {
	tb := newTable(t)
	tb.load(testSource, ev("a", "20261203T140000", "Alpha"))
	o := tb.bring(Draft{Title: "  Kollegiale\u202e \x00Beratung ", When: tb.when("jeden Dienstag 14-15:30 Uhr bis 31.12."),
		Topics: []string{"#Pflege", "pflege ", "Ehren\u200bamt"}, Location: "https://example.org/raum", Capacity: 12})
	tb.equal("number", o.Number, 2)
	got, err := store.OfferByID(t.Context(), tb.store.Reader(), o.ID)
	if err != nil {
		t.Fatal(err)
	}
	if o.UID == "" || got.UID != o.UID || got.PublicUID != o.UID {
		t.Errorf("UID %q", got.UID)
	}
	got.UID, got.PublicUID, got.ID, got.Recurrence = "", "", 0, ""
	tb.equal("stored", got, store.Offer{Network: testNetwork, Number: 2, Source: SourceMember, Status: store.OfferActive, Kind: KindExchange,
		Title: "Kollegiale Beratung", Topics: []string{"Pflege", "Ehrenamt"}, Location: "https://example.org/raum", Capacity: 12,
		Zone: "Europe/Berlin", Rule: "FREQ=WEEKLY;BYDAY=TU;UNTIL=20261231T225959Z", Author: anke, Room: "!a:verband.example",
		Expanded: tb.now.Add(layOutAhead).UTC(), Changed: tb.now.UTC()})
	tb.equal("dates", tb.starts(o), []string{"01.12. 14:00-15:30", "08.12. 14:00-15:30", "15.12. 14:00-15:30", "22.12. 14:00-15:30", "29.12. 14:00-15:30"})

	tb.equal("no length", tb.starts(tb.bring(Draft{Title: "B", When: tb.when("3.12. 14 Uhr")})), []string{"03.12. 14:00"})
	days := tb.bring(Draft{Title: "C", When: tb.when("3.12. bis 5.12.")})
	tb.equal("days", tb.starts(days), []string{"03.12. 00:00-00:00"})
	if full := tb.find(days.Number); !full.Next[0].AllDay || full.Next[0].End.Sub(full.Next[0].Start) != 72*time.Hour {
		t.Errorf("three days are %+v", full.Next[0])
	}
}

func TestBringHelp(t *testing.T) {
	tb := newTable(t)
	o := tb.bring(Draft{Title: "Beamer gesucht", Help: store.HelpNeed, When: tb.when("morgen 14 Uhr")})
	tb.equal("kind", []string{o.Kind, o.Help, o.Recurrence}, []string{KindHelp, store.HelpNeed, ""})
	tb.equal("dates", len(tb.starts(o)), 0)
	tb.now = tb.now.AddDate(0, 2, 0)
	tb.write(func(tx *store.Tx) error { return Extend(t.Context(), tx, tb.now) })
	if text := RenderOffer(tb.view(lang.German), tb.find(o.Number)).Plain(); strings.Contains(text, "vorbei") {
		t.Errorf("help has no dates to be over: %s", text)
	}
}

func TestBringRefuses(t *testing.T) {
	tb := newTable(t)
	good := Draft{Title: "A", When: tb.when("morgen 14 Uhr")}
	long := func(n int) string { return strings.Repeat("ä", n) }
	many := func(n int) (list []string) {
		for i := range n {
			list = append(list, "t"+strings.Repeat("x", i%30)+string(rune('a'+i/30)))
		}
		return list
	}
	for _, tt := range []struct {
		name, key string
		spoil     func(*Draft)
	}{
		{"no title", "native_no_title", func(d *Draft) { d.Title = " \u200b\n" }},
		{"title", "native_title_long", func(d *Draft) { d.Title = long(121) }},
		{"10 kB title", "native_title_long", func(d *Draft) { d.Title = long(10_000) }},
		{"description", "native_description_long", func(d *Draft) { d.Description = long(4001) }},
		{"place", "native_place_long", func(d *Draft) { d.Location = long(201) }},
		{"host", "native_host_long", func(d *Draft) { d.Host = long(101) }},
		{"300 topics", "native_topics", func(d *Draft) { d.Topics = many(300) }},
		{"11 topics", "native_topics", func(d *Draft) { d.Topics = many(11) }},
		{"topic", "native_topic_long", func(d *Draft) { d.Topics = []string{long(41)} }},
		{"capacity -1", "native_capacity", func(d *Draft) { d.Capacity = -1 }},
		{"capacity 10^9", "native_capacity", func(d *Draft) { d.Capacity = 1_000_000_000 }},
		{"link", "native_link", func(d *Draft) { d.URL = "javascript:alert(1)" }},
		{"link to a person", "native_link", func(d *Draft) { d.URL = "https://matrix.to/#/@anke:verband.example" }},
		{"material", "native_link", func(d *Draft) { d.Material = "file:///etc/passwd" }},
		{"kind", "native_kind", func(d *Draft) { d.Kind = "party" }},
		{"help", "native_kind", func(d *Draft) { d.Help = "maybe" }},
		{"no date", "native_no_when", func(d *Draft) { d.When = lang.When{} }},
		{"over", "native_past", func(d *Draft) { d.When.Start = tb.now.Add(-time.Hour) }},
	} {
		d := good
		tt.spoil(&d)
		err := tb.store.Write(t.Context(), func(tx *store.Tx) error {
			_, err := Bring(t.Context(), tx, By{Network: testNetwork, Author: anke}, d, tb.now)
			return err
		})
		p, ok := lang.AsProblem(err)
		if !ok || p.Key != tt.key {
			t.Errorf("%s: %v, want %s", tt.name, err, tt.key)
			continue
		}
		for _, language := range []string{lang.German, lang.English} {
			if text := tb.phrases.Say(language, p.Key, p.Values); strings.Contains(text, "no value") || len(text) > 300 {
				t.Errorf("%s: %q", tt.name, text)
			}
		}
	}
	most := good
	most.Title, most.Description, most.Topics, most.Capacity = long(120), long(4000), many(10), 100_000
	tb.bring(most)
}

func TestBringForgotten(t *testing.T) {
	tb := newTable(t)
	tb.write(func(tx *store.Tx) error { return tx.SetForgotten(t.Context(), tx.HashPerson(anke), tb.now) })
	err := tb.store.Write(t.Context(), func(tx *store.Tx) error {
		_, err := Bring(t.Context(), tx, By{Network: testNetwork, Author: anke}, Draft{Title: "A", When: tb.when("morgen 14 Uhr")}, tb.now)
		return err
	})
	if p, ok := lang.AsProblem(err); !ok || p.Key != "native_forgotten" {
		t.Errorf("got %v", err)
	}
}

// A title with markup, or one that would ring everybody, is only a text.
func TestBringHarmless(t *testing.T) {
	tb := newTable(t)
	tb.bring(Draft{Title: "<b>@room</b> https://matrix.to/#/@anke:verband.example", Host: "@room", Location: "<img src=x> @room",
		Topics: []string{"@ROOM"}, Description: "@room <script>", When: tb.when("morgen 14 Uhr")})
	q, items, total := tb.ask(lang.German, "woche")
	for name, text := range map[string]*lang.Text{
		"list": RenderList(tb.view(lang.German), q, items, total), "offer": RenderOffer(tb.view(lang.German), tb.find(1)),
	} {
		if !strings.Contains(text.Plain(), "<b>") {
			t.Errorf("%s: the title is lost: %s", name, text.Plain())
		}
		for _, bad := range []string{"@room", "@ROOM", "<img", "<script", "<b>@", "matrix.to"} {
			if strings.Contains(text.HTML(), bad) || !strings.HasPrefix(bad, "<") && strings.Contains(text.Plain(), bad) {
				t.Errorf("%s: %q in %s", name, bad, text.HTML())
			}
		}
	}
}

// A file that we gave out ourselves changes nothing when it is read back.
func TestImportLeavesMembersOffers(t *testing.T) {
	tb := newTable(t)
	o := tb.bring(Draft{Title: "A", When: tb.when("morgen 14 Uhr")})
	event := "UID:" + o.UID + "\nDTSTART;TZID=Europe/Berlin:20261204T140000\nSUMMARY:Other\nSEQUENCE:9"
	tb.equal("read back", changes(tb.load(testSource, event)), "0+0=1-0 ")
	tb.equal("gone from there", changes(tb.load(testSource)), "0+0=0-0 ")
	if got := tb.find(o.Number); got.Title != "A" || got.Author != anke || got.Status != store.OfferActive {
		t.Errorf("it is now %+v", got.Offer)
	}
}

func TestSignupsFollowAFeed(t *testing.T) {
	tb := newTable(t)
	weekly := "\nRRULE:FREQ=WEEKLY;COUNT=4"
	tb.load(testSource, ev("a", "20261203T140000", "Alpha")+weekly)
	key := tb.find(1).Next[1].Key
	tb.write(func(tx *store.Tx) error {
		return tx.PutSignup(t.Context(), store.Signup{Offer: tb.find(1).ID, Key: key, User: anke, At: tb.now})
	})
	tb.load(testSource, ev("a", "20261203T160000", "Alpha")+weekly)
	list, err := store.SignupsBy(t.Context(), tb.store.Reader(), anke)
	if err != nil {
		t.Fatal(err)
	}
	if len(list) != 1 || !list[0].Key.Equal(tb.find(1).Next[1].Key) || list[0].Key.Equal(key) {
		t.Errorf("signed up for %v", list)
	}
}
