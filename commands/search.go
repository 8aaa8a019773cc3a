package commands

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"

	"buffet/lang"
	"buffet/store"
)

const (
	maxFound   = 200 // hits that are put in order
	snippetLen = 200 // characters
	pastWeight = 0.4 // an offer that is over counts less than what can be used
)

// searchKinds are the words that limit a search to one kind.
func searchKinds() map[string][]string {
	q, e, o := []string{store.Question, store.Answer}, []string{store.Experience}, []string{store.OfferKind}
	a := []string{store.Answer}
	return map[string][]string{"frage": q, "fragen": q, "question": q, "questions": q, "antwort": a, "antworten": a, "answer": a,
		"answers": a, "erfahrung": e, "erfahrungen": e, "experience": e, "experiences": e, "angebot": o, "angebote": o, "offer": o, "offers": o}
}

// searchQuery is what stands behind "suche": all but the page, the same
// without the kind before it, and what that means.
func (c *Call) searchQuery() (all, typed string, query store.SearchQuery, page int) {
	page, words := c.page(strings.Fields(c.Tail))
	all = strings.Join(words, " ")
	typed = all
	var kinds []string
	if head, rest, ok := strings.Cut(typed, ":"); ok {
		if k := searchKinds()[fold(strings.TrimSpace(head))]; k != nil {
			kinds, typed = k, strings.TrimSpace(rest)
		}
	}
	query = store.ParseQuery(typed)
	query.Kinds = kinds
	return all, typed, query, page
}

// runSearch is "suche …".
func runSearch(ctx context.Context, tx *store.Tx, c *Call) (*Reply, error) {
	all, typed, query, page := c.searchQuery()
	if query.Text == "" && len(query.Prefixes) == 0 {
		return nil, c.wrong("know_search_empty")
	}
	scopes, err := c.scopes(ctx, tx)
	if err != nil {
		return nil, err
	}
	query.Scopes, query.Limit, query.Now = scopes, maxFound, c.Now
	hits, total, err := store.Search(ctx, tx, query)
	if err != nil {
		return nil, err
	}
	found, err := c.order(ctx, tx, hits)
	if err == nil {
		found, err = c.fuse(ctx, tx, found, query)
	}
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return c.nothingFound(typed), nil
	}
	total += len(found) - len(hits)
	from := min((page-1)*perPage, len(found))
	if from == len(found) {
		return nil, c.wrong("know_search_page")
	}
	text := c.say("know_search_head", lang.Values{"Words": short(typed)})
	for _, f := range found[from:min(from+perPage, len(found))] {
		text.Line().Line()
		if err := c.showFound(ctx, tx, text, f); err != nil {
			return nil, err
		}
	}
	again := c.Command.Name(c.Lang) + " " + shorten(all, 120)
	c.more(text, min(total, len(found)), page, again)
	return &Reply{Text: text}, nil
}

func (c *Call) nothingFound(typed string) *Reply {
	ask := c.Table.word("frage", c.Lang)
	prefix := c.Prefix
	if c.Direct {
		prefix = "!"
		if len(c.Networks) > 0 {
			prefix = ShownPrefix(c.Networks[0].Prefix)
		}
	}
	return &Reply{Text: c.say("know_search_none", lang.Values{"Words": short(typed), "Command": prefix + ask + " " + shorten(typed, 120)})}
}

// found is a hit with what is shown of it.
type found struct {
	store.SearchHit
	next store.Occurrence // of an offer: its next date, or its last
	past bool
	help string // store.HelpNeed or HelpGive; "" for what has dates
}

// order puts offers that are over behind what can be used.
func (c *Call) order(ctx context.Context, tx *store.Tx, hits []store.SearchHit) ([]found, error) {
	list := make([]found, 0, len(hits))
	for _, h := range hits {
		f := found{SearchHit: h}
		if h.Kind == store.OfferKind {
			date, err := store.NextDate(ctx, tx, h.ID, c.Now)
			if err != nil {
				return nil, err
			}
			if date.End.IsZero() { // what is looked for, or to be given, has none and is not over
				o, err := store.OfferByID(ctx, tx, h.ID)
				if err != nil {
					return nil, err
				}
				f.help = o.Help
			}
			if f.next, f.past = date, date.End.Before(c.Now) && f.help == ""; f.past {
				f.Score *= pastWeight
			}
		}
		list = append(list, f)
	}
	sortFound(list)
	return list, nil
}

