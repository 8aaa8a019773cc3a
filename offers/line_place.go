package offers

import (
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"buffet/lang"
)

// How long a part may be to be a place without looking like one.
const (
	shortPlace = 40 // runes
	shortWords = 4
)

var (
	online = regexp.MustCompile(`\b(?:online|digital|virtuell|zoom|teams|jitsi|bbb|bigbluebutton|webex|senfcall|skype|meet|video\w*|telefonisch|telefon|remote|phone|virtual)\b`)
	// words that places are made of, as whole words or at the end of one
	placeEnds = regexp.MustCompile(`(?:^|[^a-z])(?:[a-z-]*(?:raum|saal|rathaus|haus|zentrum|buero|strasse|str\.|platz|weg|allee|gasse|kirche|bibliothek|buecherei|cafe|bahnhof|schule|halle|kueche|foyer|kantine|museum|theater|heim|kita|hof|garten|park)|` +
		`og|eg|ug|etage|stock|room|hall|office|street|road|st\.|rd\.|building|library|centre|center|church|floor|school|house|hybrid)(?:[^a-z]|$)`)
	placeStarts = regexp.MustCompile(`^(?:in der|in den|in dem|im|in|bei der|bei|beim|at the|at|am|an der|vor ort|on site)\s+\S`)
	postcode    = regexp.MustCompile(`^(?:[a-z]{1,2}-)?\d{4,5} \p{L}`)
)

// placeLike tells whether a part of a line says where something is.
func placeLike(text string) bool {
	folded := fold(text, true)
	if utf8.RuneCountInString(text) > maxPlace || len(strings.Fields(text)) > 8 || strings.ContainsAny(text, "!?") {
		return false
	}
	words := len(strings.Fields(text))
	return online.MatchString(folded) && words <= 3 || placeEnds.MatchString(folded) && words <= 6 || placeStarts.MatchString(folded) && words <= 6 || postcode.MatchString(folded)
}

// place finds the place among the parts that are left, and gives the others.
func (l *Line) place(left []int) []int {
	var linked []int // what has an address in it is no place
	left = slices.DeleteFunc(left, func(i int) bool {
		is := webLink.MatchString(l.parts[i].text)
		if is {
			linked = append(linked, i)
		}
		return is
	})
	left = l.placeAmong(left)
	return slices.Sorted(slices.Values(append(left, linked...)))
}

func (l *Line) placeAmong(left []int) []int {
	first := -1
	for n, i := range left {
		if placeLike(l.parts[i].text) {
			first = n
			break
		}
	}
	if first < 0 {
		if len(left) == 0 || !l.shortEnough(left) {
			return left
		}
		l.Location = unquote(l.parts[left[0]].text)
		return left[1:]
	}
	end := first + 1
	for end < len(left) && left[end] == left[end-1]+1 && placeLike(l.parts[left[end]].text) {
		end++
	}
	if first > 0 && left[first-1] == left[first]-1 && !l.parts[left[first]].newLine && l.named(left[first-1]) { // "Diakonie, Raum 2"
		first--
	}
	var words []string
	for _, i := range left[first:end] {
		words = append(words, l.parts[i].text)
	}
	l.Location = unquote(strings.Join(words, ", "))
	return append(append([]int{}, left[:first]...), left[end:]...)
}

// shortEnough tells whether the first part that is left can be the place: it is
// alone, or stands right behind the date.
func (l *Line) shortEnough(left []int) bool {
	if !l.named(left[0]) {
		return false
	}
	return len(left) == 1 || left[0] > 0 && len(strings.Fields(l.parts[left[0]].text)) <= 3 && l.isDate(left[0]-1)
}

// named tells whether a part is short, and a name rather than a sentence.
func (l *Line) named(i int) bool {
	text := l.parts[i].text
	first, _ := utf8.DecodeRuneInString(text)
	last, _ := utf8.DecodeLastRuneInString(text)
	return utf8.RuneCountInString(text) <= shortPlace && len(strings.Fields(text)) <= shortWords && (unicode.IsUpper(first) || unicode.IsDigit(first) || quotes(first) != "") &&
		!strings.ContainsRune(".!?…:", last)
}

