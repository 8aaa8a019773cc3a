package offers

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"buffet/lang"
	"buffet/store"
)

// What members may bring, in runes where it is a text.
const (
	draftTitle       = maxTitle
	draftDescription = 4000
	draftPlace       = 200
	draftTopics      = 10
	draftTopic       = maxTopic
	draftCapacity    = 100_000
)

// MaxHost is how long a host may be, in runes.
const MaxHost = 100

// Check takes from the texts what nobody can see, or what turns them around,
// and tells by a *lang.Problem what is missing or too much. The date must not be over.
func (d *Draft) Check(now time.Time) error {
	if d.Kind == "" {
		d.Kind = KindExchange
	}
	if d.Help != "" {
		d.Kind, d.When = KindHelp, lang.When{}
	}
	for _, err := range []error{
		checkTitle(&d.Title), checkDescription(&d.Description), checkLink(&d.URL), checkPlace(&d.Location),
		checkHost(&d.Host), checkLink(&d.Material), checkTopics(&d.Topics), checkCapacity(d.Capacity), checkKind(d.Kind),
	} {
		if err != nil {
			return err
		}
	}
	if d.Help != "" {
		if d.Help != store.HelpNeed && d.Help != store.HelpGive {
			return lang.Wrong("native_kind")
		}
		return nil
	}
	return checkWhen(d.When, now)
}

// oneLine is a text without line breaks and without what cannot be seen.
func oneLine(s string) string { return strings.Join(strings.Fields(icalVisible(s, false)), " ") }

func checkTitle(s *string) error {
	*s = oneLine(*s)
	if *s == "" {
		return lang.Wrong("native_no_title")
	}
	return atMost(*s, draftTitle, "native_title_long")
}

func checkDescription(s *string) error {
	*s = strings.TrimSpace(icalVisible(strings.ReplaceAll(*s, "\r\n", "\n"), true))
	return atMost(*s, draftDescription, "native_description_long")
}

func checkPlace(s *string) error {
	*s = oneLine(*s)
	if address(*s) != "" {
		return nil // bounded by that
	}
	return atMost(*s, draftPlace, "native_place_long")
}

func checkHost(s *string) error {
	*s = oneLine(*s)
	return atMost(*s, MaxHost, "native_host_long")
}

func checkLink(s *string) error {
	*s = oneLine(*s)
	if *s != "" && address(*s) == "" {
		return lang.Wrong("native_link", lang.Values{"Link": clip(*s, 60)})
	}
	return nil
}

// checkTopics also drops what stands there twice.
func checkTopics(list *[]string) error {
	var out []string
	for _, topic := range *list {
		topic = oneLine(strings.TrimLeft(oneLine(topic), "#"))
		if topic == "" || slices.ContainsFunc(out, func(s string) bool { return fold(s, true) == fold(topic, true) }) {
			continue
		}
		if err := atMost(topic, draftTopic, "native_topic_long"); err != nil {
			return err
		}
		out = append(out, topic)
	}
	if len(out) > draftTopics {
		return lang.Wrong("native_topics", lang.Values{"Max": draftTopics, "Count": len(out)})
	}
	*list = out
	return nil
}

func checkCapacity(n int) error {
	if n < 0 || n > draftCapacity {
		return lang.Wrong("native_capacity", lang.Values{"Max": draftCapacity})
	}
	return nil
}

func checkKind(kind string) error {
	if !slices.Contains([]string{KindInformation, KindTraining, KindExchange, KindHelp}, kind) {
		return lang.Wrong("native_kind")
	}
	return nil
}

// checkWhen refuses what is over. Of a series, one date that is not will do.
func checkWhen(w lang.When, now time.Time) error {
	if w.Start.IsZero() || w.Zone == "" {
		return lang.Wrong("native_no_when")
	}
	dates, err := recurrenceOf(w).Expand(now.Add(-layOutBack), now.Add(layOutAhead))
	if err != nil {
		return lang.Wrong("native_no_when")
	}
	if slices.ContainsFunc(dates, func(d Date) bool { return d.Start.After(now) || d.AllDay && d.End.After(now) }) {
		return nil
	}
	if w.Start.After(now) {
		return nil // further ahead than dates are laid out yet
	}
	return lang.Wrong("native_past")
}

func atMost(s string, most int, key string) error {
	if n := utf8.RuneCountInString(s); n > most {
		return lang.Wrong(key, lang.Values{"Max": most, "Count": n, "Text": clip(s, 40)})
	}
	return nil
}
