package knowledge

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"buffet/lang"
)

// nameWords is how many words a person's name has at most; what has more is
// an organisation's, made of words that texts need.
const nameWords = 3

// hideNames puts a placeholder in the place of words that names are made of,
// with an s behind them, too.
func hideNames(text string, names []string) string {
	parts := map[string]bool{}
	for _, n := range names {
		if i := strings.IndexAny(n, "([|,/–—"); i > 0 {
			n = n[:i] // what follows says where they work
		}
		words := strings.FieldsFunc(strings.ToLower(n), isNoLetter)
		if len(words) > nameWords {
			continue
		}
		for _, w := range words {
			if utf8.RuneCountInString(w) > 2 && !lang.IsStop([]byte(w)) {
				parts[w], parts[w+"s"] = true, true
			}
		}
	}
	if len(parts) == 0 {
		return text
	}
	var b strings.Builder
	for text != "" {
		start := strings.IndexFunc(text, unicode.IsLetter)
		if start < 0 {
			break
		}
		end := strings.IndexFunc(text[start:], isNoLetter)
		if end < 0 {
			end = len(text) - start
		}
		word := text[start : start+end]
		b.WriteString(text[:start])
		if parts[strings.ToLower(word)] {
			word = "[name]"
		}
		b.WriteString(word)
		text = text[start+end:]
	}
	return b.String() + text
}

func isNoLetter(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsMark(r) }
