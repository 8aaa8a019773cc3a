package bot

import (
	"context"
	"sync"
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
	log   zerolog.Logger
}

// run works until ctx ends, then waits for the rows in hand.
func (l *lanes[T]) run(ctx context.Context) {
	var (
		mu   sync.Mutex
		wg   sync.WaitGroup
		busy = map[string]bool{}
		free = make(chan struct{}, 1)
	)
	defer wg.Wait()
	for ctx.Err() == nil {
		list, next, err := l.fetch(ctx)
		if err != nil && ctx.Err() == nil {
			l.log.Err(err).Msg("cannot read work")
			next = time.Now().Add(time.Second)
		}
		for _, one := range list {
			name := l.lane(one)
			mu.Lock()
			skip := busy[name] || len(busy) >= l.count
			if !skip {
				busy[name] = true
			}
			mu.Unlock()
			if skip {
				continue
			}
			wg.Go(func() {
				defer func() {
					mu.Lock()
					delete(busy, name)
					mu.Unlock()
					select {
					case free <- struct{}{}:
					default:
					}
				}()
				l.work(ctx, one)
			})
		}
		wait(ctx, next, l.ring, free)
	}
}

// wait returns when there may be something to do; after 30 s at the latest,
// so that a suspended machine or a turned clock is noticed.
func wait(ctx context.Context, next time.Time, rings ...<-chan struct{}) {
	d := 30 * time.Second
	if !next.IsZero() {
		d = min(d, max(time.Until(next), time.Millisecond))
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-rings[0]:
	case <-rings[1]:
	case <-t.C:
	}
}
