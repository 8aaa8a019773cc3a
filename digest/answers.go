package digest

import (
	"math"
	"slices"
	"strings"
)

// asked is a question with the messages that answer it.
type asked struct {
	part    int
	sisters []asked // the questions of its message, itself among them
	answers []answer
	kind    cue  // what it wants
	best    int  // of answers, -1 for none
	open    bool // nobody answered, or only that they will
}

// answer is a message, and its sentences that say most.
type answer struct {
	message int
	score   float64
	parts   []int
	pending bool // it promises an answer
}

const (
	maxAsked   = 400 // questions that answers are looked for
	lookAhead  = 60  // messages after a question that are looked at
	maxSisters = 9   // questions of one message that are told apart
	maxTelling = 40  // sentences of one message that may answer
	answerFrom = 1.2 // what a message must score to be an answer
)

// findAnswers finds the messages that answer each question.
func (g *Reading) findAnswers() {
	for i := range g.parts {
		if g.parts[i].question && !g.parts[i].weak && len(g.asked) < maxAsked {
			g.asked = append(g.asked, asked{part: i, kind: wanted(g.parts[i].text), best: -1})
		}
	}
	for n := range g.asked {
		q := &g.asked[n]
		from, to := n, n+1
		for from > 0 && g.messageOf(from-1) == g.messageOf(n) {
			from--
		}
		for to < len(g.asked) && g.messageOf(to) == g.messageOf(n) {
			to++
		}
		if to-from <= maxSisters {
			q.sisters = g.asked[from:to]
		}
	}
	g.findOwners()
	for n := range g.asked {
		g.answer(n)
	}
}

func (g *Reading) messageOf(asked int) int { return g.parts[g.asked[asked].part].message }

// answer looks for the answers to one question.
func (g *Reading) answer(n int) {
	q := &g.asked[n]
	from := g.messageOf(n)
	q.open = true
	for m := from + 1; m < min(len(g.messages), from+1+lookAhead); m++ {
		first := q.open
		if g.same(from, m) {
			if g.closes(from, m) {
				q.open = false
			} else if !g.learnt(m) {
				continue
			}
		} else if !g.serves(from, m) {
			continue
		}
		if q.open && !g.same(from, m) && g.mayAnswer(q, m) {
			q.open = false
		}
		if a, ok := g.answerOf(q, m, first && !q.open); ok {
			q.answers = append(q.answers, a)
		}
	}
	g.keepReplies(q)
	for k, a := range q.answers {
		better := q.best < 0 || a.score > q.answers[q.best].score
		if q.best >= 0 && a.pending != q.answers[q.best].pending {
			better = !a.pending
		}
		if better {
			q.best = k
		}
	}
	q.open = q.open && (q.best < 0 || q.answers[q.best].pending)
}

// closes tells whether who asked says in message m that the question has none
// any more.
func (g *Reading) closes(question, m int) bool {
	asker, other := &g.talk.Messages[question], &g.talk.Messages[m]
	return sameThread(asker, other) && (other.ReplyTo == "" || other.ReplyTo == asker.ID || g.leadsTo(m, question)) && g.settles(m)
}

// learnt tells whether a message says how things stand now, so that its sender
// may answer a question of their own by it.
func (g *Reading) learnt(m int) bool {
	s := &g.messages[m]
	return slices.ContainsFunc(g.parts[s.first:s.last], func(p part) bool { return p.news || p.x[Corrects] > 0 })
}

// keepReplies drops what only stands near the question if there are replies to
// it, unless it is about the same.
func (g *Reading) keepReplies(q *asked) {
	p := &g.parts[q.part]
	direct := func(a answer) bool {
		up := g.talk.Messages[a.message].ReplyTo
		return up != "" && up == g.talk.Messages[p.message].ID
	}
	if slices.ContainsFunc(q.answers, direct) {
		q.answers = slices.DeleteFunc(q.answers, func(a answer) bool { return !direct(a) && g.likeness(p.terms, g.messages[a.message].terms) < 0.25 })
	}
}

