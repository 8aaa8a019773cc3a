package offers

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"buffet/lang"
)

// rule is how a series repeats, in words; "" if that is not simple.
func (v View) rule(o *Offer) string {
	if o.Rule == "" {
		return ""
	}
	shown, ok := v.ruleNow(o)
	if !ok {
		return v.say("offer_series")
	}
	parts := map[string]string{}
	for _, part := range strings.Split(strings.TrimPrefix(strings.ToUpper(shown), "RRULE:"), ";") {
		name, value, _ := strings.Cut(part, "=")
		parts[name] = value
	}
	for name := range parts {
		if !slices.Contains([]string{"FREQ", "INTERVAL", "BYDAY", "UNTIL", "COUNT", "WKST"}, name) {
			return v.say("offer_series")
		}
	}
	day, nth := v.ruleDay(o, parts["BYDAY"])
	every := 1
	if n, rest := number(parts["INTERVAL"]); n > 1 && rest == "" {
		every = n
	}
	simple := parts["BYDAY"] == "" || day != ""
	switch freq := parts["FREQ"]; {
	case !simple:
	case freq == "DAILY" && parts["BYDAY"] == "":
		return v.say("offer_every_day", lang.Values{"Count": every})
	case freq == "WEEKLY" && nth == 0 && day != "" && every == 1:
		return v.say("offer_every_weekday", lang.Values{"Day": day})
	case freq == "WEEKLY" && nth == 0:
		return v.say("offer_every_week", lang.Values{"Count": every})
	case freq == "MONTHLY" && nth > 0 && every == 1:
		return v.say("offer_every_nth", lang.Values{"Day": day, "Nth": v.say("offer_nth_" + strconv.Itoa(nth))})
	case freq == "MONTHLY" && nth < 0 && every == 1:
		return v.say("offer_every_last", lang.Values{"Day": day})
	case freq == "MONTHLY" && parts["BYDAY"] == "":
		return v.say("offer_every_month", lang.Values{"Count": every})
	case freq == "YEARLY" && parts["BYDAY"] == "" && every == 1:
		return v.say("offer_every_year")
	}
	return v.say("offer_series")
}

// ruleDay is the weekday of a rule with one day, and which of the month (-1:
// the last; 0: none). It is "" if the reader's clock shows another day.
func (v View) ruleDay(o *Offer, byDay string) (string, int) {
	nth := 0
	switch {
	case strings.HasPrefix(byDay, "-1"):
		nth, byDay = -1, byDay[2:]
	case len(byDay) > 2:
		byDay = strings.TrimPrefix(byDay, "+")
		nth, byDay = int(byDay[0]-'0'), byDay[1:]
	}
	day := slices.Index([]string{"SU", "MO", "TU", "WE", "TH", "FR", "SA"}, byDay)
	if day < 0 || nth > 5 || nth < -1 || len(o.Next) == 0 {
		return "", 0
	}
	if !v.falls(o, time.Weekday(day)) {
		return "", 0
	}
	name, _, _ := strings.Cut(lang.Day(v.Lang, time.Date(2023, 1, 1+day, 0, 0, 0, 0, time.UTC)), ",") // a Sunday
	return name, nth
}

// falls tells whether a series falls on that weekday by the reader's clock, as
// far as its next dates tell. Those that were not moved tell it best.
func (v View) falls(o *Offer, day time.Weekday) bool {
	any := false
	for _, i := range o.Next {
		same := i.Start.In(v.zone(i)).Weekday() == day
		if i.Start.Equal(i.Key) {
			return same
		}
		any = any || same
	}
	return any
}

// ruleNow is the rule that a series follows from its next date on. It is not ok
// if its dates were moved for good to where no rule has them.
func (v View) ruleNow(o *Offer) (rule string, ok bool) {
	r, err := recurrence(&o.Offer)
	if err != nil || len(o.Next) == 0 || !slices.ContainsFunc(r.Overrides, func(c Override) bool { return c.Future }) {
		return o.Rule, true
	}
	s, err := r.series()
	if err != nil {
		return o.Rule, true
	}
	for _, c := range slices.Backward(s.future) {
		if !c.key.at.After(o.Next[0].Key) {
			parts, ok := s.rule.shifted(c.start.wall.Sub(c.key.wall), &c)
			return strings.Join(parts, ";"), ok
		}
	}
	return o.Rule, true
}
