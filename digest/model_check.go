package digest

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"buffet/knowledge"
	"buffet/lang"
)

const (
	marks       = "„“”\"»«‚" // that quote
	sourcesMost = 8          // of a line; of more, anything could be said
	lineMost    = 400        // letters of a line
	lineWords   = 50
	simpleWords = 15 // of a sentence in simple language, on average
	alike       = 0.75
)

var (
	quotes = regexp.MustCompile(`„[^“”"„]*[“”"]|“[^”“]*”|"[^"]*"|»[^«»]*«|«[^«»]*»|‚[^‘’‚]*[‘’]|(?:^|[\s(])'[^']+'(?:[\s.,;:!?)]|$)`)
	// what a link, a mention, markup or a name in a program looks like
	markup = regexp.MustCompile("(?i)<[a-z/!]|</|&#?\\w+;|`|\\*\\*|__|@|\\b(?:javascript|data|mailto|matrix|https?|ftp):|\\bmatrix\\.to\\b|\\bwww\\.|[\\[\\]{}|\\\\]")
	// an address without the beginning, or the name of a file
	dotted = regexp.MustCompile(`(?i)\b[\p{L}\d_-]+(?:\.[\p{L}\d_-]+)*\.[a-z]{2,}\b`)
	file   = regexp.MustCompile(`(?i)\.(?:pdf|docx?|xlsx?|pptx?|od[stp]|txt|csv|png|jpe?g|ics|mp[34])$`)
	echo   = regexp.MustCompile(`(?i)\b(?:ignor\w*|vergiss\w*|vergesst|missacht\w*|disregard\w*|forget|override)\b.{0,60}\b(?:anweisung\w*|instruction\w*|vorgaben|regeln|rules|prompts?|previous|above|bisherig\w*|vorherig\w*)\b|` +
		`\bsystem[- ]?(?:prompt|nachricht|message)\b|\b(?:als|ich bin) (?:ein[e]? )?(?:ki|sprachmodell|assistent)\b|\bas an? (?:ai|language model|assistant)\b|\bi(?:'m| am) (?:sorry|an ai)\b|` +
		`\bneue (?:anweisung|aufgabe)\b|\bnew (?:instruction|task)s?\b|"(?:lines|sources|role|open)"|\bjailbreak\b`)
	atPerson = regexp.MustCompile(`@(P\d)`)
	cited    = regexp.MustCompile(`\s*[\[(]\d+(?:\s*[,;–-]\s*\d+)*[\])]`)
	titled   = regexp.MustCompile(`\b(?:Herrn?|Frau|Dr\.|Prof\.|Mrs?\.?|Ms\.?) ([\p{Lu}][\p{L}-]+)`)
	sayings  = regexp.MustCompile(`([\p{Lu}][\p{L}-]+),? (?:sagt|sagte|fragt|fragte|meint|meinte|schreibt|schrieb|antwortet|antwortete|empfiehlt|berichtet|bietet an|möchte|erklärt|schlägt vor|says|said|asks|asked|writes|wrote|answers|answered|recommends|suggests|offers|reports|wants|thinks|explains)\b`)
	proper   = regexp.MustCompile(`[\p{Ll},] ([\p{Lu}][\p{Ll}]+)`)
)

// checker looks at the lines of one answer, one after the other.
type checker struct {
	s       *session
	allowed map[int]bool // numbers in the request
	kept    []map[string]bool
}

func (s *session) checker(allowed map[int]bool) *checker { return &checker{s: s, allowed: allowed} }

// check gives a line as it can be kept, still with placeholders; or why not.
func (c *checker) check(l rawLine) (kept rawLine, why string) {
	l.Text = c.s.names.HideNames(tidy(l.Text))
	slices.Sort(l.Sources[min(1, len(l.Sources)):])
	l.Sources = slices.Compact(l.Sources)
	if len(l.Sources) > 1 && slices.Contains(l.Sources[1:], l.Sources[0]) {
		l.Sources = slices.Delete(l.Sources, 1+slices.Index(l.Sources[1:], l.Sources[0]), 2+slices.Index(l.Sources[1:], l.Sources[0]))
	}
	switch {
	case len(l.Sources) == 0 || len(l.Sources) > sourcesMost || slices.ContainsFunc(l.Sources, func(n int) bool { return !c.allowed[n] }):
		return l, "sources"
	case l.Role != "said" && l.Role != Question && l.Role != Answer:
		return l, "role"
	}
	f := c.s.together(l.Sources)
	for _, look := range []struct {
		why   string
		wrong bool
	}{
		{"form", badForm(l.Text, f)},
		{"instruction", echo.MatchString(l.Text)},
		{"quote", badQuote(l.Text, f)},
		{"name", badName(l.Text, f, c.s.r.Lang)},
		{"number", badNumber(l.Text, f)},
		{"language", badLanguage(l.Text, c.s.r.Lang)},
		{"simple", c.s.r.Simple && hard(l.Text)},
		{"invented", invented(l.Text, f, c.s.r)},
	} {
		if look.wrong {
			return l, look.why
		}
	}
	if c.repeats(l.Text) {
		return l, "repeated"
	}
	return l, ""
}

// tidy takes out what cannot be seen, and numbers of messages.
func tidy(text string) string {
	text = strings.Join(strings.Fields(strings.Map(visible, text)), " ")
	text = cited.ReplaceAllStringFunc(text, func(s string) string {
		if strings.ContainsRune(s, '[') {
			return ""
		}
		return s
	})
	return strings.TrimSpace(atPerson.ReplaceAllString(text, "$1"))
}

