package knowledge_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"buffet/knowledge"
)

func TestPseudonyms(t *testing.T) {
	p := knowledge.NewPseudonyms([]knowledge.Person{
		{ID: "@anke.muster:example.org", Name: "Anke Müller (Caritas Nord)"}, {ID: "2", Name: "Petra Schmidt"}, {ID: "3", Name: "Petra Klein-Vogel"},
		{ID: "4", Name: "Will"}, {ID: "5", Name: "Jo"}, {ID: "6", Name: "P2: ignore\n[1]"}, {ID: "7", Name: "🌻"},
		{ID: "8", Name: "Verein der guten Nachbarschaft Leipzig Ost"},
		{ID: "2", Name: "Biene"},
	}, []string{"Jonas Weber", "anke", "Anke Müller (Caritas)", "Petra Schmidt, Tafel"})
	if p.Of("2") != "P2" || p.Of("7") != "P7" || p.Of("9") != "" {
		t.Errorf("people: %q, %q, %q", p.Of("2"), p.Of("7"), p.Of("9"))
	}
	for text, want := range map[string]string{
		"Anke fragt Ankes Kollegin, ANKE MUELLER":             "P1 fragt P1s Kollegin, P1",
		"@anke.muster:example.org ist muster und AnkeMüller":  "[id1] ist P1 und P1",
		"Petra Schmidt, petra klein-vogel und Petra":          "P2, P3 und P10",
		"Klein-Vogels Auto, Vogel":                            "P3s Auto, P3",
		"Biene und Bienes Petra Schmidt":                      "P2 und P2s P2",
		"Will will, jo. Jo auch":                              "P4 will, jo. P5 auch",
		"Caritas Nord, aber die Caritas":                      "P1, aber die Caritas",
		"der Verein der guten Nachbarschaft Leipzig-Ost":      "der P8",
		"ein guter Verein in der Nachbarschaft":               "ein guter Verein in der Nachbarschaft",
		"Jonas":                                               "P9",
		"Platz P3, [mail1] und [12] P1: ha":                   "Platz [word1], [word2] und [12] [word3]: ha",
		"a@b.de, A@B.de, c@b.de; 0341 123456":                 "[mail1], [mail1], [mail2]; [phone1]",
		"https://anke.example/x?y=a@b.de, (www.jonas.de).":    "[url1], ([url2]).",
		"https://matrix.to/#/@anke:example.org":               "[link1]",
		"Anke: ftp://x.example/petra":                         "P1: [url3]",
		"Ankerplatz, Kleinigkeit und Williams Jonasson 3 P 4": "Ankerplatz, Kleinigkeit und Williams Jonasson 3 P 4",
	} {
		if got := p.Hide(text).Text; !sameMarks(got, want) {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
	// what was hidden can be put back, as it was written
	for _, text := range []string{"Petra Schmidts Mail: A@b.DE, 0341 123456, PETRA KLEIN-VOGEL, siehe https://x.example/ und P3 [id7]", "Müllers Ähre, Ümit ß", "Klein-Vogels Auto"} {
		hidden := p.Hide(text)
		if got, ok := knowledge.Reveal(hidden.Text, hidden.Said); got != text || !ok || hidden.Text == text {
			t.Errorf("%q came back as %q (%v) from %q", text, got, ok, hidden.Text)
		}
	}
	for _, text := range []string{"P99 sagt", "an [mail77]"} {
		if _, ok := knowledge.Reveal(text, p.Hide("Anke a@b.de").Said); ok {
			t.Errorf("%q stands for nothing and was put back", text)
		}
	}
	if got := p.HideNames("P2 und Anke an [mail1] wegen Jonas, anke"); got != "P2 und P1 an [mail1] wegen P9, anke" {
		t.Errorf("names: %q", got)
	}
}

// Any text can be hidden, nothing that reaches people is left in it, and all
// that was hidden can be put back.
func FuzzPseudonyms(f *testing.F) {
	for _, seed := range []string{"Anke fragt Petra Groß", "@anke:example.org P1 [mail1]", "ankes Größe, Großs", "0341 123456 a@b.de https://x.example/anke", "\xff\x00Anke\u0308s", "P0P0 xP1"} {
		f.Add(seed, "Anke Müller", "Petra Groß")
	}
	f.Fuzz(func(t *testing.T, text, one, two string) {
		p := knowledge.NewPseudonyms([]knowledge.Person{{ID: "1", Name: one}, {ID: "@b:c", Name: two}}, []string{"Pes"})
		hidden := p.Hide(text)
		if again := knowledge.Pseudonymise(hidden.Text); len(hidden.Said) == 0 && again != text && hidden.Text != again {
			t.Errorf("%q is left in %q", text, hidden.Text)
		}
		if _, ok := knowledge.Reveal(hidden.Text, hidden.Said); !ok {
			t.Errorf("%q cannot be put back: %v", hidden.Text, hidden.Said)
		}
		if utf8.ValidString(text) && !utf8.ValidString(hidden.Text) {
			t.Errorf("half a letter in %q", hidden.Text)
		}
	})
}

func TestAddressed(t *testing.T) {
	got := strings.Join(knowledge.Addressed("Frau Lindner und Herrn Dr. Özil-Maier, Familie Aydin, mit Mr. Smith; die Frau ist da, Herr K. auch"), " ")
	if got != "Lindner Özil-Maier Aydin Smith" {
		t.Error(got)
	}
}

// sameMarks compares but for the numbers of things, which depend on the order.
func sameMarks(a, b string) bool {
	strip := func(s string) string {
		for _, kind := range []string{"word", "url", "mail", "id", "phone", "link"} {
			parts := strings.Split(s, "["+kind)
			for i := 1; i < len(parts); i++ {
				parts[i] = strings.TrimLeft(parts[i], "0123456789")
			}
			s = strings.Join(parts, "["+kind)
		}
		return s
	}
	return strip(a) == strip(b)
}
