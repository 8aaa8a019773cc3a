package bot

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"
)

// lanes works off rows: in order within a lane (a room), several lanes at
// once. It is what the inbox and the outbox have in common.
type lanes[T any] struct {
	ring  <-chan struct{}                               // rung when there is more
	fetch func(context.Context) ([]T, time.Time, error) // the first row of each lane, and when the next is due
	lane  func(T) string                                // the row's lane
	work  func(context.Context, T)                      // does one row; it must not come back from fetch unless it is to be done again
	count int                                           // lanes at once
	full  atomic.Bool                                   // all lanes were busy, and there may be more
	log   zerolog.Logger
}

// run works until ctx ends, then waits for the rows in hand. Only this loop
// changes busy, and it reads anew after a lane has come free: so no row that
// was read before it was done is worked twice.
func (l *lanes[T]) run(ctx context.Context) {
	var wg sync.WaitGroup
	defer wg.Wait()
	busy := map[string]bool{}
	free := make(chan string, l.count)
	for ctx.Err() == nil {
		for range len(free) {
			delete(busy, <-free)
		}
		if len(busy) >= l.count { // nothing can begin before a lane comes free
			delete(busy, wait(ctx, time.Time{}, nil, free))
			continue
		}
		list, next, err := l.fetch(ctx)
		if err != nil && ctx.Err() == nil {
			l.log.Err(err).Msg("cannot read work")
			next = time.Now().Add(time.Second)
		}
		for _, one := range list {
			name := l.lane(one)
			if busy[name] || len(busy) >= l.count {
				continue
			}
			busy[name] = true
			wg.Go(func() {
				defer func() { free <- name }()
				l.work(ctx, one)
			})
		}
		l.full.Store(len(busy) >= l.count)
		if name := wait(ctx, next, l.ring, free); name != "" {
			delete(busy, name)
		}
	}
}

// wait returns when there may be something to do, with the lane that came
// free, if that is why; after 30 s at the latest, so that a suspended machine
// or a turned clock is noticed.
func wait(ctx context.Context, next time.Time, ring <-chan struct{}, free <-chan string) (name string) {
	d := 30 * time.Second
	if !next.IsZero() {
		d = min(d, max(time.Until(next), time.Millisecond))
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-ring:
	case name = <-free:
	case <-t.C:
	}
	return name
}

// ring wakes who waits for a bell with room for one; rings while nobody waits
// are kept as one.
func ring(bell chan<- struct{}) {
	select {
	case bell <- struct{}{}:
	default:
	}
}
