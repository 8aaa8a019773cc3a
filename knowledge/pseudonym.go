package knowledge

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

var (
	personLink = regexp.MustCompile(`(?i)\b(?:https?://)?matrix\.to/#/\S+|\bmatrix:(?:u|r|roomid|user|room)/\S+`)
	mail       = regexp.MustCompile(`(?i)(?:mailto:)?[\p{L}\p{N}._%+'-]+@[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+`)
	matrixID   = regexp.MustCompile(`[@!#$][^\s:@,;()<>"']{1,255}:(?:\[[0-9a-fA-F:.]+\]|[A-Za-z0-9][A-Za-z0-9.-]*)(?::\d{1,5})?`)
	// with a country or a leading zero; years, sums of money and dates with dots are none
	phone = regexp.MustCompile(`(?:\+|\b00)[1-9](?:[ \t./()-]{0,3}\d){6,14}\b|\(?\b0[1-9](?:[ \t/()-]{0,3}\d){5,12}\b`)

	address = regexp.MustCompile(`(?i)\b(?:[a-z][a-z0-9+.-]*://|www\.)[^\s<>"]*[^\s<>".,;:!?()\[\]{}'«»„“”…*_]`)

	addressed   = regexp.MustCompile(`\b(?:Frau|Herrn?|Fr\.|Hr\.|Familie|Mrs?\.?|Ms\.?) (?:Dr\. |Prof\. )?(\p{Lu}\p{Ll}+(?:-\p{Lu}\p{Ll}+)*)`)
	placeholder = regexp.MustCompile(`\[(?:link|url|mail|id|phone|word)\d+\]|\b(?:P\d+)+`)
)

// hiding is a rule of what reaches people.
type hiding struct {
	kind    string
	pattern *regexp.Regexp
}

func hidings() []hiding {
	return []hiding{{"link", personLink}, {"mail", mail}, {"id", matrixID}, {"phone", phone}}
}

// Pseudonymise takes out of a text what reaches a person: links to people and
// rooms of Matrix, Matrix ids and aliases, mail addresses and phone numbers.
// Placeholders stand in their places. Names stay: no rule knows them.
func Pseudonymise(text string) string {
	for _, h := range hidings() {
		text = h.pattern.ReplaceAllLiteralString(text, "["+h.kind+"]")
	}
	return text
}

// Person is somebody who takes part in a talk.
type Person struct {
	ID   string // a Matrix id, or whatever else is the same each time
	Name string
}

// Pseudonyms stand for people, and for what reaches them, in the texts of one
// talk: P1, P2 … for names, [mail1], [phone1], [id1], [link1] and, for all
// other addresses, [url1]. They can be put back. What looks like one of them
// already is [word1].
type Pseudonyms struct {
	names  *nameIndex
	people map[string]string // id -> placeholder
	count  map[string]int    // kind -> how many there are
	given  map[string]string // kind and what stood there -> placeholder
}

// NewPseudonyms knows the people of a talk, P1 being the first, and names of
// others that may come up in it. Of a name, words that are also everyday words
// ("Will") or have less than three letters are hidden only as part of the
// whole of it.
func NewPseudonyms(people []Person, names []string) *Pseudonyms {
	p := &Pseudonyms{names: newNameIndex(), people: map[string]string{}, count: map[string]int{}, given: map[string]string{}}
	number, seen := map[string]int{}, map[Person]bool{}
	for _, one := range people {
		if seen[one] {
			continue
		}
		seen[one] = true
		n := number[one.ID]
		if n == 0 {
			n = p.next("P")
			number[one.ID], p.people[one.ID] = n, fmt.Sprintf("P%d", n)
		}
		p.names.add(one.Name, n) // some change theirs
		if local, _, ok := strings.Cut(strings.TrimPrefix(one.ID, "@"), ":"); ok && one.ID[0] == '@' {
			p.names.add(local, n)
		}
	}
	for _, name := range names {
		first, _ := person(name)
		if left := p.names.replace(first, func(int, string) string { return "" }); !strings.ContainsFunc(left, unicode.IsLetter) {
			continue // one of the above
		}
		p.names.add(name, p.next("P"))
	}
	return p
}

