package commands

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"maunium.net/go/mautrix/id"
)

// Incoming is what Address needs to know of a message.
type Incoming struct {
	Body, HTML string
	Mentions   []id.UserID // m.mentions
	Me         id.UserID
	MyName     string // our display name in that room
	Prefix     string // of the room's network; "" is "!"
	Direct     bool
	ReplyToMe  bool
	// Asked is that it replies to a question of ours that is for the others to
	// read, too: only who calls us means a command.
	Asked bool
}

// maxName is longer, in bytes, than any display name that somebody would type.
const maxName = 200

// Address tells whether a message is meant for us, and what its text is
// without prefix, mention and quoted message. named: we were called by name,
// so an empty text asks for help. The caller leaves out notices.
func Address(in Incoming) (text string, named, ok bool) {
	body := withoutFallback(clean(in.Body))
	if in.Prefix == "" {
		in.Prefix = "!"
	}
	rest, named := in.cutMention(body)
	if in.ownWord(body, rest) {
		return body, false, true
	}
	if word, slash := cutSlash(rest); slash {
		// a client that lets "/word" through may mean any bot
		if first, _ := split(word); IsWord(first) {
			return word, named || in.Direct, true
		}
		return "", false, false
	}
	if word, prefixed := cutPrefix(rest, in.Prefix); prefixed {
		return word, named || in.Direct, true // where no prefix is needed, one calls us
	}
	if named || in.Direct || (in.ReplyToMe && !in.Asked && rest != "") {
		if said, _ := readAnswer(rest); said == unsaid && !strings.ContainsFunc(rest, isWordRune) {
			rest = "" // "@buffet?" is a mention alone
		}
		return rest, named, true
	}
	return "", false, false
}

// ownWord tells whether our name is meant as the command that is called so:
// where we need not be called, and no command follows it.
func (in Incoming) ownWord(body, rest string) bool {
	if word, _ := split(body); !in.Direct && (!in.ReplyToMe || in.Asked) || !IsWord(word) || rest == body {
		return false
	}
	if word, _ := split(rest); IsWord(word) {
		return false
	}
	_, pill := pillsOf(in.HTML, in.Me)
	return !pill && (in.ReplyToMe || !slices.Contains(in.Mentions, in.Me))
}

// clean takes out what clients put into a body that nobody typed.
func clean(s string) string {
	s = strings.Map(func(r rune) rune {
		switch r {
		case '\u200b', '\u200e', '\u200f', '\u2060', '\ufeff', 0:
			return -1
		case '\u00a0', '\u202f':
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	return strings.TrimSpace(s)
}

// withoutFallback takes the quoted message off a reply (the "rich reply
// fallback" of older clients).
func withoutFallback(body string) string {
	if !strings.HasPrefix(body, "> <@") && !strings.HasPrefix(body, "> * <@") {
		return body
	}
	for strings.HasPrefix(body, ">") {
		_, rest, more := strings.Cut(body, "\n")
		if !more {
			return ""
		}
		body = rest
	}
	return strings.TrimSpace(body)
}

// cutPrefix takes the prefix off. The word must follow at once: "! word" and
// "!!" are how people write, not commands.
func cutPrefix(s, prefix string) (string, bool) {
	if len(s) < len(prefix) || !strings.EqualFold(s[:len(prefix)], prefix) {
		return s, false
	}
	rest := s[len(prefix):]
	if last, _ := utf8.DecodeLastRuneInString(prefix); isWordRune(last) {
		// a prefix that is a word stands by itself: "bot angebote", not "botanik"
		trimmed := strings.TrimLeftFunc(rest, unicode.IsSpace)
		if len(trimmed) == len(rest) {
			return s, false
		}
		rest = trimmed
	}
	first, _ := utf8.DecodeRuneInString(rest)
	return rest, unicode.IsLetter(first)
}

// cutSlash takes "/" or "//" off; slash is true for anything that looks like
// a client's command.
func cutSlash(s string) (word string, slash bool) {
	word = strings.TrimPrefix(strings.TrimPrefix(s, "/"), "/")
	first, _ := utf8.DecodeRuneInString(word)
	return word, len(word) < len(s) && unicode.IsLetter(first)
}

func isWordRune(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// cutMention takes our name off the text: at its start always, elsewhere only
// if m.mentions has us.
func (in Incoming) cutMention(body string) (rest string, named bool) {
	pills, starts := pillsOf(in.HTML, in.Me)
	names := in.names(pills)
	for _, name := range names {
		if rest, ok := cutName(body, name); ok {
			return rest, true
		}
	}
	if in.Asked || !slices.Contains(in.Mentions, in.Me) { // any reply to us carries us there
		return body, starts
	}
	for _, name := range names {
		if at := findName(body, name); at >= 0 {
			rest := strings.TrimRight(body[:at], " ") + " " + strings.TrimLeft(body[at+len(name):], " :,")
			return strings.TrimSpace(rest), true
		}
	}
	// a reply carries us in m.mentions without having called us
	return body, !in.ReplyToMe
}

// names are the ways to write us, the longest first.
func (in Incoming) names(pills []string) []string {
	local := in.Me.Localpart()
	all := []string{in.Me.String(), "@" + local, local}
	for _, n := range append(pills, in.MyName) {
		if n = clean(n); n != "" && len(n) <= maxName {
			all = append(all, n, "@"+strings.TrimPrefix(n, "@"), "["+n+"](https://matrix.to/#/"+in.Me.String()+")")
		}
	}
	all = slices.DeleteFunc(all, func(n string) bool { return strings.Trim(n, "@ ") == "" })
	slices.SortFunc(all, func(a, b string) int { return len(b) - len(a) })
	return all
}

// cutName takes a name off the start, with a colon or comma.
func cutName(body, name string) (string, bool) {
	if len(body) < len(name) || !strings.EqualFold(body[:len(name)], name) || !nameEnds(body, len(name), name) {
		return body, false
	}
	return strings.TrimLeft(body[len(name):], " \t\r\n:,"), true
}

// findName is where a name stands as words of its own, or -1.
func findName(body, name string) int {
	for at := 0; at+len(name) <= len(body); at++ {
		if !strings.EqualFold(body[at:at+len(name)], name) || !nameEnds(body, at+len(name), name) {
			continue
		}
		if before, _ := utf8.DecodeLastRuneInString(body[:at]); at == 0 || !isWordRune(before) && before != '@' {
			return at
		}
	}
	return -1
}

// nameEnds tells whether a name that ends at that byte is not the start of a
// longer word, nor of somebody's id on another server.
func nameEnds(body string, at int, name string) bool {
	next, size := utf8.DecodeRuneInString(body[at:])
	if isWordRune(next) || next == '-' || next == '_' || next == '\'' || next == '’' {
		return false
	}
	if next == ':' && strings.HasPrefix(name, "@") {
		after, _ := utf8.DecodeRuneInString(body[at+size:])
		return !isWordRune(after)
	}
	if next == '.' { // "buffet.example.org"
		after, _ := utf8.DecodeRuneInString(body[at+size:])
		return !isWordRune(after)
	}
	return true
}
