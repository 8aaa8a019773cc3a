package offers

import (
	"regexp"
	"slices"
	"strings"
)

// Field is a part of an offer that people can name.
type Field string

// The fields of an offer as people type it.
const (
	FieldTitle  Field = "title"
	FieldWhen   Field = "when"
	FieldPlace  Field = "place"
	FieldLink   Field = "link"
	FieldKind   Field = "kind"
	FieldTopics Field = "topics"
	FieldPlaces Field = "places"
	FieldHost   Field = "host"

	FieldDescription Field = "description"
)

// fieldWords are the names of the fields, in either language, folded.
func fieldWords() map[string]Field {
	return map[string]Field{
		"titel": FieldTitle, "title": FieldTitle, "name": FieldTitle,
		"wann": FieldWhen, "when": FieldWhen, "datum": FieldWhen, "date": FieldWhen, "termin": FieldWhen, "zeit": FieldWhen, "uhrzeit": FieldWhen, "time": FieldWhen,
		"ort": FieldPlace, "wo": FieldPlace, "where": FieldPlace, "place": FieldPlace, "location": FieldPlace, "treffpunkt": FieldPlace, "adresse": FieldPlace,
		"address": FieldPlace, "venue": FieldPlace,
		"link": FieldLink, "url": FieldLink, "webseite": FieldLink, "website": FieldLink,
		"art": FieldKind, "kind": FieldKind, "type": FieldKind, "format": FieldKind,
		"thema": FieldTopics, "themen": FieldTopics, "topic": FieldTopics, "topics": FieldTopics, "stichwort": FieldTopics, "stichworte": FieldTopics, "tags": FieldTopics,
		"plaetze": FieldPlaces, "platz": FieldPlaces, "places": FieldPlaces, "seats": FieldPlaces, "capacity": FieldPlaces, "kapazitaet": FieldPlaces, "teilnehmende": FieldPlaces,
		"von": FieldHost, "by": FieldHost, "host": FieldHost, "veranstalter": FieldHost, "veranstalterin": FieldHost, "gastgeber": FieldHost, "gastgeberin": FieldHost,
		"beschreibung": FieldDescription, "description": FieldDescription, "text": FieldDescription, "inhalt": FieldDescription, "details": FieldDescription, "worum": FieldDescription,
	}
}

var label = regexp.MustCompile(`(?s)^\s*(\p{L}[\p{L}\p{M}]{1,20})\s*:(?:\s+|([^/\s]))(.*)$`)

// ReadField reads "ort: Rathaus", and, if bare says so, "ort Rathaus" as well.
func ReadField(text string, bare bool) (f Field, value string, ok bool) {
	if m := label.FindStringSubmatch(text); m != nil {
		if f, ok = fieldWords()[fold(m[1], true)]; ok {
			return f, strings.TrimSpace(m[2] + m[3]), true
		}
		return "", "", false
	}
	word, rest, _ := strings.Cut(strings.TrimSpace(text), " ")
	named := fold(strings.TrimSuffix(word, ":"), true)
	if f, ok = fieldWords()[named]; ok && (bare && slices.Contains(bareWords(), named) || strings.HasSuffix(word, ":")) {
		return f, strings.TrimSpace(rest), true
	}
	return "", "", false
}

// bareWords are those that name a field without a colon, too.
func bareWords() []string {
	return []string{"titel", "title", "wann", "when", "datum", "termin", "ort", "wo", "where", "place", "link", "url", "art", "kind", "thema", "themen",
		"topic", "topics", "plaetze", "places", "seats", "von", "by", "host", "beschreibung", "description"}
}

// labelOf is the field that a text with a colon names, or "".
func labelOf(text string) Field {
	f, _, _ := ReadField(text, false)
	return f
}

// Set reads a field's value into a draft, but for FieldWhen. It is false if the
// value cannot be one.
func (d *Draft) Set(f Field, value string) bool {
	value = strings.TrimSpace(value)
	switch f {
	case FieldTitle:
		d.Title = unquote(value)
	case FieldPlace:
		d.setPlace(value)
	case FieldLink:
		if link, _ := linkIn(value); link != "" {
			value = link
		}
		d.URL = withScheme(value)
	case FieldKind:
		kind := KindOf(value)
		if kind == "" {
			return false
		}
		d.Kind = kind
	case FieldTopics:
		d.Topics = topicsOf(value, true)
	case FieldPlaces:
		n, ok := CapacityOf(value, true)
		if !ok {
			return false
		}
		d.Capacity = n
	case FieldHost:
		d.Host = unquote(value)
	case FieldDescription:
		d.Description = value
	default:
		return false
	}
	return true
}

// setPlace takes a place or a link to one; "online" with a link is that link.
func (d *Draft) setPlace(value string) {
	link, rest := linkIn(value)
	switch {
	case link == "":
		d.Location = unquote(value)
		if online.MatchString(fold(value, true)) && meeting(d.URL) {
			d.Location, d.URL = d.URL, ""
		}
	case rest == "" || online.MatchString(fold(rest, true)):
		d.Location = link
	default:
		d.Location, d.URL = unquote(strings.Trim(rest, " ,;–-")), link
	}
}

// meeting tells whether people meet at that address, rather than read there.
func meeting(link string) bool {
	link = strings.ToLower(link)
	return slices.ContainsFunc([]string{"zoom.", "meet.", "jitsi", "bbb", "bigbluebutton", "teams.", "webex", "senfcall", "gotomeet", "whereby.", "edudip", "talk.", "konferenz", "/call/"},
		func(s string) bool { return strings.Contains(link, s) })
}

var hashtag = regexp.MustCompile(`(?:^|\s)#(\p{L}[\p{L}\p{M}\p{N}_-]*)`)

// topicsOf cuts a list of topics; joined says that "und" is between two, too.
func topicsOf(value string, joined bool) (list []string) {
	if tags := hashtag.FindAllStringSubmatch(value, -1); len(tags) > 0 && strings.TrimSpace(hashtag.ReplaceAllString(value, "")) == "" {
		for _, t := range tags {
			list = append(list, t[1])
		}
		return list
	}
	cut := `\s*[,;/\n]\s*`
	if joined {
		cut = `\s*[,;/\n&]\s*|\s+(?:und|and)\s+`
	}
	for _, t := range regexp.MustCompile(cut).Split(value, -1) {
		if t = strings.TrimSpace(strings.TrimLeft(strings.TrimSpace(t), "#")); t != "" {
			list = append(list, t)
		}
	}
	return list
}
