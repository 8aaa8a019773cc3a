package commands

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"buffet/lang"
	"buffet/offers"
	"buffet/store"
)

// remindersShown is how many reminders a list shows.
const remindersShown = 15

// runRemind is "erinnere 3 [1h vorher] [17.12.]", "erinnere 3 aus", "erinnere
// aus", and "erinnere" for one's reminders.
func runRemind(ctx context.Context, tx *store.Tx, c *Call) (*Reply, error) {
	if len(c.Args) == 0 && c.ReplyTo == "" && c.Thread == "" {
		return c.reminders(ctx, tx)
	}
	if err := c.mayGive(ctx, tx); err != nil {
		return nil, err
	}
	if len(c.Args) == 1 {
		switch w := strings.Trim(fold(c.Args[0]), ".,;!?"); w {
		case "aus", "off", "an", "ein", "on":
			on := w != "aus" && w != "off"
			key := "remind_now_off"
			if on {
				key = "remind_now_on"
			}
			return &Reply{Text: c.say(key)}, offers.SwitchReminders(ctx, tx, c.Table.ChatView, c.Sender, on)
		}
	}
	if reply, err := c.choose(); reply != nil || err != nil {
		return reply, err
	}
	args := texts(tokens(c.Tail))
	if len(args) == 0 && c.ReplyTo == "" && c.Thread == "" { // only a network was named
		c.Networks = []Network{*c.Network}
		return c.reminders(ctx, tx)
	}
	return c.remindOf(ctx, tx, args)
}

// reminders is the list of one's own, and whether there are more of themselves.
func (c *Call) reminders(ctx context.Context, tx *store.Tx) (*Reply, error) {
	list, err := offers.RemindersOf(ctx, tx, c.viewOf, c.Sender)
	if err != nil {
		return nil, err
	}
	set, err := store.PersonSetting(ctx, tx, c.Sender, store.SetRemind)
	if err != nil {
		return nil, err
	}
	text := c.say("remind_none")
	if len(list) > 0 {
		text = c.say("remind_list")
		for _, r := range list[:min(len(list), remindersShown)] {
			if v, ok := c.viewOf(r.Item.Network()); ok {
				v.Reminders(text, []offers.Reminded{r})
			}
		}
	}
	if more := len(list) - remindersShown; more > 0 {
		text.Line().Add(c.say("remind_more", lang.Values{"Count": more}))
	}
	key := "remind_state_on"
	if set == store.Off {
		key = "remind_state_off"
	}
	return &Reply{Text: text.Line().Add(c.say(key))}, nil
}

// viewOf is for whom offers of one of the call's networks are rendered.
func (c *Call) viewOf(network string) (offers.View, bool) {
	for _, n := range c.Networks {
		if n.Name == network {
			return offers.View{Phrases: c.Table.phrases, Lang: c.Lang, Zone: n.Zone, Prefix: c.Prefix, Now: c.Now}, true
		}
	}
	return offers.View{}, false
}

// remindOf sets a reminder of one date, or takes it off.
func (c *Call) remindOf(ctx context.Context, tx *store.Tx, args []string) (*Reply, error) {
	var number []string
	switch {
	case len(args) > 1 && isNumberWord(args[0]):
		number, args = args[:2], args[2:]
	case len(args) > 0 && isNumber(args[0]):
		if _, _, length := lang.ReadLength(strings.Join(args[:min(len(args), 2)], " ")); !length { // "2 Tage vorher" names no offer
			number, args = args[:1], args[1:]
		}
	}
	rest, l, twice := takeLead(args)
	if twice {
		return nil, c.wrong("remind_twice")
	}
	if l.ahead != "" {
		return nil, c.wrong("remind_what", lang.Values{"Word": short(l.ahead)})
	}
	if l.off {
		return c.remindNot(ctx, tx, append(number, rest...))
	}
	a, err := c.readDate(append(number, rest...))
	if err != nil {
		return nil, err
	}
	if a.when != "" && !strings.ContainsAny(a.when, "0123456789") {
		if _, err := lang.ReadWhen(c.Lang, a.when, c.Now.In(c.Network.Zone)); err != nil {
			return nil, c.wrong("remind_what", lang.Values{"Word": short(a.when)})
		}
	}
	i, err := c.dateMeant(ctx, tx, a)
	if err == nil && a.when == "" {
		i, err = c.notRunning(ctx, tx, i)
	}
	if err != nil {
		return nil, err
	}
	r, err := offers.AskReminder(ctx, tx, c.view(), store.Reminder{Offer: i.Offer, Key: i.Key, User: c.Sender, Days: l.days, Minutes: l.minutes})
	if err != nil {
		return nil, err
	}
	next, err := offers.NextOpen(ctx, tx, i.Offer, c.Now)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return nil, err
	}
	return &Reply{Text: c.view().RemindedText(r, next.Key.Equal(i.Key))}, nil
}

// notRunning is, instead of a date that has started, the offer's next one, if
// there is one.
func (c *Call) notRunning(ctx context.Context, tx *store.Tx, i offers.Item) (offers.Item, error) {
	if c.view().StartOf(i).After(c.Now) {
		return i, nil
	}
	dates, err := store.Dates(ctx, tx, i.Offer, c.Now, -1)
	if err != nil {
		return i, err
	}
	for _, d := range dates {
		if !d.Cancelled && d.Start.After(c.Now) {
			return c.item(ctx, tx, d)
		}
	}
	return i, nil
}

// remindNot is "erinnere 3 aus": of all dates, or of the one that is named.
func (c *Call) remindNot(ctx context.Context, tx *store.Tx, args []string) (*Reply, error) {
	a, err := c.readDate(args)
	if err != nil {
		return nil, err
	}
	var only offers.Item
	offer := int64(0)
	switch {
	case a.when != "" || a.number == 0:
		if only, err = c.dateMeant(ctx, tx, a); err != nil {
			return nil, err
		}
		offer, a.number = only.Offer, only.Number
	default:
		o, err := store.OfferByNumber(ctx, tx, c.Network.Name, a.number)
		if errors.Is(err, store.ErrNotFound) {
			return nil, c.wrong("offer_unknown", lang.Values{"Number": a.number})
		} else if err != nil {
			return nil, err
		}
		offer = o.ID
	}
	all, err := store.RemindersOf(ctx, tx, c.Sender)
	if err != nil {
		return nil, err
	}
	dropped := 0
	for _, r := range all {
		if r.Offer != offer || only.Offer != 0 && !r.Key.Equal(only.Key) {
			continue
		}
		dropped++
		if err := tx.DropReminders(ctx, r.Offer, r.Key, c.Sender, false); err != nil {
			return nil, err
		}
	}
	key := "remind_dropped"
	if dropped == 0 {
		key = "remind_not_set"
	}
	return &Reply{Text: c.say(key, lang.Values{"Number": a.number, "List": fmt.Sprintf("%s%s", c.Prefix, c.Command.Name(c.Lang))})}, nil
}
