package commands

import (
	"context"
	"strings"

	"buffet/lang"
	"buffet/offers"
	"buffet/store"
)

// namesShown is how many names one answer holds.
const namesShown = 60

// maxShownName is longer than any name that is one.
const maxShownName = 60

// runAttendees is "teilnehmer 3 [17.12.]": numbers for all, and the names of
// those who agreed; all names, in the direct chat, for the one who brought the
// offer and for organisers.
func runAttendees(ctx context.Context, tx *store.Tx, c *Call) (*Reply, error) {
	a, err := c.readDate(c.Args)
	if err != nil {
		return nil, err
	}
	i, err := c.dateMeant(ctx, tx, a)
	if p, ok := lang.AsProblem(err); ok && a.when == "" && (p.Key == "signup_all_over" || p.Key == "signup_all_cancelled") {
		i, err = c.lastDate(ctx, tx, a.number, err)
	}
	if err != nil {
		return nil, err
	}
	o, err := store.OfferByID(ctx, tx, i.Offer)
	if err != nil {
		return nil, err
	}
	list, err := store.Signups(ctx, tx, i.Offer, i.Key)
	if err != nil {
		return nil, err
	}
	if i.Going, i.Waiting, err = store.CountSignups(ctx, tx, i.Offer, i.Key); err != nil {
		return nil, err
	}
	v := c.view()
	text := c.say("signup_attendees", lang.Values{"Title": shorten(i.Title, 120), "Number": i.Number, "When": v.Span(i), "Numbers": v.Numbers(i)})
	if !c.Doubtful && (c.Network.Organiser || o.Author == c.Sender) {
		return &Reply{Text: text, Private: true}, c.allNames(ctx, tx, text, list)
	}
	var names []string
	for _, s := range list {
		if s.Name != "" && !s.Waiting {
			names = append(names, s.Name)
		}
	}
	c.nameLine(text, "signup_shown", names)
	return &Reply{Text: text}, nil
}

// lastDate is an offer's last date, for afterwards; otherwise is what to say
// if there is none.
func (c *Call) lastDate(ctx context.Context, tx *store.Tx, number int, otherwise error) (offers.Item, error) {
	o, err := c.offerMeant(ctx, tx, number)
	if err != nil {
		return offers.Item{}, err
	}
	d, err := store.NextDate(ctx, tx, o.ID, c.Now)
	if err != nil {
		return offers.Item{}, err
	}
	if d.Offer == 0 {
		return offers.Item{}, otherwise
	}
	return c.item(ctx, tx, d)
}

// allNames adds who comes and who waits.
func (c *Call) allNames(ctx context.Context, tx *store.Tx, text *lang.Text, list []store.Signup) error {
	var going, waiting []string
	for n, s := range list {
		name := s.Name
		if name == "" && n < 2*namesShown { // the others are only counted
			var err error
			if name, err = offers.NameIn(ctx, tx, c.Network.Name, c.Network.Room, s.User); err != nil {
				return err
			}
		}
		if s.Waiting {
			waiting = append(waiting, name)
		} else {
			going = append(going, name)
		}
	}
	c.nameLine(text, "signup_names", going)
	c.nameLine(text, "signup_names_waiting", waiting)
	return nil
}

// nameLine adds a line of names, if there are any.
func (c *Call) nameLine(text *lang.Text, key string, names []string) {
	if len(names) == 0 {
		return
	}
	more := len(names) - namesShown
	names = names[:min(len(names), namesShown)]
	shown := make([]string, len(names))
	for n, name := range names {
		shown[n] = shorten(name, maxShownName)
	}
	line := strings.Join(shown, ", ")
	if more > 0 {
		line += " " + c.Table.phrases.Say(c.Lang, "signup_more_names", lang.Values{"Count": more})
	}
	text.Line().Add(c.say(key, lang.Values{"Names": line}))
}
