package commands

import (
	"html"
	"net/url"
	"regexp"
	"strings"

	"maunium.net/go/mautrix/id"
)

const (
	maxHTML  = 64 << 10 // what a Matrix event can hold at most
	maxPills = 5        // nobody calls us more often in one message
)

// These read only what clients write; anything else is no mention of us.
var (
	anchor = regexp.MustCompile(`(?is)<a\b[^>]*?\bhref\s*=\s*["']([^"']*)["'][^>]*>(.*?)</a>`)
	tag    = regexp.MustCompile(`(?s)<[^>]*>`)
)

// pillsOf are the words of the links in HTML that stand for us; starts tells
// whether the message begins with one.
func pillsOf(source string, me id.UserID) (words []string, starts bool) {
	if source == "" || len(source) > maxHTML {
		return nil, false
	}
	if at := strings.Index(source, "</mx-reply>"); at >= 0 {
		source = source[at+len("</mx-reply>"):] // what is quoted is not said
	}
	for _, m := range anchor.FindAllStringSubmatchIndex(source, -1) {
		if !isMe(html.UnescapeString(source[m[2]:m[3]]), me) {
			continue
		}
		if len(words) == 0 {
			starts = clean(tag.ReplaceAllString(source[:m[0]], "")) == ""
		}
		if words = append(words, clean(html.UnescapeString(tag.ReplaceAllString(source[m[4]:m[5]], "")))); len(words) == maxPills {
			break
		}
	}
	return words, starts
}

// isMe tells whether an address is a link to us (matrix.to, or matrix: URI).
func isMe(address string, me id.UserID) bool {
	rest, found := cutAny(address, "https://matrix.to/#/", "http://matrix.to/#/", "matrix:u/", "matrix:user/")
	if !found {
		return false
	}
	rest, _, _ = strings.Cut(rest, "?")
	if plain, err := url.PathUnescape(rest); err == nil {
		rest = plain
	}
	return strings.TrimPrefix(rest, "@") == strings.TrimPrefix(me.String(), "@")
}

func cutAny(s string, prefixes ...string) (string, bool) {
	for _, p := range prefixes {
		if len(s) >= len(p) && strings.EqualFold(s[:len(p)], p) {
			return s[len(p):], true
		}
	}
	return s, false
}
