package offers

import (
	"strings"
	"testing"
	"time"

	"buffet/lang"
	"buffet/store"
)

func (t *table) edit(o store.Offer, scope Scope, key time.Time, e Edit) store.Offer {
	t.Helper()
	before := o.Sequence
	t.write(func(tx *store.Tx) (err error) {
		o, err = ChangeOffer(t.ctx, tx, o, scope, key, e, t.now)
		return err
	})
	t.equal("sequence", o.Sequence, before+1)
	return o
}

func (t *table) cancel(o store.Offer, scope Scope, key time.Time) store.Offer {
	t.Helper()
	t.write(func(tx *store.Tx) (err error) {
		o, err = CancelOffer(t.ctx, tx, o, scope, key, "Grippe", t.now)
		return err
	})
	return o
}

// key is the key of an offer's date on that day, as "13.10.".
func (t *table) key(o store.Offer, day string) time.Time {
	t.Helper()
	dates, err := store.Dates(t.ctx, t.store.Reader(), o.ID, t.now.AddDate(0, -2, 0), -1)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range dates {
		if d.Start.In(t.zone).Format("2.1.") == day {
			return d.Key
		}
	}
	t.Fatalf("no date on %s in %v", day, t.starts(o))
	return time.Time{}
}

func (t *table) at(text string) Edit {
	w := t.when(text)
	return Edit{When: &w}
}

func text(s string) *string { return &s }

// weekly is a series of seven Tuesdays over the end of summer time, two of
// which are over.
func weekly(t *testing.T) (*table, store.Offer) {
	tb := newTable(t)
	tb.now = time.Date(2026, 9, 28, 9, 0, 0, 0, tb.zone)
	o := tb.bring(Draft{Title: "A", Location: "Kiel", When: tb.when("jeden Dienstag 14-15:30 Uhr bis 10.11.")})
	tb.now = time.Date(2026, 10, 7, 9, 0, 0, 0, tb.zone)
	return tb, o
}

