package digest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"maunium.net/go/mautrix/id"

	"buffet/lang"
	"buffet/store"
)

// forms are all forms of a page.
func forms(p *Page) map[string]string {
	return map[string]string{"plain": p.Text().Plain(), "html": p.Text().HTML(), "draft": p.Draft().Plain(), "draft html": p.Draft().HTML(),
		"markdown": p.Markdown(true), "file": p.HTML(true), "markdown without names": p.Markdown(false), "file without names": p.HTML(false)}
}

// hidden is what a network's and a public digest may not tell: each text holds
// a word that occurs nowhere else.
func hidden() []voice {
	const q, a, e, room, net, pub = store.Question, store.Answer, store.Experience, store.AudienceRoom, store.AudienceNetwork, store.AudiencePublic
	text := func(n int) string {
		return fmt.Sprintf("Marker%dX gehört niemandem sonst: Wer kann bei der Umstellung auf Marker%dX helfen?", n, n)
	}
	return []voice{
		{key: "h1", kind: q, by: "ali", at: "Mo 11:00", audience: room, room: south, text: text(1)},
		{key: "h2", kind: q, by: "ali", at: "Mo 11:10", audience: room, room: south, closed: true, named: true, text: text(2)},
		{key: "h3", kind: a, of: "h2", by: "tom", at: "Mo 11:20", audience: room, room: south, named: true, text: text(3)},
		{key: "h4", kind: e, by: "tom", at: "Mo 11:30", audience: room, room: south, named: true, text: text(4)},
		{key: "h5", kind: e, by: "jana", at: "Mo 11:40", audience: room, room: chat, text: text(5)},
		// answers that are not let out, to questions that are
		{key: "h6", kind: a, of: "q1", by: "sven", at: "Mo 11:50", audience: room, room: south, named: true, text: text(6)},
		{key: "h7", kind: a, of: "q3", by: "sven", at: "Mi 11:50", audience: room, room: south, text: text(7)},
		{key: "h8", kind: a, of: "q6", by: "sven", at: "Fr 11:50", audience: room, room: south, text: text(8)},
		// seen by the network, not by everybody
		{key: "h9", kind: q, by: "tom", at: "Fr 12:00", audience: net, room: south, text: text(9)},
		{key: "h10", kind: a, of: "q2", by: "tom", at: "Di 16:00", audience: net, room: south, named: true, text: text(10)},
		{key: "h11", kind: e, by: "tom", at: "Fr 12:10", audience: net, room: south, text: text(11)},
		{key: "h12", kind: a, of: "q6", by: "tom", at: "Fr 12:20", audience: net, room: south, text: text(12)},
		{key: "h13", kind: e, by: "tom", at: "Fr 12:30", audience: pub, room: south, text: text(13)},
	}
}

func seenBy(audience string, v voice) bool {
	switch audience {
	case store.AudiencePublic:
		return v.audience == store.AudiencePublic
	case store.AudienceNetwork:
		return v.audience == store.AudiencePublic || v.audience == store.AudienceNetwork
	}
	return v.audience != store.AudienceRoom || v.room == north
}

