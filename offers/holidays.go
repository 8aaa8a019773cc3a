package offers

import (
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/rickar/cal/v2"
	"github.com/rickar/cal/v2/at"
	"github.com/rickar/cal/v2/ch"
	"github.com/rickar/cal/v2/de"

	"buffet/lang"
	"buffet/store"
)

// Region is where public holidays are the same.
type Region struct {
	Code  string            // ISO 3166-2
	Names map[string]string // by language
	also  []string          // further names that people type
	days  []*cal.Holiday
}

// Name is what a region is called in a language.
func (r *Region) Name(language string) string {
	if name, ok := r.Names[language]; ok {
		return name
	}
	return r.Names[lang.German]
}

// Regions are those whose public holidays are known.
func Regions() []Region {
	one := func(code, german, english string, days []*cal.Holiday, also ...string) Region {
		return Region{code, map[string]string{lang.German: german, lang.English: english}, also, days}
	}
	return []Region{
		one("DE", "Deutschland", "Germany", de.Holidays, "bundesweit", "brd"),
		one("DE-BW", "Baden-Württemberg", "Baden-Württemberg", de.HolidaysBW, "bawue"),
		one("DE-BY", "Bayern", "Bavaria", de.HolidaysBY),
		one("DE-BE", "Berlin", "Berlin", de.HolidaysBE),
		one("DE-BB", "Brandenburg", "Brandenburg", de.HolidaysBB),
		one("DE-HB", "Bremen", "Bremen", de.HolidaysHB),
		one("DE-HH", "Hamburg", "Hamburg", de.HolidaysHH),
		one("DE-HE", "Hessen", "Hesse", de.HolidaysHE),
		one("DE-MV", "Mecklenburg-Vorpommern", "Mecklenburg-Western Pomerania", slices.Concat(de.HolidaysMV, []*cal.Holiday{de.Frauentag}), // since 2023
			"meckpomm", "mecpom"),
		one("DE-NI", "Niedersachsen", "Lower Saxony", de.HolidaysNI, "nds"),
		one("DE-NW", "Nordrhein-Westfalen", "North Rhine-Westphalia", de.HolidaysNW, "nrw"),
		one("DE-RP", "Rheinland-Pfalz", "Rhineland-Palatinate", de.HolidaysRP, "rlp"),
		one("DE-SL", "Saarland", "Saarland", de.HolidaysSL),
		one("DE-SN", "Sachsen", "Saxony", de.HolidaysSN),
		one("DE-ST", "Sachsen-Anhalt", "Saxony-Anhalt", de.HolidaysST, "lsa"),
		one("DE-SH", "Schleswig-Holstein", "Schleswig-Holstein", de.HolidaysSH),
		one("DE-TH", "Thüringen", "Thuringia", de.HolidaysTH),
		one("AT", "Österreich", "Austria", at.Holidays),
		// the library's list for all of Switzerland has days that few cantons keep; these four all do
		one("CH", "Schweiz", "Switzerland", []*cal.Holiday{ch.Neujahr, ch.Auffahrt, ch.Bundesfeiertag, ch.Weihnachtstag}),
	}
}

// RegionOf is the region of a code; false if it is none of ours.
func RegionOf(code string) (Region, bool) {
	list := Regions()
	if at := slices.IndexFunc(list, func(r Region) bool { return r.Code == code }); at >= 0 {
		return list[at], true
	}
	return Region{}, false
}

// ParseRegion reads a region as people type it: "NRW", "Bayern", "de-by"; its
// code is "" for "aus", "off" and their like. It is not ok if there is no such region.
func ParseRegion(text string) (code string, ok bool) {
	bare := func(s string) string {
		return strings.Map(func(r rune) rune {
			if unicode.IsLetter(r) {
				return r
			}
			return -1
		}, fold(s, true))
	}
	typed := bare(text)
	if slices.Contains([]string{"aus", "off", "keine", "kein", "none", "nein", "no"}, typed) {
		return "", true
	}
	for _, r := range Regions() {
		names := append([]string{r.Code, r.Names[lang.German], r.Names[lang.English]}, r.also...)
		if _, state, found := strings.Cut(r.Code, "-"); found {
			names = append(names, state)
		}
		if typed != "" && slices.ContainsFunc(names, func(name string) bool { return bare(name) == typed }) {
			return r.Code, true
		}
	}
	return "", false
}

// holidays are a region's days off of some years, as "20060102".
func (r *Region) holidays(first, last int) map[string]bool {
	days := map[string]bool{}
	for year := first; year <= last; year++ {
		for _, h := range r.days {
			if day, _ := h.Calc(year); !day.IsZero() {
				days[day.Format(icalDateForm)] = true
			}
		}
	}
	return days
}

// Public holidays are looked up so far around what is laid out.
const (
	holidaysBack  = 2 * 365 * 24 * time.Hour
	holidaysAhead = 2 * 365 * 24 * time.Hour
)

// withHolidays takes the dates of a series out that fall on a public holiday of
// its offer's region. What somebody put there by hand stays.
func withHolidays(o *store.Offer, r Recurrence) (Recurrence, error) {
	region, known := RegionOf(o.Holidays)
	if !known || r.Rule == "" {
		return r, nil
	}
	loc, err := r.zone()
	if err != nil {
		return r, err
	}
	t := &timetable{Recurrence: r, offer: o, loc: loc}
	from, to := o.Expanded.Add(-holidaysBack), o.Expanded.Add(holidaysAhead)
	if o.Expanded.IsZero() {
		return r, nil // nothing is laid out
	}
	days := region.holidays(from.Year()-1, to.Year()+1)
	dates, err := expand(r, from, to)
	if err != nil {
		return r, err
	}
	r.Except, r.Overrides = slices.Clone(r.Except), slices.Clone(r.Overrides)
	for _, d := range dates {
		if !days[icalWall(d.Start, loc).Format(icalDateForm)] {
			continue
		}
		if t.index(d.Key, true) >= 0 && t.index(d.Key, false) < 0 { // an exception would not reach the first date of a change for good
			off := t.override(d)
			off.Cancelled = true
			r.Overrides = append(r.Overrides, off)
			continue
		}
		r.Except = append(r.Except, d.Key.UTC().Format(icalUTCForm)) // does nothing to a date that was changed alone
	}
	return r, nil
}