func TestChangeScopes(t *testing.T) {
	for _, tt := range []struct {
		name string
		do   func(*table, store.Offer) store.Offer
		want string
	}{
		{"as it was", func(_ *table, o store.Offer) store.Offer { return o },
			"29.09. 14:00-15:30, 06.10. 14:00-15:30, 13.10. 14:00-15:30, 20.10. 14:00-15:30, 27.10. 14:00-15:30, 03.11. 14:00-15:30, 10.11. 14:00-15:30"},
		{"one time", func(tb *table, o store.Offer) store.Offer {
			return tb.edit(o, OnlyThis, tb.key(o, "27.10."), tb.at("28.10. 15-16 Uhr"))
		}, "29.09. 14:00-15:30, 06.10. 14:00-15:30, 13.10. 14:00-15:30, 20.10. 14:00-15:30, 28.10. 15:00-16:00, 03.11. 14:00-15:30, 10.11. 14:00-15:30"},
		{"one time, then its place, title, link", func(tb *table, o store.Offer) store.Offer {
			key := tb.key(o, "27.10.")
			o = tb.edit(o, OnlyThis, key, tb.at("28.10. 15-16 Uhr"))
			return tb.edit(o, OnlyThis, key, Edit{Location: text("Bonn"), Title: text("B"), URL: text("https://b.example/")})
		}, "29.09. 14:00-15:30, 06.10. 14:00-15:30, 13.10. 14:00-15:30, 20.10. 14:00-15:30, 28.10. 15:00-16:00 B Bonn https://b.example/, 03.11. 14:00-15:30, 10.11. 14:00-15:30"},
		{"one place, then all times", func(tb *table, o store.Offer) store.Offer {
			o = tb.edit(o, OnlyThis, tb.key(o, "27.10."), Edit{Location: text("Bonn")})
			return tb.edit(o, All, time.Time{}, tb.at("13.10. 16-17 Uhr"))
		}, "29.09. 14:00-15:30, 06.10. 14:00-15:30, 13.10. 16:00-17:00, 20.10. 16:00-17:00, 27.10. 16:00-17:00 Bonn, 03.11. 16:00-17:00, 10.11. 16:00-17:00"},
		{"one time, then all times", func(tb *table, o store.Offer) store.Offer {
			o = tb.edit(o, OnlyThis, tb.key(o, "27.10."), tb.at("29.10. 9-10 Uhr"))
			return tb.edit(o, All, time.Time{}, tb.at("13.10. 16-17 Uhr"))
		}, "29.09. 14:00-15:30, 06.10. 14:00-15:30, 13.10. 16:00-17:00, 20.10. 16:00-17:00, 29.10. 09:00-10:00, 03.11. 16:00-17:00, 10.11. 16:00-17:00"},
		{"from one on", func(tb *table, o store.Offer) store.Offer {
			return tb.edit(o, Following, tb.key(o, "20.10."), tb.at("21.10. 18-19 Uhr"))
		}, "29.09. 14:00-15:30, 06.10. 14:00-15:30, 13.10. 14:00-15:30, 21.10. 18:00-19:00, 28.10. 18:00-19:00, 04.11. 18:00-19:00, 11.11. 18:00-19:00"},
		{"from one on, that was moved alone", func(tb *table, o store.Offer) store.Offer {
			key := tb.key(o, "20.10.")
			o = tb.edit(o, OnlyThis, key, tb.at("21.10. 9-10 Uhr"))
			return tb.edit(o, Following, key, tb.at("21.10. 18-19 Uhr"))
		}, "29.09. 14:00-15:30, 06.10. 14:00-15:30, 13.10. 14:00-15:30, 21.10. 18:00-19:00, 27.10. 18:00-19:00, 03.11. 18:00-19:00, 10.11. 18:00-19:00"},
		{"from one on twice, the later first", func(tb *table, o store.Offer) store.Offer {
			o = tb.edit(o, Following, tb.key(o, "3.11."), Edit{Location: text("Bonn")})
			return tb.edit(o, Following, tb.key(o, "20.10."), tb.at("20.10. 18-19 Uhr"))
		}, "29.09. 14:00-15:30, 06.10. 14:00-15:30, 13.10. 14:00-15:30, 20.10. 18:00-19:00, 27.10. 18:00-19:00, 03.11. 18:00-19:00 Bonn, 10.11. 18:00-19:00 Bonn"},
		{"from one on twice", func(tb *table, o store.Offer) store.Offer {
			o = tb.edit(o, Following, tb.key(o, "20.10."), tb.at("20.10. 18-19 Uhr"))
			return tb.edit(o, Following, tb.key(o, "3.11."), Edit{Location: text("Bonn")})
		}, "29.09. 14:00-15:30, 06.10. 14:00-15:30, 13.10. 14:00-15:30, 20.10. 18:00-19:00, 27.10. 18:00-19:00, 03.11. 18:00-19:00 Bonn, 10.11. 18:00-19:00 Bonn"},
		{"and back again", func(tb *table, o store.Offer) store.Offer {
			o = tb.edit(o, Following, tb.key(o, "20.10."), tb.at("21.10. 18-19 Uhr"))
			o = tb.edit(o, Following, tb.key(o, "21.10."), tb.at("20.10. 14-15:30 Uhr"))
			tb.equal("overrides", strings.Contains(o.Recurrence, "overrides"), false)
			return o
		}, "29.09. 14:00-15:30, 06.10. 14:00-15:30, 13.10. 14:00-15:30, 20.10. 14:00-15:30, 27.10. 14:00-15:30, 03.11. 14:00-15:30, 10.11. 14:00-15:30"},
		{"all texts, what is over keeps its own", func(tb *table, o store.Offer) store.Offer {
			o = tb.edit(o, OnlyThis, tb.key(o, "27.10."), Edit{Location: text("Bonn")})
			o = tb.edit(o, All, time.Time{}, Edit{Location: text("Ulm"), Title: text("B")})
			tb.equal("offer", o.Title+" "+o.Location, "B Ulm")
			return o
		}, "29.09. 14:00-15:30 A Kiel, 06.10. 14:00-15:30 A Kiel, 13.10. 14:00-15:30, 20.10. 14:00-15:30, 27.10. 14:00-15:30 Bonn, 03.11. 14:00-15:30, 10.11. 14:00-15:30"},
		{"one is off", func(tb *table, o store.Offer) store.Offer {
			o = tb.edit(o, OnlyThis, tb.key(o, "20.10."), Edit{Location: text("Bonn")})
			return tb.cancel(o, OnlyThis, tb.key(o, "20.10."))
		}, "29.09. 14:00-15:30, 06.10. 14:00-15:30, 13.10. 14:00-15:30, 20.10. 14:00-15:30 Bonn off, 27.10. 14:00-15:30, 03.11. 14:00-15:30, 10.11. 14:00-15:30"},
		{"one is off and on again", func(tb *table, o store.Offer) store.Offer {
			o = tb.cancel(o, OnlyThis, tb.key(o, "20.10."))
			return tb.edit(o, OnlyThis, tb.key(o, "20.10."), Edit{Back: true})
		}, "29.09. 14:00-15:30, 06.10. 14:00-15:30, 13.10. 14:00-15:30, 20.10. 14:00-15:30, 27.10. 14:00-15:30, 03.11. 14:00-15:30, 10.11. 14:00-15:30"},
		{"one is off, then all times", func(tb *table, o store.Offer) store.Offer {
			o = tb.cancel(o, OnlyThis, tb.key(o, "13.10."))
			return tb.edit(o, All, time.Time{}, tb.at("20.10. 16-17 Uhr"))
		}, "29.09. 14:00-15:30, 06.10. 14:00-15:30, 13.10. 14:00-15:30 off, 20.10. 16:00-17:00, 27.10. 16:00-17:00, 03.11. 16:00-17:00, 10.11. 16:00-17:00"},
		{"the rest is off", func(tb *table, o store.Offer) store.Offer {
			o = tb.edit(o, OnlyThis, tb.key(o, "20.10."), tb.at("4.11. 15-16 Uhr"))
			return tb.cancel(o, Following, tb.key(o, "3.11."))
		}, "29.09. 14:00-15:30, 06.10. 14:00-15:30, 13.10. 14:00-15:30, 27.10. 14:00-15:30, 04.11. 15:00-16:00 off"},
		{"another rhythm", func(tb *table, o store.Offer) store.Offer {
			return tb.edit(o, All, time.Time{}, tb.at("alle 2 Wochen dienstags ab 13.10. 14-15:30 Uhr"))
		}, "29.09. 14:00-15:30, 06.10. 14:00-15:30, 13.10. 14:00-15:30, 27.10. 14:00-15:30, 10.11. 14:00-15:30"},
		{"another rhythm from one on", func(tb *table, o store.Offer) store.Offer {
			o = tb.edit(o, OnlyThis, tb.key(o, "13.10."), tb.at("14.10. 9-10 Uhr"))
			o = tb.edit(o, OnlyThis, tb.key(o, "3.11."), Edit{Location: text("Bonn")})
			return tb.edit(o, Following, tb.key(o, "27.10."), tb.at("jeden Dienstag und Freitag 14-15 Uhr"))
		}, "29.09. 14:00-15:30, 06.10. 14:00-15:30, 14.10. 09:00-10:00, 20.10. 14:00-15:30, 27.10. 14:00-15:00, 30.10. 14:00-15:00, 03.11. 14:00-15:30 Bonn, 06.11. 14:00-15:00, 10.11. 14:00-15:00"},
		{"another rhythm, later dates elsewhere", func(tb *table, o store.Offer) store.Offer {
			o = tb.edit(o, Following, tb.key(o, "20.10."), Edit{Location: text("Ulm")})
			o = tb.edit(o, Following, tb.key(o, "3.11."), Edit{Location: text("Bonn")})
			return tb.edit(o, All, time.Time{}, tb.at("jeden Montag 14-15 Uhr"))
		}, "29.09. 14:00-15:30, 06.10. 14:00-15:30, 12.10. 14:00-15:00, 19.10. 14:00-15:00, 26.10. 14:00-15:00 Ulm, 02.11. 14:00-15:00 Ulm, 09.11. 14:00-15:00 Bonn"},
		{"the rhythm it has, at another hour", func(tb *table, o store.Offer) store.Offer {
			key := tb.key(o, "27.10.")
			o = tb.edit(o, All, time.Time{}, tb.at("jeden Dienstag 16-17 Uhr"))
			tb.equal("key", tb.key(o, "27.10."), key)
			return o
		}, "29.09. 14:00-15:30, 06.10. 14:00-15:30, 13.10. 16:00-17:00, 20.10. 16:00-17:00, 27.10. 16:00-17:00, 03.11. 16:00-17:00, 10.11. 16:00-17:00"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tb, o := weekly(t)
			o = tt.do(&table{T: t, ctx: t.Context(), store: tb.store, phrases: tb.phrases, zone: tb.zone, now: tb.now}, o)
			if got := strings.Join(tb.starts(o), ", "); got != tt.want {
				t.Errorf("got  %s\nwant %s\nfrom %s", got, tt.want, o.Recurrence)
			}
		})
	}
}

