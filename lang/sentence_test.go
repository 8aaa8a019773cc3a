package lang_test

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"buffet/lang"
)

// split joins the sentences of a text with |, line breaks as ⏎.
func split(text string) string {
	var list []string
	for _, s := range lang.Sentences(text) {
		list = append(list, text[s.Start:s.End])
	}
	return strings.ReplaceAll(strings.Join(list, "|"), "\n", "⏎")
}

func TestSentences(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		// plain
		{"", ""},
		{"   \n \t ", ""},
		{"Hallo", ""}, // a greeting
		{"Kaffee", "Kaffee"},
		{"Wir kommen. Ihr auch?", "Wir kommen.|Ihr auch?"},
		{"Super! Danke! Bis dann.", "Super!"},
		{"Echt?! Nein!!! Doch…", "Echt?!|Nein!!!|Doch…"},
		{"wer kommt? ich bringe kuchen mit. passt das", "wer kommt?|ich bringe kuchen mit.|passt das"},
		{"we meet at noon. bring cake", "we meet at noon.|bring cake"},
		{"Das geht.Wir machen das so.", "Das geht.|Wir machen das so."},
		{"Gern!Wir kommen", "Gern!|Wir kommen"},
		{"  Am Rand.  Und weiter.  ", "Am Rand.|Und weiter."},
		// abbreviations
		{"Bringt z. B. Kuchen mit. Danke!", "Bringt z. B. Kuchen mit."},
		{"Bringt z.B. Kuchen mit. Danke!", "Bringt z.B. Kuchen mit."},
		{"Es kommen u. a. Petra und Jo. Wir freuen uns.", "Es kommen u. a. Petra und Jo.|Wir freuen uns."},
		{"Das kostet ca. 40 Euro bzw. 50 mit Essen.", "Das kostet ca. 40 Euro bzw. 50 mit Essen."},
		{"Dr. Meier und Prof. Dr. Lang kommen.", "Dr. Meier und Prof. Dr. Lang kommen."},
		{"Frau Dr. Ich kenne sie.", "Frau Dr. Ich kenne sie."},
		{"Stifte, Papier usw. Wir haben alles.", "Stifte, Papier usw.|Wir haben alles."},
		{"Stifte, Papier usw. Kleber fehlt.", "Stifte, Papier usw. Kleber fehlt."},
		{"Siehe Nr. 5 und Art. 12 Abs. 3.", "Siehe Nr. 5 und Art. 12 Abs. 3."},
		{"Das dauert 2 Std. Danach gibt es Kaffee.", "Das dauert 2 Std.|Danach gibt es Kaffee."},
		{"Das dauert 2 Std. Fahrt extra.", "Das dauert 2 Std. Fahrt extra."},
		{"Tel. 0123 456 oder per Mail.", "Tel. 0123 456 oder per Mail."},
		{"Ggf. Anmeldung nötig.", "Ggf. Anmeldung nötig."},
		{"Die AG i. d. R. Wir klären das.", "Die AG i. d. R.|Wir klären das."},
		{"Bring snacks, e.g. Nuts and fruit. And tea.", "Bring snacks, e.g. Nuts and fruit.|And tea."},
		{"The rule, i.e. the old one, holds.", "The rule, i.e. the old one, holds."},
		{"Mr. Smith met Mrs. Jones. They talked.", "Mr. Smith met Mrs. Jones.|They talked."},
		{"It takes approx. two hours, etc. We start at 9.", "It takes approx. two hours, etc.|We start at 9."},
		{"J. R. Tolkien schrieb das. Gut so.", "J. R. Tolkien schrieb das.|Gut so."},
		{"Die Awo e. V. hat zugesagt. Toll.", "Die Awo e. V. hat zugesagt.|Toll."},
		{"Förderung lt. richtl. vom Mai.", "Förderung lt. richtl. vom Mai."},
		{"Das ist der Plan B. Wir nehmen ihn.", "Das ist der Plan B.|Wir nehmen ihn."},
		// ordinals, dates, numbers
		{"Am 3. Dezember um 14 Uhr. Kommt alle!", "Am 3. Dezember um 14 Uhr.|Kommt alle!"},
		{"Wir treffen uns am 3.12. um 14 Uhr.", "Wir treffen uns am 3.12. um 14 Uhr."},
		{"Wir treffen uns am 3. 12. 2026 im Saal.", "Wir treffen uns am 3. 12. 2026 im Saal."},
		{"Jeden 1. Montag im Monat. Ohne Anmeldung.", "Jeden 1. Montag im Monat.|Ohne Anmeldung."},
		{"Treffen ist am 3.12. Wir bringen Tee mit.", "Treffen ist am 3.12.|Wir bringen Tee mit."},
		{"Es waren 120. Petra hat gezählt.", "Es waren 120.|Petra hat gezählt."},
		{"Wir sind 12. Das reicht.", "Wir sind 12.|Das reicht."},
		{"Seit 2019. Petra war dabei.", "Seit 2019.|Petra war dabei."},
		{"Im 2. Stock. Der Aufzug geht.", "Im 2. Stock.|Der Aufzug geht."},
		{"Das kostet 1.250,50 Euro. Viel.", "Das kostet 1.250,50 Euro.|Viel."},
		{"Version 1.2.3 ist da. Läuft.", "Version 1.2.3 ist da.|Läuft."},
		{"Um 14.30 Uhr. Nicht später.", "Um 14.30 Uhr.|Nicht später."},
		{"Friedrich II. Park ist zu. Schade.", "Friedrich II. Park ist zu.|Schade."},
		{"Das regelt § 45b SGB XI. Die Kasse zahlt.", "Das regelt § 45b SGB XI.|Die Kasse zahlt."},
		{"Vom 1. bis 3. Juni. Mit Zelt.", "Vom 1. bis 3. Juni.|Mit Zelt."},
		{"Zwei Fragen: 1. Wer kommt? 2. Wann geht es los?", "Zwei Fragen: 1. Wer kommt?|2. Wann geht es los?"},
		// links, addresses, files
		{"Siehe https://example.org/a.b?c=d. Dort steht alles.", "Siehe https://example.org/a.b?c=d.|Dort steht alles."},
		{"Mail an info@example.org. Oder anrufen.", "Mail an info@example.org.|Oder anrufen."},
		{"Die Seite www.example.org ist neu.", "Die Seite www.example.org ist neu."},
		{"Die Datei plan.Final.docx liegt da.", "Die Datei plan.Final.docx liegt da."},
		{"Das Tool Node.Js läuft.", "Das Tool Node.Js läuft."},
		// ellipses
		{"Also … ich weiß nicht. Mal sehen.", "Also … ich weiß nicht.|Mal sehen."},
		{"Na ja... Wir schauen mal.", "Na ja...|Wir schauen mal."},
		{"Na ja... wir schauen mal.", "Na ja... wir schauen mal."},
		// emoji
		{"Toll! 😊 Wir kommen.", "Toll! 😊|Wir kommen."},
		{"Ich komme 😊 Wir bringen Kuchen mit", "Ich komme 😊|Wir bringen Kuchen mit"},
		{"Wir backen 🎂 Torte für alle.", "Wir backen 🎂 Torte für alle."},
		{"👍", "👍"},
		{"Passt.👍 Mehr dann", "Passt.👍|Mehr dann"},
		// quotation marks and brackets
		{"Sie sagte: „Kommt alle! Es lohnt sich.“ Also los.", "Sie sagte: „Kommt alle! Es lohnt sich.“|Also los."},
		{"„Kommst du?“, fragte sie.", "„Kommst du?“, fragte sie."},
		{"\"Kommst du?\" fragte sie. Ja.", "\"Kommst du?\" fragte sie.|Ja."},
		{"»Wer war das? Na?« Keiner.", "»Wer war das? Na?«|Keiner."},
		{"Das Heft „Pflege. Heute.“ ist da.", "Das Heft „Pflege. Heute.“ ist da."},
		{"Wir nehmen den Bus (er fährt oft. Wirklich.) und laufen.", "Wir nehmen den Bus (er fährt oft. Wirklich.) und laufen."},
		{"Er hat 5\" gemessen. Das reicht. Und nun?", "Er hat 5\" gemessen.|Das reicht.|Und nun?"},
		{"Der Film “Up.” was fun. We liked it.", "Der Film “Up.” was fun.|We liked it."},
		// lists
		{"- Tee\n- Kaffee\n- Kuchen", "Tee|Kaffee|Kuchen"},
		{"Wir brauchen:\n• Stifte\n• Papier. Viel Papier.", "Wir brauchen:|Stifte|Papier.|Viel Papier."},
		{"1. Anmelden\n2. Zahlen\n3. Kommen", "Anmelden|Zahlen|Kommen"},
		{"1) Tee\n2) Kaffee", "Tee|Kaffee"},
		{"1. Tee\n- schwarz\n2. Kaffee\n\n1. Kuchen\n2. Brot", "Tee|schwarz|Kaffee|Kuchen|Brot"},
		{"1. Getränke 2. Kuchen 3. Stühle", "1. Getränke 2. Kuchen 3. Stühle"},
		{"15. wäre mir lieber, z. B. um 17.30 Uhr. Geht das?", "15. wäre mir lieber, z. B. um 17.30 Uhr.|Geht das?"},
		{"13. passt auch.", "13. passt auch."},
		{"13. would suit me, too.", "13. would suit me, too."},
		{"Also:\n13. passt mir\n14. geht nicht", "Also:|13. passt mir|14. geht nicht"},
		{"1. wäre gut\n15. auch", "1. wäre gut|15. auch"},
		{"3) ja\n1) nein", "3) ja|1) nein"},
		{"3️⃣ reichen", "3️⃣ reichen"},
		{"- 13. passt auch", "13. passt auch"},
		{"- ein langer Punkt der Liste, der in der nächsten Zeile\n  weitergeht\n- Punkt zwei", "ein langer Punkt der Liste, der in der nächsten Zeile⏎  weitergeht|Punkt zwei"},
		{"Montag: Tee\nDienstag: Kaffee\nMittwoch: frei", "Montag: Tee|Dienstag: Kaffee|Mittwoch: frei"},
		{"1️⃣ Tee\n2️⃣ Kaffee", "Tee|Kaffee"},
		{"- [ ] Raum buchen", "[ ] Raum buchen"},
		// line breaks
		{"Der Antrag muss bis zum Ende des Monats beim Amt liegen, sonst\nverfällt er. Wer hilft?", "Der Antrag muss bis zum Ende des Monats beim Amt liegen, sonst⏎verfällt er.|Wer hilft?"},
		{"Wir treffen uns wie jedes Jahr im Saal der Gemeinde am Sonntag, den\n3. Dezember, um 14 Uhr.", "Wir treffen uns wie jedes Jahr im Saal der Gemeinde am Sonntag, den⏎3. Dezember, um 14 Uhr."},
		{"Sommerfest\nWir suchen noch Leute.", "Sommerfest|Wir suchen noch Leute."},
		{"Erster Absatz ohne Punkt\n\nZweiter Absatz", "Erster Absatz ohne Punkt|Zweiter Absatz"},
		{"Wir kommen\r\nbeide gern.", "Wir kommen|beide gern."},
		{"# Protokoll\nAlle waren da.", "Protokoll|Alle waren da."},
		// code
		{"So geht es:\n```\ngo build. Und fertig.\n```\nDanke euch allen dafür.", "So geht es:|Danke euch allen dafür."},
		{"Seht:\n\n    x := f(y); return\n    print(x)\n\nKlar?", "Seht:|Klar?"},
		{"```\nnie zu", ""},
		{"Der Befehl `go test ./...` hilft. Immer.", "Der Befehl `go test ./...` hilft.|Immer."},
		// quotes of others
		{"> Wer kommt?\n> Und wann?\nIch komme um 9.", "Ich komme um 9."},
		{"Am Montag, 3. Mai 2026 um 10:12 schrieb Petra <p@example.org>:\n> Alt.\nNeu.", "Neu."},
		{"On Mon, 3 May 2026, Petra wrote:\n> old\nI agree.", "I agree."},
		// greetings and signatures
		{"Hallo zusammen,\nwer hat Zeit?\nViele Grüße\nPetra", "wer hat Zeit?"},
		{"Liebe Kolleginnen und Kollegen,\n\nder Saal ist frei.\n\nMit freundlichen Grüßen\nPetra Muster\nTel. 0123", "der Saal ist frei."},
		{"Hi Markus,\n\nSee the draft.\n\nCheers,\n- Ira McDonald, consulting architect\nHigh North Inc", "See the draft."},
		{"Der Saal ist frei.\n-- \nPetra Muster\nCaritas. Nord.", "Der Saal ist frei."},
		{"Der Saal ist frei.\nLG Petra 🌻", "Der Saal ist frei."},
		{"Dear sirs,\n\nIt works.\n\nBest regards,\n\nC. Huberson", "It works."},
		{"Danke", ""},
		{"Hallo Petra kommst du", "Hallo Petra kommst du"},
		{"Guten Morgen in die Runde ☀️\nWer hat Zeit", "Wer hat Zeit"},
		{"Hey das geht!", "Hey das geht!"},
		{"Danke Petra!\nKomme gern", "Komme gern"},
		{"Best we can do.", "Best we can do."},
		{"All good here", "All good here"},
		{"Liebe Grüße aus Kiel\nJo", ""},
		{"Hallo zusammen! Wer hat Zeit?", "Wer hat Zeit?"},
		{"Passt.\n=======\nMehr.", "Passt.|Mehr."},
		{"Beste Idee seit langem, danke dafür und für alles andere!", "Beste Idee seit langem, danke dafür und für alles andere!"},
	} {
		if got := split(c.text); got != c.want {
			t.Errorf("%q\n got %s\nwant %s", c.text, got, c.want)
		}
	}
}

