package lang_test

import (
	"slices"
	"testing"

	"buffet/lang"
)

// questions are what people ask a room.
var questions = []string{
	"Weiß jemand, wie man einen Förderantrag beim Land stellt?",
	"weiß jemand wie lange man Spendenquittungen aufheben muss",
	"Hat jemand Erfahrung mit einer Software für die Mitgliederverwaltung?",
	"Hat jemand von euch eine Vorlage für eine Datenschutzerklärung?",
	"kennt wer einen guten Steuerberater für Vereine?",
	"Kennt jemand eine Druckerei in Leipzig, die auf Recyclingpapier druckt?",
	"Wie macht ihr das mit der Schlüsselausgabe im Vereinsheim?",
	"Wie handhabt ihr Ehrenamtspauschalen?",
	"Wo bekommt man günstig Bierbänke her?",
	"Welches Tool nutzt ihr für Online-Abstimmungen?",
	"Welche Versicherung braucht man für ein Straßenfest?",
	"Wann muss der Verwendungsnachweis spätestens eingereicht werden?",
	"Gibt es eine Liste mit Fördertöpfen für kleine Initiativen?",
	"Muss man für ein Sommerfest GEMA zahlen?",
	"Darf ein Verein Rücklagen bilden?",
	"Wer hat schon mal eine Mitgliederversammlung online gemacht?",
	"Hallo zusammen, hat jemand einen Beamer zum Ausleihen?",
	"Moin! Weiß wer, ob das Jugendamt auch Sachkosten fördert?",
	"Guten Morgen, ich suche eine Vorlage für den Jahresbericht. Hat da jemand was?",
	"Wir bauen gerade unsere Webseite neu. Welches CMS könnt ihr empfehlen?",
	"Kann mir jemand erklären, wie die Umsatzsteuer bei Workshops funktioniert?",
	"Könnte uns jemand am Samstag mit einem Transporter helfen?",
	"Was kostet bei euch die Raummiete pro Abend?",
	"Warum lehnt die Stadt Anträge ohne Kostenplan ab?",
	"Habt ihr gute Erfahrungen mit Nextcloud gemacht?",
	"Nutzt ihr eigentlich ein gemeinsames Kassenbuch?",
	"Frage in die Runde: Wie organisiert ihr eure Vorstandssitzungen?",
	"Mal eine Frage: braucht ein Chor eine eigene Haftpflicht?",
	"Ist jemandem bekannt, ob die Bürgerstiftung noch Anträge annimmt?",
	"Wie viele Helferinnen braucht man für ein Repair-Café?",
	"Hat schon jemand das neue Formular vom Finanzamt ausgefüllt?",
	"Wie habt ihr euren Datenschutzbeauftragten gefunden?",
	"Woran erkennt man, ob eine Satzung gemeinnützig ist?",
	"Suche jemanden mit Erfahrung in Crowdfunding – wer kennt sich da aus?",
	"Kennt ihr Stiftungen, die Technik für Jugendzentren fördern?",
	"Does anyone know how to apply for the city's culture fund?",
	"does anyone have a template for a volunteer agreement",
	"Has anybody used Nextcloud with more than fifty people?",
	"Has anyone here organised a street festival before?",
	"Can anybody recommend an accountant for small charities?",
	"Can someone explain how Gift Aid works for memberships?",
	"Could anyone lend us a projector for Saturday?",
	"Is anyone using a shared calendar for room bookings?",
	"Who has experience with crowdfunding for a community garden?",
	"How do you handle key access for volunteers?",
	"How do you all keep track of membership fees?",
	"What software do you use for accounting?",
	"Which insurance do we need for a bouncy castle?",
	"Where can we get cheap folding tables?",
	"Who knows a good transport service for our older members?",
	"When is the deadline for the lottery grant?",
	"Is there a list of funders for small groups?",
	"Are there any rules about filming children at events?",
	"Do we need a licence to play music at a summer fair?",
	"How much do you charge for room hire?",
	"Why do councils reject applications without a budget?",
	"Hi all, does anybody know a good printer in Leeds?",
	"Good morning everyone! Has anyone got a spare marquee?",
	"We are rebuilding our website. What would you recommend as a CMS?",
	"Quick question: how long must we keep donation receipts?",
	"Anyone got experience with online general meetings?",
	"Any recommendations for a cheap ticketing system?",
	"Did anybody manage to fill in the new tax form?",
	"Should a small choir register as a charity?",
	"What's the best way to recruit trustees?",
	"How many volunteers does a repair café need?",
	"Would anyone be willing to share their safeguarding policy?",
}

