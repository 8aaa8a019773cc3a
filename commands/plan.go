package commands

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"buffet/digest"
	"buffet/lang"
	"buffet/offers"
	"buffet/schedule"
	"buffet/store"
)

const (
	maxPlans = 10 // schedules of one room
)

// The words that may follow "plan" and "vorschau", folded.
func isAnnouncement(w string) bool {
	return slices.Contains([]string{"ankuendigung", "ankuendigungen", "announcement", "announcements"}, fold(w))
}
func isDigest(w string) bool { return slices.Contains([]string{"digest", "digests"}, fold(w)) }
func isOff(w string) bool    { return slices.Contains([]string{"aus", "off"}, fold(w)) }
func isAll(w string) bool    { return slices.Contains([]string{"alle", "alles", "all"}, fold(w)) }

// runPlan is "plan": show, set or remove the schedules of a room.
func runPlan(ctx context.Context, tx *store.Tx, c *Call) (*Reply, error) {
	list, err := c.plans(ctx, tx)
	if err != nil {
		return nil, err
	}
	words := tokens(c.Tail)
	switch {
	case len(words) == 0:
		return &Reply{Text: c.listPlans(list)}, nil
	case isDigest(words[0].text):
		return c.planDigest(ctx, tx, list, strings.TrimSpace(c.Tail[words[0].end:]))
	case isOff(words[0].text):
		return c.dropPlans(ctx, tx, list, texts(words[1:]))
	case !isAnnouncement(words[0].text) && looksLikeWhen(c.Tail):
		return c.setPlan(ctx, tx, list, c.Tail)
	case !isAnnouncement(words[0].text):
		return nil, c.wrong("plan_what", lang.Values{"Word": short(words[0].text)})
	case len(words) == 1:
		return nil, c.wrong("plan_when")
	case len(words) == 2 && isOff(words[1].text):
		return c.dropPlans(ctx, tx, ofKind(list, schedule.Announcement), []string{"alle"})
	}
	return c.setPlan(ctx, tx, list, strings.TrimSpace(c.Tail[words[0].end:]))
}

// looksLikeWhen tells a time to plan from other words: it can be read, or is
// meant as a cron line.
func looksLikeWhen(typed string) bool {
	if _, _, ok := schedule.ParseWords(typed); ok {
		return true
	}
	return strings.ContainsAny(typed, "*=@")
}

// plans are the schedules that run in the call's room.
func (c *Call) plans(ctx context.Context, tx *store.Tx) ([]store.Schedule, error) {
	list, err := tx.Schedules(ctx, c.Network.Room)
	return slices.DeleteFunc(list, func(s store.Schedule) bool { return !s.Enabled }), err
}

func ofKind(list []store.Schedule, kind string) []store.Schedule {
	return slices.DeleteFunc(slices.Clone(list), func(s store.Schedule) bool { return s.Kind != kind })
}

// what is a schedule in words: "Ankündigung: montags um 9 Uhr (die nächsten 7 Tage)".
func (c *Call) what(s store.Schedule) lang.Values {
	v := lang.Values{"What": c.Table.phrases.Say(c.Lang, "plan_announcement"), "When": schedule.Describe(s.Spec, c.Lang),
		"Which": c.filterWords(filterOf(s.Filter)), "Next": c.moment(s.Next, s.Zone)}
	if s.Kind == schedule.Digest {
		v["What"] = "Digest"
		v["Which"] = c.Table.phrases.Say(c.Lang, "digest_for_"+digest.OptionsOf(s.Filter).Audience)
	}
	return v
}

func (c *Call) listPlans(list []store.Schedule) *lang.Text {
	if len(list) == 0 {
		return c.say("plan_none")
	}
	text := new(lang.Text)
	for i, s := range list {
		if i > 0 {
			text.Line()
		}
		text.Add(c.say("plan_row", c.what(s), lang.Values{"Number": i + 1}))
	}
	return text
}

// moment is an instant in words, by the clock on the wall of a schedule's zone.
func (c *Call) moment(t time.Time, zone string) string {
	if z, err := time.LoadLocation(zone); err == nil && zone != "" {
		return lang.Moment(c.Lang, t.In(z))
	}
	return lang.Moment(c.Lang, t.In(c.Network.Zone))
}

