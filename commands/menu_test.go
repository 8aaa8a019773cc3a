package commands

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"maunium.net/go/mautrix/event/cmdschema"
	"maunium.net/go/mautrix/id"

	"buffet/lang"
	"buffet/offers"
)

func place(language string) Place {
	return Place{Lang: language, Prefix: "!", Topics: []string{"Pflege", "Kinder  und Jugend", "@room", strings.Repeat("x", 41), "Pflege", ""}}
}

// TestPublished compares what clients are told of two commands, and MSC4332's
// list, with the golden files.
func TestPublished(t *testing.T) {
	h := newHouse(t)
	for _, language := range []string{lang.German, lang.English} {
		show := map[string]any{}
		for _, one := range h.table.Descriptions(place(language)) {
			if one.Command == h.table.words["angebote"].Name(language) || one.Command == h.table.words["angebot"].Name(language) {
				show[one.Command] = one
			}
		}
		list := h.table.List(place(language))
		list.Commands = list.Commands[:5]
		show["list"] = list
		text, err := json.MarshalIndent(show, "", "\t")
		if err != nil || len(show) != 3 {
			t.Fatalf("%d shown: %v", len(show), err)
		}
		golden(t, "published."+language+".json", string(text)+"\n")
	}
}

// TestPublishedIsValid: each command is valid by the schema that clients use,
// what clients keep for themselves is left out, and so is what only organisers may.
func TestPublishedIsValid(t *testing.T) {
	h := newHouse(t)
	for _, language := range []string{lang.German, lang.English} {
		seen := map[string]bool{}
		list := h.table.Descriptions(place(language))
		for _, one := range list {
			if err := one.Validate(); err != nil {
				t.Errorf("%s: %v", one.Command, err)
			}
			for _, word := range append([]string{one.Command}, one.Aliases...) {
				if seen[word] || slices.Contains(strings.Fields("help status join invite poll me plan preview vorschau freigabe approve"), word) {
					t.Errorf("%s: %s is published, or twice", language, word)
				}
				seen[word] = true
			}
			if d := one.Description.Text[0].Body; d == "" || strings.ContainsAny(d, "{`*<") {
				t.Errorf("%s is described as %q", one.Command, d)
			}
			for _, p := range one.Parameters {
				if d := p.Description.Text[0].Body; d == "" || strings.HasPrefix(d, "menu_") {
					t.Errorf("%s: %s is described as %q", one.Command, p.Key, d)
				}
			}
		}
		published := 0
		for _, c := range h.table.list {
			if !c.Organisers {
				published++
			}
		}
		if language == lang.English {
			published-- // help
		}
		if len(list) != published || !seen["hilfe"] != (language == lang.English) {
			t.Errorf("%s: %d commands, want %d; hilfe: %v", language, len(list), published, seen["hilfe"])
		}
	}
}

// TestMenuChoices: what a client makes of each choice by the schema comes out
// as a command that we understand.
func TestMenuChoices(t *testing.T) {
	h := newHouse(t)
	for _, language := range []string{lang.German, lang.English} {
		for _, one := range h.table.Descriptions(place(language)) {
			for _, p := range one.Parameters {
				for _, v := range p.Schema.Variants {
					if v.SchemaType != cmdschema.SchemaTypeLiteral {
						continue
					}
					args := map[string]any{p.Key: v.Value}
					for _, other := range one.Parameters {
						if !other.Optional && other != p {
							args[other.Key] = "Pflege"
						}
					}
					in, err := json.Marshal(map[string]any{"command": one.Command, "arguments": args})
					if err != nil {
						t.Fatal(err)
					}
					text, err := h.table.FromMenu(string(in), language)
					if err != nil {
						t.Errorf("%s: %v", in, err)
						continue
					}
					understood(t, h, language, text)
				}
			}
		}
	}
}

// understood checks that the words of a choice are those that the handler
// reads, where it would take others for something to look for.
func understood(t *testing.T, h *house, language, text string) {
	t.Helper()
	word, tail := split(text)
	words := strings.Fields(tail)
	switch h.table.words[word].Name(lang.German) {
	case "angebote":
		q, err := offers.ParseFilter(words, language, h.now, h.zone)
		if topic := strings.Contains(text, "Pflege") || strings.Contains(text, "Kinder"); err != nil || len(q.Filter.Words) > 0 != topic {
			t.Errorf("%s looks for %q: %v", text, q.Filter.Words, err)
		}
	case "kurz":
		if w, err := readWindow(words, h.now); err != nil || w == (window{}) {
			t.Errorf("%s is %+v: %v", text, w, err)
		}
	case "suche":
		c := &Call{Tail: tail}
		if _, typed, query, _ := c.searchQuery(); typed != "Pflege" || len(query.Kinds) == 0 {
			t.Errorf("%s looks for %q in %q", text, typed, query.Kinds)
		}
	case "digest":
		_, network := audienceWord(words[0])
		if w := words[0]; !network && !isSubscribe(w) && !isUnsubscribe(w) && !isFile(w) {
			t.Errorf("%s: %s means nothing", text, w)
		}
	}
}