func (p *Pseudonyms) next(kind string) int {
	p.count[kind]++
	return p.count[kind]
}

// Addressed are names that a text tells by what stands before them: Frau
// Lindner.
func Addressed(text string) []string {
	var names []string
	for _, m := range addressed.FindAllStringSubmatch(text, -1) {
		names = append(names, m[1])
	}
	return names
}

// Of is the placeholder of somebody who takes part; "" for nobody.
func (p *Pseudonyms) Of(id string) string { return p.people[id] }

// Hidden is a text with placeholders in it.
type Hidden struct {
	Text string
	Said map[string]string // placeholder -> what stands there in the text itself
}

// Hide puts placeholders into a text of people.
func (p *Pseudonyms) Hide(text string) Hidden {
	said := map[string]string{}
	parts := []part{{text: text}}
	rules := append([]hiding{{"word", placeholder}}, hidings()...)
	for _, h := range append(rules[:2:2], append([]hiding{{"url", address}}, rules[2:]...)...) {
		parts = divide(parts, h.pattern, func(s string) string { return p.thing(h.kind, s, said) })
	}
	return Hidden{Text: p.hideNames(parts, said, func(string) bool { return true }), Said: said}
}

// HideNames puts placeholders in the place of names in a text that has
// placeholders already, if they begin with a capital: the text is a model's.
func (p *Pseudonyms) HideNames(text string) string {
	return p.hideNames(divide([]part{{text: text}}, placeholder, func(s string) string { return s }), map[string]string{}, func(name string) bool {
		first, _ := utf8.DecodeRuneInString(name)
		return !unicode.IsLower(first)
	})
}

func (p *Pseudonyms) hideNames(parts []part, said map[string]string, wanted func(name string) bool) string {
	var b strings.Builder
	for _, one := range parts {
		if one.done {
			b.WriteString(one.text)
			continue
		}
		b.WriteString(p.names.replace(one.text, func(who int, name string) string {
			if !wanted(name) {
				return name
			}
			mark := fmt.Sprintf("P%d", who)
			if who == unsure {
				mark = p.name(strings.ToLower(name))
			}
			if said[mark] == "" {
				said[mark] = name
			}
			return mark
		}))
	}
	return b.String()
}

// name is the placeholder of a name that several people have.
func (p *Pseudonyms) name(s string) string {
	key := "P " + s
	if p.given[key] == "" {
		p.given[key] = fmt.Sprintf("P%d", p.next("P"))
	}
	return p.given[key]
}

func (p *Pseudonyms) thing(kind, s string, said map[string]string) string {
	key := kind + " " + strings.ToLower(s)
	mark := p.given[key]
	if mark == "" {
		mark = fmt.Sprintf("[%s%d]", kind, p.next(kind))
		p.given[key] = mark
	}
	if said[mark] == "" {
		said[mark] = s
	}
	return mark
}

// Placeholders are those in a text, each time they stand there.
func Placeholders(text string) []string { return placeholder.FindAllString(text, -1) }

// Reveal puts back what placeholders stand for; not ok if one is not known.
func Reveal(text string, said map[string]string) (revealed string, ok bool) {
	ok = true
	revealed = placeholder.ReplaceAllStringFunc(text, func(mark string) string {
		s := said[mark]
		ok = ok && s != ""
		return s
	})
	return revealed, ok
}

// part is a piece of a text; one that is done is looked at no more.
type part struct {
	text string
	done bool
}

func divide(parts []part, pattern *regexp.Regexp, with func(string) string) []part {
	var list []part
	for _, one := range parts {
		at := 0
		if !one.done {
			for _, m := range pattern.FindAllStringIndex(one.text, -1) {
				list = append(list, part{text: one.text[at:m[0]]}, part{text: with(one.text[m[0]:m[1]]), done: true})
				at = m[1]
			}
		}
		list = append(list, part{one.text[at:], one.done})
	}
	return list
}
