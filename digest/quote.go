package digest

import (
	"context"
	"slices"
	"strings"

	"buffet/store"
)

// sumUpJoined is sumUp with sentences that stand side by side in a message as
// one line, so that there is room for more of them.
func (w *writing) sumUpJoined(ctx context.Context, sources []source, words, most int) ([]written, error) {
	for n := most + 2; ; n-- {
		lines, err := w.sumUp(ctx, sources, words, n)
		if err != nil {
			return nil, err
		}
		if lines = joined(lines, sources); len(lines) <= most || !lines[0].own || n == most {
			return lines[:min(len(lines), most)], nil
		}
	}
}

// joined makes one line of neighbours that are side by side in their message.
func joined(lines []written, sources []source) []written {
	var list []written
	for _, l := range lines {
		if n := len(list) - 1; n >= 0 && l.own && list[n].own && list[n].Sources[0].Event == l.Sources[0].Event {
			both := list[n].Text + " " + l.Text
			if slices.ContainsFunc(sources, func(s source) bool { return s.kept == l.Sources[0] && verbatim(both, s.Text) }) {
				list[n].Text = both
				if l.Role == Question {
					list[n].Role, list[n].Open = l.Role, l.Open
				}
				continue
			}
		}
		list = append(list, l)
	}
	return list
}

// sumUp has sources summed up. Lines with a source that is none, and quotes
// that are not in theirs, are dropped.
func (w *writing) sumUp(ctx context.Context, sources []source, words, most int) ([]written, error) {
	r := Request{Talk: Talk{Lang: w.draft.Lang, Title: sources[0].title}, Words: words, Lines: most, Network: w.draft.Network, Simple: w.draft.Simple}
	by := map[string]source{}
	for _, s := range sources {
		r.Messages = append(r.Messages, s.Message)
		by[s.ID] = s
	}
	sum, err := w.sum.Summarise(ctx, r)
	if err != nil {
		return nil, err
	}
	w.note(sum)
	var lines []written
	for _, l := range sum.Lines {
		line, ok := lineOf(l, by, sum.Model == "")
		if !ok {
			continue
		}
		if sum.Model != "" {
			w.draft.Model = sum.Model
		}
		lines = append(lines, line)
	}
	if len(lines) == 0 {
		return nil, ErrNothing
	}
	return lines, nil
}

// note keeps the first note. A model that twice in a row did not get it done
// is not asked again: the whole digest would wait for it a dozen times.
func (w *writing) note(sum *Summary) {
	if sum.Note == nil {
		w.failed = 0
		return
	}
	if w.draft.Note == "" {
		w.draft.Note = sum.Note.Key
	}
	if w.failed++; w.failed == 2 && sum.Model == "" {
		w.sum = Extractive{}
	}
}

func lineOf(l Line, by map[string]source, quote bool) (written, bool) {
	line := written{store.DigestLine{Role: l.Role, Open: l.Open, Text: oneLine(l.Text)}, quote}
	if line.Text == "" || len(l.Sources) == 0 || !slices.Contains([]string{Said, Question, Answer}, l.Role) {
		return line, false
	}
	for _, e := range l.Sources {
		s, ok := by[e]
		if !ok {
			return line, false
		}
		line.Sources = append(line.Sources, s.kept)
	}
	first := by[l.Sources[0]]
	line.Label, line.Link = first.label, first.link
	if quote {
		line.Who = first.Name
		return line, verbatim(line.Text, first.Text)
	}
	return line, true
}

// verbatim tells whether a quote is in a text, piece by piece where it leaves
// something out.
func verbatim(quote, text string) bool {
	text = oneLine(text)
	for _, piece := range strings.Split(quote, "…") {
		piece = strings.TrimSpace(piece)
		i := strings.Index(text, piece)
		if i < 0 {
			return false
		}
		text = text[i+len(piece):]
	}
	return true
}
