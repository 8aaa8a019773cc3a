package bot

import "testing"

// A direct chat is asked for once: when no answer comes, the homeserver may
// have made it, and the sync tells.
func TestDirectRoomIsMadeOnce(t *testing.T) {
	b := offline(t)
	b.Account.Client.DefaultHTTPRetries = 1
	hs := b.breaks(map[string]int{"/createRoom": 504})
	if room, err := b.directRoom(t.Context(), "@cem:x"); err == nil || len(hs.asked) != 1 {
		t.Errorf("%s, %v; asked for %v", room, err, hs.asked)
	}
}
