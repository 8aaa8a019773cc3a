package bot

import (
	"testing"
	"time"

	"buffet/store"
)

// Reactions are counted by when they were set, not by when we got to them, and
// each once.
func TestMarkLimit(t *testing.T) {
	now := time.Now()
	mark := func(sent time.Time, attempts int) store.Incoming {
		return store.Incoming{Sender: "@ben:x", Sent: sent, Attempts: attempts}
	}
	var l markLimit
	for n := range 3 * marksEach { // of a weekend, in two rooms at once
		if !l.allow(mark(now.Add(-time.Duration(n%2+1)*time.Hour-time.Duration(n)*time.Minute), 0), now) {
			t.Errorf("%d of a weekend is not followed", n)
		}
	}
	for n := range marksEach {
		if !l.allow(mark(now.Add(time.Duration(n)*time.Second), 0), now) {
			t.Errorf("%d of a minute is not followed", n)
		}
		if !l.allow(mark(now, 1), now) {
			t.Error("the next try is not followed")
		}
	}
	if l.allow(mark(now.Add(30*time.Second), 0), now) {
		t.Error("a flood is followed")
	}
	other := mark(now, 0)
	if other.Sender = "@cem:x"; !l.allow(other, now) || !l.allow(mark(now, 0), now.Add(time.Minute)) {
		t.Error("another's, or a minute later, is not followed")
	}
}
