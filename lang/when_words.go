package lang

import (
	"slices"
	"strings"
	"time"
)

// Words of dates, folded: lower case, ae oe ue ss.
var (
	whenNumbers = map[string]int{
		"ein": 1, "eins": 1, "eine": 1, "einer": 1, "einem": 1, "einen": 1, "zwei": 2, "drei": 3, "vier": 4, "fuenf": 5, "sechs": 6,
		"sieben": 7, "acht": 8, "neun": 9, "zehn": 10, "elf": 11, "zwoelf": 12, "dreizehn": 13, "vierzehn": 14, "fuenfzehn": 15,
		"sechzehn": 16, "siebzehn": 17, "achtzehn": 18, "neunzehn": 19, "zwanzig": 20, "dreissig": 30, "sechzig": 60, "neunzig": 90,
		"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
		"eleven": 11, "twelve": 12, "fifteen": 15, "twenty": 20, "thirty": 30, "forty": 40, "sixty": 60, "ninety": 90,
	}
	whenOrdinals = map[string]int{
		"erste": 1, "ersten": 1, "erster": 1, "first": 1, "zweite": 2, "zweiten": 2, "zweiter": 2, "second": 2, "dritte": 3,
		"dritten": 3, "dritter": 3, "third": 3, "vierte": 4, "vierten": 4, "vierter": 4, "fourth": 4, "fuenfte": 5, "fuenften": 5,
		"fuenfter": 5, "fifth": 5, "letzte": -1, "letzten": -1, "letzter": -1, "last": -1, "sechsten": 6, "siebten": 7, "achten": 8,
		"neunten": 9, "zehnten": 10, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9, "tenth": 10,
	}
	whenDays = [7][]string{
		{"sonntag", "sunday", "so", "sun"},
		{"montag", "monday", "mo", "mon"},
		{"dienstag", "tuesday", "di", "tue", "tues"},
		{"mittwoch", "wednesday", "mi", "wed"},
		{"donnerstag", "thursday", "do", "thu", "thur", "thurs"},
		{"freitag", "friday", "fr", "fri"},
		{"samstag", "saturday", "sonnabend", "sa", "sat"},
	}
	whenMonths = [12][]string{
		{"januar", "january", "jaenner", "jan", "jaen"},
		{"februar", "february", "feber", "feb"},
		{"maerz", "march", "mrz", "mar"},
		{"april", "apr"},
		{"mai", "may"},
		{"juni", "june", "jun"},
		{"juli", "july", "jul"},
		{"august", "aug"},
		{"september", "sep", "sept"},
		{"oktober", "october", "okt", "oct"},
		{"november", "nov"},
		{"dezember", "december", "dez", "dec"},
	}
	// Slips of the pen in words that are too near to others to forgive one letter in general.
	whenSlips = map[string]string{
		"morgn": "morgen", "mrogen": "morgen", "moregn": "morgen", "morgne": "morgen", "morgenn": "morgen", "uebermorgn": "uebermorgen",
		"tommorow": "tomorrow", "tommorrow": "tomorrow", "tomorow": "tomorrow", "tomorro": "tomorrow", "tommorro": "tomorrow", "tomorrw": "tomorrow", //nolint:misspell // slips as people make them
	}
	// Words of their own that lie one letter beside a weekday or a month: never taken for a slip of the pen.
	whenOthers = []string{"match", "montage", "mittag", "morgen", "monat", "monate", "mittags", "marsch", "sontage", "freitod"}
)

const (
	whenMinute = iota + 1
	whenHour
	whenDayUnit
	whenWeek
	whenMonth
	whenYear
)

// whenUnit is a unit of time and how many minutes, days, … a word of it has.
func whenUnit(word string) (unit, size int) {
	switch word {
	case "min", "mins", "minute", "minuten", "minutes":
		return whenMinute, 1
	case "viertelstunde":
		return whenMinute, 15
	case "dreiviertelstunde":
		return whenMinute, 45
	case "h", "std", "stunde", "stunden", "hour", "hours", "hr", "hrs":
		return whenHour, 1
	case "tag", "tage", "tagen", "day", "days":
		return whenDayUnit, 1
	case "woche", "wochen", "week", "weeks", "wk", "wks":
		return whenWeek, 1
	case "fortnight":
		return whenWeek, 2
	case "monat", "monate", "monaten", "month", "months":
		return whenMonth, 1
	case "jahr", "jahre", "jahren", "year", "years":
		return whenYear, 1
	}
	return 0, 0
}

// whenWeekday is a weekday by a word; one wrong letter in a long name is
// forgiven if no other day or month is as near.
func whenWeekday(word string) (time.Weekday, bool) {
	for d, names := range whenDays {
		if slices.Contains(names, word) {
			return time.Weekday(d), true
		}
	}
	return 0, false
}

// whenWeekdays is "dienstags" and "Tuesdays": the day, each week.
func whenWeekdays(word string) (time.Weekday, bool) {
	name, ok := strings.CutSuffix(word, "s")
	if d, found := whenWeekday(name); ok && found && len(name) >= 6 {
		return d, true
	}
	return 0, false
}

func whenMonthOf(word string) (int, bool) {
	i := slices.IndexFunc(whenMonths[:], func(names []string) bool { return slices.Contains(names, word) })
	return i + 1, i >= 0
}

// whenMend replaces a word that is one slip away from the name of exactly one
// weekday or month by that name; all others stay.
func whenMend(word string) string {
	if meant := whenSlips[word]; meant != "" {
		return meant
	}
	const shortest = 5 // names; shorter ones lie too close together
	if len(word) < shortest-1 || slices.Contains(whenOthers, word) || whenKnown(word) {
		return word
	}
	found := map[string]string{} // what it means -> the name
	add := func(meaning, name string) {
		if len(name) >= shortest && OneSlip(word, name) {
			found[meaning] = name
		}
	}
	for d, names := range whenDays {
		for _, name := range names {
			add("day"+string(rune('0'+d)), name)
			if len(name) >= 6 {
				add("days"+string(rune('0'+d)), name+"s")
			}
		}
	}
	for m, names := range whenMonths {
		for _, name := range names {
			add("month"+string(rune('a'+m)), name)
		}
	}
	for _, name := range whenOthers {
		add(name, name)
	}
	if len(found) != 1 {
		return word
	}
	for _, name := range found {
		if !slices.Contains(whenOthers, name) {
			return name
		}
	}
	return word
}

func whenKnown(word string) bool {
	_, day := whenWeekday(word)
	_, days := whenWeekdays(word)
	_, month := whenMonthOf(word)
	return day || days || month
}

// OneSlip tells whether two different words become the same by one letter
// more, less or other, or by two letters that change places.
func OneSlip(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	i := 0
	for i < len(a) && a[i] == b[i] {
		i++
	}
	switch len(b) - len(a) {
	case 1:
		return a[i:] == b[i+1:]
	case 0:
		if i == len(a) {
			return false
		}
		return a[i+1:] == b[i+1:] || i+1 < len(a) && a[i] == b[i+1] && a[i+1] == b[i] && a[i+2:] == b[i+2:]
	}
	return false
}
