package commands

import (
	"context"
	"slices"
	"strings"

	"buffet/digest"
	"buffet/lang"
	"buffet/schedule"
	"buffet/store"
)

// planDigest is "plan digest [when] [for whom]" and "plan digest aus": each
// room has one digest for each audience at most.
func (c *Call) planDigest(ctx context.Context, tx *store.Tx, list []store.Schedule, typed string) (*Reply, error) {
	audience, when, off := store.AudienceRoom, []string(nil), false
	for _, t := range tokens(typed) {
		if a, ok := audienceWord(fold(t.text)); ok {
			audience = a
		} else if isOff(t.text) {
			off = true
		} else {
			when = append(when, t.text)
		}
	}
	filter := digest.Options{Audience: audience}.JSON()
	same := slices.DeleteFunc(ofKind(list, schedule.Digest), func(s store.Schedule) bool {
		return digest.OptionsOf(s.Filter).Audience != audience
	})
	if off {
		return c.dropPlans(ctx, tx, same, []string{"alle"})
	}
	if len(when) == 0 && len(same) > 0 { // without a time nothing changes
		return &Reply{Text: c.listPlans(list)}, nil
	}
	spec := schedule.DigestLine
	if len(when) > 0 {
		var rest []string
		if spec, rest = readWhen(strings.Join(when, " ")); len(rest) > 0 {
			spec = strings.Join(when, " ") // for CheckUser to say what is wrong with it
		}
	}
	zone := c.Network.Zone.String()
	line, err := schedule.CheckUser(spec, zone, c.Now)
	if err != nil {
		err = c.badLine(err, spec)
		if p, ok := lang.AsProblem(err); ok && p.Key == "plan_syntax" {
			return nil, c.wrong("plan_digest_when")
		}
		return nil, err
	}
	want := store.Schedule{Room: c.Network.Room, Kind: schedule.Digest, Origin: store.FromRoom, Spec: spec, Zone: zone, Filter: filter,
		Grace: schedule.Grace, Next: line.Next(c.Now), Enabled: true}
	for _, s := range same {
		if s.Origin != store.FromConfig && want.ID == 0 {
			want.ID = s.ID
			continue
		}
		if err := c.dropPlan(ctx, tx, s); err != nil {
			return nil, err
		}
	}
	if want.ID != 0 {
		err = tx.PutSchedule(ctx, want)
	} else {
		_, err = tx.AddSchedule(ctx, want)
	}
	if err != nil {
		return nil, err
	}
	return &Reply{Text: c.say("plan_set", c.what(want))}, c.showCard(ctx, tx, *c.Network)
}
