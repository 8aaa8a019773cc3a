package lang

import (
	"encoding/json"
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// forms are a phrase's texts by plural form; a phrase without has one, "other".
func forms(t *testing.T, raw json.RawMessage) map[string]string {
	t.Helper()
	var one string
	if json.Unmarshal(raw, &one) == nil {
		return map[string]string{"other": one}
	}
	var many map[string]string
	if err := json.Unmarshal(raw, &many); err != nil {
		t.Fatalf("phrase %s: %v", raw, err)
	}
	return many
}

func readPhrases(t *testing.T, name string) map[string]map[string]string {
	t.Helper()
	text, err := phraseFiles.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(text, &raw); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	all := map[string]map[string]string{}
	for key, value := range raw {
		all[key] = forms(t, value)
	}
	return all
}

var place = regexp.MustCompile(`{{\.(\w+)}}`)

func places(text string) []string {
	set := map[string]bool{}
	for _, m := range place.FindAllStringSubmatch(text, -1) {
		set[m[1]] = true
	}
	return slices.Sorted(maps.Keys(set))
}

// TestPhrasesMatch: whatever is said in one language is said in the other,
// with the same things filled in, and each key stands in one file only.
func TestPhrasesMatch(t *testing.T) {
	names, err := fs.Glob(phraseFiles, "phrases/*.json")
	if err != nil || len(names) == 0 {
		t.Fatalf("phrase files: %v, %v", names, err)
	}
	home := map[string]string{}
	for _, name := range names {
		de, ok := strings.CutSuffix(name, ".de.json")
		if !ok {
			if !slices.Contains(names, strings.Replace(name, ".en.json", ".de.json", 1)) {
				t.Errorf("%s has no German twin", name)
			}
			continue
		}
		german, english := readPhrases(t, name), readPhrases(t, de+".en.json")
		for key := range english {
			if german[key] == nil {
				t.Errorf("%s: %q is missing in German", de, key)
			}
		}
		for key, forms := range german {
			if other := home[key]; other != "" {
				t.Errorf("%q stands in %s and in %s", key, other, name)
			}
			home[key] = name
			samePhrase(t, key, forms, english[key])
		}
	}
}

func samePhrase(t *testing.T, key string, german, english map[string]string) {
	t.Helper()
	if english == nil {
		t.Errorf("%q is missing in English", key)
		return
	}
	if a, b := slices.Sorted(maps.Keys(german)), slices.Sorted(maps.Keys(english)); !slices.Equal(a, b) {
		t.Errorf("%q: forms %v in German, %v in English", key, a, b)
	}
	for form, text := range german {
		if a, b := places(text), places(english[form]); !slices.Equal(a, b) {
			t.Errorf("%q (%s): fills in %v in German, %v in English", key, form, a, b)
		}
		for _, s := range []string{text, english[form]} {
			if strings.TrimSpace(s) == "" || strings.Count(s, "`")%2 != 0 || strings.Count(s, "**")%2 != 0 {
				t.Errorf("%q (%s): empty, or a mark is not closed: %s", key, form, s)
			}
			if strings.Count(s, "{{") != len(place.FindAllString(s, -1)) {
				t.Errorf("%q (%s): a place that is not {{.Name}}: %s", key, form, s)
			}
		}
	}
}
