package digest_test

import (
	"context"
	"strings"
	"testing"

	"buffet/digest"
)

// room is a talk in a room where nothing says what belongs together.
func room(lines ...string) digest.Talk {
	t := talk(lines...)
	for i := range t.Messages {
		t.Messages[i].Thread = ""
	}
	return t
}

// TestShortAnswers: whatever may be an answer closes a question.
func TestShortAnswers(t *testing.T) {
	for _, c := range []struct{ question, answer, quote string }{
		{"Kommt morgen jemand zum Aufbau?", "Ja.", "Ja."},
		{"Is anybody coming to set up tomorrow?", "Yes.", "Yes."},
		{"Kommt morgen jemand zum Aufbau?", "Nein, leider nicht", "Nein, leider nicht"},
		{"Wer hat den Beamer?", "Chris.", "Chris."},
		{"Who has the projector?", "Chris.", "Chris."},
		{"Wie viele Stühle brauchen wir?", "40", "40"},
		{"How many chairs do we need?", "40", "40"},
		{"Kann ich den Schlüssel behalten?", "👍", "👍"},
		{"Can I keep the key?", "👍", "👍"},
		{"Passt euch Freitag um 18 Uhr?", "Super!", ""},
		{"Wo finde ich die Anleitung für den Tresor?", "https://example.org/tresor", "https://example.org/tresor"},
		{"Where do I find the manual for the safe?", "https://example.org/safe", "https://example.org/safe"},
		{"Wer hilft uns mit dem Anhänger?", "Frau Meier vom Bauhof hilft gern. @room bitte merken", "Frau Meier vom Bauhof hilft gern."},
		{"Who helps us with the trailer?", "@room Ms Meier of the depot likes to help.", "Ms Meier of the depot likes to help."},
		{"Wer hat den Schlüssel?", "@Chris", ""},
		{"Wer fragt den Vermieter wegen der Heizung?", "Ich frage den Vermieter", "Ich frage den Vermieter"},
		{"Hat jemand den Antrag fertig?", "Keine Ahnung, aber Petra wollte ihn schreiben.", "Keine Ahnung, aber Petra wollte ihn schreiben."},
	} {
		for name, talk := range map[string]digest.Talk{"thread": talk("Ben: "+c.question, "Chris: "+c.answer), "reply": talk("Ben: "+c.question, "Chris>1: "+c.answer), "room": room("Ben: "+c.question, "Chris: "+c.answer)} {
			want := "Ben: " + c.question + " [m1] question\n"
			if c.quote != "" {
				want += "Chris: " + c.quote + " [m2] answer\n"
			}
			if got := render(summarise(t, digest.Request{Talk: talk})); got != want && (c.quote != "" || !strings.HasPrefix(got, want)) {
				t.Errorf("%s\n got %s\nwant %s", name, got, want)
			}
		}
	}
}

// TestStaysOpen: what is no answer leaves a question open.
func TestStaysOpen(t *testing.T) {
	for _, more := range [][]string{
		{},
		{"Chris: Danke für die Frage!"},
		{"Chris: Das würde mich auch interessieren."},
		{"Chris: Weiß ich leider nicht."},
		{"Chris: I don't know either, sorry."},
		{"Chris: Welchen meinst du denn?"},
		{"Chris: Welchen meinst du denn?", "Ben: Den kleinen silbernen."},
		{"Chris: Ich frage mal nach."},
		{"Chris: I'll ask around."},
		{"Chris: Ich frag Petra."},
		{"Chris: Let me check."},
		{"Chris: Da muss ich nachschauen."},
		{"Chris: k. A."},
		{"Chris: Ich auch nicht"},
		{"Chris: Gute Frage!"},
		{"Chris: Thanks for asking, I wondered too"},
		{"Chris: 😂"},
		{"Ben: Ich brauche ihn am Montag für den Seniorentreff."},
		{"Ben: Hat sich noch nicht gefunden."},
		{"Dora: Kommt morgen jemand zum Aufbau?", "Chris>2: Ja, ich bin um neun da."},
		{"Dora: Kommt morgen jemand zum Aufbau?", "Chris: Ja, ich bin um neun da."},
	} {
		for name, talk := range map[string]digest.Talk{"thread": talk(append([]string{"Ben: Wer hat den Beamer?"}, more...)...), "room": room(append([]string{"Ben: Wer hat den Beamer?"}, more...)...)} {
			s := summarise(t, digest.Request{Talk: talk, Lines: 8})
			if len(s.Lines) == 0 || !s.Lines[0].Open || s.Lines[0].Role != digest.Question {
				t.Errorf("%s %q:\n%s", name, more, render(s))
			}
		}
	}
}

