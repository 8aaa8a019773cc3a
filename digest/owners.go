package digest

import (
	"slices"
	"strings"
)

// near is how many messages after a question an answer may stand in a room
// where nothing says what belongs together.
const near = 8

// noOwner is the owner of a message that answers nothing.
const noOwner = -1

// findOwners says of each message whose question it may answer: the one that it
// replies to, or the latest one before it of somebody else that it fits.
func (g *Reading) findOwners() {
	for n := range g.asked {
		g.messages[g.messageOf(n)].asks = append(g.messages[g.messageOf(n)].asks, n)
	}
	for m := range g.messages {
		s := &g.messages[m]
		s.owner, s.back = noOwner, noOwner
		if len(s.asks) > 0 {
			s.back = g.asksBack(m)
		}
		if s.owner = g.ownerOf(m); s.owner >= 0 && g.toneOf(m) == telling {
			g.messages[s.owner].answered = true
		}
	}
}

// same tells whether two messages are of one person.
func (g *Reading) same(a, b int) bool {
	return g.talk.Messages[a].Sender == g.talk.Messages[b].Sender && g.talk.Messages[a].Sender != ""
}

func (g *Reading) ownerOf(m int) int {
	this := &g.talk.Messages[m]
	if this.ReplyTo == "" {
		return g.ownerNear(m)
	}
	up, known := g.byID[this.ReplyTo]
	if !known || up >= m {
		return noOwner
	}
	if len(g.messages[up].asks) > 0 {
		if g.same(up, m) {
			return noOwner
		}
		return up
	}
	own := g.messages[up].owner
	if own < 0 {
		own = g.lastAsked(up)
	}
	if own >= 0 && g.same(own, m) {
		own = g.messages[own].back
	}
	if own < 0 || g.same(own, m) || g.messages[own].answered && g.decision(m) {
		return noOwner
	}
	return own
}

// lastAsked is what the sender of a message asked shortly before.
func (g *Reading) lastAsked(m int) int {
	for q := m - 1; q >= max(0, m-near); q-- {
		if len(g.messages[q].asks) > 0 && g.same(q, m) && sameThread(&g.talk.Messages[q], &g.talk.Messages[m]) {
			return q
		}
	}
	return noOwner
}

// ownerNear is for messages that reply to none.
func (g *Reading) ownerNear(m int) int {
	this := &g.talk.Messages[m]
	most, steps := lookAhead, 0
	if this.Thread == "" {
		most = near
	}
	since, owner, best := m, noOwner, 0.0
	past := opens.MatchString(strings.ToLower(this.Text[:min(len(this.Text), 60)]))
	for q := m - 1; q >= 0 && steps < most && q >= m-lookAhead; q-- {
		if !sameThread(&g.talk.Messages[q], this) {
			continue
		}
		steps++
		if len(g.messages[q].asks) == 0 {
			continue
		}
		past = past || g.decided(q, since)
		since = q
		at := q
		if back := g.messages[q].back; back >= 0 && !g.same(back, m) {
			at = back // what is asked back goes to who asked; the others still answer the first question
		}
		if g.same(at, m) {
			past = past || at == q && g.messages[q].back < 0
			continue
		}
		if g.messages[at].answered && g.decision(m) {
			past = true
		}
		const better = 0.3 // than a nearer question
		v := g.suits(at, m, past)
		switch {
		case owner == noOwner && !past:
			owner, best = at, v
		case v >= best+better && at != owner:
			owner, best = at, v
		}
	}
	return owner
}

// suits is how well a message would answer one of the questions of another;
// if the talk has gone on since, only what it is about counts.
func (g *Reading) suits(q, m int, past bool) float64 {
	best := 0.0
	s := &g.messages[m]
	for _, n := range g.messages[q].asks {
		v := g.likeness(g.parts[g.asked[n].part].terms, s.terms)
		kind := g.asked[n].kind
		if !past && ((kind == amount || kind == ofTime) && s.number || kind == person && s.short > 0 && !s.number) {
			v += 0.3
		}
		best = max(best, v)
	}
	return best
}

