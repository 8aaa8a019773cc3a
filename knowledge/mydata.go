package knowledge

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"strings"
	"time"

	"maunium.net/go/mautrix/id"

	"buffet/lang"
	"buffet/store"
)

// PersonData is everything that is stored about a person.
type PersonData struct {
	Person        id.UserID            `json:"person"`
	Made          time.Time            `json:"made"`
	Contributions []ContributionData   `json:"contributions"`
	Consents      []store.Consent      `json:"consents"`
	Topics        []store.Expert       `json:"topics"`
	Marks         []MarkData           `json:"marks"`
	Subscriptions []store.Subscription `json:"subscriptions"` // to digests
	Quotes        []store.Quote        `json:"quotes"`        // in digests
	OfferData
	Unfinished json.RawMessage `json:"unfinished,omitempty"` // a card that is being filled in
}

// ContributionData is one contribution as its author gets it.
type ContributionData struct {
	ID       int64      `json:"id"`
	Kind     string     `json:"kind"`
	Number   int        `json:"number,omitempty"`
	Network  string     `json:"network"`
	Room     id.RoomID  `json:"room,omitempty"`
	Event    id.EventID `json:"event,omitempty"`
	Audience string     `json:"audience"`
	Name     string     `json:"name,omitempty"`
	Title    string     `json:"title,omitempty"`
	Text     string     `json:"text"`
	Sent     time.Time  `json:"sent"`
	Closed   *time.Time `json:"closed,omitempty"`
}

// MarkData is a reaction, or a message with a word, of theirs that took effect.
type MarkData struct {
	Room  id.RoomID  `json:"room,omitempty"`
	Event id.EventID `json:"event"`
	What  string     `json:"what"`
	At    time.Time  `json:"at"`
}

// MyData gathers everything that is stored about a person.
func MyData(ctx context.Context, q store.Querier, user id.UserID, now time.Time) (*PersonData, error) {
	d := &PersonData{Person: user, Made: now.UTC(), Contributions: []ContributionData{}, Consents: []store.Consent{}, Topics: []store.Expert{},
		Marks: []MarkData{}, Subscriptions: []store.Subscription{}, Quotes: []store.Quote{}}
	list, err := store.ContributionsBy(ctx, q, user)
	if err != nil {
		return nil, err
	}
	for _, c := range list {
		one := ContributionData{ID: c.ID, Kind: c.Kind, Number: c.Number, Network: c.Network, Room: c.Room, Event: c.Event,
			Audience: c.Audience, Name: c.Name, Title: c.Title, Text: c.Body, Sent: c.Sent}
		if !c.Closed.IsZero() {
			one.Closed = &c.Closed
		}
		d.Contributions = append(d.Contributions, one)
	}
	consents, err := store.ConsentsOf(ctx, q, user)
	if err != nil {
		return nil, err
	}
	d.Consents = append(d.Consents, consents...)
	topics, err := store.Experts(ctx, q, "", user)
	if err != nil {
		return nil, err
	}
	d.Topics = append(d.Topics, topics...)
	marks, err := store.MarksBy(ctx, q, user)
	if err != nil {
		return nil, err
	}
	for _, m := range marks {
		d.Marks = append(d.Marks, MarkData{Room: m.Room, Event: m.Event, What: m.What, At: m.At})
	}
	subscriptions, err := store.SubscriptionsOf(ctx, q, user)
	if err != nil {
		return nil, err
	}
	d.Subscriptions = append(d.Subscriptions, subscriptions...)
	quotes, err := store.QuotesOf(ctx, q, user)
	if err != nil {
		return nil, err
	}
	d.Quotes = append(d.Quotes, quotes...)
	if err := d.read(ctx, q, user); err != nil {
		return nil, err
	}
	switch dialog, err := store.DialogOf(ctx, q, user); {
	case err == nil:
		d.Unfinished = json.RawMessage(dialog.Content)
	case !errors.Is(err, store.ErrNotFound):
		return nil, err
	}
	return d, nil
}

// JSON is the data for programs.
func (d *PersonData) JSON() ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	err := e.Encode(d)
	return b.Bytes(), err
}

