package commands

import (
	"context"
	"maps"
	"slices"
	"strings"

	"buffet/lang"
	"buffet/offers"
	"buffet/store"
)

// setNetwork is "einstellungen angebote freigabe", "einstellungen feiertage
// NRW" and "einstellungen netz freigabe aus", which hold for the whole network.
// It is false for other settings.
func (c *Call) setNetwork(ctx context.Context, tx *store.Tx) (*lang.Text, bool, error) {
	if len(c.Args) == 0 {
		return nil, false, nil
	}
	set := map[string]func(context.Context, *store.Tx, string) (*lang.Text, error){
		"angebote": c.setBring, "offers": c.setBring, "feiertage": c.setHolidays, "feiertag": c.setHolidays, "holidays": c.setHolidays,
		"netz": c.setRooms, "netzwerk": c.setRooms, "network": c.setRooms,
	}[fold(c.Args[0])]
	if set == nil {
		return nil, false, nil
	}
	if !c.Network.Organiser || c.Doubtful {
		return nil, true, c.mayOrganise()
	}
	if err := c.organisesAll(ctx, tx); err != nil {
		return nil, true, err
	}
	before, err := store.NetworkSettings(ctx, tx, c.Network.Name)
	if err != nil {
		return nil, true, err
	}
	text, err := set(ctx, tx, strings.Join(c.Args[1:], " "))
	if err != nil {
		return nil, true, err
	}
	if now, err := store.NetworkSettings(ctx, tx, c.Network.Name); err != nil || maps.Equal(now, before) {
		return text, true, err
	}
	return text, true, c.showCards(ctx, tx)
}

// organisesAll refuses whoever moderates some rooms of the network only: the
// others have their own organisers.
func (c *Call) organisesAll(ctx context.Context, tx *store.Tx) error {
	if slices.Contains(c.Network.Organisers, c.Sender) {
		return nil
	}
	rooms, err := store.RoomsIn(ctx, tx, c.Network.Name)
	if err != nil || !slices.ContainsFunc(rooms, func(r store.Room) bool { return !r.Joined.IsZero() && !slices.Contains(c.Network.Organised, r.ID) }) {
		return err
	}
	if len(c.Network.Organisers) == 0 {
		return c.wrong("set_network_moderators", lang.Values{"Network": c.Network.Name})
	}
	return c.wrong("set_network_organisers", lang.Values{"Network": c.Network.Name, "Who": c.listed()})
}

// showCards posts the cards of all rooms of the network anew.
func (c *Call) showCards(ctx context.Context, tx *store.Tx) error {
	rooms, err := store.RoomsIn(ctx, tx, c.Network.Name)
	if err != nil {
		return err
	}
	for _, r := range rooms {
		if r.Joined.IsZero() {
			continue
		}
		n := *c.Network
		n.Room = r.ID
		if err := c.showCard(ctx, tx, n); err != nil {
			return err
		}
	}
	return nil
}

func (c *Call) setBring(ctx context.Context, tx *store.Tx, value string) (*lang.Text, error) {
	how, set := "set_bring_at_once", ""
	switch word := fold(strings.ReplaceAll(value, "-", " ")); {
	case slices.Contains([]string{"sofort", "gleich", "ohne freigabe", "at once", "atonce", "immediately", "now", "without approval"}, word):
	case slices.Contains([]string{"freigabe", "mit freigabe", "nach freigabe", "approval", "approve", "with approval", "after approval"}, word):
		how, set = "set_bring_approved", store.Off
	default:
		return nil, c.wrong("set_bring_how")
	}
	if err := tx.SetNetworkSetting(ctx, c.Network.Name, store.SetBring, set); err != nil {
		return nil, err
	}
	return c.say("set_bring_now", lang.Values{"Network": c.Network.Name, "How": c.Table.phrases.Say(c.Lang, how)}), nil
}

func (c *Call) setHolidays(ctx context.Context, tx *store.Tx, value string) (*lang.Text, error) {
	code, ok := offers.ParseRegion(value)
	if !ok {
		return nil, c.wrong("set_holidays_how")
	}
	if err := tx.SetNetworkSetting(ctx, c.Network.Name, store.SetHolidays, code); err != nil {
		return nil, err
	}
	return c.say("set_holidays_now", lang.Values{"Network": c.Network.Name, "Region": c.Table.region(code, c.Lang)}), nil
}

// setRooms is what holds in all rooms of the network that have nothing else set.
func (c *Call) setRooms(ctx context.Context, tx *store.Tx, value string) (*lang.Text, error) {
	word, state, _ := strings.Cut(value, " ")
	key := settingWords()[fold(word)]
	on, ok := onOff(fold(state))
	if key != store.SetApproval && key != store.SetSimple || !ok {
		return nil, c.wrong("set_rooms_how")
	}
	if on == store.On && key == store.SetSimple && c.Table.Model == "" {
		return nil, c.wrong("set_no_model")
	}
	if err := tx.SetNetworkSetting(ctx, c.Network.Name, key, on); err != nil {
		return nil, err
	}
	text := c.say("set_rooms_now", lang.Values{"Network": c.Network.Name, "Setting": word + " " + state, "Word": word})
	if on == store.On && key == store.SetSimple {
		text.Line().Add(c.say("set_rooms_model"))
	}
	return text, nil
}

// region is what the region of a code is called.
func (t *Table) region(code, language string) string {
	if r, ok := offers.RegionOf(code); ok {
		return r.Name(language)
	}
	return t.phrases.Say(language, "set_holidays_none")
}

// networkLines are what the card says of settings of the whole network.
func (t *Table) networkLines(ctx context.Context, q store.Querier, n Network, language string) (string, error) {
	bring, err := store.NetworkSetting(ctx, q, n.Name, store.SetBring)
	if err != nil {
		return "", err
	}
	holidays, err := store.NetworkSetting(ctx, q, n.Name, store.SetHolidays)
	if err != nil {
		return "", err
	}
	how := "set_bring_at_once"
	if bring == store.Off {
		how = "set_bring_approved"
	}
	return t.phrases.Say(language, "set_network_lines", lang.Values{"How": t.phrases.Say(language, how), "Region": t.region(holidays, language)}), nil
}
