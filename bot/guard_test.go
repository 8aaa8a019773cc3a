package bot

import (
	"context"
	"encoding/json"
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
