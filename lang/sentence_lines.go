package lang

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// kind is what a line of a message is.
type kind int

const (
	prose     kind = iota
	blank          // nothing, or a rule like =====
	item           // of a list, or a heading with #
	foreign        // what others said, code, tables
	greet          // "Hallo zusammen,"
	closing        // "Viele Grüße"
	signature      // "-- "
)

// line is one line of a text; start is behind the mark of a list.
type line struct {
	kind       kind
	start, end int
	indent     int
}

var (
	bullet    = regexp.MustCompile(`^\s*(?:[-*•–+·‣▪◦o→✓✔☐☑✅▶]\x{FE0F}?|#{1,6}|(?:\(?\d{1,3}[.)]|\(?[a-zA-Z]\)|\d\x{FE0F}?\x{20E3})|\[[ xX]\])\s+`)
	firstWord = regexp.MustCompile(`^\s*\d{1,2}\.\s+(\p{L}+)`)
	rule      = regexp.MustCompile(`^[\s=_*~#+/\\|<>.-]{3,}$`)
	fence     = regexp.MustCompile("^\\s*(?:```|~~~)")
	saidBy    = regexp.MustCompile(`(?i)^\s*(?:(?:am|on|at|in) .{6,120}(?:schrieb|wrote|writes?|said).{0,60}:|.{1,60}(?:<.{0,60}>|\b)\s*(?:schrieb|wrote|writes|said|scribebat)\s*:|-{2,} ?(?:original|ursprüngliche|weitergeleitete|forwarded|begin forwarded).*|` +
		`(?:von|an|gesendet|betreff|from|sent|to|cc|subject|date|datum|kopie|bcc|organization|message-id|reply-to)\s?:.{0,200})$`)
	hello = regexp.MustCompile(`(?i)^\s*(?:hallo+|hallöchen|hi|hey|moin(?: moin)?|servus|grüezi|grüß (?:gott|dich|euch)|guten (?:morgen|tag|abend)|guten? morgen|mahlzeit|liebe[rs]?|sehr geehrte[rs]?|` +
		`dear|hello|good (?:morning|afternoon|evening)|greetings|(?:all|folks|gentlemen|everyone)[,!:])(?:[\s,!:.–-]|$)`)
	bye = regexp.MustCompile(`(?i)^\s*(?:(?:mit )?(?:viele|vielen|beste|besten|liebe|lieben|herzliche|herzlichen|freundliche|freundlichen|schöne|sonnige|kollegiale|ganz liebe) (?:liebe )?(?:grüßen?|grüssen?|gruß|gruss)|grüße|gruß|grüßle|lg|vg|mfg|bg|glg|` +
		`bis (?:dann|bald|morgen|später)|tschüss|ciao|(?:(?:best|kind|kindest|warm|warmest|many|with|my) )?(?:regards|wishes)|best|cheers|sincerely|yours|thanks|thank you|thx|many thanks|danke|peace|take care)(?:[\s,!:.–-]|$)`)
)

// around are the words of greetings that are no names.
var around = wordSet(`zusammen alle allen allerseits ihr lieben liebe leute in die runde sir sirs an euch und meine kolleginnen kollegen da all everyone everybody there folks team and of you the list group friends
	aus von vom der dem from advance again im voraus für with best many truly yours dank kindest e v for now your help`)

// formulaic are the words that hello and bye begin with: most lines are spared
// a closer look.
var formulaic = wordSet(`hallo halloo hallooo hallöchen hi hey moin servus grüezi grüß guten gute mahlzeit liebe lieber liebes sehr dear hello good greetings all folks gentlemen everyone
	mit viele vielen beste besten lieben herzliche herzlichen freundliche freundlichen schöne sonnige kollegiale ganz grüße gruß grüßle lg vg mfg bg glg bis tschüss ciao best kind kindest
	warm warmest many with my regards wishes cheers sincerely yours thanks thank thx danke peace take`)

// leadingWord is the first run of letters, if nothing but blanks precedes it.
func leadingWord(s string) string {
	s = strings.TrimLeft(s, " \t")
	if n := strings.IndexFunc(s, func(r rune) bool { return !unicode.IsLetter(r) }); n >= 0 {
		return s[:n]
	}
	return s
}

// isFormula tells whether a line is a greeting by begin, and names: it has few
// words, each one a name's or a greeting's.
func isFormula(s string, begin *regexp.Regexp) bool {
	if len(s) > 90 || !formulaic[strings.ToLower(leadingWord(s))] {
		return false
	}
	head := begin.FindString(s)
	if head == "" {
		return false
	}
	words := anyWord.FindAllString(s[len(head):], -1)
	for _, w := range words {
		if !around[strings.ToLower(w)] && startsLower(w) {
			return false
		}
	}
	return len(words) <= 6 && !strings.Contains(s, "?")
}

// readLines says of each line what it is.
func readLines(text string) []line {
	var list []line
	fenced, code := false, false
	for start := 0; start < len(text); {
		end := start + strings.IndexByte(text[start:], '\n')
		next := end + 1
		if end < start {
			end, next = len(text), len(text)
		}
		s := strings.TrimRight(text[start:end], " \t\r")
		l := line{start: start, end: start + len(s), indent: indentOf(s)}
		switch {
		case (strings.Contains(s, "```") || strings.Contains(s, "~~~")) && fence.MatchString(s):
			l.kind, fenced = foreign, !fenced
			if rest := strings.TrimSpace(s); len(rest) > 6 && strings.HasSuffix(rest, "```") { // on one line
				fenced = false
			}
		case fenced:
			l.kind = foreign
		default:
			after := len(list) == 0 || list[len(list)-1].kind == blank || code
			l.kind = kindOf(s)
			code = (l.kind == prose || l.kind == item && code) && l.indent >= 4 && after && isCode(s)
			if code {
				l.kind = foreign
			}
			if l.kind == item {
				l.start += len(bullet.FindString(s))
			}
		}
		list = append(list, l)
		start = next
	}
	unlist(text, list)
	return list
}

