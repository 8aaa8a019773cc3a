package digest

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"maunium.net/go/mautrix/id"

	"buffet/lang"
	"buffet/store"
)

// join says who is in a room, or left it.
func (f *flow) join(who string, room id.RoomID, membership string) {
	f.Helper()
	f.write(func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO mx_user_profile (room_id, user_id, membership, displayname) VALUES ($1, $2, $3, $4)
			ON CONFLICT (room_id, user_id) DO UPDATE SET membership = excluded.membership`, room, userOf(who), membership, who)
		return err
	})
}

// copies are those who got the newest digest by direct message.
func (f *flow) copies() (list []string) {
	f.Helper()
	d := f.last()
	for _, who := range []string{"eve", "heike", "jana", "petra", "sven", "tom"} {
		key := copyKey(f, d.ID, userOf(who))
		if slices.ContainsFunc(f.sent(), func(m store.Message) bool {
			return m.Key == key && m.User == userOf(who) && m.IfThere && !m.Notice && m.Plain == f.posts()[0].Plain
		}) {
			list = append(list, who)
		}
	}
	return list
}

// TestReaders: a digest goes to those who subscribed to it and may read it now.
func TestReaders(t *testing.T) {
	const elsewhere = id.RoomID("!west:verband.example") // of another network
	for audience, want := range map[string]string{
		store.AudienceRoom: "heike jana", store.AudienceNetwork: "heike jana sven tom", store.AudiencePublic: "heike jana sven tom"} {
		f := newFlow(t, lang.German)
		f.full()
		f.write(func(ctx context.Context, tx *store.Tx) error {
			return tx.PutRoom(ctx, store.Room{ID: elsewhere, Network: "West", Joined: f.from})
		})
		f.subscribe("heike", north)
		f.subscribe("jana", north)
		f.subscribe("jana", "") // both: one copy
		f.subscribe("tom", "")  // the network's own
		f.subscribe("sven", "") // the same, and by now only in its other room
		f.join("sven", north, "leave")
		f.subscribe("petra", north) // and left it
		f.join("petra", north, "leave")
		f.subscribe("petra", south) // another room's
		f.subscribe("eve", "")      // in no room of the network any more
		f.join("eve", elsewhere, "join")
		f.write(func(ctx context.Context, tx *store.Tx) error { // of another network
			_, err := tx.Subscribe(ctx, store.Subscription{User: userOf("ali"), Network: "West", At: f.now})
			return err
		})
		f.ok(f.due(audience, f.to))
		if n := len(f.sent()); n != 1 {
			t.Errorf("%s: %d messages before it is released", audience, n)
		}
		if err := f.decide(false); err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(f.copies(), " "); got != want {
			t.Errorf("%s: sent to %q, want %q", audience, got, want)
		}
		if n := len(f.sent()); n != 1+2+1+len(strings.Fields(want)) { // draft, its edits, post, copies
			t.Errorf("%s: %d messages", audience, n)
		}
	}
}

// TestReadersUnknown: a room that we are not in, or whose members cannot be
// read, keeps nobody else from a digest; the digest's own room does.
func TestReadersUnknown(t *testing.T) {
	const invited, shut = id.RoomID("!neu:verband.example"), id.RoomID("!zu:verband.example")
	for _, audience := range []string{store.AudienceRoom, store.AudienceNetwork, store.AudiencePublic} {
		f := newFlow(t, lang.German)
		f.full()
		f.write(func(ctx context.Context, tx *store.Tx) error {
			if err := tx.PutRoom(ctx, store.Room{ID: invited, Network: weekNetwork}); err != nil {
				return err
			}
			return tx.PutRoom(ctx, store.Room{ID: shut, Network: weekNetwork, Joined: f.from})
		})
		refused := errors.New("M_FORBIDDEN")
		closed := map[id.RoomID]bool{shut: true}
		f.p.KnowMembers = func(_ context.Context, room id.RoomID) error {
			if room == invited {
				t.Errorf("%s: asked for the members of a room that we are not in", audience)
			}
			if closed[room] {
				return refused
			}
			return nil
		}
		f.subscribe("heike", north)
		f.subscribe("tom", "")
		f.ok(f.due(audience, f.to))
		closed[north] = true
		d := f.last()
		f.write(func(ctx context.Context, tx *store.Tx) error { return Approve(ctx, tx, d, nil, f.now) })
		if failed := f.run(); len(failed) != 1 || !errors.Is(failed[0], refused) {
			t.Errorf("%s: readers unknown: %v", audience, failed)
		}
		closed[north] = false
		f.ok(f.run())
		want := map[bool]string{true: "heike", false: "heike tom"}[audience == store.AudienceRoom]
		if got := strings.Join(f.copies(), " "); got != want {
			t.Errorf("%s: sent to %q, want %q", audience, got, want)
		}
	}
}

// TestReaderForgets: who is forgotten between draft and post gets nothing.
func TestReaderForgets(t *testing.T) {
	f := newFlow(t, lang.German)
	f.full()
	f.subscribe("heike", north)
	f.subscribe("jana", north)
	f.ok(f.due(store.AudienceRoom, f.to))
	f.write(func(ctx context.Context, tx *store.Tx) error {
		if _, err := tx.Unsubscribe(ctx, userOf("jana"), weekNetwork); err != nil {
			return err
		}
		return tx.ForgetPerson(ctx, userOf("heike"))
	})
	if err := f.decide(false); err != nil {
		t.Fatal(err)
	}
	if got := f.copies(); got != nil {
		t.Errorf("sent to %v", got)
	}
}

// TestAudience: the drafts of a week hold what their readers may see.
func TestAudience(t *testing.T) {
	for audience, c := range map[string]struct{ is, not []string }{
		store.AudienceRoom:    {words("Transporter", "Nachbarschaftscafé", "Ferienfreizeit", "Adventsmarkt", "Mitglieder dieses Raums"), nil},
		store.AudienceNetwork: {words("Nachbarschaftscafé", "Ferienfreizeit", "Glücksspirale", "alle im Netzwerk"), words("Transporter", "Adventsmarkt", "Raummiete")},
		store.AudiencePublic:  {words("Ferienfreizeit", "Vorlesepatenschaften", "öffentlich"), words("Nachbarschaftscafé", "Transporter", "Glücksspirale", "Adventsmarkt", "versichert ihr Ehrenamtliche")},
	} {
		f := newFlow(t, lang.German)
		f.full()
		f.ok(f.due(audience, f.to))
		d := f.last()
		if d.Audience != audience {
			t.Errorf("%s: %+v", audience, d)
		}
		has(t, audience, f.shown()[draftKey(f, d.ID, f.organisers[0])], c.is, c.not)
	}
}
