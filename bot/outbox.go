package bot

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"buffet/store"
)

// outboxLanes is how many messages are sent at once.
const outboxLanes = 4

// outbox is the one sender: in order per room, each message once. It reads no
// more than it can send: those in its hands, and as many to follow.
func (b *Bot) outbox() *lanes[store.Outgoing] {
	return &lanes[store.Outgoing]{
		ring: b.Store.OutboxRing(), count: outboxLanes, log: b.Log,
		lane: func(o store.Outgoing) string { return o.Room.String() + o.User.String() },
		fetch: func(ctx context.Context) ([]store.Outgoing, time.Time, error) {
			return b.Store.Unsent(ctx, time.Now(), 2*outboxLanes)
		},
		work: b.deliver,
	}
}

// answerOut is how long a file waits after its answer, which the homeserver
// still hands out to the room then.
const answerOut = 50 * time.Millisecond

// stopGrace is how long a stop waits for a request.
const stopGrace = 5 * time.Second

// deliver sends one message and ticks it off, or puts it back.
func (b *Bot) deliver(ctx context.Context, o store.Outgoing) {
	if o.Attempts > 0 || o.User != "" {
		// an earlier try may have arrived: the sync brings it back and ticks it off;
		// a direct chat that was opened comes to light there as well
		select {
		case <-b.Synced():
		case <-ctx.Done():
			return
		}
		if sent, err := b.Store.SentEvent(ctx, o.Key); err == nil && sent != "" {
			return
		}
	}
	if beside(o) {
		select {
		case <-time.After(answerOut):
		case <-ctx.Done():
			return
		}
	}
	// a stop lets a request that is on its way come to its end
	sending, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	defer context.AfterFunc(ctx, func() { time.AfterFunc(stopGrace, cancel) })()
	e, err := b.send(sending, o)
	if err != nil && ctx.Err() != nil || errors.Is(err, errWithdrawn) {
		return // the next start goes on here, if there is anything left
	}
	now := time.Now()
	ctx = context.WithoutCancel(ctx)
	if err == nil {
		ring(b.delivered)
		if err := b.Store.Sent(ctx, o.Key, e, now); err != nil {
			b.Log.Err(err).Str("key", o.Key).Msg("cannot tick message off")
		}
		return
	}
	if hopeless(err, o) {
		b.Log.Error().Err(err).Str("key", o.Key).Stringer("room_id", o.Room).Msg("message given up")
		err = b.Store.Drop(ctx, o.Seq, err.Error(), now)
	} else {
		pause := max(backoff(o.Attempts+1, 10*time.Minute), retryAfter(err))
		b.Log.Warn().Err(err).Str("key", o.Key).Stringer("room_id", o.Room).Dur("pause", pause).Msg("message waits")
		err = b.Store.Later(ctx, o.Seq, now.Add(pause), err.Error())
	}
	if err != nil {
		b.Log.Err(err).Str("key", o.Key).Msg("cannot put message back")
	}
}

// hopeless errors are those that no later try can mend. A refusal of a text
// may be mended by people, so it is tried for some hours; a reaction, taking
// something back, or the file beside an answer is not worth holding up what
// comes after it.
func hopeless(err error, o store.Outgoing) bool {
	if errors.Is(err, errNoTarget) || errors.Is(err, errGone) {
		return true
	}
	var http mautrix.HTTPError
	if !errors.As(err, &http) || http.Response == nil {
		return false
	}
	switch code := http.Response.StatusCode; code {
	case 401, 408, 429:
		return false
	case 403, 404:
		return o.Reaction != "" || o.Redacts != "" || beside(o) || o.Attempts > 30
	default:
		return code >= 400 && code < 500 || beside(o) && o.Attempts > besideTries
	}
}

// besideTries is how often a file beside an answer is tried, for about two
// minutes, while the homeserver fails: it may take texts, but no files.
const besideTries = 7

// beside is a file that came with an answer.
func beside(o store.Outgoing) bool { return o.File != nil && o.ReplyTo != "" }

// retryAfter is how long the homeserver wants us to wait.
func retryAfter(err error) time.Duration {
	var http mautrix.HTTPError
	if errors.As(err, &http) && http.RespError != nil {
		if ms, ok := http.RespError.ExtraData["retry_after_ms"].(float64); ok {
			return min(time.Duration(ms)*time.Millisecond, time.Hour)
		}
	}
	return 0
}

// onItsWay is how long a request of a process that died may still be on its
// way. Homeservers recognise a transaction id only once its first request is
// through, so a second one must not overtake it.
const onItsWay = 10 * time.Second

