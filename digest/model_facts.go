package digest

import (
	"maps"
	"regexp"
	"strconv"
	"strings"

	"buffet/knowledge"
	"buffet/lang"
)

// facts are what a line may say of its sources.
type facts struct {
	texts    []string        // with placeholders
	marks    map[string]bool // placeholders that stand there, or wrote it
	numbers  map[string]bool // without zeros at their beginning
	words    map[string]bool // as lang.Token has them
	stems    map[string]bool
	grams    map[uint32]bool
	language string // "": none for sure
}

// facts of a message.
func (s *session) facts(n int) *facts {
	one := &s.input[n-1]
	if one.facts != nil {
		return one.facts
	}
	text := one.hidden.Text
	f := &facts{texts: []string{text}, marks: map[string]bool{one.who: true}, numbers: map[string]bool{}, words: map[string]bool{}}
	for _, mark := range knowledge.Placeholders(text) {
		f.marks[mark] = true
	}
	for _, n := range numbersIn(text) {
		f.numbers[n] = true
	}
	f.stems, f.grams = map[string]bool{}, map[uint32]bool{}
	f.read(text)
	f.language, _ = lang.Guess(text)
	one.facts = f
	return f
}

// read adds the words of a text.
func (f *facts) read(text string) {
	for _, t := range lang.Tokens(text) {
		f.words[t.Word] = true
		if !t.Stop {
			f.stems[lang.Stem(t.Word)] = true
			lang.Grams([]byte(t.Word), func(g uint32) { f.grams[g] = true })
		}
	}
}

// of all sources of a line. What they answer, and the title, give words to
// say it with, but nothing else.
func (s *session) together(sources []int) *facts {
	all := &facts{marks: map[string]bool{}, numbers: map[string]bool{}, words: map[string]bool{}, stems: map[string]bool{}, grams: map[uint32]bool{}}
	for i, n := range sources {
		f := s.facts(n)
		all.texts = append(all.texts, f.texts...)
		maps.Copy(all.marks, f.marks)
		maps.Copy(all.numbers, f.numbers)
		maps.Copy(all.words, f.words)
		maps.Copy(all.stems, f.stems)
		maps.Copy(all.grams, f.grams)
		if i == 0 || all.language == f.language {
			all.language = f.language
		} else {
			all.language = ""
		}
		m := s.r.Messages[s.input[n-1].at]
		for _, id := range []string{m.ReplyTo, m.Thread} {
			if of := s.number[id]; of > 0 && of != n {
				maps.Copy(all.stems, s.facts(of).stems)
				maps.Copy(all.grams, s.facts(of).grams)
			}
		}
	}
	maps.Copy(all.stems, s.words)
	return all
}

// supports tells whether a word is one of the sources', in another form or in
// a compound.
func (f *facts) supports(word string) bool {
	if f.stems[lang.Stem(word)] {
		return true
	}
	had, of := 0, 0
	lang.Grams([]byte(word), func(g uint32) {
		of++
		if f.grams[g] {
			had++
		}
	})
	return of > 0 && 5*had >= 3*of
}

var (
	digits    = regexp.MustCompile(`\d+`)
	thousands = regexp.MustCompile(`(\d)[.,\x{202f}\x{a0}' ](\d{3})\b`)
)

// numbersIn are the numbers of a text, but not those of placeholders; 1.200 is
// 1200, and 03 is 3.
func numbersIn(text string) []string {
	for _, mark := range knowledge.Placeholders(text) {
		text = strings.Replace(text, mark, " x ", 1)
	}
	plain := thousands.ReplaceAllString(text, "$1$2")
	list := digits.FindAllString(plain, -1)
	if plain != text { // it may have been two numbers as well
		list = append(list, digits.FindAllString(text, -1)...)
	}
	for i, n := range list {
		list[i] = strings.TrimLeft(n, "0")
	}
	return list
}

// dayOf is the beginning of a weekday's name, however it is written.
func dayOf(word string) string {
	for day, forms := range map[string]string{
		"mo": "mo montag montags mon monday mondays", "di": "di dienstag dienstags tue tues tuesday tuesdays",
		"mi": "mi mittwoch mittwochs wed wednesday wednesdays", "do": "do donnerstag donnerstags thu thur thurs thursday thursdays",
		"fr": "fr freitag freitags fri friday fridays", "sa": "sa samstag samstags sonnabend sat saturday saturdays", "so": "so sonntag sonntags sun sunday sundays",
	} {
		if strings.Contains(" "+forms+" ", " "+word+" ") {
			return day
		}
	}
	return ""
}

// monthOf is a month's number. May alone is a verb or a name more often.
func monthOf(word string) string {
	if n := lang.Month(word); n > 0 && word != "may" {
		return strconv.Itoa(n)
	}
	return ""
}

// dated tells whether the sources name a day or a month.
func (f *facts) dated(name string, of func(string) string) bool {
	for w := range f.words {
		if of(w) == name {
			return true
		}
	}
	return false
}
