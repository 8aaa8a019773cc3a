package bot

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/crypto"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"buffet/commands"
	"buffet/lang"
	"buffet/store"
)

// heard is what the inbox keeps of a message that is for us, until it is
// handled.
type heard struct {
	Text    string     `json:"text"`
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
	err := b.Store.Write(ctx, func(tx *store.Tx) error {
		for i := range lines {
			if err := b.noteRoom(ctx, tx, &lines[i], now); err != nil {
				return err
			}
		}
		for _, in := range keep {
			if in.Kind == inEcho {
				if err := tx.Sent(ctx, in.Content, in.Event, now); err != nil {
					return err
				}
			} else if err := tx.Keep(ctx, in, now); err != nil {
				return err
			}
		}
		return tx.SaveToken(ctx, res.NextBatch)
	})
	if err == nil && slices.ContainsFunc(keep, func(in store.Incoming) bool { return in.Kind == store.InMessage }) {
		// the next sync would compete with the answer for the homeserver
		select {
		case <-b.delivered:
		case <-time.After(answerFirst):
		}
	}
	return err
}

// answerFirst is how long the next sync waits for the answer to what came in.
const answerFirst = 20 * time.Millisecond

// inEcho is our own message coming back: it was sent, whatever became of the
// answer to our request.
const inEcho = "echo"

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
		if in != nil {
			list = append(list, *in)
		}
	}
	if line.holes {
		b.talks.changed(line.room)
	}
	return list, nil
}

func (b *Bot) concern(ctx context.Context, room store.Room, evt *event.Event, pending bool) (*store.Incoming, error) {
	in := &store.Incoming{Event: evt.ID, Room: evt.RoomID, Sender: evt.Sender, Sent: sentAt(evt)}
	if evt.Sender == b.Account.Client.UserID {
		if in.Content = keyOf(evt.Unsigned.TransactionID); in.Content == "" {
			return nil, nil
		}
		in.Kind = inEcho
		return in, nil
	}
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
		return b.reaction(room, in, evt), nil
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

// decrypt opens an encrypted event, or keeps it until its key arrives.
func (b *Bot) decrypt(ctx context.Context, room store.Room, in *store.Incoming, evt *event.Event, pending bool) (*store.Incoming, error) {
	evt.Type.Class = event.MessageEventType
	if err := evt.Content.ParseRaw(evt.Type); err != nil && !errors.Is(err, event.ErrContentAlreadyParsed) {
		return nil, nil //nolint:nilerr // an event that is none
	}
	clear, err := b.Account.crypto.Decrypt(ctx, evt)
	if err == nil {
		return b.message(ctx, room, in, clear, pending)
	}
	if errors.Is(err, crypto.ErrDuplicateMessageIndex) {
		b.Log.Warn().Stringer("room_id", evt.RoomID).Stringer("event_id", evt.ID).Msg("replayed message dropped")
		return nil, nil
	}
	raw, err := json.Marshal(evt)
	if err != nil {
		return nil, fmt.Errorf("keep encrypted event: %w", err)
	}
	in.Kind, in.Content = store.InLocked, string(raw)
	if c, ok := evt.Content.Parsed.(*event.EncryptedEventContent); ok {
		in.Session = string(c.SessionID)
		if errors.Is(err, crypto.ErrNoSessionFound) {
			b.requestKey(*in, c)
		}
	}
	return in, nil
}

// requestKey asks the sender's devices for a key that does not come by itself.
func (b *Bot) requestKey(in store.Incoming, c *event.EncryptedEventContent) {
	if _, asked := b.requested.LoadOrStore(in.Session, true); asked {
		return
	}
	time.AfterFunc(keyPatience, func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if list, err := b.Store.Locked(ctx, in.Session); err == nil && len(list) > 0 {
			b.Account.crypto.RequestSession(ctx, in.Room, c.SenderKey, c.SessionID, in.Sender, "") // all of the sender's devices
		}
	})
}

// keyPatience is how long a key usually takes to arrive after its message.
const keyPatience = 5 * time.Second

