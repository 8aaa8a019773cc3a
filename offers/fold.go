package offers

import (
	"strings"
	"unicode"
)

// fold makes words comparable: lower case, no accents, ß as ss. Umlauts become
// ae, oe, ue if long, else a, o, u.
func fold(s string, long bool) string {
	var b strings.Builder
	b.Grow(len(s))
	var last rune
	for _, r := range s {
		r = unicode.ToLower(r)
		switch {
		case r < 0x80:
			b.WriteRune(r)
		case r == 'ß':
			b.WriteString("ss")
		case r == 0x0308 && strings.ContainsRune("aou", last): // an umlaut in two pieces
			if long {
				b.WriteByte('e')
			}
		case unicode.Is(unicode.Mn, r):
		default:
			b.WriteString(base(r, long))
		}
		last = r
	}
	return b.String()
}

// bases are the letters that European languages put marks on, by what is left
// without them.
const bases = "aàáâãåāăą cçćĉċč dďđð eèéêëēĕėęě gĝğġģ hĥħ iìíîïĩīĭįı jĵ kķ lĺļľŀł nñńņňŋ oòóôõøōŏő rŕŗř sśŝşšș tţťŧț uùúûũūŭůűų wŵ yýÿŷ zźżž"

func base(r rune, long bool) string {
	switch i := strings.IndexRune("äöüæœ", r); {
	case i < 0:
	case r == 'æ':
		return "ae"
	case r == 'œ':
		return "oe"
	default:
		letter := map[rune]string{'ä': "a", 'ö': "o", 'ü': "u"}[r]
		if long {
			letter += "e"
		}
		return letter
	}
	if i := strings.IndexRune(bases, r); i > 0 {
		return string(bases[strings.LastIndexByte(bases[:i], ' ')+1])
	}
	return string(r)
}