// TestWhoAskedFoundOut closes a question, too.
func TestWhoAskedFoundOut(t *testing.T) {
	for _, c := range [][2]string{
		{"Wer hat den Beamer?", "Hat sich erledigt, lag im Auto."},
		{"Who has the projector?", "Never mind, it was in the car."},
		{"Wer hat den Beamer?", "Hab ihn gefunden."},
		{"Who has the projector?", "Found it."},
	} {
		want := "Ben: " + c[0] + " [m1] question\nBen: " + c[1] + " [m2] answer\n"
		for name, talk := range map[string]digest.Talk{"thread": talk("Ben: "+c[0], "Ben: "+c[1]), "reply": talk("Ben: "+c[0], "Ben>1: "+c[1]), "room": room("Ben: "+c[0], "Ben: "+c[1])} {
			if got := render(summarise(t, digest.Request{Talk: talk})); got != want {
				t.Errorf("%s\n got %s\nwant %s", name, got, want)
			}
		}
	}
}

// TestAnswersUnderTheirQuestion: each under its own, what was decided and
// offered after that by itself.
func TestAnswersUnderTheirQuestion(t *testing.T) {
	german := []string{
		"Ben: Wie macht ihr das mit der Schlüsselübergabe für den Gemeinderaum am Wochenende? Bei uns war letzten Samstag wieder niemand da.",
		"Chris: Wir haben einen Schlüsseltresor am Eingang, der Code wechselt monatlich.",
		"Anke: Was kostet so ein Tresor ungefähr?",
		"Chris: Etwa 60 €, im Baumarkt. Montage haben wir selbst gemacht.",
		"Ben: 👍",
		"Ben: Super, danke dir!",
		"Anke: Dann machen wir das so: Ben besorgt den Tresor bis Freitag, ich frage den Vermieter.",
		"Chris: Ich kann am Montag, 30.11. um 17 Uhr beim Anbringen helfen. Anleitung: https://example.org/tresor",
	}
	english := []string{
		"Ben: How do you hand over the keys of the community room at weekends? Last Saturday nobody was there again.",
		"Chris: We have a key safe at the entrance, its code changes every month.",
		"Anke: What does such a safe cost, roughly?",
		"Chris: About 60 €, at the DIY store. We mounted it ourselves.",
		"Ben: 👍",
		"Ben: Great, thank you!",
		"Anke: Then we do it like this: Ben gets the safe by Friday, I ask the landlord.",
		"Chris: I can help to mount it on Monday, 30 November at 5 pm. Manual: https://example.org/safe",
	}
	for _, lines := range [][]string{german, english} {
		for name, talk := range map[string]digest.Talk{"thread": talk(lines...), "room": room(lines...)} {
			s := summarise(t, digest.Request{Talk: talk, Lines: 8})
			got := render(s)
			at := 0
			for _, want := range []string{"[m1] question\nChris: " + cut(lines[1], 2) + " [m2] answer\n", "Anke: " + cut(lines[2], 2) + " [m3] question\nChris: " + cut(lines[3], 1)} {
				i := strings.Index(got[at:], want)
				if i < 0 {
					t.Errorf("%s: %q is missing in\n%s", name, want, got)
					break
				}
				at += i
			}
			for _, l := range s.Lines {
				if l.Open || l.Role == digest.Answer && (l.Sources[0] == "m7" || l.Sources[0] == "m8") {
					t.Errorf("%s: %+v in\n%s", name, l, got)
				}
			}
			if !strings.Contains(got, "[m7]\n") {
				t.Errorf("%s: no decision in\n%s", name, got)
			}
		}
	}
}

// cut is the first words of what somebody says up to the end of a clause.
func cut(line string, clauses int) string {
	_, text, _ := strings.Cut(line, ": ")
	return strings.Join(strings.SplitAfterN(text, ",", clauses+1)[:min(clauses, strings.Count(text, ",")+1)], "")
}

