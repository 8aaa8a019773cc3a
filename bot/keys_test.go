package bot

import (
	"context"
	"encoding/json"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"buffet/internal/matrixtest"
	"buffet/store"
)

// Keys arrive and are sent at the same time, on the one connection.
func TestOlmSessionsSideBySide(t *testing.T) {
	l, _, _ := start(t)
	l.stop()
	ctx, cancel := context.WithTimeout(l.ctx, time.Minute)
	defer cancel()
	keys := l.Account.crypto.Machine().CryptoStore
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() {
			for range 1000 {
				if _, err := keys.GetSessions(ctx, "one"); err != nil {
					t.Error(err)
					return
				}
			}
		})
		wg.Go(func() {
			for range 1000 {
				if _, err := keys.GetLatestSession(ctx, "one"); err != nil {
					t.Error(err)
					return
				}
				keys.HasSession(ctx, "one")
			}
		})
	}
	wg.Wait()
}

// A first sync does not make keys that push out those which are in use.
func TestFirstSyncKeepsOneTimeKeys(t *testing.T) {
	l, _, _ := start(t)
	resp := matrixtest.Must(l.Account.Client.UploadKeys(l.ctx, &mautrix.ReqUploadKeys{}))(t)
	if n := resp.OneTimeKeyCounts.SignedCurve25519; n < 40 || n > 60 {
		t.Errorf("%d one-time keys are out, of 50", n)
	}
}

// requests notes what goes to a path with that part.
type requests struct {
	part string
	seen chan string
}

func (r *requests) RoundTrip(req *http.Request) (*http.Response, error) {
	if strings.Contains(req.URL.Path, r.part) {
		select {
		case r.seen <- req.URL.Path:
		default:
		}
	}
	return http.DefaultTransport.RoundTrip(req)
}

// A key that does not come by itself is asked for.
func TestAsksForKey(t *testing.T) {
	l, _, room := start(t)
	l.stop()
	asked := &requests{part: "/sendToDevice/" + event.ToDeviceRoomKeyRequest.Type, seen: make(chan string, 1)}
	l.Account.Client.Client.Transport = asked
	l.work()
	session := strings.Repeat("s", 43)
	matrixtest.Must(l.anke.Client.SendMessageEvent(l.ctx, room, event.EventEncrypted, map[string]any{"algorithm": id.AlgorithmMegolmV1,
		"session_id": session, "sender_key": "x", "device_id": "x", "ciphertext": strings.Repeat("A", 80)}))(t)
	select {
	case <-asked.seen:
	case <-l.ctx.Done():
		t.Error("nobody is asked for the key")
	}
}

// A device that came while the homeserver did not tell of it gets the keys to
// what is said after that.
func TestDevicesReadLater(t *testing.T) {
	l, _, room := start(t)
	l.stop()
	dir := t.TempDir()
	st := matrixtest.Must(store.Open(l.ctx, filepath.Join(dir, "second.db")))(t)
	defer func() { _ = st.Close() }()
	matrixtest.Must(Login(l.ctx, dir, st, Credentials{Homeserver: matrixtest.Homeserver(t).URL, User: l.anke.UserID,
		Password: matrixtest.Password(l.anke.Name), RecoveryKey: l.anke.RecoveryKey}, l.Log))(t)
	second := matrixtest.Must(LoadSession(dir))(t)
	asked := &fails{part: "/keys/query", times: 1, seen: make(chan bool, 9)}
	l.Account.Client.Client.Transport = asked
	l.work()
	if <-asked.seen {
		t.Fatal("not refused")
	}
	keys := l.Account.crypto.Machine().CryptoStore
	for known := false; !known; time.Sleep(20 * time.Millisecond) {
		devices := matrixtest.Must(keys.GetDevices(l.ctx, l.anke.UserID))(t)
		session := matrixtest.Must(keys.GetOutboundGroupSession(l.ctx, room))(t)
		known = devices[second.DeviceID] != nil && session == nil // what is said next gets a new key
	}
	if left := matrixtest.Must(keys.GetOutdatedTrackedUsers(l.ctx))(t); slices.Contains(left, l.anke.UserID) {
		t.Errorf("still to be read: %v", left)
	}
}

// It is asked for as long as nobody could be asked, but only if the message
// is there to be read; what is not missing any more is not remembered.
func TestAsksForKeyAgain(t *testing.T) {
	l, _, room := start(t)
	l.stop()
	asked := &fails{part: "/sendToDevice/" + event.ToDeviceRoomKeyRequest.Type, times: 1, seen: make(chan bool, 9)}
	l.Account.Client.Client.Transport = asked
	session := strings.Repeat("s", 43)
	content := map[string]any{"algorithm": id.AlgorithmMegolmV1, "session_id": session, "sender_key": "x", "device_id": "x",
		"ciphertext": strings.Repeat("A", 80)}
	evt := &event.Event{ID: "$lost", RoomID: room, Sender: l.anke.UserID, Type: event.EventEncrypted,
		Content: event.Content{VeryRaw: matrixtest.Must(json.Marshal(content))(t)}}
	in := matrixtest.Must(l.decrypt(l.ctx, store.Room{ID: room}, &store.Incoming{Event: evt.ID}, evt, false))(t)
	if in == nil || in.Kind != store.InLocked {
		t.Fatalf("kept as %+v", in)
	}
	remembers := func() (n int) {
		l.requested.Range(func(any, any) bool { n++; return true })
		return n
	}
	if n := remembers(); n != 0 {
		t.Errorf("%d keys count as asked for before what they open is kept", n)
	}
	l.work()
	matrixtest.Must(l.anke.Client.SendMessageEvent(l.ctx, room, event.EventEncrypted, content))(t)
	var again chan struct{} // not before it was refused
	for answered := false; !answered; {
		select {
		case answered = <-asked.seen:
			again = l.settleNow
		case again <- struct{}{}:
		case <-l.ctx.Done():
			t.Fatal("nobody is asked for the key again")
		}
	}
	l.stop()
	for _, in := range matrixtest.Must(l.Store.Locked(l.ctx, session))(t) {
		if err := l.Store.Write(l.ctx, func(tx *store.Tx) error { return tx.Unlock(l.ctx, in.Event, "", "") }); err != nil {
			t.Fatal(err)
		}
	}
	l.askForKeys(l.ctx, time.Now())
	if n := remembers(); n != 0 {
		t.Errorf("%d keys are remembered that nobody waits for", n)
	}
}

// fails refuses the first requests to a path with that part; it tells of each
// whether it went through.
type fails struct {
	part  string
	times int32
	tried atomic.Int32
	seen  chan bool
}

func (f *fails) RoundTrip(req *http.Request) (*http.Response, error) {
	if !strings.Contains(req.URL.Path, f.part) {
		return http.DefaultTransport.RoundTrip(req)
	}
	refused := f.tried.Add(1) <= f.times
	select {
	case f.seen <- !refused:
	default:
	}
	if refused {
		return refuses{nil, f.part, "M_UNKNOWN", http.StatusInternalServerError}.RoundTrip(req)
	}
	return http.DefaultTransport.RoundTrip(req)
}
