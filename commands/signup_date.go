package commands

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"buffet/lang"
	"buffet/offers"
	"buffet/store"
)

// askedDate is what was typed to name a date of an offer.
type askedDate struct {
	number int    // 0: none
	sure   bool   // it is an offer's number: "nr. 3"
	when   string // the date, as it was typed; "": the next one
	names  offers.Naming
}

// readDate reads "3", "3 17.12.", "17.12." and, anywhere, "mit namen".
func (c *Call) readDate(args []string) (a askedDate, err error) {
	args, a.names = takeNaming(args)
	switch {
	case len(args) == 0:
		return a, nil
	case len(args) > 1 && isNumberWord(args[0]):
		a.sure = true
		a.number, err = c.numberIn(args[:2])
		args = args[2:]
	case isNumber(args[0]):
		a.number, err = c.numberIn(args[:1])
		args = args[1:]
	}
	a.when = strings.Join(args, " ")
	return a, err
}

// takeNaming takes "mit namen" or "ohne namen" out of words.
func takeNaming(args []string) (rest []string, names offers.Naming) {
	for n := 0; n+1 < len(args); n++ {
		var with offers.Naming
		switch fold(args[n]) {
		case "mit", "with":
			with = offers.Named
		case "ohne", "without":
			with = offers.Unnamed
		default:
			continue
		}
		next := n + 1
		if w := fold(args[next]); (w == "meinem" || w == "meinen" || w == "my") && next+1 < len(args) {
			next++
		}
		if slices.Contains([]string{"namen", "name", "names"}, strings.TrimRight(fold(args[next]), ".,!")) {
			return slices.Concat(args[:n], args[next+1:]), with
		}
	}
	return args, offers.AsBefore
}

func isNumberWord(w string) bool {
	return slices.Contains([]string{"nr", "no", "nummer", "number"}, strings.TrimRight(fold(w), "."))
}

func isNumber(w string) bool {
	w = strings.TrimRight(strings.TrimPrefix(w, "#"), ".,;:!?")
	return w != "" && strings.Trim(w, "0123456789") == ""
}

// dateMeant is the date that somebody names: the offer's next one if they say
// only its number, that of the announcement they answer if they say nothing.
func (c *Call) dateMeant(ctx context.Context, tx *store.Tx, a askedDate) (offers.Item, error) {
	if err := c.seatOrNumber(ctx, tx, a); err != nil {
		return offers.Item{}, err
	}
	var o store.Offer
	if a.number == 0 {
		date, err := c.dateHere(ctx, tx)
		if err != nil || a.when == "" {
			return date, err
		}
		if o, err = store.OfferByID(ctx, tx, date.Offer); err != nil {
			return offers.Item{}, err
		}
	} else {
		var err error
		if o, err = c.offerMeant(ctx, tx, a.number); err != nil {
			return offers.Item{}, err
		}
	}
	if a.when != "" {
		return c.dateOn(ctx, tx, &o, a.when)
	}
	d, err := store.Occurrence{}, error(nil)
	if o.Status == store.OfferActive {
		d, err = offers.NextOpen(ctx, tx, o.ID, c.Now)
	} else {
		err = store.ErrNotFound
	}
	if errors.Is(err, store.ErrNotFound) {
		return offers.Item{}, c.noDate(ctx, tx, &o)
	} else if err != nil {
		return offers.Item{}, err
	}
	return c.item(ctx, tx, d)
}

func (c *Call) item(ctx context.Context, tx *store.Tx, d store.Occurrence) (offers.Item, error) {
	i, there, err := offers.DateNow(ctx, tx, d.Offer, d.Key)
	if err == nil && !there {
		err = c.wrong("signup_withdrawn")
	}
	return i, err
}

// offerMeant is the offer of a number, if it has dates.
func (c *Call) offerMeant(ctx context.Context, tx *store.Tx, number int) (store.Offer, error) {
	o, err := store.OfferByNumber(ctx, tx, c.Network.Name, number)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return o, c.wrong("offer_unknown", lang.Values{"Number": number})
	case err != nil:
		return o, err
	case o.Help != "":
		return o, c.wrong("signup_help", c.about(&o))
	case o.Status == store.OfferWithdrawn:
		return o, c.wrong("signup_withdrawn")
	}
	return o, nil
}

