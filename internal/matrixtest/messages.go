package matrixtest

import (
	"context"
	"fmt"
	"html"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"
)

func textContent(body string) *event.MessageEventContent {
	return &event.MessageEventContent{MsgType: event.MsgText, Body: body, Mentions: &event.Mentions{}}
}

// Send sends a text, encrypted if the room is.
func (m *Member) Send(ctx context.Context, room id.RoomID, text string) (id.EventID, error) {
	return m.SendContent(ctx, room, event.EventMessage, textContent(text))
}

// SendContent sends any message event, encrypted if the room is (but for reactions,
// which never are). What the member's client does not know for sure it does not send.
func (m *Member) SendContent(ctx context.Context, room id.RoomID, kind event.Type, content any) (id.EventID, error) {
	if err := m.guard.ensure(ctx, room); err != nil {
		return "", fmt.Errorf("send to %s: %w", room, err)
	}
	resp, err := m.Client.SendMessageEvent(ctx, room, kind, content)
	if err != nil {
		return "", fmt.Errorf("send to %s: %w", room, err)
	}
	return resp.EventID, nil
}

// Reply answers an event and mentions its author, if that event was seen.
func (m *Member) Reply(ctx context.Context, room id.RoomID, to id.EventID, text string) (id.EventID, error) {
	content := textContent(text)
	content.SetReply(m.seen(to))
	return m.SendContent(ctx, room, event.EventMessage, content)
}

// ThreadReply answers in the thread of an event, which begins one if need be.
func (m *Member) ThreadReply(ctx context.Context, room id.RoomID, root id.EventID, text string) (id.EventID, error) {
	content := textContent(text)
	content.SetThread(m.seen(root))
	return m.SendContent(ctx, room, event.EventMessage, content)
}

// Mention sends a text that begins with a user's name as a pill.
func (m *Member) Mention(ctx context.Context, room id.RoomID, user id.UserID, text string) (id.EventID, error) {
	content := textContent(user.Localpart() + ": " + text)
	content.Format = event.FormatHTML
	content.FormattedBody = fmt.Sprintf(`<a href="%s">%s</a>: %s`,
		user.URI().MatrixToURL(), html.EscapeString(user.Localpart()), html.EscapeString(text))
	content.Mentions.Add(user)
	return m.SendContent(ctx, room, event.EventMessage, content)
}

// React reacts to an event.
func (m *Member) React(ctx context.Context, room id.RoomID, to id.EventID, key string) (id.EventID, error) {
	content := &event.ReactionEventContent{RelatesTo: event.RelatesTo{Type: event.RelAnnotation, EventID: to, Key: key}}
	return m.SendContent(ctx, room, event.EventReaction, content)
}

// Edit replaces the text of one's own message.
func (m *Member) Edit(ctx context.Context, room id.RoomID, original id.EventID, text string) (id.EventID, error) {
	content := textContent(text)
	content.SetEdit(original)
	return m.SendContent(ctx, room, event.EventMessage, content)
}

// Redact takes an event back.
func (m *Member) Redact(ctx context.Context, room id.RoomID, eventID id.EventID, reason string) (id.EventID, error) {
	resp, err := m.Client.RedactEvent(ctx, room, eventID, mautrix.ReqRedact{Reason: reason})
	if err != nil {
		return "", fmt.Errorf("redact %s: %w", eventID, err)
	}
	return resp.EventID, nil
}

// seen is the event as this member has it, or a bare one: replying to what one
// has not received is possible, too, only that nobody is mentioned then.
func (m *Member) seen(eventID id.EventID) *event.Event {
	for _, evt := range m.Events() {
		if evt.ID == eventID {
			return evt
		}
	}
	return &event.Event{ID: eventID, Sender: m.UserID}
}
