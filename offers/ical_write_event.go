package offers

import (
	"cmp"
	"net/mail"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"buffet/lang"
	"buffet/store"
)

// icalTexts are what all events of an offer say.
type icalTexts struct {
	sequence, stamp string
	description     string
	categories      []string
	organizer       string // a whole line, or ""
	contact         string
}

func (w *icalPublisher) describe(o *store.Offer) icalTexts {
	t := icalTexts{
		sequence:    strconv.Itoa(min(max(o.Revision, 0), 1<<31-1)),
		stamp:       o.Changed.UTC().Format(icalUTCForm),
		description: icalCut(strings.TrimSpace(icalVisible(strings.ReplaceAll(o.Description, "\r\n", "\n"), true)), 4000),
	}
	if host := icalOneLine(o.Host, 200); host != "" {
		if t.organizer = icalOrganizer(host); t.organizer == "" {
			t.contact = host
			line := w.opt.say("offer_calendar_host", lang.Values{"Host": host})
			t.description = strings.TrimSpace(t.description + "\n\n" + line)
		}
	}
	for _, c := range append([]string{w.opt.kind(o.Kind)}, o.Topics...) {
		if c = icalOneLine(c, maxTopic); c != "" {
			t.categories = append(t.categories, c)
		}
	}
	return t
}

// icalAddress is a mail address without any of the old quoting.
var icalAddress = regexp.MustCompile(`^[A-Za-z0-9._+-]+@[A-Za-z0-9.-]+\.[A-Za-z]+$`)

// icalOrganizer is the line for a host with a mail address, "" for any other: an ORGANIZER must have one.
func icalOrganizer(host string) string {
	a, err := mail.ParseAddress(host)
	if err != nil || !icalAddress.MatchString(a.Address) {
		return ""
	}
	return "ORGANIZER;CN=" + icalParamText(cmp.Or(a.Name, a.Address)) + ":mailto:" + (&url.URL{Path: a.Address}).EscapedPath()
}

// event writes one VEVENT.
func (w *icalPublisher) event(o *store.Offer, t *icalTexts, p *icalPiece, zone *icalNamed) {
	w.raw("BEGIN:VEVENT")
	w.raw("UID:", p.uid)
	w.raw("DTSTAMP:", t.stamp)
	w.raw("SEQUENCE:", t.sequence)
	if p.key != nil {
		w.moment("RECURRENCE-ID", *p.key, p.keyDay, zone)
	}
	w.when(p, zone)
	cancelled := p.cancelled || o.Status != store.OfferActive
	status := "CONFIRMED"
	if cancelled {
		status = "CANCELLED"
	}
	w.raw("STATUS:", status)
	title := icalOneLine(cmp.Or(p.title, o.Title), 200)
	w.text("SUMMARY", title)
	if t.description != "" {
		w.text("DESCRIPTION", t.description)
	}
	if place := icalOneLine(store.Own(p.location, o.Location), 200); place != "" {
		w.text("LOCATION", place)
	}
	if link := icalLink(store.Own(p.url, o.URL)); link != "" {
		w.raw("URL:", strings.ReplaceAll(link, `\`, "%5C"))
	}
	w.texts("CATEGORIES", t.categories)
	if t.contact != "" {
		w.text("CONTACT", t.contact)
	}
	if t.organizer != "" {
		w.raw(t.organizer)
	}
	if w.opt.Alarm > 0 && !cancelled {
		w.alarm(title, p.allDay)
	}
	w.raw("END:VEVENT")
}

// alarm for a whole day, which begins at midnight, rings at nine the morning before.
func (w *icalPublisher) alarm(title string, allDay bool) {
	before := int64(w.opt.Alarm / time.Second)
	if allDay {
		before = 15 * 3600
	}
	w.raw("BEGIN:VALARM")
	w.raw("ACTION:DISPLAY")
	w.text("DESCRIPTION", title)
	w.raw("TRIGGER:-", icalDurationText(0, before))
	w.raw("END:VALARM")
}

// when writes all about time but the key.
func (w *icalPublisher) when(p *icalPiece, zone *icalNamed) {
	start := p.start
	if p.rule == "" && !p.allDay { // an hour that the clocks skip is only of use to a rule
		start.wall = icalWall(start.at, zone.loc)
	}
	switch {
	case p.rule == "" && !p.allDay && icalTwice(start.at, zone.loc):
		w.raw("DTSTART:", start.at.UTC().Format(icalUTCForm))
	default:
		w.moment("DTSTART", start, p.allDay, zone)
	}
	end := start.at.Add(time.Duration(p.secs) * time.Second)
	switch wall := icalWall(end, zone.loc); {
	case p.allDay:
		w.moment("DTEND", icalPlanned{wall: start.wall.AddDate(0, 0, max(p.days, 1))}, true, zone)
	case p.days == 0 && p.secs == 0:
	case p.days == 0 && !icalTwice(end, zone.loc):
		w.moment("DTEND", icalPlanned{wall, end}, false, zone)
	default: // nominal days, and ends in the hour that the clocks show twice
		w.raw("DURATION:", icalDurationText(p.days, p.secs))
	}
	if p.rule != "" {
		w.raw("RRULE:", p.rule)
	}
	for _, d := range p.plus {
		if p.allDay {
			w.moment("RDATE", d, true, zone)
		} else { // libical takes the hours of an RDATE for UTC, whatever its TZID
			w.raw("RDATE:", d.at.UTC().Format(icalUTCForm))
		}
	}
	for _, d := range p.minus {
		w.moment("EXDATE", d, p.allDay, zone)
	}
}

// icalTwice tells whether clocks show the same at another instant, too. By RFC 5545 3.3.5 the first of the two is meant;
// most programs take the second.
func icalTwice(at time.Time, loc *time.Location) bool {
	begin, end := at.In(loc).ZoneBounds()
	for _, turn := range []time.Time{begin, end} {
		if turn.IsZero() {
			continue
		}
		_, before := turn.Add(-time.Second).In(loc).Zone()
		_, after := turn.In(loc).Zone()
		back := time.Duration(before-after) * time.Second
		if d := at.Sub(turn); back > 0 && d >= -back && d < back {
			return true
		}
	}
	return false
}

// moment writes a property that is a date, or a time: in its zone if that tells it, else in UTC.
func (w *icalPublisher) moment(name string, p icalPlanned, day bool, zone *icalNamed) {
	switch {
	case day:
		w.raw(name, ";VALUE=DATE:", p.wall.Format(icalDateForm))
	case zone.loc == time.UTC || !icalResolve(p.wall, zone.loc).Equal(p.at):
		w.raw(name, ":", p.at.UTC().Format(icalUTCForm))
	case strings.ContainsAny(zone.tzid, " ()."):
		w.raw(name, ";TZID=", icalParamText(zone.tzid), ":", p.wall.Format(icalLocalForm))
	default:
		w.raw(name, ";TZID=", zone.tzid, ":", p.wall.Format(icalLocalForm))
	}
}
