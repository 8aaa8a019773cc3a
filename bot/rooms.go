package bot

import (
	"context"
	"encoding/json"
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
		b.settle(ctx)
		b.unlock(ctx, "")
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

// invited decides about an invitation: rooms of a network, rooms that an
// organiser invites to, and direct chats with members are accepted; others
// are declined, and the operator sees why.
func (b *Bot) invited(ctx context.Context, in store.Incoming) error {
	var state []*event.Event
	if err := json.Unmarshal([]byte(in.Content), &state); err != nil {
		return b.tick(ctx, in, nil)
	}
	room, err := b.invitation(ctx, in.Room, state)
	if err != nil {
		return err
	}
	cli := b.Account.Client
	if room == nil {
		b.Log.Warn().Stringer("room_id", in.Room).Msg("invitation declined: neither a room of a network nor from one of its people")
		if _, err := cli.LeaveRoom(ctx, in.Room); err != nil && !refused(err) {
			return fmt.Errorf("decline invitation: %w", err)
		}
		return b.tick(ctx, in, nil)
	}
	if err := b.Store.Write(ctx, func(tx *store.Tx) error { return tx.PutRoom(ctx, *room) }); err != nil {
		return err
	}
	if _, err := cli.JoinRoomByID(ctx, in.Room); errors.Is(err, mautrix.MForbidden) || errors.Is(err, mautrix.MNotFound) {
		b.Log.Warn().Err(err).Stringer("room_id", in.Room).Msg("invitation was taken back")
	} else if err != nil {
		return fmt.Errorf("accept invitation: %w", err)
	}
	if room.Network == "" && room.Direct == "" { // a space: its rooms are next
		select {
		case b.settleNow <- struct{}{}:
		default:
		}
	}
	return b.tick(ctx, in, nil)
}

// refused tells whether the homeserver will not do a thing, however often it
// is asked; an invitation that came twice was declined already.
func refused(err error) bool {
	var http mautrix.HTTPError
	return errors.As(err, &http) && http.Response != nil && (http.IsStatus(400) || http.IsStatus(403) || http.IsStatus(404))
}

// invitation is the room to join, or nil to decline.
func (b *Bot) invitation(ctx context.Context, room id.RoomID, state []*event.Event) (*store.Room, error) {
	known, err := b.Store.Room(ctx, room)
	if err == nil {
		return &known, nil
	} else if !errors.Is(err, store.ErrNotFound) {
		return nil, err
	}
	var from id.UserID
	var before id.RoomID
	direct, space := false, false
	for _, evt := range state {
		if evt.Type.Type == event.StateMember.Type && evt.StateKey != nil && *evt.StateKey == b.Account.Client.UserID.String() {
			from = evt.Sender
			direct, _ = evt.Content.Raw["is_direct"].(bool)
		}
		if evt.Type.Type == event.StateCreate.Type {
			space = evt.Content.Raw["type"] == "m.space"
			before = predecessor(evt.Content.Raw)
		}
	}
	n, err := b.configured(ctx, room)
	switch {
	case err != nil && (!errors.Is(err, errSpaceLater) || !direct && b.organiserOf(from) == nil):
		return nil, err
	case n != nil && space:
		return &store.Room{ID: room}, nil
	case n != nil:
		return &store.Room{ID: room, Network: n.Name}, nil
	}
	if old, err := b.Store.Room(ctx, before); err == nil && old.Network != "" {
		// a successor whose tombstone is not here yet; only those may bring us there who could have made it
		if may, err := b.isOrganiser(ctx, b.Network(old.Network), before, from); err != nil || may {
			return &store.Room{ID: room, Network: old.Network, Followed: origin(old)}, err
		}
	}
	if direct {
		shared, err := b.sharedNetworks(ctx, from)
		if err != nil {
			return nil, err
		}
		if len(shared) > 0 || b.organiserOf(from) != nil {
			return &store.Room{ID: room, Direct: from}, nil
		}
		return nil, nil
	}
	if n := b.organiserOf(from); n != nil && !space {
		return &store.Room{ID: room, Network: n.Name}, nil
	}
	return nil, nil
}

// configured is the network whose config names the room or space.
func (b *Bot) configured(ctx context.Context, room id.RoomID) (*Network, error) {
	for i := range b.Networks {
		n := &b.Networks[i]
		for _, name := range slices.Concat(n.Rooms, n.Spaces) {
			got, err := resolve(ctx, b.Account.Client, name)
			if errors.Is(err, mautrix.MNotFound) {
				continue
			} else if err != nil {
				return nil, fmt.Errorf("resolve alias: %w", err)
			}
			if got == room {
				return n, nil
			}
		}
	}
	return b.inSpace(ctx, room)
}

var errSpaceLater = errors.New("a configured space is not read yet")

// inSpace is the network in whose space a room lies.
func (b *Bot) inSpace(ctx context.Context, room id.RoomID) (n *Network, err error) {
	spaces := 0
	b.spaces.Range(func(space, name any) bool {
		spaces++
		var child map[string]any
		if b.Account.Client.StateEvent(ctx, space.(id.RoomID), event.StateSpaceChild, room.String(), &child) == nil && child["via"] != nil {
			n = b.Network(name.(string))
		}
		return n == nil
	})
	for i := range b.Networks {
		spaces -= len(b.Networks[i].Spaces)
	}
	if n == nil && spaces < 0 {
		return nil, errSpaceLater // tried again: the invitation to the space comes with this one
	}
	return n, nil
}

func (b *Bot) organiserOf(user id.UserID) *Network {
	for i := range b.Networks {
		if slices.Contains(b.Networks[i].Organisers, user) {
			return &b.Networks[i]
		}
	}
	return nil
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
	Room  id.RoomID `json:"room"`
	After int64     `json:"after,omitempty"` // the contribution that was looked at last
	// Source is the message quoted by a digest that was looked at last; then
	// all contributions were.
	Source id.EventID `json:"source,omitempty"`
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

// came notes that we are in a room, and introduces us there, once.
func (b *Bot) came(ctx context.Context, tx *store.Tx, room store.Room, now time.Time) error {
	room.Joined = now
	if err := tx.PutRoom(ctx, room); err != nil {
		return err
	}
	n := b.Network(room.Network)
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

// origin is the room that config and people first knew.
func origin(r store.Room) id.RoomID {
	if r.Followed != "" {
		return r.Followed
	}
	return r.ID
}

// predecessor is the room that a create event says it replaces.
func predecessor(create map[string]any) id.RoomID {
	p, _ := create["predecessor"].(map[string]any)
	room, _ := p["room_id"].(string)
	return id.RoomID(room)
}

// upgraded follows a room to its successor (m.room.tombstone) with its
// schedules and what waits to be said. Both rooms must say so: a tombstone
// alone could lead into anybody's room.
func (b *Bot) upgraded(ctx context.Context, in store.Incoming) error {
	var t event.TombstoneEventContent
	old, err := b.Store.Room(ctx, in.Room)
	if bad := json.Unmarshal([]byte(in.Content), &t); bad != nil || t.ReplacementRoom == "" || errors.Is(err, store.ErrNotFound) {
		return b.tick(ctx, in, nil)
	} else if err != nil {
		return err
	}
	next := store.Room{ID: t.ReplacementRoom, Network: old.Network, Direct: old.Direct, Followed: origin(old)}
	known, err := b.Store.Room(ctx, next.ID)
	if err == nil && (known.Network != next.Network || known.Direct != next.Direct) {
		b.Log.Warn().Stringer("room_id", old.ID).Msg("room upgrade leads into a room that belongs elsewhere: not followed")
		return b.tick(ctx, in, nil)
	} else if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	err = b.join(ctx, next.ID, []string{in.Sender.Homeserver()})
	if old.Network != "" && (errors.Is(err, mautrix.MForbidden) || errors.Is(err, mautrix.MNotFound)) {
		// the invitation will come
		return b.follow(ctx, in, old, next)
	} else if err != nil {
		return fmt.Errorf("follow room upgrade: %w", err)
	}
	var create map[string]any
	if err := b.Account.Client.StateEvent(ctx, next.ID, event.StateCreate, "", &create); err != nil {
		return fmt.Errorf("read successor: %w", err)
	}
	if predecessor(create) != old.ID {
		b.Log.Warn().Stringer("room_id", old.ID).Msg("room upgrade leads into a room that knows nothing of it: not followed")
		if _, err := b.Account.Client.LeaveRoom(ctx, next.ID); err != nil {
			return fmt.Errorf("leave again: %w", err)
		}
		return b.tick(ctx, in, nil)
	}
	next.Joined = time.Now()
	return b.follow(ctx, in, old, next)
}

func (b *Bot) follow(ctx context.Context, in store.Incoming, old, next store.Room) error {
	return b.tick(ctx, in, func(tx *store.Tx) error {
		if err := tx.PutRoom(ctx, next); err != nil {
			return err
		}
		if err := tx.MoveRoom(ctx, old.ID, next.ID); err != nil {
			return err
		}
		return tx.DropRoom(ctx, old.ID, time.Now())
	})
}

// left forgets a room that we were removed from.
func (b *Bot) left(ctx context.Context, in store.Incoming) error {
	b.guard.Forget(in.Room)
	room, err := b.Store.Room(ctx, in.Room)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	return b.tick(ctx, in, func(tx *store.Tx) error {
		if room.Joined.After(in.Sent) {
			return nil // we were let in again since
		}
		return tx.DropRoom(ctx, in.Room, time.Now())
	})
}
