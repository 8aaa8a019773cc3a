package bot

import (
	"context"
	"time"

	"maunium.net/go/mautrix/id"

	"buffet/offers"
	"buffet/store"
)

// onPosts tells whether a reaction may mean something on an announcement, and
// is too common elsewhere to be kept.
func onPosts(sign string) bool {
	return offers.MeansComing(sign) || sign == offers.SignAlarm
}

// postOf is the outbox key of the announcement that one of our messages
// belongs to, "" if none. which: the message asks which of its dates is meant.
// A message that stands elsewhere than what refers to it is none: whoever says
// so may not be able to see it.
func (b *Bot) postOf(ctx context.Context, in store.Incoming, e id.EventID) (post string, which bool, err error) {
	q := b.Store.Reader()
	key, err := store.KeyOf(ctx, q, e)
	if err != nil {
		return "", false, store.Ignore(err)
	}
	post, which = offers.PostOf(key), offers.IsWhich(key)
	room, err := store.AnnouncementRoom(ctx, q, post)
	if err != nil {
		return "", false, store.Ignore(err)
	}
	if which && !offers.AsksWhich(key, b.Store.HashPerson(in.Sender)) || !which && room != in.Room {
		return "", false, nil
	}
	return post, which, nil
}

// chatView is how the people of a network read in their direct chats; not ok
// if it is not configured.
func (b *Bot) chatView(network string) (offers.View, bool) {
	n := b.Network(network)
	if n == nil {
		return offers.View{}, false
	}
	return offers.View{Phrases: b.Phrases, Lang: n.Lang, Zone: n.Zone, Now: time.Now()}, true
}

// postView is the view of those who read an announcement.
func (b *Bot) postView(ctx context.Context, tx *store.Tx, post string) (v offers.View, ok bool, err error) {
	items, err := store.AnnouncementItems(ctx, tx, post)
	if err != nil || len(items) == 0 {
		return v, false, err
	}
	o, err := store.OfferByID(ctx, tx, items[0].Offer)
	if err != nil {
		return v, false, store.Ignore(err)
	}
	v, ok = b.chatView(o.Network)
	return v, ok, nil
}

// comes handles a reaction by which somebody says that they come.
func (b *Bot) comes(ctx context.Context, in store.Incoming, post, sign string) error {
	return b.tick(ctx, in, func(tx *store.Tx) error {
		v, ok, err := b.postView(ctx, tx, post)
		if err != nil || !ok {
			return err
		}
		return offers.React(ctx, tx, v, offers.Reaction{Post: post, Sign: sign,
			Coming: offers.Coming{User: in.Sender, Event: in.Event, Room: in.Room}})
	})
}
