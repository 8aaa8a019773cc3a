package matrixtest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/rs/zerolog"
	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/crypto/cryptohelper"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"
)

// EchoBot is a bot as a mautrix user would first write it: the crypto helper, the
// default syncer, and an answer straight from the handler. It stores nothing and
// promises nothing, and so is what our bot's latency is measured against.
type EchoBot struct {
	Client *mautrix.Client
	UserID id.UserID

	helper  *cryptohelper.CryptoHelper
	dir     string
	stop    context.CancelFunc
	stopped chan struct{}
}

// NewEchoBot registers and starts an echo bot. It joins where it is invited and
// answers each text that begins with "!" by a notice with the rest of it.
func NewEchoBot(ctx context.Context, server *Server, name string) (*EchoBot, error) {
	if _, err := server.Register(ctx, name, Password(name)); err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp(server.Dir, "echo-")
	if err != nil {
		return nil, fmt.Errorf("make echo bot's folder: %w", err)
	}
	b := &EchoBot{dir: dir, stopped: make(chan struct{})}
	if err := b.open(ctx, server.URL, name); err != nil {
		return nil, errors.Join(fmt.Errorf("start echo bot: %w", err), os.RemoveAll(dir))
	}
	syncCtx, stop := context.WithCancel(context.WithoutCancel(ctx))
	b.stop = stop
	go func() {
		defer close(b.stopped)
		_ = b.Client.SyncWithContext(syncCtx) // ends by Close
	}()
	return b, nil
}

func (b *EchoBot) open(ctx context.Context, url, name string) error {
	client, err := mautrix.NewClient(url, "", "")
	if err != nil {
		return err
	}
	client.Log = zerolog.Nop()
	syncer := mautrix.NewDefaultSyncer()
	syncer.OnEventType(event.StateMember, b.onMember)
	syncer.OnEventType(event.EventMessage, b.onMessage)
	client.Syncer = syncer
	db, err := openDB(filepath.Join(b.dir, "echo.db"))
	if err != nil {
		return err
	}
	b.helper, err = cryptohelper.NewCryptoHelper(client, []byte("echo"), db)
	if err != nil {
		return errors.Join(err, db.Close())
	}
	b.helper.LoginAs = passwordLogin(name, Password(name))
	if err := b.helper.Init(ctx); err != nil {
		return errors.Join(err, db.Close())
	}
	client.Crypto = b.helper
	b.Client, b.UserID = client, client.UserID
	return nil
}

// Close ends the sync and removes the bot's store.
func (b *EchoBot) Close() error {
	b.stop()
	<-b.stopped
	return errors.Join(b.helper.Close(), os.RemoveAll(b.dir))
}

func (b *EchoBot) onMember(ctx context.Context, evt *event.Event) {
	if evt.GetStateKey() == string(b.UserID) && evt.Content.AsMember().Membership == event.MembershipInvite {
		_, _ = b.Client.JoinRoomByID(ctx, evt.RoomID) // an invite may be gone by now
	}
}

func (b *EchoBot) onMessage(ctx context.Context, evt *event.Event) {
	body, isCommand := strings.CutPrefix(evt.Content.AsMessage().Body, "!")
	if evt.Sender == b.UserID || !isCommand {
		return
	}
	answer := &event.MessageEventContent{MsgType: event.MsgNotice, Body: body}
	answer.SetReply(evt)
	_, _ = b.Client.SendMessageEvent(ctx, evt.RoomID, event.EventMessage, answer) // whoever waits for it sees that it is missing
}
