package offers

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"maunium.net/go/mautrix/id"

	"buffet/lang"
	"buffet/store"
)

const (
	announceDays = 7
	// AnnounceMax is how many dates one post shows: whole pages of a list, so
	// that a page begins with what the post leaves out.
	AnnounceMax = 2 * ListSize
	// announceBytes bounds both forms of a post together; an event may hold 64 KiB, encrypted.
	announceBytes = 20_000
	// lateAfter is when a post says that it is late.
	lateAfter = 15 * time.Minute
)

// AnnounceRoom is where a post goes and how its people read.
type AnnounceRoom struct {
	Room    id.RoomID
	Network string
	Lang    string         // lang.German or lang.English
	Zone    *time.Location // whose clock the room goes by
	Prefix  string         // how a command begins
}

func (r AnnounceRoom) view(p *lang.Phrases, now time.Time) View {
	return View{Phrases: p, Lang: r.Lang, Zone: r.Zone, Prefix: r.Prefix, Now: now}
}

// post is an announcement in the making.
type post struct {
	filter   Filter
	from, to time.Time
	late     time.Time // the planned time, if it is late
	items    []Item
	more     int // dates that are not shown
	text     *lang.Text
}

// Announce puts the post that was planned for slot into the outbox under key
// and notes which dates it shows. The filter is a schedule's, as JSON. It is
// false if there is nothing coming up, or the key was used before: then
// nothing is written. The window begins now and ends Filter.Days (7 if none)
// after slot.
func Announce(ctx context.Context, tx *store.Tx, p *lang.Phrases, room AnnounceRoom, filter string, slot, now time.Time, key string) (bool, error) {
	po, err := compose(ctx, tx, p, room, filter, slot, now)
	if err != nil || po == nil {
		return false, err
	}
	added, err := tx.Send(ctx, store.Message{Key: key, Room: room.Room, Plain: po.text.Plain(), HTML: po.text.HTML()}, now)
	if err != nil || !added {
		return false, err
	}
	kept, err := json.Marshal(po.filter)
	if err != nil {
		return false, fmt.Errorf("note announcement: %w", err)
	}
	if err := sendPoll(ctx, tx, room.view(p, now), room, key, po.items); err != nil {
		return false, err
	}
	return true, tx.PutAnnouncement(ctx, store.Announcement{Key: key, Room: room.Room, Filter: string(kept),
		From: po.from, To: po.to, Late: po.late, BodyHash: po.text.Hash()}, announced(po.items))
}

// Preview is what Announce would post now; nil if there is nothing coming up.
func Preview(ctx context.Context, q store.Querier, p *lang.Phrases, room AnnounceRoom, filter string, now time.Time) (*lang.Text, error) {
	po, err := compose(ctx, q, p, room, filter, now, now)
	if err != nil || po == nil {
		return nil, err
	}
	return po.text, nil
}

func compose(ctx context.Context, q store.Querier, p *lang.Phrases, room AnnounceRoom, filter string, slot, now time.Time) (*post, error) {
	po := &post{from: now}
	if filter != "" {
		if err := json.Unmarshal([]byte(filter), &po.filter); err != nil {
			return nil, fmt.Errorf("read filter: %w", err)
		}
	}
	if po.filter.Days <= 0 {
		po.filter.Days = announceDays
	}
	po.to = slot.In(room.Zone).AddDate(0, 0, min(po.filter.Days, maxDays))
	if now.Sub(slot) > lateAfter {
		po.late = slot
	}
	items, total, err := list(ctx, q, po.window(room.Network), po.filter, AnnounceMax, 0)
	if err != nil || len(items) == 0 {
		return nil, err
	}
	for n := range items {
		items[n].Seat = n + 1
	}
	if err := countPlaces(ctx, q, items); err != nil {
		return nil, err
	}
	po.items, po.more = items, total-len(items)
	po.render(room.view(p, now))
	return po, nil
}

// window is what the post covers; what is off is not announced.
func (po *post) window(network string) store.Window {
	return store.Window{Network: network, Kind: po.filter.Kind, From: po.from, To: po.to}
}

// render makes the text and leaves out what does not fit.
func (po *post) render(v View) {
	for {
		po.text = RenderAnnouncement(v, po.filter, po.items, po.more, po.late)
		if po.text.Len() <= announceBytes || len(po.items) < 2 {
			return
		}
		po.items, po.more = po.items[:len(po.items)-1], po.more+1
	}
}

// RenderAnnouncement is the post that shows these dates and says that there
// are so many more. late is when it was planned, zero if it is in time.
func RenderAnnouncement(v View, f Filter, items []Item, more int, late time.Time) *lang.Text {
	t := new(lang.Text)
	switch f.Days {
	case 0, announceDays:
		t.Say(v.say("announce_head_week"))
	default:
		t.Say(v.say("announce_head_days", lang.Values{"Count": f.Days}))
	}
	if !late.IsZero() {
		t.Line().Say(v.say("announce_late", lang.Values{"When": lang.Moment(v.Lang, late.In(v.Zone))}))
	}
	for _, i := range items {
		if len(items) == 1 {
			i.Seat = 0 // there is nothing to count
		}
		v.item(t.Line().Line(), i)
	}
	t.Line()
	if more > 0 {
		q := Query{Period: PeriodDays, Filter: f, Page: len(items)/ListSize + 1}
		if q.Filter.Days == 0 {
			q.Filter.Days = announceDays
		}
		if len(f.Topics) > 1 { // a command cannot say "one of these"
			q.Page = 1
		}
		t.Line().Say(v.say("offer_more", lang.Values{"Count": more, "Command": v.command(q)}))
	}
	if len(items) > 0 {
		v.howToCome(t, items)
		t.Line().Say(v.say("announce_foot", lang.Values{
			"List": v.Prefix + v.say("offer_command_list"),
			"One":  fmt.Sprintf("%s%s %d", v.Prefix, v.say("offer_command_one"), items[0].Number),
		}))
	}
	return t
}

// howToCome says how to sign up for what a post shows, unless all of it is off.
func (v View) howToCome(t *lang.Text, items []Item) {
	n := slices.IndexFunc(items, func(i Item) bool { return i.Status == store.OfferActive })
	if n < 0 {
		return
	}
	values := lang.Values{"Command": v.signUpWord(items[n], true)}
	t.Line()
	switch {
	case len(items) == 1:
		t.Say(v.say("announce_come", values))
	case items[0].Seat == 0: // from before posts were numbered
		t.Say(v.say("announce_come_word", values))
	default:
		t.Say(v.say("announce_come_which", values))
	}
}

func announced(items []Item) []store.AnnouncementItem {
	list := make([]store.AnnouncementItem, len(items))
	for n, i := range items {
		list[n] = store.AnnouncementItem{Offer: i.Offer, Key: i.Key, Start: i.Start, Location: i.Location, Status: i.Status, Seat: i.Seat}
	}
	return list
}

func inOrder(items []Item) {
	slices.SortStableFunc(items, func(a, b Item) int {
		if c := a.Start.Compare(b.Start); c != 0 {
			return c
		}
		return a.Number - b.Number
	})
}