// TestLeak: what an audience may not see does not change a byte of what it
// reads, in any form.
func TestLeak(t *testing.T) {
	for _, audience := range []string{store.AudienceRoom, store.AudienceNetwork, store.AudiencePublic} {
		without := newWeek(t, lang.German).full()
		with := newWeek(t, lang.German).full()
		var secrets []string
		for i, v := range hidden() {
			with.say(v)
			if seenBy(audience, v) {
				without.say(v)
			} else {
				secrets = append(secrets, fmt.Sprintf("Marker%dX", i+1))
				other := v
				if v.kind != store.Answer { // another network's takes a number, too, and changes no count
					other.text, other.room, other.audience, other.key, other.closed = "x", "!other:verband.example", "", "o"+v.key, false
					without.say(other)
				}
			}
			if seenBy(audience, v) {
				with.let(v.key, v.audience, "Fr 13:00")
				without.let(v.key, v.audience, "Fr 13:00")
			}
		}
		if len(secrets) == 0 || len(secrets) == len(hidden()) {
			t.Fatalf("%s: %d secrets", audience, len(secrets))
		}
		a, b := with.compose(audience), without.compose(audience)
		_, pa := with.keep(a)
		_, pb := without.keep(b)
		fa, fb := forms(pa), forms(pb)
		for name, text := range fa {
			for _, s := range secrets {
				if strings.Contains(text, s) {
					t.Errorf("%s, %s: %s is told:\n%s", audience, name, s, text)
				}
			}
			if text != fb[name] {
				t.Errorf("%s, %s differs from a digest without what is hidden:\n%s\n---\n%s", audience, name, text, fb[name])
			}
		}
		for _, l := range a.Lines {
			for _, s := range secrets {
				if strings.Contains(l.Text+l.Who+l.Label, s) {
					t.Errorf("%s: %s is kept in %+v", audience, s, l)
				}
			}
		}
		if audience != store.AudienceRoom && with.read > 0 {
			t.Errorf("%s: the room was read", audience)
		}
	}
}

// TestMarkersAreTold: the markers of the leak test do come out where they may.
func TestMarkersAreTold(t *testing.T) {
	w := newWeek(t, lang.German)
	w.say(voice{key: "q1", kind: store.Question, by: "ali", at: "Mo 08:00", audience: store.AudiencePublic, text: "Eine Frage an alle hier?"})
	for _, v := range hidden() {
		if v.of == "q1" || v.of == "h2" || v.of == "" {
			v.audience = store.AudiencePublic
			w.say(v)
		}
	}
	_, p := w.keep(w.compose(store.AudiencePublic))
	for _, n := range []int{3, 6, 13} {
		if s := fmt.Sprintf("Marker%dX", n); !strings.Contains(p.Text().Plain(), s) {
			t.Errorf("%s is missing:\n%s", s, p.Text().Plain())
		}
	}
}

// TestNames: only who agreed is named, and nobody where names are left out.
func TestNames(t *testing.T) {
	w := newWeek(t, lang.German).full()
	w.offer([2]string{"20261123T100000", "Yoga mit Birgit\nLOCATION:Bei Petra\\, Hof 3\nORGANIZER;CN=Birgit Musterfrau:mailto:birgit@privat.example"},
		[2]string{"20261124T100000", "Rat für Vereine\nORGANIZER:mailto:birgit@privat.example"},
		[2]string{"20261125T100000", "Nähen\nLOCATION:Stadtteilhaus\nORGANIZER;CN=birgit@privat.example:mailto:birgit@privat.example"})
	w.say(voice{key: "e9", kind: store.Experience, by: "petra", at: "Fr 10:00", audience: store.AudiencePublic, named: true,
		text: "Petra und Tom haben mit Heikes Liste angefangen, erreichbar unter petra@verband.example oder 0431 5550199."})
	for _, audience := range []string{store.AudienceRoom, store.AudienceNetwork, store.AudiencePublic} {
		_, p := w.keep(w.compose(audience))
		all := forms(p)
		for _, form := range []string{"markdown without names", "file without names"} {
			for _, part := range []string{"Petra", "petra", "Tom", "Brandt", "Heike", "Voss", "Sven", "Jana", "Ali", "5550199", "Caritas", "Birgit", "Musterfrau"} {
				if strings.Contains(all[form], part) {
					t.Errorf("%s, %s names %s:\n%s", audience, form, part, all[form])
				}
			}
		}
		if !strings.Contains(all["markdown"], "Petra und Tom haben mit Heikes Liste") {
			t.Errorf("%s: names are hidden where they may be told:\n%s", audience, all["markdown"])
		}
		// those who did not agree to be named anywhere
		named := slices.ContainsFunc([]string{"– Jana", "– Ali", "– Sven"}, func(s string) bool { return strings.Contains(all["plain"], s) })
		if named != (audience == store.AudienceRoom) {
			t.Errorf("%s: is one of them named: %v\n%s", audience, named, all["plain"])
		}
		if hosted := strings.Contains(all["plain"], "Birgit Musterfrau"); hosted == (audience == store.AudiencePublic) {
			t.Errorf("%s: is the host named: %v\n%s", audience, hosted, all["plain"])
		}
		for form, text := range all {
			if strings.Contains(text, "privat.example") {
				t.Errorf("%s, %s tells an address:\n%s", audience, form, text)
			}
			if strings.Contains(text, "· ·") || strings.Contains(text, ">· <") || !strings.Contains(text, "Yoga mit") || !strings.Contains(text, "Hof 3") || !strings.Contains(text, "Stadtteilhaus") {
				t.Errorf("%s, %s leaves out too much:\n%s", audience, form, text)
			}
			if strings.Contains(text, "@tom") || strings.Contains(text, "@sven") {
				t.Errorf("%s, %s holds an id:\n%s", audience, form, text)
			}
		}
	}
}

