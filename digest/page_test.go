package digest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"buffet/lang"
	"buffet/store"
)

// numbers are those of a section's items.
func itemNumbers(p *Page, name string) (list []int) {
	for _, s := range p.sections {
		for _, i := range s.items {
			if s.name == name {
				list = append(list, i.number)
			}
		}
	}
	return list
}

func seqOf(t *testing.T, d *Draft, section, role string) (seq, number int) {
	t.Helper()
	for _, l := range d.Lines {
		if l.Section == section && l.Role == role {
			return l.Seq, l.Number
		}
	}
	t.Fatalf("no %s in %s", role, section)
	return 0, 0
}

// TestGone: what was left out or taken back is shown nowhere, and what hangs
// on it goes with it.
func TestGone(t *testing.T) {
	w := newWeek(t, lang.German).full()
	d := w.compose(store.AudienceNetwork)
	n, before := w.keep(d)
	answered := itemNumbers(before, Answered)
	if len(answered) != 2 || len(itemNumbers(before, Experiences)) != 2 {
		t.Fatalf("composed:\n%s", before.Text().Plain())
	}
	w.write(func(ctx context.Context, tx *store.Tx) error {
		question, _ := seqOf(t, d, Answered, Question)
		if err := tx.VoidLine(ctx, n, question); err != nil { // of the first: its answers are left alone
			return err
		}
		for _, l := range d.Lines {
			if l.Section == Answered && l.Number == answered[1] && l.Role == Answer {
				if err := tx.VoidLine(ctx, n, l.Seq); err != nil { // of the second: a question alone
					return err
				}
			}
		}
		return tx.DropLines(ctx, n, store.LineOut, itemNumbers(before, Experiences)[0], itemNumbers(before, Coming)[1])
	})
	p := w.load(n)
	for name, text := range forms(p) {
		for _, gone := range []string{"versichert ihr", "Kaskoversicherung", "Dienstplanung", "freie Lösung", "Ferienfreizeit", "Fördermittel", "Gefragt und beantwortet"} {
			if strings.Contains(text, gone) {
				t.Errorf("%s still tells %q:\n%s", name, gone, text)
			}
		}
		for _, stays := range []string{"Nachbarschaftscafé", "Vorlesepatenschaften", "Kollegiale Beratung"} {
			if !strings.Contains(text, stays) {
				t.Errorf("%s does not tell %q:\n%s", name, stays, text)
			}
		}
	}
	draft := p.Draft().Plain()
	if !strings.Contains(draft, "2 Zeilen sind inzwischen weg") || strings.Contains(p.Text().Plain(), "inzwischen weg") {
		t.Errorf("draft:\n%s", draft)
	}
	if first := fmt.Sprint(itemNumbers(before, Unanswered)[0]); !strings.Contains(draft, "\n"+first+" · F7") {
		t.Errorf("other numbers than before:\n%s", draft)
	}
}

func TestNothingLeft(t *testing.T) {
	for language, want := range map[string]string{lang.German: "Hier steht nichts mehr", lang.English: "Nothing is left here"} {
		w := newWeek(t, language).full()
		n, p := w.keep(w.compose(store.AudiencePublic))
		w.write(func(ctx context.Context, tx *store.Tx) error {
			for _, l := range p.Lines {
				if err := tx.DropLines(ctx, n, store.LineOut, l.Number); err != nil {
					return err
				}
			}
			return nil
		})
		p = w.load(n)
		for name, text := range forms(p) {
			if !strings.Contains(text, want) || strings.Contains(text, "Diesmal") || strings.Contains(text, "This time") || strings.Contains(text, "+ 1") {
				t.Errorf("%s: %s", name, text)
			}
		}
		if !p.Empty() || strings.Count(p.Text().Plain(), "\n") != 2 || strings.Contains(p.Draft().Plain(), "ohne 3") {
			t.Errorf("%s\n%s", p.Text().Plain(), p.Draft().Plain())
		}
	}
}

// TestOffersAsTheyAre: a date that is off says so, one that moved shows where
// it is now, one that is gone is left out.
func TestOffersAsTheyAre(t *testing.T) {
	w := newWeek(t, lang.German).full()
	n, p := w.keep(w.compose(store.AudienceRoom))
	if got := len(itemNumbers(p, Coming)); got != 3 {
		t.Fatalf("%d dates:\n%s", got, p.Text().Plain())
	}
	_, open := w.keep(w.compose(store.AudiencePublic))
	for name, text := range forms(open) {
		if strings.Contains(text, "treffen.example") || !strings.Contains(text, "Kollegiale Beratung") || !strings.Contains(p.HTML(true), "treffen.example/beratung") {
			t.Errorf("%s leads everybody into a meeting:\n%s", name, text)
		}
	}
	list := germanOffers()
	list[0][1] += "\nSTATUS:CANCELLED"
	list[1][0] = "20261124T160000"
	w.offer(list[0], list[1], list[2]) // the others are named no more
	p = w.load(n)
	text := p.Text().Plain()
	for _, want := range []string{"Kollegiale Beratung · fällt aus", "Di, 24. Nov, 16:00–17:30 Uhr · Fördermittel finden"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing:\n%s", want, text)
		}
	}
	if strings.Contains(text, "Sprechstunde") || strings.Contains(p.HTML(true), "Sprechstunde") || !strings.Contains(p.Markdown(true), "**fällt aus**") {
		t.Errorf("text:\n%s", text)
	}
}

