package bot

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/crypto"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"buffet/store"
)

// Said is a text message as it reads now.
type Said struct {
	Room    id.RoomID
	Event   id.EventID
	Thread  id.EventID // root of the thread it stands in, "" for none
	ReplyTo id.EventID // a real reply, not a thread's fallback
	Author  id.UserID
	Text    string // plain, without the quote of a rich reply
	Sent    time.Time
	Trusted bool // the sender's device is not doubtful
}

var (
	// errUnreadable is definite: it is not a text of somebody else, or not one
	// that can be read.
	errUnreadable = errors.New("not a readable message")
	// errSealed is an errUnreadable that cannot be decrypted.
	errSealed = fmt.Errorf("%w: not to be decrypted", errUnreadable)
	// errNoKey is an errSealed whose key may still arrive.
	errNoKey = fmt.Errorf("%w: no key to it", errSealed)
)

// What reading asks for at most.
const (
	readRetries  = 2   // of a request
	readPage     = 20  // relations at once: Dendrite loses those of a page after the twentieth
	readPages    = 100 // of relations
	maxReplies   = 500 // in a thread
	maxEdits     = 500 // of a message
	plainReplies = 100 // events after a message, among which replies are looked for
)

// readMessage reads a message from the homeserver, with its newest edit.
// errUnreadable is for ever (but for errNoKey); after any other error it may be
// tried again. Never call it inside of Write.
func (b *Bot) readMessage(ctx context.Context, room id.RoomID, e id.EventID) (*Said, error) {
	ctx = mautrix.WithMaxRetries(ctx, readRetries)
	evt, err := b.Account.Client.GetEvent(ctx, room, e)
	if err != nil {
		return nil, readError(err)
	}
	if evt == nil || evt.ID != e {
		return nil, errUnreadable
	}
	return b.read(ctx, room, evt)
}

// readReplies reads the messages of the thread under one, and the plain
// replies to it among the events right after it; oldest first. Those that
// cannot be read are left out.
func (b *Bot) readReplies(ctx context.Context, room id.RoomID, e id.EventID) ([]Said, error) {
	ctx = mautrix.WithMaxRetries(ctx, readRetries)
	list, err := b.relations(ctx, room, e, event.RelThread, maxReplies)
	if err != nil {
		return nil, err
	}
	after, err := b.after(ctx, room, e, plainReplies)
	if err != nil {
		return nil, err
	}
	for _, evt := range after {
		// how it relates stands outside of the encryption
		if relatesTo(evt).GetNonFallbackReplyTo() == e && !slices.ContainsFunc(list, func(o *event.Event) bool { return o.ID == evt.ID }) {
			list = append(list, evt)
		}
	}
	said := make([]Said, 0, len(list))
	for _, evt := range list {
		one, err := b.read(ctx, room, evt)
		if errors.Is(err, errUnreadable) {
			continue
		} else if err != nil {
			return nil, err
		}
		if one.Thread == e || one.ReplyTo == e {
			said = append(said, *one)
		}
	}
	slices.SortStableFunc(said, func(a, b Said) int { return a.Sent.Compare(b.Sent) })
	return said, nil
}

// after are the events after one, as many as there are or most; homeservers
// give fewer at once than they are asked for.
func (b *Bot) after(ctx context.Context, room id.RoomID, e id.EventID, most int) (list []*event.Event, err error) {
	lazily := &mautrix.FilterPart{LazyLoadMembers: true}
	for from := e; len(list) < most; from = list[len(list)-1].ID {
		around, err := b.Account.Client.Context(ctx, room, from, lazily, 2*(most-len(list))) // half of it before
		if err != nil {
			return nil, readError(err)
		}
		if len(around.EventsAfter) == 0 {
			break
		}
		list = append(list, around.EventsAfter...)
	}
	return list[:min(len(list), most)], nil
}

// relations are the events that relate to one in that way, most of them
// encrypted, in no certain order.
func (b *Bot) relations(ctx context.Context, room id.RoomID, e id.EventID, kind event.RelationType, most int) ([]*event.Event, error) {
	list, _, _, err := b.related(ctx, room, e, mautrix.ReqGetRelations{RelationType: kind}, most)
	return list, err
}

// allRelations are those that relate to one in any way; with recurse, also
// those that relate to these, if the homeserver is able to: deep. cut: there are more.
func (b *Bot) allRelations(ctx context.Context, room id.RoomID, e id.EventID, most int, recurse bool) (list []*event.Event, deep, cut bool, err error) {
	return b.related(ctx, room, e, mautrix.ReqGetRelations{Recurse: recurse}, most)
}

func (b *Bot) related(ctx context.Context, room id.RoomID, e id.EventID, req mautrix.ReqGetRelations, most int) (list []*event.Event, deep, cut bool, err error) {
	req.Dir, req.Limit = mautrix.DirectionForward, readPage
	bytes := 0
	for range max(readPages, most/readPage) {
		page, err := b.Account.Client.GetRelations(ctx, room, e, &req)
		if err != nil {
			return nil, false, false, readError(err)
		}
		for _, evt := range page.Chunk {
			bytes += len(evt.Content.VeryRaw)
		}
		list, deep = append(list, page.Chunk...), page.RecursionDepth > 0
		if cut = page.NextBatch != "" && page.NextBatch != req.From; !cut || len(list) >= most || bytes > passageBytes {
			break
		}
		req.From = page.NextBatch
	}
	return list[:min(len(list), most)], deep, cut || len(list) > most, nil
}

