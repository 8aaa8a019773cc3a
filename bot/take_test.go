package bot

import (
	"encoding/json"
	"errors"
	"maps"
	"path/filepath"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"
	"maunium.net/go/mautrix/sqlstatestore"

	"buffet/internal/matrixtest"
	"buffet/lang"
	"buffet/offers"
	"buffet/store"
)

// offline is a bot without a homeserver, in the room !a of a network and in a
// direct chat with Ben, who is in both.
func offline(t *testing.T) *Bot {
	t.Helper()
	ctx := t.Context()
	st := matrixtest.Must(store.Open(ctx, filepath.Join(t.TempDir(), "buffet.db")))(t)
	t.Cleanup(func() { _ = st.Close() })
	cli := matrixtest.Must(mautrix.NewClient("http://127.0.0.1:1", "@buffet:x", "secret"))(t)
	b := &Bot{Store: st, Log: zerolog.New(zerolog.NewTestWriter(t)), Account: &Account{Client: cli}, sender: &lanes[store.Outgoing]{}, Phrases: matrixtest.Must(lang.Load())(t),
		Networks: []Network{{Name: "N", Lang: "de", Zone: time.UTC, Prefix: "!", Organisers: []id.UserID{"@ina:x"}}}}
	states := sqlstatestore.NewSQLStateStore(st.Matrix(), nil, false)
	if err := states.Upgrade(ctx); err != nil {
		t.Fatal(err)
	}
	cli.StateStore = states
	b.guard.client = cli
	if err := st.Write(ctx, func(tx *store.Tx) error {
		if _, err := tx.ExecContext(ctx, `CREATE TABLE crypto_megolm_outbound_session (room_id TEXT)`); err != nil {
			return err
		}
		if err := tx.FirstStart(ctx, time.Now()); err != nil {
			return err
		}
		if err := tx.PutRoom(ctx, store.Room{ID: "!a", Network: "N", Joined: time.Now()}); err != nil {
			return err
		}
		return tx.PutRoom(ctx, store.Room{ID: "!dm", Direct: "@ben:x", Joined: time.Now()})
	}); err != nil {
		t.Fatal(err)
	}
	for _, r := range []id.RoomID{"!a", "!dm"} {
		if err := errors.Join(states.SetMembership(ctx, r, "@ben:x", event.MembershipJoin), states.MarkMembersFetched(ctx, r)); err != nil {
			t.Fatal(err)
		}
	}
	return b
}

// What answers a message of ours counts also if it comes together with it, as
// after a kill between sending and ticking off.
func TestAnswersComeWithWhatTheyAnswer(t *testing.T) {
	b := offline(t)
	ctx := t.Context()
	said := []store.Message{{Key: "shown", Room: "!a", Plain: "So?"}, {Key: offers.PollKey("post"), Room: "!a", Plain: "Wer?"},
		{Key: "which", User: "@ben:x", Plain: "Wann?"}}
	if err := b.Store.Write(ctx, func(tx *store.Tx) error {
		for _, m := range said {
			if _, err := tx.Send(ctx, m, time.Now()); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	echo := func(key string) *event.Event {
		return &event.Event{ID: id.EventID("$" + key), Sender: "@buffet:x", Type: event.EventMessage,
			Unsigned: event.Unsigned{TransactionID: txnID(key)}}
	}
	answer := func(room id.RoomID, e id.EventID, kind event.Type, content string) *event.Event {
		evt := &event.Event{ID: e, RoomID: room, Sender: "@ben:x", Type: kind}
		if err := json.Unmarshal([]byte(content), &evt.Content); err != nil {
			t.Fatal(err)
		}
		return evt
	}
	poll := offers.PollKey("post")
	lines := []timeline{
		{room: "!a", events: []*event.Event{
			echo("shown"), echo(poll),
			answer("!a", "$other", event.EventMessage, `{"msgtype":"m.text","body":"ja","m.relates_to":{"m.in_reply_to":{"event_id":"$x"}}}`),
			answer("!a", "$yes", event.EventMessage, `{"msgtype":"m.text","body":"ja","m.relates_to":{"m.in_reply_to":{"event_id":"$shown"}}}`),
			answer("!a", "$vote", event.NewEventType(voteType), `{"m.relates_to":{"rel_type":"m.reference","event_id":"$`+poll+`"},
				"org.matrix.msc3381.poll.response":{"answers":["1"]}}`),
		}},
		{room: "!dm", events: []*event.Event{echo("which"),
			answer("!dm", "$thumb", event.EventReaction, `{"m.relates_to":{"rel_type":"m.annotation","event_id":"$which","key":"👍"}}`),
			answer("!dm", "$far", event.EventReaction, `{"m.relates_to":{"rel_type":"m.annotation","event_id":"$x","key":"👍"}}`)}},
	}
	if err := b.take(ctx, lines, &mautrix.RespSync{NextBatch: "1"}); err != nil {
		t.Fatal(err)
	}
	kept := map[id.EventID]string{}
	rows := matrixtest.Must(b.Store.Reader().QueryContext(ctx, `SELECT event_id, kind FROM inbox`))(t)
	defer rows.Close()
	for rows.Next() {
		var e id.EventID
		var kind string
		if err := rows.Scan(&e, &kind); err != nil {
			t.Fatal(err)
		}
		kept[e] = kind
	}
	want := map[id.EventID]string{"$yes": store.InMessage, "$vote": store.InVote, "$thumb": store.InReaction}
	if err := rows.Err(); err != nil || !maps.Equal(kept, want) {
		t.Errorf("kept %v, want %v; %v", kept, want, err)
	}
	for _, m := range said {
		if e, err := b.Store.SentEvent(ctx, m.Key); err != nil || e != id.EventID("$"+m.Key) {
			t.Errorf("%s was sent as %q, %v", m.Key, e, err)
		}
	}
}
