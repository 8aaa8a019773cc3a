package lang

import (
	"regexp"
	"strconv"
	"strings"
)

var numbered = regexp.MustCompile(`^\s*\(?(\d{1,3})(?:[.)]|\x{FE0F}?\x{20E3})`)

// unlist gives those lines their number back that are in no list: only several
// lines with numbers in sequence, from 1, are. "13. suits me" is about a date.
func unlist(text string, lines []line) {
	var run []int // the lines of a list so far
	end := func() {
		if len(run) == 1 {
			lines[run[0]].keepMark(text)
		}
		run = run[:0]
	}
	for i, l := range lines {
		if l.kind != item {
			continue
		}
		m := numbered.FindStringSubmatch(text[lineStart(text, l.start):l.end])
		if m == nil {
			continue
		}
		n, err := strconv.Atoi(m[1])
		if err != nil || n != len(run)+1 {
			end()
		}
		if n == len(run)+1 {
			run = append(run, i)
		} else {
			lines[i].keepMark(text)
		}
	}
	end()
}

// keepMark takes what looked like the mark of a list into the line.
func (l *line) keepMark(text string) {
	l.start = lineStart(text, l.start)
	if strings.HasPrefix(strings.TrimLeft(text[l.start:l.end], "0123456789 \t"), ".") {
		l.kind = prose
	}
}

// lineStart is where the line begins that a place is in.
func lineStart(text string, at int) int { return strings.LastIndexByte(text[:at], '\n') + 1 }
