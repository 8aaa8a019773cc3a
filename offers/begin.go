package offers

import (
	"context"
	"fmt"
	"time"

	"buffet/lang"
	"buffet/store"
)

// unsentWait is when to look again for a post that is on its way.
const unsentWait = 30 * time.Second

// begin says in announcements' threads what starts now, and tells when
// something starts next. All-day dates start without a word.
func (a *Attendant) begin(ctx context.Context, tx *store.Tx, now time.Time) (time.Time, error) {
	list, err := store.Starting(ctx, tx, now.Add(-tooLate), now)
	if err != nil {
		return time.Time{}, err
	}
	var next time.Time
	for _, od := range list {
		i := newItem(&od.Offer, od.Date)
		later, err := a.inThreads(ctx, tx, i, store.SetBegin, now, func(r AnnounceRoom, s store.Shown) error {
			if s.From.After(i.Start) {
				return nil // whoever reads that post knows
			}
			v := r.view(a.Phrases, now)
			t := new(lang.Text).Say(v.say("begin_now", lang.Values{"Title": clip(i.Title, maxTitle), "Number": i.Number}))
			v.where(t, i, " · ")
			key := fmt.Sprintf("begin/%s/%d/%d/%d", s.Room, i.Offer, store.Millis(i.Key), store.Millis(i.Start))
			_, err := tx.Send(ctx, store.Message{Key: key, Room: s.Room, Thread: s.Event, Plain: t.Plain(), HTML: t.HTML()}, now)
			return err
		})
		if err != nil {
			return time.Time{}, err
		}
		next = earlier(next, later)
	}
	at, err := store.NextStart(ctx, tx, now, now.Add(attendSleep))
	return earlier(next, at), err
}

// inThreads calls f for the newest post in each room that shows a date, where
// the setting is not off. It tells when to look for a post that is on its way.
func (a *Attendant) inThreads(ctx context.Context, tx *store.Tx, i Item, setting string, now time.Time, f func(AnnounceRoom, store.Shown) error) (later time.Time, err error) {
	posts, err := store.ShownIn(ctx, tx, i.Offer, i.Key)
	if err != nil {
		return later, err
	}
	for _, s := range posts {
		room, here, err := a.Room(ctx, tx, s.Room)
		if err != nil {
			return later, fmt.Errorf("find room: %w", err)
		}
		if !here {
			continue
		}
		if set, err := store.Setting(ctx, tx, s.Room, setting); err != nil {
			return later, err
		} else if set == store.Off {
			continue
		}
		if s.Event == "" {
			later = now.Add(unsentWait)
			continue
		}
		if err := f(room, s); err != nil {
			return later, err
		}
	}
	return later, nil
}
