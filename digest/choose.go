package digest

import "math"

// choice is a summary in the making.
type choice struct {
	g       *Reading
	w       *Weights
	static  []float64 // what each part is worth, whatever else is chosen
	gains   []float64 // what the terms of a part weigh that are not covered yet
	repeats []float32 // most that a part shares with one that is chosen
	both    []uint16  // terms that a part shares with the newest one
	covered []bool    // terms
	taken   []bool    // parts
	used    []bool    // messages
	voices  map[string]bool
	asked   map[int]*asked
	under   map[int]int // a part that answers: the question's part
	best    map[int]int // of messages that answer a chosen question: the part that does so
	chosen  []int       // parts, as they were chosen
	words   int
	lines   int
}

// Choose makes a summary by weights.
func (g *Reading) Choose(w *Weights) *Summary {
	c := g.start(w)
	c.takeOpen()
	for c.step() {
		c.count()
	}
	if len(c.chosen) == 0 {
		c.leastBad()
	}
	return c.summary()
}

func (g *Reading) start(w *Weights) *choice {
	n := len(g.parts)
	c := &choice{g: g, w: w, static: make([]float64, n), gains: make([]float64, n), repeats: make([]float32, n), both: make([]uint16, n),
		taken: make([]bool, n), covered: make([]bool, len(g.terms)), used: make([]bool, len(g.messages)),
		voices: map[string]bool{}, asked: map[int]*asked{}, under: map[int]int{}, best: map[int]int{}}
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
	return c
}

// takeOpen takes the newest questions that nobody answered, first of all: who
// catches up can do most about them. In mails and articles whoever asks
// mostly goes on to answer it.
func (c *choice) takeOpen() {
	const (
		most  = 2
		lines = 8   // as many may be taken for it to leave room for the rest
		chat  = 0.5 // of form.brief
	)
	if c.g.form.brief < chat || c.g.lines > 0 && c.g.lines < lines {
		return
	}
	seen := map[int]bool{} // messages
	for n := len(c.g.asked) - 1; n >= 0 && len(seen) < most; n-- {
		q := &c.g.asked[n]
		const again = 0.6 // of its terms are in one that is taken
		if i := q.part; q.open && !seen[c.g.parts[i].message] && c.repeats[i] < again && c.fits(i) {
			seen[c.g.parts[i].message] = true
			all := []int{i}
			for _, a := range c.companions(i) {
				if c.fits(append(all, a)...) {
					all = append(all, a)
				}
			}
			for _, a := range all {
				c.take(a)
			}
			c.place(i)
			c.count()
		}
	}
}

// alone is how much sentences that belong together are judged one by one: in
// a chat, what was asked and answered is what counts.
func (c *choice) alone() float64 { return 1 - min(1, 1.5*c.g.form.chat()) }

// step takes the best sentence that finds room, with what belongs to it;
// false if none is worth it.
func (c *choice) step() bool {
	best, value := -1, 0.0
	var with []int
	alone := c.alone()
	for i := range c.g.parts {
		if c.taken[i] || c.g.parts[i].weak || c.empty(i) || c.early(i) || !c.fits(i) {
			continue
		}
		v := c.value(i)
		var companions []int
		if c.asked[i] != nil {
			companions = c.companions(i)
			for _, a := range companions {
				v += c.value(a)
			}
			v /= math.Pow(float64(1+len(companions)), alone)
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
	for _, a := range with {
		c.take(a)
	}
	c.place(best)
	return true
}

// place puts the best answer under a question.
func (c *choice) place(i int) {
	q := c.asked[i]
	if q == nil || q.best < 0 {
		return
	}
	for _, a := range q.answers[q.best].parts {
		c.under[a] = i
	}
	for _, a := range q.answers {
		if _, other := c.best[a.message]; !other {
			c.best[a.message] = a.parts[0]
		}
	}
}

// early tells whether a sentence has to wait: its message answers a question
// that was chosen, and another sentence of it does so best.
func (c *choice) early(i int) bool {
	best, answers := c.best[c.g.parts[i].message]
	return answers && best != i && !c.taken[best]
}

// empty tells whether a sentence says too little to stand for itself.
func (c *choice) empty(i int) bool {
	const plain = 2 // terms
	return len(c.g.parts[i].terms) < plain && c.asked[i] == nil && len(c.chosen) > 0
}

// companions are what a question does not come without: its best answer, and
// the sentence before it if it says too little by itself ("Is that bad?").
func (c *choice) companions(i int) []int {
	var list []int
	q, p := c.asked[i], &c.g.parts[i]
	if q.best >= 0 {
		for _, a := range q.answers[q.best].parts {
			if !c.taken[a] {
				list = append(list, a)
			}
		}
	}
	const plain = 3 // terms
	if p.follows && len(p.terms) < plain && !c.taken[i-1] && !c.g.parts[i-1].weak && !c.g.parts[i-1].aside && c.asked[i-1] == nil {
		list = append(list, i-1)
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

// value is what a part adds to what is chosen.
func (c *choice) value(i int) float64 {
	p := &c.g.parts[i]
	v := c.static[i]
	gain := min(1, 4*c.gains[i]/c.g.ideal)
	v += gain*c.w[Gain] + float64(c.repeats[i])*c.w[Repeats]
	v += gain * (c.g.form.tight*c.w[TightGain] + c.g.form.solo*c.w[SoloGain] + c.g.form.brief*c.w[BriefGain])
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
