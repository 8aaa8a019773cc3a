package commands

import (
	"errors"
	"fmt"
	"slices"

	"buffet/lang"
)

// Param is one of the things that may follow a command's word, for clients
// that ask for them one by one (publish.go, menu_input.go). Who types needs
// none of it: the handlers tell what is meant by its form.
type Param struct {
	Names    map[string]string // language -> what it is called; ASCII, lower case
	About    string            // phrase: what is wanted; "": the command's Args
	Kind     ParamKind
	Required bool
	Choices  []map[string]string // language -> the words, as the handler reads them
	Open     bool                // words that are no choice will do as well
	Min, Max int                 // of a number, both included
	Label    bool                // it is put on a line of its own, with its name before it
}

// ParamKind is what may stand in a Param's place.
type ParamKind int

// The kinds of Params. A topic is any text; those of the network's offers are
// proposed.
const (
	TextParam ParamKind = iota
	NumberParam
	ChoiceParam
	TopicParam
)

// params are the command's Params. One without that takes something takes any
// text.
func (c *Command) params() []Param {
	if len(c.Params) > 0 || len(c.Args) == 0 {
		return c.Params
	}
	return []Param{{Names: map[string]string{lang.German: "text", lang.English: "text"}}}
}

// param is the one of that name, in any language; nil if there is none.
func (c *Command) param(name string) *Param {
	list := c.params()
	for i := range list {
		if list[i].called(name) {
			return &list[i]
		}
	}
	return nil
}

func (p *Param) called(name string) bool {
	name = fold(name)
	return p.Names[lang.German] == name || p.Names[lang.English] == name
}

// checkParams refuses what no client could show or we could not tell apart.
func (c *Command) checkParams() error {
	var faults []error
	fault := func(p Param, text string) {
		faults = append(faults, fmt.Errorf("command %q: parameter %q: %s", c.Names[lang.German], p.Names[lang.German], text))
	}
	list := c.params()
	for i, p := range list {
		for _, language := range []string{lang.German, lang.English} {
			if checkWord(p.Names[language]) != nil {
				fault(p, "needs a name of the letters a to z in each language")
			}
			if slices.ContainsFunc(list[:i], func(q Param) bool { return q.called(p.Names[language]) }) {
				fault(p, "has the name of another one")
			}
			if slices.ContainsFunc(p.Choices, func(words map[string]string) bool { return words[language] == "" }) {
				fault(p, "has a choice without words in some language")
			}
		}
		if (p.Kind == ChoiceParam) != (len(p.Choices) > 0) || (p.Kind == NumberParam) != (p.Max > 0) || p.Min > p.Max {
			fault(p, "does not fit its kind")
		}
	}
	return errors.Join(faults...)
}

// both are words that are the same in both languages.
func both(word string) map[string]string {
	return map[string]string{lang.German: word, lang.English: word}
}

// inBoth are words in German and English.
func inBoth(german, english string) map[string]string {
	return map[string]string{lang.German: german, lang.English: english}
}
