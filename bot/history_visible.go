package bot

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"buffet/digest"
)

// maxRenames is how many events of members are read to find out when they came.
const maxRenames = 50

// visibleFrom is since when everybody who is in a room now may see what is
// said there, or since if that is later. In most rooms everybody may see
// everything; where one sees what was said after one came, it is when the last
// one came.
func (b *Bot) visibleFrom(ctx context.Context, room id.RoomID, since time.Time) (time.Time, error) {
	ctx = mautrix.WithMaxRetries(ctx, readRetries)
	var set event.HistoryVisibilityEventContent
	err := b.Account.Client.StateEvent(ctx, room, event.StateHistoryVisibility, "", &set)
	if errors.Is(err, mautrix.MNotFound) || err == nil && set.SharedHistory() {
		return since, nil
	} else if err != nil {
		return since, readError(err)
	}
	members, err := b.guard.fetch(ctx, room) // all: after a choice of them the library knows none for sure
	if err != nil {
		return since, readError(err)
	}
	slices.SortFunc(members, func(x, y *event.Event) int { return cmp.Compare(y.Timestamp, x.Timestamp) })
	left := maxRenames
	for _, evt := range members {
		if membershipOf(&evt.Content) != string(event.MembershipJoin) || evt.GetStateKey() == b.Account.Client.UserID.String() {
			continue
		}
		at, err := b.cameAt(ctx, room, evt, since, &left)
		if err != nil {
			return since, err
		}
		if at.After(since) {
			since = at
		}
	}
	return since, nil
}

// CameLater tells whether somebody who is in a room came after a time and may
// not see what was said there before; also if we are not to know that.
func (b *Bot) CameLater(ctx context.Context, room id.RoomID, before time.Time) (bool, error) {
	from, err := b.visibleFrom(ctx, room, before)
	if errors.Is(err, errUnreadable) {
		return true, nil
	}
	return from.After(before), err
}

// cameAt is when a member came: what stands in the room's state may be a later
// change of their name, which names the event before it. It stops at what is
// not after since, and takes the change for the coming if left is used up.
func (b *Bot) cameAt(ctx context.Context, room id.RoomID, evt *event.Event, since time.Time, left *int) (time.Time, error) {
	at := sentAt(evt)
	for next := evt.ID; at.After(since) && *left > 0; next = evt.Unsigned.ReplacesState {
		if next != evt.ID || evt.Unsigned.PrevContent == nil { // Dendrite lists members without what was before
			*left--
			found, err := b.Account.Client.GetEvent(ctx, room, next)
			if err != nil {
				if err = readError(err); errors.Is(err, errUnreadable) {
					break
				}
				return at, err
			}
			evt = found
		}
		if membershipOf(&evt.Content) != string(event.MembershipJoin) {
			break
		}
		if at = sentAt(evt); isComing(evt) || evt.Unsigned.ReplacesState == "" {
			break
		}
	}
	return at, nil
}

// isComing tells whether somebody came in by an event, rather than changed
// their name.
func isComing(evt *event.Event) bool {
	return evt.Type.Type == event.StateMember.Type && membershipOf(&evt.Content) == string(event.MembershipJoin) &&
		membershipOf(evt.Unsigned.PrevContent) != string(event.MembershipJoin)
}

func membershipOf(c *event.Content) string {
	if c == nil {
		return ""
	}
	m, _ := c.Raw["membership"].(string)
	return m
}

// visible leaves out of a history what not everybody in the room may see.
func (b *Bot) visible(ctx context.Context, room id.RoomID, h *digest.History) error {
	if len(h.Messages) == 0 {
		return nil
	}
	first := h.Messages[0].Sent
	from, err := b.visibleFrom(ctx, room, first)
	if err != nil || !from.After(first) {
		return err
	}
	h.From = from
	h.Messages = slices.DeleteFunc(h.Messages, func(m digest.Message) bool { return m.Sent.Before(from) })
	return nil
}
