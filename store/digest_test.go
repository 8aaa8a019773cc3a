package store_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"maunium.net/go/mautrix/id"

	"buffet/store"
)

var friday = time.Date(2026, 11, 20, 15, 0, 0, 0, time.UTC)

// shelf is a store with digests.
type shelf struct {
	t  *testing.T
	st *store.Store
}

func (s *shelf) write(f func(ctx context.Context, tx *store.Tx) error) {
	s.t.Helper()
	if err := s.st.Write(s.t.Context(), func(tx *store.Tx) error { return f(s.t.Context(), tx) }); err != nil {
		s.t.Fatal(err)
	}
}

// digest keeps one whose lines rest on these sources, one line each.
func (s *shelf) digest(d store.Digest, sources ...store.DigestSource) (n int64) {
	s.t.Helper()
	var lines []store.DigestLine
	for i, src := range sources {
		lines = append(lines, store.DigestLine{Seq: i + 1, Number: i + 1, Section: "open", Who: "Ben", Text: "geheim", Sources: []store.DigestSource{src}})
	}
	if d.Kind == "" {
		d.Kind = store.DigestWeekly
	}
	if d.Audience == "" {
		d.Audience = store.AudienceRoom
	}
	d.Lang, d.Made = "de", friday
	s.write(func(ctx context.Context, tx *store.Tx) (err error) {
		n, err = tx.AddDigest(ctx, d, lines)
		return err
	})
	return n
}

// gone are the lines of a digest that are gone, as "seq why text".
func (s *shelf) gone(n int64) (list []string) {
	s.t.Helper()
	lines, err := store.DigestLines(s.t.Context(), s.st.Reader(), n)
	if err != nil {
		s.t.Fatal(err)
	}
	for _, l := range lines {
		if l.Gone != "" {
			list = append(list, fmt.Sprintf("%d %s%s%s", l.Seq, l.Gone, l.Text, l.Who))
		}
	}
	return list
}

// mending are the digests that a job is to mend.
func (s *shelf) mending() (list []string) {
	s.t.Helper()
	jobs, err := s.st.DueJobs(s.t.Context(), friday, []string{store.MendDigestKind}, 100)
	if err != nil {
		s.t.Fatal(err)
	}
	for _, j := range jobs {
		list = append(list, j.Args)
	}
	slices.Sort(list)
	return list
}

// A digest quotes the title of what has no text, and of nothing else.
func TestVoidTitle(t *testing.T) {
	for body, want := range map[string][]string{"": {"1 void"}, " \n": {"1 void"}, "Der Text.": nil} {
		s := &shelf{t, withMatrix(t)}
		c := store.Contribution{Network: "N", Kind: store.Experience, UID: "e1", Audience: store.AudiencePublic, Title: "geheim", Body: body, Sent: friday}
		s.write(func(ctx context.Context, tx *store.Tx) (err error) {
			c, _, err = tx.AddContribution(ctx, c)
			return err
		})
		n := s.digest(store.Digest{Network: "N", Room: "!a:x", Audience: store.AudienceNetwork, State: store.DigestPublished}, store.DigestSource{Contribution: c.ID})
		c.Topics = "anders"
		s.write(func(ctx context.Context, tx *store.Tx) error { return tx.PutContribution(ctx, c) })
		if got := s.gone(n); got != nil {
			t.Errorf("%q, another topic: gone: %q", body, got)
		}
		c.Title = "anders"
		s.write(func(ctx context.Context, tx *store.Tx) error { return tx.PutContribution(ctx, c) })
		if got := s.gone(n); !slices.Equal(got, want) {
			t.Errorf("%q, another title: gone: %q, want %q", body, got, want)
		}
	}
}

