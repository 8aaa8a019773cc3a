package digest

import (
	"context"
	"slices"
	"strings"
	"testing"

	"maunium.net/go/mautrix/id"

	"buffet/lang"
	"buffet/store"
)

// TestThinWeek: what is coming up, one question, or nothing make no digest.
func TestThinWeek(t *testing.T) {
	question := voice{key: "q", kind: store.Question, by: "ali", at: "Mo 09:00", audience: store.AudiencePublic, text: "Wer leiht uns ein Zelt?"}
	answer := voice{key: "a", of: "q", kind: store.Answer, by: "tom", at: "Mo 10:00", audience: store.AudiencePublic, text: "Wir haben eines mit drei mal sechs Metern."}
	before := question
	before.key, before.at = "p", "-Mo 09:00"
	thread := []voice{{key: "t", by: "ali", at: "Mo 09:00", text: "Der Keller steht unter Wasser, wer hat eine Pumpe?"},
		{key: "u", of: "t", by: "tom", at: "Mo 09:10", text: "Die Feuerwehr hat eine, ruft dort an."},
		{key: "v", of: "t", by: "jana", at: "Mo 09:20", text: "Ich bringe unsere vorbei, bin in zehn Minuten da."}}
	for name, c := range map[string]struct {
		said []voice
		thin bool
	}{
		"nothing":               {nil, true},
		"one question":          {[]voice{question}, true},
		"a question of before":  {[]voice{before, question}, true},
		"a question and answer": {[]voice{question, answer}, false},
		"a busy thread":         {thread, false},
		"two people talking":    {thread[:2], true},
		"nothing to quote":      {[]voice{{key: "q", kind: store.Question, by: "ali", at: "Mo 09:00", text: "🙈"}, {key: "p", kind: store.Question, by: "ali", at: "Mo 09:00", text: "https://x.example"}}, true},
	} {
		w := newWeek(t, lang.German)
		w.offer(germanOffers()...)
		w.say(c.said...)
		if d := w.compose(store.AudienceRoom); (d == nil) != c.thin {
			t.Errorf("%s: %+v", name, d)
		}
	}
}

// told lists what a draft tells, as "section/role:key,key", in order.
func (w *week) told(d *Draft) string {
	w.Helper()
	if d == nil {
		return "thin"
	}
	keys := map[int64]string{}
	for k, c := range w.kept {
		keys[c.ID] = k
	}
	var list []string
	for i, l := range d.Lines {
		if l.Seq != i+1 {
			w.Errorf("line %d has the place %d", i+1, l.Seq)
		}
		s := l.Section
		if l.Role == More {
			list = append(list, s+"+"+l.Label)
			continue
		}
		for _, src := range l.Sources {
			if src.Contribution != 0 {
				s += " " + keys[src.Contribution]
			} else {
				s += " " + string(src.Event)
			}
		}
		list = append(list, s)
	}
	return strings.Join(list, ", ")
}

