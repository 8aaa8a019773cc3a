package commands

import (
	"slices"
	"unicode/utf8"

	"github.com/agnivade/levenshtein"
)

const (
	maxEdits = 2  // a typing slip, not another word
	maxWord  = 40 // longer than any of ours with its slips
)

// near is the word of ours that was probably meant; "" if there is none.
// What the person may not use is not suggested.
func (t *Table) near(word string, organiser bool) string {
	letters := utf8.RuneCountInString(word)
	if letters == 0 || letters > maxWord {
		return ""
	}
	best, edits := "", maxEdits+1
	for _, w := range t.sorted() {
		if t.words[w].Organisers && !organiser {
			continue
		}
		d := levenshtein.ComputeDistance(word, w)
		if d > maxEdits || 2*d >= letters { // half its letters: "!me" is no slip of anything
			continue
		}
		// of two as near, that of the same length: "offerz" is "offers", not "offer"
		if d < edits || d == edits && len(w) == letters {
			best, edits = w, d
		}
	}
	return best
}

// sorted are all words in a fixed order, so that ties are decided always alike.
func (t *Table) sorted() []string {
	list := make([]string, 0, len(t.words))
	for w := range t.words {
		list = append(list, w)
	}
	slices.Sort(list)
	return list
}
