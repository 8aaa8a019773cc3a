package offers

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"time"

	"buffet/store"
)

// The bounds of a calendar read from outside. Bytes are counted while reading, events before they are understood.
const (
	icalMaxBytes  = 16 << 20
	icalMaxEvents = 20_000
	icalMaxValues = 2_000 // EXDATE and RDATE values of one event
	icalMaxProps  = 400_000
	icalMaxLength = 731 * 24 * time.Hour
	icalMinYear   = 1970
	icalYearsOn   = 20
)

var (
	// ErrTooLarge is returned for a calendar of more than 16 MiB (after decompression, when it was fetched).
	ErrTooLarge = errors.New("calendar is larger than 16 MiB")
	// ErrTooMany is returned for a calendar of more than 20,000 events.
	ErrTooMany = errors.New("calendar holds more than 20,000 events")
	// ErrNotCalendar is returned for what does not begin with BEGIN:VCALENDAR: an HTML page, binary data, nothing.
	ErrNotCalendar = errors.New("not an iCalendar file")
)

// Reason says why an event was left out. It is the key of a phrase.
type Reason string

// The reasons for leaving out an event.
const (
	ReasonTooFrequent    Reason = "skip_too_frequent"     // finer than daily, or more than 8 times a day
	ReasonYear           Reason = "skip_year"             // before 1970 or more than 20 years ahead
	ReasonNoStart        Reason = "skip_no_start"         // no DTSTART
	ReasonZone           Reason = "skip_zone"             // a TZID that is neither known nor described
	ReasonRule           Reason = "skip_rule"             // an RRULE that cannot be understood
	ReasonEndBeforeStart Reason = "skip_end_before_start" // DTEND before DTSTART, or a negative DURATION
	ReasonBadValue       Reason = "skip_bad_value"        // a property that matters and cannot be read
	ReasonPrivate        Reason = "skip_private"          // a CLASS other than PUBLIC
)

// ReadOptions says how to read what a calendar leaves open.
type ReadOptions struct {
	Zone *time.Location // for floating times and all-day events; nil means UTC
	Now  time.Time      // "20 years ahead" counts from here; zero means the present
}

// Calendar is what was read: the entries in the file's order, and what was left out with the reason.
type Calendar struct {
	Name    string
	Entries []Entry
	Skipped []Skipped
}

// Skipped is an event that was left out.
type Skipped struct {
	UID    string `json:"uid"`
	Title  string `json:"title"`
	Reason Reason `json:"reason"`
	Detail string `json:"detail"` // for the operator, English, one line, bounded
}

// Entry is one event or series. All texts are cleaned: no control or bidi characters, no HTML, bounded lengths.
type Entry struct {
	UID         string // unique in a Calendar; an exception without its series gets "#" and its RECURRENCE-ID appended
	Title       string // at most 200 runes
	Description string // at most 4,000 runes, may have several lines
	URL         string // http or https only, else empty
	Location    string
	Host        string   // ORGANIZER: its name, else its mail address
	Kind        string   // information, training, exchange, help; "" if no category names one
	Topics      []string // the other categories, at most 10 of 40 runes
	Sequence    int
	Cancelled   bool // STATUS:CANCELLED or METHOD:CANCEL
	AllDay      bool
	Zone        string // for people: an IANA name, or the calendar's own name of a zone only it describes
	Rule        string // RRULE text, "" for a single event
	Recurrence  Recurrence
}

// ReadCalendar reads an iCalendar file (RFC 5545) from anywhere. It never panics and reads at most 16 MiB.
// An event that cannot be used is put into Skipped and spoils nothing else; a broken line of a property that does not
// matter (a comment, a description) is dropped. Errors: ErrTooLarge, ErrTooMany, ErrNotCalendar, or that of r.
func ReadCalendar(r io.Reader, opt ReadOptions) (*Calendar, error) {
	if opt.Zone == nil || opt.Zone.String() == "Local" {
		opt.Zone = time.UTC // "Local" would be the server's zone under a name that means nothing elsewhere
	}
	if opt.Now.IsZero() {
		opt.Now = time.Now()
	}
	file, err := icalScan(r)
	if err != nil {
		return nil, fmt.Errorf("read calendar: %w", err)
	}
	rd := &icalReader{
		opt:    opt,
		zones:  &icalZones{texts: file.zones, known: map[string]icalZoneResult{}},
		groups: map[string]*icalGroup{},
	}
	out := &Calendar{Name: icalOneLine(icalUnescape(file.cals[0].name), 200)}
	for _, raw := range file.events {
		ev, skip := rd.event(raw)
		if skip != nil {
			out.Skipped = append(out.Skipped, *skip)
			continue
		}
		rd.keep(ev)
	}
	for _, uid := range rd.order {
		entries, private := rd.groups[uid].entries()
		out.Entries = append(out.Entries, entries...)
		for _, ev := range private {
			out.Skipped = append(out.Skipped, Skipped{UID: uid, Title: ev.entry.Title, Reason: ReasonPrivate})
		}
	}
	return out, nil
}

