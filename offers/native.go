package offers

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"maunium.net/go/mautrix/id"

	"buffet/lang"
	"buffet/store"
)

// SourceMember is the source of offers that members brought.
const SourceMember = "member"

// Draft is an offer as somebody brings it. It can be kept as JSON.
type Draft struct {
	Title       string    `json:"title"`
	Description string    `json:"description,omitempty"`
	URL         string    `json:"url,omitempty"`
	Location    string    `json:"location,omitempty"` // a place, or a link
	Host        string    `json:"host,omitempty"`
	Kind        string    `json:"kind,omitempty"` // "": KindExchange, or KindHelp if Help is set
	Material    string    `json:"material,omitempty"`
	Topics      []string  `json:"topics,omitempty"`
	Capacity    int       `json:"capacity,omitempty"` // places at each date; 0: as many as come
	Help        string    `json:"help,omitempty"`     // store.HelpNeed or HelpGive: no date then
	When        lang.When `json:"when,omitzero"`      // zero for help
	Holidays    string    `json:"holidays,omitempty"` // region on whose public holidays a series has no dates
}

// By is who brings an offer, and where.
type By struct {
	Network string
	Author  id.UserID
	Room    id.RoomID // "" in a direct chat
}

// Bring puts a draft on a network's table. Errors that are a *lang.Problem: the
// draft is not fit (Check), or its author asked to be forgotten.
func Bring(ctx context.Context, tx *store.Tx, by By, d Draft, now time.Time) (store.Offer, error) {
	if err := d.Check(now); err != nil {
		return store.Offer{}, err
	}
	if gone, err := store.Forgotten(ctx, tx, tx.HashPerson(by.Author)); err != nil {
		return store.Offer{}, err
	} else if gone {
		return store.Offer{}, lang.Wrong("native_forgotten")
	}
	o, err := d.offer()
	if err != nil {
		return store.Offer{}, err
	}
	o.Network, o.Author, o.Room, o.Changed = by.Network, by.Author, by.Room, now
	if o.Number, err = store.NextOfferNumber(ctx, tx, by.Network); err != nil {
		return store.Offer{}, err
	}
	w, err := tx.OfferWriter(ctx)
	if err != nil {
		return store.Offer{}, err
	}
	defer w.Close()
	dates, err := layOut(&o, now)
	if err != nil {
		return store.Offer{}, fmt.Errorf("lay out offer: %w", err)
	}
	if err := insert(ctx, w, &o, dates); err != nil {
		return store.Offer{}, fmt.Errorf("bring offer: %w", err)
	}
	return o, askBrought(ctx, tx, &o, dates, now)
}

// offer is the draft as it is stored, but for who brought it and its number.
func (d *Draft) offer() (store.Offer, error) {
	o := store.Offer{
		UID: strings.ToLower(rand.Text()) + "@buffet", Source: SourceMember, Status: store.OfferActive, Kind: d.Kind,
		Title: d.Title, Description: d.Description, URL: d.URL, Location: d.Location, Host: d.Host, Topics: d.Topics,
		Capacity: d.Capacity, Help: d.Help, Material: d.Material,
	}
	if d.Help != "" {
		return o, nil
	}
	text, err := json.Marshal(recurrenceOf(d.When))
	if err != nil {
		return o, fmt.Errorf("keep recurrence: %w", err)
	}
	o.Zone, o.Recurrence, o.Rule = d.When.Zone, string(text), d.When.Rule()
	if o.Rule != "" {
		o.Holidays = d.Holidays
	}
	return o, nil
}

// recurrenceOf is a date that somebody typed as what its dates are computed
// from. Without an end it has no length.
func recurrenceOf(w lang.When) Recurrence {
	loc := w.Start.Location()
	r := Recurrence{Zone: w.Zone, Rule: w.Rule(), Start: wallText(w.Start, loc, w.AllDay)}
	switch {
	case w.AllDay:
		r.Days = max(1, int(icalWall(w.End, loc).Sub(icalWall(w.Start, loc))/(24*time.Hour)))
	case w.End.After(w.Start):
		r.Seconds = int64(w.End.Sub(w.Start) / time.Second)
	}
	return r
}

// wallText writes an instant as a series has it: a day, else what the clock
// shows, or UTC where the clock shows that twice.
func wallText(at time.Time, loc *time.Location, day bool) string {
	wall := icalWall(at, loc)
	switch {
	case day:
		return wall.Format(icalDateForm)
	case !icalResolve(wall, loc).Equal(at):
		return at.UTC().Format(icalUTCForm)
	}
	return wall.Format(icalLocalForm)
}
