package bot

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"buffet/commands"
	"buffet/lang"
	"buffet/store"
)

// inbox works off what came in: in order per room.
func (b *Bot) inbox() *lanes[store.Incoming] {
	return &lanes[store.Incoming]{
		ring: b.Store.InboxRing(), count: 4, log: b.Log,
		lane: func(in store.Incoming) string { return in.Room.String() },
		fetch: func(ctx context.Context) ([]store.Incoming, time.Time, error) {
			return b.Store.Ready(ctx, time.Now(), 64)
		},
		work: b.handle,
	}
}

// handle takes one event's effect. Effect, answer and the tick on the event
// are one transaction.
func (b *Bot) handle(ctx context.Context, in store.Incoming) {
	log := b.Log.With().Stringer("room_id", in.Room).Stringer("event_id", in.Event).Stringer("sender", in.Sender).Logger()
	err := b.handleKind(ctx, in)
	if err == nil || ctx.Err() != nil {
		return
	}
	tries, pause := patience(in.Kind, err)
	if in.Attempts+1 < tries {
		log.Warn().Err(err).Int("attempt", in.Attempts+1).Msg("event waits for another try")
		if err := b.Store.Retry(ctx, in.Seq, time.Now().Add(backoff(in.Attempts+1, pause))); err != nil {
			log.Err(err).Msg("cannot put event back")
		}
		return
	}
	b.giveUp(ctx, log, in, err)
}

func faultNumber() string {
	four := make([]byte, 2)
	rand.Read(four)
	return hex.EncodeToString(four)
}

// handleKind turns a panic into an error: one bad event must not end the bot.
func (b *Bot) handleKind(ctx context.Context, in store.Incoming) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v\n%s", r, debug.Stack())
		}
	}()
	switch in.Kind {
	case store.InMessage:
		return b.command(ctx, in)
	case store.InInvite:
		return b.invited(ctx, in)
	case store.InTombstone:
		return b.upgraded(ctx, in)
	case store.InLeft:
		return b.left(ctx, in)
	case store.InReaction:
		return b.marking(ctx, in)
	case store.InRedaction:
		return b.takeBack(ctx, in)
	case store.InEdit:
		return b.amend(ctx, in)
	case store.InReply:
		return b.reply(ctx, in)
	case store.InVote:
		return b.voted(ctx, in)
	case store.InNoticed:
		return b.noticed(ctx, in)
	}
	return b.tick(ctx, in, nil)
}

// tick marks the event as handled together with f's effects; if it was
// handled before, f does not run.
func (b *Bot) tick(ctx context.Context, in store.Incoming, f func(*store.Tx) error) error {
	return b.Store.Write(ctx, func(tx *store.Tx) error {
		ok, err := tx.Handled(ctx, in.Seq)
		if err != nil || !ok || f == nil {
			return err
		}
		return f(tx)
	})
}

func (b *Bot) bare(in store.Incoming) commands.Request {
	req := commands.Request{Event: in.Event, Room: in.Room, Sender: in.Sender, Now: time.Now()}
	var h heard
	if json.Unmarshal([]byte(in.Content), &h) == nil {
		req.Thread, req.ReplyTo, req.Named, req.Doubtful = h.Thread, h.ReplyTo, h.Named, h.Doubtful
		req.Text, req.Menu = h.Text, h.Menu
	}
	return req
}

// command runs a command and puts its answer into the outbox.
func (b *Bot) command(ctx context.Context, in store.Incoming) error {
	req, err := b.request(ctx, in)
	if errors.Is(err, store.ErrNotFound) {
		return b.tick(ctx, in, nil) // we are out of that room
	} else if p, ok := lang.AsProblem(err); ok {
		return b.tick(ctx, in, func(tx *store.Tx) error {
			return b.answer(ctx, tx, req, &commands.Reply{Text: b.Phrases.Text(b.langOf(ctx, in.Room), p.Key, p.Values)})
		})
	} else if err != nil {
		return err
	}
	if req.Direct && req.ReplyTo != "" {
		if err := b.asked(ctx, &req); err != nil {
			return err
		}
	}
	if err := b.Commands.Prepare(ctx, b.Store.Reader(), &req); err != nil {
		return err
	}
	return b.carry(ctx, in, req)
}

// carry lets a request take effect, and answers it.
func (b *Bot) carry(ctx context.Context, in store.Incoming, req commands.Request) error {
	err := b.tick(ctx, in, func(tx *store.Tx) error {
		reply, err := b.Commands.Run(ctx, tx, req)
		if err != nil || reply == nil {
			return err
		}
		if reply.MarkOn != "" {
			if err := b.twin(ctx, tx, in, reply); err != nil {
				return err
			}
		}
		return b.answer(ctx, tx, req, reply)
	})
	if p, ok := lang.AsProblem(err); ok { // what the handler wrote is rolled back, the sentence goes out
		text := b.Phrases.Text(b.Commands.Language(req), p.Key, p.Values)
		return b.tick(ctx, in, func(tx *store.Tx) error {
			return b.answer(ctx, tx, req, &commands.Reply{Text: text})
		})
	}
	return err
}

