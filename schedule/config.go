package schedule

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"maunium.net/go/mautrix/id"

	"buffet/store"
)

// The kinds of schedules.
const (
	Announcement = "announcement" // announces offers
	Digest       = "digest"       // sums up what was said since the last one
)

// DigestLine is when digests are made unless somebody says otherwise: Fridays at 16:00.
const DigestLine = "0 16 * * 5"

// Grace is how late a missed post may still come.
const Grace = 6 * time.Hour

// Configure gives a room the schedule of that kind of the operator's config:
// the cron line spec, read in zone; "" is none. filter is what its kind wants to
// know, as JSON, "" for nothing. What organisers decided in the room stands above
// it: a schedule that they switched off comes back only when the config's line
// has changed and they have set none of their own.
func Configure(ctx context.Context, tx *store.Tx, room id.RoomID, kind, spec, zone, filter string, grace time.Duration, now time.Time) error {
	list, err := tx.Schedules(ctx, room)
	if err != nil {
		return err
	}
	list = slices.DeleteFunc(list, func(c store.Schedule) bool { return c.Kind != kind })
	own := slices.ContainsFunc(list, func(c store.Schedule) bool { return c.Origin == store.FromRoom })
	at := slices.IndexFunc(list, func(c store.Schedule) bool { return c.Origin == store.FromConfig })
	if spec == "" {
		if at >= 0 {
			return tx.RemoveSchedule(ctx, list[at].ID)
		}
		return nil
	}
	if at >= 0 && list[at].Spec == spec && list[at].Zone == zone && list[at].Filter == cmp.Or(filter, "{}") {
		return nil
	}
	line, err := ParseLine(spec, zone)
	if err != nil {
		return fmt.Errorf("read config's schedule: %w", err)
	}
	c := store.Schedule{Room: room, Kind: kind, Origin: store.FromConfig, Spec: spec, Zone: zone, Filter: filter,
		Grace: grace, Next: line.Next(now), Enabled: !own}
	if at < 0 {
		_, err = tx.AddSchedule(ctx, c)
		return err
	}
	c.ID = list[at].ID
	return tx.PutSchedule(ctx, c)
}
