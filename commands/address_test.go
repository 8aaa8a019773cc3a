package commands

import (
	"strings"
	"testing"
	"unicode/utf8"

	"maunium.net/go/mautrix/id"
)

const me = id.UserID("@buffet:example.org")

func TestAddress(t *testing.T) {
	mention := []id.UserID{me}
	const pill = `<a href="https://matrix.to/#/@buffet:example.org">Buffet</a>`
	for _, c := range []struct {
		name  string
		in    Incoming
		text  string
		named bool
		ok    bool
	}{
		{"prefix", Incoming{Body: "!angebote heute"}, "angebote heute", false, true},
		{"prefix, any case", Incoming{Body: "!Angebote Heute"}, "Angebote Heute", false, true},
		{"prefix, spaces around", Incoming{Body: " \n!hilfe \n"}, "hilfe", false, true},
		{"prefix, umlaut", Incoming{Body: "!änderung"}, "änderung", false, true},
		{"prefix, invisible signs", Incoming{Body: "\u2060!angebote\u00a0heute\u200b"}, "angebote heute", false, true},
		{"prefix alone", Incoming{Body: "!"}, "", false, false},
		{"prefix and space", Incoming{Body: "! angebote"}, "", false, false},
		{"prefix twice", Incoming{Body: "!!angebote"}, "", false, false},
		{"prefix and number", Incoming{Body: "!1"}, "", false, false},
		{"prefix inside", Incoming{Body: "Schau mal bei !angebote nach"}, "", false, false},
		{"prefix on the second line", Incoming{Body: "Hallo\n!angebote"}, "", false, false},
		{"exclamation", Incoming{Body: "Danke!"}, "", false, false},
		{"own prefix", Incoming{Body: "b.angebote", Prefix: "B."}, "angebote", false, true},
		{"own prefix, not !", Incoming{Body: "!angebote", Prefix: "b."}, "", false, false},
		{"prefix that is a word", Incoming{Body: "Bot angebote", Prefix: "bot"}, "angebote", false, true},
		{"prefix that is a word, inside one", Incoming{Body: "botanik", Prefix: "bot"}, "", false, false},
		{"prefix in the wrong script length", Incoming{Body: "ß", Prefix: "ßß"}, "", false, false},

		{"display name", Incoming{Body: "Buffet: angebote"}, "angebote", true, true},
		{"display name, comma", Incoming{Body: "buffet, angebote heute"}, "angebote heute", true, true},
		{"display name, no colon", Incoming{Body: "Buffet angebote"}, "angebote", true, true},
		{"display name with spaces", Incoming{Body: "Das Büfett 🍽️: hilfe", MyName: "Das Büfett 🍽️"}, "hilfe", true, true},
		{"display name, longer word", Incoming{Body: "Buffets sind toll"}, "", false, false},
		{"display name, compound", Incoming{Body: "Buffet-Abend am Montag"}, "", false, false},
		{"display name, genitive", Incoming{Body: "Buffet’s Liste"}, "", false, false},
		{"a domain", Incoming{Body: "buffet.example.org ist die Adresse"}, "", false, false},
		{"at and localpart", Incoming{Body: "@buffet angebote", MyName: "Netz"}, "angebote", true, true},
		{"whole id", Incoming{Body: "@buffet:example.org: angebote", MyName: "Netz"}, "angebote", true, true},
		{"namesake elsewhere", Incoming{Body: "@buffet:other.org angebote"}, "", false, false},
		{"longer server name", Incoming{Body: "@buffet:example.org.au angebote"}, "", false, false},
		{"mention and prefix", Incoming{Body: "@buffet !angebote"}, "angebote", true, true},
		{"mention and slash", Incoming{Body: "@buffet /angebote"}, "angebote", true, true},
		{"mention alone", Incoming{Body: "@buffet"}, "", true, true},
		{"mention alone, asking", Incoming{Body: "Buffet: ???"}, "", true, true},
		{"name in mid-sentence", Incoming{Body: "Das Buffet war gut"}, "", false, false},
		{"mention in mid-sentence", Incoming{Body: "angebote heute @buffet", Mentions: mention}, "angebote heute", true, true},
		{"mention between", Incoming{Body: "angebote, Buffet, heute", Mentions: mention}, "angebote, heute", true, true},
		{"mention of others", Incoming{Body: "angebote Buffet", Mentions: []id.UserID{"@anna:example.org"}}, "", false, false},
		{"mention without a name", Incoming{Body: "angebote", Mentions: mention}, "angebote", true, true},
		{"pill at the start", Incoming{Body: "Netzwerk: angebote", HTML: strings.Replace(pill, "Buffet", "Netzwerk", 1) + ": angebote"}, "angebote", true, true},
		{"pill, percent signs", Incoming{Body: "Netz angebote", HTML: `<p><a class='x' href='https://matrix.to/#/%40buffet%3Aexample.org?via=x'><b>Netz</b></a> angebote</p>`}, "angebote", true, true},
		{"pill, matrix URI", Incoming{Body: "Netz angebote", HTML: `<a href="matrix:u/buffet:example.org">Netz</a> angebote`}, "angebote", true, true},
		{"pill as Markdown in the body", Incoming{Body: "[Buffet](https://matrix.to/#/@buffet:example.org): angebote", HTML: pill + ": angebote"}, "angebote", true, true},
		{"pill of a namesake", Incoming{Body: "Netz angebote", HTML: `<a href="https://matrix.to/#/@buffet:other.org">Netz</a> angebote`}, "", false, false},
		{"pill in mid-sentence, not in m.mentions", Incoming{Body: "Frag Netz", HTML: `Frag <a href="https://matrix.to/#/@buffet:example.org">Netz</a>`}, "", false, false},
		{"pill in a quoted message only", Incoming{Body: "> <@anna:example.org> Netz\n\nja", HTML: `<mx-reply><blockquote>` + pill + `</blockquote></mx-reply>ja`}, "", false, false},

		{"reply to us", Incoming{Body: "> <@buffet:example.org> 1 · Pflege\n> 2 · Recht\n\nangebot 2", ReplyToMe: true}, "angebot 2", false, true},
		{"reply to us, empty quoted line", Incoming{Body: "> <@buffet:example.org> Kopf\n>\n> Fuß\n\nangebot 2", ReplyToMe: true}, "angebot 2", false, true},
		{"reply to us, no fallback", Incoming{Body: "angebot 2", ReplyToMe: true, Mentions: mention}, "angebot 2", false, true},
		{"reply to us, prefix", Incoming{Body: "!angebot 2", ReplyToMe: true}, "angebot 2", false, true},
		{"reply to us, nothing said", Incoming{Body: "> <@buffet:example.org> x", ReplyToMe: true}, "", false, false},
		{"reply to others with a command", Incoming{Body: "> <@anna:example.org> Wo?\n\n!angebote"}, "angebote", false, true},
		{"reply that quotes a command", Incoming{Body: "> <@anna:example.org> !angebote\n\nDanke"}, "", false, false},
		{"reply that quotes an emote", Incoming{Body: "> * <@anna:example.org> !angebote\n\n!hilfe"}, "hilfe", false, true},
		{"a quote is no reply", Incoming{Body: "> !angebote"}, "", false, false},

		{"direct", Incoming{Body: "angebote", Direct: true}, "angebote", false, true},
		{"direct, prefix", Incoming{Body: "!angebote", Direct: true}, "angebote", true, true},
		{"direct, name", Incoming{Body: "Buffet, angebote", Direct: true}, "angebote", true, true},
		{"direct, talk", Incoming{Body: "Guten Morgen!", Direct: true}, "Guten Morgen!", false, true},
		{"direct, only signs", Incoming{Body: "?", Direct: true}, "", false, true},

		{"slash", Incoming{Body: "/angebote heute"}, "angebote heute", false, true},
		{"two slashes, English", Incoming{Body: "//Offers"}, "Offers", false, true},
		{"slash, not ours", Incoming{Body: "/invite @a:b"}, "", false, false},
		{"slash, nearly ours", Incoming{Body: "/angebotee"}, "", false, false},
		{"slash, not ours, direct", Incoming{Body: "/join #x", Direct: true}, "", false, false},
		{"a path", Incoming{Body: "/hilfe/de.html"}, "", false, false},
		{"talk", Incoming{Body: "Angebote gibt es viele"}, "", false, false},
		{"empty", Incoming{}, "", false, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.in.Me = me
			if c.in.MyName == "" {
				c.in.MyName = "Buffet"
			}
			text, named, ok := Address(c.in)
			if text != c.text || named != c.named || ok != c.ok {
				t.Errorf("Address(%q) = %q, named %v, ok %v; want %q, %v, %v", c.in.Body, text, named, ok, c.text, c.named, c.ok)
			}
		})
	}
}

