package bot

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"buffet/internal/matrixtest"
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
