package offers

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	icalMaxZone    = 32 << 10 // bytes of one VTIMEZONE
	icalZoneEnd    = 2100     // a VTIMEZONE is evaluated up to this year
	icalMaxOnsets  = 1_000    // changes of one STANDARD or DAYLIGHT
	icalMaxOffsets = 30       // different offsets of one VTIMEZONE
)

// errIcalZone: the calendar names a zone that nobody knows.
var errIcalZone = errors.New("unknown time zone")

// icalZone is a time zone: by an IANA name, or by the VTIMEZONE that describes it.
type icalZone struct {
	name string
	loc  *time.Location
	text string // VTIMEZONE, if the zone is not an IANA one
}

type icalZoneResult struct {
	zone icalZone
	err  error
}

// icalZones finds the zones of one file.
type icalZones struct {
	texts map[string]string
	known map[string]icalZoneResult
}

// find resolves a TZID: an IANA name, a Windows name, an IANA name behind a vendor's prefix, else the VTIMEZONE.
func (z *icalZones) find(tzid string) (icalZone, error) {
	if r, ok := z.known[tzid]; ok {
		return r.zone, r.err
	}
	var r icalZoneResult
	r.zone, r.err = z.load(tzid)
	if len(z.known) < 1000 {
		z.known[tzid] = r
	}
	return r.zone, r.err
}

func (z *icalZones) load(tzid string) (icalZone, error) {
	if name, loc, ok := icalNamedZone(tzid); ok {
		return icalZone{name: name, loc: loc}, nil
	}
	text, ok := z.texts[tzid]
	if !ok {
		return icalZone{}, fmt.Errorf("%w %q", errIcalZone, tzid)
	}
	// X-LIC-LOCATION is libical's way to say which IANA zone a VTIMEZONE stands for.
	for line := range strings.SplitSeq(text, "\n") {
		if p := icalParse(line); p.name == "X-LIC-LOCATION" {
			if name, loc, ok := icalNamedZone(strings.TrimSpace(p.value)); ok {
				return icalZone{name: name, loc: loc}, nil
			}
		}
	}
	loc, err := icalDescribedZone(tzid, text)
	if err != nil {
		return icalZone{}, err
	}
	return icalZone{name: tzid, loc: loc, text: text}, nil
}

// icalNamedZone finds a zone by name alone.
func icalNamedZone(tzid string) (string, *time.Location, bool) {
	if loc, ok := icalIANA(tzid); ok {
		return loc.String(), loc, true
	}
	if name, ok := icalWindowsZone(tzid); ok {
		if loc, ok := icalIANA(name); ok {
			return name, loc, true
		}
	}
	if strings.EqualFold(tzid, "tzone://Microsoft/Utc") || strings.EqualFold(tzid, "Z") {
		return "UTC", time.UTC, true
	}
	// "/freeassociation.sourceforge.net/Europe/Berlin", "/citadel.org/20210210_1/Europe/Berlin": try what follows each
	// slash, as long as it has one itself.
	for rest := tzid; strings.HasPrefix(tzid, "/"); {
		_, after, _ := strings.Cut(rest, "/")
		if !strings.Contains(after, "/") {
			break
		}
		if loc, ok := icalIANA(after); ok {
			return after, loc, true
		}
		rest = after
	}
	return "", nil, false
}

// icalIANA loads a zone of the IANA database. Names that mean this computer's zone, or one with leap seconds, are none.
func icalIANA(name string) (*time.Location, bool) {
	if name == "" || len(name) > 60 || name[0] < 'A' || name[0] > 'Z' || name == "Local" || name == "Factory" {
		return nil, false
	}
	if name == "Etc/UTC" || name == "UTC" {
		return time.UTC, true
	}
	loc, err := time.LoadLocation(name)
	return loc, err == nil
}

// icalOnset is the instant at which an offset begins.
type icalOnset struct {
	at   int64 // Unix seconds
	from int
	to   icalOffset
}

type icalOffset struct {
	secs int
	dst  bool
}

// icalDescribedZone evaluates a VTIMEZONE (RFC 5545 3.6.5) exactly, up to the year 2100.
func icalDescribedZone(name, text string) (*time.Location, error) {
	var onsets []icalOnset
	var block []icalProp
	for line := range strings.SplitSeq(text, "\n") {
		switch p := icalParse(line); p.name {
		case "BEGIN":
			block = nil
		case "END":
			on, err := icalOnsets(block, strings.EqualFold(p.value, "DAYLIGHT"))
			if err != nil {
				return nil, fmt.Errorf("evaluate time zone %q: %w", name, err)
			}
			if onsets = append(onsets, on...); len(onsets) > 5*icalMaxOnsets {
				return nil, fmt.Errorf("evaluate time zone %q: too many changes", name)
			}
		default:
			block = append(block, p)
		}
	}
	if len(onsets) == 0 {
		return nil, fmt.Errorf("evaluate time zone %q: no STANDARD or DAYLIGHT", name)
	}
	slices.SortStableFunc(onsets, func(a, b icalOnset) int { return int(min(max(a.at-b.at, -1), 1)) })
	data, err := icalTZif(onsets)
	if err != nil {
		return nil, fmt.Errorf("evaluate time zone %q: %w", name, err)
	}
	return time.LoadLocationFromTZData(name, data)
}

