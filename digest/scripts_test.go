package digest

import "buffet/store"

// germanWeek is a week in which all audiences have something to read.
func germanWeek() []voice {
	const q, a, e, net, pub = store.Question, store.Answer, store.Experience, store.AudienceNetwork, store.AudiencePublic
	return []voice{
		{key: "q0", kind: q, by: "sven", at: "-Di 10:00", text: "Hat jemand eine Vorlage für eine Fahrdienst-Vereinbarung mit Ehrenamtlichen?"},
		{key: "q1", kind: q, by: "jana", at: "Mo 08:40", audience: net, closed: true,
			text: "Hallo zusammen, wie versichert ihr Ehrenamtliche, die mit dem eigenen Auto fahren? Bei uns kam das jetzt auf, weil eine Fahrerin einen Parkschaden hatte."},
		{key: "a1", kind: a, of: "q1", by: "petra", at: "Mo 09:15", audience: net, named: true,
			text: "Wir haben eine Dienstreise-Kaskoversicherung für alle Fahrten im Auftrag, die kostet uns ca. 450 € im Jahr. Die private Haftpflicht der Fahrerin muss dann nicht einspringen."},
		{key: "a2", kind: a, of: "q1", by: "tom", at: "Mo 10:02", audience: net,
			text: "Schaut zuerst beim Land: In vielen Bundesländern gibt es einen Sammelvertrag fürs Ehrenamt, z. B. für Haftpflicht und Unfall. Die Kasko am Auto ist da aber nicht drin."},
		{key: "m1", of: "q1", by: "jana", at: "Mo 10:30", text: "Super, danke euch! Das hilft sehr 🙏"},
		{key: "q2", kind: q, by: "ali", at: "Di 11:20", audience: pub,
			text: "Welche Software nehmt ihr für die Dienstplanung im Besuchsdienst? Excel wird bei 40 Leuten langsam unübersichtlich."},
		{key: "a3", kind: a, of: "q2", by: "heike", at: "Di 13:05", audience: pub, named: true,
			text: "Wir sind im Frühjahr auf eine freie Lösung umgestiegen und tragen dort nur Zeiten und Vornamen ein. Die Einführung hat zwei Nachmittage gedauert."},
		{key: "q3", kind: q, by: "heike", at: "Mi 09:00", audience: net, text: "Wer hat schon einmal einen Antrag bei der Glücksspirale gestellt und kann mir sagen, wie lange die Bewilligung dauert?"},
		{key: "q4", kind: q, by: "sven", at: "Do 15:45", text: "Kann uns jemand am 5. Dezember für einen Tag einen Transporter leihen?"},
		{key: "q5", kind: q, by: "petra", at: "Do 17:10", text: "Weiß jemand, ob die Stadt die Raummiete im Bürgerhaus nächstes Jahr erhöht?"},
		{key: "q6", kind: q, by: "jana", at: "Fr 09:05", audience: pub, text: "Gibt es Erfahrungen mit Vorlesepatenschaften auf Ukrainisch?"},
		{key: "e1", kind: e, by: "tom", at: "Mi 16:30", audience: net, named: true,
			text: "Unser Nachbarschaftscafé läuft jetzt seit einem Jahr. Am meisten geholfen hat, dass wir immer am selben Wochentag öffnen und die Leute nach dem zweiten Besuch direkt fragen, ob sie mithelfen. Aus 60 Gästen sind so neun Aktive geworden."},
		{key: "e2", kind: e, by: "ali", at: "Do 12:00", audience: pub,
			text: "Wir haben die Anmeldung zur Ferienfreizeit auf ein Formular in einfacher Sprache umgestellt. Danach kamen doppelt so viele Anmeldungen von Familien, die vorher nie dabei waren."},
		{key: "t1", by: "heike", at: "Di 14:00", text: "Für den Adventsmarkt am 28. November fehlen noch Leute am Stand. Wer kann am Samstag von 14 bis 18 Uhr?"},
		{key: "t2", of: "t1", by: "sven", at: "Di 14:12", text: "Ich kann ab 15 Uhr und bringe die Thermoskannen mit."},
		{key: "t3", of: "t1", by: "ali", at: "Di 14:40", text: "Von 14 bis 16 Uhr bin ich da."},
		{key: "t4", of: "t1", by: "petra", at: "Di 15:05", text: "Wer bringt denn das Banner? Unseres ist eingerissen."},
		{key: "t5", of: "t1", by: "jana", at: "Di 15:20", text: "Das Banner vom Sommerfest liegt bei uns im Keller, ich bringe es am Freitag ins Büro."},
		{key: "t6", of: "t1", by: "heike", at: "Di 15:21", text: "Ihr seid toll! Dann sind wir komplett. ❤️"},
		{key: "u1", by: "tom", at: "Do 09:00", text: "Die neue Datenschutzvorlage für Fotos ist da, sie liegt im gemeinsamen Ordner."},
		{key: "u2", of: "u1", by: "petra", at: "Do 09:30", text: "Gilt die auch für Kinder unter 16? Da brauchen wir doch beide Eltern."},
		{key: "u3", of: "u1", by: "tom", at: "Do 09:50", text: "Ja, auf Seite 2 gibt es zwei Felder für die Unterschriften der Eltern."},
		{key: "u4", of: "u1", by: "sven", at: "Do 10:10", text: "Prima, dann nehmen wir sie ab Januar."},
	}
}

