package digest

import "slices"

// maxVoid is how many terms a message may have to be wrong as a whole.
const maxVoid = 40

// retract takes back what a later message says is wrong, or has newer news of.
func (g *Reading) retract() {
	for m := range g.messages {
		s := &g.messages[m]
		for j := s.first; j < s.last; j++ {
			s.retracts = s.retracts || !g.parts[j].question && g.parts[j].retracts
			if g.parts[j].news && !g.parts[j].question {
				g.outdate(m)
			}
		}
		if !s.retracts {
			continue
		}
		if up := g.corrected(m); up >= 0 {
			g.void(up)
			if older := g.ownBefore(m, up); older >= 0 {
				g.void(older)
			}
		}
	}
}

// void lets nobody quote what a message states. What it asks stays.
func (g *Reading) void(m int) {
	s := &g.messages[m]
	s.retracted = true
	for j := s.first; j < s.last; j++ {
		g.parts[j].weak = g.parts[j].weak || !g.parts[j].question
	}
}

// outdate voids what the sender of m stated before about the same.
func (g *Reading) outdate(m int) {
	for up := m - 1; up >= 0 && up > m-lookAhead; up-- {
		s := &g.messages[up]
		if g.talk.Messages[up].Sender != g.talk.Messages[m].Sender || len(s.terms) > maxVoid || g.likeness(s.terms, g.messages[m].terms) < 0.4 {
			continue
		}
		if slices.ContainsFunc(g.parts[s.first:s.last], func(p part) bool { return p.news || p.x[Concludes] > 0 }) {
			g.void(up)
		}
	}
}

// corrected is the message that m says is wrong, -1 if that is not plain: the
// one it replies to, or the last one of somebody it names or of its own sender
// that is about the same.
func (g *Reading) corrected(m int) int {
	this := &g.talk.Messages[m]
	own := slices.ContainsFunc(g.parts[g.messages[m].first:g.messages[m].last], func(p part) bool { return mine.MatchString(p.text) })
	if up, known := g.byID[this.ReplyTo]; known && up < m && !own {
		if up == 0 || len(g.messages[up].terms) > maxVoid { // a question, or long: not all of it can be wrong
			return -1
		}
		return up
	}
	for up := m - 1; up > 0 && up > m-lookAhead; up-- {
		old := &g.talk.Messages[up]
		if old.Thread == this.Thread && (old.Sender == this.Sender && (own || g.likeness(g.messages[up].terms, g.messages[m].terms) > 0.25) || !own && named(this.Text, old.Name)) && len(g.messages[up].terms) <= maxVoid {
			return up
		}
	}
	return -1
}

// ownBefore is what the sender of m, who was wrong in message up, stated
// shortly before that; -1 for nothing.
func (g *Reading) ownBefore(m, up int) int {
	this := &g.talk.Messages[m]
	if g.talk.Messages[up].Sender != this.Sender {
		return -1
	}
	for old := up - 1; old > 0 && old >= up-3; old-- {
		if g.talk.Messages[old].Sender == this.Sender && len(g.messages[old].terms) <= maxVoid {
			return old
		}
	}
	return -1
}