// setPlan reads when and which, and replaces what says otherwise: the
// config's schedule always, an organiser's if it is about the same offers.
func (c *Call) setPlan(ctx context.Context, tx *store.Tx, list []store.Schedule, typed string) (*Reply, error) {
	spec, args := readWhen(typed)
	zone := c.Network.Zone.String()
	line, err := schedule.CheckUser(spec, zone, c.Now)
	if err != nil {
		return nil, c.badLine(err, spec)
	}
	filter, err := c.readFilter(args)
	if err != nil {
		return nil, err
	}
	stored, err := json.Marshal(filter)
	if err != nil {
		return nil, fmt.Errorf("keep filter: %w", err)
	}
	want := store.Schedule{
		Room: c.Network.Room, Kind: schedule.Announcement, Origin: store.FromRoom, Spec: spec, Zone: zone,
		Filter: string(stored), Grace: schedule.Grace, Next: line.Next(c.Now), Enabled: true,
	}
	left := 0
	for _, s := range ofKind(list, schedule.Announcement) {
		switch {
		case s.Origin == store.FromConfig:
			err = c.dropPlan(ctx, tx, s)
		case !replaces(filter, spec, s):
			left++
		case want.ID == 0:
			want.ID = s.ID
		default: // two that are both meant: 7 days at 9:00, 14 days at 9:30; now 7 days at 9:30
			err = c.dropPlan(ctx, tx, s)
		}
		if err != nil {
			return nil, err
		}
	}
	switch {
	case want.ID != 0:
		err = tx.PutSchedule(ctx, want)
	case left >= maxPlans:
		return nil, c.wrong("plan_too_many", lang.Values{"Max": maxPlans})
	default:
		_, err = tx.AddSchedule(ctx, want)
	}
	if err != nil {
		return nil, err
	}
	return &Reply{Text: c.say("plan_set", c.what(want))}, nil
}

// replaces tells whether a new schedule takes an organisers' one's place: it is
// about the same offers, and either as far ahead or at the same time.
func replaces(filter offers.Filter, spec string, old store.Schedule) bool {
	before := filterOf(old.Filter)
	return sameOffers(filter, before) && (filter.Days == before.Days || spec == old.Spec)
}

// readWhen takes the time off the start of what was typed: words or a cron
// line, either of them in quotes or not. The rest is args. A time that is not
// understood comes back as spec, for CheckUser to say what is wrong with it.
func readWhen(typed string) (spec string, args []string) {
	words := tokens(typed)
	if len(words) == 0 {
		return "", nil
	}
	spec, rest, ok := schedule.ParseWords(typed)
	if first := words[0]; !ok && first.quoted {
		var more string
		if spec, more, ok = schedule.ParseWords(first.text); !ok || more != "" {
			return first.text, nil
		}
		rest = typed[first.end:]
	}
	args = texts(tokens(rest))
	if !ok || len(args) > 0 && goesOn(args[0]) {
		return typed, nil
	}
	return spec, args
}

// goesOn tells whether a word carries the time on, so that only half of it
// was understood: "mo 9:00 und mi 10:00", "mo 9:00 alle 2 wochen".
func goesOn(w string) bool {
	return slices.Contains([]string{"und", "oder", "alle", "jede", "jeden", "um", "bis", "and", "or", "every", "at", "until", "to"}, fold(w))
}

// badLine says what is wrong with a time in words.
func (c *Call) badLine(err error, spec string) error {
	values := lang.Values{"Typed": short(spec), "Zone": c.Network.Zone.String()}
	for _, one := range []struct {
		is  error
		key string
	}{
		{schedule.ErrTooOften, "plan_too_often"},
		{schedule.ErrZonePrefix, "plan_zone"},
		{schedule.ErrNever, "plan_never"},
		{schedule.ErrSyntax, "plan_syntax"},
	} {
		if errors.Is(err, one.is) {
			return c.wrong(one.key, values)
		}
	}
	return err // ErrZone: the network's own zone, a fault of ours
}

// dropPlans is "plan aus 2" and "plan aus alle".
func (c *Call) dropPlans(ctx context.Context, tx *store.Tx, list []store.Schedule, args []string) (*Reply, error) {
	if len(list) == 0 {
		return &Reply{Text: c.say("plan_none")}, nil
	}
	drop := list
	if len(args) == 0 && len(list) > 1 {
		return nil, c.wrong("plan_off_which", lang.Values{"Count": len(list)})
	}
	if len(args) > 0 && !isAll(args[0]) {
		n, err := strconv.Atoi(strings.TrimRight(args[0], "."))
		if err != nil || n < 1 || n > len(list) {
			return nil, c.wrong("plan_off_which", lang.Values{"Count": len(list)})
		}
		drop = list[n-1 : n]
	}
	text := new(lang.Text)
	for _, s := range drop {
		if err := c.dropPlan(ctx, tx, s); err != nil {
			return nil, err
		}
		text.Add(c.say("plan_dropped", c.what(s))).Line()
	}
	if err := digest.Lapse(ctx, tx, c.Now); err != nil {
		return nil, err
	}
	left, err := c.plans(ctx, tx)
	if err == nil && len(ofKind(drop, schedule.Digest)) > 0 {
		err = c.showCard(ctx, tx, *c.Network)
	}
	return &Reply{Text: text.Add(c.listPlans(left))}, err
}

// dropPlan ends a schedule. The config's stays as a disabled row, so that the
// next start knows that organisers removed it.
func (c *Call) dropPlan(ctx context.Context, tx *store.Tx, s store.Schedule) error {
	if s.Origin != store.FromConfig {
		return tx.RemoveSchedule(ctx, s.ID)
	}
	s.Enabled = false
	return tx.PutSchedule(ctx, s)
}
