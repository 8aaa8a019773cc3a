package digest

import (
	"slices"
	"strings"
)

// choice is a summary in the making.
type choice struct {
	g       *Reading
	w       *Weights
	static  []float64 // what each part is worth, whatever else is chosen
	covered []bool    // terms
	gains   []float64 // what the terms of a part weigh that are not covered yet
	repeats []float32 // most that a part shares with one that is chosen
	both    []uint16  // terms that a part shares with the newest one
	chosen  []int     // parts, as they were chosen
	taken   []bool    // parts
	used    []bool    // messages
	voices  map[string]bool
	asked   map[int]*asked
	role    map[int]string
	under   map[int]int // a part that answers: the question's part
	words   int
	lines   int
}

// Choose makes a summary by weights. The error is ErrNothing.
func (g *Reading) Choose(w *Weights) (*Summary, error) {
	c := &choice{g: g, w: w, static: make([]float64, len(g.parts)), covered: make([]bool, len(g.terms)), repeats: make([]float32, len(g.parts)), gains: make([]float64, len(g.parts)), both: make([]uint16, len(g.parts)),
		taken: make([]bool, len(g.parts)), used: make([]bool, len(g.messages)), voices: map[string]bool{}, role: map[int]string{}, under: map[int]int{}, asked: map[int]*asked{}}
	for i := range g.asked {
		c.asked[g.asked[i].part] = &g.asked[i]
	}
	for i := range g.parts {
		for f := range Gain {
			c.static[i] += w[f] * float64(g.parts[i].x[f])
		}
		for _, t := range g.parts[i].terms {
			c.gains[i] += g.terms[t].weight
		}
	}
	for c.step() {
		c.count()
	}
	if len(c.chosen) == 0 {
		c.leastBad()
	}
	return c.summary(), nil
}

// step takes the best sentence that finds room, with the answer if it is a
// question; false if none is worth it.
func (c *choice) step() bool {
	best, value := -1, 0.0
	var with []int
	for i := range c.g.parts {
		p := &c.g.parts[i]
		if c.taken[i] || p.weak || !c.fits(i) {
			continue
		}
		v := c.value(i)
		var companions []int
		if q := c.asked[i]; q != nil && q.best >= 0 {
			companions = c.missing(q.answers[q.best].parts)
			for _, a := range companions {
				v += max(0, c.value(a))
			}
			if !c.fits(append([]int{i}, companions...)...) {
				continue
			}
		}
		if best < 0 && len(c.chosen) == 0 || v > value {
			best, value, with = i, v, companions
		}
	}
	if best < 0 {
		return false
	}
	c.take(best)
	if q := c.asked[best]; q != nil {
		c.role[best] = Question
		for _, a := range with {
			c.take(a)
		}
		if q.best >= 0 {
			for _, a := range q.answers[q.best].parts {
				c.role[a], c.under[a] = Answer, best
			}
		}
	}
	return true
}

// missing are those that were not taken yet.
func (c *choice) missing(parts []int) []int {
	var list []int
	for _, p := range parts {
		if !c.taken[p] {
			list = append(list, p)
		}
	}
	return list
}

// fits tells whether there is room for parts, each in a line of its own.
func (c *choice) fits(parts ...int) bool {
	words := c.words
	for _, i := range parts {
		words += c.g.parts[i].words + c.g.messages[c.g.parts[i].message].nameWords
	}
	return words <= c.g.words && (c.g.lines <= 0 || c.lines+len(parts) <= c.g.lines)
}

// count says how many words and lines there are by now.
func (c *choice) count() {
	c.joinAnswers()
	c.words, c.lines = 0, 0
	for _, i := range c.chosen {
		p := &c.g.parts[i]
		c.words += p.words
		if !c.merges(i) {
			c.words += c.g.messages[p.message].nameWords
			c.lines++
		}
	}
}

