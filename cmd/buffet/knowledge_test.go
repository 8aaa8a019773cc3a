package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"buffet/store"
)

// call runs the command line with a config of its own folder.
func call(t *testing.T, dir string, args ...string) (string, int) {
	t.Helper()
	var out bytes.Buffer
	p := &Program{In: strings.NewReader(""), Out: &out, Err: &out}
	code := p.Main(t.Context(), append([]string{"-c", filepath.Join(dir, "config.yaml")}, args...))
	return out.String(), code
}

func configured(t *testing.T) string {
	t.Helper()
	return filepath.Dir(writeFile(t, "config.yaml", "homeserver: http://localhost:8008\nuser: \"@b:localhost\"\ndata: .\nnetworks: [{name: N}]\n", 0o600))
}

func TestImportAndExportJSONL(t *testing.T) {
	dir, other := configured(t), configured(t)
	source := writeFile(t, "faq.txt", "\ufeff\n {\"kind\":\"question\",\"id\":\"1\",\"text\":\"Wer?\",\"answers\":[{\"text\":\"Wir\"}]}\nx\n", 0o600)
	for _, step := range []struct{ args, want string }{
		{"import --network N --dry-run", "line 3 skipped: not a JSON object\nNothing is written. It would be: 2 new, 0 changed, 0 unchanged, 1 skipped\n"},
		{"import --network n", "line 3 skipped: not a JSON object\n2 new, 0 changed, 0 unchanged, 1 skipped\n"},
		{"import --network N --json", "\"unchanged\": 2"},
	} {
		if out, code := call(t, dir, append(strings.Fields(step.args), source)...); code != 0 || !strings.Contains(out, step.want) {
			t.Errorf("%s: code %d\n%s", step.args, code, out)
		}
	}
	file := filepath.Join(t.TempDir(), "out.jsonl")
	if out, code := call(t, dir, "export", "--network", "N", file); code != 0 || !strings.HasPrefix(out, "1 lines") {
		t.Errorf("export: code %d\n%s", code, out)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if out, code := call(t, dir, "export", "--network", "N", file); code != 1 || !strings.Contains(out, "exists") {
		t.Errorf("over it: code %d\n%s", code, out)
	}
	if out, code := call(t, other, "import", "--network", "N", file); code != 0 || !strings.HasPrefix(out, "2 new") {
		t.Errorf("import elsewhere: code %d\n%s", code, out)
	}
	text, err := os.ReadFile(file)
	if out, _ := call(t, other, "export", "--network", "N"); err != nil || out != string(text) {
		t.Errorf("got\n%s\nwant\n%s, %v", out, text, err)
	}
	if out, code := call(t, dir, "export", "--network", "M"); code != 1 || !strings.Contains(out, "no network") {
		t.Errorf("an unknown network: code %d\n%s", code, out)
	}
}

func TestSearchFinds(t *testing.T) {
	dir := configured(t)
	source := writeFile(t, "faq.jsonl", `{"kind":"question","text":"Wer verleiht einen Beamer?","answers":[{"text":"Das Stadtteilbüro verleiht Technik"}]}
{"kind":"experience","text":"Unser Lastenrad"}`, 0o600)
	if out, code := call(t, dir, "import", "--network", "N", source); code != 0 {
		t.Fatalf("import: code %d\n%s", code, out)
	}
	for args, want := range map[string]string{
		"Beamer verleihen": "question    F1", "--network n lastenrad": "experience  E1", "--json Stadtteilbüro": `"question": "F1"`,
		"Hubschrauber": "0 found, page 1 of 1", "--page 2 Lastenrad": "1 found, page 2 of 1",
	} {
		if out, code := call(t, dir, append([]string{"search"}, strings.Fields(args)...)...); code != 0 || !strings.Contains(out, want) {
			t.Errorf("%s: code %d\n%s", args, code, out)
		}
	}
	for args, want := range map[string]string{"--limit 101 x": "--limit", "--page 0 x": "--page", "--network M x": "no network"} {
		if out, code := call(t, dir, append([]string{"search"}, strings.Fields(args)...)...); code != 1 || !strings.Contains(out, want) {
			t.Errorf("%s: code %d\n%s", args, code, out)
		}
	}
}

func TestSearchPrints(t *testing.T) {
	st, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "buffet.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	var q, a store.Contribution
	err = st.Write(t.Context(), func(tx *store.Tx) (err error) {
		if err = tx.PutRoom(t.Context(), store.Room{ID: "!r:x", Network: "N"}); err != nil {
			return err
		}
		sent := time.Date(2026, 11, 25, 8, 0, 0, 0, time.UTC)
		q, _, err = tx.AddContribution(t.Context(), store.Contribution{Network: "N", Kind: store.Question, Room: "!r:x", Event: "$q",
			Body: "Wer\n\x1b[31mhat\u202e " + strings.Repeat("x", 200), Sent: sent})
		if err == nil {
			a, _, err = tx.AddContribution(t.Context(), store.Contribution{Network: "N", Kind: store.Answer, Question: q.ID, Body: "Wir", Audience: store.AudiencePublic, Sent: sent})
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	scopes, err := operatorScopes(t.Context(), st, []Network{{Name: "N"}})
	if got := strings.Join(scopes, " "); err != nil || got != "n/N p/N r/!r:x" {
		t.Errorf("scopes %s, %v", got, err)
	}
	found, err := loadFound(t.Context(), st.Reader(), []store.SearchHit{{ID: q.ID, Answers: []int64{a.ID, 99}, Score: 2}, {ID: 98}})
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	p := &Program{Out: &out}
	if err := (&SearchCmd{Limit: 10, Page: 1}).print(p, found, 11); err != nil {
		t.Fatal(err)
	}
	want := "question    F1     2026-11-25  Wer [31mhat " + strings.Repeat("x", 88) + "…  (room !r:x)\n" +
		"  answer      F1     2026-11-25  Wir  (public)\n11 found, page 1 of 2\n"
	if out.String() != want {
		t.Errorf("got\n%s\nwant\n%s", out.String(), want)
	}
	out.Reset()
	var got struct {
		Total int
		Hits  []foundItem
	}
	err = (&SearchCmd{JSON: true, Page: 1}).print(p, found, 11)
	if err != nil || json.Unmarshal(out.Bytes(), &got) != nil || got.Total != 11 || len(got.Hits) != 1 || got.Hits[0].Event != "$q" || len(got.Hits[0].Answers) != 1 {
		t.Errorf("%v\n%s", err, out.String())
	}
}
