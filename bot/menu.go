package bot

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"buffet/commands"
	"buffet/schedule"
	"buffet/store"
)

// MenuKind is the job that brings a room's menu up to date: the state events
// from which clients know our commands. In direct chats there are none: there
// a word is enough, and a chat is not to begin with thirty of them.
const MenuKind = "menu"

// menuArgs are its arguments.
type menuArgs struct {
	Room id.RoomID `json:"room"`
	// Withdraw is what we have in a room that is not ours any more.
	Withdraw []store.Published `json:"withdraw,omitempty"`
}

// MenuHandler does these jobs, one after the other: they must not keep the
// homeserver from what people wait for.
func (b *Bot) MenuHandler() map[string]schedule.Handler {
	return map[string]schedule.Handler{MenuKind: {Run: b.menu, Timeout: 5 * time.Minute, Share: 1}}
}

// planMenu adds that job.
func (b *Bot) planMenu(ctx context.Context, tx *store.Tx, a menuArgs, now time.Time) error {
	_, err := schedule.Add(ctx, tx, fmt.Sprintf("%s/%s/%d", MenuKind, a.Room, now.UnixMilli()), MenuKind, a, now)
	return err
}

// PlanMenus adds the jobs for all rooms whose menu is not what it should be
// and that let us change it. It is called at start, for the program or the
// config may be another one, and now and then, for topics come and go.
func (b *Bot) PlanMenus(ctx context.Context, now time.Time) error {
	rooms, err := b.Store.Rooms(ctx, "")
	if err != nil {
		return err
	}
	made := map[string][]stateEvent{}
	var due []id.RoomID
	for _, room := range rooms {
		if room.Joined.IsZero() {
			continue
		}
		list, err := b.menuOf(ctx, room, made, now)
		if err != nil {
			return err
		}
		changes, err := b.menuChanges(ctx, room.ID, list)
		if err != nil {
			return err
		}
		may, err := b.mayPublish(ctx, room.ID)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(changes, func(e stateEvent) bool { return may(e.kind) }) {
			due = append(due, room.ID)
		}
	}
	return b.Store.Write(ctx, func(tx *store.Tx) error {
		for _, room := range due {
			if err := b.planMenu(ctx, tx, menuArgs{Room: room}, now); err != nil {
				return err
			}
		}
		return nil
	})
}

// stateEvent is one as it should be.
type stateEvent struct {
	kind    event.Type
	key     string
	content any
	hash    string
	unsure  bool // it may be there already
}

// gone is how a state event is withdrawn.
func gone(p store.Published) stateEvent {
	return stateEvent{kind: event.Type{Type: p.Type, Class: event.StateEventType}, key: p.Key, content: struct{}{},
		hash: hashOf(struct{}{}), unsure: !p.Sent}
}

func (e stateEvent) withdrawn() bool { return e.content == struct{}{} }

func (e stateEvent) row(sent bool) store.Published {
	return store.Published{Type: e.kind.Type, Key: e.key, Hash: e.hash, Sent: sent}
}

// stateCommandList is the event of MSC4332 with all our commands (unstable
// name); its state key is our user id.
const stateCommandList = "org.matrix.msc4332.commands"

// menuOf is what a room's menu should be: nothing where no network of ours is.
// made keeps what rooms have in common. Topics stay out of encrypted rooms,
// for state is not encrypted.
func (b *Bot) menuOf(ctx context.Context, room store.Room, made map[string][]stateEvent, now time.Time) ([]stateEvent, error) {
	n := b.Network(room.Network)
	if n == nil || room.Direct != "" {
		return nil, nil
	}
	secret, err := b.guard.Encrypted(ctx, room.ID)
	if err != nil {
		return nil, err
	}
	which := fmt.Sprint(secret, n.Name)
	if list, ok := made[which]; ok {
		return list, nil
	}
	place := commands.Place{Lang: n.Lang, Prefix: n.Prefix}
	if !secret {
		if place.Topics, err = b.topics(ctx, n.Name, now); err != nil {
			return nil, err
		}
	}
	me := b.Account.Client.UserID
	var list []stateEvent
	for _, d := range b.Commands.Descriptions(place) {
		list = append(list, stateEvent{kind: event.StateMSC4391BotCommand, key: d.StateKey(me), content: d, hash: hashOf(d)})
	}
	all := b.Commands.List(place)
	list = append(list, stateEvent{kind: event.Type{Type: stateCommandList, Class: event.StateEventType}, key: me.String(), content: all, hash: hashOf(all)})
	made[which] = list
	return list, nil
}

// topics are the topics of a network's offers, the most used first.
func (b *Bot) topics(ctx context.Context, network string, now time.Time) ([]string, error) {
	all, err := store.Topics(ctx, b.Store.Reader(), network, now)
	if err != nil {
		return nil, err
	}
	count := map[string]int{}
	var list []string
	for _, topic := range all {
		if count[topic]++; count[topic] == 1 {
			list = append(list, topic)
		}
	}
	slices.SortFunc(list, func(x, y string) int {
		if count[x] != count[y] {
			return count[y] - count[x]
		}
		return strings.Compare(x, y)
	})
	return list, nil
}

// hashOf is the same for a content of ours and for what the homeserver gives
// back of it.
func hashOf(content any) string {
	raw, err := json.Marshal(content)
	var plain any
	if err == nil && json.Unmarshal(raw, &plain) == nil {
		raw, _ = json.Marshal(plain) // keys in order
	}
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:])
}

// menuChanges are the events that a room lacks or has too many of.
func (b *Bot) menuChanges(ctx context.Context, room id.RoomID, want []stateEvent) (list []stateEvent, err error) {
	have, err := store.PublishedIn(ctx, b.Store.Reader(), room)
	if err != nil {
		return nil, err
	}
	at := map[[2]string]store.Published{}
	for _, p := range have {
		at[[2]string{p.Type, p.Key}] = p
	}
	for _, e := range want {
		key := [2]string{e.kind.Type, e.key}
		p, there := at[key]
		delete(at, key)
		if e.unsure = there && !p.Sent; e.unsure || p.Hash != e.hash {
			list = append(list, e)
		}
	}
	for _, p := range have {
		if _, left := at[[2]string{p.Type, p.Key}]; left {
			list = append(list, gone(p))
		}
	}
	return list, nil
}

// menu is one such job.
func (b *Bot) menu(ctx context.Context, j *schedule.Job) error {
	var a menuArgs
	if err := j.Decode(&a); err != nil {
		return err
	}
	select {
	case <-b.Synced(): // until then our power level may be of yesterday
	case <-ctx.Done():
		return ctx.Err()
	}
	room, err := b.Store.Room(ctx, a.Room)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return b.withdraw(ctx, a)
	case err != nil:
		return err
	case room.Joined.IsZero():
		return nil // coming in adds another job
	}
	want, err := b.menuOf(ctx, room, map[string][]stateEvent{}, time.Now())
	if err != nil {
		return err
	}
	changes, err := b.menuChanges(ctx, room.ID, want)
	if err != nil {
		return err
	}
	return b.publish(ctx, room.ID, changes, true)
}

// withdraw takes the menu out of a room that is not ours any more, but lets us
// stay: one that was upgraded.
func (b *Bot) withdraw(ctx context.Context, a menuArgs) error {
	var list []stateEvent
	for _, p := range a.Withdraw {
		e := gone(p)
		e.unsure = true
		list = append(list, e)
	}
	return b.publish(ctx, a.Room, list, false)
}
