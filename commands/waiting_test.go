package commands

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"maunium.net/go/mautrix/id"

	"buffet/lang"
	"buffet/offers"
	"buffet/store"
)

// Only a bare no decides about what waits: a reason is a reply, and a command
// is a command, whatever its word means besides.
func TestCommandIsNoRefusal(t *testing.T) {
	for language, said := range map[string][]string{
		lang.English: {"cancel 1 speaker is ill", "cancel", "No more meetings", "cancel 1"},
		lang.German:  {"Nein zu Gewalt", "Nein, das war anders gemeint"},
	} {
		for _, text := range said {
			h := approving(t)
			h.reply(language, map[string]string{lang.German: "ja", lang.English: "yes"}[language], h.brings(language, "bring Chor, 11.12. 19 Uhr"))
			h.asked(language, anna)
			if got := h.decides(language, text, anna, spoken{}); h.lastProposal().State != store.ProposalWaiting || h.sentTo(asker) != "" {
				t.Errorf("%q: %s, told: %s", text, got, h.sentTo(asker))
			}
			if got := h.decides(language, "no", anna, spoken{}); h.lastProposal().State != store.ProposalDone {
				t.Errorf("a bare no: %s", got)
			}
		}
	}
}

// A thankful no hours later takes nothing back; a reply does.
func TestNoThanksWithdrawsNothing(t *testing.T) {
	h := approving(t)
	h.direct(lang.German, "bring Chor, 11.12. 19 Uhr, Aula")
	h.direct(lang.German, "ja")
	h.now = h.now.Add(5 * time.Hour)
	if got := h.direct(lang.German, "nein danke"); !strings.Contains(got, "Willst du es zurückziehen?") || h.lastProposal().State != store.ProposalWaiting {
		t.Errorf("in the direct chat: %s, %+v", got, h.lastProposal())
	}
	echo := h.brings(lang.German, line)
	h.reply(lang.German, "ja", echo)
	if got := h.reply(lang.German, "nein danke", spoken{}); got != "[silence]" || h.lastProposal().State != store.ProposalWaiting {
		t.Errorf("in the room: %s", got)
	}
	if got := h.reply(lang.German, "nein danke", echo); !strings.Contains(got, "daraus wird nichts") || h.lastProposal().State != store.ProposalDone {
		t.Errorf("as a reply: %s", got)
	}
}

// A deleted message takes along what was proposed by it, also if that was
// corrected since, but not from another room.
func TestTakeBackOfAmended(t *testing.T) {
	h := approving(t)
	takeBack := func(room id.RoomID, e id.EventID) {
		t.Helper()
		h.write(func(ctx context.Context, tx *store.Tx) error { return h.table.TakeBack(ctx, tx, room, e, h.now) })
	}
	h.write(func(ctx context.Context, tx *store.Tx) error {
		for _, r := range []store.Room{{ID: room, Network: "Nord", Joined: h.now}, {ID: "!other:example.org", Network: "Nord", Joined: h.now}, {ID: askerDM, Direct: asker, Joined: h.now}} {
			if err := tx.PutRoom(ctx, r); err != nil {
				return err
			}
		}
		return nil
	})
	propose := func(steps ...string) (said []id.EventID) {
		t.Helper()
		echo := h.brings(lang.German, line)
		for _, step := range append(steps, "ja") {
			said = append(said, id.EventID(strings.TrimPrefix(h.lastProposal().Key, "reply/")))
			req := h.request(lang.German, step)
			req.Sender, req.ReplyTo = asker, echo.event
			echo = h.tell(req)
		}
		if h.lastProposal().State != store.ProposalWaiting {
			t.Fatalf("%s", echo.text)
		}
		return said
	}
	said := propose("wann 12.12. 15 Uhr", "ort Aula")
	keys, err := store.ProposalKeysIn(t.Context(), h.store.Reader(), room)
	for _, e := range said {
		if !slices.Contains(keys, ReplyKey(e)) || len(keys) != len(said) || err != nil {
			t.Errorf("%s is not looked after: %q, %v", e, keys, err)
		}
	}
	takeBack("!other:example.org", said[0])
	takeBack(askerDM, said[0])
	takeBack("!unknown:example.org", said[0])
	takeBack(room, "$"+said[0])
	if h.lastProposal().State != store.ProposalWaiting {
		t.Fatal("deleted in another room")
	}
	for n := range said {
		before := h.jobs(offers.DecidedKind)
		takeBack(room, propose("wann 12.12. 15 Uhr", "ort Aula")[n])
		if p := h.lastProposal(); p.State != store.ProposalDone || p.Content != "" || h.jobs(offers.DecidedKind) != before+1 {
			t.Errorf("message %d: %+v", n, p)
		}
	}
	h.direct(lang.German, "bring Chor, 11.12. 19 Uhr")
	first := id.EventID(strings.TrimPrefix(h.lastProposal().Key, "reply/"))
	h.direct(lang.German, "ort Aula")
	takeBack(askerDM, first)
	if p := h.lastProposal(); p.State != store.ProposalDone {
		t.Errorf("%+v", p)
	}
	if _, err := store.DialogOf(t.Context(), h.store.Reader(), asker); err == nil {
		t.Error("the conversation goes on")
	}
}

// What nobody decides on is given up after a while: its author hears of it, and
// the question says so.
func TestLapse(t *testing.T) {
	for _, kind := range []string{store.ProposeBring, store.ProposeEdit} {
		h := approving(t)
		echo := h.brings(lang.German, line)
		if kind == store.ProposeEdit {
			h.brought("Lesekreis", "3.12. 14-15 Uhr")
			h.write(func(ctx context.Context, tx *store.Tx) error {
				o := h.offer(3)
				o.Author = asker
				w, err := tx.OfferWriter(ctx)
				if err != nil {
					return err
				}
				defer w.Close()
				return w.Update(ctx, &o)
			})
			echo = h.brings(lang.German, "aendere 3 titel Chor")
		}
		h.reply(lang.German, "ja", echo)
		ask := h.asked(lang.German, anna)
		lapse := func() {
			h.write(func(ctx context.Context, tx *store.Tx) error {
				return h.table.Lapse(ctx, tx, h.now.Add(-30*24*time.Hour), h.now)
			})
		}
		h.now = h.now.Add(29 * 24 * time.Hour)
		if lapse(); h.lastProposal().State != store.ProposalWaiting || h.sentTo(asker) != "" {
			t.Fatalf("%s: given up too early", kind)
		}
		h.now = h.now.Add(2 * 24 * time.Hour)
		lapse()
		lapse()
		if told := h.sentTo(asker); strings.Count(told, "Lesekreis: Die Organisierenden haben darüber nicht entschieden") != 1 || h.jobs(offers.DecidedKind) != 1 {
			t.Errorf("%s: told %q, %d jobs", kind, told, h.jobs(offers.DecidedKind))
		}
		if got := h.decides(lang.German, "ja", anna, ask); !strings.Contains(got, "schon entschieden") || h.lastProposal().Content != "" {
			t.Errorf("%s: a yes after that: %s", kind, got)
		}
	}
}
