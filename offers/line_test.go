package offers

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"buffet/lang"
)

// TestReadLine reads what people type: testdata/lines.tsv, written from how
// people write and not from how it is read.
func TestReadLine(t *testing.T) {
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 11, 25, 10, 0, 0, 0, zone) // a Wednesday
	raw, err := os.ReadFile("testdata/lines.tsv")
	if err != nil {
		t.Fatal(err)
	}
	read := 0
	for row := range strings.SplitSeq(strings.TrimSpace(string(raw)), "\n") {
		if strings.HasPrefix(row, "#") {
			continue
		}
		cells := strings.Split(row, "\t")
		if len(cells) != 3 {
			t.Fatalf("%d cells in %q", len(cells), row)
		}
		text := strings.ReplaceAll(cells[1], `\n`, "\n")
		l, err := ReadLine(cells[0], text, now)
		if got := l.fields(err); got != cells[2] {
			t.Errorf("%s\n got %s\nwant %s", text, got, cells[2])
		}
		read++
	}
	if read < 60 {
		t.Errorf("only %d lines", read)
	}
}

// fields says what was read, in one line.
func (l *Line) fields(err error) string {
	var b strings.Builder
	add := func(name, value string) {
		if value != "" {
			fmt.Fprintf(&b, "|%s=%s", name, strings.ReplaceAll(value, "\n", `\n`))
		}
	}
	add("title", l.Title)
	when := ""
	if p, ok := lang.AsProblem(err); ok {
		when = "?" + p.Key
	} else if !l.When.Start.IsZero() {
		form := "2006-01-02 15:04"
		if l.When.AllDay {
			form = time.DateOnly
		}
		when = l.When.Start.Format(form)
		if l.When.End.After(l.When.Start) && !l.When.AllDay {
			when += l.When.End.Format("-15:04")
		}
		if l.When.Zone != "Europe/Berlin" {
			when += " " + l.When.Zone
		}
		if rule := l.When.Rule(); rule != "" {
			when += " " + rule
		}
	}
	add("when", when)
	add("place", l.Location)
	add("link", l.URL)
	add("kind", l.Kind)
	add("topics", strings.Join(l.Topics, "+"))
	if l.Capacity != 0 {
		add("places", fmt.Sprint(l.Capacity))
	}
	add("host", l.Host)
	add("text", l.Description)
	for name, is := range map[string]bool{"unnamed": l.Unnamed} {
		if is {
			b.WriteString("|" + name)
		}
	}
	if l.Feasts {
		b.WriteString("|feasts")
	}
	if l.Spared {
		b.WriteString("|spared")
	}
	return strings.TrimPrefix(b.String(), "|")
}

func TestDraftOfLineIsKept(t *testing.T) {
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	l, err := ReadLine(lang.German, "Chor, jeden Dienstag 19-21 Uhr, Gemeindesaal, 30 Plätze", time.Date(2026, 11, 25, 10, 0, 0, 0, zone))
	if err != nil {
		t.Fatal(err)
	}
	raw, err := json.Marshal(l.Draft)
	var d Draft
	if err != nil || json.Unmarshal(raw, &d) != nil {
		t.Fatal(err)
	}
	if d.When.Rule() != l.When.Rule() || !d.When.Start.Equal(l.When.Start) || d.When.Start.Location().String() != "Europe/Berlin" || d.Capacity != 30 {
		t.Errorf("kept as %+v", d)
	}
}