var (
	errNoTarget = errors.New("the message it refers to was never sent")
	errGone     = errors.New("the person does not want the direct chat")
	// errWithdrawn needs no Drop: there is nothing left of the message
	errWithdrawn = errors.New("the message was withdrawn")
)

func (b *Bot) send(ctx context.Context, o store.Outgoing) (id.EventID, error) {
	room := o.Room
	if o.User != "" {
		var err error
		if room, err = b.roomWith(ctx, o); err != nil {
			return "", err
		}
	}
	if err := b.guard.Ensure(ctx, room); err != nil {
		return "", err
	}
	if o.User != "" && target(o) == "" {
		if err := b.reach(ctx, room, o); err != nil {
			return "", err
		}
	}
	if o.Redacts != "" {
		if err := b.trying(ctx, o); err != nil {
			return "", err
		}
		return b.redact(ctx, room, o)
	}
	kind, content, err := b.content(ctx, room, o.Message)
	if err == nil {
		err = b.trying(ctx, o) // after a file went up, which takes its time
	}
	if err != nil {
		return "", err
	}
	b.Account.own.RLock()
	resp, err := b.Account.Client.SendMessageEvent(ctx, room, kind, content, mautrix.ReqSendEvent{TransactionID: txnID(o.Key)})
	b.Account.own.RUnlock()
	if o.Reaction != "" && errors.Is(err, errDuplicateReaction) {
		return "", nil // it is there
	} else if err != nil {
		return "", err
	}
	return resp.EventID, nil
}

// trying notes that a message is about to be handed to the homeserver.
func (b *Bot) trying(ctx context.Context, o store.Outgoing) error {
	err := b.Store.Trying(ctx, o.Seq, time.Now().Add(onItsWay))
	if errors.Is(err, store.ErrNotFound) {
		return errWithdrawn
	}
	return err
}

// listedAfter is how many tries a homeserver gets to list the one that a
// direct chat was opened for; after that the invitation never came about, as
// when it failed in the middle of opening the room.
const listedAfter = 2

// reach returns nil only if what is sent now reaches its person.
func (b *Bot) reach(ctx context.Context, room id.RoomID, o store.Outgoing) error {
	err := b.guard.Reaches(ctx, room, o.User)
	if !errors.Is(err, errUnlisted) || o.Attempts < listedAfter {
		return err
	}
	if _, err := b.Account.Client.InviteUser(ctx, room, &mautrix.ReqInviteUser{UserID: o.User}); err != nil {
		return fmt.Errorf("invite into direct chat: %w", err)
	}
	return b.guard.Reaches(ctx, room, o.User)
}

// errDuplicateReaction is how homeservers refuse the same reaction again.
var errDuplicateReaction = mautrix.RespError{ErrCode: "M_DUPLICATE_ANNOTATION"}

// redact takes a message of ours back. Doing so twice is harmless.
func (b *Bot) redact(ctx context.Context, room id.RoomID, o store.Outgoing) (id.EventID, error) {
	target, err := b.sentEvent(ctx, o.Redacts)
	if err != nil {
		return "", err
	}
	resp, err := b.Account.Client.RedactEvent(ctx, room, target, mautrix.ReqRedact{TxnID: txnID(o.Key)})
	if err != nil {
		return "", err
	}
	return resp.EventID, nil
}

// sentEvent is the event that a message of ours became, or errNoTarget.
func (b *Bot) sentEvent(ctx context.Context, key string) (id.EventID, error) {
	e, err := b.Store.SentEvent(ctx, key)
	if errors.Is(err, store.ErrNotFound) {
		err = errNoTarget
	}
	return e, err
}

