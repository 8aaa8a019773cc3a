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
	repeats []float32 // most that a part shares with one that is chosen
	chosen  []int     // parts, as they were chosen
	taken   []bool    // parts
	used    []bool    // messages
	voices  map[string]bool
	role    map[int]string
	under   map[int]int // a part that answers: the question's part
	words   int
	lines   int
}

// Choose makes a summary by weights. The error is ErrNothing.
func (g *Reading) Choose(w *Weights) (*Summary, error) {
	c := &choice{g: g, w: w, static: make([]float64, len(g.parts)), covered: make([]bool, len(g.terms)), repeats: make([]float32, len(g.parts)),
		taken: make([]bool, len(g.parts)), used: make([]bool, len(g.messages)), voices: map[string]bool{}, role: map[int]string{}, under: map[int]int{}}
	asked := map[int]*asked{}
	for i := range g.asked {
		asked[g.asked[i].part] = &g.asked[i]
	}
	for i := range g.parts {
		for f := range Gain {
			c.static[i] += w[f] * float64(g.parts[i].x[f])
		}
	}
	for c.step(asked) {
	}
	if len(c.chosen) == 0 {
		c.leastBad()
	}
	return c.summary(asked)
}

// step takes the best sentence that finds room, with the answer if it is a
// question; false if none is worth it.
func (c *choice) step(asked map[int]*asked) bool {
	best, value := -1, 0.0
	var with []int
	for i := range c.g.parts {
		p := &c.g.parts[i]
		if c.taken[i] || p.weak || !c.fits(i) {
			continue
		}
		v := c.value(i)
		var companions []int
		if q := asked[i]; q != nil && q.best >= 0 {
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
	if q := asked[best]; q != nil {
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

// cost is how many words and lines a part adds: one beside another of its
// message makes the line longer.
func (c *choice) cost(i int) (words, lines int) {
	p := &c.g.parts[i]
	if p.follows && c.taken[i-1] || i+1 < len(c.taken) && c.taken[i+1] && c.g.parts[i+1].follows {
		return p.words, 0
	}
	return p.words + c.g.messages[p.message].nameWords, 1
}

func (c *choice) fits(parts ...int) bool {
	words, lines := c.words, c.lines
	for _, i := range parts {
		w, l := c.cost(i)
		words += w
		lines += l
	}
	return words <= c.g.words && (c.g.lines <= 0 || lines <= c.g.lines)
}

// value is what a part adds to what is chosen.
func (c *choice) value(i int) float64 {
	p := &c.g.parts[i]
	v := c.static[i]
	gain := 0.0
	for _, t := range p.terms {
		if !c.covered[t] {
			gain += c.g.terms[t].weight
		}
	}
	gain = min(1, 4*gain/c.g.ideal)
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
	w, l := c.cost(i)
	c.words += w
	c.lines += l
	p := &c.g.parts[i]
	c.chosen = append(c.chosen, i)
	c.taken[i], c.used[p.message] = true, true
	c.voices[c.g.talk.Messages[p.message].Sender] = true
	mine := map[int32]bool{}
	for _, t := range p.terms {
		c.covered[t], mine[t] = true, true
	}
	if len(mine) == 0 {
		return
	}
	for j := range c.g.parts {
		o := &c.g.parts[j]
		both := 0
		for _, t := range o.terms {
			if mine[t] {
				both++
			}
		}
		if len(o.terms) > 0 {
			c.repeats[j] = max(c.repeats[j], float32(both)/float32(len(o.terms)))
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
func (c *choice) summary(asked map[int]*asked) (*Summary, error) {
	if len(c.chosen) == 0 {
		return nil, ErrNothing
	}
	c.joinAnswers(asked)
	slices.Sort(c.chosen)
	s := &Summary{}
	for _, i := range c.chosen {
		if _, later := c.under[i]; later {
			continue
		}
		s.Lines = c.addLine(s.Lines, i, asked)
		for _, a := range c.chosen {
			if q, ok := c.under[a]; ok && q == i {
				s.Lines = c.addLine(s.Lines, a, asked)
			}
		}
	}
	return s, nil
}

// joinAnswers puts what was chosen for itself under the question it answers.
func (c *choice) joinAnswers(asked map[int]*asked) {
	for _, i := range c.chosen {
		if c.role[i] != "" || asked[i] != nil {
			continue
		}
		best := 0.0
		for _, q := range c.chosen {
			if asked[q] == nil {
				continue
			}
			for _, a := range asked[q].answers {
				if a.message == c.g.parts[i].message && a.score > best {
					best = a.score
					c.role[i], c.under[i] = Answer, q
				}
			}
		}
	}
}

// addLine makes a line, or the one before longer.
func (c *choice) addLine(lines []Line, i int, asked map[int]*asked) []Line {
	p := &c.g.parts[i]
	m := &c.g.talk.Messages[p.message]
	l := Line{Text: p.text, Who: m.Name, Sources: []string{m.ID}, Role: c.role[i]}
	if q := asked[i]; q != nil {
		l.Role, l.Open = Question, q.best < 0
	}
	if n := len(lines); n > 0 && p.follows && c.taken[i-1] && lines[n-1].Role == l.Role && lines[n-1].Sources[0] == m.ID && strings.HasSuffix(lines[n-1].Text, c.g.parts[i-1].text) {
		lines[n-1].Text += " " + l.Text
		return lines
	}
	return append(lines, l)
}
