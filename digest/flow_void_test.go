package digest

import (
	"context"
	"os"
	"strings"
	"testing"

	"maunium.net/go/mautrix/id"

	"buffet/lang"
	"buffet/store"
)

// taken is a way in which something that a digest says stops to be said.
type taken struct {
	what     string
	audience string
	words    string // that go
	stays    string // that stay beside them
	who      string // is forgotten
	take     func(*flow)
}

func (f *flow) void(e string) {
	f.Helper()
	f.write(func(ctx context.Context, tx *store.Tx) error { return tx.VoidEvent(ctx, north, id.EventID("$"+e)) })
}

// put changes a contribution.
func (f *flow) put(key string, change func(*store.Contribution)) {
	f.Helper()
	c := f.kept[key]
	change(&c)
	f.write(func(ctx context.Context, tx *store.Tx) error { return tx.PutContribution(ctx, c) })
	f.kept[key] = c
}

// quoted is a message of the newest draft that was not gathered and is no
// thread's first, and what is quoted of it.
func (f *flow) quoted() (event, text string) {
	f.Helper()
	for _, l := range f.load(f.last().ID).Lines {
		if l.Section == Threads && len(l.Sources) > 0 {
			if e := string(l.Sources[0].Event[1:]); e != "t1" && e != "u1" {
				return e, l.Text
			}
		}
	}
	f.Fatal("no thread is told")
	return "", ""
}

func ways() []taken {
	const room, net, pub = store.AudienceRoom, store.AudienceNetwork, store.AudiencePublic
	return []taken{
		{"redacted, not gathered", room, "", "Adventsmarkt", "", func(f *flow) {
			e, _ := f.quoted()
			f.void(e)
		}},
		{"root redacted, not gathered", room, "Adventsmarkt", "versichert ihr Ehrenamtliche", "", func(f *flow) { f.void("t1") }},
		{"redacted, gathered", room, "Nachbarschaftscafé", "Ferienfreizeit", "", func(f *flow) {
			f.write(func(ctx context.Context, tx *store.Tx) error { return tx.DropContribution(ctx, f.kept["e1"]) })
		}},
		{"edited", room, "Nachbarschaftscafé", "Ferienfreizeit", "", func(f *flow) {
			f.put("e1", func(c *store.Contribution) { c.Body = "Es läuft anders." })
		}},
		{"forgotten", room, "Nachbarschaftscafé", "Ferienfreizeit", "tom", func(f *flow) {
			f.write(func(ctx context.Context, tx *store.Tx) error { return tx.ForgetPerson(ctx, userOf("tom")) })
		}},
		{"forgotten, with what was not gathered", room, "Adventsmarkt", "Ferienfreizeit", "heike", func(f *flow) {
			f.write(func(ctx context.Context, tx *store.Tx) error { return tx.ForgetPerson(ctx, userOf("heike")) })
		}},
		{"name taken back", room, "– Heike Voss · zur Antwort", "Ferienfreizeit", "", func(f *flow) {
			f.put("a3", func(c *store.Contribution) { c.Name = "" })
		}},
		{"narrowed from network to room", net, "Nachbarschaftscafé", "Ferienfreizeit", "", func(f *flow) {
			f.put("e1", func(c *store.Contribution) { c.Audience = store.AudienceRoom })
		}},
		{"narrowed from public to network", pub, "Ferienfreizeit", "Vorlesepatenschaften", "", func(f *flow) {
			f.put("e2", func(c *store.Contribution) { c.Audience = store.AudienceNetwork })
		}},
		{"narrowed from public to room", net, "Ferienfreizeit", "Nachbarschaftscafé", "", func(f *flow) {
			f.put("e2", func(c *store.Contribution) { c.Audience = store.AudienceRoom })
		}},
	}
}

// stored tells whether the files of the database hold a text, besides in
// contributions that are kept.
func (f *flow) stored(text string) bool {
	f.Helper()
	rows, err := store.Collect(f.Context(), f.store.Reader(), func(scan func(...any) error) (n int, err error) { return n, scan(&n) },
		`SELECT (SELECT count(*) FROM digest_line WHERE instr(text || who, $1) > 0) + (SELECT count(*) FROM outbox WHERE instr(content, $1) > 0)`, text)
	if err != nil {
		f.Fatal(err)
	}
	return rows[0] > 0
}

