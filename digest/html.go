package digest

import (
	_ "embed"
	"html/template"
	"strings"

	"buffet/lang"
)

//go:embed page.html
var pageHTML string

// htmlLine is a line as the template takes it; all of it is text.
type htmlLine struct {
	When, Title, Off, About string // of an offer
	Label, Words            string
	Link, LinkWords         string
}

type htmlItem struct {
	First htmlLine
	Rest  []htmlLine
}

type htmlSection struct {
	Heading string
	Items   []htmlItem
	More    string
}

// HTML is the digest as a file that needs nothing else. Without names, it is
// as Markdown has it.
func (p *Page) HTML(names bool) string {
	language := lang.German
	if p.Lang == lang.English {
		language = lang.English
	}
	data := struct {
		Lang, Title, For, Empty string
		Sections                []htmlSection
		Foot                    []string
	}{Lang: language, Title: p.fileTitle(), For: p.reader()}
	if p.Empty() {
		data.Empty = p.empty()
	} else {
		data.Foot = p.plainFoot()
	}
	for _, s := range p.sections {
		h := htmlSection{Heading: p.heading(s.name)}
		for _, i := range s.items {
			one := htmlItem{First: p.htmlLine(i.lines[0], names)}
			for _, l := range i.lines[1:] {
				one.Rest = append(one.Rest, p.htmlLine(l, names))
			}
			h.Items = append(h.Items, one)
		}
		if s.more > 0 {
			h.More = p.plain("digest_more", lang.Values{"Count": s.more})
		}
		data.Sections = append(data.Sections, h)
	}
	var b strings.Builder
	// the template is our own and its data are texts: nothing in it can go wrong
	if err := template.Must(template.New("page").Parse(pageHTML)).Execute(&b, data); err != nil {
		panic(err)
	}
	return b.String()
}

func (p *Page) htmlLine(l line, names bool) htmlLine {
	if o := p.date(l, names); o != nil {
		return htmlLine{When: o.When, Title: lang.Unlinked(o.Title), Off: o.Off, About: lang.Unlinked(o.About),
			Link: l.link, LinkWords: p.plain("digest_to_offer")}
	}
	return htmlLine{Label: p.label(l), Words: p.words(l, names), Link: l.link, LinkWords: p.linkWords(l)}
}