// What is said in one room is edited, narrowed, deleted or forgotten: exactly
// the lines that rest on it lose their words, in the digests whose readers may
// not see it any more.
func TestVoidLines(t *testing.T) {
	const room, other, ben, cem = id.RoomID("!a:x"), id.RoomID("!b:x"), id.UserID("@ben:x"), id.UserID("@cem:x")
	message := store.DigestSource{Event: "$m", Room: room, Author: ben}
	for name, c := range map[string]struct {
		do                   func(ctx context.Context, tx *store.Tx, q store.Contribution) error
		inRoom, wide, public []string
	}{
		"edited": {func(ctx context.Context, tx *store.Tx, q store.Contribution) error {
			q.Body = "anders"
			return tx.PutContribution(ctx, q)
		}, []string{"1 void"}, []string{"1 void"}, []string{"1 void"}},
		"narrowed to the network": {func(ctx context.Context, tx *store.Tx, q store.Contribution) error {
			q.Audience = store.AudienceNetwork
			return tx.PutContribution(ctx, q)
		}, nil, nil, []string{"1 void"}},
		"narrowed to the room": {func(ctx context.Context, tx *store.Tx, q store.Contribution) error {
			q.Audience = store.AudienceRoom
			return tx.PutContribution(ctx, q)
		}, nil, []string{"1 void"}, []string{"1 void"}},
		"without the name": {func(ctx context.Context, tx *store.Tx, q store.Contribution) error {
			q.Name = ""
			return tx.PutContribution(ctx, q)
		}, []string{"1 void"}, []string{"1 void"}, []string{"1 void"}},
		"closed": {func(ctx context.Context, tx *store.Tx, q store.Contribution) error {
			q.Closed = friday
			return tx.PutContribution(ctx, q)
		}, nil, nil, nil},
		"deleted": {func(ctx context.Context, tx *store.Tx, q store.Contribution) error {
			return tx.DropContribution(ctx, q)
		},
			[]string{"1 void"}, []string{"1 void"}, []string{"1 void"}},
		"a message of the room": {func(ctx context.Context, tx *store.Tx, _ store.Contribution) error {
			return tx.VoidEvent(ctx, room, "$m")
		},
			[]string{"2 void"}, nil, nil},
		"one of that id elsewhere": {func(ctx context.Context, tx *store.Tx, _ store.Contribution) error {
			return tx.VoidEvent(ctx, other, "$m")
		}, nil, nil, nil},
		"its author forgotten": {func(ctx context.Context, tx *store.Tx, _ store.Contribution) error { return tx.ForgetPerson(ctx, ben) },
			[]string{"1 void", "2 void"}, []string{"1 void"}, []string{"1 void"}},
		"somebody else forgotten": {func(ctx context.Context, tx *store.Tx, _ store.Contribution) error { return tx.ForgetPerson(ctx, cem) }, nil, nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			s := &shelf{t, withMatrix(t)}
			q := store.Contribution{Network: "N", Kind: store.Question, Room: room, Event: "$q", EventRoom: room, Author: ben, Name: "Ben",
				Audience: store.AudiencePublic, Body: "geheim", Sent: friday}
			s.write(func(ctx context.Context, tx *store.Tx) (err error) {
				q, _, err = tx.AddContribution(ctx, q)
				return err
			})
			kept := store.DigestSource{Event: "$q", Room: room, Contribution: q.ID, Author: ben}
			inRoom := s.digest(store.Digest{Network: "N", Room: room, State: store.DigestDraft}, kept, message)
			wide := s.digest(store.Digest{Network: "N", Room: other, Audience: store.AudienceNetwork, State: store.DigestPublished}, kept)
			public := s.digest(store.Digest{Network: "N", Room: other, Audience: store.AudiencePublic, State: store.DigestPublished}, kept)
			s.write(func(ctx context.Context, tx *store.Tx) error { return c.do(ctx, tx, q) })
			var mend []string
			for _, one := range []struct {
				n    int64
				want []string
			}{{inRoom, c.inRoom}, {wide, c.wide}, {public, c.public}} {
				if got := s.gone(one.n); !slices.Equal(got, one.want) {
					t.Errorf("digest %d: %q, want %q", one.n, got, one.want)
				}
				if one.want != nil {
					mend = append(mend, fmt.Sprintf(`{"digest":%d}`, one.n))
				}
			}
			if got := slices.Compact(s.mending()); !slices.Equal(got, mend) {
				t.Errorf("mended: %q, want %q", got, mend)
			}
		})
	}
}

