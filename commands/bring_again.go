package commands

import (
	"strings"

	"buffet/lang"
	"buffet/offers"
)

// sayAgain says what is wrong with the date, and the line to send again.
func (c *Call) sayAgain(p *lang.Problem, l *offers.Line) *lang.Text {
	text := new(lang.Text).Say(c.unexampled(p))
	form := "2.1."
	if c.Lang == lang.English {
		form = "2 January"
	}
	example := c.say("bring_when_example", lang.Values{"Day": c.Now.In(c.Network.Zone).AddDate(0, 0, 8).Format(form)})
	if series, ok := p.Values["Series"].(string); ok { // all but the days to be taken out
		example = new(lang.Text).Raw(series)
	}
	line := strings.Join(strings.Fields(l.Again(example.Plain())), " ")
	if r := []rune(line); len(r) > maxAgain {
		line = short(l.Title) + ", " + example.Plain() + ", …"
	}
	return text.Line().Add(c.say("bring_again", lang.Values{"Line": c.Prefix + c.Command.Name(c.Lang) + " " + line}))
}

// unexampled is a problem in words without the example that it ends with: the
// line to send again is one.
func (c *Call) unexampled(p *lang.Problem) string {
	said, label := c.Table.phrases.Say(c.Lang, p.Key, c.values(p.Values)), c.Table.phrases.Say(c.Lang, "bring_example_label")
	if at := strings.LastIndex(said, label); at > 0 && strings.Contains(c.Table.phrases.Say(c.Lang, p.Key), label) {
		return strings.TrimSpace(said[:at])
	}
	return said
}

// maxAgain is how long a line is quoted to be sent again, in characters.
const maxAgain = 400
