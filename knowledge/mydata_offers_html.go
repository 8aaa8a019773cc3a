package knowledge

import (
	"fmt"
	"html"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"buffet/lang"
	"buffet/store"
)

// offerPage writes what is stored about a person around offers for people.
type offerPage struct {
	phrases  *lang.Phrases
	language string
	zone     *time.Location
}

// html adds it to the page for people.
func (d *OfferData) html(b *strings.Builder, p *lang.Phrases, language string, zone *time.Location) {
	w := offerPage{phrases: p, language: language, zone: zone}
	var offers, signups, reminders, proposals, settings, calendars []string
	for _, o := range d.Offers {
		offers = append(offers, w.offer(&o))
	}
	for _, s := range d.Signups {
		waiting := ""
		if s.Waiting {
			waiting = w.say("mydata_waiting")
		}
		signups = append(signups, parts(append([]string{w.dated(s.Network, s.Number, s.Title, s.Date), s.Name, waiting}, w.said(s.Said)...)...))
	}
	for _, r := range d.Reminders {
		reminders = append(reminders, parts(w.dated(r.Network, r.Number, r.Title, r.Date), w.before(&r), r.Room.String()))
	}
	for _, one := range d.Proposals {
		proposals = append(proposals, parts(w.moment(one.At), one.Network, w.say("mydata_"+one.Kind), string(one.Content)))
	}
	for _, key := range slices.Sorted(maps.Keys(d.Settings)) {
		settings = append(settings, w.setting(key, d.Settings[key]))
	}
	for _, c := range d.Calendars {
		alarm := ""
		if c.Alarm > 0 {
			alarm = w.say("mydata_before", lang.Values{"Lead": w.count("calendar_minutes", c.Alarm)})
		}
		calendars = append(calendars, parts(w.moment(c.At), c.Network, alarm))
	}
	w.section(b, "mydata_offers", offers)
	w.section(b, "mydata_signups", signups)
	w.section(b, "mydata_reminders", reminders)
	w.section(b, "mydata_proposals", proposals)
	w.section(b, "mydata_settings", settings)
	w.section(b, "mydata_calendars", calendars)
}

func (w offerPage) section(b *strings.Builder, key string, lines []string) {
	fmt.Fprintf(b, "<h2>%s (%d)</h2>\n<ul>\n", html.EscapeString(w.say(key)), len(lines))
	for _, line := range lines {
		fmt.Fprintf(b, "<li>%s</li>\n", html.EscapeString(line))
	}
	b.WriteString("</ul>\n")
}

func (w offerPage) say(key string, v ...lang.Values) string {
	return w.phrases.Say(w.language, key, v...)
}

func (w offerPage) moment(at time.Time) string { return lang.Moment(w.language, at.In(w.zone)) }

func (w offerPage) count(key string, n int) string { return w.say(key, lang.Values{"Count": n}) }

func (w offerPage) dated(network string, number int, title string, at time.Time) string {
	return parts(network, strconv.Itoa(number), title, w.moment(at))
}

// parts joins what there is.
func parts(list ...string) string {
	return strings.Join(slices.DeleteFunc(list, func(s string) bool { return s == "" }), " · ")
}

func (w offerPage) offer(o *OfferBrought) string {
	capacity := ""
	if o.Capacity > 0 {
		capacity = w.count("signup_places", o.Capacity)
	}
	dates := make([]string, len(o.Dates))
	for n, d := range o.Dates {
		off := ""
		if d.Cancelled {
			off = w.say("mydata_cancelled")
		}
		dates[n] = parts(lang.Span(w.language, d.Start.In(w.in(o.Zone)), d.End.In(w.in(o.Zone)), d.AllDay), off, d.Title, d.Place, d.Link)
	}
	return parts(append([]string{o.Network, strconv.Itoa(o.Number), w.say("mydata_" + o.Status), o.Title, o.Host, o.Place, o.Link, strings.Join(o.Topics, ", "),
		o.Material, o.Description, capacity, o.Holidays, o.Room.String()}, dates...)...)
}

// in is the zone of that name; that of the page if there is none.
func (w offerPage) in(zone string) *time.Location {
	if z, err := time.LoadLocation(zone); err == nil && zone != "" {
		return z
	}
	return w.zone
}

// said are the rooms where somebody said that they come, and by what.
func (w offerPage) said(ways []WayData) (list []string) {
	for _, one := range ways {
		key := "mydata_said"
		if one.Poll != "" {
			key = "mydata_voted"
		}
		list = append(list, w.say(key, lang.Values{"Room": one.Room.String()}))
	}
	return list
}

// before is how long before a date somebody is reminded: "1 Tag vorher um 08:00
// Uhr".
func (w offerPage) before(r *ReminderData) string {
	var lead []string
	if r.Days > 0 {
		lead = append(lead, w.count("calendar_days", r.Days))
	}
	switch {
	case r.Clock != "" && r.Days == 0:
		return w.say("mydata_day_clock", lang.Values{"Clock": r.Clock})
	case r.Clock != "":
		return w.say("mydata_before_clock", lang.Values{"Lead": lead[0], "Clock": r.Clock})
	case r.Minutes > 0 || r.Days == 0:
		lead = append(lead, w.count("calendar_minutes", r.Minutes))
	}
	return w.say("mydata_before", lang.Values{"Lead": strings.Join(lead, ", ")})
}

// setting is what somebody set for themselves, in words.
func (w offerPage) setting(key, value string) string {
	state := lang.Values{"State": value}
	switch value {
	case store.On:
		state["State"] = w.say("set_on")
	case store.Off:
		state["State"] = w.say("set_off")
	}
	switch key {
	case store.SetNamed:
		return w.say("mydata_set_named", state)
	case store.SetRemind:
		return w.say("mydata_set_remind", state)
	}
	return key + ": " + value
}
