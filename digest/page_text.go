package digest

import (
	"slices"
	"strconv"
	"time"

	"buffet/knowledge"
	"buffet/lang"
	"buffet/store"
)

// A digest is one screen of a phone.
const (
	screenLines = 30
	screenChars = 2500 // addresses behind links aside
	maxQuote    = 400  // characters of a line, see Clip
	maxWho      = 60   // characters of a name
)

func (p *Page) say(key string, values ...lang.Values) string {
	return p.phrases.Say(p.Lang, key, values...)
}

// plain is a phrase without its marks.
func (p *Page) plain(key string, values ...lang.Values) string {
	return p.phrases.Text(p.Lang, key, values...).Plain()
}

// Text is the digest as a message.
func (p *Page) Text() *lang.Text { return p.text(false) }

// Draft is the digest as those read it who release it: each item with its
// number, and what to answer.
func (p *Page) Draft() *lang.Text {
	t := new(lang.Text)
	t.Say(p.say("digest_draft_head")).Raw(" ")
	if p.Audience == store.AudienceRoom {
		t.Link(p.say("digest_draft_room"), knowledge.Link(p.Room, "", p.via))
	} else {
		t.Say(p.say("digest_draft_" + p.Audience))
	}
	t.Line().Line().Add(p.text(true))
	void := 0
	for _, l := range p.Lines {
		if l.Gone == store.LineVoid {
			void++
		}
	}
	if void > 0 {
		t.Line().Line().Say(p.say("digest_draft_void", lang.Values{"Count": void}))
	}
	t.Line().Line()
	if p.Empty() {
		return t.Say(p.say("digest_draft_never"))
	}
	return t.Say(p.say("digest_draft_foot", lang.Values{"Numbers": p.example()}))
}

// example are one or two numbers that can be left out.
func (p *Page) example() string {
	var numbers []string
	for _, s := range p.sections {
		for _, i := range s.items {
			numbers = append(numbers, strconv.Itoa(i.number))
		}
	}
	if len(numbers) > 4 {
		return numbers[2] + " " + numbers[4]
	}
	return numbers[len(numbers)-1]
}

func (p *Page) text(numbered bool) *lang.Text {
	t := new(lang.Text)
	t.Bold(p.title())
	if p.Empty() {
		return t.Line().Line().Say(p.empty())
	}
	for _, s := range p.sections {
		t.Line()
		if h := p.heading(s.name); h != "" {
			t.Line().Bold(h)
		}
		for _, i := range s.items {
			for n := range i.lines {
				t.Line()
				switch {
				case n > 0:
					t.Raw("↳ ")
				case !numbered:
					t.Raw("• ")
				default:
					t.Bold(strconv.Itoa(i.number)).Raw(" · ")
				}
				p.line(t, i.lines[n])
			}
		}
		if s.more > 0 {
			t.Line().Say(p.say("digest_more", lang.Values{"Count": s.more}))
			if command := p.command(s.name); command != "" {
				t.Raw(": ").Code(command)
			}
		}
	}
	t.Line()
	for _, foot := range p.foot() {
		t.Line().Say(foot)
	}
	return t
}

// empty is the phrase for a digest of which nothing is left to show.
func (p *Page) empty() string {
	if p.hidden {
		return p.say("digest_came_later")
	}
	return p.say("digest_empty")
}

// title says what it is, of when and of where.
func (p *Page) title() string {
	if p.Kind == store.DigestSummary {
		return p.plain("digest_title_summary")
	}
	return p.plain("digest_title", lang.Values{"Days": p.days(p.To), "Place": p.place()})
}

// days is the window; the day on which it begins belongs to the digest before,
// which came out in its afternoon.
func (p *Page) days(now time.Time) string {
	from, to := p.From.In(p.zone), p.To.In(p.zone).Add(-time.Second)
	if next := from.AddDate(0, 0, 1); p.Kind == store.DigestWeekly && from.Hour() >= 12 && next.Before(to) {
		from = next
	}
	return lang.Days(p.Lang, from, to, now)
}

// place is where it is from. A room's digest is read elsewhere, too, as a
// subscriber's copy: "this room" would be wrong there.
func (p *Page) place() string {
	if p.Audience == store.AudienceRoom && p.Place != "" {
		return clip(lang.Unlinked(p.Place), maxWho)
	}
	key := "digest_of_network"
	if p.Audience == store.AudienceRoom {
		key = "digest_of_room"
	}
	return p.plain(key, lang.Values{"Network": lang.Unlinked(p.Network)})
}

