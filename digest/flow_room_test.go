package digest

import (
	"context"
	"errors"
	"strings"
	"testing"

	"maunium.net/go/mautrix/id"

	"buffet/lang"
	"buffet/schedule"
	"buffet/store"
)

// TestRoomReplaced: when a room is replaced, its schedule, draft, window and
// subscriptions go on in the new one, and what is posted stays mended.
func TestRoomReplaced(t *testing.T) {
	const fresh = id.RoomID("!nord2:verband.example")
	f := newFlow(t, lang.German)
	f.full()
	f.subscribe("jana", north)
	f.ok(f.due(store.AudienceRoom, f.to))
	if err := f.decide(false); err != nil {
		t.Fatal(err)
	}
	first := f.last()
	f.arrive()
	f.sayNext()
	f.now = f.next()
	f.ok(f.due(store.AudienceRoom, f.now))
	second := f.last()
	if second.ID == first.ID {
		t.Fatal("no second draft")
	}
	f.write(func(ctx context.Context, tx *store.Tx) error {
		if err := tx.PutRoom(ctx, store.Room{ID: fresh, Network: weekNetwork, Joined: f.now}); err != nil {
			return err
		}
		return tx.MoveRoom(ctx, north, fresh)
	})
	f.out[north] = true
	f.join("jana", fresh, "join")
	f.write(func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO mx_room_state (room_id, members_fetched) VALUES ($1, true)`, fresh)
		return err
	})
	if list, err := f.store.Schedules(t.Context(), fresh); err != nil || len(list) != 1 || list[0].Kind != schedule.Digest {
		t.Errorf("schedules: %+v, %v", list, err)
	}
	if err := f.decide(false); err != nil {
		t.Fatal(err)
	}
	var posts []string
	for _, m := range f.sent() {
		if m.Edits == "" && (m.Room == fresh || m.User == userOf("jana")) && strings.Contains(m.Plain, "Filmabend") {
			posts = append(posts, m.Key)
		}
	}
	if len(posts) != 2 { // in the room, and for its reader
		t.Errorf("posted: %v", posts)
	}
	// the post of before stands in the old room, and is mended there
	f.void("e2")
	f.ok(f.run())
	has(t, "old post", f.shown()[postKey(first.ID)], words("Nachbarschaftscafé"), words("Ferienfreizeit"))
	for _, m := range f.sent() {
		if m.Edits == postKey(first.ID) && m.Room != north {
			t.Errorf("mended in %s", m.Room)
		}
	}
	from, err := window(t.Context(), f.store.Reader(), fresh, store.AudienceRoom, f.now.AddDate(0, 0, 7))
	if err != nil || !from.Equal(f.now) {
		t.Errorf("the next window begins at %s, %v", from, err)
	}
}

// TestUnsentPostMoves: a post that had not left yet goes to the new room, and
// so do its edits.
func TestUnsentPostMoves(t *testing.T) {
	const fresh = id.RoomID("!nord2:verband.example")
	f := newFlow(t, lang.German)
	f.full()
	f.ok(f.due(store.AudienceRoom, f.to))
	if err := f.decide(false); err != nil {
		t.Fatal(err)
	}
	f.write(func(ctx context.Context, tx *store.Tx) error { return tx.MoveRoom(ctx, north, fresh) })
	f.void("e2")
	f.ok(f.run())
	n := 0
	for _, m := range f.sent() {
		if strings.HasPrefix(m.Key, postKey(f.last().ID)) && m.User == "" {
			if n++; m.Room != fresh || strings.Contains(m.Plain, "Ferienfreizeit") {
				t.Errorf("%s goes to %s: %s", m.Key, m.Room, m.Plain)
			}
		}
	}
	if n != 2 {
		t.Errorf("%d messages", n)
	}
}

// TestRoomLeft: where we are not any more nothing is made, a draft can be
// decided about without harm, and what is shown elsewhere is mended.
func TestRoomLeft(t *testing.T) {
	f := newFlow(t, lang.German)
	f.full()
	f.ok(f.due(store.AudienceRoom, f.to))
	d := f.last()
	f.out[north] = true
	f.void("e2")
	f.ok(f.run())
	has(t, "draft", f.shown()[draftKey(f, d.ID, f.organisers[0])], words("Nachbarschaftscafé"), words("Ferienfreizeit"))
	if failed := f.due(store.AudienceRoom, f.next()); len(failed) != 1 || !errors.Is(failed[0], errNotThere) || f.last().ID != d.ID {
		t.Errorf("made where we are not: %v", failed)
	}
	f.write(func(ctx context.Context, tx *store.Tx) error { return Refuse(ctx, tx, d, f.now) })
	f.run() // the slot still waits
	has(t, "draft", f.shown()[draftKey(f, d.ID, f.organisers[0])], words("verworfen"), words("Nachbarschaftscafé"))
	if f.posts() != nil {
		t.Errorf("posted: %+v", f.posts())
	}
}

// TestThrownOut: with a room its drafts lapse.
func TestThrownOut(t *testing.T) {
	f := newFlow(t, lang.German)
	f.full()
	f.ok(f.due(store.AudienceRoom, f.to))
	d, n := f.last(), f.simple()
	f.arrive()
	f.out[north] = true
	f.write(func(ctx context.Context, tx *store.Tx) error {
		if _, err := tx.ExecContext(ctx, `CREATE TABLE crypto_megolm_outbound_session (room_id TEXT)`); err != nil { // the Matrix library's
			return err
		}
		return tx.DropRoom(ctx, north, f.now)
	})
	f.ok(f.run())
	for _, one := range []int64{d.ID, n} {
		has(t, "draft", f.shown()[draftKey(f, one, f.organisers[0])], words("verfallen"), words("Taxi", "Ferienfreizeit"))
	}
	f.arrive()
	if f.stored("Ferienfreizeit") || f.stored("Taxi") || f.posts() != nil {
		t.Errorf("kept, or said there: %+v", f.posts())
	}
}

// TestOffersChange: what becomes of a date is so in drafts and posts.
func TestOffersChange(t *testing.T) {
	f := newFlow(t, lang.German)
	f.full()
	f.ok(f.due(store.AudienceRoom, f.to))
	d := f.last()
	change := func(key string, change func(list [][2]string)) {
		list := germanOffers()
		change(list)
		f.offer(list...)
		f.write(func(ctx context.Context, tx *store.Tx) error {
			return f.p.MendOffers(ctx, tx, key, []int64{1, 2, 3, 4, 5, 6})
		})
		f.ok(f.run())
	}
	change("moved", func(list [][2]string) { list[1][0] = "20261125T170000" })
	has(t, "draft", f.shown()[draftKey(f, d.ID, f.organisers[0])], words("Mi, 25. Nov, 17:00", "Fördermittel"), words("Di, 24. Nov"))
	if err := f.decide(false); err != nil {
		t.Fatal(err)
	}
	before := len(f.sent())
	change("again", func(list [][2]string) { list[1][0] = "20261125T170000" })
	if n := len(f.sent()); n != before {
		t.Errorf("%d messages about nothing new", n-before)
	}
	change("off", func(list [][2]string) {
		list[1][0] = "20261125T170000"
		list[0][1] += "\nSTATUS:CANCELLED"
	})
	has(t, "post", f.shown()[postKey(d.ID)], words("Mi, 25. Nov, 17:00", "Kollegiale Beratung · fällt aus"), nil)
	f.now = f.now.AddDate(0, 0, comingDays+1) // over by now
	before = len(f.sent())
	change("late", func(list [][2]string) { list[1][0] = "20261125T180000" })
	if n := len(f.sent()); n != before {
		t.Errorf("%d messages about what is over", n-before)
	}
}

// TestOldDigests: what is older than a room keeps things is forgotten, with
// what it quotes.
func TestOldDigests(t *testing.T) {
	f := newFlow(t, lang.German)
	f.full()
	f.ok(f.due(store.AudienceRoom, f.to))
	if err := f.decide(false); err != nil {
		t.Fatal(err)
	}
	f.arrive()
	old := f.last()
	f.write(func(ctx context.Context, tx *store.Tx) error {
		return errors.Join(tx.DropDigests(ctx, north, f.now.AddDate(0, 0, -1)), tx.DropDigests(ctx, south, f.now.AddDate(1, 0, 0)),
			tx.DropDigests(ctx, "", f.now.AddDate(1, 0, 0)))
	})
	if !f.stored("Ferienfreizeit") {
		t.Error("forgotten too early")
	}
	f.write(func(ctx context.Context, tx *store.Tx) error {
		return tx.DropDigests(ctx, north, f.now.AddDate(0, 0, 1))
	})
	if _, err := store.DigestByID(t.Context(), f.store.Reader(), old.ID); !errors.Is(err, store.ErrNotFound) || f.stored("Ferienfreizeit") {
		t.Errorf("kept: %v", err)
	}
	if posts, err := store.DigestPosts(t.Context(), f.store.Reader(), old.ID); err != nil || posts != nil {
		t.Errorf("posts: %+v, %v", posts, err)
	}
}
