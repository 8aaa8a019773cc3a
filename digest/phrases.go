package digest

import (
	"regexp"
	"strings"
)

var (
	labels = regexp.MustCompile(`(?i)^(?:zu|ad|re|frage|punkt|question|to)?\s*(?:nr\.?|frage|punkt|question)?\s*#?([1-9])\s?[:.)]|\bzu(?:r)? (?:frage |punkt )?(?:nr\. )?([1-9])\b`)
	// no answer yet
	promises = regexp.MustCompile(`(?i)^(?:\S+ ){0,4}noch nicht\b|\b(?:weiß|weiss) (?:ich )?(?:\p{L}+ ){0,2}nicht\b|(?:mag|kann|will|möchte) ich (?:\p{L}+ ){0,3}nichts? (?:\p{L}+ ){0,5}(?:beantworten|sagen|versprechen)|keine ahnung|\b(?:ich|wir) (?:\p{L}+ )?(?:frage?n?|kläre?n?|höre|schaue?n?|gucke|melde?n?|rufe?n?) (?:\p{L}+ ){0,6}(?:nach|mal|mich|uns|ab|an|um|drauf|rein)\b|` +
		`\b(?:frage?|kläre?|schaue?|gucke?|melde) (?:ich|mich|wir)\b|\bfrag(?:e)? (?:\p{L}+ ){0,4}(?:nach|ob)\b|\b(?:i|we)(?:'ll| will) (?:\p{L}+ )?(?:ask|check|find out|look into|get back)|\b(?:don't|do not|no idea|not sure|don’t) ?(?:know)?\b|\bmuss ich (?:\p{L}+ ){0,3}(?:fragen|klären|nachsehen|schauen)`)
	// said by the way
	asides = regexp.MustCompile(`(?i)^(?:oh|och|ach|haha+\S*|hihi\S*|lol|uff|puh|ups|ohje|mist|krass|echt jetzt|wow|kenne? ich\b|kommt mir bekannt|bin gespannt|bin dabei|daumen|drück|gute besserung|viel (?:glück|erfolg|spaß)|glückwunsch|da hat (?:er|sie)|` +
		`der war gut|gefällt mir|same here|no idea|good luck|congrat|ich auch\b|wir auch\b|geht uns (?:auch|genauso)|bei uns (?:auch|genauso)|schließe mich|da bin ich|leider nein|da schließ|keine panik|hallo \p{L}+, keine panik|der war|du bist gold|ich küss)`)
	// what was said before is wrong
	retracts = regexp.MustCompile(`(?i)\b(?:korrektur|korrigiere?|stimmt (?:so )?(?:leider )?(?:nicht|nimmer)|(?:ist|war) (?:so |leider )?(?:nicht (?:ganz )?(?:richtig|korrekt)|falsch)|irrtum|(?:galt|war|stimmte) (?:noch |nur )?(?:letztes|voriges|vergangenes) jahr|(?:war|ist) (?:mal|veraltet|überholt)\b[,.]|gilt nicht mehr|` +
		`da(?:s)? (?:irrst|verwechselst) du|correction|that(?:'s| is) (?:wrong|incorrect|not (?:right|correct|true)))\b|` + mine.String())
	// things stand otherwise than before
	renews = regexp.MustCompile(`\b(?:neue[rs]? (?:termin|stand|plan|ort|datum|zeit)|(?:jetzt|nun) wirklich|verschoben|verlegt|stand jetzt|letzter stand|aktueller stand|update|stattdessen|postponed|rescheduled|new (?:date|time|plan|version))\b`)
	// of what its writer said
	mine = regexp.MustCompile(`(?i)\b(?:hab(?:e)? mich (?:\p{L}+ )?(?:vertan|geirrt|verlesen|verrechnet|vertippt)|lag ich (?:\p{L}+ )?(?:daneben|falsch)|nehme (?:\p{L}+ ){0,2}zurück|mein fehler|my mistake|i was wrong|i stand corrected)\b`)
)

// readTone says what sort of remark a sentence is. The words that are looked
// for first spare most sentences a closer look.
func (p *part) readTone() {
	lower := strings.ToLower(p.text)
	p.aside = asides.MatchString(lower) || hasAny(lower, "daumen drücken", "daumen sind gedrückt", "bin gespannt", "genauso ein", "ein engel", "kuchen gut")
	p.aside = p.aside || p.words < 8 && mine.MatchString(lower)
	p.news = hasAny(lower, "neue", "wirklich", "verschoben", "verlegt", "stand", "update", "stattdessen", "postponed", "rescheduled", "new ") && renews.MatchString(lower)
	p.retracts = hasAny(lower, "korrektur", "korrigier", "stimmt", "nicht richtig", "nicht korrekt", "nicht ganz", "gilt nicht", "falsch", "irr", "zurück", "vertan", "verlesen", "verrechnet", "vertippt", "verwechsel", "daneben", "fehler", "jahr", "war mal", "veraltet", "überholt", "correct", "wrong", "mistake", "not right", "not true") && retracts.MatchString(lower)
}

func hasAny(text string, words ...string) bool {
	for _, w := range words {
		if strings.Contains(text, w) {
			return true
		}
	}
	return false
}
