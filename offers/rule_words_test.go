package offers

import (
	"strings"
	"testing"
	"time"

	"buffet/lang"
)

// How a series repeats is said as it does from its next date on.
func TestRuleWordsOfMovedSeries(t *testing.T) {
	tb := newTable(t)
	weekly := tb.bring(Draft{Title: "A", When: tb.when("jeden Dienstag 22-23 Uhr")})
	words := func(number int, v View) string {
		_, after, _ := strings.Cut(RenderOffer(v, tb.find(number)).Plain(), "\n")
		line, _, _ := strings.Cut(after, "\n")
		return line
	}
	v := tb.view(lang.German)
	tb.equal("as it began", words(weekly.Number, v), "Jeden Dienstag:")
	weekly = tb.edit(weekly, All, time.Time{}, tb.at("2.12. 22-23 Uhr"))
	tb.equal("a day later", words(weekly.Number, v), "Jeden Mittwoch:")
	tokyo, err := time.LoadLocation("Asia/Tokyo")
	if err != nil {
		t.Fatal(err)
	}
	v.Zone = tokyo
	if got := words(weekly.Number, v); strings.Contains(got, "Mittwoch") {
		t.Errorf("in Tokyo it is Thursday: %s", got)
	}
	v.Zone = tb.zone
	weekly = tb.edit(weekly, OnlyThis, tb.key(weekly, "2.12."), tb.at("4.12. 22-23 Uhr"))
	tb.equal("one of them on a Friday", words(weekly.Number, v), "Jeden Mittwoch:")
	weekly = tb.edit(weekly, Following, tb.key(weekly, "16.12."), tb.at("17.12. 22-23 Uhr"))
	tb.equal("later on another day", words(weekly.Number, v), "Jeden Mittwoch:")

	monthly := tb.bring(Draft{Title: "B", When: tb.when("jeden 1. Montag im Monat 10 Uhr")})
	tb.equal("first Monday", words(monthly.Number, v), "Jeden 1. Montag im Monat:")
	tb.edit(monthly, All, time.Time{}, tb.at("8.12. 10 Uhr"))
	if got := words(monthly.Number, v); strings.Contains(got, "Montag") {
		t.Errorf("the day after the first Monday is no rule: %s", got)
	}
}
