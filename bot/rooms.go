package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"buffet/commands"
	"buffet/digest"
	"buffet/lang"
	"buffet/schedule"
	"buffet/store"
)

// keepRooms joins the configured rooms, at start and again every ten minutes
// until all are in; and looks after what waits.
func (b *Bot) keepRooms(ctx context.Context) {
	for {
		if err := b.Account.refresh(ctx); err != nil && ctx.Err() == nil {
			b.Log.Warn().Err(err).Msg("cannot read whose devices changed, trying again later")
		}
		b.learnName(ctx)
		b.settle(ctx)
		b.unlock(ctx, "")
		b.askForKeys(ctx, time.Now())
		if err := b.tellLocked(ctx, time.Now()); err != nil && ctx.Err() == nil {
			b.Log.Err(err).Msg("cannot look after unreadable messages")
		}
		b.talks.sweep(time.Now())
		select {
		case <-ctx.Done():
			return
		case <-b.settleNow:
		case <-time.After(10 * time.Minute):
		}
	}
}

// lookAgain lets keepRooms begin anew at once.
func (b *Bot) lookAgain() {
	ring(b.settleNow)
}

// settle makes sure that the bot is in every configured room.
func (b *Bot) settle(ctx context.Context) {
	for i := range b.Networks {
		n := &b.Networks[i]
		if n.DigestRoom != "" {
			if room, err := resolve(ctx, b.Account.Client, n.DigestRoom); err == nil {
				b.homes.Store(n.Name, room)
			} else {
				b.Log.Warn().Err(err).Str("room", n.DigestRoom).Str("network", n.Name).Msg("configured room not found")
			}
		}
		for _, name := range n.Rooms {
			b.settleRoom(ctx, n, name, nil)
		}
		for _, name := range n.Spaces {
			b.settleSpace(ctx, n, name)
		}
	}
}

func (b *Bot) settleRoom(ctx context.Context, n *Network, name string, via []string) {
	log := b.Log.With().Str("room", name).Str("network", n.Name).Logger()
	room, err := resolve(ctx, b.Account.Client, name)
	if err != nil {
		log.Warn().Err(err).Msg("configured room not found")
		return
	}
	if followed, err := b.followed(ctx, room); err != nil || followed {
		return // it was upgraded: its successor is in its place
	}
	err = b.Store.Write(ctx, func(tx *store.Tx) error { return tx.PutRoom(ctx, store.Room{ID: room, Network: n.Name}) })
	if err == nil {
		err = b.join(ctx, room, via)
	}
	if err != nil && ctx.Err() == nil {
		log.Warn().Err(err).Msg("cannot join configured room: invite the bot")
		return
	}
	err = b.Store.Write(ctx, func(tx *store.Tx) error {
		r, err := store.RoomIn(ctx, tx, room)
		if err != nil {
			return err
		}
		if r.Joined.IsZero() { // we were in before it stood in the config
			return b.came(ctx, tx, r, time.Now())
		}
		return b.configSchedule(ctx, tx, n, room, time.Now())
	})
	if err != nil {
		log.Err(err).Msg("cannot settle room")
	}
}

// join joins a room unless the bot is in it.
func (b *Bot) join(ctx context.Context, room id.RoomID, via []string) error {
	cli := b.Account.Client
	if cli.StateStore.IsMembership(ctx, room, cli.UserID, event.MembershipJoin) {
		return nil
	}
	_, err := cli.JoinRoom(ctx, room.String(), &mautrix.ReqJoinRoom{Via: via})
	return err
}

func resolve(ctx context.Context, cli *mautrix.Client, name string) (id.RoomID, error) {
	if strings.HasPrefix(name, "!") {
		return id.RoomID(name), nil
	}
	resp, err := cli.ResolveAlias(ctx, id.RoomAlias(name))
	if err != nil {
		return "", err
	}
	return resp.RoomID, nil
}

func (b *Bot) followed(ctx context.Context, room id.RoomID) (bool, error) {
	rooms, err := b.Store.Rooms(ctx, "")
	return slices.ContainsFunc(rooms, func(r store.Room) bool { return r.Followed == room }), err
}

// settleSpace joins a space and settles its rooms (MSC1772, m.space.child).
func (b *Bot) settleSpace(ctx context.Context, n *Network, name string) {
	log := b.Log.With().Str("space", name).Str("network", n.Name).Logger()
	space, err := resolve(ctx, b.Account.Client, name)
	if err == nil {
		err = b.join(ctx, space, nil)
	}
	var state mautrix.RoomStateMap
	if err == nil {
		b.spaces.Store(space, n.Name)
		state, err = b.Account.Client.State(ctx, space)
	}
	if err != nil {
		if ctx.Err() == nil {
			log.Warn().Err(err).Msg("cannot read space")
		}
		return
	}
	for child, evt := range state[event.StateSpaceChild] {
		if via := viaOf(evt); len(via) > 0 { // without servers the child was taken out
			b.settleRoom(ctx, n, child, via)
		}
	}
}

func viaOf(evt *event.Event) (via []string) {
	list, _ := evt.Content.Raw["via"].([]any)
	for _, v := range list {
		if s, ok := v.(string); ok {
			via = append(via, s)
		}
	}
	return via
}

