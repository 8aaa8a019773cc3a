package main

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"maunium.net/go/mautrix/id"

	"buffet/bot"
	"buffet/store"
)

// A room that we are out of keeps what it holds as long as its network says;
// where nobody says how long, nothing goes.
func TestKeptSince(t *testing.T) {
	ctx, now := t.Context(), time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC)
	st, err := store.Open(ctx, filepath.Join(t.TempDir(), "buffet.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	d := &daemon{store: st, bot: &bot.Bot{Store: st, Networks: []bot.Network{{Name: "Long", Retention: 60}, {Name: "Short", Retention: 6}}}}
	for _, c := range []struct {
		room                     id.RoomID
		in, gathered, digest, is string // networks: of the room, of what it holds; what is set
		months                   int    // 0: nothing goes
	}{
		{room: "!in", in: "Short", gathered: "Long", months: 6},
		{room: "!out", gathered: "Long", months: 60},
		{room: "!digest", digest: "Short", months: 6},
		{room: "!removed", in: "Gone", gathered: "Gone"},
		{room: "!unknown"},
		{room: "!set", gathered: "Gone", is: "3", months: 3},
	} {
		var got time.Time
		err := st.Write(ctx, func(tx *store.Tx) error {
			if err := holds(ctx, tx, c.room, c.in, c.gathered, c.digest, now); err != nil {
				return err
			}
			if err := tx.SetSetting(ctx, c.room, store.SetRetention, c.is); err != nil {
				return err
			}
			got, err = d.keptSince(ctx, tx, c.room, now)
			return err
		})
		want := now.AddDate(0, -c.months, 0)
		if c.months == 0 {
			want = time.Time{}
		}
		if err != nil || !got.Equal(want) {
			t.Errorf("%s: kept since %v, %v; want %v", c.room, got, err, want)
		}
	}
}

// holds keeps a room, a contribution and a digest of these networks, "" for none.
func holds(ctx context.Context, tx *store.Tx, room id.RoomID, in, gathered, digest string, now time.Time) error {
	if in != "" {
		if err := tx.PutRoom(ctx, store.Room{ID: room, Network: in, Joined: now}); err != nil {
			return err
		}
	}
	if gathered != "" {
		if _, _, err := tx.AddContribution(ctx, store.Contribution{Network: gathered, Kind: store.Experience, Room: room,
			Event: id.EventID("$" + room), Author: "@a:x", Audience: store.AudienceRoom, Body: "Text", Sent: now}); err != nil {
			return err
		}
	}
	if digest == "" {
		return nil
	}
	_, err := tx.AddDigest(ctx, store.Digest{Kind: store.DigestWeekly, Network: digest, Room: room, Audience: store.AudienceRoom,
		State: store.DigestPublished, Lang: "de", Made: now}, nil)
	return err
}
