package knowledge

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"maunium.net/go/mautrix/id"

	"buffet/store"
)

// OfferData is what is stored about a person around offers.
type OfferData struct {
	Offers    []OfferBrought    `json:"offers"` // that they brought
	Signups   []SignupData      `json:"signups"`
	Reminders []ReminderData    `json:"reminders"`
	Proposals []ProposalData    `json:"proposals"` // what waits for a yes
	Settings  map[string]string `json:"settings"`
	Calendars []CalendarData    `json:"calendars"` // their own feeds, without the address
}

// CalendarData is that they have a calendar to subscribe to.
type CalendarData struct {
	Network string    `json:"network"`
	Alarm   int       `json:"alarm_minutes,omitempty"` // before each date; 0: none
	At      time.Time `json:"at"`
}

// OfferBrought is an offer as the one who brought it gets it.
type OfferBrought struct {
	Network     string     `json:"network"`
	Number      int        `json:"number"`
	Status      string     `json:"status"`
	Kind        string     `json:"kind"`
	Help        string     `json:"help,omitempty"`
	Title       string     `json:"title"`
	Description string     `json:"description,omitempty"`
	Link        string     `json:"link,omitempty"`
	Place       string     `json:"place,omitempty"`
	Host        string     `json:"host,omitempty"`
	Topics      []string   `json:"topics,omitempty"`
	Material    string     `json:"material,omitempty"`
	Capacity    int        `json:"capacity,omitempty"` // places at each date; 0: as many as come
	Holidays    string     `json:"holidays,omitempty"` // region on whose public holidays it has no dates
	Zone        string     `json:"zone,omitempty"`
	Rule        string     `json:"rule,omitempty"` // of a series, as calendars have it
	Dates       []DateData `json:"dates,omitempty"`
	Room        id.RoomID  `json:"room,omitempty"`
	Changed     time.Time  `json:"changed"`
}

// DateData is one date of an offer that a person brought; its texts are where
// it differs from the others.
type DateData struct {
	Start     time.Time `json:"start"`
	End       time.Time `json:"end"`
	AllDay    bool      `json:"all_day,omitempty"`
	Cancelled bool      `json:"cancelled,omitempty"`
	Title     string    `json:"title,omitempty"`
	Place     string    `json:"place,omitempty"`
	Link      string    `json:"link,omitempty"`
}

// SignupData is a date that a person comes to.
type SignupData struct {
	Network string    `json:"network"`
	Number  int       `json:"number"`
	Title   string    `json:"title"`
	Date    time.Time `json:"date"`
	Name    string    `json:"name,omitempty"` // what others may see them as
	Waiting bool      `json:"waiting,omitempty"`
	At      time.Time `json:"at"`
	Said    []WayData `json:"said,omitempty"` // how they said that they come
}

// WayData is a reaction, a message or a vote by which they signed up.
type WayData struct {
	Event id.EventID `json:"event"`
	Room  id.RoomID  `json:"room,omitempty"`
	Poll  id.EventID `json:"poll,omitempty"` // of a vote
}

// ReminderData is that they are told of a date before it starts.
type ReminderData struct {
	Network string     `json:"network"`
	Number  int        `json:"number"`
	Title   string     `json:"title"`
	Date    time.Time  `json:"date"`
	Days    int        `json:"days_before,omitempty"`
	Minutes int        `json:"minutes_before,omitempty"`
	Clock   string     `json:"at,omitempty"` // a time of that day, instead of minutes: "08:00"
	Sent    *time.Time `json:"sent_for,omitempty"`
	Event   id.EventID `json:"event,omitempty"` // the reaction that asked for it
	Room    id.RoomID  `json:"room,omitempty"`  // where that stands
}

// ProposalData is something of theirs that waits for a yes.
type ProposalData struct {
	Network string          `json:"network"`
	Room    id.RoomID       `json:"room,omitempty"`
	Kind    string          `json:"kind"`
	State   string          `json:"state"`
	Content json.RawMessage `json:"content,omitempty"`
	At      time.Time       `json:"at"`
}

