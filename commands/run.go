package commands

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"maunium.net/go/mautrix/id"

	"buffet/lang"
	"buffet/store"
)

// Network is a network as one request sees it.
type Network struct {
	Name   string
	Lang   string
	Zone   *time.Location
	Prefix string
	// Room is the room that is meant: in a room that room, in a direct chat
	// the network's only one that the person is in. "" if there are several.
	Room       id.RoomID
	Organiser  bool        // the sender is one there: listed, or power level 50
	Organised  []id.RoomID // the rooms of it in which they are one
	Organisers []id.UserID // those listed, to name who may
	Retention  int         // months that contributions are kept, unless a room says otherwise
}

// Request is one command as it came.
type Request struct {
	Event   id.EventID
	Room    id.RoomID
	Sender  id.UserID
	Thread  id.EventID
	ReplyTo id.EventID // what it is a reply to, be it ours or not
	Direct  bool
	Named   bool // called by mention, not by prefix (Address)
	// Doubtful: the device that wrote it is not shown to be the sender's.
	Doubtful bool
	// Networks is in a room the one it belongs to, in a direct chat those
	// that the person shares with the bot.
	Networks []Network
	Lang     string // where neither word nor network decides it
	Text     string // what Address made of it
	// Menu is what a client's menu made of the message, if that could not be
	// read when it came in (FromMenu); it counts instead of Text.
	Menu   string
	Now    time.Time
	At     id.EventID // of a reaction: the message that it is on, which is what is answered; else ""
	Vector []float32  // of the words searched for, from Prepare; nil: none
	Whole  int64      // a digest whose threads may be shown, from Prepare; 0: none
}

// ReplyKey is the outbox key of the answer to a command, FileKey that of its
// n-th file, from 0; what is attached is counted after Files.
func ReplyKey(e id.EventID) string { return "reply/" + e.String() }

// FileKey is described with ReplyKey.
func FileKey(e id.EventID, n int) string { return fmt.Sprintf("%s/file/%d", ReplyKey(e), n) }

// ThenKey is the outbox key of a Reply's Then.
func ThenKey(e id.EventID) string { return ReplyKey(e) + "/then" }

// Reply is what to answer.
type Reply struct {
	Text    *lang.Text   // nil: only the reaction
	Then    *lang.Text   // a message of its own where Text goes, after it; nil: none
	Private bool         // Text goes to the sender's direct chat
	React   string       // to the command, in its place
	Files   []store.File // to the sender's direct chat
	Attach  []Attachment // where Text goes, after it
	// Reactions are put under Text, to be tapped.
	Reactions []string
	// Mark, on MarkOn: as if the sender had reacted so to that message.
	Mark   string
	MarkOn id.EventID
}

// Attachment is a file that goes where the answer goes.
type Attachment struct {
	File    store.File
	Caption *lang.Text // nil: the file's name
}

// Call is a request with everything that handlers share worked out.
type Call struct {
	*Request
	Command *Command
	Table   *Table
	Lang    string   // to answer in
	Prefix  string   // to show before words; "" in a direct chat
	Network *Network // nil if the command needs none
	Tail    string   // what followed the word
	Args    []string // the same, in words
	half    bool     // a yes or no to what was asked, but not only that
}

const done = "✅"

// Run does what a text says. A nil reply is silence. A *lang.Problem is for
// the person to read, in the language that Language gives; any other error is ours.
func (t *Table) Run(ctx context.Context, tx *store.Tx, req Request) (*Reply, error) {
	c, word := t.call(&req)
	if err := c.readMenu(); err != nil {
		return nil, c.withPrefix(err)
	}
	if reply, ok, err := t.confirm(ctx, tx, c); ok || err != nil || req.At != "" {
		return reply, c.withPrefix(err)
	}
	if reply, ok, err := t.converse(ctx, tx, c); ok || err != nil {
		return reply, c.withPrefix(err)
	}
	if c.Command == nil && c.half {
		return &Reply{Text: c.say("confirm_only")}, nil
	}
	if c.Command == nil {
		return t.unknown(c, word)
	}
	if tooLong(req.Text) {
		return nil, lang.Wrong("cmd_too_long", lang.Values{"Max": maxText})
	}
	if c.Command.Network {
		reply, err := c.choose()
		if reply != nil || err != nil {
			return reply, err
		}
	}
	c.Args = texts(tokens(c.Tail))
	if err := c.allowed(); err != nil {
		return nil, err
	}
	reply, err := c.Command.Run(ctx, tx, c)
	if reply == nil || err != nil {
		return nil, c.withPrefix(err)
	}
	if c.Command.Private {
		reply.Private = true
	}
	return c.placed(reply), nil
}

// Language is the language that a request is answered in: a room's; in a
// direct chat that of the word if only one language has it, else the network's.
func (t *Table) Language(req Request) string {
	c, _ := t.call(&req)
	return c.Lang
}

func (t *Table) call(req *Request) (c *Call, word string) {
	word, tail := split(req.Text)
	if req.Menu != "" {
		word, tail = menuWord(req.Menu), ""
	}
	if tooLong(req.Text) {
		tail = "" // it will be refused, so it need not be read
	}
	c = &Call{Request: req, Table: t, Command: t.words[word], Tail: tail, Lang: req.Lang}
	if len(req.Networks) == 1 {
		c.Lang = req.Networks[0].Lang
	}
	if c.Lang == "" {
		c.Lang = lang.German
	}
	if req.Direct && c.Command != nil {
		if one := c.Command.language(word); one != "" {
			c.Lang = one
		} else if n, _ := c.named(); n != nil {
			c.Lang = n.Lang
		}
	}
	if !req.Direct {
		prefix := ""
		if len(req.Networks) > 0 {
			prefix = req.Networks[0].Prefix
		}
		c.Prefix = ShownPrefix(prefix)
	}
	return c, word
}

