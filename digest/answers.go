package digest

import (
	"math"
	"strings"

	"buffet/lang"
)

// asked is a question with the messages that answer it.
type asked struct {
	part    int
	answers []answer // in the order they were said
	best    int      // of answers; -1: nobody answered
}

// answer is a message, and its sentences that say most.
type answer struct {
	message int
	score   float64
	parts   []int
}

const (
	maxAsked   = 400 // questions that answers are looked for
	lookAhead  = 60  // messages after a question where there are no threads
	answerFrom = 1.0 // what a message must score to be an answer
)

// findAnswers finds the messages that answer each question.
func (g *Reading) findAnswers() {
	var asks []int
	for i := range g.parts {
		if g.parts[i].question && !g.parts[i].weak {
			asks = append(asks, i)
		}
	}
	if len(asks) > maxAsked {
		asks = asks[:maxAsked]
	}
	for n, i := range asks {
		q := asked{part: i, best: -1}
		between := 0 // questions of others since
		next := n + 1
		from := g.parts[i].message
		for m := from + 1; m < min(len(g.messages), from+1+lookAhead); m++ {
			for next < len(asks) && g.parts[asks[next]].message < m {
				if g.parts[asks[next]].message > from {
					between++
				}
				next++
			}
			if a, ok := g.answerOf(i, m, between); ok {
				q.answers = append(q.answers, a)
			}
		}
		for k, a := range q.answers {
			if q.best < 0 || a.score > q.answers[q.best].score {
				q.best = k
			}
		}
		g.asked = append(g.asked, q)
	}
}

// answerOf judges whether message m answers the question in a part.
func (g *Reading) answerOf(question, m, between int) (answer, bool) {
	p := &g.parts[question]
	asker, other := &g.talk.Messages[p.message], &g.talk.Messages[m]
	s := &g.messages[m]
	if asker.Sender == other.Sender && asker.Sender != "" || !s.says || s.first == s.last || other.Thread != asker.Thread {
		return answer{}, false
	}
	score := 1.4 - 0.5*float64(min(between, 4)) - 0.08*float64(min(m-p.message-1, 10))
	switch {
	case other.ReplyTo == asker.ID && other.ReplyTo != "":
		score += 3
	case other.ReplyTo != "" && g.leadsTo(m, p.message):
		score += 0.7
	case other.ReplyTo != "":
		score -= 2
	}
	score += 2.5 * g.likeness(p.terms, s.terms)
	score += 0.3 * math.Log1p(float64(other.Reactions))
	if g.thanked(p.message, m) {
		score += 0.8
	}
	if named(other.Text, asker.Name) {
		score += 0.6
	}
	kind := wanted(p.text)
	var best []int
	top := math.Inf(-1)
	for j := s.first; j < s.last; j++ {
		if v := g.telling(p, &g.parts[j], kind); v > top {
			top, best = v, []int{j}
		}
	}
	score += top
	if len(best) > 0 && g.parts[best[0]].words < 4 && best[0]+1 < s.last && !g.parts[best[0]+1].question { // "Nein." and why
		best = append(best, best[0]+1)
	}
	return answer{message: m, score: score, parts: best}, score >= answerFrom
}

// telling is how much a sentence says as an answer.
func (g *Reading) telling(q, p *part, kind cue) float64 {
	v := 1.2*g.likeness(q.terms, p.terms) + 0.5*float64(p.x[First]) + 0.3*float64(p.x[Length])
	if p.question {
		v -= 1.5
	}
	if p.weak {
		v--
	}
	if kind != 0 && p.hasKind(kind) {
		v += 0.8
	}
	if p.x[Short] > 0 && p.words < 3 && kind != agreeing {
		v -= 0.3
	}
	return v + 0.4*float64(p.x[Corrects])*float64(p.x[Length])
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
		text := strings.ToLower(next.Text)
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
	return len(first) > 2 && strings.Contains(text[:min(len(text), 80)], first)
}

// wanted is what sort of answer a question wants, 0 for any.
func wanted(question string) cue {
	kind := cue(0)
	n := 0
	lang.Scan(question, func(word []byte, _, _ int) {
		n++
		switch w := string(word); {
		case kind != 0:
		case w == "wann" || w == "when" || w == "frist" || w == "lange" || w == "deadline":
			kind = ofTime
		case w == "wieviel" || w == "viel" || w == "viele" || w == "hoch" || w == "kostet" || w == "kosten" || w == "many" || w == "much" || w == "cost":
			kind = amount
		case w == "wo" || w == "where" || w == "wohin":
			kind = ofPlace
		case w == "wer" || w == "who" || w == "wen" || w == "jemand" || w == "anyone" || w == "anybody":
			kind = person
		}
	})
	if kind == 0 && lang.Asking([]byte(firstWordOf(question))) == 0 {
		return agreeing
	}
	return kind
}

// amount is wanted by "how much".
const amount cue = 1 << 15

func firstWordOf(text string) string {
	first := ""
	lang.Scan(text, func(word []byte, _, _ int) {
		if first == "" {
			first = string(word)
		}
	})
	return first
}

// hasKind tells whether a sentence has what a question wants.
func (p *part) hasKind(kind cue) bool {
	if kind == amount {
		return p.x[Number] > 0
	}
	if kind == ofTime && p.x[Number] > 0 || kind == person && p.x[I] > 0 {
		return true
	}
	n, has := 0, false
	lang.Scan(p.text, func(word []byte, _, _ int) {
		has = has || cueOf(string(word))&kind != 0 && (kind != agreeing || n == 0)
		n++
	})
	return has
}