// content is the message as Matrix has it.
func (b *Bot) content(ctx context.Context, room id.RoomID, m store.Message) (event.Type, any, error) {
	if m.Reaction != "" {
		if m.ReactTo != "" {
			var err error
			if m.ReplyTo, err = b.sentEvent(ctx, m.ReactTo); err != nil {
				return event.Type{}, nil, err
			}
		}
		return event.EventReaction, &event.ReactionEventContent{RelatesTo: event.RelatesTo{
			Type: event.RelAnnotation, EventID: m.ReplyTo, Key: m.Reaction}}, nil
	}
	if m.Poll != nil {
		return event.EventUnstablePollStart, pollContent(m), nil
	}
	c := &event.MessageEventContent{MsgType: event.MsgText, Body: m.Plain, Mentions: &event.Mentions{UserIDs: m.Mentions}}
	if m.Notice {
		c.MsgType = event.MsgNotice
	}
	if m.HTML != "" {
		c.Format, c.FormattedBody = event.FormatHTML, m.HTML
	}
	if m.File != nil {
		if err := b.attach(ctx, room, c, m.File); err != nil {
			return event.Type{}, nil, err
		}
	}
	switch {
	case m.Thread != "":
		// clients without threads show it as a reply to what the thread is about
		c.RelatesTo = (&event.RelatesTo{}).SetThread(m.Thread, cmp.Or(m.ReplyTo, m.Thread))
		if m.ReplyTo != "" {
			c.RelatesTo.IsFallingBack = false
		}
	case m.ReplyTo != "":
		c.RelatesTo = (&event.RelatesTo{}).SetReplyTo(m.ReplyTo)
	}
	if m.Edits != "" {
		e, err := b.sentEvent(ctx, m.Edits)
		if err != nil {
			return event.Type{}, nil, err
		}
		c.SetEdit(e)
		c.Mentions = &event.Mentions{}
	}
	return event.EventMessage, c, nil
}

// target is the key of the message that this one only acts on.
func target(o store.Outgoing) string { return o.Redacts + o.ReactTo }

// roomWith is the room that a message to a person goes to.
func (b *Bot) roomWith(ctx context.Context, o store.Outgoing) (id.RoomID, error) {
	if target(o) == "" && !o.IfThere {
		return b.directRoom(ctx, o.User)
	}
	room, err := b.Store.DirectRoom(ctx, o.User)
	if errors.Is(err, store.ErrNotFound) {
		if target(o) != "" {
			return "", errNoTarget
		}
		return b.directRoom(ctx, o.User)
	} else if err != nil || target(o) != "" {
		return room.ID, err
	}
	// declined or left; one who is not listed at all may just have been invited
	return room.ID, b.stays(ctx, room.ID, o.User)
}

// stays gives errGone if a person has left a room or declined to come.
func (b *Bot) stays(ctx context.Context, room id.RoomID, user id.UserID) error {
	if err := b.guard.members(ctx, room); err != nil {
		return err
	}
	m, err := b.Account.Client.StateStore.TryGetMember(ctx, room, user)
	if err != nil {
		return fmt.Errorf("read membership: %w", err)
	}
	if m != nil && (m.Membership == event.MembershipLeave || m.Membership == event.MembershipBan) {
		return errGone
	}
	return nil
}

// directRoom is the direct chat with a person; it is opened, encrypted, if
// there is none. Only called after the first sync, which tells of one that
// was opened by a process that died before it could note it.
func (b *Bot) directRoom(ctx context.Context, user id.UserID) (id.RoomID, error) {
	cli := b.Account.Client
	room, err := b.Store.DirectRoom(ctx, user)
	if err == nil {
		alone, known := b.guard.Alone(ctx, room.ID, user)
		if known != nil {
			return "", known
		}
		if !alone { // others have come in: it is not the place for what concerns one person
			if err := b.Store.Write(ctx, func(tx *store.Tx) error { return tx.NotDirect(ctx, room.ID) }); err != nil {
				return "", err
			}
			err = store.ErrNotFound
		}
	}
	if err == nil {
		if cli.StateStore.IsMembership(ctx, room.ID, user, event.MembershipLeave) {
			if _, err := cli.InviteUser(ctx, room.ID, &mautrix.ReqInviteUser{UserID: user}); err != nil {
				return "", fmt.Errorf("invite into direct chat: %w", err)
			}
		}
		return room.ID, nil
	} else if !errors.Is(err, store.ErrNotFound) {
		return "", err
	}
	// asked for once: if no answer comes, it may be there, and the sync tells before the next try
	resp, err := cli.CreateRoom(mautrix.WithMaxRetries(ctx, 0), &mautrix.ReqCreateRoom{
		Preset: "trusted_private_chat", IsDirect: true, Invite: []id.UserID{user}, Name: "Buffet",
		CreationContent: map[string]any{directMark: user.String()},
		InitialState: []*event.Event{{Type: event.StateEncryption, Content: event.Content{
			Parsed: &event.EncryptionEventContent{Algorithm: id.AlgorithmMegolmV1}}}},
	})
	if err != nil {
		return "", fmt.Errorf("open direct chat: %w", err)
	}
	err = b.Store.Write(ctx, func(tx *store.Tx) error {
		return tx.PutRoom(ctx, store.Room{ID: resp.RoomID, Direct: user, Joined: time.Now()})
	})
	return resp.RoomID, err
}
