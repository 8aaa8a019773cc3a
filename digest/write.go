package digest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"maunium.net/go/mautrix/id"

	"buffet/knowledge"
	"buffet/store"
)

// How much is said of one item; a digest is one screen.
const (
	answeredWords   = 60
	answeredLines   = 3 // the question and two answers
	answerTries     = 3 // one by one, if all together gave none: a model is asked each time
	openWords       = 35
	experienceWords = 40
	threadWords     = 60
	threadLines     = 3
)

// write makes the lines. What nothing can be quoted of is passed over.
func (w *writing) write(ctx context.Context) error {
	if w.Summariser != nil {
		w.sum = w.Summariser(ctx, w.q, w.draft.Network, w.rooms())
	}
	if w.sum == nil {
		w.sum = Extractive{}
	}
	if _, quotes := w.sum.(Extractive); quotes && w.draft.Simple {
		w.draft.Simple, w.sum = false, Extractive{Note: "digest_note_simple"}
	}
	for i, o := range w.coming {
		w.draft.Lines = append(w.draft.Lines, store.DigestLine{Number: i + 1, Section: Coming, Offer: o.Offer, Occurrence: o.Key})
	}
	w.more(Coming, len(w.coming))
	for _, s := range []struct {
		section string
		most    int
		have    int
		item    func(ctx context.Context, i int) ([]written, error)
	}{
		{Answered, maxAnswered, len(w.answered), w.writeAnswered},
		{Unanswered, maxUnanswered, len(w.open), w.writeOpen},
		{Experiences, maxExperiences, len(w.experiences), w.writeExperience},
		{Threads, maxThreads, len(w.threads), w.writeThread},
	} {
		n, help := 0, 0
		for i := 0; i < s.have && n < s.most; i++ {
			lines, err := s.item(ctx, i)
			if err != nil && !errors.Is(err, ErrNothing) {
				return fmt.Errorf("sum up for a digest: %w", err)
			}
			if len(lines) == 0 {
				continue
			}
			w.add(s.section, lines)
			if n++; n == 1 && s.section == Unanswered { // what fits no more is left out from the end
				help += w.addHelp(1)
			}
		}
		if s.section == Unanswered {
			help += w.addHelp(len(w.help))
		}
		w.more(s.section, n+help)
	}
	w.nameMembers()
	return nil
}

// addHelp adds what is looked for and what is to be given. Of it, as of dates,
// nothing is kept but which it is. It tells how many.
func (w *writing) addHelp(most int) int {
	now := w.help[:min(most, len(w.help))]
	for _, o := range now {
		w.add(Unanswered, []written{{DigestLine: store.DigestLine{Offer: o.ID}}})
	}
	w.help = w.help[len(now):]
	return len(now)
}

// add appends an item: lines that share a number.
func (w *writing) add(section string, lines []written) {
	number := 1
	for _, l := range w.draft.Lines {
		number = max(number, l.Number+1)
	}
	for _, l := range lines {
		l.Number, l.Section = number, section
		for _, s := range l.Sources {
			w.shown[s.Event] = true
		}
		if l.own {
			w.own = append(w.own, len(w.draft.Lines))
		}
		w.draft.Lines = append(w.draft.Lines, l.DigestLine)
	}
	w.told = true
}

// written is a line, and whether it is its author's own words.
type written struct {
	store.DigestLine
	own bool
}

// more says how many of a section are not shown.
func (w *writing) more(section string, shown int) {
	if left := w.total[section] - shown; left > 0 {
		w.draft.Lines = append(w.draft.Lines, store.DigestLine{Section: section, Role: More, Label: strconv.Itoa(left)})
	}
}

// nameMembers makes it plain that a line is a member's own words where a model
// wrote others: both have no name.
func (w *writing) nameMembers() {
	if w.draft.Model == "" {
		return
	}
	for _, i := range w.own {
		if l := &w.draft.Lines[i]; l.Who == "" {
			l.Who = w.Phrases.Say(w.draft.Lang, "digest_member")
		}
	}
}

