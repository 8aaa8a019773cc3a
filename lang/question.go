package lang

import (
	"regexp"
	"strings"
	"unicode"
)

var (
	// code, what was said by others and addresses ask nothing
	fenced   = regexp.MustCompile("(?s)```.*?(?:```|$)|`[^`\n]*`")
	replied  = regexp.MustCompile(`(?m)^\s*>.*$`)
	quoted   = regexp.MustCompile(`„[^“”"\n]*[“”"]|“[^”\n]*”|"[^"\n]*"|«[^»\n]*»|»[^«\n]*«`)
	linked   = regexp.MustCompile(`(?i)\b(?:https?://|www\.|matrix:|mailto:)\S+`)
	sentence = regexp.MustCompile(`[^.!?…\n]+[.!?…]*|[.!?…]+`)

	greeting = regexp.MustCompile(`^(?:(?:hallo|hi|hey|moin|servus|guten (?:morgen|tag|abend)|liebe alle|hello|good (?:morning|afternoon|evening)|dear all)` +
		`(?: (?:zusammen|in die runde|alle|allerseits|ihr lieben|leute|all|everyone|everybody|folks|there|team))?|` +
		`(?:(?:mal )?(?:eine |ne )?(?:kurze |schnelle )?frage(?: in die runde| an alle)?|(?:a )?(?:quick )?question(?: for (?:you )?all)?))\s*[,:!–-]+\s*`)

	// to whoever knows: enough without a question mark
	somebody = regexp.MustCompile(`^(?:(?:weiß|weiss|hat|kennt|kann|könnte|nutzt|benutzt|macht|hätte|braucht)(?: (?:mir|uns|hier|da|schon|denn|zufällig|vielleicht|mal|eigentlich))* ` +
		`(?:jemand|wer|irgendwer|irgendjemand)|(?:wie|womit|wo) (?:macht|handhabt|löst|regelt|organisiert) ihr|` +
		`(?:does|has|can|could|is|did|would|do) (?:anyone|anybody|someone|somebody|any of you)|(?:any|some)(?:one|body) (?:know|got|have|has|here|using|used))\b`)
	whoever = regexp.MustCompile(`\b(?:jemand|jemandem|irgendwer|irgendjemand|anyone|anybody|someone|somebody)\b`)
	// what a question begins with; more than a question mark is wanted
	opening = regexp.MustCompile(`^(?:(?:also|und|aber|denn|and|but|so) )?(?:(?:an|ab|nach|seit|bei|mit|für|von|zu|in|auf|über|unter|bis|at|for|to|with|from|by|since|on) )?(?:wie|wieviele?|wo|woher|wohin|woran|womit|wofür|worauf|wozu|wodurch|wann|warum|wieso|weshalb|wer|wem|wen|was|welche[rsmn]?|` +
		`gibt|muss|müssen|darf|dürfen|kann|könnt|könnte|können|soll|sollte|sollten|ist|sind|hat|habt|haben|kennt|weiß|nutzt|benutzt|braucht|brauchen|macht|wisst|lohnt|geht|zählt|gilt|` +
		`how|where|when|why|who|what|what's|which|whose|is|are|do|does|did|has|have|can|could|should|would|will|must|may|any|anyone|anybody|someone)\b`)

	// who is meant is one person
	personal = regexp.MustCompile(`\b(?:du|dich|dir|dein|deine[rsmn]?|bist|hast|kannst|weißt|könntest|würdest|magst|willst|musst|kommst|machst|kennst|hattest|warst)\b`)
	named    = regexp.MustCompile(`^(?:@\S+|\p{Lu}[\p{Ll}-]+(?: \p{Lu}[\p{Ll}-]+)?\s*[,:])`)

	rhetoric = regexp.MustCompile(`^(?:wer hätte (?:das|es)|wer weiß das|wer weiß schon|ist (?:das|es|sie|er) nicht|was will man|was soll (?:das|der|man da)|wie \S+ ist (?:das|der|die) denn|wie \S+ ist das$|` +
		`isn't|aren't|wasn't|ain't|who knew|who (?:would|could)(?:'ve| have)? (?:thought|known|guessed)|who'd have|who cares|who knows(?:$| (?:what|why|how|when|where|if|anymore)\b)|what could possibly|how \S+ is (?:that|this)$|` +
		`you know what|are you (?:kidding|serious|joking)|(?:does|do|has|is) (?:any(?:one|body)) (?:ever|even|still)\b|muss das sein|geht's noch|what the|what on earth|` +
		`wen (?:interessiert|juckt)|was kann da|how hard can|why (?:oh why|me)|warum immer|was ist (?:denn )?(?:nur |bloß )?(?:los|mit (?:euch|dir) los))`)
	// about the moment, or about something that only the people talking know
	passing = regexp.MustCompile(`^(?:(?:und|and|na|so) )?(?:(?:is|was|does|did|can|could|geht|ist|war|kann|klappt|macht|passt) (?:das|that|this)\b|(?:did|does) it\b|wie war|how was|how were|` +
		`(?:soll|shall|should|can|may|didn't|do|did|why didn't) (?:ich|i)\b|(?:soll|sollen|wollen|gehen|treffen|sehen) wir\b|shall we|wer kommt|who's coming|who is coming|wo bleib|wo steckt|wer bringt|wer holt|who's bringing|was sagt man|what happens next|so what|(?:are|did|were|have) you\b|do you (?:remember|want|see)|are we still|can we (?:start|begin|go|talk|move)|wo seid ihr|where are you|seid ihr|habt ihr (?:lust|zeit)|` +
		`` +
		`how (?:great|cool|awesome|nice|lovely|amazing|good|bad|cute|sweet|beautiful|funny|crazy) |wie (?:schön|cool|geil|toll|süß|krass|gut|großartig|lieb|nett|schlimm) (?:ist|war|sind|waren)|` +
		`how (?:many times|often) (?:do|must|should) i|wie oft (?:soll|muss) (?:ich|man)|what's not to|what is not to)|` +
		`\b(?:das vorstellen|tut man sich|(?:so was|sowas) überhaupt|denn hier los|what i mean|make sense to you|nonsense|unsinn|quatsch|mist|mein(?:e[rsmn]?)?|my|lust auf|fancy an?|just me|on earth|even \w+ing|nur passieren|noch aktuell|passt (?:für )?(?:euch|allen)|works? for (?:everyone|all|you))\b|` +
		`\b(?:(?:here|there|da|hier|wach|awake|online|los)(?: yet| schon| noch| now)?|now or later|gerade|right now|tonight|heute abend|please|gleich noch|schon wieder|findet ihr(?: nicht| auch)?|meint ihr(?: nicht| auch)?|don't you think)$`)
	// about one day or one event: of no use to whoever looks for it later
	fleeting = regexp.MustCompile(`\b(?:heute|gestern|vorhin|nachher|morgen|diese woche|today|yesterday|later|tonight|tomorrow|this week|last (?:night|week)|treffen wir|we meet|we meeting)\b|` +
		`^(?:(?:und|and|so) )?(?:(?:was|warum|wieso|wann|wo) (?:hat|haben|hatte|war|lief)|wie lief|(?:what|how|why|when|where) (?:did|was|were|has)|soll (?:das|der|die)|kann ich|(?:is|are|did|ist|sind|hat) (?:the|der|die|den)|wann kommt|wie heißt|should we|sollen wir)\b|\b(?:dazu|(?:about|like) (?:that|this)|as well|auch so|yet|left|still \w+|noch da|übrig)$`)
	tagged = regexp.MustCompile(`[,–-]\s*(?:oder(?: nicht)?|ne|nicht|nicht wahr|gell|gelle|wa|wah|stimmt's|right|ok|okay|no|yeah|correct|eh|huh|` +
		`(?:isn't|wasn't|aren't|weren't|don't|doesn't|didn't|won't|can't|haven't|hasn't) (?:it|they|we|you|he|she))$|\boder$`)
	smalltalk = regexp.MustCompile(`\b(?:wie geht(?:'s|s| es)|alles (?:klar|gut|ok|fit)|wie läuft(?:'s|s)|how are (?:you|things)|how's (?:it|everyone|everybody)|how is everyone|what's up|how do you do|` +
		`(?:schönes|gutes|nice|good|great) (?:wochenende|weekend)|gut geschlafen|heute abend noch|doing tonight|was macht ihr (?:heute|gerade))`)
	technical = regexp.MustCompile(`\b(?:(?:hört|seht|versteht) ihr (?:mich|uns|meine?n?)|könnt ihr (?:mich|meine?n?|das (?:hier )?(?:lesen|sehen|hören))|(?:hear|see|read) (?:me|my|us|this)\b|` +
		`(?:meine|diese) nachrichte?n?|(?:hier im|in diesem) (?:chat|raum|kanal)|(?:richtigen|falschen) (?:raum|chat|kanal)|(?:right|wrong) (?:room|chat|channel)|in (?:this|the) (?:chat|room|channel)|my (?:screen|mic|message))`)
	anyWord = regexp.MustCompile(`[\p{L}\p{N}][\p{L}\p{N}'’-]*`)
)

