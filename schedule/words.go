package schedule

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// ParseWords reads a schedule at the start of text, as people type it in
// German or English, and returns it as a line for ParseLine. rest is what
// comes after it, as it was typed. ok is false if text does not begin with a
// schedule that says both on which days and at what time; nothing is guessed.
//
//	mo 9:00 · montags um 9 · mo, mi und fr 9:30 · mo-fr 8 Uhr · werktags 8:30
//	täglich 7 Uhr · jeden 1. Montag 9 Uhr · jeden 2. Dienstag im Monat 18 Uhr
//	jeden letzten Freitag 15 Uhr · am 1. und 15. um 9 · 9 Uhr werktags
//	daily 7:00 · weekdays 8:30am · every tuesday at 2pm · every 1st monday 9am
//	last friday of the month at noon · monthly on the 1st at 9:00
//	0 9 * * 1 · "0 9 * * 1" · @daily
//
// "Every 2nd Monday" may mean every other one, so that a second to fifth
// weekday needs "of the month" beside it.
func ParseWords(text string) (spec, rest string, ok bool) {
	if spec, rest, ok := takeCron(text); ok {
		return spec, rest, true
	}
	p := &wording{words: split(text)}
	var at clock
	var on days
	var haveTime, haveDays bool
	for !haveTime || !haveDays {
		if !haveDays {
			if on, haveDays = p.days(); haveDays {
				continue
			}
		}
		if !haveTime {
			if at, haveTime = p.clock(haveDays); haveTime {
				continue
			}
		}
		return "", "", false
	}
	if p.at < len(p.words) && p.words[p.at].half { // 9:00-10:00
		return "", "", false
	}
	spec = fmt.Sprintf("%d %d %s", at.minute, at.hour, on.fields())
	return spec, strings.TrimSpace(text[p.end():]), true
}

// takeCron takes a cron line, in quotation marks or not, from the start.
func takeCron(text string) (spec, rest string, ok bool) {
	text = strings.TrimSpace(text)
	for _, pair := range []string{`""`, `''`, "``", "„“", "„”", "“”", "»«", "«»"} {
		marks := []rune(pair)
		if inner, found := strings.CutPrefix(text, string(marks[0])); found {
			if spec, rest, found = strings.Cut(inner, string(marks[1])); found && isLine(spec) {
				return strings.Join(strings.Fields(spec), " "), strings.TrimSpace(rest), true
			}
		}
	}
	count := 5
	if strings.HasPrefix(text, "@") {
		count = 1
	}
	end := 0
	for range count {
		word := strings.TrimLeftFunc(text[end:], unicode.IsSpace)
		end = len(text) - len(word)
		size := strings.IndexFunc(word, unicode.IsSpace)
		if size < 0 {
			size = len(word)
		}
		if end += size; end > maxSpec {
			return "", "", false
		}
	}
	if !isLine(text[:end]) {
		return "", "", false
	}
	return strings.Join(strings.Fields(text[:end]), " "), strings.TrimSpace(text[end:]), true
}

func isLine(spec string) bool {
	_, err := ParseLine(spec, "UTC")
	return err == nil
}

// wording is a text being read word by word.
type wording struct {
	words []word
	at    int
}

type word struct {
	text string // folded: lower case, ae oe ue ss
	mark bool   // a comma or the like, not a word
	half bool   // a hyphen that touches the word before it
	end  int    // where it ends in the original
}

const maxWords = 40 // a schedule is shorter

func split(text string) (list []word) {
	fold := strings.NewReplacer("ä", "ae", "ö", "oe", "ü", "ue", "ß", "ss", "a\u0308", "ae", "o\u0308", "oe", "u\u0308", "ue")
	start := -1
	flush := func(end int) {
		if start >= 0 {
			list = append(list, word{text: fold.Replace(strings.ToLower(text[start:end])), end: end})
		}
		start = -1
	}
	for i, r := range text {
		switch {
		case len(list) >= maxWords:
			return list
		case unicode.IsSpace(r):
			flush(i)
		case strings.ContainsRune(",;/&+-–—", r):
			half := start >= 0 && strings.ContainsRune("-–—", r)
			flush(i)
			list = append(list, word{text: string(r), mark: true, half: half, end: i + len(string(r))})
		case start < 0:
			start = i
		}
	}
	flush(len(text))
	return list
}

