package lang

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/blevesearch/snowballstem"
	"github.com/blevesearch/snowballstem/english"
	"github.com/blevesearch/snowballstem/german"
	"golang.org/x/text/unicode/norm"
)

// AnalysisVersion changes whenever the same text gives other words or stems
// than before: an index of another version has to be built anew.
const AnalysisVersion = 1

// maxWord is how many bytes of a word count.
const maxWord = 48

// Token is a word of a text.
type Token struct {
	Word       string // as it is written, but for case, accents, ä/ae and ß/ss
	Start, End int    // bytes of the text
	Stop       bool   // a word like "the" or "wie", German or English
}

// Tokens are the words of a text: runs of letters, digits and the marks on
// them. Any bytes will do; what is not UTF-8 parts words.
func Tokens(text string) []Token {
	var list []Token
	Scan(text, func(word []byte, start, end int) {
		w := string(word)
		list = append(list, Token{Word: w, Start: start, End: end, Stop: stops[w] != 0})
	})
	return list
}

// Scan calls f with each word of a text, as Tokens has it, without keeping
// any: word is overwritten by the next one.
func Scan(text string, f func(word []byte, start, end int)) {
	var store [maxWord + 8]byte
	buf, start := store[:0], -1
	for i := 0; i < len(text); {
		c := text[i]
		size := 1
		if c < utf8.RuneSelf {
			if c >= 'A' && c <= 'Z' {
				c += 'a' - 'A'
			}
			if c >= 'a' && c <= 'z' || c >= '0' && c <= '9' {
				if start < 0 {
					start = i
				}
				if len(buf) < maxWord {
					buf = append(buf, c)
				}
				i++
				continue
			}
		} else {
			var r rune
			r, size = utf8.DecodeRuneInString(text[i:])
			mark := unicode.Is(unicode.M, r)
			if (unicode.IsLetter(r) || unicode.IsNumber(r)) && r != utf8.RuneError || mark && start >= 0 {
				if start < 0 {
					start = i
				}
				if len(buf) < maxWord {
					buf = fold(buf, r, mark)
				}
				i += size
				continue
			}
		}
		if start >= 0 && len(buf) > 0 {
			f(buf, start, i)
		}
		buf, start = store[:0], -1
		i += size
	}
	if start >= 0 && len(buf) > 0 {
		f(buf, start, len(text))
	}
}

// fold appends a letter as it counts: ä is ae, ß is ss, accents are nothing.
func fold(buf []byte, r rune, mark bool) []byte {
	if mark {
		if n := len(buf); r == '\u0308' && n > 0 && (buf[n-1] == 'a' || buf[n-1] == 'o' || buf[n-1] == 'u') {
			return append(buf, 'e')
		}
		return buf
	}
	switch r = unicode.ToLower(r); r {
	case 'ä', 'æ':
		return append(buf, "ae"...)
	case 'ö', 'œ':
		return append(buf, "oe"...)
	case 'ü':
		return append(buf, "ue"...)
	case 'ß', 'ẞ':
		return append(buf, "ss"...)
	case 'ø':
		return append(buf, 'o')
	case 'ł':
		return append(buf, 'l')
	}
	for _, d := range norm.NFD.String(string(r)) {
		if !unicode.Is(unicode.M, d) {
			buf = utf8.AppendRune(buf, d)
		}
	}
	return buf
}

// squeeze makes one letter of ae, oe and ue, so that Häuser meets Haus.
func squeeze(dst, word []byte) []byte {
	for i, c := range word {
		if c == 'e' && i > 0 {
			if p := word[i-1]; p == 'a' || p == 'o' || p == 'u' && (i < 2 || !vowelOrQ(word[i-2])) {
				continue
			}
		}
		dst = append(dst, c)
	}
	return dst
}

func vowelOrQ(c byte) bool {
	return c == 'a' || c == 'e' || c == 'i' || c == 'o' || c == 'u' || c == 'q'
}

// Stem is what a Token's Word and its inflections have in common. The German
// stemmer works first, then the English one, whatever the language is: nobody
// has to guess it, and a question finds what was said in either.
func Stem(word string) string {
	var store [maxWord + 8]byte
	s := squeeze(store[:0], []byte(word))
	for _, c := range s {
		if c >= '0' && c <= '9' {
			return string(s)
		}
	}
	if len(s) < 3 {
		return string(s)
	}
	env := snowballstem.NewEnv(string(s))
	german.Stem(env)
	english.Stem(env)
	return env.Current()
}

// Kin are the stems that German derives from the same verb as stem: impf,
// impfung, geimpft.
func Kin(stem string) []string {
	root := stem
	if r, ok := strings.CutSuffix(stem, "ung"); ok {
		root = r
	} else if r, ok := strings.CutPrefix(stem, "ge"); ok && strings.HasSuffix(r, "t") {
		root = strings.TrimSuffix(r, "t")
	}
	if len(root) < 3 {
		return nil
	}
	list := []string{root, root + "ung", "ge" + root + "t", root + "t"}
	return slices.DeleteFunc(list, func(s string) bool { return s == stem })
}

// IsStop tells whether a Token's Word is one like "the" or "wie".
func IsStop(word []byte) bool { return stops[string(word)] != 0 }

// Asking is what a question word of either language asks for, the same for
// "wann" and "when"; 0 for every other word.
func Asking(word []byte) int { return asking[string(word)] }

// GramSize is the length of the pieces that Grams cuts words into.
const GramSize = 4

// Grams calls f with each run of four letters of a Token's Word, which starts
// with a border. Letters that German and English write differently in the
// same foreign word are the same: k, c and z, ph and f, th and t, y and i.
func Grams(word []byte, f func(gram uint32)) {
	var first, second [maxWord + 8]byte
	s := squeeze(first[:0], word)
	t := append(second[:0], '^')
	for i, c := range s {
		switch {
		case c == 'h' && i > 0 && s[i-1] == 'p':
			t[len(t)-1] = 'f'
		case c == 'h' && i > 0 && s[i-1] == 't':
		case c == 'k' && i > 0 && s[i-1] == 'c':
		case c == 'k' || c == 'z':
			t = append(t, 'c')
		case c == 'y':
			t = append(t, 'i')
		default:
			t = append(t, c)
		}
	}
	var g uint32
	for i, c := range t {
		g = g<<8 | uint32(c)
		if i >= GramSize-1 {
			f(g)
		}
	}
}

// Beginning is what a stem begins with whose word begins with a Token's Word.
func Beginning(word string) string {
	var store [maxWord + 8]byte
	return string(squeeze(store[:0], []byte(word)))
}
