package lang

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestTokens(t *testing.T) {
	text := "Größe, Mu\u0308ll-Abfuhr\x00 CAFÉ! x\xffy Covid-19 Türöl"
	var words []string
	for _, tok := range Tokens(text) {
		words = append(words, tok.Word)
		if s := text[tok.Start:tok.End]; strings.ContainsAny(s, " ,!-\x00") || strings.Contains(s, "\xff") || s == "" {
			t.Errorf("%s stands at %q", tok.Word, s)
		}
	}
	if got := strings.Join(words, " "); got != "groesse muell abfuhr cafe x y covid 19 tueroel" {
		t.Error(got)
	}
}

// TestStemGroups: the members of each group are one word to the search.
func TestStemGroups(t *testing.T) {
	for _, group := range []string{
		"Haus Häuser Haeuser Hauses", "Tür Tuer Türen", "Straße Strasse Straßen", "schön schoen schöne", "Frage Fragen", "question questions",
		"Müller Mueller", "running runs", "Café cafe", "naïve naive",
	} {
		words := Tokens(group)
		for _, w := range words {
			if Stem(w.Word) != Stem(words[0].Word) {
				t.Errorf("%s: %s, but %s: %s", words[0].Word, Stem(words[0].Word), w.Word, Stem(w.Word))
			}
		}
	}
}

func pieces(list []Piece) (plain, marked string) {
	for _, p := range list {
		plain += p.Text
		if p.Bold {
			marked += "[" + p.Text + "]"
		} else {
			marked += p.Text
		}
	}
	return plain, marked
}

func TestSnippet(t *testing.T) {
	hit := func(words ...string) func(Token) bool {
		return func(t Token) bool {
			for _, w := range words {
				if t.Word == w {
					return true
				}
			}
			return false
		}
	}
	long := strings.Repeat("Füllwörter überall hier. ", 20) + "Der Gärtner\nliebt seinen Garten. " + strings.Repeat("Öde Wüste danach. ", 20)
	for _, c := range []struct {
		text  string
		max   int
		words []string
		want  string
	}{
		{"Der Garten", 50, []string{"garten"}, "Der [Garten]"},
		{"", 50, nil, ""},
		{"ohne Treffer", 50, []string{"x"}, "ohne Treffer"},
		{long, 45, []string{"gaertner", "garten"}, "…Der [Gärtner] liebt seinen [Garten]. Öde Wüste…"},
	} {
		_, got := pieces(Snippet(c.text, hit(c.words...), c.max))
		if got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}

func FuzzSnippet(f *testing.F) {
	f.Add("Größe \xff 🙂🙂 a\u0308 b", 5, "b")
	f.Add(strings.Repeat("äöü ", 50)+"x", 9, "x")
	f.Add(strings.Repeat("🙂", 50), 9, "x")
	f.Fuzz(func(t *testing.T, text string, max int, word string) {
		max = min(max&0xff, 200) + 1
		plain, _ := pieces(Snippet(text, func(t Token) bool { return t.Word == word }, max))
		if !utf8.ValidString(plain) {
			t.Errorf("not on rune borders: %q", plain)
		}
		if n := utf8.RuneCountInString(plain); n > max+2 {
			t.Errorf("%d characters, at most %d: %q", n, max, plain)
		}
	})
}
