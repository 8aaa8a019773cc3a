package digest

import (
	"regexp"
	"strings"
	"unicode"
)

// tone is what a message may be to a question before it.
type tone int8

const (
	unread    tone = iota
	empty          // thanks, "me too", "no idea", a question, a laugh
	praising       // "super": an answer to what wants yes or no
	promising      // somebody will find out
	telling        // anything else: it may be an answer, however short
)

var (
	pieces  = regexp.MustCompile(`[^.!?…\n]+[.!?…]*`)
	clauses = regexp.MustCompile(`\s*[,;:–()]\s*`)
	// of a clause of its own
	joinsIn = regexp.MustCompile(`^(?:(?:das |die antwort )?(?:interessiert|würde|wüsste|suchen?|brauchen?|fragen?)\b[ \p{L}]*\bauch\b[ \p{L}]*|(?:ich|mich|wir|uns|mir|bei uns|bei mir) auch(?: schon| nicht)?|(?:geht|ging) (?:mir|uns) (?:auch|genauso)(?: so)?|` +
		`(?:da )?(?:bin|sind) (?:ich |wir )?(?:auch |mal |sehr )?gespannt|(?:sehr |eine )?gute frage|(?:das )?(?:würde|wüsste) (?:ich |mich |uns )?(?:gern|auch|ebenfalls)[ \p{L}]*|schließe mich an|(?:das )?(?:wollte|frage?|fragen) (?:ich|wir) (?:mich |uns )?(?:gerade |eben |auch ){1,3}(?:fragen)?|dito|kenne? (?:ich|wir)(?: auch| gut| nur zu gut)?|(?:da |das |es )?(?:ist|geht|ging|läuft) (?:das |es )?(?:bei )?(?:mir|uns) (?:auch|genauso)\b[ \p{L}]*|(?:bei )?(?:mir|uns) (?:auch|genauso)(?: so)?|(?:nur |wir |ich )?(?:drücken? )?(?:die )?daumen(?: drücken| sind gedrückt)?|viel (?:glück|erfolg)|` +
		`(?:a )?good question|same(?: here| question)?|(?:me|us) too|curious too|i (?:wondered|wonder|was wondering)(?: about)?(?: that)?(?: too| as well)?|me neither|following|interested(?: too| as well)?|i'?d (?:like|love) to know(?: that)?(?: too| as well)?|\+1|good luck)$`)
	unsure = regexp.MustCompile(`\bkeine? (?:ahnung|plan|idee|schimmer)\b|\bwei(?:ß|ss) (?:\p{L}+ ){0,4}nicht\b|\bwissen wir (?:\p{L}+ ){0,2}nicht\b|überfragt|\b(?:mag|will|möchte) ich (?:\p{L}+ ){0,3}nichts? (?:\p{L}+ ){0,5}(?:beantworten|sagen|versprechen)|\bkann ich (?:\p{L}+ ){0,3}nicht (?:sagen|beantworten)\b|` +
		`\bno (?:idea|clue)\b|\b(?:don't|do not) (?:\p{L}+ )?know\b|\bdunno\b|\bnot sure\b|\b(?:can't|cannot) (?:say|tell)\b|\bbeats me\b`)
	findsOut = regexp.MustCompile(`\b(?:ich|wir) (?:\p{L}+ ){0,2}(?:frage?n?|kläre?n?|schaue?n?|schau|gucke?n?|guck|melde?n?|höre?n?|erkundigen?|prüfen?)\b|^(?:\p{L}+ )?(?:frage?n?|kläre?n?|schaue?n?|schau|gucke?n?|guck|melden?|höre?n?|erkundigen?|prüfen?) (?:ich|wir|mich|uns|das ab|(?:mal |gleich |morgen )*nach)\b|` +
		`\bmuss (?:ich|man) (?:\p{L}+ ){0,3}(?:(?:nach)?(?:fragen|sehen|schauen|gucken|lesen)|klären)\b|^(?:da |das )?(?:sage?|schreibe?) ich (?:dir|euch)\b|\b(?:i|we)(?:'ll| will| can| could| would have to| need to)? (?:\p{L}+ )?(?:ask|check|find out|look into|look it up|get back)\b|\blet me (?:ask|check|find out|look)\b`)
	depends = regexp.MustCompile(`^(?:ob|wann|wer|wie|wo|was|und|sobald|wenn|bis|sorry|leider|tut mir leid|if|whether|when|who|how|what|where|and|as soon)\b`)
	agrees  = regexp.MustCompile(`^(?:ja|jo|jep|jup|klar|gern|gerne|nein|nee|nö|doch|yes|yep|sure|no)\b`)
	// by the way, and still an answer
	takesPart = regexp.MustCompile(`\bbin dabei\b|\bleider nein\b`)
	// the question has none any more
	settled = regexp.MustCompile(`\b(?:hat|haben) sich (?:\p{L}+ ){0,3}(?:erledigt|geklärt|gefunden|ergeben)\b|^(?:schon |ist |ok |okay )*(?:erledigt|geklärt|gefunden|gelöst)\b|\bhab(?:e|en|s|'s)? (?:\p{L}+ ){0,4}gefunden\b|(?:hat|klappt) (?:jetzt|geklappt)\b|\bbrauch(?:e|en)? (?:\p{L}+ ){0,3}nicht mehr\b|` +
		`\bnever ?mind\b|\bfound (?:it|him|her|them|one|some)\b|\bgot it (?:now|sorted|solved)\b|\b(?:is|it's|been|got) (?:solved|sorted|settled)\b|^(?:solved|sorted)\b|\bno longer need`)
	unsettled = regexp.MustCompile(`\b(?:nicht|nie|noch kein\p{L}*|not|n't|never|haven't|hasn't)\b`)
	stillNot  = regexp.MustCompile(`nicht mehr|never ?mind`)
	// what is done now: talk of it is no answer to what was asked before
	decides = regexp.MustCompile(`\b(?:dann|also|so) (?:\p{L}+en) wir\b|\bdann (?:ist|wäre) (?:das|es|alles) (?:ja )?(?:geklärt|abgemacht|beschlossen)|\babgemacht\b|\bbeschlossen\b|\bwir (?:machen|nehmen) (?:das|es) (?:also |dann |jetzt )?so\b|\beinigen wir uns\b|` +
		`\b(?:then|so) (?:we|let's)\b|\blet's (?:do|go|say|take|meet|use|make)\b|\bit's (?:settled|decided|agreed)\b`)
	// somebody begins something else
	opens = regexp.MustCompile(`^(?:(?:hallo|hi|hey|moin|guten (?:morgen|tag|abend)|hello|good (?:morning|afternoon|evening))\b|(?:kurze[rn]? |kleine[rn]? )?(?:hinweis|info|erinnerung|reminder|notice)\b|(?:zur |nur zur |kurz zur )info|übrigens|anderes thema|was anderes|fyi\b|by the way|btw\b|heads[ -]up|another (?:thing|topic)|different topic)`)
)

