package digest

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"unicode"

	"buffet/lang"
)

// Bounds of what is looked at, so that nobody can make a summary slow.
const (
	maxText      = 64 << 10 // bytes of one message
	maxSentences = 120      // of one message
	essay        = 8        // sentences; whoever writes more answers questions of their own
)

// Reading is a talk with its sentences measured, ready to choose from.
type Reading struct {
	talk     Talk
	words    int // the most in all lines
	lines    int // the most, 0 for any number
	messages []said
	parts    []part
	asked    []asked
	form     form
	terms    []term
	ideal    float64 // what the heaviest terms weigh together that find room
	titled   int     // terms of the title
	most     int     // in how many parts the most frequent term is
	byID     map[string]int
}

// said is what is known of one message.
type said struct {
	first, last int     // its parts: [first, last)
	nameWords   int     // of its sender's name, as it is counted
	length      int     // words of all its parts
	terms       []int32 // of all its parts, each once
	says        bool    // more than thanks and nods
	retracts    bool    // it says that something before is wrong
	retracted   bool    // somebody said so of it
	order       bool    // meant for a machine that may read along
	number      bool    // it has digits
	short       int     // 1 + the part of a message that says too little to be anything but an answer
	tone        tone    // as one waiting for an answer reads it; unread at first
	decides     int8    // whether it says what is done now; 0 if nobody looked
	settles     int8    // whether its sender needs no answer any more; 0 if nobody looked
	asks        []int   // its questions
	answered    bool    // what it asks
	owner       int     // the message whose question it may answer
	back        int     // the message whose question it wants to know more of
}

// part is one sentence that could be chosen.
type part struct {
	message, n int    // which sentence of which message
	text       string // with single blanks
	start, end int    // in the message's text
	words      int
	label      int     // the number of the question that it is, or answers; 0 for none
	terms      []int32 // each once
	question   bool
	follows    bool // only blanks part it from the part before
	aside      bool // a remark by the way
	retracts   bool // says that something before is wrong
	news       bool // says how things stand now
	short      bool // only as an answer: a number, a name, "yes"
	weak       bool // only if there is nothing else: thanks, nods, code, a mention
	x          [features]float32
}

// term is a word that is no stop word, by its stem.
type term struct {
	parts  int // that have it
	weight float64
	title  bool
	in     []int32 // which
}

// Read measures a talk. Its errors are ErrNothing and that of ctx.
func Read(ctx context.Context, r Request) (*Reading, error) {
	g := &Reading{talk: r.Talk, words: r.Words, lines: r.Lines, byID: map[string]int{}}
	if g.words <= 0 {
		g.words = DefaultWords
	}
	v := vocabulary{ids: map[string]int32{}, stems: map[string]int32{}}
	names := namesOf(r.Messages)
	for i, m := range r.Messages {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		g.byID[m.ID] = i
		g.add(&v, m, names)
	}
	if !slices.ContainsFunc(g.parts, func(p part) bool { return !p.short }) {
		return nil, ErrNothing
	}
	g.weigh(&v)
	g.measure(names)
	g.retract()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	g.findAnswers()
	g.measureTies()
	return g, nil
}

// add takes a message's sentences in.
func (g *Reading) add(v *vocabulary, m Message, names map[string]bool) {
	text := m.Text
	if len(text) > maxText {
		text = strings.ToValidUTF8(text[:maxText], "")
	}
	s := said{first: len(g.parts), nameWords: len(strings.Fields(m.Name))}
	i, order := len(g.messages), isOrder(text)
	s.order, s.number = order, strings.ContainsAny(text[:min(len(text), 400)], "0123456789")
	short := part{message: i, weak: true, short: true}
	for n, at := range lang.Sentences(text) {
		if n == maxSentences {
			break
		}
		at = withoutAll(text, at)
		p := part{message: i, n: len(g.parts) - s.first, start: at.Start, end: at.End, text: strings.Join(strings.Fields(text[at.Start:at.End]), " ")}
		p.words = strings.Count(p.text, " ") + 1
		quotable, weak := judge(p.text, names)
		if !quotable {
			if short.text == "" && p.words < 6 && len(p.text) < 200 && !strings.Contains(p.text, "@") && toneOf(p.text) == telling {
				short.text, short.words, short.start, short.end = p.text, p.words, p.start, p.end
			}
			continue
		}
		p.weak = weak || order || strings.Contains(p.text, "@room")
		p.question = lang.Asks(p.text)
		p.readTone()
		p.weak = p.weak || p.aside && p.words < 8
		if p.label = labelOf(p.text); p.label == 0 && p.n > 0 && !p.question { // "Zu 2: ja. Und …"
			p.label = g.parts[len(g.parts)-1].label
		}
		s.says = s.says || !p.weak
		p.terms = v.terms(p.text)
		p.follows = p.n > 0 && strings.TrimSpace(text[g.parts[len(g.parts)-1].end:at.Start]) == ""
		s.length += p.words
		s.terms = append(s.terms, p.terms...)
		g.parts = append(g.parts, p)
	}
	if s.first == len(g.parts) && short.text != "" && !order {
		g.parts = append(g.parts, short)
		s.first, s.short = len(g.parts), len(g.parts)
	}
	s.last = len(g.parts)
	slices.Sort(s.terms)
	s.terms = slices.Compact(s.terms)
	if parts := g.parts[s.first:s.last]; len(parts) >= essay {
		for k := range parts[:len(parts)-1] { // "What did it cost? In all …"
			parts[k].question = parts[k].question && (parts[k+1].question || !parts[k+1].follows)
		}
	}
	if m.Question && s.last > s.first && !slices.ContainsFunc(g.parts[s.first:s.last], func(p part) bool { return p.question }) {
		g.parts[s.first].question = true
	}
	g.messages = append(g.messages, s)
}