// message tells whether a decrypted event is for us.
func (b *Bot) message(ctx context.Context, room store.Room, in *store.Incoming, evt *event.Event, pending bool) (*store.Incoming, error) {
	if evt.Type.Type != event.EventMessage.Type {
		return nil, nil
	}
	if err := evt.Content.ParseRaw(event.EventMessage); err != nil && !errors.Is(err, event.ErrContentAlreadyParsed) {
		return nil, nil //nolint:nilerr // not a message we can read
	}
	c, ok := evt.Content.Parsed.(*event.MessageEventContent)
	if !ok {
		return nil, nil
	}
	if c.MsgType != event.MsgText { // notices are other bots' answers
		if of := c.RelatesTo.GetReplaceID(); of != "" {
			return b.editOfSource(ctx, in, of)
		}
		return nil, nil
	}
	a := commands.Incoming{Body: c.Body, HTML: c.FormattedBody, Me: b.Account.Client.UserID, MyName: b.name,
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
	if to := c.RelatesTo.GetNonFallbackReplyTo(); to != "" {
		mine, err := b.Store.WroteEvent(ctx, to)
		if err != nil {
			return nil, err
		}
		a.ReplyToMe = mine
	}
	text, named, ok := commands.Address(a)
	if !ok && unsure {
		return nil, nil
	} else if !ok {
		return b.unaddressed(ctx, room, in, c, pending)
	}
	h, err := json.Marshal(heard{Text: strings.ToValidUTF8(text[:min(len(text), maxHeard)], ""), Thread: c.RelatesTo.GetThreadParent(),
		ReplyTo: c.RelatesTo.GetNonFallbackReplyTo(), Named: named,
		Doubtful: unsure})
	if err != nil {
		return nil, err
	}
	in.Kind, in.Content = store.InMessage, string(h)
	return in, nil
}

func doubtful(t id.TrustState) bool {
	return t == id.TrustStateBlacklisted || t == id.TrustStateDeviceKeyMismatch || t == id.TrustStateUnknownDevice || t == id.TrustStateForwarded
}

// sessionReceived opens what waited for that key.
func (b *Bot) sessionReceived(ctx context.Context, _ id.RoomID, session id.SessionID, _ uint32) {
	go b.unlock(context.WithoutCancel(ctx), string(session)) // the library is in the middle of storing the key
}

// unlock tries again to open the events that wait for a session; "" is all.
func (b *Bot) unlock(ctx context.Context, session string) {
	list, err := b.Store.Locked(ctx, session)
	if err != nil {
		b.Log.Err(err).Msg("cannot read locked events")
	}
	for _, in := range list {
		if err := b.unlockOne(ctx, in); err != nil {
			b.Log.Err(err).Stringer("event_id", in.Event).Msg("cannot unlock event")
		}
	}
}

func (b *Bot) unlockOne(ctx context.Context, in store.Incoming) error {
	evt := new(event.Event)
	if err := json.Unmarshal([]byte(in.Content), evt); err != nil {
		return err
	}
	evt.RoomID = in.Room
	room, err := b.Store.Room(ctx, in.Room)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	} else if err != nil {
		return err
	}
	open, err := b.decrypt(ctx, room, &store.Incoming{Event: in.Event, Room: in.Room, Sender: in.Sender}, evt, false)
	if err != nil || (open != nil && open.Kind == store.InLocked) {
		return err
	}
	b.talks.changed(in.Room) // there is more to read now
	return b.Store.Write(ctx, func(tx *store.Tx) error {
		if open == nil {
			return tx.Unlock(ctx, in.Event, "", "")
		}
		return tx.Unlock(ctx, in.Event, open.Kind, open.Content)
	})
}

// lockedFor is how long a message may stay unreadable before organisers are told.
const lockedFor = 5 * time.Minute

// tellLocked tells the organisers, once per room, that messages there
// cannot be read.
func (b *Bot) tellLocked(ctx context.Context, now time.Time) error {
	list, err := b.Store.Locked(ctx, "")
	if err != nil {
		return err
	}
	var rooms []id.RoomID
	for _, in := range list {
		if now.Sub(in.Sent) > lockedFor && !slices.Contains(rooms, in.Room) {
			rooms = append(rooms, in.Room)
		}
	}
	for _, r := range rooms {
		room, err := b.Store.Room(ctx, r)
		n := b.Network(room.Network)
		if err != nil || n == nil {
			continue
		}
		err = b.Store.Write(ctx, func(tx *store.Tx) error {
			key := "locked/" + r.String()
			first, err := tx.Tell(ctx, key, now)
			if err != nil || !first {
				return err
			}
			return TellOrganisers(ctx, tx, n, key, b.Phrases.Text(n.Lang, "bot_locked", lang.Values{"Room": r.String()}), now)
		})
		if err != nil {
			return err
		}
	}
	return nil
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
