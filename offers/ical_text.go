package offers

import (
	"html"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"
)

// icalUnescape undoes the escapes of a TEXT value (RFC 5545 3.3.11). What is no escape stays as it is.
func icalUnescape(s string) string {
	if strings.IndexByte(s, '\\') < 0 {
		return s
	}
	var sb strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			sb.WriteByte(s[i])
			continue
		}
		switch c := s[i+1]; c {
		case 'n', 'N':
			sb.WriteByte('\n')
		case '\\', ',', ';', ':', '"':
			sb.WriteByte(c)
		default:
			sb.WriteByte('\\')
			continue
		}
		i++
	}
	return sb.String()
}

// icalSplit splits a list at its unescaped commas; the parts are still escaped.
func icalSplit(s string) []string {
	var out []string
	from := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case ',':
			out = append(out, s[from:i])
			from = i + 1
		}
	}
	return append(out, s[from:])
}

// icalVisible drops what people do not see but programs obey: control characters (whitespace becomes a space or, if
// lines is set, stays a line end), bidi controls and overrides, invisible tags, byte order marks.
func icalVisible(s string, lines bool) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' && lines:
			return r
		case unicode.IsSpace(r), r == '\u2028', r == '\u2029':
			return ' '
		case unicode.IsControl(r), r == utf8.RuneError:
			return -1
		case r == 0x061c, r == 0x200b, r == 0x200e, r == 0x200f, r >= 0x202a && r <= 0x202e,
			r >= 0x2060 && r <= 0x206f, r == 0xfeff, r >= 0xfff9 && r <= 0xfffb, r >= 0xe0000 && r <= 0xe007f:
			return -1
		}
		return r
	}, s)
}

// icalCut bounds s to limit runes, the last of which tells that there was more.
func icalCut(s string, limit int) string {
	n := 0
	cut := 0
	for i := range s {
		if n == limit-1 {
			cut = i
		}
		if n++; n > limit {
			return strings.TrimRight(s[:cut], " \n") + "…"
		}
	}
	return s
}

// icalOneLine cleans a text that is shown in one line of at most limit runes.
func icalOneLine(s string, limit int) string {
	return icalCut(strings.Join(strings.Fields(icalVisible(s, false)), " "), limit)
}

// icalProse cleans a text of several lines: HTML becomes text, no line has more than one space between words, no more
// than one blank line follows another.
func icalProse(s string, limit int) string {
	s = strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
	if icalIsHTML(s) {
		s = icalPlain(s)
	}
	var out []string
	for line := range strings.SplitSeq(icalVisible(s, true), "\n") {
		line = strings.Join(strings.Fields(line), " ")
		if line == "" && (len(out) == 0 || out[len(out)-1] == "") {
			continue
		}
		out = append(out, line)
	}
	return icalCut(strings.TrimSpace(strings.Join(out, "\n")), limit)
}

// icalTag is the element's name at the start of s, which begins with "<", in lower case; "" if that is no tag.
func icalTag(s string) string {
	s = strings.TrimPrefix(s[1:min(len(s), 14)], "/")
	i := strings.IndexFunc(s, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9')
	})
	if i <= 0 || strings.IndexByte(" \t\n/>", s[i]) < 0 {
		return ""
	}
	return strings.ToLower(s[:i])
}

func icalIsHTML(s string) bool {
	for i := strings.IndexByte(s, '<'); i >= 0; {
		if strings.HasPrefix(s[i:], "<!--") || len(s) > i+9 && strings.EqualFold(s[i:i+9], "<!doctype") {
			return true
		}
		switch icalTag(s[i:]) {
		case "p", "br", "div", "span", "a", "b", "i", "u", "ul", "ol", "li", "strong", "em", "html", "head", "body",
			"table", "tr", "td", "h1", "h2", "h3", "h4", "font", "meta", "style", "script", "img", "hr", "blockquote", "pre":
			return true
		}
		j := strings.IndexByte(s[i+1:], '<')
		if j < 0 {
			return false
		}
		i += 1 + j
	}
	return false
}

// icalPlain reduces HTML to its text. A link keeps its address if its text does not show it.
func icalPlain(s string) string {
	var sb strings.Builder
	href, linkFrom := "", 0
	for s != "" {
		i := strings.IndexByte(s, '<')
		if i < 0 {
			sb.WriteString(html.UnescapeString(strings.ReplaceAll(s, "\n", " ")))
			break
		}
		sb.WriteString(html.UnescapeString(strings.ReplaceAll(s[:i], "\n", " ")))
		s = s[i:]
		tag := icalTag(s)
		end := strings.IndexByte(s, '>')
		switch {
		case strings.HasPrefix(s, "<!--"):
			s = icalAfter(s, "-->")
			continue
		case tag == "" && !strings.HasPrefix(s, "<!") && !strings.HasPrefix(s, "</"), end < 0:
			sb.WriteByte('<') // a lone "<", or <https://…>
			s = s[1:]
			continue
		case tag == "script" || tag == "style" || tag == "head" || tag == "title":
			if s[1] != '/' {
				s = icalAfter(s, "</"+tag)
			}
			s = icalAfter(s, ">")
			continue
		}
		closing := s[1] == '/'
		switch tag {
		case "br", "p", "div", "tr", "ul", "ol", "h1", "h2", "h3", "h4", "blockquote", "hr", "table", "pre":
			sb.WriteByte('\n')
		case "li":
			if !closing {
				sb.WriteString("\n- ")
			}
		case "td", "th":
			sb.WriteByte(' ')
		case "a":
			if !closing {
				href, linkFrom = icalHref(s[:end]), sb.Len()
			} else if text := sb.String()[linkFrom:]; href != "" && !strings.Contains(text, href) {
				sb.WriteString(" (" + href + ")")
				href = ""
			}
		}
		s = s[end+1:]
	}
	return sb.String()
}

// icalAfter is what follows the first mark in s, whatever its case; nothing if there is none.
func icalAfter(s, mark string) string {
	for i := 0; i+len(mark) <= len(s); i++ {
		if s[i] == mark[0] && strings.EqualFold(s[i:i+len(mark)], mark) {
			return s[i+len(mark):]
		}
	}
	return ""
}

func icalHref(tag string) string {
	rest := icalAfter(tag, "href=")
	if rest == "" {
		return ""
	}
	if q := rest[0]; q == '"' || q == '\'' {
		rest, _, _ = strings.Cut(rest[1:], string(q))
	} else {
		rest, _, _ = strings.Cut(rest, " ")
	}
	return icalLink(html.UnescapeString(rest))
}

// icalLink gives s back if it is an http or https address that people may be sent to, else "". An address with a user
// name in it is none: it is there to deceive ("https://bank.example@evil.example").
func icalLink(s string) string {
	s = strings.TrimSpace(s)
	if len(s) > 2000 || s != icalVisible(s, false) || strings.ContainsAny(s, " <>\"`") {
		return ""
	}
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.User != nil {
		return ""
	}
	return s
}

// icalKind is the kind of offer a category names in German or English, "" if none.
func icalKind(category string) string {
	switch strings.ToLower(category) {
	case "information", "informationen", "info", "infos":
		return "information"
	case "fortbildung", "fortbildungen", "schulung", "schulungen", "training", "trainings", "weiterbildung",
		"weiterbildungen", "workshop", "workshops":
		return "training"
	case "austausch", "exchange", "stammtisch":
		return "exchange"
	case "hilfe", "help", "beratung":
		return "help"
	}
	return ""
}
