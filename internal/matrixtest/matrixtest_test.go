package matrixtest_test

import (
	"context"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"buffet/internal/matrixtest"
)

func TestMain(m *testing.M) { os.Exit(matrixtest.Main(m)) }

// limit bounds a test, so that a missing event is an error and not a hanging run.
func limit(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	t.Cleanup(cancel)
	return ctx
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func body(evt *event.Event) string {
	if content, ok := evt.Content.Parsed.(*event.MessageEventContent); ok {
		return content.Body
	}
	return evt.Type.Type
}

// roomOfTwo makes a room in which both are.
func roomOfTwo(t *testing.T, anke, ben *matrixtest.Member, opts matrixtest.RoomOptions) id.RoomID {
	t.Helper()
	ctx := limit(t)
	opts.Invite = []id.UserID{ben.UserID}
	room := matrixtest.Must(anke.CreateRoom(ctx, opts))(t)
	matrixtest.Must(ben.Join(ctx, string(room)))(t)
	check(t, anke.WaitMember(ctx, room, ben.UserID, event.MembershipJoin))
	return room
}

func TestTwoMembersTalk(t *testing.T) {
	for name, encrypted := range map[string]bool{"plain": false, "encrypted": true} {
		t.Run(name, func(t *testing.T) {
			ctx := limit(t)
			anke, ben := matrixtest.MemberFor(t, "anke"), matrixtest.MemberFor(t, "ben")
			room := roomOfTwo(t, anke, ben, matrixtest.RoomOptions{Name: name, Encrypted: encrypted})

			hello := matrixtest.Must(anke.Send(ctx, room, "Hello Ben"))(t)
			got := matrixtest.Must(ben.WaitEvent(ctx, hello))(t)
			if body(got) != "Hello Ben" {
				t.Errorf("Ben read %q", body(got))
			}
			if got.Mautrix.WasEncrypted != encrypted {
				t.Errorf("encrypted = %v, want %v", got.Mautrix.WasEncrypted, encrypted)
			}
			if encrypted && got.Mautrix.TrustState < id.TrustStateCrossSignedTOFU {
				t.Errorf("trust = %v, want a cross-signed device", got.Mautrix.TrustState)
			}
			if got.Mautrix.ReceivedAt.IsZero() {
				t.Error("no time of arrival")
			}

			matrixtest.Must(ben.Reply(ctx, room, hello, "Hello Anke"))(t)
			reply := matrixtest.Must(anke.WaitReply(ctx, hello))(t)
			if body(reply) != "Hello Anke" || !reply.Content.AsMessage().Mentions.Has(anke.UserID) {
				t.Errorf("Anke read %q, mentions %v", body(reply), reply.Content.AsMessage().Mentions)
			}
		})
	}
}

func TestKindsOfMessages(t *testing.T) {
	ctx := limit(t)
	anke, ben := matrixtest.MemberFor(t, "anke"), matrixtest.MemberFor(t, "ben")
	room := roomOfTwo(t, anke, ben, matrixtest.RoomOptions{Encrypted: true})
	root := matrixtest.Must(anke.Send(ctx, room, "root"))(t)

	thread := matrixtest.Must(anke.ThreadReply(ctx, room, root, "in the thread"))(t)
	content := matrixtest.Must(ben.WaitEvent(ctx, thread))(t).Content.AsMessage()
	if content.RelatesTo.GetThreadParent() != root {
		t.Errorf("thread of %q, want %q", content.RelatesTo.GetThreadParent(), root)
	}
	mention := matrixtest.Must(anke.Mention(ctx, room, ben.UserID, "are you there?"))(t)
	content = matrixtest.Must(ben.WaitEvent(ctx, mention))(t).Content.AsMessage()
	if !content.Mentions.Has(ben.UserID) || !strings.Contains(content.FormattedBody, "matrix.to") {
		t.Errorf("mention arrived as %+v", content)
	}
	edit := matrixtest.Must(anke.Edit(ctx, room, root, "new root"))(t)
	content = matrixtest.Must(ben.WaitEvent(ctx, edit))(t).Content.AsMessage()
	if content.RelatesTo.GetReplaceID() != root || content.NewContent.Body != "new root" {
		t.Errorf("edit arrived as %+v", content)
	}
	reaction := matrixtest.Must(ben.React(ctx, room, root, "👍"))(t)
	if key := matrixtest.Must(anke.WaitEvent(ctx, reaction))(t).Content.AsReaction().RelatesTo.Key; key != "👍" {
		t.Errorf("reaction %q", key)
	}
	redaction := matrixtest.Must(anke.Redact(ctx, room, thread, "typo"))(t)
	if evt := matrixtest.Must(ben.WaitEvent(ctx, redaction))(t); evt.Type != event.EventRedaction {
		t.Errorf("redaction arrived as %s", evt.Type.Type)
	}
	if n := len(ben.Messages(room)); n != 4 {
		t.Errorf("Ben saw %d messages, want 4", n)
	}
}

func TestMarkHidesWhatWasBefore(t *testing.T) {
	ctx := limit(t)
	anke, ben := matrixtest.MemberFor(t, "anke"), matrixtest.MemberFor(t, "ben")
	room := roomOfTwo(t, anke, ben, matrixtest.RoomOptions{})
	isMessage := func(evt *event.Event) bool { return evt.Type == event.EventMessage }

	matrixtest.Must(anke.Send(ctx, room, "one"))(t)
	if evt := matrixtest.Must(ben.Wait(ctx, isMessage))(t); body(evt) != "one" {
		t.Errorf("first wait: %q", body(evt))
	}
	ben.Mark()
	matrixtest.Must(anke.Send(ctx, room, "two"))(t)
	if evt := matrixtest.Must(ben.Wait(ctx, isMessage))(t); body(evt) != "two" {
		t.Errorf("wait after the mark: %q", body(evt))
	}
}

func TestMembersComeAndGo(t *testing.T) {
	ctx := limit(t)
	anke, ben := matrixtest.MemberFor(t, "anke"), matrixtest.MemberFor(t, "ben")
	room := matrixtest.Must(anke.CreateRoom(ctx, matrixtest.RoomOptions{Encrypted: true}))(t)
	matrixtest.Must(anke.Send(ctx, room, "before Ben"))(t)

	check(t, anke.Invite(ctx, room, ben.UserID))
	// Ben is invited, so he gets the keys to what is said from now on.
	sent := matrixtest.Must(anke.Send(ctx, room, "for Ben"))(t)
	matrixtest.Must(ben.Join(ctx, string(room)))(t)
	if evt := matrixtest.Must(ben.WaitEvent(ctx, sent))(t); body(evt) != "for Ben" {
		t.Errorf("Ben read %q", body(evt))
	}
	check(t, anke.SetPower(ctx, room, ben.UserID, 50))
	check(t, anke.Kick(ctx, room, ben.UserID, "enough"))
	check(t, ben.WaitMember(ctx, room, ben.UserID, event.MembershipLeave))
	if _, err := ben.Send(ctx, room, "still here?"); err == nil {
		t.Error("Ben could send after he was removed")
	}
	check(t, anke.Leave(ctx, room))
}

func TestDeviceGoesOn(t *testing.T) {
	ctx := limit(t)
	server, anke := matrixtest.Homeserver(t), matrixtest.MemberFor(t, "anke")
	name, opts := anke.Name+"-friend", matrixtest.MemberOptions{Dir: t.TempDir()}
	ben := matrixtest.Must(matrixtest.NewMember(ctx, server, name, opts))(t)
	room := roomOfTwo(t, anke, ben, matrixtest.RoomOptions{Encrypted: true})
	device := ben.Client.DeviceID
	check(t, ben.Close())
	sent := matrixtest.Must(anke.Send(ctx, room, "while you were away"))(t)

	ben = matrixtest.Must(matrixtest.NewMember(ctx, server, name, opts))(t)
	defer ben.Close()
	if ben.Client.DeviceID != device {
		t.Errorf("device %s, want %s", ben.Client.DeviceID, device)
	}
	if evt := matrixtest.Must(ben.WaitEvent(ctx, sent))(t); body(evt) != "while you were away" {
		t.Errorf("Ben read %q", body(evt))
	}
}

func TestSecondDevice(t *testing.T) {
	ctx := limit(t)
	server, anke := matrixtest.Homeserver(t), matrixtest.MemberFor(t, "anke")
	ben := matrixtest.MemberFor(t, "ben")
	room := roomOfTwo(t, anke, ben, matrixtest.RoomOptions{Encrypted: true})
	for name, key := range map[string]string{"verified": anke.RecoveryKey, "unverified": ""} {
		t.Run(name, func(t *testing.T) {
			tablet := matrixtest.Must(matrixtest.NewMember(ctx, server, anke.Name, matrixtest.MemberOptions{RecoveryKey: key}))(t)
			defer tablet.Close()
			sent := matrixtest.Must(tablet.Send(ctx, room, "from my tablet"))(t)
			evt := matrixtest.Must(ben.WaitEvent(ctx, sent))(t)
			if verified := evt.Mautrix.TrustState >= id.TrustStateCrossSignedTOFU; verified != (key != "") {
				t.Errorf("trust = %v", evt.Mautrix.TrustState)
			}
		})
	}
}

func TestEchoBot(t *testing.T) {
	ctx := limit(t)
	anke := matrixtest.MemberFor(t, "anke")
	bot := matrixtest.Must(matrixtest.NewEchoBot(ctx, matrixtest.Homeserver(t), anke.Name+"-echo"))(t)
	defer bot.Close()
	for name, encrypted := range map[string]bool{"plain": false, "encrypted": true} {
		room := matrixtest.Must(anke.CreateRoom(ctx, matrixtest.RoomOptions{Encrypted: encrypted, Invite: []id.UserID{bot.UserID}}))(t)
		check(t, anke.WaitMember(ctx, room, bot.UserID, event.MembershipJoin))
		sent := matrixtest.Must(anke.Send(ctx, room, "!"+name))(t)
		reply := matrixtest.Must(anke.WaitReply(ctx, sent))(t)
		if body(reply) != name || reply.Mautrix.WasEncrypted != encrypted {
			t.Errorf("%s room: %q, encrypted %v", name, body(reply), reply.Mautrix.WasEncrypted)
		}
	}
}

func TestServerKeepsItsData(t *testing.T) {
	matrixtest.Homeserver(t) // so that -short skips, and Dendrite is built
	ctx := limit(t)
	server := matrixtest.Must(matrixtest.Start(ctx, matrixtest.Options{Dir: t.TempDir(), ServerName: "keeps.test"}))(t)
	defer server.Stop() //nolint:errcheck // a second time, if all went well
	if _, err := matrixtest.Start(ctx, matrixtest.Options{Dir: server.Dir}); err == nil {
		t.Error("two servers on one folder")
	}
	anke := matrixtest.Must(matrixtest.NewMember(ctx, server, "anke", matrixtest.MemberOptions{}))(t)
	defer anke.Close()
	room := matrixtest.Must(anke.CreateRoom(ctx, matrixtest.RoomOptions{Encrypted: true}))(t)
	sent := matrixtest.Must(anke.Send(ctx, room, "kept?"))(t)
	matrixtest.Must(anke.WaitEvent(ctx, sent))(t)

	check(t, server.Restart(ctx))
	if evt, err := anke.Client.GetEvent(ctx, room, sent); err != nil || evt.ID != sent {
		t.Errorf("after restart: %v, %v", evt, err)
	}
	check(t, server.Kill())
	check(t, server.Restart(ctx))
	again := matrixtest.Must(anke.Send(ctx, room, "still there"))(t)
	if evt := matrixtest.Must(anke.WaitEvent(ctx, again))(t); body(evt) != "still there" {
		t.Errorf("after a kill: %q", body(evt))
	}
}

func TestStopLeavesNothing(t *testing.T) {
	matrixtest.Homeserver(t)
	server := matrixtest.Must(matrixtest.Start(limit(t), matrixtest.Options{}))(t)
	pid := server.PID()
	check(t, syscall.Kill(pid, 0))
	check(t, server.Stop())
	if err := syscall.Kill(pid, 0); err == nil {
		t.Errorf("process %d is still there", pid)
	}
	if _, err := os.Stat(server.Dir); !os.IsNotExist(err) {
		t.Errorf("folder %s: %v", server.Dir, err)
	}
	check(t, server.Stop()) // twice is fine
}