// sourcesBy is how many sources of digests are kept as this person's.
func (f *flow) sourcesBy(who string) int {
	f.Helper()
	rows, err := store.Collect(f.Context(), f.store.Reader(), func(scan func(...any) error) (n int, err error) { return n, scan(&n) },
		`SELECT count(*) FROM digest_source WHERE author = $1`, userOf(who))
	if err != nil {
		f.Fatal(err)
	}
	return rows[0]
}

// TestVoid: what was taken back goes from everything that shows it, whenever
// that was, and from the database.
func TestVoid(t *testing.T) {
	for _, w := range ways() {
		for _, when := range []string{"draft", "approved", "published"} {
			t.Run(w.what+"/"+when, func(t *testing.T) {
				f := newFlow(t, lang.German)
				f.full()
				f.subscribe("jana", "")
				f.subscribe("jana", north)
				f.ok(f.due(w.audience, f.to))
				d := f.last()
				if w.words == "" {
					_, w.words = f.quoted()
				}
				if draft := f.shown()[draftKey(f, d.ID, f.organisers[0])]; !strings.Contains(draft, w.words) {
					t.Fatalf("not drafted: %q in\n%s", w.words, f.shown()[draftKey(f, d.ID, f.organisers[0])])
				}
				if w.who != "" && f.sourcesBy(w.who) == 0 {
					t.Fatalf("nothing rests on what %s said", w.who)
				}
				f.arrive()
				switch when {
				case "draft":
					w.take(f)
					f.ok(f.run())
					has(t, "draft", f.shown()[draftKey(f, d.ID, f.organisers[0])], words(w.stays, "inzwischen weg"), words(w.words))
					f.arrive()
				case "approved": // and not posted yet
					f.write(func(ctx context.Context, tx *store.Tx) error { return Approve(ctx, tx, d, nil, f.now) })
					w.take(f)
					f.ok(f.run())
				case "published":
					if err := f.decide(false); err != nil {
						t.Fatal(err)
					}
					has(t, "post", f.shown()[postKey(d.ID)], words(w.words), nil)
					f.arrive()
					w.take(f)
					f.ok(f.run())
				}
				if when == "draft" {
					if err := f.decide(false); err != nil {
						t.Fatal(err)
					}
				}
				texts := f.shown()
				for _, key := range []string{postKey(d.ID), copyKey(f, d.ID, userOf("jana")), draftKey(f, d.ID, f.organisers[0])} {
					has(t, key, texts[key], words(w.stays), words(w.words))
				}
				f.arrive()
				if f.stored(w.words) {
					t.Error("its words are still in the database")
				}
				if n := f.sourcesBy(w.who); w.who != "" && n != 0 {
					t.Errorf("%d sources are kept as %s's", n, w.who)
				}
			})
		}
	}
}

func (f *flow) subscribe(who string, room id.RoomID) {
	f.Helper()
	f.write(func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.Subscribe(ctx, store.Subscription{User: userOf(who), Network: weekNetwork, Room: room, At: f.now})
		return err
	})
}

// TestVoidBeforeSending: what was taken back before a message left is not sent
// at all.
func TestVoidBeforeSending(t *testing.T) {
	f := newFlow(t, lang.German)
	f.full()
	f.ok(f.due(store.AudienceRoom, f.to))
	if err := f.decide(false); err != nil {
		t.Fatal(err)
	}
	e, said := f.quoted()
	has(t, "post", f.posts()[0].Plain, words(said), nil)
	f.void(e)
	f.ok(f.run())
	for _, m := range f.sent() {
		if strings.Contains(m.Plain+m.HTML, said) {
			t.Errorf("%s goes out with it: %s", m.Key, m.Plain)
		}
	}
}

