package offers

import "strings"

// ReadHelp reads what somebody looks for or offers: text without a date. The
// first sentence or line is the title, if it fits.
func ReadHelp(text string) Line {
	text = strings.TrimSpace(text)
	if at := unnamed.FindStringIndex(text); at != nil {
		return helpLine(strings.TrimRight(strings.TrimSpace(text[:at[0]]), ",;"), true)
	}
	return helpLine(text, false)
}

func helpLine(text string, unnamed bool) Line {
	l := Line{Unnamed: unnamed}
	title, rest, _ := strings.Cut(text, "\n")
	title, rest = strings.TrimSpace(title), strings.TrimSpace(rest)
	if r := []rune(title); len(r) > draftTitle {
		at := cutAt(r[:draftTitle-1])
		title, rest = strings.TrimSpace(string(r[:at]))+"…", strings.TrimSpace("…"+strings.TrimSpace(string(r[at:]))+"\n"+rest)
	}
	l.Title, l.Description = title, rest
	l.URL, _ = linkIn(text)
	for _, tag := range hashtag.FindAllStringSubmatch(text, -1) {
		l.Topics = append(l.Topics, tag[1])
	}
	return l
}

// cutAt is where a text is cut so that no word is torn, in runes.
func cutAt(r []rune) int {
	for i := len(r) - 1; i > len(r)/2; i-- {
		if r[i] == ' ' {
			return i
		}
	}
	return len(r)
}
