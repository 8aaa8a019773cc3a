package offers

import (
	"cmp"
	"context"
	"iter"

	"maunium.net/go/mautrix/id"

	"buffet/lang"
	"buffet/store"
)

// Signed lists the dates of a network that a person signed up for, for WriteCalendar, in a fixed order. Where they only
// wait for a place, the title says so.
func Signed(ctx context.Context, q store.Querier, v View, network string, user id.UserID) ([]Published, error) {
	dates, err := store.SignedDates(ctx, q, network, user)
	if err != nil {
		return nil, err
	}
	var list []Published
	for _, d := range dates {
		if d.Waiting {
			title := icalOneLine(cmp.Or(d.Date.Title, d.Offer.Title), maxTitle)
			d.Date.Title = v.Phrases.Text(v.Lang, "calendar_waiting", lang.Values{"Title": title}).Plain()
		}
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