// readError tells definite answers of the homeserver from those that time
// mends. A 404 that is not Matrix's, or says that it does not know the
// request, tells nothing of the event.
func readError(err error) error {
	var answer mautrix.HTTPError
	if errors.As(err, &answer) && answer.RespError != nil && !errors.Is(err, mautrix.MUnrecognized) &&
		(answer.IsStatus(http.StatusForbidden) || answer.IsStatus(http.StatusNotFound)) {
		return fmt.Errorf("%w: %w", errUnreadable, err)
	}
	return fmt.Errorf("read message: %w", err)
}

// read makes of an event what its author says in it now.
func (b *Bot) read(ctx context.Context, room id.RoomID, evt *event.Event) (*Said, error) {
	c, encrypted, trusted, err := b.clear(ctx, room, evt)
	if err != nil {
		return nil, err
	}
	if c.MsgType != event.MsgText || c.RelatesTo.GetReplaceID() != "" || evt.Sender == b.Account.Client.UserID {
		return nil, errUnreadable
	}
	said := &Said{Room: room, Event: evt.ID, Thread: c.RelatesTo.GetThreadParent(), ReplyTo: c.RelatesTo.GetNonFallbackReplyTo(),
		Author: evt.Sender, Sent: sentAt(evt)}
	edits, err := b.relations(ctx, room, evt.ID, event.RelReplace, maxEdits)
	if err != nil {
		return nil, err
	}
	c, said.Trusted, err = b.latest(ctx, room, evt, latestOf{c, encrypted, trusted}, edits)
	if err != nil {
		return nil, err
	}
	if c.MsgType != event.MsgText {
		return nil, errUnreadable
	}
	said.Text = c.Body
	return said, nil
}

// latestOf is what clear says of the message itself.
type latestOf struct {
	content            *event.MessageEventContent
	encrypted, trusted bool
}

// latest is what a message says with the newest of its author's edits, without
// the quote of a rich reply.
func (b *Bot) latest(ctx context.Context, room id.RoomID, evt *event.Event, of latestOf, edits []*event.Event) (*event.MessageEventContent, bool, error) {
	now, trusted := *of.content, of.trusted
	slices.SortFunc(edits, func(x, y *event.Event) int {
		return cmp.Or(cmp.Compare(y.Timestamp, x.Timestamp), cmp.Compare(y.ID, x.ID))
	})
	for _, edit := range edits {
		if edit.Sender != evt.Sender {
			continue // not theirs to change
		}
		n, secret, sure, err := b.clear(ctx, room, edit)
		switch {
		case errors.Is(err, errSealed):
			return nil, false, err // the older text is not what the author wants to say any more
		case errors.Is(err, errUnreadable):
			continue // taken back, or none
		case err != nil:
			return nil, false, err
		}
		if n.RelatesTo.GetReplaceID() != evt.ID || n.NewContent == nil || secret != of.encrypted {
			continue
		}
		now, trusted = *n.NewContent, trusted && sure
		break
	}
	if of.content.RelatesTo.GetReplyTo() != "" {
		now.Body = event.TrimReplyFallbackText(now.Body)
	}
	return &now, trusted, nil
}

// clear is what a message event says, decrypted.
func (b *Bot) clear(ctx context.Context, room id.RoomID, evt *event.Event) (c *event.MessageEventContent, encrypted, trusted bool, err error) {
	if evt.StateKey != nil || evt.Unsigned.RedactedBecause != nil || len(evt.Content.Raw) == 0 || evt.RoomID != "" && evt.RoomID != room {
		return nil, false, false, errUnreadable
	}
	evt.RoomID = room
	evt.Type.Class = event.MessageEventType
	switch evt.Type.Type {
	case event.EventEncrypted.Type:
		if evt, err = b.unseal(ctx, evt); err != nil {
			return nil, false, false, err
		}
		encrypted = true
	case event.EventMessage.Type:
		if err := b.guard.ask(ctx, room); err != nil {
			return nil, false, false, readError(err)
		}
		if secret, err := b.guard.Encrypted(ctx, room); err != nil {
			return nil, false, false, fmt.Errorf("read whether the room is encrypted: %w", err)
		} else if secret { // anybody on the way could have written it
			return nil, false, false, errUnreadable
		}
	}
	if evt.Type.Type != event.EventMessage.Type {
		return nil, false, false, errUnreadable
	}
	if c, _, _ = readable(evt); c == nil {
		return nil, false, false, errUnreadable
	}
	return c, encrypted, !encrypted || !doubtful(evt.Mautrix.TrustState), nil
}

// unseal decrypts an event. What is wrong with an event itself is definite; an
// error of the database is not.
func (b *Bot) unseal(ctx context.Context, evt *event.Event) (*event.Event, error) {
	if err := evt.Content.ParseRaw(evt.Type); err != nil && !errors.Is(err, event.ErrContentAlreadyParsed) {
		return nil, errSealed
	}
	if c, ok := evt.Content.Parsed.(*event.EncryptedEventContent); !ok || c.Algorithm != id.AlgorithmMegolmV1 {
		return nil, errSealed
	}
	clear, err := b.Account.decrypt(ctx, evt)
	switch {
	case err == nil:
		return clear, nil
	case errors.Is(err, crypto.ErrNoSessionFound):
		return nil, errNoKey
	case ctx.Err() != nil, store.Fault(err):
		return nil, fmt.Errorf("decrypt message: %w", err)
	}
	return nil, fmt.Errorf("%w: %w", errSealed, err)
}

// relatesTo is how an event, as it came, relates to another one; nil if not.
func relatesTo(evt *event.Event) *event.RelatesTo {
	evt.Type.Class = event.MessageEventType
	if err := evt.Content.ParseRaw(evt.Type); err != nil && !errors.Is(err, event.ErrContentAlreadyParsed) {
		return nil
	}
	switch c := evt.Content.Parsed.(type) {
	case *event.EncryptedEventContent:
		return c.RelatesTo
	case *event.MessageEventContent:
		return c.RelatesTo
	}
	return nil
}
