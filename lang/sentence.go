package lang

import (
	"unicode"
	"unicode/utf8"
)

// Sentence is where a sentence stands in its text, in bytes, without the
// blanks around it and without the mark of a list. It may hold line breaks.
type Sentence struct{ Start, End int }

// Sentences are what somebody says in a message or mail, in order: sentences,
// headings and list items, German or English. What others said (lines with
// ">"), code, greetings and signatures are left out. Lines that a mail program
// broke are one again.
func Sentences(text string) []Sentence {
	var list []Sentence
	for _, p := range paragraphs(text) {
		list = appendSentences(list, text, p.Start, p.End)
	}
	return list
}

// appendSentences splits a paragraph.
func appendSentences(list []Sentence, text string, from, to int) []Sentence {
	s := splitter{text: text[:to], start: from, lower: startsLower(text[from:to])}
	for i := from; i < to; {
		r, size := utf8.DecodeRuneInString(text[i:to])
		switch {
		case r == '.' || r == '!' || r == '?' || r == '…' || r == '。' || r == '？':
			end := s.runEnd(i)
			if s.ends(i, end) {
				end = s.withEmoji(end)
				list = appendTrimmed(list, text, s.start, end)
				s.start = end
			}
			i = end
			continue
		case opener(r) != "":
			if s.close <= i {
				s.close = s.closing(i, size, opener(r))
			}
		case isEmoji(r):
			end := s.withEmoji(i)
			if end > i && s.starter(end) && s.close <= i {
				list = appendTrimmed(list, text, s.start, end)
				s.start = end
			}
			i = max(end, i+size)
			continue
		}
		i += size
	}
	return appendTrimmed(list, text, s.start, to)
}

func appendTrimmed(list []Sentence, text string, from, to int) []Sentence {
	for from < to {
		r, size := utf8.DecodeRuneInString(text[from:to])
		if !unicode.IsSpace(r) {
			break
		}
		from += size
	}
	for from < to {
		r, size := utf8.DecodeLastRuneInString(text[from:to])
		if !unicode.IsSpace(r) {
			break
		}
		to -= size
	}
	if from >= to || isFormula(text[from:to], hello) || isFormula(text[from:to], bye) {
		return list
	}
	return append(list, Sentence{from, to})
}

// splitter looks at one paragraph.
type splitter struct {
	text  string // up to the paragraph's end
	start int    // of the sentence that is being read
	close int    // where the quotation or bracket ends in which it is; nothing ends before
	lower bool   // the paragraph begins with a small letter: whoever writes so does not begin sentences with capitals
}

// runEnd is where a run of marks and of what closes with them ends.
func (s *splitter) runEnd(i int) int {
	for i < len(s.text) {
		r, size := utf8.DecodeRuneInString(s.text[i:])
		switch r {
		case '.', '!', '?', '…', '。', '？', '"', '“', '”', '‘', '’', '\'', ')', ']', '»', '«', '*', '_', '‼', '⁉', '\uFE0F':
			i += size
			continue
		}
		break
	}
	return i
}

// longestQuote is how many bytes a quotation or bracket may have that is kept
// in one piece; a forgotten closing mark must not swallow a mail.
const longestQuote = 240

// closing is the end of what is opened at i, 0 if it is not closed soon.
func (s *splitter) closing(i, size int, closer string) int {
	if before, _ := utf8.DecodeLastRuneInString(s.text[:i]); i > s.start && unicode.IsLetter(before) {
		return 0
	}
	end := min(len(s.text), i+longestQuote)
	for j := i + size; j < end; {
		r, n := utf8.DecodeRuneInString(s.text[j:])
		for _, c := range closer {
			if r == c {
				return j
			}
		}
		j += n
	}
	return 0
}

// opener says what closes a quotation or bracket, "" for anything else.
func opener(r rune) string {
	switch r {
	case '„':
		return "“”\""
	case '“':
		return "”"
	case '"':
		return "\""
	case '»':
		return "«"
	case '(':
		return ")"
	}
	return ""
}

// withEmoji takes the emoji after a sentence into it.
func (s *splitter) withEmoji(end int) int {
	for i := end; i < len(s.text); {
		r, size := utf8.DecodeRuneInString(s.text[i:])
		i += size
		if isEmoji(r) {
			end = i
		} else if r != ' ' {
			break
		}
	}
	return end
}

func isEmoji(r rune) bool {
	return r >= 0x1F000 && r <= 0x1FAFF || r >= 0x2600 && r <= 0x27BF || r == '\uFE0F' || r == '\u200D' || r >= 0x2B00 && r <= 0x2BFF || r >= 0x2190 && r <= 0x21FF && r != '→'
}

func startsLower(s string) bool {
	for _, r := range s {
		if unicode.IsLetter(r) {
			return unicode.IsLower(r)
		}
		if unicode.IsDigit(r) {
			return false
		}
	}
	return false
}