func (l *Line) isDate(i int) bool {
	return slices.Contains(l.dated, i)
}

// kindIn is the kind that a title names: "Erste-Hilfe-Schulung". Of help there
// are too many: it is never guessed.
func kindIn(title string) string {
	for _, w := range strings.FieldsFunc(title, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsMark(r) }) {
		if kind := KindOf(w); kind != "" && kind != KindHelp {
			return kind
		}
		w = fold(w, true)
		if strings.HasPrefix(w, "info") {
			return KindInformation
		}
		if slices.ContainsFunc([]string{"schulung", "fortbildung", "workshop", "training", "seminar"}, func(end string) bool { return strings.HasSuffix(w, end) }) {
			return KindTraining
		}
	}
	return ""
}

const countWords = `ein|eine|einen|zwei|drei|vier|fuenf|sechs|sieben|acht|neun|zehn|elf|zwoelf|fuenfzehn|zwanzig|dreissig|` +
	`one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty`

// countOf is the number that a word stands for, or 0.
func countOf(word string) int {
	numbers := []int{1, 1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 15, 20, 30}
	switch i := slices.Index(strings.Split(countWords, "|"), word); {
	case i < 0:
		return 0
	case i >= len(numbers):
		return numbers[i-len(numbers)+2]
	default:
		return numbers[i]
	}
}

var (
	limited = regexp.MustCompile(`^(?:(max(?:imal|imum|\.)?|hoechstens|bis zu|up to|at most|limit(?:ed to)?|begrenzt auf|nur|only|no more than|nicht mehr als|fuer|for)[: ]?\s*)?` +
		`([-+−]?\s?\d[\d.'^ ]*|` + countWords + `)\s*(?:freie |available |free )?` +
		`(plaetze?n?|platz|teilnehm\w*(?:[*:_]innen)?|personen|person|leute|menschen|tn|places?|seats?|spots?|people|participants?|attendees)?\s*(?:max\.?|maximal|maximum|frei|available)?$`)
	unlimited = regexp.MustCompile(`^(?:unbegrenzt(?: viele)?(?: plaetze)?|beliebig viele(?: plaetze)?|ohne begrenzung|keine begrenzung|unlimited(?: places)?|no limit|offen fuer alle|egal|as many as come|so viele,? wie kommen)$`)
)

// spelledPlaces mends one slip of the pen in the word behind a number: "12 pläze".
func spelledPlaces(text string) string {
	number, word, ok := strings.Cut(text, " ")
	if _, err := strconv.Atoi(number); !ok || err != nil {
		return text
	}
	for _, meant := range []string{"plaetze", "platz", "places", "seats", "personen", "people", "teilnehmende"} {
		if lang.OneSlip(word, meant) {
			return number + " " + meant
		}
	}
	return text
}

// tooMany is what cannot be a number of places.
const tooMany = math.MaxInt32

// CapacityOf reads how many can take part: "12 Plätze", "max. 12", "up to 12
// people"; 0 is as many as come, a number out of range is one that Draft.Check
// refuses. bare takes a number alone, too.
func CapacityOf(text string, bare bool) (n int, ok bool) {
	text = strings.TrimRight(strings.TrimSpace(fold(text, true)), ".,;")
	if unlimited.MatchString(text) {
		return 0, true
	}
	m := limited.FindStringSubmatch(spelledPlaces(text))
	if m == nil || m[3] == "" && !bare && (m[1] == "" || m[1] == "fuer" || m[1] == "for" || m[1] == "nur" || m[1] == "only") {
		return 0, false
	}
	digits := strings.NewReplacer(".", "", "'", "", " ", "", "−", "-").Replace(m[2])
	if n := countOf(digits); n > 0 {
		return n, true
	}
	n, err := strconv.Atoi(digits)
	switch {
	case err != nil || n > tooMany:
		return tooMany, true
	case n < 0:
		return -1, true
	}
	return n, true
}
