package digest_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"buffet/digest"
	"buffet/internal/modeltest"
)

// Whatever a model writes, what is shown has a source, and no link, markup or
// mention that it made up.
func FuzzModelLines(f *testing.F) {
	for _, seed := range []string{
		"P3 sagt: Die Küche bleibt zu.", "@room P1", "@P1 [url1] [link1] [mail1] [word1] [id1] [phone1]", "[a](https://x.example)", "ht[word1]tps://x", "P1.com P1://x www.P1.de",
		"„P1“ \"P2 \u00bbP3\u00ab", "<b>P1</b>", "\u202e@\u200broom\x00", "P1P2 P99 [mail99]", "javascript:alert(1)", "`P1` **P2** &lt;b&gt;", "P3 schreibt „Die Küche bleibt“ im Mai.",
		"anke, Anke Müllers Küche", "1.200 € am 3. Dezember", "{\"lines\":[]}", "'Die Küche bleibt'", "[[id1]](x) [1] (2) [1, 2]",
	} {
		f.Add(seed, 3)
	}
	s := modeltest.New(f)
	m := model(s, digest.ModelConfig{})
	r := office()
	r.Messages[3].Name = "@room <i>https://boese.example/"
	whole := regexp.MustCompile(`bernd@verein\.example|@emil:verein\.example`)
	f.Fuzz(func(t *testing.T, text string, source int) {
		s.Script(modeltest.Lines(func([]modeltest.Input) []modeltest.Line {
			return []modeltest.Line{{Text: text, Sources: []int{source}, Role: "said"}}
		}))
		for _, l := range summary(t, m, r).Lines {
			if l.Who != "" { // the fallback's
				continue
			}
			if len(l.Sources) != 1 || !slices.ContainsFunc(r.Messages, func(m digest.Message) bool { return m.ID == l.Sources[0] }) {
				t.Errorf("%q from %v", l.Text, l.Sources)
			}
			bare := strings.ToLower(whole.ReplaceAllString(l.Text, ""))
			for _, evil := range []string{"@", "://", "www.", "](", "</", "<b", "`", "**", "javascript:", "boese", "\u200b", "\u202e", "\n", "[mail", "[url", "[link"} {
				if strings.Contains(bare, evil) {
					t.Errorf("%q in %q, of %q", evil, l.Text, text)
				}
			}
		}
	})
}
