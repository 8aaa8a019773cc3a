package offers

import (
	"slices"
	"strings"

	"buffet/store"
)

// matcher is a filter made ready.
type matcher struct {
	topics, words, from, not [][2]string // each folded both ways
	kinds                    []string    // of not
	members                  bool        // of from: what members brought
}

func newMatcher(f Filter) *matcher {
	m := &matcher{topics: bothWays(f.Topics), words: bothWays(f.Words), from: bothWays(f.From), not: bothWays(f.Not)}
	for _, w := range f.Not {
		if kind := KindOf(w); kind != "" {
			m.kinds = append(m.kinds, kind)
		}
	}
	m.members = slices.ContainsFunc(m.from, func(w [2]string) bool {
		return slices.Contains([]string{"mitglied", "mitglieder", "mitgliedern", "member", "members"}, w[1])
	})
	return m
}

func bothWays(words []string) (list [][2]string) {
	for _, w := range words {
		list = append(list, [2]string{fold(w, false), fold(w, true)})
	}
	return list
}

// among tells whether one of the words stands in a text.
func among(words [][2]string, text string) bool {
	short, long := fold(text, false), fold(text, true)
	return slices.ContainsFunc(words, func(w [2]string) bool { return strings.Contains(short, w[0]) || strings.Contains(long, w[1]) })
}

func (m *matcher) all() bool { return len(m.topics)+len(m.words)+len(m.from)+len(m.not) == 0 }

// barred tells whether an offer is of a source that is not wanted, or of a kind
// or topic that is to be left out.
func (m *matcher) barred(od *store.OfferDate) bool {
	o := &od.Offer
	if len(m.from) > 0 && (!m.members || o.Source != SourceMember) {
		source := o.Host
		if o.Source != SourceMember {
			source += "\n" + feedName(o.Source)
		}
		if !among(m.from, source) {
			return true
		}
	}
	return len(m.not) > 0 && (slices.Contains(m.kinds, o.Kind) ||
		among(m.not, strings.Join([]string{o.Title, od.Date.Title, o.Host, strings.Join(o.Topics, "\n")}, "\n")))
}

func (m *matcher) matches(od *store.OfferDate) bool {
	if m.barred(od) {
		return false
	}
	if len(m.topics) > 0 && !slices.ContainsFunc(od.Offer.Topics, func(has string) bool {
		short, long := fold(has, false), fold(has, true)
		return slices.ContainsFunc(m.topics, func(t [2]string) bool { return t[0] == short || t[1] == long })
	}) {
		return false
	}
	if len(m.words) == 0 {
		return true
	}
	o, d := &od.Offer, &od.Date
	text := strings.Join([]string{o.Title, d.Title, o.Host, o.Location, d.Location, strings.Join(o.Topics, "\n"), o.Description}, "\n")
	short, long := fold(text, false), fold(text, true)
	for _, w := range m.words {
		if !strings.Contains(short, w[0]) && !strings.Contains(long, w[1]) {
			return false
		}
	}
	return true
}
