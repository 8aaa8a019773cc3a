package main

import (
	"math"
	"os"
	"path/filepath"
	"testing"

	"buffet/digest"
)

func TestRouge(t *testing.T) {
	for _, c := range []struct {
		lang, ref, text string
		want            rouge
	}{
		{"en", "police killed the gunman", "police kill the gunman", rouge{1, 1, 1}}, // Lin 2004, stemmed
		{"en", "police killed the gunman", "the gunman kill police", rouge{1, 1.0 / 3, 0.5}},
		{"en", "a b c d", "a b", rouge{2.0 / 3, 0.5, 2.0 / 3}},
		{"en", "a a b", "a a a a", rouge{4.0 / 7, 0.4, 4.0 / 7}},
		{"en", "one two", "three", rouge{}},
		{"de", "Die Häuser sind groß.", "das haus ist GROSS", rouge{0.5, 0, 0.5}},
	} {
		s := newScorer(c.lang)
		got := refer(s.tokens(c.ref)).score(s.tokens(c.text))
		if math.Abs(got.r1-c.want.r1)+math.Abs(got.r2-c.want.r2)+math.Abs(got.rl-c.want.rl) > 1e-9 {
			t.Errorf("%q against %q: %v, want %v", c.text, c.ref, got, c.want)
		}
	}
}

func TestCistem(t *testing.T) {
	for word, want := range map[string]string{
		"Speicherbehältern": "speicherbehal", "Grenzpostens": "grenzpo", "Ausgefeiltere": "ausgefeil", "gegessen": "gess", "Schritte": "schritt", "ab": "ab", "Bett": "bett",
	} {
		if got := cistem(word); got != want {
			t.Errorf("%s: %s, want %s", word, got, want)
		}
	}
}

const twoThreads = `{"type":"meta","set":"small","lang":"en"}
{"type":"thread","id":"a","lang":"en","title":"the key","messages":[{"sender":"Ann","text":"Who has the key to the hall? I need it on Monday.","ts":null},{"sender":"Bob","text":"The caretaker has the key until six. Nice weather today.","ts":null}],"summaries":["Ann asks who has the key to the hall. Bob says the caretaker has the key until six."]}
{"type":"thread","id":"b","lang":"en","title":"","messages":[{"sender":"Cem","text":"The meeting moves to Friday at noon because the hall is closed.","ts":null}],"summaries":["Cem moves the meeting to Friday."]}
`

func TestThreadsAreMeasured(t *testing.T) {
	path := filepath.Join(t.TempDir(), "small.jsonl")
	if err := os.WriteFile(path, []byte(twoThreads), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := readThreads(path, 20)
	if err != nil {
		t.Fatal(err)
	}
	if s.name != "small" || len(s.list) != 2 || len(s.list[0].talk.Messages) != 2 {
		t.Fatalf("%+v", s)
	}
	a := &s.list[0]
	a.split()
	best := s.score(a, s.oracle(a))
	for _, m := range peers() {
		if m.order == nil {
			continue
		}
		if r := s.score(a, s.by(a, m.order(s, a))); r.sum() > best.sum()+1e-9 || r.sum() == 0 {
			t.Errorf("%s: %v, the oracle %v", m.name, r, best)
		}
	}
	samples, err := samplesOf(t.Context(), []*threads{s}, "")
	if err != nil || len(samples) != 2 {
		t.Fatal(len(samples), err)
	}
	by := digest.ByHand()
	r := samples[0].worth(by)
	if want := s.score(a, linesOf(samples[0].reading.Choose(by))); r != want {
		t.Errorf("the fast score is %v, the other %v", r, want)
	}
}

func TestWordsCutTheText(t *testing.T) {
	s := &threads{words: 3, scorer: newScorer("en")}
	th := &thread{refs: []*reference{refer(s.scorer.tokens("a b c d"))}}
	if got, want := s.score(th, []string{"a b", "c d"}), th.refs[0].score(s.scorer.tokens("a b c")); got != want {
		t.Errorf("%v, want %v", got, want)
	}
}

// What is learnt has to choose as it was shown: the sentence that gains most.
func TestWeightsAreLearnt(t *testing.T) {
	prior, truth := &digest.Weights{digest.First: 1}, digest.Weights{digest.First: 2, digest.Asking: -1, digest.Gain: 0.5}
	m := newNormal()
	for i := range 64 {
		x := digest.Weights{digest.First: float64(i%4) - 1.5, digest.Asking: float64(i/4%4) - 1.5, digest.Gain: float64(i/16) - 1.5}
		y := 0.0
		for f, v := range x {
			y += v * truth[f]
		}
		m.add(&x, y, 1)
	}
	w := m.solve(prior, 1e-9)
	for f := range truth {
		if math.Abs(w[f]-truth[f]/2) > 1e-3 { // the prior's scale stays
			t.Errorf("%s: %.3f, want %.3f", digest.Feature(f), w[f], truth[f]/2)
		}
	}
	if w := m.solve(prior, 1e9); math.Abs(w[digest.First]-1)+math.Abs(w[digest.Asking]) > 1e-3 {
		t.Errorf("a heavy ridge leaves %v", w)
	}
}
