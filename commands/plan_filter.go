package commands

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"

	"buffet/lang"
	"buffet/offers"
)

// planDays is how far ahead an announcement looks unless told otherwise.
const planDays = 7

// readFilter reads which offers a schedule is about, as the store keeps it.
func (c *Call) readFilter(args []string) (offers.Filter, error) {
	// a later period replaces an earlier one, so this is the default
	all := append([]string{"7 tage"}, args...)
	query, err := offers.ParseFilter(all, c.Lang, c.Now, c.Network.Zone)
	if err != nil {
		return offers.Filter{}, err
	}
	switch query.Period {
	case offers.PeriodTomorrow, offers.PeriodNextWeek: // always seen from the day of the post
		return offers.Filter{}, c.wrong("plan_period")
	}
	return query.Filter, nil
}

// filterOf reads a stored filter; what cannot be read is all offers.
func filterOf(stored string) offers.Filter {
	var f offers.Filter
	if json.Unmarshal([]byte(stored), &f) != nil {
		f = offers.Filter{}
	}
	f.Days = cmp.Or(f.Days, planDays)
	return f
}

// sameOffers tells whether two filters name the same offers, however far ahead.
func sameOffers(a, b offers.Filter) bool {
	key := func(words []string) []string {
		folded := make([]string, 0, len(words))
		for _, w := range words {
			folded = append(folded, fold(w))
		}
		slices.Sort(folded)
		return slices.Compact(folded)
	}
	return a.Kind == b.Kind && slices.Equal(key(a.Words), key(b.Words)) && slices.Equal(key(a.Topics), key(b.Topics)) &&
		slices.Equal(key(a.From), key(b.From)) && slices.Equal(key(a.Not), key(b.Not))
}

// filterWords is a filter in words: "Schulung, Pflege, die nächsten 14 Tage".
func (c *Call) filterWords(f offers.Filter) string {
	var parts []string
	if f.Kind != "" {
		parts = append(parts, c.Table.phrases.Say(c.Lang, "kind_"+f.Kind))
	}
	parts = append(parts, f.Topics...)
	parts = append(parts, f.Words...)
	if len(f.From) > 0 {
		parts = append(parts, c.Table.phrases.Say(c.Lang, "plan_from", lang.Values{"From": strings.Join(f.From, ", ")}))
	}
	if len(f.Not) > 0 {
		parts = append(parts, c.Table.phrases.Say(c.Lang, "plan_without", lang.Values{"Without": strings.Join(f.Not, ", ")}))
	}
	parts = append(parts, c.Table.phrases.Say(c.Lang, "plan_days", lang.Values{"Count": f.Days}))
	return strings.Join(parts, ", ")
}