func TestFromMenu(t *testing.T) {
	h := newHouse(t)
	for in, want := range map[string]string{
		`{"command":"angebote"}`:                "angebote",
		`{"command":"angebote","arguments":{}}`: "angebote",
		`{"command":"angebote","arguments":{"zeitraum":"woche","art":null,"thema":"Pflege zu Hause"}}`: "angebote woche Pflege zu Hause",
		`{"command":"angebote","arguments":{"period":"Next Week"}}`:                                    "angebote next week",
		`{"command":"OFFERS","arguments":{"thema":" Pflege\u200b ","kind":"training"}}`:                "offers training Pflege",
		`{"command":"angebot","arguments":{"nummer":3}}`:                                               "angebot 3",
		`{"command":"offer","arguments":{"number":"3"}}`:                                               "offer 3",
		`{"command":"frage","arguments":{"frage":"Wer kennt\nsich aus?"}}`:                             "frage Wer kennt\nsich aus?",
		`{"command":"suche","arguments":{"art":"frage:","worte":"fahrdienst"}}`:                        "suche frage: fahrdienst",
		`{"command":"wer","arguments":{"ich":"ich nicht:","thema":"Pflege"}}`:                          "wer ich nicht: Pflege",
		`{"command":"kurz","arguments":{"zeitraum":"seit 20.11."}}`:                                    "kurz seit 20.11.",
		`{"command":"plan","arguments":{"text":"aus 2"}}`:                                              "plan aus 2",
		`{"command":"offen","more":{"is":["ignored"]}}`:                                                "offen",
		`{"command":"abstimmen"}`:                                                                      "menu_unknown_command",
		`{"command":"plan aus 2"}`:                                                                     "menu_unknown_command",
		`{"command":"offen","arguments":{"seite":2}}`:                                                  "menu_unknown_argument",
		`{"command":"angebot"}`:                                                                        "menu_missing",
		`{"command":"angebot","arguments":{"nummer":null}}`:                                            "menu_missing",
		`{"command":"frage","arguments":{"frage":"  "}}`:                                               "menu_missing",
		`{"command":"angebot","arguments":{"nummer":"drei"}}`:                                          "menu_not_number",
		`{"command":"angebot","arguments":{"nummer":3.5}}`:                                             "menu_not_number",
		`{"command":"angebot","arguments":{"nummer":1e3}}`:                                             "menu_not_number",
		`{"command":"angebot","arguments":{"nummer":true}}`:                                            "menu_not_number",
		`{"command":"angebot","arguments":{"nummer":[3]}}`:                                             "menu_not_number",
		`{"command":"angebot","arguments":{"nummer":0}}`:                                               "menu_range",
		`{"command":"angebot","arguments":{"nummer":-1}}`:                                              "menu_range",
		`{"command":"angebot","arguments":{"nummer":1000000}}`:                                         "menu_range",
		`{"command":"angebot","arguments":{"nummer":1` + strings.Repeat("0", 400) + `}}`:               "menu_range",
		`{"command":"angebot","arguments":{"nummer":3,"number":4}}`:                                    "menu_twice",
		`{"command":"angebote","arguments":{"zeitraum":"irgendwann"}}`:                                 "menu_not_choice",
		`{"command":"angebote","arguments":{"thema":7}}`:                                               "menu_not_text",
		`{"command":"angebote","arguments":{"thema":{"id":"!x","type":"room_id"}}}`:                    "menu_not_text",
		`{"command":"angebote","arguments":["woche"]}`:                                                 "menu_unreadable",
		`{"command":7}`:   "menu_unreadable",
		`{"command":""}`:  "menu_unreadable",
		`{}`:              "menu_unreadable",
		`"angebote"`:      "menu_unreadable",
		`null`:            "menu_unreadable",
		`{"command":"ang`: "menu_unreadable",
		`{"command":"angebote","arguments":` + strings.Repeat(`{"a":`, 2000) + `1` + strings.Repeat("}", 2001): "menu_unknown_argument",
		`{"command":"frage","arguments":{"frage":"` + strings.Repeat("x", 20_000) + `"}}`:                      "cmd_too_long",
	} {
		for _, language := range []string{lang.German, lang.English} {
			req := h.request(language, "angebote") // a valid text does not count
			req.Menu = in
			got, err := h.table.FromMenu(in, language)
			if p, ok := lang.AsProblem(err); ok {
				got = p.Key
				if said := h.say(req); !strings.HasPrefix(said, "[problem "+p.Key+"] ") || strings.Contains(said, "{") || strings.Contains(said, "„nummer“") && language == lang.English {
					t.Errorf("%.80s: %s", in, said)
				}
			} else if err != nil {
				t.Errorf("%.80s: %v", in, err)
			}
			if got != want {
				t.Errorf("%.80s: %q, want %q", in, got, want)
			}
		}
	}
}

