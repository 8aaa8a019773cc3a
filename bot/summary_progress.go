package bot

import (
	"context"
	"fmt"
	"sync"
	"time"

	"buffet/lang"
	"buffet/store"
)

// How somebody who waits is kept company.
const (
	typingAfter   = 300 * time.Millisecond
	typingFor     = 30 * time.Second
	progressAfter = 5 * time.Second // since they asked
	progressEvery = 5 * time.Second
	progressMost  = 30 // edits of the line
	progressSteps = 5  // the first three are reading
)

// company shows those who wait that something is done: that we type, and
// after a while a line that says what.
type company struct {
	s    *summing
	stop func() // ends it; what it began to send is in the outbox then

	mu   sync.Mutex
	read int
	step int
}

func (s *summing) accompany(ctx context.Context) *company {
	ctx, cancel := context.WithCancel(ctx)
	c := &company{s: s, step: 1}
	var wg sync.WaitGroup
	wg.Go(func() { c.run(ctx) })
	c.stop = func() { cancel(); wg.Wait() }
	return c
}

// reading takes what ReadThread and ReadSince report.
func (c *company) reading(read int, part float64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.read, c.step = read, max(c.step, 1+int(part*(progressSteps-2)))
}

// summing notes that all is read.
func (c *company) summing(messages int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.read, c.step = messages, progressSteps
}

func (c *company) run(ctx context.Context) {
	client, room := c.s.Account.Client, c.s.a.Room
	typing := time.NewTimer(typingAfter)
	defer typing.Stop()
	line := time.NewTimer(max(time.Until(c.s.a.Asked.Add(progressAfter)), 0))
	defer line.Stop()
	typed, lines := false, 0
	for {
		select {
		case <-ctx.Done():
			if typed {
				end, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
				_, _ = client.UserTyping(end, room, false, 0)
				cancel()
			}
			return
		case <-typing.C:
			_, _ = client.UserTyping(ctx, room, true, typingFor) // a courtesy
			typed = true
			typing.Reset(typingFor * 2 / 3)
		case <-line.C:
			if err := c.show(ctx, lines); err != nil && ctx.Err() == nil {
				c.s.Log.Err(err).Str("job", c.s.j.Key).Msg("cannot show progress")
			}
			if lines++; lines <= progressMost {
				line.Reset(progressEvery)
			}
		}
	}
}

// show puts the line into the outbox, or what it says now.
func (c *company) show(ctx context.Context, n int) error {
	c.mu.Lock()
	read, step := c.read, c.step
	c.mu.Unlock()
	key := "sum_reading"
	if step == progressSteps {
		key = "sum_summing"
	}
	text := c.s.say(key, lang.Values{"Count": read, "Step": step, "Steps": progressSteps})
	m := summaryReply(c.s.a, text)
	return c.s.Store.Write(ctx, func(tx *store.Tx) error {
		there, lost, err := store.MessageThere(ctx, tx, m.Key)
		if err != nil || lost {
			return err
		}
		if there {
			m.Edits = m.Key
			m.Key = fmt.Sprintf("%s/progress/%d/%d", m.Key, c.s.j.Attempts, n)
		}
		_, err = tx.Send(ctx, m, time.Now())
		return err
	})
}
