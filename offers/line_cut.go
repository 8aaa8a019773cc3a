package offers

import (
	"strings"
	"time"

	"buffet/lang"
)

// maxCut is how many words a first part may have to be searched for a date.
const maxCut = 30

// cutDate makes three parts of a first one that says the date without commas:
// "Beratung am 3.12. um 14 Uhr in Raum 5". The longest piece of it that is a
// date, and has a number in it, is the date. It is false if there is none.
func (l *Line) cutDate(language string) bool {
	words := strings.Fields(l.parts[0].text)
	if len(words) > maxCut {
		return false
	}
	from, to := 0, 0
	for i := 1; i < len(words); i++ {
		for j := len(words); j > i && j-i > to-from; j-- {
			if text := strings.Join(words[i:j], " "); strings.ContainsAny(text, "0123456789") && wholly(text, l.now) {
				from, to = i, j
			}
		}
	}
	if to == 0 {
		return false
	}
	cut := []linePart{{text: strings.Join(words[:from], " "), newLine: true}, {text: strings.Join(words[from:to], " ")}}
	if to < len(words) {
		cut = append(cut, linePart{text: strings.Join(words[to:], " ")})
	}
	l.parts = append(cut, l.parts[1:]...)
	_, used, _ := lang.FindWhen(language, []string{l.parts[1].text}, false, l.now)
	return len(used) > 0
}

// wholly tells whether a text is a date and nothing else.
func wholly(text string, now time.Time) bool {
	_, err := lang.ReadWhen(lang.German, text, now)
	p, asked := lang.AsProblem(err)
	return err == nil || asked && p.Key != "when_word" && p.Key != "when_nothing" && p.Key != "when_empty" && p.Key != "when_long"
}
