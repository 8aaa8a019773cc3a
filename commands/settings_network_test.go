package commands

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
		h.say(h.chief(lang.German, line))
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

// What is set for all rooms holds where nothing else is set.
func TestNetworkSettingForRooms(t *testing.T) {
	h := newTalk(t)
	h.table.Model = "llm.example.org"
	h.write(func(ctx context.Context, tx *store.Tx) error {
		return tx.PutRoom(ctx, store.Room{ID: "!second:example.org", Network: "Nord", Joined: h.now})
	})
	set := func(key string) string {
		t.Helper()
		var got []string
		for _, r := range []id.RoomID{room, "!second:example.org"} {
			all, err := store.Settings(t.Context(), h.store.Reader(), r)
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, all[key])
		}
		return strings.Join(got, ",")
	}
	for _, tt := range []struct{ line, says, approval, simple string }{
		{"einstellungen netz freigabe aus", "in allen Räumen von »Nord«", "off,off", ","},
		{"einstellungen freigabe an", "freigabe an", "on,off", ","},
		{"settings network simple on", "Das gilt jetzt", "on,off", "on,on"},
		{"einstellungen freigabe netz", "freigabe netz", "off,off", "on,on"},
		{"einstellungen netz freigabe vielleicht", "netz freigabe aus", "off,off", "on,on"},
		{"einstellungen netz modell an", "Was soll in allen Räumen gelten?", "off,off", "on,on"},
		{"einstellungen netz", "Was soll in allen Räumen gelten?", "off,off", "on,on"},
		{"einstellungen netzwerk freigabe an", "in allen Räumen", "on,on", "on,on"},
	} {
		if got := h.say(h.chief(lang.German, tt.line)); !strings.Contains(got, tt.says) {
			t.Errorf("%s: %s", tt.line, got)
		}
		if a, s := set(store.SetApproval), set(store.SetSimple); a != tt.approval || s != tt.simple {
			t.Errorf("%s: approval %s, simple %s", tt.line, a, s)
		}
	}
	h.table.Model = ""
	if got := h.say(h.chief(lang.German, "einstellungen netz einfach aus")); !strings.Contains(got, "einfach aus") || set(store.SetSimple) != "off,off" {
		t.Errorf("%s (%s)", got, set(store.SetSimple))
	}
	if got := h.say(h.chief(lang.German, "einstellungen netz einfach an")); set(store.SetSimple) != "off,off" {
		t.Errorf("without a model: %s", got)
	}
	if got := h.say(h.request(lang.German, "einstellungen netz freigabe aus")); set(store.SetApproval) != "on,on" {
		t.Errorf("a member: %s", got)
	}
}

// What holds for a whole network is not for the moderators of one room to say.
func TestNetworkSettingOfOneRoom(t *testing.T) {
	const second = id.RoomID("!second:example.org")
	h := newTalk(t)
	h.write(func(ctx context.Context, tx *store.Tx) error {
		return errors.Join(tx.PutRoom(ctx, store.Room{ID: second, Network: "Nord", Joined: h.now}), tx.PutRoom(ctx, store.Room{ID: "!left:example.org", Network: "Nord"}))
	})
	set := func() int {
		t.Helper()
		all, err := store.NetworkSettings(t.Context(), h.store.Reader(), "Nord")
		if err != nil {
			t.Fatal(err)
		}
		return len(all)
	}
	unlisted := h.organiser(lang.English, "settings network approval off")
	unlisted.Networks[0].Organisers = nil
	for _, c := range []struct {
		req  Request
		want string
	}{
		{h.organiser(lang.German, "einstellungen netz freigabe aus"), "[problem set_network_organisers]"},
		{h.organiser(lang.German, "einstellungen angebote freigabe"), "[problem set_network_organisers]"},
		{h.organiser(lang.German, "einstellungen feiertage NRW"), "[problem set_network_organisers]"},
		{unlisted, "[problem set_network_moderators]"},
		{h.chatOf("@ben:example.org", lang.German, "einstellungen netz freigabe aus", second), "[problem set_network_organisers]"},
	} {
		if got := h.say(c.req); !strings.HasPrefix(got, c.want) || set() != 0 {
			t.Errorf("%s: %s (%d set)", c.req.Text, got, set())
		}
	}
	if got := h.say(h.chatOf("@ben:example.org", lang.German, "einstellungen netz freigabe aus", room, second)); !strings.Contains(got, "in allen Räumen") || set() != 1 {
		t.Errorf("all rooms: %s (%d set)", got, set())
	}
}
