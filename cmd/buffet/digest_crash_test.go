package main

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"maunium.net/go/mautrix/id"

	"buffet/schedule"
	"buffet/store"
)

const crashDigests = 3 // in each room

// TestDigestCrash kills the bot at random instants while digests are drafted,
// released, posted and mended, and then counts: everything once.
func TestDigestCrash(t *testing.T) {
	c := newCircle(t)
	rooms := []id.RoomID{c.plain, c.encrypted}
	stop, killed := make(chan struct{}), make(chan int)
	var chat id.RoomID
	for round := range crashDigests {
		said := map[id.RoomID]map[string]id.EventID{}
		kind := func(room id.RoomID) string { return fmt.Sprintf("%d%v", round, room == c.encrypted) }
		for _, room := range rooms {
			said[room] = c.weekOf(room, kind(room))
		}
		if round == 0 {
			go c.killing(stop, killed)
		}
		mark := c.anke.Mark()
		c.nextSlot(rooms...)
		if chat == "" {
			chat = c.chat(c.anke)
		}
		for _, room := range rooms {
			draft := c.digested(c.anke, chat, mark, "Lastenrad ("+kind(room)+")", "Küche ("+kind(room)+")", "freigabe")
			c.again(func() error { _, err := c.anke.Reply(c.ctx, chat, draft.ID, "freigabe"); return err })
		}
		for _, room := range rooms {
			post := c.digested(c.anke, room, mark, "Lastenrad ("+kind(room)+")", "Küche ("+kind(room)+")")
			c.again(func() error { _, err := c.cem.Redact(c.ctx, room, said[room]["t"], ""); return err })
			if body := c.mended(c.anke, mark, post, "Küche ("+kind(room)+")"); !strings.Contains(body, "Lastenrad ("+kind(room)+")") {
				t.Errorf("mended too much:\n%s", body)
			}
		}
	}
	close(stop)
	t.Logf("%d kills", <-killed)
	for _, room := range rooms {
		c.done(c.anke, room)
	}
	for round := range crashDigests {
		for _, room := range rooms {
			words := fmt.Sprintf("Lastenrad (%d%v)", round, room == c.encrypted)
			if n := c.edition(room, words, "Digest, "); len(n) != 1 {
				t.Errorf("round %d: %d posts", round, len(n))
			}
			drafts := c.edition(chat, words, "Entwurf")
			if len(drafts) != 1 {
				t.Errorf("round %d: %d drafts", round, len(drafts))
			}
		}
	}
}

// killing kills the bot again and again, and leaves it running.
func (c *circle) killing(stop chan struct{}, killed chan int) {
	for kills := 0; ; kills++ {
		select {
		case <-stop:
			killed <- kills
			return
		case <-time.After(50*time.Millisecond + rand.N(1200*time.Millisecond)):
			c.p.kill()
			c.p = c.start()
		}
	}
}

// again does as people do if the homeserver says that it is busy.
func (c *circle) again(f func() error) {
	c.t.Helper()
	var err error
	for range 5 {
		if err = f(); err == nil {
			return
		}
		c.t.Log(err)
	}
	c.t.Fatal(err)
}

// nextSlot lets the digests of these rooms come due a moment from now.
func (c *circle) nextSlot(rooms ...id.RoomID) {
	c.t.Helper()
	at := time.Now().Add(time.Second).Truncate(time.Second)
	err := c.st.Write(c.ctx, func(tx *store.Tx) error {
		for _, room := range rooms {
			list, err := tx.Schedules(c.ctx, room)
			if err != nil {
				return err
			}
			for _, s := range list {
				if s.Kind == schedule.Digest && s.Enabled {
					s.Next = at
					if err := tx.PutSchedule(c.ctx, s); err != nil {
						return err
					}
				}
			}
		}
		return nil
	})
	if err != nil {
		c.t.Fatal(err)
	}
}

// edition are the messages of the bot, edits aside, that begin so and have
// these words.
func (c *circle) edition(room id.RoomID, words, begin string) (list []id.EventID) {
	c.t.Helper()
	for _, evt := range c.anke.Messages(room) {
		m := evt.Content.AsMessage()
		if evt.Sender == c.user && m.RelatesTo.GetReplaceID() == "" && strings.HasPrefix(m.Body, begin) && strings.Contains(m.Body, words) {
			list = append(list, evt.ID)
		}
	}
	return list
}
