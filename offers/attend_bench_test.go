package offers

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"maunium.net/go/mautrix/id"

	"buffet/lang"
	"buffet/schedule"
	"buffet/store"
)

// crowd fills a store with offers of ten weekly dates each, reminders of the
// next ones, and announcements in rooms.
func crowd(tb testing.TB, st *store.Store, now time.Time, offers, reminders, rooms int) {
	tb.Helper()
	ctx := tb.Context()
	err := st.Write(ctx, func(tx *store.Tx) error {
		w, err := tx.OfferWriter(ctx)
		if err != nil {
			return err
		}
		defer w.Close()
		for n := range offers {
			o := store.Offer{Network: testNetwork, Number: n + 1, UID: fmt.Sprint(n), Status: store.OfferActive, Kind: KindExchange, Title: fmt.Sprint("Offer ", n)}
			if err := w.Insert(ctx, &o); err != nil {
				return err
			}
			first := now.AddDate(0, 0, -14).Add(time.Duration(n%(7*24*4)) * 15 * time.Minute)
			for week := range 10 {
				start := first.AddDate(0, 0, 7*week)
				if err := w.PutDate(ctx, store.Occurrence{Offer: o.ID, Key: start, Start: start, End: start.Add(time.Hour)}); err != nil {
					return err
				}
			}
			for k := range reminders / offers {
				r := store.Reminder{Offer: o.ID, Key: first.AddDate(0, 0, 7*(3+k%5)), User: id.UserID(fmt.Sprintf("@u%d:x", k)), Minutes: 60}
				if err := tx.PutReminder(ctx, r); err != nil {
					return err
				}
			}
		}
		for n := range rooms {
			a := store.Announcement{Key: fmt.Sprint("post", n), Room: id.RoomID(fmt.Sprintf("!r%d:x", n)), Filter: "{}", From: now.AddDate(0, 0, -7), To: now.AddDate(0, 0, 7)}
			if _, err := tx.Send(ctx, store.Message{Key: a.Key, Room: a.Room, Plain: "x"}, a.From); err != nil {
				return err
			}
			if err := tx.Sent(ctx, a.Key, id.EventID(fmt.Sprint("$", n)), a.From); err != nil {
				return err
			}
			var items []store.AnnouncementItem
			for k := range AnnounceMax {
				offer := int64(n*AnnounceMax+k)%int64(offers) + 1
				first := now.AddDate(0, 0, -14).Add(time.Duration((offer-1)%(7*24*4)) * 15 * time.Minute)
				items = append(items, store.AnnouncementItem{Offer: offer, Key: first.AddDate(0, 0, 7)}, store.AnnouncementItem{Offer: offer, Key: first.AddDate(0, 0, 14)})
			}
			if err := tx.PutAnnouncement(ctx, a, items); err != nil {
				return err
			}
		}
		return EnsureAttend(ctx, tx, now)
	})
	if err != nil {
		tb.Fatal(err)
	}
}

// BenchmarkAttend is one run of the job that has nothing to do, among 10,000
// offers with 100,000 dates, 100,000 reminders and 500 rooms.
func BenchmarkAttend(b *testing.B) {
	st, err := store.Open(b.Context(), filepath.Join(b.TempDir(), "buffet.db"))
	if err != nil {
		b.Fatal(err)
	}
	defer st.Close()
	phrases, err := lang.Load()
	if err != nil {
		b.Fatal(err)
	}
	now := time.Date(2026, 11, 30, 9, 7, 0, 0, time.UTC)
	crowd(b, st, now, 10_000, 100_000, 500)
	a := &Attendant{Store: st, Phrases: phrases, Now: func() time.Time { return now },
		Network: func(string) (AnnounceRoom, bool) {
			return AnnounceRoom{Network: testNetwork, Lang: lang.German, Zone: time.UTC}, true
		},
		Room: func(_ context.Context, _ store.Querier, r id.RoomID) (AnnounceRoom, bool, error) {
			return AnnounceRoom{Network: testNetwork, Room: r, Lang: lang.German, Zone: time.UTC}, true, nil
		}}
	run := func() time.Time {
		j, err := st.Job(b.Context(), AttendKind)
		if err == nil {
			err = a.Handler().Run(b.Context(), &schedule.Job{Job: j})
		}
		if err == nil {
			j, err = st.Job(b.Context(), AttendKind)
		}
		if err != nil {
			b.Fatal(err)
		}
		return j.RunAt
	}
	first := time.Now()
	for !run().After(now) { // all reminders are planned once
	}
	b.Logf("planning 100,000 new reminders: %s", time.Since(first))
	for b.Loop() {
		run()
	}
}