// TestNewIn: a digest tells what became visible to its readers in its window.
func TestNewIn(t *testing.T) {
	const q, a, e, net, pub = store.Question, store.Answer, store.Experience, store.AudienceNetwork, store.AudiencePublic
	w := newWeek(t, lang.German)
	w.say(
		voice{key: "old", kind: e, by: "ali", at: "-Mo 09:00", audience: net, text: "Die Erfahrung von letzter Woche mit dem Café am Markt."},
		voice{key: "let", kind: e, by: "ali", at: "-Mo 09:00", room: south, text: "Die Erfahrung von letzter Woche mit dem Besuchsdienst im Heim."},
		voice{key: "wider", kind: e, by: "ali", at: "-Mo 09:00", room: south, text: "Die Erfahrung von vorletzter Woche mit den Spenden im Advent."},
		voice{key: "next", kind: e, by: "ali", at: "Fr 17:00", audience: pub, text: "Die Erfahrung, die nach dem Ende des Zeitraums kam."},
		voice{key: "qo", kind: q, by: "jana", at: "-Mo 10:00", audience: net, text: "Wie habt ihr die Schlüssel für das Haus geregelt?"},
		voice{key: "ao", of: "qo", kind: a, by: "tom", at: "-Mo 11:00", audience: net, text: "Bei uns liegt einer im Tresor am Eingang."},
		voice{key: "qn", kind: q, by: "jana", at: "-Mo 10:00", audience: net, text: "Wie habt ihr die Reinigung der Räume geregelt?"},
		voice{key: "an", of: "qn", kind: a, by: "tom", at: "-Mo 11:00", room: south, text: "Wir wechseln uns jede Woche ab und führen eine Liste."},
		voice{key: "am", of: "qn", kind: a, by: "tom", at: "-Mo 11:05", audience: net, room: south, text: "Die Liste hängt in der Küche."},
		voice{key: "qc", kind: q, by: "jana", at: "-Do 15:00", audience: net, closed: true, text: "Wie habt ihr die Heizung in den Ferien geregelt?"},
		voice{key: "ac", of: "qc", kind: a, by: "tom", at: "-Fr 11:00", audience: net, text: "Der Hausmeister stellt sie herunter, wenn wir ihm schreiben."},
	)
	w.let("let", net, "Mo 12:00")
	w.let("wider", net, "-Di 12:00")
	w.let("wider", pub, "Di 12:00")
	w.let("an", net, "Mi 12:00")
	w.kept["qc"] = func() store.Contribution { // closed in the window, by nobody's answer
		c := w.kept["qc"]
		c.Closed = w.at("Mo 08:00")
		w.write(func(ctx context.Context, tx *store.Tx) error { return tx.PutContribution(ctx, c) })
		return c
	}()
	for audience, want := range map[string]string{
		store.AudienceRoom:    "answered qc, answered ac, answered qn, answered an, answered am, experience let",
		store.AudienceNetwork: "answered qc, answered ac, answered qn, answered an, answered am, experience let",
		store.AudiencePublic:  "thin", // "wider" alone
	} {
		d := w.compose(audience)
		if got := w.told(d); got != want {
			t.Errorf("%s: got %s\nwant %s", audience, got, want)
		}
		if d != nil && (d.Questions != 0 || d.Answers != 2) { // what tom said of one goes for both
			t.Errorf("%s: %d questions, %d answers", audience, d.Questions, d.Answers)
		}
	}
	w.say(voice{key: "more", kind: e, by: "ali", at: "Mo 09:00", audience: pub, text: "Eine öffentliche Erfahrung aus dieser Woche mit dem Chor."})
	if got, want := w.told(w.compose(store.AudiencePublic)), "experience more, experience wider"; got != want {
		t.Errorf("public: got %s\nwant %s", got, want)
	}
}

// TestGatheredLate: what is marked, or answered to a question that is marked,
// after the digest of its week is told in the next one, and only there.
func TestGatheredLate(t *testing.T) {
	const q, a, e = store.Question, store.Answer, store.Experience
	for audience, of := range map[string]id.RoomID{store.AudienceRoom: north, store.AudienceNetwork: south} {
		w := newWeek(t, lang.German)
		w.say(
			voice{key: "old", kind: e, by: "ali", at: "-Do 09:00", gathered: "-Do 10:00", room: of, audience: store.AudienceNetwork, text: "Die Erfahrung von letzter Woche mit dem Café am Markt."},
			voice{key: "late", kind: e, by: "ali", at: "-Do 09:00", gathered: "Sa 10:00", room: of, audience: store.AudienceNetwork, text: "Die Erfahrung von letzter Woche mit dem Besuchsdienst im Heim."},
			voice{key: "next", kind: e, by: "ali", at: "Do 09:00", gathered: "Fr 16:00", room: of, audience: store.AudienceNetwork, text: "Die Erfahrung, die erst nach dem Digest jemand markiert."},
			voice{key: "q", kind: q, by: "jana", at: "-Mo 10:00", gathered: "Mo 09:00", room: of, audience: store.AudienceNetwork, text: "Wie habt ihr die Schlüssel für das Haus geregelt?"},
			voice{key: "a", of: "q", kind: a, by: "tom", at: "-Mo 11:00", gathered: "Mo 09:00", room: of, audience: store.AudienceNetwork, text: "Bei uns liegt einer im Tresor am Eingang."})
		d := w.compose(audience)
		if got, want := w.told(d), "answered q, answered a, experience late"; got != want || d == nil || d.Questions != 1 || d.Answers != 1 {
			t.Errorf("%s: got %s\nwant %s", audience, got, want)
		}
	}
}