// icalOnsets lists the instants at which one STANDARD or DAYLIGHT begins to hold.
func icalOnsets(block []icalProp, dst bool) ([]icalOnset, error) {
	var start time.Time
	var rule icalRule
	var from, to int
	var okStart, okFrom, okTo bool
	var walls []time.Time
	for _, p := range block {
		v := strings.ToUpper(strings.TrimSpace(p.value))
		switch p.name {
		case "DTSTART":
			start, _, okStart = icalParseTime(v)
		case "TZOFFSETFROM":
			from, okFrom = icalParseOffset(v)
		case "TZOFFSETTO":
			to, okTo = icalParseOffset(v)
		case "RRULE":
			var skip *icalSkip
			if rule, skip = icalParseRule(v); skip != nil {
				return nil, skip
			}
		case "RDATE":
			for s := range strings.SplitSeq(v, ",") {
				s, _, _ = strings.Cut(s, "/")
				if w, _, ok := icalParseTime(s); ok && len(walls) < icalMaxOnsets {
					walls = append(walls, w)
				}
			}
		}
	}
	if !okStart || !okFrom || !okTo {
		return nil, errors.New("DTSTART, TZOFFSETFROM or TZOFFSETTO missing or malformed")
	}
	at := func(w time.Time) int64 { return w.Unix() - int64(from) }
	hi := time.Date(icalZoneEnd, 1, 1, 0, 0, 0, 0, time.UTC)
	past := func(w time.Time) bool {
		return rule.untilUTC && at(w) > rule.until.Unix() || !rule.untilUTC && !rule.until.IsZero() && w.After(rule.until)
	}
	walls = append(walls, start)
	if rule.text != "" {
		err := rule.each(start, start, hi, func(w time.Time) bool {
			if past(w) || len(walls) > 2*icalMaxOnsets {
				return false
			}
			walls = append(walls, w)
			return true
		})
		if err != nil {
			return nil, err
		}
	}
	if len(walls) > 2*icalMaxOnsets {
		return nil, errors.New("too many changes")
	}
	out := make([]icalOnset, 0, len(walls))
	for _, w := range walls {
		out = append(out, icalOnset{at: at(w), from: from, to: icalOffset{to, dst}})
	}
	return out, nil
}

// icalParseOffset reads a UTC offset, "+0100" or "-003045" (RFC 5545 3.3.14), in seconds.
func icalParseOffset(v string) (int, bool) {
	if len(v) != 5 && len(v) != 7 || v[0] != '+' && v[0] != '-' {
		return 0, false
	}
	n, err := strconv.ParseUint((v[1:] + "00")[:6], 10, 32)
	h, m, s := int(n)/10000, int(n)/100%100, int(n)%100
	if err != nil || h > 23 || m > 59 || s > 59 {
		return 0, false
	}
	secs := h*3600 + m*60 + s
	if v[0] == '-' {
		secs = -secs
	}
	return secs, true
}

// icalTZif writes onsets, in order, as a time zone file (RFC 8536, version 2 with an empty first part), which is how
// the time package takes a zone of one's own. Before the first onset its TZOFFSETFROM holds.
func icalTZif(onsets []icalOnset) ([]byte, error) {
	types := []icalOffset{{secs: onsets[0].from}}
	var times, index []byte
	for i, o := range onsets {
		if i+1 < len(onsets) && onsets[i+1].at == o.at {
			continue // of two that begin at once, the later in the file holds
		}
		n := slices.Index(types[1:], o.to) + 1 // type 0 belongs to the time before all onsets
		if n == 0 {
			if n = len(types); n > icalMaxOffsets {
				return nil, errors.New("too many offsets")
			}
			types = append(types, o.to)
		}
		times = binary.BigEndian.AppendUint64(times, uint64(o.at))
		index = append(index, byte(n))
	}
	var zones, names []byte
	for _, t := range types {
		zones = binary.BigEndian.AppendUint32(zones, uint32(int32(t.secs)))
		zones = append(zones, 0, byte(len(names)))
		if t.dst {
			zones[len(zones)-2] = 1
		}
		sign, s := '+', t.secs
		if s < 0 {
			sign, s = '-', -s
		}
		names = append(names, fmt.Sprintf("%c%02d%02d\x00", sign, s/3600, s/60%60)...)
	}
	head := append([]byte("TZif2"), make([]byte, 15)...)
	out := append(slices.Clone(head), make([]byte, 24)...)
	out = append(out, head...)
	for _, n := range []int{0, 0, 0, len(index), len(types), len(names)} {
		out = binary.BigEndian.AppendUint32(out, uint32(n))
	}
	return append(slices.Concat(out, times, index, zones, names), "\n\n"...), nil
}
