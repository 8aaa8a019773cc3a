package commands

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"buffet/lang"
	"buffet/offers"
	"buffet/store"
)

// takeBring takes what a person says as a part of the conversation about an
// offer. It is false if it is none.
func (c *Call) takeBring(ctx context.Context, tx *store.Tx, content string) (*Reply, bool, error) {
	var s bringing
	if err := json.Unmarshal([]byte(content), &s); err != nil {
		return nil, false, tx.PutDialog(ctx, store.Dialog{Author: c.Sender})
	}
	if c.Named || c.beginsAnew(s.Step) {
		return nil, false, nil
	}
	c.Lang = s.Lang
	said, more := readAnswer(c.Text)
	over := said == saidNo && more == "" && (s.Step == stepNetwork || !isNone(c.Text)) || slices.Contains([]string{"stopp", "stop", "ende", "quit"}, fold(strings.TrimSpace(c.Text)))
	if over && s.Step != stepShown {
		return &Reply{Text: c.say("bring_cancelled")}, true, tx.PutDialog(ctx, store.Dialog{Author: c.Sender})
	}
	if s.Step == stepNetwork {
		reply, err := c.takeNetwork(ctx, tx, s)
		return reply, true, err
	}
	i := slices.IndexFunc(c.Networks, func(n Network) bool { return n.Name == s.Network })
	if i < 0 {
		return nil, false, tx.PutDialog(ctx, store.Dialog{Author: c.Sender})
	}
	c.Network = &c.Networks[i]
	return c.takeStep(ctx, tx, s)
}

// beginsAnew tells whether the text is a command to bring something, rather
// than what was asked for.
func (c *Call) beginsAnew(step string) bool {
	if c.Command == nil || c.Tail != "" && (step == stepTitle || step == string(offers.FieldDescription)) && !strings.ContainsAny(c.Tail, ",\n") {
		return false
	}
	return slices.Contains([]string{"bring", "brauche", "biete"}, c.Command.Names[lang.German])
}

func (c *Call) takeNetwork(ctx context.Context, tx *store.Tx, s bringing) (*Reply, error) {
	typed := strings.Trim(strings.Join(strings.Fields(fold(c.Text)), " "), `". `)
	for i := range c.Networks {
		if typed == strings.Join(strings.Fields(fold(c.Networks[i].Name)), " ") || typed == strconv.Itoa(i+1) {
			c.Network, s.Network = &c.Networks[i], c.Networks[i].Name
			return c.bringText(ctx, tx, s)
		}
	}
	return c.nextBring(ctx, tx, s)
}

// takeStep takes the answer to a step, or a correction of another one.
func (c *Call) takeStep(ctx context.Context, tx *store.Tx, s bringing) (*Reply, bool, error) {
	steps := bringSteps()
	free := s.Step == stepTitle || s.Step == string(offers.FieldDescription)
	word := fold(strings.TrimSpace(c.Text))
	if slices.Contains([]string{"zurueck", "back"}, word) && s.Help == "" {
		n := slices.Index(steps, s.Step)
		if n < 0 {
			n = len(steps)
		}
		s.Step, s.Again = steps[max(0, n-1)], false
		reply, err := c.nextBring(ctx, tx, s)
		return reply, true, err
	}
	text := c.Text
	if _, rest := readAnswer(text); s.Step == stepShown && rest != "" { // "nein, am 4.12."
		text = rest
	}
	f, ok, err := c.correct(ctx, tx, &s, text, !free)
	if err != nil {
		return nil, true, err
	}
	if ok {
		reply, err := c.corrected(ctx, tx, s, f)
		return reply, true, err
	}
	if _, err := strconv.Atoi(strings.TrimPrefix(strings.TrimSpace(c.Tail), "#")); c.Command != nil && err == nil { // "dabei 1"
		return &Reply{Text: c.say("bring_command", lang.Values{"Line": strings.Join(strings.Fields(text), " ")})}, true, nil
	}
	if s.Step == stepShown {
		if s.Help != "" || !c.dateAlone(text) {
			return nil, false, nil
		}
		s.Step, s.Again = stepWhen, true
	}
	asked, err := c.takeValue(&s, text, word)
	if err != nil {
		return nil, true, err
	}
	reply, err := c.goOn(ctx, tx, s, asked)
	return reply, true, err
}