// read gathers it.
func (d *OfferData) read(ctx context.Context, q store.Querier, user id.UserID) error {
	d.Offers, d.Signups, d.Reminders, d.Proposals = []OfferBrought{}, []SignupData{}, []ReminderData{}, []ProposalData{}
	list, err := store.OffersBy(ctx, q, user)
	if err != nil {
		return err
	}
	for _, o := range list {
		dates, err := datesOf(ctx, q, o.ID)
		if err != nil {
			return err
		}
		d.Offers = append(d.Offers, OfferBrought{Network: o.Network, Number: o.Number, Status: o.Status, Kind: o.Kind, Help: o.Help, Title: o.Title,
			Description: o.Description, Link: o.URL, Place: o.Location, Host: o.Host, Topics: o.Topics, Material: o.Material,
			Capacity: o.Capacity, Holidays: o.Holidays, Zone: o.Zone, Rule: o.Rule, Dates: dates, Room: o.Room, Changed: o.Changed})
	}
	if err := d.readDates(ctx, q, user); err != nil {
		return err
	}
	proposals, err := store.ProposalsBy(ctx, q, user)
	if err != nil {
		return err
	}
	for _, p := range proposals {
		one := ProposalData{Network: p.Network, Room: p.Room, Kind: p.Kind, State: p.State, At: p.At}
		if json.Valid([]byte(p.Content)) {
			one.Content = json.RawMessage(p.Content)
		}
		d.Proposals = append(d.Proposals, one)
	}
	if d.Settings, err = store.PersonSettings(ctx, q, user); err != nil {
		return err
	}
	links, err := store.CalendarLinksOf(ctx, q, user)
	d.Calendars = []CalendarData{}
	for _, l := range links {
		d.Calendars = append(d.Calendars, CalendarData{Network: l.Network, Alarm: int(l.Alarm / time.Minute), At: l.At})
	}
	return err
}

func datesOf(ctx context.Context, q store.Querier, offer int64) (list []DateData, err error) {
	dates, err := store.Dates(ctx, q, offer, time.Time{}, -1)
	for _, d := range dates {
		list = append(list, DateData{Start: d.Start, End: d.End, AllDay: d.AllDay, Cancelled: d.Cancelled, Title: d.Title, Place: d.Location, Link: d.URL})
	}
	return list, err
}

func (d *OfferData) readDates(ctx context.Context, q store.Querier, user id.UserID) error {
	signups, err := store.SignupsBy(ctx, q, user)
	if err != nil {
		return err
	}
	said := map[[2]int64][]WayData{}
	ways, err := store.WaysOf(ctx, q, user)
	if err != nil {
		return err
	}
	for _, w := range ways {
		date := [2]int64{w.Offer, store.Millis(w.Key)}
		said[date] = append(said[date], WayData{Event: w.Event, Room: w.Room, Poll: w.Poll})
	}
	for _, s := range signups {
		o, start, err := dateOf(ctx, q, s.Offer, s.Key)
		if err != nil {
			return err
		}
		d.Signups = append(d.Signups, SignupData{Network: o.Network, Number: o.Number, Title: o.Title, Date: start, Name: s.Name, Waiting: s.Waiting, At: s.At,
			Said: said[[2]int64{s.Offer, store.Millis(s.Key)}]})
	}
	reminders, err := store.RemindersOf(ctx, q, user)
	if err != nil {
		return err
	}
	for _, r := range reminders {
		o, start, err := dateOf(ctx, q, r.Offer, r.Key)
		if err != nil {
			return err
		}
		one := ReminderData{Network: o.Network, Number: o.Number, Title: o.Title, Date: start, Days: r.Days, Minutes: r.Minutes, Event: r.Event, Room: r.Room}
		if r.Minutes < 0 {
			one.Minutes, one.Clock = 0, fmt.Sprintf("%02d:%02d", -r.Minutes/60, -r.Minutes%60)
		}
		if !r.SentFor.IsZero() {
			one.Sent = &r.SentFor
		}
		d.Reminders = append(d.Reminders, one)
	}
	return nil
}

// dateOf is an offer and when a date of it starts; for one that is gone, when
// it was to.
func dateOf(ctx context.Context, q store.Querier, offer int64, key time.Time) (store.Offer, time.Time, error) {
	o, err := store.OfferByID(ctx, q, offer)
	if err != nil {
		return o, key, err
	}
	date, err := store.Date(ctx, q, offer, key)
	if errors.Is(err, store.ErrNotFound) {
		return o, key, nil
	}
	return o, date.Start, err
}
