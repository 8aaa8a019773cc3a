package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"buffet/internal/matrixtest"
)

// asked is something said, and how often the bot was to answer.
type asked struct {
	who     *matrixtest.Member
	what    string
	event   id.EventID
	answers int
}

// file waits for the calendar file that comes with an answer.
func (t *story) file(ctx context.Context, who *matrixtest.Member, in *room, answer *event.Event, want ...string) error {
	wait, done := context.WithTimeout(ctx, patience)
	defer done()
	to := answer.Content.AsMessage().RelatesTo.GetReplyTo()
	evt, err := who.WaitFrom(wait, 0, func(evt *event.Event) bool {
		c, ok := evt.Content.Parsed.(*event.MessageEventContent)
		return ok && c.MsgType == event.MsgFile && c.RelatesTo.GetReplyTo() == to
	})
	if err != nil {
		return t.missing(ctx, err, "the offer comes with a file")
	}
	c := evt.Content.AsMessage()
	if t.right(ctx, evt, in.encrypted, want...) && c.GetInfo().MimeType == "text/calendar" && (c.File != nil) == in.encrypted {
		t.ok("with it %s for the calendar, %d bytes%s", c.GetFileName(), c.GetInfo().Size, map[bool]string{true: ", encrypted"}[in.encrypted])
	} else {
		t.fail("expected a calendar file that is encrypted as its room is, not %s", c.GetFileName())
	}
	return nil
}

// answers counts them; the file that comes with one is a part of it.
func (t *story) answers(a asked) (count int) {
	for _, evt := range a.who.Events() {
		c, ok := evt.Content.Parsed.(*event.MessageEventContent)
		if ok && evt.Sender == t.n.buffet && c.RelatesTo.GetReplyTo() == a.event && c.MsgType != event.MsgFile {
			count++
		}
	}
	return count
}

// ask says something and checks the bot's answer.
func (t *story) ask(ctx context.Context, who *matrixtest.Member, in *room, text string, want ...string) (*event.Event, error) {
	begin := time.Now()
	said, err := who.Send(ctx, in.id, text)
	if err != nil {
		return nil, err
	}
	return t.answer(ctx, asked{who, text, said, 1}, in, begin, want)
}

// reply says something as a reply to a message, and checks the bot's answer.
func (t *story) reply(ctx context.Context, who *matrixtest.Member, in *room, to id.EventID, text string, want ...string) (*event.Event, error) {
	begin := time.Now()
	said, err := who.Reply(ctx, in.id, to, text)
	if err != nil {
		return nil, err
	}
	return t.answer(ctx, asked{who, text, said, 1}, in, begin, want)
}

// mention calls the bot by its name.
func (t *story) mention(ctx context.Context, who *matrixtest.Member, in *room, text string, want ...string) error {
	begin := time.Now()
	said, err := who.Mention(ctx, in.id, t.n.buffet, text)
	if err != nil {
		return err
	}
	_, err = t.answer(ctx, asked{who, text, said, 1}, in, begin, want)
	return err
}

// chat says something that the bot is not to answer.
func (t *story) chat(ctx context.Context, who *matrixtest.Member, in *room, text string) error {
	said, err := who.Send(ctx, in.id, text)
	if err != nil {
		return err
	}
	t.asked = append(t.asked, asked{who, text, said, 0})
	return t.all.wait(ctx, said)
}

func (t *story) answer(ctx context.Context, a asked, in *room, begin time.Time, want []string) (*event.Event, error) {
	t.asked = append(t.asked, a)
	wait, done := context.WithTimeout(ctx, patience)
	defer done()
	evt, err := a.who.WaitReply(wait, a.event)
	if err != nil {
		return nil, t.missing(ctx, err, "the bot answers “%s”", a.what)
	}
	if evt.Content.AsMessage().MsgType != event.MsgNotice {
		t.fail("expected that an answer is a notice, not %s", evt.Content.AsMessage().MsgType)
	}
	if t.right(ctx, evt, in.encrypted, want...) {
		took := evt.Mautrix.ReceivedAt.Sub(begin).Round(time.Millisecond)
		t.ok("answered after %s%s", took, map[bool]string{true: ", encrypted"}[in.encrypted])
	}
	return evt, nil
}

// fromBot waits for the bot's first message of that type in a room; "" is any.
func (t *story) fromBot(ctx context.Context, who *matrixtest.Member, in id.RoomID, kind event.MessageType) (*event.Event, error) {
	wait, done := context.WithTimeout(ctx, patience)
	defer done()
	return who.WaitFrom(wait, 0, func(evt *event.Event) bool {
		c, ok := evt.Content.Parsed.(*event.MessageEventContent)
		return ok && evt.RoomID == in && evt.Sender == t.n.buffet && (kind == "" || c.MsgType == kind)
	})
}

// right checks a message of the bot, once it has been printed.
func (t *story) right(ctx context.Context, evt *event.Event, encrypted bool, want ...string) bool {
	failed := t.failures()
	by := t.all
	if !slices.ContainsFunc(t.all.member.Events(), func(e *event.Event) bool { return e.RoomID == evt.RoomID }) {
		by = t.aside
	}
	if err := by.wait(ctx, evt.ID); err != nil {
		t.fail("expected that %s sees it, too: %v", by.member.Name, err)
	}
	c := evt.Content.AsMessage()
	for _, w := range want {
		if !strings.Contains(c.Body, w) {
			t.fail("expected “%s” in it", w)
		}
	}
	if encrypted != evt.Mautrix.WasEncrypted {
		t.fail("expected it to be encrypted: %v, but that is %v", encrypted, evt.Mautrix.WasEncrypted)
	}
	if encrypted && evt.Mautrix.TrustState < id.TrustStateCrossSignedTOFU {
		t.fail("expected it from a device that its owner has signed, not one that is %s", evt.Mautrix.TrustState)
	}
	if evt.Sender != t.n.buffet {
		t.fail("expected it from the bot, not from %s", evt.Sender)
	}
	if c.Mentions == nil || len(c.Mentions.UserIDs) > 0 || c.Mentions.Room {
		t.fail("expected that it mentions nobody, and says so")
	}
	return t.failures() == failed
}

// missing is a step that did not come in time: the story goes no further.
func (t *story) missing(ctx context.Context, err error, what string, args ...any) error {
	if ctx.Err() != nil || !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return fmt.Errorf("expected that "+what+" within %s", append(args, patience)...)
}
