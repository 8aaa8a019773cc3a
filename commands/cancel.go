package commands

import (
	"context"
	"strings"
	"unicode"

	"buffet/lang"
	"buffet/offers"
	"buffet/store"
)

// runCancel is "absage 3 [17.12., ab 17.12., alle] [Grund]".
func runCancel(ctx context.Context, tx *store.Tx, c *Call) (*Reply, error) {
	o, rest, err := c.ownOffer(ctx, tx)
	if err != nil {
		return nil, err
	}
	if o.Status == store.OfferCancelled {
		return nil, c.wrong("native_cancelled", lang.Values{"Number": o.Number})
	}
	dates, reason, err := c.datesAndReason(&o, rest)
	if err != nil {
		return nil, err
	}
	if dates.Scope == "" {
		if !dates.Last {
			return c.whichDates(&o, dates, rest), nil
		}
		dates.Scope = offers.All
	}
	reason = offers.Clean(reason, maxReason)
	return c.proposeCancel(ctx, tx, o, editing{Scope: dates.Scope, Key: dates.Date.Key, Reason: reason}, nil)
}

// datesAndReason reads which dates are off, as far as the text says so, and why.
func (c *Call) datesAndReason(o *store.Offer, text string) (offers.Dates, string, error) {
	now := c.Now.In(c.Network.Zone)
	list := tokens(text)
	var first error
	for n := min(len(list), maxDateWords); n > 0; n-- {
		words := strings.TrimRight(text[:list[n-1].end], ",;:–- ")
		dates, err := offers.ReadDates(c.Lang, words, o, now)
		if err == nil {
			return dates, strings.TrimLeft(text[list[n-1].end:], ",;:–- \n"), nil
		}
		if p, ok := lang.AsProblem(err); !ok {
			return dates, "", err
		} else if first == nil || p.Key != "when_word" && p.Key != "when_nothing" {
			first = err // of the shortest text that may be a date
		}
	}
	if p, ok := lang.AsProblem(first); ok && o.Help == "" && (c.meantAsDate(list[0].text) || o.Rule != "" && p.Key != "when_word" && p.Key != "when_nothing") {
		return offers.Dates{}, "", first
	}
	dates, err := offers.ReadDates(c.Lang, "", o, now)
	return dates, text, err
}

// maxDateWords is how many words may say which dates are meant.
const maxDateWords = 7

// meantAsDate tells whether a word begins what can only be a date.
func (c *Call) meantAsDate(word string) bool {
	r := []rune(fold(word))
	switch string(r) {
	case "ab", "from", "seit", "since", "gestern", "yesterday":
		return true
	}
	return len(r) > 0 && unicode.IsDigit(r[0])
}

func (c *Call) proposeCancel(ctx context.Context, tx *store.Tx, o store.Offer, e editing, meanwhile *lang.Text) (*Reply, error) {
	after, err := offers.Cancelled(o, e.Scope, e.Key, c.Now)
	if err != nil {
		return nil, err
	}
	return c.proposeChange(ctx, tx, store.ProposeCancel, o, after, e, meanwhile)
}

// confirmCancel takes an offer, or dates of it, off the table at the yes.
func confirmCancel(ctx context.Context, tx *store.Tx, c *Call, p store.Proposal) (*Reply, error) {
	e, o, late, err := c.inTime(ctx, tx, p, c.proposeCancel)
	if err != nil || late != nil {
		return late, err
	}
	after, err := offers.CancelOffer(ctx, tx, o, e.Scope, e.Key, e.Reason, c.Now)
	if err != nil {
		return nil, err
	}
	key := "edit_cancelled"
	if after.Status == store.OfferActive && e.Scope == offers.Following { // nothing is left to come back
		key = "edit_ended"
	}
	return &Reply{Text: c.say(key, lang.Values{"Number": o.Number, "Title": shorten(o.Title, 120)})}, c.tellAuthor(ctx, tx, p, &o, &after)
}
