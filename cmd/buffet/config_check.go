package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"

	"go.yaml.in/yaml/v3"
	"maunium.net/go/mautrix/id"

	"buffet/schedule"
)

const (
	wantCron = `a cron line such as "0 9 * * 1"`
	wantRoom = `a room such as "#buffet:example.org" or "!id:example.org"`
	wantUser = `a Matrix id such as "@buffet:example.org"`
	wantZone = `a time zone such as Europe/Berlin`

	never = "never" // instead of a cron line
)

// parseConfig reads the text of a config file. It always goes through to the end, so that all faults come at once.
func parseConfig(text []byte, check checkLine) (*Config, []Fault) {
	r := &configReader{check: check, names: map[string]string{}, rooms: map[string]string{}}
	c := &Config{Data: "data", Language: "de", Timezone: "Europe/Berlin", Log: "text"}
	if doc := r.document(text); doc != nil {
		r.mapping(doc, "", r.configKeys(c))
		r.login(doc, c)
	}
	slices.SortStableFunc(r.faults, func(a, b Fault) int { return a.Line - b.Line })
	return c, r.faults
}

// configReader walks the nodes of a config and gathers its faults.
type configReader struct {
	check  checkLine
	names  map[string]string // network in lower case -> where it stands
	rooms  map[string]string // room or space -> where it stands
	faults []Fault
}

// configKey is one key of a mapping: what it is called and how its value is read. Keys are read in the order of
// their table, not of the file, because networks inherit what stands above them.
type configKey struct {
	name     string
	required string // what is expected when it is missing; empty when it may be
	read     func(n *yaml.Node, path string)
}

func (r *configReader) configKeys(c *Config) []configKey {
	return []configKey{
		{"homeserver", `an address such as "https://matrix.example.org"`, func(n *yaml.Node, path string) {
			r.url(n, path, `an address such as "https://matrix.example.org"`, homeserverFlaw, &c.Homeserver)
			c.Homeserver = strings.TrimRight(c.Homeserver, "/")
		}},
		{"user", wantUser, func(n *yaml.Node, path string) { r.user(n, path, &c.User) }},
		{"password_file", "", r.text("the path of a file", &c.PasswordFile)},
		{"access_token_file", "", r.text("the path of a file", &c.AccessTokenFile)},
		{"device_id", "", r.text("the device of the access token, in quotes", (*string)(&c.DeviceID))},
		{"data", "", r.text("the path of a folder", &c.Data)},
		{"language", "", r.oneOf(&c.Language, "de", "en")},
		{"timezone", "", r.zone(&c.Timezone)},
		{"log", "", r.oneOf(&c.Log, "text", "json")},
		{"embeddings", "", func(n *yaml.Node, path string) {
			c.Embeddings = &Embeddings{Timeout: 5 * time.Second}
			r.mapping(n, path, r.embeddingsKeys(c.Embeddings))
		}},
		{"model", "", func(n *yaml.Node, path string) { r.model(n, path, &c.Model) }},
		{"web", "", func(n *yaml.Node, path string) {
			c.Web = new(Web)
			r.mapping(n, path, r.webKeys(c.Web))
		}},
		{"networks", "a list with at least one network", func(n *yaml.Node, path string) {
			items := r.list(n, path, "a list with at least one network")
			for i, item := range items {
				network := Network{Language: c.Language, Timezone: c.Timezone, Prefix: "!", Retention: 24, Digest: schedule.DigestLine}
				at := fmt.Sprintf("%s[%d]", path, i)
				r.mapping(item, at, r.networkKeys(&network, at))
				c.Networks = append(c.Networks, network)
			}
			if n.Kind == yaml.SequenceNode && len(items) == 0 {
				r.fault(n, path, "a list with at least one network", "an empty list")
			}
		}},
	}
}

func (r *configReader) networkKeys(w *Network, at string) []configKey {
	return []configKey{
		{"name", "the network's name", func(n *yaml.Node, path string) {
			r.name(n, path, &w.Name)
			r.once(r.names, strings.ToLower(w.Name), n, path, at, "another name for each network")
		}},
		{"language", "", r.oneOf(&w.Language, "de", "en")},
		{"timezone", "", r.zone(&w.Timezone)},
		{"prefix", "", func(n *yaml.Node, path string) { r.prefix(n, path, &w.Prefix) }},
		{"rooms", "", func(n *yaml.Node, path string) { w.Rooms = r.roomList(n, path) }},
		{"spaces", "", func(n *yaml.Node, path string) { w.Spaces = r.roomList(n, path) }},
		{"organisers", "", func(n *yaml.Node, path string) {
			for i, item := range r.list(n, path, "a list of Matrix ids") {
				var user id.UserID
				if r.user(item, fmt.Sprintf("%s[%d]", path, i), &user) {
					w.Organisers = append(w.Organisers, user)
				}
			}
		}},
		{"announce", "", func(n *yaml.Node, path string) { r.cron(n, path, w.Timezone, &w.Announce) }},
		{"digest", "", func(n *yaml.Node, path string) {
			if n.Kind == yaml.ScalarNode && n.Value == never {
				w.Digest = ""
				return
			}
			r.cron(n, path, w.Timezone, &w.Digest)
		}},
		{"digest_room", "", func(n *yaml.Node, path string) { r.room(n, path, &w.DigestRoom) }},
		{"retention", "", r.number("a number of months from 1 to 120", 1, 120, &w.Retention)},
		{"feeds", "", func(n *yaml.Node, path string) {
			seen := map[string]string{}
			for i, item := range r.list(n, path, "a list of feeds, each with a url") {
				feed := Feed{Every: time.Hour}
				r.mapping(item, fmt.Sprintf("%s[%d]", path, i), r.feedKeys(&feed, seen))
				w.Feeds = append(w.Feeds, feed)
			}
		}},
	}
}