// configSchedule gives a room the schedules of its network's config.
func (b *Bot) configSchedule(ctx context.Context, tx *store.Tx, n *Network, room id.RoomID, now time.Time) error {
	if err := schedule.Configure(ctx, tx, room, schedule.Announcement, n.Announce, n.Zone.String(), "", schedule.Grace, now); err != nil {
		return err
	}
	filter := ""
	if n.DigestRoom != "" {
		home, known := b.homes.Load(n.Name)
		if !known { // its alias could not be looked up: what a room has stays, the next pass knows more
			list, err := tx.Schedules(ctx, room)
			if err != nil || slices.ContainsFunc(list, func(s store.Schedule) bool { return s.Kind == schedule.Digest && s.Origin == store.FromConfig }) {
				return err
			}
		}
		if home == room {
			filter = digest.Options{Audience: store.AudienceNetwork}.JSON()
		}
	}
	return schedule.Configure(ctx, tx, room, schedule.Digest, n.Digest, n.Zone.String(), filter, schedule.Grace, now)
}

// noteRoom notes what a sync response says of our own part in a room.
func (b *Bot) noteRoom(ctx context.Context, tx *store.Tx, line *timeline, now time.Time) error {
	if line.direct != "" {
		if err := tx.PutRoom(ctx, store.Room{ID: line.room, Direct: line.direct, Joined: now}); err != nil {
			return err
		}
	}
	room, err := store.RoomIn(ctx, tx, line.room)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	} else if err != nil {
		return err
	}
	if line.newest != "" {
		if err := tx.SawEvent(ctx, line.room, line.newest); err != nil {
			return err
		}
	}
	came := !line.joined.IsZero() || room.Joined.IsZero()
	if line.powers && !came && room.Network != "" {
		if err := b.planMenu(ctx, tx, menuArgs{Room: room.ID}, now); err != nil {
			return err
		}
	}
	if came || line.holes {
		if err := b.recheck(ctx, tx, line.room, line.batch, now); err != nil {
			return err
		}
	}
	if !came {
		return nil
	}
	b.guard.Forget(line.room)
	if err := tx.ForgetMembers(ctx, line.room); err != nil {
		return err
	}
	return b.came(ctx, tx, room, now)
}

// kindRecheck is the job that looks after a room in which something may have
// happened that we did not see.
const kindRecheck = "recheck"

// recheckArgs are its arguments.
type recheckArgs struct {
	Room   id.RoomID  `json:"room"`
	After  int64      `json:"after,omitempty"`  // the contribution that was looked at last
	Event  id.EventID `json:"event,omitempty"`  // the mark that was looked at last; then all contributions were
	Source id.EventID `json:"source,omitempty"` // the same of messages quoted by digests; then all marks were
}

// recheck adds that job, once per sync response.
func (b *Bot) recheck(ctx context.Context, tx *store.Tx, room id.RoomID, batch string, now time.Time) error {
	_, err := schedule.Add(ctx, tx, kindRecheck+"/"+room.String()+"/"+batch, kindRecheck, recheckArgs{Room: room}, now)
	return err
}

// knowMembers makes sure that the members of all our rooms are known
// (store.JoinedRooms). It asks the homeserver: never call it inside of Write.
func (b *Bot) knowMembers(ctx context.Context) error {
	rooms, err := b.Store.Rooms(ctx, "")
	if err != nil {
		return err
	}
	for _, r := range rooms {
		if r.Joined.IsZero() {
			continue
		}
		if err := b.guard.members(ctx, r.ID); err != nil { // JoinedRooms leaves it out
			b.Log.Warn().Err(err).Stringer("room_id", r.ID).Msg("members unknown: the room is left out")
		}
	}
	return ctx.Err()
}

// KnowMembers makes sure that the members of one room are known, as knowMembers.
func (b *Bot) KnowMembers(ctx context.Context, room id.RoomID) error {
	return b.guard.members(ctx, room)
}

// RoomName is what a room is called; "" if it has no name.
func (b *Bot) RoomName(ctx context.Context, room id.RoomID) (string, error) {
	var name event.RoomNameEventContent
	err := b.Account.Client.StateEvent(mautrix.WithMaxRetries(ctx, readRetries), room, event.StateRoomName, "", &name)
	if err != nil && !errors.Is(err, mautrix.MNotFound) {
		return "", fmt.Errorf("read name of room: %w", err)
	}
	return plainName(name.Name), nil
}

// came notes that we are in a room, and introduces us there, once. The sync may
// tell of it later than our own request did: the first word counts, for the
// first digest begins there.
func (b *Bot) came(ctx context.Context, tx *store.Tx, room store.Room, now time.Time) error {
	if room.Joined.IsZero() {
		room.Joined = now
	}
	if err := tx.PutRoom(ctx, room); err != nil {
		return err
	}
	n := b.Network(room.Network)
	if n != nil {
		if err := b.planMenu(ctx, tx, menuArgs{Room: room.ID}, now); err != nil {
			return err
		}
	}
	if n == nil || room.Followed != "" {
		return nil // a direct chat needs no introduction, a successor had it
	}
	if err := b.configSchedule(ctx, tx, n, room.ID, now); err != nil {
		return err
	}
	text := b.Phrases.Text(n.Lang, "bot_intro", lang.Values{"P": commands.ShownPrefix(n.Prefix), "Network": n.Name})
	added, err := tx.Send(ctx, store.Message{Key: "intro/" + room.ID.String(), Room: room.ID, Plain: text.Plain(), HTML: text.HTML(), Notice: true}, now)
	if err != nil || !added {
		return err
	}
	card, err := b.Commands.Card(ctx, tx, commands.Network{Name: n.Name, Lang: n.Lang, Zone: n.Zone, Prefix: n.Prefix, Room: room.ID,
		Organisers: n.Organisers, Retention: n.Retention}, n.Lang)
	if err != nil {
		return err
	}
	_, err = tx.Send(ctx, store.Message{Key: "card/" + room.ID.String(), Room: room.ID, Plain: card.Plain(), HTML: card.HTML(), Notice: true}, now)
	return err
}
