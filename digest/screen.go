package digest

import (
	"html"
	"net/url"
	"regexp"
	"strings"
	"unicode/utf8"

	"buffet/lang"
)

// clip is the beginning of a line of at most n characters, up to a word's end:
// of what is no sentence, such as a name.
func clip(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	s = string([]rune(s)[:n-1])
	if i := strings.LastIndex(s, " "); i > len(s)/2 {
		s = s[:i]
	}
	return strings.TrimRight(s, " ,;:–-") + "…"
}

// Clip is a line of a summary as it is shown: as many whole sentences of it as
// fit a phone. Only a first one that is longer than that is cut in its middle.
func Clip(s string) string {
	if utf8.RuneCountInString(s) <= maxQuote {
		return s
	}
	end := 0
	for _, one := range lang.Sentences(s) {
		if utf8.RuneCountInString(s[:one.End]) > maxQuote-len(" .") { // and the ellipsis
			break
		}
		end = one.End
	}
	if end == 0 {
		return clip(s, maxQuote)
	}
	return s[:end] + " …"
}

// address is s if it may be a link of ours, "" otherwise.
func address(s string) string {
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" && u.Scheme != "mailto" || u.Scheme != "mailto" && u.Host == "" || u.User != nil ||
		strings.ContainsAny(s, " \t\r\n<>\"\\") {
		return ""
	}
	return s
}

var (
	lineEnd = regexp.MustCompile(`<br>`)
	tag     = regexp.MustCompile(`<[^>]*>`)
)

// extent is how many lines and characters of a text people see.
func extent(t *lang.Text) (lines, chars int) {
	for _, l := range lineEnd.Split(t.HTML(), -1) {
		if l = strings.TrimSpace(html.UnescapeString(tag.ReplaceAllString(l, ""))); l != "" {
			lines++
			chars += utf8.RuneCountInString(l)
		}
	}
	return lines, chars
}