// ShownPrefix is what stands before a word that people are to type; a prefix
// that is a word itself wants a space (Address).
func ShownPrefix(prefix string) string {
	prefix = cmp.Or(prefix, "!")
	if last, _ := utf8.DecodeLastRuneInString(prefix); isWordRune(last) {
		return prefix + " "
	}
	return prefix
}

func tooLong(text string) bool { return utf8.RuneCountInString(text) > maxText }

// organiser tells whether the sender is one in any of the networks.
func (c *Call) organiser() bool {
	return slices.ContainsFunc(c.Networks, func(n Network) bool { return n.Organiser })
}

// unknown answers words that are not ours: in a room they are most likely
// another bot's.
func (t *Table) unknown(c *Call, word string) (*Reply, error) {
	if word == "" {
		if c.Direct || c.Named {
			return &Reply{Text: c.fiveLines()}, nil
		}
		return nil, nil
	}
	if w := t.near(word, c.organiser()); w != "" {
		if c.Direct {
			if one := t.words[w].language(w); one != "" {
				c.Lang = one
			}
		}
		return &Reply{Text: c.say("cmd_did_you_mean", lang.Values{"Word": c.Prefix + w})}, nil
	}
	if !c.Direct {
		return nil, nil
	}
	if tooLong(c.Text) {
		return nil, lang.Wrong("cmd_too_long", lang.Values{"Max": maxText})
	}
	return &Reply{Text: c.fiveLines()}, nil
}

// choose finds the network that a command is about. With several in a direct
// chat its name must stand in the text.
func (c *Call) choose() (*Reply, error) {
	switch len(c.Networks) {
	case 0:
		return nil, lang.Wrong("cmd_no_network")
	case 1:
		c.Network = &c.Networks[0]
		return nil, nil
	}
	n, tail := c.named()
	if n == nil {
		return c.which(), nil
	}
	c.Network, c.Tail = n, tail
	return nil, nil
}

// named is the network whose name stands in the text, the longest if several
// do, and the text without it.
func (c *Call) named() (best *Network, tail string) {
	list := tokens(c.Tail)
	longest := 0
	for i := range c.Networks {
		name := strings.Join(strings.Fields(fold(c.Networks[i].Name)), " ")
		for from := range list {
			for to := from + 1; to <= len(list); to++ {
				typed := fold(strings.Join(texts(list[from:to]), " "))
				if len(typed) > len(name) {
					break
				}
				if typed != name || len(name) <= longest {
					continue
				}
				start := 0
				if from > 0 {
					start = list[from-1].end
				}
				best, longest = &c.Networks[i], len(name)
				tail = strings.TrimSpace(strings.TrimSpace(c.Tail[:start]) + " " + strings.TrimSpace(c.Tail[list[to-1].end:]))
			}
		}
	}
	return best, tail
}

// which asks for the network.
func (c *Call) which() *Reply {
	text := c.say("cmd_which_network")
	for _, n := range c.Networks {
		name := n.Name
		if strings.ContainsAny(name, " ") {
			name = `"` + name + `"`
		}
		line := c.Command.Name(c.Lang)
		if c.Tail != "" {
			line += " " + short(strings.Join(strings.Fields(c.Tail), " "))
		}
		text.Line().Raw("• ").Code(line + " " + name)
	}
	return &Reply{Text: text}
}

// allowed refuses what the sender may not, and names who may.
func (c *Call) allowed() error {
	if !c.Command.Organisers {
		return nil
	}
	if !c.Network.Organiser {
		return c.mayOrganise()
	}
	if c.Doubtful { // in a direct chat; in a room nobody organises from such a device
		return lang.Wrong("know_doubtful")
	}
	if c.Command.Room && c.Network.Room == "" {
		return lang.Wrong("cmd_say_it_in_room", lang.Values{"Network": c.Network.Name})
	}
	return nil
}

// mayOrganise says who may do what the sender may not.
func (c *Call) mayOrganise() error {
	if len(c.Network.Organisers) == 0 {
		return lang.Wrong("cmd_only_moderators")
	}
	return lang.Wrong("cmd_only_organisers", lang.Values{"Who": c.listed()})
}

// listed are the network's organisers of the config, in words.
func (c *Call) listed() string {
	who := make([]string, 0, len(c.Network.Organisers))
	for _, u := range c.Network.Organisers {
		who = append(who, u.String())
	}
	return strings.Join(who, ", ")
}

// say is one of our phrases in the call's language. P, the prefix to show,
// is always filled in.
func (c *Call) say(key string, values ...lang.Values) *lang.Text {
	return c.Table.phrases.Text(c.Lang, key, c.values(values...))
}

func (c *Call) values(values ...lang.Values) lang.Values {
	all := lang.Values{"P": c.Prefix}
	for _, v := range values {
		for k, one := range v {
			all[k] = one
		}
	}
	return all
}

// withPrefix lets the phrase of a Problem from another room of the house show
// the prefix as P, too.
func (c *Call) withPrefix(err error) error {
	p, ok := lang.AsProblem(err)
	if !ok {
		return err
	}
	return &lang.Problem{Key: p.Key, Values: c.values(p.Values), Err: p.Err}
}

// wrong is a Problem whose phrase may show the prefix as P.
func (c *Call) wrong(key string, values ...lang.Values) error {
	return lang.Wrong(key, c.values(values...))
}
