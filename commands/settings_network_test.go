package commands

import (
	"context"
	"slices"
	"testing"

	"buffet/lang"
	"buffet/store"
)

// What holds for a whole network is said in all its rooms, once it changes.
func TestNetworkSettingShowsCards(t *testing.T) {
	h := newTalk(t)
	h.write(func(ctx context.Context, tx *store.Tx) error {
		for _, r := range []store.Room{{ID: "!second:example.org", Network: "Nord", Joined: h.now}, {ID: "!left:example.org", Network: "Nord"}, {ID: "!south:example.org", Network: "Süd", Joined: h.now}} {
			if err := tx.PutRoom(ctx, r); err != nil {
				return err
			}
		}
		return nil
	})
	cards := func(line string) []string {
		t.Helper()
		h.say(h.organiser(lang.German, line))
		list, err := store.Collect(t.Context(), h.store.Reader(), func(scan func(...any) error) (s string, err error) { return s, scan(&s) },
			`SELECT room_id || CASE WHEN content LIKE '%Nordrhein-Westfalen%' THEN ' NRW' ELSE '' END FROM outbox WHERE key LIKE 'card/%' ORDER BY room_id`)
		if err != nil {
			t.Fatal(err)
		}
		h.write(func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.ExecContext(ctx, `DELETE FROM outbox`)
			return err
		})
		return list
	}
	want := []string{room.String(), "!second:example.org"}
	slices.Sort(want)
	withRegion := []string{want[0] + " NRW", want[1] + " NRW"}
	for _, tt := range []struct {
		line string
		want []string
	}{
		{"einstellungen angebote freigabe", want}, {"einstellungen angebote freigabe", nil}, {"einstellungen feiertage NRW", withRegion},
		{"einstellungen feiertage nrw", nil}, {"einstellungen feiertage Atlantis", nil}, {"einstellungen angebote sofort", withRegion},
	} {
		if got := cards(tt.line); !slices.Equal(got, tt.want) {
			t.Errorf("%s: cards in %q, want %q", tt.line, got, tt.want)
		}
	}
}
