package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"buffet/internal/matrixtest"
	"buffet/store"
)

// The limit of issue 5 for announcing to so many rooms, against a bare loop
// that sends as many messages.
const (
	announceRooms  = 500
	announceRounds = 3
	maxAnnounce    = 1.1
	senders        = 4 // of the bot, and of the second bare loop
)

// crier is a bot in many plain rooms, and its own account without the bot.
type crier struct {
	bot   *buffet
	bare  *mautrix.Client
	rooms []id.RoomID
	proc  *child
	store *store.Store
}

// measureAnnounce lets all schedules be due at once, and then sends the same
// texts to the same rooms in a loop, on one homeserver.
func measureAnnounce(ctx context.Context, t *table, bin string) (err error) {
	server, err := matrixtest.Start(ctx, matrixtest.Options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, server.Stop()) }()
	t.say("announce: %d rooms", announceRooms)
	c := &crier{bot: &buffet{bin: bin, dir: filepath.Join(server.Dir, "crier")}}
	defer func() { err = errors.Join(err, c.close()) }()
	if err := c.open(ctx, server); err != nil {
		return fmt.Errorf("%w\n%s", err, c.bot.lastWords())
	}
	var bot, planned, loop, four []time.Duration
	var post *event.MessageEventContent
	for round := range announceRounds {
		t.say("announce: the bot, round %d of %d", round+1, announceRounds)
		d, p, text, err := c.announce(ctx)
		if err != nil {
			return fmt.Errorf("announce: %w\n%s", err, c.bot.lastWords())
		}
		bot, planned, post = append(bot, d), append(planned, p), text
	}
	if err := c.proc.stop(); err != nil {
		return err
	}
	for range announceRounds {
		t.say("announce: bare loops")
		for parallel, list := range map[int]*[]time.Duration{1: &loop, senders: &four} {
			d, err := c.send(ctx, post, parallel)
			if err != nil {
				return fmt.Errorf("bare loop: %w", err)
			}
			*list = append(*list, d)
		}
	}
	b, l, f := quantile(bot, 0.5), quantile(loop, 0.5), quantile(four, 0.5)
	t.note(fmt.Sprintf("announcing to %d rooms, the bot; bare loop; %d bare loops at once", announceRooms, senders), "%.2f; %.2f; %.2f s", b.Seconds(), l.Seconds(), f.Seconds())
	t.note("  the last post is written after", "%.2f s", quantile(planned, 0.5).Seconds())
	t.add("  the bot against the bare loop", "%.2f ×", b.Seconds()/l.Seconds(), maxAnnounce)
	t.note(fmt.Sprintf("  the bot against %d bare loops at once", senders), "%.2f ×", b.Seconds()/f.Seconds())
	t.source("announcing: %d plain rooms; the bot from the time that all their schedules are due until the last post is ticked off, with planning, rendering, the outbox and the sync of what comes back; "+
		"the bare loop sends one of these posts to the same rooms with the same account, after it, bot stopped; median of %d rounds each", announceRooms, announceRounds)
	return nil
}

func (c *crier) open(ctx context.Context, server *matrixtest.Server) error {
	const password = "sehr-geheim"
	user, err := server.Register(ctx, "crier", password)
	if err != nil {
		return err
	}
	config := fmt.Sprintf("homeserver: %s\nuser: %q\npassword_file: password\nnetworks:\n  - name: DigIT\n    announce: \"0 9 29 2 *\"\n", server.URL, user)
	err = os.Mkdir(c.bot.dir, 0o700)
	for name, text := range map[string]string{"config.yaml": config, "password": password, "programm.ics": calendar(15)} {
		err = errors.Join(err, c.bot.write(name, text))
	}
	if err != nil {
		return err
	}
	if err := c.bot.call(ctx, "login"); err != nil {
		return err
	}
	if err := c.bot.call(ctx, "import", c.bot.path("programm.ics"), "--network", "DigIT"); err != nil {
		return err
	}
	if err := c.own(server); err != nil {
		return err
	}
	if err := c.makeRooms(ctx); err != nil {
		return err
	}
	for _, room := range c.rooms {
		if strings.Contains(config, "rooms:") {
			config += fmt.Sprintf("      - %q\n", room)
		} else {
			config += fmt.Sprintf("    rooms:\n      - %q\n", room)
		}
	}
	if err := c.bot.write("config.yaml", config); err != nil {
		return err
	}
	if c.proc, err = c.bot.start(); err != nil {
		return err
	}
	if c.store, err = store.Open(ctx, c.bot.path("data/buffet.db")); err != nil {
		return err
	}
	return c.until(ctx, `SELECT (SELECT count(*) FROM schedule WHERE kind = 'announcement') = $1 AND (SELECT count(*) FROM outbox WHERE sent_at > 0) >= 2 * $1
		AND NOT EXISTS (SELECT 1 FROM outbox WHERE sent_at = 0)`, announceRooms)
}

