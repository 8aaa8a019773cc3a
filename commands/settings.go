package commands

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"buffet/digest"
	"buffet/knowledge"
	"buffet/lang"
	"buffet/schedule"
	"buffet/store"
)

const maxMonths = 120

// settingWords are what people call the settings.
func settingWords() map[string]string {
	return map[string]string{
		"erkennen": store.SetDetect, "detect": store.SetDetect, "hinweise": store.SetHints, "hints": store.SetHints,
		"aufbewahrung": store.SetRetention, "retention": store.SetRetention, "sinnsuche": store.SetMeaning, "meaning": store.SetMeaning,
		"modell": store.SetModel, "sprachmodell": store.SetModel, "model": store.SetModel, "freigabe": store.SetApproval, "approval": store.SetApproval,
		"einfach": store.SetSimple, "simple": store.SetSimple,
		"beginn": store.SetBegin, "anfang": store.SetBegin, "begin": store.SetBegin, "start": store.SetBegin,
		"nachfrage": store.SetAfter, "nachfragen": store.SetAfter, "afterwards": store.SetAfter, "after": store.SetAfter,
		"umfrage": store.SetPolls, "umfragen": store.SetPolls, "poll": store.SetPolls, "polls": store.SetPolls,
	}
}

// runSettings is "einstellungen": the card for all, changes for organisers.
func runSettings(ctx context.Context, tx *store.Tx, c *Call) (*Reply, error) {
	if text, ok, err := c.setNetwork(ctx, tx); ok || err != nil {
		return &Reply{Text: text}, err
	}
	if c.Network.Room == "" {
		return nil, lang.Wrong("cmd_say_it_in_room", lang.Values{"Network": c.Network.Name})
	}
	if len(c.Args) > 0 {
		if err := c.set(ctx, tx); err != nil {
			return nil, err
		}
	}
	text, err := c.Table.Card(ctx, tx, *c.Network, c.Lang)
	if err != nil {
		return nil, err
	}
	if len(c.Args) > 0 {
		text = c.say("set_now", lang.Values{"Setting": strings.Join(c.Args, " ")}).Line().Line().Add(text)
	}
	if c.Direct && len(c.Args) > 0 {
		err = c.showCard(ctx, tx, *c.Network)
	}
	return &Reply{Text: text}, err
}

// showCard posts the card of n's room anew: its people are to know what changed.
func (c *Call) showCard(ctx context.Context, tx *store.Tx, n Network) error {
	text, err := c.Table.Card(ctx, tx, n, n.Lang)
	if err != nil {
		return err
	}
	m := store.Message{Key: "card/" + c.Event.String() + "/" + n.Room.String(), Room: n.Room, Plain: text.Plain(), HTML: text.HTML(), Notice: true}
	_, err = tx.Send(ctx, m, c.Now)
	return err
}

func (c *Call) set(ctx context.Context, tx *store.Tx) error {
	if !c.Network.Organiser || c.Doubtful {
		return c.mayOrganise()
	}
	key, ok := settingWords()[fold(c.Args[0])]
	if !ok {
		return c.wrong("set_what", lang.Values{"Word": short(c.Args[0])})
	}
	value := ""
	if len(c.Args) > 1 {
		value = fold(c.Args[1])
	}
	more := c.Args[min(2, len(c.Args)):]
	if key == store.SetRetention && len(more) > 0 && slices.Contains([]string{"monat", "monate", "month", "months"}, fold(more[0])) {
		more = more[1:]
	}
	if len(more) > 0 {
		return c.wrong("set_too_much", lang.Values{"Word": short(strings.Join(more, " ")), "Line": short(c.Args[0] + " " + c.Args[1])})
	}
	switch {
	case key == store.SetRetention:
		n, err := strconv.Atoi(value)
		if err != nil || n < 1 || n > maxMonths {
			return c.wrong("set_months", lang.Values{"Max": maxMonths})
		}
	case (key == store.SetApproval || key == store.SetSimple) && slices.Contains([]string{"netz", "netzwerk", "network"}, value):
		value = "" // as the network has it
	default:
		var ok bool
		if value, ok = onOff(value); !ok {
			return c.wrong("set_on_off", lang.Values{"Word": c.Args[0]})
		}
	}
	if key == store.SetMeaning {
		return c.setMeaning(ctx, tx, value == store.On)
	}
	if value == store.On && (key == store.SetModel || key == store.SetSimple) {
		if err := c.mayModel(ctx, tx, key); err != nil {
			return err
		}
	}
	if key == store.SetHints && value == store.On {
		if err := tx.DropQuietMarks(ctx, c.Network.Room); err != nil {
			return err
		}
	}
	return tx.SetSetting(ctx, c.Network.Room, key, value)
}

