package offers

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"maunium.net/go/mautrix/id"

	"buffet/lang"
	"buffet/schedule"
	"buffet/store"
)

// MendKind is the kind of job that keeps posts true.
const MendKind = store.MendOffersKind

// maxNews is how many changes one message names.
const maxNews = 10

type mendArgs struct {
	Offers []int64 `json:"offers"`
	Reason string  `json:"reason,omitempty"` // why dates are off, in the words of who said so
}

// Mender keeps posts true after an import.
type Mender struct {
	Store   *store.Store
	Phrases *lang.Phrases
	Now     func() time.Time
	// Room is how the people of a room read; false if the bot is not there any more.
	Room func(ctx context.Context, q store.Querier, room id.RoomID) (AnnounceRoom, bool, error)
	// Also, if set, has other posts mended that show these offers; key is
	// unique to the change.
	Also func(ctx context.Context, tx *store.Tx, key string, offers []int64) error
}

// Handler is what the queue needs for MendKind.
func (m *Mender) Handler() schedule.Handler {
	return schedule.Handler{Run: m.run, Timeout: time.Minute}
}

func (m *Mender) run(ctx context.Context, j *schedule.Job) error {
	var args mendArgs
	if err := j.Decode(&args); err != nil {
		return err
	}
	return m.Store.Write(ctx, func(tx *store.Tx) error {
		if err := m.mend(ctx, tx, j.Key, args.Offers); err != nil {
			return err
		}
		if m.Also != nil {
			if err := m.Also(ctx, tx, j.Key, args.Offers); err != nil {
				return err
			}
		}
		return j.Done(ctx, tx)
	})
}

// mend edits every post with an open window that shows one of these offers,
// and says in each room once what moved, is off or is on again.
func (m *Mender) mend(ctx context.Context, tx *store.Tx, key string, offers []int64) error {
	now := m.Now()
	posts, err := store.OpenAnnouncements(ctx, tx, now)
	if err != nil {
		return fmt.Errorf("read announcements: %w", err)
	}
	changed := make(map[int64]bool, len(offers))
	for _, n := range offers {
		changed[n] = true
	}
	said := map[id.RoomID]*news{}
	var rooms []id.RoomID
	for _, a := range posts {
		items, err := store.AnnouncementItems(ctx, tx, a.Key)
		if err != nil {
			return fmt.Errorf("read announced dates: %w", err)
		}
		if !slices.ContainsFunc(items, func(i store.AnnouncementItem) bool { return changed[i.Offer] }) {
			continue
		}
		room, here, err := m.Room(ctx, tx, a.Room)
		if err != nil {
			return fmt.Errorf("find room: %w", err)
		}
		if !here {
			continue
		}
		if said[a.Room] == nil {
			said[a.Room] = &news{room: room, seen: map[dateKey]bool{}}
			rooms = append(rooms, a.Room)
		}
		if err := m.post(ctx, tx, a, items, said[a.Room], now); err != nil {
			return err
		}
	}
	for _, r := range rooms {
		if err := m.tell(ctx, tx, key+"/"+r.String(), said[r], now); err != nil {
			return err
		}
	}
	return nil
}

// post renders one announcement again.
func (m *Mender) post(ctx context.Context, tx *store.Tx, a store.Announcement, was []store.AnnouncementItem, n *news, now time.Time) error {
	po := &post{from: a.From, to: a.To, late: a.Late}
	if err := json.Unmarshal([]byte(a.Filter), &po.filter); err != nil {
		return fmt.Errorf("read filter: %w", err)
	}
	shown := make(map[dateKey]bool, len(was))
	for _, w := range was {
		is, err := current(ctx, tx, w)
		if err != nil {
			return err
		}
		n.compare(w, is, now)
		is.Seat = w.Seat
		po.items = append(po.items, is)
		shown[keyOf(is)] = true
	}
	inOrder(po.items)
	if err := countPlaces(ctx, tx, po.items); err != nil {
		return err
	}
	all, _, err := list(ctx, tx, po.window(n.room.Network), po.filter, -1, 0)
	if err != nil {
		return err
	}
	for _, i := range all {
		if !shown[keyOf(i)] {
			po.more++
		}
	}
	// rendered as of the day it was posted, so that nothing but the change changes
	po.render(n.room.view(m.Phrases, a.From))
	if hash := po.text.Hash(); hash != a.BodyHash {
		a.BodyHash = hash
		a.Edits++
		edit := store.Message{Key: fmt.Sprintf("%s/edit/%d", a.Key, a.Edits), Room: a.Room, Edits: a.Key,
			Plain: po.text.Plain(), HTML: po.text.HTML()}
		if _, err := tx.Send(ctx, edit, now); err != nil {
			return err
		}
	}
	return tx.PutAnnouncement(ctx, a, announced(po.items))
}

