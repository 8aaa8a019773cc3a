package bot

import (
	"slices"
	"testing"
	"time"

	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"buffet/digest"
	"buffet/internal/matrixtest"
	"buffet/store"
)

// What was made into something that is no text, or into what we have no key
// to, is found when a room is looked after; what nobody edited stands.
func TestRecheckOfSources(t *testing.T) {
	l, plain, encrypted := start(t)
	ctx, anke := l.ctx, l.anke
	must := matrixtest.Must[id.EventID]
	berta := matrixtest.MemberFor(t, "berta")
	if err := anke.Invite(ctx, encrypted, berta.UserID); err != nil {
		t.Fatal(err)
	}
	matrixtest.Must(berta.Join(ctx, encrypted.String()))(t)
	for _, room := range []id.RoomID{plain, encrypted} {
		said := map[id.EventID]string{}
		say := func(text string) id.EventID {
			e := must(anke.Send(ctx, room, text))(t)
			said[e] = digest.Hash(text)
			l.reads(room, e)
			return e
		}
		stays, changed, picture, foreign := say("bleibt"), say("wird anders"), say("wird ein Bild"), say("schreibt jemand anders um")
		missing := id.EventID("$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA") // not there to be read
		secret := say("wird etwas, zu dem der Schlüssel fehlt")
		said[missing] = digest.Hash("weg")
		l.stop()
		must(anke.Edit(ctx, room, changed, "ist anders"))(t)
		c := &event.MessageEventContent{MsgType: event.MsgImage, Body: "* bild.jpg", URL: "mxc://x/y",
			NewContent: &event.MessageEventContent{MsgType: event.MsgImage, Body: "bild.jpg", URL: "mxc://x/y"}}
		c.RelatesTo = (&event.RelatesTo{}).SetReplace(picture)
		last := must(anke.SendContent(ctx, room, event.EventMessage, c))(t)
		want := []id.EventID{changed, picture}
		if room == encrypted {
			for by, of := range map[*matrixtest.Member]id.EventID{anke: secret, berta: foreign} {
				last = matrixtest.Must(by.Client.SendMessageEvent(ctx, room, event.EventEncrypted, map[string]any{"algorithm": id.AlgorithmMegolmV1,
					"session_id": "nie-geteilt", "sender_key": "x", "device_id": "x", "ciphertext": "AwgAEpAB",
					"m.relates_to": map[string]any{"rel_type": "m.replace", "event_id": of}}))(t).EventID
			}
			want = append(want, secret)
		}
		matrixtest.Must(anke.WaitEvent(ctx, last))(t)
		n := l.quotes(room, anke.UserID, said)
		for _, s := range matrixtest.Must(store.DigestSourcesIn(ctx, l.Store.Reader(), room, "", time.Now().Add(-time.Hour), 99))(t) {
			if err := l.recheckSource(ctx, room, s); err != nil {
				t.Fatal(err)
			}
		}
		got := l.void(n)
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("void are %v, want %v; %v stays", got, want, stays)
		}
		l.work()
	}
}
