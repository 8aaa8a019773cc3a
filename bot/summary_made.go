package bot

import (
	"slices"
	"time"

	"maunium.net/go/mautrix/id"

	"buffet/digest"
	"buffet/lang"
	"buffet/store"
)

// notSimple says why a summary is not in simple language; nil if it is.
func (s *summing) notSimple(sum *digest.Summary) *lang.Problem {
	_, extractive := s.by.(digest.Extractive)
	switch {
	case extractive:
		return &lang.Problem{Key: "sum_no_simple"}
	case len(s.organisers) == 0:
		return &lang.Problem{Key: "sum_simple_nobody"}
	case sum.Model == "": // it got nothing to read
		return &lang.Problem{Key: "sum_simple_nothing"}
	}
	return nil
}

func (s *summing) digest(h *digest.History, sum *digest.Summary) store.Digest {
	now := time.Now()
	d := store.Digest{Kind: store.DigestSummary, Network: s.network.Name, Room: s.a.Room, Thread: s.a.Thread, Event: s.a.Event,
		Audience: store.AudienceRoom, State: store.DigestPublished, Lang: s.a.Lang, From: s.a.Since, To: s.a.Asked, Made: now, Decided: now,
		Model: sum.Model, Simple: s.a.Simple, Unreadable: h.Unreadable, Cut: h.Cut}
	if sum.Note != nil {
		d.Note = sum.Note.Key
	}
	if n := len(h.Messages); n > 0 && d.From.IsZero() {
		d.From = h.Messages[0].Sent
	}
	return d
}

// sources are the messages that a summary rests on, each once.
func (s *summing) sources(h *digest.History, sum *digest.Summary) (list []store.DigestSource) {
	messages := map[string]digest.Message{}
	for _, m := range h.Messages {
		messages[m.ID] = m
	}
	seen := map[string]bool{}
	add := func(e string) {
		if m, ok := messages[e]; ok && !seen[e] {
			seen[e] = true
			list = append(list, store.DigestSource{Event: id.EventID(e), Room: s.a.Of, Author: id.UserID(m.Sender), Hash: digest.Hash(m.Text)})
		}
	}
	if len(h.Messages) == 1 {
		add(h.Messages[0].ID) // the answer says whose it is, and links it
	}
	for _, l := range sum.Lines {
		for _, e := range l.Sources {
			add(e)
		}
	}
	return list
}

// draftLines are the lines of a text that organisers are to approve.
func draftLines(sum *digest.Summary, sources []store.DigestSource) (list []store.DigestLine) {
	number := 0
	for i, l := range sum.Lines {
		if l.Role != digest.Answer || number == 0 {
			number++
		}
		line := store.DigestLine{Seq: i + 1, Number: number, Section: "summary", Role: l.Role, Open: l.Open, Who: l.Who, Text: l.Text}
		for _, e := range l.Sources { // in their order: the first one is linked
			if n := slices.IndexFunc(sources, func(s store.DigestSource) bool { return s.Event.String() == e }); n >= 0 {
				line.Sources = append(line.Sources, sources[n])
			}
		}
		list = append(list, line)
	}
	return list
}
