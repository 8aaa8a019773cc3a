package commands

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"time"

	"buffet/lang"
	"buffet/offers"
	"buffet/store"
)

// editing is what a change of an offer keeps until its yes.
type editing struct {
	Scope  offers.Scope `json:"scope"`
	Key    time.Time    `json:"key"`
	Edit   offers.Edit  `json:"edit,omitzero"`
	Reason string       `json:"reason,omitempty"` // of a cancellation
	Was    store.Offer  `json:"was"`              // as it was shown
}

// runEdit is "aendere 3 [17.12., ab 17.12., alle] wann …, ort …".
func runEdit(ctx context.Context, tx *store.Tx, c *Call) (*Reply, error) {
	o, rest, err := c.ownOffer(ctx, tx)
	if err != nil {
		return nil, err
	}
	line, err := offers.ReadEdit(rest)
	if err != nil {
		return nil, err
	}
	now := c.Now.In(c.Network.Zone)
	if line.Empty() {
		if _, err := offers.ReadDates(c.Lang, line.Dates, &o, now); line.Dates != "" && err != nil {
			return nil, c.wrong("edit_word", lang.Values{"Text": short(line.Dates), "Number": o.Number, "Word": c.Command.Name(c.Lang)})
		}
		return nil, c.wrong("edit_how", lang.Values{"Number": o.Number, "Word": c.Command.Name(c.Lang)})
	}
	if o.Status == store.OfferCancelled && !line.Back {
		return nil, c.wrong("native_cancelled", lang.Values{"Number": o.Number})
	}
	dates, err := offers.ReadDates(c.Lang, line.Dates, &o, now)
	if err != nil {
		return nil, err
	}
	if line.When != "" && o.Help != "" {
		return nil, c.wrong("native_help_when")
	}
	if line.When != "" {
		if dates.Date.Key.IsZero() {
			return nil, c.wrong("native_over", lang.Values{"Number": o.Number})
		}
		w, err := offers.ReadTime(c.Lang, line.When, dates.Date, now)
		if err != nil {
			return nil, err
		}
		line.Edit.When = &w
	}
	if dates.Scope == "" {
		if line.OfDates() && !dates.Last && o.Status == store.OfferActive && (line.Edit.When == nil || line.Edit.When.Repeat.Freq == "") {
			return c.whichDates(&o, dates, rest), nil
		}
		dates.Scope = offers.All
	}
	return c.proposeEdit(ctx, tx, o, editing{Scope: dates.Scope, Key: dates.Date.Key, Edit: line.Edit}, nil)
}

// ownOffer is the offer that a command names by its number, which the sender
// may change, and what follows the number as it was typed.
func (c *Call) ownOffer(ctx context.Context, tx *store.Tx) (o store.Offer, rest string, err error) {
	if err := c.mayGive(ctx, tx); err != nil {
		return o, "", err
	}
	list := tokens(c.Tail)
	if len(list) > 1 {
		switch strings.TrimRight(fold(list[0].text), ".") {
		case "nr", "no", "nummer", "number", "angebot", "offer":
			list = list[1:]
		}
	}
	if len(list) > 0 {
		c.Args, rest = []string{list[0].text}, strings.TrimSpace(c.Tail[list[0].end:])
	}
	number, err := c.number()
	if err != nil {
		return o, "", err
	}
	o, err = store.OfferByNumber(ctx, tx, c.Network.Name, number)
	if errors.Is(err, store.ErrNotFound) {
		return o, "", lang.Wrong("offer_unknown", lang.Values{"Number": number})
	} else if err != nil {
		return o, "", err
	}
	return o, rest, c.mayChange(&o)
}

// mayChange refuses an offer to all but the one who brought it and organisers.
func (c *Call) mayChange(o *store.Offer) error {
	if err := offers.Native(o); err != nil {
		return err
	}
	if o.Author == c.Sender || c.Network.Organiser {
		return nil
	}
	return c.wrong("edit_not_yours", lang.Values{"Number": o.Number})
}

