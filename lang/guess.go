package lang

import "strings"

// tellers are stop words that only one of the languages has.
var tellers = func() map[string]string {
	m := map[string]string{}
	for _, w := range strings.Fields(germanStops + " die ich wie wer wo wann warum welche welcher was fuers gibts hab habt bei nach") {
		m[w] = German
	}
	for _, w := range strings.Fields(englishStops + " what when where who why how which") {
		if m[w] == German {
			delete(m, w) // "in" and "also" tell nothing
			continue
		}
		m[w] = English
	}
	return m
}()

// Guess tells which language a text is in, by the share of its stop words
// that only German or only English has; "" if that does not tell. Ten words
// without any of them are in neither: foreign is true.
func Guess(text string) (language string, foreign bool) {
	german, english, words := 0, 0, 0
	for _, t := range Tokens(text) {
		words++
		switch tellers[t.Word] {
		case German:
			german++
		case English:
			english++
		}
	}
	switch {
	case german >= 2*english+1:
		return German, false
	case english >= 2*german+1:
		return English, false
	}
	return "", words >= 10 && german+english == 0
}