// icalReader holds what is needed while one file is understood.
type icalReader struct {
	opt    ReadOptions
	zones  *icalZones
	groups map[string]*icalGroup
	order  []string
}

// icalGroup is all that shares one UID.
type icalGroup struct {
	master    *icalEvent
	overrides []*icalEvent
	byKey     map[string]int
}

// keep files ev under its UID: the highest SEQUENCE wins, then the last (RFC 5545 3.8.7.4).
func (rd *icalReader) keep(ev *icalEvent) {
	g := rd.groups[ev.entry.UID]
	if g == nil {
		g = &icalGroup{byKey: map[string]int{}}
		rd.groups[ev.entry.UID] = g
		rd.order = append(rd.order, ev.entry.UID)
	}
	if ev.key == nil {
		if g.master == nil || ev.entry.Sequence >= g.master.entry.Sequence {
			g.master = ev
		}
		return
	}
	key := ev.key.instant().UTC().Format(icalUTCForm)
	if i, ok := g.byKey[key]; !ok {
		g.byKey[key] = len(g.overrides)
		g.overrides = append(g.overrides, ev)
	} else if ev.entry.Sequence >= g.overrides[i].entry.Sequence {
		g.overrides[i] = ev
	}
}

// entries makes one entry of a series and its exceptions, or single ones of exceptions whose series is not there. Of a
// private series nothing is left; a private exception takes its date out.
func (g *icalGroup) entries() (out []Entry, private []*icalEvent) {
	if g.master == nil {
		for _, ov := range g.overrides {
			if ov.private {
				private = append(private, ov)
				continue
			}
			e := ov.entry
			e.UID += "#" + ov.key.text()
			e.Rule, e.Recurrence.Rule = "", ""
			out = append(out, e)
		}
		return out, private
	}
	e := g.master.entry
	if g.master.private {
		return nil, append(private, g.master)
	}
	for _, ov := range g.overrides {
		switch {
		case ov.private && ov.future: // most of the series
			return nil, append(private, ov)
		case ov.private:
			private = append(private, ov)
			e.Recurrence.Except = append(e.Recurrence.Except, g.master.sameForm(*ov.key))
			continue
		}
		e.Recurrence.Overrides = append(e.Recurrence.Overrides, icalOverride(g.master, ov))
	}
	return []Entry{e}, private
}

// icalOverride writes down how ov differs from its series. A RECURRENCE-ID of the other value type than the series'
// DTSTART is common in the wild and is brought to the series' form here, so that it finds its date.
func icalOverride(master, ov *icalEvent) Override {
	o := Override{
		Key:       master.sameForm(*ov.key),
		Start:     ov.start.textIn(master.start.zone),
		End:       ov.endText(),
		Cancelled: ov.entry.Cancelled,
		Future:    ov.future,
	}
	if ov.entry.Title != master.entry.Title {
		o.Title = ov.entry.Title
	}
	none := store.Nothing
	if o.Cancelled { // programs name little of what does not take place
		none = ""
	}
	if ov.entry.Location != master.entry.Location {
		o.Location = cmp.Or(ov.entry.Location, none)
	}
	if ov.entry.URL != master.entry.URL {
		o.URL = cmp.Or(ov.entry.URL, none)
	}
	return o
}

// icalMadeUID names an event without a UID by what it says, so that the next reading finds it again.
func icalMadeUID(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		_, _ = io.WriteString(h, p+"\x00")
	}
	return "made-" + hex.EncodeToString(h.Sum(nil)[:16])
}
