package offers

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// linePart is one piece of a typed offer.
type linePart struct {
	text    string
	newLine bool // it began a line
	taken   bool // what it says is known
}

// quotes are the marks that may enclose a part with commas, opening and what
// closes them.
func quotes(open rune) string {
	switch open {
	case '„':
		return "“”\""
	case '“', '"':
		return "”\""
	case '»':
		return "«"
	case '«':
		return "»"
	}
	return ""
}

// splitLine cuts a typed offer at commas, semicolons and line ends, but not
// within quotes, links or numbers ("1,5 Stunden"). A description with its label
// goes on to the end of its line.
func splitLine(text string) []linePart {
	var parts []linePart
	text = strings.ReplaceAll(text, "\r\n", "\n")
	several := strings.Contains(text, "\n")
	for line := range strings.SplitSeq(text, "\n") {
		first := true
		line = bullet(strings.TrimSpace(line))
		for line != "" {
			end := partEnd(line)
			if f := labelOf(strings.TrimSpace(line[:end])); f == FieldDescription || several && first && toLineEnd(f, line[end:]) {
				end = len(line)
			}
			one := bullet(strings.TrimSpace(line[:end]))
			if one != "" {
				parts = append(parts, linePart{text: one, newLine: first})
				first = false
			}
			line = line[min(len(line), end+1):]
		}
	}
	return parts
}

// toLineEnd tells whether a field that has a line of its own takes all of it.
func toLineEnd(f Field, rest string) bool {
	if !slices.Contains([]Field{FieldTitle, FieldPlace, FieldTopics, FieldHost}, f) {
		return false
	}
	for one := range strings.SplitSeq(rest, ",") {
		if labelOf(one) != "" {
			return false
		}
	}
	return true
}

// partEnd is where the first part of a line ends, in bytes.
func partEnd(line string) int {
	last := ' '
	for i := 0; i < len(line); {
		r, size := utf8.DecodeRuneInString(line[i:])
		switch {
		case unicode.IsSpace(last) && quotes(r) != "":
			if n := strings.IndexAny(line[i+size:], quotes(r)); n >= 0 {
				_, shut := utf8.DecodeRuneInString(line[i+size+n:])
				i, last = i+size+n+shut, r
				continue
			}
		case !isLetter(last) && linkHere.MatchString(line[i:]):
			n := linkHere.FindStringIndex(line[i:])[1]
			i, last = i+len(strings.TrimRight(line[i:i+n], ",;")), 'x'
			continue
		case r == ';':
			return i
		case r == ',':
			next, _ := utf8.DecodeRuneInString(line[i+size:])
			if !unicode.IsDigit(last) || !unicode.IsDigit(next) {
				return i
			}
		}
		i, last = i+size, r
	}
	return len(line)
}

func isLetter(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// bullet takes the mark of a list off.
func bullet(s string) string {
	for _, mark := range []string{"- ", "– ", "* ", "• "} {
		if rest, ok := strings.CutPrefix(s, mark); ok {
			return strings.TrimSpace(rest)
		}
	}
	return s
}

// unquote takes the quotes off that enclose all of a text.
func unquote(s string) string {
	s = strings.TrimSpace(s)
	r, size := utf8.DecodeRuneInString(s)
	ends := quotes(r)
	if ends == "" {
		return s
	}
	n := strings.IndexAny(s[size:], ends)
	if n < 0 {
		return s
	}
	_, shut := utf8.DecodeRuneInString(s[size+n:])
	if size+n+shut != len(s) {
		return s
	}
	return strings.TrimSpace(s[size : size+n])
}

// webLink is an address as people paste it, linkHere one that a text begins with.
var (
	webLink  = regexp.MustCompile(`(?i)(?:https?://|www\.)[^\s<>"“”»«]+`)
	linkHere = regexp.MustCompile(`(?i)^(?:https?://|www\.)[^\s<>"“”»«]+`)
)

// linkIn is the address in a text, and the text without it.
func linkIn(s string) (link, rest string) {
	at := webLink.FindStringIndex(s)
	if at == nil {
		return "", s
	}
	link = strings.TrimRight(s[at[0]:at[1]], ".,;:!?'")
	if strings.Count(link, ")") > strings.Count(link, "(") {
		link = strings.TrimRight(link, ")")
	}
	before, after := s[:at[0]], s[at[0]+len(link):]
	rest = strings.TrimSpace(strings.Trim(strings.TrimSpace(before), "<(:") + " " + strings.TrimSpace(strings.TrimLeft(after, ">)")))
	return withScheme(link), rest
}

// withScheme completes an address as people say it.
func withScheme(s string) string {
	if s == "" || strings.Contains(s, ":") && !strings.HasPrefix(strings.ToLower(s), "www.") {
		return s
	}
	return "https://" + s
}

// Clean is a text of one line that a person typed, without what cannot be seen
// or turns text around, cut to limit runes.
func Clean(s string, limit int) string { return icalOneLine(s, limit) }
