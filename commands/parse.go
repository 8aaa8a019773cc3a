package commands

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxText is how long a command may be, in characters.
const maxText = 2000

// token is one word of what was typed, or several in quotes.
type token struct {
	text   string
	quoted bool
	end    int // where the rest begins, in bytes
}

// closing is the quote that ends what an opening one began. The pairs are
// those of German, English, French and Swiss keyboards.
func closing(open rune) string {
	switch open {
	case '"':
		return `"`
	case '„': // phones end it with either of the two, or with a straight one
		return "“”\""
	case '“':
		return "”\""
	case '”': // Swedish, and what some phones make of a straight one
		return "”"
	case '»':
		return "«"
	case '«':
		return "»"
	}
	return ""
}

// tokens cuts a text into words. A quote that is never closed is a letter
// like any other.
func tokens(text string) []token {
	var list []token
	for at := 0; at < len(text); {
		r, size := utf8.DecodeRuneInString(text[at:])
		if unicode.IsSpace(r) {
			at += size
			continue
		}
		if ends := closing(r); ends != "" {
			if n := strings.IndexAny(text[at+size:], ends); n >= 0 {
				_, close := utf8.DecodeRuneInString(text[at+size+n:])
				inner := strings.TrimSpace(text[at+size : at+size+n])
				at += size + n + close
				if inner != "" {
					list = append(list, token{text: inner, quoted: true, end: at})
				}
				continue
			}
		}
		n := strings.IndexFunc(text[at:], unicode.IsSpace)
		if n < 0 {
			n = len(text) - at
		}
		list = append(list, token{text: text[at : at+n], end: at + n})
		at += n
	}
	return list
}

// split takes the command's word off a text. The word comes folded, the tail
// as it was typed.
func split(text string) (word, tail string) {
	text = strings.TrimSpace(text)
	n := strings.IndexFunc(text, unicode.IsSpace)
	if n < 0 {
		n = len(text)
	}
	word = strings.TrimRight(text[:n], ".,;:!?…")
	return fold(word), strings.TrimSpace(text[n:])
}

// texts are the words alone.
func texts(list []token) []string {
	words := make([]string, 0, len(list))
	for _, t := range list {
		words = append(words, t.text)
	}
	return words
}

// fold makes words comparable: small letters, umlauts as they are written
// without a German keyboard.
func fold(s string) string {
	return strings.NewReplacer("ä", "ae", "ö", "oe", "ü", "ue", "ß", "ss",
		"a\u0308", "ae", "o\u0308", "oe", "u\u0308", "ue").Replace(strings.ToLower(s))
}
