package knowledge_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"maunium.net/go/mautrix/id"

	"buffet/knowledge"
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

// A hint goes as soon as its room may not see any more what it quotes, however
// late that is; not before.
func TestHintIsTakenBack(t *testing.T) {
	const other = id.RoomID("!other:example.org")
	const asked, long = "consent/1", "Wer hat Erfahrung mit einem Fahrdienst für ältere Menschen, der an jedem Tag der Woche auch in die Dörfer am Rand der Stadt fährt?"
	edit := func(text string) func(*keeping, store.Contribution, id.EventID) {
		return func(k *keeping, c store.Contribution, _ id.EventID) {
			k.write(func(ctx context.Context, tx *store.Tx) error {
				return k.Edit(ctx, tx, hall, c.Event, anke, text, k.now)
			})
		}
	}
	choose := func(list ...knowledge.Choice) func(*keeping, store.Contribution, id.EventID) {
		return func(k *keeping, _ store.Contribution, _ id.EventID) { k.choose(asked, anke, list...) }
	}
	for name, c := range map[string]struct {
		room   id.RoomID // where the hint is
		change func(k *keeping, c store.Contribution, choice id.EventID)
		gone   bool
	}{
		"narrowed":             {other, choose(knowledge.ChooseRoom), true},
		"narrowed, in its own": {hall, choose(knowledge.ChooseRoom), false},
		"widened":              {other, choose(knowledge.ChoosePublic, knowledge.ChooseNamed), false},
		"choice taken back":    {other, func(k *keeping, _ store.Contribution, choice id.EventID) { k.redact(choice) }, true},
		"reworded":             {hall, edit("Wer hat " + long), true},
		"reworded at its end":  {hall, edit(long + " Danke!"), false},
		"outlived": {other, func(k *keeping, _ store.Contribution, _ id.EventID) {
			k.write(func(ctx context.Context, tx *store.Tx) error {
				_, err := k.Retain(ctx, tx, hall, k.now, 10, k.now)
				return err
			})
		}, true},
	} {
		t.Run(name, func(t *testing.T) {
			k := newKeeping(t)
			first, _, _ := k.gather(store.Question, k.said(anke, long), anke)
			_, choice := k.choose(asked, anke, knowledge.ChooseNetwork)
			k.place.Room = c.room
			k.write(func(ctx context.Context, tx *store.Tx) error {
				return tx.PutRoom(ctx, store.Room{ID: other, Network: "N", Joined: k.now})
			})
			later, _, _ := k.gather(store.Question, k.said(ben, long), ben)
			k.write(func(ctx context.Context, tx *store.Tx) error {
				if err := k.Hint(ctx, tx, k.place, later, k.now); err != nil {
					return err
				}
				return tx.Sent(ctx, "hint/2", "$hint", k.now)
			})
			sweep := func() {
				k.write(func(ctx context.Context, tx *store.Tx) error { return tx.Sweep(ctx, k.now.Add(24*time.Hour)) })
				if got := k.texts(`SELECT event_id FROM outbox WHERE key = 'hint/2'`); !slices.Equal(got, []string{"$hint"}) {
					t.Errorf("what the hint became: %q", got)
				}
			}
			sweep()
			c.change(k, first, choice)
			if got := k.texts(`SELECT room_id || content FROM outbox WHERE key = 'hint/2/back'`); c.gone != slices.Equal(got, []string{c.room.String() + `{"redacts":"hint/2"}`}) {
				t.Errorf("taken back by %q, want that: %t", got, c.gone)
			}
			sweep() // it is to be found for what waits to take it back
		})
	}
}
