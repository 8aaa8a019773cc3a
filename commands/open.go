package commands

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"buffet/knowledge"
	"buffet/lang"
	"buffet/store"
)

const (
	perPage     = 5 // fits a phone
	helpPerList = 3 // of those who look for help, and of those who offer it
)

// runOpen is "offen": questions that wait for an answer.
func runOpen(ctx context.Context, tx *store.Tx, c *Call) (*Reply, error) {
	page, _ := c.page(c.Args)
	scopes, err := c.scopes(ctx, tx)
	if err != nil {
		return nil, err
	}
	list, total, err := store.OpenQuestions(ctx, tx, scopes, perPage, (page-1)*perPage)
	if err != nil {
		return nil, err
	}
	help, err := c.openHelp(ctx, tx, scopes, page)
	if err != nil {
		return nil, err
	}
	switch {
	case total == 0 && help == nil:
		return &Reply{Text: c.say("know_open_none")}, nil
	case total == 0:
		return &Reply{Text: help}, nil
	}
	text := c.say("know_open_head", lang.Values{"Count": total})
	for _, q := range list {
		text.Line().Line().Bold(c.label(q.Contribution)).Raw(" · " + shorten(q.Body, 160)).Line()
		text.Raw(lang.ShortDay(c.Lang, q.Sent.In(c.zone()), c.Now.In(c.zone())))
		if !q.Nudged.IsZero() {
			text.Raw(" · ").Add(c.say("know_open_quiet"))
		}
		if err := c.link(ctx, tx, text, q.Contribution); err != nil {
			return nil, err
		}
	}
	c.more(text, total, page, c.Command.Name(c.Lang))
	if help != nil {
		text.Line().Line().Add(help)
	}
	return &Reply{Text: text}, nil
}

// openHelp is what is looked for and what is to be given in the networks that
// everybody sees who reads the answer; nil if nothing is. It stands on the
// first page.
func (c *Call) openHelp(ctx context.Context, tx *store.Tx, scopes []string, page int) (*lang.Text, error) {
	var text *lang.Text
	first := 0
	for i := range c.Networks {
		n := c.Networks[i]
		if page > 1 || !slices.Contains(scopes, store.NetworkScope(n.Name)) {
			continue
		}
		for _, help := range []string{store.HelpNeed, store.HelpGive} {
			list, total, err := store.HelpOffers(ctx, tx, []string{n.Name}, help, helpPerList, 0)
			if err != nil {
				return nil, err
			}
			if total == 0 {
				continue
			}
			if text == nil {
				text, first = new(lang.Text), list[0].Number
			} else {
				text.Line()
			}
			text.Add(c.say("offer_help_head_" + help))
			if len(c.Networks) > 1 {
				text.Raw(" · " + n.Name)
			}
			c.Network = &n
			for k := range list {
				c.view().Help(text.Line(), &list[k])
			}
			if more := total - len(list); more > 0 {
				text.Line().Add(c.say("offer_more", lang.Values{"Count": more, "Command": c.typed("angebote", c.Table.phrases.Say(c.Lang, "offer_word_help"))}))
			}
			c.Network = nil
		}
	}
	if text != nil {
		text.Line().Add(c.say("open_help_foot", lang.Values{"Command": c.typed("angebot", strconv.Itoa(first))}))
	}
	return text, nil
}

// page takes "seite 2" off the end of words; pages count from 1.
func (c *Call) page(words []string) (page int, rest []string) {
	page = 1
	if n := len(words); n >= 2 {
		if w := fold(words[n-2]); w == "seite" || w == "page" {
			if p := atoi(words[n-1]); p > 0 && p <= 1000 {
				return p, words[:n-2]
			}
		}
	}
	return page, words
}

func atoi(s string) (n int) {
	for _, r := range s {
		if r < '0' || r > '9' || n > 1_000_000 {
			return 0
		}
		n = n*10 + int(r-'0')
	}
	return n
}

// more says how much there is beyond a page, and how to see it.
func (c *Call) more(text *lang.Text, total, page int, command string) {
	if left := total - page*perPage; left > 0 {
		word := "seite"
		if c.Lang == lang.English {
			word = "page"
		}
		text.Line().Line().Add(c.say("know_more", lang.Values{"Count": left, "Command": c.Prefix + command + " " + word, "Page": page + 1}))
	}
}

// link adds the way to where something was said.
func (c *Call) link(ctx context.Context, tx *store.Tx, text *lang.Text, q store.Contribution) error {
	address := q.URL
	if q.Event != "" && q.EventRoom != "" {
		if room, err := store.RoomIn(ctx, tx, q.Room); err == nil && room.Direct != "" {
			return nil // nobody else gets there
		}
		via, err := store.Via(ctx, tx, q.Room, "") // not the author's: it would hint at who that is
		if err != nil {
			return err
		}
		address = knowledge.Link(q.EventRoom, q.Event, via)
	}
	if address != "" {
		text.Raw(" · ").Link(c.Table.phrases.Say(c.Lang, "know_to_message"), address)
	}
	return nil
}

// shorten is the beginning of a text on one line.
func shorten(s string, most int) string {
	s = strings.Join(strings.Fields(s), " ")
	if r := []rune(s); len(r) > most {
		return strings.TrimSpace(string(r[:most])) + "…"
	}
	return s
}
