package bot

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/id"

	"buffet/internal/matrixtest"
	"buffet/store"
)

// broken is a homeserver that fails requests whose path holds one of the keys
// with that status, and takes all others.
type broken struct {
	status map[string]int
	asked  []string
}

func (f *broken) RoundTrip(req *http.Request) (*http.Response, error) {
	f.asked = append(f.asked, req.URL.Path)
	code, body := 200, `{"room_id": "!joined"}`
	for part, status := range f.status {
		if strings.Contains(req.URL.Path, part) {
			code, body = status, fmt.Sprintf(`{"errcode": "M_%d", "error": "no"}`, status)
		}
	}
	return &http.Response{StatusCode: code, Request: req, Header: http.Header{"Content-Type": {"application/json"}},
		Body: io.NopCloser(strings.NewReader(body))}, nil
}

// asks tells whether a request was made whose path holds part.
func (f *broken) asks(part string) bool {
	return slices.ContainsFunc(f.asked, func(path string) bool { return strings.Contains(path, part) })
}

// breaks lets requests fail from now on.
func (b *Bot) breaks(status map[string]int) *broken {
	f := &broken{status: status}
	b.Account.Client.Client.Transport = f
	return f
}

// tries handles a new event as one that was tried so often before, and tells
// whether it waits for another try.
func (b *Bot) tries(t *testing.T, in store.Incoming, attempts int) (waits bool) {
	t.Helper()
	in.Event = id.EventID(fmt.Sprintf("%s/%s/%d", in.Event, in.Room, attempts))
	if err := b.Store.Write(t.Context(), func(tx *store.Tx) error { return tx.Keep(t.Context(), in, time.Now()) }); err != nil {
		t.Fatal(err)
	}
	err := b.Store.Reader().QueryRowContext(t.Context(), `SELECT seq FROM inbox WHERE event_id = $1`, in.Event).Scan(&in.Seq)
	if err != nil {
		t.Fatal(err)
	}
	in.Attempts = attempts
	b.handle(t.Context(), in)
	err = b.Store.Reader().QueryRowContext(t.Context(), `SELECT state = 'ready' FROM inbox WHERE seq = $1`, in.Seq).Scan(&waits)
	if err != nil {
		t.Fatal(err)
	}
	return waits
}

// said are the texts that wait to be sent to a person.
func (b *Bot) said(t *testing.T, user id.UserID) []string {
	t.Helper()
	return matrixtest.Must(store.Collect(t.Context(), b.Store.Reader(), func(scan func(...any) error) (text string, err error) {
		err = scan(&text)
		return text, err
	}, `SELECT json_extract(content, '$.plain') FROM outbox WHERE user_id = $1 ORDER BY seq`, user))(t)
}

func invite(room id.RoomID, from id.UserID, direct bool) store.Incoming {
	return store.Incoming{Event: "invite", Room: room, Kind: store.InInvite, Sent: time.Now(), Content: fmt.Sprintf(
		`[{"type":"m.room.member","state_key":"@buffet:x","sender":%q,"content":{"membership":"invite","is_direct":%v}}]`, from, direct)}
}

// An alias on a server that is away does not keep us from accepting, only from
// declining; and an invitation waits for a homeserver that cannot let us in.
func TestInvitationWaits(t *testing.T) {
	b := offline(t)
	ctx := t.Context()
	b.Networks[0].Rooms = []string{"#away:y", "#there:x"}
	away := map[string]int{"directory/room/#away:y": 504}
	hs := b.breaks(away)
	if b.tries(t, invite("!chat", "@ben:x", true), 0) || !hs.asks("!chat/join") {
		t.Errorf("a member's chat is not accepted: %v", hs.asked)
	}
	hs = b.breaks(away)
	if !b.tries(t, invite("!b", "@ina:x", false), 0) || hs.asks("!b/join") {
		t.Errorf("an organiser's room, which may be of another network: %v", hs.asked)
	}
	if b.tries(t, invite("!c", "@ina:x", false), store.Tries-1) || !hs.asks("!c/join") {
		t.Errorf("an organiser's room is not accepted: %v", hs.asked)
	}
	hs = b.breaks(away)
	if !b.tries(t, invite("!d", "@eve:y", false), store.Tries) || hs.asks("leave") {
		t.Errorf("a stranger's room is declined, which may be ours: %v", hs.asked)
	}
	if b.tries(t, invite("!e", "@eve:y", false), lateTries-1) || len(b.said(t, "@ina:x")) != 0 {
		t.Errorf("given up: organisers hear %q", b.said(t, "@ina:x"))
	}
	hs = b.breaks(nil)
	if b.tries(t, invite("!f", "@eve:y", true), 0) || !hs.asks("!f/leave") {
		t.Errorf("a stranger's chat is not declined: %v", hs.asked)
	}
	b.breaks(map[string]int{"/join": 502})
	if !b.tries(t, invite("!g", "@ina:x", false), 100) || b.tries(t, invite("!h", "@ina:x", false), lateTries-1) {
		t.Error("how long an invitation waits")
	}
	if got := b.said(t, "@ina:x"); len(got) != 1 || !strings.Contains(got[0], "!h") {
		t.Errorf("organisers hear %q", got)
	}
	if b.tries(t, invite("!i", "@ben:x", true), lateTries-1) || len(b.said(t, "@ben:x")) != 1 {
		t.Errorf("the one who wants a chat hears %q", b.said(t, "@ben:x"))
	}
	if err := b.Account.Client.StateStore.ClearCachedMembers(ctx, "!a"); err != nil {
		t.Fatal(err)
	}
	hs = b.breaks(map[string]int{"!a/members": 500})
	if !b.tries(t, invite("!j", "@cem:x", true), 0) || hs.asks("leave") {
		t.Errorf("declined without knowing who is a member: %v", hs.asked)
	}
}

