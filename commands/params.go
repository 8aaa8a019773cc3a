package commands

// The Params of the rows in the table, in the order in which their words are
// put after the command's. The last one takes the rest of what is typed in a
// client's menu.

// maxNumber is more than any network has offers.
const maxNumber = 999_999

func offersParams() []Param {
	return []Param{
		{Names: inBoth("zeitraum", "period"), About: "menu_about_period", Kind: ChoiceParam, Choices: []map[string]string{
			inBoth("heute", "today"), inBoth("morgen", "tomorrow"), inBoth("woche", "week"), inBoth("nächste woche", "next week"),
			inBoth("14 tage", "14 days"), inBoth("monat", "month"),
		}},
		{Names: inBoth("art", "kind"), About: "menu_about_kind", Kind: ChoiceParam, Choices: kindChoices()},
		{Names: inBoth("thema", "topic"), About: "menu_about_topic", Kind: TopicParam},
	}
}

func kindChoices() []map[string]string {
	return []map[string]string{inBoth("information", "information"), inBoth("fortbildung", "training"), inBoth("austausch", "exchange"), inBoth("hilfe", "help")}
}

func offerParams() []Param {
	return []Param{{Names: inBoth("nummer", "number"), About: "menu_about_offer", Kind: NumberParam, Required: true, Min: 1, Max: maxNumber}}
}

// bringParams are the fields by which an offer is typed; without any of them
// it is asked for step by step.
func bringParams() []Param {
	return []Param{
		{Names: inBoth("titel", "title"), About: "menu_about_title", Label: true},
		{Names: inBoth("wann", "when"), About: "menu_about_when", Label: true},
		{Names: inBoth("ort", "place"), About: "menu_about_place", Label: true},
		{Names: inBoth("art", "kind"), About: "menu_about_brought", Kind: ChoiceParam, Choices: kindChoices(), Label: true},
		{Names: inBoth("plaetze", "places"), About: "menu_about_places", Kind: NumberParam, Min: 1, Max: maxNumber, Label: true},
		{Names: inBoth("thema", "topic"), About: "menu_about_topics", Kind: TopicParam, Label: true},
	}
}

func needParams() []Param {
	return []Param{{Names: inBoth("was", "what"), About: "menu_about_need", Required: true}}
}

func giveParams() []Param {
	return []Param{{Names: inBoth("was", "what"), About: "menu_about_give", Required: true}}
}

// dateParams name an offer and one of its dates; under an announcement, or as
// a reply to it, neither is needed.
func dateParams() []Param {
	offer := offerParams()[0]
	offer.Required = false
	return []Param{offer, {Names: inBoth("termin", "date"), About: "menu_about_date"}}
}

func goingParams() []Param {
	list := dateParams()
	name := Param{Names: inBoth("name", "name"), About: "menu_about_name", Kind: ChoiceParam, Choices: []map[string]string{
		inBoth("mit namen", "with name"), inBoth("ohne namen", "without name"),
	}}
	return []Param{list[0], name, list[1]}
}

func remindParams() []Param {
	list := dateParams()
	lead := Param{Names: inBoth("wann", "when"), About: "menu_about_lead", Kind: ChoiceParam, Open: true, Choices: []map[string]string{
		inBoth("1h vorher", "1h before"), inBoth("1 tag", "1 day"), inBoth("morgens", "morning"), inBoth("aus", "off"),
	}}
	return []Param{list[0], lead, list[1]}
}

func searchParams() []Param {
	return []Param{
		{Names: inBoth("art", "kind"), About: "menu_about_found", Kind: ChoiceParam, Choices: []map[string]string{
			inBoth("frage:", "question:"), inBoth("antwort:", "answer:"), inBoth("erfahrung:", "experience:"), inBoth("angebot:", "offer:"),
		}},
		{Names: inBoth("worte", "words"), About: "menu_about_words", Required: true},
	}
}

func askParams() []Param {
	return []Param{{Names: inBoth("frage", "question"), About: "menu_about_question", Required: true}}
}

func shareParams() []Param {
	return []Param{{Names: inBoth("erfahrung", "experience"), About: "menu_about_experience"}}
}

func solvedParams() []Param {
	return []Param{
		{Names: inBoth("doch", "reopen"), About: "menu_about_reopen", Kind: ChoiceParam, Choices: []map[string]string{inBoth("nein", "no")}},
		{Names: inBoth("frage", "question"), About: "menu_about_solved"},
	}
}

func whoParams() []Param {
	return []Param{
		{Names: inBoth("ich", "me"), About: "menu_about_me", Kind: ChoiceParam, Choices: []map[string]string{
			inBoth("ich:", "me:"), inBoth("ich nicht:", "not me:"),
		}},
		{Names: inBoth("thema", "topic"), About: "menu_about_expert", Kind: TopicParam, Required: true},
	}
}

func summaryParams() []Param {
	return []Param{
		{Names: inBoth("sprache", "language"), About: "menu_about_simple", Kind: ChoiceParam, Choices: []map[string]string{inBoth("einfach", "simple")}},
		{Names: inBoth("zeitraum", "period"), About: "menu_about_since", Kind: ChoiceParam, Open: true, Choices: []map[string]string{
			both("24h"), inBoth("3 tage", "3 days"), inBoth("woche", "week"), inBoth("seit montag", "since monday"),
		}},
	}
}

func forgetMeParams() []Param {
	return []Param{{Names: inBoth("sicher", "sure"), About: "menu_about_sure", Kind: ChoiceParam, Choices: []map[string]string{inBoth("ja", "yes")}}}
}

func digestParams() []Param {
	return []Param{{Names: inBoth("was", "what"), About: "menu_about_digest", Kind: ChoiceParam, Choices: []map[string]string{
		inBoth("netzwerk", "network"), inBoth("abo", "subscribe"), inBoth("abo netzwerk", "subscribe network"),
		inBoth("stopp", "stop"), inBoth("datei", "file"), inBoth("datei ohne namen", "file without names"),
	}}}
}

func helpParams() []Param {
	return []Param{{Names: inBoth("wort", "word"), About: "menu_about_word"}}
}

func editParams() []Param {
	return append(offerParams(), Param{Names: inBoth("was", "what"), About: "menu_about_edit", Required: true})
}

func cancelParams() []Param {
	return append(offerParams(), Param{Names: inBoth("termin", "date"), About: "menu_about_cancel"})
}