func TestChangeSingleDate(t *testing.T) {
	tb := newTable(t)
	o := tb.bring(Draft{Title: "A", When: tb.when("3.12. 14-15 Uhr")})
	key := tb.key(o, "3.12.")
	o = tb.edit(o, OnlyThis, key, Edit{Location: text("Bonn"), When: tb.at("10.12. 9-10 Uhr").When, Capacity: new(int)})
	tb.equal("moved", tb.starts(o), []string{"10.12. 09:00-10:00"})
	tb.equal("key", tb.key(o, "10.12."), key)
	tb.equal("place", o.Location, "Bonn")
	o = tb.cancel(o, OnlyThis, key)
	tb.equal("off", o.Status, store.OfferCancelled)
	tb.refuse("native_cancelled", o, All, time.Time{}, Edit{Title: text("B")})
	o = tb.edit(o, All, time.Time{}, Edit{Back: true})
	tb.equal("on", o.Status, store.OfferActive)
	o = tb.edit(o, All, time.Time{}, tb.at("jeden Mittwoch 9-10 Uhr bis 20.12."))
	tb.equal("series", tb.starts(o), []string{"02.12. 09:00-10:00", "09.12. 09:00-10:00", "16.12. 09:00-10:00"})
}

func (t *table) refuse(key string, o store.Offer, scope Scope, date time.Time, e Edit) {
	t.Helper()
	err := t.store.Write(t.ctx, func(tx *store.Tx) error {
		_, err := ChangeOffer(t.ctx, tx, o, scope, date, e, t.now)
		return err
	})
	p, ok := lang.AsProblem(err)
	if !ok || p.Key != key {
		t.Errorf("%+v: %v, want %s", e, err, key)
		return
	}
	for _, language := range []string{lang.German, lang.English} {
		if text := t.phrases.Say(language, p.Key, p.Values); strings.Contains(text, "no value") {
			t.Errorf("%s: %q", key, text)
		}
	}
}

