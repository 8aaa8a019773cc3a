package commands

import (
	"cmp"
	"encoding/json"
	"strconv"
	"strings"

	"buffet/lang"
)

// MenuKey is where a message says what its sender chose in a client's menu
// (MSC4391, "Command invocation", under its unstable name).
const MenuKey = "org.matrix.msc4391.command"

// maxMenu is how many bytes of that are read: a text of maxText characters
// fits, however it is escaped.
const maxMenu = 7 * maxText

// chosen is what stands there.
type chosen struct {
	Command   string                     `json:"command"`
	Arguments map[string]json.RawMessage `json:"arguments"`
}

// FromMenu makes of what stands under MenuKey the text that somebody would
// have typed; from there on both go the same way. What it does not understand
// is a *lang.Problem with names in that language.
func (t *Table) FromMenu(content, language string) (text string, err error) {
	if len(content) > maxMenu {
		return "", lang.Wrong("cmd_too_long", lang.Values{"Max": maxText})
	}
	var in chosen
	help := lang.Values{"Help": t.word("hilfe", language)}
	if json.Unmarshal([]byte(content), &in) != nil || in.Command == "" {
		return "", lang.Wrong("menu_unreadable", help)
	}
	word, tail := split(clean(in.Command))
	c := t.words[word]
	if c == nil || tail != "" {
		help["Word"] = short(clean(in.Command))
		return "", lang.Wrong("menu_unknown_command", help)
	}
	m := menuReader{command: c, word: word, language: language, given: map[string]json.RawMessage{}}
	if err := m.arguments(in.Arguments); err != nil {
		return "", err
	}
	words := []string{word}
	for _, p := range c.params() {
		one, err := m.read(p)
		if err != nil {
			return "", err
		}
		if one != "" && p.Label {
			one = "\n" + m.name(p) + ": " + strings.Join(strings.Fields(one), " ")
		}
		if one != "" {
			words = append(words, one)
		}
	}
	return strings.Join(words, " "), nil
}

// readMenu reads what could not be read when it came in: mostly to say why,
// but a newer program may know more.
func (c *Call) readMenu() error {
	if c.Menu == "" {
		return nil
	}
	text, err := c.Table.FromMenu(c.Menu, c.Lang)
	if err != nil {
		return err
	}
	c.Text = text
	_, c.Tail = split(text)
	return nil
}

// menuWord is the command's word in what stands under MenuKey, or "".
func menuWord(content string) string {
	var in struct {
		Command string `json:"command"`
	}
	if len(content) > maxMenu || json.Unmarshal([]byte(content), &in) != nil {
		return ""
	}
	word, _ := split(clean(in.Command))
	return word
}

// menuReader reads the arguments of one command.
type menuReader struct {
	command  *Command
	word     string
	language string
	given    map[string]json.RawMessage // by the parameter's German name
}

func (m *menuReader) arguments(list map[string]json.RawMessage) error {
	for name, value := range list {
		if string(value) == "null" { // so clients send what was left out
			continue
		}
		p := m.command.param(name)
		if p == nil {
			return lang.Wrong("menu_unknown_argument", lang.Values{"Name": short(clean(name)), "Word": m.word, "Usage": m.command.usage(m.language)})
		}
		if _, twice := m.given[p.Names[lang.German]]; twice { // in both languages
			return m.wrong("menu_twice", *p, nil)
		}
		m.given[p.Names[lang.German]] = value
	}
	return nil
}

func (m *menuReader) wrong(key string, p Param, more lang.Values) error {
	values := lang.Values{"Name": m.name(p), "Usage": m.command.usage(m.language)}
	for k, v := range more {
		values[k] = v
	}
	return lang.Wrong(key, values)
}

// name is what a parameter is called.
func (m *menuReader) name(p Param) string { return cmp.Or(p.Names[m.language], p.Names[lang.German]) }

// read is one argument as it would have been typed; "" if it was left out.
func (m *menuReader) read(p Param) (text string, err error) {
	value, ok := m.given[p.Names[lang.German]]
	if ok && p.Kind == NumberParam {
		return m.number(p, value)
	}
	if ok && json.Unmarshal(value, &text) != nil {
		return "", m.wrong("menu_not_text", p, nil)
	}
	if text = clean(text); text == "" {
		if p.Required {
			return "", m.wrong("menu_missing", p, nil)
		}
		return "", nil
	}
	if p.Kind == ChoiceParam {
		return m.choice(p, text)
	}
	return text, nil
}

// number is an integer; one in quotes is hardly meant otherwise.
func (m *menuReader) number(p Param, value json.RawMessage) (string, error) {
	typed := string(value)
	if s := ""; json.Unmarshal(value, &s) == nil {
		typed = clean(s)
	}
	digits := strings.TrimPrefix(typed, "-")
	if digits == "" || strings.Trim(digits, "0123456789") != "" {
		return "", m.wrong("menu_not_number", p, nil)
	}
	n, err := strconv.ParseInt(typed, 10, 64)
	if err != nil || n < int64(p.Min) || n > int64(p.Max) {
		return "", m.wrong("menu_range", p, lang.Values{"Min": p.Min, "Max": p.Max, "Typed": short(typed)})
	}
	return strconv.FormatInt(n, 10), nil
}

// choice is one of the choices, in whichever language.
func (m *menuReader) choice(p Param, text string) (string, error) {
	var all []string
	for _, words := range p.Choices {
		for _, w := range words {
			if fold(w) == fold(strings.Join(strings.Fields(text), " ")) {
				return w, nil
			}
		}
		all = append(all, words[m.language])
	}
	if p.Open {
		return text, nil
	}
	return "", m.wrong("menu_not_choice", p, lang.Values{"Typed": short(text), "Choices": strings.Join(all, ", ")})
}
