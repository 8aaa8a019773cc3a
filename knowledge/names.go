package knowledge

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"buffet/lang"
)

// nameWords is how many words a person's name has at most; what has more is
// an organisation's, made of words that texts need. It counts only as a whole.
const nameWords = 3

// phraseWords of a name are looked for as a whole; only jokes have more.
const phraseWords = 16

// unsure is who is meant by a word that is in the names of several people.
const unsure = -1

// nameIndex finds in texts the words that names are made of, however they are
// written: Müller, MUELLER and Müllers are the same.
type nameIndex struct {
	words   map[string]int // of names, as lang.Token has them
	exact   map[string]int // of names that are words, too: only as they are written
	phrases map[string][]namePhrase
}

type namePhrase struct {
	words []string
	who   int
}

func newNameIndex() *nameIndex {
	return &nameIndex{words: map[string]int{}, exact: map[string]int{}, phrases: map[string][]namePhrase{}}
}

// add has a name found as that of who, which is not negative.
func (x *nameIndex) add(name string, who int) {
	first, place := person(name)
	x.phrase(place, who)
	tokens := x.phrase(first, who)
	if len(tokens) == 1 && (tokens[0].Stop || tokens[0].End-tokens[0].Start == 2) {
		own(x.exact, first[tokens[0].Start:tokens[0].End], who)
	}
	var words []string
	for _, t := range tokens {
		letters := first[t.Start:t.End]
		if utf8.RuneCountInString(letters) > 2 && !t.Stop && !title(t.Word) && strings.ContainsFunc(letters, unicode.IsLetter) {
			words = append(words, t.Word)
		}
	}
	if len(words) > nameWords {
		return
	}
	for _, w := range words {
		own(x.words, w, who)
	}
	if len(words) > 1 {
		own(x.words, strings.Join(words, ""), who)
	}
}

// person is who a name names, and what follows: where they work.
func person(name string) (first, place string) {
	if i := strings.IndexAny(name, "([|,/–—"); i > 0 {
		return name[:i], name[i:]
	}
	return name, ""
}

// phrase has the words of a text found together; one alone is none.
func (x *nameIndex) phrase(text string, who int) []lang.Token {
	tokens := lang.Tokens(text)
	tokens = tokens[:min(len(tokens), phraseWords)]
	if len(tokens) < 2 {
		return tokens
	}
	p := namePhrase{who: who}
	for _, t := range tokens {
		p.words = append(p.words, t.Word)
	}
	list := x.phrases[p.words[0]]
	if i := slices.IndexFunc(list, func(q namePhrase) bool { return slices.Equal(p.words, q.words) }); i < 0 {
		list = append(list, p)
	} else if list[i].who != who {
		list[i].who = unsure
	}
	slices.SortStableFunc(list, func(a, b namePhrase) int { return len(b.words) - len(a.words) })
	x.phrases[p.words[0]] = list
	return tokens
}

func own(m map[string]int, word string, who int) {
	if had, ok := m[word]; ok && had != who {
		who = unsure
	}
	m[word] = who
}

// title tells whether a word only stands before names.
func title(word string) bool {
	switch word {
	case "frau", "herr", "herrn", "prof", "mrs", "the":
		return true
	}
	return false
}

// replace puts something else in the place of each name. said is how it is
// written there; the s of a genitive stays.
func (x *nameIndex) replace(text string, with func(who int, said string) string) string {
	tokens := lang.Tokens(text)
	var b strings.Builder
	at := 0
	for i := 0; i < len(tokens); {
		n, who, ok := x.match(text, tokens[i:])
		if !ok {
			i++
			continue
		}
		start, end := tokens[i].Start, tokens[i+n-1].End
		if last := tokens[i+n-1]; x.genitive(last.Word) && text[end-1]|0x20 == 's' {
			end--
		}
		b.WriteString(text[at:start])
		b.WriteString(with(who, text[start:end]))
		at = end
		i += n
	}
	return b.String() + text[at:]
}

// genitive tells whether only the word without its s is in a name.
func (x *nameIndex) genitive(word string) bool {
	_, whole := x.words[word]
	_, bare := x.words[strings.TrimSuffix(word, "s")]
	return !whole && bare
}

// match finds the name that tokens begin with, and of how many of them it is.
func (x *nameIndex) match(text string, tokens []lang.Token) (n, who int, ok bool) {
	for _, p := range x.phrases[tokens[0].Word] {
		if len(p.words) <= len(tokens) && together(text, tokens[:len(p.words)], p.words) {
			return len(p.words), p.who, true
		}
	}
	if who, ok = x.word(text, tokens[0]); !ok {
		return 0, 0, false
	}
	for n = 1; n < len(tokens) && who != unsure && near(text, tokens[n-1], tokens[n]) && !x.genitive(tokens[n-1].Word); n++ { // Anna-Lena is one
		if next, ok := x.word(text, tokens[n]); !ok || next != who {
			break
		}
	}
	return n, who, true
}

func (x *nameIndex) word(text string, t lang.Token) (int, bool) {
	if who, ok := x.words[t.Word]; ok {
		return who, true
	}
	if who, ok := x.words[strings.TrimSuffix(t.Word, "s")]; ok && text[t.End-1]|0x20 == 's' {
		return who, true
	}
	who, ok := x.exact[text[t.Start:t.End]]
	return who, ok
}

func together(text string, tokens []lang.Token, words []string) bool {
	for i, t := range tokens {
		if t.Word != words[i] || i > 0 && !near(text, tokens[i-1], t) {
			return false
		}
	}
	return true
}

// near tells whether two words can belong to the same name.
func near(text string, a, b lang.Token) bool {
	between := text[a.End:b.Start]
	return len(between) <= 3 && strings.TrimLeft(between, " .-'’_\u00a0") == ""
}

// hideNames puts a placeholder in the place of words that names are made of.
func hideNames(text string, names []string) string {
	x := newNameIndex()
	for i, n := range names {
		x.add(n, i)
	}
	return x.replace(text, func(int, string) string { return "[name]" })
}
