package lang

import (
	"slices"
	"strings"
	"time"
)

// FindWhen reads the date in a list that people separate by commas: "Kollegiale
// Beratung, Do, 3.12., 14 Uhr, Raum 5". used are the indices of the parts that
// it stands in, which need not lie side by side. Without any it is a Problem
// "when_none" and used is empty; a date that is to be asked back is its Problem,
// with the parts that it is about. The first part is never looked at if title is
// true: what something is called may be a date.
func FindWhen(lang string, parts []string, title bool, now time.Time) (w When, used []int, err error) {
	from := 0
	if title {
		from = 1
	}
	near, best, except := -1, 0, -1
	var broken []int // parts that say something of the date, and more
	var texts []string
	for i := from; i < len(parts); i++ {
		r, err := newWhenReader(lang, parts[i], now)
		if err != nil {
			continue // empty or far too long: no date
		}
		firm, whole := r.scan()
		behind := len(used) > 0 && used[len(used)-1] == i-1 // right behind a part of the date
		switch {
		case firm > 0 && whole:
			used, texts = append(used, i), append(texts, parts[i])
		case behind && (whole && r.length.set() || r.year()): // "3.12. 14 Uhr, 90 min", "December 3, 2026"
			used, texts = append(used, i), append(texts, parts[i])
		default:
			if !whole && (r.clock.set || r.rep.Freq != "" || r.toUntil()) {
				broken = append(broken, i)
			}
			if firm > best {
				near, best = i, firm
			}
			if !whole && firm == 0 && r.is(0, "ausser", "except") && r.except() {
				except = i
			}
		}
	}
	if len(used) == 0 && near >= 0 { // something like a date, with a word that is none
		used, texts = []int{near}, []string{parts[near]}
	}
	if len(used) == 0 {
		return w, nil, Wrong("when_none")
	}
	w, err = ReadWhen(lang, strings.Join(texts, ", "), now)
	for _, i := range broken {
		if err != nil || !w.lacks(lang, parts[i], now) {
			continue
		}
		if _, err = ReadWhen(lang, parts[i], now); err != nil {
			return When{}, []int{i}, err
		}
	}
	if err == nil && w.Repeat.Freq != "" && except >= 0 {
		used = append(used, except)
		slices.Sort(used)
		return When{}, used, Wrong("when_except", Values{"Series": shorten(strings.Join(texts, ", "))})
	}
	return w, used, err
}

// lacks tells whether a part with other words in it says what the date does
// not: its time ("3.12., 14 Uhr bei Anke"), its end, or how it comes again.
func (w When) lacks(lang, part string, now time.Time) bool {
	r, err := newWhenReader(lang, part, now)
	if err != nil {
		return false
	}
	end := r.toUntil()
	r.scan()
	return w.Open && r.clock.set || end && w.End.IsZero() || r.rep.Freq != "" && w.Repeat.Freq == ""
}

// toUntil tells whether the text begins like an end: "bis 16 Uhr".
func (r *whenReader) toUntil() bool {
	return r.toks[0].word() && slices.Contains(whenJoins, r.toks[0].text) && slices.ContainsFunc(r.toks, func(t whenToken) bool { return t.digits > 0 })
}

// scan reads as far as all is part of a date. firm counts what is hardly
// anything else: days, times, recurrences. A word of a zone alone is a place.
func (r *whenReader) scan() (firm int, whole bool) {
	for r.at < len(r.toks) {
		if r.skip() {
			continue
		}
		from := r.at
		ok, err := r.item()
		if err != nil { // asked back, so it is one
			return firm + 1, true
		}
		if !ok || r.at == from {
			return firm + r.firm(), false
		}
	}
	return firm + r.firm(), true
}

func (r *whenReader) firm() (n int) {
	name := r.first.month > 0 && r.first.day == 0 && len(r.toks) == 1 // "Jan", "August": rather who than when
	for _, said := range []bool{r.first.set() && !name, r.zone.loc != nil, r.last.set(), r.since.set(), r.clock.set, r.rep.Freq != "", r.wait > 0, r.whole, r.rep.Count > 0, r.part != 0} {
		if said {
			n++
		}
	}
	return n
}

// year tells whether the text is a year and nothing else.
func (r *whenReader) year() bool {
	return len(r.toks) == 1 && r.toks[0].digits == 4 && r.toks[0].n >= 1900 && r.toks[0].n <= 2200
}
