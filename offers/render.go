package offers

import (
	"net/url"
	"strconv"
	"strings"
	"time"

	"buffet/lang"
	"buffet/store"
)

// View is for whom something is rendered: their language, the zone they read
// times in, how they begin a command, and the instant they read it.
type View struct {
	Phrases *lang.Phrases
	Lang    string
	Zone    *time.Location
	Prefix  string
	Now     time.Time
}

// What is longer than this many runes is cut: a calendar from outside must not
// fill the room.
const (
	maxTitle       = 120
	maxPlace       = 100
	maxHost        = 80
	maxTopic       = 40
	maxTopics      = 5
	maxDescription = 1500
	maxAddress     = 500 // bytes; a cut address would lead nowhere
)

func (v View) say(key string, values ...lang.Values) string {
	return v.Phrases.Say(v.Lang, key, values...)
}

func (v View) kind(kind string) string {
	switch kind {
	case KindInformation, KindTraining, KindExchange, KindHelp:
		return v.say("kind_" + kind)
	}
	return clip(kind, maxTopic)
}

// zone is where a date's hours are read. Whole days belong to the calendar
// they stand in, so they are read in its zone.
func (v View) zone(i Item) *time.Location {
	if i.AllDay && i.Zone != "" {
		if own, err := time.LoadLocation(i.Zone); err == nil {
			return own
		}
	}
	return v.Zone
}

// when is a date in short: "Do, 3. Dez, 14:00–15:30 Uhr"; of what is looked for
// or to be given until it is closed, that.
func (v View) when(i Item) string {
	if i.Help != "" {
		return v.say("offer_help_" + i.Help)
	}
	zone := v.zone(i)
	from, to, now := i.Start.In(zone), i.End.In(zone), v.Now.In(zone)
	last := to
	if i.AllDay {
		last = to.Add(-time.Minute) // the end of whole days is exclusive (RFC 5545 3.6.1)
	}
	oneDay := !last.After(from) || (last.Year() == from.Year() && last.YearDay() == from.YearDay())
	first := lang.ShortDay(v.Lang, from, now)
	switch {
	case i.AllDay && oneDay:
		return first
	case i.AllDay:
		return first + " – " + lang.ShortDay(v.Lang, last, now)
	case oneDay || to.Sub(from) < 12*time.Hour: // a late evening is still one date
		return first + ", " + lang.Hours(v.Lang, from, to)
	}
	return first + ", " + lang.Hours(v.Lang, from, from) + " – " + lang.ShortDay(v.Lang, to, now) + ", " + lang.Hours(v.Lang, to, to)
}

// item is a date in two lines: what and when; then kind, host, place, topics.
func (v View) item(t *lang.Text, i Item) {
	number := strconv.Itoa(i.Number)
	if i.Seat > 0 { // two numbers beside each other want a word between them
		number = strings.TrimSpace(SeatSign(i.Seat) + " " + v.say("signup_number", lang.Values{"Number": i.Number}))
	}
	t.Raw(number + " · " + v.when(i) + " · ").Bold(clip(i.Title, maxTitle))
	if i.Status != store.OfferActive {
		t.Raw(" · ").Say(v.say("offer_off_" + i.Status))
	}
	if places := v.places(i); places != "" {
		t.Raw(" · ").Say(places)
	}
	parts := v.about(i, false)
	for n, part := range parts {
		if n == 0 {
			t.Line()
		} else {
			t.Raw(" · ")
		}
		t.Add(part)
	}
}

// about is what else there is to say about a date, piece by piece. both: the
// link also if there is a place.
func (v View) about(i Item, both bool) []*lang.Text {
	var parts []*lang.Text
	raw := func(s string) {
		if s != "" {
			parts = append(parts, new(lang.Text).Raw(s))
		}
	}
	if i.Help == "" { // which says it better
		raw(v.kind(i.Kind))
	}
	raw(clip(i.Host, maxHost))
	online := address(i.Location)
	switch {
	case online != "":
		parts = append(parts, new(lang.Text).Link(v.say("offer_online"), online))
	default:
		raw(clip(i.Location, maxPlace))
	}
	if link := address(i.URL); link != "" && link != online && (both || i.Location == "") {
		parts = append(parts, new(lang.Text).Link(v.say("offer_link"), link))
	}
	var topics []string
	for _, topic := range i.Topics[:min(len(i.Topics), maxTopics)] {
		topics = append(topics, clip(topic, maxTopic))
	}
	if len(topics) > 0 {
		raw(v.say("offer_topics", lang.Values{"Count": len(topics)}) + " " + strings.Join(topics, ", "))
	}
	return parts
}

