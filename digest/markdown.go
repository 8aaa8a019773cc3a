package digest

import (
	"regexp"
	"strings"
	"time"

	"buffet/lang"
	"buffet/store"
)

// Markdown is the digest as a file for anywhere. Without names, all are
// members, and their names are taken out of what was said.
func (p *Page) Markdown(names bool) string {
	var b strings.Builder
	b.WriteString("# " + escape(p.fileTitle()) + "\n\n" + escape(p.reader()) + "\n")
	if p.Empty() {
		b.WriteString("\n" + escape(p.empty()) + "\n")
		return b.String()
	}
	for _, s := range p.sections {
		b.WriteString("\n")
		if h := p.heading(s.name); h != "" {
			b.WriteString("## " + escape(h) + "\n\n")
		}
		for _, i := range s.items {
			for n, l := range i.lines {
				indent := "- "
				if n > 0 {
					indent = "  - "
				}
				b.WriteString(indent + p.markdownLine(l, names) + "\n")
			}
		}
		if s.more > 0 {
			b.WriteString("- " + escape(p.plain("digest_more", lang.Values{"Count": s.more})) + "\n")
		}
	}
	if foot := p.plainFoot(); len(foot) > 0 {
		b.WriteString("\n---\n\n")
		for _, f := range foot {
			b.WriteString(escape(f) + "\\\n")
		}
		return strings.TrimSuffix(b.String(), "\\\n") + "\n"
	}
	return b.String()
}

func (p *Page) markdownLine(l line, names bool) string {
	var s string
	if o := p.date(l, names); o != nil {
		s = escape(o.When) + " · **" + escape(lang.Unlinked(o.Title)) + "**"
		if o.Off != "" {
			s += " · **" + escape(o.Off) + "**"
		}
		if o.About != "" {
			s += " · " + escape(lang.Unlinked(o.About))
		}
	} else {
		if label := p.label(l); label != "" {
			s = "**" + escape(label) + "** "
		}
		s += escape(p.words(l, names))
	}
	if l.link != "" {
		words := p.plain("digest_to_offer")
		if l.offer == nil {
			words = p.linkWords(l)
		}
		s += " · [" + escape(words) + "](<" + l.link + ">)"
	}
	return s
}

// fileTitle names the year: files are kept.
func (p *Page) fileTitle() string {
	if p.Kind == store.DigestSummary {
		return p.title() + " · " + p.days(time.Time{})
	}
	return p.plain("digest_title", lang.Values{"Days": p.days(time.Time{}), "Place": p.place()})
}

// reader says whom the file is for.
func (p *Page) reader() string {
	return p.plain("digest_file_"+p.Audience, lang.Values{"Network": lang.Unlinked(p.Network)})
}

func (p *Page) plainFoot() []string {
	foot := p.foot()
	for i, f := range foot {
		foot[i] = new(lang.Text).Say(f).Plain()
	}
	return foot
}

var (
	special   = regexp.MustCompile("[\\\\`*_\\[\\]<>&~|#$]")
	lineStart = regexp.MustCompile(`^(\d*)([-+.):=])`)
)

// escape is text as Markdown, one line of it, that means nothing but itself.
func escape(s string) string {
	return lineStart.ReplaceAllString(special.ReplaceAllString(oneLine(s), `\$0`), `$1\$2`)
}
