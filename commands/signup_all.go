package commands

import (
	"context"
	"fmt"
	"slices"

	"buffet/lang"
	"buffet/offers"
	"buffet/store"
)

// all tells whether every date of a series is meant.
func (a askedDate) all() bool {
	return slices.Contains([]string{"alle", "alle termine", "allen", "allen terminen", "immer", "all", "all dates", "every date", "always"}, fold(a.when))
}

// offerOfAll is the offer of which every date is meant.
func (c *Call) offerOfAll(ctx context.Context, tx *store.Tx, a askedDate) (store.Offer, error) {
	if a.number == 0 {
		date, err := c.dateHere(ctx, tx)
		if err != nil {
			return store.Offer{}, err
		}
		return store.OfferByID(ctx, tx, date.Offer)
	}
	if err := c.seatOrNumber(ctx, tx, a); err != nil {
		return store.Offer{}, err
	}
	return c.offerMeant(ctx, tx, a.number)
}

// goingToAll is "dabei 3 alle": every date to come that is known today.
func (c *Call) goingToAll(ctx context.Context, tx *store.Tx, a askedDate) (*Reply, error) {
	o, err := c.offerOfAll(ctx, tx, a)
	if err != nil {
		return nil, err
	}
	dates, err := store.Dates(ctx, tx, o.ID, c.Now, -1)
	if err != nil {
		return nil, err
	}
	dates = slices.DeleteFunc(dates, func(d store.Occurrence) bool { return d.Cancelled })
	if len(dates) == 0 || o.Status != store.OfferActive {
		return nil, c.noDate(ctx, tx, &o)
	}
	v := c.chatView()
	values := c.about(&o)
	values["Count"] = len(dates)
	values["Undo"] = fmt.Sprintf("%s %d %s", c.Table.word("dochnicht", c.Lang), o.Number, c.Table.phrases.Say(c.Lang, "edit_all"))
	values["On"] = fmt.Sprintf("%s %d %s", c.Table.word("dabei", c.Lang), o.Number, c.Table.phrases.Say(c.Lang, "edit_all"))
	text, react, name := c.say("signup_all", values), done, "signup_unnamed"
	for n, d := range dates {
		j, err := offers.SignUp(ctx, tx, v, o.ID, d.Key, offers.Coming{User: c.Sender, Event: c.Event, Room: c.Room, Names: a.names})
		if err != nil {
			return nil, err
		}
		if n < mineShown {
			v.SignupLine(text.Line(), j)
		}
		if j.Place > 0 {
			react = waits
		}
		if j.Name != "" {
			name, values["Name"] = "signup_named", j.Name
		}
	}
	if more := len(dates) - mineShown; more > 0 {
		text.Line().Add(c.say("signup_mine_more", lang.Values{"Count": more}))
	}
	text.Line().Add(c.say("signup_undo", values)).Line().Add(c.say(name, values))
	return &Reply{Text: text, Private: true, React: react}, nil
}

// notGoingToAll is "dochnicht 3 alle".
func (c *Call) notGoingToAll(ctx context.Context, tx *store.Tx, a askedDate) (*Reply, error) {
	o, err := c.offerOfAll(ctx, tx, a)
	if err != nil {
		return nil, err
	}
	v := c.chatView()
	mine, err := offers.SignedUp(ctx, tx, v, c.Network.Name, c.Sender)
	if err != nil {
		return nil, err
	}
	mine = slices.DeleteFunc(mine, func(j *offers.Joined) bool { return j.Item.Offer != o.ID })
	if len(mine) == 0 {
		return nil, c.leftTooLate(ctx, tx, &o)
	}
	for _, j := range mine {
		if _, err := offers.SignOff(ctx, tx, v, o.ID, j.Item.Key, c.Sender); err != nil {
			return nil, err
		}
	}
	return &Reply{Text: c.say("signup_all_off", c.about(&o), lang.Values{"Count": len(mine)}), Private: true}, nil
}
