package offers

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"buffet/lang"
)

// Filter is which offers a room wants to see; schedules keep it as JSON.
type Filter struct {
	Days   int      `json:"days,omitempty"`   // how far ahead; 0: as far as is usual there
	Kind   string   `json:"kind,omitempty"`   // one of the Kind constants; "" for all
	Topics []string `json:"topics,omitempty"` // an offer must have one of them
	Words  []string `json:"words,omitempty"`  // each must be a topic or stand in title, description, host or place
	From   []string `json:"from,omitempty"`   // it must be of one of these hosts or sources
	Not    []string `json:"not,omitempty"`    // none must be its kind, a topic, or stand in title or host
}

// Query is what a person asked a list for: offers that are on between From and
// To (instants).
type Query struct {
	From, To time.Time
	Filter   Filter
	Period   Period
	Page     int       // from 1; 0 means 1
	Now      time.Time // when it was asked; zero means From
}

// Period is how a person put the time.
type Period string

// The periods that have a name; PeriodDays counts Filter.Days from now.
const (
	PeriodDays     Period = "days"
	PeriodToday    Period = "today"
	PeriodTomorrow Period = "tomorrow"
	PeriodNextWeek Period = "nextweek"
)

const (
	defaultDays = 30
	maxDays     = 400
	maxPage     = 1000
	maxWords    = 8
)

// ParseFilter reads what stands behind the command, words in any order and in
// either language: a period, a kind, a page, "von: …" and "ohne …"; every other
// word is looked for.
// now is the instant of asking, zone where a day begins. A number that makes
// no sense is a *lang.Problem. Without a period it is the next 30 days.
func ParseFilter(args []string, language string, now time.Time, zone *time.Location) (Query, error) {
	p := &filterParser{q: Query{Now: now, From: now, Period: PeriodDays, Page: 1, Filter: Filter{Days: defaultDays}}, language: language}
	for _, a := range args {
		p.args = append(p.args, strings.Fields(a)...)
	}
	for len(p.args) > 0 {
		n, err := p.one()
		if err != nil {
			return Query{}, err
		}
		p.args = p.args[n:]
	}
	if f := p.q.Filter; len(f.Words)+len(f.From)+len(f.Not) > maxWords {
		return Query{}, lang.Wrong("offer_too_many_words", lang.Values{"Max": maxWords})
	}
	p.q.bounds(zone)
	return p.q, nil
}

// bounds computes From and To.
func (q *Query) bounds(zone *time.Location) {
	y, m, d := q.Now.In(zone).Date()
	day := func(n int) time.Time { return time.Date(y, m, d+n, 0, 0, 0, 0, zone) }
	switch q.Period {
	case PeriodToday:
		q.To = day(1)
	case PeriodTomorrow:
		q.From, q.To = day(1), day(2)
	case PeriodNextWeek:
		monday := 7 - (int(q.Now.In(zone).Weekday())+6)%7
		q.From, q.To = day(monday), day(monday+7)
	default:
		q.To = q.Now.In(zone).AddDate(0, 0, q.Filter.Days)
	}
}

type filterParser struct {
	q        Query
	language string
	args     []string
}

func (p *filterParser) at(i int) string {
	if i < len(p.args) {
		return fold(p.args[i], true)
	}
	return ""
}

// one takes what stands first and tells how many words that were.
func (p *filterParser) one() (int, error) {
	word := p.at(0)
	if n := p.listed(word); n > 0 {
		return n, nil
	}
	if filler(word) {
		if unit(p.at(1)) == 7 && nextOne(word) {
			p.period(PeriodNextWeek, 7)
			return 2, nil
		}
		if n, _ := number(p.at(1)); n > 0 || unit(p.at(1)) > 0 || nextOne(p.at(1)) {
			return 1, nil
		}
	}
	if (word == "seite" || word == "page") && p.at(1) != "" {
		return 2, p.page(p.at(1))
	}
	if n, rest := number(word); n >= 0 {
		return p.count(n, rest)
	}
	switch word {
	case "heute", "today":
		p.period(PeriodToday, 1)
	case "morgen", "tomorrow":
		p.period(PeriodTomorrow, 1)
	case "woche", "week":
		p.period(PeriodDays, 7)
	case "monat", "month":
		p.period(PeriodDays, 30)
	default:
		if kind := KindOf(word); kind != "" {
			p.q.Filter.Kind = kind
		} else if word = strings.TrimFunc(p.args[0], punctuation); word != "" {
			p.q.Filter.Words = append(p.q.Filter.Words, word)
		}
	}
	return 1, nil
}