// TestCut: where a room said more than is read, its digest says that something
// is missing; a wider one was not made of that.
func TestCut(t *testing.T) {
	for language, want := range map[string]string{lang.German: "Die ältesten Nachrichten fehlen", lang.English: "the oldest messages are missing"} {
		w := newWeek(t, language).full()
		for _, audience := range []string{store.AudienceRoom, store.AudienceNetwork} {
			for _, cut := range []bool{true, false} {
				w.history.Cut = cut
				_, p := w.keep(w.compose(audience))
				for name, text := range forms(p) {
					if strings.Contains(text, want) != (cut && audience == store.AudienceRoom) {
						t.Errorf("%s, %s, cut %v:\n%s", audience, name, cut, text)
					}
				}
			}
		}
	}
}

// TestOneScreen: however much there is, it fits a phone.
func TestOneScreen(t *testing.T) {
	w := newWeek(t, lang.English)
	long := strings.TrimSpace(strings.Repeat("The committee of the neighbourhood association met twice about the matter of the shared rooms. ", 3))
	for i := range 8 {
		key := fmt.Sprint("q", i)
		w.say(voice{key: key, kind: store.Question, by: "ali", at: "Mo 09:00", text: fmt.Sprintf("How did you handle case %d of the rooms? %s", i, long)},
			voice{key: "o" + key, kind: store.Question, by: "tom", at: "Mo 09:00", text: fmt.Sprintf("Who knows about case %d of the keys? %s", i, long)},
			voice{key: "e" + key, kind: store.Experience, by: "tom", at: "Mo 09:00", text: fmt.Sprintf("We solved case %d with a list. %s", i, long)})
		for j, by := range []string{"petra", "jana", "sven"} {
			w.say(voice{key: fmt.Sprint(key, "a", j), of: key, kind: store.Answer, by: by, at: "Mo 10:00", text: fmt.Sprintf("In case %d we wrote rule %d down. %s", i, j, long)},
				voice{key: fmt.Sprint(key, "t", j), of: "root" + key, by: by, at: "Di 10:00", text: fmt.Sprintf("Thing %d of talk %d was decided. %s", j, i, long)})
		}
	}
	w.offer(englishOffers()...)
	d := w.compose(store.AudienceRoom)
	_, p := w.keep(d)
	lines, chars := extent(p.Text())
	if lines > screenLines || chars > screenChars {
		t.Errorf("%d lines, %d characters", lines, chars)
	}
	if chars < screenChars/2 || len(p.sections) != 5 {
		t.Errorf("%d characters in %d sections:\n%s", chars, len(p.sections), p.Text().Plain())
	}
	// what is kept is what is shown, in order
	var shown []int
	for _, s := range p.sections {
		for _, i := range s.items {
			shown = append(shown, i.number)
		}
	}
	if !slices.IsSorted(shown) || len(slices.Compact(shown)) != shown[len(shown)-1] {
		t.Errorf("numbers: %v", shown)
	}
	if !strings.Contains(p.Text().Plain(), "+ 6 more: !open") && !strings.Contains(p.Text().Plain(), "+ 7 more: !open") {
		t.Errorf("does not say how many are left:\n%s", p.Text().Plain())
	}
}

// TestClip: of what is too long whole sentences stay.
func TestClip(t *testing.T) {
	one := "Am 3. Dezember, z. B. ab 14.30 Uhr, treffen wir uns bei Frau Dr. Lind im Haus der Vereine. "
	long := strings.Repeat("und noch ein Wort ", 40)
	for text, want := range map[string]string{
		one:                    one,
		strings.Repeat(one, 4): strings.Repeat(one, 4),
		strings.TrimSpace(strings.Repeat(one, 8)): strings.Repeat(one, 4) + "…",
		one + long:                     one + "…",
		"Kommt ihr? " + long + ". Ja!": "Kommt ihr? …",
		long:                           long[:strings.LastIndex(long[:maxQuote-1], " ")] + "…",
		strings.Repeat("x", 500):       strings.Repeat("x", maxQuote-1) + "…",
	} {
		if got := Clip(text); got != want || len([]rune(got)) > maxQuote {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}
