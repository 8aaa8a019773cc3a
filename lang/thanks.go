package lang

import (
	"regexp"
	"strings"
	"unicode"
)

var (
	thanks = wordSet(`danke dank danken vielen tausend herzlichen lieben besten dir euch ihnen allen allerseits sehr schön dankeschön merci thx thanks thank thankyou ty cheers you
		a lot so much very many all everyone für die den das eure deine hilfe antwort antworten infos info tipp tipps rückmeldung for the your help answer answers reply tip tips`)
	nods = wordSet(`ok okay oki super cool toll klasse prima perfekt perfect top gut good great nice wow hm hmm mhm aha ah oh ach so genau stimmt ja jo jep jup yes yep yeah nein nö no nope
		alles klar verstanden got it gotcha following folge interesting interessant spannend gerne lol haha hihi jap right exactly true agreed awesome wonderful lovely excellent bitte welcome sure np
		check passt wunderbar großartig hilfreich helpful sehr that's das ist is dann und and ganz wirklich really`)
	meToo = regexp.MustCompile(`(?i)^(?:(?:das |die antwort )?(?:interessiert|würde|wüsste|brauche|suche|frage)[ \p{L}]*\bauch\b[ \p{L}]*|ich auch|mich auch|wir auch|dito|same(?: here)?|` +
		`me too|us too|i'?d (?:like|love) to know(?: that)?(?: too| as well)?|interested(?: too| as well)?|\+1[ \p{L}]*)[\s.!]*$`)
)

// IsAnswer tells whether a reply to a question says anything: thanks, nods,
// "me too" and emoji do not. German and English.
func IsAnswer(text string) bool {
	letters := 0
	for _, r := range text {
		if unicode.IsLetter(r) {
			letters++
		}
	}
	text = strings.ReplaceAll(strings.TrimSpace(text), "’", "'")
	if letters < 3 || meToo.MatchString(text) {
		return false
	}
	words := anyWord.FindAllString(strings.ToLower(text), -1)
	said := false
	for _, w := range words {
		said = said || !thanks[w] && !nods[w]
	}
	return said
}

// OnlyAsks tells whether a text is nothing but questions: in reply to one it
// asks back, or for more, and answers nothing.
func OnlyAsks(text string) bool {
	list := Sentences(text)
	for _, s := range list {
		if !strings.HasSuffix(strings.TrimRight(text[s.Start:s.End], " )\"“”«»"), "?") {
			return false
		}
	}
	return len(list) > 0
}
