package commands

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"maunium.net/go/mautrix/id"

	"buffet/digest"
	"buffet/lang"
	"buffet/store"
)

const (
	anna = id.UserID("@anna:example.org")
	ben  = id.UserID("@ben:example.org")
)

// draft keeps a draft with three items that these people got; the message in
// which somebody got it is $draft/id/user.
func (h *house) draft(of id.RoomID, audience string, users ...id.UserID) (d store.Digest) {
	h.t.Helper()
	h.write(func(ctx context.Context, tx *store.Tx) error {
		d = store.Digest{Kind: store.DigestWeekly, Network: "Nord", Room: of, Audience: audience, State: store.DigestDraft, Lang: lang.German,
			From: h.now.AddDate(0, 0, -7), To: h.now, Made: h.now}
		var lines []store.DigestLine
		for i, text := range []string{"Erste Erfahrung.", "Zweite Erfahrung.", "Dritte Erfahrung."} {
			lines = append(lines, store.DigestLine{Seq: i + 1, Number: i + 1, Section: digest.Experiences, Text: text,
				Sources: []store.DigestSource{{Event: id.EventID(fmt.Sprintf("$e%d", i)), Room: of, Author: ben}}})
		}
		lines = append(lines, store.DigestLine{Seq: 4, Section: digest.Experiences, Role: digest.More, Label: "2"})
		var err error
		if d.ID, err = tx.AddDigest(ctx, d, lines); err != nil {
			return err
		}
		for _, u := range users {
			key := fmt.Sprintf("draft/%d/%s", d.ID, u)
			if _, err := tx.Send(ctx, store.Message{Key: key, User: u, Plain: "x"}, h.now); err != nil {
				return err
			}
			if err := tx.Sent(ctx, key, id.EventID("$"+key), h.now); err != nil {
				return err
			}
			if err := tx.PutDigestPost(ctx, store.DigestPost{Key: key, Digest: d.ID, Kind: store.PostDraft, User: u}); err != nil {
				return err
			}
		}
		return nil
	})
	return d
}

func (h *house) state(d store.Digest) string {
	h.t.Helper()
	now, err := store.DigestByID(h.t.Context(), h.store.Reader(), d.ID)
	if err != nil {
		h.t.Fatal(err)
	}
	return now.State
}

// chatOf is what somebody says in their direct chat who organises these rooms.
func (h *house) chatOf(user id.UserID, language, text string, organised ...id.RoomID) Request {
	req := h.request(language, text)
	req.Room, req.Sender, req.Direct = id.RoomID("!chat-"+user.Localpart()), user, true
	req.Networks[0].Organiser, req.Networks[0].Organised = len(organised) > 0, organised
	if len(organised) != 1 {
		req.Networks[0].Room = ""
	}
	return req
}

// chief is what an organiser of the room says in it.
func (h *house) chief(language, text string) Request {
	req := h.organiser(language, text)
	req.Sender, req.Networks[0].Organised = anna, []id.RoomID{room}
	return req
}

