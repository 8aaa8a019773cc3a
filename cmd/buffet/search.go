package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"

	"maunium.net/go/mautrix/id"

	"buffet/store"
)

// SearchCmd searches for the operator, who owns the file: rooms set no bounds.
type SearchCmd struct {
	Words   []string `arg:"" help:"What to look for."`
	Network string   `help:"Only in this network. Default: in all of them."`
	Limit   int      `default:"10" help:"How many on a page, 1 to 100."`
	Page    int      `default:"1" help:"Which page."`
	JSON    bool     `name:"json" help:"Print everything of what is found, as JSON."`
}

// Run searches and prints a page of what was found, best first.
func (s *SearchCmd) Run(ctx context.Context, p *Program) error {
	if s.Limit < 1 || s.Limit > 100 || s.Page < 1 || s.Page > 10_000 {
		return errors.New("--limit goes from 1 to 100, --page from 1 to 10000")
	}
	c, err := p.config()
	if err != nil {
		return err
	}
	networks := c.Networks
	if s.Network != "" {
		n := c.network(s.Network)
		if n == nil {
			return fmt.Errorf("there is no network %q in %s", s.Network, p.cli.Config)
		}
		networks = []Network{*n}
	}
	st, err := c.database(ctx)
	if err != nil {
		return err
	}
	defer st.Close()
	scopes, err := operatorScopes(ctx, st, networks)
	if err != nil {
		return err
	}
	query := store.ParseQuery(strings.Join(s.Words, " "))
	query.Kinds, query.Scopes = []string{store.Question, store.Answer, store.Experience}, scopes
	query.Limit, query.Offset, query.Now = s.Limit, (s.Page-1)*s.Limit, time.Now()
	hits, total, err := store.Search(ctx, st.Reader(), query)
	if err != nil {
		return err
	}
	found, err := loadFound(ctx, st.Reader(), hits)
	if err != nil {
		return err
	}
	return s.print(p, found, total)
}

// operatorScopes are all scopes of networks, every room's among them.
func operatorScopes(ctx context.Context, st *store.Store, networks []Network) (scopes []string, err error) {
	for _, n := range networks {
		rooms, err := st.Rooms(ctx, n.Name)
		if err != nil {
			return nil, fmt.Errorf("read rooms: %w", err)
		}
		scopes = append(scopes, store.NetworkScope(n.Name), store.PublicScope(n.Name))
		for _, r := range rooms {
			scopes = append(scopes, store.RoomScope(r.ID))
		}
	}
	return scopes, nil
}

// foundItem is a contribution as an operator sees it.
type foundItem struct {
	Kind     string      `json:"kind"`
	Number   string      `json:"number,omitempty"`   // F12, E4; answers have none
	Question string      `json:"question,omitempty"` // of an answer: its question's number
	ID       int64       `json:"id"`
	Network  string      `json:"network"`
	Title    string      `json:"title,omitempty"`
	Text     string      `json:"text"`
	Topics   []string    `json:"topics,omitempty"`
	Audience string      `json:"audience"`
	Room     id.RoomID   `json:"room,omitempty"`
	Event    id.EventID  `json:"event,omitempty"`
	URL      string      `json:"url,omitempty"`
	Source   string      `json:"source_id,omitempty"` // of imported ones
	Author   id.UserID   `json:"author,omitempty"`
	Name     string      `json:"name,omitempty"`
	Sent     time.Time   `json:"at"`
	Active   time.Time   `json:"active"`
	Closed   time.Time   `json:"closed,omitzero"`
	Score    float64     `json:"score,omitempty"`
	Answers  []foundItem `json:"answers,omitempty"`
}

// loadFound reads what hits stand for. What was deleted meanwhile is left out.
func loadFound(ctx context.Context, q store.Querier, hits []store.SearchHit) ([]foundItem, error) {
	list := []foundItem{}
	for _, h := range hits {
		found, err := loadItems(ctx, q, h.ID)
		if err != nil {
			return nil, err
		}
		for _, f := range found {
			f.Score = h.Score
			if f.Answers, err = loadItems(ctx, q, h.Answers...); err != nil {
				return nil, err
			}
			list = append(list, f)
		}
	}
	return list, nil
}

func loadItems(ctx context.Context, q store.Querier, ids ...int64) (list []foundItem, err error) {
	for _, one := range ids {
		c, err := store.ContributionByID(ctx, q, one)
		if errors.Is(err, store.ErrNotFound) {
			continue
		} else if err != nil {
			return nil, err
		}
		f := newFound(c)
		if c.Kind == store.Answer && c.Question > 0 {
			question, err := store.ContributionByID(ctx, q, c.Question)
			if err != nil && !errors.Is(err, store.ErrNotFound) {
				return nil, err
			}
			f.Question = newFound(question).Number
		}
		list = append(list, f)
	}
	return list, nil
}

func newFound(c store.Contribution) foundItem {
	f := foundItem{Kind: c.Kind, ID: c.ID, Network: c.Network, Title: c.Title, Text: c.Body, Topics: strings.Fields(c.Topics), Audience: c.Audience,
		Room: c.Room, Event: c.Event, URL: c.URL, Source: c.UID, Author: c.Author, Name: c.Name, Sent: c.Sent, Active: c.Active, Closed: c.Closed}
	switch c.Kind {
	case store.Question:
		f.Number = fmt.Sprint("F", c.Number)
	case store.Experience:
		f.Number = fmt.Sprint("E", c.Number)
	}
	return f
}

func (s *SearchCmd) print(p *Program, found []foundItem, total int) error {
	if s.JSON {
		e := json.NewEncoder(p.Out)
		e.SetIndent("", "  ")
		return e.Encode(struct {
			Total int         `json:"total"`
			Page  int         `json:"page"`
			Hits  []foundItem `json:"hits"`
		}{total, s.Page, found})
	}
	for _, f := range found {
		f.line(p, "")
		for _, a := range f.Answers {
			a.line(p, "  ")
		}
	}
	fmt.Fprintf(p.Out, "%d found, page %d of %d\n", total, s.Page, max(1, (total+s.Limit-1)/s.Limit))
	return nil
}

func (f *foundItem) line(p *Program, indent string) {
	const most = 100
	text := []rune(printable(cmp.Or(f.Title, f.Text)))
	if len(text) > most {
		text = append(text[:most:most], '…')
	}
	who := f.Audience
	if f.Audience == store.AudienceRoom {
		who += " " + printable(f.Room.String())
	}
	fmt.Fprintf(p.Out, "%s%-10s  %-5s  %s  %s  (%s)\n", indent, f.Kind, cmp.Or(f.Number, f.Question, "–"), f.Sent.Format(time.DateOnly), string(text), who)
}

// printable is a text from outside on one line, without what a terminal obeys.
func printable(s string) string {
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) }), " ")
}
