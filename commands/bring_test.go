package commands

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"maunium.net/go/mautrix/id"

	"buffet/lang"
	"buffet/store"
)

// spoken is what a house answered, as a message that can be replied to.
type spoken struct {
	text  string
	event id.EventID
}

// tell runs a request and puts the answer into the outbox as the bot does, sent.
func (h *house) tell(req Request) spoken {
	h.t.Helper()
	talked++
	if req.Event == "" || req.Event == "$1" {
		req.Event = id.EventID(fmt.Sprintf("$b%d", talked))
	}
	out := spoken{event: "$out-" + req.Event}
	out.text = h.say(req)
	h.write(func(ctx context.Context, tx *store.Tx) error {
		key := ReplyKey(req.Event)
		if _, err := tx.Send(ctx, store.Message{Key: key, Room: req.Room, Plain: out.text}, h.now); err != nil {
			return err
		}
		return tx.Sent(ctx, key, out.event, h.now)
	})
	return out
}

// reply is what the asker replies in the room to what was said; tap a reaction.
func (h *house) reply(language, text string, to spoken) string {
	h.t.Helper()
	req := h.request(language, text)
	req.Sender, req.ReplyTo = asker, to.event
	return h.tell(req).text
}

func (h *house) tap(language, sign string, to spoken, by id.UserID) string {
	h.t.Helper()
	req := h.request(language, sign)
	req.Sender, req.ReplyTo, req.At = by, to.event, to.event
	return h.tell(req).text
}

// brings says a line in the room and gives the echo.
func (h *house) brings(language, line string) spoken {
	h.t.Helper()
	req := h.request(language, line)
	req.Sender = asker
	return h.tell(req)
}

// A long display name is cut, wherever it comes from; a host that was typed is
// not, and its limit is told.
func TestLongDisplayName(t *testing.T) {
	h := newTalk(t)
	h.write(func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE mx_user_profile SET displayname = $1`, strings.Repeat("Ähm", 80))
		return err
	})
	for _, text := range []string{line, "brauche einen Beamer"} {
		if got := h.reply(lang.German, "ja", h.brings(lang.German, text)); strings.Contains(got, "[problem") {
			t.Errorf("%s: %s", text, got)
		}
	}
	for n := 3; n <= 4; n++ {
		if host := []rune(h.offer(n).Host); len(host) == 0 || len(host) > 100 {
			t.Errorf("%d: %d runes", n, len(host))
		}
	}
	if got := h.brings(lang.German, line+", von "+strings.Repeat("Ähm", 80)).text; !strings.Contains(got, "native_host_long") {
		t.Errorf("typed: %s", got)
	}
}

func (h *house) offer(number int) store.Offer {
	h.t.Helper()
	o, err := store.OfferByNumber(h.t.Context(), h.store.Reader(), "Nord", number)
	if err != nil {
		h.t.Fatal(err)
	}
	return o
}

func (h *house) offerCount() (n int) {
	h.t.Helper()
	if err := h.store.Reader().QueryRowContext(h.t.Context(), `SELECT count(*) FROM offer`).Scan(&n); err != nil {
		h.t.Fatal(err)
	}
	return n
}

// TestEcho shows what people read before they say yes, for all lines that
// offers reads in its tests.
func TestEcho(t *testing.T) {
	raw, err := os.ReadFile("../offers/testdata/lines.tsv")
	if err != nil {
		t.Fatal(err)
	}
	for _, language := range []string{lang.German, lang.English} {
		t.Run(language, func(t *testing.T) {
			h := newTalk(t)
			h.now = time.Date(2026, 11, 25, 10, 0, 0, 0, h.zone)
			var b strings.Builder
			for row := range strings.SplitSeq(string(raw), "\n") {
				cells := strings.Split(row, "\t")
				if cells[0] != language {
					continue
				}
				line := "bring " + strings.ReplaceAll(cells[1], `\n`, "\n")
				fmt.Fprintf(&b, "> %s\n%s\n\n", line, h.brings(language, line).text)
			}
			golden(t, "echo."+language+".txt", b.String())
		})
	}
}

// A word that is one of the network's topics is a topic, whether it stands
// where a place may stand or at the end.
func TestBringKnownTopic(t *testing.T) {
	h := newTalk(t)
	for line, want := range map[string]string{
		"bring Runde, 3.12. 14 uhr, rathaus, austausch, pflege, 12 plätze": "Themen: pflege",
		"bring Runde, 3.12. 14 uhr, Pflege":                                "Themen: Pflege",
		"bring Runde, 3.12. 14 uhr, rathaus, pflege, recht":                "Themen: pflege, recht",
		"bring Runde, 3.12. 14 uhr, rathaus, pflege zu zweit":              "Beschreibung: pflege zu zweit",
	} {
		if got := h.brings(lang.German, line).text; !strings.Contains(got, want) {
			t.Errorf("%s: %q is not in\n%s", line, want, got)
		}
	}
}

// What is open is pointed to by the number of one that is there.
func TestOpenNumber(t *testing.T) {
	h := newTalk(t)
	for range 2 {
		h.reply(lang.German, "ja", h.brings(lang.German, "brauche Wer leiht uns einen Beamer?"))
	}
	h.reply(lang.German, "erledigt 3", spoken{})
	if got := h.say(h.request(lang.German, "offen")); !strings.Contains(got, "4 · Wer leiht") || !strings.HasSuffix(got, "!angebot 4") {
		t.Error(got)
	}
}
