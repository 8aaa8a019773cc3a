package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"buffet/internal/matrixtest"
	"buffet/store"
)

const (
	crashCommands = 200
	crashSlots    = 50
)

// TestCrash kills the bot at random instants while 200 commands come in and 50
// slots come due, and then counts: everything once. Meanwhile members ask, mark,
// answer and delete.
//
// The homeserver's front brings every request to its end even if the bot is
// dead by then. That is the harder case for the bot, whose message has arrived
// without its hearing of it.
func TestCrash(t *testing.T) {
	h := newHouse(t)
	plain, encrypted, p := h.settle()
	h.says(h.anke, plain, "!angebot 1", "Beratung 1")
	h.says(h.anke, encrypted, "!angebot 1", "Beratung 1")
	talk := h.newTalk(plain, encrypted)
	p.stop()
	began := time.Now()
	p = h.start()
	h.says(h.anke, plain, "!angebot 1", "Beratung 1")
	life := 1500*time.Millisecond + 2*time.Since(began) // so that on a slow machine some lives are long enough, too
	h.planSlots(plain, encrypted)
	stop, killed := make(chan struct{}), make(chan int)
	go func() {
		kills := 0
		for {
			select {
			case <-stop:
				killed <- kills
				return
			case <-time.After(50*time.Millisecond + rand.N(life)):
				p.kill()
				kills++
				p = h.start()
			}
		}
	}()
	rooms := []id.RoomID{plain, encrypted}
	sent := make([]id.EventID, crashCommands)
	for i := range sent {
		sent[i] = h.send(h.anke, rooms[i%2], fmt.Sprintf("!angebot %d", 1+i%12))
		talk.goOn(i)
		if i%2 == 0 { // spread over the kills
			h.replied(h.anke, sent[i/2])
		}
	}
	h.replied(h.anke, sent...)
	for i := range crashSlots {
		h.from(h.anke, rooms[i%2], slotHeading(i))
	}
	close(stop)
	t.Logf("%d kills", <-killed)
	h.says(h.anke, plain, "!angebot 2")
	h.says(h.anke, encrypted, "!angebot 2")
	p.stop()
	h.start()
	h.says(h.anke, plain, "!angebot 3")
	h.says(h.anke, encrypted, "!angebot 3")
	h.count(rooms, sent)
	talk.count()
}

// Each slot has a window of its own, so that its post can be told from the others.
func slotDays(i int) int       { return 8 + i }
func slotHeading(i int) string { return fmt.Sprintf("nächsten %d Tage", slotDays(i)) }

// planSlots lays 50 schedules whose next slots come due one after the other.
func (h *house) planSlots(rooms ...id.RoomID) {
	h.t.Helper()
	st := h.database()
	start := time.Now().Add(time.Second)
	err := st.Write(h.ctx, func(tx *store.Tx) error {
		for i := range crashSlots {
			_, err := tx.AddSchedule(h.ctx, store.Schedule{Room: rooms[i%len(rooms)], Kind: "announcement", Origin: store.FromRoom,
				Spec: "0 9 1 1 *", Zone: "Europe/Berlin", Filter: fmt.Sprintf(`{"days":%d}`, slotDays(i)), Grace: 6 * time.Hour,
				Next: start.Add(time.Duration(i) * 300 * time.Millisecond), Enabled: true})
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		h.t.Fatal(err)
	}
}

// send sends a text, as people do: again, if the homeserver says that it is busy.
func (h *house) send(m *matrixtest.Member, room id.RoomID, text string) id.EventID {
	h.t.Helper()
	var err error
	for range 5 {
		var e id.EventID
		if e, err = m.Send(h.ctx, room, text); err == nil {
			return e
		}
		h.t.Log(err)
	}
	h.t.Fatal(err)
	return ""
}

// replied waits for the answer to each command; what is missing after a minute
// is named with where it stands.
func (h *house) replied(m *matrixtest.Member, sent ...id.EventID) {
	h.t.Helper()
	for _, e := range sent {
		ctx, cancel := context.WithTimeout(h.ctx, time.Minute)
		_, err := m.WaitReply(ctx, e)
		cancel()
		if err == nil {
			continue
		}
		locked := 0
		for _, evt := range m.Events() {
			if evt.Sender == h.user && evt.Type == event.EventEncrypted {
				locked++
			}
		}
		st := h.database()
		var inbox, outbox string
		_ = st.Reader().QueryRowContext(h.ctx, `SELECT kind || ' ' || state || ' ' || attempts FROM inbox WHERE event_id = $1`, e).Scan(&inbox)
		_ = st.Reader().QueryRowContext(h.ctx, `SELECT sent_at || ' ' || event_id || ' ' || attempts || ' ' || last_error FROM outbox
			WHERE key = $1`, "reply/"+e.String()).Scan(&outbox)
		h.t.Fatalf("no answer to %s; inbox: %q, outbox: %q; %d unreadable messages from the bot", e, inbox, outbox, locked)
	}
}

// count finds every command answered once and every slot announced once.
func (h *house) count(rooms []id.RoomID, sent []id.EventID) {
	h.t.Helper()
	answers, files, posts := map[id.EventID]int{}, map[id.EventID]int{}, map[int]int{}
	for _, evt := range h.anke.Events() {
		if evt.Sender != h.user || evt.Type != event.EventMessage {
			continue
		}
		c := evt.Content.AsMessage()
		if to := c.RelatesTo.GetReplyTo(); isFileTo(evt, to) {
			files[to]++
		} else {
			answers[to]++
		}
		for i := range crashSlots {
			if c.MsgType == event.MsgText && strings.Contains(c.Body, slotHeading(i)) {
				posts[i]++
			}
		}
		if evt.RoomID == rooms[1] && !evt.Mautrix.WasEncrypted {
			h.t.Errorf("plaintext in the encrypted room: %s", evt.ID)
		}
	}
	for i, e := range sent {
		if answers[e] != 1 {
			h.t.Errorf("command %d was answered %d times", i, answers[e])
		}
		if files[e] != 1 {
			h.t.Errorf("command %d brought %d files", i, files[e])
		}
	}
	for i := range crashSlots {
		if posts[i] != 1 {
			h.t.Errorf("slot %d was announced %d times", i, posts[i])
		}
	}
}
