package main

import (
	"context"
	"math"
	"math/rand/v2"
	"strings"

	"buffet/digest"
)

// normal holds the sums that least squares need: of what options were better
// than the others of their step by, against how they differed.
type normal struct {
	xx [][]float64
	xy []float64
}

func newNormal() *normal {
	n := len(digest.Weights{})
	m := &normal{xx: make([][]float64, n), xy: make([]float64, n)}
	for i := range m.xx {
		m.xx[i] = make([]float64, n)
	}
	return m
}

// roomPrice is how dear words are: a sentence twice as long has to gain 1.5
// times as much.
const roomPrice = 0.6

// watch makes the summary of a sample by weights and measures at each step what
// each option would have gained.
func (s *sample) watch(ctx context.Context, w *digest.Weights) (*normal, error) {
	const most = 24 // options of a step
	m := newNormal()
	r := rand.New(rand.NewPCG(3, 5)) //nolint:gosec // it has to be the same each time
	before, had := 0.0, 0
	s.reading.Steps(w, func(now *digest.Summary, options []digest.Weights, with func(int) *digest.Summary) {
		picks := r.Perm(len(options))
		picks = picks[:min(len(picks), most)]
		if len(picks) < 2 || ctx.Err() != nil {
			return
		}
		var mean digest.Weights
		before, had = s.value(now), countWords(now)
		gains, sum := make([]float64, len(picks)), 0.0
		for k, o := range picks {
			after := with(o)
			gains[k] = (s.value(after) - before) / math.Pow(float64(countWords(after)-had), roomPrice)
			sum += gains[k]
			for f, v := range options[o] {
				mean[f] += v / float64(len(picks))
			}
		}
		for k, o := range picks {
			x := options[o]
			for f := range x {
				x[f] -= mean[f]
			}
			m.add(&x, gains[k]-sum/float64(len(picks)), s.weight)
		}
	})
	return m, ctx.Err()
}

func (m *normal) add(x *digest.Weights, y, weight float64) {
	for i, a := range x {
		if a == 0 {
			continue
		}
		m.xy[i] += weight * a * y
		for j, b := range x {
			m.xx[i][j] += weight * a * b
		}
	}
}

func (m *normal) plus(o *normal) {
	for i := range m.xx {
		m.xy[i] += o.xy[i]
		for j := range m.xx[i] {
			m.xx[i][j] += o.xx[i][j]
		}
	}
}

// solve is ridge regression towards prior, whose scale is that of least
// squares along it.
func (m *normal) solve(prior *digest.Weights, ridge float64) *digest.Weights {
	n := len(m.xy)
	scale := m.scaleOf(prior)
	trace := 0.0
	for i := range n {
		trace += m.xx[i][i]
	}
	damp := ridge * trace / float64(n)
	a := make([][]float64, n)
	for i := range n {
		a[i] = append(append([]float64{}, m.xx[i]...), m.xy[i]+damp*scale*prior[i])
		a[i][i] += damp + 1e-12
	}
	eliminate(a)
	var w digest.Weights
	for i := range n {
		w[i] = a[i][n] / a[i][i] / scale
	}
	return &w
}

// scaleOf is how much of a gain one unit of the prior's value predicts.
func (m *normal) scaleOf(prior *digest.Weights) float64 {
	up, down := 0.0, 1e-12
	for i, p := range prior {
		up += p * m.xy[i]
		for j, q := range prior {
			down += p * q * m.xx[i][j]
		}
	}
	return math.Max(up/down, 1e-6)
}

// eliminate is Gauss and Jordan's.
func eliminate(a [][]float64) {
	for i := range a {
		for k := range a {
			if k == i || a[k][i] == 0 {
				continue
			}
			f := a[k][i] / a[i][i]
			for j := i; j < len(a[k]); j++ {
				a[k][j] -= f * a[i][j]
			}
		}
	}
}

func countWords(s *digest.Summary) int {
	n := 0
	for _, l := range s.Lines {
		n += len(strings.Fields(l.Text)) + len(strings.Fields(l.Who))
	}
	return n
}
