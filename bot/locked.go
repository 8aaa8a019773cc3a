package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"maunium.net/go/mautrix/crypto"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"buffet/lang"
	"buffet/store"
)

// decrypt opens an encrypted event, or keeps it until its key arrives.
func (b *Bot) decrypt(ctx context.Context, room store.Room, in *store.Incoming, evt *event.Event, pending bool) (*store.Incoming, error) {
	evt.Type.Class = event.MessageEventType
	if err := evt.Content.ParseRaw(evt.Type); err != nil && !errors.Is(err, event.ErrContentAlreadyParsed) {
		return nil, nil //nolint:nilerr // an event that is none
	}
	clear, err := b.Account.decrypt(ctx, evt)
	if err == nil {
		if clear.Type.Type == voteType || clear.Type.Type == stableVoteType {
			return b.vote(ctx, in, clear)
		}
		return b.message(ctx, room, in, clear, pending)
	}
	if errors.Is(err, crypto.ErrDuplicateMessageIndex) {
		b.Log.Warn().Stringer("room_id", evt.RoomID).Stringer("event_id", evt.ID).Msg("replayed message dropped")
		return nil, nil
	}
	raw, fault := json.Marshal(evt)
	if fault != nil {
		return nil, fmt.Errorf("keep encrypted event: %w", fault)
	}
	in.Kind, in.Content = store.InLocked, string(raw)
	if c, ok := evt.Content.Parsed.(*event.EncryptedEventContent); ok {
		in.Session = string(c.SessionID)
	}
	return in, nil
}

// sealedMark stands before the id of an edit that cannot be decrypted: that
// one waits for its key, this one only says that there is an edit.
const sealedMark = "sealed/"

// sealedEdit keeps that a message was edited by what cannot be decrypted: what
// it edits stands outside of the encryption, and whatever it says, the older
// text is not to be quoted any more. It does not wait for a key that may never
// come.
func (b *Bot) sealedEdit(ctx context.Context, in *store.Incoming, evt *event.Event) (*store.Incoming, error) {
	of := relatesTo(evt).GetReplaceID()
	if in.Kind != store.InLocked || of == "" {
		return nil, nil
	}
	return b.editOfSource(ctx, &store.Incoming{Event: sealedMark + in.Event, Room: in.Room, Sender: in.Sender, Sent: in.Sent}, of)
}

// missing is a key that we lack: of whose session in which room.
type missing struct {
	room    id.RoomID
	sender  id.UserID
	session string
}

// missKeys rings for keepKeys if something was just kept locked.
func (b *Bot) missKeys(keep []store.Incoming) {
	if slices.ContainsFunc(keep, func(in store.Incoming) bool { return in.Kind == store.InLocked }) {
		ring(b.keysMissing)
	}
}

// keepKeys asks for keys once they have had time to come by themselves.
func (b *Bot) keepKeys(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-b.keysMissing:
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(keyPatience):
		}
		b.askForKeys(ctx, time.Now())
	}
}

// askForKeys asks the sender's devices and ours for the keys that did not come
// by themselves, each once.
func (b *Bot) askForKeys(ctx context.Context, now time.Time) {
	list, err := b.Store.Locked(ctx, "")
	wanted := map[missing]bool{}
	for _, in := range list {
		key := missing{in.Room, in.Sender, in.Session}
		if in.Session == "" || now.Sub(in.Sent) < keyPatience {
			continue
		}
		wanted[key] = true
		if err = b.askForKey(ctx, key, in.Content); err != nil {
			break
		}
	}
	if err != nil {
		if ctx.Err() == nil {
			b.Log.Warn().Err(err).Msg("cannot ask for missing keys, trying again later")
		}
		return
	}
	b.requested.Range(func(key, _ any) bool {
		if !wanted[key.(missing)] {
			b.requested.Delete(key)
		}
		return true
	})
}

func (b *Bot) askForKey(ctx context.Context, key missing, content string) error {
	mach := b.Account.crypto.Machine()
	if known, err := mach.CryptoStore.GetGroupSession(ctx, key.room, id.SessionID(key.session)); err != nil || known != nil {
		return nil //nolint:nilerr // withheld, or something else is wrong with the message
	}
	if _, asked := b.requested.LoadOrStore(key, true); asked {
		return nil
	}
	var evt struct {
		Content struct {
			SenderKey id.SenderKey `json:"sender_key"`
		} `json:"content"`
	}
	_ = json.Unmarshal([]byte(content), &evt) // it is asked for without as well
	err := mach.SendRoomKeyRequest(ctx, key.room, evt.Content.SenderKey, id.SessionID(key.session), "",
		map[id.UserID][]id.DeviceID{key.sender: {"*"}, b.Account.Client.UserID: {"*"}})
	if err != nil && !refused(err) { // one that is refused is not to keep the others waiting
		b.requested.Delete(key)
		return fmt.Errorf("ask for key: %w", err)
	}
	return nil
}

// keyPatience is how long a key usually takes to arrive after its message.
const keyPatience = 5 * time.Second

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
	open, err := b.decrypt(ctx, room, &store.Incoming{Event: in.Event, Room: in.Room, Sender: in.Sender, Sent: in.Sent}, evt, false)
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
