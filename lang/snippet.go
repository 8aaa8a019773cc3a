package lang

import (
	"strings"
	"unicode/utf8"
)

// Piece is a part of a text.
type Piece struct {
	Text string
	Bold bool
}

// Snippet is the part of text, at most max characters long and at least one
// word, in which most different matched words stand close together, in
// pieces; matched ones are bold. It is cut at words' borders, with … where
// something is missing; line breaks become blanks.
func Snippet(text string, matched func(Token) bool, max int) []Piece {
	text = strings.ToValidUTF8(text, "\uFFFD")
	tokens := Tokens(text)
	hits := make([]bool, len(tokens))
	for i, t := range tokens {
		hits[i] = matched(t)
	}
	from, to := window(text, tokens, hits, max)
	var list []Piece
	add := func(s string, bold bool) {
		s = strings.Map(func(r rune) rune {
			if r == '\n' || r == '\r' || r == '\t' {
				return ' '
			}
			return r
		}, s)
		if s != "" {
			list = append(list, Piece{s, bold})
		}
	}
	if from > 0 {
		add("…", false)
	}
	at := from
	for i, t := range tokens {
		if !hits[i] || t.Start < from || t.End > to {
			continue
		}
		add(text[at:t.Start], false)
		add(text[t.Start:t.End], true)
		at = t.End
	}
	add(text[at:to], false)
	if to < len(text) {
		add("…", false)
	}
	return list
}

// window chooses which bytes of text a snippet shows.
func window(text string, tokens []Token, hits []bool, max int) (from, to int) {
	if utf8.RuneCountInString(text) <= max {
		return 0, len(text)
	}
	if len(tokens) == 0 {
		return 0, runesAfter(text, 0, max)
	}
	best, first, last := -1, 0, 0
	seen := map[string]int{}
	score, end, width := 0, 0, 0 // of the window of tokens [i, end)
	for i := range tokens {
		for end < len(tokens) {
			add := 0
			if end > i {
				add = utf8.RuneCountInString(text[tokens[end-1].End:tokens[end].End])
			} else {
				width, add = 0, utf8.RuneCountInString(text[tokens[end].Start:tokens[end].End])
			}
			if width+add > max && end > i {
				break
			}
			width += add
			if hits[end] {
				if seen[tokens[end].Word]++; seen[tokens[end].Word] == 1 {
					score += 4
				} else {
					score++
				}
			}
			end++
		}
		if score > best {
			best, first, last = score, i, end
		}
		if hits[i] {
			if seen[tokens[i].Word]--; seen[tokens[i].Word] == 0 {
				score -= 4
			} else {
				score--
			}
		}
		if i+1 < end {
			width -= utf8.RuneCountInString(text[tokens[i].Start:tokens[i+1].Start])
		}
	}
	return widen(text, tokens, hits, first, last, max)
}

// widen puts the matched words of a window into its middle.
func widen(text string, tokens []Token, hits []bool, first, last, max int) (from, to int) {
	a, b := first, last-1
	for a < b && !hits[a] {
		a++
	}
	for b > a && !hits[b] {
		b--
	}
	width := utf8.RuneCountInString(text[tokens[a].Start:tokens[b].End])
	lead := max - width
	lead /= 3
	for a > 0 {
		w := utf8.RuneCountInString(text[tokens[a-1].Start:tokens[a].Start])
		if w > lead {
			break
		}
		a, lead, width = a-1, lead-w, width+w
	}
	for b+1 < len(tokens) {
		w := utf8.RuneCountInString(text[tokens[b].End:tokens[b+1].End])
		if width+w > max {
			break
		}
		b, width = b+1, width+w
	}
	from, to = tokens[a].Start, tokens[b].End
	if a == 0 && utf8.RuneCountInString(text[:from])+width <= max {
		width += utf8.RuneCountInString(text[:from])
		from = 0
	}
	if b == len(tokens)-1 && utf8.RuneCountInString(text[to:])+width <= max {
		to = len(text)
	} else if to < len(text) && strings.ContainsRune(".!?", rune(text[to])) && width < max {
		to++
	}
	if utf8.RuneCountInString(text[from:to]) > max {
		to = runesAfter(text, from, max)
	}
	return from, to
}

func runesAfter(text string, from, n int) int {
	for i := range text[from:] {
		if n == 0 {
			return from + i
		}
		n--
	}
	return len(text)
}
