package offers

import (
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"buffet/lang"
)

// Line is an offer as somebody typed it in one message.
type Line struct {
	Draft
	Unnamed bool // "ohne Namen": without a host
	Feasts  bool // "auch an Feiertagen"
	Spared  bool // "nicht an Feiertagen"

	now   time.Time
	parts []linePart
	dated []int // the parts that are, or should be, the date
}

// ReadLine reads an offer in parts that commas or line ends separate: the title,
// then in any order the date, the place or a link, a kind, topics, places, who
// brings it. What is recognised by no form is the place if it is one short
// part, else the description. language is that of the room, now the instant of
// asking in the zone of those who ask. A date that is missing or to be asked
// back is a *lang.Problem; the rest of the Line is read all the same.
func ReadLine(language, text string, now time.Time) (Line, error) {
	l := readParts(text, now)
	err := l.readWhen(language)
	l.rest()
	return l, err
}

var (
	unnamed = regexp.MustCompile(`(?i)(?:^|[,;\s]\s*)(?:ohne (?:meinen )?namen|without (?:my )?name|anonym|anonymous(?:ly)?)\s*[.!]?\s*$`)
	feasts  = regexp.MustCompile(`(?i)\s*\(?\b(?:auch (?:an|am) (?:gesetzlichen )?feiertage?n?|auch feiertags|also on (?:public |bank )?holidays|including (?:public |bank )?holidays|(?:public |bank )?holidays too)\b\)?`)
	spared  = regexp.MustCompile(`(?i)\s*\(?(?:\b(?:nicht|außer|ausser) (?:an )?(?:gesetzlichen )?feiertage?n?\b|\bohne feiertage\b|\bnicht feiertags\b|\b(?:not|except) on (?:public |bank )?holidays\b)\)?`)
)

// readParts takes whatever is recognised by its form alone.
func readParts(text string, now time.Time) Line {
	l := Line{now: now}
	text = strings.TrimSpace(icalVisible(text, true))
	if at := unnamed.FindStringIndex(text); at != nil {
		l.Unnamed, text = true, text[:at[0]]
	}
	l.parts = splitLine(text)
	for i := range l.parts {
		p := &l.parts[i]
		if clean := feasts.ReplaceAllString(p.text, ""); clean != p.text {
			l.Feasts, p.text = true, strings.TrimSpace(clean)
		} else if clean := spared.ReplaceAllString(p.text, ""); clean != p.text {
			l.Spared, p.text = true, strings.TrimSpace(clean)
		}
		p.taken = p.text == "" || unnamed.MatchString(p.text)
		l.Unnamed = l.Unnamed || p.text != "" && p.taken
	}
	l.parts = slices.DeleteFunc(l.parts, func(p linePart) bool { return p.text == "" })
	topics := false // whether the last part was one of a list of topics
	for i := range l.parts {
		p := &l.parts[i]
		if p.taken {
			continue
		}
		topics = l.part(i, p.text, topics)
	}
	return l
}

// part reads one part; after is whether it follows a list of topics, and the
// result whether the list goes on.
func (l *Line) part(i int, text string, after bool) bool {
	p := &l.parts[i]
	if f, value, ok := ReadField(text, false); ok && f != FieldWhen && (i > 0 || f != FieldPlaces) {
		p.taken = l.Set(f, value)
		return p.taken && f == FieldTopics
	}
	if i == 0 {
		return false // what it is called may be anything
	}
	if n, ok := CapacityOf(text, false); ok {
		l.Capacity, p.taken = n, true
		return false
	}
	if link, rest := linkIn(text); link != "" {
		l.link(p, link, rest)
		return false
	}
	if kind := KindOf(strings.TrimPrefix(strings.TrimPrefix(text, "als "), "as ")); kind != "" && l.Kind == "" && !after {
		l.Kind, p.taken = kind, true
		return false
	}
	return l.bareField(p, text, after)
}

// bareField reads parts whose first word tells what they are.
func (l *Line) bareField(p *linePart, text string, after bool) bool {
	word, rest, _ := strings.Cut(text, " ")
	switch f := fieldWords()[fold(word, true)]; {
	case rest == "":
	case f == FieldTopics:
		l.Topics, p.taken = append(l.Topics, topicsOf(rest, strings.HasSuffix(word, "n") || strings.HasSuffix(word, "s"))...), true
		return true
	case f == FieldHost && !saysWhen(text, l.now):
		l.Host, p.taken = unquote(rest), true
		return false
	case f == FieldPlace && len(word) > 2:
		p.taken = l.Set(f, rest)
		return false
	case f == FieldKind || f == FieldPlaces:
		p.taken = l.Set(f, rest)
		return false
	}
	if tags := hashtag.FindAllStringSubmatch(text, -1); len(tags) > 0 {
		for _, t := range tags {
			l.Topics = append(l.Topics, t[1])
		}
		p.text = strings.TrimSpace(hashtag.ReplaceAllString(text, ""))
		p.taken = p.text == ""
		return false
	}
	if after && len(strings.Fields(text)) <= 3 && !saysWhen(text, l.now) && !placeLike(text) && KindOf(text) == "" {
		l.Topics, p.taken = append(l.Topics, topicsOf(text, false)...), true
		return true
	}
	return false
}

