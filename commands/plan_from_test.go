package commands

import (
	"strings"
	"testing"

	"buffet/lang"
)

// TestPlanFrom: a schedule keeps from whom, and without what.
func TestPlanFrom(t *testing.T) {
	h := newHouse(t)
	for _, c := range [][3]string{
		{lang.German, "plan ankuendigung mo 9:00 von: caritas, awo ohne fortbildung 14 tage", "(von caritas, awo, ohne fortbildung, die nächsten 14 Tage)"},
		{lang.English, "plan announcement tue 9:00 from: caritas without law", "(from caritas, without law, the next 7 days)"},
	} {
		if got := h.say(h.organiser(c[0], c[1])); !strings.Contains(got, c[2]) {
			t.Errorf("%s: %s", c[1], got)
		}
	}
	if got := h.say(h.organiser(lang.German, "vorschau ankuendigung")); !strings.Contains(got, "private") || strings.Contains(got, "Brandschutz") {
		t.Error(got)
	}
	if list := h.schedules(); len(list) != 2 || !strings.Contains(list[0].Filter, `"from":["caritas","awo"],"not":["fortbildung"]`) {
		t.Errorf("kept %+v", list)
	}
}
