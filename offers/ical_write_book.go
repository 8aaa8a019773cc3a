package offers

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// icalNamed is a zone of a calendar that is written.
type icalNamed struct {
	tzid        string
	loc         *time.Location
	first, last int  // the years for which it is needed; last 0: for ever
	needed      bool // a time is written in it
	written     bool
}

// icalZoneBook are the zones of a calendar that is written, by what describes them.
type icalZoneBook map[string]*icalNamed

// add is the zone of a series, which is now known to be needed for its years.
func (b icalZoneBook) add(r Recurrence) (*icalNamed, error) {
	id := r.Zone + "\x00" + r.VTimezone
	z := b[id]
	if z == nil {
		loc, err := r.zone()
		if err != nil {
			return nil, err
		}
		z = &icalNamed{tzid: loc.String(), loc: loc}
		if r.VTimezone != "" {
			z.tzid = b.free(r.Zone)
		}
		b[id] = z
	}
	if z.written || z.loc == time.UTC {
		return z, nil
	}
	first, last, timed := r.years()
	if !timed {
		return z, nil
	}
	if !z.needed {
		z.needed, z.first, z.last = true, first, last
		return z, nil
	}
	z.first = min(z.first, first)
	if z.last = max(z.last, last); last == 0 {
		z.last = 0
	}
	return z, nil
}

// free is a name for a zone that only its description knows. Readers differ in what they undo in a name with marks in
// it, and would take a known name for the zone they know.
func (b icalZoneBook) free(name string) string {
	name = strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune(" +-()./_", r) {
			return r
		}
		return '-'
	}, icalOneLine(name, 60))
	name = cmp.Or(strings.Trim(name, " /"), "Zone")
	taken := func(name string) bool {
		_, _, known := icalNamedZone(name)
		for _, z := range b {
			known = known || z.tzid == name
		}
		return known
	}
	for n, plain := 2, name; taken(name); n++ {
		name = plain + " (" + strconv.Itoa(n) + ")"
	}
	return name
}

// inOrder are the zones that are needed, by name.
func (b icalZoneBook) inOrder() []*icalNamed {
	var out []*icalNamed
	for _, z := range b {
		if z.needed {
			out = append(out, z)
		}
	}
	slices.SortFunc(out, func(a, b *icalNamed) int { return cmp.Compare(a.tzid, b.tzid) })
	return out
}

// years are the first and last in which the series may have dates, last 0 if there is no end to be seen, and whether
// any has an hour.
func (r Recurrence) years() (first, last int, timed bool) {
	see := func(text string) {
		timed = timed || len(text) > len(icalDateForm)
		if len(text) < 4 {
			return
		}
		y, err := strconv.Atoi(text[:4])
		if err != nil {
			return
		}
		if first == 0 || y < first {
			first = y
		}
		last = max(last, y)
	}
	see(r.Start)
	for _, d := range r.Dates {
		see(d.Start)
	}
	for _, o := range r.Overrides {
		see(o.Key)
		see(o.Start)
		see(o.End)
	}
	last += 1 + r.Days/365 + int(r.Seconds/(365*86400))
	if r.Rule != "" {
		last = 0
	}
	return first, last, timed
}
