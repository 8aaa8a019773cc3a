package offers

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
)

// icalObject is what one VCALENDAR says about all its events.
type icalObject struct{ name, zone, method string }

// icalRaw is a VEVENT not yet understood.
type icalRaw struct {
	cal   *icalObject
	props []icalProp
	bad   string // why it cannot be used, "" if it can
}

func (raw *icalRaw) all(name string) []icalProp {
	var out []icalProp
	for _, p := range raw.props {
		if p.name == name {
			out = append(out, p)
		}
	}
	return out
}

func (raw *icalRaw) get(name string) (icalProp, bool) {
	for _, p := range raw.props {
		if p.name == name {
			return p, true
		}
	}
	return icalProp{}, false
}

// icalFile is a file split into its parts.
type icalFile struct {
	cals   []*icalObject
	events []*icalRaw
	zones  map[string]string // TZID -> VTIMEZONE text
}

// icalScanner splits a file into components. It knows only BEGIN and END, and mends what it can: an END that is missing
// or wrong ends with the component around it.
type icalScanner struct {
	file  icalFile
	stack []string
	event *icalRaw
	props int
	seen  map[string]bool // names already in event
	zone  *strings.Builder
	tzid  string
}

// icalScan reads r to its end. The first line that is not blank must begin a calendar.
func icalScan(r io.Reader) (*icalFile, error) {
	lines := &icalLines{br: bufio.NewReaderSize(&icalLimit{r: r, left: icalMaxBytes}, 64<<10)}
	s := &icalScanner{file: icalFile{zones: map[string]string{}}, seen: map[string]bool{}}
	for {
		line, err := lines.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		if len(s.file.cals) == 0 {
			line = bytes.TrimPrefix(line, []byte("\xef\xbb\xbf"))
			if line = bytes.TrimSpace(line); len(line) == 0 {
				continue
			}
			if !strings.EqualFold(string(line), "BEGIN:VCALENDAR") {
				return nil, ErrNotCalendar
			}
		}
		if err := s.line(line); err != nil {
			return nil, err
		}
	}
	if len(s.file.cals) == 0 {
		return nil, ErrNotCalendar
	}
	if s.event != nil { // the download was cut off: half an event may be a wrong one
		s.event.bad = "the file ends inside this event"
	}
	return &s.file, nil
}

func (s *icalScanner) line(line []byte) error {
	switch name := icalName(line); name {
	case "":
		return nil
	case "BEGIN", "END":
		comp := strings.ToUpper(strings.TrimSpace(icalText(line[len(name):])))
		comp = strings.TrimSpace(strings.TrimPrefix(comp, ":"))
		if name == "BEGIN" {
			return s.begin(comp)
		}
		s.end(comp)
	default:
		s.prop(name, line)
	}
	return nil
}

func (s *icalScanner) begin(comp string) error {
	switch comp {
	case "VCALENDAR":
		s.pop(0)
		s.file.cals = append(s.file.cals, &icalObject{})
		if len(s.file.cals) > icalMaxEvents {
			return ErrTooMany
		}
	case "VEVENT":
		s.pop(min(1, len(s.stack)))
		if len(s.file.events) == icalMaxEvents {
			return ErrTooMany
		}
		clear(s.seen)
		s.event = &icalRaw{cal: s.file.cals[len(s.file.cals)-1]}
		s.file.events = append(s.file.events, s.event)
	case "VTIMEZONE":
		s.pop(min(1, len(s.stack)))
		s.zone, s.tzid = &strings.Builder{}, ""
	case "STANDARD", "DAYLIGHT":
		s.zoneLine("BEGIN:" + comp)
	}
	if len(s.stack) < 32 {
		s.stack = append(s.stack, comp)
	}
	return nil
}

func (s *icalScanner) end(comp string) {
	for i := len(s.stack) - 1; i >= 0; i-- {
		if s.stack[i] == comp {
			s.pop(i)
			return
		}
	}
}

// pop closes every component above depth.
func (s *icalScanner) pop(depth int) {
	for i := len(s.stack) - 1; i >= depth; i-- {
		switch s.stack[i] {
		case "VEVENT":
			s.event = nil
		case "STANDARD", "DAYLIGHT":
			s.zoneLine("END:" + s.stack[i])
		case "VTIMEZONE":
			if _, twice := s.file.zones[s.tzid]; s.zone != nil && s.tzid != "" && !twice && len(s.file.zones) < 1000 {
				s.file.zones[s.tzid] = s.zone.String()
			}
			s.zone = nil
		}
	}
	s.stack = s.stack[:depth]
}

func (s *icalScanner) prop(name string, line []byte) {
	if len(s.stack) == 0 {
		return
	}
	switch top := s.stack[len(s.stack)-1]; {
	case s.event != nil && top == "VEVENT":
		s.eventProp(name, line)
	case s.zone != nil:
		if p := icalParse(icalText(line)); name == "TZID" && top == "VTIMEZONE" {
			s.tzid = icalOneLine(p.value, 200)
		}
		if slices.Contains([]string{"X-LIC-LOCATION", "DTSTART", "TZOFFSETFROM", "TZOFFSETTO", "RRULE", "RDATE", "TZNAME"}, name) {
			s.zoneLine(icalText(line))
		}
	case top == "VCALENDAR":
		cal, p := s.file.cals[len(s.file.cals)-1], icalParse(icalText(line))
		switch {
		case name == "X-WR-CALNAME", name == "NAME" && cal.name == "":
			cal.name = p.value
		case name == "X-WR-TIMEZONE", name == "TIMEZONE-ID" && cal.zone == "":
			cal.zone = strings.TrimSpace(p.value)
		case name == "METHOD":
			cal.method = strings.ToUpper(strings.TrimSpace(p.value))
		}
	}
}

func (s *icalScanner) zoneLine(line string) {
	if s.zone != nil && s.zone.Len()+len(line) < icalMaxZone {
		s.zone.WriteString(line + "\n")
	}
}

// eventProp keeps a property that is of use. The first of a kind counts where only one may be.
func (s *icalScanner) eventProp(name string, line []byte) {
	ev := s.event
	if !icalWanted(name) || ev.bad != "" {
		return
	}
	several := slices.Contains([]string{"CATEGORIES", "EXDATE", "RDATE", "RRULE", "CONFERENCE"}, name)
	if !several && s.seen[name] {
		return
	}
	if s.props++; len(ev.props) >= icalMaxValues+50 || s.props > icalMaxProps {
		ev.bad = "too many properties"
		return
	}
	p := icalParse(icalText(line))
	switch {
	case len(line) >= icalMaxLine && icalMatters(name):
		ev.bad = name + " is too long"
	case p.broken && icalMatters(name):
		ev.bad = name + " is malformed"
	case !p.broken:
		ev.props = append(ev.props, p)
		s.seen[name] = true
	}
}