// withoutAll is a sentence without the word that calls everybody in a room, if
// it begins or ends with that.
func withoutAll(text string, at lang.Sentence) lang.Sentence {
	const all, marks = "@room", " \t\r\n,:;!–-"
	for s := text[at.Start:at.End]; strings.HasPrefix(s, all); s = text[at.Start:at.End] {
		at.Start += len(s) - len(strings.TrimLeft(s[len(all):], marks))
	}
	for s := strings.TrimRight(text[at.Start:at.End], " .!"); strings.HasSuffix(s, all); s = text[at.Start:at.End] {
		at.End = at.Start + len(strings.TrimRight(strings.TrimSuffix(s, all), " \t\r\n,–-"))
	}
	if i := strings.Index(text[at.Start:at.End], all); i > 0 { // "… helps. @room please note"
		if before := strings.TrimRight(text[at.Start:at.Start+i], " \t\r\n"); strings.HasSuffix(before, ".") || strings.HasSuffix(before, "!") || strings.HasSuffix(before, "?") {
			at.End = at.Start + len(before)
		}
	}
	return at
}

// weigh says how much each term has to do with the talk.
func (g *Reading) weigh(v *vocabulary) {
	title := v.terms(g.talk.Title)
	g.terms, g.titled = make([]term, v.next), len(title)
	for i := range g.parts {
		for _, t := range g.parts[i].terms {
			g.terms[t].parts++
			g.terms[t].in = append(g.terms[t].in, int32(i)) //nolint:gosec // maxSentences of any number of messages that fit in memory
		}
	}
	for _, t := range title {
		g.terms[t].title = true
	}
	heavy := make([]float64, 0, len(g.terms))
	for i := range g.terms {
		t := &g.terms[i]
		t.weight = coverWeight(t.parts)
		g.most = max(g.most, t.parts)
		heavy = append(heavy, t.weight)
	}
	slices.SortFunc(heavy, func(a, b float64) int { return cmp.Compare(b, a) })
	for _, w := range heavy[:min(len(heavy), max(g.words*2/5, 1))] {
		g.ideal += w
	}
	g.ideal = max(g.ideal, 1e-9)
}

// vocabulary numbers stems.
type vocabulary struct {
	ids   map[string]int32 // of words; -1 for those that say nothing
	stems map[string]int32
	next  int32
}

// terms are the words of a text that say something, each once, in order of
// their numbers.
func (v *vocabulary) terms(text string) []int32 {
	var list []int32
	lang.Scan(text, func(word []byte, _, _ int) {
		id, known := v.ids[string(word)]
		if !known {
			id = -1
			if len(word) > 1 && !lang.IsStop(word) && !lang.IsChatter(word) {
				stem := lang.Stem(string(word))
				if id, known = v.stems[stem]; !known {
					id = v.next
					v.next++
					v.stems[stem] = id
				}
			}
			v.ids[string(word)] = id
		}
		if id >= 0 {
			list = append(list, id)
		}
	})
	slices.Sort(list)
	return slices.Compact(list)
}

// namesOf are the words of the names of those who talk, in small letters.
func namesOf(messages []Message) map[string]bool {
	m := map[string]bool{}
	last := ""
	for _, msg := range messages {
		if msg.Name == last {
			continue
		}
		last = msg.Name
		for _, w := range strings.FieldsFunc(strings.ToLower(msg.Name), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
			if len(w) > 2 {
				m[w] = true
			}
		}
	}
	return m
}
