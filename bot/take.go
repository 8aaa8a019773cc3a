package bot

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"buffet/commands"
	"buffet/store"
)

// heard is what the inbox keeps of a message that is for us, until it is
// handled.
type heard struct {
	Text    string     `json:"text"`
	Menu    string     `json:"menu,omitempty"` // what a client's menu made of it and we could not read: it counts instead
	Thread  id.EventID `json:"thread,omitempty"`
	ReplyTo id.EventID `json:"reply_to,omitempty"` // not a thread's fallback
	Named   bool       `json:"named,omitempty"`    // by mention
	// Doubtful is an encrypted message whose device cannot be shown to be the
	// sender's: it may ask, but not decide.
	Doubtful bool `json:"doubtful,omitempty"`
}

// maxHeard is how many bytes of a message are kept: more than a command may
// have, so that a longer one is still told so.
const maxHeard = 12_000

// take stores what a sync response brought, and the token with it.
func (b *Bot) take(ctx context.Context, lines []timeline, res *mautrix.RespSync) error {
	took := time.Since(b.taken)
	defer func() { b.taken = time.Now() }()
	echoed, err := b.echoed(ctx, lines)
	if err != nil {
		return err
	}
	var keep []store.Incoming
	for i := range lines {
		list, err := b.concerning(ctx, &lines[i])
		if err != nil {
			return err
		}
		keep = append(keep, list...)
	}
	keep = append(keep, comings(res)...)
	now := time.Now()
	select {
	case <-b.delivered: // an older one
	default:
	}
	err = b.Store.Write(ctx, func(tx *store.Tx) error {
		for i := range lines {
			if err := b.noteRoom(ctx, tx, &lines[i], now); err != nil {
				return err
			}
		}
		for _, in := range keep {
			if err := tx.Keep(ctx, in, now); err != nil {
				return err
			}
		}
		return tx.SaveToken(ctx, res.NextBatch)
	})
	if err == nil {
		b.missKeys(keep)
	}
	switch {
	case err != nil:
	case slices.ContainsFunc(keep, func(in store.Incoming) bool { return in.Kind == store.InMessage }):
		// the next sync would compete with the answer for the homeserver
		select {
		case <-b.delivered:
		case <-time.After(answerFirst):
		}
	case echoed && b.sender.full.Load():
		// with what goes to many rooms: each sync is about all of them
		time.Sleep(min(3*took, echoPause))
	}
	return err
}

// answerFirst is how long the next sync waits for the answer to what came in.
const answerFirst = 20 * time.Millisecond

// echoPause is how long the next sync waits at most while all senders are busy
// and hardly more than their messages would come back: three times as long as
// one takes, which leaves the homeserver time to take in what is sent.
const echoPause = 2 * time.Second

// echoed ticks off our own messages that come back: they were sent, whatever
// became of the answer to our request. What answers one may come together with
// it, so this is in before the rest is looked at.
func (b *Bot) echoed(ctx context.Context, lines []timeline) (came bool, err error) {
	own := map[string]id.EventID{}
	for _, line := range lines {
		for _, evt := range line.events {
			if key := keyOf(evt.Unsigned.TransactionID); key != "" && evt.Sender == b.Account.Client.UserID {
				own[key] = evt.ID
			}
		}
	}
	if len(own) == 0 {
		return false, nil
	}
	return true, b.Store.Write(ctx, func(tx *store.Tx) error {
		for key, e := range own {
			if err := tx.Sent(ctx, key, e, time.Now()); err != nil {
				return err
			}
		}
		return nil
	})
}

// comings are invitations and removals.
func comings(res *mautrix.RespSync) (list []store.Incoming) {
	for room, data := range res.Rooms.Invite {
		state, err := json.Marshal(data.State.Events)
		if err != nil {
			continue
		}
		list = append(list, store.Incoming{Event: id.EventID("invite/" + room.String() + "/" + res.NextBatch), Room: room,
			Kind: store.InInvite, Sent: time.Now(), Content: string(state)})
	}
	for room := range res.Rooms.Leave {
		list = append(list, store.Incoming{Event: id.EventID("left/" + room.String() + "/" + res.NextBatch), Room: room,
			Kind: store.InLeft, Sent: time.Now()})
	}
	return list
}

// concerning picks out of a room's timeline what is for us.
func (b *Bot) concerning(ctx context.Context, line *timeline) ([]store.Incoming, error) {
	room, err := b.Store.Room(ctx, line.room)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return nil, err
	}
	var list []store.Incoming
	for _, evt := range line.events {
		// what waits to be handled may gather a message; then what follows may belong to it
		in, err := b.concern(ctx, room, evt, len(list) > 0)
		if err != nil {
			return nil, err
		}
		if evt.Sender != b.Account.Client.UserID {
			b.talks.note(evt, in)
		}
		if in == nil {
			continue
		}
		list = append(list, *in)
		if edit, err := b.sealedEdit(ctx, in, evt); err != nil {
			return nil, err
		} else if edit != nil {
			list = append(list, *edit)
		}
	}
	if line.holes {
		b.talks.changed(line.room)
	}
	return list, nil
}

