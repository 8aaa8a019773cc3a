package offers

import (
	"context"
	"errors"
	"strings"
	"time"

	"buffet/lang"
	"buffet/store"
)

// Shown is a date in a reader's words, piece by piece, for who lays it out
// otherwise than a list does. All of it is one line of bounded length.
type Shown struct {
	Number int
	When   string // "Do, 3. Dez, 14:00–15:30 Uhr"
	Title  string
	Off    string // that it does not take place; "" if it does
	About  string // its kind, its host, its place
	URL    string // what leads further, http or https, or ""
	Join   string // where it takes place, of those online
}

// Show puts a date into words.
func (v View) Show(i Item) Shown {
	s := Shown{Number: i.Number, When: v.when(i), Title: clip(i.Title, maxTitle), URL: address(i.URL)}
	if i.Status != store.OfferActive {
		s.Off = new(lang.Text).Say(v.say("offer_off_" + i.Status)).Plain()
	}
	place := clip(i.Location, maxPlace)
	if online := address(i.Location); online != "" {
		place, s.Join = v.say("offer_online"), online
	}
	var about []string
	kind := v.kind(i.Kind)
	if i.Help != "" { // When says it
		kind = ""
	}
	for _, part := range []string{kind, clip(i.Host, maxHost), place} {
		if part != "" {
			about = append(about, part)
		}
	}
	s.About = strings.Join(about, " · ")
	return s
}

// Upcoming are a network's first dates between two instants, those that take
// place, and how many there are.
func Upcoming(ctx context.Context, q store.Querier, network string, from, to time.Time, limit int) ([]Item, int, error) {
	return list(ctx, q, store.Window{Network: network, From: from, To: to}, Filter{}, limit, 0)
}

// DateNow is what a date of an offer is now. It is false if it is gone: its
// source names the offer, or the date, no more.
func DateNow(ctx context.Context, q store.Querier, offer int64, key time.Time) (Item, bool, error) {
	o, err := store.OfferByID(ctx, q, offer)
	if errors.Is(err, store.ErrNotFound) || err == nil && o.Status == store.OfferWithdrawn {
		return Item{}, false, nil
	} else if err != nil {
		return Item{}, false, err
	}
	d, err := store.Date(ctx, q, offer, key)
	if errors.Is(err, store.ErrNotFound) {
		return Item{}, false, nil
	} else if err != nil {
		return Item{}, false, err
	}
	return newItem(&o, d), true, nil
}
