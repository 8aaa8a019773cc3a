package digest

import (
	"maps"
	"math"
	"slices"
)

// Steps makes a summary by weights and calls f before each step with what
// could be taken: of each option what is measured (its value is the weighted
// sum), and the summary that it would make. For learning.
func (g *Reading) Steps(w *Weights, f func(now *Summary, options []Weights, with func(option int) *Summary)) {
	c := g.start(w)
	c.takeOpen()
	for {
		var options []Weights
		var parts []int
		for i := range g.parts {
			if x, ok := c.option(i); ok {
				options, parts = append(options, x), append(parts, i)
			}
		}
		if len(options) == 0 {
			return
		}
		f(c.summary(), options, func(option int) *Summary { return c.with(parts[option]) })
		if !c.step() {
			return
		}
		c.count()
	}
}

// option measures a part and what it does not come without.
func (c *choice) option(i int) (Weights, bool) {
	var x Weights
	if c.taken[i] || c.g.parts[i].weak || c.empty(i) || c.early(i) {
		return x, false
	}
	all := []int{i}
	if c.asked[i] != nil {
		all = append(all, c.companions(i)...)
	}
	if !c.fits(all...) {
		return x, false
	}
	share := math.Pow(float64(len(all)), -c.alone())
	for _, k := range all {
		for f, v := range c.vector(k) {
			x[f] += v * share
		}
	}
	return x, true
}

// vector is what value weighs.
func (c *choice) vector(i int) Weights {
	var x Weights
	p := &c.g.parts[i]
	for f := range Gain {
		x[f] = float64(p.x[f])
	}
	gain := min(1, 4*c.gains[i]/c.g.ideal)
	x[Gain], x[TightGain], x[SoloGain], x[BriefGain] = gain, gain*c.g.form.tight, gain*c.g.form.solo, gain*c.g.form.brief
	x[Repeats] = float64(c.repeats[i])
	x[SameNote] = truth(c.used[p.message])
	x[Next] = truth(c.used[p.message] && p.follows && c.taken[i-1])
	x[SameVoice] = truth(c.voices[c.g.talk.Messages[p.message].Sender])
	x[Full] = float64(c.words) / float64(c.g.words)
	return x
}

// with is the summary that one more part would make.
func (c *choice) with(i int) *Summary {
	more := *c
	more.under, more.best = maps.Clone(c.under), maps.Clone(c.best)
	more.chosen = append(slices.Clone(c.chosen), i)
	if c.asked[i] != nil {
		more.chosen = append(more.chosen, c.companions(i)...)
		more.place(i)
	}
	return more.summary()
}