// own is the bot's account without the bot.
func (c *crier) own(server *matrixtest.Server) error {
	text, err := os.ReadFile(c.bot.path("data/session.json"))
	if err != nil {
		return err
	}
	var session struct {
		UserID      id.UserID `json:"user_id"`
		AccessToken string    `json:"access_token"`
	}
	if err := json.Unmarshal(text, &session); err != nil {
		return err
	}
	c.bare, err = mautrix.NewClient(server.URL, session.UserID, session.AccessToken)
	return err
}

// makeRooms makes rooms in which nobody may publish commands: that would be
// measured with the rest.
func (c *crier) makeRooms(ctx context.Context) error {
	c.rooms = make([]id.RoomID, announceRooms)
	return each(len(c.rooms), senders, func(i int) error {
		resp, err := c.bare.CreateRoom(ctx, &mautrix.ReqCreateRoom{Name: fmt.Sprint("Raum ", i), Preset: "private_chat",
			PowerLevelOverride: &event.PowerLevelsEventContent{Users: map[id.UserID]int{c.bare.UserID: 100},
				Events: map[string]int{event.StateMSC4391BotCommand.Type: 101, "org.matrix.msc4332.commands": 101}}})
		if err == nil {
			c.rooms[i] = resp.RoomID
		}
		return err
	})
}

// each does n things, so many at once; each of those that work stops at its
// first error.
func each(n, parallel int, do func(i int) error) error {
	var wg sync.WaitGroup
	faults := make([]error, parallel)
	for k := range parallel {
		wg.Go(func() {
			for i := k; i < n && faults[k] == nil; i += parallel {
				faults[k] = do(i)
			}
		})
	}
	wg.Wait()
	return errors.Join(faults...)
}

// until waits for a condition in the bot's database.
func (c *crier) until(ctx context.Context, query string, args ...any) error {
	ctx, cancel := context.WithTimeoutCause(ctx, 5*time.Minute, errors.New("the bot does not get it done in five minutes"))
	defer cancel()
	for {
		var done bool
		if err := c.store.Reader().QueryRowContext(ctx, query, args...).Scan(&done); err != nil || done {
			return err
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-c.proc.done:
			return errors.New("the bot has ended")
		case <-time.After(200 * time.Millisecond):
		}
	}
}

// untilDue is how far ahead the schedules are due: the planner has seen by then
// what was written behind its back.
const untilDue = 35 * time.Second

// announce is one round of the bot: when the last post was sent and when it was
// written, after all were due; and its text.
func (c *crier) announce(ctx context.Context) (sent, written time.Duration, post *event.MessageEventContent, err error) {
	due := time.Now().Add(untilDue)
	if err := c.store.Write(ctx, func(tx *store.Tx) error {
		list, err := tx.Schedules(ctx, "")
		for _, s := range list {
			if s.Kind == "announcement" {
				s.Next = due
				err = errors.Join(err, tx.PutSchedule(ctx, s))
			}
		}
		return err
	}); err != nil {
		return 0, 0, nil, err
	}
	const of = ` FROM outbox o JOIN announcement a ON a.outbox_key = o.key WHERE o.created_at >= $1`
	if err := c.until(ctx, `SELECT count(*) = $2 AND min(o.sent_at) > 0`+of, store.Millis(due), announceRooms); err != nil {
		return 0, 0, nil, err
	}
	var last, made int64
	var room id.RoomID
	var e id.EventID
	if err := c.store.Reader().QueryRowContext(ctx, `SELECT max(o.sent_at), (SELECT max(o.created_at)`+of+`), o.room_id, o.event_id`+of, store.Millis(due)).Scan(&last, &made, &room, &e); err != nil {
		return 0, 0, nil, err
	}
	evt, err := c.bare.GetEvent(ctx, room, e)
	if err != nil {
		return 0, 0, nil, err
	}
	if err := evt.Content.ParseRaw(event.EventMessage); err != nil {
		return 0, 0, nil, err
	}
	return store.Time(last).Sub(due), store.Time(made).Sub(due), evt.Content.AsMessage(), nil
}

// send is one round of so many bare loops.
func (c *crier) send(ctx context.Context, post *event.MessageEventContent, parallel int) (time.Duration, error) {
	begin := time.Now()
	err := each(len(c.rooms), parallel, func(i int) error {
		_, err := c.bare.SendMessageEvent(ctx, c.rooms[i], event.EventMessage, post)
		return err
	})
	return time.Since(begin), err
}

func (c *crier) close() (err error) {
	if c.store != nil {
		err = c.store.Close()
	}
	if c.proc != nil {
		select {
		case <-c.proc.done:
		default:
			err = errors.Join(err, c.proc.stop())
		}
	}
	return err
}