func kindOf(s string) kind {
	trimmed := strings.TrimSpace(s)
	if trimmed == "" {
		return blank
	}
	first, size := utf8.DecodeRuneInString(trimmed)
	marked := !unicode.IsLetter(first) || size < len(trimmed) && trimmed[size] == ')' || first == 'o' // it may begin with a mark
	switch {
	case trimmed == "--" || trimmed == "—":
		return signature
	case marked && rule.MatchString(s):
		return blank
	case trimmed[0] == '>' || trimmed[0] == '|' || (marked || strings.Contains(s, ":")) && saidBy.MatchString(s):
		return foreign
	case isFormula(s, bye):
		return closing
	case isFormula(s, hello):
		return greet
	case marked && bullet.MatchString(s):
		if m := firstWord.FindStringSubmatch(s); m != nil && dateWords[strings.ToLower(m[1])] {
			return prose
		}
		return item
	}
	return prose
}

// isCode tells code from prose that is merely moved to the right.
func isCode(s string) bool {
	letters, marks := 0, 0
	for _, r := range s {
		switch {
		case unicode.IsLetter(r):
			letters++
		case strings.ContainsRune("{}[]();=<>\\/|$#&*_+", r):
			marks++
		}
	}
	return marks*6 > letters || len(strings.Fields(s)) < 4
}

func indentOf(s string) int {
	n := 0
	for _, r := range s {
		switch r {
		case ' ':
			n++
		case '\t':
			n += 4
		default:
			return n
		}
	}
	return n
}

// paragraphs are the parts of a text whose lines belong together.
func paragraphs(text string) []Sentence {
	lines := readLines(text)
	dropSignature(text, lines)
	var list []Sentence
	width := 0
	for i := 0; i < len(lines); i++ {
		l := lines[i]
		if l.kind != prose && l.kind != item {
			continue
		}
		if i == 0 || lines[i-1].kind != prose && lines[i-1].kind != item {
			width = widthOf(text, lines[i:])
		}
		end := i
		for end+1 < len(lines) && lines[end+1].kind == prose && joined(text, lines[end], lines[end+1], width) {
			end++
		}
		list = append(list, Sentence{l.start, lines[end].end})
		i = end
	}
	return list
}

// A mail is broken at 60 to 80 columns; a line in a chat that is shorter than
// narrow is one by itself.
const (
	narrow = 50
	wide   = 100
)

// widthOf is the longest line until the next blank one.
func widthOf(text string, lines []line) int {
	width := 0
	for _, l := range lines {
		if l.kind != prose && l.kind != item {
			break
		}
		width = max(width, utf8.RuneCountInString(text[l.start:l.end])+l.indent)
	}
	return width
}

// joined tells whether a line goes on in the next one: its first word would
// not have found room, or nothing has ended.
func joined(text string, a, b line, width int) bool {
	this, next := text[a.start:a.end], strings.TrimLeft(text[b.start:b.end], " \t")
	word := next
	if n := strings.IndexAny(next, " \t"); n >= 0 {
		word = next[:n]
	}
	n := utf8.RuneCountInString(this)
	last, _ := utf8.DecodeLastRuneInString(this)
	ended := strings.ContainsRune(".!?…:;", last) || isEmoji(last)
	if width > wide || n > wide {
		return n >= narrow && !ended && startsLower(next)
	}
	if width >= narrow && n+1+utf8.RuneCountInString(word) >= width-6 && n >= narrow-10 {
		return true
	}
	return startsLower(next) && !ended && (n >= narrow-10 || last == ',' && n > 20)
}

// dropSignature makes what follows a closing line no words of its writer's.
func dropSignature(text string, lines []line) {
	for i, l := range lines {
		switch l.kind {
		case signature:
			if i == 0 {
				continue
			}
			for j := i; j < len(lines) && (lines[j].kind != prose || j <= i+12); j++ {
				lines[j].kind = signature
			}
			return
		case closing:
			if !strings.HasSuffix(text[l.start:l.end], "!") && !strings.HasSuffix(text[l.start:l.end], ".") {
				dropNames(text, lines[i+1:])
			}
		}
	}
}

// dropNames drops the short lines after a closing line: name, office, number.
// After anything like a sentence its writer goes on.
func dropNames(text string, lines []line) {
	for i, l := range lines {
		s := strings.TrimSpace(text[l.start:l.end])
		last, _ := utf8.DecodeLastRuneInString(s)
		long := len(s) > 60 || startsLower(s) || len(anyWord.FindAllString(s, -1)) > 3 && strings.ContainsRune(".!?", last)
		if l.kind == prose && long || l.kind == greet {
			return
		}
		if l.kind == prose || l.kind == item {
			lines[i].kind = signature
		}
	}
}

// dateWords follow an ordinal, which is no number of a list then.
var dateWords = wordSet(`januar jänner februar märz april mai juni juli august september oktober november dezember jan feb mär apr jun jul aug sep sept okt nov dez
	montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag quartal halbjahr advent klasse stock etage woche januars`)
