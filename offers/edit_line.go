package offers

import (
	"regexp"
	"strings"
	"unicode"

	"buffet/lang"
)

// EditLine is a change as somebody typed it.
type EditLine struct {
	Dates string // which dates are meant, as it was typed
	Edit
	When string // the new time, as it was typed; Edit.When is not read yet
}

// Empty tells whether nothing is to change.
func (l *EditLine) Empty() bool { return l.When == "" && l.Edit == (Edit{}) }

// OfDates tells whether something is to change that single dates may have of
// their own.
func (l *EditLine) OfDates() bool {
	return l.When != "" || l.Title != nil || l.Location != nil || l.URL != nil || l.Back
}

var (
	takesPlace = regexp.MustCompile(`(?i)(?:^|[\s,;])(?:findet (?:doch (?:noch )?|wieder )?statt|takes place(?: after all| again)?)\s*[.!]*\s*$`)
	intoWord   = regexp.MustCompile(`(?i)^(?:auf|zu|in|to|=)\s+`)
	clearWords = regexp.MustCompile(`(?i)^(?:-|–|—|kein|keine|keiner|keinen|keins|ohne|leer|weg|nichts|none|no|nothing|empty|remove)$`)
)

// ReadEdit reads "17.12. wann 18.12. 15 Uhr, ort Kiel": which dates, then field
// by field what is new. A new line, or a comma before the name of a field,
// begins the next one; a description goes on to the end or the next line that
// begins with a field. Errors are a *lang.Problem.
func ReadEdit(text string) (EditLine, error) {
	var l EditLine
	text = strings.TrimSpace(icalVisible(strings.ReplaceAll(text, "\r\n", "\n"), true))
	if at := takesPlace.FindStringIndex(text); at != nil {
		l.Back, text = true, strings.TrimSpace(text[:at[0]])
	}
	starts := fieldStarts(text)
	if len(starts) == 0 {
		l.Dates = strings.Trim(text, " ,;:\n")
		return l, nil
	}
	l.Dates = strings.Trim(text[:starts[0]], " ,;:\n")
	for i, from := range starts {
		to := len(text)
		if i+1 < len(starts) {
			to = starts[i+1]
		}
		if err := l.field(strings.TrimRight(text[from:to], " ,;\n")); err != nil {
			return l, err
		}
	}
	return l, nil
}

// fieldStarts is where fields begin, in bytes.
func fieldStarts(text string) []int {
	var starts []int
	words, shut, last := 0, "", '\n'
	prose := false // within a description
	for i, r := range text {
		before := last
		if !unicode.IsSpace(r) || r == '\n' {
			last = r
		}
		if shut != "" {
			if strings.ContainsRune(shut, r) {
				shut = ""
			}
			continue
		}
		prev := byte('\n')
		if i > 0 {
			prev = text[i-1]
		}
		if !unicode.IsSpace(rune(prev)) && prev != ',' && prev != ';' || unicode.IsSpace(r) {
			continue
		}
		if shut = quotes(r); shut != "" && !strings.ContainsAny(text[i+len(string(r)):], shut) {
			shut = ""
		}
		words++
		f, _, named := editField(text[i:])
		began := before == '\n' || !prose && (before == ',' || before == ';')
		if named && (began || len(starts) == 0 && words <= maxDatesWords) {
			starts = append(starts, i)
			prose = f == FieldDescription
		}
	}
	return starts
}

// maxDatesWords is how many words may say which dates are meant.
const maxDatesWords = 9

// fieldMaterial is a field that only comes with changes: it is for afterwards.
const fieldMaterial Field = "material"

// editField reads the name of a field, and what follows it.
func editField(text string) (f Field, value string, ok bool) {
	word, rest, _ := strings.Cut(text, " ")
	if at := strings.IndexAny(word, ":=\n"); at > 0 {
		word, rest = text[:at], text[at+1:]
	}
	switch name := fold(strings.TrimRight(word, ",;"), true); name {
	case "material", "materialien", "unterlagen", "folien", "materials", "slides":
		f, ok = fieldMaterial, true
	case "um": // a time
	default:
		f, ok = fieldWords()[name]
	}
	return f, strings.TrimSpace(strings.TrimLeft(rest, ":= ")), ok
}

// field reads one field into the change.
func (l *EditLine) field(text string) error {
	f, value, _ := editField(text)
	if f != FieldTitle && f != FieldDescription && f != FieldPlace && f != FieldHost {
		value = intoWord.ReplaceAllString(value, "")
	}
	if f == FieldWhen {
		l.When = strings.TrimSpace(l.When + " " + value)
		return nil
	}
	if value == "" {
		return lang.Wrong("native_field_empty", lang.Values{"Field": strings.TrimSpace(text)})
	}
	if clearWords.MatchString(value) && f != FieldTitle && f != FieldKind {
		value = ""
	}
	var d Draft
	switch {
	case f == fieldMaterial:
		if d.Material = value; value != "" {
			if link, _ := linkIn(value); link != "" {
				d.Material = link
			}
		}
	case f == FieldPlaces && (value == "" || value == "0"):
	case value != "" && !d.Set(f, value):
		if f == FieldPlaces {
			return lang.Wrong("native_capacity", lang.Values{"Max": draftCapacity})
		}
		return lang.Wrong("native_kind")
	}
	l.take(f, &d)
	return nil
}

func (l *EditLine) take(f Field, d *Draft) {
	e := &l.Edit
	switch f {
	case FieldTitle:
		e.Title = &d.Title
	case FieldPlace:
		e.Location = &d.Location
		if d.URL != "" {
			e.URL = &d.URL
		}
	case FieldLink:
		e.URL = &d.URL
	case FieldKind:
		e.Kind = &d.Kind
	case FieldTopics:
		e.Topics = &d.Topics
	case FieldPlaces:
		e.Capacity = &d.Capacity
	case FieldHost:
		e.Host = &d.Host
	case FieldDescription:
		e.Description = &d.Description
	case fieldMaterial:
		e.Material = &d.Material
	}
}