// current is what became of a date that a post shows. One that is gone is
// shown where it was.
func current(ctx context.Context, tx *store.Tx, w store.AnnouncementItem) (Item, error) {
	o, err := store.OfferByID(ctx, tx, w.Offer)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return Item{}, err
	}
	d, err := store.Date(ctx, tx, w.Offer, w.Key)
	if errors.Is(err, store.ErrNotFound) {
		d = store.Occurrence{Offer: w.Offer, Key: w.Key, Start: w.Start, End: w.Start, Cancelled: true, Location: w.Location}
	} else if err != nil {
		return Item{}, err
	}
	return newItem(&o, d), nil
}

type dateKey struct {
	offer int64
	key   int64
}

func keyOf(i Item) dateKey { return dateKey{i.Offer, store.Millis(i.Key)} }

// news is what a room has to hear.
type news struct {
	room  AnnounceRoom
	seen  map[dateKey]bool // two posts may show the same date
	moved []move
}

type move struct {
	key string // of the phrase
	was store.AnnouncementItem
	is  Item
}

// compare notes what people would miss who only read the old post.
func (n *news) compare(was store.AnnouncementItem, is Item, now time.Time) {
	if n.seen[keyOf(is)] || (!was.Start.After(now) && !is.Start.After(now)) {
		return
	}
	before := len(n.moved)
	on, off := was.Status == store.OfferActive, is.Status != store.OfferActive
	switch {
	case on && off:
		n.add("announce_"+is.Status, was, is)
	case !on && !off:
		n.add("announce_back", was, is)
	case on:
		if !was.Start.Equal(is.Start) {
			n.add("announce_moved", was, is)
		}
		if was.Location != is.Location {
			n.add("announce_place", was, is)
		}
	}
	if len(n.moved) > before {
		n.seen[keyOf(is)] = true
	}
}

func (n *news) add(key string, was store.AnnouncementItem, is Item) {
	n.moved = append(n.moved, move{key, was, is})
}

// tell says what moved, in one message without mentions.
func (m *Mender) tell(ctx context.Context, tx *store.Tx, key string, n *news, now time.Time) error {
	if len(n.moved) == 0 {
		return nil
	}
	v := n.room.view(m.Phrases, now)
	t := new(lang.Text)
	for i, mv := range n.moved[:min(len(n.moved), maxNews)] {
		if i > 0 {
			t.Line()
		}
		old := mv.is
		if !mv.was.Start.Equal(old.Start) {
			old.Start, old.End = mv.was.Start, mv.was.Start
		}
		place := clip(mv.is.Location, maxPlace)
		if place == "" {
			place = v.say("announce_no_place")
		}
		t.Say(v.say(mv.key, lang.Values{"Number": mv.is.Number, "Title": clip(mv.is.Title, maxTitle),
			"Old": v.when(old), "New": v.when(mv.is), "Place": place}))
	}
	if more := len(n.moved) - maxNews; more > 0 {
		t.Line().Say(v.say("announce_more_news", lang.Values{"Count": more, "Command": v.Prefix + v.say("offer_command_list")}))
	}
	_, err := tx.Send(ctx, store.Message{Key: key, Room: n.room.Room, Plain: t.Plain(), HTML: t.HTML()}, now)
	return err
}
