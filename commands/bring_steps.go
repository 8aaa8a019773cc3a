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

const bringKind = "bring"

// bringing is an offer in the making: what a proposal to bring it keeps, and
// what is asked for step by step in a direct chat.
type bringing struct {
	Network string       `json:"network"`
	Lang    string       `json:"lang"`
	Help    string       `json:"help,omitempty"`
	Text    string       `json:"text,omitempty"` // not read yet: its network must be known
	Step    string       `json:"step,omitempty"`
	Again   bool         `json:"again,omitempty"` // only this step: then it is shown
	Draft   offers.Draft `json:"draft"`
	From    []string     `json:"from,omitempty"` // keys of the answers to all messages that it was made of
	Unnamed bool         `json:"unnamed,omitempty"`
	Feasts  bool         `json:"feasts,omitempty"` // also on public holidays
	Spared  bool         `json:"spared,omitempty"` // not on them, it was said
}

// The steps, in their order; those between are fields.
const (
	stepNetwork = "network"
	stepTitle   = string(offers.FieldTitle)
	stepWhen    = string(offers.FieldWhen)
	stepShown   = "shown"
)

func bringSteps() []string {
	return []string{stepTitle, stepWhen, string(offers.FieldPlace), string(offers.FieldKind), string(offers.FieldTopics), string(offers.FieldPlaces), string(offers.FieldDescription)}
}

// stepOf is the step in which a problem is mended, "" if none is.
func stepOf(problem string) string {
	for part, f := range map[string]offers.Field{"title": offers.FieldTitle, "topic": offers.FieldTopics, "capacity": offers.FieldPlaces, "place": offers.FieldPlace,
		"link": offers.FieldPlace, "description": offers.FieldDescription, "kind": offers.FieldKind} {
		if strings.Contains(problem, part) {
			return string(f)
		}
	}
	if strings.Contains(problem, "host") {
		return "" // none
	}
	return stepWhen
}

// clear empties a field.
func (s *bringing) clear(step string) {
	d := &s.Draft
	switch offers.Field(step) {
	case offers.FieldTitle:
		d.Title = ""
	case offers.FieldWhen:
		d.When = lang.When{}
	case offers.FieldPlace:
		d.Location, d.URL = "", ""
	case offers.FieldLink:
		d.URL = ""
	case offers.FieldKind:
		d.Kind = ""
	case offers.FieldTopics:
		d.Topics = nil
	case offers.FieldPlaces:
		d.Capacity = 0
	case offers.FieldHost:
		d.Host = ""
	case offers.FieldDescription:
		d.Description = ""
	}
}

// checkParts checks what is there of an offer that is not finished.
func (s *bringing) checkParts(c *Call) error {
	d := s.Draft
	if d.Title == "" {
		d.Title = "…"
	}
	if d.When.Start.IsZero() {
		d.Help = store.HelpNeed // that has no date
	}
	return d.Check(c.Now)
}

func (c *Call) keepBring(ctx context.Context, tx *store.Tx, s bringing) error {
	content, err := json.Marshal(s)
	if err != nil {
		return err
	}
	return tx.PutDialog(ctx, store.Dialog{Author: c.Sender, Kind: bringKind, Content: string(content), At: c.Now})
}

// endBring ends the conversation in which that proposal was shown, if it goes
// on; one about another offer is left alone.
func endBring(ctx context.Context, tx *store.Tx, p store.Proposal) error {
	d, err := store.DialogOf(ctx, tx, p.Author)
	if err != nil || d.Kind != bringKind || p.Kind != store.ProposeBring {
		return store.Ignore(err)
	}
	var s bringing
	if err := json.Unmarshal([]byte(d.Content), &s); err == nil && !slices.Contains(s.From, p.Key) {
		return nil
	}
	return tx.PutDialog(ctx, store.Dialog{Author: p.Author})
}

// nextBring asks for a step.
func (c *Call) nextBring(ctx context.Context, tx *store.Tx, s bringing) (*Reply, error) {
	return c.askBring(ctx, tx, s, nil)
}

// askBring asks for a step, after what was wrong, if something was.
func (c *Call) askBring(ctx context.Context, tx *store.Tx, s bringing, wrong *lang.Problem) (*Reply, error) {
	if err := c.keepBring(ctx, tx, s); err != nil {
		return nil, err
	}
	if s.Step == stepNetwork {
		return &Reply{Text: c.askNetwork()}, nil
	}
	steps := bringSteps()
	n := slices.Index(steps, s.Step)
	text := new(lang.Text)
	switch {
	case wrong != nil:
		text.Add(c.say(wrong.Key, wrong.Values)).Line().Add(c.say("bring_rest_kept", lang.Values{"Title": s.Draft.Title}))
		return &Reply{Text: text}, nil
	case s.Again:
		text.Add(c.say("bring_step_again"))
	default:
		text.Add(c.say("bring_step", lang.Values{"Step": n + 1, "Steps": len(steps)}))
	}
	text.Line().Add(c.say("bring_step_" + s.Step))
	if now := c.valueOf(&s); now != "" {
		text.Line().Add(c.say("bring_step_now", lang.Values{"Value": now}))
	}
	if n == 0 && !s.Again {
		text.Line().Add(c.say("bring_steps_how"))
	}
	return &Reply{Text: text}, nil
}

// valueOf is what stands in the field that a step asks for.
func (c *Call) valueOf(s *bringing) string {
	d := &s.Draft
	switch offers.Field(s.Step) {
	case offers.FieldTitle:
		return d.Title
	case offers.FieldWhen:
		return c.Table.whenWords(c.Lang, *c.Network, d)
	case offers.FieldPlace:
		return strings.TrimSpace(d.Location + " " + d.URL)
	case offers.FieldKind:
		if d.Kind != "" {
			return c.Table.phrases.Say(c.Lang, "kind_"+d.Kind)
		}
	case offers.FieldTopics:
		return strings.Join(d.Topics, ", ")
	case offers.FieldPlaces:
		if d.Capacity > 0 {
			return strconv.Itoa(d.Capacity)
		}
	case offers.FieldDescription:
		return short(d.Description)
	}
	return ""
}

// askNetwork asks which network is meant.
func (c *Call) askNetwork() *lang.Text {
	text := c.say("bring_which_network")
	for i, n := range c.Networks {
		text.Line().Raw("• ").Code(strconv.Itoa(i + 1)).Raw(" " + n.Name)
	}
	return text
}