// listed takes "von: caritas, awo" and "ohne fortbildung, recht", and tells how
// many words that were; 0: it is neither. A comma or "und" goes on.
func (p *filterParser) listed(word string) int {
	list := &p.q.Filter.From
	switch key := strings.TrimSuffix(word, ":"); {
	case slices.Contains([]string{"ohne", "nicht", "kein", "keine", "without", "not", "no"}, key):
		list = &p.q.Filter.Not
	case key == word || !slices.Contains([]string{"von", "aus", "from", "by"}, key): // with a colon: "von" alone is a filler of many sentences
		return 0
	}
	n := 1
	for more := true; more && n < len(p.args); n++ {
		more = strings.HasSuffix(p.args[n], ",")
		if one := strings.TrimFunc(p.args[n], punctuation); one != "" {
			*list = append(*list, one)
		}
		if next := p.at(n + 1); next == "und" || next == "and" || next == "oder" || next == "or" {
			more = true
			n++
		}
	}
	return n
}

func (p *filterParser) period(period Period, days int) { p.q.Period, p.q.Filter.Days = period, days }

func (p *filterParser) page(word string) error {
	n, rest := number(word)
	if n < 1 || n > maxPage || rest != "" {
		return lang.Wrong("offer_page_range", lang.Values{"Max": maxPage})
	}
	p.q.Page = n
	return nil
}

// count takes "14 tage", "14tage" and "3 wochen"; a lone number is no period
// and hardly a word to look for.
func (p *filterParser) count(n int, rest string) (int, error) {
	taken := 1
	if rest == "" && unit(p.at(1)) > 0 {
		rest, taken = p.at(1), 2
	}
	days := unit(rest)
	switch {
	case days == 0 && (rest != "" || n > 999): // "2b", "2027"
		p.q.Filter.Words = append(p.q.Filter.Words, strings.TrimFunc(p.args[0], punctuation))
		return 1, nil
	case days == 0:
		return 0, lang.Wrong("offer_bare_number", lang.Values{"Number": n})
	case n < 1 || n > maxDays/days:
		return 0, lang.Wrong("offer_days_range", lang.Values{"Max": maxDays, "Weeks": maxDays / 7})
	}
	p.period(PeriodDays, n*days)
	return taken, nil
}

// number splits "14tage" into 14 and "tage"; -1 if there is no number.
func number(word string) (int, string) {
	i := strings.IndexFunc(word, func(r rune) bool { return r < '0' || r > '9' })
	if i < 0 {
		i = len(word)
	}
	if i == 0 {
		return -1, word
	}
	n, err := strconv.Atoi(word[:min(i, 9)])
	if err != nil {
		return -1, word
	}
	return n, word[i:]
}

func unit(word string) int {
	switch word {
	case "tag", "tage", "tagen", "day", "days":
		return 1
	case "woche", "wochen", "week", "weeks":
		return 7
	case "monat", "monate", "monaten", "month", "months":
		return 30
	}
	return 0
}

func nextOne(word string) bool {
	return slices.Contains([]string{"naechste", "naechster", "naechsten", "next"}, word)
}

func filler(word string) bool {
	return nextOne(word) || slices.Contains([]string{"die", "der", "diese", "dieser", "diesen", "kommende", "kommenden",
		"the", "this", "coming", "in", "den", "im"}, word)
}

func punctuation(r rune) bool { return strings.ContainsRune(`,;"'„“”»«`, r) }

// KindOf is the kind that a word names, in German or English, singular or
// plural, any case; "" if it names none.
func KindOf(word string) string {
	switch strings.TrimFunc(fold(word, true), punctuation) {
	case "information", "informationen", "info", "infos":
		return KindInformation
	case "fortbildung", "fortbildungen", "weiterbildung", "weiterbildungen", "schulung", "schulungen",
		"training", "trainings", "workshop", "workshops":
		return KindTraining
	case "austausch", "austausche", "exchange", "exchanges":
		return KindExchange
	case "hilfe", "hilfen", "help":
		return KindHelp
	}
	return ""
}