// fillers are words that say nothing about what is asked.
var fillers = wordSet(`und oder aber denn jetzt dann da das der die den dem ein eine einen ist sind war was wer wie wo wann warum wieso ihr wir ich es man mal noch so schon nicht
	and or but now then there that the a an is are was what who how where when why you we i it do does did to of so not us me this`)

func wordSet(words string) map[string]bool {
	m := map[string]bool{}
	for w := range strings.FieldsSeq(words) {
		m[w] = true
	}
	return m
}

// IsQuestion tells whether a message is plainly a question to the whole room,
// in German or English. It would rather miss one than take rhetoric, small
// talk, a question to one person or one about the chat itself for it. Whether
// the message is a reply is for the caller to see.
func IsQuestion(text string) bool {
	const longest = 4000 // bytes; what is longer is an essay
	if len(text) > longest {
		return false
	}
	text = replied.ReplaceAllString(fenced.ReplaceAllString(text, " "), "")
	text = linked.ReplaceAllString(quoted.ReplaceAllString(text, " x "), " ")
	text = strings.NewReplacer("’", "'", "*", "", "_", " ").Replace(strings.TrimSpace(text))
	if toOne(text) {
		return false
	}
	for _, s := range sentence.FindAllString(text, -1) {
		if asks(s) {
			return true
		}
	}
	return false
}

