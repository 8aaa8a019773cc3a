package offers

import (
	"cmp"
	"context"
	"iter"
	"time"

	"maunium.net/go/mautrix/id"

	"buffet/lang"
	"buffet/store"
)

// Signed lists the dates of a network that a person signed up for, for WriteCalendar, in a fixed order. Titles say where
// they only wait for a place, and what does not take place: some programs show no other sign of it.
func Signed(ctx context.Context, q store.Querier, v View, network string, user id.UserID) ([]Published, error) {
	dates, err := store.SignedDates(ctx, q, network, user)
	if err != nil {
		return nil, err
	}
	var list []Published
	for _, d := range dates {
		phrase := ""
		switch {
		case d.Date.Cancelled || d.Offer.Status != store.OfferActive:
			phrase = "calendar_cancelled"
		case d.Waiting:
			phrase = "calendar_waiting"
		}
		if phrase != "" {
			title := icalOneLine(cmp.Or(d.Date.Title, d.Offer.Title), maxTitle)
			d.Date.Title = v.Phrases.Text(v.Lang, phrase, lang.Values{"Title": title}).Plain()
		}
		d.Offer.Expanded = time.Time{} // its dates are given
		if n := len(list); n > 0 && list[n-1].Offer.ID == d.Offer.ID {
			list[n-1].Dates = append(list[n-1].Dates, d.Date)
			continue
		}
		list = append(list, Published{Offer: d.Offer, Dates: []store.Occurrence{d.Date}})
	}
	return list, nil
}

// Each goes through what is in memory, for WriteCalendar.
func Each(list []Published) iter.Seq2[Published, error] {
	return func(yield func(Published, error) bool) {
		for _, p := range list {
			if !yield(p, nil) {
				return
			}
		}
	}
}