// link reads a part with an address in it.
func (l *Line) link(p *linePart, link, rest string) {
	word := strings.Trim(fold(rest, true), " :.-–")
	switch {
	case l.URL != "" || l.Location != "" && word != "" && !online.MatchString(word): // a second one
		return
	case meeting(link) && (word == "" || online.MatchString(word)), word != "" && online.MatchString(word) && len(strings.Fields(word)) < 4:
		l.Location, p.taken = link, true
	case word == "" || fieldWords()[word] == FieldLink:
		l.URL, p.taken = link, true
	default:
		l.URL = link // the words around it are said as well
	}
}

// saysWhen tells whether a text is a date, or about one.
func saysWhen(text string, now time.Time) bool {
	_, used, _ := lang.FindWhen(lang.German, []string{text}, false, now)
	return len(used) > 0
}

// readWhen finds the date among the parts that are left.
func (l *Line) readWhen(language string) (err error) {
	now := l.now
	at, texts := []int{}, []string{}
	for i, p := range l.parts {
		if !p.taken || i == 0 {
			at, texts = append(at, i), append(texts, p.text)
		}
	}
	title := l.Title == ""
	w, used, err := lang.FindWhen(language, texts, title, now)
	if len(used) == 0 && title && len(texts) > 0 {
		// somebody began with the date, or typed no commas
		if first, only, ferr := lang.FindWhen(language, texts[:1], false, now); len(only) > 0 && wholly(texts[0], now) {
			w, used, err = first, only, ferr
		} else if l.cutDate(language) {
			return l.readWhen(language)
		}
	}
	for _, i := range used {
		l.dated = append(l.dated, at[i])
		l.parts[at[i]].taken = true
	}
	if err == nil {
		l.When = w
	}
	return err
}

// rest makes title, place and description of what is left.
func (l *Line) rest() {
	var left []int
	for i, p := range l.parts {
		if !p.taken {
			left = append(left, i)
		}
	}
	if l.Title == "" && len(left) > 0 {
		l.title(&l.parts[left[0]])
		left = left[1:]
	}
	if l.Location == "" {
		left = l.place(left)
	} else if address(l.Location) != "" { // "online" says no more than its link
		left = slices.DeleteFunc(left, func(i int) bool {
			return online.MatchString(fold(l.parts[i].text, true)) && len(strings.Fields(l.parts[i].text)) <= 2
		})
	}
	l.describe(left)
	if l.Kind == "" {
		l.Kind = kindIn(l.Title)
	}
	if l.URL != "" && online.MatchString(fold(l.Location, true)) && utf8.RuneCountInString(l.Location) < 30 {
		l.Location, l.URL = l.URL, ""
	}
}

// title takes a part as the title, and the hashtags behind it as topics.
func (l *Line) title(p *linePart) {
	text := p.text
	for {
		at := hashtag.FindAllStringSubmatchIndex(text, -1)
		if len(at) == 0 || at[len(at)-1][1] != len(text) || at[len(at)-1][0] == 0 {
			break
		}
		last := at[len(at)-1]
		l.Topics = append([]string{text[last[2]:last[3]]}, l.Topics...)
		text = strings.TrimSpace(text[:last[0]])
	}
	l.Title = unquote(text)
}

// describe makes the description of what is left, as it was typed.
func (l *Line) describe(left []int) {
	var b strings.Builder
	for n, i := range left {
		switch {
		case n == 0:
		case l.parts[i].newLine || left[n-1] != i-1:
			b.WriteString("\n")
		default:
			b.WriteString(", ")
		}
		b.WriteString(l.parts[i].text)
	}
	switch {
	case b.Len() == 0:
	case l.Description == "":
		l.Description = b.String()
	default:
		l.Description = b.String() + "\n" + l.Description
	}
}

// Again is the line with another date in the place of the one that was not
// understood.
func (l *Line) Again(when string) string {
	var out []string
	for i, p := range l.parts {
		switch {
		case len(l.dated) == 0 && i == min(1, len(l.parts)-1):
			if i == 0 {
				out = append(out, p.text, when)
			} else {
				out = append(out, when, p.text)
			}
		case slices.Contains(l.dated, i):
			if i == l.dated[0] {
				out = append(out, when)
			}
		default:
			out = append(out, p.text)
		}
	}
	if l.Unnamed && !slices.ContainsFunc(l.parts, func(p linePart) bool { return unnamed.MatchString(p.text) }) {
		out = append(out, "ohne Namen")
	}
	return strings.Join(out, ", ")
}
