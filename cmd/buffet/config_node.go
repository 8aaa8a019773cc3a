package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// resolve follows an alias to what it stands for.
func resolve(n *yaml.Node) *yaml.Node {
	if n.Kind == yaml.AliasNode {
		return n.Alias
	}
	return n
}

// absent says that a value was left out, as in "rooms:" with nothing behind it.
func absent(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null" }

// mapping reads the keys of a mapping, and objects to those that are unknown, doubled or missing.
func (r *configReader) mapping(n *yaml.Node, path string, keys []configKey) {
	n = resolve(n)
	if n.Kind != yaml.MappingNode {
		r.fault(n, path, "keys such as "+keys[0].name+": …", kindOf(n))
		return
	}
	values := r.values(n, path, keys)
	for _, key := range keys {
		value, ok := values[key.name]
		switch {
		case ok && !absent(value):
			key.read(value, join(path, key.name))
		case key.required == "":
		case ok:
			r.fault(value, join(path, key.name), key.required, "nothing")
		default:
			r.fault(n, join(path, key.name), key.required, "nothing")
		}
	}
}

func (r *configReader) values(n *yaml.Node, path string, keys []configKey) map[string]*yaml.Node {
	values := make(map[string]*yaml.Node, len(keys))
	lines := make(map[string]int, len(keys))
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		if key.Kind != yaml.ScalarNode {
			r.fault(key, path, "the name of a key", kindOf(key))
			continue
		}
		if !slices.ContainsFunc(keys, func(k configKey) bool { return k.name == key.Value }) {
			r.fault(key, join(path, key.Value), "a known key", "an unknown one"+suggest(key.Value, keys))
			continue
		}
		if line, ok := lines[key.Value]; ok {
			r.fault(key, join(path, key.Value), "each key once", fmt.Sprintf("it again after line %d", line))
			continue
		}
		lines[key.Value] = key.Line
		values[key.Value] = resolve(n.Content[i+1])
	}
	return values
}