// TestMenuSays has whole sentences, and that a structured command does what a
// typed one does.
func TestMenuSays(t *testing.T) {
	h := newHouse(t)
	for _, c := range []struct{ language, menu, typed, want string }{
		{lang.German, `{"command":"angebot","arguments":{"nummer":1}}`, "angebot 1", ""},
		{lang.English, `{"command":"offers","arguments":{"period":"month","topic":"care"}}`, "offers month care", ""},
		{lang.German, `{"command":"angebote","arguments":{"zeitraum":"bald"}}`, "", "»bald« gibt es als »zeitraum« nicht. Zur Wahl stehen: heute, morgen, woche, nächste woche, 14 tage, monat."},
		{lang.English, `{"command":"offer"}`, "", "Something is missing: “number”. Like this: !offer 3"},
		{lang.German, `{"command":"<b>@room"}`, "", "»<b>@\u200broom« kenne ich nicht (mehr). Was ich kann, steht in !hilfe."},
		{lang.German, `{"command":"frage","arguments":{"frage":"` + strings.Repeat("ä", 2001) + `"}}`, "", "Das ist mir zu lang: höchstens 2000 Zeichen, bitte."},
		{lang.German, `{"command":"plan"}`, "", "Das dürfen nur die Organisierenden"},
	} {
		req := h.request(c.language, "hilfe")
		req.Menu = c.menu
		got, want := h.say(req), c.want
		if c.typed != "" {
			want = h.say(h.request(c.language, c.typed))
		}
		if _, said, ok := strings.Cut(got, "] "); ok && c.typed == "" {
			got = said
		}
		if !strings.HasPrefix(got, want) {
			t.Errorf("%s:\n got %q\nwant %q", c.menu, got, want)
		}
	}
}

// TestMenuBrings: the fields of an offer, and of a date, in either language are
// read as if they were typed.
func TestMenuBrings(t *testing.T) {
	h := newHouse(t)
	h.people("@ben:example.org")
	for i, c := range []struct {
		language, menu string
		want           []string
	}{
		{lang.German, `{"command":"bring","arguments":{"titel":"Kaffee, Kuchen und\nKollegen","wann":"3.12. 14-15 Uhr","ort":"Rathaus, Raum 2","art":"austausch","plaetze":12,"thema":"Pflege, Recht"}}`,
			[]string{"Titel: Kaffee, Kuchen und Kollegen", "Donnerstag, 3. Dezember 2026, 14:00–15:00 Uhr", "Ort: Rathaus, Raum 2", "Austausch", "Pflege, Recht", "12"}},
		{lang.English, `{"command":"bring","arguments":{"title":"Tea","when":"tomorrow 2pm","kind":"training","places":1}}`,
			[]string{"Title: Tea", "Tuesday, 24 November 2026", "Training", "1"}},
		{lang.German, `{"command":"bring","arguments":{"titel":"Tee","plaetze":0}}`, []string{"menu_range"}},
		{lang.German, `{"command":"bring","arguments":{"titel":"Tee","wann":"31.2."}}`, []string{"31.2."}},
		{lang.German, `{"command":"dabei","arguments":{"nummer":2,"termin":"9.12."}}`, []string{"9. Dezember"}},
		{lang.English, `{"command":"attendees","arguments":{"number":99}}`, []string{"offer_unknown"}},
		{lang.German, `{"command":"brauche","arguments":{"was":"Wer hilft beim Umzug?"}}`, []string{"Wer hilft beim Umzug?"}},
		{lang.German, `{"command":"erinnere","arguments":{"nummer":2,"wann":"1h vorher"}}`, []string{"2. Dezember"}},
	} {
		req := h.request(c.language, "hilfe")
		req.Menu, req.Event = c.menu, id.EventID(fmt.Sprint("$", i))
		got := h.say(req)
		for _, want := range c.want {
			if !strings.Contains(got, want) {
				t.Errorf("%s does not say %q:\n%s", c.menu, want, got)
			}
		}
	}
}

func FuzzFromMenu(f *testing.F) {
	for _, seed := range []string{`{"command":"angebot","arguments":{"nummer":3}}`, `{"command":"frage","arguments":{"text":"x\u0000"}}`,
		`{"command":"wer","arguments":{"me":"me:","thema":[[[{}]]]}}`, `{"command":"kurz","arguments":{"zeitraum":"24h"}}`, `[]`, `{"arguments":null,"command":"plan"}`} {
		f.Add(seed)
	}
	phrases, err := lang.Load()
	if err != nil {
		f.Fatal(err)
	}
	table, err := New(phrases)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, in string) {
		for _, language := range []string{"", lang.German, lang.English} {
			text, err := table.FromMenu(in, language)
			p, ok := lang.AsProblem(err)
			switch {
			case err != nil && !ok:
				t.Fatalf("%q: an internal fault: %v", in, err)
			case ok:
				if said := phrases.Text(language, p.Key, p.Values).Plain(); said == p.Key || len(said) > 2000 {
					t.Fatalf("%q: says %q", in, said)
				}
			default:
				word, _ := split(text)
				if table.words[word] == nil || word != menuWord(in) {
					t.Fatalf("%q became %q", in, text)
				}
			}
		}
	})
}
