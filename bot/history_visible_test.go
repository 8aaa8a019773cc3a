package bot

import (
	"strings"
	"testing"
	"time"

	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"buffet/digest"
	"buffet/internal/matrixtest"
)

// Where one sees only what was said after one came, nobody gets more of it by
// a summary; a change of name is no coming.
func TestReadsNoFurtherThanNewcomers(t *testing.T) {
	l, plain, encrypted := start(t)
	ctx, anke := l.ctx, l.anke
	must := matrixtest.Must[id.EventID]
	l.sums(digest.Extractive{})
	for _, room := range []id.RoomID{plain, encrypted} {
		began := time.Now().Add(-time.Minute)
		come := func(name string) *matrixtest.Member {
			t.Helper()
			m := matrixtest.MemberFor(t, name)
			if err := anke.Invite(ctx, room, m.UserID); err != nil {
				t.Fatal(err)
			}
			matrixtest.Must(m.Join(ctx, room.String()))(t)
			if err := anke.WaitMember(ctx, room, m.UserID, event.MembershipJoin); err != nil {
				t.Fatal(err)
			}
			return m
		}
		since := func() *digest.History {
			t.Helper()
			return l.readsAll(func() (*digest.History, error) {
				return l.ReadSince(ctx, room, began, time.Now().Add(time.Minute), nil)
			})
		}
		see := func(who event.HistoryVisibility) {
			t.Helper()
			e := must(anke.SetState(ctx, room, event.StateHistoryVisibility, "", &event.HistoryVisibilityEventContent{HistoryVisibility: who}))(t)
			matrixtest.Must(anke.WaitEvent(ctx, e))(t)
		}
		root := must(anke.Send(ctx, room, "Vorher gesagt: Der Keller steht unter Wasser."))(t)
		berta := come("berta")
		must(anke.ThreadReply(ctx, room, root, "Inzwischen gesagt: Die Pumpe läuft seit heute früh."))(t)
		must(berta.SetState(ctx, room, event.StateMember, berta.UserID.String(), &event.MemberEventContent{Membership: event.MembershipJoin, Displayname: "Berta B."}))(t)
		last := must(anke.ThreadReply(ctx, room, root, "Nachher gesagt: Am Abend ist alles trocken."))(t)
		matrixtest.Must(anke.WaitEvent(ctx, last))(t)
		if h := since(); len(h.Messages) != 3 || !h.From.IsZero() {
			t.Errorf("where everybody sees everything: %q, from %v", texts(h), h.From)
		}
		for _, who := range []event.HistoryVisibility{event.HistoryVisibilityJoined, event.HistoryVisibilityInvited} {
			see(who)
			later := func(h *digest.History) bool {
				return len(h.Messages) == 2 && strings.HasPrefix(h.Messages[0].Text, "Inzwischen") && h.From.After(began) && !h.From.After(h.Messages[0].Sent)
			}
			if h := since(); !later(h) {
				t.Errorf("%s: %q, from %v", who, texts(h), h.From)
			}
			h := l.readsAll(func() (*digest.History, error) { return l.ReadThread(ctx, room, root, nil) })
			if !later(h) {
				t.Errorf("%s, of the thread: %q, from %v", who, texts(h), h.From)
			}
			if h := matrixtest.Must(l.ReadSince(ctx, room, h.From.Add(time.Millisecond), time.Now(), nil))(t); !h.From.IsZero() {
				t.Errorf("%s: a window after the last one came begins at %v", who, h.From)
			}
		}
		laterThan := func(at time.Time) bool {
			t.Helper()
			return matrixtest.Must(l.CameLater(ctx, room, at))(t)
		}
		if now := time.Now(); !laterThan(began) || laterThan(now.Add(time.Minute)) {
			t.Errorf("came since it began: %v, since now: %v", laterThan(began), laterThan(now.Add(time.Minute)))
		}
		const why = "was nach dem eigenen Beitritt gesagt wurde"
		_, body := l.asks(room, "!kurz")
		if !strings.Contains(body, why) || strings.Contains(body, "Vorher") || !strings.Contains(body, "Inzwischen") {
			t.Errorf("the summary:\n%s", body)
		}
		come("caro") // nothing was said since; the answer from before is not for her
		if _, body = l.asks(room, "!kurz"); strings.Contains(body, "Inzwischen") || !strings.Contains(body, why) {
			t.Errorf("the summary for one who came since:\n%s", body)
		}
	}
}