func sortFound(list []found) {
	slices.SortStableFunc(list, func(a, b found) int { return cmp.Compare(b.Score, a.Score) })
}

func (c *Call) showFound(ctx context.Context, tx *store.Tx, text *lang.Text, f found) error {
	if f.Kind == store.OfferKind {
		return c.showOffer(ctx, tx, text, f)
	}
	q, err := store.ContributionByID(ctx, tx, f.ID)
	if err != nil {
		return err
	}
	head := c.Table.phrases.Say(c.Lang, "know_kind_"+q.Kind)
	if n := c.label(q); n != "" {
		head += " " + n
	}
	text.Bold(head).Raw(" · " + lang.ShortDay(c.Lang, q.Sent.In(c.zone()), c.Now.In(c.zone())))
	if q.Name != "" {
		text.Raw(" · " + q.Name)
	}
	if !q.Closed.IsZero() {
		text.Raw(" · ").Add(c.say("know_answered"))
	}
	text.Line()
	if q.Title != "" {
		c.snippet(text, q.Title, f.Words)
		text.Line()
	}
	c.snippet(text, q.Body, f.Words)
	a, err := c.bestAnswer(ctx, tx, f)
	if err != nil {
		return err
	}
	if a.ID != 0 {
		text.Line().Raw("↳ ")
		c.snippet(text, a.Body, f.Words)
		if a.Name != "" {
			text.Raw(" (" + a.Name + ")")
		}
	}
	return c.link(ctx, tx, text, q)
}

// bestAnswer is the answer to show with a question: the one that was found, or
// else the first that the asker may see. The others are behind the link.
func (c *Call) bestAnswer(ctx context.Context, tx *store.Tx, f found) (store.Contribution, error) {
	if len(f.Answers) > 0 {
		return store.ContributionByID(ctx, tx, f.Answers[0])
	}
	if f.Kind != store.Question {
		return store.Contribution{}, nil
	}
	list, err := store.AnswersTo(ctx, tx, f.ID)
	if err != nil {
		return store.Contribution{}, err
	}
	for _, a := range list {
		if see, err := c.sees(ctx, tx, a); err != nil || see {
			return a, err
		}
	}
	return store.Contribution{}, nil
}

func (c *Call) showOffer(ctx context.Context, tx *store.Tx, text *lang.Text, f found) error {
	o, err := store.OfferByID(ctx, tx, f.ID)
	if err != nil {
		return err
	}
	text.Bold(c.Table.phrases.Say(c.Lang, "know_kind_offer", lang.Values{"Number": o.Number}))
	if !f.next.Start.IsZero() {
		text.Raw(" · " + lang.ShortDay(c.Lang, f.next.Start.In(c.zone()), c.Now.In(c.zone())))
		if f.past {
			text.Raw(" · ").Add(c.say("know_over"))
		}
	}
	if f.help != "" {
		text.Raw(" · ").Add(c.say("offer_help_" + f.help))
	}
	text.Line()
	c.snippet(text, o.Title, f.Words)
	if o.Description != "" {
		text.Line()
		c.snippet(text, o.Description, f.Words)
	}
	text.Raw(" · ").Code(c.Prefix + c.Table.word("angebot", c.Lang) + " " + strconv.Itoa(o.Number))
	return nil
}

// snippet adds the part of a text that was found, its words in bold.
func (c *Call) snippet(text *lang.Text, body string, words map[string]bool) {
	for _, p := range lang.Snippet(body, func(t lang.Token) bool { return words[t.Word] }, snippetLen) {
		if p.Bold {
			text.Bold(p.Text)
		} else {
			text.Raw(p.Text)
		}
	}
}