// answerOf judges whether message m answers a question, and finds what of it
// does. The first that may is taken, however little it says.
func (g *Reading) answerOf(q *asked, m int, first bool) (answer, bool) {
	p := &g.parts[q.part]
	asker, other := &g.talk.Messages[p.message], &g.talk.Messages[m]
	s := &g.messages[m]
	if s.retracted || !sameThread(asker, other) || !g.same(p.message, m) && g.toneOf(m) == empty && s.length < 12 {
		return answer{}, false
	}
	alike := g.likeness(p.terms, s.terms)
	score := g.nearness(q, m) + 1.5*alike + 0.45*math.Log1p(float64(other.Reactions))
	if g.same(p.message, m) && !first { // who asked found it out
		if alike < 0.25 || other.ReplyTo == asker.ID {
			return answer{}, false
		}
		score -= 0.3
	}
	if g.thanked(p.message, m) {
		score += 0.6
	}
	if named(other.Text, asker.Name) {
		score += 0.5
	}
	if s.retracts {
		score += 0.8
	}
	a := g.tellingParts(q, m)
	if len(a.parts) == 0 {
		if j := g.shortPart(q, m); j >= 0 && (first || other.ReplyTo == asker.ID) {
			return answer{message: m, score: max(score+0.2, answerFrom), parts: []int{j}}, true
		}
		return answer{}, false
	}
	a.score += score
	a.pending = a.pending || g.toneOf(m) == promising && !g.mayAnswer(q, m)
	if first {
		a.score = max(a.score, answerFrom)
	}
	return a, a.score >= answerFrom
}

// tellingParts are the sentences of a message that say most as an answer.
func (g *Reading) tellingParts(q *asked, m int) answer {
	a, s, top := answer{message: m}, &g.messages[m], math.Inf(-1)
	if !s.says {
		return a
	}
	for j := s.first; j < min(s.last, s.first+maxTelling); j++ {
		aside := g.parts[j].aside && g.parts[j].words < 14
		if g.parts[j].question || g.parts[j].weak || aside || g.forSister(q, j) {
			continue
		}
		v := g.telling(q.part, j, q.kind)
		if g.parts[j].retracts && !corrects(g.parts[j].text) && j+1 < s.last && !g.parts[j+1].question { // what is right comes next
			v -= 0.5
		}
		if rank := v + 1.1*float64(g.parts[j].x[Length]) - 0.03*float64(max(g.parts[j].words-30, 0)); rank > top {
			top, a.parts, a.score = rank, []int{j}, v
		}
	}
	if len(a.parts) == 0 {
		return a
	}
	a.pending = promises.MatchString(strings.ToLower(g.parts[a.parts[0]].text))
	if j := a.parts[0] + 1; g.parts[a.parts[0]].words < 4 && j < s.last && g.parts[j].follows && !g.parts[j].question { // "Nein." and why
		a.parts = append(a.parts, j)
	} else if j := a.parts[0] - 1; len(a.parts) == 1 && j >= s.first && g.parts[j+1].follows && g.parts[j].words < 4 && agrees.MatchString(strings.ToLower(g.parts[j].text)) {
		a.parts = []int{j, j + 1}
	}
	return a
}

// shortPart is what a message says that is too little for anything but an
// answer: "Yes.", "40", a name, an address. It is -1 for none.
func (g *Reading) shortPart(q *asked, m int) int {
	s := &g.messages[m]
	if s.order || !g.same(g.parts[q.part].message, m) && !g.mayAnswer(q, m) {
		return -1
	}
	if s.short > 0 {
		return s.short - 1
	}
	for j := s.first; j < s.last; j++ {
		if p := &g.parts[j]; !p.question && p.words < 8 && (!p.aside || takesPart.MatchString(strings.ToLower(p.text))) && toneOf(p.text) == telling {
			return j
		}
	}
	return -1
}

// sameThread tells whether two messages stand in one thread. A root may say so
// or not.
func sameThread(a, b *Message) bool {
	return a.Thread == b.Thread || b.Thread != "" && b.Thread == a.ID || b.ReplyTo != "" && b.ReplyTo == a.ID
}

// nearness is how much a message's place speaks for an answer: a reply to the
// question, or to one of its answers, or soon after it.
func (g *Reading) nearness(q *asked, m int) float64 {
	from := g.parts[q.part].message
	asker, other := &g.talk.Messages[from], &g.talk.Messages[m]
	away := 0.06 * float64(min(m-from-1, 12))
	switch {
	case other.ReplyTo == "":
		return 0.8 - away
	case other.ReplyTo == asker.ID:
		return 2
	case g.leadsTo(m, from):
		return 0.4 - away
	case g.messages[m].owner == from:
		return 0.5 - away
	}
	return -1.5
}
