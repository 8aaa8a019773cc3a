package commands

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"buffet/lang"
	"buffet/store"
)

func TestUnknownWords(t *testing.T) {
	h := newHouse(t)
	for _, c := range []struct {
		text          string
		direct, named bool
		organiser     bool
		want          string
	}{
		{text: "angebotte", want: "Meintest du `!angebote`?"},
		{text: "anegbote heute", want: "Meintest du `!angebote`?"},
		{text: "hlife", want: "Meintest du `!hilfe`?"},
		{text: "offerz", want: "Meintest du `!offers`?"},
		{text: "vorschua", want: "[silence]"}, // not for members
		{text: "vorschua", organiser: true, want: "Meintest du `!vorschau`?"},
		{text: "wetter", want: "[silence]"},
		{text: "wetter", named: true, want: "[silence]"},
		{text: "angeb", want: "Meintest du `!angebot`?"},
		{text: "angebtxyz", want: "[silence]"}, // more than two edits
		{text: "hp", want: "[silence]"},        // two edits are all its letters
		{text: "h", direct: true, want: ""},    // help
		{text: "Guten Morgen", direct: true, want: ""},
		{text: "angebotte", direct: true, want: "Meintest du `angebote`?"},
		{text: "offerz", direct: true, want: "Did you mean `offers`?"},
		{text: "", want: "[silence]"},
		{text: "", named: true, want: "!"},
		{text: "", direct: true, want: ""},
		{text: strings.Repeat("ä", 3000), want: "[silence]"},
		{text: strings.Repeat("ä ", 3000), direct: true, want: "[problem cmd_too_long]"},
		{text: "angebote " + strings.Repeat("x", 1992), want: "[problem cmd_too_long]"},
	} {
		req := h.request(lang.German, c.text)
		req.Direct, req.Named, req.Networks[0].Organiser = c.direct, c.named, c.organiser
		got, want := h.say(req), strings.ReplaceAll(c.want, "`", "")
		if want == "" || want == "!" {
			want += "angebote – "
		}
		if !strings.HasPrefix(got, want) {
			t.Errorf("%.40q (direct %v, named %v): %q, want %q", c.text, c.direct, c.named, got, want)
		}
	}
}

func TestLongestCommand(t *testing.T) {
	h := newHouse(t)
	text := "angebote " + strings.Repeat("ä", maxText-len("angebote "))
	if got := h.say(h.request(lang.German, text)); strings.Contains(got, "cmd_too_long") {
		t.Errorf("%d characters: %s", utf8.RuneCountInString(text), got)
	}
}

func TestPermissions(t *testing.T) {
	h := newHouse(t)
	for _, text := range []string{"plan", "plan aus alle", "plan ankuendigung mo 9:00", "vorschau", "preview"} {
		_, err := h.run(h.request(lang.German, text))
		p, ok := lang.AsProblem(err)
		if !ok || p.Key != "cmd_only_organisers" || p.Values["Who"] != "@anna:example.org" {
			t.Errorf("a member said %q: %v", text, err)
		}
		req := h.request(lang.German, text)
		req.Networks[0].Organisers = nil
		if _, err = h.run(req); err == nil || err.Error() != "cmd_only_moderators" {
			t.Errorf("a member said %q where nobody is listed: %v", text, err)
		}
	}
	if list := h.schedules(); len(list) != 0 {
		t.Errorf("a member changed the plan: %+v", list)
	}
}

func (h *house) schedules() []store.Schedule {
	h.t.Helper()
	list, err := h.store.Schedules(h.t.Context(), room)
	if err != nil {
		h.t.Fatal(err)
	}
	return list
}

