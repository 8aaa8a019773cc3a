package lang

import (
	"regexp"
	"strings"
	"unicode"
)

var (
	withScheme = regexp.MustCompile(`(?i)\b[a-z][a-z0-9+.-]{0,15}://[^\s<>"'„“”»«]+`)
	otherLink  = regexp.MustCompile(`(?i)\b(mailto|matrix|tel|sms|geo|xmpp|javascript|data):`)
	hostName   = regexp.MustCompile(`[\p{L}\p{N}_-]+(?:\.[\p{L}\p{N}_-]+)*\.\p{L}{2,}|\b(?i:www)\.`)
	matrixName = regexp.MustCompile(`([@#!])([^\s:@#!\x{200B}][^\s:@#!]*:[\p{L}\p{N}])`)
)

// zeroWidth is seen by nobody, and parts what clients would make a link of.
const zeroWidth = "\u200b"

// Unlinked is text from outside for a place where nobody may be led away by
// it: on one line, without what would ping people, and with nothing in it that
// clients make a link of. Of an address its host stays, "example.org/…".
// Control characters and those that turn the direction of reading are left out.
func Unlinked(s string) string {
	s = harmless(strings.ToValidUTF8(s, "\uFFFD"))
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r), r >= 0x202A && r <= 0x202E, r >= 0x2066 && r <= 0x2069, r == 0x200E, r == 0x200F, r == 0x061C,
			r >= 0xE000 && r <= 0xE001: // marks of Phrases
			return -1
		}
		return r
	}, s)
	s = strings.Join(strings.Fields(withScheme.ReplaceAllStringFunc(s, hostOf)), " ")
	s = otherLink.ReplaceAllString(s, "${1}"+zeroWidth+":")
	s = hostName.ReplaceAllStringFunc(s, func(h string) string { return strings.ReplaceAll(h, ".", zeroWidth+".") })
	return matrixName.ReplaceAllString(s, "${1}"+zeroWidth+"${2}")
}

// hostOf is what stays of an address, with the punctuation behind it.
func hostOf(address string) string {
	bare := strings.TrimRight(address, ".,;:!?)]}*_~`…")
	after := address[len(bare):]
	_, host, _ := strings.Cut(bare, "://")
	rest := ""
	if i := strings.IndexAny(host, "/?#\\"); i >= 0 {
		if strings.Trim(host[i:], "/") != "" {
			rest = "/…"
		}
		host = host[:i]
	}
	if i := strings.LastIndex(host, "@"); i >= 0 {
		host = host[i+1:]
	}
	return host + rest + after
}

// Quoted is a text in the quotation marks of a language.
func Quoted(lang, s string) string {
	if known(lang) == English {
		return "“" + s + "”"
	}
	return "„" + s + "“"
}