// end is where the last word taken ends in the original, with a comma or
// colon that only separates it from what follows.
func (p *wording) end() int {
	if next := p.at; next < len(p.words) && (p.words[next].text == "," || p.words[next].text == ";") {
		return p.words[next].end
	}
	return p.words[p.at-1].end
}

func (p *wording) peek(ahead int) string {
	if i := p.at + ahead; i < len(p.words) {
		return p.words[i].text
	}
	return ""
}

// take takes the next word if it is one of these.
func (p *wording) take(these ...string) bool {
	if p.peek(0) != "" && slices.Contains(these, p.peek(0)) {
		p.at++
		return true
	}
	return false
}

// phrase takes the next words if they are exactly these.
func (p *wording) phrase(text string) bool {
	list := strings.Fields(text)
	for i, w := range list {
		if p.peek(i) != w {
			return false
		}
	}
	p.at += len(list)
	return true
}

type clock struct{ hour, minute int }

// clock takes a time. A bare number is one only behind "um" or "at".
func (p *wording) clock(final bool) (c clock, ok bool) {
	from := p.at
	defer func() {
		if !ok {
			p.at = from
		}
	}()
	german := p.take("um")
	said := german || p.take("at", "@")
	switch {
	case p.take("noon", "12noon"):
		return clock{hour: 12}, true
	case p.take("midnight", "mitternacht"):
		return clock{}, true
	}
	text := strings.TrimSuffix(p.peek(0), ":")
	digits, half := strings.TrimRight(text, "abcdefghijklmnopqrstuvwxyz.'’"), ""
	suffix := text[len(digits):]
	p.at++
	if hour, minute, found := strings.Cut(strings.Replace(digits, ".", ":", 1), ":"); found {
		if len(minute) != 2 {
			return c, false
		}
		digits, half = hour, minute
	}
	if suffix == "" || suffix == "." && p.at == len(p.words) {
		suffix = p.suffix(digits, german)
	}
	var good bool
	if c.hour, good = number(digits, 23); !good {
		return c, false
	}
	if c.minute, good = number(cmp.Or(half, "0"), 59); !good {
		return c, false
	}
	switch suffix {
	case "am", "a.m.", "a.m", "pm", "p.m.", "p.m":
		if c.hour < 1 || c.hour > 12 {
			return c, false
		}
		c.hour %= 12
		if suffix[0] == 'p' {
			c.hour += 12
		}
		return c, true
	case "uhr", "uhr.", "h", "o'clock", "o’clock":
		p.minutesAfter(&c, half, final)
		return c, true
	}
	colon := strings.Contains(text, ":")
	return c, suffix == "" && (said || colon && half != "")
}

// suffix takes the word behind the digits of a time that belongs to it.
func (p *wording) suffix(digits string, german bool) string {
	next := p.peek(0)
	if hour, ok := number(digits, 12); german || !ok || hour == 0 {
		if strings.HasPrefix(next, "a") { // "um 9 am Montag", "14 am Montag"
			return ""
		}
	}
	if p.take("uhr", "uhr.", "h", "am", "a.m.", "a.m", "pm", "p.m.", "p.m", "o'clock", "o’clock") {
		return next
	}
	return ""
}

// minutesAfter takes the minutes of "9 Uhr 30" where nothing follows that
// they could belong to.
func (p *wording) minutesAfter(c *clock, half string, final bool) {
	if text := p.peek(0); final && half == "" && len(text) == 2 && p.at == len(p.words)-1 {
		if minute, ok := number(text, 59); ok {
			c.minute = minute
			p.at++
		}
	}
}

// number reads one or two digits up to a limit.
func number(text string, limit int) (int, bool) {
	if len(text) == 0 || len(text) > 2 || strings.Trim(text, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.Atoi(text)
	return n, err == nil && n <= limit
}
