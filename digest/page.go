package digest

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"maunium.net/go/mautrix/id"

	"buffet/knowledge"
	"buffet/lang"
	"buffet/offers"
	"buffet/store"
)

// Page is a digest as it reads now: offers as they are, links that lead
// somewhere, without what was left out or taken back.
type Page struct {
	store.Digest
	Lines []store.DigestLine

	phrases  *lang.Phrases
	zone     *time.Location
	prefix   string
	via      []string // servers that know the room
	sections []section
	hidden   bool     // there were threads, which not all who read it may see
	names    []string // of those who wrote the sources, and of the room's members
}

// section is what stands under one heading.
type section struct {
	name  string
	items []item
	more  int
}

// item is one thing: a date, or a question with its answers.
type item struct {
	number int
	lines  []line
}

// line is a line with what is looked up for it.
type line struct {
	store.DigestLine
	date  offers.Item
	offer *offers.Shown // the same in words
	link  string
}

// Load reads a stored digest for people whose clocks go by zone, and who begin
// commands with prefix.
func Load(ctx context.Context, q store.Querier, p *lang.Phrases, zone *time.Location, prefix string, digestID int64) (*Page, error) {
	d, err := store.DigestByID(ctx, q, digestID)
	if err != nil {
		return nil, err
	}
	lines, err := store.DigestLines(ctx, q, digestID)
	if err != nil {
		return nil, err
	}
	return PageOf(ctx, q, p, zone, prefix, &Draft{Digest: d, Lines: lines})
}

// PageOf is the same for a draft, stored or not.
func PageOf(ctx context.Context, q store.Querier, p *lang.Phrases, zone *time.Location, prefix string, d *Draft) (*Page, error) {
	page := &Page{Digest: d.Digest, Lines: d.Lines, phrases: p, zone: zone, prefix: prefix}
	if err := page.lookUp(ctx, q); err != nil {
		return nil, err
	}
	if d.Kind != store.DigestSummary { // which is as long as it was asked to be
		page.fit()
	}
	return page, nil
}

// Empty tells whether nothing is left of it.
func (p *Page) Empty() bool { return len(p.sections) == 0 }

// HideThreads leaves out what was said in the room's threads: where one sees
// only what was said after one came, it is not for those who came since.
func (p *Page) HideThreads() {
	all := len(p.sections)
	p.sections = slices.DeleteFunc(p.sections, func(s section) bool { return s.name == Threads })
	p.hidden = len(p.sections) < all
}

// lookUp lays the lines out in sections and items.
func (p *Page) lookUp(ctx context.Context, q store.Querier) (err error) {
	look := &lookup{Page: p, q: q, rooms: map[id.RoomID][]string{}}
	if p.via, err = store.Via(ctx, q, p.Room, ""); err != nil {
		return err
	}
	at := map[string]int{}
	lines := slices.Clone(p.Lines)
	slices.SortStableFunc(lines, func(a, b store.DigestLine) int { return a.Seq - b.Seq })
	gone := map[int]bool{} // items whose first line is gone
	first := map[int]bool{}
	for _, l := range lines {
		here, err := look.line(ctx, l)
		if err != nil {
			return err
		}
		if l.Role != More && !first[l.Number] {
			first[l.Number] = true
			gone[l.Number] = here == nil
		}
		if here == nil || gone[l.Number] && l.Role != More {
			continue
		}
		i, ok := at[l.Section]
		if !ok {
			i = len(p.sections)
			at[l.Section] = i
			p.sections = append(p.sections, section{name: l.Section})
		}
		p.sections[i].take(*here)
	}
	p.dropUnanswered()
	p.sections = slices.DeleteFunc(p.sections, func(s section) bool { return len(s.items) == 0 })
	return look.names(ctx)
}

func (s *section) take(l line) {
	if l.Role == More {
		n, _ := strconv.Atoi(l.Label)
		s.more += n
		return
	}
	if n := len(s.items); n > 0 && s.items[n-1].number == l.Number {
		s.items[n-1].lines = append(s.items[n-1].lines, l)
		return
	}
	s.items = append(s.items, item{l.Number, []line{l}})
}

// dropUnanswered leaves out answered questions of which no answer is left.
func (p *Page) dropUnanswered() {
	for i, s := range p.sections {
		if s.name == Answered {
			p.sections[i].items = slices.DeleteFunc(s.items, func(i item) bool { return len(i.lines) < 2 })
		}
	}
}

