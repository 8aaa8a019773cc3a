package knowledge_test

import (
	"context"
	"slices"
	"testing"

	"maunium.net/go/mautrix/id"

	"buffet/store"
)

// Organisers were asked about an offer: what reached them is taken back, also
// from one who is forgotten themselves, and what waits is not sent at all.
func TestForgetTakesQuestionsBack(t *testing.T) {
	k := newKeeping(t)
	const benDM, carlaDM = id.RoomID("!ben:example.org"), id.RoomID("!carla:example.org")
	p := store.Proposal{Network: "N", Author: anke, Kind: store.ProposeBring, State: store.ProposalWaiting, Key: "reply/$1", Content: "{}", At: k.now}
	ask := func(ctx context.Context, tx *store.Tx, to id.UserID, sent id.EventID) error {
		key := store.ProposalKey(p.ID, "ask", tx.HashPerson(to))
		if _, err := tx.Send(ctx, store.Message{Key: key, User: to, Plain: "Anke bringt Mus", Reactions: []string{"✅", "❌"}}, k.now); err != nil || sent == "" {
			return err
		}
		return tx.Sent(ctx, key, sent, k.now)
	}
	k.write(func(ctx context.Context, tx *store.Tx) error {
		for _, err := range []error{
			tx.PutRoom(ctx, store.Room{ID: benDM, Direct: ben, Joined: k.now}), tx.PutRoom(ctx, store.Room{ID: carlaDM, Direct: carla, Joined: k.now}),
			tx.PutProposal(ctx, &p), ask(ctx, tx, ben, "$ben"), ask(ctx, tx, carla, "$carla"), ask(ctx, tx, "@dora:example.org", ""), ask(ctx, tx, "@left:example.org", "$left"),
		} {
			if err != nil {
				return err
			}
		}
		return nil
	})
	k.write(func(ctx context.Context, tx *store.Tx) error { return k.Forget(ctx, tx, carla, k.now) })
	k.write(func(ctx context.Context, tx *store.Tx) error { return k.Forget(ctx, tx, anke, k.now) })
	want := []string{benDM.String() + " " + store.ProposalKey(p.ID, "ask", k.store.HashPerson(ben)), carlaDM.String() + " " + store.ProposalKey(p.ID, "ask", k.store.HashPerson(carla))}
	if got := k.texts(`SELECT room_id || ' ' || json_extract(content, '$.redacts') FROM outbox WHERE sent_at = 0 ORDER BY room_id`); !slices.Equal(got, want) {
		t.Errorf("to be sent: %q, want %q", got, want)
	}
	if left := k.texts(`SELECT key FROM outbox WHERE content LIKE '%Mus%' OR user_id <> ''`); len(left) > 0 {
		t.Errorf("left: %q", left)
	}
	if there := k.texts(`SELECT author FROM proposal`); len(there) > 0 {
		t.Errorf("proposals of %q", there)
	}
}
