package digest

import (
	"slices"
	"strings"
)

// summary puts what was chosen in order.
func (c *choice) summary() *Summary {
	s := &Summary{}
	c.eachLine(func(parts []int, role string, open bool) {
		texts := make([]string, len(parts))
		for k, i := range parts {
			texts[k] = c.g.parts[i].text
		}
		m := &c.g.talk.Messages[c.g.parts[parts[0]].message]
		s.Lines = append(s.Lines, Line{Text: strings.Join(texts, " "), Who: m.Name, Sources: []string{m.ID}, Role: role, Open: open})
	})
	return s
}

// count says how many words and lines there are by now.
func (c *choice) count() {
	c.words, c.lines = 0, 0
	c.eachLine(func(parts []int, _ string, _ bool) {
		c.lines++
		c.words += c.g.messages[c.g.parts[parts[0]].message].nameWords
		for _, i := range parts {
			c.words += c.g.parts[i].words
		}
	})
}

// eachLine calls f with each line's parts: sentences that follow each other in
// a message share a line. Answers come right after their question.
func (c *choice) eachLine(f func(parts []int, role string, open bool)) {
	c.joinAnswers()
	slices.Sort(c.chosen)
	var own, answers []int
	for _, i := range c.chosen {
		if _, later := c.under[i]; later {
			answers = append(answers, i)
		} else {
			own = append(own, i)
		}
	}
	for len(own) > 0 {
		n := c.run(own)
		role, open := Said, false
		var below []int
		for _, i := range own[:n] {
			q := c.asked[i]
			if q == nil {
				continue
			}
			role, open = Question, q.open
			for _, a := range answers {
				if c.under[a] == i {
					below = append(below, a)
				}
			}
		}
		f(own[:n], role, open)
		own = own[n:]
		slices.Sort(below)
		for len(below) > 0 {
			n := c.run(below)
			f(below[:n], Answer, false)
			below = below[n:]
		}
	}
}

// run is how many of the first parts share a line.
func (c *choice) run(parts []int) int {
	asked := c.asked[parts[0]]
	for n := 1; n < len(parts); n++ {
		i := parts[n]
		q := c.asked[i]
		if parts[n-1] != i-1 || !c.g.parts[i].follows || q != nil && asked != nil && !together(q, asked) {
			return n
		}
		if q != nil {
			asked = q
		}
	}
	return len(parts)
}

// together tells whether two questions of a message have the same answer.
func together(a, b *asked) bool {
	switch {
	case a.open || b.open:
		return a.open && b.open
	case a.best < 0 || b.best < 0: // by what cannot be quoted
		return a.best == b.best
	}
	return a.answers[a.best].message == b.answers[b.best].message
}

// joinAnswers puts what was chosen for itself under the question it answers.
func (c *choice) joinAnswers() {
	for _, i := range c.chosen {
		if _, placed := c.under[i]; placed || c.asked[i] != nil {
			continue
		}
		best := 0.0
		for _, q := range c.chosen {
			if c.asked[q] == nil {
				continue
			}
			for _, a := range c.asked[q].answers {
				if a.message == c.g.parts[i].message && a.score > best {
					best = a.score
					c.under[i] = q
				}
			}
		}
	}
}

// leastBad is for talks where nothing good finds room: a weak sentence, or
// the beginning of one that is too long.
func (c *choice) leastBad() {
	for i := range c.g.parts {
		if c.fits(i) && !c.g.parts[i].short {
			c.take(i)
			return
		}
	}
	first := 0
	for i := len(c.g.parts) - 1; i >= 0; i-- { // the first one, and rather one that says something
		if p := &c.g.parts[i]; !p.short && (!p.weak || c.g.parts[first].weak) {
			first = i
		}
	}
	p := &c.g.parts[first]
	room := max(c.g.words-c.g.messages[p.message].nameWords-1, 1)
	words := strings.Fields(p.text)
	p.text = clause(words[:min(room, len(words))]) + " …"
	c.take(first)
}

// clause cuts words after the last comma or the like, if there is one in the
// second half.
func clause(words []string) string {
	for n := len(words); n > len(words)/2; n-- {
		if strings.HasSuffix(words[n-1], ",") || strings.HasSuffix(words[n-1], ";") || strings.HasSuffix(words[n-1], ":") || words[n-1] == "–" {
			return strings.TrimRight(strings.Join(words[:n], " "), ",;:– ")
		}
	}
	return strings.Join(words, " ")
}
