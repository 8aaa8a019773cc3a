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

// fiveLines is the help that fits a phone: a line for each of the main
// commands, and one that names the others that the person may use.
func (c *Call) fiveLines() *lang.Text {
	text := new(lang.Text)
	var others []string
	for i := range c.Table.list {
		one := &c.Table.list[i]
		switch {
		case one.Main:
			text.Code(c.Prefix + strings.TrimSpace(one.Name(c.Lang)+" "+one.Example[c.Lang])).Raw(" – ").Add(c.say(one.Short)).Line()
		case !one.Organisers || c.organiser():
			others = append(others, "`"+one.Name(c.Lang)+"`")
		}
	}
	return text.Say(c.Table.phrases.Say(c.Lang, "help_more") + strings.Join(others, " · "))
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
