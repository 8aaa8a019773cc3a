package bot

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"buffet/commands"
	"buffet/digest"
	"buffet/knowledge"
	"buffet/store"
)

// reader makes messages of events.
type reader struct {
	*Bot
	*passage
	people map[id.UserID]*person
	to     commands.Incoming // what is for us
}

// person is somebody who said something.
type person struct {
	name string
	mute bool // wants nothing of theirs kept, so nothing is quoted
}

func (r *reader) person(ctx context.Context, user id.UserID) (*person, error) {
	if one := r.people[user]; one != nil {
		return one, nil
	}
	name, err := store.DisplayName(ctx, r.Store.Reader(), r.room, user)
	if err != nil {
		return nil, err
	}
	one := &person{name: plainName(name)}
	if one.mute, err = store.Forgotten(ctx, r.Store.Reader(), r.Store.HashPerson(user)); err != nil {
		return nil, err
	}
	r.people[user] = one
	return one, nil
}

// maxSaid is how many bytes of a message are read: as many as an event may have
// where homeservers keep to it.
const maxSaid = 64 << 10

// maxShownName is how many characters of a name are shown.
const maxShownName = 40

// plainName is a name on one line, as long as names are.
func plainName(name string) string {
	name = strings.Join(strings.Fields(name), " ")
	if r := []rune(name); len(r) > maxShownName {
		name = strings.TrimSpace(string(r[:maxShownName])) + "…"
	}
	return name
}

// message is what somebody said; errUnreadable if it says nothing to others,
// errSealed if it cannot be decrypted.
func (r *reader) message(ctx context.Context, evt *event.Event) (*digest.Message, error) {
	one, err := r.person(ctx, evt.Sender)
	if err != nil {
		return nil, err
	}
	c, encrypted, trusted, err := r.clear(ctx, r.room, evt)
	if err != nil {
		return nil, err
	}
	if one.mute || c.RelatesTo.GetReplaceID() != "" {
		return nil, errUnreadable
	}
	rel := c.RelatesTo
	c, _, err = r.latest(ctx, r.room, evt, latestOf{c, encrypted, trusted}, r.edits[evt.ID])
	if err != nil {
		return nil, err
	}
	text, err := r.said(ctx, c, rel)
	if err != nil {
		return nil, err
	} else if strings.TrimSpace(text) == "" {
		return nil, errUnreadable
	}
	if c.MsgType == event.MsgEmote {
		text = "* " + one.name + " " + text
	}
	text = strings.ToValidUTF8(text[:min(len(text), maxSaid)], "")
	m := &digest.Message{ID: evt.ID.String(), Thread: rel.GetThreadParent().String(), ReplyTo: rel.GetNonFallbackReplyTo().String(),
		Sender: evt.Sender.String(), Name: one.name, Text: text, Sent: sentAt(evt)}
	m.Reactions, m.Question = r.reacted(evt.ID)
	if !m.Question {
		m.Question, err = r.gathered(ctx, evt.ID)
	}
	return m, err
}

// said is what a text says to others: nothing if it is only for us.
func (r *reader) said(ctx context.Context, c *event.MessageEventContent, rel *event.RelatesTo) (string, error) {
	if c.MsgType == event.MsgEmote {
		return c.Body, nil
	} else if c.MsgType != event.MsgText {
		return "", nil
	}
	in := r.to
	in.Body, in.HTML = c.Body, c.FormattedBody
	if c.Mentions != nil {
		in.Mentions = c.Mentions.UserIDs
	}
	if to := rel.GetNonFallbackReplyTo(); to != "" {
		mine, err := r.Store.WroteEvent(ctx, to)
		if err != nil {
			return "", fmt.Errorf("read whose message it is: %w", err)
		}
		in.ReplyToMe = mine
	}
	return commands.Spoken(in), nil
}

// reacted is how many people reacted to a message, and whether one of them
// says that it is a question.
func (r *reader) reacted(e id.EventID) (people int, question bool) {
	seen := map[id.UserID]bool{}
	for _, evt := range r.reactions[e] {
		if evt.Sender == r.Account.Client.UserID {
			continue
		}
		seen[evt.Sender] = true
		if c, ok := evt.Content.Parsed.(*event.ReactionEventContent); ok && knowledge.Sign(c.RelatesTo.Key) == signQuestion {
			question = true
		}
	}
	return len(seen), question
}

// gathered tells whether a message was kept as a question.
func (r *reader) gathered(ctx context.Context, e id.EventID) (bool, error) {
	list, err := store.ContributionsOf(ctx, r.Store.Reader(), e)
	return slices.ContainsFunc(list, func(c store.Contribution) bool { return c.Kind == store.Question }), err
}
