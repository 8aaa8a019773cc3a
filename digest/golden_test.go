package digest

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"buffet/lang"
	"buffet/store"
)

var update = flag.Bool("update", false, "write the golden files")

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", "golden", name)
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path) //nolint:gosec // ours
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs (go test -update to accept):\n%s", path, got)
	}
}

func both(t *lang.Text) string {
	return t.Plain() + "\n\n--- HTML ---\n" + strings.ReplaceAll(t.HTML(), "<br>", "<br>\n") + "\n"
}

func TestGoldenDigests(t *testing.T) {
	for _, language := range []string{lang.German, lang.English} {
		w := newWeek(t, language).full()
		for _, audience := range []string{store.AudienceRoom, store.AudienceNetwork, store.AudiencePublic} {
			d := w.compose(audience)
			_, p := w.keep(d)
			name := "week_" + audience + "." + language
			golden(t, name+".txt", both(p.Text()))
			golden(t, name+"_draft.txt", both(p.Draft()))
			golden(t, name+".md", p.Markdown(true))
			golden(t, name+".html", p.HTML(true))
			golden(t, name+"_unnamed.md", p.Markdown(false))
			if lines, chars := extent(p.Text()); lines > screenLines || chars > screenChars {
				t.Errorf("%s: %d lines with %d characters", name, lines, chars)
			}
		}
	}
}