// maxYearless is how far ahead a day is named without its year.
const maxYearless = 200 * 24 * time.Hour

// whichDates asks which dates of a series are meant, with what to type.
func (c *Call) whichDates(o *store.Offer, d offers.Dates, rest string) *Reply {
	start := d.Date.Start.In(c.Network.Zone)
	day := start.Format("2.1.")
	if start.Sub(c.Now) > maxYearless {
		day = start.Format("2.1.2006")
	}
	line := func(dates string) string {
		words := dates + " " + strings.Join(strings.Fields(strings.ReplaceAll(rest, "\n", ", ")), " ")
		return c.Prefix + c.Command.Name(c.Lang) + " " + strconv.Itoa(o.Number) + " " + shorten(strings.TrimSpace(words), maxAgain)
	}
	text := c.say("edit_which", lang.Values{"Number": o.Number, "Title": shorten(o.Title, 120)})
	for _, one := range []struct{ key, dates string }{
		{"edit_which_one", day}, {"edit_which_from", c.Table.phrases.Say(c.Lang, "edit_from") + " " + day}, {"edit_which_all", c.Table.phrases.Say(c.Lang, "edit_all")},
	} {
		text.Line().Raw("• ").Add(c.say(one.key, lang.Values{"Day": lang.ShortDay(c.Lang, start, c.Now.In(c.Network.Zone))}))
		text.Raw(": ").Code(line(one.dates))
	}
	return &Reply{Text: text}
}

// proposeEdit shows a change in words and asks for the yes. meanwhile, if not
// nil, is said before it.
func (c *Call) proposeEdit(ctx context.Context, tx *store.Tx, o store.Offer, e editing, meanwhile *lang.Text) (*Reply, error) {
	after, err := offers.Changed(o, e.Scope, e.Key, e.Edit, c.Now)
	if err != nil {
		return nil, err
	}
	return c.proposeChange(ctx, tx, store.ProposeEdit, o, after, e, meanwhile)
}

func (c *Call) proposeChange(ctx context.Context, tx *store.Tx, kind string, o, after store.Offer, e editing, meanwhile *lang.Text) (*Reply, error) {
	different, err := c.view().Differences(&o, &after)
	if err != nil {
		return nil, err
	}
	text := new(lang.Text)
	if meanwhile != nil {
		text.Add(meanwhile).Line().Line()
	}
	values := lang.Values{"Number": o.Number, "Title": shorten(o.Title, 120)}
	if different.Len() == 0 {
		return &Reply{Text: text.Add(c.say("edit_same_"+kind, values))}, nil
	}
	text.Add(c.say("edit_head_"+kind, values))
	if words := c.scopeWords(&o, e); words != nil {
		text.Line().Add(words)
	}
	text.Line().Add(different)
	if e.Reason != "" {
		text.Line().Add(c.say("edit_reason", lang.Values{"Reason": e.Reason}))
	}
	people, err := store.CountPeople(ctx, tx, o.ID, c.Now)
	if err != nil {
		return nil, err
	}
	if people > 0 && (o.Recurrence != after.Recurrence || o.Status != after.Status || o.Location != after.Location) {
		text.Line().Line().Add(c.say("edit_people", lang.Values{"Count": people}))
	}
	if after.Capacity > 0 && after.Capacity != o.Capacity {
		going, err := store.MostGoing(ctx, tx, o.ID, c.Now)
		if err != nil {
			return nil, err
		}
		if going > after.Capacity {
			key := "edit_overbooked"
			if o.Rule != "" {
				key = "edit_overbooked_series"
			}
			text.Line().Line().Add(c.say(key, lang.Values{"Count": going}))
		}
	}
	e.Was = o
	return c.propose(ctx, tx, store.Proposal{Kind: kind, Offer: o.ID, Sequence: o.Sequence}, e, text)
}

