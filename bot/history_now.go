package bot

import (
	"context"
	"errors"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"
)

// takeRelated takes the edits of one message, and the reactions to it.
func (b *Bot) takeRelated(ctx context.Context, p *passage, e id.EventID) error {
	list, _, _, err := b.allRelations(ctx, p.room, e, readPage, false)
	if errors.Is(err, errUnreadable) {
		return nil
	} else if err != nil {
		return err
	}
	for _, evt := range list {
		p.take(evt)
	}
	if len(list) < readPage {
		return nil
	}
	// there are more, as of a thread's root: its answers must not hide the others
	for _, kind := range []event.RelationType{event.RelReplace, event.RelAnnotation} {
		if err := b.takeRelations(ctx, p, e, kind); err != nil {
			return err
		}
	}
	return nil
}

// takeRelations takes what relates to a message in that way.
func (b *Bot) takeRelations(ctx context.Context, p *passage, e id.EventID, kind event.RelationType) error {
	list, err := b.relations(ctx, p.room, e, kind, maxEdits)
	if errors.Is(err, errUnreadable) {
		return nil
	}
	for _, evt := range list {
		p.take(evt)
	}
	return err
}

// TextNow is what a message says now, as it stands in a History; not ok if it
// says nothing to others any more, or cannot be read.
func (b *Bot) TextNow(ctx context.Context, room id.RoomID, e id.EventID) (text string, ok bool, err error) {
	text, ok, _, err = b.textNow(ctx, room, e)
	return text, ok, err
}

// textNow is TextNow, and whether its author edited it.
func (b *Bot) textNow(ctx context.Context, room id.RoomID, e id.EventID) (text string, ok, edited bool, err error) {
	ctx = mautrix.WithMaxRetries(ctx, readRetries)
	p := newPassage(b.Account.Client, room, nil)
	evt, err := p.event(ctx, e)
	if err != nil || evt == nil {
		return "", false, false, err
	}
	if err := b.takeRelations(ctx, p, e, event.RelReplace); err != nil {
		return "", false, false, err
	}
	for _, edit := range p.edits[e] {
		edited = edited || edit.Sender == evt.Sender
	}
	h, err := b.history(ctx, p, []*event.Event{evt})
	if err != nil || len(h.Messages) == 0 {
		return "", false, edited, err
	}
	return h.Messages[0].Text, true, edited, nil
}
