package digest

import (
	"context"
	"errors"
	"testing"
	"time"

	"maunium.net/go/mautrix/id"

	"buffet/lang"
	"buffet/store"
)

// next is the Friday after the week of the tests.
func (f *flow) next() time.Time { return f.to.AddDate(0, 0, 7) }

// sayNext has something said in the week after.
func (f *flow) sayNext() {
	f.Helper()
	for i, v := range []voice{
		{key: "n1", kind: store.Question, by: "ali", text: "Wer hat eine Leinwand für den Filmabend?"},
		{key: "n2", kind: store.Experience, by: "jana", text: "Unser Filmabend im Freien hat alle Generationen zusammengebracht."},
	} {
		c := store.Contribution{Network: weekNetwork, Kind: v.kind, Room: north, EventRoom: north, Event: id.EventID("$" + v.key),
			Author: userOf(v.by), Kept: true, Body: v.text, Sent: f.to.Add(time.Duration(24+i) * time.Hour)}
		if v.kind == store.Question {
			c.Thread = c.Event
		}
		f.write(func(ctx context.Context, tx *store.Tx) (err error) {
			f.kept[v.key], _, err = tx.AddContribution(ctx, c)
			return err
		})
	}
}

// TestThinWeekGrows: a thin week makes nothing, and the next digest holds it.
func TestThinWeekGrows(t *testing.T) {
	f := newFlow(t, lang.German)
	f.say(voice{key: "q", kind: store.Question, by: "ali", at: "Mo 09:00", text: "Wer leiht uns ein Zelt?"})
	f.ok(f.due(store.AudienceRoom, f.to))
	if len(f.sent()) != 0 {
		t.Fatalf("sent %+v", f.sent())
	}
	f.sayNext()
	f.now = f.next()
	f.ok(f.due(store.AudienceRoom, f.now))
	d := f.last()
	if !d.From.Equal(f.from) || !d.To.Equal(f.next()) || d.Questions != 2 {
		t.Errorf("the window did not grow: %+v", d)
	}
	has(t, "draft", f.shown()[draftKey(f, d.ID, f.organisers[0])], words("Zelt", "Leinwand"), nil)
}

// TestUnapprovedLapses: at the next slot a draft lapses, its copies say so and
// its words go; what was in it comes again.
func TestUnapprovedLapses(t *testing.T) {
	for language, lapsed := range map[string]string{lang.German: "verfallen", lang.English: "lapsed"} {
		f := newFlow(t, language)
		f.full()
		f.organisers = append(f.organisers, "@zweite:verband.example")
		f.ok(f.due(store.AudienceRoom, f.to))
		first := f.last()
		f.sayNext()
		f.now = f.next()
		f.ok(f.due(store.AudienceRoom, f.now))
		second := f.last()
		if second.ID == first.ID || f.byID(first.ID).State != store.DigestLapsed || !second.From.Equal(f.from) {
			t.Fatalf("%+v, then %+v", f.byID(first.ID), second)
		}
		for _, user := range f.organisers {
			has(t, "old draft", f.shown()[draftKey(f, first.ID, user)], words(lapsed), words("Tom Brandt"))
			has(t, "new draft", f.shown()[draftKey(f, second.ID, user)], words("Tom Brandt", "Leinwand"), nil)
		}
		lines, err := store.DigestLines(t.Context(), f.store.Reader(), first.ID)
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range lines {
			if l.Text != "" || l.Who != "" {
				t.Errorf("a lapsed draft keeps %q", l.Text)
			}
		}
		if err := f.decide(false); err != nil {
			t.Fatal(err)
		}
		if n := len(f.posts()); n != 1 {
			t.Errorf("%d posts", n)
		}
	}
}

// posts are the digests in the room.
func (f *flow) posts() (list []store.Message) {
	f.Helper()
	for _, m := range f.sent() {
		if m.Room == north && m.Edits == "" && m.Redacts == "" {
			list = append(list, m)
		}
	}
	return list
}

