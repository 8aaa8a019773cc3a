package store

import (
	"strings"
	"unicode/utf8"
)

// maxQuery is how many bytes of a query count, maxParts how many of its
// phrases, exclusions and beginnings.
const (
	maxQuery = 2000
	maxParts = 8
)

// ParseQuery reads what a person typed: "phrases" in any quotes, -not,
// -"not this", beginning*, and words. It fills Text, Must, Not and Prefixes.
func ParseQuery(text string) SearchQuery {
	var query SearchQuery
	var words []string
	rest := clipQuery(text)
	for rest != "" {
		plain, phrase := rest, ""
		rest = ""
		if i := strings.IndexFunc(plain, isQuote); i >= 0 {
			_, size := utf8.DecodeRuneInString(plain[i:])
			plain, rest = plain[:i], plain[i+size:]
			if j := strings.IndexFunc(rest, isQuote); j >= 0 {
				_, size = utf8.DecodeRuneInString(rest[j:])
				phrase, rest = rest[:j], rest[j+size:]
			}
		}
		not := phrase != "" && (plain == "-" || strings.HasSuffix(plain, " -"))
		for _, w := range strings.Fields(plain) {
			switch {
			case len(w) > 1 && w[0] == '-' && w[1] != '-':
				query.Not = append(query.Not, w[1:])
			case strings.HasSuffix(w, "*") && strings.Trim(w, "*") != "":
				query.Prefixes = append(query.Prefixes, strings.Trim(w, "*"))
			default:
				words = append(words, w)
			}
		}
		switch {
		case strings.TrimSpace(phrase) == "":
		case not:
			query.Not = append(query.Not, phrase)
		default:
			query.Must = append(query.Must, phrase)
			words = append(words, phrase)
		}
	}
	query.Text = strings.Join(words, " ")
	return query
}

func isQuote(r rune) bool { return strings.ContainsRune("\"„“”‟«»", r) }

func clipQuery(text string) string {
	if len(text) > maxQuery {
		text = text[:maxQuery]
	}
	return strings.ToValidUTF8(text, " ")
}
