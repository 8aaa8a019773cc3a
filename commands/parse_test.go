package commands

import (
	"slices"
	"testing"
)

func TestTokens(t *testing.T) {
	for _, c := range []struct {
		in   string
		want []string
	}{
		{"", []string{}},
		{"  heute   schulung ", []string{"heute", "schulung"}},
		{`plan "0 9 * * 1" pflege`, []string{"plan", "0 9 * * 1", "pflege"}},
		{"„Netz Nord“ heute", []string{"Netz Nord", "heute"}},
		{"„Netz Nord” heute", []string{"Netz Nord", "heute"}},
		{"„Netz Nord\" heute", []string{"Netz Nord", "heute"}},
		{"“Netz Nord” heute", []string{"Netz Nord", "heute"}},
		{"”Netz Nord” heute", []string{"Netz Nord", "heute"}},
		{"»Netz Nord« «Süd West»", []string{"Netz Nord", "Süd West"}},
		{`"Netz Nord heute`, []string{`"Netz`, "Nord", "heute"}},
		{`""`, []string{}},
		{`5" Bild`, []string{`5"`, "Bild"}},
		{`"a""b"`, []string{"a", "b"}},
		{"a\nb\tc\u00a0d", []string{"a", "b", "c", "d"}},
	} {
		if got := texts(tokens(c.in)); !slices.Equal(got, c.want) {
			t.Errorf("tokens(%q) = %q, want %q", c.in, got, c.want)
		}
	}
}

func TestTokenEnds(t *testing.T) {
	const in = `„0 9 * * 1“ pflege "x y"`
	list := tokens(in)
	if rest := in[list[0].end:]; rest != ` pflege "x y"` {
		t.Errorf("after the first token stands %q", rest)
	}
	if !list[0].quoted || list[1].quoted || !list[2].quoted {
		t.Errorf("quoted: %+v", list)
	}
}

func TestSplit(t *testing.T) {
	for _, c := range []struct{ in, word, tail string }{
		{"angebote", "angebote", ""},
		{" Angebote  Heute \n", "angebote", "Heute"},
		{"ANGEBOTE!", "angebote", ""},
		{"hilfe?", "hilfe", ""},
		{"Ankündigung x", "ankuendigung", "x"},
		{"Anku\u0308ndigung", "ankuendigung", ""}, // as macOS writes it
		{"plan\nmo 9:00", "plan", "mo 9:00"},
		{"", "", ""},
		{"...", "", ""},
	} {
		if word, tail := split(c.in); word != c.word || tail != c.tail {
			t.Errorf("split(%q) = %q, %q; want %q, %q", c.in, word, tail, c.word, c.tail)
		}
	}
}
