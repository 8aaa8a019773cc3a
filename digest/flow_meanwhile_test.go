package digest

import (
	"context"
	"errors"
	"strings"
	"testing"

	"maunium.net/go/mautrix/id"

	"buffet/lang"
	"buffet/store"
)

// TestTakenBackMeanwhile: what is taken back while a digest is being made is in
// no draft and in no preview, and of who wants to be forgotten nothing is kept.
func TestTakenBackMeanwhile(t *testing.T) {
	for name, c := range map[string]struct {
		gone, stays []string
		take        func(f *flow)
	}{
		"a message edited": {words("Adventsmarkt"), words("Nachbarschaftscafé"), func(f *flow) {
			for i, m := range f.history.Messages {
				if m.ID == "$t1" {
					f.history.Messages[i].Text = "Ich suche niemanden mehr."
				}
			}
		}},
		"a contribution deleted": {words("Nachbarschaftscafé"), words("Ferienfreizeit"), func(f *flow) {
			f.write(func(ctx context.Context, tx *store.Tx) error { return tx.DropContribution(ctx, f.kept["e1"]) })
		}},
		"a person forgotten": {words("Nachbarschaftscafé"), words("Ferienfreizeit"), func(f *flow) {
			f.write(func(ctx context.Context, tx *store.Tx) error {
				if err := tx.ForgetPerson(ctx, userOf("tom")); err != nil {
					return err
				}
				return tx.SetForgotten(ctx, tx.HashPerson(userOf("tom")), f.now)
			})
		}},
	} {
		for _, how := range []string{"draft", "preview"} {
			t.Run(name+"/"+how, func(t *testing.T) {
				f := newFlow(t, lang.German)
				f.full()
				f.afterRead = func() { c.take(f) }
				if how == "draft" {
					f.ok(f.due(store.AudienceRoom, f.to))
				} else {
					f.write(func(ctx context.Context, tx *store.Tx) error {
						return AddPreview(ctx, tx, "$asked", PreviewArgs{Room: north, Audience: store.AudienceRoom, User: userOf("jana")}, f.now)
					})
					if failed := f.run(); len(failed) == 0 {
						t.Error("a preview of what is gone was not made anew")
					}
					f.ok(f.run())
				}
				all := f.sent()
				if len(all) != 1 {
					t.Fatalf("sent: %+v", all)
				}
				has(t, how, all[0].Plain, c.stays, c.gone)
				var n int
				if err := f.store.Reader().QueryRowContext(t.Context(), `SELECT count(*) FROM digest_source WHERE author = $1`, userOf("tom")).Scan(&n); err != nil ||
					name == "a person forgotten" && n > 0 {
					t.Errorf("%d sources of who is forgotten, %v", n, err)
				}
			})
		}
	}
}

// TestPreviewTakenBack: a preview is taken back when something in it is.
func TestPreviewTakenBack(t *testing.T) {
	for name, take := range map[string]func(f *flow){
		"message":      func(f *flow) { f.void("t1") },
		"contribution": func(f *flow) { f.put("e1", func(c *store.Contribution) { c.Body = "anders" }) },
		"nothing":      func(*flow) {},
	} {
		f := newFlow(t, lang.German)
		f.full()
		f.write(func(ctx context.Context, tx *store.Tx) error {
			return AddPreview(ctx, tx, "$asked", PreviewArgs{Room: north, Audience: store.AudienceRoom, User: userOf("jana")}, f.now)
		})
		f.ok(f.run())
		key := f.sent()[0].Key
		take(f)
		f.ok(f.run())
		back := 0
		for _, m := range f.sent() {
			if m.Redacts == key && m.User == userOf("jana") {
				back++
			}
			if name != "nothing" && strings.Contains(m.Plain, "Nachbarschaftscafé") {
				t.Errorf("%s: goes out with its words: %s", name, m.Plain)
			}
		}
		if want := map[bool]int{true: 0, false: 1}[name == "nothing"]; back != want {
			t.Errorf("%s: taken back %d times, want %d", name, back, want)
		}
	}
}

// TestNoPreview: who asked for a preview that comes to nothing hears so, and is
// forgotten.
func TestNoPreview(t *testing.T) {
	for language, says := range map[string]string{lang.German: "nichts geworden", lang.English: "Nothing came"} {
		for name, end := range map[string]func(f *flow, key string){
			"not in the room": func(f *flow, _ string) {
				f.out[north] = true
				f.ok(f.run())
			},
			"given up": func(f *flow, key string) {
				f.deaf = errors.New("no homeserver")
				if failed := f.run(); len(failed) != 1 {
					f.Errorf("failed: %v", failed)
				}
				job, err := f.store.Job(f.Context(), key)
				if err != nil {
					f.Fatal(err)
				}
				f.write(func(ctx context.Context, tx *store.Tx) error {
					if _, err := tx.FailJob(ctx, job, f.now, f.deaf); err != nil {
						return err
					}
					return f.p.GaveUp(ctx, tx, job)
				})
			},
		} {
			f := newFlow(t, language)
			f.full()
			f.write(func(ctx context.Context, tx *store.Tx) error {
				return AddPreview(ctx, tx, "$asked", PreviewArgs{Room: north, Audience: store.AudienceRoom, User: userOf("jana"), Lang: language}, f.now)
			})
			const key = PreviewKind + "/$asked"
			end(f, key)
			if all := f.sent(); len(all) != 1 || all[0].User != userOf("jana") || !strings.Contains(all[0].Plain, says) {
				t.Errorf("%s: %+v", name, all)
			}
			if job, err := f.store.Job(t.Context(), key); err != nil || job.Args != "" {
				t.Errorf("%s: kept %q, %v", name, job.Args, err)
			}
		}
	}
}

// TestNobodyApproves: who may not read a draft hears that it waits, and nothing
// of it.
func TestNobodyApproves(t *testing.T) {
	f := newFlow(t, lang.German)
	f.full()
	f.organisers, f.others = nil, []id.UserID{"@coordinator:verband.example"}
	f.ok(f.due(store.AudienceRoom, f.to))
	all := f.sent()
	if len(all) != 1 || all[0].User != f.others[0] {
		t.Fatalf("sent: %+v", all)
	}
	has(t, "told", all[0].Plain, words("wartet der Entwurf", "Tritt ihm bei"), words("Ferienfreizeit", "Adventsmarkt", "Petra"))
}