// HTML is the data for people: a page of its own, without anything to load.
func (d *PersonData) HTML(p *lang.Phrases, language string, zone *time.Location) []byte {
	say := func(key string, v ...lang.Values) string { return html.EscapeString(p.Say(language, key, v...)) }
	var b strings.Builder
	fmt.Fprintf(&b, "<!doctype html>\n<html lang=%q><meta charset=\"utf-8\"><title>%s</title>\n"+
		"<style>body{font:16px/1.5 sans-serif;max-width:42em;margin:2em auto;padding:0 1em}pre{white-space:pre-wrap;font:inherit}</style>\n",
		language, say("know_data_title"))
	fmt.Fprintf(&b, "<h1>%s</h1>\n<p>%s · %s</p>\n<h2>%s (%d)</h2>\n", say("know_data_title"), html.EscapeString(d.Person.String()),
		html.EscapeString(lang.Moment(language, d.Made.In(zone))), say("know_data_contributions"), len(d.Contributions))
	for _, c := range d.Contributions {
		name := p.Say(language, "know_unnamed")
		if c.Name != "" {
			name = p.Say(language, "know_named", lang.Values{"Name": c.Name})
		}
		kind := strings.TrimSpace(p.Say(language, "know_kind_"+c.Kind) + " " + Number(store.Contribution{Kind: c.Kind, Number: c.Number}, language))
		fmt.Fprintf(&b, "<h3>%s · %s · %s</h3>\n<p>%s</p>\n<pre>%s</pre>\n", html.EscapeString(kind), html.EscapeString(c.Network),
			html.EscapeString(lang.Moment(language, c.Sent.In(zone))), say("know_state_"+c.Audience, lang.Values{"Name": name}), html.EscapeString(c.Text))
	}
	fmt.Fprintf(&b, "<h2>%s (%d)</h2>\n<ul>\n", say("know_data_topics"), len(d.Topics))
	for _, t := range d.Topics {
		fmt.Fprintf(&b, "<li>%s · %s · %s</li>\n", html.EscapeString(t.Network), html.EscapeString(t.Topic), html.EscapeString(t.Name))
	}
	fmt.Fprintf(&b, "</ul>\n<h2>%s (%d)</h2>\n<ul>\n", say("know_data_consents"), len(d.Consents))
	for _, c := range d.Consents {
		fmt.Fprintf(&b, "<li>%s · %s</li>\n", html.EscapeString(lang.Moment(language, c.At.In(zone))), say("know_said_"+c.Said))
	}
	fmt.Fprintf(&b, "</ul>\n<h2>%s (%d)</h2>\n<ul>\n", say("know_data_marks"), len(d.Marks))
	for _, m := range d.Marks {
		what, _, _ := strings.Cut(m.What, "/")
		fmt.Fprintf(&b, "<li>%s · %s · %s</li>\n", html.EscapeString(lang.Moment(language, m.At.In(zone))), say("know_mark_"+what), html.EscapeString(m.Room.String()))
	}
	b.WriteString("</ul>\n")
	d.digestsHTML(&b, say, func(at time.Time) string { return html.EscapeString(lang.Moment(language, at.In(zone))) })
	d.html(&b, p, language, zone)
	if len(d.Unfinished) > 0 {
		fmt.Fprintf(&b, "<h2>%s</h2>\n<pre>%s</pre>\n", say("know_data_unfinished"), html.EscapeString(string(d.Unfinished)))
	}
	return []byte(b.String())
}

// digestsHTML is what digests have to do with a person.
func (d *PersonData) digestsHTML(b *strings.Builder, say func(string, ...lang.Values) string, moment func(time.Time) string) {
	fmt.Fprintf(b, "<h2>%s (%d)</h2>\n<ul>\n", say("know_data_subscriptions"), len(d.Subscriptions))
	for _, s := range d.Subscriptions {
		what := say("know_data_sub_network")
		if s.Room != "" {
			what = say("know_data_sub_room") + " " + html.EscapeString(s.Room.String())
		}
		fmt.Fprintf(b, "<li>%s · %s · %s</li>\n", moment(s.At), html.EscapeString(s.Network), what)
	}
	fmt.Fprintf(b, "</ul>\n<h2>%s (%d)</h2>\n<ul>\n", say("know_data_quotes"), len(d.Quotes))
	for _, k := range d.Quotes {
		text := html.EscapeString(k.Text)
		if k.Text == "" {
			text = say("know_data_quote_empty")
		}
		fmt.Fprintf(b, "<li>%s · %s · %s<br>%s</li>\n", moment(k.Made), html.EscapeString(k.Network), say("know_data_quote_"+k.State), text)
	}
	b.WriteString("</ul>\n")
}

// SameTopic tells whether two names of a topic share a word in any form.
func SameTopic(a, b string) bool {
	stems := map[string]bool{}
	for _, t := range lang.Tokens(a) {
		if !lang.IsStop([]byte(t.Word)) {
			stems[lang.Stem(t.Word)] = true
		}
	}
	for _, t := range lang.Tokens(b) {
		if !lang.IsStop([]byte(t.Word)) && stems[lang.Stem(t.Word)] {
			return true
		}
	}
	return false
}
