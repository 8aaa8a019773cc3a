package knowledge

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"maps"
	"slices"
	"strings"
	"time"

	"maunium.net/go/mautrix/id"

	"buffet/lang"
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
	Network     string    `json:"network"`
	Number      int       `json:"number"`
	Status      string    `json:"status"`
	Kind        string    `json:"kind"`
	Help        string    `json:"help,omitempty"`
	Title       string    `json:"title"`
	Description string    `json:"description,omitempty"`
	Link        string    `json:"link,omitempty"`
	Place       string    `json:"place,omitempty"`
	Host        string    `json:"host,omitempty"`
	Topics      []string  `json:"topics,omitempty"`
	Material    string    `json:"material,omitempty"`
	Room        id.RoomID `json:"room,omitempty"`
	Changed     time.Time `json:"changed"`
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
		d.Offers = append(d.Offers, OfferBrought{Network: o.Network, Number: o.Number, Status: o.Status, Kind: o.Kind, Help: o.Help, Title: o.Title,
			Description: o.Description, Link: o.URL, Place: o.Location, Host: o.Host, Topics: o.Topics, Material: o.Material, Room: o.Room, Changed: o.Changed})
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

func (d *OfferData) readDates(ctx context.Context, q store.Querier, user id.UserID) error {
	signups, err := store.SignupsBy(ctx, q, user)
	if err != nil {
		return err
	}
	for _, s := range signups {
		o, start, err := dateOf(ctx, q, s.Offer, s.Key)
		if err != nil {
			return err
		}
		d.Signups = append(d.Signups, SignupData{Network: o.Network, Number: o.Number, Title: o.Title, Date: start, Name: s.Name, Waiting: s.Waiting, At: s.At})
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
		one := ReminderData{Network: o.Network, Number: o.Number, Title: o.Title, Date: start, Days: r.Days, Minutes: r.Minutes}
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

// html adds it to the page for people.
func (d *OfferData) html(b *strings.Builder, p *lang.Phrases, language string, zone *time.Location) {
	moment := func(at time.Time) string { return lang.Moment(language, at.In(zone)) }
	section := func(key string, lines []string) {
		fmt.Fprintf(b, "<h2>%s (%d)</h2>\n<ul>\n", html.EscapeString(p.Say(language, key)), len(lines))
		for _, line := range lines {
			fmt.Fprintf(b, "<li>%s</li>\n", html.EscapeString(line))
		}
		b.WriteString("</ul>\n")
	}
	join := func(parts ...string) string {
		return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), " · ")
	}
	dated := func(network string, number int, title string, at time.Time) string {
		return join(network, fmt.Sprint(number), title, moment(at))
	}
	var offers, signups, reminders, proposals, settings, calendars []string
	for _, o := range d.Offers {
		offers = append(offers, join(o.Network, fmt.Sprint(o.Number), p.Say(language, "mydata_"+o.Status), o.Title, o.Host, o.Place, o.Link, strings.Join(o.Topics, ", "), o.Material, o.Description))
	}
	for _, s := range d.Signups {
		waiting := ""
		if s.Waiting {
			waiting = p.Say(language, "mydata_waiting")
		}
		signups = append(signups, join(dated(s.Network, s.Number, s.Title, s.Date), s.Name, waiting))
	}
	for _, r := range d.Reminders {
		before := p.Say(language, "mydata_before", lang.Values{"Days": r.Days, "Minutes": r.Minutes})
		if r.Clock != "" {
			before = p.Say(language, "mydata_before_clock", lang.Values{"Days": r.Days, "Clock": r.Clock})
		}
		reminders = append(reminders, join(dated(r.Network, r.Number, r.Title, r.Date), before))
	}
	for _, w := range d.Proposals {
		proposals = append(proposals, join(moment(w.At), w.Network, p.Say(language, "mydata_"+w.Kind), string(w.Content)))
	}
	for _, key := range slices.Sorted(maps.Keys(d.Settings)) {
		settings = append(settings, key+": "+d.Settings[key])
	}
	for _, c := range d.Calendars {
		calendars = append(calendars, join(moment(c.At), c.Network))
	}
	section("mydata_offers", offers)
	section("mydata_signups", signups)
	section("mydata_reminders", reminders)
	section("mydata_proposals", proposals)
	section("mydata_settings", settings)
	section("mydata_calendars", calendars)
}
