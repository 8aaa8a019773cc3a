package knowledge_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"buffet/knowledge"
	"buffet/store"
)

var jsonlNow = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)

func openJSONL(t *testing.T) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "buffet.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func importText(t *testing.T, s *store.Store, text string) (r knowledge.Report) {
	t.Helper()
	entries, _, err := knowledge.ReadJSONL(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	err = s.Write(t.Context(), func(tx *store.Tx) error {
		r, err = knowledge.Import(t.Context(), tx, "N", entries, jsonlNow)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func exportText(t *testing.T, s *store.Store, rooms bool) string {
	t.Helper()
	var out bytes.Buffer
	n, err := knowledge.Export(t.Context(), s.Reader(), "N", &out, rooms)
	if lines := strings.Count(out.String(), "\n"); err != nil || n != lines {
		t.Fatalf("%d lines, said %d, %v", lines, n, err)
	}
	return out.String()
}

const faq = `{"kind":"answer","question":"q1","text":"Der Kassenwart","author":"Ben"}
{"kind":"question","id":"q1","title":"Kasse","text":"Wer macht\ndie Kasse?","topics":["Geld","Amt"],"url":"https://example.org/1","audience":"public","author":"Anke","at":"2025-03-01T10:00:00+01:00","closed":true,"answers":[{"text":"Wir wechseln ab","at":"2025-03-02T10:00:00Z"},{"text":"intern","audience":"network"}]}
{"kind":"experience","text":"Mit <Excel> & Co geht es"}
`

func TestImportExport(t *testing.T) {
	a, b := openJSONL(t), openJSONL(t)
	if r := importText(t, a, faq); r.New != 5 || r.Changed+r.Unchanged+len(r.Skipped) != 0 {
		t.Fatalf("first: %+v", r)
	}
	first := exportText(t, a, false)
	if r := importText(t, b, first); r.New != 5 || len(r.Skipped) != 0 {
		t.Fatalf("in another database: %+v", r)
	}
	if again := exportText(t, b, false); again != first {
		t.Errorf("got\n%s\nwant\n%s", again, first)
	}
	for _, text := range []string{faq, first} {
		if r := importText(t, a, text); r.Unchanged != 5 || r.New+r.Changed+len(r.Skipped) != 0 {
			t.Errorf("again: %+v", r)
		}
	}
	changed := strings.Replace(strings.Replace(faq, `"title":"Kasse"`, `"title":"Die Kasse"`, 1), `,"closed":true`, "", 1)
	if r := importText(t, a, changed); r.Changed != 1 || r.Unchanged != 4 {
		t.Errorf("changed: %+v", r)
	}
	c, err := store.ContributionByUID(t.Context(), a.Reader(), "N", store.Question, "q1")
	c.ID, c.Active = 0, time.Time{}
	want := store.Contribution{Network: "N", Kind: store.Question, Number: 1, UID: "q1", URL: "https://example.org/1", Name: "Anke",
		Audience: store.AudiencePublic, Kept: true, Title: "Die Kasse", Body: "Wer macht\ndie Kasse?", Topics: "Geld Amt",
		Sent: time.Date(2025, 3, 1, 9, 0, 0, 0, time.UTC)}
	if err != nil || c != want {
		t.Errorf("got %+v, %v\nwant %+v", c, err, want)
	}
}

// What was said in a room leaves it only with rooms, and comes back as it was.
func TestExportKeepsRooms(t *testing.T) {
	s := openJSONL(t)
	add := func(c store.Contribution) (kept store.Contribution) {
		c.Network, c.Author, c.Room, c.Sent = "N", "@anke:example.org", "!room:example.org", jsonlNow
		err := s.Write(t.Context(), func(tx *store.Tx) (err error) {
			kept, _, err = tx.AddContribution(t.Context(), c)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return kept
	}
	add(store.Contribution{Kind: store.Question, Event: "$1", Body: "geheime Frage"})
	q := add(store.Contribution{Kind: store.Question, Event: "$2", Body: " offene Frage ", Audience: store.AudienceNetwork})
	add(store.Contribution{Kind: store.Answer, Question: q.ID, Event: "$3", Body: "geheime Antwort"})
	add(store.Contribution{Kind: store.Answer, Question: q.ID, Event: "$4", Body: "offene Antwort", Audience: store.AudienceNetwork, Name: "@anke:example.org"})
	add(store.Contribution{Kind: store.Answer, Event: "$5", Body: "ohne Frage", Audience: store.AudienceNetwork})
	text, all := exportText(t, s, false), exportText(t, s, true)
	want := `{"kind":"question","id":"buffet/F2","text":"offene Frage","audience":"network","at":"2026-11-25T12:00:00Z",` +
		`"answers":[{"text":"offene Antwort","audience":"network","at":"2026-11-25T12:00:00Z"}]}` + "\n"
	if text != want {
		t.Errorf("got\n%s\nwant\n%s", text, want)
	}
	if strings.Count(all, `"audience":"room"`) != 2 || strings.Contains(all, "example.org") {
		t.Errorf("with rooms:\n%s", all)
	}
	if r := importText(t, s, text); r.Unchanged != 2 || r.New != 0 {
		t.Errorf("into the same database: %+v", r)
	}
	if _, skipped, _ := knowledge.ReadJSONL(strings.NewReader(all)); len(skipped) != 2 {
		t.Errorf("skipped %v, want both of the room", skipped)
	}
	other := openJSONL(t)
	if r := importText(t, other, all); r.New != 2 || exportText(t, other, true) != text {
		t.Errorf("in another database: %+v\n%s", r, exportText(t, other, true))
	}
}

func TestImportSkips(t *testing.T) {
	s := openJSONL(t)
	r := importText(t, s, `{"kind":"question","id":"a","text":"eins"}
{"kind":"question","id":"a","text":"zwei"}
{"kind":"answer","question":"b","text":"wozu?"}`)
	want := []knowledge.Skipped{{Line: 2, Reason: "the same as in line 1"}, {Line: 3, Reason: "its question is not there"}}
	if r.New != 1 || !reflect.DeepEqual(r.Skipped, want) {
		t.Errorf("got %+v", r)
	}
	err := s.Write(t.Context(), func(tx *store.Tx) (err error) {
		r, err = knowledge.Import(context.Background(), tx, "N", []knowledge.Entry{{Line: 7, Kind: store.Experience, Text: "x", Audience: store.AudienceRoom}}, jsonlNow)
		return err
	})
	if err != nil || r.New != 0 || len(r.Skipped) != 1 || r.Skipped[0].Line != 7 {
		t.Errorf("for a room: %+v, %v", r, err)
	}
}

func TestReadJSONL(t *testing.T) {
	good := `{"kind":"experience","text":"gut"}`
	lines := []struct{ text, why string }{
		{"\ufeff" + good, ""}, {"\r", ""}, {good + "\r", ""}, {"   ", ""},
		{"kein json", "not a JSON object"}, {"[1]", "not a JSON object"}, {good + good, "not a JSON object"},
		{`{"kind":"question","text":7}`, "text has the wrong type"},
		{`{"kind":"poem","text":"x"}`, "kind is none of question, experience, answer"},
		{`{"kind":"question","text":"\u0000 "}`, "no text"},
		{`{"kind":"answer","text":"x"}`, "an answer without the id of its question"},
		{`{"kind":"experience","text":"x","answers":[{"text":"y"}]}`, "answers to what is no question"},
		{`{"kind":"experience","text":"x","audience":"room"}`, "for a room only, and which one is not known here"},
		{`{"kind":"experience","text":"x","audience":"all"}`, "audience is none of network, public"},
		{`{"kind":"experience","text":"x","at":"gestern"}`, "at is no time as in RFC 3339"},
		{`{"kind":"experience","text":"x","url":"javascript:alert(1)"}`, "url is no address with http or https"},
		{`{"kind":"experience","id":"sha256:1","text":"x"}`, "id begins with sha256:"},
		{`{"kind":"experience","text":"` + strings.Repeat("x", 20_001) + `"}`, "text is longer than 20 kB"},
		{`{"kind":"experience","title":"` + strings.Repeat("x", 501) + `"}`, "title, id or topics are longer than 500 bytes"},
		{`{"kind":"experience","text":"` + strings.Repeat("x", 1<<20) + `"}`, "longer than 1 MB"},
		{`{"kind":"question","text":"x","answers":[{"text":"ja"},{"text":""}]}`, "answer 2: no text"},
		{good, ""},
	}
	var text []string
	var want []knowledge.Skipped
	for i, l := range lines {
		text = append(text, l.text)
		if l.why != "" {
			want = append(want, knowledge.Skipped{Line: i + 1, Reason: l.why})
		}
	}
	entries, skipped, err := knowledge.ReadJSONL(iotest.HalfReader(strings.NewReader(strings.Join(text, "\n"))))
	if err != nil || !reflect.DeepEqual(skipped, want) {
		t.Errorf("got %v, %v\nwant %v", skipped, err, want)
	}
	if len(entries) != 4 || entries[0].Audience != store.AudienceNetwork || entries[3].Line != len(lines) || len(entries[2].Answers) != 1 {
		t.Errorf("entries %+v", entries)
	}
	broken := errors.New("broken")
	if _, _, err := knowledge.ReadJSONL(iotest.ErrReader(broken)); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
	var many strings.Builder
	for i := range 200_002 {
		fmt.Fprintf(&many, "{\"kind\":\"experience\",\"text\":\"%d\"}\n", i)
	}
	if entries, skipped, err := knowledge.ReadJSONL(strings.NewReader(many.String())); err != nil || len(entries) != 200_000 || len(skipped) != 1 || skipped[0].Line != 200_001 {
		t.Errorf("%d entries, %v, %v", len(entries), skipped, err)
	}
}
