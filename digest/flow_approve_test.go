package digest

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"buffet/internal/modeltest"
	"buffet/lang"
	"buffet/store"
)

// TestNotPosted: a digest that cannot be posted lapses when its job is given
// up, and what was in it comes again.
func TestNotPosted(t *testing.T) {
	f := newFlow(t, lang.German)
	f.full()
	f.ok(f.due(store.AudienceRoom, f.to))
	d := f.last()
	f.deaf = errors.New("no homeserver")
	f.write(func(ctx context.Context, tx *store.Tx) error { return Approve(ctx, tx, d, nil, f.now) })
	if failed := f.run(); len(failed) != 1 || !errors.Is(failed[0], f.deaf) || f.posts() != nil {
		t.Fatalf("failed: %v", failed)
	}
	f.deaf = nil
	f.out[north] = true
	if failed := f.run(); len(failed) != 1 || !errors.Is(failed[0], errNotThere) {
		t.Fatalf("failed: %v", failed)
	}
	f.out[north] = false
	job, err := f.store.Job(t.Context(), PublishKind+"/1")
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
	has(t, "draft", f.shown()[draftKey(f, d.ID, f.organisers[0])], words("verfallen"), nil)
	f.now = f.next()
	f.ok(f.due(store.AudienceRoom, f.now))
	if again := f.last(); again.ID == d.ID || !again.From.Equal(f.from) {
		t.Errorf("lost: %+v", again)
	}
}

// TestWithoutApproval: where organisers do not want to see it first, it is
// posted at once; where nobody is one, it waits and the log says so; in
// simple language it is always approved.
func TestWithoutApproval(t *testing.T) {
	f := newFlow(t, lang.German)
	f.full()
	f.set(store.SetApproval, store.Off)
	f.ok(f.due(store.AudienceRoom, f.to))
	if d := f.last(); d.State != store.DigestPublished || len(f.sent()) != 1 || f.sent()[0].Room != north || f.sent()[0].Notice {
		t.Errorf("%+v: %+v", d, f.sent())
	}
	f = newFlow(t, lang.German)
	f.full()
	f.set(store.SetApproval, store.Off)
	f.set(store.SetModel, store.On)
	f.set(store.SetSimple, store.On)
	f.written(modeltest.New(t), ModelConfig{})
	f.ok(f.due(store.AudienceRoom, f.to))
	if d := f.last(); d.State != store.DigestDraft || !d.Simple {
		t.Errorf("simple: %+v", d)
	}
	f = newFlow(t, lang.German)
	f.full()
	f.organisers = nil
	f.ok(f.due(store.AudienceRoom, f.to))
	if d := f.last(); d.State != store.DigestDraft || len(f.sent()) != 0 {
		t.Errorf("nobody organises: %+v", d)
	}
}

// TestNotSimple: where simple language is wanted and no model may write, as
// with a source room that did not turn it on, the digest says that it could not
// be, and is approved only if any digest is.
func TestNotSimple(t *testing.T) {
	for approval, state := range map[string]string{store.On: store.DigestDraft, store.Off: store.DigestPublished} {
		f := newFlow(t, lang.German)
		f.full()
		f.set(store.SetApproval, approval)
		f.set(store.SetModel, store.On)
		f.set(store.SetSimple, store.On)
		f.write(func(ctx context.Context, tx *store.Tx) error {
			return AddPreview(ctx, tx, "$asked", PreviewArgs{Room: north, Audience: store.AudienceRoom, User: userOf("jana")}, f.now)
		})
		f.ok(f.run())
		const note = "In einfacher Sprache ging es diesmal nicht"
		if preview := f.sent()[0].Plain; strings.Contains(preview, "als Entwurf") != (approval == store.On) || !strings.Contains(preview, note) {
			t.Errorf("approval %s: %s", approval, preview)
		}
		f.ok(f.due(store.AudienceRoom, f.to))
		d := f.last()
		if d.State != state || d.Simple || d.Note != "digest_note_simple" {
			t.Errorf("approval %s: %+v", approval, d)
		}
		has(t, "text", f.sent()[1].Plain, words(note, "versichert ihr Ehrenamtliche"), nil)
	}
}

// TestApproveNumbers: numbers may be given twice; one that there is not, or all
// of them, are refused, and then nothing happened.
func TestApproveNumbers(t *testing.T) {
	f := newFlow(t, lang.German)
	f.full()
	f.ok(f.due(store.AudienceRoom, f.to))
	page := f.load(f.last().ID)
	var all []int
	more := false
	for _, l := range page.Lines {
		more = more || l.Role == More
		if l.Role != More && !slices.Contains(all, l.Number) {
			all = append(all, l.Number)
		}
	}
	if !more {
		t.Fatal("no line that only counts")
	}
	for key, without := range map[string][]int{"digest_no_number": {1, 99}, "digest_nothing_left": all} {
		if p, ok := lang.AsProblem(f.decide(false, without...)); !ok || p.Key != key {
			t.Errorf("without %v: %+v", without, p)
		}
		if d := f.last(); d.State != store.DigestDraft || f.posts() != nil {
			t.Errorf("without %v: %+v", without, d)
		}
	}
	if err := f.decide(false, 1, 1, 2); err != nil {
		t.Fatal(err)
	}
	has(t, "post", f.posts()[0].Plain, words("Sprechstunde"), words("Kollegiale Beratung", "Fördermittel"))
	if p, ok := lang.AsProblem(f.decide(true)); !ok || p.Key != "digest_decided" {
		t.Errorf("decided twice: %+v", p)
	}
}

// TestPreview: what the next digest would be, to who asked, and nothing of it
// is kept.
func TestPreview(t *testing.T) {
	for name, c := range map[string]struct {
		full     bool
		next     time.Time
		approval string
		is, not  []string
	}{
		"thin":      {false, time.Time{}, store.On, []string{"zu wenig Neues"}, []string{"Digest,"}},
		"planned":   {true, time.Date(2026, 11, 27, 15, 0, 0, 0, time.UTC), store.On, []string{"27. November 2026", "16:00", "als Entwurf", "versichert ihr Ehrenamtliche"}, []string{"freigabe"}},
		"unplanned": {true, time.Time{}, store.Off, []string{"Geplant ist keiner", "versichert ihr Ehrenamtliche"}, []string{"als Entwurf", "freigabe"}},
	} {
		f := newFlow(t, lang.German)
		if c.full {
			f.full()
		}
		f.set(store.SetApproval, c.approval)
		f.write(func(ctx context.Context, tx *store.Tx) error {
			return AddPreview(ctx, tx, "$asked", PreviewArgs{Room: north, Audience: store.AudienceRoom, User: userOf("jana"), Next: c.next}, f.now)
		})
		f.ok(f.run())
		all := f.sent()
		if len(all) != 1 || all[0].User != userOf("jana") {
			t.Fatalf("%s: %+v", name, all)
		}
		has(t, name, all[0].Plain, c.is, c.not)
		if list, err := store.Digests(t.Context(), f.store.Reader(), "", 9); err != nil || list != nil {
			t.Errorf("%s: kept %+v, %v", name, list, err)
		}
	}
}
