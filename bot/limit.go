package bot

import (
	"sync"
	"time"

	"maunium.net/go/mautrix/id"

	"buffet/store"
)

// marksEach is how many reactions of one person we follow in a minute: more
// than anybody means.
const marksEach = 20

// markLimit counts what each person marked in a minute, by when they did so:
// after downtime the marks of days are handled at once. It forgets after a
// minute of work, and may begin anew with the process: it only bounds the work.
type markLimit struct {
	mu    sync.Mutex
	began time.Time
	sent  map[id.UserID][]time.Time
}

func (l *markLimit) allow(in store.Incoming, now time.Time) bool {
	if in.Attempts > 0 {
		return true // counted at the first try
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.sent == nil || now.Sub(l.began) >= time.Minute {
		l.began, l.sent = now, map[id.UserID][]time.Time{}
	}
	near := 0
	for _, at := range l.sent[in.Sender] {
		if in.Sent.Sub(at).Abs() < time.Minute {
			near++
		}
	}
	if near >= marksEach {
		return false
	}
	l.sent[in.Sender] = append(l.sent[in.Sender], in.Sent)
	return true
}
