package lang

import "slices"

// Month is the number of the month that a word names, German or English, in
// full or in short; 0 if it names none. The word is as Token has it; a dot may
// follow.
func Month(word string) int {
	names := [12][]string{{"januar", "jan", "january", "jaenner"}, {"februar", "feb", "february"}, {"maerz", "mrz", "march", "mar"}, {"april", "apr"},
		{"mai", "may"}, {"juni", "jun", "june"}, {"juli", "jul", "july"}, {"august", "aug"}, {"september", "sep", "sept"},
		{"oktober", "okt", "october", "oct"}, {"november", "nov"}, {"dezember", "dez", "december", "dec"}}
	if n := len(word); n > 0 && word[n-1] == '.' {
		word = word[:n-1]
	}
	return 1 + slices.IndexFunc(names[:], func(list []string) bool { return slices.Contains(list, word) })
}
