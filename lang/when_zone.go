package lang

import (
	"slices"
	"strings"
	"time"
)

// whenZone is the zone that was said.
type whenZone struct {
	loc    *time.Location // nil: that of the room
	abbr   string         // "CET": only right while clocks there stand at offset
	offset int            // in seconds east
	exact  bool           // an offset of an ISO 8601 stamp: loc does not matter
}

// Abbreviations that mean one zone to the people here. CST, IST and their like
// mean several, WET and WEST are words.
var whenAbbrs = map[string]struct {
	zone  string
	hours int
}{
	"mez": {"Europe/Berlin", 1}, "mesz": {"Europe/Berlin", 2}, "cet": {"Europe/Berlin", 1}, "cest": {"Europe/Berlin", 2},
	"wez": {"Europe/Lisbon", 0}, "wesz": {"Europe/Lisbon", 1},
	"oez": {"Europe/Helsinki", 2}, "oesz": {"Europe/Helsinki", 3}, "eet": {"Europe/Helsinki", 2}, "eest": {"Europe/Helsinki", 3},
	"gmt": {"Europe/London", 0}, "bst": {"Europe/London", 1}, "msk": {"Europe/Moscow", 3},
	"est": {"America/New_York", -5}, "edt": {"America/New_York", -4}, "pst": {"America/Los_Angeles", -8}, "pdt": {"America/Los_Angeles", -7},
	"aest": {"Australia/Sydney", 10}, "aedt": {"Australia/Sydney", 11}, "nzst": {"Pacific/Auckland", 12}, "nzdt": {"Pacific/Auckland", 13},
}

// Cities and countries that are no zone's name, or go by another one.
var whenCities = map[string]string{
	"german": "Europe/Berlin", "deutsche": "Europe/Berlin", "deutscher": "Europe/Berlin", "hamburger": "Europe/Berlin", "hamburg": "Europe/Berlin",
	"munich": "Europe/Berlin", "muenchner": "Europe/Berlin", "muenchen": "Europe/Berlin", "koelner": "Europe/Berlin", "koeln": "Europe/Berlin",
	"cologne": "Europe/Berlin", "frankfurt": "Europe/Berlin", "frankfurter": "Europe/Berlin", "bonn": "Europe/Berlin", "bonner": "Europe/Berlin",
	"leipzig": "Europe/Berlin", "leipziger": "Europe/Berlin", "dresden": "Europe/Berlin", "dresdner": "Europe/Berlin", "stuttgart": "Europe/Berlin",
	"stuttgarter": "Europe/Berlin", "bremer": "Europe/Berlin", "bremen": "Europe/Berlin",
	"wien": "Europe/Vienna", "wiener": "Europe/Vienna", "oesterreichische": "Europe/Vienna", "oesterreichischer": "Europe/Vienna",
	"austrian": "Europe/Vienna", "graz": "Europe/Vienna", "grazer": "Europe/Vienna", "linz": "Europe/Vienna", "linzer": "Europe/Vienna",
	"zuerich": "Europe/Zurich", "zuercher": "Europe/Zurich", "schweizer": "Europe/Zurich", "swiss": "Europe/Zurich", "bern": "Europe/Zurich",
	"berner": "Europe/Zurich", "basel": "Europe/Zurich", "basler": "Europe/Zurich", "genf": "Europe/Zurich", "genfer": "Europe/Zurich",
	"geneva": "Europe/Zurich", "british": "Europe/London", "uk": "Europe/London", "britische": "Europe/London", "britischer": "Europe/London",
	"edinburgh": "Europe/London", "manchester": "Europe/London", "bruessel": "Europe/Brussels", "bruesseler": "Europe/Brussels",
	"rom": "Europe/Rome", "roemische": "Europe/Rome", "prag": "Europe/Prague", "prager": "Europe/Prague", "warschau": "Europe/Warsaw",
	"warschauer": "Europe/Warsaw", "kopenhagen": "Europe/Copenhagen", "kopenhagener": "Europe/Copenhagen", "lissabon": "Europe/Lisbon",
	"lissabonner": "Europe/Lisbon", "lissaboner": "Europe/Lisbon", "athen": "Europe/Athens", "athener": "Europe/Athens", "moskau": "Europe/Moscow",
	"moskauer": "Europe/Moscow", "bukarest": "Europe/Bucharest", "bukarester": "Europe/Bucharest", "luxemburg": "Europe/Luxembourg",
	"luxemburger": "Europe/Luxembourg", "kiew": "Europe/Kyiv", "kiewer": "Europe/Kyiv", "kyjiw": "Europe/Kyiv", "new york": "America/New_York", "eastern": "America/New_York",
	"new yorker": "America/New_York", "washington": "America/New_York", "boston": "America/New_York", "san francisco": "America/Los_Angeles",
	"mumbai": "Asia/Kolkata", "delhi": "Asia/Kolkata", "indian": "Asia/Kolkata", "beijing": "Asia/Shanghai", "peking": "Asia/Shanghai",
	"tokio": "Asia/Tokyo", "tokioter": "Asia/Tokyo", "jerusalem": "Asia/Jerusalem", "barcelona": "Europe/Madrid", "milan": "Europe/Rome",
	"mailand": "Europe/Rome", "mailaender": "Europe/Rome", "the hague": "Europe/Amsterdam", "rotterdam": "Europe/Amsterdam",
}