// TestAddressNoName has an account without a display name: nothing may match
// an empty name.
func TestAddressNoName(t *testing.T) {
	if _, _, ok := Address(Incoming{Body: "hallo zusammen", Me: me}); ok {
		t.Error("plain talk was taken for a command")
	}
}

func FuzzAddress(f *testing.F) {
	f.Add("!angebote heute", "", "Buffet", "!", false)
	f.Add("> <@a:b> x\n\n@buffet: hilfe", `<a href="https://matrix.to/#/@buffet:example.org">B</a>`, "B", "b.", true)
	f.Add("„plan” “x” »y« \"", "<mx-reply>", "İ", "ß", true)
	f.Fuzz(func(t *testing.T, body, html, name, prefix string, mentioned bool) {
		in := Incoming{Body: body, HTML: html, Me: me, MyName: name, Prefix: prefix}
		if mentioned {
			in.Mentions = []id.UserID{me}
		}
		text, _, ok := Address(in)
		if !ok && text != "" {
			t.Errorf("not for us, but text %q", text)
		}
		if len(text) > len(body) {
			t.Errorf("Address made %q longer: %q", body, text)
		}
		in.Direct = true
		if text, _, ok = Address(in); !ok && !strings.Contains(body, "/") {
			t.Errorf("a direct chat's %q is not for us", body)
		}
		word, tail := split(text)
		if strings.ContainsAny(word, " \n\t") {
			t.Errorf("word %q has a space in it", word)
		}
		for _, tok := range tokens(tail) {
			if tok.text == "" || tok.end > len(tail) || !utf8.ValidString(tok.text) && utf8.ValidString(tail) {
				t.Errorf("tokens(%q) has %+v", tail, tok)
			}
		}
	})
}