func FuzzSentences(f *testing.F) {
	for _, s := range []string{"Hallo. Wer?", "„a.", "1. x\n```\n", "\xff.\xfe A", "- \n-- \n", "(a. B", "…\n>"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		at := 0
		for _, s := range lang.Sentences(text) {
			if s.Start < at || s.End <= s.Start || s.End > len(text) {
				t.Fatalf("%q: %v after %d", text, s, at)
			}
			if got := text[s.Start:s.End]; got != strings.TrimSpace(got) {
				t.Fatalf("%q: blanks around %q", text, got)
			}
			if utf8.ValidString(text) && !utf8.ValidString(text[s.Start:s.End]) {
				t.Fatalf("%q: cut inside a letter", text)
			}
			at = s.End
		}
	})
}

// Long text takes time in proportion: 1 MB of any kind must not take minutes.
func TestSentencesOfMuch(t *testing.T) {
	for _, s := range []string{"a. ", "„", "( ", "😊", ". ", "- a\n", "> a\n", "Hallo ", "a\n", "\"a. ", "1. "} {
		text := strings.Repeat(s, 1<<20/len(s))
		list := lang.Sentences(text)
		if !slices.IsSortedFunc(list, func(a, b lang.Sentence) int { return a.Start - b.Start }) {
			t.Errorf("%q: not in order", s)
		}
	}
}
