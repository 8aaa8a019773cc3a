package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"buffet/lang"
)

// WhenCmd reads a date as the bot would: for trying out what people may type.
type WhenCmd struct {
	Text []string `arg:"" help:"The date, as people type it."`
	Now  string   `help:"Read it as if it were then: 2026-12-03T14:00, or with an offset. Default: now."`
	Zone string   `default:"Europe/Berlin" help:"The zone of those who type it."`
	Lang string   `default:"de" enum:"de,en" help:"Their language: de or en."`
	JSON bool     `name:"json" help:"Print the reading or the question as JSON."`
}

// whenReading is what is printed as JSON. Times are RFC 3339 with their offset.
type whenReading struct {
	Start    string        `json:"start,omitempty"`
	End      string        `json:"end,omitempty"` // of whole days: the day after the last one
	AllDay   bool          `json:"all_day"`
	Open     bool          `json:"open"` // whole days only because no time was said
	Zone     string        `json:"zone,omitempty"`
	Rule     string        `json:"rrule,omitempty"`
	Words    string        `json:"words,omitempty"`
	Question *whenQuestion `json:"question,omitempty"`
}

type whenQuestion struct {
	Key  string `json:"key"`
	Text string `json:"text"`
}

// Run prints the reading, or the question and exit code 1.
func (w *WhenCmd) Run(p *Program) error {
	now, err := w.now()
	if err != nil {
		return err
	}
	phrases, err := lang.Load()
	if err != nil {
		return err
	}
	read, err := lang.ReadWhen(w.Lang, strings.Join(w.Text, " "), now)
	problem, asked := lang.AsProblem(err)
	if err != nil && !asked {
		return err
	}
	var out whenReading
	if asked {
		question := new(lang.Text).Say(phrases.Say(w.Lang, problem.Key, problem.Values)).Plain()
		out.Question = &whenQuestion{Key: problem.Key, Text: question}
	} else {
		out = whenReading{Start: read.Start.Format(time.RFC3339), AllDay: read.AllDay, Open: read.Open, Zone: read.Zone, Rule: read.Rule(),
			Words: read.Words(phrases, w.Lang, now.Location())}
		if !read.End.IsZero() {
			out.End = read.End.Format(time.RFC3339)
		}
	}
	if err := out.print(p, w.JSON); err != nil {
		return err
	}
	if asked {
		return errSilent
	}
	return nil
}

// now is --now in --zone.
func (w *WhenCmd) now() (time.Time, error) {
	zone, err := time.LoadLocation(w.Zone)
	if err != nil || w.Zone == "" || w.Zone == "Local" {
		return time.Time{}, fmt.Errorf("--zone %q is not a time zone such as Europe/Berlin", w.Zone)
	}
	if w.Now == "" {
		return time.Now().In(zone), nil
	}
	if t, err := time.Parse(time.RFC3339, w.Now); err == nil {
		return t.In(zone), nil
	}
	for _, form := range []string{"2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02 15:04", time.DateOnly} {
		if t, err := time.ParseInLocation(form, w.Now, zone); err == nil {
			return t, nil
		}
	}
	return time.Time{}, fmt.Errorf("--now %q is not a time such as 2026-12-03T14:00", w.Now)
}

func (r whenReading) print(p *Program, asJSON bool) error {
	if asJSON {
		e := json.NewEncoder(p.Out)
		e.SetEscapeHTML(false)
		e.SetIndent("", "  ")
		return e.Encode(r)
	}
	if r.Question != nil {
		fmt.Fprintln(p.Out, printable(r.Question.Text))
		return nil
	}
	fmt.Fprintln(p.Out, r.Words)
	for _, line := range [][2]string{{"start", r.Start}, {"end", r.End}, {"zone", r.Zone}, {"rrule", r.Rule}} {
		if line[1] != "" {
			fmt.Fprintf(p.Out, "%-6s %s\n", line[0], line[1])
		}
	}
	if r.AllDay {
		fmt.Fprintln(p.Out, "all day")
	}
	return nil
}
