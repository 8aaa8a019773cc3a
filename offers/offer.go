package offers

import (
	"cmp"
	"context"
	"errors"
	"time"

	"buffet/lang"
	"buffet/store"
)

// The kinds of offers, as stored.
const (
	KindInformation = "information"
	KindTraining    = "training"
	KindExchange    = "exchange"
	KindHelp        = "help"
)

// Item is one date of an offer as lists and announcements show it. Times are
// instants in UTC.
type Item struct {
	Offer      int64     // the offer's id in the store
	Key        time.Time // the date's identity within the offer
	Number     int       // what people call the offer by
	Status     string    // store.OfferActive, OfferCancelled or OfferWithdrawn
	Kind       string
	Title      string
	Host       string
	Location   string
	URL        string
	Topics     []string
	Zone       string // the offer's own, may be empty
	Start, End time.Time
	AllDay     bool
	Help       string // store.HelpNeed or HelpGive: it has no date; else ""
	Seat       int    // its place in a numbered post, from 1; 0 elsewhere
	Capacity   int    // 0: as many as come
	Going      int    // who come and who wait, where it was counted
	Waiting    int

	network string
}

// Network is the name of the network whose offer it is.
func (i Item) Network() string { return i.network }

// Over tells whether a date has come to its end.
func (i Item) Over(now time.Time) bool { return !i.Start.After(now) && !i.End.After(now) }

// Offer is an offer in full with the dates that are not over.
type Offer struct {
	store.Offer
	Next []Item // at most NextDates
	More bool   // there are further dates
	Last *Item  // without a date to come: the last one, if it took place

	Joined int // number of the offer that this one is the same as; 0: none
}

// NextDates is how many dates of a series RenderOffer shows.
const NextDates = 5

// Find is the network's offer of that number with its dates from now on.
// Withdrawn and cancelled ones are found too, for their numbers stay. An
// unknown number is a *lang.Problem.
func Find(ctx context.Context, q store.Querier, network string, number int, now time.Time) (*Offer, error) {
	o, err := store.OfferByNumber(ctx, q, network, number)
	if errors.Is(err, store.ErrNotFound) {
		return nil, lang.Wrong("offer_unknown", lang.Values{"Number": number})
	}
	if err != nil {
		return nil, err
	}
	dates, err := store.Dates(ctx, q, o.ID, now, NextDates+1)
	if err != nil {
		return nil, err
	}
	full := &Offer{Offer: o, More: len(dates) > NextDates}
	if to := joinedTo(&o); to != 0 {
		same, err := store.OfferByID(ctx, q, to)
		if err != nil {
			return nil, err
		}
		full.Joined = same.Number
	}
	if len(dates) == 0 {
		last, err := store.NextDate(ctx, q, o.ID, now)
		if err != nil {
			return nil, err
		}
		if i := newItem(&o, last); last.Offer != 0 && i.Status == store.OfferActive {
			full.Last = &i
		}
	}
	for _, d := range dates[:min(len(dates), NextDates)] {
		i := newItem(&o, d)
		if err := count(ctx, q, &i); err != nil {
			return nil, err
		}
		full.Next = append(full.Next, i)
	}
	return full, nil
}

// newItem lays what is special about a date over what its offer says.
func newItem(o *store.Offer, d store.Occurrence) Item {
	status := o.Status
	if status == store.OfferActive && d.Cancelled {
		status = store.OfferCancelled
	}
	return Item{
		Offer: o.ID, Key: d.Key, Number: o.Number, Status: status, Kind: o.Kind, Host: o.Host, Topics: o.Topics, Zone: o.Zone, Help: o.Help,
		Title: cmp.Or(d.Title, o.Title), Location: store.Own(d.Location, o.Location), URL: store.Own(d.URL, o.URL),
		Start: d.Start, End: d.End, AllDay: d.AllDay, Capacity: o.Capacity, network: o.Network,
	}
}

// NextOpen is an offer's next date that takes place, the running one included;
// store.ErrNotFound if there is none.
func NextOpen(ctx context.Context, q store.Querier, offer int64, now time.Time) (store.Occurrence, error) {
	list, err := store.Dates(ctx, q, offer, now, -1)
	if err != nil {
		return store.Occurrence{}, err
	}
	for _, d := range list {
		if !d.Cancelled {
			return d, nil
		}
	}
	return store.Occurrence{}, store.ErrNotFound
}

// sameDate is how far a date of a series may move and still be taken for the
// same one, when its source gave it a new identity. Half a week: the next date
// of a weekly series is further away.
const sameDate = 84 * time.Hour

// pair finds for each old date the new one that took its place: that with the
// same key, else the nearest one which is new. -1: it is gone.
func pair(old, now []store.Occurrence) []int {
	byKey := make(map[int64]int, len(now))
	for i, d := range now {
		byKey[store.Millis(d.Key)] = i
	}
	to := make([]int, len(old))
	taken := make([]bool, len(now))
	for i, d := range old {
		to[i] = -1
		if j, ok := byKey[store.Millis(d.Key)]; ok {
			to[i], taken[j] = j, true
		}
	}
	for i, d := range old {
		if to[i] >= 0 {
			continue
		}
		best := -1
		for j := range now {
			if far := now[j].Start.Sub(d.Start).Abs(); !taken[j] && far <= sameDate &&
				(best < 0 || far < now[best].Start.Sub(d.Start).Abs()) {
				best = j
			}
		}
		if best >= 0 {
			to[i], taken[best] = best, true
		}
	}
	return to
}