func (b *Bot) concern(ctx context.Context, room store.Room, evt *event.Event, pending bool) (*store.Incoming, error) {
	if evt.Sender == b.Account.Client.UserID {
		return nil, nil
	}
	in := &store.Incoming{Event: evt.ID, Room: evt.RoomID, Sender: evt.Sender, Sent: sentAt(evt)}
	if evt.Type.Type == event.EventRedaction.Type {
		return b.redaction(in, evt), nil // also in a room that was upgraded: what it held is kept
	}
	if room.ID == "" {
		return nil, nil // not one of ours
	}
	switch evt.Type.Type {
	case event.StateTombstone.Type:
		if evt.StateKey == nil || *evt.StateKey != "" {
			return nil, nil // a message of that type, which anybody may send
		}
		in.Kind, in.Content = store.InTombstone, string(evt.Content.VeryRaw)
		return in, nil
	case event.EventReaction.Type:
		return b.reaction(ctx, room, in, evt)
	case voteType, stableVoteType:
		if encrypted, err := b.guard.Encrypted(ctx, evt.RoomID); err != nil || encrypted {
			return nil, err // as with messages
		}
		return b.vote(ctx, in, evt)
	case event.EventEncrypted.Type:
		return b.decrypt(ctx, room, in, evt, pending)
	case event.EventMessage.Type:
		if encrypted, err := b.guard.Encrypted(ctx, evt.RoomID); err != nil || encrypted {
			return nil, err // anybody on the way could have written it
		}
		return b.message(ctx, room, in, evt, pending)
	}
	return nil, nil
}

// sentAt is when an event says that it was sent; one from the future is from now.
func sentAt(evt *event.Event) time.Time {
	if at, now := time.UnixMilli(evt.Timestamp), time.Now(); at.Before(now) {
		return at
	}
	return time.Now()
}

// message tells whether a decrypted event is for us.
func (b *Bot) message(ctx context.Context, room store.Room, in *store.Incoming, evt *event.Event, pending bool) (*store.Incoming, error) {
	if evt.Type.Type != event.EventMessage.Type {
		return nil, nil
	}
	c, menu, chosen := readable(evt)
	if c == nil {
		return nil, nil
	}
	if c.MsgType != event.MsgText { // notices are other bots' answers
		if of := c.RelatesTo.GetReplaceID(); of != "" {
			return b.editOfSource(ctx, in, of)
		}
		return nil, nil
	}
	a := commands.Incoming{Body: c.Body, HTML: c.FormattedBody, Me: b.Account.Client.UserID, MyName: b.myName(),
		Prefix: "!", Direct: room.Direct != ""}
	if n := b.Network(room.Network); n != nil {
		a.Prefix = n.Prefix
	} else if !a.Direct {
		return nil, nil // a network that is not configured any more
	}
	if c.Mentions != nil {
		a.Mentions = c.Mentions.UserIDs
	}
	unsure := evt.Mautrix.WasEncrypted && doubtful(evt.Mautrix.TrustState)
	if !pending {
		var err error
		if pending, err = b.Store.Waiting(ctx, room.ID); err != nil {
			return nil, err
		}
	}
	if c.RelatesTo.GetReplaceID() != "" { // an edit does not ask again
		return b.edit(ctx, in, c, a, pending, unsure)
	}
	if chosen {
		if h, ours, others := b.chose(c, menu); others {
			return nil, nil
		} else if ours {
			return h.keep(in, c, unsure)
		}
	}
	if to := c.RelatesTo.GetNonFallbackReplyTo(); to != "" {
		mine, err := b.Store.WroteEvent(ctx, to)
		if err != nil {
			return nil, err
		}
		a.ReplyToMe = mine
		if a.Asked, err = b.afterwordAt(ctx, room.ID, to, in.Sent); err != nil {
			return nil, err
		}
	}
	text, named, ok := commands.Address(a)
	if !ok && unsure {
		return nil, nil
	} else if !ok {
		return b.unaddressed(ctx, room, in, c, pending)
	}
	h := heard{Text: text, Named: named}
	return h.keep(in, c, unsure)
}

// keep makes an inbox row of a message that is for us.
func (h heard) keep(in *store.Incoming, c *event.MessageEventContent, unsure bool) (*store.Incoming, error) {
	h.Text = strings.ToValidUTF8(h.Text[:min(len(h.Text), maxHeard)], "")
	h.Thread, h.ReplyTo, h.Doubtful = c.RelatesTo.GetThreadParent(), c.RelatesTo.GetNonFallbackReplyTo(), unsure
	row, err := json.Marshal(h)
	if err != nil {
		return nil, err
	}
	in.Kind, in.Content = store.InMessage, string(row)
	return in, nil
}

func doubtful(t id.TrustState) bool {
	return t == id.TrustStateBlacklisted || t == id.TrustStateDeviceKeyMismatch || t == id.TrustStateUnknownDevice || t == id.TrustStateForwarded
}

// txnID is the Matrix transaction id of a message: the same at every try, so
// that the homeserver takes it once (client-server API, "Transaction
// identifiers"), and readable back when the event comes by.
func txnID(key string) string { return txnPrefix + base64.RawURLEncoding.EncodeToString([]byte(key)) }

const txnPrefix = "buffet-"

// keyOf is the message's key, or "" for a transaction id that is not ours.
func keyOf(txn string) string {
	if len(txn) <= len(txnPrefix) || txn[:len(txnPrefix)] != txnPrefix {
		return ""
	}
	key, err := base64.RawURLEncoding.DecodeString(txn[len(txnPrefix):])
	if err != nil {
		return ""
	}
	return string(key)
}