// A room's upgrade is followed also if the successor cannot be joined for long.
func TestUpgradeWaits(t *testing.T) {
	b := offline(t)
	b.breaks(map[string]int{"/join/": 503})
	moved := func(room id.RoomID) store.Incoming {
		return store.Incoming{Event: id.EventID("$" + room[1:]), Room: room, Sender: "@ina:x", Kind: store.InTombstone, Sent: time.Now(),
			Content: fmt.Sprintf(`{"replacement_room":"%s2"}`, room)}
	}
	if !b.tries(t, moved("!a"), store.Tries) {
		t.Error("given up")
	}
	if b.tries(t, moved("!a"), lateTries-1) {
		t.Error("not given up")
	}
	r, err := b.Store.Room(t.Context(), "!a2")
	if got := b.said(t, "@ina:x"); err != nil || r.Network != "N" || r.Followed != "!a" || len(got) != 1 || !strings.Contains(got[0], "!a") {
		t.Errorf("%+v, %v; organisers hear %q", r, err, got)
	}
	if b.tries(t, moved("!dm"), lateTries-1) || len(b.said(t, "@ben:x")) != 1 {
		t.Errorf("the one of the chat hears %q", b.said(t, "@ben:x"))
	}
	if r, err := b.Store.DirectRoom(t.Context(), "@ben:x"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("the old chat is still used: %+v, %v", r, err)
	}
}

// A reaction waits for its message, and its author hears of it if that is in
// vain, once a day.
func TestMarkWaits(t *testing.T) {
	b := offline(t)
	hs := b.breaks(map[string]int{"/event/": 500})
	mark := *keepAs(&store.Incoming{Event: "$mark", Room: "!a", Sender: "@ben:x", Sent: time.Now()}, store.InReaction, reacted{Sign: signQuestion, Target: "$q"})
	if !b.tries(t, mark, store.Tries) || !hs.asks("$q") {
		t.Error("given up")
	}
	list, _, err := b.Store.Ready(t.Context(), time.Now().Add(time.Hour), 1)
	if err != nil || len(list) != 1 {
		t.Fatal(list, err)
	}
	list[0].Attempts = lateTries - 1
	b.handle(t.Context(), list[0])
	if b.tries(t, mark, lateTries-1) {
		t.Error("not given up")
	}
	if got := b.said(t, "@ben:x"); len(got) != 1 || !strings.Contains(got[0], signQuestion) {
		t.Errorf("its author hears %q", got)
	}
}

func TestPassing(t *testing.T) {
	answer := func(code int) error {
		return fmt.Errorf("x: %w", mautrix.HTTPError{Response: &http.Response{StatusCode: code}})
	}
	for err, want := range map[error]bool{answer(500): true, answer(504): true, answer(429): true, answer(403): false, answer(404): false,
		fmt.Errorf("x: %w", mautrix.HTTPError{WrappedError: io.EOF}): true, io.EOF: false} {
		if got := passing(err); got != want {
			t.Errorf("%v: %v", err, got)
		}
	}
}

// A space that cannot be asked may hold the room: it is not declined then.
func TestSpaceThatFails(t *testing.T) {
	b := offline(t)
	b.Networks[0].Spaces = []string{"!space"}
	b.spaces.Store(id.RoomID("!space"), "N")
	for n, code := range []int{500, 403} {
		hs := b.breaks(map[string]int{"!space/state/m.space.child/": code})
		if !b.tries(t, invite("!b", "@eve:y", false), n) || hs.asks("leave") {
			t.Errorf("%d: %v", code, hs.asked)
		}
	}
	hs := b.breaks(nil) // a child that was taken out has no servers
	if b.tries(t, invite("!b", "@eve:y", false), 2) || !hs.asks("leave") {
		t.Errorf("not in the space: %v", hs.asked)
	}
}