// TestNetworks has direct chats with people of no, one and several networks.
func TestNetworks(t *testing.T) {
	h := newHouse(t)
	direct := func(text string, names ...string) Request {
		req := h.organiser(lang.German, text)
		one := req.Networks[0]
		req.Direct, req.Networks = true, nil
		for _, n := range names {
			one.Name = n
			req.Networks = append(req.Networks, one)
		}
		return req
	}
	for _, c := range []struct {
		text  string
		names []string
		want  string
	}{
		{"angebote", nil, "[problem cmd_no_network]"},
		{"hilfe", nil, "angebote – "},
		{"hilfe alle", nil, "angebote – was als Nächstes ansteht\nangebot – "},
		{"angebot 1", []string{"Nord"}, "1 · Kollegiale Beratung"},
		{"angebot 1", []string{"Nord", "Süd West"}, "Welches Netzwerk? Bitte den Namen dazuschreiben:\n• angebot 1 Nord\n• angebot 1 \"Süd West\""},
		{"angebot 1 nord", []string{"Nord", "Süd West"}, "1 · Kollegiale Beratung"},
		{"angebot Nord 1", []string{"Nord", "Süd West"}, "1 · Kollegiale Beratung"},
		{"angebot 1 sued west", []string{"Nord", "Süd West"}, "[problem offer_unknown]"},
		{"angebot »SÜD WEST« 1", []string{"Nord", "Süd West"}, "[problem offer_unknown]"},
		{"angebot 1 nord west", []string{"Nord", "Nord West"}, "[problem offer_unknown]"},
		{"angebot 1 nord west", []string{"Nord West", "Nord"}, "[problem offer_unknown]"},
		{"angebot 1 nordwest", []string{"Nord", "Nord West"}, "Welches Netzwerk?"},
		{"offer 1", []string{"Nord"}, "1 · Kollegiale Beratung\nTuesday"},
		{"plan nord", []string{"Nord", "Süd West"}, "Hier ist nichts geplant."},
	} {
		if got := h.say(direct(c.text, c.names...)); !strings.HasPrefix(got, c.want) {
			t.Errorf("%s with %q: %q, want %q", c.text, c.names, got, c.want)
		}
	}
	req := direct("vorschau", "Nord")
	reply, err := h.run(req)
	if err != nil || reply.Private || reply.React != "" {
		t.Errorf("vorschau in a direct chat: %+v, %v", reply, err)
	}
	req.Networks[0].Room = ""
	if got := h.say(req); !strings.HasPrefix(got, "[problem cmd_say_it_in_room]") {
		t.Errorf("vorschau for a network with several rooms: %s", got)
	}
}

func TestLanguage(t *testing.T) {
	h := newHouse(t)
	for _, c := range []struct {
		text, network, person string
		direct                bool
		want                  string
	}{
		{"offers", lang.German, "", false, lang.German},
		{"angebote", lang.English, lang.German, false, lang.English},
		{"offers", lang.German, lang.German, true, lang.English},
		{"angebote", lang.English, lang.English, true, lang.German},
		{"plan", lang.English, lang.German, true, lang.English},
		{"hello", lang.English, lang.German, true, lang.English},
		{"hello", "", lang.English, true, lang.English},
		{"hello", "", "", true, lang.German},
	} {
		req := h.request(c.network, c.text)
		req.Direct, req.Lang = c.direct, c.person
		if c.network == "" {
			req.Networks = nil
		}
		if got := h.table.Language(req); got != c.want {
			t.Errorf("%s (room %q, person %q, direct %v): %q, want %q", c.text, c.network, c.person, c.direct, got, c.want)
		}
	}
}

func TestPrefixShown(t *testing.T) {
	h := newHouse(t)
	for prefix, want := range map[string]string{"": "!angebote", "b.": "b.angebote", "bot": "bot angebote", "an.": "an.angebote"} {
		about := h.request(lang.German, "hilfe "+want)
		about.Networks[0].Prefix = prefix
		if got := h.say(about); prefix != "bot" && !strings.HasPrefix(got, want+" zeigt") {
			t.Errorf("prefix %q, help about a word with it: %s", prefix, got)
		}
		about.Text, about.Direct = "hilfe alle", true
		if got := h.say(about); !strings.HasSuffix(got, strings.TrimSpace(strings.TrimSuffix(want, "angebote"))+" davor.") {
			t.Errorf("prefix %q, in a direct chat: %s", prefix, got)
		}
		req := h.request(lang.German, "hilfe")
		req.Networks[0].Prefix = prefix
		if got := h.say(req); !strings.HasPrefix(got, want+" ") {
			t.Errorf("prefix %q: %s", prefix, got)
		}
	}
}