// answer puts a reply into the outbox: where it was asked, or into the
// sender's direct chat. What it attaches goes the same way after it.
func (b *Bot) answer(ctx context.Context, tx *store.Tx, req commands.Request, reply *commands.Reply) error {
	key := commands.ReplyKey(req.Event)
	place := func(m store.Message) store.Message {
		if reply.Private {
			m.User, m.Notice = req.Sender, false
		} else {
			m.Room, m.ReplyTo, m.Thread = req.Room, cmp.Or(req.At, req.Event), req.Thread
		}
		return m
	}
	if reply.Text != nil {
		m := store.Message{Key: key, Plain: reply.Text.Plain(), HTML: reply.Text.HTML(), Notice: true, Reactions: reply.Reactions}
		if _, err := tx.Send(ctx, place(m), req.Now); err != nil {
			return err
		}
	}
	if reply.Then != nil {
		m := store.Message{Key: commands.ThenKey(req.Event), Plain: reply.Then.Plain(), HTML: reply.Then.HTML(), Notice: true}
		if _, err := tx.Send(ctx, place(m), req.Now); err != nil {
			return err
		}
	}
	for i, a := range reply.Attach {
		m := store.Message{Key: commands.FileKey(req.Event, len(reply.Files)+i), File: &a.File}
		if a.Caption != nil {
			m.Plain, m.HTML = a.Caption.Plain(), a.Caption.HTML()
		}
		if _, err := tx.Send(ctx, place(m), req.Now); err != nil {
			return err
		}
	}
	for i, f := range reply.Files {
		if _, err := tx.Send(ctx, store.Message{Key: commands.FileKey(req.Event, i), User: req.Sender, File: &f}, req.Now); err != nil {
			return err
		}
	}
	if reply.React != "" {
		_, err := tx.Send(ctx, store.Message{Key: key + "/reaction", Room: req.Room, ReplyTo: req.Event, Reaction: reply.React}, req.Now)
		return err
	}
	return nil
}

// request gathers what a command needs to know about its sender and place.
func (b *Bot) request(ctx context.Context, in store.Incoming) (commands.Request, error) {
	req := b.bare(in)
	room, err := b.Store.Room(ctx, in.Room)
	if err != nil {
		return req, err
	}
	req.Direct = room.Direct != ""
	if req.Direct {
		if alone, err := b.guard.Alone(ctx, in.Room, in.Sender); err != nil {
			return req, err
		} else if !alone { // what is for one person only would be read by others
			return req, lang.Wrong("know_not_alone")
		}
		if err := b.knowMembers(ctx); err != nil { // what they may see hangs on the rooms they are in now
			return req, err
		}
		req.Networks, err = b.sharedNetworks(ctx, in.Sender)
		return req, err
	}
	n := b.Network(room.Network)
	if n == nil {
		return req, store.ErrNotFound
	}
	one, err := b.networkFor(ctx, n, in.Room, in.Sender)
	var h heard
	if json.Unmarshal([]byte(in.Content), &h) != nil || h.Doubtful {
		one.Organiser, one.Organised = false, nil
	}
	req.Networks = []commands.Network{one}
	return req, err
}

func (b *Bot) networkFor(ctx context.Context, n *Network, room id.RoomID, user id.UserID) (commands.Network, error) {
	organiser, err := b.isOrganiser(ctx, n, room, user)
	one := commands.Network{Name: n.Name, Lang: n.Lang, Zone: n.Zone, Prefix: n.Prefix, Room: room,
		Organiser: organiser, Organisers: n.Organisers, Retention: n.Retention}
	if organiser {
		one.Organised = []id.RoomID{room}
	}
	return one, err
}

// sharedNetworks are the networks of the rooms that a person is joined to now.
func (b *Bot) sharedNetworks(ctx context.Context, user id.UserID) (list []commands.Network, err error) {
	rooms, err := b.Store.Rooms(ctx, "")
	if err != nil {
		return nil, err
	}
	at := map[string]int{}
	for _, r := range rooms {
		n := b.Network(r.Network)
		if n == nil || r.Joined.IsZero() {
			continue
		}
		if err := b.guard.members(ctx, r.ID); err != nil {
			b.Log.Warn().Err(err).Stringer("room_id", r.ID).Msg("members unknown: the room is left out")
			continue
		}
		if !b.Account.Client.StateStore.IsMembership(ctx, r.ID, user, event.MembershipJoin) {
			continue
		}
		one, err := b.networkFor(ctx, n, r.ID, user)
		if err != nil {
			return nil, err
		}
		if i, seen := at[n.Name]; seen { // several rooms: none of them is meant
			list[i].Room = ""
			list[i].Organiser = list[i].Organiser || one.Organiser
			list[i].Organised = append(list[i].Organised, one.Organised...)
			continue
		}
		at[n.Name] = len(list)
		list = append(list, one)
	}
	return list, nil
}

// langOf is the language of a room, German if it has none.
func (b *Bot) langOf(ctx context.Context, room id.RoomID) string {
	r, err := b.Store.Room(ctx, room)
	if n := b.Network(r.Network); err == nil && n != nil {
		return n.Lang
	}
	return lang.German
}
