package offers

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"unicode/utf8"
)

// icalMaxLine bounds one unfolded line; the rest of a longer one (a picture in base64) is read and forgotten.
const icalMaxLine = 64 << 10

// icalProp is one content line (RFC 5545 3.1).
type icalProp struct {
	name   string
	params []icalParam
	value  string
	broken bool
}

type icalParam struct{ name, value string }

func (p icalProp) param(name string) string {
	for _, q := range p.params {
		if q.name == name {
			return q.value
		}
	}
	return ""
}

// icalLimit stops reading with ErrTooLarge, so that nothing beyond the bound is ever held.
type icalLimit struct {
	r    io.Reader
	left int
}

func (l *icalLimit) Read(p []byte) (int, error) {
	n, err := l.r.Read(p[:min(len(p), l.left+1)])
	if n > l.left {
		return 0, ErrTooLarge
	}
	l.left -= n
	return n, err
}

// icalLines reads unfolded lines.
type icalLines struct {
	br  *bufio.Reader
	buf []byte
}

// next gives the next unfolded line without its end; it is valid until the following call. Bytes are unfolded before
// they become characters, because some writers fold inside a character.
func (l *icalLines) next() ([]byte, error) {
	l.buf = l.buf[:0]
	for {
		if err := l.chunk(); err != nil {
			return nil, err
		}
		c, err := l.br.Peek(1)
		if err != nil || c[0] != ' ' && c[0] != '\t' {
			if err != nil && !errors.Is(err, io.EOF) {
				return nil, err
			}
			return l.buf, nil
		}
		_, _ = l.br.Discard(1)
	}
}

// chunk appends one physical line to buf.
func (l *icalLines) chunk() error {
	before, any := len(l.buf), false
	for {
		part, err := l.br.ReadSlice('\n')
		any = any || len(part) > 0
		if room := icalMaxLine - len(l.buf); room > 0 {
			l.buf = append(l.buf, part[:min(room, len(part))]...)
		}
		switch {
		case err == nil, errors.Is(err, io.EOF) && any:
			end := bytes.TrimRight(l.buf[before:], "\r\n")
			l.buf = l.buf[:before+len(end)]
			return nil
		case !errors.Is(err, bufio.ErrBufferFull):
			return err
		}
	}
}

// icalText makes a string of bytes: UTF-8, and Latin-1 where it is none (old Exchange servers).
func icalText(b []byte) string {
	if utf8.Valid(b) {
		return string(b)
	}
	if len(b) >= icalMaxLine-1 { // cut inside a character by ourselves
		return strings.ToValidUTF8(string(b), "")
	}
	var sb strings.Builder
	for _, c := range b {
		sb.WriteRune(rune(c))
	}
	return sb.String()
}

// icalName is the property name of a line in upper case, "" if there is none.
func icalName(line []byte) string {
	i := bytes.IndexAny(line, ";: \t")
	if i < 0 {
		i = len(line)
	}
	if i > 40 {
		return ""
	}
	return strings.ToUpper(string(line[:i]))
}

// icalParse takes a line apart, forgiving what can be forgiven: quotes inside quotes, parameters without a value,
// commas that should have been quoted. broken is set if no value can be told from the rest.
func icalParse(line string) icalProp {
	p := icalProp{name: icalName([]byte(line))}
	i := strings.IndexAny(line, ";:")
	if i <= 0 {
		p.broken = true
		return p
	}
	rest, tail, ends := line[i:], "", ";:"
	if icalIsDate(p.name) {
		// A date has no colon, an unquoted TZID may: "(UTC+01:00) Amsterdam", "tzone://Microsoft/Utc".
		last := strings.LastIndexByte(rest, ':')
		if last < 0 {
			p.broken = true
			return p
		}
		rest, tail, ends = rest[:last], rest[last:], ";"
	}
	for strings.HasPrefix(rest, ";") {
		rest = rest[1:]
		eq := strings.IndexAny(rest, "=;:")
		if eq < 0 || rest[eq] != '=' {
			rest = rest[max(eq, 0):]
			if eq < 0 {
				rest = ""
			}
			continue
		}
		name := strings.ToUpper(strings.TrimSpace(rest[:eq]))
		var value string
		var ok bool
		if value, rest, ok = icalParamValue(rest[eq+1:], ends); !ok {
			p.broken = true
			return p
		}
		if len(p.params) < 20 {
			p.params = append(p.params, icalParam{name, value})
		}
	}
	if rest += tail; !strings.HasPrefix(rest, ":") {
		p.broken = true
		return p
	}
	p.value = rest[1:]
	return p
}

// icalParamValue reads one parameter's value, up to one of ends. A quote closes only before a delimiter.
func icalParamValue(s, ends string) (value, rest string, ok bool) {
	if !strings.HasPrefix(s, `"`) {
		i := strings.IndexAny(s, ends)
		if i < 0 {
			i = len(s)
		}
		return s[:i], s[i:], true
	}
	for i := 1; i < len(s); i++ {
		if s[i] == '"' && (i+1 == len(s) || strings.IndexByte(",;:", s[i+1]) >= 0) {
			value, rest = s[1:i], s[i+1:]
			if strings.HasPrefix(rest, ",") { // only the first of a list is of use here
				_, rest, ok = icalParamValue(rest[1:], ends)
				return value, rest, ok
			}
			return value, rest, true
		}
	}
	return "", "", false
}

func icalIsDate(name string) bool {
	switch name {
	case "DTSTART", "DTEND", "RECURRENCE-ID", "EXDATE", "RDATE":
		return true
	}
	return false
}

// icalMatters: a broken line of these makes the event unusable. Others are dropped.
func icalMatters(name string) bool {
	return icalIsDate(name) || slices.Contains([]string{"RRULE", "EXRULE", "DURATION", "UID", "STATUS", "CLASS"}, name)
}

// icalWanted are the properties of an event that are kept at all.
func icalWanted(name string) bool {
	switch name {
	case "SUMMARY", "DESCRIPTION", "LOCATION", "URL", "ORGANIZER", "CATEGORIES", "SEQUENCE", "CONFERENCE",
		"X-GOOGLE-CONFERENCE", "X-MICROSOFT-SKYPETEAMSMEETINGURL", "X-MICROSOFT-CDO-ALLDAYEVENT":
		return true
	}
	return icalMatters(name)
}