func TestChangeRefuses(t *testing.T) {
	tb, o := weekly(t)
	key := tb.key(o, "20.10.")
	tb.refuse("native_wide", o, OnlyThis, key, Edit{Capacity: new(int)})
	three := 3
	later := tb.key(o, "27.10.")
	tb.refuse("native_wide", o, Following, later, Edit{Capacity: &three, Location: text("Ulm")})
	tb.refuse("native_empty_one", o, OnlyThis, later, Edit{Location: text("")})
	tb.refuse("native_empty_one", o, Following, later, Edit{Location: text("")})
	if next, err := NextItems(&o, tb.now); err != nil || next[0].Capacity != 0 || next[0].Location != "Kiel" {
		t.Errorf("%+v, %v", next[0], err)
	}
	tb.refuse("native_date_over", o, OnlyThis, tb.key(o, "6.10."), Edit{Title: text("B")})
	tb.refuse("native_date_over", o, Following, key.Add(time.Hour), Edit{Title: text("B")})
	tb.refuse("native_rhythm_one", o, OnlyThis, key, tb.at("jeden Mittwoch 9 Uhr"))
	tb.refuse("native_shift", o, Following, key, tb.at("9.11. 9 Uhr"))
	tb.refuse("native_no_title", o, All, key, Edit{Title: text(" ")})
	tb.refuse("native_link", o, All, key, Edit{Material: text("x")})
	past := tb.at("20.10. 9 Uhr")
	past.When.Start = tb.now.Add(-time.Minute)
	tb.refuse("native_past", o, OnlyThis, key, past)

	tb.load(testSource, ev("a", "20261203T140000", "Alpha"))
	feed := tb.find(2).Offer
	tb.refuse("native_feed", feed, All, time.Time{}, Edit{Title: text("B")})
	tb.load("file.ics", ev("b", "20261203T140000", "Alpha"))
	tb.refuse("native_feed_file", tb.find(3).Offer, All, time.Time{}, Edit{Title: text("B")})
	help := tb.bring(Draft{Title: "H", Help: store.HelpGive})
	tb.refuse("native_help_when", help, All, time.Time{}, tb.at("1.12. 9 Uhr"))
	tb.refuse("native_help_fields", help, All, time.Time{}, Edit{Kind: text(KindExchange)})
	tb.refuse("native_help_fields", help, All, time.Time{}, Edit{Capacity: &three})
	tb.equal("help", tb.edit(help, All, time.Time{}, Edit{Title: text("I"), Location: text("Bonn")}).Title, "I")

	tb.now = tb.now.AddDate(0, 3, 0)
	tb.refuse("native_over", o, All, time.Time{}, tb.at("1.2. 9 Uhr"))
	o = tb.edit(o, All, time.Time{}, Edit{Material: text("https://example.org/folien")})
	tb.equal("material of what is over", o.Material, "https://example.org/folien")
}

