package digest

import (
	"context"
	"testing"

	"buffet/lang"
	"buffet/store"
)

// TestNewcomersReadNoThreads: where one sees only what was said after one came,
// what others said before is not posted, nor shown by an edit of the post.
func TestNewcomersReadNoThreads(t *testing.T) {
	const note = "erst, was nach dem eigenen Beitritt gesagt wurde"
	f := newFlow(t, lang.German)
	f.full()
	f.ok(f.due(store.AudienceRoom, f.to))
	d := f.last()
	has(t, "draft", f.shown()[draftKey(f, d.ID, f.organisers[0])], words("Adventsmarkt", "Ferienfreizeit"), nil)
	f.newcomer = true
	if err := f.decide(false); err != nil {
		t.Fatal(err)
	}
	has(t, "post", f.shown()[postKey(d.ID)], words("Ferienfreizeit"), words("Adventsmarkt"))

	f = newFlow(t, lang.German)
	f.full()
	f.subscribe("jana", "")
	f.subscribe("jana", north)
	f.ok(f.due(store.AudienceRoom, f.to))
	d = f.last()
	if err := f.decide(false); err != nil {
		t.Fatal(err)
	}
	has(t, "post", f.shown()[postKey(d.ID)], words("Adventsmarkt", "Nachbarschaftscafé"), words(note))
	f.arrive()
	f.newcomer = true
	f.write(func(ctx context.Context, tx *store.Tx) error { return tx.DropContribution(ctx, f.kept["e1"]) })
	f.ok(f.run())
	for _, key := range []string{postKey(d.ID), copyKey(f, d.ID, userOf("jana"))} {
		has(t, key, f.shown()[key], words("Ferienfreizeit", note), words("Adventsmarkt", "Nachbarschaftscafé"))
	}
}

// TestNewcomersReadNoSummary: the same for a summary that waited for approval.
func TestNewcomersReadNoSummary(t *testing.T) {
	f := newFlow(t, lang.German)
	f.full()
	n := f.simple()
	f.newcomer = true
	f.write(func(ctx context.Context, tx *store.Tx) error { return Approve(ctx, tx, f.byID(n), nil, f.now) })
	f.ok(f.run())
	if d := f.byID(n); d.State != store.DigestLapsed {
		t.Errorf("posted: %+v", d)
	}
}