// onOff reads a folded word for On or Off.
func onOff(word string) (value string, ok bool) {
	switch word {
	case "an", "ein", "on", "ja", "yes":
		return store.On, true
	case "aus", "off", "nein", "no":
		return store.Off, true
	}
	return "", false
}

// Card is what the bot does in a room, what it keeps there and for how long,
// and how to say no.
func (t *Table) Card(ctx context.Context, q store.Querier, n Network, language string) (*lang.Text, error) {
	set, err := store.Settings(ctx, q, n.Room)
	if err != nil {
		return nil, err
	}
	quiet, err := store.QuietMarks(ctx, q, n.Room)
	if err != nil {
		return nil, err
	}
	state := func(on bool) string {
		if on {
			return t.phrases.Say(language, "set_on")
		}
		return t.phrases.Say(language, "set_off")
	}
	planned, err := t.digestLine(ctx, q, n, set, language)
	if err != nil {
		return nil, err
	}
	network, err := t.networkLines(ctx, q, n, language)
	if err != nil {
		return nil, err
	}
	who := t.phrases.Say(language, "set_moderators")
	for _, u := range n.Organisers {
		who += ", " + u.String()
	}
	return t.phrases.Text(language, "set_card", lang.Values{
		"P": ShownPrefix(n.Prefix), "Network": n.Name, "Who": who, "Months": Months(set, n.Retention),
		"Model": t.modelLines(set, language, ShownPrefix(n.Prefix)), "Digest": planned, "Offers": network + t.calendarLine(language, ShownPrefix(n.Prefix)),
		"Threads": t.phrases.Say(language, "set_threads", lang.Values{
			"Begin": state(set[store.SetBegin] != store.Off), "After": state(set[store.SetAfter] != store.Off)}),
		"Polls":  t.phrases.Say(language, "set_polls", lang.Values{"State": state(set[store.SetPolls] == store.On)}),
		"Detect": state(set[store.SetDetect] == store.On), "Hints": state(set[store.SetHints] != store.Off && quiet < knowledge.QuietOff),
	}), nil
}

// Months is how long a room keeps contributions.
func Months(set map[string]string, standard int) int {
	if n, err := strconv.Atoi(set[store.SetRetention]); err == nil {
		return n
	}
	if standard > 0 {
		return standard
	}
	return 24
}

// mayModel refuses what only a model can do where there is none.
func (c *Call) mayModel(ctx context.Context, tx *store.Tx, key string) error {
	if c.Table.Model == "" {
		return c.wrong("set_no_model")
	}
	on, err := store.Setting(ctx, tx, c.Network.Room, store.SetModel)
	if err != nil || key == store.SetModel || on == store.On {
		return err
	}
	return c.wrong("set_simple_model")
}

// modelLines are what the card says of models.
func (t *Table) modelLines(set map[string]string, language, prefix string) string {
	line := t.phrases.Say(language, "set_model_none")
	switch {
	case t.Model == "":
	case set[store.SetModel] == store.On:
		line = t.phrases.Say(language, "set_model_on", lang.Values{"P": prefix, "Host": t.Model})
	default:
		line = t.phrases.Say(language, "set_model_off", lang.Values{"P": prefix, "Host": t.Model})
	}
	if host := t.Meaning.Host(); host != "" {
		key := "set_meaning_off"
		if set[store.SetMeaning] == store.On {
			key = "set_meaning_on"
		}
		line += "\n• " + t.phrases.Say(language, key, lang.Values{"P": prefix, "Host": host})
	}
	return line
}

// digestLine is what the card says of digests.
func (t *Table) digestLine(ctx context.Context, q store.Querier, n Network, set map[string]string, language string) (string, error) {
	all, err := store.Schedules(ctx, q, n.Room)
	if err != nil {
		return "", err
	}
	var parts []string
	for _, s := range ofKind(all, schedule.Digest) {
		if s.Enabled {
			parts = append(parts, schedule.Describe(s.Spec, language)+" ("+t.phrases.Say(language, "digest_for_"+digest.OptionsOf(s.Filter).Audience)+")")
		}
	}
	if len(parts) == 0 {
		return t.phrases.Say(language, "set_digest_none"), nil
	}
	how := "set_digest_approved"
	simple := set[store.SetSimple] == store.On && set[store.SetModel] == store.On
	if set[store.SetApproval] == store.Off && !simple {
		how = "set_digest_at_once"
	}
	line := strings.Join(parts, ", ") + ", " + t.phrases.Say(language, how)
	if simple {
		line += ", " + t.phrases.Say(language, "set_digest_simple")
	}
	return line, nil
}