// TestNotAgain: what was published, refused or left out does not come again,
// open questions too; those that found no room do.
func TestNotAgain(t *testing.T) {
	for name, c := range map[string]struct {
		never bool
		out   bool
		again []string
		not   []string
	}{
		"published": {again: []string{"Leinwand", "Raummiete"}, not: []string{"versichert ihr Ehrenamtliche", "Nachbarschaftscafé", "Adventsmarkt"}},
		"left out":  {out: true, again: []string{"Leinwand", "Vorlesepatenschaften"}, not: []string{"versichert ihr Ehrenamtliche", "Transporter"}},
		"refused":   {never: true, again: []string{"Leinwand"}, not: []string{"versichert ihr Ehrenamtliche", "Nachbarschaftscafé", "Transporter", "Vorlesepatenschaften"}},
	} {
		f := newFlow(t, lang.German)
		f.full()
		f.ok(f.due(store.AudienceRoom, f.to))
		var without []int
		if c.out {
			for _, l := range f.load(f.last().ID).Lines {
				if l.Section == Unanswered && l.Sources != nil && l.Sources[0].Contribution == f.kept["q4"].ID {
					without = append(without, l.Number)
				}
			}
			if len(without) != 1 {
				t.Fatalf("q4 is not in it")
			}
		}
		if err := f.decide(c.never, without...); err != nil {
			t.Fatal(err)
		}
		if first := f.last(); c.never {
			has(t, "refused draft", f.shown()[draftKey(f, first.ID, f.organisers[0])], words("verworfen"), words("versichert ihr"))
			if f.posts() != nil {
				t.Error("refused and posted")
			}
		}
		f.sayNext()
		f.now = f.next()
		f.ok(f.due(store.AudienceRoom, f.now))
		d := f.last()
		if !d.From.Equal(f.to) {
			t.Errorf("%s: the window begins at %s", name, d.From)
		}
		has(t, name, f.shown()[draftKey(f, d.ID, f.organisers[0])], c.again, c.not)
		// elsewhere nobody decided about these questions
		if c.never {
			f.ok(f.due(store.AudiencePublic, f.to))
			if d := f.last(); d.Audience != store.AudiencePublic {
				t.Errorf("no public digest: %+v", d)
			}
			has(t, "public", f.shown()[draftKey(f, f.last().ID, f.organisers[0])], words("Vorlesepatenschaften"), nil)
		}
	}
}

// TestLateSlots: a slot that is made late tells of its own window, and two are
// one draft after the other, in whatever order.
func TestLateSlots(t *testing.T) {
	f := newFlow(t, lang.German)
	f.full()
	f.sayNext()
	f.now = f.to.Add(5 * time.Hour)
	f.ok(f.due(store.AudienceRoom, f.to))
	if d := f.last(); !d.To.Equal(f.to) || !d.Made.Equal(f.now) {
		t.Errorf("late: %+v", d)
	}
	f.ok(f.due(store.AudienceRoom, f.next()))
	newest := f.last()
	f.ok(f.due(store.AudienceRoom, f.to.AddDate(0, 0, 3))) // one in between comes last
	if d := f.last(); d.ID != newest.ID || d.State != store.DigestDraft {
		t.Errorf("an older slot took the place of %+v: %+v", newest, d)
	}

	f = newFlow(t, lang.German) // the same without approval
	f.full()
	f.sayNext()
	f.set(store.SetApproval, store.Off)
	f.now = f.next()
	f.ok(f.due(store.AudienceRoom, f.next()))
	f.ok(f.due(store.AudienceRoom, f.to))
	if n := len(f.posts()); n != 1 {
		t.Errorf("%d posts", n)
	}
}

// TestApprovedMeanwhile: a draft is released while the next one is in the
// making: it is made anew, and nothing is said twice.
func TestApprovedMeanwhile(t *testing.T) {
	f := newFlow(t, lang.German)
	f.full()
	f.sayNext()
	f.ok(f.due(store.AudienceRoom, f.to))
	first := f.last()
	f.making = func() {
		f.write(func(ctx context.Context, tx *store.Tx) error { return Approve(ctx, tx, first, nil, f.now) })
	}
	f.now = f.next()
	if failed := f.due(store.AudienceRoom, f.next()); len(failed) != 1 || !errors.Is(failed[0], errMoved) {
		t.Fatalf("failed: %v", failed)
	}
	f.ok(f.run())
	second := f.last()
	if f.byID(first.ID).State != store.DigestPublished || second.ID == first.ID || !second.From.Equal(f.to) || second.State != store.DigestDraft {
		t.Errorf("%+v, then %+v", f.byID(first.ID), second)
	}
	if err := f.decide(false); err != nil {
		t.Fatal(err)
	}
	posts := f.posts()
	if len(posts) != 2 {
		t.Fatalf("%d posts", len(posts))
	}
	has(t, "first", posts[0].Plain, words("versichert ihr Ehrenamtliche"), words("Filmabend"))
	has(t, "second", posts[1].Plain, words("Filmabend"), words("versichert ihr Ehrenamtliche"))
}

// TestReadAgain: a homeserver that does not answer puts a digest off, with all
// that is in it.
func TestReadAgain(t *testing.T) {
	f := newFlow(t, lang.German)
	f.full()
	busy := errors.New("503")
	f.p.Composer.Read = func(context.Context, id.RoomID, time.Time, time.Time) (*History, error) { return nil, busy }
	if failed := f.due(store.AudienceRoom, f.to); len(failed) != 1 || !errors.Is(failed[0], busy) || len(f.sent()) > 0 {
		t.Fatalf("failed: %v, sent %v", failed, f.sent())
	}
	f.p.Composer.Read = f.readBack
	f.now = f.now.Add(2 * time.Hour)
	f.ok(f.run())
	d := f.last()
	has(t, "draft", f.shown()[draftKey(f, d.ID, f.organisers[0])], words("Viel besprochen", "Transporter"), nil)
	if !d.From.Equal(f.from) || !d.To.Equal(f.to) {
		t.Errorf("from %s to %s", d.From, d.To)
	}
}