// TestImported: what was imported is told last, with its own link, and counts
// as nothing new.
func TestImported(t *testing.T) {
	w := newWeek(t, lang.German)
	w.say(voice{key: "e1", kind: store.Experience, by: "ali", at: "Mo 09:00", audience: store.AudiencePublic, text: "Der Flohmarkt im Hof lief besser als der im Saal."},
		voice{key: "q1", kind: store.Question, by: "ali", at: "Mo 09:00", audience: store.AudiencePublic, text: "Wer leiht uns ein Zelt?"})
	w.write(func(ctx context.Context, tx *store.Tx) error {
		c, _, err := tx.AddContribution(ctx, store.Contribution{Network: weekNetwork, Kind: store.Question, UID: "f1", URL: "https://faq.example/1",
			Audience: store.AudiencePublic, Title: "Wie melde ich einen Verein an?", Sent: w.at("Di 09:00")})
		w.kept["f1"] = c
		if err != nil {
			return err
		}
		w.kept["g1"], _, err = tx.AddContribution(ctx, store.Contribution{Network: weekNetwork, Kind: store.Answer, Question: c.ID, UID: "g1", URL: "https://faq.example/1#a",
			Audience: store.AudiencePublic, Name: "Amt Nord", Body: "Beim Amtsgericht, mit einem Notar und sieben Mitgliedern.", Sent: w.at("Di 09:00")})
		return err
	})
	w.say(voice{key: "q2", kind: store.Question, by: "ali", at: "Mo 09:00", audience: store.AudiencePublic, text: "Wer leiht uns einen Tisch?"},
		voice{key: "a2", of: "q2", kind: store.Answer, by: "tom", at: "Mo 09:00", audience: store.AudiencePublic, text: "Im Keller vom Bürgerhaus stehen acht."})
	d := w.compose(store.AudiencePublic)
	if got, want := w.told(d), "answered q2, answered a2, answered f1, answered g1, open q1, experience e1"; got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
	if d.Questions != 2 || d.Answers != 1 {
		t.Errorf("%d questions, %d answers", d.Questions, d.Answers)
	}
	_, p := w.keep(d)
	for _, want := range []string{"„Wie melde ich einen Verein an?“ – ein Mitglied · zur Quelle: https://faq.example/1\n", "– Amt Nord · zur Quelle: https://faq.example/1#a\n"} {
		if !strings.Contains(p.Text().Plain(), want) {
			t.Errorf("%q is missing in\n%s", want, p.Text().Plain())
		}
	}
}