// noQuestions are not: rhetoric, small talk, to one person, about the chat,
// inside code, quotes and links, or no question at all.
var noQuestions = []string{
	"Wer hätte das gedacht?", "Ist das nicht schön?", "oder?", "Ernsthaft?", "Wirklich?", "Echt jetzt?", "Was soll das?",
	"Das Fest war ein voller Erfolg, oder?", "Wir treffen uns am Dienstag um acht, ne?", "Schönes Wetter heute in Leipzig, gell?",
	"Was will man mehr?", "Wie cool ist das denn?", "Wer weiß das schon so genau?", "Ist das nicht großartig, was die Kinder gebaut haben?",
	"Wie geht's?", "Wie geht es euch?", "Alles klar?", "Na?", "Alles gut bei euch?", "Guten Morgen, wie geht's euch allen heute?",
	"Hallo?", "Hattet ihr ein schönes Wochenende?", "Was macht ihr heute Abend noch so?",
	"@ben weißt du, wo der Schlüssel zum Lager liegt?", "Anke, kannst du die Rechnung nochmal schicken?",
	"Kannst du mir die Datei vom Vorstand schicken?", "Hast du schon mit der Druckerei gesprochen?", "Wann kommst du morgen ins Büro?",
	"@anke:example.org wie war das mit dem Antrag beim Land?", "Ben: wo steht denn der Beamer aus dem Büro?", "Ist das dein Fahrrad vor dem Vereinsheim?",
	"Hört ihr mich?", "Könnt ihr meinen Bildschirm sehen?", "Seht ihr meine letzte Nachricht hier im Chat?", "Kommt meine Nachricht bei euch an?",
	"Bin ich hier im richtigen Raum?", "Wer ist gerade alles hier im Chat?",
	"Schaut mal hier: https://example.org/suche?q=wie+macht+ihr+das", "`SELECT name FROM verein WHERE id = ?` läuft bei uns seit gestern",
	"> Wie macht ihr das mit den Schlüsseln im Vereinsheim?\nWir haben einen Tresor mit Code.",
	"Sie fragte nur „Weiß jemand, wo der Schlüssel liegt?“ und ging dann wieder.",
	"```\nif x == nil ? weiter : abbrechen mit fehler\n```", "Ich weiß jemanden, der euch helfen kann.",
	"Das Treffen beginnt am Donnerstag um 18 Uhr.", "Danke für die vielen Antworten!", "Warum?", "Wann denn?", "Und jetzt?", "???", "Hä?",
	"Niemand weiß, wie das Amt entscheidet.", "Vielleicht am Mittwoch?",
	"Who knew?", "Really?", "Seriously?", "Isn't that lovely?", "Isn't it great what the children built this week?", "Who would have thought?",
	"What could possibly go wrong?", "The fair was a huge success, wasn't it?", "We meet on Tuesday at eight, right?", "Who cares?",
	"How cool is that?", "You know what?", "How are you?", "How are you all doing today?", "What's up?", "Hello?", "You ok?",
	"Did you all have a nice weekend?", "How's everyone doing this morning?",
	"@ben do you know where the storage key is?", "Anke, can you send the invoice again?", "Ben, where did you put the projector?",
	"Can you hear me?", "Can everyone see my screen?", "Is this the right room for the meeting?", "Can you all read my last message?",
	"See https://example.org/search?q=how+do+you for the list", "She said \"does anyone know where the key is?\" and left.",
	"`SELECT name FROM clubs WHERE id = ?` has been running since yesterday", "> Has anyone used Nextcloud here before?\nYes, we have for years.",
	"Does anyone ever listen to me?", "Nobody knows how the council decides.", "Thanks for all the answers!", "Why?", "And now?",
	"The meeting starts on Thursday at six.", "Maybe on Wednesday?", "Are you kidding me right now?",
	"Who knows?", "Who knows what the council will say?",
}

// TestIsQuestion measures on phrases that were written without looking at the code: hardly
// anything is taken for a question that is none.
func TestIsQuestion(t *testing.T) {
	found, wrong := 0, 0
	questions, noQuestions := slices.Concat(questions, hardQuestions), slices.Concat(noQuestions, hardNoQuestions)
	for _, s := range questions {
		if lang.IsQuestion(s) {
			found++
		} else {
			t.Logf("missed: %q", s)
		}
	}
	for _, s := range noQuestions {
		if lang.IsQuestion(s) {
			wrong++
			t.Logf("taken for a question: %q", s)
		}
	}
	precision, recall := float64(found)/float64(max(1, found+wrong)), float64(found)/float64(len(questions))
	t.Logf("%d questions, %d others: precision %.3f, recall %.3f", len(questions), len(noQuestions), precision, recall)
	if precision < 0.98 || recall < 0.9 {
		t.Errorf("precision %.3f, recall %.3f", precision, recall)
	}
}

var answers = []string{
	"Beim Land, Formular 12, bis Ende März.", "Zehn Jahre.", "ja, wir nutzen Nextcloud", "Nein, das geht leider nicht", "frag mal Stadtteilbüro Nord",
	"https://example.org/foerderung", "Danke! Wir nehmen dafür seit Jahren Vereinsfix.", "Wir haben einen Tresor mit Code", "GEMA: ja, immer.",
	"Siehe FAQ der Stiftung", "Ok, also bei uns macht das der Kassenwart", "Excel", "Yes, we use a key safe.", "No licence needed below 500 people",
	"Ask the council's events team", "Ten years", "Thanks, we do it with a spreadsheet", "https://example.org/tables", "We rent them for 5 € each", "Wild Apricot",
}

var noAnswers = []string{
	"danke dir!", "Vielen Dank", "Danke euch allen 🙏", "Tausend Dank für die Hilfe!", "thanks a lot", "Thank you so much!", "thx", "ok", "+1", "super",
	"Interessiert mich auch", "Das würde mich auch interessieren!", "me too", "👍👍", "🎉", "Perfekt, danke!", "cool", "?", "hm", "Following", "Alles klar", "Great, thanks!",
}

func TestOnlyAsks(t *testing.T) {
	for text, want := range map[string]bool{
		"Und wie ist das versichert?": true, "Wirklich? Wie lange dauert das denn?": true, "Wie meinst du das (genau?)": true, "How much is it?": true,
		"Frag doch die Caritas. Oder hast du schon?": false, "Wir machen das.": false, "": false, "👍": false, "Warum? Weil es günstiger ist.": false,
	} {
		if got := lang.OnlyAsks(text); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}

func TestIsAnswer(t *testing.T) {
	for _, s := range answers {
		if !lang.IsAnswer(s) {
			t.Errorf("an answer, but not taken for one: %q", s)
		}
	}
	for _, s := range noAnswers {
		if lang.IsAnswer(s) {
			t.Errorf("taken for an answer: %q", s)
		}
	}
}
