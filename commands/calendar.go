package commands

import (
	"context"
	"strings"

	"maunium.net/go/mautrix/id"

	"buffet/lang"
	"buffet/store"
)

// wantedCalendar is what somebody asks of "kalender".
type wantedCalendar struct {
	renew   bool
	network bool // only the network's
	alarm   *calendarAlarm
}

func calendarParams() []Param {
	return []Param{{Names: inBoth("was", "what"), About: "menu_about_calendar", Kind: ChoiceParam, Open: true, Choices: []map[string]string{
		inBoth("alarm 1h", "alarm 1h"), inBoth("alarm aus", "alarm off"), inBoth("neu", "new"),
		inBoth("netzwerk", "network"), inBoth("neu netzwerk", "new network"),
	}}}
}

// runCalendar is "kalender [neu] [alarm 1h, alarm aus] [netzwerk]": the links
// to one's own calendar and to the network's.
func runCalendar(ctx context.Context, tx *store.Tx, c *Call) (*Reply, error) {
	if c.Table.Calendars == "" {
		return nil, c.wrong("calendar_not_set_up", lang.Values{"Offer": c.Table.word("angebot", c.Lang)})
	}
	if c.Doubtful { // whoever has a link can read what it opens
		return nil, c.wrong("know_doubtful")
	}
	want, err := c.wantedCalendar()
	if err != nil {
		return nil, err
	}
	if want.network && want.renew && !c.Network.Organiser {
		return nil, c.mayOrganise()
	}
	text := new(lang.Text)
	if !want.network {
		if err := c.ownCalendar(ctx, tx, want, text); err != nil {
			return nil, err
		}
	}
	if err := c.networkCalendar(ctx, tx, want, text); err != nil {
		return nil, err
	}
	text.Add(c.say("calendar_how")).Line()
	text.Add(c.say("calendar_secret", c.calendarWords()))
	return &Reply{Text: text}, nil
}

// wantedCalendar reads the words, in any order.
func (c *Call) wantedCalendar() (w wantedCalendar, err error) {
	words := make([]string, 0, len(c.Args))
	for _, a := range c.Args {
		words = append(words, strings.Trim(fold(a), ",;"))
	}
	for i := 0; i < len(words); {
		switch words[i] {
		case "":
			i++
		case "neu", "new":
			w.renew = true
			i++
		case "netzwerk", "network":
			w.network = true
			i++
		default:
			a, n := readAlarm(words[i:])
			switch {
			case n == 0:
				return w, c.wrong("calendar_what", c.calendarWords(lang.Values{"Word": short(c.Args[i])}))
			case a == nil:
				return w, c.wrong("calendar_alarm", c.calendarWords())
			case w.alarm != nil:
				return w, c.wrong("calendar_alarm_twice", c.calendarWords())
			}
			w.alarm = a
			i += n
		}
	}
	if w.network && w.alarm != nil {
		return w, c.wrong("calendar_alarm_network", c.calendarWords())
	}
	return w, nil
}

// calendarWords are what to type, for a sentence that says so.
func (c *Call) calendarWords(more ...lang.Values) lang.Values {
	name := c.Command.Name(c.Lang)
	return c.values(append(more, lang.Values{"Name": name, "Again": name + " " + c.Table.phrases.Say(c.Lang, "calendar_word_new"),
		"Alarm": name + " alarm 1h", "Off": name + " alarm " + c.Table.phrases.Say(c.Lang, "calendar_word_off")})...)
}

// ownCalendar adds the person's link. Of those who want nothing stored there is none.
func (c *Call) ownCalendar(ctx context.Context, tx *store.Tx, want wantedCalendar, text *lang.Text) error {
	gone, err := store.Forgotten(ctx, tx, tx.HashPerson(c.Sender))
	if err != nil {
		return err
	}
	if gone {
		forgotten := lang.Values{"Undo": c.Table.word("merkdirmich", c.Lang)}
		if want.renew || want.alarm != nil {
			return c.wrong("calendar_forgotten", forgotten)
		}
		text.Add(c.say("calendar_forgotten", forgotten)).Line().Line()
		return nil
	}
	link, err := c.calendarLink(ctx, tx, c.Sender, want.renew)
	if err != nil {
		return err
	}
	if want.alarm != nil {
		link.Alarm = want.alarm.before
		if err := tx.SetCalendarAlarm(ctx, link.Network, link.User, link.Alarm); err != nil {
			return err
		}
	}
	if want.renew {
		text.Add(c.say("calendar_renewed")).Line().Line()
	}
	text.Add(c.say("calendar_own", lang.Values{"Network": c.Network.Name})).Line()
	c.addLink(text, tx.CalendarSecret(link))
	if link.Alarm > 0 {
		text.Add(c.say("calendar_alarm_on", c.calendarWords(lang.Values{"Before": c.before(link.Alarm)}))).Line()
	} else {
		text.Add(c.say("calendar_alarm_off", c.calendarWords())).Line()
	}
	text.Line()
	return nil
}

// networkCalendar adds the network's link.
func (c *Call) networkCalendar(ctx context.Context, tx *store.Tx, want wantedCalendar, text *lang.Text) error {
	renew := want.network && want.renew
	link, err := c.calendarLink(ctx, tx, "", renew)
	if err != nil {
		return err
	}
	if renew {
		text.Add(c.say("calendar_network_renewed", c.calendarWords(lang.Values{"Network": c.Network.Name}))).Line().Line()
	}
	text.Add(c.say("calendar_network", lang.Values{"Network": c.Network.Name})).Line()
	c.addLink(text, tx.CalendarSecret(link))
	text.Line()
	return nil
}

func (c *Call) calendarLink(ctx context.Context, tx *store.Tx, user id.UserID, renew bool) (store.CalendarLink, error) {
	if renew {
		return tx.RenewCalendarLink(ctx, c.Network.Name, user, c.Now)
	}
	return tx.EnsureCalendarLink(ctx, c.Network.Name, user, c.Now)
}

// addLink adds a page that helps to subscribe, and the address for programs in
// both its forms.
func (c *Call) addLink(text *lang.Text, secret string) {
	page := c.Table.Calendars + "/c/" + secret
	_, rest, _ := strings.Cut(page, "://")
	text.Raw("• ").Link(c.Table.phrases.Text(c.Lang, "calendar_page").Plain(), page).Line()
	text.Raw("• ").Code(page + ".ics").Line()
	text.Raw("• ").Code("webcal://" + rest + ".ics").Line()
}

// calendarLine is what the card says of calendars: who has the links, not what they are.
func (t *Table) calendarLine(language, prefix string) string {
	if t.Calendars == "" {
		return ""
	}
	return "\n• " + t.phrases.Say(language, "calendar_card", lang.Values{"P": prefix})
}
