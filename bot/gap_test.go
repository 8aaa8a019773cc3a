package bot

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"maunium.net/go/mautrix/id"

	"buffet/internal/matrixtest"
)

// talk says more in a room than one sync brings; last is the last of it.
func (l *live) talk(room id.RoomID) (last id.EventID) {
	for range 30 {
		last = matrixtest.Must(l.anke.Send(l.ctx, room, "Gespräch"))(l.t)
	}
	return last
}

// A room whose gap cannot be read does not hold up the others.
func TestGapThatCannotBeRead(t *testing.T) {
	l, plain, other := start(t)
	l.stop()
	l.talk(plain)
	asks := matrixtest.Must(l.anke.Send(l.ctx, other, "!hilfe"))(t)
	l.Account.Client.Client.Transport = refuses{http.DefaultTransport, plain.String() + "/messages", "M_FORBIDDEN", http.StatusForbidden}
	l.work()
	matrixtest.Must(l.anke.WaitReply(l.ctx, asks))(t)
	rechecks := 0
	for ; rechecks < 2; time.Sleep(20 * time.Millisecond) { // the first is after the join
		if err := l.Store.Reader().QueryRowContext(l.ctx, `SELECT count(*) FROM job WHERE kind = 'recheck' AND args LIKE '%'||$1||'%'`,
			plain).Scan(&rechecks); err != nil {
			t.Fatal(err)
		}
	}
	l.stop()

	l.Account.Client.Client.Transport = refuses{http.DefaultTransport, "/messages", "M_UNKNOWN", http.StatusInternalServerError}
	for try := range gapTries {
		line := &timeline{room: plain}
		err := l.Account.syncer.newEvents(l.ctx, line, "since", "from", l.taken)
		if last := try == gapTries-1; (err == nil) != last || line.holes != last {
			t.Errorf("try %d: %v, holes %v", try, err, line.holes)
		}
	}
}

// stuck is a homeserver that does not answer some requests.
type stuck struct {
	part string
	seen chan bool
}

func (s stuck) RoundTrip(req *http.Request) (*http.Response, error) {
	if !strings.Contains(req.URL.Path, s.part) {
		return http.DefaultTransport.RoundTrip(req)
	}
	s.seen <- true
	<-req.Context().Done()
	return nil, context.Cause(req.Context())
}

// A stop does not wait for what was said before; it is read at the next start.
func TestStopsWhileGapIsRead(t *testing.T) {
	l, plain, _ := start(t)
	l.stop()
	before := matrixtest.Must(l.anke.Send(l.ctx, plain, "!hilfe"))(t)
	last := l.talk(plain)
	matrixtest.Must(l.anke.WaitEvent(l.ctx, last))(t)
	slow := stuck{"/messages", make(chan bool, 9)}
	l.Account.Client.Client.Transport = slow
	l.work()
	<-slow.seen
	l.stop()
	l.Account.Client.Client.Transport = http.DefaultTransport
	l.work()
	matrixtest.Must(l.anke.WaitReply(l.ctx, before))(t)
}