// address is s if it is a link that may be shown; a link to a person would
// mention them.
func address(s string) string {
	s = strings.TrimSpace(s)
	u, err := url.Parse(s)
	if err != nil || len(s) > maxAddress || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") ||
		strings.EqualFold(u.Hostname(), "matrix.to") || strings.ContainsAny(s, " \t\n") {
		return ""
	}
	return s
}

// clip makes one line of at most n runes.
func clip(s string, n int) string {
	s = strings.Join(strings.Fields(s), " ")
	if r := []rune(s); len(r) > n {
		return strings.TrimRight(string(r[:n-1]), " ") + "…"
	}
	return s
}

// RenderOffer is the answer to "angebot 3": everything there is to say.
func RenderOffer(v View, o *Offer) *lang.Text {
	t := new(lang.Text)
	t.Raw(strconv.Itoa(o.Number) + " · ").Bold(clip(o.Title, 2*maxTitle))
	if o.Help != "" {
		return v.renderHelp(t, o)
	}
	switch {
	case o.Joined != 0:
		t.Line().Say(v.say("join_same", lang.Values{"Number": o.Joined, "Command": v.Prefix + v.say("offer_command_one") + " " + strconv.Itoa(o.Joined)}))
	case o.Status == store.OfferWithdrawn && o.Source == SourceMember:
		t.Line().Say(v.say("offer_taken_back"))
	case o.Status != store.OfferActive:
		t.Line().Say(v.say("offer_gone_" + o.Status))
	}
	v.dates(t, o)
	first := newItem(&o.Offer, store.Occurrence{})
	if len(o.Next) > 0 {
		first = o.Next[0]
	}
	for _, part := range v.about(first, true) {
		t.Line().Add(part)
	}
	if link := address(o.Material); link != "" {
		t.Line().Link(v.say("after_material"), link)
	}
	if text := o.Description; text != "" {
		if r := []rune(text); len(r) > maxDescription {
			text = strings.TrimSpace(string(r[:maxDescription])) + "…"
		}
		t.Line().Line().Raw(text)
	}
	return t
}

func (v View) dates(t *lang.Text, o *Offer) {
	if o.Status == store.OfferWithdrawn {
		return
	}
	if words := v.rule(o); words != "" {
		t.Line().Raw(words)
		if region, ok := RegionOf(o.Holidays); ok {
			t.Raw(" ").Say(v.say("native_holidays", lang.Values{"Region": region.Name(v.Lang)}))
		}
	}
	if len(o.Next) == 0 {
		t.Line().Say(v.say("offer_over"))
		if o.Last != nil {
			t.Raw(" ").Say(v.say("offer_last", lang.Values{"When": v.Span(*o.Last)}))
		}
		return
	}
	for _, i := range o.Next {
		t.Line()
		zone := v.zone(i)
		t.Raw(lang.Span(v.Lang, i.Start.In(zone), i.End.In(zone), i.AllDay))
		if own := v.elsewhere(i); own != "" {
			t.Raw(" ").Say(own)
		}
		if i.Status == store.OfferCancelled && o.Status == store.OfferActive {
			t.Raw(" · ").Say(v.say("offer_off_cancelled"))
		} else if i.Capacity > 0 || i.Going > 0 {
			t.Raw(" · ").Say(v.Numbers(i))
		}
		if i.Title != o.Title {
			t.Raw(" · " + clip(i.Title, maxTitle))
		}
		if i.Location != o.Next[0].Location {
			t.Raw(" · " + clip(i.Location, maxPlace))
		}
	}
	if o.More {
		t.Line().Say(v.say("offer_more_dates"))
	}
}

// elsewhere is the hour on the offer's own clock, if that shows another one.
func (v View) elsewhere(i Item) string {
	own, err := time.LoadLocation(i.Zone)
	if err != nil || i.Zone == "" || i.AllDay {
		return ""
	}
	here, there := i.Start.In(v.Zone), i.Start.In(own)
	_, a := here.Zone()
	if _, b := there.Zone(); a == b {
		return ""
	}
	return v.say("offer_own_zone", lang.Values{"When": lang.Hours(v.Lang, there, i.End.In(own)), "Zone": i.Zone})
}