// Who reads in a room, or in a network, is shown what is theirs.
func TestNewestDigest(t *testing.T) {
	s := &shelf{t, withMatrix(t)}
	at := friday
	for _, d := range []store.Digest{
		{Network: "N", Room: "!a:x", State: store.DigestPublished},
		{Network: "N", Room: "!b:x", State: store.DigestPublished},
		{Network: "M", Room: "!m:x", State: store.DigestPublished, Audience: store.AudiencePublic},
		{Network: "N", Room: "!c:x", State: store.DigestPublished, Audience: store.AudienceNetwork},
		{Network: "N", Room: "!a:x", State: store.DigestDraft},
		{Network: "N", Room: "!a:x", State: store.DigestPublished, Kind: store.DigestSummary},
	} {
		at = at.Add(time.Hour)
		d.Decided = at
		s.digest(d, store.DigestSource{Event: "$m", Room: d.Room})
	}
	for _, c := range []struct {
		rooms    []id.RoomID
		networks []string
		want     int64
	}{
		{[]id.RoomID{"!a:x"}, nil, 1}, {[]id.RoomID{"!a:x", "!b:x"}, nil, 2}, {[]id.RoomID{"!a:x"}, []string{"N"}, 4}, {nil, []string{"M"}, 3},
		{[]id.RoomID{"!d:x"}, nil, 0}, {nil, nil, 0}, {nil, []string{"O"}, 0},
	} {
		d, err := store.NewestDigest(t.Context(), s.st.Reader(), c.rooms, c.networks)
		if d.ID != c.want || (c.want == 0) != errors.Is(err, store.ErrNotFound) {
			t.Errorf("%v in %v: %d, %v; want %d", c.rooms, c.networks, d.ID, err, c.want)
		}
	}
}

// Subscriptions are for a room or a network, follow a room, and go with their person.
func TestSubscriptions(t *testing.T) {
	s := &shelf{t, withMatrix(t)}
	want := func(room id.RoomID, wide bool, users ...id.UserID) {
		t.Helper()
		list, err := store.Subscriptions(t.Context(), s.st.Reader(), "N", room, wide)
		var got []id.UserID
		for _, sub := range list {
			got = append(got, sub.User)
		}
		if err != nil || !slices.Equal(got, users) {
			t.Errorf("of %s, wide %v: %v, %v; want %v", room, wide, got, err, users)
		}
	}
	s.write(func(ctx context.Context, tx *store.Tx) error {
		for _, sub := range []store.Subscription{
			{User: "@ben:x", Network: "N", Room: "!a:x"}, {User: "@cem:x", Network: "N"}, {User: "@dora:x", Network: "M"}, {User: "@cem:x", Network: "N", Room: "!a:x"},
		} {
			if first, err := tx.Subscribe(ctx, sub); err != nil || !first {
				t.Errorf("%+v: %v, %v", sub, first, err)
			}
		}
		again, err := tx.Subscribe(ctx, store.Subscription{User: "@ben:x", Network: "N", Room: "!a:x"})
		if again {
			t.Error("subscribed twice")
		}
		return err
	})
	want("!a:x", false, "@ben:x", "@cem:x")
	want("!b:x", false)
	want("!b:x", true, "@cem:x")
	s.write(func(ctx context.Context, tx *store.Tx) error { return tx.MoveRoom(ctx, "!a:x", "!b:x") })
	want("!a:x", false)
	want("!b:x", false, "@ben:x", "@cem:x")
	s.write(func(ctx context.Context, tx *store.Tx) error {
		if _, err := tx.Unsubscribe(ctx, "@cem:x", "N"); err != nil {
			return err
		}
		return tx.ForgetPerson(ctx, "@ben:x")
	})
	want("!b:x", true)
}