func (c *Call) about(o *store.Offer) lang.Values {
	return lang.Values{"Title": shorten(o.Title, 120), "Number": o.Number}
}

// noDate says why there is no date to come.
func (c *Call) noDate(ctx context.Context, tx *store.Tx, o *store.Offer) error {
	off, err := store.Dates(ctx, tx, o.ID, c.Now, 1)
	if err != nil {
		return err
	}
	if len(off) > 0 || o.Status == store.OfferCancelled {
		return c.wrong("signup_all_cancelled", c.about(o))
	}
	return c.wrong("signup_all_over", c.about(o))
}

// dateHere is the one date of the announcement that the call answers.
func (c *Call) dateHere(ctx context.Context, tx *store.Tx) (offers.Item, error) {
	word := lang.Values{"Word": c.Command.Name(c.Lang)}
	items, err := c.announcedHere(ctx, tx)
	switch {
	case err != nil:
		return offers.Item{}, err
	case len(items) == 0:
		return offers.Item{}, c.wrong("signup_which", word)
	}
	o, err := store.OfferByID(ctx, tx, items[0].Offer)
	switch {
	case err != nil:
		return offers.Item{}, err
	case o.Network != c.Network.Name: // a reply to what stands in another room
		return offers.Item{}, c.wrong("signup_which", word)
	case len(items) > 1:
		word["Number"] = o.Number
		return offers.Item{}, c.wrong("signup_which_here", word)
	}
	return c.item(ctx, tx, store.Occurrence{Offer: items[0].Offer, Key: items[0].Key})
}

// datesSaid is how many dates a question back names.
const datesSaid = 3

// dateOn is the offer's date on a day that somebody typed, at the time if they
// typed one.
func (c *Call) dateOn(ctx context.Context, tx *store.Tx, o *store.Offer, typed string) (offers.Item, error) {
	zone := c.Network.Zone
	w, err := lang.ReadWhen(c.Lang, typed, c.Now.In(zone))
	if err != nil {
		return offers.Item{}, err
	}
	dates, err := store.Dates(ctx, tx, o.ID, c.Now, -1)
	if err != nil {
		return offers.Item{}, err
	}
	if len(dates) == 0 {
		return offers.Item{}, c.noDate(ctx, tx, o)
	}
	var on []store.Occurrence
	for _, d := range dates {
		if d.Start.Equal(w.Start) || w.AllDay && onDay(o, d, w.Start) {
			on = append(on, d)
		}
	}
	example := func(d store.Occurrence, layout string) string {
		return fmt.Sprintf("%s%s %d %s", c.Prefix, c.Command.Name(c.Lang), o.Number, d.Start.In(zone).Format(layout))
	}
	about := c.about(o)
	switch len(on) {
	case 1:
		return c.item(ctx, tx, on[0])
	case 0:
		var days []string
		for _, d := range dates[:min(len(dates), datesSaid)] {
			days = append(days, lang.ShortDay(c.Lang, d.Start.In(zone), c.Now.In(zone)))
		}
		about["Dates"], about["Example"] = strings.Join(days, "; "), example(dates[0], "2.1.")
		return offers.Item{}, c.wrong("signup_not_then", about)
	}
	about["Example"] = example(on[0], "2.1. 15:04")
	return offers.Item{}, c.wrong("signup_two_then", about)
}

// onDay tells whether a date takes place on the day that begins at midnight.
func onDay(o *store.Offer, d store.Occurrence, midnight time.Time) bool {
	if d.AllDay { // whole days belong to the calendar they stand in
		if own, err := time.LoadLocation(o.Zone); err == nil && o.Zone != "" {
			midnight = time.Date(midnight.Year(), midnight.Month(), midnight.Day(), 0, 0, 0, 0, own)
		}
	}
	next := midnight.AddDate(0, 0, 1)
	return d.Start.Before(next) && (d.End.After(midnight) || !d.Start.Before(midnight))
}