func (r *configReader) feedKeys(f *Feed, seen map[string]string) []configKey {
	const want = `an address such as "https://example.org/calendar.ics"`
	return []configKey{
		{"url", want, func(n *yaml.Node, path string) {
			r.url(n, path, want, feedFlaw, &f.URL)
			r.once(seen, f.URL, n, path, path, "each feed once in a network")
		}},
		{"every", "", r.duration("a duration from 5m to 168h, such as 1h or 90m", 5*time.Minute, 168*time.Hour, &f.Every)},
	}
}

func (r *configReader) fault(n *yaml.Node, path, expected, found string) {
	r.faults = append(r.faults, Fault{Line: n.Line, Path: path, Expected: expected, Found: found})
}

// once remembers where a value stands and objects to the second.
func (r *configReader) once(seen map[string]string, value string, n *yaml.Node, path, at, expected string) {
	if value == "" {
		return
	}
	if first, ok := seen[value]; ok {
		r.fault(n, path, expected, "the same as "+first)
		return
	}
	seen[value] = at
}

// login checks the keys that only make sense together.
func (r *configReader) login(doc *yaml.Node, c *Config) {
	if c.AccessTokenFile == "" {
		return
	}
	at, device := doc, false
	for i := 0; i+1 < len(doc.Content); i += 2 {
		switch doc.Content[i].Value {
		case "access_token_file":
			at = doc.Content[i]
		case "device_id":
			device = !absent(resolve(doc.Content[i+1]))
		}
	}
	if c.PasswordFile != "" {
		r.fault(at, "access_token_file", "either password_file or access_token_file", "both")
	}
	if !device {
		r.fault(at, "device_id", "the device of the access token, in quotes", "nothing")
	}
}

func (r *configReader) user(n *yaml.Node, path string, into *id.UserID) bool {
	value, ok := r.scalar(n, path, wantUser)
	if !ok {
		return false
	}
	_, server, err := id.UserID(value).ParseAndValidateRelaxed()
	if err != nil || !id.ValidateServerName(server) || !plain(value) {
		r.fault(n, path, wantUser, clip(value))
		return false
	}
	*into = id.UserID(value)
	return true
}

func (r *configReader) roomList(n *yaml.Node, path string) []string {
	var rooms []string
	for i, item := range r.list(n, path, "a list of rooms") {
		at := fmt.Sprintf("%s[%d]", path, i)
		var value string
		if !r.room(item, at, &value) {
			continue
		}
		r.once(r.rooms, value, item, at, at, "each room and space in one place only")
		rooms = append(rooms, value)
	}
	return rooms
}

func (r *configReader) room(n *yaml.Node, path string, into *string) bool {
	value, ok := r.scalar(n, path, wantRoom)
	if ok && !isRoom(value) {
		r.fault(n, path, wantRoom, clip(value))
		ok = false
	}
	if ok {
		*into = value
	}
	return ok
}

// isRoom accepts aliases and room ids; ids of room version 12 name no server.
func isRoom(value string) bool {
	if len(value) < 2 || len(value) > 255 || !plain(value) || (value[0] != '#' && value[0] != '!') {
		return false
	}
	local, server, found := strings.Cut(value[1:], ":")
	if local == "" {
		return false
	}
	return (found && id.ValidateServerName(server)) || (!found && value[0] == '!')
}

// plain says that a text holds neither spaces nor characters that cannot be seen.
func plain(value string) bool {
	return !strings.ContainsFunc(value, func(c rune) bool { return unicode.IsSpace(c) || !unicode.IsPrint(c) })
}

func (r *configReader) url(n *yaml.Node, path, want string, flaw func(*url.URL) string, into *string) {
	value, ok := r.scalar(n, path, want)
	if !ok {
		return
	}
	// Addresses of calendars are often secret: say what is wrong with one, never show it.
	address, err := url.Parse(value)
	if err != nil || !plain(value) {
		r.fault(n, path, want, "something that is no address")
		return
	}
	if found := flaw(address); found != "" {
		r.fault(n, path, want, found)
		return
	}
	*into = value
}

func homeserverFlaw(u *url.URL) string {
	switch {
	case u.Scheme != "https" && u.Scheme != "http":
		return "no https:// or http:// at its start"
	case u.Hostname() == "":
		return "no host"
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return "more than scheme, host, port and path"
	}
	return ""
}

func feedFlaw(u *url.URL) string {
	switch {
	case u.Scheme != "https" && u.Scheme != "http" && u.Scheme != "webcal":
		return "no https://, http:// or webcal:// at its start"
	case u.Hostname() == "":
		return "no host"
	}
	return ""
}

// document parses the text and returns its one mapping, or nothing.
func (r *configReader) document(text []byte) *yaml.Node {
	const want = "homeserver, user and networks"
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	var doc, more yaml.Node
	err := decoder.Decode(&doc)
	if errors.Is(err, io.EOF) || (err == nil && (len(doc.Content) == 0 || doc.Content[0].ShortTag() == "!!null")) {
		r.fault(&yaml.Node{Line: 1}, "", want, "an empty file")
		return nil
	}
	if err == nil {
		if err = decoder.Decode(&more); err == nil {
			r.fault(&more, "", "one YAML document", "a second one")
		} else if errors.Is(err, io.EOF) {
			err = nil
		}
	}
	if err != nil {
		line, problem := syntaxFault(err)
		r.fault(&yaml.Node{Line: line}, "", "valid YAML", problem)
		return nil
	}
	root := resolve(doc.Content[0])
	if root.Kind != yaml.MappingNode {
		r.fault(root, "", want, kindOf(root))
		return nil
	}
	return root
}
