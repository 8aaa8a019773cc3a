package lang

import (
	"crypto/sha256"
	"encoding/hex"
	"html"
	"net/url"
	"regexp"
	"strings"
)

// Text is a message in the making: its plain and its HTML form, which say the
// same. Whatever comes from outside goes through Raw or Link and can neither
// become markup nor mention anybody.
type Text struct {
	plain, html strings.Builder
}

// Plain is the text for notifications, screen readers and bridges.
func (t *Text) Plain() string { return strings.TrimRight(t.plain.String(), "\n") }

// HTML is the same with markup (org.matrix.custom.html, Matrix
// client-server API 13.2.1.7).
func (t *Text) HTML() string { return strings.TrimSuffix(t.html.String(), "<br>") }

// Len is the size of both forms in bytes.
func (t *Text) Len() int { return t.plain.Len() + t.html.Len() }

// Hash tells two texts apart: SHA-256 of both forms, in hex.
func (t *Text) Hash() string {
	sum := sha256.Sum256([]byte(t.Plain() + "\x00" + t.HTML()))
	return hex.EncodeToString(sum[:])
}

// Say adds one of our phrases. `code` and **bold** in it become markup; in
// values that Phrases filled in they stay what they are.
func (t *Text) Say(phrase string) *Text {
	for i, part := range strings.Split(phrase, "`") {
		if i%2 == 1 {
			t.Code(unguard(part))
			continue
		}
		for j, piece := range strings.Split(part, "**") {
			if j%2 == 1 {
				t.Bold(unguard(piece))
			} else {
				t.lines(unguard(piece))
			}
		}
	}
	return t
}

func (t *Text) lines(s string) {
	s = harmless(s)
	t.plain.WriteString(s)
	t.html.WriteString(strings.ReplaceAll(html.EscapeString(s), "\n", "<br>"))
}

// Raw adds text from outside, as it is.
func (t *Text) Raw(s string) *Text { t.lines(s); return t }

// Bold adds text from outside, in bold.
func (t *Text) Bold(s string) *Text {
	s = harmless(s)
	t.plain.WriteString(s)
	t.html.WriteString("<b>" + html.EscapeString(s) + "</b>")
	return t
}

// Code adds what a person may type.
func (t *Text) Code(s string) *Text {
	t.plain.WriteString(s)
	t.html.WriteString("<code>" + html.EscapeString(s) + "</code>")
	return t
}

// Link adds words that lead to an address; one that is not http, https or
// mailto is left out and only the words stay.
func (t *Text) Link(words, address string) *Text {
	u, err := url.Parse(address)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https" && u.Scheme != "mailto") {
		return t.Raw(words)
	}
	words = harmless(words)
	t.plain.WriteString(words + ": " + address)
	t.html.WriteString(`<a href="` + html.EscapeString(u.String()) + `">` + html.EscapeString(words) + `</a>`)
	return t
}

// Line ends the line.
func (t *Text) Line() *Text {
	t.plain.WriteString("\n")
	t.html.WriteString("<br>")
	return t
}

// Add appends another text.
func (t *Text) Add(o *Text) *Text {
	t.plain.WriteString(o.plain.String())
	t.html.WriteString(o.html.String())
	return t
}

var (
	pill      = regexp.MustCompile(`(?i)(?:https?://)?matrix\.to/#/\S*|matrix:(?:u|user)/\S*`)
	everybody = regexp.MustCompile(`(?i)@(room)`) // push rules take it in any case
)

// harmless takes from text what would ping people: @room, and links that
// clients turn into mentions.
func harmless(s string) string {
	if strings.Contains(s, "/") {
		s = pill.ReplaceAllString(s, "")
	}
	if strings.Contains(s, "@") {
		s = everybody.ReplaceAllString(s, "@\u200b$1")
	}
	return s
}

// Marks inside filled-in values are put aside as private-use characters until
// the phrase's own marks have been read.
var (
	guarding   = strings.NewReplacer("`", "\uE000", "**", "\uE001")
	unguarding = strings.NewReplacer("\uE000", "`", "\uE001", "**")
)

func guard(s string) string   { return guarding.Replace(s) }
func unguard(s string) string { return unguarding.Replace(s) }
