package offers

import (
	"bufio"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"
)

// icalFold is how many octets a line may have (RFC 5545 3.1).
const icalFold = 75

// icalWriter writes content lines. The first error of what is beneath stays and is given by its Flush.
type icalWriter struct {
	*bufio.Writer
	line []byte
}

func newICalWriter(w io.Writer) icalWriter { return icalWriter{Writer: bufio.NewWriterSize(w, 32<<10)} }

// text writes a property whose value is TEXT.
func (w *icalWriter) text(name, value string) {
	w.line = icalAppendText(append(append(w.line[:0], name...), ':'), value)
	w.fold()
}

// texts writes a property whose value is a list of TEXT; nothing for an empty list.
func (w *icalWriter) texts(name string, values []string) {
	for i, v := range values {
		if i == 0 {
			w.line = append(append(w.line[:0], name...), ':')
		} else {
			w.line = append(w.line, ',')
		}
		w.line = icalAppendText(w.line, v)
	}
	if len(values) > 0 {
		w.fold()
	}
}

// raw writes a line made of parts that are already in their written form. What could end the line is dropped.
func (w *icalWriter) raw(parts ...string) {
	w.line = w.line[:0]
	for _, p := range parts {
		w.line = append(w.line, icalNoControls(p)...)
	}
	w.fold()
}

// fold writes line, broken between characters so that no piece has more than 75 octets.
func (w *icalWriter) fold() {
	rest, room := w.line, icalFold
	for len(rest) > room {
		n := room
		for n > room-utf8.UTFMax && !utf8.RuneStart(rest[n]) {
			n--
		}
		_, _ = w.Write(rest[:n])
		_, _ = w.WriteString("\r\n ")
		rest, room = rest[n:], icalFold-1
	}
	_, _ = w.Write(rest)
	_, _ = w.WriteString("\r\n")
}

// icalAppendText appends s with the escapes of a TEXT value (RFC 5545 3.3.11), without control characters and bytes
// that are no UTF-8.
func icalAppendText(b []byte, s string) []byte {
	s = strings.ReplaceAll(s, "\r\n", "\n")
	for _, r := range s {
		switch {
		case r == '\n' || r == '\r':
			b = append(b, '\\', 'n')
		case r == '\\' || r == ';' || r == ',':
			b = append(b, '\\', byte(r))
		case r == utf8.RuneError || unicode.IsControl(r) && r != '\t':
		default:
			b = utf8.AppendRune(b, r)
		}
	}
	return b
}

// icalParamText is s as a parameter's value, in quotes (RFC 5545 3.2). There is no way to write a quote in it that all
// readers know, nor a backslash that none of them undoes.
func icalParamText(s string) string {
	return `"` + strings.NewReplacer(`"`, "'", `\`, "/").Replace(icalNoControls(s)) + `"`
}

func icalNoControls(s string) string {
	return strings.Map(func(r rune) rune {
		if r == utf8.RuneError || unicode.IsControl(r) {
			return -1
		}
		return r
	}, s)
}