// heading is a section's; a summary needs none.
func (p *Page) heading(section string) string {
	if section == Summed {
		return ""
	}
	return p.plain("digest_head_" + section)
}

// command is what shows the rest of a section; "" if nothing does.
func (p *Page) command(section string) string {
	switch section {
	case Coming:
		return p.prefix + p.say("offer_command_list") + " " + p.say("offer_word_week")
	case Unanswered:
		return p.prefix + p.say("digest_command_open")
	}
	return ""
}

func (p *Page) line(t *lang.Text, l line) {
	if o := l.offer; o != nil {
		t.Raw(o.When + " · ").Bold(lang.Unlinked(o.Title))
		if o.Off != "" {
			t.Raw(" · ").Bold(o.Off)
		}
		if o.About != "" {
			t.Raw(" · " + lang.Unlinked(o.About))
		}
		t.Raw(" · ")
		if l.link != "" {
			t.Link(p.say("digest_to_offer"), l.link)
		} else {
			t.Code(p.prefix + p.say("offer_command_one") + " " + strconv.Itoa(o.Number))
		}
		return
	}
	if label := p.label(l); label != "" {
		t.Bold(label).Raw(" ")
	}
	t.Raw(p.words(l, true))
	if l.link != "" {
		t.Raw(" · ").Link(p.linkWords(l), l.link)
	}
}

// label is what stands before a line.
func (p *Page) label(l line) string {
	switch {
	case l.Section != Summed || l.Role != Question:
		return l.Label
	case l.Open:
		return p.plain("digest_label_open")
	}
	return p.plain("digest_label_question")
}

// words are what somebody said, in quotation marks and with who it was, or
// what a model wrote.
func (p *Page) words(l line, names bool) string {
	text := l.Text
	if !names {
		text = hide(text, p.names)
	}
	text = Clip(lang.Unlinked(text))
	who := clip(lang.Unlinked(l.Who), maxWho)
	if l.Who == "" && p.Model != "" {
		return text
	}
	if who == "" || !names {
		who = p.say("digest_member")
	}
	return lang.Quoted(p.Lang, text) + " – " + who
}

// linkWords say where a link leads.
func (p *Page) linkWords(l line) string {
	switch {
	case l.Link == l.link:
		return p.say("digest_to_source")
	case l.Section == Answered && l.Role == Answer:
		return p.say("digest_to_answer")
	case l.Section == Answered, l.Section == Unanswered:
		return p.say("digest_to_question")
	case l.Section == Experiences:
		return p.say("digest_to_experience")
	}
	return p.say("digest_to_message")
}

// foot are phrases: what else the window brought, and how the text was made.
func (p *Page) foot() []string {
	var list []string
	questions, answers := p.say("digest_questions", lang.Values{"Count": p.Questions}), p.say("digest_answers", lang.Values{"Count": p.Answers})
	// with something gone the numbers would tell that there was more
	whole := !slices.ContainsFunc(p.Lines, func(l store.DigestLine) bool { return l.Gone != "" })
	switch {
	case !whole:
	case p.Questions > 0 && p.Answers > 0:
		list = append(list, p.say("digest_new_both", lang.Values{"Questions": questions, "Answers": answers}))
	case p.Questions > 0:
		list = append(list, p.say("digest_new_one", lang.Values{"What": questions}))
	case p.Answers > 0:
		list = append(list, p.say("digest_new_one", lang.Values{"What": answers}))
	}
	if key := p.writer(); key != "" {
		list = append(list, p.say(key, lang.Values{"Host": p.Model}))
	}
	if p.Unreadable > 0 {
		list = append(list, p.say("digest_unreadable", lang.Values{"Count": p.Unreadable}))
	}
	if p.Cut {
		list = append(list, p.say("digest_cut"))
	}
	if p.Note != "" {
		list = append(list, p.say(p.Note, lang.Values{"Host": p.Model}))
	}
	if p.hidden {
		list = append(list, p.say("digest_came_later"))
	}
	return list
}

// writer is the phrase for who wrote the text, "" if its people did.
func (p *Page) writer() string {
	if p.Model == "" {
		return ""
	}
	for _, s := range p.sections {
		for _, i := range s.items {
			for _, l := range i.lines {
				if l.Who != "" { // a model's lines have nobody
					return "digest_by_model_too"
				}
			}
		}
	}
	return "digest_by_model"
}
