package bot

import (
	"sync"
	"time"

	"maunium.net/go/mautrix/id"
)

// marksEach is how many reactions of one person we follow in a minute: more
// than anybody means.
const marksEach = 20

// markLimit counts what each person marked in the running minute. It may
// begin anew with the process: it only bounds the work.
type markLimit struct {
	mu    sync.Mutex
	began time.Time
	count map[id.UserID]int
}

func (l *markLimit) allow(user id.UserID, now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.count == nil || now.Sub(l.began) >= time.Minute {
		l.began, l.count = now, map[id.UserID]int{}
	}
	l.count[user]++
	return l.count[user] <= marksEach
}
