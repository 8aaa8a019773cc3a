package offers

import (
	"cmp"
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
	Date   int64   `json:"date,omitempty"`   // the one date's key that it is the reason for, in ms; 0: all
}

// explains tells whether the reason is one for that date.
func (a mendArgs) explains(offer int64, key time.Time) bool {
	return a.Reason != "" && slices.Contains(a.Offers, offer) && (a.Date == 0 || a.Date == store.Millis(key))
}

// telling is what one job tells: what is new about its offers. A date that
// another job has a reason for is left to that one.
type telling struct {
	mendArgs
	others []mendArgs
}

func (t telling) tells(offer int64, key time.Time) bool {
	return slices.Contains(t.Offers, offer) && (t.explains(offer, key) ||
		!slices.ContainsFunc(t.others, func(o mendArgs) bool { return o.explains(offer, key) }))
}

// Mender keeps posts true after an import.
type Mender struct {
	Store   *store.Store
	Phrases *lang.Phrases
	Now     func() time.Time
	// Room is how the people of a room read; false if the bot is not there any more.
	Room func(ctx context.Context, q store.Querier, room id.RoomID) (AnnounceRoom, bool, error)
	// Network is how the people of a network read in their direct chats; false
	// if it is not configured any more.
	Network func(name string) (AnnounceRoom, bool)
	// KnowMembers has the members of a room known.
	KnowMembers func(ctx context.Context, room id.RoomID) error
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
	if err := m.knowMembers(ctx, args.Offers); err != nil {
		return err
	}
	return m.Store.Write(ctx, func(tx *store.Tx) error {
		if err := m.mend(ctx, tx, j.Key, args); err != nil {
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

// mend lets people move up where there are places now, edits every post with an open window that shows one of these offers,
// says in each room once what moved, is off or is on again, and sees to it that
// everybody hears of it who signed up.
func (m *Mender) mend(ctx context.Context, tx *store.Tx, key string, args mendArgs) error {
	now := m.Now()
	if err := m.moveUp(ctx, tx, args.Offers, now); err != nil {
		return err
	}
	posts, err := store.OpenAnnouncements(ctx, tx, now)
	if err != nil {
		return fmt.Errorf("read announcements: %w", err)
	}
	tell, err := toTell(ctx, tx, key, args)
	if err != nil {
		return err
	}
	said := map[id.RoomID]*news{}
	var rooms []*news
	for _, a := range posts {
		items, err := store.AnnouncementItems(ctx, tx, a.Key)
		if err != nil {
			return fmt.Errorf("read announced dates: %w", err)
		}
		if !slices.ContainsFunc(items, func(i store.AnnouncementItem) bool { return slices.Contains(args.Offers, i.Offer) }) {
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
			said[a.Room] = &news{room: room, tell: tell, seen: map[dateKey]bool{}}
			rooms = append(rooms, said[a.Room])
		}
		if err := m.post(ctx, tx, a, items, said[a.Room], now); err != nil {
			return err
		}
	}
	t := teller{Mender: m, key: key, tell: tell, now: now}
	if err := t.know(ctx, tx); err != nil {
		return err
	}
	for _, n := range rooms {
		if err := t.room(ctx, tx, n); err != nil {
			return err
		}
	}
	return t.people(ctx, tx)
}

// toTell is what the job of that key tells.
func toTell(ctx context.Context, q store.Querier, key string, args mendArgs) (telling, error) {
	t := telling{mendArgs: args}
	waiting, err := store.ReadyJobs(ctx, q, MendKind)
	if err != nil {
		return t, err
	}
	for _, j := range waiting {
		var other mendArgs
		if err := json.Unmarshal([]byte(j.Args), &other); err != nil {
			return t, fmt.Errorf("read arguments of %s: %w", j.Key, err)
		}
		if j.Key != key && other.Reason != "" {
			t.others = append(t.others, other)
		}
	}
	return t, nil
}

// post renders one announcement again. What it shows of offers that are not
// told of stays new: another job tells it.
func (m *Mender) post(ctx context.Context, tx *store.Tx, a store.Announcement, was []store.AnnouncementItem, n *news, now time.Time) error {
	po := &post{from: a.From, to: a.To, late: a.Late}
	if err := json.Unmarshal([]byte(a.Filter), &po.filter); err != nil {
		return fmt.Errorf("read filter: %w", err)
	}
	shown := make(map[dateKey]bool, len(was))
	untold := map[dateKey]store.AnnouncementItem{}
	for _, w := range was {
		is, err := current(ctx, tx, w)
		if err != nil {
			return err
		}
		if n.tell.tells(w.Offer, w.Key) {
			n.compare(w, is, now)
		} else {
			untold[keyOf(is)] = w
		}
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
	shows := announced(po.items)
	for i := range shows {
		if w, ok := untold[keyOf(po.items[i])]; ok {
			shows[i] = w
		}
	}
	return tx.PutAnnouncement(ctx, a, shows)
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
		d = store.Occurrence{Offer: w.Offer, Key: w.Key, Start: w.Start, End: w.Start, Cancelled: true, Location: cmp.Or(w.Location, store.Nothing)}
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
