package offers

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"buffet/lang"
	"buffet/store"
)

// ListSize is how many offers one answer shows: a phone's screen.
const ListSize = 8

// cancelledAhead is how far ahead a list still says that a date is off.
const cancelledAhead = 14 * 24 * time.Hour

// List is a network's offers in the query's period, in order of their start,
// those that are running included, withdrawn ones never, and how many there
// are on all pages. limit is the size of a page; below 0: all.
func List(ctx context.Context, q store.Querier, network string, query Query, limit int) ([]Item, int, error) {
	now := query.Now
	if now.IsZero() {
		now = query.From
	}
	items, total, err := list(ctx, q, store.Window{Network: network, Kind: query.Filter.Kind, From: query.From, To: query.To,
		Cancelled: now.Add(cancelledAhead)}, query.Filter, limit, (max(query.Page, 1)-1)*max(limit, 0))
	if err != nil {
		return nil, 0, err
	}
	return items, total, countPlaces(ctx, q, items)
}

func list(ctx context.Context, q store.Querier, w store.Window, f Filter, limit, offset int) ([]Item, int, error) {
	m := newMatcher(f)
	var dates []store.OfferDate
	var total int
	var err error
	if m.all() {
		if total, err = store.CountDates(ctx, q, w); err != nil {
			return nil, 0, err
		}
		dates, err = store.OfferDates(ctx, q, w, limit, offset)
	} else {
		dates, total, err = search(ctx, q, w, m, limit, offset)
	}
	if err != nil {
		return nil, 0, err
	}
	items := make([]Item, len(dates))
	for i := range dates {
		items[i] = newItem(&dates[i].Offer, dates[i].Date)
	}
	return items, total, nil
}

// search looks at each offer once, however many dates it has.
func search(ctx context.Context, q store.Querier, w store.Window, m *matcher, limit, offset int) (page []store.OfferDate, total int, err error) {
	offers, err := store.WindowOffers(ctx, q, w)
	if err != nil {
		return nil, 0, err
	}
	all, err := store.WindowDates(ctx, q, w)
	if err != nil {
		return nil, 0, err
	}
	same := make(map[int64]bool, len(offers)) // whether dates match that do not differ from their offer
	all = slices.DeleteFunc(all, func(d store.Occurrence) bool {
		o := offers[d.Offer]
		if o == nil {
			return true // new since they were read
		}
		if d.Title != "" || d.Location != "" {
			return !m.matches(&store.OfferDate{Offer: *o, Date: d})
		}
		matches, known := same[d.Offer]
		if !known {
			matches = m.matches(&store.OfferDate{Offer: *o, Date: d})
			same[d.Offer] = matches
		}
		return !matches
	})
	slices.SortFunc(all, func(x, y store.Occurrence) int {
		return cmp.Or(x.Start.Compare(y.Start), cmp.Compare(offers[x.Offer].Number, offers[y.Offer].Number), x.Key.Compare(y.Key))
	})
	total = len(all)
	all = all[min(offset, total):]
	if limit >= 0 && len(all) > limit {
		all = all[:limit]
	}
	for _, d := range all {
		page = append(page, store.OfferDate{Offer: *offers[d.Offer], Date: d})
	}
	return page, total, nil
}

// RenderList is the answer to "angebote": the page's items, and how to see the
// rest or, if there is nothing, more.
func RenderList(v View, query Query, items []Item, total int) *lang.Text {
	t := new(lang.Text)
	if len(items) == 0 {
		return v.empty(t, query, total)
	}
	items = items[:min(len(items), ListSize)]
	t.Say(v.say("offer_list_head", lang.Values{"Period": v.period(query)}))
	for _, i := range items {
		v.item(t.Line(), i)
	}
	if rest := total - (max(query.Page, 1)-1)*ListSize - len(items); rest > 0 {
		query.Page = max(query.Page, 1) + 1
		t.Line().Say(v.say("offer_more", lang.Values{"Count": rest, "Command": v.command(query)}))
	}
	return t
}

func (v View) empty(t *lang.Text, query Query, total int) *lang.Text {
	if total > 0 {
		query.Page = 1
		return t.Say(v.say("offer_page_empty", lang.Values{"Command": v.command(query)}))
	}
	key := "offer_none"
	if f := query.Filter; f.Kind != "" || !newMatcher(f).all() {
		key = "offer_none_such"
	}
	t.Say(v.say(key, lang.Values{"Period": v.period(query)}))
	wider, reach := query, query.Filter.Days
	wider.Page, wider.Period = 1, PeriodDays
	if query.Period == PeriodNextWeek || query.Period == PeriodTomorrow {
		reach *= 2 // it ends that far from now
	}
	for _, wider.Filter.Days = range []int{7, 30, 90, 365} {
		if wider.Filter.Days > reach {
			return t.Raw(" ").Say(v.say("offer_wider", lang.Values{"Command": v.command(wider)}))
		}
	}
	return t
}

// period is the query's time in words.
func (v View) period(q Query) string {
	switch q.Period {
	case PeriodToday, PeriodTomorrow, PeriodNextWeek:
		return v.say("offer_period_" + string(q.Period))
	}
	return v.say("offer_period_days", lang.Values{"Count": q.Filter.Days})
}

// command is what to type for this query.
func (v View) command(q Query) string {
	words := []string{v.Prefix + v.say("offer_command_list")}
	switch {
	case q.Period == PeriodToday, q.Period == PeriodTomorrow, q.Period == PeriodNextWeek:
		words = append(words, v.say("offer_word_"+string(q.Period)))
	case q.Filter.Days == 7:
		words = append(words, v.say("offer_word_week"))
	case q.Filter.Days == defaultDays:
		words = append(words, v.say("offer_word_month"))
	default:
		words = append(words, strconv.Itoa(q.Filter.Days), v.say("offer_word_days"))
	}
	if q.Filter.Kind != "" {
		words = append(words, strings.ToLower(v.kind(q.Filter.Kind)))
	}
	for _, w := range q.Filter.Words {
		words = append(words, strings.ReplaceAll(w, "@", ""))
	}
	for _, list := range []struct {
		key   string
		words []string
	}{{"offer_word_from", q.Filter.From}, {"offer_word_without", q.Filter.Not}} {
		if len(list.words) > 0 {
			words = append(words, v.say(list.key), strings.ReplaceAll(strings.Join(list.words, ", "), "@", ""))
		}
	}
	if len(q.Filter.Topics) == 1 {
		words = append(words, strings.ReplaceAll(q.Filter.Topics[0], "@", ""))
	}
	if q.Page > 1 {
		words = append(words, v.say("offer_word_page"), strconv.Itoa(q.Page))
	}
	return strings.Join(words, " ")
}
