package digest

import (
	"html"
	"net/url"
	"regexp"
	"strings"
	"unicode/utf8"

	"buffet/lang"
)

// clip is the beginning of a line of at most n characters, up to a word's end.
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