func TestApprove(t *testing.T) {
	const north, south = room, id.RoomID("!sued:example.org")
	reply := func(req Request, d store.Digest, user id.UserID) Request {
		req.ReplyTo = id.EventID(fmt.Sprintf("$draft/%d/%s", d.ID, user))
		return req
	}
	h := newHouse(t)
	first := h.draft(north, store.AudienceRoom, anna)
	doubtful := h.chief(lang.German, "freigabe")
	doubtful.Doubtful = true
	stranger := h.chatOf("@eve:example.org", lang.German, "freigabe", south)
	for _, c := range []struct {
		req  Request
		want string
	}{
		{h.request(lang.German, "freigabe"), "[problem cmd_only_organisers]"},
		{h.request(lang.English, "approve never"), "[problem cmd_only_organisers]"},
		{doubtful, "[problem know_doubtful]"},
		{stranger, "[problem digest_no_draft]"}, // it was not shown to them
		{reply(stranger, first, anna), "[problem cmd_only_organisers]"},
		{h.chief(lang.German, "freigabe öffentlich"), "[problem digest_no_draft]"},
		{h.chief(lang.German, "freigabe ohne"), "[problem digest_approve_which]"},
		{h.chief(lang.German, "freigabe nie ohne 2"), "[problem digest_approve_which]"},
		{h.chief(lang.German, "freigabe ohne 0"), "[problem digest_approve_what]"},
		{h.chief(lang.German, "freigabe 3"), "[problem digest_approve_what]"},
		{h.chief(lang.German, "freigabe ohne 3 9"), "[problem digest_no_number]"},
		{h.chief(lang.English, "approve without 1, 2 and 3"), "[problem digest_nothing_left]"},
	} {
		if got := h.say(c.req); !strings.HasPrefix(got, c.want) {
			t.Errorf("%s: %s, want %s", c.req.Text, got, c.want)
		}
		if got := h.state(first); got != store.DigestDraft {
			t.Fatalf("%s made it %s", c.req.Text, got)
		}
	}
	if got := h.say(h.chief(lang.English, "approve without 2, 2 and 3")); !strings.HasPrefix(got, "Approved") {
		t.Errorf("released: %s", got)
	}
	lines, err := store.DigestLines(t.Context(), h.store.Reader(), first.ID)
	if err != nil || lines[0].Gone != "" || lines[1].Gone != store.LineOut || lines[2].Gone != store.LineOut || lines[3].Gone != "" {
		t.Errorf("left out: %+v, %v", lines, err)
	}
	if got := h.say(reply(h.chatOf(anna, lang.German, "freigabe", north), first, anna)); !strings.HasPrefix(got, "[problem digest_decided]") {
		t.Errorf("the second organiser: %s", got)
	}
	if got := h.say(h.chief(lang.German, "freigabe nie")); !strings.HasPrefix(got, "[problem digest_no_draft]") {
		t.Errorf("refused too late: %s", got)
	}
}

// TestApproveWhich: with several drafts it is asked which one, unless a reply
// or a word says it.
func TestApproveWhich(t *testing.T) {
	const north, south = room, id.RoomID("!sued:example.org")
	h := newHouse(t)
	one, wide, other := h.draft(north, store.AudienceRoom, anna), h.draft(north, store.AudienceNetwork, anna), h.draft(south, store.AudienceRoom, anna)
	chat := func(language, text string) Request { return h.chatOf(anna, language, text, north, south) }
	for language, text := range map[string]string{lang.German: "freigabe", lang.English: "approve"} {
		if got := h.say(chat(language, text)); !strings.HasPrefix(got, "[problem digest_which_draft]") || !strings.Contains(got, "3") {
			t.Errorf("%s: %s", text, got)
		}
	}
	if got := h.say(h.chief(lang.German, "freigabe")); !strings.HasPrefix(got, "[problem digest_which_draft]") || !strings.Contains(got, "2") {
		t.Errorf("in the room: %s", got)
	}
	if got := h.say(chat(lang.German, "freigabe raum")); !strings.HasPrefix(got, "[problem digest_which_draft]") {
		t.Errorf("two rooms: %s", got)
	}
	if got := h.say(chat(lang.German, "freigabe netzwerk nie")); !strings.HasPrefix(got, "Verworfen") || h.state(wide) != store.DigestRefused {
		t.Errorf("for the network: %s", got)
	}
	if got := h.say(h.chief(lang.German, "freigabe")); !strings.HasPrefix(got, "Freigegeben") || h.state(one) != store.DigestApproved || h.state(other) != store.DigestDraft {
		t.Errorf("the only one here: %s", got)
	}
	again := h.draft(north, store.AudienceRoom, anna)
	req := chat(lang.German, "freigabe ohne 1")
	req.ReplyTo = id.EventID(fmt.Sprintf("$draft/%d/%s", other.ID, anna))
	if got := h.say(req); !strings.HasPrefix(got, "Freigegeben") || h.state(other) != store.DigestApproved || h.state(again) != store.DigestDraft {
		t.Errorf("by reply: %s", got)
	}
	req = chat(lang.German, "freigabe")
	req.ReplyTo = "$something-else"
	if got := h.say(req); !strings.HasPrefix(got, "Freigegeben") || h.state(again) != store.DigestApproved {
		t.Errorf("a reply to something else: %s", got)
	}
}
