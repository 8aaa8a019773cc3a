package commands

import (
	"context"
	"strings"
	"testing"
	"time"

	"maunium.net/go/mautrix/id"

	"buffet/digest"
	"buffet/lang"
	"buffet/store"
)

// published keeps a digest that was published, with that one line.
func (h *house) published(network string, of id.RoomID, audience, text string) (n int64) {
	h.t.Helper()
	h.write(func(ctx context.Context, tx *store.Tx) (err error) {
		h.now = h.now.Add(1)
		n, err = tx.AddDigest(ctx, store.Digest{Kind: store.DigestWeekly, Network: network, Room: of, Audience: audience, State: store.DigestPublished,
			Lang: lang.German, From: h.now.AddDate(0, 0, -7), To: h.now, Made: h.now, Decided: h.now},
			[]store.DigestLine{{Seq: 1, Number: 1, Section: digest.Experiences, Text: text, Who: "Ben",
				Sources: []store.DigestSource{{Event: "$said", Room: of, Author: ben}}}})
		return err
	})
	return n
}

// TestDigestSubscriptions: in a room its digests, in a direct chat those of the
// only room or the network's own; all of them end there.
func TestDigestSubscriptions(t *testing.T) {
	h := newHouse(t)
	have := func() string {
		list, err := store.SubscriptionsOf(t.Context(), h.store.Reader(), ben)
		if err != nil {
			t.Fatal(err)
		}
		var all []string
		for _, s := range list {
			all = append(all, s.Network+"/"+string(s.Room))
		}
		return strings.Join(all, " ")
	}
	wide := h.chatOf(ben, lang.German, "digest abo")
	for _, c := range []struct {
		req        Request
		says, have string
	}{
		{h.request(lang.German, "digest stopp"), "[✅] [private] Du hattest von Nord keinen", ""},
		{h.request(lang.German, "digest abo"), "[✅] [private] Abonniert: Jeder Digest dieses Raums", "Nord/!nord:example.org"},
		{h.request(lang.English, "digest subscribe"), "[✅] [private] Subscribed", "Nord/!nord:example.org"},
		{wide, "Abonniert: Jeder Digest von Nord", "Nord/ Nord/!nord:example.org"},
		{h.request(lang.German, "digest stopp"), "[✅] [private] Abbestellt: Von Nord", ""},
		{h.chatOf(ben, lang.German, "digest abo", room), "Abonniert: Jeder Digest dieses Raums", "Nord/!nord:example.org"},
		{h.chatOf(ben, lang.German, "digest abo netzwerk", room), "Abonniert: Jeder Digest von Nord", "Nord/ Nord/!nord:example.org"},
		{h.chatOf(ben, lang.German, "digest abo quatsch", room), "[problem digest_what]", "Nord/ Nord/!nord:example.org"},
		{h.chatOf(ben, lang.German, "digest abo raum"), "[problem cmd_say_it_in_room]", "Nord/ Nord/!nord:example.org"},
		{h.chatOf(ben, lang.English, "digest stop"), "", ""},
		{h.request(lang.German, "digest morgen"), "[problem digest_what]", ""},
	} {
		if got := h.say(c.req); !strings.HasPrefix(got, c.says) || have() != c.have {
			t.Errorf("%s: %s, and then %q", c.req.Text, got, have())
		}
	}
	h.say(h.request(lang.German, "digest abo"))
	h.say(wide)
	h.write(func(ctx context.Context, tx *store.Tx) error {
		if err := tx.ForgetPerson(ctx, ben); err != nil {
			return err
		}
		return tx.SetForgotten(ctx, tx.HashPerson(ben), h.now)
	})
	if have() != "" {
		t.Errorf("forgotten, and subscribed to %s", have())
	}
	if got := h.say(h.request(lang.German, "digest abo")); !strings.HasPrefix(got, "[problem digest_abo_forgotten]") || have() != "" {
		t.Errorf("subscribed who is forgotten: %s", got)
	}
}

