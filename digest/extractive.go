package digest

import (
	"context"
	"errors"

	"buffet/lang"
)

// ErrNothing means that a talk holds no sentence that could be quoted: it is
// empty, or there are only pictures, links and emoji in it.
var ErrNothing = errors.New("there is nothing to sum up")

// Extractive lets people speak for themselves: its lines are their own
// sentences, the same for the same talk.
type Extractive struct {
	Note string // key of the phrase that says why no model writes, if one was wanted
}

// Summarise chooses the sentences that tell most of a talk, with the answers
// to the questions among them.
func (e Extractive) Summarise(ctx context.Context, r Request) (*Summary, error) {
	reading, err := Read(ctx, r)
	if err != nil {
		return nil, err
	}
	weights := learnt()
	if len(r.Messages) == 1 { // no talk; nothing was learnt from such
		weights = ByHand()
	}
	sum := reading.Choose(weights)
	if e.Note != "" {
		sum.Note = &lang.Problem{Key: e.Note}
	}
	return sum, nil
}