// suggest names the known key that somebody most likely meant.
func suggest(name string, keys []configKey) string {
	name = strings.ReplaceAll(strings.ToLower(name), "-", "_")
	best, least := "", 3
	for _, key := range keys {
		d := distance(name, key.name)
		if len(name) > 2 && (strings.HasPrefix(key.name, name) || strings.HasPrefix(name, key.name)) {
			d = min(d, 1)
		}
		if d < least && d < len(name) {
			best, least = key.name, d
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf(" (did you mean %q?)", best)
}

// distance counts the letters to add, drop or change between two words. Long words are never near.
func distance(a, b string) int {
	if len(a) > 40 {
		return len(a)
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}

func (r *configReader) list(n *yaml.Node, path, want string) []*yaml.Node {
	if n.Kind != yaml.SequenceNode {
		r.fault(n, path, want, kindOf(n))
		return nil
	}
	items := make([]*yaml.Node, len(n.Content))
	for i, item := range n.Content {
		items[i] = resolve(item)
	}
	return items
}

// scalar returns a text that is neither empty nor of another type.
func (r *configReader) scalar(n *yaml.Node, path, want string) (string, bool) {
	if n.Kind != yaml.ScalarNode || n.ShortTag() != "!!str" || n.Value == "" {
		r.fault(n, path, want, kindOf(n))
		return "", false
	}
	return n.Value, true
}

func (r *configReader) text(want string, into *string) func(*yaml.Node, string) {
	return func(n *yaml.Node, path string) {
		value, ok := r.scalar(n, path, want)
		if ok && strings.ContainsFunc(value, unicode.IsControl) {
			r.fault(n, path, want, clip(value))
		} else if ok {
			*into = value
		}
	}
}

func (r *configReader) oneOf(into *string, choices ...string) func(*yaml.Node, string) {
	return func(n *yaml.Node, path string) {
		want := strings.Join(choices, " or ")
		value, ok := r.scalar(n, path, want)
		if !ok {
			return
		}
		if !slices.Contains(choices, value) {
			r.fault(n, path, want, clip(value))
			return
		}
		*into = value
	}
}

func (r *configReader) zone(into *string) func(*yaml.Node, string) {
	return func(n *yaml.Node, path string) {
		value, ok := r.scalar(n, path, wantZone)
		if !ok {
			return
		}
		if _, err := time.LoadLocation(value); err != nil || value == "Local" {
			r.fault(n, path, wantZone, clip(value))
			return
		}
		*into = value
	}
}

func (r *configReader) cron(n *yaml.Node, path, zone string, into *string) {
	value, ok := r.scalar(n, path, wantCron)
	if !ok {
		return
	}
	if err := r.check(value, zone); err != nil {
		r.fault(n, path, wantCron, fmt.Sprintf("%s (%v)", clip(value), err))
		return
	}
	*into = value
}

func (r *configReader) name(n *yaml.Node, path string, into *string) {
	const want = "a name of at most 100 letters, without spaces around it"
	value, ok := r.scalar(n, path, want)
	if !ok {
		return
	}
	if utf8.RuneCountInString(value) > 100 || strings.TrimSpace(value) != value || strings.ContainsFunc(value, unicode.IsControl) {
		r.fault(n, path, want, clip(value))
		return
	}
	*into = value
}

func (r *configReader) prefix(n *yaml.Node, path string, into *string) {
	const want = `one to eight signs without spaces, such as "!"`
	value, ok := r.scalar(n, path, want)
	if !ok {
		return
	}
	if utf8.RuneCountInString(value) > 8 || !plain(value) {
		r.fault(n, path, want, clip(value))
		return
	}
	*into = value
}

// kindOf says what stands in a place where something else should.
func kindOf(n *yaml.Node) string {
	tag := n.ShortTag()
	switch {
	case n.Kind == yaml.MappingNode:
		return "keys and values"
	case n.Kind == yaml.SequenceNode:
		return "a list"
	case strings.HasPrefix(tag, "!") && !strings.HasPrefix(tag, "!!"):
		return clip(tag) + " without quotes"
	case tag == "!!null":
		return `nothing (what begins with "#" needs quotes)`
	case tag == "!!int", tag == "!!float":
		return "the number " + clip(n.Value) + " (text needs quotes)"
	case tag == "!!bool":
		return clip(n.Value) + ", which YAML takes for yes or no (text needs quotes)"
	case tag == "!!timestamp":
		return "the date " + clip(n.Value) + " (text needs quotes)"
	case n.Value == "":
		return "an empty text"
	}
	return clip(n.Value)
}

// clip quotes a value and keeps it short.
func clip(value string) string {
	const most = 60
	if runes := []rune(value); len(runes) > most {
		value = string(runes[:most]) + "…"
	}
	return strconv.Quote(value)
}

func join(path, key string) string {
	if key == "" || utf8.RuneCountInString(key) > 40 || !plain(key) {
		key = clip(key)
	}
	if path == "" {
		return key
	}
	return path + "." + key
}

// syntaxFault takes the line out of a message of the YAML parser, which counts from 0 when its grammar complains
// and from 1 when its scanner does.
func syntaxFault(err error) (int, string) {
	problem := strings.TrimPrefix(err.Error(), "yaml: ")
	line := 1
	if rest, ok := strings.CutPrefix(problem, "line "); ok {
		number, message, _ := strings.Cut(rest, ": ")
		line, _ = strconv.Atoi(number)
		problem = message
		if grammar, ok := strings.CutPrefix(message, "did not find expected "); ok &&
			(grammar == "key" || grammar[0] == '\'' || strings.HasPrefix(grammar, "node content")) {
			line++
		}
	}
	if strings.Contains(problem, "cannot start any token") || strings.Contains(problem, "alphabetic or numeric") ||
		strings.HasPrefix(problem, "unknown anchor") {
		problem += ` (text that begins with "@", "*", "&", "%" or a backtick needs quotes)`
	}
	if rest, ok := strings.CutPrefix(problem, "found "); ok {
		return line, rest
	}
	return line, "a mistake here or below: " + problem
}
