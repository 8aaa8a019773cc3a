package bot

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/crypto"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"
	"maunium.net/go/mautrix/sqlstatestore"

	"buffet/internal/matrixtest"
	"buffet/store"
)

// hears is a homeserver that answers as it is told: JSON, or "" for what is not there.
type hears func(req *http.Request) string

func (f hears) RoundTrip(req *http.Request) (*http.Response, error) {
	body, status := f(req), http.StatusOK
	if body == "" {
		body, status = `{"errcode": "M_NOT_FOUND", "error": "no"}`, http.StatusNotFound
	}
	return &http.Response{StatusCode: status, Request: req, Header: http.Header{"Content-Type": {"application/json"}},
		Body: io.NopCloser(strings.NewReader(body))}, nil
}

// bare makes a bot without encryption of its own, on such a homeserver.
func bare(t *testing.T, hs hears) *Bot {
	t.Helper()
	ctx := t.Context()
	st := matrixtest.Must(store.Open(ctx, filepath.Join(t.TempDir(), "buffet.db")))(t)
	t.Cleanup(func() { _ = st.Close() })
	cli := matrixtest.Must(mautrix.NewClient("http://hs.test", "@buffet:x", "token"))(t)
	cli.Client = &http.Client{Transport: hs}
	states := sqlstatestore.NewSQLStateStore(st.Matrix(), nil, false)
	keys := crypto.NewSQLCryptoStore(st.Matrix(), nil, "", "", []byte("key"))
	for _, upgrade := range []func(context.Context) error{states.Upgrade, keys.DB.Upgrade} {
		if err := upgrade(ctx); err != nil {
			t.Fatal(err)
		}
	}
	cli.StateStore = states
	a := &Account{Client: cli}
	a.syncer = newSyncer(a, st, zerolog.Nop())
	a.syncer.OnEvent(cli.StateStoreSyncHandler)
	b := &Bot{Account: a, Store: st, Log: zerolog.Nop(), guard: roomGuard{client: cli, crypto: keys}}
	a.syncer.bot = b
	return b
}

// member is an event that says what somebody is to a room.
func member(user id.UserID, is event.Membership) map[string]any {
	return map[string]any{"type": "m.room.member", "event_id": "$" + user, "state_key": user, "sender": user,
		"origin_server_ts": 1, "content": map[string]any{"membership": is}}
}

func members(list ...map[string]any) string {
	text, _ := json.Marshal(map[string]any{"chunk": list})
	return string(text)
}

// To look since when everybody sees what is said leaves the members known.
func TestVisibleKeepsMembers(t *testing.T) {
	b := bare(t, func(req *http.Request) string {
		switch {
		case strings.Contains(req.URL.Path, "/m.room.history_visibility"):
			return `{"history_visibility": "joined"}`
		case strings.HasSuffix(req.URL.Path, "/members") && req.URL.RawQuery == "":
			return members(member("@anke:x", event.MembershipJoin), member("@berta:x", event.MembershipLeave))
		case strings.HasSuffix(req.URL.Path, "/members"):
			return members(member("@anke:x", event.MembershipJoin))
		}
		return ""
	})
	ctx := t.Context()
	if _, err := b.visibleFrom(ctx, "!r:x", time.UnixMilli(5)); err != nil {
		t.Fatal(err)
	}
	states := b.Account.Client.StateStore
	if known := matrixtest.Must(states.HasFetchedMembers(ctx, "!r:x"))(t); !known || !states.IsMembership(ctx, "!r:x", "@berta:x", event.MembershipLeave) {
		t.Error("members are not known any more")
	}
}

// Who comes or goes while a room's members are read is known as the sync told.
func TestMembersWhileRead(t *testing.T) {
	ctx, room := t.Context(), id.RoomID("!r:x")
	var b *Bot
	asked, moves := 0, 1 // how often somebody moves while they are read
	b = bare(t, func(req *http.Request) string {
		if !strings.HasSuffix(req.URL.Path, "/members") {
			return ""
		}
		list := members(member("@anke:x", event.MembershipJoin), member("@berta:x", event.MembershipJoin))
		if asked++; asked > 1 {
			list = members(member("@anke:x", event.MembershipJoin), member("@berta:x", event.MembershipLeave))
		}
		if asked <= moves {
			b.hears(t, map[string]any{"next_batch": "b", "rooms": map[string]any{"join": map[string]any{
				room.String(): map[string]any{"timeline": map[string]any{"events": []any{member("@berta:x", event.MembershipLeave)}}}}}})
		}
		return list
	})
	states := b.Account.Client.StateStore
	if err := b.guard.members(ctx, room); err != nil {
		t.Fatal(err)
	}
	if !states.IsMembership(ctx, room, "@berta:x", event.MembershipLeave) || !states.IsMembership(ctx, room, "@anke:x", event.MembershipJoin) || asked != 2 {
		t.Errorf("after %d requests: %v", asked, matrixtest.Must(states.GetAllMembers(ctx, room))(t))
	}
	if err := b.Store.ForgetMembers(ctx, room); err != nil {
		t.Fatal(err)
	}
	asked, moves = 0, 1<<30
	if err := b.guard.members(ctx, room); !errors.Is(err, errMoving) || asked != memberTries {
		t.Errorf("after %d requests: %v", asked, err)
	}
	if known := matrixtest.Must(states.HasFetchedMembers(ctx, room))(t); known {
		t.Error("what is not sure counts as known")
	}
}

// A gap in the sync while members are read may hide who went in it.
func TestGapWhileMembersAreRead(t *testing.T) {
	room := id.RoomID("!r:x")
	var b *Bot
	asked := 0
	b = bare(t, func(req *http.Request) string {
		if asked++; asked == 1 {
			b.hears(t, map[string]any{"next_batch": "b", "rooms": map[string]any{"join": map[string]any{
				room.String(): map[string]any{"timeline": map[string]any{"limited": true, "events": []any{}}}}}})
		}
		return members(member("@anke:x", event.MembershipJoin))
	})
	if err := b.guard.members(t.Context(), room); err != nil || asked != 2 {
		t.Errorf("after %d requests: %v", asked, err)
	}
}

// Members that could not be kept are not known.
func TestMembersNotKept(t *testing.T) {
	var b *Bot
	b = bare(t, func(*http.Request) string {
		if _, err := b.Store.Matrix().Exec(t.Context(), `DROP TABLE mx_user_profile`); err != nil {
			t.Error(err)
		}
		return members(member("@anke:x", event.MembershipJoin))
	})
	if err := b.guard.members(t.Context(), "!r:x"); err == nil {
		t.Error("they count as known")
	}
}

// hears takes in a sync response.
func (b *Bot) hears(t *testing.T, body map[string]any) {
	t.Helper()
	var res mautrix.RespSync
	text := matrixtest.Must(json.Marshal(body))(t)
	if err := json.Unmarshal(text, &res); err != nil {
		t.Fatal(err)
	}
	if err := b.Account.syncer.ProcessResponse(t.Context(), &res, "a"); err != nil {
		t.Fatal(err)
	}
}
