package knowledge_test

import (
	"context"
	"slices"
	"testing"

	"buffet/store"
)

// A hint names the earlier question, and goes when that is taken back.
func TestHintQuotes(t *testing.T) {
	k := newKeeping(t)
	ask := func(text string) store.Contribution {
		c, _, _ := k.gather(store.Question, k.said(anke, text), anke)
		k.write(func(ctx context.Context, tx *store.Tx) error { return k.Hint(ctx, tx, k.place, c, k.now) })
		return c
	}
	first := ask("Wer hat Erfahrung mit einem Fahrdienst für ältere Menschen?")
	if got := k.keys("hint/%"); len(got) != 0 {
		t.Fatalf("the first question has hints: %q", got)
	}
	ask("Wer hat Erfahrung mit einem Fahrdienst für ältere Menschen in der Stadt?")
	ask("Wie lange hält sich Quittenmus im Keller?")
	if got := k.keys("hint/%"); !slices.Equal(got, []string{"hint/2"}) {
		t.Fatalf("hints: %q, want the one of the second question", got)
	}
	k.redact(first.Event)
	if got := k.texts(`SELECT content FROM outbox WHERE key = 'hint/2/back'`); !slices.Equal(got, []string{`{"redacts":"hint/2"}`}) {
		t.Errorf("the hint that quotes it is taken back by %q", got)
	}
}
