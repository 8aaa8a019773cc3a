package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"buffet/offers"
	"buffet/store"
)

// ImportCmd reads offers from a calendar, or questions and experiences from JSONL.
type ImportCmd struct {
	Source  string `arg:"" help:"An .ics or .jsonl file, or the calendar's address (http, https, webcal)."`
	Network string `required:"" help:"The network that it belongs to."`
	DryRun  bool   `help:"Only show what would change."`
	JSON    bool   `name:"json" help:"Print the result as JSON."`
}

// Run imports the calendar. Importing it again changes what changed and
// nothing else; what is gone from it is withdrawn. JSONL is told by its name
// or its first sign; what is gone from that stays.
func (i *ImportCmd) Run(ctx context.Context, p *Program) error {
	c, err := p.config()
	if err != nil {
		return err
	}
	n := c.network(i.Network)
	if n == nil {
		return fmt.Errorf("there is no network %q in %s", i.Network, p.cli.Config)
	}
	if jsonl, err := i.isJSONL(); err != nil {
		return err
	} else if jsonl {
		return i.runJSONL(ctx, p, c, n)
	}
	cal, source, err := i.read(ctx, n)
	if err != nil {
		return err
	}
	st, err := c.database(ctx)
	if err != nil {
		return err
	}
	defer st.Close()
	var report *offers.Report
	rolledBack := errors.New("dry run")
	err = st.Write(ctx, func(tx *store.Tx) error {
		if report, err = offers.Import(ctx, tx, n.Name, source, cal, time.Now()); err == nil && i.DryRun {
			return rolledBack
		}
		return err
	})
	if err != nil && !errors.Is(err, rolledBack) {
		return err
	}
	return i.print(p, report)
}

func (i *ImportCmd) read(ctx context.Context, n *Network) (*offers.Calendar, string, error) {
	if strings.Contains(i.Source, "://") {
		cal, err := readFeed(ctx, offers.NewFetcher(), i.Source, n.Timezone)
		return cal, i.Source, err
	}
	f, err := os.Open(i.Source)
	if err != nil {
		return nil, "", fmt.Errorf("read calendar: %w", err)
	}
	defer f.Close()
	cal, err := readCalendar(f, n.Timezone)
	path, aerr := filepath.Abs(i.Source)
	return cal, "file:" + path, errors.Join(err, aerr)
}

func (i *ImportCmd) print(p *Program, r *offers.Report) error {
	if i.JSON {
		e := json.NewEncoder(p.Out)
		e.SetIndent("", "  ")
		return e.Encode(r)
	}
	for _, c := range r.Changes {
		fmt.Fprintf(p.Out, "%5d  %-9s  %s\n", c.Number, c.What, c.Title)
	}
	for _, s := range r.Skipped {
		fmt.Fprintf(p.Out, "    –  %-9s  %s: %s\n", "skipped", cmp.Or(s.Title, s.UID, "an entry"), skippedWhy(s))
	}
	if i.DryRun {
		fmt.Fprint(p.Out, "Nothing is written. It would be: ")
	}
	fmt.Fprintf(p.Out, "%d new, %d changed, %d unchanged, %d withdrawn, %d skipped",
		r.New, r.Changed, r.Unchanged, r.Withdrawn, len(r.Skipped))
	if r.Joined > 0 {
		fmt.Fprintf(p.Out, ", %d that other sources have already", r.Joined)
	}
	fmt.Fprintln(p.Out)
	return nil
}

// skippedWhy is the reason in the operator's words.
func skippedWhy(s offers.Skipped) string {
	why := map[offers.Reason]string{
		offers.ReasonTooFrequent: "repeats more often than daily", offers.ReasonYear: "its year is out of range",
		offers.ReasonNoStart: "has no start", offers.ReasonZone: "its time zone is unknown",
		offers.ReasonRule: "its rule cannot be read", offers.ReasonEndBeforeStart: "ends before it starts",
		offers.ReasonBadValue: "holds a value that cannot be read", offers.ReasonPrivate: "is private",
	}[s.Reason]
	if s.Detail != "" {
		why += " (" + s.Detail + ")"
	}
	return why
}

// readFeed fetches and reads a calendar that the operator named.
func readFeed(ctx context.Context, f *offers.Fetcher, address, zone string) (*offers.Calendar, error) {
	got, err := f.Fetch(ctx, offers.FetchRequest{URL: address, Trusted: true})
	if err != nil {
		return nil, err
	}
	return readCalendar(bytes.NewReader(got.Body), zone)
}

func readCalendar(r io.Reader, zone string) (*offers.Calendar, error) {
	loc, err := time.LoadLocation(zone)
	if err != nil {
		return nil, err
	}
	return offers.ReadCalendar(r, offers.ReadOptions{Zone: loc, Now: time.Now()})
}

func (c *Config) network(name string) *Network {
	for i := range c.Networks {
		if strings.EqualFold(c.Networks[i].Name, name) {
			return &c.Networks[i]
		}
	}
	return nil
}