// englishWeek is the same week in English.
func englishWeek() []voice {
	const q, a, e, net, pub = store.Question, store.Answer, store.Experience, store.AudienceNetwork, store.AudiencePublic
	return []voice{
		{key: "q0", kind: q, by: "sven", at: "-Di 10:00", text: "Does anyone have a template for an agreement with volunteer drivers?"},
		{key: "q1", kind: q, by: "jana", at: "Mo 08:40", audience: net, closed: true,
			text: "Hi all, how do you insure volunteers who drive their own cars? It came up here because a driver scratched hers while parking."},
		{key: "a1", kind: a, of: "q1", by: "petra", at: "Mo 09:15", audience: net, named: true,
			text: "We have a business trip insurance that covers all drives on our behalf, it costs us about 450 euros a year. The driver's own insurance is left out of it."},
		{key: "a2", kind: a, of: "q1", by: "tom", at: "Mo 10:02", audience: net,
			text: "Ask your state first: many have a group contract for volunteers, e.g. for liability and accidents. Damage to the car itself is not part of it, though."},
		{key: "m1", of: "q1", by: "jana", at: "Mo 10:30", text: "Great, thank you both! That helps a lot 🙏"},
		{key: "q2", kind: q, by: "ali", at: "Di 11:20", audience: pub,
			text: "Which software do you use to plan shifts in the visiting service? With 40 people our spreadsheet gets confusing."},
		{key: "a3", kind: a, of: "q2", by: "heike", at: "Di 13:05", audience: pub, named: true,
			text: "We moved to a free tool in spring and only enter times and first names there. Getting started took two afternoons."},
		{key: "q3", kind: q, by: "heike", at: "Mi 09:00", audience: net, text: "Who has applied to the lottery fund before and can tell me how long they take to decide?"},
		{key: "q4", kind: q, by: "sven", at: "Do 15:45", text: "Could anyone lend us a van for a day on 5 December?"},
		{key: "q5", kind: q, by: "petra", at: "Do 17:10", text: "Does anyone know whether the city will raise the rent of the community hall next year?"},
		{key: "q6", kind: q, by: "jana", at: "Fr 09:05", audience: pub, text: "Is there any experience with reading groups in Ukrainian?"},
		{key: "e1", kind: e, by: "tom", at: "Mi 16:30", audience: net, named: true,
			text: "Our neighbourhood café has been running for a year now. What helped most is that we always open on the same weekday and ask people after their second visit whether they want to help. Out of 60 guests we won nine volunteers."},
		{key: "e2", kind: e, by: "ali", at: "Do 12:00", audience: pub,
			text: "We rewrote the sign-up form for our holiday camp in plain language. After that, twice as many families signed up who had never been with us before."},
		{key: "t1", by: "heike", at: "Di 14:00", text: "We still need people for our stall at the Advent market on 28 November. Who can come on Saturday from 2 to 6 pm?"},
		{key: "t2", of: "t1", by: "sven", at: "Di 14:12", text: "I can come from 3 pm and bring the thermos flasks."},
		{key: "t3", of: "t1", by: "ali", at: "Di 14:40", text: "I will be there from 2 to 4 pm."},
		{key: "t4", of: "t1", by: "petra", at: "Di 15:05", text: "Who brings the banner? Ours is torn."},
		{key: "t5", of: "t1", by: "jana", at: "Di 15:20", text: "The banner from the summer party is in our basement, I will bring it to the office on Friday."},
		{key: "t6", of: "t1", by: "heike", at: "Di 15:21", text: "You are great! Then we are complete. ❤️"},
		{key: "u1", by: "tom", at: "Do 09:00", text: "The new consent form for photos is here, you find it in the shared folder."},
		{key: "u2", of: "u1", by: "petra", at: "Do 09:30", text: "Does it cover children under 16? We need both parents for that."},
		{key: "u3", of: "u1", by: "tom", at: "Do 09:50", text: "Yes, on page 2 there are two fields for the parents' signatures."},
		{key: "u4", of: "u1", by: "sven", at: "Do 10:10", text: "Perfect, we will use it from January on."},
	}
}

func germanOffers() [][2]string {
	return [][2]string{
		{"20261123T100000", "Kollegiale Beratung\nCATEGORIES:Austausch\nLOCATION:https://treffen.example/beratung"},
		{"20261124T140000", "Fördermittel finden\nCATEGORIES:Fortbildung\nLOCATION:Kiel, Haus der Vereine\nURL:https://verband.example/foerdern"},
		{"20261125T180000", "Vereinsrecht kompakt\nSTATUS:CANCELLED\nCATEGORIES:Fortbildung"},
		{"20261126T160000", "Offene Sprechstunde Datenschutz\nCATEGORIES:Hilfe"},
		{"20261127T100000", "Stammtisch Fahrdienste\nCATEGORIES:Austausch"},
		{"20261204T100000", "Jahresausklang"},
	}
}

func englishOffers() [][2]string {
	return [][2]string{
		{"20261123T100000", "Peer consultation\nCATEGORIES:Exchange\nLOCATION:https://treffen.example/beratung"},
		{"20261124T140000", "Finding grants\nCATEGORIES:Training\nLOCATION:Kiel\\, House of Associations\nURL:https://verband.example/foerdern"},
		{"20261125T180000", "Association law in brief\nSTATUS:CANCELLED\nCATEGORIES:Training"},
		{"20261126T160000", "Open hour on data protection\nCATEGORIES:Help"},
		{"20261127T100000", "Drivers' regulars table\nCATEGORIES:Exchange"},
		{"20261204T100000", "End of the year"},
	}
}

// fullWeek is a store with all of it.
func (w *week) full() *week {
	w.Helper()
	if w.lang == "en" {
		w.say(englishWeek()...)
		w.offer(englishOffers()...)
	} else {
		w.say(germanWeek()...)
		w.offer(germanOffers()...)
	}
	w.history.Unreadable = 2
	return w
}
