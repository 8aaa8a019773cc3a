package digest

import (
	"context"
	"strconv"

	"buffet/store"
)

// fit leaves out what matters least until the text is one screen: third lines
// of threads, then second answers, then the last item of the section with
// the most, a later one first. Each section keeps one item.
func (p *Page) fit() {
	for {
		lines, chars := extent(p.Text())
		if lines <= screenLines && chars <= screenChars || !p.shorten() {
			return
		}
	}
}

func (p *Page) shorten() bool {
	return p.shortenItem(Threads, 2) || p.shortenItem(Answered, 2) || p.dropItem()
}

// shortenItem takes the last line off the last item of a section that has more
// than most.
func (p *Page) shortenItem(name string, most int) bool {
	for _, s := range p.sections {
		for i := len(s.items) - 1; i >= 0 && s.name == name; i-- {
			lines := s.items[i].lines
			n := len(lines)
			if n <= most || name == Threads && lines[n-2].Role == Question {
				continue // without what was said to it, it would read as if nobody had
			}
			s.items[i].lines = lines[:n-1]
			return true
		}
	}
	return false
}

func (p *Page) dropItem() bool {
	most, at := 1, -1
	for i, s := range p.sections {
		if n := len(s.items); n > 1 && n >= most {
			most, at = n, i
		}
	}
	if at < 0 {
		return false
	}
	s := &p.sections[at]
	s.items = s.items[:len(s.items)-1]
	if s.name != Threads { // nobody asks how many there were
		s.more++
	}
	return true
}

// fit keeps of the draft what its page shows, so that nothing comes up later
// that was not in the draft, and numbers it.
func (w *writing) fit(ctx context.Context) error {
	d := w.draft
	for i := range d.Lines {
		d.Lines[i].Seq = i + 1
	}
	p, err := PageOf(ctx, w.q, w.Phrases, w.place.Zone, w.place.Prefix, d)
	if err != nil {
		return err
	}
	d.Lines = nil
	number := 0
	for _, s := range p.sections {
		for _, i := range s.items {
			number++
			for _, l := range i.lines {
				l.Number, l.Seq = number, len(d.Lines)+1
				d.Lines = append(d.Lines, l.DigestLine)
			}
		}
		if s.more > 0 {
			d.Lines = append(d.Lines, store.DigestLine{Seq: len(d.Lines) + 1, Section: s.name, Role: More, Label: strconv.Itoa(s.more)})
		}
	}
	return nil
}
