package digest_test

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"buffet/digest"
	"buffet/internal/modeltest"
	"buffet/lang"
)

// Of 1,000 lines, a third of them invented, no invented one is shown, and
// nearly all others are.
func TestNothingInvented(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // the same each time
	pick := func(words string) string { list := strings.Split(words, "|"); return list[random.IntN(len(list))] }
	names := []string{"Anke", "Bernd", "Carla", "Dora", "Emil", "Frieda", "Gustav", "Hilde"}
	r := digest.Request{Talk: digest.Talk{Lang: lang.German}, Words: 1 << 20, Lines: 5000}
	for i := range 1000 {
		text := fmt.Sprintf("%s %s %s %s %s, und %s %s %s.", pick("Der Fahrdienst|Die Küche|Das Lager|Unsere Beratung|Die Kleiderkammer|Der Chor|Die Nachhilfe|Das Sprachcafé"),
			pick("braucht|bekommt|verleiht|repariert|bestellt|verschenkt|sortiert"), pick("neue|alte|gespendete|gebrauchte|bunte|schwere|kleine|warme"),
			pick("Stühle|Jacken|Regale|Lampen|Bücher|Teller|Kisten|Matratzen|Fahrräder"), pick("im Keller|auf dem Hof|in Halle drei|bei der Kirche|am Bahnhof|neben der Schule|hinter dem Rathaus"),
			pick("die Gruppe|das Amt|der Verein|die Stadt|die Schule|der Träger"), pick("zahlt|prüft|plant|sucht|sammelt|verteilt"),
			pick("Spenden|Anträge|Helfer|Gutscheine|Termine|Räume|Formulare|Förderung|Material"))
		r.Messages = append(r.Messages, digest.Message{ID: fmt.Sprintf("$%d", i+1), Thread: "$1", Sender: names[i%8], Name: names[i%8], Text: text})
	}
	var v modeltest.Inventor
	s := modeltest.New(t, v.Reply)
	got := summary(t, model(s, digest.ModelConfig{Context: 10_000_000, Timeout: time.Minute}), r)
	if got.Note != nil || len(s.Requests()) != 1 {
		t.Fatalf("note %v, %d requests", got.Note, len(s.Requests()))
	}
	// lines as they would be shown
	shown := func(l modeltest.Line) string {
		for i, name := range names {
			l.Text = strings.ReplaceAll(l.Text, fmt.Sprintf("P%d ", i+1), name+" ")
		}
		return l.Text
	}
	good, invented := map[string]bool{}, map[string]bool{}
	for _, l := range v.Good() {
		good[shown(l)] = true
	}
	for _, l := range v.Invented() {
		invented[shown(l)] = true
	}
	kept := 0
	for _, l := range got.Lines {
		if good[l.Text] {
			kept++
		} else {
			t.Errorf("shown: %q %v", l.Text, l.Sources)
		}
	}
	t.Logf("%d lines, %d of them invented; %d good ones are shown", len(v.Good())+len(v.Invented()), len(v.Invented()), kept)
	if len(v.Good())+len(v.Invented()) != 1000 || len(v.Invented()) != 333 || kept < len(good)*98/100 {
		t.Errorf("%d good and %d invented lines; %d of %d different good ones are shown", len(v.Good()), len(v.Invented()), kept, len(good))
	}
}

func TestLongTalks(t *testing.T) {
	var lines []string
	for i := range 600 {
		lines = append(lines, fmt.Sprintf("N%c%c: Beitrag %d über das Sommerfest und Thema %d, damit der Plan steht.", 'a'+i%7, 'a'+i%5, i, i*7))
	}
	r := said(lines...)
	for i := range r.Messages {
		r.Messages[i].Thread = fmt.Sprintf("$%d", i%10*60+1) // ten threads in one another
	}
	s := modeltest.New(t, modeltest.TooLong(9000))
	got := summary(t, model(s, digest.ModelConfig{Context: 8192}), r)
	if got.Note != nil || len(got.Lines) < 3 {
		t.Fatalf("%s, note %v", show(got), got.Note)
	}
	for _, l := range got.Lines {
		at := slices.IndexFunc(r.Messages, func(m digest.Message) bool { return m.ID == l.Sources[0] })
		if !strings.Contains(l.Text, regexp.MustCompile(`Beitrag \d+`).FindString(r.Messages[at].Text)) {
			t.Errorf("%q does not come from %s", l.Text, l.Sources)
		}
	}
	for _, q := range s.Requests() {
		if n := len(q.System()) + len(q.User()); n/3+q.Most > 8192 {
			t.Errorf("a request of %d bytes", n)
		}
	}
	t.Logf("%d requests", len(s.Requests()))
	long := said("Anke: "+strings.Repeat("Das Fest ist im Sommer am See. ", 2000), "Bernd: Wer bringt Kuchen mit?")
	if got := summary(t, model(modeltest.New(t), digest.ModelConfig{Context: 2048}), long); got.Note != nil || len(got.Lines) != 2 {
		t.Errorf("%s, note %v", show(got), got.Note)
	}
}