// lookup finds what lines need beside themselves.
type lookup struct {
	*Page
	q     store.Querier
	rooms map[id.RoomID][]string // servers that know them; nil for one that nobody gets into
}

// line is nil if it is not shown any more.
func (k *lookup) line(ctx context.Context, l store.DigestLine) (*line, error) {
	if l.Gone != "" {
		return nil, nil
	}
	here := &line{DigestLine: l}
	if l.Offer != 0 && l.Role != More {
		i, ok, err := k.offerNow(ctx, l)
		if err != nil || !ok {
			return nil, err
		}
		here.date = i
		if k.Audience == store.AudiencePublic || strings.Contains(i.Host, "@") {
			i.Host = "" // it may be a person, who was not asked
		}
		shown := k.view().Show(i)
		here.offer, here.link = &shown, shown.URL
		if here.link == "" && k.Audience != store.AudiencePublic { // not everybody is to come in
			here.link = shown.Join
		}
		return here, nil
	}
	if l.Text == "" && l.Role != More {
		return nil, nil // of a digest that was wiped
	}
	here.link = l.Link
	if len(l.Sources) > 0 && l.Sources[0].Event != "" && l.Sources[0].Room != "" {
		s := l.Sources[0]
		via, err := k.via(ctx, s.Room)
		if err != nil {
			return nil, err
		}
		here.link = ""
		if via != nil {
			here.link = knowledge.Link(s.Room, s.Event, via)
		}
	}
	here.link = address(here.link)
	return here, nil
}

// offerNow is what a line's offer is now: a date, or what somebody looks for
// or has to give.
func (k *lookup) offerNow(ctx context.Context, l store.DigestLine) (offers.Item, bool, error) {
	if l.Section == Unanswered {
		return offers.HelpNow(ctx, k.q, l.Offer)
	}
	return offers.DateNow(ctx, k.q, l.Offer, l.Occurrence)
}

func (p *Page) view() offers.View {
	return offers.View{Phrases: p.phrases, Lang: p.Lang, Zone: p.zone, Prefix: p.prefix, Now: p.To}
}

// date is an offer's date in words; nil if the line is none. Without names its
// host is left out, who is not to be told from its title or its place either.
func (p *Page) date(l line, names bool) *offers.Shown {
	if names || l.offer == nil {
		return l.offer
	}
	i := l.date
	hidden := append([]string{i.Host}, p.names...)
	i.Host, i.Title = "", hide(i.Title, hidden)
	if l.offer.Join == "" {
		i.Location = hide(i.Location, hidden)
	}
	shown := p.view().Show(i)
	return &shown
}

// hide takes people's names and addresses out of a text.
func hide(text string, names []string) string {
	return knowledge.HideNames(knowledge.Pseudonymise(text), names)
}

// via is by which servers a message's room is reached; nil if nobody else gets there.
func (k *lookup) via(ctx context.Context, room id.RoomID) ([]string, error) {
	if via, ok := k.rooms[room]; ok {
		return via, nil
	}
	via := []string(nil)
	r, err := store.RoomIn(ctx, k.q, room)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return nil, err
	}
	if err != nil || r.Direct == "" {
		if via, err = store.Via(ctx, k.q, room, ""); err != nil {
			return nil, err
		}
		if len(via) == 0 { // the message stayed in a room that was replaced
			via = append([]string{}, k.Page.via...)
		}
	}
	k.rooms[room] = via
	return via, nil
}

// names are what people are called who may be named in the texts.
func (k *lookup) names(ctx context.Context) error {
	seen, member := map[string]bool{}, k.phrases.Say(k.Lang, "digest_member")
	add := func(name string) {
		if name != "" && !seen[name] && name != member {
			seen[name] = true
			k.Page.names = append(k.Page.names, name)
		}
	}
	rooms := map[id.RoomID]bool{k.Room: true}
	for _, l := range k.Lines {
		add(l.Who)
		for _, s := range l.Sources {
			rooms[s.Room] = true
			if s.Author != "" {
				name, err := store.DisplayName(ctx, k.q, s.Room, s.Author)
				if err != nil {
					return err
				}
				add(name)
			}
		}
	}
	for room := range rooms {
		list, err := store.MemberNames(ctx, k.q, room)
		if err != nil {
			return err
		}
		for _, name := range list {
			add(name)
		}
	}
	return nil
}