// TestSources: every line but an offer's rests on something that is kept, with
// the hash of its text, and has its link.
func TestSources(t *testing.T) {
	w := newWeek(t, lang.German).full()
	n, p := w.keep(w.compose(store.AudienceRoom))
	lines, err := store.DigestLines(t.Context(), w.store.Reader(), n)
	if err != nil {
		t.Fatal(err)
	}
	texts := map[string]string{}
	for _, m := range w.history.Messages {
		texts[m.ID] = m.Text
	}
	for _, l := range lines {
		if l.Section == Coming || l.Role == More {
			if len(l.Sources) > 0 || l.Text != "" || l.Section == Coming && l.Role != More && l.Offer == 0 {
				t.Errorf("%+v", l)
			}
			continue
		}
		for _, s := range l.Sources {
			if c, err := store.ContributionByID(t.Context(), w.store.Reader(), s.Contribution); s.Contribution != 0 && (err != nil || Hash(TextOf(c)) != s.Hash || c.Event != s.Event) {
				t.Errorf("%+v is not %+v", s, c)
			}
			if s.Author == "" || s.Room != north || Hash(" "+strings.ReplaceAll(texts[string(s.Event)], " ", "\n")) != s.Hash || s.Hash == Hash("") {
				t.Errorf("%+v: %q", s, texts[string(s.Event)])
			}
		}
		if !verbatim(l.Text, texts[string(l.Sources[0].Event)]) {
			t.Errorf("%q is not in its source", l.Text)
		}
	}
	for _, s := range p.sections {
		for _, i := range s.items {
			for _, l := range i.lines {
				if s.name != Coming && l.link == "" {
					t.Errorf("no link: %+v", l)
				}
			}
		}
	}
}

// TestDirect: nobody is led to a chat that only one person gets into.
func TestDirect(t *testing.T) {
	w := newWeek(t, lang.German)
	w.say(voice{key: "e1", kind: store.Experience, by: "jana", at: "Mo 09:00", audience: store.AudienceNetwork, room: chat, text: "Der Flohmarkt im Hof lief besser als der im Saal."},
		voice{key: "e2", kind: store.Experience, by: "jana", at: "Mo 10:00", audience: store.AudienceNetwork, room: south, text: "Die Einladung auf Papier hat mehr gebracht als die im Netz."})
	_, p := w.keep(w.compose(store.AudienceNetwork))
	for name, text := range forms(p) {
		if strings.Contains(text, "chat") || !strings.Contains(text, "%21sued:verband.example/$e2") {
			t.Errorf("%s:\n%s", name, text)
		}
	}
}

// TestBusiest: threads by the number of people, then of messages.
func TestBusiest(t *testing.T) {
	w := newWeek(t, lang.German)
	add := func(root string, by ...string) {
		for i, who := range by {
			v := voice{key: root, by: who, at: "Mo 09:00", text: "Wir sprechen über das Thema " + root + " und seine Folgen."}
			if i > 0 {
				v.key, v.of = root+string(rune('a'+i)), root
			}
			w.say(v)
		}
	}
	add("alone", "ali")
	add("monologue", "ali", "ali", "ali", "ali", "ali", "ali")
	add("pair", "ali", "tom", "ali", "tom")
	add("three", "ali", "tom", "jana")
	add("longpair", "ali", "tom", "ali", "tom", "ali")
	add("four", "ali", "tom", "jana", "sven")
	add("threemore", "ali", "tom", "jana", "ali")
	// a tree of replies without a thread, whose first message is from before the window
	for i, m := range []Message{{ID: "$x1", ReplyTo: "$before"}, {ID: "$x2", ReplyTo: "$x1"}, {ID: "$x3", ReplyTo: "$before"}, {ID: "$x4", ReplyTo: "$x3"}, {ID: "$x5", ReplyTo: "$x4"}} {
		m.Sender, m.Text, m.Sent = []string{"@a:x", "@b:x", "@c:x", "@d:x", "@e:x"}[i], "Wir sprechen über den Baum der Antworten.", w.from
		w.history.Messages = append(w.history.Messages, m)
	}
	v := &writing{Composer: w.composer(), q: w.store.Reader(), place: w.place(), draft: &Draft{Digest: store.Digest{From: w.from, To: w.to}}}
	if err := v.chooseThreads(t.Context()); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, th := range v.threads {
		got = append(got, th.messages[0].ID)
	}
	if want := []string{"$x1", "$four", "$threemore", "$three", "$longpair"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
