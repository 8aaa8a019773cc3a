package lang

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

const (
	whenMaxBytes  = 300 // a date is shorter
	whenMaxTokens = 80
)

// whenToken is a word, a number or a mark of a date being read.
type whenToken struct {
	text     string // folded: lower case, ae oe ue ss; dashes are "-"
	n        int    // of a number
	digits   int    // how many, 0 if it is no number
	glued    bool   // nothing stands between it and the token before
	from, to int    // where it stands in the text
}

func (t whenToken) word() bool {
	r, _ := utf8.DecodeRuneInString(t.text)
	return t.digits == 0 && unicode.IsLetter(r)
}

var whenFolding = strings.NewReplacer("ä", "ae", "ö", "oe", "ü", "ue", "ß", "ss", "é", "e", "’", "'")

// whenTokens takes a text apart; ok is false if it is longer than any date.
func whenTokens(text string) (clean string, list []whenToken, ok bool) {
	if len(text) > whenMaxBytes || !utf8.ValidString(text) {
		return text, nil, false
	}
	text = strings.Map(visible, norm.NFC.String(text))
	const other, digit, letter = 0, 1, 2
	kind := func(r rune) int {
		switch {
		case r >= '0' && r <= '9':
			return digit
		case unicode.IsLetter(r), r == '_', r == '\'', r == '’':
			return letter
		}
		return other
	}
	end := 0
	for at := 0; at < len(text); {
		r, size := utf8.DecodeRuneInString(text[at:])
		k, to := kind(r), at+size
		if unicode.IsSpace(r) || unicode.Is(unicode.So, r) || r == '|' || r == '·' {
			at = to
			continue
		}
		for k != other && to < len(text) {
			next, size := utf8.DecodeRuneInString(text[to:])
			if kind(next) != k {
				break
			}
			to += size
		}
		t := whenToken{text: text[at:to], glued: at == end && at > 0, from: at, to: to}
		switch k {
		case digit:
			t.digits = to - at
			n, err := strconv.Atoi(t.text)
			if err != nil || t.digits > 8 {
				n = 99_999_999
			}
			t.n = n
		case letter:
			t.text = whenFolding.Replace(strings.ToLower(t.text))
		default:
			if strings.ContainsRune("-–—‒−‐‑", r) {
				t.text = "-"
			}
		}
		list = append(list, whenParts(t)...)
		if end, at = to, to; len(list) > whenMaxTokens {
			return text, nil, false
		}
	}
	return text, list, true
}

// visible makes blanks of control characters and leaves out what cannot be
// seen but turns a quotation around.
func visible(r rune) rune {
	switch {
	case unicode.IsControl(r):
		return ' '
	case unicode.Is(unicode.Cf, r):
		return -1
	}
	return r
}

// whenParts takes words apart that are written as one: "Dienstagabend",
// "zehnmal".
func whenParts(t whenToken) []whenToken {
	if !t.word() || len(t.text) < 5 {
		return []whenToken{t}
	}
	pair := func(a, b string) []whenToken {
		first, second := t, t
		first.text, second.text, second.glued = a, b, true
		return []whenToken{first, second}
	}
	if n := strings.TrimSuffix(t.text, "mal"); n != t.text && whenNumbers[n] > 0 {
		return pair(n, "mal")
	}
	for _, part := range []string{"vormittag", "nachmittag", "mittag", "abend", "morgen", "frueh"} {
		name, rest, found := strings.Cut(t.text, part)
		if !found || rest != "" && rest != "s" {
			continue
		}
		if _, ok := whenWeekday(name); ok && len(name) > 5 {
			return pair(name+rest, part)
		}
	}
	return []whenToken{t}
}

// tok is a token ahead; past the end it is empty.
func (r *whenReader) tok(ahead int) whenToken {
	if i := r.at + ahead; i >= 0 && i < len(r.toks) {
		return r.toks[i]
	}
	return whenToken{}
}

// is tells whether the token ahead is one of these words or marks.
func (r *whenReader) is(ahead int, these ...string) bool {
	t := r.tok(ahead).text
	if t == "" {
		return false
	}
	for _, one := range these {
		if one == t {
			return true
		}
	}
	return false
}

// take takes the next token if it is one of these.
func (r *whenReader) take(these ...string) bool {
	if r.is(0, these...) {
		r.at++
		return true
	}
	return false
}

// phrase takes the next tokens if they are exactly one of these.
func (r *whenReader) phrase(these ...string) bool {
	for _, one := range these {
		words := strings.Fields(one)
		n := 0
		for n < len(words) && r.tok(n).text == words[n] {
			n++
		}
		if n == len(words) {
			r.at += n
			return true
		}
	}
	return false
}

// try runs a reader and goes back if it did not find what it reads.
func (r *whenReader) try(read func() (bool, error)) (bool, error) {
	from := r.at
	ok, err := read()
	if !ok {
		r.at = from
	}
	return ok, err
}

// number is the number ahead, in digits or in words.
func (r *whenReader) number(ahead int) (int, bool) {
	t := r.tok(ahead)
	if t.digits > 0 {
		return t.n, t.digits <= 4
	}
	n, ok := whenNumbers[t.text]
	return n, ok
}