func badForm(text string, f *facts) bool {
	if text == "" || utf8.RuneCountInString(text) > lineMost || len(strings.Fields(text)) > lineWords || !tells(text) {
		return true
	}
	for _, mark := range knowledge.Placeholders(text) {
		if strings.HasPrefix(mark, "[url") || strings.HasPrefix(mark, "[link") {
			return true
		}
	}
	bare := text
	for _, mark := range knowledge.Placeholders(text) {
		bare = strings.Replace(bare, mark, "P", 1)
	}
	if markup.MatchString(bare) || knowledge.Pseudonymise(bare) != bare {
		return true
	}
	for _, name := range dotted.FindAllString(bare, -1) {
		if !file.MatchString(name) || !f.says(name) {
			return true
		}
	}
	return false
}

// says tells whether a source has these words.
func (f *facts) says(words string) bool {
	return slices.ContainsFunc(f.texts, func(t string) bool { return strings.Contains(t, words) })
}

// badQuote tells whether a quote is not verbatim in a source, or has no end.
func badQuote(text string, f *facts) bool {
	for _, q := range quotes.FindAllString(text, -1) {
		if inner := unquote(q); inner == "" || !f.says(inner) {
			return true
		}
	}
	return strings.ContainsAny(quotes.ReplaceAllString(text, ""), marks)
}

// unquote is what is quoted, without the quoting sentence's own end.
func unquote(q string) string {
	return unmarked(strings.TrimRight(strings.Trim(q, marks+"‘’' (.,;:!?)"), ".,;:!?… "))
}

func badName(text string, f *facts, language string) bool {
	for _, mark := range knowledge.Placeholders(text) {
		if !f.marks[mark] {
			return true
		}
	}
	patterns := []*regexp.Regexp{titled, sayings}
	if language == lang.English {
		patterns = append(patterns, proper)
	}
	text = quotes.ReplaceAllString(text, "")
	for _, p := range patterns {
		for _, m := range p.FindAllStringSubmatch(text, -1) {
			for _, t := range lang.Tokens(m[1]) {
				if !t.Stop && !f.supports(t.Word) && !nobody(t.Word) && dayOf(t.Word) == "" && monthOf(t.Word) == "" {
					return true
				}
			}
		}
	}
	return invents(text, f)
}

// nobody tells whether a word means people without naming them.
func nobody(word string) bool {
	switch word {
	case "jemand", "jemanden", "jemandem", "niemand", "mehrere", "andere", "beide", "einige", "viele", "person", "mitglied", "mitglieder", "gruppe", "runde", "antwort", "frage",
		"someone", "somebody", "nobody", "others", "several", "everyone", "member", "members", "people", "group", "german", "english":
		return true
	}
	return len(word) > 1 && word[0] == 'p' && strings.Trim(word[1:], "0123456789") == ""
}

func badNumber(text string, f *facts) bool {
	for _, n := range numbersIn(text) {
		if n != "" && !f.numbers[n] {
			return true
		}
	}
	for _, t := range lang.Tokens(text) {
		if len(t.Word) > 3 { // shorter ones are other words, too
			if day := dayOf(t.Word); day != "" && !f.dated(day, dayOf) {
				return true
			}
			if month := monthOf(t.Word); month != "" && !f.numbers[month] && !f.dated(month, monthOf) {
				return true
			}
		}
	}
	return false
}

func badLanguage(text, language string) bool {
	text = quotes.ReplaceAllString(text, " ")
	if len(strings.Fields(text)) < 6 {
		return false
	}
	if language != lang.English {
		language = lang.German
	}
	is, foreign := lang.Guess(text)
	return foreign || is != "" && is != language
}

// hard tells whether sentences are too long for simple language.
func hard(text string) bool {
	sentences := 0
	for _, s := range strings.FieldsFunc(text+" ", func(r rune) bool { return strings.ContainsRune(".!?", r) }) {
		if len(strings.Fields(s)) > 1 {
			sentences++
		}
	}
	return len(strings.Fields(text)) > simpleWords*max(1, sentences)
}

// invented tells whether hardly a word of a line comes from its sources. Where
// they are in another language, words cannot tell.
func invented(text string, f *facts, r Request) bool {
	if f.language != "" && f.language != r.Lang && (f.language == lang.English || r.Lang == lang.English) {
		return false
	}
	had := len(numbersIn(text)) // which were looked at before
	of := had
	for _, t := range lang.Tokens(text) {
		if t.Stop || utf8.RuneCountInString(t.Word) < 4 || framing(t.Word) || nobody(t.Word) {
			continue
		}
		of++
		if f.supports(t.Word) {
			had++
		}
	}
	least := 3 // one in three
	if r.Simple {
		least = 5 // which says it in other words
	}
	return of > 1 && least*had < of
}

// framing tells whether a word only says that something was said.
func framing(word string) bool {
	switch word {
	case "sagt", "fragt", "meint", "schreibt", "antwortet", "empfiehlt", "berichtet", "bietet", "sucht", "moechte", "findet", "erklaert", "schlaegt", "laut",
		"says", "asks", "writes", "answers", "recommends", "suggests", "offers", "reports", "wants", "thinks", "explains":
		return true
	}
	return false
}

// repeats tells whether a line says what an earlier one said, and remembers it
// if not.
func (c *checker) repeats(text string) bool {
	words := map[string]bool{}
	for _, t := range lang.Tokens(text) {
		if !t.Stop && !framing(t.Word) {
			words[lang.Stem(t.Word)] = true
		}
	}
	for _, other := range c.kept {
		both := 0
		for w := range words {
			if other[w] {
				both++
			}
		}
		if either := len(words) + len(other) - both; either == 0 || float64(both) >= alike*float64(either) {
			return true
		}
	}
	c.kept = append(c.kept, words)
	return false
}