// TestNearInARoom: far away from a question, nothing is its answer.
func TestNearInARoom(t *testing.T) {
	lines := []string{"Ben: Wer hat den Beamer?"}
	for range 10 {
		lines = append(lines, "Ben: Ich brauche ihn am Montag für den Seniorentreff.")
	}
	lines = append(lines, "Chris: Der Zug hatte heute eine Stunde Verspätung.")
	s, err := digest.Extractive{}.Summarise(context.Background(), digest.Request{Talk: room(lines...), Lines: 8})
	if err != nil || !s.Lines[0].Open || strings.Contains(render(s), "] answer") {
		t.Errorf("%s, %v", render(s), err)
	}
}

// TestOpenQuestionsAreShown: whatever else is said, the newest ones that nobody
// answered are in.
func TestOpenQuestionsAreShown(t *testing.T) {
	for _, lines := range [][]string{{
		"Ben: Guten Morgen zusammen, der Adventsmarkt am 28. November ist genehmigt, Standplatz 14 neben der Kirche.",
		"Chris: Großartig! Die Stadt stellt uns den Strom kostenlos, das spart 60 € Gebühr.",
		"Anke: Ich habe Waffelteig für 120 Portionen bestellt, geliefert wird am Freitag um 9 Uhr.",
		"Ben: Wer hat den Beamer vom Sommerfest?",
		"Dora: Wann treffen wir uns am Samstag zum Aufbau?",
		"Anke: Um 8 Uhr am Haupteingang, der Hausmeister schließt auf.",
		"Chris: Die Plakate hängen in der Bücherei, im Rathaus und beim Bäcker in der Lindenstraße.",
		"Dora: Mein Hund hat heute schon zwei Waffeln geklaut 😂",
		"Ben: Wichtig: Die Kasse muss am Samstag bis 20 Uhr bei Frau Meier sein, sonst kann sie nicht abrechnen.",
		"Anke: Welche Allergene müssen wir beim Teig auf die Tafel schreiben?",
		"Chris: Wer übernimmt die Schicht von 14 bis 16 Uhr?",
		"Dora: Ich übernehme die Schicht von 14 bis 16 Uhr und bringe Kaffee mit.",
		"Ben: Dann machen wir das so: Dora von 14 bis 16 Uhr, Chris danach bis zum Abbau.",
		"Anke: Der Vorstand hat 300 € für die Deko beschlossen, Belege bitte bis 5. Dezember an mich.",
		"Chris: Das Wetter soll trocken bleiben, bei 4 Grad und Sonne.",
		"Dora: Dann bis Samstag, ich freue mich auf euch alle!",
	}, {
		"Ben: Good morning, the Advent market on 28 November is approved, our pitch is number 14 next to the church.",
		"Chris: Wonderful! The city gives us the power for free, which saves a fee of 60 €.",
		"Anke: I ordered waffle batter for 120 portions, it will be delivered on Friday at 9.",
		"Ben: Who has the projector from the summer party?",
		"Dora: When do we meet on Saturday to set up?",
		"Anke: At 8 at the main entrance, the caretaker lets us in.",
		"Chris: The posters hang in the library, in the town hall and at the bakery in Linden Street.",
		"Dora: My dog has stolen two waffles today 😂",
		"Ben: Important: the cash box must be with Ms Meier on Saturday by 8 pm, or she cannot settle the accounts.",
		"Anke: Which allergens do we have to write on the board for the batter?",
		"Chris: Who takes the shift from 2 to 4 pm?",
		"Dora: I take the shift from 2 to 4 pm and bring coffee.",
		"Ben: Then we do it like this: Dora from 2 to 4 pm, Chris after that until the end.",
		"Anke: The board decided on 300 € for the decoration, receipts to me by 5 December please.",
		"Chris: The weather will stay dry, with 4 degrees and sun.",
		"Dora: See you on Saturday, I am looking forward to all of you!",
	}} {
		for _, words := range []int{0, 60} {
			s := summarise(t, digest.Request{Talk: room(lines...), Lines: 8, Words: words})
			open := ""
			for _, l := range s.Lines {
				if l.Open {
					open += l.Sources[0] + " "
				}
			}
			if open != "m4 m10 " {
				t.Errorf("%d words, open: %s\n%s", words, open, render(s))
			}
		}
	}
}
