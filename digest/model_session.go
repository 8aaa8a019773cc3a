package digest

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"buffet/knowledge"
	"buffet/lang"
)

const messageMost = 6000 // bytes of a message that a model reads

// session is one talk on its way through the model.
type session struct {
	m      *Model
	r      Request
	input  []input // numbers begin with 1
	title  string
	number map[string]int // id of a message -> its number
	names  *knowledge.Pseudonyms
	shown  map[string]string // placeholder of a person -> name
	words  map[string]bool   // stems of the title

	asked       int
	warm, plain bool // what the service does not want: a temperature, a schema
}

// input is a message as the model reads it.
type input struct {
	at     int // in the talk
	who    string
	hidden knowledge.Hidden
	facts  *facts // made when they are needed
}

func (m *Model) session(r Request) *session {
	s := &session{m: m, r: r, shown: map[string]string{}, number: map[string]int{}}
	var people []knowledge.Person
	names := slices.Concat(r.Names, knowledge.Addressed(r.Title))
	for _, one := range r.Messages {
		people = append(people, knowledge.Person{ID: voiceOf(one), Name: one.Name})
		names = append(names, knowledge.Addressed(one.Text)...)
	}
	s.names = knowledge.NewPseudonyms(people, names)
	for _, i := range byThread(r.Messages) {
		one := &r.Messages[i]
		hidden := s.names.Hide(clean(one.Text))
		hidden.Text = cutText(hidden.Text, messageMost)
		who := s.names.Of(voiceOf(*one))
		if name := shownName(one.Name); s.shown[who] == "" && name != "" {
			s.shown[who] = name
		}
		if !tells(hidden.Text) {
			continue
		}
		s.input = append(s.input, input{at: i, who: who, hidden: hidden})
		s.number[one.ID] = len(s.input)
	}
	s.title = cutText(s.names.Hide(clean(r.Title)).Text, 300)
	s.words = stemsOf(s.title)
	distinct(s.shown, r.Messages, s.names)
	return s
}

// voiceOf is who a message is from, for a model. People who are named with one
// message and not with another are two: neither its lines nor the model itself
// can put a name to what was said without.
func voiceOf(m Message) string {
	if m.Name == "" {
		return m.Sender + " unnamed"
	}
	return m.Sender
}

// byThread orders messages by the threads that they stand in.
func byThread(messages []Message) []int {
	first := map[string]int{}
	order := make([]int, len(messages))
	for i, m := range messages {
		order[i] = i
		if _, ok := first[m.Thread]; !ok {
			first[m.Thread] = i
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return first[messages[a].Thread] - first[messages[b].Thread] })
	return order
}

var numbers = regexp.MustCompile(`\[([\d, ]*)\]`)

// unmarked has other signs for those that marks are made of.
func unmarked(text string) string { return strings.NewReplacer("<", "‹", ">", "›").Replace(text) }

// clean makes a text one line in which nothing can be taken for the marks
// around it.
func clean(text string) string {
	text = numbers.ReplaceAllString(unmarked(strings.Map(visible, text)), "($1)")
	return strings.Join(strings.Fields(text), " ")
}

// cutText cuts a text at the end of a sentence, or at least of a word.
func cutText(s string, most int) string {
	if len(s) <= most {
		return s
	}
	s = strings.ToValidUTF8(s[:most], "")
	end := strings.LastIndexByte(s, ' ')
	if list := lang.Sentences(s); len(list) > 1 && list[len(list)-2].End > most/2 {
		end = list[len(list)-2].End
	}
	if end <= most/2 {
		end = len(s)
	}
	return strings.TrimSpace(s[:end]) + " …"
}

// tells tells whether a text has any word in it but placeholders.
func tells(hidden string) bool {
	for _, mark := range knowledge.Placeholders(hidden) {
		if !strings.HasPrefix(mark, "[word") {
			hidden = strings.Replace(hidden, mark, "", 1)
		}
	}
	return strings.ContainsFunc(hidden, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) })
}

// line is a message as it stands in a request, at most so many bytes.
func (s *session) line(i, most int) string {
	one := &s.input[i]
	m := &s.r.Messages[one.at]
	to := ""
	if n := s.number[m.ReplyTo]; n > 0 {
		to = fmt.Sprintf(" (to %d)", n)
	}
	head := fmt.Sprintf("[%d] %s%s: ", i+1, one.who, to)
	return head + cutText(one.hidden.Text, max(100, most-len(head)-10))
}

// stemsOf are what the words of a text have in common with others, but for
// those that say little.
func stemsOf(text string) map[string]bool {
	m := map[string]bool{}
	for _, t := range lang.Tokens(text) {
		if !t.Stop {
			m[lang.Stem(t.Word)] = true
		}
	}
	return m
}
