package commands

import (
	"context"
	"errors"

	"maunium.net/go/mautrix/id"

	"buffet/lang"
	"buffet/offers"
	"buffet/store"
)

// chatView is for what is read in the sender's direct chat, where words need
// no prefix.
func (c *Call) chatView() offers.View {
	v := c.view()
	v.Prefix = ""
	return v
}

// network chooses the network of a command that does not always need one.
func (c *Call) network() (*Reply, error) {
	reply, err := c.choose()
	c.Args = texts(tokens(c.Tail))
	return reply, err
}

// runGoing is "dabei 3 [17.12.] [mit namen]".
func runGoing(ctx context.Context, tx *store.Tx, c *Call) (*Reply, error) {
	alone := c.Direct && c.ReplyTo == "" && c.Thread == ""
	if alone && len(c.Args) == 0 && len(c.Networks) > 0 {
		return c.mine(ctx, tx)
	}
	if reply, err := c.network(); reply != nil || err != nil {
		return reply, err
	}
	if alone && len(c.Args) == 0 { // only a network was named
		c.Networks = []Network{*c.Network}
		return c.mine(ctx, tx)
	}
	if err := c.mayGive(ctx, tx); err != nil {
		return nil, err
	}
	a, err := c.readDate(c.Args)
	if err != nil {
		return nil, err
	}
	if a.all() {
		return c.goingToAll(ctx, tx, a)
	}
	date, err := c.dateMeant(ctx, tx, a)
	if p, ok := lang.AsProblem(err); ok && p.Key == "signup_which" && a.names != offers.AsBefore && a.when == "" {
		return c.nameAlways(ctx, tx, a.names == offers.Named)
	}
	if err != nil {
		return nil, err
	}
	v := c.chatView()
	j, err := offers.SignUp(ctx, tx, v, date.Offer, date.Key, offers.Coming{User: c.Sender, Event: c.Event, Room: c.Room, Names: a.names})
	if err != nil {
		return nil, err
	}
	reply := &Reply{Text: v.Confirm(j), Private: true}
	if j.Place > 0 {
		reply.React = waits
	}
	return reply, nil
}

// waits stands under the message of whoever is on the waiting list now.
const waits = "⏳"

// runNotGoing is "dochnicht 3 [17.12.]".
func runNotGoing(ctx context.Context, tx *store.Tx, c *Call) (*Reply, error) {
	if c.Doubtful {
		return nil, lang.Wrong("know_doubtful")
	}
	a, err := c.readDate(c.Args)
	if err != nil {
		return nil, err
	}
	if a.all() {
		return c.notGoingToAll(ctx, tx, a)
	}
	date, err := c.dateToLeave(ctx, tx, a)
	if err != nil {
		return nil, err
	}
	v := c.chatView()
	was, err := offers.SignOff(ctx, tx, v, date.Offer, date.Key, c.Sender)
	if err != nil {
		return nil, err
	}
	return &Reply{Text: v.SignedOff(date, was), Private: true}, nil
}

// dateToLeave is the date meant; with a number alone the next one that the
// sender has signed up for.
func (c *Call) dateToLeave(ctx context.Context, tx *store.Tx, a askedDate) (offers.Item, error) {
	if a.number == 0 || a.when != "" {
		return c.dateMeant(ctx, tx, a)
	}
	if err := c.seatOrNumber(ctx, tx, a); err != nil {
		return offers.Item{}, err
	}
	o, err := c.offerMeant(ctx, tx, a.number)
	if err != nil {
		return offers.Item{}, err
	}
	mine, err := offers.SignedUp(ctx, tx, c.chatView(), c.Network.Name, c.Sender)
	if err != nil {
		return offers.Item{}, err
	}
	for _, j := range mine {
		if j.Item.Offer == o.ID {
			return j.Item, nil
		}
	}
	return offers.Item{}, c.leftTooLate(ctx, tx, &o)
}

// leftTooLate says why there is nothing of an offer to sign off from: the
// sender's last date of it is over, or there was none.
func (c *Call) leftTooLate(ctx context.Context, tx *store.Tx, o *store.Offer) error {
	mine, err := store.SignupsBy(ctx, tx, c.Sender)
	if err != nil {
		return err
	}
	var last offers.Item
	for _, s := range mine {
		if s.Offer != o.ID {
			continue
		}
		i, there, err := offers.DateNow(ctx, tx, s.Offer, s.Key)
		if err != nil {
			return err
		}
		if there && i.Over(c.Now) && !i.Start.Before(last.Start) {
			last = i
		}
	}
	if last.Offer == 0 {
		return c.wrong("signup_was_not_any", c.about(o))
	}
	values := c.about(o)
	values["When"] = c.chatView().Span(last)
	return c.wrong("signup_over", values)
}

// mineShown is how many dates one answer lists.
const mineShown = 15

// mine is "dabei" alone in a direct chat: what the sender has signed up for.
func (c *Call) mine(ctx context.Context, tx *store.Tx) (*Reply, error) {
	text := c.say("signup_mine")
	count := 0
	for n := range c.Networks {
		c.Network = &c.Networks[n]
		v := c.chatView()
		list, err := offers.SignedUp(ctx, tx, v, c.Network.Name, c.Sender)
		if err != nil {
			return nil, err
		}
		for _, j := range list {
			if count++; count <= mineShown {
				v.SignupLine(text.Line(), j)
			}
		}
	}
	switch {
	case count == 0:
		text = c.say("signup_mine_none")
	case count > mineShown:
		text.Line().Add(c.say("signup_mine_more", lang.Values{"Count": count - mineShown}))
	}
	return &Reply{Text: text}, nil
}

// nameAlways is "dabei mit namen": for all that the sender signs up for, and
// has signed up for.
func (c *Call) nameAlways(ctx context.Context, tx *store.Tx, named bool) (*Reply, error) {
	value, key := store.Off, "signup_named_never"
	if named {
		value, key = store.On, "signup_named_always"
	}
	if err := tx.SetPersonSetting(ctx, c.Sender, store.SetNamed, value); err != nil {
		return nil, err
	}
	list, err := store.SignupsBy(ctx, tx, c.Sender)
	if err != nil {
		return nil, err
	}
	for _, s := range list {
		o, err := store.OfferByID(ctx, tx, s.Offer)
		if err != nil {
			return nil, err
		}
		s.Name = ""
		if named {
			if s.Name, err = offers.NameIn(ctx, tx, o.Network, c.Network.Room, c.Sender); err != nil {
				return nil, err
			}
		}
		if err := tx.PutSignup(ctx, s); err != nil {
			return nil, err
		}
	}
	return &Reply{Text: c.say(key), Private: true}, nil
}

// announcedHere are the dates of the announcement that the call answers, or in
// whose thread it stands.
func (c *Call) announcedHere(ctx context.Context, tx *store.Tx) ([]store.AnnouncementItem, error) {
	for _, e := range []id.EventID{c.ReplyTo, c.Thread} {
		key, err := store.KeyOf(ctx, tx, e)
		if errors.Is(err, store.ErrNotFound) {
			continue
		} else if err != nil {
			return nil, err
		}
		if items, err := store.AnnouncementItems(ctx, tx, offers.PostOf(key)); err != nil || len(items) > 0 {
			return items, err
		}
	}
	return nil, nil
}
