package digest

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"buffet/knowledge"
	"buffet/lang"
)

const nameMost = 40 // letters of a name that is shown

var unsafeName = regexp.MustCompile(`(?i)://|\bwww\.|[\p{L}\d-]\.[a-z]{2,}|@|matrix:`)

// shownName is what a person is called in a line of a model; "" if that could
// be taken for more than a name.
func shownName(name string) string {
	name = strings.Map(visible, name)
	if i := strings.IndexAny(name, "([{|/<>:;`*_#\"„“»«\n"); i >= 0 {
		name = name[:i]
	}
	name = strings.Join(strings.Fields(name), " ")
	if unsafeName.MatchString(name) {
		return ""
	}
	if utf8.RuneCountInString(name) > nameMost {
		name = strings.TrimSpace(string([]rune(name)[:nameMost])) + "…"
	}
	return name
}

// unnamed is what somebody is called who did not agree to be named.
func unnamed(language string) string {
	if language == lang.English {
		return "a member"
	}
	return "ein Mitglied"
}

// visible drops what cannot be seen.
func visible(r rune) rune {
	switch {
	case unicode.IsSpace(r):
		return ' '
	case unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co) || r == utf8.RuneError:
		return -1
	}
	return r
}

// distinct gives people whose short names are the same their whole names.
func distinct(shown map[string]string, messages []Message, names *knowledge.Pseudonyms) {
	count := map[string]int{}
	for _, name := range shown {
		count[name]++
	}
	for _, m := range messages {
		who := names.Of(voiceOf(m))
		if name := shown[who]; name == "" || count[name] < 2 {
			continue
		}
		if whole := strings.Join(strings.Fields(strings.Map(visible, m.Name)), " "); !unsafeName.MatchString(whole) &&
			!strings.ContainsAny(whole, "<>`*[]#") && utf8.RuneCountInString(whole) <= nameMost {
			shown[who] = whole
		}
	}
}

// reveal puts names and all else back into a line. In a quote, a name is as it
// stands there; elsewhere it is that of who wrote the source.
func (s *session) reveal(l rawLine) (line Line, why string) {
	said, wrote := map[string]string{}, map[string]string{}
	for _, n := range slices.Backward(l.Sources) { // the first counts
		one := &s.input[n-1]
		for mark, text := range one.hidden.Said {
			said[mark] = text
		}
		wrote[one.who] = cmp.Or(s.shown[one.who], unnamed(s.r.Lang))
		line.Sources = append(line.Sources, s.r.Messages[one.at].ID)
	}
	slices.Reverse(line.Sources)
	for mark, text := range said {
		if wrote[mark] == "" {
			wrote[mark] = text
		}
	}
	var b strings.Builder
	at, ok := 0, true
	add := func(text string, with map[string]string) {
		text, known := knowledge.Reveal(text, with)
		b.WriteString(text)
		ok = ok && known
	}
	for _, m := range quotes.FindAllStringIndex(l.Text, -1) {
		add(l.Text[at:m[0]], wrote)
		add(l.Text[m[0]:m[1]], said)
		at = m[1]
	}
	add(l.Text[at:], wrote)
	line.Text = strings.TrimSpace(b.String())
	if who := unnamed(s.r.Lang); strings.HasPrefix(line.Text, who) {
		line.Text = strings.ToUpper(who[:1]) + line.Text[1:]
	}
	switch {
	case !ok:
		return line, "placeholder"
	case !s.verbatim(line):
		return line, "quote"
	}
	line.Open = l.Open && l.Role == Question
	if l.Role != "said" {
		line.Role = l.Role
	}
	return line, ""
}

// verbatim tells whether every quote stands in a source, as people wrote it.
func (s *session) verbatim(line Line) bool {
	for _, q := range quotes.FindAllString(line.Text, -1) {
		if !slices.ContainsFunc(line.Sources, func(id string) bool {
			return strings.Contains(clean(s.r.Messages[s.input[s.number[id]-1].at].Text), unquote(q))
		}) {
			return false
		}
	}
	return true
}

// arrange puts lines in the order of their sources, answers after their
// questions, and leaves out what is too much.
func (s *session) arrange(lines []Line) []Line {
	var groups [][]Line
	question := -1
	for _, l := range lines {
		if l.Role == Answer {
			if q := s.answers(groups, question, l); q >= 0 {
				groups[q] = append(groups[q], l)
				groups[q][0].Open = false
				continue
			}
			l.Role = Said
		}
		if l.Role == Question {
			question = len(groups)
		}
		groups = append(groups, []Line{l})
	}
	slices.SortStableFunc(groups, func(a, b []Line) int { return cmp.Compare(s.at(a[0]), s.at(b[0])) })
	var list []Line
	words := 0
	for _, g := range groups {
		slices.SortStableFunc(g[1:], func(a, b Line) int { return cmp.Compare(s.at(a), s.at(b)) })
		for i, l := range g {
			n := len(strings.Fields(l.Text))
			if words+n > s.r.Words || s.r.Lines > 0 && len(list) == s.r.Lines {
				if i == 0 {
					break // no answers without their question
				}
				continue
			}
			words += n
			list = append(list, l)
		}
	}
	return list
}

// answers is the group whose question a line answers: that of the message it
// replies to, else the one before it, unless that was asked later; -1: none.
func (s *session) answers(groups [][]Line, before int, l Line) int {
	first := s.r.Messages[s.at(l)]
	for i, g := range groups {
		if g[0].Role == Question && first.ReplyTo != "" && slices.Contains(g[0].Sources, first.ReplyTo) {
			return i
		}
	}
	if before >= 0 && s.at(groups[before][0]) > s.at(l) {
		return -1
	}
	return before
}

// at is where a line's first source stands in the talk.
func (s *session) at(l Line) int { return s.input[s.number[l.Sources[0]]-1].at }
