package bot

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"maunium.net/go/mautrix/event"

	"buffet/commands"
)

// readable parses a message, nil if it is none. What a client's menu put into
// it may be of any form and must not make the rest unreadable, so that it is
// taken out first: there tells whether there is such a thing, menu is it, as
// JSON. The library may have parsed the message already, but lets faults pass
// (Open).
func readable(evt *event.Event) (c *event.MessageEventContent, menu string, there bool) {
	raw := evt.Content.VeryRaw
	block, there := evt.Content.Raw[commands.MenuKey]
	if there {
		rest := maps.Clone(evt.Content.Raw)
		delete(rest, commands.MenuKey)
		text, err := json.Marshal(block)
		if err != nil {
			return nil, "", false
		}
		if raw, err = json.Marshal(rest); err != nil {
			return nil, "", false
		}
		menu = string(text)
	}
	if raw != nil {
		c = new(event.MessageEventContent)
		if json.Unmarshal(raw, c) != nil {
			return nil, menu, there
		}
		return c, menu, there
	}
	c, _ = evt.Content.Parsed.(*event.MessageEventContent)
	return c, menu, there
}

// maxMenu is how many bytes of that are kept: more than is read, so that one
// which is longer is still told so.
const maxMenu = 15_000

// chose takes what somebody chose in a client's menu, which counts more than
// the message's text; the text may be of any form. It is meant for us if we are
// mentioned. others: it is meant for another bot.
func (b *Bot) chose(c *event.MessageEventContent, menu string) (h heard, ours, others bool) {
	mentions := c.Mentions
	if mentions == nil || len(mentions.UserIDs) == 0 {
		return h, false, false
	}
	if !slices.Contains(mentions.UserIDs, b.Account.Client.UserID) {
		return h, false, true
	}
	text, err := b.Commands.FromMenu(menu, "")
	if err != nil { // said when it is worked off, in the language of the place
		h.Menu = strings.ToValidUTF8(menu[:min(len(menu), maxMenu)], "")
		return h, true, false
	}
	h.Text, h.Named = text, true
	return h, true, false
}
