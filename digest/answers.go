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
	for n := range g.asked {
		g.answer(n)
	}
}

func (g *Reading) messageOf(asked int) int { return g.parts[g.asked[asked].part].message }

// answer looks for the answers to one question.
func (g *Reading) answer(n int) {
	q := &g.asked[n]
	from := g.messageOf(n)
	between, next := 0, n+1 // questions that others asked since
	for m := from + 1; m < min(len(g.messages), from+1+lookAhead); m++ {
		for next < len(g.asked) && g.messageOf(next) < m {
			if g.messageOf(next) > from && g.talk.Messages[g.messageOf(next)].ReplyTo == "" && g.talk.Messages[g.messageOf(next)].Sender != g.talk.Messages[m].Sender {
				between++
			}
			next++
		}
		if a, ok := g.answerOf(q, m, between); ok {
			q.answers = append(q.answers, a)
		}
	}
	g.keepReplies(q)
	q.open = true
	for k, a := range q.answers {
		better := q.best < 0 || a.score > q.answers[q.best].score
		if q.best >= 0 && a.pending != q.answers[q.best].pending {
			better = !a.pending
		}
		if better {
			q.best, q.open = k, a.pending
		}
	}
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

// answerOf judges whether message m answers a question.
func (g *Reading) answerOf(q *asked, m, between int) (answer, bool) {
	p := &g.parts[q.part]
	asker, other := &g.talk.Messages[p.message], &g.talk.Messages[m]
	s := &g.messages[m]
	if !s.says || s.retracted || !sameThread(asker, other) {
		return answer{}, false
	}
	alike := g.likeness(p.terms, s.terms)
	score := g.nearness(q, m, between) + 1.5*alike + 0.45*math.Log1p(float64(other.Reactions))
	if asker.Sender == other.Sender && asker.Sender != "" { // who asked found it out
		if alike < 0.25 || g.talk.Messages[m].ReplyTo == asker.ID {
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
	a := answer{message: m}
	top := math.Inf(-1)
	for j := s.first; j < min(s.last, s.first+maxTelling); j++ {
		aside := g.parts[j].aside && g.parts[j].words < 14
		if g.parts[j].question || g.parts[j].weak || aside || g.forSister(q, j) {
			continue
		}
		v := g.telling(q.part, j, q.kind)
		if rank := v + 1.1*float64(g.parts[j].x[Length]) - 0.03*float64(max(g.parts[j].words-30, 0)); rank > top {
			top, a.parts, a.score = rank, []int{j}, score+v
		}
	}
	if len(a.parts) == 0 {
		return answer{}, false
	}
	if a.score < answerFrom {
		return answer{}, false
	}
	a.pending = promises.MatchString(strings.ToLower(g.parts[a.parts[0]].text))
	if j := a.parts[0] + 1; g.parts[a.parts[0]].words < 4 && j < s.last && g.parts[j].follows && !g.parts[j].question { // "Nein." and why
		a.parts = append(a.parts, j)
	}
	return a, true
}

// sameThread tells whether two messages stand in one thread. A root may say so
// or not.
func sameThread(a, b *Message) bool {
	return a.Thread == b.Thread || b.Thread != "" && b.Thread == a.ID || b.ReplyTo != "" && b.ReplyTo == a.ID
}

// nearness is how much a message's place speaks for an answer: a reply to the
// question, or to one of its answers, or soon after it.
func (g *Reading) nearness(q *asked, m, between int) float64 {
	from := g.parts[q.part].message
	asker, other := &g.talk.Messages[from], &g.talk.Messages[m]
	away := 0.06 * float64(min(m-from-1, 12))
	switch {
	case other.ReplyTo == "":
		return 0.8 - 0.4*float64(min(between, 4)) - away
	case other.ReplyTo == asker.ID:
		return 2
	case g.leadsTo(m, from):
		return 0.4 - away
	case g.toAsker(m, from):
		return 0.5 - away
	}
	return -1.5
}

// toAsker tells whether a message replies to something that the asker stated
// after the question.
func (g *Reading) toAsker(m, question int) bool {
	up, known := g.byID[g.talk.Messages[m].ReplyTo]
	if !known || up <= question || g.talk.Messages[up].Sender != g.talk.Messages[question].Sender {
		return false
	}
	s := &g.messages[up]
	return !slices.ContainsFunc(g.parts[s.first:s.last], func(p part) bool { return p.question })
}

// forSister tells whether a sentence rather answers another question of the
// same message.
func (g *Reading) forSister(q *asked, part int) bool {
	if len(q.sisters) < 2 {
		return false
	}
	if label := g.parts[part].label; label > 0 {
		for n, sister := range q.sisters {
			own := g.parts[sister.part].label
			if own == 0 {
				own = n + 1
			}
			if own == label {
				return sister.part != q.part
			}
		}
	}
	if q.part != q.sisters[0].part && g.likeness(g.parts[q.part].terms, g.parts[part].terms) == 0 {
		return true
	}
	mine := g.telling(q.part, part, q.kind)
	for _, sister := range q.sisters {
		if sister.part != q.part && g.telling(sister.part, part, sister.kind) > mine+0.1 {
			return true
		}
	}
	return false
}

// labelOf is the number that somebody gave to a question or answer, 0 for none.
func labelOf(text string) int {
	if !strings.ContainsAny(text[:min(len(text), 14)], "123456789") && !hasAny(text, "zu ", "zur ") {
		return 0
	}
	m := labels.FindStringSubmatch(text)
	if m == nil {
		return 0
	}
	return int((m[1] + m[2])[0] - '0')
}

// telling is how much a sentence says as an answer.
func (g *Reading) telling(question, part int, kind cue) float64 {
	q, p := &g.parts[question], &g.parts[part]
	v := 1.2*g.likeness(q.terms, p.terms) + 0.4*float64(p.x[Length]) + 0.15*float64(p.x[Number])
	if s := &g.messages[p.message]; s.last-s.first < essay {
		v += 0.3 * float64(p.x[First])
	} else {
		v += 0.5*float64(p.x[Concludes]) + 0.3*float64(p.x[Decides])
	}
	if p.x[Aside] > 0 {
		v -= 1.5
	}
	if kind != 0 && p.hasKind(kind) {
		v += 0.6
	}
	return v + 0.3*float64(p.x[Corrects])*float64(p.x[Length])
}

// likeness is which share of a question's terms a text has, the rarer the
// more.
func (g *Reading) likeness(q, text []int32) float64 {
	all, both, j := 0.0, 0.0, 0
	for _, t := range q {
		w := 1 / (1 + math.Log1p(float64(g.terms[t].parts)))
		all += w
		for j < len(text) && text[j] < t {
			j++
		}
		if j < len(text) && text[j] == t {
			both += w
		}
	}
	if all == 0 {
		return 0
	}
	return both / all
}

// leadsTo follows replies up to the question.
func (g *Reading) leadsTo(m, question int) bool {
	for range 8 {
		up, known := g.byID[g.talk.Messages[m].ReplyTo]
		if !known || up >= m {
			return false
		}
		if up == question {
			return true
		}
		m = up
	}
	return false
}

// thanked tells whether the asker is content right after a message.
func (g *Reading) thanked(question, m int) bool {
	asker := g.talk.Messages[question].Sender
	for n := m + 1; n < min(m+4, len(g.messages)); n++ {
		next := &g.talk.Messages[n]
		if next.Sender != asker {
			continue
		}
		text := strings.ToLower(next.Text[:min(len(next.Text), 400)])
		for _, w := range []string{"dank", "thank", "super", "perfekt", "prima", "klasse", "thx", "hilft"} {
			if strings.Contains(text, w) {
				return next.ReplyTo == "" || next.ReplyTo == g.talk.Messages[m].ID
			}
		}
	}
	return false
}

func named(text, name string) bool {
	first, _, _ := strings.Cut(name, " ")
	return len(first) > 2 && strings.Contains(text[:min(len(text), 120)], first)
}
