package offers

import (
	"strings"
	"testing"

	"buffet/lang"
	"buffet/store"
)

// TestFilterFrom: only from some, and without some, in lists and announcements.
func TestFilterFrom(t *testing.T) {
	tb := newTable(t)
	tb.load("https://caritas.example/secret-kalender/x.ics?key=geheim", ev("a", "20261203T140000", "Alpha", "CATEGORIES:Training,Pflege"))
	tb.load(testSource, ev("b", "20261203T150000", "Beta", "CATEGORIES:Exchange,Recht", "ORGANIZER;CN=Diakonie Köln:mailto:d@x.example"),
		ev("c", "20261203T160000", "Gamma Recht", "CATEGORIES:Training", "ORGANIZER;CN=AWO:mailto:a@x.example", "DESCRIPTION:auch Pflege"))
	tb.bring(Draft{Title: "Delta", Host: "Anke", When: tb.when("3.12. 17 Uhr")})
	for typed, want := range map[string]string{
		"von: caritas": "Alpha", "von: diakonie": "Beta", "von: koeln": "Beta", "von: Köln": "Beta", "from: awo, diakonie": "Beta Gamma Recht", "von: awo und caritas": "Alpha Gamma Recht",
		"von: mitgliedern": "Delta", "von: anke": "Delta", "von: geheim": "", "von: secret": "", "von: member": "Delta",
		"ohne fortbildung": "Beta Delta", "ohne: fortbildung": "Beta Delta", "nicht recht": "Alpha Delta", "without law": "Alpha Beta Gamma Recht Delta", "ohne recht, pflege": "Delta",
		"ohne pflege":            "Beta Gamma Recht Delta", // "auch Pflege" in a text makes no topic
		"fortbildung ohne recht": "Alpha", "woche von: awo ohne pflege": "Gamma Recht", "von: awo recht": "Gamma Recht", "ohne awo oder diakonie": "Alpha Delta", "ohne": "Alpha Beta Gamma Recht Delta",
	} {
		if got := strings.Join(tb.titles(strings.Fields(typed)...), " "); got != want {
			t.Errorf("%s: %q, want %q", typed, got, want)
		}
	}
	q, items, total := tb.ask(lang.German, "von:", "diakonie,", "awo", "ohne", "recht")
	text := RenderList(tb.view(lang.German), q, items, total).Plain()
	if !strings.Contains(text, "Dazu habe ich") || !strings.Contains(text, "!angebote 90 tage von: diakonie, awo ohne recht") {
		t.Errorf("nothing such: %s", text)
	}
	again, err := ParseFilter(strings.Fields("90 tage von: diakonie, awo ohne recht"), lang.German, tb.now, tb.zone)
	tb.equal("the command shown says the same", []any{again.Filter.From, again.Filter.Not, err}, []any{q.Filter.From, q.Filter.Not, nil})
	if _, err := ParseFilter(strings.Fields("ohne a, b, c, d, e, f, g, h, i"), lang.German, tb.now, tb.zone); err == nil {
		t.Error("nine words are not too many")
	}
	room := AnnounceRoom{Room: "!r:x", Network: testNetwork, Lang: lang.German, Zone: tb.zone, Prefix: "!"}
	tb.write(func(tx *store.Tx) error {
		text, err := Preview(t.Context(), tx, tb.phrases, room, `{"from":["awo","caritas"],"not":["pflege"]}`, tb.now)
		if err != nil || text == nil || strings.Contains(text.Plain(), "Alpha") || strings.Contains(text.Plain(), "Beta") || !strings.Contains(text.Plain(), "Gamma") {
			t.Errorf("announced: %v, %v", text, err)
		}
		return nil
	})
}
