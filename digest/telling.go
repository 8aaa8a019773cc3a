package digest

import (
	"math"
	"strings"
)

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
		if s := &g.messages[up]; len(s.asks) > 0 && (!s.says || g.same(up, question)) { // it is about that one
			return false
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

// corrects tells whether a sentence says what is right, not only what is wrong.
func corrects(text string) bool {
	return hasAny(strings.ToLower(text), "korrektur", "korrigier", "correction", "richtig ist", "sondern")
}
