package lang

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// ends tells whether the marks between mark and end are the end of a sentence.
func (s *splitter) ends(mark, end int) bool {
	if mark < s.close && end <= s.close { // inside a quotation
		return false
	}
	if end == len(s.text) {
		return true
	}
	next, _ := utf8.DecodeRuneInString(s.text[end:])
	first, size := utf8.DecodeRuneInString(s.text[mark:])
	dots := first == '.' && strings.Trim(s.text[mark:end], ".") == ""
	if !unicode.IsSpace(next) && !isEmoji(next) {
		return s.glued(mark, end, next, first)
	}
	word := s.after(end)
	small := startsLower(word)
	closed := strings.ContainsAny(s.text[mark+size:end], "\"“”»«)")
	switch {
	case small && closed: // "Come!" she said
		return false
	case first == '…' || dots && end-mark > 1:
		return !small
	case first != '.':
		return true
	case closed:
		return true
	}
	return s.dot(mark, word, small)
}

// glued judges marks without a blank after them: links and file names have
// such, and people in a hurry.
func (s *splitter) glued(mark, end int, next, first rune) bool {
	before, _ := utf8.DecodeLastRuneInString(s.text[:mark])
	if !unicode.IsUpper(next) || !unicode.IsLower(before) || strings.ContainsAny(lastWord(s.text[s.start:mark]), "/.@_:") {
		return false
	}
	return first != '.' || s.starter(end)
}

// dot judges a full stop that a blank follows.
func (s *splitter) dot(mark int, next string, small bool) bool {
	word := strings.TrimLeft(lastWord(s.text[s.start:mark]), "([{\"„“»«'‚*_-–/")
	lower := strings.ToLower(word)
	switch {
	case word == "":
		return !small
	case isNumber(word):
		return !s.label(mark, word) && s.number(word, next, small)
	case initials(lower):
		return !small && starters[trimWord(next)] && !titles[lower]
	case titles[lower]:
		return false
	case abbreviations[lower]:
		return !small && starters[trimWord(next)] && !leading[lower]
	case small && !s.lower:
		return utf8.RuneCountInString(word) > 4
	}
	return true
}

// label tells whether a number is one of "two questions: 1. Who …? 2. When …?".
func (s *splitter) label(mark int, word string) bool {
	if len(word) > 2 {
		return false
	}
	before := strings.TrimSpace(s.text[s.start : mark-len(word)])
	last, _ := utf8.DecodeLastRuneInString(before)
	return before == "" || strings.ContainsRune(":;?!", last)
}

// number judges a full stop after a number: "3. Dezember", "1. Montag", but
// "um 14. Wir kommen".
func (s *splitter) number(word, next string, small bool) bool {
	if small || next == "" {
		return false
	}
	if r, _ := utf8.DecodeRuneInString(next); unicode.IsDigit(r) { // 3. 12. 2026
		return false
	}
	if starters[trimWord(next)] {
		return true
	}
	return len(word) > 2 && !strings.ContainsAny(word, ".") && !strings.HasPrefix(word, "§")
}

// after is the word after some place, with its marks.
func (s *splitter) after(i int) string {
	rest := strings.TrimLeftFunc(s.text[i:], func(r rune) bool { return unicode.IsSpace(r) || isEmoji(r) })
	if n := strings.IndexFunc(rest, unicode.IsSpace); n >= 0 {
		rest = rest[:n]
	}
	return rest
}

// starter tells whether a word follows that begins sentences only.
func (s *splitter) starter(i int) bool { return starters[trimWord(s.after(i))] }

// trimWord takes the marks from around a word, and what is appended to it.
func trimWord(w string) string {
	w = strings.TrimLeftFunc(w, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	if n := strings.IndexFunc(w, func(r rune) bool { return !unicode.IsLetter(r) }); n >= 0 {
		w = w[:n]
	}
	return w
}

// lastWord is what stands after the last blank.
func lastWord(s string) string {
	if i := strings.LastIndexFunc(s, unicode.IsSpace); i >= 0 {
		_, size := utf8.DecodeRuneInString(s[i:])
		return s[i+size:]
	}
	return s
}

// isNumber is for "3", "3.12", "12.2026", "III".
func isNumber(w string) bool {
	roman := true
	for _, r := range w {
		if !unicode.IsDigit(r) && r != '.' && r != '/' {
			for _, r := range w {
				roman = roman && strings.ContainsRune("IVX", r)
			}
			return roman && len(w) > 1
		}
	}
	return true
}

// initials is for "z", "z.b", "e.g": single letters with dots between them.
func initials(w string) bool {
	letter := false
	for _, r := range w {
		switch {
		case unicode.IsLetter(r) && !letter:
			letter = true
		case r == '.':
			letter = false
		default:
			return false
		}
	}
	return w != ""
}
