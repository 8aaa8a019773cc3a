package bot

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"buffet/internal/matrixtest"
	"buffet/store"
)

// quotes keeps a digest with a line for each of these messages.
func (l *live) quotes(room id.RoomID, author id.UserID, said map[id.EventID]string) (digest int64) {
	l.t.Helper()
	var lines []store.DigestLine
	for e, hash := range said {
		lines = append(lines, store.DigestLine{Seq: len(lines) + 1, Number: len(lines) + 1, Section: "thread", Text: e.String(),
			Sources: []store.DigestSource{{Event: e, Room: room, Author: author, Hash: hash}}})
	}
	now := time.Now()
	if err := l.Store.Write(l.ctx, func(tx *store.Tx) (err error) {
		digest, err = tx.AddDigest(l.ctx, store.Digest{Kind: store.DigestWeekly, Network: "DigIT", Room: room, Audience: store.AudienceRoom,
			State: store.DigestPublished, Lang: "de", From: now, To: now, Made: now, Decided: now}, lines)
		return err
	}); err != nil {
		l.t.Fatal(err)
	}
	return digest
}

// void are the messages whose lines are void.
func (l *live) void(digest int64) (list []id.EventID) {
	l.t.Helper()
	for _, line := range matrixtest.Must(store.DigestLines(l.ctx, l.Store.Reader(), digest))(l.t) {
		if line.Gone == store.LineVoid {
			list = append(list, line.Sources[0].Event)
		}
	}
	return list
}

// An edit whose key never comes makes void what quotes the message, if it is
// its author's.
func TestSealedEditMakesVoid(t *testing.T) {
	l, _, room := start(t)
	ctx, anke := l.ctx, l.anke
	berta := matrixtest.MemberFor(t, "berta")
	if err := anke.Invite(ctx, room, berta.UserID); err != nil {
		t.Fatal(err)
	}
	matrixtest.Must(berta.Join(ctx, room.String()))(t)
	mine := matrixtest.Must(anke.Send(ctx, room, "Der Bus fährt am Montag."))(t)
	other := matrixtest.Must(anke.Send(ctx, room, "Der Zug fährt am Montag."))(t)
	n := l.quotes(room, anke.UserID, map[id.EventID]string{mine: "", other: ""})
	sealed := func(by *matrixtest.Member, of id.EventID) {
		t.Helper()
		matrixtest.Must(by.Client.SendMessageEvent(ctx, room, event.EventEncrypted, map[string]any{"algorithm": id.AlgorithmMegolmV1,
			"session_id": "nie-geteilt", "sender_key": "x", "device_id": "x", "ciphertext": "AwgAEpAB",
			"m.relates_to": map[string]any{"rel_type": "m.replace", "event_id": of}}))(t)
	}
	sealed(berta, other) // not hers to edit
	sealed(anke, mine)
	for len(l.void(n)) == 0 && ctx.Err() == nil {
		time.Sleep(20 * time.Millisecond)
	}
	if got := l.void(n); !slices.Equal(got, []id.EventID{mine}) {
		t.Errorf("void are %v, want %v", got, mine)
	}
	if waits := matrixtest.Must(l.Store.Locked(ctx, "nie-geteilt"))(t); len(waits) != 2 {
		t.Errorf("%d edits wait for their key, want 2", len(waits))
	}
}

// An answer whose key comes late is gathered by when it was sent.
func TestLateKeyKeepsTheTime(t *testing.T) {
	l, _, room := start(t)
	ctx := l.ctx
	now := time.Now()
	root := matrixtest.Must(l.anke.Send(ctx, room, "Das Buffet"))(t)
	l.reads(room, root)
	l.stop()
	err := l.Store.Write(ctx, func(tx *store.Tx) error {
		if _, err := tx.Send(ctx, store.Message{Key: "post", Room: room, Plain: "x"}, now); err != nil {
			return err
		}
		if err := tx.Sent(ctx, "post", root, now); err != nil {
			return err
		}
		return tx.PutAfterword(ctx, store.Afterword{Line: "after", Post: "post", Room: room, Offer: 1, Key: now, At: now})
	})
	if err != nil {
		t.Fatal(err)
	}
	answer := matrixtest.Must(l.anke.ThreadReply(ctx, room, root, "Wir beginnen jetzt jede Runde mit einer Frage."))(t)
	matrixtest.Must(l.anke.WaitEvent(ctx, answer))(t) // Dendrite shows an event a little after it took it
	evt := matrixtest.Must(l.Account.Client.GetEvent(ctx, room, answer))(t)
	sent := time.UnixMilli(evt.Timestamp)
	raw := matrixtest.Must(json.Marshal(evt))(t)
	locked := store.Incoming{Event: answer, Room: room, Sender: l.anke.UserID, Kind: store.InLocked, Sent: sent, Content: string(raw), Session: "s"}
	if err := l.Store.Write(ctx, func(tx *store.Tx) error { return tx.Keep(ctx, locked, now) }); err != nil {
		t.Fatal(err)
	}
	l.unlock(ctx, "s")
	list, _, err := l.Store.Ready(ctx, time.Now(), 9)
	if err != nil || len(list) != 1 || list[0].Kind != store.InReply || !list[0].Sent.Equal(sent) {
		t.Errorf("%+v, %v", list, err)
	}
}
