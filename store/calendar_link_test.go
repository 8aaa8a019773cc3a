package store_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"maunium.net/go/mautrix/id"

	"buffet/store"
)

func ensureLink(t *testing.T, s *store.Store, network string, user id.UserID, renew bool) (store.CalendarLink, string) {
	t.Helper()
	var l store.CalendarLink
	inJobs(t, s, func(tx *store.Tx) (err error) {
		l, err = tx.EnsureCalendarLink(t.Context(), network, user, time.Unix(1_800_000_000, 0).UTC())
		if renew {
			l, err = tx.RenewCalendarLink(t.Context(), network, user, time.Unix(1_900_000_000, 0).UTC())
		}
		return err
	})
	return l, s.CalendarSecret(l)
}

func TestCalendarLinks(t *testing.T) {
	s := openJobs(t)
	seen := map[string]string{}
	for _, who := range [][2]string{{"Nord", ""}, {"Nord", "@a:x"}, {"Nord", "@b:x"}, {"Süd", ""}, {"Süd", "@a:x"}, {"Nord@a:x", ""}, {"Nor", "d@a:x"}} {
		l, secret := ensureLink(t, s, who[0], id.UserID(who[1]), false)
		if len(secret) != 32 || strings.Trim(secret, "abcdefghijklmnopqrstuvwxyz234567") != "" {
			t.Errorf("secret %q", secret)
		}
		if other := seen[secret]; other != "" {
			t.Errorf("%q and %q have the same", who, other)
		}
		seen[secret] = who[0] + "/" + who[1]
		if _, again := ensureLink(t, s, who[0], id.UserID(who[1]), false); again != secret {
			t.Errorf("%q: another one the second time", who)
		}
		found, err := store.CalendarLinkBySecret(t.Context(), s.Reader(), secret)
		if err != nil || found != l || found.Network != who[0] || found.User != id.UserID(who[1]) {
			t.Errorf("%q: found %+v, %v", who, found, err)
		}
	}
	_, old := ensureLink(t, s, "Nord", "@a:x", false)
	inJobs(t, s, func(tx *store.Tx) error { return tx.SetCalendarAlarm(t.Context(), "Nord", "@a:x", 90*time.Minute) })
	l, fresh := ensureLink(t, s, "Nord", "@a:x", true)
	if fresh == old || l.Alarm != 90*time.Minute {
		t.Errorf("renewed: %+v, the same secret: %v", l, fresh == old)
	}
	if _, err := store.CalendarLinkBySecret(t.Context(), s.Reader(), old); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("the old one opens still: %v", err)
	}
	list, err := store.CalendarLinksOf(t.Context(), s.Reader(), "@a:x")
	if err != nil || len(list) != 2 || list[0].Network != "Nord" || list[1].Network != "Süd" {
		t.Errorf("%+v, %v", list, err)
	}
	inJobs(t, s, func(tx *store.Tx) error {
		return errors.Join(tx.ForgetPerson(t.Context(), "@a:x"), tx.ForgetPerson(t.Context(), ""))
	})
	for secret, who := range map[string]string{fresh: "", old: "", "": ""} {
		if l, err := store.CalendarLinkBySecret(t.Context(), s.Reader(), secret); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("%q: %+v, %v", who, l, err)
		}
	}
	for _, still := range [][2]string{{"Nord", ""}, {"Nord", "@b:x"}, {"Süd", ""}} {
		if _, err := store.CalendarLinkOf(t.Context(), s.Reader(), still[0], id.UserID(still[1])); err != nil {
			t.Errorf("%q: %v", still, err)
		}
	}
	if _, again := ensureLink(t, s, "Nord", "@a:x", false); again == fresh || again == old {
		t.Error("a link that was dropped opens again")
	}
}

// Neither the database nor its log holds what opens a calendar, and another
// key makes other links.
func TestCalendarSecretIsNotKept(t *testing.T) {
	dir := t.TempDir()
	open := func() *store.Store {
		t.Helper()
		s, err := store.Open(t.Context(), filepath.Join(dir, "buffet.db"))
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	s := open()
	l, secret := ensureLink(t, s, "Nord", "@a:x", false)
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(files) < 3 {
		t.Fatalf("%v, %v", files, err)
	}
	held := false
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(text, []byte(secret)) {
			t.Errorf("%s holds the secret", filepath.Base(f))
		}
		held = held || bytes.Contains(text, []byte("@a:x"))
	}
	if !held {
		t.Error("the link itself is nowhere: looked in the wrong place")
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(dir, "person.key")); err != nil {
		t.Fatal(err)
	}
	s = open()
	defer s.Close()
	if s.CalendarSecret(l) == secret {
		t.Error("the key does not matter")
	}
	if found, err := store.CalendarLinkBySecret(t.Context(), s.Reader(), secret); err != nil || found != l {
		t.Errorf("what people subscribed to is lost with the key: %v", err)
	}
	if _, err := store.CalendarLinkBySecret(t.Context(), s.Reader(), s.CalendarSecret(l)); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("the new key opens the old link: %v", err)
	}
	l, fresh := ensureLink(t, s, "Nord", "@a:x", false)
	if found, err := store.CalendarLinkBySecret(t.Context(), s.Reader(), fresh); err != nil || found != l {
		t.Errorf("with another key: %+v, %v", found, err)
	}
}

func TestMemberOf(t *testing.T) {
	s := withMatrix(t)
	put := func(room id.RoomID, network string, joined time.Time) {
		inJobs(t, s, func(tx *store.Tx) error {
			return tx.PutRoom(t.Context(), store.Room{ID: room, Network: network, Joined: joined})
		})
	}
	now := time.Unix(1_800_000_000, 0)
	put("!a", "Nord", now)
	put("!b", "Nord", now)
	put("!c", "Süd", now)
	put("!d", "Nord", time.Time{}) // we are not in it yet
	check := func(what string, network string, user id.UserID, want bool, unsure ...id.RoomID) {
		t.Helper()
		joined, open, err := store.MemberOf(t.Context(), s.Reader(), network, user)
		if err != nil || joined != want || !slices.Equal(open, unsure) {
			t.Errorf("%s: %v, %v, %v", what, joined, open, err)
		}
	}
	check("nothing known", "Nord", "@a:x", false, "!a", "!b")
	member(t, s, "!a", "@a:x", "join", "A")
	member(t, s, "!b", "@a:x", "leave", "A")
	member(t, s, "!c", "@b:x", "join", "B")
	member(t, s, "!d", "@b:x", "join", "B")
	check("in one", "Nord", "@a:x", true)
	check("in another network", "Süd", "@a:x", false)
	check("in a room that we are not in", "Nord", "@b:x", false)
	if err := s.ForgetMembers(t.Context(), "!b"); err != nil {
		t.Fatal(err)
	}
	check("in one, the other unknown", "Nord", "@a:x", true)
	check("perhaps in the other", "Nord", "@b:x", false, "!b")
	if _, _, err := store.MemberOf(t.Context(), s.Reader(), "Nord", ""); err == nil {
		t.Error("nobody is a member")
	}
}
