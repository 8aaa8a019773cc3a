package commands

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"buffet/knowledge"
	"buffet/lang"
	"buffet/store"
)

// place is where the call gathers.
func (c *Call) place() knowledge.Place {
	return knowledge.Place{Network: c.Network.Name, Lang: c.Lang, Prefix: ShownPrefix(c.Network.Prefix), Room: c.Room, Direct: c.Direct}
}

func (c *Call) said(text string) knowledge.Said {
	return knowledge.Said{Event: c.Event, Thread: c.Thread, Author: c.Sender, Text: text, Sent: c.Now}
}

// mayGive refuses what cannot be kept: of somebody who wants nothing stored,
// or whose device is not shown to be theirs.
func (c *Call) mayGive(ctx context.Context, tx *store.Tx) error {
	if c.Doubtful {
		return lang.Wrong("know_doubtful")
	}
	gone, err := store.Forgotten(ctx, tx, tx.HashPerson(c.Sender))
	if err == nil && gone {
		return c.wrong("know_forgotten", lang.Values{"Word": c.Table.word("merkdirmich", c.Lang)})
	}
	return err
}

// word is another command's word in a language.
func (t *Table) word(name, language string) string { return t.words[name].Name(language) }

// runAsk is "frage …": the message itself becomes the question.
func runAsk(ctx context.Context, tx *store.Tx, c *Call) (*Reply, error) {
	if err := c.mayGive(ctx, tx); err != nil {
		return nil, err
	}
	if c.Direct {
		return nil, c.wrong("know_ask_in_room", lang.Values{"Prefix": ShownPrefix(c.Network.Prefix), "Word": c.Command.Name(c.Lang)})
	}
	if c.Tail == "" && c.ReplyTo != "" {
		return &Reply{Mark: "❓", MarkOn: c.ReplyTo}, nil
	}
	if c.Tail == "" {
		return nil, c.wrong("know_ask_empty")
	}
	q, fresh, err := c.Table.keeper.Gather(ctx, tx, c.place(), store.Question, c.said(c.Tail), c.Sender, c.Event, c.Now)
	if err != nil || !fresh {
		return nil, err
	}
	return nil, c.Table.keeper.Hint(ctx, tx, c.place(), q, c.Now)
}

// runShare is "erfahrung …". In a direct chat the word alone asks for the
// parts one by one.
func runShare(ctx context.Context, tx *store.Tx, c *Call) (*Reply, error) {
	if err := c.mayGive(ctx, tx); err != nil {
		return nil, err
	}
	switch {
	case c.Tail == "" && c.Direct:
		return c.startCard(ctx, tx)
	case c.Tail == "" && c.ReplyTo != "":
		return &Reply{Mark: "📌", MarkOn: c.ReplyTo}, nil
	case c.Tail == "":
		return nil, c.wrong("know_share_empty")
	}
	_, _, err := c.Table.keeper.Gather(ctx, tx, c.place(), store.Experience, c.said(c.Tail), c.Sender, c.Event, c.Now)
	return nil, err
}

// runSolved is "erledigt" in a question's thread, or with its number; "nein"
// behind it opens the question again.
func runSolved(ctx context.Context, tx *store.Tx, c *Call) (*Reply, error) {
	var q store.Contribution
	err := store.ErrNotFound
	again := false
	help := 0
	for _, a := range c.Args {
		kind, number, ok := readNumber(a)
		switch {
		case isNo(a):
			again = true
		case helpNumber(a) > 0 && help == 0:
			help = helpNumber(a)
		case ok && kind == store.Question:
			q, err = store.ContributionByNumber(ctx, tx, c.Network.Name, kind, number)
		default:
			return nil, c.wrong("know_solved_which")
		}
	}
	if help > 0 && q.ID == 0 {
		return c.closeHelp(ctx, tx, help, again)
	}
	if q.ID == 0 && errors.Is(err, store.ErrNotFound) {
		q, err = c.questionHere(ctx, tx)
	}
	if errors.Is(err, store.ErrNotFound) {
		return nil, c.wrong("know_solved_which")
	} else if err != nil {
		return nil, err
	}
	if see, err := c.sees(ctx, tx, q); err != nil || !see {
		return nil, errors.Join(err, c.wrong("know_solved_which"))
	}
	organiser := !c.Doubtful && (slices.Contains(c.Network.Organisers, c.Sender) || c.Network.Organiser && c.Room == q.Room)
	if again {
		if !organiser && c.Sender != q.Author {
			return nil, c.wrong("know_solved_not_you")
		}
		return &Reply{React: done}, c.Table.keeper.Reopen(ctx, tx, q.ID, c.Now)
	}
	p := c.place()
	p.Direct = false // wherever it is said: the question stands in a room
	ok, err := c.Table.keeper.Close(ctx, tx, p, q.ID, c.Sender, organiser, c.Event, nil, c.Now)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, c.wrong("know_solved_not_you")
	}
	if c.Direct {
		return &Reply{Text: c.say("know_solved", lang.Values{"Number": c.label(q)})}, nil
	}
	return &Reply{React: done}, nil
}

// questionHere is the question in whose thread, or as a reply to which, the
// call was made.
func (c *Call) questionHere(ctx context.Context, tx *store.Tx) (store.Contribution, error) {
	if c.Thread != "" {
		if q, err := store.QuestionOfThread(ctx, tx, c.Thread); !errors.Is(err, store.ErrNotFound) {
			return q, err
		}
	}
	list, err := store.ContributionsOf(ctx, tx, c.ReplyTo)
	if err != nil {
		return store.Contribution{}, err
	}
	for _, one := range list {
		if one.Kind == store.Question {
			return one, nil
		}
	}
	return store.Contribution{}, store.ErrNotFound
}

func isNo(w string) bool {
	return w == "nein" || w == "no" || fold(w) == "nicht" || fold(w) == "not"
}

// readNumber reads "F12" and "E4"; in English "Q12" and "E4".
func readNumber(s string) (kind string, number int, ok bool) {
	if len(s) < 2 {
		return "", 0, false
	}
	switch strings.ToUpper(s[:1]) {
	case "F", "Q":
		kind = store.Question
	case "E":
		kind = store.Experience
	default:
		return "", 0, false
	}
	n, err := strconv.Atoi(s[1:])
	return kind, n, err == nil && n > 0
}

// label is how people name a question or an experience.
func (c *Call) label(q store.Contribution) string { return knowledge.Number(q, c.Lang) }

// scopes are those whose contributions everybody may see who will read the
// answer: in a room that room's, in a direct chat those of all rooms that the
// asker is joined to now.
func (c *Call) scopes(ctx context.Context, tx *store.Tx) ([]string, error) {
	if !c.Direct {
		return knowledge.RoomScopes(c.Room, c.roomNetwork()), nil
	}
	return knowledge.ChatScopes(ctx, tx, c.Room, c.Sender)
}

// roomNetwork is the network of the room a call was made in.
func (c *Call) roomNetwork() string {
	if len(c.Networks) == 0 {
		return ""
	}
	return c.Networks[0].Name
}

func (c *Call) sees(ctx context.Context, tx *store.Tx, q store.Contribution) (bool, error) {
	scopes, err := c.scopes(ctx, tx)
	for _, s := range scopes {
		if s == q.Scope() {
			return true, nil
		}
	}
	return false, err
}