// That a series takes place after all brings back no date that was off before.
func TestBackLeavesDates(t *testing.T) {
	tb, o := weekly(t)
	o = tb.cancel(o, OnlyThis, tb.key(o, "27.10."))
	was := tb.starts(o)
	o = tb.edit(tb.cancel(o, All, time.Time{}), All, time.Time{}, Edit{Back: true})
	tb.equal("status", o.Status, store.OfferActive)
	tb.equal("dates", tb.starts(o), was)
	o = tb.edit(o, All, time.Time{}, Edit{Back: true}) // said of a series that takes place, it means them
	tb.equal("all dates", len(tb.starts(o)), len(was))
	if strings.Join(tb.starts(o), "") == strings.Join(was, "") {
		t.Errorf("still off: %v", was)
	}
}

// What shows an offer is mended, and sign-ups stay with their dates.
func TestChangeMendsPosts(t *testing.T) {
	tb := newTable(t)
	tb.members()
	o := tb.bring(Draft{Title: "<b>@room</b> A", Host: "@room", Location: "Kiel", When: tb.when("jeden Dienstag 14-15:30 Uhr bis 31.12.")})
	key := tb.key(o, "1.12.")
	tb.write(func(tx *store.Tx) error {
		return tx.PutSignup(t.Context(), store.Signup{Offer: o.ID, Key: key, User: anke, At: tb.now})
	})
	if !tb.announce("k", "{}", tb.now) {
		t.Fatal("not announced")
	}
	out := tb.out()
	if post := out[0]; strings.Contains(post.Plain+post.HTML, "@room") || strings.Contains(post.HTML, "<b>@") || !strings.Contains(post.Plain, "<b>@\u200broom</b> A") {
		t.Errorf("announced as %s", post.HTML)
	}
	last := func() string {
		t.Helper()
		if tb.mend() != 1 {
			t.Error("not one job to mend")
		}
		text := ""
		for _, m := range tb.out() {
			if m.Edits != "" {
				text = m.Plain
			}
		}
		return text
	}
	o = tb.edit(o, OnlyThis, key, tb.at("2.12. 16-17 Uhr"))
	if text := last(); !strings.Contains(text, "Mi, 2. Dez, 16:00–17:00 Uhr") {
		t.Errorf("the post shows %s", text)
	}
	o = tb.edit(o, All, time.Time{}, Edit{Title: text("Beratung")})
	if text := last(); !strings.Contains(text, "Beratung") {
		t.Errorf("the post shows %s", text)
	}
	// every Tuesday becomes every Wednesday: the date has a new key
	o = tb.edit(o, All, time.Time{}, tb.at("jeden Mittwoch 14-15 Uhr"))
	if text := last(); !strings.Contains(text, "Mi, 2. Dez, 14:00–15:00 Uhr") {
		t.Errorf("the post shows %s", text)
	}
	list, err := store.SignupsBy(t.Context(), tb.store.Reader(), anke)
	if err != nil || len(list) != 1 || !list[0].Key.Equal(tb.key(o, "2.12.")) {
		t.Errorf("signed up for %+v, %v, dates %v", list, err, tb.starts(o))
	}
	o = tb.cancel(o, All, time.Time{})
	if text := last(); !strings.Contains(text, "fällt aus") {
		t.Errorf("the post shows %s", text)
	}
	_, items, _ := tb.ask(lang.German, "woche")
	if len(items) != 1 || items[0].Status != store.OfferCancelled {
		t.Errorf("listed as %+v", items)
	}
}

