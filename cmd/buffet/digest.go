package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
	"unicode"

	"buffet/commands"
	"buffet/digest"
	"buffet/lang"
	"buffet/store"
)

// DigestCmd lists digests or prints one.
type DigestCmd struct {
	Last         bool   `help:"The one that was published last."`
	ID           int64  `name:"id" help:"The one of that number in the list."`
	Network      string `help:"Only of this network. Default: of all."`
	Audience     string `help:"Only for this audience: room, network or public." enum:",room,network,public" default:""`
	Markdown     bool   `help:"Print it as Markdown."`
	HTML         bool   `name:"html" help:"Print it as a page of its own."`
	WithoutNames bool   `help:"Print it without members' names; needs --markdown or --html."`
}

// digestsListed is how many digests the list shows.
const digestsListed = 50

// Run prints one digest to the terminal, or the list of the newest.
func (x *DigestCmd) Run(ctx context.Context, p *Program) error {
	if x.Markdown && x.HTML {
		return errors.New("--markdown or --html, not both")
	}
	one := x.Last || x.ID != 0
	if x.Last && x.ID != 0 {
		return errors.New("--last or --id, not both")
	}
	if !one && (x.Markdown || x.HTML) || x.WithoutNames && !x.Markdown && !x.HTML {
		return errors.New("say which one and how: --last or --id, with --markdown or --html")
	}
	c, err := p.config()
	if err != nil {
		return err
	}
	if x.Network != "" && c.network(x.Network) == nil {
		return fmt.Errorf("there is no network %q in %s", x.Network, p.cli.Config)
	}
	st, err := c.database(ctx)
	if err != nil {
		return err
	}
	defer st.Close()
	list, err := x.find(ctx, st, c)
	if err != nil {
		return err
	}
	if !one {
		return x.list(p, list)
	}
	if x.Last {
		slices.SortStableFunc(list, func(a, b store.Digest) int { return b.Decided.Compare(a.Decided) })
	}
	for _, d := range list {
		if x.ID == d.ID || x.ID == 0 && d.State == store.DigestPublished {
			return x.print(ctx, p, c, st, d)
		}
	}
	return errors.New("there is no such digest; buffet digest lists all that there are")
}

func (x *DigestCmd) find(ctx context.Context, st *store.Store, c *Config) (list []store.Digest, err error) {
	name := x.Network
	if n := c.network(name); n != nil {
		name = n.Name
	}
	all, err := store.Digests(ctx, st.Reader(), name, -1)
	for _, d := range all {
		if x.Audience == "" || d.Audience == x.Audience {
			list = append(list, d)
		}
	}
	return list, err
}

func (x *DigestCmd) list(p *Program, list []store.Digest) error {
	if len(list) == 0 {
		fmt.Fprintln(p.Out, "There are no digests yet.")
		return nil
	}
	w := tabwriter.NewWriter(p.Out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "id\tnetwork\troom\tfor\tfrom\tto\tstate")
	for _, d := range list[:min(len(list), digestsListed)] {
		fmt.Fprintf(w, "%d\t%s\t%s\t%s\t%s\t%s\t%s\n", d.ID, printable(d.Network), printable(cmp.Or(d.Place, d.Room.String())), d.Audience, d.From.UTC().Format(time.DateOnly),
			d.To.UTC().Format(time.DateOnly), d.State)
	}
	return w.Flush()
}

func (x *DigestCmd) print(ctx context.Context, p *Program, c *Config, st *store.Store, d store.Digest) error {
	phrases, err := lang.Load()
	if err != nil {
		return err
	}
	zone, prefix := time.UTC, ""
	if n := c.network(d.Network); n != nil {
		if zone, err = time.LoadLocation(n.Timezone); err != nil {
			return fmt.Errorf("load zone of %s: %w", n.Name, err)
		}
		prefix = n.Prefix
	}
	page, err := digest.Load(ctx, st.Reader(), phrases, zone, commands.ShownPrefix(prefix), d.ID)
	if err != nil {
		return err
	}
	text := page.Text().Plain() + "\n"
	switch {
	case x.Markdown:
		text = page.Markdown(!x.WithoutNames)
	case x.HTML:
		text = page.HTML(!x.WithoutNames)
	}
	_, err = fmt.Fprint(p.Out, strings.Map(noControl, text))
	return err
}

// noControl drops what would steer the terminal.
func noControl(r rune) rune {
	if r != '\n' && unicode.IsControl(r) {
		return -1
	}
	return r
}
