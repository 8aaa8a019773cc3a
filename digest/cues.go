package digest

// cue is what a word tells about its sentence.
type cue uint16

const (
	aboutMe cue = 1 << iota
	aboutUs
	toYou
	ofTime
	decision
	opinion
	correction
	backward
	agreeing
	ofPlace
	person
	conclusion
)

// cueOf knows the words, as lang.Token's Word writes them.
func cueOf(word string) cue {
	switch word {
	case "i", "ich", "my", "mein", "meine", "mir", "mich", "me":
		return aboutMe
	case "we", "wir", "our", "uns", "unser", "unsere", "us":
		return aboutUs
	case "you", "du", "ihr", "euch", "your", "dein", "deine", "dir", "dich", "eure", "sie":
		return toYou
	case "montag", "dienstag", "mittwoch", "donnerstag", "freitag", "samstag", "sonntag", "montags", "dienstags", "mittwochs", "donnerstags", "freitags", "samstags",
		"sonntags", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "uhr", "januar", "februar", "maerz", "april", "mai", "juni", "juli",
		"august", "september", "oktober", "november", "dezember", "january", "february", "march", "may", "june", "july", "october", "december", "morgen", "tomorrow",
		"heute", "today", "woche", "wochen", "week", "weeks", "monat", "monate", "month", "tage", "days", "jahr", "jahre", "year", "years", "frist", "deadline", "pm", "stunde", "stunden", "hours":
		return ofTime
	case "muss", "muessen", "muesst", "sollte", "sollten", "solltet", "must", "should", "need", "needs", "propose", "proposes", "proposal", "suggest", "suggests", "recommend",
		"vorschlag", "schlage", "einigen", "empfehle", "wichtig", "important", "braucht", "brauchen", "brauchst", "darf", "duerfen", "duerft", "require", "requires", "required":
		return decision
	case "think", "agree", "disagree", "believe", "prefer", "support", "like", "finde", "denke", "dafuer", "dagegen", "opinion", "concern", "concerned", "problem", "issue", "glaube":
		return opinion
	case "fazit", "beschluss", "ergebnis", "beschlossen", "geeinigt", "entschieden", "entscheidung", "abgemacht", "endgueltig", "offiziell", "zusammenfassung", "zusammengefasst", "stand", "festgehalten", "ruecksprache",
		"wichtigste", "wichtigsten", "unterm", "beste", "decided", "decision", "agreed", "resolved", "summary", "conclusion", "final", "finally", "protokoll":
		return conclusion | decision
	case "korrektur", "korrigiere", "stimmt", "doch", "update", "nachtrag", "correction", "actually", "edit", "achtung", "falsch", "irrtum", "wrong", "inzwischen", "nachgefragt", "geklaert", "nochmal", "aktuell":
		return correction
	case "this", "that", "it", "they", "he", "she", "but", "and", "so", "or", "these", "those", "then", "das", "dies", "diese", "dieser", "er", "es", "aber", "und", "also",
		"dann", "oder", "dazu", "davon", "damit", "darum", "deshalb", "denn", "his", "her", "their":
		return backward
	case "ja", "nein", "yes", "no", "jein", "jup", "klar", "nee", "noe", "leider", "sure", "yep", "nope", "genau":
		return agreeing
	case "strasse", "raum", "saal", "haus", "street", "room", "building", "stadt", "platz", "buero", "office", "gebaeude", "stock", "etage":
		return ofPlace
	case "frau", "herr", "kollegin", "kollege", "team", "mrs", "mr", "ansprechpartnerin", "ansprechpartner", "kontakt":
		return person
	}
	return 0
}