// TestNewestDigest: people see the newest one that all who read the answer may
// see; the answer is noted, so that it is mended.
func TestNewestDigest(t *testing.T) {
	const south, west = id.RoomID("!sued:example.org"), id.RoomID("!west:example.org")
	h := newMeaningHouse(t)
	h.write(func(ctx context.Context, tx *store.Tx) error {
		return tx.PutRoom(ctx, store.Room{ID: west, Network: "West", Joined: h.now})
	})
	h.member(west, "@wim:example.org", "Wim")
	in := func(r id.RoomID, network, text string) Request {
		req := h.request(lang.German, text)
		req.Room, req.Networks[0].Room, req.Networks[0].Name = r, r, network
		req.Event = id.EventID("$" + text + string(r))
		return req
	}
	if got := h.say(in(room, "Nord", "digest")); !strings.HasPrefix(got, "[problem digest_none_yet]") {
		t.Errorf("before there is one: %s", got)
	}
	h.published("Nord", room, store.AudienceRoom, "Altes aus Nord")
	n := h.published("Nord", room, store.AudienceRoom, "Neues aus Nord")
	h.published("West", west, store.AudiencePublic, "Aus dem Westen")
	direct := func(user id.UserID, network string) Request {
		req := h.chatOf(user, lang.German, "digest", room)
		req.Networks[0].Name = network
		req.Event = id.EventID("$direct" + string(user) + network)
		return req
	}
	for _, c := range []struct {
		req  Request
		want string
	}{
		{in(room, "Nord", "digest"), "Neues aus Nord"},
		{in(south, "Nord", "digest"), "noch kein Digest"},
		{in(west, "West", "digest"), "Aus dem Westen"},
		{direct(ben, "Nord"), "Neues aus Nord"},
		{direct("@nobody:example.org", "Nord"), "noch kein Digest"},
		{direct("@wim:example.org", "West"), "Aus dem Westen"},
	} {
		if got := h.say(c.req); !strings.Contains(got, c.want) {
			t.Errorf("%s in %s: %s", c.req.Text, c.req.Room, got)
		}
	}
	posts, err := store.DigestPosts(t.Context(), h.store.Reader(), n)
	if err != nil || len(posts) != 2 || posts[0].Kind != store.PostCopy {
		t.Errorf("noted: %+v, %v", posts, err)
	}
	h.published("Nord", room, store.AudienceNetwork, "Fürs ganze Netzwerk")
	for _, r := range []id.RoomID{room, south} {
		if got := h.say(in(r, "Nord", "digest")); !strings.Contains(got, "Fürs ganze Netzwerk") {
			t.Errorf("%s: %s", r, got)
		}
	}
	if got := h.say(in(west, "West", "digest")); strings.Contains(got, "Netzwerk Nord") {
		t.Errorf("another network's: %s", got)
	}
}

// TestNewestWithoutThreads: what was said in threads is shown only if all who
// read the answer may see it.
func TestNewestWithoutThreads(t *testing.T) {
	const note = "nach dem eigenen Beitritt"
	h := newMeaningHouse(t)
	h.write(func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.AddDigest(ctx, store.Digest{Kind: store.DigestWeekly, Network: "Nord", Room: room, Audience: store.AudienceRoom, State: store.DigestPublished,
			Lang: lang.German, From: h.now.AddDate(0, 0, -7), To: h.now, Made: h.now, Decided: h.now}, []store.DigestLine{
			{Seq: 1, Number: 1, Section: digest.Experiences, Text: "Gesammeltes", Who: "Ben", Sources: []store.DigestSource{{Contribution: 7, Author: ben}}},
			{Seq: 2, Number: 2, Section: digest.Threads, Text: "Beredetes", Who: "Ben", Sources: []store.DigestSource{{Event: "$said", Room: room, Author: ben}}}})
		return err
	})
	later := false
	h.table.CameLater = func(_ context.Context, of id.RoomID, before time.Time) (bool, error) {
		if of != room || !before.Equal(h.now.Truncate(time.Millisecond)) {
			t.Errorf("asked who came to %s after %s", of, before)
		}
		return later, nil
	}
	read := func(text string, direct, prepared bool) string {
		t.Helper()
		req := h.request(lang.German, text)
		if direct {
			req = h.chatOf(ben, lang.German, text, room)
		}
		if prepared {
			if err := h.table.Prepare(t.Context(), h.store.Reader(), &req); err != nil {
				t.Fatal(err)
			}
		}
		reply, err := h.run(req)
		if err != nil {
			t.Fatal(err)
		}
		all := reply.Text.Plain()
		if reply.Then != nil {
			all += reply.Then.Plain()
		}
		for _, f := range reply.Files {
			all += string(f.Data)
		}
		return all
	}
	for _, text := range []string{"digest", "digest raum", "digest datei", "neu"} {
		for _, direct := range []bool{false, true} {
			later = false
			if got := read(text, direct, true); !strings.Contains(got, "Beredetes") || strings.Contains(got, note) {
				t.Errorf("%s, where all may see it: %s", text, got)
			}
			for _, prepared := range []bool{true, false} {
				later = prepared
				if got := read(text, direct, prepared); strings.Contains(got, "Beredetes") || !strings.Contains(got, "Gesammeltes") || !strings.Contains(got, note) {
					t.Errorf("%s, prepared %v: %s", text, prepared, got)
				}
			}
		}
	}
}

// TestDigestFiles: both files go to who asked, without names if they say so.
func TestDigestFiles(t *testing.T) {
	h := newMeaningHouse(t)
	n := h.published("Nord", room, store.AudienceRoom, "Neues von Ben aus Nord")
	for text, named := range map[string]bool{"digest datei": true, "digest datei ohne namen": false, "digest file without names": false} {
		req := h.request(lang.German, text)
		req.Event = id.EventID("$" + text)
		reply, err := h.run(req)
		if err != nil || !reply.Private || len(reply.Files) != 2 {
			t.Fatalf("%s: %+v, %v", text, reply, err)
		}
		for _, f := range reply.Files {
			if got := strings.Contains(string(f.Data), "Ben"); got != named {
				t.Errorf("%s: names in %s: %v\n%s", text, f.Name, got, f.Data)
			}
		}
	}
	posts, err := store.DigestPosts(t.Context(), h.store.Reader(), n)
	if err != nil || len(posts) != 6 || posts[0].Kind != store.PostFile || posts[0].BodyHash != "" {
		t.Errorf("noted: %+v, %v", posts, err)
	}
	if got := h.say(h.request(lang.German, "digest datei bitte")); !strings.HasPrefix(got, "[problem digest_file_what]") {
		t.Errorf("%s", got)
	}
}
