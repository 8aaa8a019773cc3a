package commands

import (
	"slices"
	"strings"
	"unicode/utf8"

	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/event/cmdschema"

	"buffet/lang"
)

// builtIn are words that clients keep for themselves: they would hide ours
// (MSC4391, "Command invocation"). Typed with the prefix they work.
func builtIn() []string { return []string{"help", "status", "join", "invite", "poll", "me"} }

// Place is the room that commands are published for.
type Place struct {
	Lang   string
	Prefix string   // as the network has it
	Topics []string // to choose from
}

// Descriptions are the commands as MSC4391 has them, one state event each
// (github.com/matrix-org/matrix-spec-proposals/pull/4391, in the form of
// mautrix' event/cmdschema, which clients read; it says "schema" and
// "optional" where the proposal's text says "type" and "required"). Words are
// those of the room's language, the other language's are aliases. The MSC
// cannot tell for whom a command is, so those of organisers are left out.
func (t *Table) Descriptions(p Place) []*cmdschema.EventContent {
	var list []*cmdschema.EventContent
	for _, c := range t.published(p.Lang) {
		one := &cmdschema.EventContent{Command: c.Name(p.Lang), Description: t.does(c, p)}
		for _, w := range c.words() {
			if w != one.Command && !slices.Contains(builtIn(), w) {
				one.Aliases = append(one.Aliases, w)
			}
		}
		for _, param := range c.params() {
			one.Parameters = append(one.Parameters, &cmdschema.Parameter{Key: param.Names[p.Lang], Schema: param.schema(p),
				Optional: !param.Required, Description: t.about(c, param, p)})
			one.TailParam = param.Names[p.Lang] // the last one
		}
		list = append(list, one)
	}
	return list
}

// published are the commands for a room's menu.
func (t *Table) published(language string) (list []*Command) {
	for i := range t.list {
		if c := &t.list[i]; !c.Organisers && !slices.Contains(builtIn(), c.Name(language)) {
			list = append(list, c)
		}
	}
	return list
}

// does is what a command does, about what one of its parameters is for.
func (t *Table) does(c *Command, place Place) *event.ExtensibleTextContainer {
	return event.MakeExtensibleText(t.phrases.Text(place.Lang, c.Short, lang.Values{"P": ShownPrefix(place.Prefix)}).Plain())
}

func (t *Table) about(c *Command, p Param, place Place) *event.ExtensibleTextContainer {
	if p.About == "" {
		return event.MakeExtensibleText(c.Args[place.Lang])
	}
	return event.MakeExtensibleText(t.phrases.Text(place.Lang, p.About).Plain())
}

func (p *Param) schema(place Place) *cmdschema.ParameterSchema {
	var choices []string
	open := p.Open
	switch p.Kind {
	case NumberParam:
		return cmdschema.PrimitiveTypeInteger.Schema()
	case ChoiceParam:
		for _, words := range p.Choices {
			choices = append(choices, words[place.Lang])
		}
	case TopicParam:
		choices, open = place.topics(), true
	}
	var variants []*cmdschema.ParameterSchema
	for _, one := range choices {
		variants = append(variants, cmdschema.Literal(one))
	}
	if len(variants) == 0 {
		return cmdschema.PrimitiveTypeString.Schema()
	}
	if open {
		variants = append(variants, cmdschema.PrimitiveTypeString.Schema())
	}
	return cmdschema.Union(variants...)
}

const (
	topicsShown = 20
	topicLength = 40 // characters
)

// topics are those to choose from, in the order of the alphabet: the order
// must not change with every offer, for each change is an event in each room.
func (p Place) topics() []string {
	var list []string
	for _, topic := range p.Topics {
		topic = strings.Join(strings.Fields(clean(topic)), " ")
		if topic == "" || utf8.RuneCountInString(topic) > topicLength || strings.ContainsAny(topic, `@"<>\`) || slices.Contains(list, topic) {
			continue
		}
		if list = append(list, topic); len(list) == topicsShown {
			break
		}
	}
	slices.Sort(list)
	return list
}

// List is all commands as MSC4332 has them, in one state event
// (github.com/matrix-org/matrix-spec-proposals/pull/4332).
type List struct {
	Sigil    string   `json:"sigil"`
	Commands []Syntax `json:"commands"`
}

// Syntax is a command with its variables in braces. A variable cannot be
// optional there, so that a command may stand in the list without them, too.
type Syntax struct {
	Syntax      string                                    `json:"syntax"`
	Variables   map[string]*event.ExtensibleTextContainer `json:"variables,omitempty"`
	Description *event.ExtensibleTextContainer            `json:"description"`
}

// List makes that list. What a client makes of it is read as if it were typed.
func (t *Table) List(p Place) List {
	list := List{Sigil: ShownPrefix(p.Prefix)}
	for _, c := range t.published(p.Lang) {
		params := c.params()
		needed := slices.DeleteFunc(slices.Clone(params), func(p Param) bool { return !p.Required })
		list.Commands = append(list.Commands, t.syntax(c, needed, p))
		if len(needed) < len(params) {
			list.Commands = append(list.Commands, t.syntax(c, params, p))
		}
	}
	return list
}

func (t *Table) syntax(c *Command, params []Param, place Place) Syntax {
	s := Syntax{Syntax: c.Name(place.Lang), Description: t.does(c, place)}
	for _, p := range params {
		name := p.Names[place.Lang]
		if s.Variables == nil {
			s.Variables = map[string]*event.ExtensibleTextContainer{}
		}
		s.Variables[name] = t.about(c, p, place)
		switch {
		case !p.Label:
			s.Syntax += " {" + name + "}"
		case len(s.Variables) == 1:
			s.Syntax += " " + name + ": {" + name + "}"
		default:
			s.Syntax += ", " + name + ": {" + name + "}"
		}
		if p.Label && len(s.Variables) == 2 { // more than that would have to be filled in
			break
		}
	}
	return s
}