// toOne tells whether a message begins with whom it is for.
func toOne(text string) bool {
	name := named.FindString(text)
	if name == "" {
		return false
	}
	return name[0] == '@' || !greeting.MatchString(strings.ToLower(name)+" ") && !leads(strings.ToLower(name))
}

// leads tells whether a word before a comma or colon is no name.
func leads(word string) bool {
	switch strings.TrimRight(word, " ,:") {
	case "frage", "question", "suche", "leute", "alle", "all", "everyone", "folks", "ja", "nein", "yes", "no", "ok", "okay", "also", "so", "danke", "thanks", "liebe", "sorry", "entschuldigung", "hilfe", "help", "übrigens", "kurz":
		return true
	}
	return false
}

// asks tells whether one sentence is a question to the room.
func asks(s string) bool {
	s = strings.ToLower(strings.TrimSpace(s))
	mark := strings.HasSuffix(s, "?")
	s = strings.TrimRight(s, " .!?…")
	for range 2 { // "hi all, quick question: …"
		s = s[len(greeting.FindString(s)):]
	}
	if !contentful(s) || rhetoric.MatchString(s) || passing.MatchString(s) || tagged.MatchString(s) || smalltalk.MatchString(s) || technical.MatchString(s) {
		return false
	}
	open := whoever.MatchString(s)
	if personal.MatchString(s) && !open {
		return false
	}
	if somebody.MatchString(s) {
		return true
	}
	if fleeting.MatchString(s) && !open {
		return false
	}
	return mark && (open || opening.MatchString(s) || later(s))
}

