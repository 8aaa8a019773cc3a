package commands

import (
	"slices"
	"strings"
	"unicode"
)

// answer is what somebody says to a question that wants yes or no.
type answer int8

const (
	unsaid answer = iota // neither
	saidYes
	saidNo
)

// The reactions that mean yes and no.
const (
	signYes = "✅"
	signNo  = "❌"
)

// readAnswer reads a yes or no, in either language or as a sign. rest is what
// follows it, as it was typed: a reason, or something else that was meant.
func readAnswer(text string) (said answer, rest string) {
	text = strings.TrimSpace(strings.ReplaceAll(text, "\ufe0f", "")) // of emoji
	for sign, means := range map[string]answer{signYes: saidYes, "👍": saidYes, "✔": saidYes, "👌": saidYes, signNo: saidNo, "👎": saidNo, "✖": saidNo} {
		if after, ok := strings.CutPrefix(text, sign); ok {
			return means, trimAnswer(strings.TrimLeft(after, "🏻🏼🏽🏾🏿"))
		}
	}
	word, after := cutWord(text)
	switch word = fold(word); {
	case slices.Contains([]string{"ja", "jo", "jep", "jup", "jawohl", "klar", "gern", "gerne", "ok", "okay", "oki", "passt", "stimmt", "genau", "richtig",
		"yes", "yep", "yeah", "sure", "correct", "right"}, word):
		said = saidYes
	case slices.Contains([]string{"nein", "nee", "noe", "ne", "abbruch", "abbrechen", "verwerfen", "no", "nope", "cancel", "discard"}, word):
		said = saidNo
	default:
		return unsaid, ""
	}
	for !strings.Contains(after, "?") { // "ok, ist das gut so?" asks
		word, next := cutWord(after)
		if word == "" || !slices.Contains(padding(said), fold(word)) {
			break
		}
		after = next
	}
	return said, trimAnswer(after)
}

// padding is what people put behind a yes or no without saying more.
func padding(said answer) []string {
	if said == saidYes {
		return []string{"ja", "bitte", "danke", "gern", "gerne", "passt", "stimmt", "genau", "so", "das", "doch", "klar", "dir", "euch", "vielen", "dank", "sehr", "schoen", "gut",
			"super", "toll", "prima", "perfekt", "wunderbar", "natuerlich", "unbedingt", "richtig", "alles", "ist", "es", "mach", "please", "thanks", "that", "is", "right", "fine",
			"ok", "okay", "yes", "s", "it", "thank", "you", "very", "much", "go", "ahead", "do", "all", "good", "great", "perfect", "sure", "correct", "absolutely", "lovely"}
	}
	return []string{"bitte", "danke", "lieber", "nicht", "doch", "nein", "dir", "euch", "vielen", "dank", "schoen", "leider", "please", "thanks", "thank", "you", "no", "very", "much", "sorry"}
}

// cutWord takes the first word off, without the marks around it.
func cutWord(s string) (word, rest string) {
	s = strings.TrimLeftFunc(s, func(r rune) bool { return !isWordRune(r) })
	end := strings.IndexFunc(s, func(r rune) bool { return !isWordRune(r) && !unicode.IsMark(r) })
	if end < 0 {
		return s, ""
	}
	return s[:end], s[end:]
}

func trimAnswer(s string) string {
	s = strings.TrimLeft(strings.TrimSpace(s), ",;:.!-–— ")
	if !strings.ContainsFunc(s, isWordRune) { // "ja!", "ja 👍"
		return ""
	}
	return s
}
