package offers

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"buffet/lang"
	"buffet/store"
)

// NextItems are an offer's dates that have not begun, cancelled ones too, in order.
func NextItems(o *store.Offer, now time.Time) ([]Item, error) { return comingItems(o, now) }

// ReadTime reads a new time for a date as people type it. What they leave out
// stays: the day ("15 Uhr"), the hours ("Freitag"), or how long it takes. now
// is in the zone of those who type. Errors are a *lang.Problem.
func ReadTime(language, text string, date Item, now time.Time) (lang.When, error) {
	loc := now.Location()
	start, end := date.Start.In(loc), date.End.In(loc)
	w, err := lang.ReadWhen(language, text, now)
	if p, ok := lang.AsProblem(err); ok && p.Key == "when_no_day" {
		w, err = lang.ReadWhen(language, start.Format("2.1.2006 ")+text, now)
	}
	if err != nil {
		return w, err
	}
	switch {
	case w.Open && !date.AllDay && w.Repeat.Freq != "":
		clock := start.Format(" 15:04")
		if end.After(start) && end.Sub(start) < wholeDay {
			clock += end.Format("-15:04")
		}
		if language == lang.German {
			clock += " Uhr"
		}
		return lang.ReadWhen(language, text+clock, now)
	case w.Open && !date.AllDay:
		w.AllDay, w.Open = false, false
		wall := icalWall(w.Start, loc).Add(icalWall(start, loc).Sub(icalWall(start, loc).Truncate(wholeDay)))
		w.Start = icalResolve(wall, loc)
		w.End = w.Start.Add(date.End.Sub(date.Start))
		if !w.Start.After(now) {
			return w, lang.Wrong("native_past")
		}
	case w.Open && end.After(start):
		w.End = icalResolve(icalWall(w.Start, loc).Add(icalWall(end, loc).Sub(icalWall(start, loc))), loc)
	case !w.AllDay && w.End.IsZero() && !date.AllDay:
		w.End = w.Start.Add(date.End.Sub(date.Start))
	}
	return w, nil
}

// Dates says which dates of a series are meant.
type Dates struct {
	Scope Scope // "": it was not said
	Date  Item  // one of them; of All the next one
	Last  bool  // there is but one to come
}

// ReadDates reads which dates of an offer are meant: "alle", "17.12.", "ab
// 17.12."; "" says nothing. Errors that are a *lang.Problem: no such date.
func ReadDates(language, text string, o *store.Offer, now time.Time) (Dates, error) {
	coming, err := comingItems(o, now)
	if err != nil {
		return Dates{}, err
	}
	d := Dates{Last: len(coming) < 2}
	for _, i := range coming { // what does not take place is only meant if it is said
		if i.Status == store.OfferActive || o.Status != store.OfferActive {
			d.Date = i
			break
		}
	}
	words := strings.Join(strings.Fields(fold(text, true)), " ")
	switch words {
	case "":
		if o.Rule == "" {
			d.Scope = All
		}
		return d, nil
	case "alle", "alles", "all", "alle termine", "all dates", "ganze reihe", "die ganze reihe", "the whole series", "whole series", "ab jetzt", "ab sofort", "from now on":
		d.Scope = All
		return d, nil
	}
	d.Scope = OnlyThis
	rest := strings.TrimSpace(text)
	if word, tail, cut := strings.Cut(rest, " "); cut && slices.Contains([]string{"ab", "from", "since", "seit"}, fold(word, true)) {
		d.Scope, rest = Following, strings.TrimSpace(tail)
	}
	for {
		word, tail, cut := strings.Cut(rest, " ")
		if !cut || !slices.Contains([]string{"nur", "only", "am", "on", "den", "dem", "der", "the"}, fold(word, true)) {
			break
		}
		rest = strings.TrimSpace(tail)
	}
	if w := fold(rest, true); nextOne(w) || w == "naechsten termin" || w == "next date" || w == "next one" {
		if d.Date.Key.IsZero() {
			return d, lang.Wrong("native_over", lang.Values{"Number": o.Number})
		}
		return d, nil
	}
	d.Date, err = dateOn(language, rest, o, coming, now)
	return d, err
}

// dateOn finds a date by its day, and by its hour if that was said.
func dateOn(language, text string, o *store.Offer, coming []Item, now time.Time) (Item, error) {
	w, err := lang.ReadWhen(language, text, now)
	if err != nil {
		return Item{}, err
	}
	loc := now.Location()
	var found []Item
	for _, i := range coming {
		start := i.Start.In(loc)
		if start.Format(icalDateForm) == w.Start.In(loc).Format(icalDateForm) && (w.AllDay || start.Equal(w.Start)) {
			found = append(found, i)
		}
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		var days []string
		for _, i := range coming[:min(len(coming), NextDates)] {
			days = append(days, lang.ShortDay(language, i.Start.In(loc), now))
		}
		return Item{}, lang.Wrong("native_no_such_date", lang.Values{"Number": o.Number, "Day": lang.Day(language, w.Start.In(loc)),
			"Days": cmp.Or(strings.Join(days, "; "), "–")})
	}
	return Item{}, lang.Wrong("native_two_dates", lang.Values{"Day": lang.Day(language, w.Start.In(loc)),
		"Hours": lang.Hours(language, found[0].Start.In(loc), found[0].Start.In(loc))})
}
