package bot

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"buffet/internal/matrixtest"
	"buffet/knowledge"
	"buffet/offers"
	"buffet/store"
)

// What refers to an announcement counts only where that stands, or in the
// direct chat of the one who was asked which date they mean.
func TestPostOf(t *testing.T) {
	st := matrixtest.Must(store.Open(t.Context(), filepath.Join(t.TempDir(), "buffet.db")))(t)
	defer st.Close()
	b := &Bot{Store: st}
	const ben = id.UserID("@ben:x")
	which := "which/" + st.HashPerson(ben) + "/k"
	err := st.Write(t.Context(), func(tx *store.Tx) error {
		now := time.Now()
		for key, e := range map[string]id.EventID{"k": "$post", "k/edit/2": "$edit", "k/poll": "$poll", which: "$which", "other": "$other"} {
			m := store.Message{Key: key, Room: "!a:x", Plain: "x"}
			if key == which {
				m.Room, m.User = "", ben
			}
			if _, err := tx.Send(t.Context(), m, now); err != nil {
				return err
			}
			if err := tx.Sent(t.Context(), key, e, now); err != nil {
				return err
			}
		}
		return tx.PutAnnouncement(t.Context(), store.Announcement{Key: "k", Room: "!a:x", Filter: "{}", From: now, To: now}, nil)
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		e     id.EventID
		room  id.RoomID
		by    id.UserID
		post  string
		which bool
	}{
		{"$post", "!a:x", ben, "k", false}, {"$edit", "!a:x", ben, "k", false}, {"$poll", "!a:x", ben, "k", false},
		{"$post", "!b:x", ben, "", false}, {"$poll", "!b:x", ben, "", false}, {"$other", "!a:x", ben, "", false}, {"$unknown", "!a:x", ben, "", false},
		{"$which", "!dm:x", ben, "k", true}, {"$which", "!dm:x", "@cem:x", "", false},
	} {
		post, which, err := b.postOf(t.Context(), store.Incoming{Room: tt.room, Sender: tt.by}, tt.e)
		if err != nil || post != tt.post || which != tt.which {
			t.Errorf("%s in %s by %s: %q, %v, %v", tt.e, tt.room, tt.by, post, which, err)
		}
	}
}

func TestReadVote(t *testing.T) {
	reference := `"m.relates_to":{"rel_type":"m.reference","event_id":"$p"}`
	long := strings.Repeat("x", maxAnswerID+1)
	for content, want := range map[string]string{
		`{` + reference + `,"org.matrix.msc3381.poll.response":{"answers":["1","2"]}}`:                "true $p [1 2]",
		`{` + reference + `,"m.selections":["2"]}`:                                                    "true $p [2]",
		`{` + reference + `,"m.selections":[]}`:                                                       "true $p []",
		`{` + reference + `}`:                                                                         "true $p []",
		`{` + reference + `,"m.selections":["` + long + `","3"]}`:                                     "true $p [3]",
		`{` + reference + `,"m.selections":["` + strings.Repeat(`1","`, 99) + `"]}`:                   "true $p [" + strings.TrimSpace(strings.Repeat("1 ", maxVotes)) + "]",
		`{` + reference + `,"m.selections":"1"}`:                                                      "false  []",
		`{` + reference + `,"m.selections":[1]}`:                                                      "false  []",
		`{"m.selections":["1"]}`:                                                                      "false  []",
		`{"m.relates_to":{"rel_type":"m.annotation","event_id":"$p"},"m.selections":["1"]}`:           "false  []",
		`{"m.relates_to":{"rel_type":"m.reference"},"m.selections":["1"]}`:                            "false  []",
		`{"m.relates_to":7,"org.matrix.msc3381.poll.response":{"answers":["1"]}}`:                     "false  []",
		`{` + reference + `,"org.matrix.msc3381.poll.response":{"answers":null},"m.selections":null}`: "true $p []",
		`[]`: "false  []",
	} {
		v, ok := readVote(&event.Event{Content: event.Content{VeryRaw: json.RawMessage(content)}})
		if got := fmt.Sprint(ok, " ", v.Poll, " ", v.Answers); got != want {
			t.Errorf("%.120s: %s, want %s", content, got, want)
		}
	}
}

// A reaction that was taken back unseen is found when its room is looked after,
// page by page; what did not come from an event is not asked for.
func TestRecheckOfSignups(t *testing.T) {
	l, room, _ := start(t)
	ctx := l.ctx
	must := matrixtest.Must[id.EventID]
	post := must(l.anke.Send(ctx, room, "Das Buffet"))(t)
	l.reads(room, post)
	l.stop()
	stays, gone := must(l.anke.React(ctx, room, post, "👍"))(t), must(l.anke.React(ctx, room, post, "🍽️"))(t)
	must(l.anke.Redact(ctx, room, gone, ""))(t)
	start := time.Now().Add(48 * time.Hour).Truncate(time.Millisecond)
	var ids []int64
	err := l.Store.Write(ctx, func(tx *store.Tx) error {
		w, err := tx.OfferWriter(ctx)
		if err != nil {
			return err
		}
		defer w.Close()
		for n, e := range []id.EventID{stays, gone} {
			o := store.Offer{Network: l.Networks[0].Name, Number: 900 + n, UID: fmt.Sprint("s", n), Status: store.OfferActive, Kind: offers.KindExchange, Title: "x"}
			if err := w.Insert(ctx, &o); err != nil {
				return err
			}
			ids = append(ids, o.ID)
			if err := w.PutDate(ctx, store.Occurrence{Offer: o.ID, Key: start, Start: start, End: start.Add(time.Hour)}); err != nil {
				return err
			}
			if err := tx.PutSignup(ctx, store.Signup{Offer: o.ID, Key: start, User: l.anke.UserID, At: time.Now()}); err != nil {
				return err
			}
			if _, err := tx.PutWay(ctx, store.SignupWay{Event: e, Offer: o.ID, Key: start, User: l.anke.UserID, Room: room}); err != nil {
				return err
			}
		}
		for n := range recheckPage {
			w := store.SignupWay{Event: id.EventID(fmt.Sprintf("$!%d", n)), Offer: ids[0], Key: start, User: "@gone:x", Room: room} // before all others
			if _, err := tx.PutWay(ctx, w); err != nil {
				return err
			}
		}
		_, err = tx.AddMark(ctx, store.Mark{Event: "after/" + gone, Room: room, Sender: l.anke.UserID, What: store.MarkQuiet, At: time.Now()})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	list := matrixtest.Must(l.marksIn(ctx, room))(t)
	if len(list) != recheckPage+2 || !slices.Contains(list, gone) || !slices.IsSorted(list) || slices.Contains(list, "after/"+gone) {
		t.Errorf("%d are asked for: %v", len(list), list)
	}
	args := &recheckArgs{Room: room}
	for _, want := range []bool{true, false} {
		more, err := l.recheckKept(ctx, knowledge.Place{Network: l.Networks[0].Name, Room: room}, args, time.Now().Add(time.Hour))
		if err != nil || more != want {
			t.Fatal(more, err)
		}
		if more && args.Event != list[recheckPage-1] {
			t.Errorf("it goes on after %s", args.Event)
		}
	}
	for n, want := range []int{1, 0} {
		if list := matrixtest.Must(store.Signups(context.WithoutCancel(ctx), l.Store.Reader(), ids[n], start))(t); len(list) != want {
			t.Errorf("offer %d: %v, want %d", n, list, want)
		}
	}
}
