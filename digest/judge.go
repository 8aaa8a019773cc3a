package digest

import (
	"regexp"
	"strings"
	"unicode"

	"buffet/lang"
)

var (
	addresses = regexp.MustCompile(`(?i)\[[^\]\n]*\]\([^)\s]*\)|<?\b(?:https?|ftp|mailto|matrix):\S+|\bwww\.\S+|matrix\.to\S*|\S+@\S+\.\S+|<[^>\s]{1,80}>`)
	mentions  = regexp.MustCompile(`(?:^|[\s(])@[^\s,;!?]+`)
	// what somebody tells a machine that may read along, no news for anybody
	orders = regexp.MustCompile(`(?i)\b(?:ignoriere?|vergiss|vergesse?n sie|ignore|disregard|forget)\b.{0,40}\b(?:anweisung|instru[ck]tion|vorgabe|prompt|previous|vorherig|bisherig)|` +
		`\b(?:system ?prompt|als ki|as an ai|du bist (?:jetzt|nun|ab sofort)|you are now)\b|^\s*(?:system|assistant|user)\s*:|"\w+"\s*:\s*["\[{\d]|\b(?:neue aufgabe|new task|new instructions)\b|^\s*(?:\[m?\d{1,3}\]\s*){2,}|\bquelle \d{1,3}:|</?(?:messages?|system|user|assistant|prompt)\b`)
)

// judge tells whether a sentence says anything in words, and whether it is
// weak: of thanks, nods and marks only.
func judge(text string, names map[string]bool) (quotable, weak bool) {
	if len(text) > 4000 {
		return false, false
	}
	bare := text
	if strings.ContainsAny(text, "@<") || hasAny(text, "](", "://", "www.", "mailto:", "matrix", "MAILTO:", "WWW.") {
		bare = mentions.ReplaceAllString(addresses.ReplaceAllString(text, " "), " ")
	}
	words, letters, others := 0, 0, 0
	for w := range strings.FieldsSeq(bare) {
		n, o := 0, 0
		for _, r := range w {
			if unicode.IsLetter(r) {
				n++
			} else if !unicode.IsDigit(r) && !unicode.IsPunct(r) || strings.ContainsRune("{}[]\\/@#*_", r) {
				o++
			}
		}
		letters += n
		others += o
		if n > 1 && !names[strings.ToLower(strings.TrimFunc(w, func(r rune) bool { return !unicode.IsLetter(r) }))] {
			words++
		}
	}
	if words == 0 || letters < 3 {
		return false, false
	}
	const wordy = 14 // words; thanks are shorter
	return true, words < 2 || others*3 > letters || words < wordy && !lang.IsAnswer(text)
}

// isOrder tells whether a message, or a part of it, is meant for a machine that
// may read along. Nothing of it is quoted as long as others said something.
func isOrder(text string) bool {
	return hasAny(strings.ToLower(text), "ignor", "vergiss", "vergesse", "disregard", "forget", "prompt", "as an ai", "als ki", "you are now", "du bist", "[m", "quelle ", "system:", "system :", "system>", "assistant:", "user:", "assistant>", "user>", "\":", "\" :", "neue aufgabe", "new task", "new instructions", "messages>", "message>") && orders.MatchString(text)
}