// thankful and pleased are words that say nothing by themselves.
func thankful(word string) bool {
	switch word {
	case "danke", "dank", "danken", "dankeschön", "merci", "thanks", "thank", "thx", "ty", "cheers":
		return true
	}
	return false
}

func pleased(word string) bool {
	switch word {
	case "super", "toll", "klasse", "prima", "perfekt", "cool", "great", "nice", "wonderful", "awesome", "lovely", "perfect", "wunderbar", "top":
		return true
	}
	return false
}

func hollow(word string) bool {
	switch word {
	case "dir", "euch", "ihnen", "vielen", "lieben", "herzlichen", "sehr", "lieb", "schon", "mal", "vorab", "für", "die", "das", "den", "der", "ist", "so", "tipp", "info", "hilfe", "antwort", "hilft", "frage", "question", "antworten", "tipps", "infos", "rückmeldung", "you", "much", "very", "a", "lot",
		"for", "asking", "the", "help", "in", "advance", "lol", "haha", "hahaha", "hihi", "hehe", "hm", "hmm", "mhm", "oh", "ach", "ah", "aha", "uff", "puh", "wow", "tja", "na", "interessant", "spannend", "interesting", "sorry", "leider", "bitte",
		"alle", "allen", "zusammen", "hallo", "hi", "moin", "hey", "all", "that", "is", "voll", "echt", "really":
		return true
	}
	return false
}

// toneOf reads a message as somebody who waits for an answer does.
func toneOf(text string) tone {
	text = strings.NewReplacer("’", "'", "k. a.", "keine ahnung", "k.a.", "keine ahnung").Replace(strings.ToLower(text))
	text = addresses.ReplaceAllString(text, " link ")
	if !strings.ContainsFunc(text, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }) {
		if strings.ContainsAny(text, "👍👎👌✅✔☑❌✖🆗🙋✋☝🤚💪🙅🙆➕➖") {
			return telling
		}
		return empty
	}
	ordered := isOrder(text)
	all := empty
	for line := range strings.SplitSeq(text, "\n") {
		if strings.HasPrefix(strings.TrimSpace(line), ">") {
			continue
		}
		for _, p := range pieces.FindAllString(line, -1) {
			p = strings.TrimSpace(p)
			if strings.HasSuffix(strings.TrimRight(p, " )!\"“"), "?") || ordered && orders.MatchString(p) {
				continue
			}
			all = max(all, toneOfSentence(strings.TrimRight(p, ".!… ")))
		}
	}
	return all
}

func toneOfSentence(s string) tone {
	all, left := empty, false
	thanked, pleasant := false, false
	for _, c := range clauses.Split(s, -1) {
		c = strings.TrimFunc(c, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '+' })
		switch {
		case c == "" || joinsIn.MatchString(c) || left && depends.MatchString(c):
			continue
		case unsure.MatchString(c):
			left = true
			continue
		case findsOut.MatchString(c) && !agrees.MatchString(s):
			all, left = max(all, promising), true
			continue
		}
		for w := range strings.FieldsFuncSeq(c, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
			thanked, pleasant = thanked || thankful(w), pleasant || pleased(w)
			if !thankful(w) && !pleased(w) && !hollow(w) {
				return telling
			}
		}
	}
	if pleasant && !thanked {
		all = max(all, praising)
	}
	return all
}

// settles tells whether who asked says that no answer is wanted any more.
func settles(text string) bool {
	text = strings.ToLower(strings.ReplaceAll(text, "’", "'"))
	if !hasAny(text, "erledigt", "geklärt", "gefunden", "ergeben", "gelöst", "klappt", "nicht mehr", " mind", "found", "got it", "solved", "sorted", "settled", "no longer") {
		return false
	}
	for _, p := range pieces.FindAllString(text, -1) {
		if strings.HasSuffix(p, "?") || !settled.MatchString(strings.TrimSpace(p)) {
			continue
		}
		if stillNot.MatchString(p) || !unsettled.MatchString(p) {
			return true
		}
	}
	return false
}