// asksBack is the message whose question m wants to know more of before
// answering it, noOwner for none: m replies to it or to who asked it, or they
// are the next to speak.
func (g *Reading) asksBack(m int) int {
	if up := g.talk.Messages[m].ReplyTo; up != "" {
		n, known := g.byID[up]
		switch {
		case !known || n >= m || g.same(n, m):
			return noOwner
		case len(g.messages[n].asks) > 0:
			return n
		}
		return g.lastAsked(n)
	}
	first := noOwner
	for q := m - 1; q >= max(0, m-6); q-- {
		if len(g.messages[q].asks) > 0 && sameThread(&g.talk.Messages[q], &g.talk.Messages[m]) {
			if first = q; g.messages[q].back >= 0 {
				first = g.messages[q].back
			}
			break
		}
	}
	if first < 0 || g.same(first, m) {
		return noOwner
	}
	for next := m + 1; next < min(len(g.messages), m+4); next++ {
		if !g.same(next, m) && sameThread(&g.talk.Messages[m], &g.talk.Messages[next]) {
			if g.same(next, first) && len(g.messages[next].asks) == 0 {
				return first
			}
			break
		}
	}
	return noOwner
}

// decided tells whether somebody between two messages said what is done now,
// and not as an answer.
func (g *Reading) decided(from, to int) bool {
	for m := from + 1; m < to; m++ {
		if g.messages[m].owner == noOwner && sameThread(&g.talk.Messages[from], &g.talk.Messages[m]) && g.decision(m) {
			return true
		}
	}
	return false
}

// decision tells whether a message says what is done now.
func (g *Reading) decision(m int) bool {
	s := &g.messages[m]
	if s.decides == 0 {
		text := g.talk.Messages[m].Text
		text = strings.ToLower(text[:min(len(text), 400)])
		s.decides = verdict(hasAny(text, "en wir", "dann ", "wir machen", "wir nehmen", "einigen", "abgemacht", "beschlossen", "then we", "so we", "let's", "settled", "decided", "agreed") && decides.MatchString(text))
	}
	return s.decides > 0
}

// settles tells whether a message says, if by who asked, that no answer is
// wanted any more.
func (g *Reading) settles(m int) bool {
	s := &g.messages[m]
	if s.settles == 0 {
		text := g.talk.Messages[m].Text
		s.settles = verdict(settles(text[:min(len(text), 2000)]))
	}
	return s.settles > 0
}

// verdict is 1 for yes and -1 for no, so that 0 is for what nobody looked at.
func verdict(yes bool) int8 {
	if yes {
		return 1
	}
	return -1
}

// toneOf reads a message once. Who says much says something.
func (g *Reading) toneOf(m int) tone {
	const much = 25 // words of one sentence
	s := &g.messages[m]
	if s.tone == unread {
		text := g.talk.Messages[m].Text
		if !s.order && slices.ContainsFunc(g.parts[s.first:s.last], func(p part) bool { return !p.question && !p.weak && p.words >= much }) {
			s.tone = telling
		} else {
			s.tone = toneOf(text[:min(len(text), 2000)])
		}
	}
	return s.tone
}

// serves tells whether a message may be an answer to what message q asks.
func (g *Reading) serves(q, m int) bool {
	own := g.messages[m].owner
	switch {
	case own == q:
		return true
	case g.same(q, m):
		return false
	case g.talk.Messages[m].ReplyTo != "":
		return g.leadsTo(m, q)
	case own < q || g.messages[q].answered:
		return false
	}
	for x := q + 1; x <= own; x++ { // more questions of who asked are no other matter
		if len(g.messages[x].asks) > 0 && !g.same(x, q) && g.messages[x].back != q && !g.asksAgain(q, x) {
			return false
		}
	}
	return true
}

// asksAgain tells whether message x asks what message q did.
func (g *Reading) asksAgain(q, x int) bool {
	const again = 0.5 // of the terms
	return slices.ContainsFunc(g.messages[q].asks, func(n int) bool { return g.likeness(g.parts[g.asked[n].part].terms, g.messages[x].terms) >= again })
}

// mayAnswer tells whether a message that serves a question could be an answer,
// whether or not it can be quoted.
func (g *Reading) mayAnswer(q *asked, m int) bool {
	switch g.toneOf(m) {
	case telling:
		return !g.labelled(q, m)
	case praising:
		return q.kind == agreeing
	case promising: // "Who asks her?" "I ask her"
		return g.likeness(g.parts[q.part].terms, g.messages[m].terms) >= 0.2
	}
	return false
}

// labelled tells whether a message plainly answers other questions than q of
// those that stand in one message: "To 2: …".
func (g *Reading) labelled(q *asked, m int) bool {
	s := &g.messages[m]
	if len(q.sisters) < 2 || s.first == s.last {
		return false
	}
	for j := s.first; j < s.last; j++ {
		if g.parts[j].label == 0 || !g.forSister(q, j) {
			return false
		}
	}
	return true
}
