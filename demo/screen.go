package main

import (
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"
)

// The colours of a terminal. Nothing is said by colour alone.
const (
	bold   = "1"
	dim    = "2"
	red    = "31"
	green  = "32"
	yellow = "33"
	blue   = "34"
	pink   = "35"
	cyan   = "36"
)

// screen prints whole pieces, so that several goroutines may use it.
type screen struct {
	mu     sync.Mutex
	out    io.Writer
	colour bool
	width  int
	zone   *time.Location // of the times that are shown
	failed int
	long   map[string]string // long texts that were shown, and where
}

func newScreen(out *os.File) *screen {
	s := &screen{out: out, width: 96, zone: time.Local, long: map[string]string{}}
	info, err := out.Stat()
	terminal := err == nil && info.Mode()&os.ModeCharDevice != 0
	s.colour = terminal && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
	if n, err := strconv.Atoi(os.Getenv("COLUMNS")); err == nil && n >= 40 {
		s.width = min(n, 120)
	}
	return s
}

func (s *screen) paint(colour, text string) string {
	if !s.colour || text == "" {
		return text
	}
	return "\x1b[" + colour + "m" + text + "\x1b[0m"
}

func (s *screen) print(text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	fmt.Fprint(s.out, text)
}

// chapter begins a part of the story.
func (s *screen) chapter(title string) {
	s.print("\n" + s.paint(bold, "── "+title+" "+strings.Repeat("─", max(0, s.width-utf8.RuneCountInString(title)-4))) + "\n")
}

// say tells what happens.
func (s *screen) say(format string, args ...any) {
	s.print(s.indented(fmt.Sprintf(format, args...), "  ") + "\n")
}

// ok says what was checked and is right.
func (s *screen) ok(format string, args ...any) {
	s.print("  " + s.paint(green, "✓ ") + s.paint(dim, strings.TrimLeft(s.indented(fmt.Sprintf(format, args...), "    "), " ")) + "\n")
}

// fail says what was expected and did not come.
func (s *screen) fail(format string, args ...any) {
	text := strings.TrimLeft(s.indented(fmt.Sprintf(format, args...), "    "), " ")
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failed++
	fmt.Fprint(s.out, "  "+s.paint(red, "✗ "+text)+"\n")
}

func (s *screen) failures() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.failed
}

// message shows one message of the conversation. A long one that was shown
// before is not shown again in full.
func (s *screen) message(at time.Time, place, who, note, body string, encrypted bool) {
	colours := map[string]string{"Buffet": green, "Anke": yellow, "Ben": blue, "Chris": pink, "Dilara": cyan}
	head := place
	if encrypted {
		head = "🔒 " + place + s.paint(dim, " (encrypted)")
	}
	head = "  " + s.paint(dim, at.In(s.zone).Format("15:04:05")) + "  " + head + " · " + s.paint(bold, s.paint(colours[who], who))
	if note != "" {
		head += " " + s.paint(dim, note)
	}
	s.print("\n" + head + "\n" + s.indented(s.shorter(body, place), "            ") + "\n")
}

func (s *screen) shorter(body, place string) string {
	first, rest, _ := strings.Cut(body, "\n")
	more := strings.Count(rest, "\n") + 1
	if more < 8 {
		return body
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if before, again := s.long[body]; again {
		return first + "\n" + s.paint(dim, fmt.Sprintf("(and %d more lines, word for word as in %s)", more, before))
	}
	s.long[body] = place
	return body
}

// indented wraps a text at words; a word longer than a line stays whole, for
// it is most likely a link.
func (s *screen) indented(text, indent string) string {
	var lines []string
	room := s.width - utf8.RuneCountInString(indent)
	for line := range strings.SplitSeq(strings.TrimRight(text, "\n"), "\n") {
		now := ""
		for _, word := range strings.Split(line, " ") {
			if now != "" && utf8.RuneCountInString(now)+1+utf8.RuneCountInString(word) > room {
				lines, now = append(lines, now), "  "+word // what goes on is set in
				continue
			}
			if now != "" {
				word = " " + word
			}
			now += word
		}
		lines = append(lines, now)
	}
	for i, line := range lines {
		if line != "" {
			lines[i] = indent + line
		}
	}
	return strings.Join(lines, "\n")
}
