package commands

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"buffet/lang"
	"buffet/offers"
	"buffet/store"
)

// offerFields is an offer in words, each field by its name on a line of its
// own, and what was not said.
func (t *Table) offerFields(language string, n Network, d *offers.Draft) *lang.Text {
	text := new(lang.Text)
	var missing []string
	add := func(field, value string) {
		name := t.phrases.Say(language, "bring_field_"+field)
		if value == "" {
			missing = append(missing, name)
			return
		}
		text.Line().Say("• **" + name + ":** ").Raw(value)
	}
	add("title", d.Title)
	if d.Help == "" {
		add("when", t.whenWords(language, n, d))
		add("place", t.placeWords(language, d.Location))
	}
	if d.URL != "" {
		add("link", d.URL)
	}
	add("kind", t.phrases.Say(language, "kind_"+d.Kind))
	add("topics", strings.Join(d.Topics, ", "))
	if d.Help == "" {
		places := ""
		if d.Capacity > 0 {
			places = strconv.Itoa(d.Capacity)
		}
		add("places", places)
	}
	add("host", d.Host)
	if d.Description != "" || d.Help == "" {
		add("description", d.Description)
	}
	if d.Material != "" {
		add("material", d.Material)
	}
	if len(missing) > 0 {
		text.Line().Add(t.phrases.Text(language, "bring_missing", lang.Values{"Fields": strings.Join(missing, ", ")}))
	}
	return text
}

// knownTopics takes what was read as a place or a description, but is nothing
// but topics that the network already has, as these.
func (c *Call) knownTopics(ctx context.Context, tx *store.Tx, d *offers.Draft) error {
	if d.Help != "" {
		return nil
	}
	all, err := store.Topics(ctx, tx, c.Network.Name, c.Now)
	if err != nil {
		return err
	}
	for _, text := range []*string{&d.Location, &d.Description} {
		words := strings.FieldsFunc(*text, func(r rune) bool { return r == ',' || r == '\n' })
		other := func(w string) bool {
			return !slices.ContainsFunc(all, func(topic string) bool { return fold(topic) == fold(strings.TrimSpace(w)) })
		}
		if len(words) == 0 || slices.ContainsFunc(words, other) {
			continue
		}
		for _, w := range words {
			d.Topics = append(d.Topics, strings.TrimSpace(w))
		}
		*text = ""
	}
	return nil
}

// placeWords is a place; of a link that it is online.
func (t *Table) placeWords(language, place string) string {
	if strings.Contains(place, "://") {
		return t.phrases.Say(language, "offer_online") + ", " + place
	}
	return place
}

// whenWords is the date in words, with what of it was not said.
func (t *Table) whenWords(language string, n Network, d *offers.Draft) string {
	if d.When.Start.IsZero() {
		return ""
	}
	words := d.When.Words(t.phrases, language, n.Zone)
	switch {
	case d.When.Open:
		words += " " + t.phrases.Say(language, "bring_no_time")
	case !d.When.AllDay && !d.When.End.After(d.When.Start):
		words += " " + t.phrases.Say(language, "bring_no_end")
	}
	if d.Holidays != "" {
		words += ", " + t.phrases.Say(language, "bring_holidays", lang.Values{"Region": t.region(d.Holidays, language)})
	}
	return words
}

// correct takes a text as a correction of what somebody brings: "wann 4.12. 15
// Uhr", "ort: Rathaus", "ohne Namen", several by comma or line. It is false if
// it is none. bare: without a colon, too; field is one that was named alone.
func (c *Call) correct(ctx context.Context, tx *store.Tx, s *bringing, text string, bare bool) (field offers.Field, ok bool, err error) {
	for _, one := range corrections(text, bare) {
		f, value, named := offers.ReadField(one, bare)
		switch {
		case unnamedWords(one):
			s.Unnamed, s.Draft.Host, ok = true, "", true
		case feastWords(one):
			s.Feasts, ok = true, true
		case !named, misread(one, f, value):
			return "", false, nil
		case value == "":
			return f, true, nil
		default:
			if err := c.setField(s, f, value); err != nil {
				return "", true, err
			}
			ok = true
		}
	}
	if ok {
		err = c.fillIn(ctx, tx, s)
	}
	return "", ok, err
}

// misread tells whether a text without a colon only looks like a field:
// "Platz der Republik", "Art déco".
func misread(text string, f offers.Field, value string) bool {
	_, _, labelled := offers.ReadField(text, false)
	if labelled || value == "" || isNone(value) {
		return false
	}
	switch f {
	case offers.FieldPlaces:
		_, ok := offers.CapacityOf(value, true)
		return !ok
	case offers.FieldKind:
		return offers.KindOf(value) == ""
	}
	return false
}

// setField sets one field of what somebody brings.
func (c *Call) setField(s *bringing, f offers.Field, value string) error {
	if isNone(value) {
		s.clear(string(f))
		if f == offers.FieldHost {
			s.Unnamed = true
		}
		return nil
	}
	switch f {
	case offers.FieldWhen:
		w, err := lang.ReadWhen(c.Lang, value, c.Now.In(c.Network.Zone))
		if err != nil {
			return err
		}
		s.Draft.When = w
		return nil
	case offers.FieldHost:
		s.Unnamed = false
	case offers.FieldPlace:
		s.Draft.Location = ""
	}
	if !s.Draft.Set(f, value) {
		key := "native_kind"
		if f == offers.FieldPlaces {
			key = "bring_places"
		}
		return c.wrong(key)
	}
	return s.checkParts(c)
}

// corrections cuts a text where the next field begins.
func corrections(text string, bare bool) (list []string) {
	for line := range strings.SplitSeq(text, "\n") {
		fresh := true
		for part := range strings.SplitSeq(line, ",") {
			_, _, named := offers.ReadField(part, bare)
			if fresh || named || unnamedWords(part) || feastWords(part) {
				list = append(list, strings.TrimSpace(part))
			} else {
				list[len(list)-1] += "," + part
			}
			fresh = false
		}
	}
	return list
}

func unnamedWords(s string) bool {
	switch fold(strings.Trim(strings.TrimSpace(s), ".!,")) {
	case "ohne namen", "ohne meinen namen", "ohne name", "anonym", "without name", "without my name", "without a name", "anonymous", "anonymously":
		return true
	}
	return false
}

func feastWords(s string) bool {
	switch fold(strings.Trim(strings.TrimSpace(s), ".!,")) {
	case "auch an feiertagen", "auch am feiertag", "auch feiertags", "also on holidays", "also on public holidays", "including holidays":
		return true
	}
	return false
}

// isNone is what people say where nothing is to stand.
func isNone(s string) bool {
	switch fold(strings.Trim(strings.TrimSpace(s), ".!")) {
	case "-", "–", "weg", "leer", "keine", "keiner", "keins", "kein", "nichts", "nein", "none", "nothing", "no", "empty", "remove":
		return true
	}
	return false
}