func TestHelpFits(t *testing.T) {
	h := newHouse(t)
	for _, language := range []string{lang.German, lang.English} {
		for _, organiser := range []bool{false, true} {
			for _, direct := range []bool{false, true} {
				req := h.request(language, "hilfe")
				req.Direct, req.Networks[0].Organiser = direct, organiser
				lines := strings.Split(h.say(req), "\n")
				if len(lines) > 5 {
					t.Errorf("%s help (organiser %v) has %d lines", language, organiser, len(lines))
				}
				for _, l := range lines {
					if n := utf8.RuneCountInString(l); n > 45 {
						t.Errorf("%s help: %d characters: %s", language, n, l)
					}
				}
			}
		}
	}
}

func TestHelpPhrases(t *testing.T) {
	h := newHouse(t)
	for _, c := range h.table.list {
		for _, language := range []string{lang.German, lang.English} {
			for _, key := range []string{c.Short, c.Long} {
				if s := h.table.phrases.Say(language, key, lang.Values{"P": "!"}); s == key || s == "" || strings.Contains(s, "<no value>") {
					t.Errorf("%s has no help %s in %s: %q", c.Name(language), key, language, s)
				}
			}
			if h.table.phrases.Say(lang.German, c.Long) == h.table.phrases.Say(lang.English, c.Long) {
				t.Errorf("%s is the same in both languages", c.Long)
			}
		}
	}
}

// TestPhraseKeys: every phrase named in the code is there in both languages,
// and none is there for nothing.
func TestPhraseKeys(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	used := map[string]bool{}
	for _, f := range files {
		source, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(f, "_test.go") {
			continue
		}
		for _, m := range regexp.MustCompile(`"((?:cmd|help|plan|preview)_[a-z_]+)"`).FindAllSubmatch(source, -1) {
			used[string(m[1])] = true
		}
	}
	for _, language := range []string{lang.German, lang.English} {
		there := map[string]any{}
		files, err := filepath.Glob("../lang/phrases/*." + language + ".json")
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			text, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			var all map[string]any
			if err := json.Unmarshal(text, &all); err != nil {
				t.Fatal(err)
			}
			for key, phrase := range all {
				if regexp.MustCompile(`^(?:cmd|help|plan|preview)_[a-z_]+$`).MatchString(key) {
					there[key] = phrase
				}
			}
		}
		for key := range used {
			if there[key] == nil {
				t.Errorf("%s: no phrase %s", language, key)
			}
		}
		for key := range there {
			if !used[key] {
				t.Errorf("%s: nobody says %s", language, key)
			}
		}
	}
}

func TestReference(t *testing.T) {
	h := newHouse(t)
	for _, language := range []string{lang.German, lang.English} {
		got := h.table.Reference(language)
		for _, c := range h.table.list {
			if !strings.Contains(got, "| `!"+c.usage(language)+"` |") {
				t.Errorf("%s is missing in:\n%s", c.Name(language), got)
			}
		}
		golden(t, "reference."+language+".md", got)
	}
}

func TestBadTables(t *testing.T) {
	phrases, err := lang.Load()
	if err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func([]Command){
		"doubled name":  func(l []Command) { l[1].Names = l[0].Names },
		"doubled alias": func(l []Command) { l[1].Aliases = []string{"plan"} },
		"upper case":    func(l []Command) { l[0].Aliases = []string{"Liste"} },
		"umlaut":        func(l []Command) { l[0].Aliases = []string{"übersicht"} },
		"two words":     func(l []Command) { l[0].Aliases = []string{"was gibts"} },
		"no English":    func(l []Command) { l[0].Names = map[string]string{lang.German: "liste"} },
		"no handler":    func(l []Command) { l[0].Run = nil },
		"no help":       func(l []Command) { l[0].Long = "" },
	} {
		list := literal()
		change(list)
		if _, err := build(phrases, list); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}