// scopeWords says which dates of a series are meant; nil if there is but one.
func (c *Call) scopeWords(o *store.Offer, e editing) *lang.Text {
	if o.Rule == "" {
		return nil
	}
	coming, err := offers.NextItems(o, c.Now)
	if err != nil {
		return nil
	}
	zone := c.Network.Zone
	for _, i := range coming {
		if e.Scope != offers.All && i.Key.Equal(e.Key) {
			return c.say("edit_scope_"+string(e.Scope), lang.Values{"Day": lang.ShortDay(c.Lang, i.Start.In(zone), c.Now.In(zone))})
		}
	}
	return c.say("edit_scope_all")
}

// confirmEdit changes an offer at the yes to what was shown.
func confirmEdit(ctx context.Context, tx *store.Tx, c *Call, p store.Proposal) (*Reply, error) {
	e, o, late, err := c.inTime(ctx, tx, p, c.proposeEdit)
	if err != nil || late != nil {
		return late, err
	}
	if waits, err := c.editWaits(ctx, tx, &e.Edit); err != nil {
		return nil, err
	} else if waits {
		if err := tx.Await(ctx, p.ID); err != nil {
			return nil, err
		}
		return &Reply{Text: c.say("edit_waits")}, offers.AskOrganisers(ctx, tx, p.ID, c.Now)
	}
	after, err := c.change(ctx, tx, o, e)
	if err != nil {
		return nil, err
	}
	if e.Edit.Back {
		if err := c.tellCanceller(ctx, tx, p, &o, &after); err != nil {
			return nil, err
		}
	}
	return &Reply{Text: c.say("edit_done", lang.Values{"Number": o.Number, "Title": shorten(after.Title, 120)})}, c.tellAuthor(ctx, tx, p, &o, &after)
}

// inTime is a proposal's change and the offer as it is now. If somebody else
// has changed that since, late is the answer: the change is proposed anew.
func (c *Call) inTime(ctx context.Context, tx *store.Tx, p store.Proposal,
	propose func(context.Context, *store.Tx, store.Offer, editing, *lang.Text) (*Reply, error),
) (e editing, o store.Offer, late *Reply, err error) {
	if e, o, err = c.proposedChange(ctx, tx, p); err != nil {
		return e, o, nil, err
	}
	meanwhile, err := c.meanwhile(&e.Was, &o)
	if err != nil || meanwhile == nil {
		return e, o, nil, err
	}
	again, err := propose(ctx, tx, o, e, meanwhile)
	late, err = c.overtaken(again, meanwhile, err)
	return e, o, late, err
}

// proposedChange is a proposal's change and the offer as it is now, which the
// sender may still change.
func (c *Call) proposedChange(ctx context.Context, tx *store.Tx, p store.Proposal) (e editing, o store.Offer, err error) {
	if err := json.Unmarshal([]byte(p.Content), &e); err != nil {
		return e, o, err
	}
	o, err = store.OfferByID(ctx, tx, p.Offer)
	if errors.Is(err, store.ErrNotFound) {
		return e, o, lang.Wrong("offer_unknown", lang.Values{"Number": e.Was.Number})
	} else if err != nil {
		return e, o, err
	}
	return e, o, c.mayChange(&o)
}

// meanwhile says what somebody else changed since was; nil if nothing that
// shows.
func (c *Call) meanwhile(was, is *store.Offer) (*lang.Text, error) {
	if was.Sequence == is.Sequence {
		return nil, nil
	}
	different, err := c.view().Differences(was, is)
	if err != nil || different.Len() == 0 {
		return nil, err
	}
	return c.say("edit_meanwhile", lang.Values{"Number": is.Number}).Line().Add(different), nil
}

// overtaken is the answer to a yes that came too late: what was wanted anew or,
// if that cannot be any more, why.
func (c *Call) overtaken(again *Reply, meanwhile *lang.Text, err error) (*Reply, error) {
	p, ok := lang.AsProblem(err)
	if !ok {
		return again, err
	}
	return &Reply{Text: meanwhile.Line().Line().Add(c.say(p.Key, p.Values))}, nil
}