// later finds a question that comes after half a sentence: "we move – who knows …".
func later(s string) bool {
	i := strings.LastIndexAny(s, ",:–")
	if i < 0 {
		return false
	}
	rest := strings.TrimLeftFunc(s[i:], func(r rune) bool { return !unicode.IsLetter(r) })
	return contentful(rest) && opening.MatchString(rest) && !rhetoric.MatchString(rest) && !passing.MatchString(rest)
}

// contentful tells whether a sentence is long enough to be about something.
func contentful(s string) bool {
	words := anyWord.FindAllString(s, -1)
	n := 0
	for _, w := range words {
		if !fillers[w] {
			n++
		}
	}
	return len(words) >= 4 && n >= 2
}

var (
	leadIn = regexp.MustCompile(`^(?:und|aber|also|außerdem|noch was|and|but|so|also)[,:]? `)
	// asked without asking
	indirect = regexp.MustCompile(`\b(?:mich|uns) würd(?:e|en)? (?:\p{L}+ ){0,4}interessieren\b|\bwürd(?:e|en)? (?:mich|uns) (?:\p{L}+ )*interessieren\b|\binteressieren würd(?:e|en)? (?:mich|uns)\b|\b(?:ich|wir) wüssten? (?:\p{L}+ )?gern|^(?:ich|wir) suchen? |^hilfe[,!:] |^(?:muss|darf|kann|soll|braucht) man [^.!,]*$|\bi(?:'m| am)? wonder(?:ing)? (?:if|whether|how|what|why|who|where)\b|` +
		`\b(?:i'd|would) like to know\b|\bdankbar für (?:\p{L}+ )?(?:tipps?|hinweise|ideen|rat|hilfe|kontakte)\b`)
)

// anybody spares most sentences a closer look.
func anybody(s string) bool {
	for _, word := range []string{"jemand", "Jemand", " wer ", " ihr ", "anyone", "anybody", "someone", "somebody", "any of you", "interessier", "suche", "wüsste", "wonder", "like to know", "dankbar", "Hilfe", "hilfe", " man "} {
		if strings.Contains(s, word) {
			return true
		}
	}
	return strings.HasPrefix(s, "wer ") || strings.HasPrefix(s, "Wer ")
}

// Asks tells whether one sentence asks something of whoever listens. It takes
// more for a question than IsQuestion: what only those who talk can answer, and
// only today. Small talk, rhetoric and "…, right?" are none here either.
func Asks(sentence string) bool {
	if !strings.Contains(sentence, "?") && !anybody(sentence) {
		return false
	}
	s := strings.NewReplacer("’", "'", "*", "", "_", " ").Replace(quoted.ReplaceAllString(sentence, " x "))
	s = strings.ToLower(strings.TrimSpace(linked.ReplaceAllString(s, " ")))
	mark := strings.HasSuffix(strings.TrimRightFunc(s, func(r rune) bool { return r == ')' || r == '!' || unicode.IsSpace(r) || isEmoji(r) }), "?")
	s = strings.TrimRightFunc(s, func(r rune) bool { return strings.ContainsRune(" .!?…)", r) || isEmoji(r) })
	for range 2 {
		s = s[len(greeting.FindString(s)):]
	}
	if rhetoric.MatchString(s) || tagged.MatchString(s) || smalltalk.MatchString(s) {
		return false
	}
	s = leadIn.ReplaceAllString(s, "")
	if somebody.MatchString(s) || indirect.MatchString(s) && !meToo.MatchString(s) {
		return contentful(s)
	}
	words := anyWord.FindAllString(s, -1)
	said := false
	for _, w := range words {
		said = said || !fillers[w]
	}
	return mark && said && len(words) >= 3
}