// source is a message of a talk and what it is kept as.
type source struct {
	Message
	kept  store.DigestSource
	title string
	label string
	link  string
}

// source makes one of a contribution. Its id says only where in the talk it stands.
func (w *writing) source(c store.Contribution, n int) source {
	text := TextOf(c)
	return source{
		Message: Message{ID: "c" + strconv.Itoa(n), Sender: cmp.Or(string(c.Author), "imported"+strconv.Itoa(n)), Name: c.Name, Text: text, Sent: c.Sent,
			Question: c.Kind == store.Question},
		kept:  store.DigestSource{Event: c.Event, Room: c.EventRoom, Contribution: c.ID, Author: c.Author, Hash: Hash(text)},
		title: c.Title, label: knowledge.Number(c, w.draft.Lang), link: c.URL,
	}
}

func (w *writing) writeAnswered(ctx context.Context, i int) ([]written, error) {
	q := w.source(w.answered[i].Contribution, 0)
	sources := []source{q}
	for n, a := range w.answered[i].answers {
		s := w.source(a, n+1)
		s.ReplyTo, s.Thread = q.ID, q.ID
		sources = append(sources, s)
	}
	lines, err := w.sumUpJoined(ctx, sources, answeredWords, answeredLines)
	if err != nil && !errors.Is(err, ErrNothing) {
		return nil, err
	}
	var question, answers []written
	for _, l := range lines {
		if l.Sources[0].Contribution == q.kept.Contribution {
			question = append(question, l)
		} else {
			answers = append(answers, l)
		}
	}
	if len(question) == 0 {
		if question, err = w.sumUp(ctx, sources[:1], openWords, 1); err != nil {
			return nil, err // also that nothing of it can be quoted
		}
	}
	for n := 1; len(answers) == 0; n++ { // any answer is better than none
		if n == len(sources) || n > answerTries {
			return nil, ErrNothing
		}
		if answers, err = w.sumUp(ctx, sources[n:n+1], experienceWords, 1); err != nil && !errors.Is(err, ErrNothing) {
			return nil, err
		}
	}
	lines = slices.Concat(question[:1], answers[:min(len(answers), answeredLines-1)])
	for n := range lines {
		lines[n].Open, lines[n].Role = false, Answer
	}
	lines[0].Role = Question
	return lines, nil
}

func (w *writing) writeOpen(ctx context.Context, i int) ([]written, error) {
	lines, err := w.sumUp(ctx, []source{w.source(w.open[i], 0)}, openWords, 1)
	if err != nil {
		return nil, err
	}
	lines[0].Role, lines[0].Open = Question, true
	return lines[:1], nil
}

func (w *writing) writeExperience(ctx context.Context, i int) ([]written, error) {
	s := w.source(w.experiences[i], 0)
	lines, err := w.sumUp(ctx, []source{s}, experienceWords, 2)
	if err != nil {
		return nil, err
	}
	lines = joined(lines, []source{s})
	if len(lines) > 1 { // one person's words are read together
		between := " "
		if lines[0].own {
			between = " … "
		}
		lines[0].Text += between + lines[1].Text
	}
	lines[0].Role, lines[0].Open = Said, false
	return lines[:1], nil
}

// writeThread leaves out a thread of which an earlier section tells.
func (w *writing) writeThread(ctx context.Context, i int) ([]written, error) {
	var sources []source
	for _, m := range w.threads[i].messages {
		if w.shown[id.EventID(m.ID)] || m.Thread != "" && w.shown[id.EventID(m.Thread)] {
			return nil, nil
		}
		sources = append(sources, source{Message: m,
			kept: store.DigestSource{Event: id.EventID(m.ID), Room: w.place.Room, Author: id.UserID(m.Sender), Hash: Hash(m.Text)}})
	}
	lines, err := w.sumUpJoined(ctx, sources, threadWords, threadLines)
	if n := len(lines) - 1; n >= 2 && lines[n].Role == Question {
		lines = lines[:n] // what was said to it found no room: it would read as if nothing was
	}
	return lines, err
}
