package digest

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"maunium.net/go/mautrix/id"

	"buffet/lang"
	"buffet/store"
)

// simple keeps the draft of a summary in simple language that was asked for in
// a thread, and shows it to the organisers.
func (f *flow) simple() (n int64) {
	f.Helper()
	f.say(voice{key: "s1", by: "heike", at: "Di 14:00", text: "Der Fahrdienst fährt nächste Woche nur vormittags."},
		voice{key: "s2", of: "s1", by: "sven", at: "Di 14:10", text: "Wer nachmittags fahren muss, bekommt ein Taxi bezahlt."})
	source := func(e, by, text string) []store.DigestSource {
		return []store.DigestSource{{Event: id.EventID(e), Room: north, Author: userOf(by), Hash: Hash(text)}}
	}
	f.write(func(ctx context.Context, tx *store.Tx) (err error) {
		n, err = tx.AddDigest(ctx, store.Digest{Kind: store.DigestSummary, Network: weekNetwork, Room: north, Thread: "$s1", Event: "$asked", Audience: store.AudienceRoom,
			State: store.DigestDraft, Lang: f.lang, From: f.from, To: f.now, Made: f.now, Model: "model.example", Simple: true, Unreadable: 1, Cut: true}, []store.DigestLine{
			{Seq: 1, Number: 1, Section: "summary", Text: "Der Fahr-Dienst fährt nur am Vormittag.", Sources: source("$s1", "heike", f.history.Messages[0].Text)},
			{Seq: 2, Number: 2, Section: "summary", Text: "Am Nachmittag gibt es ein Taxi.", Sources: source("$s2", "sven", f.history.Messages[1].Text)}})
		if err != nil {
			return err
		}
		return f.p.SendDraft(ctx, tx, n, f.organisers, f.now)
	})
	return n
}

func (f *flow) settleSummary(n int64, do func(ctx context.Context, tx *store.Tx, d store.Digest) error) {
	f.Helper()
	d := f.byID(n)
	f.write(func(ctx context.Context, tx *store.Tx) error { return do(ctx, tx, d) })
	f.ok(f.run())
}

// inThread is what was said in the thread where it was asked.
func (f *flow) inThread() (list []store.Message) {
	f.Helper()
	for _, m := range f.posts() {
		if m.Thread != "$s1" || m.ReplyTo != "$asked" || !m.Notice {
			f.Errorf("not in the thread: %+v", m)
		}
		list = append(list, m)
	}
	return list
}

func TestSimpleSummaryReleased(t *testing.T) {
	for language, c := range map[string]struct{ title, draft, numbers, done, by string }{
		lang.German:  {"in einfacher Sprache", "Entwurf", "freigabe ohne", "Veröffentlicht", "Von einem Sprachmodell verfasst (model.example)"},
		lang.English: {"in plain language", "Draft", "approve without", "Published", "Written by a language model (model.example)"},
	} {
		f := newFlow(t, language)
		n := f.simple()
		draft := f.shown()[draftKey(f, n, f.organisers[0])]
		has(t, "draft", draft, words(c.title, c.draft, "\n1 · Der Fahr-Dienst", "\n2 · Am Nachmittag", c.numbers, c.by), words("Digest, ", "„Der Fahr"))
		f.settleSummary(n, func(ctx context.Context, tx *store.Tx, d store.Digest) error {
			return Approve(ctx, tx, d, []int{2}, f.now)
		})
		posts := f.inThread()
		if len(posts) != 1 || f.byID(n).State != store.DigestPublished {
			t.Fatalf("%s: %+v, %+v", language, f.byID(n), posts)
		}
		has(t, "post", posts[0].Plain, words(c.title, "• Der Fahr-Dienst", c.by, "$s1", f.phrases.Say(language, "digest_cut"), f.phrases.Say(language, "digest_unreadable", lang.Values{"Count": 1})), words("Taxi", c.draft))
		has(t, "draft", f.shown()[draftKey(f, n, f.organisers[0])], words(c.done), words("Fahr-Dienst"))
		f.arrive()
		if f.stored("Fahr-Dienst") {
			t.Error("its words are kept")
		}
		f.write(func(ctx context.Context, tx *store.Tx) error { return tx.VoidEvent(ctx, north, "$s1") })
		f.ok(f.run())
		if text, there := f.shown()[postKey(n)]; there {
			t.Errorf("taken back, and still there: %s", text)
		}
	}
}

