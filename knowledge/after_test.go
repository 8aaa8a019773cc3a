package knowledge_test

import (
	"context"
	"strings"
	"testing"

	"maunium.net/go/mautrix/id"

	"buffet/knowledge"
	"buffet/store"
)

const us = id.UserID("@buffet:example.org")

func (k *keeping) after(m knowledge.Said) (list []store.Contribution) {
	k.t.Helper()
	m.Title, m.Topics = "Kollegiale Beratung", "pflege leitung"
	k.write(func(ctx context.Context, tx *store.Tx) (err error) {
		if err = k.GatherAfter(ctx, tx, k.place, m, us, k.now); err == nil {
			list, err = store.ContributionsOf(ctx, tx, m.Event)
		}
		return err
	})
	return list
}

// TestWhatIsTakenAlong: kept as marked by us, under what it is about, as long
// as its author says nothing against it.
func TestWhatIsTakenAlong(t *testing.T) {
	k := newKeeping(t)
	m := k.said(ben, "Wir fragen jetzt jede Woche nach.")
	list := k.after(m)
	if len(list) != 1 {
		t.Fatalf("%+v", list)
	}
	c := list[0]
	if c.Kind != store.Experience || c.Kept || c.Audience != store.AudienceRoom || c.Name != "" || c.Title != "Kollegiale Beratung" || c.Topics != "pflege leitung" || c.Author != ben {
		t.Errorf("%+v", c)
	}
	if again := k.after(m); len(again) != 1 || again[0].ID != c.ID {
		t.Errorf("a second time: %+v", again)
	}
	var asked string
	err := k.store.Reader().QueryRowContext(t.Context(), `SELECT json_extract(content, '$.plain') FROM outbox WHERE user_id = $1`, ben).Scan(&asked)
	if err != nil || !strings.HasPrefix(asked, "Deine Antwort zu »Kollegiale Beratung« ist als Erfahrung festgehalten: »Wir fragen jetzt jede Woche nach.«") {
		t.Errorf("asked: %q, %v", asked, err)
	}
	k.write(func(ctx context.Context, tx *store.Tx) error {
		return k.Edit(ctx, tx, hall, m.Event, ben, "Wir fragen jeden Tag nach.", k.now)
	})
	if c = *k.get(c); c.Body != "Wir fragen jeden Tag nach." || c.Title != "Kollegiale Beratung" || c.Topics != "pflege leitung" {
		t.Errorf("edited: %+v", c)
	}
	k.redact(m.Event)
	k.write(func(ctx context.Context, tx *store.Tx) error {
		if left, err := store.ContributionsOf(ctx, tx, m.Event); err != nil || len(left) != 0 {
			t.Errorf("after it was deleted: %+v, %v", left, err)
		}
		return nil
	})
}

// TestWhatIsNotTakenAlong: too short, no answer, or of somebody who wants
// nothing kept.
func TestWhatIsNotTakenAlong(t *testing.T) {
	k := newKeeping(t)
	for _, text := range []string{"Danke!", "Sehr schön", "Mehr Pausen", "Vielen lieben Dank euch allen!", "👍 👍 👍", "Wann ist denn das nächste Mal?", "", "  "} {
		if list := k.after(k.said(ben, text)); len(list) != 0 {
			t.Errorf("%q is kept", text)
		}
	}
	k.write(func(ctx context.Context, tx *store.Tx) error {
		return tx.SetForgotten(ctx, tx.HashPerson(carla), k.now)
	})
	if list := k.after(k.said(carla, "Wir fragen jetzt jede Woche nach.")); len(list) != 0 {
		t.Error("kept of somebody who wants nothing kept")
	}
}