// TestThreadsOfWho: who said never again, or no to one of their messages in a
// thread, is not quoted from it and does not count; nor is what a section
// before tells.
func TestThreadsOfWho(t *testing.T) {
	w := newWeek(t, lang.German).full()
	w.write(func(ctx context.Context, tx *store.Tx) error {
		if err := tx.SetForgotten(ctx, tx.HashPerson(userOf("heike")), w.from); err != nil {
			return err
		}
		_, err := tx.AddMark(ctx, store.Mark{Event: "no/$t2", Room: north, What: store.MarkRefused, At: w.from})
		return err
	})
	for i, m := range w.history.Messages { // some clients reply and know no threads
		if m.ReplyTo == "$q1" {
			w.history.Messages[i].Thread = ""
		}
	}
	d := w.compose(store.AudienceRoom)
	for _, l := range d.Lines {
		if l.Section != Threads {
			continue
		}
		if l.Who == "Heike Voss" || l.Sources[0].Event == "$t2" {
			t.Errorf("quoted: %+v", l)
		}
		if e := l.Sources[0].Event; slices.Contains([]id.EventID{"$q1", "$a1", "$a2", "$m1", "$q2", "$a3"}, e) {
			t.Errorf("%s has its place above", e)
		}
		if l.Sources[0].Author == "" || l.Sources[0].Room != north || l.Sources[0].Hash == "" {
			t.Errorf("source: %+v", l.Sources[0])
		}
	}
	// tom takes all back that he answered to a question: then too few are left in its thread
	x := newWeek(t, lang.German)
	x.say(voice{key: "q", kind: store.Question, by: "ali", at: "Mo 08:00", text: "Wie macht ihr das mit den Schlüsseln fürs Haus?"},
		voice{key: "r", of: "q", by: "tom", at: "Mo 09:00", text: "Bei uns liegt einer im Tresor am Eingang, der Code wechselt jede Woche."},
		voice{key: "s", of: "q", by: "jana", at: "Mo 10:00", text: "Wir geben sie gegen Unterschrift aus und sammeln sie im Dezember ein."})
	ask := func() []thread {
		v := &writing{Composer: x.composer(), q: x.store.Reader(), place: x.place(), draft: &Draft{Digest: store.Digest{From: x.from, To: x.to}}}
		if err := v.chooseThreads(t.Context()); err != nil {
			t.Fatal(err)
		}
		return v.threads
	}
	if list := ask(); len(list) != 1 || list[0].people != 3 {
		t.Fatalf("threads: %+v", list)
	}
	x.write(func(ctx context.Context, tx *store.Tx) error {
		e := id.EventID(fmt.Sprintf("no/%d/%s", x.kept["q"].ID, tx.HashPerson(userOf("tom"))))
		_, err := tx.AddMark(ctx, store.Mark{Event: e, Room: north, What: store.MarkRefused, At: x.from})
		return err
	})
	if list := ask(); len(list) != 0 {
		t.Errorf("threads: %+v", list)
	}
	if slices.ContainsFunc(x.history.Messages, func(m Message) bool { return m.Text == "" }) {
		t.Error("what was read is changed")
	}
}
