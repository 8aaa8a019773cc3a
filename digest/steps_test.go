package digest

import (
	"context"
	"math"
	"testing"
)

// What is learnt from must be what is chosen by: the option of most value is
// the one that the next step takes.
func TestStepsTakeTheBestOption(t *testing.T) {
	talk := Talk{Messages: []Message{
		{ID: "1", Sender: "a", Name: "A", Text: "Wer hat am Montag den Schlüssel zum Saal? Ich brauche ihn ab 8 Uhr für die Tafel."},
		{ID: "2", Sender: "b", Name: "B", ReplyTo: "1", Text: "Den Schlüssel hat der Hausmeister. Er ist bis 18 Uhr im Saal."},
		{ID: "3", Sender: "c", Name: "C", Text: "Am Dienstag ist der Saal wegen der Heizung gesperrt."},
	}}
	g, err := Read(context.Background(), Request{Talk: talk})
	if err != nil {
		t.Fatal(err)
	}
	w, steps, expected := learnt(), 0, ""
	g.Steps(w, func(now *Summary, options []Weights, with func(int) *Summary) {
		if expected != "" && text(now) != expected {
			t.Errorf("step %d made %q, not %q", steps, text(now), expected)
		}
		best := math.Inf(-1)
		for i, x := range options {
			v := 0.0
			for f := range x {
				v += x[f] * w[f]
			}
			if v > best {
				best, expected = v, text(with(i))
			}
		}
		steps++
	})
	if steps < 2 {
		t.Errorf("%d steps", steps)
	}
	if got := text(g.Choose(w)); got != expected {
		t.Errorf("in the end %q, not %q", got, expected)
	}
}

func text(s *Summary) string {
	all := ""
	for _, l := range s.Lines {
		all += l.Text + "|"
	}
	return all
}