var whenAreas = []string{"africa", "america", "asia", "atlantic", "australia", "europe", "indian", "pacific"}

// zoned reads a zone: "UTC", "MEZ", "Europe/Vienna", "London time".
func (r *whenReader) zoned() (bool, error) {
	var z whenZone
	switch {
	case r.phrase("ortszeit", "local time", "our time", "unserer zeit", "unsere zeit", "hiesiger zeit", "hiesige zeit"):
		z.loc = r.home
	case r.phrase("mitteleuropaeische zeit", "mitteleuropaeischer zeit"):
		z = abbreviated("mez")
	case r.phrase("mitteleuropaeische sommerzeit", "mitteleuropaeischer sommerzeit"):
		z = abbreviated("mesz")
	case r.take("utc"):
		z.loc = time.UTC
		if r.is(0, "+", "-") && r.tok(0).glued {
			return false, r.wrong("when_zone", Values{"Zone": "UTC" + r.tok(0).text})
		}
	case r.is(1, "/") && r.tok(1).glued && slices.Contains(whenAreas, r.tok(0).text):
		if z.loc = r.area(); z.loc == nil {
			return false, r.wrong("when_zone", Values{"Zone": r.behind()})
		}
	default:
		if z = abbreviated(r.tok(0).text); z.loc != nil {
			r.at++
		} else if z.loc = r.city(); z.loc == nil {
			return false, nil
		}
	}
	if r.zone.loc != nil || r.zone.exact {
		return false, r.twice()
	}
	r.zone = z
	return true, nil
}

func abbreviated(word string) (z whenZone) {
	a, ok := whenAbbrs[word]
	if !ok {
		return z
	}
	loc, err := time.LoadLocation(a.zone)
	if err != nil {
		return z
	}
	return whenZone{loc: loc, abbr: strings.ToUpper(word), offset: a.hours * 3600}
}

// area reads a zone by its name in the time zone database.
func (r *whenReader) area() *time.Location {
	r.mark = r.at
	parts := []string{zoneCase(r.tok(0).text)}
	for r.at++; r.is(0, "/") && r.tok(1).word(); r.at += 2 {
		parts = append(parts, zoneCase(r.tok(1).text))
	}
	return loadZone(strings.Join(parts, "/"))
}

// city reads "London time", "Wiener Zeit", "New Yorker Zeit".
func (r *whenReader) city() *time.Location {
	n := 0
	for n < 3 && r.tok(n).word() && !r.is(n, "zeit", "time", "ortszeit") {
		n++
	}
	if n == 0 || n == 3 && !r.is(3, "zeit", "time", "ortszeit") || !r.is(n, "zeit", "time", "ortszeit") {
		return nil
	}
	var words []string
	for i := range n {
		words = append(words, r.tok(i).text)
	}
	name := strings.Join(words, " ")
	for _, one := range []string{name, strings.TrimSuffix(name, "er"), strings.TrimSuffix(name, "r")} {
		zones := []string{whenCities[one]}
		if zones[0] == "" {
			zones = nil
			for _, area := range whenAreas {
				zones = append(zones, zoneCase(area)+"/"+zoneCase(strings.ReplaceAll(one, " ", "_")))
			}
		}
		for _, zone := range zones {
			if loc := loadZone(zone); loc != nil {
				r.at += n + 1
				return loc
			}
		}
	}
	return nil
}

func zoneCase(name string) string {
	parts := strings.Split(name, "_")
	for i, p := range parts {
		if p != "" && p != "of" && p != "es" {
			parts[i] = strings.ToUpper(p[:1]) + p[1:]
		}
	}
	return strings.Join(parts, "_")
}

func loadZone(name string) *time.Location {
	loc, err := time.LoadLocation(name)
	if err != nil || name == "" {
		return nil
	}
	return loc
}

// offset reads what stands behind the time of an ISO 8601 stamp: Z, +01:00.
func (r *whenReader) offset() {
	if r.stamp == 0 || !r.tok(0).glued {
		return
	}
	if r.take("z") {
		r.zone, r.stamp = whenZone{loc: time.UTC}, 0
		return
	}
	h, m := r.tok(1), r.tok(3)
	if r.is(0, "+", "-") && h.digits == 2 && r.is(2, ":") && m.digits == 2 && h.n <= 14 && m.n < 60 {
		r.zone = whenZone{exact: true, offset: h.n*3600 + m.n*60}
		if r.is(0, "-") {
			r.zone.offset = -r.zone.offset
		}
		r.at += 4
	}
	r.stamp = 0
}

// location is the zone in which days and times are meant.
func (r *whenReader) location() *time.Location {
	switch {
	case r.zone.exact:
		return time.FixedZone("", r.zone.offset)
	case r.zone.loc == nil:
		return r.home
	case r.zone.abbr != "" && r.zone.loc.String() == "Europe/Berlin" && centralEurope(r.home, r.now):
		return r.home
	}
	return r.zone.loc
}

// centralEurope tells whether clocks there go as in Berlin.
func centralEurope(loc *time.Location, now time.Time) bool {
	berlin := loadZone("Europe/Berlin")
	if berlin == nil {
		return false
	}
	for month := range 12 {
		t := now.AddDate(0, month, 0)
		_, a := t.In(loc).Zone()
		if _, b := t.In(berlin).Zone(); a != b {
			return false
		}
	}
	return true
}