// dateAlone tells whether a text is a date and nothing else.
func (c *Call) dateAlone(text string) bool {
	_, used, err := lang.FindWhen(c.Lang, []string{text}, false, c.Now.In(c.Network.Zone))
	p, asked := lang.AsProblem(err)
	return len(used) > 0 && (!asked || p.Key != "when_word")
}

// corrected goes on after a correction: f was named alone, so it is asked for.
func (c *Call) corrected(ctx context.Context, tx *store.Tx, s bringing, f offers.Field) (*Reply, error) {
	if f == offers.FieldLink {
		f = offers.FieldPlace
	}
	switch {
	case f != "" && slices.Contains(bringSteps(), string(f)):
		s.Again = s.Step == stepShown || s.Again
		s.Step = string(f)
	case f != "":
		return nil, c.wrong("bring_field_empty", lang.Values{"Field": c.Text})
	case s.Step == stepShown || s.Again && s.whole():
		return c.showBring(ctx, tx, s)
	}
	return c.nextBring(ctx, tx, s)
}

func (s *bringing) whole() bool {
	return s.Draft.Title != "" && (s.Help != "" || !s.Draft.When.Start.IsZero())
}

// goOn asks for the next step, or shows the offer; asked is what is wrong with
// the date of a whole line.
func (c *Call) goOn(ctx context.Context, tx *store.Tx, s bringing, asked *lang.Problem) (*Reply, error) {
	if err := c.fillIn(ctx, tx, &s); err != nil {
		return nil, err
	}
	if asked != nil {
		s.Step = stepWhen
		return c.askBring(ctx, tx, s, asked)
	}
	steps := bringSteps()
	n := slices.Index(steps, s.Step) + 1
	if s.Again {
		n = len(steps)
		s.Again = false
	}
	switch {
	case s.Draft.Title == "":
		n = 0
	case s.Draft.When.Start.IsZero() && n > 1:
		n = 1
	}
	if n == len(steps) {
		return c.showBring(ctx, tx, s)
	}
	s.Step = steps[n]
	return c.nextBring(ctx, tx, s)
}

// takeValue takes the answer to a step; asked as goOn has it.
func (c *Call) takeValue(s *bringing, text, word string) (asked *lang.Problem, err error) {
	skip := slices.Contains([]string{"weiter", "skip", "next", "-", "egal"}, word)
	switch {
	case s.Step == stepTitle && (skip && s.Draft.Title == "" || isNone(c.Text) && !skip):
		return nil, c.wrong("bring_needs_title")
	case s.Step == stepWhen && (skip && s.Draft.When.Start.IsZero() || isNone(c.Text) && !skip):
		return nil, c.wrong("bring_needs_when")
	case skip:
		return nil, nil
	case s.Step == stepTitle:
		return c.takeTitle(s)
	case s.Step == string(offers.FieldKind) && len(word) == 1 && word[0] >= '1' && word[0] <= '4':
		s.Draft.Kind = []string{offers.KindInformation, offers.KindTraining, offers.KindExchange, offers.KindHelp}[word[0]-'1']
		return nil, nil
	}
	return nil, c.setField(s, offers.Field(s.Step), text)
}

// takeTitle takes a title, or the whole line that somebody typed instead.
func (c *Call) takeTitle(s *bringing) (asked *lang.Problem, err error) {
	l, err := offers.ReadLine(c.Lang, c.Text, c.Now.In(c.Network.Zone))
	asked, ok := lang.AsProblem(err)
	switch {
	case err != nil && !ok:
		return nil, err
	case ok && asked.Key == "when_none" || s.whole():
		s.Draft.Title = strings.TrimSpace(c.Text)
		return nil, s.checkParts(c)
	}
	s.Draft, s.Unnamed, s.Feasts, s.Spared = l.Draft, l.Unnamed, l.Feasts, l.Spared
	s.Step = stepWhen // a title with its date: the other steps follow
	s.Again = l.Location != "" || l.URL != "" || l.Description != "" || l.Capacity > 0 || len(l.Topics) > 0
	return asked, s.checkParts(c)
}