// TestSimpleSummaryNot: whoever asked hears that nothing comes of it.
func TestSimpleSummaryNot(t *testing.T) {
	for name, c := range map[string]struct {
		says, draft string
		end         func(*flow, int64)
	}{
		"refused": {"nicht freigegeben", "verworfen", func(f *flow, n int64) {
			f.settleSummary(n, func(ctx context.Context, tx *store.Tx, d store.Digest) error { return Refuse(ctx, tx, d, f.now) })
		}},
		"a week old": {"nichts geworden", "verfallen", func(f *flow, _ int64) {
			for _, later := range []time.Duration{6 * 24 * time.Hour, 8 * 24 * time.Hour} {
				if len(f.posts()) > 0 {
					f.Error("lapsed after six days")
				}
				f.write(func(ctx context.Context, tx *store.Tx) error { return Lapse(ctx, tx, f.now.Add(later)) })
				f.ok(f.run())
			}
		}},
		"taken back after the approval": {"nichts geworden", "verfallen", func(f *flow, n int64) {
			f.settleSummary(n, func(ctx context.Context, tx *store.Tx, d store.Digest) error {
				for i := range 2 {
					if err := tx.VoidEvent(ctx, north, id.EventID(fmt.Sprintf("$s%d", i+1))); err != nil {
						return err
					}
				}
				return nil
			})
			has(f.T, "draft", f.shown()[draftKey(f, n, f.organisers[0])], words("freigabe nie"), words("Taxi", "Vormittag"))
			f.write(func(ctx context.Context, tx *store.Tx) error { // as if it had been released before
				_, err := tx.SetDigestState(ctx, n, store.DigestDraft, store.DigestApproved, f.now)
				if err != nil {
					return err
				}
				return release(ctx, tx, n, f.now)
			})
			f.ok(f.run())
		}},
		"edited while we were away": {"nichts geworden", "verfallen", func(f *flow, n int64) {
			for i := range f.history.Messages {
				f.history.Messages[i].Text += " Doch nicht."
			}
			f.settleSummary(n, func(ctx context.Context, tx *store.Tx, d store.Digest) error { return Approve(ctx, tx, d, nil, f.now) })
		}},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFlow(t, lang.German)
			n := f.simple()
			c.end(f, n)
			posts := f.inThread()
			if len(posts) != 1 || strings.Contains(posts[0].Plain, "\n") {
				t.Fatalf("%+v", posts)
			}
			has(t, "answer", posts[0].Plain, words(c.says), words("Taxi"))
			has(t, "draft", f.shown()[draftKey(f, n, f.organisers[0])], words(c.draft), words("Taxi", "kommt in den nächsten"))
			f.arrive()
			if f.stored("Taxi") {
				t.Error("its words are kept")
			}
			f.now = f.next() // a slot leaves them alone
			f.ok(f.due(store.AudienceRoom, f.now))
			if n := len(f.posts()); n != 1 {
				t.Errorf("%d posts", n)
			}
		})
	}
}

// TestSummaryNotPosted: a released summary that could not be posted lapses, and
// the room's weekly draft goes on waiting.
func TestSummaryNotPosted(t *testing.T) {
	f := newFlow(t, lang.German)
	f.full()
	f.ok(f.due(store.AudienceRoom, f.to))
	weekly := f.last()
	n := f.simple()
	f.write(func(ctx context.Context, tx *store.Tx) error {
		d, err := store.DigestByID(ctx, tx, n)
		if err != nil {
			return err
		}
		return Approve(ctx, tx, d, nil, f.now)
	})
	job, err := f.store.Job(t.Context(), fmt.Sprintf("%s/%d", PublishKind, n))
	if err != nil {
		t.Fatal(err)
	}
	f.write(func(ctx context.Context, tx *store.Tx) error {
		if err := f.p.GaveUp(ctx, tx, job); err != nil {
			return err
		}
		_, err := tx.FailJob(ctx, job, f.now, errNotThere)
		return err
	})
	f.ok(f.run())
	if posts := f.inThread(); f.byID(n).State != store.DigestLapsed || len(posts) != 1 {
		t.Errorf("%+v: %+v", f.byID(n), posts)
	}
	if d := f.byID(weekly.ID); d.State != store.DigestDraft {
		t.Errorf("the weekly digest: %+v", d)
	}
}
