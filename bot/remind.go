package bot

import (
	"context"
	"strings"
	"time"

	"maunium.net/go/mautrix/id"

	"buffet/knowledge"
	"buffet/offers"
	"buffet/store"
)

// clocksDiffer is by how much the clock of another homeserver may be behind ours.
const clocksDiffer = 2 * time.Minute

// alarm handles ⏰ under an announcement.
func (b *Bot) alarm(ctx context.Context, in store.Incoming, post string) error {
	return b.tick(ctx, in, func(tx *store.Tx) error {
		v, ok, err := b.postView(ctx, tx, post)
		if err != nil || !ok {
			return err
		}
		return offers.Alarm(ctx, tx, v, offers.Reaction{Post: post, Sign: offers.SignAlarm,
			Coming: offers.Coming{User: in.Sender, Event: in.Event, Room: in.Room}})
	})
}

// untell undoes what an event that is gone had set: a reminder, or, if it was
// an announcement of ours, everything that would still be said under it.
func (b *Bot) untell(ctx context.Context, tx *store.Tx, room id.RoomID, e id.EventID) error {
	if err := offers.AlarmBack(ctx, tx, b.chatView, room, e); err != nil {
		return err
	}
	key, err := store.KeyOf(ctx, tx, e)
	if err != nil {
		return store.Ignore(err)
	}
	if _, in, err := store.EventOf(ctx, tx, key); err != nil || in != room {
		return store.Ignore(err)
	}
	return tx.DropAnnouncement(ctx, key)
}

// afterwordOf is the line that a message in an announcement's thread answers:
// that which it replies to, else the newest before it; or store.ErrNotFound.
func afterwordOf(ctx context.Context, q store.Querier, room id.RoomID, r replied, sent time.Time) (store.Afterword, error) {
	none := store.Afterword{}
	to := ""
	if r.ReplyTo != "" {
		var err error
		if to, err = store.KeyOf(ctx, q, r.ReplyTo); store.Ignore(err) != nil {
			return none, err
		}
	}
	var list []store.Afterword
	var err error
	if r.Thread != "" {
		list, err = store.AfterwordsUnder(ctx, q, r.Thread, sent.Add(-offers.AnswersFor))
	} else { // a client that knows no threads
		list, err = store.AfterwordsOf(ctx, q, to, sent.Add(-offers.AnswersFor))
	}
	if err != nil {
		return none, err
	}
	if len(list) == 0 {
		return none, store.ErrNotFound
	}
	if set, err := store.Setting(ctx, q, room, store.SetAfter); err != nil {
		return none, err
	} else if set == store.Off {
		return none, store.ErrNotFound
	}
	found, err := none, store.ErrNotFound
	for _, w := range list {
		switch {
		case w.Room != room || w.At.After(sent.Add(clocksDiffer)):
		case w.Line == to:
			return w, nil
		default:
			found, err = w, nil
		}
	}
	return found, err
}

// afterwordAt tells whether that message of ours asks what people take along.
func (b *Bot) afterwordAt(ctx context.Context, room id.RoomID, e id.EventID, sent time.Time) (bool, error) {
	_, err := afterwordOf(ctx, b.Store.Reader(), room, replied{ReplyTo: e}, sent)
	return err == nil, store.Ignore(err)
}

// takeAlong gathers what somebody takes along from a date.
func (b *Bot) takeAlong(ctx context.Context, tx *store.Tx, in store.Incoming, p knowledge.Place, r replied) error {
	w, err := afterwordOf(ctx, tx, in.Room, r, in.Sent)
	if err != nil {
		return store.Ignore(err)
	}
	o, err := store.OfferByID(ctx, tx, w.Offer)
	if err != nil {
		return store.Ignore(err)
	}
	said := knowledge.Said{Event: in.Event, Thread: r.Thread, Author: in.Sender, Text: r.Text, Sent: in.Sent,
		Title: o.Title, Topics: strings.Join(o.Topics, " ")}
	return b.keeper().GatherAfter(ctx, tx, p, said, b.Account.Client.UserID, time.Now())
}
