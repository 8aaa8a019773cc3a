package offers

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"maunium.net/go/mautrix/id"

	"buffet/lang"
	"buffet/store"
)

const (
	afterHour = 9
	// nightEnds is until when a late evening is the day before.
	nightEnds = 5 * time.Hour
	// afterLate is how long after its time the line is still worth saying.
	afterLate = 48 * time.Hour
	// AnswersFor is how long answers to the line are gathered, and material is
	// posted under it.
	AnswersFor = 14 * 24 * time.Hour
)

// morningAfter is nine o'clock on the day after a date, on the clock of zone.
func morningAfter(start, end time.Time, zone *time.Location) time.Time {
	if end.Before(start) {
		end = start
	}
	y, m, d := end.In(zone).Add(-nightEnds).Date()
	return time.Date(y, m, d+1, afterHour, 0, 0, 0, zone)
}

// after asks, the morning after a date, what people take along, and tells when
// the next line is due.
func (a *Attendant) after(ctx context.Context, tx *store.Tx, now time.Time) (next time.Time, err error) {
	const longest = 36 * time.Hour // from an end to the morning after it
	list, err := store.Ended(ctx, tx, now.Add(-afterLate-longest), now)
	if err != nil {
		return next, err
	}
	for _, e := range list {
		n, ok := a.Network(e.Network)
		if !ok {
			continue
		}
		due := morningAfter(e.Start, e.End, n.Zone)
		if due.After(now) {
			next = earlier(next, due)
			continue
		}
		if now.After(due.Add(afterLate)) {
			continue
		}
		later, err := a.askIn(ctx, tx, e, now)
		if err != nil {
			return next, err
		}
		next = earlier(next, later)
	}
	return next, nil
}

// askIn asks in all rooms that a date was announced in.
func (a *Attendant) askIn(ctx context.Context, tx *store.Tx, e store.EndedDate, now time.Time) (later time.Time, err error) {
	o, err := store.OfferByID(ctx, tx, e.Offer)
	if err != nil {
		return later, err
	}
	d, err := store.Date(ctx, tx, e.Offer, e.Key)
	if err != nil {
		return later, err
	}
	i := newItem(&o, d)
	return a.inThreads(ctx, tx, i, store.SetAfter, now, func(r AnnounceRoom, s store.Shown) error {
		return a.ask(ctx, tx, r, s, i, address(o.Material), now)
	})
}

// ask puts the line into the outbox and notes it.
func (a *Attendant) ask(ctx context.Context, tx *store.Tx, r AnnounceRoom, s store.Shown, i Item, material string, now time.Time) error {
	v := r.view(a.Phrases, now)
	t := new(lang.Text).Say(v.say("after_ask", lang.Values{"Title": clip(i.Title, maxTitle), "Number": i.Number}))
	if material != "" {
		t.Line().Link(v.say("after_material"), material)
	}
	key := fmt.Sprintf("after/%s/%d/%d", s.Room, i.Offer, store.Millis(i.Key))
	added, err := tx.Send(ctx, store.Message{Key: key, Room: s.Room, Thread: s.Event, Plain: t.Plain(), HTML: t.HTML()}, now)
	if err != nil || !added {
		return err
	}
	return tx.PutAfterword(ctx, store.Afterword{Line: key, Post: s.Post, Room: s.Room, Offer: i.Offer, Key: i.Key, At: now, Material: material})
}

// share posts material that came after the line, once per room, in the thread
// of the newest line there.
func (a *Attendant) share(ctx context.Context, tx *store.Tx, now time.Time) (time.Time, error) {
	list, err := store.Unshared(ctx, tx, now.Add(-AnswersFor))
	if err != nil {
		return time.Time{}, fmt.Errorf("read material to share: %w", err)
	}
	type place struct {
		room  id.RoomID
		offer int64
	}
	seen := map[place]bool{}
	for _, w := range list {
		o, err := store.OfferByID(ctx, tx, w.Offer)
		if err != nil {
			return time.Time{}, err
		}
		older := seen[place{w.Room, w.Offer}]
		seen[place{w.Room, w.Offer}] = true
		if link := address(o.Material); link != "" && !older {
			if err := a.shareIn(ctx, tx, w, &o, link, now); err != nil {
				return time.Time{}, err
			}
		}
		w.Material = o.Material
		if err := tx.PutAfterword(ctx, w); err != nil {
			return time.Time{}, err
		}
	}
	return time.Time{}, nil
}

func (a *Attendant) shareIn(ctx context.Context, tx *store.Tx, w store.Afterword, o *store.Offer, link string, now time.Time) error {
	root, room, err := store.EventOf(ctx, tx, w.Post)
	if err != nil || room != w.Room {
		return store.Ignore(err) // the post is gone, or stands in a room that was replaced
	}
	r, here, err := a.Room(ctx, tx, room)
	if err != nil || !here {
		return err
	}
	v := r.view(a.Phrases, now)
	t := new(lang.Text).Link(v.say("after_material_of", lang.Values{"Title": clip(o.Title, maxTitle), "Number": o.Number}), link)
	sum := sha256.Sum256([]byte(link))
	key := "material/" + w.Line + "/" + hex.EncodeToString(sum[:8])
	_, err = tx.Send(ctx, store.Message{Key: key, Room: room, Thread: root, Plain: t.Plain(), HTML: t.HTML()}, now)
	return err
}
