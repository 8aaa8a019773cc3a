package commands

import (
	"context"
	"errors"
	"slices"
	"strconv"

	"buffet/digest"
	"buffet/knowledge"
	"buffet/lang"
	"buffet/store"
)

const (
	newOffers    = 3
	newQuestions = 5
	newWords     = 80 // characters of a question
)

// runNew is "neu": what somebody needs who has just come, for them alone. The
// digest is a message of its own: it changes when something in it is taken back.
func runNew(ctx context.Context, tx *store.Tx, c *Call) (*Reply, error) {
	scopes, err := c.chatScopes(ctx, tx)
	if err != nil {
		return nil, err
	}
	reply := &Reply{Text: c.say("new_head", lang.Values{"Network": c.Network.Name})}
	number, err := c.newOffers(ctx, tx, reply.Text)
	if err != nil {
		return nil, err
	}
	if err := c.newQuestions(ctx, tx, reply.Text, scopes); err != nil {
		return nil, err
	}
	audience := ""
	if !c.Direct && !slices.Contains(scopes, store.RoomScope(c.Room)) {
		audience = store.AudienceNetwork
	}
	page, err := c.newest(ctx, tx, audience)
	if _, none := lang.AsProblem(err); none {
		err = nil
	}
	if err != nil {
		return nil, err
	}
	if page != nil && !page.Empty() {
		reply.Then = page.Text()
		room, user := c.Room, c.Sender
		if c.Direct {
			user = ""
		} else {
			room = ""
		}
		if err := digest.Shown(ctx, tx, page, store.PostCopy, ThenKey(c.Event), room, user); err != nil {
			return nil, err
		}
		reply.Text.Line().Line().Add(c.say("new_digest"))
	}
	reply.Text.Line().Line().Add(c.say("new_ways")).Add(c.ways(number))
	return reply, nil
}

// newOffers adds what comes next, and tells the number of the first; 0: none.
func (c *Call) newOffers(ctx context.Context, tx *store.Tx, text *lang.Text) (int, error) {
	list, err := c.soon(ctx, tx, newOffers)
	if err != nil || len(list) == 0 {
		return 0, err
	}
	text.Line().Line().Add(c.say("new_offers"))
	for _, i := range list {
		s := c.view().Show(i)
		text.Line().Raw(strconv.Itoa(s.Number) + " · " + s.When + " · ").Bold(s.Title)
	}
	return list[0].Number, nil
}

func (c *Call) newQuestions(ctx context.Context, tx *store.Tx, text *lang.Text, scopes []string) error {
	list, err := store.SampleContributions(ctx, tx, store.Sample{Network: c.Network.Name, Scopes: scopes, Kind: store.Question, Unanswered: true}, newQuestions)
	if err != nil || len(list) == 0 {
		return err
	}
	text.Line().Line().Add(c.say("new_questions"))
	for _, q := range list {
		text.Line().Bold(c.label(q)).Raw(" · " + shorten(q.Body, newWords))
		if err := c.link(ctx, tx, text, q); err != nil {
			return err
		}
	}
	return nil
}

// ways are five lines on how to go on. number is that of an offer to look at;
// 0: there is none.
func (c *Call) ways(number int) *lang.Text {
	text := new(lang.Text)
	first, of := "angebote", ""
	if number > 0 {
		first, of = "angebot", strconv.Itoa(number)
	}
	for _, w := range []struct{ word, tail string }{
		{first, of}, {"frage", "…"}, {"suche", "…"}, {"bring", ""}, {"hilfe", ""},
	} {
		short := c.say(c.Table.words[w.word].Short)
		if w.word == "angebot" { // its own words are about an example
			short = c.say("new_way_offer", lang.Values{"Number": number})
		}
		text.Line().Code(c.typed(w.word, w.tail)).Raw(" – ").Add(short)
	}
	return text
}

// chatScopes are what everybody may see who reads the answer in the sender's
// direct chat. Asked for in a room, it is of what that room may see.
func (c *Call) chatScopes(ctx context.Context, tx *store.Tx) ([]string, error) {
	scopes, err := c.scopes(ctx, tx)
	if err != nil || c.Direct {
		return scopes, err
	}
	chat, err := store.DirectRoomIn(ctx, tx, c.Sender, tx.HashPerson(c.Sender))
	if errors.Is(err, store.ErrNotFound) {
		return scopes, nil
	} else if err != nil {
		return nil, err
	}
	return knowledge.NarrowToChat(ctx, tx, scopes, chat.ID, c.Sender)
}
