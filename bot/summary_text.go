package bot

import (
	"time"

	"buffet/digest"
	"buffet/lang"
)

// write is a summary as people read it: a heading, its lines with a link
// each, and what else is to be known of it. Of what people wrote nothing
// becomes a link, a mention or markup.
func (s *summing) write(h *digest.History, sum *digest.Summary, link func(e string) string) *lang.Text {
	t := new(lang.Text)
	switch n := len(h.Messages); {
	case n == 0:
		t.Add(s.say(s.key("sum_none"), lang.Values{"When": s.since(h), "Command": s.a.Command}))
	case n == 1:
		t.Add(s.say(s.key("sum_one"), lang.Values{"Who": lang.Unlinked(h.Messages[0].Name), "When": s.since(h)})).Raw(" ").
			Link(s.Phrases.Say(s.a.Lang, "know_to_message"), link(h.Messages[0].ID))
	case len(sum.Lines) == 0:
		t.Add(s.say("sum_wordless", lang.Values{"Count": n}))
	default:
		t.Add(s.heading(h))
		for _, l := range sum.Lines {
			t.Line()
			s.line(t, l, link)
		}
	}
	for i, note := range s.notes(h, sum) {
		if t.Line(); i == 0 && len(sum.Lines) > 0 {
			t.Line()
		}
		t.Add(note)
	}
	return t
}

// key is the phrase for a room, or that for a thread.
func (s *summing) key(key string) string {
	if s.a.Root != "" {
		return key + "_thread"
	}
	return key
}

func (s *summing) heading(h *digest.History) *lang.Text {
	people := map[string]bool{}
	for _, m := range h.Messages {
		people[m.Sender] = true
	}
	say := func(key string, n int) string { return s.Phrases.Say(s.a.Lang, key, lang.Values{"Count": n}) }
	return s.say(s.key("sum_head"), lang.Values{"Messages": say("sum_messages", len(h.Messages)), "People": say("sum_people", len(people)),
		"When": s.since(h)})
}

// since is when it begins, in words.
func (s *summing) since(h *digest.History) string {
	at := s.a.Since
	if at.IsZero() && len(h.Messages) > 0 {
		at = h.Messages[0].Sent
	}
	if h.From.After(at) {
		at = h.From
	}
	return s.when(at)
}

// when is a point in time in words.
func (s *summing) when(at time.Time) string {
	at, now := at.In(s.network.Zone), s.a.Asked.In(s.network.Zone)
	day := lang.ShortDay(s.a.Lang, at, now)
	if at.Format(time.DateOnly) == now.Format(time.DateOnly) {
		day = s.Phrases.Say(s.a.Lang, "sum_today")
	}
	if at.Hour() == 0 && at.Minute() == 0 {
		return day
	}
	return day + ", " + lang.Hours(s.a.Lang, at, at)
}

// line is one line: whose words they are, and the words; or a model's words.
func (s *summing) line(t *lang.Text, l digest.Line, link func(e string) string) {
	text, key := digest.Clip(lang.Unlinked(l.Text)), ""
	switch {
	case l.Role == digest.Question && l.Open:
		key = "sum_open"
	case l.Role == digest.Question:
		key = "sum_question"
	case l.Role == digest.Answer:
		key = "sum_answer"
	}
	bullet := "• "
	if l.Role == digest.Answer {
		bullet = "↳ "
	}
	t.Raw(bullet)
	switch {
	case l.Who == "" && key == "":
		t.Raw(text)
	case l.Who == "":
		t.Add(s.say(key)).Raw(": " + text)
	case key == "":
		t.Bold(lang.Unlinked(l.Who)).Raw(": " + lang.Quoted(s.a.Lang, text))
	default:
		t.Add(s.say(key+"_of", lang.Values{"Who": lang.Unlinked(l.Who)})).Raw(": " + lang.Quoted(s.a.Lang, text))
	}
	if len(l.Sources) > 0 {
		t.Raw(" · ").Link(s.Phrases.Say(s.a.Lang, "know_to_message"), link(l.Sources[0]))
	}
}

// notes say what is missing, and who wrote it.
func (s *summing) notes(h *digest.History, sum *digest.Summary) (list []*lang.Text) {
	if h.Unreadable > 0 {
		list = append(list, s.say("digest_unreadable", lang.Values{"Count": h.Unreadable}))
	}
	if !h.From.IsZero() {
		list = append(list, s.say("sum_came_later", lang.Values{"When": s.when(h.From)}))
	}
	if h.Cut {
		list = append(list, s.say("digest_cut"))
	}
	if sum.Note != nil {
		list = append(list, s.say(sum.Note.Key, sum.Note.Values))
	}
	if sum.Model != "" {
		list = append(list, s.say("digest_by_model", lang.Values{"Host": sum.Model}))
	}
	return list
}
