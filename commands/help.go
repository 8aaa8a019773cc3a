package commands

import (
	"context"
	"strings"

	"buffet/lang"
	"buffet/store"
)

// runHelp is "hilfe [wort]".
func runHelp(_ context.Context, _ *store.Tx, c *Call) (*Reply, error) {
	if len(c.Args) == 0 {
		return &Reply{Text: c.fiveLines()}, nil
	}
	word, _ := split(strings.TrimLeft(strings.TrimPrefix(c.Args[0], c.Prefix), "!/"))
	if isAll(word) {
		return &Reply{Text: c.allLines()}, nil
	}
	about, ok := c.Table.words[word]
	if !ok {
		if w := c.Table.near(word, c.organiser()); w != "" {
			return &Reply{Text: c.say("cmd_did_you_mean", lang.Values{"Word": c.Prefix + c.Command.Name(c.Lang) + " " + w})}, nil
		}
		return nil, c.wrong("help_no_such_word", lang.Values{"Word": short(c.Args[0]), "Help": c.Command.Name(c.Lang)})
	}
	text := c.say(about.Long)
	if about.Organisers && !c.organiser() {
		text.Line().Add(c.say("help_organisers_only"))
	}
	return &Reply{Text: text}, nil
}

// fiveLines is the help that fits a phone: the main commands, and how to see
// the others.
func (c *Call) fiveLines() *lang.Text {
	text := new(lang.Text)
	for i := range c.Table.list {
		if one := &c.Table.list[i]; one.Main {
			c.helpLine(text, one, one.Example[c.Lang]).Line()
		}
	}
	all := map[string]string{lang.German: " alle", lang.English: " all"}[c.Lang]
	return text.Code(c.Prefix + c.Table.word("hilfe", c.Lang) + all).Raw(" – ").Add(c.say("help_more"))
}

// allLines is a line for each command that the person may use.
func (c *Call) allLines() *lang.Text {
	text := new(lang.Text)
	for i := range c.Table.list {
		if one := &c.Table.list[i]; !one.Organisers || c.organiser() {
			c.helpLine(text, one, "").Line()
		}
	}
	key, room := "help_foot", c.Prefix
	if c.Direct {
		key, room = "help_foot_direct", "!"
		if len(c.Networks) > 0 {
			room = ShownPrefix(c.Networks[0].Prefix)
		}
	}
	return text.Add(c.say(key, lang.Values{"Prefix": strings.TrimSpace(room)}))
}

func (c *Call) helpLine(text *lang.Text, one *Command, example string) *lang.Text {
	return text.Code(c.Prefix + strings.TrimSpace(one.Name(c.Lang)+" "+example)).Raw(" – ").Add(c.say(one.Short))
}

// usage is the word with all that may follow.
func (c *Command) usage(language string) string {
	return strings.TrimSpace(c.Name(language) + " " + c.Args[language])
}

// short cuts what a person typed to what fits into an answer's sentence.
func short(s string) string {
	const most = 40
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}

// Reference is the table of commands in Markdown, for the README.
func (t *Table) Reference(language string) string {
	var b strings.Builder
	say := func(key string) string {
		return strings.ReplaceAll(t.phrases.Say(language, key), "|", `\|`)
	}
	other := lang.English
	if language == lang.English {
		other = lang.German
	}
	b.WriteString("| " + say("help_column_word") + " | " + say("help_column_other") + " | " + say("help_column_what") + " |\n| --- | --- | --- |\n")
	for i := range t.list {
		c := &t.list[i]
		b.WriteString("| `!" + c.usage(language) + "` | `!" + c.usage(other) + "` | " + say(c.Short))
		if c.Organisers {
			b.WriteString(" (" + say("help_column_organisers") + ")")
		}
		b.WriteString(" |\n")
	}
	return b.String()
}
