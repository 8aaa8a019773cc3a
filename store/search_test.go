package store

import (
	"context"
	"fmt"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"maunium.net/go/mautrix/id"

	"buffet/lang"
)

func searchStore(t testing.TB) *Store {
	t.Helper()
	s, err := Open(t.Context(), filepath.Join(t.TempDir(), "buffet.db"))
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

// give adds contributions in one transaction and returns them.
func give(t testing.TB, s *Store, list ...Contribution) []Contribution {
	t.Helper()
	err := s.Write(t.Context(), func(tx *Tx) error {
		for i, c := range list {
			c.Network = "n"
			if c.Kind == "" {
				c.Kind = Question
			}
			if c.Sent.IsZero() {
				c.Sent = time.Unix(1e9, 0)
			}
			var err error
			if list[i], _, err = tx.AddContribution(t.Context(), c); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func find(t testing.TB, s *Store, text string, rooms ...id.RoomID) []SearchHit {
	t.Helper()
	q := ParseQuery(text)
	for _, r := range rooms {
		q.Scopes = append(q.Scopes, RoomScope(r))
	}
	q.Limit = 100
	hits, total, err := Search(t.Context(), s.Reader(), q)
	if err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	if total != len(hits) {
		t.Fatalf("%q: %d hits, total %d", text, len(hits), total)
	}
	return hits
}

func hitIDs(hits []SearchHit) []int64 {
	var list []int64
	for _, h := range hits {
		list = append(list, h.ID)
	}
	return list
}

// dump is everything that the tables of the index hold.
func dump(t testing.TB, s *Store) map[string][]string {
	t.Helper()
	all := map[string][]string{}
	for table, columns := range map[string]string{
		"search_term": "id, term, '', ''", "search_gram": "gram, chunk, hex(data), ''", "search_posting": "term, scope, chunk, hex(data)",
		"search_doc": "scope, num, ref, length",
	} {
		list, err := Collect(t.Context(), s.writer, func(scan func(...any) error) (string, error) {
			var a, b, c, d string
			err := scan(&a, &b, &c, &d)
			return strings.Join([]string{a, b, c, d}, "|"), err
		}, `SELECT `+columns+` FROM `+table)
		if err != nil {
			t.Fatal(err)
		}
		slices.Sort(list)
		if len(list) > 0 {
			all[table] = list
		}
	}
	return all
}

// TestUnindexLeavesNoTrace: after a deletion the index is byte for byte what
// it was before, whatever came first and last.
func TestUnindexLeavesNoTrace(t *testing.T) {
	s := searchStore(t)
	give(t, s, Contribution{Room: "!a", Body: "Wo finde ich den Gemeinschaftsgarten?"}, Contribution{Room: "!b", Body: "Gartenschere zu verleihen"})
	before := dump(t, s)
	secret := Contribution{Room: "!a", Title: "Zwiebelfisch", Body: "Der Xylophonbauer wohnt im Garten neben der Quarkfabrik", Topics: "musik"}
	c := give(t, s, secret)[0]
	if reflect.DeepEqual(dump(t, s), before) {
		t.Fatal("the contribution was not indexed")
	}
	if len(find(t, s, "xylophon*", "!a")) != 1 {
		t.Fatal("not found before the deletion")
	}
	if err := s.Write(t.Context(), func(tx *Tx) error { return tx.DropContribution(t.Context(), c) }); err != nil {
		t.Fatal(err)
	}
	if after := dump(t, s); !reflect.DeepEqual(after, before) {
		t.Errorf("left behind:\n%v\nbefore:\n%v", after, before)
	}
	// In one transaction, an edit between: nothing of the first wording stays either.
	err := s.Write(t.Context(), func(tx *Tx) error {
		c, _, err := tx.AddContribution(t.Context(), Contribution{Network: "n", Kind: Experience, Room: "!a", Body: "Geheimwort Quastenflosser"})
		if err != nil {
			return err
		}
		c.Body = "Der Garten"
		if err := tx.PutContribution(t.Context(), c); err != nil {
			return err
		}
		return tx.DropContribution(t.Context(), c)
	})
	if err != nil {
		t.Fatal(err)
	}
	if after := dump(t, s); !reflect.DeepEqual(after, before) {
		t.Errorf("left behind by an edit:\n%v\nbefore:\n%v", after, before)
	}
}

// TestScopes: what a room hides changes nothing for those outside, not even a score.
func TestScopes(t *testing.T) {
	one, two := searchStore(t), searchStore(t)
	var hidden []Contribution
	for i := range 60 {
		hidden = append(hidden, Contribution{Room: "!hidden", Body: fmt.Sprintf("Fahrrad Werkstatt Nummer %d fahrradwerkstatt", i)})
	}
	seen := []Contribution{
		{Room: "!open", Body: "Wo kann ich mein Fahrrad reparieren lassen?"}, {Room: "!open", Body: "Hat jemand eine Werkstatt?"},
		{Room: "!open", Kind: Experience, Body: "Das Rad lief danach wie neu."},
	}
	give(t, one, hidden...)
	give(t, one, slices.Clone(seen)...)
	give(t, two, slices.Clone(seen)...)
	for _, query := range []string{"Fahrrad reparieren", "Fahrradwerkstatt", "werk*", "Fahrrat", `"mein Fahrrad"`, "Nummer 7", "Rad -Werkstatt"} {
		a, b := find(t, one, query, "!open"), find(t, two, query, "!open")
		for i := range a {
			a[i].ID -= int64(len(hidden))
		}
		if !reflect.DeepEqual(a, b) {
			t.Errorf("%s: with hidden documents %+v, without %+v", query, a, b)
		}
	}
	if hits := find(t, one, "Fahrrad"); len(hits) != 0 {
		t.Errorf("no scope, yet %d hits", len(hits))
	}
	if hits := find(t, one, "Fahrrad", "!hidden"); len(hits) != 60 {
		t.Errorf("%d hits in the room itself, want 60", len(hits))
	}
}

func TestUmlautsAndForms(t *testing.T) {
	s := searchStore(t)
	c := give(t, s, Contribution{Room: "!a", Body: "Die Müllers suchen eine größere Wohnung in der Hauptstraße."},
		Contribution{Room: "!a", Body: "Ich bin gegen Grippe geimpft."}, Contribution{Room: "!a", Body: "Where are the bicycles stored?"})
	for query, want := range map[string]int64{
		"Mueller": c[0].ID, "muller": c[0].ID, "groessere": c[0].ID, "HAUPTSTRASSE": c[0].ID, "Mu\u0308ller": c[0].ID, "Straße": c[0].ID,
		"Wohnungen": c[0].ID, "Impfung": c[1].ID, "bicycle": c[2].ID, "Hauptstrase": c[0].ID, "wohn*": c[0].ID,
	} {
		if hits := find(t, s, query, "!a"); len(hits) == 0 || hits[0].ID != want {
			t.Errorf("%s: found %v, want %d first", query, hitIDs(hits), want)
		}
	}
}

func TestOperators(t *testing.T) {
	s := searchStore(t)
	c := give(t, s, Contribution{Room: "!a", Body: "Der rote Garten blüht"}, Contribution{Room: "!a", Body: "Garten, aber der rote Zaun"},
		Contribution{Room: "!a", Kind: Experience, Body: "Gartenarbeit macht Freude"})
	for query, want := range map[string][]int64{
		`"rote Garten"`: {c[0].ID}, `„rote Garten“`: {c[0].ID}, `Garten -Zaun`: {c[0].ID, c[2].ID}, `Garten -"rote Garten"`: {c[1].ID, c[2].ID},
		`gartena*`: {c[2].ID}, `rote gartena*`: {c[2].ID}, `"Garten rote"`: nil, `xyzzy*`: nil, `Zaun`: {c[1].ID},
	} {
		got := hitIDs(find(t, s, query, "!a"))
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("%s: found %v, want %v", query, got, want)
		}
	}
	q := ParseQuery("Garten")
	q.Scopes, q.Kinds = []string{RoomScope("!a")}, []string{Experience}
	if hits, total, err := Search(t.Context(), s.Reader(), q); err != nil || total != 1 || hits[0].ID != c[2].ID {
		t.Errorf("experiences only: %v, %d, %v", hits, total, err)
	}
}

func TestAnswersLiftTheirQuestion(t *testing.T) {
	s := searchStore(t)
	q := give(t, s, Contribution{Room: "!a", Body: "Wo gibt es gutes Brot?"}, Contribution{Room: "!b", Body: "Wer backt selbst?"})
	a := give(t, s, Contribution{Kind: Answer, Question: q[0].ID, Room: "!a", Body: "Die Mühle am Bach hat einen Holzofen."},
		Contribution{Kind: Answer, Question: q[0].ID, Room: "!secret", Body: "Ich kenne einen Holzofen."},
		Contribution{Kind: Answer, Question: q[1].ID, Room: "!a", Body: "Unser Holzofen steht im Hof."})
	hits := find(t, s, "Holzofen", "!a")
	if len(hits) != 2 {
		t.Fatalf("hits %+v", hits)
	}
	for _, h := range hits {
		switch h.Kind {
		case Question:
			if h.ID != q[0].ID || !slices.Equal(h.Answers, []int64{a[0].ID}) || !h.Words["holzofen"] {
				t.Errorf("question: %+v", h)
			}
		case Answer:
			if h.ID != a[2].ID || h.Question != q[1].ID {
				t.Errorf("answer alone: %+v", h)
			}
		}
	}
}

// TestBatches: one by one or all at once, the same is found.
func TestBatches(t *testing.T) {
	one, all := searchStore(t), searchStore(t)
	words := strings.Fields("Garten Zaun Brot Mühle Holzofen Fahrrad Werkstatt Impfung geimpft Straße Hauptstraße wohnen Wohnung leihen Leiter")
	var list []Contribution
	for i := range 300 {
		list = append(list, Contribution{Room: id.RoomID(fmt.Sprintf("!%d", i%4)), Body: words[i%15] + " " + words[i*7%13] + " " + words[i*i%11], Sent: time.Unix(int64(i), 0)})
	}
	give(t, all, slices.Clone(list)...)
	for _, c := range list {
		give(t, one, c)
	}
	for _, w := range words {
		if a, b := find(t, one, w, "!0", "!2"), find(t, all, w, "!0", "!2"); len(a) == 0 || !reflect.DeepEqual(a, b) {
			t.Errorf("%s: one by one %d hits, at once %d", w, len(a), len(b))
		}
	}
}

func TestMoveScope(t *testing.T) {
	s := searchStore(t)
	old := give(t, s, Contribution{Room: "!old", Body: "Garten alt"}, Contribution{Room: "!old", Body: "Zaun"})
	move := func() {
		t.Helper()
		if err := s.Write(t.Context(), func(tx *Tx) error { return tx.MoveScope(t.Context(), RoomScope("!old"), RoomScope("!new")) }); err != nil {
			t.Fatal(err)
		}
	}
	move()
	if got := hitIDs(find(t, s, "Garten", "!new")); !slices.Equal(got, []int64{old[0].ID}) {
		t.Errorf("after the first move: %v", got)
	}
	more := give(t, s, Contribution{Room: "!old", Body: "Garten neu"}, Contribution{Room: "!new", Body: "Garten dort"})
	move()
	got := hitIDs(find(t, s, "Garten", "!new"))
	slices.Sort(got)
	if want := []int64{old[0].ID, more[0].ID, more[1].ID}; !slices.Equal(got, want) {
		t.Errorf("after merging: %v, want %v", got, want)
	}
	if hits := find(t, s, "Garten", "!old"); len(hits) > 0 {
		t.Errorf("still in the old room: %v", hits)
	}
	for _, c := range append(old, more...) {
		if err := s.Write(t.Context(), func(tx *Tx) error { return tx.DropContribution(t.Context(), c) }); err != nil {
			t.Fatal(err)
		}
	}
	if left := dump(t, s); len(left["search_term"])+len(left["search_posting"])+len(left["search_gram"])+len(left["search_doc"]) > 0 {
		t.Errorf("left: %v", left)
	}
}

func TestRebuild(t *testing.T) {
	path := filepath.Join(t.TempDir(), "buffet.db")
	s, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	give(t, s, Contribution{Room: "!a", Body: "Garten und Zaun"}, Contribution{Room: "!b", Body: "Brot"})
	before := dump(t, s)
	for _, q := range []string{`UPDATE search_version SET version = 7`, `INSERT INTO search_term (term) VALUES ('stale')`, `DELETE FROM search_posting WHERE scope = 2`} {
		if _, err := s.writer.ExecContext(t.Context(), q); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if s, err = Open(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if hits := find(t, s, "Brot", "!b"); len(hits) != 1 {
		t.Errorf("after the rebuild: %v", hits)
	}
	if after := dump(t, s); len(after["search_term"]) != len(before["search_term"]) || len(after["search_posting"]) != len(before["search_posting"]) {
		t.Errorf("rebuilt: %v\nbefore: %v", after, before)
	}
}

func TestOffersAreFound(t *testing.T) {
	s := searchStore(t)
	search := func(text string) []SearchHit {
		t.Helper()
		q := ParseQuery(text)
		q.Scopes = []string{NetworkScope("n")}
		hits, _, err := Search(t.Context(), s.Reader(), q)
		if err != nil {
			t.Fatal(err)
		}
		return hits
	}
	o := &Offer{Network: "n", UID: "u", Number: 1, Status: OfferActive, Title: "Töpferkurs", Description: "mit Ton", Location: "Kulturhaus", Topics: []string{"handwerk"}, Recurrence: "{}"}
	change := func(f func(*Tx, *OfferWriter) error) {
		t.Helper()
		if err := s.Write(t.Context(), func(tx *Tx) error {
			w, err := tx.OfferWriter(t.Context())
			if err != nil {
				return err
			}
			defer w.Close()
			return f(tx, w)
		}); err != nil {
			t.Fatal(err)
		}
	}
	change(func(_ *Tx, w *OfferWriter) error { return w.Insert(t.Context(), o) })
	for _, text := range []string{"töpfern", "Kulturhaus", "handwerk"} {
		if hits := search(text); len(hits) != 1 || hits[0].Kind != OfferKind || hits[0].ID != o.ID {
			t.Errorf("%s: %+v", text, hits)
		}
	}
	o.Title = "Malkurs"
	change(func(_ *Tx, w *OfferWriter) error { return w.Update(t.Context(), o) })
	if len(search("toepferkurs")) != 0 || len(search("Malkurs")) != 1 {
		t.Error("the change is not in the index")
	}
	change(func(tx *Tx, _ *OfferWriter) error { return tx.WithdrawOffer(t.Context(), o.ID, time.Unix(2, 0)) })
	if left := dump(t, s); len(left["search_term"]) > 0 || len(search("Malkurs")) > 0 {
		t.Errorf("left of a withdrawn offer: %v", left)
	}
	change(func(_ *Tx, w *OfferWriter) error { return w.Update(t.Context(), o) })
	if len(search("Malkurs")) != 1 {
		t.Error("an offer that came back is not found")
	}
}

// TestSearchInTransaction: a transaction finds what it has just added.
func TestSearchInTransaction(t *testing.T) {
	s := searchStore(t)
	err := s.Write(t.Context(), func(tx *Tx) error {
		if _, _, err := tx.AddContribution(t.Context(), Contribution{Network: "n", Kind: Question, Room: "!a", Body: "Garten"}); err != nil {
			return err
		}
		hits, _, err := Search(t.Context(), tx, SearchQuery{Text: "garten", Scopes: []string{RoomScope("!a")}})
		if len(hits) != 1 {
			t.Errorf("found %v", hits)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

var hostile = []string{
	"", " ", `"`, `""`, `"""`, "*", "**", "-", "--", "- -", `-"`, `-""`, "NEAR(a b)", "a AND OR NOT", "body:x", "'; DROP TABLE contribution; --",
	"\x00", "a\x00b", "\xff\xfe", "🙂", "🙂🙂 🎉", "%", "_", strings.Repeat("a", 10_000), strings.Repeat("garten ", 2000), strings.Repeat(`"a" `, 3000),
	strings.Repeat("x* ", 3000), strings.Repeat("-x ", 3000), "\u200b", "\u0308", "a\u0308\u0308\u0308", "ﬁ ⅷ ①", "東京 タワー", "مرحبا", "-garten", "garten*", "*garten", "„garten",
	strings.Repeat("ä", 60), "g*", "die der das", "was kann ich tun", `"was kann"`,
}

func TestHostileQueries(t *testing.T) {
	s := searchStore(t)
	give(t, s, Contribution{Room: "!a", Body: "Im Garten was kann ich tun"}, Contribution{Room: "!a", Body: strings.Join(hostile[:30], " ")})
	for _, text := range hostile {
		begin := time.Now()
		find(t, s, text, "!a")
		q := SearchQuery{Text: text, Must: []string{text}, Not: []string{text}, Prefixes: []string{text}, Scopes: []string{RoomScope("!a"), text}, Limit: -1, Offset: -7}
		if _, _, err := Search(t.Context(), s.Reader(), q); err != nil {
			t.Errorf("%.40q: %v", text, err)
		}
		q.Must, q.Prefixes, q.Not = nil, nil, nil
		if _, _, err := Search(t.Context(), s.Reader(), q); err != nil {
			t.Errorf("%.40q: %v", text, err)
		}
		if d := time.Since(begin); d > 2*time.Second {
			t.Errorf("%.40q took %s", text, d)
		}
	}
}

func FuzzSearch(f *testing.F) {
	s := searchStore(f)
	give(f, s, Contribution{Room: "!a", Body: "Im Garten steht ein Zaun"}, Contribution{Room: "!a", Kind: Experience, Title: "Brot", Body: "Backen im Holzofen", Topics: "brot ofen"})
	for _, text := range hostile {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		q := ParseQuery(text)
		q.Scopes = []string{RoomScope("!a")}
		hits, _, err := Search(context.Background(), s.Reader(), q)
		if err != nil {
			t.Fatal(err)
		}
		for _, h := range hits {
			lang.Snippet(text, func(w lang.Token) bool { return h.Words[w.Word] }, 80)
		}
	})
}