// merges tells whether a sentence stands in one line with the one before it.
func (c *choice) merges(i int) bool {
	if !c.g.parts[i].follows || !c.taken[i-1] || c.asked[i] != nil || c.asked[i-1] != nil {
		return false
	}
	q, under := c.under[i]
	q2, under2 := c.under[i-1]
	return under == under2 && q == q2
}

// value is what a part adds to what is chosen.
func (c *choice) value(i int) float64 {
	p := &c.g.parts[i]
	v := c.static[i]
	gain := min(1, 4*c.gains[i]/c.g.ideal)
	v += gain*c.w[Gain] + float64(c.repeats[i])*c.w[Repeats]
	v += gain * (c.g.form.tight*c.w[TightGain] + c.g.form.solo*c.w[SoloGain])
	if c.used[p.message] {
		v += c.w[SameNote]
		if p.follows && c.taken[i-1] {
			v += c.w[Next]
		}
	}
	if c.voices[c.g.talk.Messages[p.message].Sender] {
		v += c.w[SameVoice]
	}
	return v + c.w[Full]*float64(c.words)/float64(c.g.words)
}

func (c *choice) take(i int) {
	p := &c.g.parts[i]
	c.chosen = append(c.chosen, i)
	c.taken[i], c.used[p.message] = true, true
	c.voices[c.g.talk.Messages[p.message].Sender] = true
	clear(c.both)
	for _, t := range p.terms {
		for _, j := range c.g.terms[t].in {
			c.both[j]++
			if !c.covered[t] {
				c.gains[j] -= c.g.terms[t].weight
			}
		}
		c.covered[t] = true
	}
	for j, n := range c.both {
		if n > 0 {
			c.repeats[j] = max(c.repeats[j], float32(n)/float32(len(c.g.parts[j].terms)))
		}
	}
}

// leastBad is for talks where nothing good finds room: a weak sentence, or
// the beginning of one that is too long.
func (c *choice) leastBad() {
	for i := range c.g.parts {
		if c.fits(i) {
			c.take(i)
			return
		}
	}
	p := &c.g.parts[0]
	room := max(c.g.words-c.g.messages[p.message].nameWords, 1)
	words := strings.Fields(p.text)
	p.text = clause(words[:min(room, len(words))]) + " …"
	c.take(0)
}

// clause cuts words after the last comma or the like, if there is one in the
// second half.
func clause(words []string) string {
	for n := len(words); n > len(words)/2; n-- {
		if strings.ContainsAny(words[n-1][len(words[n-1])-1:], ",;:–)") {
			return strings.TrimRight(strings.Join(words[:n], " "), ",;:–")
		}
	}
	return strings.Join(words, " ")
}

// summary puts what was chosen in order.
func (c *choice) summary() *Summary {
	c.joinAnswers()
	slices.Sort(c.chosen)
	s := &Summary{}
	for _, i := range c.chosen {
		if _, later := c.under[i]; later {
			continue
		}
		s.Lines = c.addLine(s.Lines, i)
		for _, a := range c.chosen {
			if q, ok := c.under[a]; ok && q == i {
				s.Lines = c.addLine(s.Lines, a)
			}
		}
	}
	return s
}

// joinAnswers puts what was chosen for itself under the question it answers.
func (c *choice) joinAnswers() {
	for _, i := range c.chosen {
		if c.role[i] != "" || c.asked[i] != nil {
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
					c.role[i], c.under[i] = Answer, q
				}
			}
		}
	}
}

// addLine makes a line, or the one before longer.
func (c *choice) addLine(lines []Line, i int) []Line {
	p := &c.g.parts[i]
	m := &c.g.talk.Messages[p.message]
	l := Line{Text: p.text, Who: m.Name, Sources: []string{m.ID}, Role: c.role[i]}
	if q := c.asked[i]; q != nil {
		l.Role, l.Open = Question, q.open
	}
	if n := len(lines); n > 0 && c.merges(i) {
		lines[n-1].Text += " " + l.Text
		return lines
	}
	return append(lines, l)
}