// TestVoidInTheFile: words that were taken back are not in the file any more.
func TestVoidInTheFile(t *testing.T) {
	f := newFlow(t, lang.German)
	f.full()
	f.ok(f.due(store.AudienceRoom, f.to))
	e, said := f.quoted()
	f.void(e)
	f.write(func(ctx context.Context, tx *store.Tx) error { return tx.ForgetPerson(ctx, userOf("tom")) })
	f.ok(f.run())
	f.arrive()
	path := f.path
	f.store.Close()
	raw, err := os.ReadFile(path) //nolint:gosec // our own
	if err != nil {
		t.Fatal(err)
	}
	for _, gone := range []string{said, "Nachbarschaftscafé"} {
		if strings.Contains(string(raw), gone) {
			t.Errorf("the file still has %q", gone)
		}
	}
	if !strings.Contains(string(raw), "Ferienfreizeit") {
		t.Error("the look into the file sees nothing")
	}
}

// TestChangedMeanwhile: what changed while we did not see it is found before
// the post: messages by reading them, contributions by what is kept.
func TestChangedMeanwhile(t *testing.T) {
	f := newFlow(t, lang.German)
	f.full()
	f.ok(f.due(store.AudienceRoom, f.to))
	d := f.last()
	e, said := f.quoted()
	for i, m := range f.history.Messages {
		if m.ID == "$"+e {
			f.history.Messages[i].Text = "Ich kann doch nicht."
		}
	}
	f.write(func(ctx context.Context, tx *store.Tx) error { // past all that would void it
		_, err := tx.ExecContext(ctx, `UPDATE contribution SET body = 'Ganz anders.' WHERE id = $1`, f.kept["e1"].ID)
		return err
	})
	f.say(voice{key: "late", kind: store.Answer, of: "q4", by: "tom", at: "Fr 15:00", text: "Ihr könnt unseren Transporter haben, er steht bereit."})
	before := f.shown()[draftKey(f, d.ID, f.organisers[0])]
	has(t, "draft", before, words(said, "Nachbarschaftscafé", "Transporter"), nil)
	if err := f.decide(false); err != nil {
		t.Fatal(err)
	}
	has(t, "post", f.shown()[postKey(d.ID)], words("Ferienfreizeit", "versichert ihr Ehrenamtliche"), words(said, "Nachbarschaftscafé", "Transporter"))
}

// TestAllVoid: a draft of which nothing is left is not posted; a post says so.
func TestAllVoid(t *testing.T) {
	all := func(f *flow) {
		f.write(func(ctx context.Context, tx *store.Tx) error {
			for who := range people() {
				if err := tx.VoidAuthor(ctx, userOf(who)); err != nil {
					return err
				}
			}
			return nil
		})
		f.ok(f.run())
	}
	f := newFlow(t, lang.German)
	f.say(germanWeek()...)
	f.ok(f.due(store.AudienceRoom, f.to))
	d := f.last()
	all(f)
	has(t, "draft", f.shown()[draftKey(f, d.ID, f.organisers[0])], words("nichts mehr", "freigabe nie"), words("ohne"))
	if err := f.decide(false); lang.Wrong("digest_nothing_left").Error() != errText(err) {
		t.Errorf("released: %v", err)
	}
	if _, there := f.shown()[postKey(d.ID)]; there {
		t.Error("posted")
	}

	f = newFlow(t, lang.German) // between approval and post
	f.say(germanWeek()...)
	f.ok(f.due(store.AudienceRoom, f.to))
	d = f.last()
	f.write(func(ctx context.Context, tx *store.Tx) error { return Approve(ctx, tx, d, nil, f.now) })
	all(f)
	if got := f.last(); got.State != store.DigestLapsed || len(f.shown()[postKey(d.ID)]) > 0 {
		t.Errorf("posted: %+v", got)
	}
	has(t, "draft", f.shown()[draftKey(f, d.ID, f.organisers[0])], words("verfallen"), nil)

	f = newFlow(t, lang.German)
	f.say(germanWeek()...)
	f.ok(f.due(store.AudienceRoom, f.to))
	d = f.last()
	if err := f.decide(false); err != nil {
		t.Fatal(err)
	}
	all(f)
	has(t, "post", f.shown()[postKey(d.ID)], words("nichts mehr"), words("versichert ihr"))
}

func errText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
