package lang

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// Words say a date in full: "Donnerstag, 3. Dezember 2026, 14:00–15:30 Uhr",
// and how it comes again. home is the zone of those who read it; where the
// date's own differs, both are said.
func (w When) Words(p *Phrases, lang string, home *time.Location) string {
	words := Span(lang, w.Start, w.End, w.AllDay)
	if w.AllDay && !w.Open && !w.End.After(w.Start.AddDate(0, 0, 1)) {
		words = p.Say(lang, "when_all_day", Values{"When": words})
	}
	if here := w.Start.In(home); w.Zone != home.String() {
		_, a := w.Start.Zone()
		_, b := here.Zone()
		if w.AllDay || a == b {
			words = p.Say(lang, "when_there", Values{"When": words, "Zone": w.Zone})
		} else {
			words = p.Say(lang, "when_there_here", Values{"When": words, "Zone": w.Zone, "Here": Span(lang, here, inZone(w.End, home), false)})
		}
	}
	if w.Repeat.Freq == "" {
		return words
	}
	words = p.Say(lang, "when_series", Values{"Rule": w.Repeat.Words(p, lang), "When": words})
	switch {
	case w.Repeat.Count > 0:
		words = p.Say(lang, "when_series_count", Values{"Series": words, "Count": w.Repeat.Count})
	case !w.Repeat.Until.IsZero():
		words = p.Say(lang, "when_series_until", Values{"Series": words, "Until": Day(lang, w.Repeat.Until)})
	}
	return words
}

func inZone(t time.Time, zone *time.Location) time.Time {
	if t.IsZero() {
		return t
	}
	return t.In(zone)
}

// Words say on which days a date comes again: "jeden Dienstag"; "" for once.
func (r Repeat) Words(p *Phrases, lang string) string {
	lang = known(lang)
	v := Values{"Count": max(1, r.Every), "Days": r.dayWords(p, lang)}
	switch r.Freq {
	case "DAILY":
		return p.Say(lang, "when_rule_day", v)
	case "WEEKLY":
		return p.Say(lang, "when_rule_week", v)
	case "MONTHLY":
		if len(r.Nth) > 0 {
			return p.Say(lang, "when_rule_nth", v)
		}
		return p.Say(lang, "when_rule_month", v)
	case "YEARLY":
		v["Month"] = months[lang][max(1, r.Month)-1]
		return p.Say(lang, "when_rule_year", v)
	}
	return ""
}

// dayWords are the days in words: "Dienstag und Donnerstag", "1. Montag",
// "1. und 15.".
func (r Repeat) dayWords(p *Phrases, lang string) string {
	var days, numbers []string
	for _, d := range sortedDays(r.Days) {
		days = append(days, weekdays[lang][d])
	}
	list := slices.Concat(r.Nth, r.MonthDays)
	slices.SortFunc(list, func(a, b int) int { return (a+64)%64 - (b+64)%64 }) // the last comes last
	for _, n := range list {
		switch {
		case n > 0:
			numbers = append(numbers, ordinal(lang, n))
		case len(r.Nth) > 0:
			numbers = append(numbers, p.Say(lang, "when_last"))
		default:
			numbers = append(numbers, p.Say(lang, "when_last_day"))
		}
	}
	and := p.Say(lang, "when_and")
	return strings.TrimSpace(enumerate(numbers, and) + " " + enumerate(days, and))
}

func enumerate(list []string, and string) string {
	if len(list) < 2 {
		return strings.Join(list, "")
	}
	last := len(list) - 1
	return strings.Join(list[:last], ", ") + " " + and + " " + list[last]
}

// ordinal is "3." or "3rd".
func ordinal(lang string, n int) string {
	s := strconv.Itoa(n)
	if lang != English {
		return s + "."
	}
	switch {
	case n%100 >= 11 && n%100 <= 13:
	case n%10 == 1:
		return s + "st"
	case n%10 == 2:
		return s + "nd"
	case n%10 == 3:
		return s + "rd"
	}
	return s + "th"
}