// The index follows: an offer is found by what it is called now.
func TestChangeIsFound(t *testing.T) {
	tb := newTable(t)
	o := tb.bring(Draft{Title: "Kollegiale Beratung", When: tb.when("3.12. 14-15 Uhr")})
	tb.edit(o, All, time.Time{}, Edit{Title: text("Brandschutz"), Description: text("mit Feuerlöscher")})
	tb.equal("by its title", tb.titles("monat", "brandschutz"), []string{"Brandschutz"})
	tb.equal("by the old one", len(tb.titles("monat", "kollegiale")), 0)
}

// Of a series that was cancelled as a whole, only those dates take place again
// that are named; the others to come stay off, however far ahead.
func TestBackOfSomeDates(t *testing.T) {
	for _, tt := range []struct {
		name string
		do   func(*table, store.Offer) store.Offer
		want string // which dates take place, beside 29.9. and 6.10., which are over
	}{
		{"one", func(tb *table, o store.Offer) store.Offer {
			return tb.edit(tb.cancel(o, All, time.Time{}), OnlyThis, tb.key(o, "27.10."), Edit{Back: true})
		}, "27.10."},
		{"the next one", func(tb *table, o store.Offer) store.Offer {
			return tb.edit(tb.cancel(o, All, time.Time{}), OnlyThis, tb.key(o, "13.10."), Edit{Back: true})
		}, "13.10."},
		{"one that was off before", func(tb *table, o store.Offer) store.Offer {
			o = tb.cancel(o, OnlyThis, tb.key(o, "27.10."))
			return tb.edit(tb.cancel(o, All, time.Time{}), OnlyThis, tb.key(o, "27.10."), Edit{Back: true})
		}, "27.10."},
		{"one, another one was moved", func(tb *table, o store.Offer) store.Offer {
			o = tb.edit(o, OnlyThis, tb.key(o, "13.10."), tb.at("5.11. 9-10 Uhr"))
			return tb.edit(tb.cancel(o, All, time.Time{}), OnlyThis, tb.key(o, "27.10."), Edit{Back: true})
		}, "27.10."},
		{"one at another time", func(tb *table, o store.Offer) store.Offer {
			e := tb.at("28.10. 9-10 Uhr")
			e.Back = true
			return tb.edit(tb.cancel(o, All, time.Time{}), OnlyThis, tb.key(o, "27.10."), e)
		}, "28.10."},
		{"from one on", func(tb *table, o store.Offer) store.Offer {
			o = tb.cancel(o, OnlyThis, tb.key(o, "3.11."))
			return tb.edit(tb.cancel(o, All, time.Time{}), Following, tb.key(o, "27.10."), Edit{Back: true})
		}, "27.10., 10.11."},
		{"from the next one on", func(tb *table, o store.Offer) store.Offer {
			return tb.edit(tb.cancel(o, All, time.Time{}), Following, tb.key(o, "13.10."), Edit{Back: true})
		}, "13.10., 20.10., 27.10., 3.11., 10.11."},
		{"one, then from a later one on", func(tb *table, o store.Offer) store.Offer {
			o = tb.edit(tb.cancel(o, All, time.Time{}), OnlyThis, tb.key(o, "20.10."), Edit{Back: true})
			return tb.edit(o, Following, tb.key(o, "3.11."), Edit{Back: true})
		}, "20.10., 3.11., 10.11."},
		{"one, then all", func(tb *table, o store.Offer) store.Offer {
			o = tb.edit(tb.cancel(o, All, time.Time{}), OnlyThis, tb.key(o, "20.10."), Edit{Back: true})
			return tb.edit(o, All, time.Time{}, Edit{Back: true})
		}, "13.10., 20.10., 27.10., 3.11., 10.11."},
		{"one, which is off again, then all", func(tb *table, o store.Offer) store.Offer {
			o = tb.edit(tb.cancel(o, All, time.Time{}), OnlyThis, tb.key(o, "20.10."), Edit{Back: true})
			o = tb.cancel(o, OnlyThis, tb.key(o, "20.10."))
			return tb.edit(o, All, time.Time{}, Edit{Back: true})
		}, "13.10., 20.10., 27.10., 3.11., 10.11."},
		{"what is over stays off", func(tb *table, o store.Offer) store.Offer {
			o = tb.cancel(o, OnlyThis, tb.key(o, "13.10."))
			tb.now = tb.now.AddDate(0, 0, 7)
			return tb.edit(o, All, time.Time{}, Edit{Back: true})
		}, "20.10., 27.10., 3.11., 10.11."},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tb, o := weekly(t)
			o = tt.do(&table{T: t, ctx: t.Context(), store: tb.store, phrases: tb.phrases, zone: tb.zone, now: tb.now}, o)
			tb.equal("status", o.Status, store.OfferActive)
			dates, err := store.Dates(t.Context(), tb.store.Reader(), o.ID, tb.now.AddDate(0, 0, -20), -1)
			if err != nil {
				t.Fatal(err)
			}
			var on []string
			for _, d := range dates {
				if !d.Cancelled {
					on = append(on, d.Start.In(tb.zone).Format("2.1."))
				}
			}
			if got := strings.Join(on, ", "); got != "29.9., 6.10., "+tt.want {
				t.Errorf("got  %s\nwant %s\nfrom %s", got, tt.want, o.Recurrence)
			}
			whole, err := Series(&o)
			if err != nil {
				t.Fatal(err)
			}
			read, err := ReadCalendar(strings.NewReader(icalWritten(t, o)), icalTestOptions(t))
			if err != nil {
				t.Fatal(err)
			}
			runs := func(all []string) (list []string) {
				for _, d := range all {
					if !strings.Contains(d, " cancelled") {
						list = append(list, d)
					}
				}
				return list
			}
			e := Entry{Title: o.Title, Location: o.Location, URL: o.URL, Recurrence: whole}
			icalDiffer(t, runs(icalOccurrences(t, read.Entries)), runs(icalOccurrences(t, []Entry{e})), "written")
		})
	}

	tb := newTable(t)
	was := tb.cancel(tb.bring(Draft{Title: "A", When: tb.when("jeden Donnerstag 14-15 Uhr")}), All, time.Time{})
	o := tb.edit(was, OnlyThis, tb.key(was, "17.12."), Edit{Back: true})
	if different, err := tb.view(lang.German).Differences(&was, &o); err != nil ||
		different.Plain() != "• Do, 17. Dez, 14:00–15:00 Uhr: findet statt" {
		t.Errorf("%q, %v", different.Plain(), err)
	}
	tb.now = tb.now.AddDate(2, 0, 0)
	if next, err := NextItems(&o, tb.now); err != nil || len(next) == 0 || next[0].Status != store.OfferCancelled {
		t.Errorf("back after two years: %+v, %v", next, err)
	}
	help := tb.bring(Draft{Title: "H", Help: store.HelpGive})
	tb.equal("help", tb.edit(tb.cancel(help, All, time.Time{}), All, time.Time{}, Edit{Back: true}).Status, store.OfferActive)
}
